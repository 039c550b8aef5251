// SPDX-License-Identifier: EUPL-1.2
#include "ingest/device/testing.h"

extern const struct device_adapter device_influx;

static void decode_lines(const char *lines)
{
    if (!decode(str_of(lines))) fail_msg("%s", scene.e.text);
}

TEST(the_device_is_a_tag_and_fields_are_quantities)
{
    decode_lines("weather,device=roof,lat=52.04,lon=4.32 temperature=21.50,humidity=60i,pm2_5=1.5e1,wind=3 "
                 "1748779200000000000");
    assert_readings("roof", "weather temperature 21.50 Cel\n"
                            "weather humidity 60 %\n"
                            "weather pm25 1.5e1 ug/m3\n"
                            "weather ?wind\n");
    assert_time("2025-06-01T12:00:00Z");
    assert_true(scene.out.state.latitude == 52.04 && scene.out.state.longitude == 4.32);
}

TEST(without_a_tag_the_measurement_is_the_device)
{
    decode_lines("roof temperature=21");
    assert_readings("roof", "- temperature 21 Cel\n");
    assert_time(NULL);
    scene.m.query = STR("device_tag=kast");
    decode_lines("lucht,kast=7,host=pi,sensor=SDS011 pm10=3");
    assert_readings("7", "SDS011, host=pi pm10 3 ug/m3\n");
}

TEST(a_field_called_value_is_what_is_measured)
{
    decode_lines("noise_laeq,device=pi value=43.2\npressure,device=pi,unit=hPa value=1013.25");
    assert_readings("pi", "noise_laeq noise_laeq 43.2 dB[SPL]{A}\n"
                          "pressure pressure 101325.00 Pa converted\n");
}

TEST(times_have_the_precision_that_is_told)
{
    const struct {
        const char *query, *line;
    } rows[] = {
        {"precision=s", "d co2=400 1748779200"},           {"precision=ms", "d co2=400 1748779200000"},
        {"precision=us", "d co2=400 1748779200000000"},    {"precision=u", "d co2=400 1748779200000000"},
        {"precision=ns", "d co2=400 1748779200000000000"}, {"db=x&precision=h", "d co2=400 485772"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        scene.m.query = str_of(rows[i].query);
        decode_lines(rows[i].line);
        assert_time("2025-06-01T12:00:00Z");
    }
    scene.m.query = STR("precision=week");
    assert_false(decode(STR("d co2=400 1")));
    assert_error(ERR_UNKNOWN, "precision is ns, us, ms, s, m or h");
    scene.m.query = STR("precision=h");
    decode_lines("d co2=400 9223372036854775807");
    assert_rejects("line: the time is beyond what can be told\n");
}

TEST(a_bad_line_leaves_its_neighbours)
{
    decode_lines("d co2=400\nd co2\nd co2=\"high\",humidity=50\n,x=1 y=2\nd temperature=f\n");
    assert_readings("d", "- co2 400 [ppm]\n"
                         "- humidity 50 %\n");
    assert_rejects("line: expected '=' behind the field's key\n"
                   "co2: is not a number\n"
                   "line: expected a name or value\n"
                   "temperature: is not a number\n");
}

TEST(readings_of_one_device_come_together)
{
    decode_lines("b co2=1\na co2=2\nb co2=3\na co2=4");
    const char *const devices[] = {"a", "a", "b", "b"};
    const double values[] = {2, 4, 1, 3};
    assert_int_equal(scene.out.reading_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_str(scene.out.readings[i].device, devices[i]);
        assert_true(value_to_double(&scene.out.readings[i].result) == values[i]);
    }
}

TEST(telegrafs_question_for_a_database_is_answered)
{
    scene.m.path = STR("/push/influx/query");
    decode_lines("q=CREATE DATABASE telegraf");
    assert_readings("", "");
    assert_str(scene.out.note, "there are no databases to make here");
}

TEST(ten_thousand_lines_are_read)
{
    buf b = {.max = 4 << 20};
    for (int i = 0; i < 10000; i++)
        buf_print(&b, "air,device=d%d pm25=%d.5,pm10=%d 174877%07d000000\n", i % 100, i % 50, i % 50 + 1, i);
    if (!decode(buf_str(&b))) fail_msg("%s", scene.e.text);
    assert_int_equal(scene.out.reading_count, 20000);
    assert_int_equal(scene.out.reject_count, 0);
    buf_free(&b);
}

TEST(damage_is_survived)
{
    survives_every_cut_and_flip(
        STR("my\\ air,device=d\\,1,lat=52 pm25=8.5,n=\"a \\\"b\\\"\" 1748779200000000000\nb value=1i\n"));
}

RUN_ADAPTER(device_influx, SCENE(the_device_is_a_tag_and_fields_are_quantities),
            SCENE(without_a_tag_the_measurement_is_the_device),
            SCENE(a_field_called_value_is_what_is_measured), SCENE(times_have_the_precision_that_is_told),
            SCENE(a_bad_line_leaves_its_neighbours), SCENE(readings_of_one_device_come_together),
            SCENE(telegrafs_question_for_a_database_is_answered), SCENE(ten_thousand_lines_are_read),
            SCENE(damage_is_survived))
