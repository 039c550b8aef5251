// SPDX-License-Identifier: EUPL-1.2
// Expected readings: those that come with the samples (documents of The Things Industries, ThingsBoard's data converters,
// lorawan-stack issue 3874), payloads by hand from the makers' tables.
#include "ingest/device/testing.h"

extern const struct device_adapter device_tts_v3;

TEST(an_uplink_that_the_network_decoded)
{
    decode_file("docs_uplink_decoded_f_port_absent.json");
    assert_readings("0004A30B001C0530", "- temperature 1.0 Cel\n"
                                        "- illuminance 0.64 lx\n");
    assert_rejects("");
    assert_time("2020-02-12T15:15:45.789585Z");  // as the network received it
    assert_str(scene.out.sequence, "AXA50tHUGUucuzS/bCGMNw==/1");
    assert_true(scene.out.state.rssi_dbm == -35);
    assert_true(scene.out.state.latitude == 37.97155556731436 &&
                scene.out.state.longitude == 23.72678801175413);
}

TEST(a_counter_that_is_left_out_is_zero_and_76_is_no_pressure)
{
    decode_file("first_uplink_without_f_cnt.json");
    assert_readings("1000000000000001", "- humidity 50.24 %\n"
                                        "- pressure 76.1 Pa implausible\n"
                                        "- temperature 26.3 Cel\n"
                                        "- battery_voltage 3.649 V converted\n"
                                        "- ?flags\n");
    assert_str(scene.out.sequence, "AXft26PUOd3Eai4jjy/JdA==/0");
    assert_time("2021-03-01T10:00:00.123456Z");
}

TEST(raw_bytes_of_a_noise_sensor)
{
    scene.m.query = STR("decoder=milesight-ws302");
    decode_file("ws302_noise_raw_only.json");
    assert_readings("1000000000000001", "- battery 100 %\n"
                                        "- noise_laf 57.5 dB[SPL]{A}\n"
                                        "- noise_laeq 47.4 dB[SPL]{A}\n"
                                        "- noise_la_max 61.8 dB[SPL]{A}\n");
    assert_true(scene.out.state.battery_percent == 100);
    assert_time("2023-05-19T05:33:35.641841Z");
}

TEST(raw_bytes_of_an_elsys_sensor)
{
    scene.m.query = STR("decoder=elsys");
    decode_file("ers2_sound_raw_only.json");
    assert_readings("1000000000000001", "- temperature 22.6 Cel\n"
                                        "- humidity 41 %\n"
                                        "- illuminance 39 lx\n"
                                        "- motion 6 1\n"
                                        "- battery_voltage 3.426 V converted\n"
                                        "- sound_peak 7 dB\n"
                                        "- sound_average 16 dB\n");
}

TEST(raw_bytes_without_a_decoder_are_listed)
{
    decode_file("ws302_noise_raw_only.json");
    assert_readings("1000000000000001", "- ?payload on port 85\n");
    scene.m.query = STR("decoder=nothing");
    decode_file("ws302_noise_raw_only.json");
    assert_readings("", "");
    assert_rejects("payload: the decoder that the device names is not there\n");
}

TEST(a_decoder_is_found_by_attribute_or_model)
{
    const char *const rows[] = {"\"attributes\":{\"decoder\":\"milesight-ws302\"}",
                                "\"version_ids\":{\"brand_id\":\"milesight-iot\",\"model_id\":\"ws302\"}"};
    for (size_t i = 0; i < 2; i++) {
        str body;
        assert_true(
            arena_print(scene.a, &body,
                        "{\"end_device_ids\":{\"device_id\":\"d1\"},\"uplink_message\":{\"f_port\":85,"
                        "\"frm_payload\":\"BVsFPwLaAWoC\",%s}}",
                        rows[i]));
        assert_true(decode(body));
        assert_readings("d1", "- noise_laf 57.5 dB[SPL]{A}\n"
                              "- noise_laeq 47.4 dB[SPL]{A}\n"
                              "- noise_la_max 61.8 dB[SPL]{A}\n");
        assert_time(NULL);
    }
}

