// SPDX-License-Identifier: EUPL-1.2
#include "ingest/device/testing.h"

#include "base/file.h"
#include "base/tz.h"
#include "ingest/lorawan/book.h"

#include <math.h>
#include <stdio.h>

#define FILE_MAX ((size_t)1 << 20)
#define MEMORY ((size_t)64 << 20)

struct scene scene;
static const char *corpus = "fuzz/corpus";
static struct tz *zone;
static struct payload_book *book;

int scene_set_up(void **state)
{
    (void)state;
    const struct device_adapter *adapter = scene.adapter;
    scene = (struct scene){.adapter = adapter, .a = arena_new(MEMORY)};
    scene.site.zone = zone;
    scene.site.payloads = book;
    scene.m.received = RECEIVED;
    scene.m.site = &scene.site;
    return scene.a ? 0 : -1;
}

int scene_tear_down(void **state)
{
    (void)state;
    arena_free(scene.a);
    return 0;
}

static void fault(const char *sentence, void *context)
{
    (void)context;
    print_error("%s\n", sentence);
}

int scene_run(int argc, char **argv, const struct device_adapter *adapter, const struct CMUnitTest *tests,
              size_t count)
{
    err e;
    if (argc > 1) corpus = argv[1];
    zone = tz_load("Europe/Amsterdam", &e);
    book = payload_book_new(&e);
    if (!zone || !book || (argc > 2 && !payload_book_add(book, argv[2], fault, NULL, &e))) return 1;
    scene.adapter = adapter;
    const int failed = _cmocka_run_group_tests(adapter->name.p, tests, count, NULL, NULL);
    tz_free(zone);
    payload_book_free(book);
    return failed;
}

str scene_file(const char *name)
{
    char path[1000];
    buf bytes = {.max = FILE_MAX};
    str body;
    snprintf(path, sizeof path, "%s/device_%s/%s", corpus, scene.adapter->name.p, name);
    if (!file_read(path, &bytes, &scene.e)) fail_msg("%s", scene.e.text);
    assert_true(arena_copy(scene.a, buf_str(&bytes), &body));
    buf_free(&bytes);
    return body;
}

bool decode(str body)
{
    scene.m.body = body;
    scene.out = (struct device_result){.state = DEVICE_STATE_NONE};
    scene.e = (err){0};
    return scene.adapter->decode(&scene.m, scene.a, &scene.out, &scene.e);
}

void decode_file(const char *name)
{
    if (!decode(scene_file(name))) fail_msg("%s: %s", name, scene.e.text);
}

// ---- readings as text --------------------------------------------------------------------------------------------

static void add_flags(buf *b, unsigned flags)
{
    static const struct {
        unsigned flag;
        str word;
    } words[] = {{READING_CONVERTED, STR(" converted")},
                 {READING_IMPLAUSIBLE, STR(" implausible")},
                 {READING_CLOCK, STR(" clock")},
                 {READING_SATURATED, STR(" saturated")}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (flags & words[i].flag) buf_add(b, words[i].word);
}

static void add_reading(buf *b, const struct reading *r)
{
    buf_add(b, r->sensor.n ? r->sensor : STR("-"));
    buf_add_char(b, ' ');
    if (r->quantity) {
        buf_add(b, r->quantity->key);
        buf_add_char(b, ' ');
        value_write_json(b, &r->result);
        buf_add_char(b, ' ');
        buf_add(b, r->quantity->ucum);
    } else {
        buf_add_char(b, '?');
        buf_add(b, r->name);
    }
    add_flags(b, r->flags);
    buf_add_char(b, '\n');
}

static void assert_text(buf *b, const char *expected)
{
    if (b->failed || !str_eq(buf_str(b), str_of(expected)))
        fail_msg("\n---- is\n%.*s---- should be\n%s----", STR_ARG(buf_str(b)), expected);
    buf_free(b);
}

void assert_readings(const char *device, const char *expected)
{
    buf b = {.max = FILE_MAX};
    for (size_t i = 0; i < scene.out.reading_count; i++) {
        const struct reading *r = &scene.out.readings[i];
        assert_str(r->device, device);
        assert_true(r->name.n > 0);
        add_reading(&b, r);
    }
    assert_text(&b, expected);
}

void assert_rejects(const char *expected)
{
    buf b = {.max = FILE_MAX};
    for (size_t i = 0; i < scene.out.reject_count; i++) buf_print(&b, "%s\n", scene.out.rejects[i].why.text);
    assert_text(&b, expected);
}

void assert_time(const char *expected)
{
    assert_true(scene.out.reading_count > 0);
    for (size_t i = 0; i < scene.out.reading_count; i++) {
        const struct reading *r = &scene.out.readings[i];
        char text[TIME_TEXT_MAX];
        const str time = {text, time_write(text, r->time)};
        assert_str(time, expected);
        assert_int_equal(!expected, (r->flags & READING_NO_DEVICE_TIME) != 0);
    }
}

void assert_error(err_code code, const char *text)
{
    assert_string_equal(scene.e.text, text);
    assert_int_equal(scene.e.code, code);
}

void survives_every_cut_and_flip(str body)
{
    char *bytes = arena_alloc(scene.a, body.n + 1);
    arena *whole = scene.a;
    assert_non_null(bytes);
    for (size_t i = 0; i < body.n; i++) bytes[i] = body.p[i];
    scene.a = arena_new(MEMORY);
    assert_non_null(scene.a);
    for (size_t i = 0; i < body.n; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes[i] = (char)(body.p[i] ^ (1 << bit));
            (void)decode((str){bytes, body.n});
            arena_reset(scene.a);
        }
        bytes[i] = body.p[i];
        (void)decode((str){body.p, i});
        arena_reset(scene.a);
    }
    arena_free(scene.a);
    scene.a = whole;
}
