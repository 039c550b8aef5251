// SPDX-License-Identifier: EUPL-1.2
#include "ingest/device/testing.h"

extern const struct device_adapter device_csv;

static void decode_text(const char *text)
{
    if (!decode(str_of(text))) fail_msg("%s", scene.e.text);
}

TEST(a_column_for_each_quantity)
{
    decode_file("wide.csv");
    assert_readings("d1", "- temperature 21.5 Cel\n"
                          "- pm25 8 ug/m3\n"
                          "- battery 90 %\n"
                          "- pm25 9.25 ug/m3\n");
    assert_rejects("battery: is not a number\n");
    assert_time("2025-06-01T12:00:00Z");  // the second is on the clock of the town
}

TEST(a_line_for_each_value)
{
    decode_file("long.csv");
    assert_int_equal(scene.out.reading_count, 2);
    assert_str(scene.out.readings[0].device, "d1");
    assert_str(scene.out.readings[0].sensor, "BME280");
    assert_true(value_to_double(&scene.out.readings[0].result) == 101325);
    assert_str(scene.out.readings[1].device, "d2");
    assert_str(scene.out.readings[1].quantity->key, "gas");
}

TEST(the_device_may_be_named_for_all)
{
    scene.m.query = STR("device=logger&zone=UTC");
    decode_text("\xEF\xBB\xBFtijd\tPM10\twhat\n2025-06-01 12:00:00\t12,5\t7\n\t13\t\n");
    assert_readings("logger", "- pm10 12.5 ug/m3\n"
                              "- ?what\n"
                              "- pm10 13 ug/m3\n");
    assert_int_equal(scene.out.readings[0].time, INT64_C(1748779200) * TIME_SECOND);
    assert_int_equal(scene.out.readings[2].time, TIME_NONE);
}

TEST(a_bad_line_leaves_its_neighbours)
{
    scene.m.query = STR("device=d");
    decode_text("time,pm10\nyesterday,1\n2025-06-01T12:00:00Z,2,3\n2025-06-01T12:00:00Z,\"4\n2025-06-01T12:"
                "00:00Z,5\n");
    assert_readings("d", "- pm10 5 ug/m3\n");
    assert_rejects("time: is not a time\n"
                   "line: line 3: 3 columns, the header has 2\n"
                   "line: line 4: the quote is never closed\n");
    scene.m.query = (str){0};
    decode_text("device,pm10\n,1\nd,2\n");
    assert_rejects("device: line 2: the message does not say which device it is from\n");
}

TEST(each_device_of_a_table_has_its_own_place_and_battery)
{
    decode_text("device,lat,lon,battery,pm10\na,52.0,4.3,90,1\nb,52.1,4.4,80,2\na,52.0,4.3,89,3\nc,,,,4\n");
    assert_int_equal(scene.out.reading_count, 7);
    assert_true(scene.out.state.latitude == 52.0 && scene.out.state.battery_percent == 89);
    const struct device_state *b = scene.out.readings[2].state;
    assert_str(scene.out.readings[2].device, "b");
    assert_true(b->latitude == 52.1 && b->longitude == 4.4 && b->battery_percent == 80);
    assert_null(scene.out.readings[4].state);
    assert_true(isnan(scene.out.readings[6].state->latitude));
}

TEST(a_period_ends_at_the_time)
{
    decode_text("time,device,quantity,value,unit,period,latitude,longitude\n2026-01-01T09:00:00Z,a,pm10,12,"
                "ug/m3,3600,52,x\n");
    assert_int_equal(scene.out.readings[0].period_us, TIME_HOUR);
    assert_rejects("longitude: line 2: is not a number\n");
}

TEST(a_header_without_a_device_is_refused)
{
    assert_false(decode(STR("time,pm10\n1,2\n")));
    assert_error(ERR_MISSING, "the header names no column 'device': name it with ?device=NAME");
    assert_false(decode(STR("")));
}

TEST(damage_is_survived)
{
    survives_every_cut_and_flip(scene_file("wide.csv"));
    survives_every_cut_and_flip(scene_file("long.csv"));
}

RUN_ADAPTER(device_csv, SCENE(a_column_for_each_quantity), SCENE(a_line_for_each_value),
            SCENE(the_device_may_be_named_for_all), SCENE(a_bad_line_leaves_its_neighbours),
            SCENE(each_device_of_a_table_has_its_own_place_and_battery), SCENE(a_period_ends_at_the_time),
            SCENE(a_header_without_a_device_is_refused), SCENE(damage_is_survived))
