// SPDX-License-Identifier: EUPL-1.2
// Expected values: those that come with the samples (ndokter/dsmr_parser, dsmr-reader), read by eye from the telegrams.
#include "ingest/p1/telegram.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/test.h"

#include <stdio.h>

static const char *directory = "fuzz/corpus/device_p1_telegram";
static struct p1_telegram t;
static err e;
static buf bytes = {.max = 1 << 16};

static str file(const char *name)
{
    char path[500];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    buf_clear(&bytes);
    if (!file_read(path, &bytes, &e)) fail_msg("%s", e.text);
    return buf_str(&bytes);
}

static void read_file(const char *name)
{
    if (!p1_telegram_read(file(name), &t, &e)) fail_msg("%s: %s", name, e.text);
    if (t.bad_lines) fail_msg("%s: %s at %zu", name, t.first_bad.text, t.first_bad.at);
}

static void read_lines(const char *lines)
{
    static char text[2000];  // what was read are views of it
    snprintf(text, sizeof text, "/X\r\n\r\n%s!\r\n", lines);
    if (!p1_telegram_read(str_of(text), &t, &e)) fail_msg("%s", e.text);
}

TEST(the_checksum_is_that_of_the_standard)
{
    // CRC-16/ARC of "123456789" is BB3D in every catalogue of checksums.
    assert_int_equal(p1_checksum(STR("123456789")), 0xBB3D);
}

TEST(a_wrong_checksum_refuses_the_telegram)
{
    assert_false(p1_telegram_read(file("dsmr42_bad_crc.txt"), &t, &e));
    assert_int_equal(e.code, ERR_SYNTAX);
    size_t at;
    assert_true(str_find(str_of(e.text), STR("the checksum is ABCD, the telegram's own is"), &at));
}

TEST(meters_of_2_2_and_3_have_neither_time_nor_checksum)
{
    read_file("dsmr22_iskra_mt382.txt");
    assert_str(t.maker, "ISk5\\2MT382-1004");
    assert_int_equal(t.version.n, 0);
    assert_false(t.time.is_given);
    assert_int_equal(t.registers[P1_ENERGY_IN_T1], 1001);
    assert_int_equal(t.registers[P1_ENERGY_OUT_T2], 1001);
    assert_int_equal(t.registers[P1_POWER_IN], 1010);
    assert_int_equal(t.channel_count, 1);
    assert_int_equal(t.channels[0].type, 3);
    assert_int_equal(t.channels[0].milli, 1001);
    assert_str(t.channels[0].unit, "m3");
    assert_int_equal(t.channels[0].time.local.hour, 19);
    assert_int_equal(t.channels[0].time.season, 0);
    read_file("dsmr3_text_message.txt");
    assert_int_equal(t.registers[P1_POWER_IN], 1190);
    assert_int_equal(t.channels[0].milli, 1001);
}

TEST(a_log_of_failures_has_entries_that_are_none)
{
    read_file("dsmr42_kaifa_failure_log.txt");
    assert_str(t.version, "42");
    assert_int_equal(t.registers[P1_ENERGY_IN_T1], 1581123);
    assert_int_equal(t.registers[P1_ENERGY_IN_T2], 1435706);
    assert_int_equal(t.registers[P1_POWER_IN], 2027);
    assert_int_equal(t.failure_count, 3);
    assert_int_equal(t.failures[0].seconds, 237126);
    assert_false(t.failures[0].is_artefact);
    assert_int_equal(t.failures[0].end.local.hour, 18);
    assert_true(t.failures[1].is_artefact && t.failures[2].is_artefact);
    assert_int_equal(t.channels[0].milli, 981443);
    assert_int_equal(t.channels[0].time.season, 'W');
    read_file("dsmr42_kaifa_single_phase_no_gas.txt");
    assert_int_equal(t.channel_count, 0);
    assert_true(t.failures[0].is_artefact);
}

TEST(channels_are_told_apart_by_their_number)
{
    read_file("dsmr42_landisgyr_single_phase_gas_channel_2.txt");
    assert_int_equal(t.channel_count, 1);
    assert_int_equal(t.channels[0].number, 2);
    assert_int_equal(t.channels[0].milli, 1438997);
    read_file("dsmr50_gas_on_channel_2.txt");
    assert_int_equal(t.channel_count, 2);
    assert_int_equal(t.channels[0].milli, 0);
    assert_int_equal(t.channels[0].unit.n, 0);
    assert_int_equal(t.channels[1].milli, 246138);
    read_file("dsmr50_iskra_empty_second_mbus.txt");
    assert_int_equal(t.channels[0].milli, 107);
    assert_int_equal(t.channels[1].milli, P1_NONE);
    assert_int_equal(t.registers[P1_VOLTAGE_L1], 230000);
    assert_int_equal(t.registers[P1_VOLTAGE_L3], 229000);
    assert_int_equal(t.registers[P1_CURRENT_L3], 860);
}

TEST(the_example_of_the_standard)
{
    read_file("dsmr50_example_three_phase.txt");
    assert_str(t.version, "50");
    assert_int_equal(t.registers[P1_ENERGY_IN_T1], 123456789);
    assert_int_equal(t.registers[P1_POWER_OUT_L3], 6666);
    assert_int_equal(t.registers[P1_VOLTAGE_L2], 220200);
    assert_int_equal(t.failure_count, 2);
    assert_int_equal(t.channels[0].milli, 12785123);
}

