// SPDX-License-Identifier: EUPL-1.2
#include "ingest/decode/gather.h"

#include "base/test.h"
#include "ingest/decode/loose.h"

#include <math.h>

#define RECEIVED ((instant)1767261600 * TIME_SECOND)  // 2026-01-01T10:00:00Z

static arena *memory;
static const struct device_message message = {.received = RECEIVED};
static struct gather g;
static err e;

static int set_up(void **state)
{
    (void)state;
    memory = arena_new((size_t)1 << 22);
    gather_start(&g, &message, 100, memory);
    return memory && gather_device(&g, STR("d"), &e) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(memory);
    return 0;
}

static const json *parse(const char *text)
{
    json *j;
    if (!loose_json(str_of(text), memory, &j, &e)) fail_msg("%s", e.text);
    return j;
}

static void gather_text(const char *text)
{
    if (!gather_tree(&g, parse(text), &e)) fail_msg("%s", e.text);
}

static void expect(size_t i, const char *sensor, const char *quantity, const char *digits, unsigned flags)
{
    buf b = {.max = 100};
    assert_true(i < g.out.reading_count);
    const struct reading *r = &g.out.readings[i];
    value_write_json(&b, &r->result);
    assert_str(r->sensor, sensor);
    assert_str(r->quantity ? r->quantity->key : STR("?"), quantity);
    assert_str(buf_str(&b), digits);
    assert_int_equal(r->flags & ~(unsigned)READING_NO_DEVICE_TIME, flags);
    buf_free(&b);
}

TEST(the_last_part_of_a_name_says_what_and_the_rest_where)
{
    gather_text(
        "{\"DHT11\":{\"Temperature\":23.0,\"Humidity\":\"37.5 %\"},\"temperature_1\":20.5,"
        "\"temperatureSensor\":{\"3\":19},\"rooms\":[{\"co2\":800}],\"a\":{\"humidity\":{\"2\":50}}}");
    expect(0, "DHT11", "temperature", "23.0", 0);
    expect(1, "DHT11", "humidity", "37.5", 0);
    expect(2, "1", "temperature", "20.5", 0);
    expect(3, "3", "temperature", "19", 0);
    expect(4, "rooms.1", "co2", "800", 0);
    expect(5, "a.2", "humidity", "50", 0);
    assert_int_equal(g.out.reading_count, 6);
    assert_int_equal(g.out.reject_count, 0);
    assert_str(g.out.readings[0].name, "DHT11.Temperature");
}

TEST(a_bad_value_leaves_its_neighbours)
{
    gather_text("{\"temperature\":\"warm\",\"humidity\":51,\"pm10\":nan,\"pm25\":null,\"co2\":\"3 "
                "lx\",\"noise\":{}}");
    assert_int_equal(g.out.reading_count, 1);
    assert_int_equal(g.out.reject_count, 4);
    assert_string_equal(g.out.rejects[0].why.text, "temperature: is not a number");
    assert_string_equal(g.out.rejects[3].why.text, "co2: is in lx, not in ppm");
    assert_int_equal(g.out.rejects[3].why.at, 65);
}

TEST(unknown_names_are_kept_with_their_path)
{
    gather_text("{\"aqi\":15.6,\"x\":{\"y\":true,\"z\":\"text\"}}");
    assert_int_equal(g.out.reading_count, 3);
    assert_null(g.out.readings[2].quantity);
    assert_str(g.out.readings[2].name, "x.z");
}

TEST(state_is_no_reading)
{
    gather_text("{\"lat\":52.04,\"longitude\":\"4.32\",\"rssi\":-61,\"battery\":87}");
    assert_true(g.out.state.latitude == 52.04 && g.out.state.longitude == 4.32);
    assert_true(g.out.state.rssi_dbm == -61 && g.out.state.battery_percent == 87);
    assert_int_equal(g.out.reading_count, 1);
    expect(0, "", "battery", "87", 0);
}

