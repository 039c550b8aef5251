// SPDX-License-Identifier: EUPL-1.2
// Expected readings: the sample's own numbers; ids of sensors as the platform lists them.
#include "ingest/device/testing.h"

extern const struct device_adapter device_smart_citizen;

TEST(readings_have_the_time_at_which_they_were_recorded)
{
    scene.m.topic = STR("device/sck/abcdef/readings");
    decode_file("readings_post.json");
    // BLAKE2b of "abcdef" by Python's hashlib
    assert_readings("sck-2465e7ee63a17b4b", "- ?sensor 1\n- ?sensor 1\n");
    assert_int_equal(scene.out.readings[0].time, INT64_C(1465381800) * TIME_SECOND);
    assert_int_equal(scene.out.readings[1].time, INT64_C(1465382100) * TIME_SECOND);
    assert_true(value_to_double(&scene.out.readings[1].result) == 22);
}

TEST(sensors_are_known_by_their_numbers)
{
    scene.m.query = STR("device=kit");
    assert_true(decode(STR(
        "{\"data\":[{\"recorded_at\":\"2025-06-08T10:30:00Z\",\"sensors\":[{\"id\":53,\"value\":48.4},"
        "{\"id\":55,\"value\":\"21.30\"},{\"id\":56,\"value\":51},{\"id\":58,\"value\":101.33},{\"id\":87,"
        "\"value\":7},"
        "{\"id\":88,\"value\":9},{\"id\":89,\"value\":5},{\"id\":14,\"value\":120},{\"id\":10,\"value\":98},"
        "{\"id\":56,\"value\":\"wet\"}]}]}")));
    assert_readings("kit", "ICS43432 noise_laeq 48.4 dB[SPL]{A}\n"
                           "SHT31 temperature 21.30 Cel\n"
                           "SHT31 humidity 51 %\n"
                           "MPL3115A2 pressure 101330.00 Pa converted\n"
                           "PMS5003 pm25 7 ug/m3\n"
                           "PMS5003 pm10 9 ug/m3\n"
                           "PMS5003 pm1 5 ug/m3\n"
                           "BH1730FVC illuminance 120 lx\n"
                           "- battery 98 %\n");
    assert_rejects("56: is not a number\n");
}

TEST(the_raw_form_is_almost_json)
{
    scene.m.topic = STR("device/sck/abcdef/readings/raw");
    assert_true(decode(STR("{t:2025-06-08T10:30:00Z,53:48.4,55:21.3,56:}")));
    assert_int_equal(scene.out.reading_count, 2);
    assert_time("2025-06-08T10:30:00Z");
    assert_rejects("56: has no value\n");
    assert_false(decode(STR("hello")));
    assert_error(ERR_SYNTAX, "expected {t:TIME,ID:VALUE,...}");
}

TEST(the_platforms_answer_is_read_too)
{
    scene.m.query = STR("device=kit");
    decode_file("platform.json");
    assert_readings("kit", "MPL3115A2 pressure 101200.0 Pa converted\n");
    assert_time("2016-06-08T10:30:00Z");
    assert_rejects("");
}

TEST(a_hello_is_a_sign_of_life)
{
    scene.m.topic = STR("device/sck/abcdef/hello");
    assert_true(decode(STR("{\"id\":\"abcdef\"}")));
    assert_str(scene.out.device, "sck-2465e7ee63a17b4b");
}

TEST(what_is_no_message_of_a_kit_is_refused)
{
    assert_false(decode(STR("{\"data\":[]}")));
    assert_error(ERR_MISSING, "name the kit with ?device=NAME");
    scene.m.query = STR("device=kit");
    assert_false(decode(STR("{\"data\":7}")));
    assert_error(ERR_TYPE, "'data' must be an array, not a number");
}

TEST(damage_is_survived)
{
    scene.m.topic = STR("device/sck/abcdef/readings");
    survives_every_cut_and_flip(scene_file("readings_post.json"));
    scene.m.topic = STR("device/sck/abcdef/readings/raw");
    survives_every_cut_and_flip(STR("{t:2025-06-08T10:30:00Z,53:48.4,55:21.3}"));
}

RUN_ADAPTER(device_smart_citizen, SCENE(readings_have_the_time_at_which_they_were_recorded),
            SCENE(sensors_are_known_by_their_numbers), SCENE(the_raw_form_is_almost_json),
            SCENE(the_platforms_answer_is_read_too), SCENE(a_hello_is_a_sign_of_life),
            SCENE(what_is_no_message_of_a_kit_is_refused), SCENE(damage_is_survived))
