// SPDX-License-Identifier: EUPL-1.2
#include "series/chunk.h"

#include "series/checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t seed = 1;

static uint64_t next_random(void)
{
    seed += 0x9E3779B97F4A7C15;  // splitmix64
    uint64_t x = seed;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    return x ^ x >> 31;
}

static int64_t below(int64_t most)
{
    return (int64_t)(next_random() % (uint64_t)most);
}

static struct point plain(instant time, uint32_t number, int64_t units, uint8_t scale)
{
    return (struct point){
        .time = time, .number = number, .units = units, .scale = scale, .result_time = TIME_NONE};
}

static void assert_same_point(const struct point *a, const struct point *b)
{
    struct observation x, y;
    assert_true(point_read(a, 1, &x));
    assert_true(point_read(b, 1, &y));
    assert_int_equal(x.number, y.number);
    assert_int_equal(x.phenomenon_time.start, y.phenomenon_time.start);
    assert_int_equal(x.phenomenon_time.end, y.phenomenon_time.end);
    assert_int_equal(x.result_time, y.result_time);
    assert_int_equal(x.valid_time.start, y.valid_time.start);
    assert_int_equal(x.valid_time.end, y.valid_time.end);
    assert_int_equal(x.feature, y.feature);
    assert_int_equal(x.result.type, y.result.type);
    if (x.result.type == VALUE_DECIMAL) {
        assert_int_equal(x.result.number.units, y.result.number.units);
        assert_int_equal(x.result.number.scale, y.result.number.scale);
    }
    if (x.result.type == VALUE_BOOL) assert_int_equal(x.result.truth, y.result.truth);
    assert_true(str_eq(x.result.text, y.result.text));
    assert_int_equal(x.quality.type, y.quality.type);
    assert_true(str_eq(x.quality.text, y.quality.text));
    assert_true(str_eq(x.parameters, y.parameters));
}

static void assert_block(struct chunk_reader *r, const struct point *points, size_t count, size_t at)
{
    struct chunk_block b;
    struct point p;
    assert_true(chunk_next(r, &b));
    assert_int_equal(b.n, count - at < COLUMN_BLOCK ? count - at : COLUMN_BLOCK);
    for (size_t i = 0; i < b.n; i++) {
        chunk_point(r, &b, i, &p);
        assert_same_point(&points[at + i], &p);
    }
}

// What comes after blocks that were passed over, or that end before a time, is what it is in the whole.
static void parts_are_as_in_the_whole(str bytes, const struct point *points, size_t count)
{
    struct chunk_reader r;
    const size_t blocks = (count + COLUMN_BLOCK - 1) / COLUMN_BLOCK, passed = (size_t)below((int64_t)blocks);
    const instant time = points[below((int64_t)count)].time;
    size_t first = 0;
    while (points[first].time < time) first++;
    assert_true(chunk_open(&r, bytes, CHUNK_ALL));
    for (size_t i = chunk_blocks_until(&r, time) * COLUMN_BLOCK; i < count; i++)
        assert_true(points[i].time > time);
    assert_true(chunk_pass(&r, (uint32_t)passed));
    for (size_t at = passed * COLUMN_BLOCK; at < count; at += COLUMN_BLOCK)
        assert_block(&r, points, count, at);
    chunk_close(&r);
    assert_true(chunk_open(&r, bytes, CHUNK_ALL));
    r.from = time;
    assert_block(&r, points, count, first / COLUMN_BLOCK * COLUMN_BLOCK);
    chunk_close(&r);
}