TEST(a_number_without_a_unit_is_read_as_what_it_can_only_be)
{
    gather_text(
        "{\"pressure\":1018.2,\"a\":{\"pressure\":101.325,\"battery\":3.649},\"b\":{\"pressure\":76.1},"
        "\"c\":{\"pressure\":101325},\"BatV\":3.1,\"vdd\":3426,\"d\":{\"battery\":3}}");
    expect(0, "", "pressure", "101820.0", READING_CONVERTED);
    expect(1, "a", "pressure", "101325.000", READING_CONVERTED);
    expect(2, "a", "battery_voltage", "3.649", READING_CONVERTED);
    expect(3, "b", "pressure", "76.1", READING_IMPLAUSIBLE);
    expect(4, "c", "pressure", "101325", 0);
    expect(5, "", "battery_voltage", "3.1", 0);
    expect(6, "", "battery_voltage", "3.426", READING_CONVERTED);
    expect(7, "d", "battery", "3", 0);
}

TEST(yes_and_no_are_one_and_zero_where_things_are_counted)
{
    gather_text("{\"motion\":true,\"occupancy\":false,\"temperature\":true}");
    expect(0, "", "motion", "1", 0);
    expect(1, "", "occupancy", "0", 0);
    assert_int_equal(g.out.reject_count, 1);
}

TEST(dust_classes_are_compared_within_a_group)
{
    gather_text("{\"pm10\":1,\"pm25\":25}");
    gather_group(&g);
    gather_text("{\"pm10\":30}");
    struct device_result out;
    gather_end(&g, &out);
    expect(0, "", "pm10", "1", READING_IMPLAUSIBLE);
    expect(1, "", "pm25", "25", READING_IMPLAUSIBLE);
    expect(2, "", "pm10", "30", 0);
}

TEST(clocks_are_judged)
{
    const struct {
        instant sent, time;
        unsigned flags;
    } rows[] = {
        {RECEIVED - 30 * TIME_DAY, RECEIVED - 30 * TIME_DAY, 0},
        {RECEIVED + TIME_MINUTE, RECEIVED + TIME_MINUTE, 0},
        {RECEIVED + TIME_HOUR, RECEIVED + TIME_HOUR, READING_CLOCK},
        {RECEIVED + 366 * TIME_DAY, TIME_NONE, READING_CLOCK | READING_NO_DEVICE_TIME},
        {(instant)7 * TIME_SECOND, TIME_NONE, READING_CLOCK | READING_NO_DEVICE_TIME},
        {TIME_NONE, TIME_NONE, READING_NO_DEVICE_TIME},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gather_time(&g, rows[i].sent);
        assert_int_equal(g.time, rows[i].time);
        assert_int_equal(g.time_flags, rows[i].flags);
    }
}

TEST(what_is_too_much_refuses_the_whole)
{
    buf b = {.max = 1 << 16};
    BUF_LIT(&b, "{\"a\":0");
    for (int i = 0; i < 100; i++) buf_print(&b, ",\"a%d\":1", i);
    BUF_LIT(&b, "}");
    json *j;
    assert_true(json_parse(buf_str(&b), memory, &j, &e));
    assert_false(gather_tree(&g, j, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_free(&b);
    assert_false(gather_tree(&g, parse("{\"a\":[[[[[[[[[1]]]]]]]]]}"), &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_false(gather_tree(&g, parse("[1]"), &e));
    assert_int_equal(e.code, ERR_TYPE);
}

TEST(a_device_has_a_name_that_can_be_printed)
{
    assert_true(gather_device(&g, STR(" Meetkast Oud-Rijswijk é "), &e));
    assert_str(g.device, "Meetkast Oud-Rijswijk é");
    assert_false(gather_device(&g, STR("  "), &e));
    assert_int_equal(e.code, ERR_MISSING);
    assert_false(gather_device(&g, STR("a\nb"), &e));
    assert_false(gather_device(&g, STR("\xff"), &e));
    assert_int_equal(e.code, ERR_RANGE);
}

#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
RUN(EACH(the_last_part_of_a_name_says_what_and_the_rest_where), EACH(a_bad_value_leaves_its_neighbours),
    EACH(unknown_names_are_kept_with_their_path), EACH(state_is_no_reading),
    EACH(a_number_without_a_unit_is_read_as_what_it_can_only_be),
    EACH(yes_and_no_are_one_and_zero_where_things_are_counted),
    EACH(dust_classes_are_compared_within_a_group), EACH(clocks_are_judged),
    EACH(what_is_too_much_refuses_the_whole), EACH(a_device_has_a_name_that_can_be_printed))
