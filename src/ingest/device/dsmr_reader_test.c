// SPDX-License-Identifier: EUPL-1.2
// Expected readings: the sample's own numbers; topics are those of DSMR-reader's default settings.
#include "ingest/device/testing.h"

extern const struct device_adapter device_dsmr_reader;

// As a reading if there is one.
static void expect(const char *topic, const char *payload, const char *reading)
{
    scene.m.topic = str_of(topic);
    if (!decode(str_of(payload))) fail_msg("%s: %s", topic, scene.e.text);
    assert_readings("dsmr-reader", reading);
    assert_rejects("");
}

TEST(each_topic_is_one_number)
{
    str rest = scene_file("dsmr_reader_split_topics.txt"), line, topic;
    const char *const expected[] = {"",
                                    "- energy_t1 1581.123 kW.h\n",
                                    "- energy_returned_t1 0.000 kW.h\n",
                                    "- energy_t2 1435.706 kW.h\n",
                                    "- energy_returned_t2 0.000 kW.h\n",
                                    "- power 2027.000 W converted\n",
                                    "",
                                    "L1 power 170.000 W converted\n",
                                    "",
                                    "gas gas 981.443 m3\n",
                                    ""};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0] && str_cut(&rest, '\n', &line); i++) {
        str payload = str_trim(line), topic_text;
        assert_true(str_cut(&payload, ' ', &topic));
        assert_true(arena_copy(scene.a, topic, &topic_text) && arena_copy(scene.a, payload, &payload));
        expect(topic_text.p, payload.p, expected[i]);
    }
}

TEST(power_has_the_sign_of_its_direction)
{
    expect("dsmr/reading/electricity_currently_returned", "0.250", "- power -250.000 W converted\n");
    expect("dsmr/reading/electricity_currently_delivered", "0.000", "");
    expect("dsmr/reading/phase_currently_returned_l2", "1.5", "L2 power -1500.0 W converted\n");
}

TEST(a_home_may_have_a_level_of_its_own)
{
    scene.m.topic = STR("dsmr/home-1/reading/phase_voltage_l1");
    assert_true(decode(STR("229.9")));
    assert_readings("home-1", "L1 voltage 229.9 V\n");
    assert_time(NULL);
}

TEST(all_numbers_come_in_one_json_with_their_times)
{
    scene.m.topic = STR("dsmr/home-1/json");
    assert_true(decode(
        STR("{\"id\":1,\"timestamp\":\"2020-11-02T20:15:05+01:00\",\"electricity_delivered_1\":\"1581.123\","
            "\"electricity_currently_returned\":\"0.250\",\"electricity_currently_delivered\":\"0.000\","
            "\"extra_device_timestamp\":\"2020-11-02T20:00:00+01:00\",\"extra_device_delivered\":\"981.443\","
            "\"phase_voltage_l1\":null,\"phase_voltage_l2\":\"x\"}")));
    assert_readings("home-1", "- energy_t1 1581.123 kW.h\n"
                              "- power -250.000 W converted\n"
                              "gas gas 981.443 m3\n");
    assert_rejects("phase_voltage_l2: is not a number\n");
    assert_int_equal(scene.out.readings[2].time - scene.out.readings[0].time, -905 * TIME_SECOND);
}

TEST(what_is_no_reading_is_told)
{
    scene.m.topic = STR("dsmr/reading/phase_voltage_l1");
    assert_true(decode(STR("high")));
    assert_rejects("phase_voltage_l1: is not a number\n");
    scene.m.topic = STR("dsmr/reading/new_thing");
    assert_true(decode(STR("7")));
    assert_readings("dsmr-reader", "- ?new_thing\n");
    scene.m.topic = (str){0};
    assert_false(decode(STR("7")));
    assert_error(ERR_MISSING, "the topic says what it is: dsmr/reading/NAME or dsmr/json");
}

TEST(damage_is_survived)
{
    scene.m.topic = STR("dsmr/json");
    survives_every_cut_and_flip(
        STR("{\"timestamp\":\"2020-11-02T20:15:05+01:00\",\"extra_device_delivered\":\"981.443\"}"));
}

RUN_ADAPTER(device_dsmr_reader, SCENE(each_topic_is_one_number), SCENE(power_has_the_sign_of_its_direction),
            SCENE(a_home_may_have_a_level_of_its_own), SCENE(all_numbers_come_in_one_json_with_their_times),
            SCENE(what_is_no_reading_is_told), SCENE(damage_is_survived))
