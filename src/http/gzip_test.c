// SPDX-License-Identifier: EUPL-1.2
#include "http/gzip.h"

#include "base/test.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static struct compressors *c;

// What zlib's own reader makes of it; it checks the checksum and the length.
static str inflated(const buf *packed, char *to, size_t most)
{
    z_stream z = {0};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_in = (Bytef *)packed->p;
    z.avail_in = (uInt)packed->n;
    z.next_out = (Bytef *)to;
    z.avail_out = (uInt)most;
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    inflateEnd(&z);
    return (str){to, most - z.avail_out};
}

TEST(one_piece_comes_back)
{
    char text[100];
    buf packed = {.max = 1000};
    struct gzip_run run = {0};
    assert_true(gzip_add(c, &run, STR("peil peil peil peil"), true, &packed));
    assert_str(inflated(&packed, text, sizeof text), "peil peil peil peil");
    buf_free(&packed);
}

TEST(pieces_of_different_compressors_form_one_stream)
{
    char text[100];
    buf packed = {.max = 1000}, other = {.max = 1000};
    struct gzip_run run = {0}, between = {0};
    assert_true(gzip_add(c, &run, STR("one "), false, &packed));
    assert_true(gzip_add(c, &between, STR("someone else's"), false, &other));
    assert_true(gzip_add(c, &run, STR(""), false, &packed));
    assert_true(gzip_add(c, &run, STR("two "), false, &packed));
    assert_true(gzip_add(c, &run, STR("three"), false, &packed));
    assert_true(gzip_add(c, &run, STR(""), true, &packed));
    assert_str(inflated(&packed, text, sizeof text), "one two three");
    buf_free(&packed);
    buf_free(&other);
}

TEST(nothing_is_a_stream_too)
{
    char text[1];
    buf packed = {.max = 1000};
    struct gzip_run run = {0};
    assert_true(gzip_add(c, &run, (str){0}, true, &packed));
    assert_int_equal(inflated(&packed, text, sizeof text).n, 0);
    buf_free(&packed);
}

TEST(what_cannot_be_compressed_fits_nevertheless)
{
    enum { N = 200000 };
    char *noise = malloc(N), *back = malloc(N);
    buf packed = {.max = 2 * N};
    struct gzip_run run = {0};
    assert_true(noise && back);
    uint32_t x = 1;
    for (size_t i = 0; i < N; i++) noise[i] = (char)((x = x * 1664525 + 1013904223) >> 24);
    assert_true(gzip_add(c, &run, (str){noise, N / 2}, false, &packed));
    assert_true(gzip_add(c, &run, (str){noise + N / 2, N / 2}, true, &packed));
    assert_true(str_eq(inflated(&packed, back, N), (str){noise, N}));
    buf_free(&packed);
    free(noise);
    free(back);
}

TEST(a_full_buffer_is_reported)
{
    buf packed = {.max = 20};
    struct gzip_run run = {0};
    assert_false(gzip_add(c, &run, STR("more than fits in twenty bytes"), true, &packed));
    buf_free(&packed);
}

static int before(void **state)
{
    (void)state;
    c = compressors_new(1);
    return c ? 0 : -1;
}

static int after(void **state)
{
    (void)state;
    compressors_free(c);
    return 0;
}

RUN_WITH(before, after, CASE(one_piece_comes_back), CASE(pieces_of_different_compressors_form_one_stream),
         CASE(nothing_is_a_stream_too), CASE(what_cannot_be_compressed_fits_nevertheless),
         CASE(a_full_buffer_is_reported))
