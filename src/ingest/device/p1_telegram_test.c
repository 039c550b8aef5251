// SPDX-License-Identifier: EUPL-1.2
// Expected readings: those that come with the samples (ndokter/dsmr_parser, dsmr-reader), read by eye from the telegrams;
// pseudonyms by Python's hashlib.
#include "ingest/device/testing.h"

#include <stdio.h>

extern const struct device_adapter device_p1_telegram;

static void assert_time_of(const char *quantity, const char *expected)
{
    for (size_t i = 0; i < scene.out.reading_count; i++) {
        const struct reading *r = &scene.out.readings[i];
        if (!r->quantity || !str_eq(r->quantity->key, str_of(quantity))) continue;
        char text[TIME_TEXT_MAX];
        const str time = {text, time_write(text, r->time)};
        assert_str(time, expected);
        return;
    }
    fail_msg("no %s", quantity);
}

TEST(a_meter_of_4_2_with_gas)
{
    decode_file("dsmr42_kaifa_failure_log.txt");
    assert_readings("meter-fc569885f5dff660", "- energy 3016.829 kW.h\n"
                                              "- energy_t1 1581.123 kW.h\n"
                                              "- energy_t2 1435.706 kW.h\n"
                                              "- energy_returned 0 kW.h\n"
                                              "- energy_returned_t1 0 kW.h\n"
                                              "- energy_returned_t2 0 kW.h\n"
                                              "- power 2027 W\n"
                                              "L1 power 170 W\n"
                                              "L1 current 0 A\n"
                                              "L2 power 1247 W\n"
                                              "L2 current 6 A\n"
                                              "L3 power 209 W\n"
                                              "L3 current 2 A\n"
                                              "gas-9b24733d467de37f gas 981.443 m3\n");
    assert_rejects("");
    assert_time_of("power", "2016-11-13T19:57:57Z");
    assert_time_of("gas", "2016-11-29T19:00:00Z");
}

TEST(a_meter_of_2_2_has_no_time_of_its_own)
{
    decode_file("dsmr22_iskra_mt382.txt");
    assert_readings("meter-eab772bcefc9f7bf", "- energy 2.002 kW.h\n"
                                              "- energy_t1 1.001 kW.h\n"
                                              "- energy_t2 1.001 kW.h\n"
                                              "- energy_returned 2.002 kW.h\n"
                                              "- energy_returned_t1 1.001 kW.h\n"
                                              "- energy_returned_t2 1.001 kW.h\n"
                                              "- power 1010 W\n"
                                              "gas-3f28af82ca556e52 gas 1.001 m3\n");
    assert_rejects("");
    assert_time_of("power", "");
    assert_time_of("gas", "2016-11-07T18:00:00Z");
}

TEST(a_message_to_the_resident_is_left_out)
{
    decode_file("dsmr3_text_message.txt");
    assert_readings("meter-0dd1b6e4970bbfc7", "- energy 24691.356 kW.h\n"
                                              "- energy_t1 12345.678 kW.h\n"
                                              "- energy_t2 12345.678 kW.h\n"
                                              "- energy_returned 24691.356 kW.h\n"
                                              "- energy_returned_t1 12345.678 kW.h\n"
                                              "- energy_returned_t2 12345.678 kW.h\n"
                                              "- power 1190 W\n"
                                              "gas-af4682b8fc58dc7c gas 1.001 m3\n");
    assert_rejects("");
    assert_time_of("gas", "2009-02-12T15:00:00Z");
}

TEST(a_meter_without_gas)
{
    decode_file("dsmr42_kaifa_single_phase_no_gas.txt");
    assert_readings("meter-88e75989d6390678", "- energy 2336.278 kW.h\n"
                                              "- energy_t1 1073.079 kW.h\n"
                                              "- energy_t2 1263.199 kW.h\n"
                                              "- energy_returned 0 kW.h\n"
                                              "- energy_returned_t1 0 kW.h\n"
                                              "- energy_returned_t2 0 kW.h\n"
                                              "- power 143 W\n"
                                              "L1 power -178 W\n"
                                              "L1 current 0 A\n");
    assert_rejects("");
}