TEST(a_join_is_a_sign_of_life)
{
    decode_file("docs_join_accept.json");
    assert_readings("", "");
    assert_str(scene.out.device, "0004A30B001C0530");
    assert_str(scene.out.note, "the device joined the network; no readings");
}

TEST(what_was_not_measured_is_not_read)
{
    const struct {
        const char *message, *note;
    } rows[] = {
        {"\"simulated\":true,\"uplink_message\":{\"decoded_payload\":{\"temperature\":1}}",
         "a simulated uplink measured nothing"},
        {"\"uplink_message\":{\"f_port\":7}", "the message has no payload"},
        {"\"uplink_message\":{\"frm_payload\":\"AQ==\"}",
         "port 0 carries commands of the radio, no readings"},
        {"\"downlink_ack\":{}", "about a message to the device; no readings"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        str body;
        assert_true(
            arena_print(scene.a, &body, "{\"end_device_ids\":{\"device_id\":\"d1\"},%s}", rows[i].message));
        assert_true(decode(body));
        assert_readings("", "");
        assert_str(scene.out.note, rows[i].note);
    }
}

TEST(lines_of_the_storage_api_are_uplinks_of_any_device)
{
    assert_true(decode(
        STR("{\"result\":{\"end_device_ids\":{\"device_id\":\"d1\"},\"received_at\":\"2025-06-01T10:00:00Z\","
            "\"uplink_message\":{\"f_cnt\":1,\"session_key_id\":\"k\",\"decoded_payload\":{\"temperature\":1}"
            "}}}\n\n"
            "{\"result\":{\"end_device_ids\":{\"device_id\":\"d2\"},\"received_at\":\"2025-06-01T10:01:00Z\","
            "\"uplink_message\":{\"decoded_payload\":{\"temperature\":2}}}}\n")));
    assert_int_equal(scene.out.reading_count, 2);
    assert_str(scene.out.readings[0].device, "d1");
    assert_str(scene.out.readings[1].device, "d2");
    assert_int_equal(scene.out.readings[1].time - scene.out.readings[0].time, TIME_MINUTE);
    assert_int_equal(scene.out.sequence.n, 0);
    assert_false(decode(STR(
        "{\"result\":{\"end_device_ids\":{\"device_id\":\"d1\"},\"uplink_message\":{}}}\n{\"result\":7}")));
    assert_error(ERR_TYPE, "line 2: 'result' must be an object, not a number");
}

TEST(what_is_no_message_of_the_things_stack_is_refused)
{
    assert_false(decode(STR("{}")));
    assert_error(ERR_MISSING, "'end_device_ids' is missing");
    assert_false(decode(STR("{\"end_device_ids\":{\"device_id\":\"d\"}}")));
    assert_error(ERR_MISSING, "neither an uplink_message nor another message of The Things Stack");
    assert_false(decode(STR("{\"end_device_ids\":{},\"uplink_message\":{}}")));
    assert_error(ERR_MISSING, "the message does not say which device it is from");
}

TEST(damage_is_survived)
{
    scene.m.query = STR("decoder=milesight-ws302");
    survives_every_cut_and_flip(scene_file("ws302_noise_raw_only.json"));
    survives_every_cut_and_flip(scene_file("docs_uplink_decoded_f_port_absent.json"));
}

RUN_ADAPTER(device_tts_v3, SCENE(an_uplink_that_the_network_decoded),
            SCENE(a_counter_that_is_left_out_is_zero_and_76_is_no_pressure),
            SCENE(raw_bytes_of_a_noise_sensor), SCENE(raw_bytes_of_an_elsys_sensor),
            SCENE(raw_bytes_without_a_decoder_are_listed), SCENE(a_decoder_is_found_by_attribute_or_model),
            SCENE(a_join_is_a_sign_of_life), SCENE(what_was_not_measured_is_not_read),
            SCENE(lines_of_the_storage_api_are_uplinks_of_any_device),
            SCENE(what_is_no_message_of_the_things_stack_is_refused), SCENE(damage_is_survived))
