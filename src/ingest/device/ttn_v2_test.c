// SPDX-License-Identifier: EUPL-1.2
// Expected readings: those that come with the sample (MySense).
#include "ingest/device/testing.h"

extern const struct device_adapter device_ttn_v2;

TEST(an_archive_of_frames)
{
    decode_file("mqtt_topic_space_payload.txt");
    assert_readings("1000000000000001", "- ?TTNversion\n"
                                        "- ?aqi\n"
                                        "- ?gas\n"
                                        "- humidity 89 %\n"
                                        "- pm10 17.4 ug/m3\n"
                                        "- pm25 15.5 ug/m3\n"
                                        "- pressure 101800 Pa converted\n"
                                        "- temperature 7.6 Cel\n"
                                        "- ?TTNversion\n"
                                        "- pm10 1 ug/m3 implausible\n"
                                        "- pm25 25 ug/m3 implausible\n"
                                        "- temperature 0 Cel\n");
    assert_rejects("");
    assert_int_equal(scene.out.readings[0].time, INT64_C(1604792900220189));
    assert_int_equal(scene.out.readings[11].time, INT64_C(1632731638282132));
}

TEST(one_frame_without_its_topic)
{
    assert_true(decode(STR("{\"app_id\":\"a\",\"dev_id\":\"d\",\"port\":1,\"payload_raw\":\"A2cBEA==\"}")));
    assert_readings("d", "- ?payload on port 1\n");
    scene.m.query = STR("decoder=cayenne-lpp");
    assert_true(decode(STR("{\"app_id\":\"a\",\"dev_id\":\"d\",\"port\":1,\"payload_raw\":\"A2cBEA==\"}")));
    assert_readings("d", "3 temperature 27.2 Cel\n");
    assert_time(NULL);
}

TEST(what_is_no_frame_is_refused)
{
    assert_false(decode(STR("a/devices/b/up")));
    assert_error(ERR_SYNTAX, "line 1: no JSON here");
    assert_false(decode(STR("{\"dev_id\":\"d\"}")));
    assert_error(ERR_MISSING, "line 1: 'app_id' is missing: not an uplink of The Things Network v2");
    assert_false(decode(STR(" \n")));
    assert_error(ERR_SYNTAX, "the message is empty");
}

TEST(damage_is_survived)
{
    survives_every_cut_and_flip(scene_file("mqtt_topic_space_payload.txt"));
}

RUN_ADAPTER(device_ttn_v2, SCENE(an_archive_of_frames), SCENE(one_frame_without_its_topic),
            SCENE(what_is_no_frame_is_refused), SCENE(damage_is_survived))