// Written, read, the same; gives the bytes it took.
static size_t round_trip_of(const struct point *points, size_t count, chunk_way way)
{
    buf b = {.max = CHUNK_BYTES_MAX};
    arena *a = arena_new((size_t)256 << 20);
    struct point *got;
    size_t got_count;
    struct chunk_head h;
    assert_true(chunk_write(points, count, way, &b));
    assert_true(chunk_read_head(buf_str(&b), &h));
    assert_int_equal(h.count, count);
    assert_int_equal(h.first_time, points[0].time);
    assert_int_equal(h.last_time, points[count - 1].time);
    for (size_t i = 0; i < count; i++) assert_in_range(points[i].number, h.least_number, h.greatest_number);
    assert_true(chunk_points(buf_str(&b), 0, a, &got, &got_count));
    assert_int_equal(got_count, count);
    for (size_t i = 0; i < count; i++) assert_same_point(&points[i], &got[i]);
    parts_are_as_in_the_whole(buf_str(&b), points, count);
    const size_t bytes = b.n;
    arena_free(a);
    buf_free(&b);
    return bytes;
}

// Either way; gives the bytes of the small one.
static size_t round_trip(const struct point *points, size_t count)
{
    const size_t quick = round_trip_of(points, count, CHUNK_QUICK);
    const size_t small = round_trip_of(points, count, CHUNK_SMALL);
    assert_true(small <= quick);
    return small;
}

static struct point points[CHUNK_MOST];

static void a_regular_series_takes_less_than_a_byte_each(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 1024; i++) points[i] = plain(i * TIME_MINUTE, i + 1, 200 + below(16), 1);
    assert_in_range(round_trip(points, 1024), 1, 1024 * 6 / 10);  // 4 bits of chance in each
}

static void steady_times_say_where_a_time_is(void **state)
{
    (void)state;
    struct chunk_reader r;
    buf b = {.max = CHUNK_BYTES_MAX};
    for (uint32_t i = 0; i < 1000; i++) points[i] = plain(i * TIME_MINUTE, i + 1, below(100), 1);
    assert_true(chunk_write(points, 1000, CHUNK_SMALL, &b));
    assert_true(chunk_open(&r, buf_str(&b), CHUNK_ALL));
    assert_int_equal(chunk_blocks_until(&r, -1), 1);
    assert_int_equal(chunk_blocks_until(&r, 63 * TIME_MINUTE), 1);
    assert_int_equal(chunk_blocks_until(&r, 64 * TIME_MINUTE), 2);
    assert_int_equal(chunk_blocks_until(&r, INT64_MAX), 16);
    chunk_close(&r);
    buf_free(&b);
}

static void constants_take_next_to_nothing(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 1024; i++) points[i] = plain(i * TIME_MINUTE, i + 1, 1, 0);
    assert_in_range(round_trip(points, 1024), 1, 80);
}

static void one_observation_is_a_chunk_too(void **state)
{
    (void)state;
    points[0] = plain(TIME_MIN, 1, 0, 0);
    round_trip(points, 1);
    points[0] = plain(TIME_MAX, UINT32_MAX, INT64_MIN, 18);
    round_trip(points, 1);
}

static void equal_times_are_kept(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 300; i++) points[i] = plain(1000, i + 1, i, 2);
    round_trip(points, 300);
}

static void gaps_of_years_are_kept(void **state)
{
    (void)state;
    instant t = TIME_MIN;
    for (uint32_t i = 0; i < 500; i++) {
        t += i % 50 == 0 ? 9000 * TIME_DAY * (1 + below(30)) : TIME_MINUTE + below(3);
        points[i] = plain(t, i + 1, below(1000), 1);
    }
    round_trip(points, 500);
}

static void digits_are_kept_as_sent(void **state)
{
    (void)state;
    static const struct {
        int64_t units;
        uint8_t scale;
    } mixed[] = {{125, 1},
                 {12, 0},
                 {1225, 2},
                 {120, 1},
                 {0, 0},
                 {0, 3},
                 {-5, 1},
                 {100, 0},
                 {999999999999999999, 18},
                 {-999999999999999999, 0}};
    const size_t kinds = sizeof mixed / sizeof mixed[0];
    for (uint32_t i = 0; i < 640; i++) {
        const size_t k = (size_t)below((int64_t)kinds);
        points[i] = plain(i * TIME_SECOND, i + 1, mixed[k].units, mixed[k].scale);
    }
    round_trip(points, 640);
}

