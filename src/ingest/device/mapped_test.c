// SPDX-License-Identifier: EUPL-1.2
// Expected readings follow from the rules by hand; 60 cm is 0.6 m, 68 degrees Fahrenheit are 20 degrees Celsius.
#include "ingest/device/testing.h"
#include "ingest/topic/mapping.h"

extern const struct device_adapter device_mapped;

static const char rules[] = "# what the town has\n"
                            "garden/{device}/air  /pm25         pm25\n"
                            "garden/{device}/air  /climate/0/t  temperature °F sensor=BME280 time=/ts\n"
                            "garden/{device}/air  /climate/0/x~1y  - datastream=12 optional=yes\n"
                            "well/level           -             water_level cm device=well\n"
                            "house/{device}/{sensor}/+/t /v  temperature\n";

static void decode_on(const char *topic, const char *body)
{
    static struct mapping *m;
    mapping_free(m);
    m = NULL;
    if (!mapping_parse(str_of(rules), "map", &m, &scene.e)) fail_msg("%s", scene.e.text);
    scene.site.mapping = mapping_rules(m);
    scene.m.topic = str_of(topic);
    if (!decode(str_of(body))) fail_msg("%s", scene.e.text);
    mapping_free(m);  // readings have texts of their own
    m = NULL;
}

TEST(all_rules_of_a_topic_are_read)
{
    decode_on("garden/north/air", "{\"pm25\":\"12.5\",\"climate\":[{\"t\":68,\"x/y\":7}],\"ts\":1767261540}");
    assert_readings("north", "- pm25 12.5 ug/m3\n"
                             "BME280 temperature 20 Cel converted\n"
                             "- ?/climate/0/x~1y\n");
    assert_true(scene.out.readings[1].time == (instant)1767261540 * TIME_SECOND);
    assert_true(scene.out.readings[2].stream == 12);
    assert_true(scene.out.readings[0].stream == 0);
    assert_true(scene.out.is_vouched);
}

TEST(a_whole_payload_is_a_number)
{
    decode_on("well/level", " 60 \n");
    assert_readings("well", "- water_level 0.60 m converted\n");
    assert_time(NULL);
}

TEST(levels_of_the_topic_name_device_and_sensor)
{
    decode_on("house/7/attic/raw/t", "{\"v\":21}");
    assert_readings("7", "attic temperature 21 Cel\n");
    assert_false(scene.out.is_vouched);
}

TEST(what_is_not_there_is_a_reject_and_unknown_is_no_value)
{
    decode_on("garden/north/air", "{\"climate\":[{\"t\":\"unavailable\"}],\"ts\":\"2026-01-01T10:59:00\"}");
    assert_readings("north", "");
    assert_rejects("/pm25: has no value\n");
}

TEST(milliseconds_are_told_by_their_size)
{
    decode_on("garden/north/air", "{\"pm25\":1,\"climate\":[{\"t\":50}],\"ts\":1767261540000}");
    assert_true(scene.out.readings[1].time == (instant)1767261540 * TIME_SECOND);
}

RUN_ADAPTER(device_mapped, SCENE(all_rules_of_a_topic_are_read), SCENE(a_whole_payload_is_a_number),
            SCENE(levels_of_the_topic_name_device_and_sensor),
            SCENE(what_is_not_there_is_a_reject_and_unknown_is_no_value),
            SCENE(milliseconds_are_told_by_their_size))