TEST(belgian_and_luxembourgish_meters_have_lines_of_their_own)
{
    read_file("fluvius_peak_demand_gas_and_water.txt");
    assert_str(t.version, "50217");
    assert_int_equal(t.registers[P1_DEMAND], 2351);
    assert_int_equal(t.registers[P1_PEAK], 2589);
    assert_int_equal(t.peak_time.local.day, 9);
    assert_int_equal(t.peak_history_count, 3);
    assert_int_equal(t.channels[0].milli, 112384);
    assert_int_equal(t.channels[1].type, 7);
    assert_int_equal(t.channels[1].milli, 872234);
    read_file("luxembourg_totals_only.txt");
    assert_int_equal(t.registers[P1_ENERGY_IN], 5675956);
    assert_int_equal(t.registers[P1_ENERGY_OUT], 2);
    assert_int_equal(t.registers[P1_ENERGY_IN_T1], P1_NONE);
    assert_int_equal(t.registers[P1_POWER_IN], 3074);
    assert_str(t.id, "11111111111111111111111111111111");
}

TEST(units_may_be_a_thousandth)
{
    read_lines(
        "1-0:1.8.0(0005675956*Wh)\r\n1-0:1.7.0(3074*W)\r\n1-0:2.7.0(0.5*W)\r\n1-0:32.7.0(0230.1230*V)\r\n");
    assert_int_equal(t.registers[P1_ENERGY_IN], 5675956);
    assert_int_equal(t.registers[P1_POWER_IN], 3074);
    assert_int_equal(t.registers[P1_POWER_OUT], P1_NONE);  // half a watt is no whole number of thousandths
    assert_int_equal(t.registers[P1_VOLTAGE_L1], 230123);
    assert_int_equal(t.bad_lines, 1);
}

TEST(times_that_are_none_leave_the_rest)
{
    const char *const rows[] = {"632525252525W", "700101010000W", "",
                                "200231120000W", "2002",          "200201120000X"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "0-1:24.1.0(003)\r\n0-1:24.2.1(%s)(00001.000*m3)\r\n1-0:1.7.0(00.100*kW)\r\n", rows[i]);
        read_lines(text);
        assert_false(t.channels[0].time.is_given);
        assert_int_equal(t.registers[P1_POWER_IN], 100);
        assert_int_equal(t.bad_lines, 0);
    }
    read_lines("0-0:1.0.0(200701120000s)\r\n");
    assert_int_equal(t.time.season, 'S');
}

TEST(all_forms_of_an_empty_log_are_read)
{
    read_lines("1-0:99.97.0()\r\n1-0:99.97.0(0)()\r\n1-0:99.97.0(0)(0-0:96.7.19)\r\n1-0:99.97.0(1)()()()"
               "\r\n0-0:98.1.0(0)\r\n");
    assert_int_equal(t.bad_lines, 0);
    assert_int_equal(t.failure_count, 0);
}

TEST(a_bad_line_leaves_its_neighbours)
{
    read_lines("1-0:1.8.1(00x001.001*kWh)\r\n1-0:1.8.2(00001.002*kWh)\r\ngarbage\r\n1-0:1.7.0(01.0\r\n1-0:2."
               "8.1(1*m3)\r\n9-9:9.9(1)\r\n");
    assert_int_equal(t.registers[P1_ENERGY_IN_T1], P1_NONE);
    assert_int_equal(t.registers[P1_ENERGY_IN_T2], 1002);
    assert_int_equal(t.bad_lines, 4);
    assert_int_equal(t.first_bad.at, 6);
    assert_int_equal(t.unknown_count, 1);
    assert_str(t.unknown[0], "9-9:9.9");
}

TEST(the_checksum_may_be_short_or_in_small_letters_but_not_missing)
{
    const char *const body = "/X\n1-3:0.2.8(42)\n!";
    static char text[100];
    const unsigned crc = p1_checksum(str_of(body));
    snprintf(text, sizeof text, "%s%x\n", body, crc);
    assert_true(p1_telegram_read(str_of(text), &t, &e));
    assert_false(p1_telegram_read(str_of(body), &t, &e));
    assert_string_equal(e.text, "the checksum is missing");
}

TEST(what_is_no_telegram_is_refused)
{
    assert_false(p1_telegram_read(STR(""), &t, &e));
    assert_false(p1_telegram_read(STR("hello"), &t, &e));
    assert_false(p1_telegram_read(STR("/X\r\n1-0:1.8.1(1*kWh)\r\n"), &t, &e));
    assert_string_equal(e.text, "the telegram has no line that starts with '!'");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(the_checksum_is_that_of_the_standard),
        CASE(a_wrong_checksum_refuses_the_telegram),
        CASE(meters_of_2_2_and_3_have_neither_time_nor_checksum),
        CASE(a_log_of_failures_has_entries_that_are_none),
        CASE(channels_are_told_apart_by_their_number),
        CASE(the_example_of_the_standard),
        CASE(belgian_and_luxembourgish_meters_have_lines_of_their_own),
        CASE(units_may_be_a_thousandth),
        CASE(times_that_are_none_leave_the_rest),
        CASE(all_forms_of_an_empty_log_are_read),
        CASE(a_bad_line_leaves_its_neighbours),
        CASE(the_checksum_may_be_short_or_in_small_letters_but_not_missing),
        CASE(what_is_no_telegram_is_refused),
    };
    if (argc > 1) directory = argv[1];
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_free(&bytes);
    return failed;
}