static void numbers_without_trailing_zeros_need_no_extra(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 1024; i++) {
        int64_t units = 1000 + below(64);
        uint8_t scale = 2;
        for (; scale > 0 && units % 10 == 0; scale--) units /= 10;
        points[i] = plain(i * TIME_MINUTE, i + 1, units, scale);
    }
    assert_in_range(round_trip(points, 1024), 1, 1024 * 7 / 8 + 100);
}

static void numbers_out_of_order_are_kept(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 1000; i++) points[i] = plain(i * TIME_MINUTE, (i * 7919) % 1009 + 1, i, 1);
    round_trip(points, 1000);
}

// Two connections send requests of ten readings; now and then one comes before the other's.
static void requests_out_of_order_cost_little(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4000; i++) points[i] = plain(i * TIME_MINUTE, i + 1, 200 + below(16), 1);
    const size_t in_order = round_trip(points, 4000);
    for (uint32_t request = 0; request + 1 < 400; request += 1 + (uint32_t)below(10)) {
        for (uint32_t i = 0; i < 10; i++) {
            const uint32_t number = points[request * 10 + i].number;
            points[request * 10 + i].number = points[request * 10 + 10 + i].number;
            points[request * 10 + 10 + i].number = number;
        }
    }
    assert_in_range(round_trip(points, 4000), in_order,
                    in_order + 100);  // some more than a byte a swap; column of numbers: four
}

static void runs_of_numbers_end_at_the_greatest(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 32; i++)
        points[i] = plain(i * TIME_MINUTE, (i + 16) % 32 + UINT32_MAX - 31, i, 1);
    round_trip(points, 32);
    for (uint32_t i = 0; i < 32; i++)
        points[i].number = UINT32_MAX - 15 + i;  // 0 does not follow the greatest
    round_trip(points, 32);
}

static void random_bits_are_kept(void **state)
{
    (void)state;
    for (int round = 0; round < 200; round++) {
        const size_t count = 1 + (size_t)below(300);
        instant t = below(TIME_MAX);
        for (uint32_t i = 0; i < count; i++) {
            if (t < TIME_MAX - TIME_DAY) t += below(1LL << below(36));
            points[i] = plain(t, (uint32_t)next_random() | 1, (int64_t)(next_random() >> below(64)),
                              (uint8_t)below(19));
            if (below(2)) points[i].units = -points[i].units;
            if (below(3) == 0) points[i].result_time = t + below(1LL << below(40));
            if (below(9) == 0) points[i].feature = below(3);
        }
        round_trip(points, count);
    }
}

static struct observation rich(uint32_t i)
{
    struct observation o = {.stream = 1,
                            .number = i + 1,
                            .phenomenon_time = {i * TIME_HOUR, TIME_NONE},
                            .result_time = TIME_NONE,
                            .valid_time = {TIME_NONE, TIME_NONE},
                            .result = value_decimal((decimal){(int64_t)i, 1})};
    switch (below(12)) {
    case 0: o.result = value_null(); break;
    case 1: o.result = value_bool(below(2)); break;
    case 2: o.result = value_text(STR("dry \"road\"")); break;
    case 3: o.result = value_text(STR("")); break;
    case 4: o.result = value_json(STR("{\"a\":[1,2]}")); break;
    case 5: o.result = value_of_number(STR("1.5E-7")); break;
    case 6: o.phenomenon_time.end = o.phenomenon_time.start + below(2) * TIME_HOUR; break;
    case 7: o.valid_time = (interval){o.phenomenon_time.start - TIME_DAY, TIME_MAX}; break;
    case 8: o.quality = value_text(STR("good")); break;
    case 9: o.parameters = STR("{\"depth\":3}"); break;
    default: break;
    }
    return o;
}