TEST(gas_on_the_second_channel)
{
    decode_file("dsmr42_landisgyr_single_phase_gas_channel_2.txt");
    assert_readings("meter-88e75989d6390678", "- energy 2540.09 kW.h\n"
                                              "- energy_t1 1255.252 kW.h\n"
                                              "- energy_t2 1284.838 kW.h\n"
                                              "- energy_returned 0 kW.h\n"
                                              "- energy_returned_t1 0 kW.h\n"
                                              "- energy_returned_t2 0 kW.h\n"
                                              "- power 187 W\n"
                                              "L1 power -812 W\n"
                                              "L1 current 1 A\n"
                                              "gas-88e75989d6390678 gas 1438.997 m3\n");
    assert_rejects("");
    assert_time_of("gas", "2016-03-17T21:00:00Z");
}

TEST(the_example_of_the_standard)
{
    decode_file("dsmr50_example_three_phase.txt");
    assert_readings("meter-0dd1b6e4970bbfc7", "- energy 246913.578 kW.h\n"
                                              "- energy_t1 123456.789 kW.h\n"
                                              "- energy_t2 123456.789 kW.h\n"
                                              "- energy_returned 246913.578 kW.h\n"
                                              "- energy_returned_t1 123456.789 kW.h\n"
                                              "- energy_returned_t2 123456.789 kW.h\n"
                                              "- power 1193 W\n"
                                              "L1 power -3333 W\n"
                                              "L1 voltage 220.1 V\n"
                                              "L1 current 1 A\n"
                                              "L2 power -3333 W\n"
                                              "L2 voltage 220.2 V\n"
                                              "L2 current 2 A\n"
                                              "L3 power -3333 W\n"
                                              "L3 voltage 220.3 V\n"
                                              "L3 current 3 A\n"
                                              "gas-af4682b8fc58dc7c gas 12785.123 m3\n");
    assert_rejects("");
    assert_time_of("power", "2010-12-09T10:30:20Z");
    assert_time_of("gas", "2010-12-09T10:25:00Z");
}

TEST(a_dead_meter_on_the_first_channel)
{
    decode_file("dsmr50_gas_on_channel_2.txt");
    assert_readings("meter-3e38599da5661173", "- energy 2375.582 kW.h\n"
                                              "- energy_t1 2130.115 kW.h\n"
                                              "- energy_t2 245.467 kW.h\n"
                                              "- energy_returned 0 kW.h\n"
                                              "- energy_returned_t1 0 kW.h\n"
                                              "- energy_returned_t2 0 kW.h\n"
                                              "- power 111 W\n"
                                              "L1 power 56 W\n"
                                              "L1 voltage 229.9 V\n"
                                              "L1 current 0 A\n"
                                              "L2 power 0 W\n"
                                              "L2 voltage 229.2 V\n"
                                              "L2 current 0 A\n"
                                              "L3 power 55 W\n"
                                              "L3 voltage 222.9 V\n"
                                              "L3 current 1 A\n"
                                              "gas-af4682b8fc58dc7c gas 246.138 m3\n");
    assert_rejects("");
    assert_time_of("gas", "2020-04-26T20:30:01Z");
}

TEST(an_empty_second_channel)
{
    decode_file("dsmr50_iskra_empty_second_mbus.txt");
    assert_readings("meter-0dd1b6e4970bbfc7", "- energy 6.825 kW.h\n"
                                              "- energy_t1 4.426 kW.h\n"
                                              "- energy_t2 2.399 kW.h\n"
                                              "- energy_returned 2.444 kW.h\n"
                                              "- energy_returned_t1 2.444 kW.h\n"
                                              "- energy_returned_t2 0 kW.h\n"
                                              "- power 244 W\n"
                                              "L1 power 70 W\n"
                                              "L1 voltage 230 V\n"
                                              "L1 current 0.48 A\n"
                                              "L2 power 32 W\n"
                                              "L2 voltage 230 V\n"
                                              "L2 current 0.44 A\n"
                                              "L3 power 142 W\n"
                                              "L3 voltage 229 V\n"
                                              "L3 current 0.86 A\n"
                                              "gas-af4682b8fc58dc7c gas 0.107 m3\n");
    assert_rejects("");
    assert_time_of("gas", "2017-01-02T15:10:05Z");
}

