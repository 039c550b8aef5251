// SPDX-License-Identifier: EUPL-1.2
#include "series/tail_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MOST 40

static uint64_t state = 1;

static int64_t below(int64_t n)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (int64_t)(state >> 33) % n;
}

static struct plain_reading some_reading(instant before)
{
    static const int64_t steps[] = {60 * TIME_SECOND, 60 * TIME_SECOND, -1, TIME_SECOND / 1000, 7};
    const int64_t units = below(10) == 0 ? INT64_MAX - below(3) : below(2000) - 1000;
    return (struct plain_reading){before + steps[below(5)], {units, (int8_t)below(19)}};
}

static void add_one_by_one(struct tail_writer *w, const struct reading_run *run, uint32_t number,
                           struct tail_last *last, bool is_first)
{
    for (size_t i = 0; i < run->count; i++) {
        const struct plain_reading *r = &run->all[i];
        const struct point p = {.time = r->time,
                                .units = r->value.units,
                                .result_time = TIME_NONE,
                                .feature = run->feature,
                                .number = number + (uint32_t)i,
                                .scale = (uint8_t)r->value.scale};
        tail_writer_add(w, run->stream, &p, last, is_first && i == 0);
    }
}

static void a_run_is_the_same_bytes_as_its_readings_one_by_one(void **unused)
{
    (void)unused;
    struct tail_writer run_writer = {.stream = 0}, writer = {.stream = 0};
    struct tail_last run_last[4] = {{0}}, last[4] = {{0}};
    struct plain_reading all[MOST];
    uint32_t next[4] = {1, 1, 1, UINT32_MAX - 2 * MOST};
    bool has_been[4] = {false};
    tail_writer_start(&run_writer);
    tail_writer_start(&writer);
    instant t = 0;
    for (int n = 0; n < 200; n++) {
        const size_t s = (size_t)below(n < 198 ? 3 : 4);
        const struct reading_run run = {(entity_id)s + 1, 1 + below(2), all, 1 + (size_t)below(MOST)};
        for (size_t i = 0; i < run.count; i++) t = (all[i] = some_reading(t)).time;
        tail_writer_add_run(&run_writer, &run, next[s], &run_last[s], !has_been[s]);
        add_one_by_one(&writer, &run, next[s], &last[s], !has_been[s]);
        has_been[s] = true;
        next[s] += (uint32_t)run.count;
    }
    const str x = tail_writer_finish(&run_writer), y = tail_writer_finish(&writer);
    assert_true(x.n > 0 && str_eq(x, y));
    buf_free(&run_writer.bytes);
    buf_free(&writer.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_the_same_bytes_as_its_readings_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
