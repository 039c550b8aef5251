// SPDX-License-Identifier: EUPL-1.2
#include "rollup/tally.h"

#include "base/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct quantity *pm25, *noise;
static uint64_t seed = 20260101;

static uint64_t next_random(void)
{
    seed += 0x9E3779B97F4A7C15u;
    uint64_t x = seed;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

static void add(struct tally *t, const struct quantity *q, double v)
{
    err e;
    assert_true(tally_add(t, q, v, &e));
}

static void merge(struct tally *into, const struct tally *from)
{
    err e;
    assert_true(tally_merge(into, from, &e));
}

// ---- figures by hand -----------------------------------------------------------------------------------------------

TEST(figures_are_those_of_a_calculation_by_hand)
{
    // 8, 10.5, 12, 25.5: sum 56, mean 14; deviations -6, -3.5, -2, 11.5: squares 36 + 12.25 + 4 + 132.25 = 184.5; / 3 = 61.5
    struct tally t = {0};
    static const double values[] = {10.5, 8, 25.5, 12};
    for (size_t i = 0; i < 4; i++) add(&t, pm25, values[i]);
    assert_int_equal(t.count, 4);
    assert_true(tally_mean(&t, pm25) == 14);
    assert_true(fabs(tally_variance(&t, pm25) - 61.5) < 1e-9);
    assert_true(tally_least(&t, pm25) == 8);
    assert_true(tally_most(&t, pm25) == 25.5);
    assert_true(fabs(tally_quantile(&t, 0.5) - 10.5) <= 10.5 * SKETCH_ERROR);
    // above 5, 10, 15, 25
    static const int64_t above[] = {4, 3, 1, 1};
    for (size_t i = 0; i < 4; i++) assert_int_equal(t.above[i], above[i]);
    tally_free(&t);
}

TEST(the_mean_of_levels_is_energetic)
{
    // 10 lg((10^5 + 10^7) / 2) = 10 lg 5050000 = 67.0329
    struct tally t = {0};
    add(&t, noise, 50);
    add(&t, noise, 70);
    assert_true(fabs(tally_mean(&t, noise) - 67.0329138) < 1e-6);
    tally_free(&t);
}

TEST(what_cannot_be_is_left_out)
{
    struct tally t = {0};
    add(&t, pm25, -1);
    add(&t, pm25, 1000);
    add(&t, pm25, NAN);
    add(&t, pm25, INFINITY);
    assert_int_equal(t.count, 0);
    assert_false(tally_has(quantity_by_key(STR("wind_direction"))));
    assert_false(tally_has(quantity_by_key(STR("energy"))));
    assert_true(tally_has(pm25));
}

TEST(a_small_spread_far_from_zero_is_not_lost)
{
    // ten thousand readings of 101325 and 101325.5 Pa in turn: the variance of a fair coin of 0.5, times n / (n - 1)
    const struct quantity *pressure = quantity_by_key(STR("pressure"));
    struct tally t = {0};
    for (int i = 0; i < 10000; i++) add(&t, pressure, i % 2 ? 101325 : 101325.5);
    assert_true(fabs(tally_variance(&t, pressure) - 0.0625 * 10000 / 9999) < 1e-9);
    tally_free(&t);
}

TEST(a_sum_beyond_128_bits_is_refused_not_wrong)
{
    struct tally t = {.count = 1, .squares = ((wide)1 << 126) - 1 + ((wide)1 << 126)};
    err e;
    assert_false(tally_add(&t, pm25, 10, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    tally_free(&t);
}

// ---- parts and wholes ----------------------------------------------------------------------------------------------

#define VALUES 3000

static double values[VALUES];

// The readings [from, to), split at random, each part again, down to single parts, put together in random order.
static void sum_tree(size_t from, size_t to, int depth, struct tally *out)
{
    if (to - from < 5 || depth == 0) {
        for (size_t i = from; i < to; i++) add(out, pm25, values[i]);
        return;
    }
    struct tally parts[5] = {0};
    size_t bounds[6], n = 1 + next_random() % 5;
    bounds[0] = from;
    for (size_t k = 1; k < n; k++) bounds[k] = bounds[k - 1] + next_random() % (to - bounds[k - 1] + 1);
    bounds[n] = to;
    for (size_t k = 0; k < n; k++) sum_tree(bounds[k], bounds[k + 1], depth - 1, &parts[k]);
    for (size_t left = n; left > 0; left--) {  // in random order
        const size_t k = next_random() % left;
        struct tally chosen = parts[k];
        parts[k] = parts[left - 1];
        merge(out, &chosen);
        tally_free(&chosen);
    }
}

static void shuffle(void)
{
    for (size_t i = VALUES; i > 1; i--) {
        const size_t k = next_random() % i;
        const double v = values[k];
        values[k] = values[i - 1];
        values[i - 1] = v;
    }
}

TEST(any_tree_in_any_order_gives_the_flat_sum_bit_for_bit)
{
    for (size_t i = 0; i < VALUES; i++) values[i] = (double)(next_random() % 100000) / 100;
    struct tally flat = {0};
    for (size_t i = 0; i < VALUES; i++) add(&flat, pm25, values[i]);
    buf wanted = {.max = 1 << 20}, got = {.max = 1 << 20};
    tally_write(&wanted, &flat);
    for (int round = 0; round < 200; round++) {
        struct tally root = {0};
        shuffle();
        sum_tree(0, VALUES, 9, &root);
        assert_true(tally_equal(&root, &flat));
        buf_clear(&got);
        tally_write(&got, &root);
        assert_true(str_eq(buf_str(&got), buf_str(&wanted)));
        tally_free(&root);
    }
    buf_free(&wanted);
    buf_free(&got);
    tally_free(&flat);
}

// As nodes send them: each part's newest revision counts, whatever comes twice, late or out of order.
TEST(late_revisions_and_duplicates_leave_the_sum_of_the_newest)
{
    enum { PARTS = 40, MESSAGES = 400 };
    for (int round = 0; round < 50; round++) {
        struct tally kept[PARTS] = {0}, final[PARTS] = {0};
        int kept_revision[PARTS] = {0}, newest[PARTS] = {0};
        struct {
            int part, revision;
            struct tally t;
        } sent[MESSAGES] = {0};
        for (int m = 0; m < MESSAGES; m++) {
            const int part = (int)(next_random() % PARTS);
            sent[m].part = part;
            sent[m].revision = ++newest[part];
            for (int i = 0; i < 10; i++) add(&sent[m].t, pm25, (double)(next_random() % 9990) / 10);
            tally_free(&final[part]);
            merge(&final[part], &sent[m].t);
        }
        for (int m = 0; m < 3 * MESSAGES; m++) {  // any order, some twice; the last pass makes sure all came
            const int k = m < 2 * MESSAGES ? (int)(next_random() % MESSAGES) : m - 2 * MESSAGES;
            if (sent[k].revision <= kept_revision[sent[k].part]) continue;
            kept_revision[sent[k].part] = sent[k].revision;
            tally_free(&kept[sent[k].part]);
            merge(&kept[sent[k].part], &sent[k].t);
        }
        struct tally root = {0}, flat = {0};
        for (int p = PARTS - 1; p >= 0; p--) merge(&root, &kept[p]);
        for (int p = 0; p < PARTS; p++) merge(&flat, &final[p]);
        assert_true(tally_equal(&root, &flat));
        for (int p = 0; p < PARTS; p++) tally_free(&kept[p]), tally_free(&final[p]);
        for (int m = 0; m < MESSAGES; m++) tally_free(&sent[m].t);
        tally_free(&root);
        tally_free(&flat);
    }
}

// ---- text ----------------------------------------------------------------------------------------------------------

TEST(what_is_written_reads_back)
{
    const struct quantity *temperature = quantity_by_key(STR("temperature"));
    err e;
    for (int round = 0; round < 200; round++) {
        struct tally t = {0}, back;
        const uint64_t n = 1 + next_random() % 50;
        for (uint64_t i = 0; i < n; i++)
            add(&t, temperature, (double)(int64_t)(next_random() % 800) / 10 - 30);
        buf b = {.max = 1 << 20};
        tally_write(&b, &t);
        assert_true(tally_read(buf_str(&b), &back, &e));
        assert_true(tally_equal(&t, &back));
        tally_free(&back);
        tally_free(&t);
        buf_free(&b);
    }
}

TEST(sums_of_128_bits_read_back)
{
    struct tally t = {0}, back;
    err e;
    add(&t, pm25, 10);
    t.squares = ((wide)1 << 126) - 1 + ((wide)1 << 126);
    t.sum = -t.squares - 1;
    buf b = {.max = 4096};
    tally_write(&b, &t);
    // 2^127 - 1
    assert_non_null(strstr(b.p, "\"q\":170141183460469231731687303715884105727"));
    assert_true(tally_read(buf_str(&b), &back, &e));
    assert_true(tally_equal(&t, &back));
    tally_free(&t);
    tally_free(&back);
    buf_free(&b);
}

TEST(damaged_text_is_refused)
{
    static const char *const bad[] = {"",
                                      "{}x",
                                      "{\"n\":2,\"p\":[1,1]}",
                                      "{\"n\":1,\"p\":[1]}",
                                      "{\"n\":1,\"p\":[1,0,1]}",
                                      "{\"n\":-1}",
                                      "{\"n\":2,\"z\":1,\"z\":1}",
                                      "{\"x\":1}",
                                      "{\"n\":1,\"p\":[99999,1]}",
                                      "{\"\\u006e\":1}",
                                      "{\"s\":170141183460469231731687303715884105729}"};
    struct tally t;
    err e;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(tally_read(str_of(bad[i]), &t, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
    }
}

static int before(void **state)
{
    (void)state;
    pm25 = quantity_by_key(STR("pm25"));
    noise = quantity_by_key(STR("noise_laeq"));
    return 0;
}

RUN_WITH(before, NULL, CASE(figures_are_those_of_a_calculation_by_hand),
         CASE(the_mean_of_levels_is_energetic), CASE(what_cannot_be_is_left_out),
         CASE(a_small_spread_far_from_zero_is_not_lost), CASE(a_sum_beyond_128_bits_is_refused_not_wrong),
         CASE(any_tree_in_any_order_gives_the_flat_sum_bit_for_bit),
         CASE(late_revisions_and_duplicates_leave_the_sum_of_the_newest), CASE(what_is_written_reads_back),
         CASE(sums_of_128_bits_read_back), CASE(damaged_text_is_refused))