TEST(a_belgian_meter_with_gas_and_water)
{
    decode_file("fluvius_peak_demand_gas_and_water.txt");
    assert_readings("meter-f6c6c0f305b4f3e4", "- energy 15.792 kW.h\n"
                                              "- energy_t1 0.034 kW.h\n"
                                              "- energy_t2 15.758 kW.h\n"
                                              "- energy_returned 0.011 kW.h\n"
                                              "- energy_returned_t1 0 kW.h\n"
                                              "- energy_returned_t2 0.011 kW.h\n"
                                              "- power 0 W\n"
                                              "- power_demand 2351 W\n"
                                              "L1 power 0 W\n"
                                              "L1 voltage 234.7 V\n"
                                              "L1 current 0 A\n"
                                              "L2 power 0 W\n"
                                              "L2 voltage 234.7 V\n"
                                              "L2 current 0 A\n"
                                              "L3 power 0 W\n"
                                              "L3 voltage 234.7 V\n"
                                              "L3 current 0 A\n"
                                              "- power_peak 2589 W\n"
                                              "gas-0dd1b6e4970bbfc7 gas 112.384 m3\n"
                                              "water-0780e9930c79c220 water 872.234 m3\n");
    assert_rejects("");
    assert_time_of("power", "2020-05-12T11:54:09Z");
    assert_time_of("power_peak", "2020-05-09T11:45:58Z");
    assert_time_of("gas", "2020-05-12T11:45:58Z");
    assert_time_of("water", "2020-05-12T11:45:58Z");
}

TEST(a_luxembourgish_meter_with_totals_only)
{
    decode_file("luxembourg_totals_only.txt");
    assert_readings("meter-a98b24717d768865", "- energy 5675.956 kW.h\n"
                                              "- energy_returned 0.002 kW.h\n"
                                              "- power 3074 W\n");
    assert_rejects("");
    assert_time_of("power", "2019-10-31T13:22:39Z");
}

TEST(a_wrong_checksum_is_refused)
{
    assert_false(decode(scene_file("dsmr42_bad_crc.txt")));
    assert_int_equal(scene.e.code, ERR_SYNTAX);
    size_t at;
    assert_true(str_find(str_of(scene.e.text), STR("the checksum is ABCD"), &at));
    assert_int_equal(scene.e.at, 511);  // where '!' ends
}

TEST(a_bad_telegram_leaves_its_neighbours)
{
    decode_file("two_of_which_one_is_bad.txt");
    assert_int_equal(scene.out.reading_count, 17);
    assert_int_equal(scene.out.reject_count, 1);
    decode_file("one_broken_off_and_one_whole.txt");
    assert_int_equal(scene.out.reading_count, 3);
    assert_rejects("telegrams: 1 broke off\n");
}

TEST(the_operator_may_name_the_meter)
{
    scene.m.query = STR("device=Dorpsstraat+1");
    decode_file("luxembourg_totals_only.txt");
    assert_str(scene.out.readings[0].device, "Dorpsstraat 1");
    scene.m.query = (str){0};
    scene.m.topic = STR("p1/home-17/telegram");
    decode_file("luxembourg_totals_only.txt");
    assert_str(scene.out.readings[0].device, "home-17");
}

