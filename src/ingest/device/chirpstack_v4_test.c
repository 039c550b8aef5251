// SPDX-License-Identifier: EUPL-1.2
// Expected readings: those that come with the samples (chirpstack-docs, ThingsBoard's data converters), payloads by hand
// from the makers' tables.
#include "ingest/device/testing.h"

#include <math.h>

extern const struct device_adapter device_chirpstack_v4;

TEST(raw_bytes_of_a_noise_sensor)
{
    scene.m.query = STR("event=up&decoder=milesight-ws302");
    decode_file("ws302_noise_raw_only.json");
    assert_readings("1000000000000001", "- battery 100 %\n"
                                        "- noise_laf 57.5 dB[SPL]{A}\n"
                                        "- noise_laeq 47.4 dB[SPL]{A}\n"
                                        "- noise_la_max 61.8 dB[SPL]{A}\n");
    assert_time("2023-05-22T07:47:05.404859Z");
    assert_str(scene.out.sequence, "57433366-50a6-4dc2-8145-2df1bbc70d9e");
    assert_true(scene.out.state.rssi_dbm == -35);
}

// 03 67 ee00: 23.8; 04 68 7c: 62; 07 7d a803: 936; 09 73 6627: 10086 / 10 hPa; 0a 7d 0400: 0.04 mg/m3; 0b 7d 2000: 32; 0c 7d 3000: 48
TEST(raw_bytes_of_an_air_sensor)
{
    scene.m.topic = STR("application/ca739e26-7b67-4f14-b69e-d568c22a5a75/device/1000000000000001/event/up");
    scene.m.query = STR("decoder=milesight-am319");
    decode_file("am319_air_raw_only.json");
    assert_readings("1000000000000001", "- battery 85 %\n"
                                        "- temperature 23.8 Cel\n"
                                        "- humidity 62.0 %\n"
                                        "- motion 1 1\n"
                                        "- ?light_level\n"
                                        "- co2 936 [ppm]\n"
                                        "- ?tvoc\n"
                                        "- pressure 100860.0 Pa converted\n"
                                        "- hcho 40.00 ug/m3 converted\n"
                                        "- pm25 32 ug/m3\n"
                                        "- pm10 48 ug/m3\n");
    assert_rejects("");
}

TEST(an_uplink_that_leaves_out_its_counter)
{
    decode_file("docs_up.json");
    assert_readings("0101010101010101", "- ?payload on port 1\n");
    assert_time("2022-07-18T09:34:15.775023Z");
    assert_true(scene.out.state.rssi_dbm == -36);
}

TEST(values_that_a_codec_decoded)
{
    assert_true(decode(STR("{\"deviceInfo\":{\"devEui\":\"0101\"},\"fPort\":2,\"object\":{"
                           "\"temperatureSensor\":{\"1\":23.5,\"2\":-4.0},"
                           "\"humiditySensor\":{\"3\":43.0}}}")));
    assert_readings("0101", "1 temperature 23.5 Cel\n"
                            "2 temperature -4.0 Cel\n"
                            "3 humidity 43.0 %\n");
}

TEST(a_decoder_is_found_by_tag_or_profile)
{
    const char *const rows[] = {"\"tags\":{\"decoder\":\"milesight-ws302\"}",
                                "\"deviceProfileName\":\"Milesight WS302 EU868\""};
    for (size_t i = 0; i < 2; i++) {
        str body;
        assert_true(arena_print(
            scene.a, &body,
            "{\"deviceInfo\":{\"devEui\":\"0101\",%s},\"fPort\":85,\"data\":\"AXVkBVsFPwLaAWoC\"}", rows[i]));
        assert_true(decode(body));
        assert_int_equal(scene.out.reading_count, 4);
    }
}

TEST(the_state_of_the_battery_is_no_reading)
{
    decode_file("docs_status.json");
    assert_readings("", "");
    assert_str(scene.out.device, "0101010101010101");
    assert_true(scene.out.state.battery_percent == 88.3);
    assert_true(decode(
        STR("{\"deviceInfo\":{\"devEui\":\"0101\"},\"batteryLevel\":0.0,\"externalPowerSource\":true}")));
    assert_true(isnan(scene.out.state.battery_percent));
    assert_true(decode(
        STR("{\"deviceInfo\":{\"devEui\":\"0101\"},\"batteryLevel\":0.0,\"batteryLevelUnavailable\":true}")));
    assert_true(isnan(scene.out.state.battery_percent));
}

TEST(a_location_moves_the_device)
{
    decode_file("docs_location.json");
    assert_readings("", "");
    assert_true(scene.out.state.latitude == 37.344214 && scene.out.state.longitude == -8.839375);
}

TEST(other_events_are_signs_of_life)
{
    decode_file("docs_join.json");
    assert_readings("", "");
    assert_str(scene.out.device, "0101010101010101");
    assert_str(scene.out.note, "an event of the network; no readings");
    scene.m.query = STR("event=log");
    assert_true(decode(STR("{\"deviceInfo\":{\"devEui\":\"0101\"},\"level\":\"WARNING\",\"code\":\"UPLINK_F_"
                           "CNT_RETRANSMISSION\"}")));
    assert_str(scene.out.note, "the network server says UPLINK_F_CNT_RETRANSMISSION; no readings");
}

TEST(what_is_no_event_is_refused)
{
    assert_false(decode(STR("{\"deviceInfo\":{\"devEui\":\"0101\"}}")));
    assert_error(ERR_UNKNOWN, "not an event of ChirpStack v4 that peil knows");
    assert_false(decode(STR("{\"deviceInfo\":7}")));
    assert_error(ERR_TYPE, "'deviceInfo' must be an object, not a number");
    scene.m.content_type = STR("application/octet-stream");
    assert_false(decode(STR("\x0a\x02")));
    assert_error(ERR_MEDIA, "this is protobuf: choose JSON in the integration of ChirpStack");
}

TEST(damage_is_survived)
{
    scene.m.query = STR("decoder=milesight-am319");
    survives_every_cut_and_flip(scene_file("am319_air_raw_only.json"));
}

RUN_ADAPTER(device_chirpstack_v4, SCENE(raw_bytes_of_a_noise_sensor), SCENE(raw_bytes_of_an_air_sensor),
            SCENE(an_uplink_that_leaves_out_its_counter), SCENE(values_that_a_codec_decoded),
            SCENE(a_decoder_is_found_by_tag_or_profile), SCENE(the_state_of_the_battery_is_no_reading),
            SCENE(a_location_moves_the_device), SCENE(other_events_are_signs_of_life),
            SCENE(what_is_no_event_is_refused), SCENE(damage_is_survived))
