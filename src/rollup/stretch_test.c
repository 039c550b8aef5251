// SPDX-License-Identifier: EUPL-1.2
#include "rollup/stretch.h"

#include "base/test.h"
#include "rollup/tally.h"

#include <math.h>
#include <string.h>

// ---- a tally as bytes ----------------------------------------------------------------------------------------------

static uint64_t seed = 20261127;

static uint64_t next_random(void)
{
    uint64_t x = seed += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

static size_t bytes_of_same(const struct tally *t)
{
    struct tally again;
    buf b = {.max = 1 << 20}, c = {.max = 1 << 20};
    err e;
    tally_put(&b, t);
    assert_false(b.failed);
    if (!tally_get(buf_str(&b), &again, &e)) fail_msg("%s", e.text);
    assert_true(tally_equal(t, &again));
    assert_int_equal(again.sketch.count, t->count);
    tally_put(&c, &again);
    assert_true(str_eq(buf_str(&b), buf_str(&c)));
    const size_t n = b.n;
    tally_free(&again);
    buf_free(&b);
    buf_free(&c);
    return n;
}

static size_t bytes_of_values(const char *key, double (*next)(int i), int count)
{
    const struct quantity *q = quantity_by_key(str_of(key));
    struct tally t = {.count = 0};
    err e;
    for (int i = 0; i < count; i++) assert_true(tally_add(&t, q, next(i), &e));
    const size_t n = t.count > 0 ? bytes_of_same(&t) : 0;
    tally_free(&t);
    return n;
}

static double day_of_air(int i)
{
    return round(10 * (12 + 5 * sin(i / 229.2)) + (double)(next_random() % 7)) / 10;
}
static double about_zero(int i)
{
    return ((double)(next_random() % 81) - 40 + 0 * i) / 10;
}
static double zero(int i)
{
    return 0 * i;
}
static double frost(int i)
{
    return -5 - (i % 40) / 10.0;
}
static double third(int i)
{
    return i / 3.0;
}
static double level(int i)
{
    return 30 + i % 70 + 1e-5 * i;
}

TEST(a_day_is_the_same_again_in_few_bytes)
{
    assert_in_range(bytes_of_values("temperature", day_of_air, 1440), 20, 90);
    assert_in_range(bytes_of_values("temperature", about_zero, 1440), 20, 400);
    assert_in_range(bytes_of_values("temperature", zero, 1440), 5, 20);
    assert_in_range(bytes_of_values("temperature", frost, 1440), 10, 90);
    assert_in_range(bytes_of_values("pm25", third, 1440), 10, 2000);
    assert_in_range(bytes_of_values("noise_laeq", level, 1440), 10, 500);
    assert_in_range(bytes_of_values("temperature", frost, 1), 5, 20);
}

TEST(any_whole_numbers_of_128_bits_come_back)
{
    static const wide widest = ((wide)INT64_MAX << 64) | (wide)0xffffffffffffffffu;
    struct tally t = {.count = 3, .sketch = {.count = 3, .zeros = 3}};
    static const int64_t ends[] = {INT64_MIN, -1000, 0, 1, INT64_MAX};
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < 5; k++) {
            t.least = ends[i];
            t.most = ends[k];
            t.sum = widest;
            t.squares = -widest;
            t.energy = -widest - 1;
            (void)bytes_of_same(&t);
            t.sum = t.energy;
            t.squares = 1000000;
            (void)bytes_of_same(&t);
        }
    }
}

TEST(counts_that_are_far_apart_come_back)
{
    uint64_t counts[] = {1, (uint64_t)INT64_MAX / 4, 2, 0, 0, 0, 7, 1};
    struct tally t = {.count = (int64_t)(INT64_MAX / 4 + 12), .above = {0, 5, 0, 9}};
    t.sketch = (struct sketch){.count = (uint64_t)t.count, .zeros = 1};
    t.sketch.negative = (struct sketch_side){-2073, 8, 8, counts};
    (void)bytes_of_same(&t);
}

TEST(a_tally_that_was_cut_or_says_too_much_is_refused)
{
    const struct quantity *q = quantity_by_key(STR("pm25"));
    struct tally t = {.count = 0}, again;
    buf b = {.max = 1 << 20};
    err e;
    for (int i = 0; i < 500; i++) assert_true(tally_add(&t, q, day_of_air(i), &e));
    tally_put(&b, &t);
    for (size_t n = 0; n < b.n; n++) {
        assert_false(tally_get(str_slice(buf_str(&b), 0, n), &again, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
    }
    buf_add_char(&b, 0);
    assert_false(tally_get(buf_str(&b), &again, &e));
    tally_free(&t);
    buf_free(&b);
}

// ---- days as bytes -------------------------------------------------------------------------------------------------

TEST(days_come_back_at_their_places)
{
    struct stretch s = {.day = {[0] = STR("one"), [7] = STR("\0x"), [15] = STR("last")}}, again;
    buf b = {.max = 1000};
    err e;
    stretch_write(&b, &s);
    assert_true(stretch_read(buf_str(&b), &again, &e));
    for (int i = 0; i < STRETCH_DAYS; i++) assert_true(str_eq(s.day[i], again.day[i]));
    buf_free(&b);
    s = (struct stretch){.day = {{0}}};
    stretch_write(&b, &s);
    assert_int_equal(b.n, 0);
    assert_true(stretch_read(buf_str(&b), &again, &e));
}

TEST(damaged_days_are_refused_whichever_byte_it_is)
{
    const struct stretch s = {.day = {[3] = STR("three"), [4] = STR("four")}};
    struct stretch again;
    buf b = {.max = 1000};
    err e;
    stretch_write(&b, &s);
    for (size_t i = 0; i < b.n; i++) {
        b.p[i] ^= 0x10;
        assert_false(stretch_read(buf_str(&b), &again, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
        b.p[i] ^= 0x10;
    }
    for (size_t n = 1; n < b.n; n++) assert_false(stretch_read(str_slice(buf_str(&b), 0, n), &again, &e));
    buf_free(&b);
}

TEST(every_day_has_its_stretch_and_number)
{
    for (int32_t day = -800000; day < 3000000; day += 7) {
        const int32_t stretch = stretch_of(day);
        assert_in_range(day - stretch_first(stretch), 0, STRETCH_DAYS - 1);
        assert_true(stretch >= STRETCH_LEAST && stretch <= STRETCH_MOST);
        const int64_t number = stretch_number(stretch, 2097151);
        assert_true(number >= 0 && number < BYTES_NUMBERS);
        assert_int_equal(stretch_of_number(number), stretch);
        assert_int_equal(stretch_stream_of_number(number), 2097151);
    }
    assert_int_equal(stretch_of(-1), -1);
    assert_int_equal(stretch_of(-16), -1);
    assert_int_equal(stretch_of(-17), -2);
}

RUN(CASE(a_day_is_the_same_again_in_few_bytes), CASE(any_whole_numbers_of_128_bits_come_back),
    CASE(counts_that_are_far_apart_come_back), CASE(a_tally_that_was_cut_or_says_too_much_is_refused),
    CASE(days_come_back_at_their_places), CASE(damaged_days_are_refused_whichever_byte_it_is),
    CASE(every_day_has_its_stretch_and_number))
