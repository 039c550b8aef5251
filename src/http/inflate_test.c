// SPDX-License-Identifier: EUPL-1.2
// Packed bytes were made by Python's gzip and zlib.
#include "http/inflate.h"

#include "base/test.h"

#include <string.h>
#include <zlib.h>

#define HELLO_GZIP                                                                                         \
    STR("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00" \
        "\x00")
#define HELLO_ZLIB STR("\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c\x02\x15")
#define HELLO_RAW STR("\xcb\x48\xcd\xc9\xc9\x07\x00")

static void assert_unpacks(str body, const char *coding, const char *expected)
{
    buf out = {.max = 1000};
    err e = {0};
    if (!http_inflate(body, str_of(coding), 100, &out, &e)) fail_msg("%s: %s", coding, e.text);
    assert_str(buf_str(&out), expected);
    buf_free(&out);
}

static err fault_of(str body, const char *coding, size_t max)
{
    buf out = {.max = (size_t)1 << 20};
    err e = {0};
    assert_false(http_inflate(body, str_of(coding), max, &out, &e));
    assert_true(out.n <= max + 1);
    buf_free(&out);
    return e;
}

TEST(each_coding_is_unpacked)
{
    assert_unpacks(HELLO_GZIP, "gzip", "hello");
    assert_unpacks(HELLO_GZIP, "X-GZIP", "hello");
    assert_unpacks(HELLO_ZLIB, "deflate", "hello");
    assert_unpacks(HELLO_RAW, "deflate", "hello");
    assert_unpacks(STR("hello"), "identity", "hello");
    assert_unpacks(STR("hello"), "", "hello");
}

TEST(members_follow_each_other)
{
    char twice[100];
    const str one = HELLO_GZIP;
    memcpy(twice, one.p, one.n);
    memcpy(twice + one.n, one.p, one.n);
    assert_unpacks((str){twice, 2 * one.n}, "gzip", "hellohello");
}

TEST(what_is_cut_or_wrong_is_refused)
{
    for (size_t n = 0; n < HELLO_GZIP.n; n++)
        assert_int_equal(fault_of(str_slice(HELLO_GZIP, 0, n), "gzip", 100).code, ERR_SYNTAX);
    assert_int_equal(fault_of(STR("hello"), "gzip", 100).code, ERR_SYNTAX);
    assert_int_equal(fault_of(HELLO_GZIP, "br", 100).code, ERR_MEDIA);
}

TEST(a_bomb_stops_at_the_limit)
{
    static unsigned char zeros[1 << 20], packed[1 << 12];
    unsigned long n = sizeof packed;
    assert_int_equal(compress2(packed, &n, zeros, sizeof zeros, 9), Z_OK);
    assert_int_equal(fault_of((str){(char *)packed, n}, "deflate", 1000).code, ERR_LIMIT);
    assert_int_equal(fault_of(HELLO_GZIP, "gzip", 4).code, ERR_LIMIT);
    buf out = {.max = 1000};
    err e;
    assert_true(http_inflate(HELLO_GZIP, STR("gzip"), 5, &out, &e));
    buf_free(&out);
}

RUN(CASE(each_coding_is_unpacked), CASE(members_follow_each_other), CASE(what_is_cut_or_wrong_is_refused),
    CASE(a_bomb_stops_at_the_limit))
