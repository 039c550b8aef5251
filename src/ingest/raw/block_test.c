// SPDX-License-Identifier: EUPL-1.2
#include "ingest/raw/block.h"

#include "base/test.h"

#include <stdio.h>
#include <string.h>

static struct kept {
    char adapter[32];
    buf body, topic, query, header;
    instant received;
} got[8];
static size_t count, most = 8;
static arena *a;
static err e;

static str header(const char *name, const void *context)
{
    return strcmp(name, "X-Sensor") == 0 ? str_of(context) : (str){0};
}

static void set(buf *b, str s)
{
    b->max = 1 << 16;
    b->n = 0;
    buf_add(b, s);
}

static bool take(const struct device_adapter *d, const struct device_message *m, void *context, err *why)
{
    (void)context, (void)why;
    struct kept *k = &got[count++];
    snprintf(k->adapter, sizeof k->adapter, "%.*s", STR_ARG(d->name));
    set(&k->body, m->body);
    set(&k->topic, m->topic);
    set(&k->query, m->query);
    set(&k->header, m->header("X-Sensor", m->context));
    k->received = m->received;
    return count < most;
}

static const struct device_adapter *adapter(void)
{
    return device_by_name(STR("sensor_community"));
}

static bool read_text(str text)
{
    count = 0;
    e.code = ERR_NONE;
    return raw_block_each(text, take, NULL, &e);
}

TEST(what_is_kept_comes_back_as_it_came_but_for_tokens)
{
    buf b = {.max = 1 << 16};
    str packed;
    const char sensor[] = "esp8266-1";
    const struct device_message one = {.topic = STR("a/b"),
                                       .query = STR("p=secret&decoder=x&token=secret&u=me&v=1"),
                                       .path = STR("/push/sensor_community/secret"),
                                       .body = {"{\n\"x\": \"\0\xff\"}\n", 13},
                                       .received = 1795651200000001,
                                       .header = header,
                                       .context = sensor};
    const struct device_message two = {.body = STR(""), .received = 7};
    raw_block_add(&b, adapter(), &one);
    raw_block_add(&b, adapter(), &two);
    size_t at;
    assert_false(str_find(buf_str(&b), STR("secret"), &at));
    count = 0;
    assert_true(raw_block_pack(buf_str(&b), a, &packed, &e));
    assert_true(raw_block_read(packed, a, take, NULL, &e));
    assert_int_equal(count, 2);
    assert_string_equal(got[0].adapter, "sensor_community");
    assert_true(str_eq(buf_str(&got[0].body), one.body));
    assert_str(buf_str(&got[0].topic), "a/b");
    assert_str(buf_str(&got[0].query), "decoder=x&v=1");
    assert_str(buf_str(&got[0].header), "esp8266-1");
    assert_int_equal(got[0].received, 1795651200000001);
    assert_int_equal(got[1].body.n, 0);
    assert_int_equal(got[1].received, 7);
    buf_free(&b);
}

// One message must not take its neighbours with it.
TEST(a_message_with_bytes_that_are_no_text_leaves_the_others_readable)
{
    buf b = {.max = 1 << 16};
    const struct device_message odd = {
        .topic = {"t/\xff\xc0\n\"\\\0", 8}, .query = STR("q=\xed\xa0\x80"), .body = STR("1")};
    const struct device_message plain = {.body = STR("2")};
    raw_block_add(&b, adapter(), &odd);
    raw_block_add(&b, adapter(), &plain);
    assert_true(read_text(buf_str(&b)));
    assert_int_equal(count, 2);
    assert_str(buf_str(&got[1].body), "2");
    buf_free(&b);
}

TEST(what_is_damaged_is_told)
{
    static const char *const texts[] = {
        "{\"adapter\":\"sensor_community\",\"bytes\":3}\nabc",    // cut off
        "{\"adapter\":\"sensor_community\",\"bytes\":2}\nabc\n",  // a wrong length
        "{\"adapter\":\"sensor_community\",\"bytes\":-1}\nabc\n",
        "{\"adapter\":\"sensor_community\",\"bytes\":99999999999}\nabc\n",
        "{\"adapter\":\"sensor_community\"\nabc\n",
        "[3]\nabc\n",
        "\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_false(read_text(str_of(texts[i])));
        assert_int_equal(e.code, ERR_CORRUPT);
    }
    static const str packed[] = {STR(""), STR("no zstd"), STR("\x28\xb5\x2f\xfd"),
                                 // A frame that says it holds 4 GB.
                                 STR("\x28\xb5\x2f\xfd\xa0\xff\xff\xff\xff\x01\x00\x00")};
    for (size_t i = 0; i < sizeof packed / sizeof packed[0]; i++) {
        assert_false(raw_block_read(packed[i], a, take, NULL, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
    }
}

TEST(messages_of_an_adapter_that_is_no_more_are_passed_over_and_the_reader_may_stop)
{
    const str text = STR("{\"adapter\":\"of_old\",\"bytes\":1}\na\n"
                         "{\"adapter\":\"sensor_community\",\"bytes\":1}\nb\n"
                         "{\"adapter\":\"sensor_community\",\"bytes\":1}\nc\n");
    assert_true(read_text(text));
    assert_int_equal(count, 2);
    assert_str(buf_str(&got[0].body), "b");
    most = 1;
    assert_false(read_text(text));
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(count, 1);
    most = 8;
}

static int before(void **state)
{
    (void)state;
    return !(a = arena_new((size_t)64 << 20));
}

static int after(void **state)
{
    (void)state;
    arena_free(a);
    for (size_t i = 0; i < sizeof got / sizeof got[0]; i++) {
        buf_free(&got[i].body);
        buf_free(&got[i].topic);
        buf_free(&got[i].query);
        buf_free(&got[i].header);
    }
    return 0;
}

RUN_WITH(before, after, CASE(what_is_kept_comes_back_as_it_came_but_for_tokens),
         CASE(a_message_with_bytes_that_are_no_text_leaves_the_others_readable),
         CASE(what_is_damaged_is_told),
         CASE(messages_of_an_adapter_that_is_no_more_are_passed_over_and_the_reader_may_stop))