static void rare_things_are_kept(void **state)
{
    (void)state;
    buf bytes = {.max = 1 << 20};
    assert_true(buf_reserve(&bytes, 1 << 19));  // so that views into it stay
    for (uint32_t i = 0; i < 1024; i++) {
        const struct observation o = rich(i);
        point_of(&o, &bytes, &points[i]);
    }
    round_trip(points, 1024);
    buf_free(&bytes);
}

static void hourly_means_take_a_byte_or_two(void **state)
{
    (void)state;
    buf bytes = {.max = 1 << 20};
    assert_true(buf_reserve(&bytes, 1 << 19));
    for (uint32_t i = 0; i < 1024; i++) {
        const struct observation o = {.number = i + 1,
                                      .phenomenon_time = {i * TIME_HOUR, (i + 1) * TIME_HOUR},
                                      .result_time = (i + 1) * TIME_HOUR,
                                      .valid_time = {TIME_NONE, TIME_NONE},
                                      .result = value_decimal((decimal){100 + below(16), 1})};
        point_of(&o, &bytes, &points[i]);
    }
    assert_in_range(round_trip(points, 1024), 1, 1024);
    buf_free(&bytes);
}

static void any_changed_bit_is_noticed(void **state)
{
    (void)state;
    buf b = {.max = CHUNK_BYTES_MAX};
    for (uint32_t i = 0; i < 100; i++) points[i] = plain(i * TIME_MINUTE, i + 1, below(100), 1);
    assert_true(chunk_write(points, 100, CHUNK_SMALL, &b));
    struct chunk_reader r;
    for (size_t bit = 0; bit < b.n * 8; bit++) {
        b.p[bit / 8] = (char)(b.p[bit / 8] ^ (1 << bit % 8));
        assert_false(chunk_open(&r, buf_str(&b), CHUNK_ALL));
        b.p[bit / 8] = (char)(b.p[bit / 8] ^ (1 << bit % 8));
    }
    for (size_t n = 0; n < b.n; n++) assert_false(chunk_open(&r, str_slice(buf_str(&b), 0, n), CHUNK_ALL));
    buf_free(&b);
}

// ---- version 1 ----

// Written by the version before, kept to be read for ever: 200 readings, one a minute, a day's gap before the hundredth; every tenth
// with a result time, one without decimals, one late and large, the first fifty of a feature.
static const char version_1[] =
    "01e0f398fa2cc80102808290d90ca480067800c12480c60a000001cb01820203000000000000000000000000000000800248"
    "85028485868788898a8b8c8d8e8f90919293949596979899009b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3"
    "b4b5b6b7b8b9babbbcbdbebfc0c1c2c3800201474f80002101c99062c0e800f3420a3ebe6fc8c8a88159db955786086eb036"
    "4bb6375a58853090c4d0ad3e97c9e4f259ed1a242098d0ba18f5b247b101161b761344c8bcab2d0b5cab19435fdf47807c61"
    "0651608c9481240801408090806448316074807921051fdf376464d4c0acedca2b430437ff007a0143023f03860104370533"
    "062f079601082709230a1f0b1b0c170dae010e0f0f0b1007110313041408150c16d98080808080802017bcffffffffffff1f"
    "1818191c1a201b241c281d95011e301f342038218501224023442479254c26712754285829652a602b5d2c682d552e512f74"
    "3049317c3241333d3439358c013631372d3829399c013a213b1d3c193d153e113f0d05a90461949301c103f4030000004100"
    "0820800002082080410100020820800002084100208000020820800002180032079601004d0401030037";

static struct point of_version_1(uint32_t i)
{
    struct point p = plain(1704067200000000 + i * TIME_MINUTE + (i >= 100 ? TIME_DAY : 0), i + 5,
                           (int64_t)(i * i % 97) - 40, 1);
    p.feature = i < 50 ? 7 : 0;
    if (i % 10 == 3) p.result_time = p.time + 250000;
    if (i == 77) p.scale = 0;
    if (i == 150) {
        p.number = 1;
        p.units = -((int64_t)1 << 53);
    }
    return p;
}