TEST(pseudonyms_are_made_with_the_secret_of_the_installation)
{
    scene.site.pepper = STR("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    decode_file("luxembourg_totals_only.txt");
    assert_str(scene.out.readings[0].device, "meter-c07fd43a55b0c9af");
}

static void decode_lines(const char *lines)
{
    static char text[2000];
    snprintf(text, sizeof text, "/X\r\n\r\n0-0:96.1.1(31)\r\n%s!\r\n", lines);
    if (!decode(str_of(text))) fail_msg("%s", scene.e.text);
}

TEST(of_two_gas_meters_the_one_that_counts_and_spoke_last_is_read)
{
    decode_lines("0-1:24.1.0(003)\r\n0-1:24.2.1(250601120000S)(00000.000*m3)\r\n"
                 "0-2:24.1.0(003)\r\n0-2:24.2.1(250601110000S)(00005.000*m3)\r\n"
                 "0-3:24.1.0(003)\r\n0-3:24.2.1(250501110000S)(00009.000*m3)\r\n"
                 "0-4:24.1.0(004)\r\n0-4:24.2.1(250601110000S)(012.345*GJ)\r\n");
    assert_int_equal(scene.out.reading_count, 2);
    assert_str(scene.out.readings[0].sensor, "gas, channel 2");
    assert_str(scene.out.readings[1].quantity->key, "heat");
    assert_true(value_to_double(&scene.out.readings[1].result) == 12.345);
}

TEST(clocks_that_cannot_be_right_are_doubted_one_by_one)
{
    decode_lines("0-0:1.0.0(000101000000W)\r\n1-0:1.7.0(01.000*kW)\r\n0-1:24.1.0(003)\r\n0-1:24.2.1("
                 "270101000000W)(00001.000*m3)\r\n");
    assert_readings("meter-0ac3de4a77f7a505", "- power 1000 W clock\n"
                                              "gas, channel 1 gas 1 m3 clock\n");
    assert_time(NULL);
    decode_lines("0-0:1.0.0(250330023000)\r\n1-0:1.7.0(01.000*kW)\r\n");
    assert_readings("meter-0ac3de4a77f7a505", "- power 1000 W clock\n");
    assert_time("2025-03-30T01:00:00Z");
    assert_str(scene.out.readings[0].why, "the clocks jumped over this time");
}

TEST(codes_that_peil_does_not_know_are_listed_without_their_value)
{
    decode_lines("1-0:99.99.9(secret)\r\n1-0:1.7.0(x)\r\n");
    assert_readings("meter-0ac3de4a77f7a505", "- ?1-0:99.99.9\n");
    assert_int_equal(scene.out.readings[0].result.type, VALUE_NULL);
    assert_rejects("telegram: this line cannot be read\n");
}

TEST(what_is_no_telegram_is_refused)
{
    assert_false(decode(STR("hello")));
    assert_error(ERR_SYNTAX, "no telegram: one starts with '/' and ends with a line that starts with '!'");
    assert_false(decode(STR("/X\r\n\r\n1-0:1.7.0(01.000*kW)\r\n!\r\n")));
    assert_error(ERR_MISSING, "the telegram has no number of its meter: name it with ?device=NAME");
}

TEST(damage_is_survived)
{
    survives_every_cut_and_flip(scene_file("fluvius_peak_demand_gas_and_water.txt"));
    survives_every_cut_and_flip(scene_file("dsmr22_iskra_mt382.txt"));
}

RUN_ADAPTER(device_p1_telegram, SCENE(a_meter_of_4_2_with_gas), SCENE(a_meter_of_2_2_has_no_time_of_its_own),
            SCENE(a_message_to_the_resident_is_left_out), SCENE(a_meter_without_gas),
            SCENE(gas_on_the_second_channel), SCENE(the_example_of_the_standard),
            SCENE(a_dead_meter_on_the_first_channel), SCENE(an_empty_second_channel),
            SCENE(a_belgian_meter_with_gas_and_water), SCENE(a_luxembourgish_meter_with_totals_only),
            SCENE(a_wrong_checksum_is_refused), SCENE(a_bad_telegram_leaves_its_neighbours),
            SCENE(the_operator_may_name_the_meter),
            SCENE(pseudonyms_are_made_with_the_secret_of_the_installation),
            SCENE(of_two_gas_meters_the_one_that_counts_and_spoke_last_is_read),
            SCENE(clocks_that_cannot_be_right_are_doubted_one_by_one),
            SCENE(codes_that_peil_does_not_know_are_listed_without_their_value),
            SCENE(what_is_no_telegram_is_refused), SCENE(damage_is_survived))
