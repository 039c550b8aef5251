// SPDX-License-Identifier: EUPL-1.2
// Expected values: calculated by hand from the makers' payload tables.
#include "ingest/lorawan/payload.h"

#include "base/test.h"

#include <math.h>

static arena *memory;
static struct gather g;
static err e;

static int set_up(void **state)
{
    static const struct device_message message = {.received = (instant)1767225600 * TIME_SECOND};
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

static struct description *describe(const char *text)
{
    struct description *d;
    if (!description_read(STR("test"), str_of(text), memory, &d, &e)) fail_msg("%s, at %zu", e.text, e.at);
    return d;
}

static void refuse(const char *text, err_code code, const char *why)
{
    struct description *d;
    if (description_read(STR("test"), str_of(text), memory, &d, &e)) fail_msg("%s was taken", text);
    assert_string_equal(e.text, why);
    assert_int_equal(e.code, code);
}

#define READ(d, bytes) assert_true(payload_read((d), STR(bytes), 0, &g, &e))

static void expect(size_t i, const char *sensor, const char *name, const char *digits)
{
    buf b = {.max = 100};
    assert_true(i < g.out.reading_count);
    const struct reading *r = &g.out.readings[i];
    assert_str(r->sensor, sensor);
    assert_str(r->name, name);
    value_write_json(&b, &r->result);
    assert_str(buf_str(&b), digits);
    buf_free(&b);
}

TEST(numbers_have_size_sign_and_byte_order)
{
    const char *const fields =
        "\"items\":[{\"values\":[{\"quantity\":\"counter\",\"type\":\"u8\"},{\"quantity\":\"tilt_x\","
        "\"type\":\"i8\"},"
        "{\"quantity\":\"counter\",\"type\":\"u16\"},{\"quantity\":\"counter\",\"type\":\"u24\"},"
        "{\"quantity\":\"counter\",\"type\":\"u32\"},{\"quantity\":\"power\",\"type\":\"i32\"}]}]}";
    str little, big;
    assert_true(arena_print(memory, &little, "{\"byte_order\":\"little\",%s", fields));
    assert_true(arena_print(memory, &big, "{\"byte_order\":\"big\",%s", fields));
    READ(describe(little.p), "\xfe\x01\x02\xff");
    READ(describe(big.p), "\xfe\x01\x02\xff");
    const char *const digits[] = {"254", "-2", "510",   "131582",   "4278321662", "-16645634",
                                  "254", "-2", "65025", "16646402", "4261479167", "-33488129"};
    const char *const names[] = {"counter", "tilt_x", "counter", "counter", "counter", "power"};
    for (size_t i = 0; i < 12; i++) expect(i, "", names[i % 6], digits[i]);
}

TEST(bits_scale_and_offset_make_the_value)
{
    READ(describe("{\"items\":[{\"values\":[{\"quantity\":\"battery_voltage\",\"bits\":[0,4],\"scale\":0.1,"
                  "\"add\":2.5},"
                  "{\"quantity\":\"tilt\",\"bits\":[4,4]},{\"quantity\":\"tilt_x\",\"type\":\"i8\",\"bits\":["
                  "4,4],\"scale\":1.5}]}]}"),
         "\xab");
    expect(0, "", "battery_voltage", "3.6");
    expect(1, "", "tilt", "10");
    expect(2, "", "tilt_x", "-9.0");
}

TEST(floats_are_read)
{
    struct description *d = describe("{\"byte_order\":\"little\",\"items\":[{\"values\":[{\"quantity\":"
                                     "\"temperature\",\"type\":\"f32\"}]}]}");
    READ(d, "\x00\x00\xac\x41");
    expect(0, "", "temperature", "21.5");
    READ(d, "\x00\x00\xc0\x7f");  // NaN
    assert_int_equal(g.out.reading_count, 1);
    assert_string_equal(g.out.rejects[0].why.text, "temperature: the sensor has no value");
}

TEST(a_condition_decides_whether_a_value_is_there)
{
    struct description *d = describe(
        "{\"items\":[{\"values\":[{\"quantity\":\"temperature\",\"at\":1,\"if\":{\"at\":0,\"bits\":[0,2],"
        "\"is\":1}},"
        "{\"quantity\":\"humidity\",\"at\":1,\"if\":{\"at\":0,\"bits\":[0,2],\"least\":2,\"most\":3}}]}]}");
    READ(d, "\x05\x14");
    READ(d, "\x06\x15");
    READ(d, "\x04\x16");
    assert_int_equal(g.out.reading_count, 2);
    expect(0, "", "temperature", "20");
    expect(1, "", "humidity", "21");
}

TEST(a_number_that_means_none_is_rejected)
{
    READ(describe("{\"items\":[{\"values\":[{\"quantity\":\"pm10\",\"none\":[255,254]},{\"quantity\":"
                  "\"pm25\",\"at\":1}]}]}"),
         "\xff\x07");
    assert_int_equal(g.out.reading_count, 1);
    expect(0, "", "pm25", "7");
    assert_string_equal(g.out.rejects[0].why.text, "pm10: the sensor has no value");
}

static const char *const tagged =
    "{\"byte_order\":\"big\",\"tag_bytes\":2,\"items\":["
    "{\"tag\":\".. "
    "67\",\"bytes\":2,\"values\":[{\"quantity\":\"temperature\",\"type\":\"i16\",\"scale\":0.1}]},"
    "{\"tag\":\"01 "
    "73\",\"bytes\":2,\"values\":[{\"quantity\":\"pressure\",\"type\":\"u16\",\"scale\":0.1,\"unit\":\"hPa\"}"
    "]},"
    "{\"tag\":\"FF 00\",\"bytes\":3}]}";

// The example of the Cayenne LPP documents: channel 3 27.2 °C, channel 5 25.5 °C.
TEST(tags_say_what_comes_and_number_the_sensors)
{
    READ(describe(tagged), "\x03\x67\x01\x10\xff\x00\x01\x02\x03\x05\x67\x00\xff\x01\x73\x27\x66");
    expect(0, "3", "temperature", "27.2");
    expect(1, "5", "temperature", "25.5");
    expect(2, "", "pressure", "100860.0");
    assert_int_equal(g.out.reject_count, 0);
}

TEST(what_was_read_before_an_unknown_tag_stays)
{
    READ(describe(tagged), "\x03\x67\x01\x10\x09\x09\x01");
    READ(describe(tagged), "\x03\x67\x01\x11\x05\x67\x00");
    READ(describe(tagged), "\x03\x67\x01\x12\x05");
    assert_int_equal(g.out.reading_count, 3);
    assert_int_equal(g.out.reject_count, 3);
    assert_string_equal(g.out.rejects[0].why.text,
                        "payload: byte 4: what stands here is not in the description 'test'");
    assert_string_equal(g.out.rejects[1].why.text,
                        "payload: byte 4: the payload ends within an item of 'test'");
}

TEST(a_value_behind_the_end_is_rejected)
{
    struct description *d = describe("{\"items\":[{\"values\":[{\"quantity\":\"pm10\"},{\"quantity\":"
                                     "\"pm25\",\"at\":1,\"type\":\"u16\"}]}]}");
    READ(d, "\x07\x01");
    assert_int_equal(g.out.reading_count, 1);
    assert_string_equal(g.out.rejects[0].why.text, "pm25: the payload ends before it");
}

TEST(a_place_is_no_reading)
{
    READ(describe("{\"byte_order\":\"big\",\"items\":[{\"values\":[{\"quantity\":\"latitude\",\"type\":"
                  "\"i24\",\"scale\":0.0001},"
                  "{\"quantity\":\"longitude\",\"at\":3,\"type\":\"i24\",\"scale\":0.0001}]}]}"),
         "\x06\x76\x5f\xf2\x96\x0a");  // the documents' example: 42.3519, -87.9094
    assert_int_equal(g.out.reading_count, 0);
    assert_true(fabs(g.out.state.latitude - 42.3519) < 1e-9 && fabs(g.out.state.longitude + 87.9094) < 1e-9);
}

TEST(a_description_with_a_fault_says_where)
{
    refuse("{", ERR_SYNTAX, "expected a name in double quotes, but the text ends here");
    refuse("[]", ERR_TYPE, "expected an object, not an array");
    refuse("{\"itms\":[]}", ERR_UNKNOWN, "unknown member 'itms'");
    refuse("{\"items\":[]}", ERR_MISSING, "a description has 'items'");
    refuse("{\"f_port\":0,\"items\":[{}]}", ERR_RANGE, "'f_port': expected a whole number from 1 to 255");
    refuse("{\"tag_bytes\":2,\"items\":[{\"tag\":\"01\",\"bytes\":1}]}", ERR_SYNTAX,
           "item 1: 'tag': expected 2 bytes in hex with a space between them, '..' for any");
    refuse("{\"tag_bytes\":1,\"items\":[{\"tag\":\"0g\",\"bytes\":1}]}", ERR_SYNTAX,
           "item 1: 'tag': expected 1 bytes in hex with a space between them, '..' for any");
    refuse("{\"tag_bytes\":1,\"items\":[{\"tag\":\"01\"}]}", ERR_MISSING,
           "item 1: an item has a 'tag' and its length in 'bytes'");
    refuse("{\"items\":[{},{}]}", ERR_RANGE, "without 'tag_bytes' there is one item: the whole payload");
    refuse("{\"items\":[{\"values\":[{\"quantity\":\"pm3\"}]}]}", ERR_UNKNOWN,
           "item 1: there is no quantity 'pm3'");
    refuse("{\"items\":[{\"values\":[{}]}]}", ERR_MISSING, "item 1: a value has a 'quantity' or a 'name'");
    refuse("{\"items\":[{\"values\":[{\"name\":\"x\",\"type\":\"u64\"}]}]}", ERR_UNKNOWN,
           "item 1: 'type': expected u8, i8, u16, i16, u24, i24, u32, i32 or f32");
    refuse("{\"items\":[{\"values\":[{\"name\":\"x\",\"bits\":[4,5]}]}]}", ERR_RANGE,
           "item 1: the number has no such bits");
    refuse("{\"items\":[{\"bytes\":1,\"values\":[{\"name\":\"x\",\"at\":1}]}]}", ERR_RANGE,
           "item 1: the number ends behind the item, which has 1 bytes");
    refuse("{\"items\":[{\"values\":[{\"quantity\":\"pm10\",\"unit\":\"lx\"}]}]}", ERR_UNKNOWN,
           "item 1: 'lx' is no unit of pm10");
    refuse("{\"items\":[{\"values\":[{\"name\":\"x\",\"if\":{\"at\":300}}]}]}", ERR_RANGE,
           "item 1: 'if': 'at': expected a whole number from 0 to 255");
}

#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
RUN(EACH(numbers_have_size_sign_and_byte_order), EACH(bits_scale_and_offset_make_the_value),
    EACH(floats_are_read), EACH(a_condition_decides_whether_a_value_is_there),
    EACH(a_number_that_means_none_is_rejected), EACH(tags_say_what_comes_and_number_the_sensors),
    EACH(what_was_read_before_an_unknown_tag_stays), EACH(a_value_behind_the_end_is_rejected),
    EACH(a_place_is_no_reading), EACH(a_description_with_a_fault_says_where))