// The bytes of a chunk, written as hexadecimal digits.
static void read_digits(const char *digits, buf *out)
{
    for (const char *p = digits; *p; p += 2) {
        const char two[3] = {p[0], p[1], '\0'};
        buf_add_char(out, (char)strtoul(two, NULL, 16));
    }
}

static void is_read(const char *digits, size_t count, struct point (*want)(uint32_t i))
{
    arena *a = arena_new((size_t)1 << 20);
    buf b = {.max = 10000};
    struct point *got;
    size_t n;
    read_digits(digits, &b);
    assert_true(chunk_points(buf_str(&b), 0, a, &got, &n));
    assert_int_equal(n, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct point p = want(i);
        assert_same_point(&got[i], &p);
    }
    buf_free(&b);
    arena_free(a);
}

static void chunks_of_version_1_are_read(void **state)
{
    (void)state;
    buf b = {.max = 10000};
    struct chunk_head h;
    read_digits(version_1, &b);
    assert_true(chunk_read_head(buf_str(&b), &h));
    assert_int_equal(h.count, 200);
    assert_int_equal(h.least_number, 1);
    assert_int_equal(h.greatest_number, 204);
    buf_free(&b);
    is_read(version_1, 200, of_version_1);
}

// ---- version 2 ----

// 160 readings in requests of ten, of which the fourth came behind the fifth, and the tenth behind the twelfth.
static const char version_2[] =
    "02b404b65b80a00102808290d90cc44a78059f0100000701083c3b1400003b783b001400638c3b01022802c8010f1e8005d2"
    "bd1e5c94ae06f64d030033f87d41ae00c8b1e0dd584a5af4328b16fb682f0014a00100";

static struct point of_version_2(uint32_t i)
{
    static const uint8_t came[] = {0, 1, 2, 4, 3, 5, 6, 7, 8, 11, 9, 10, 12, 13, 14, 15};
    return plain(1704067200000000 + i * TIME_MINUTE, 5 + came[i / 10] * 10U + i % 10, 100 + i % 7, 1);
}

static void chunks_of_version_2_are_read(void **state)
{
    (void)state;
    is_read(version_2, 160, of_version_2);
}

// ---- hard series ----

// Shapes that predictors, tokens and shares meet at their limits.
static int64_t shaped(int shape, uint32_t i, uint32_t count)
{
    static const int64_t corners[] = {0,  INT64_MIN, INT64_MAX, -1, 1, (int64_t)1 << 53, -((int64_t)1 << 53),
                                      15, 16,        -8};
    switch (shape) {
    case 0: return (int64_t)next_random();                    // no order at all
    case 1: return corners[below(10)];                        // the corners of the numbers
    case 2: return i % 2 == 0 ? INT64_MAX : INT64_MIN;        // differences wrap around
    case 3: return i == count / 2 ? INT64_MIN : 200;          // one outlier
    case 4: return (int64_t)((uint64_t)i * i * i * 1000003);  // ever faster
    case 5: return below(2);                                  // a bit each
    case 6: return (int64_t)(next_random() >> below(64));     // of every length: all tokens
    case 7: return (int64_t)((uint64_t)i << 47);              // a step as wide as a level's fraction
    case 8: return i < count / 2 ? 5 : 6 + below(3);          // silence, then noise
    default: return 1000 + (int64_t)(i % 60) * 7 - below(3);  // a saw
    }
}
#define SHAPES 10

static void hard_series_come_back(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1,         2, 3, 47, 48, 63, 64, 65, 127, 129, 1000, CHUNK_MOST - 1,
                                      CHUNK_MOST};
    for (int shape = 0; shape < SHAPES; shape++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            for (uint32_t i = 0; i < counts[c]; i++)
                points[i] = plain(i * TIME_MINUTE, i + 1, shaped(shape, i, counts[c]), 2);
            round_trip(points, counts[c]);
        }
}

static void hard_times_come_back(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        instant t = round % 2 == 0 ? TIME_MIN : 1704067200000000;
        const uint32_t count = 1 + (uint32_t)below(3000);
        for (uint32_t i = 0; i < count; i++) {
            t += (instant[]){
                0, 1, 1000, TIME_MINUTE, TIME_MINUTE + below(1000), TIME_DAY * 400}[below(round % 6 + 1)];
            if (t > TIME_MAX) t = TIME_MAX;
            points[i] = plain(t, i + 1, i, 0);
            if (below(50) == 0) points[i].result_time = t + below(2000000) - 1000000;
        }
        round_trip(points, count);
    }
}

// A gap costs a surprise or two, not a worse step for all that follows.
static void a_gap_costs_little(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4096; i++)
        points[i] = plain(i * TIME_MINUTE + (i >= 1500 ? TIME_DAY : 0), i + 1, 1, 0);
    assert_in_range(round_trip(points, 4096), 1, 120);
}

// Each shape's every byte changed, with the checksum made right: what cannot be read is refused, and nothing is read beyond the bytes
// (the sanitizers look on).
static void damage_behind_the_checksum_is_refused_or_read(void **state)
{
    (void)state;
    for (int shape = 0; shape < SHAPES; shape++) {
        buf b = {.max = CHUNK_BYTES_MAX};
        for (uint32_t i = 0; i < 300; i++)
            points[i] = plain(i * TIME_MINUTE, i + 1, shaped(shape, i, 300), 2);
        assert_true(chunk_write(points, 300, CHUNK_SMALL, &b));
        for (size_t at = 1 + CHECKSUM_BYTES; at < b.n; at++) {
            const char was = b.p[at];
            struct chunk_reader r;
            struct chunk_block block = {.n = 1};
            b.p[at] = (char)(was ^ (1 << below(8)));
            checksum_write((uint8_t *)b.p + 1, str_slice(buf_str(&b), 1 + CHECKSUM_BYTES, b.n));
            if (chunk_open(&r, buf_str(&b), CHUNK_ALL)) {
                while (block.n > 0 && chunk_next(&r, &block)) assert_in_range(block.n, 0, COLUMN_BLOCK);
                chunk_close(&r);
            }
            b.p[at] = was;
        }
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_regular_series_takes_less_than_a_byte_each),
        cmocka_unit_test(steady_times_say_where_a_time_is),
        cmocka_unit_test(constants_take_next_to_nothing),
        cmocka_unit_test(one_observation_is_a_chunk_too),
        cmocka_unit_test(equal_times_are_kept),
        cmocka_unit_test(gaps_of_years_are_kept),
        cmocka_unit_test(digits_are_kept_as_sent),
        cmocka_unit_test(numbers_without_trailing_zeros_need_no_extra),
        cmocka_unit_test(numbers_out_of_order_are_kept),
        cmocka_unit_test(requests_out_of_order_cost_little),
        cmocka_unit_test(runs_of_numbers_end_at_the_greatest),
        cmocka_unit_test(random_bits_are_kept),
        cmocka_unit_test(rare_things_are_kept),
        cmocka_unit_test(hourly_means_take_a_byte_or_two),
        cmocka_unit_test(any_changed_bit_is_noticed),
        cmocka_unit_test(chunks_of_version_1_are_read),
        cmocka_unit_test(chunks_of_version_2_are_read),
        cmocka_unit_test(hard_series_come_back),
        cmocka_unit_test(hard_times_come_back),
        cmocka_unit_test(a_gap_costs_little),
        cmocka_unit_test(damage_behind_the_checksum_is_refused_or_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
