// SPDX-License-Identifier: EUPL-1.2
// Documents a second of the JSON reader beside jansson; numbers and times read and written. One core, best of five rounds.
#include "base/json.h"
#include "base/json_reference.h"
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>

// An Observation as a device sends it.
static const str observation = STR(
    "{\"phenomenonTime\":\"2026-01-01T09:00:00.000Z\",\"resultTime\":\"2026-01-01T09:00:00.000Z\","
    "\"result\":21.5,\"Datastream\":{\"@iot.id\":42},"
    "\"parameters\":{\"battery\":3.61,\"rssi\":-71,\"quality\":\"good\",\"fw\":\"1.2\"}}");

struct bench {
    arena *a;
    buf data_array;  // 20,000 pairs of time and result
    err e;
    size_t sink;  // so that no work is left out
};

static void must(bool ok)
{
    if (!ok) abort();
}

// What the intake of one observation does: the members it knows by type, the others skipped.
static size_t pull(struct bench *x)
{
    json_reader r = json_reader_of(observation, &x->e);
    bool more = false;
    str key, value;
    must(json_enter(&r, '{'));
    while (json_more(&r, '{', &more) && more) {
        must(json_key(&r, x->a, &key));
        if (str_eq(key, STR("result"))) {
            must(json_read_number(&r, &value));
        } else if (str_ends(key, STR("Time"))) {
            must(json_read_text(&r, x->a, &value));
        } else {
            must(json_skip(&r, &value));
        }
    }
    must(json_end(&r));
    return observation.n;
}

static size_t tree(struct bench *x)
{
    json *j;
    arena_reset(x->a);
    must(json_parse(observation, x->a, &j, &x->e));
    return observation.n;
}

static size_t data_array(struct bench *x)
{
    str raw;
    json_reader r = json_reader_of(buf_str(&x->data_array), &x->e);
    must(json_skip(&r, &raw) && json_end(&r));
    return x->data_array.n;
}

static size_t jansson_tree(struct bench *x)
{
    (void)x;
    must(reference_accepts(observation));
    return observation.n;
}

static size_t write_reading(struct bench *x)
{
    char text[NUM_TEXT_MAX];
    return num_write_double(text, (double)(x->sink++ % 10000) / 10);
}

static size_t write_mean(struct bench *x)
{
    char text[NUM_TEXT_MAX];
    return num_write_double(text, (double)x->sink++ / 7);
}

static size_t read_double(struct bench *x)
{
    double v = 0;
    must(num_parse_double(x->sink++ % 2 ? STR("21.57") : STR("1013.25"), &v, &x->e));
    return v > 100 ? 7 : 5;
}

static size_t read_time(struct bench *x)
{
    instant t;
    must(time_parse(STR("2026-01-01T09:00:00.000Z"), &t, &x->e));
    return 24;
}

static size_t write_time(struct bench *x)
{
    char text[TIME_TEXT_MAX];
    return time_write(text, (instant)(x->sink++ % 1000000) * TIME_MINUTE);
}

static const struct {
    const char *name;
    size_t (*work)(struct bench *x);  // bytes done
    int rounds;
} measurements[] = {
    {"observation, pull reader", pull, 500000},     {"observation, tree", tree, 500000},
    {"observation, jansson", jansson_tree, 100000}, {"dataArray of 20,000, skipped", data_array, 50},
    {"write a reading", write_reading, 2000000},    {"write a mean", write_mean, 2000000},
    {"read a number", read_double, 2000000},        {"read a time", read_time, 2000000},
    {"write a time", write_time, 2000000},
};

static void measure(struct bench *x, const char *name, size_t (*work)(struct bench *), int rounds)
{
    double best_ns = 1e18;
    size_t bytes = 0;
    for (int k = 0; k < 5; k++) {
        const int64_t start = time_monotonic_us();
        bytes = 0;
        for (int i = 0; i < rounds; i++) bytes += work(x);
        const double ns = (double)(time_monotonic_us() - start) * 1000 / rounds;
        if (ns < best_ns) best_ns = ns;
    }
    printf("%-30s %12.0f ns %10.3f M/s %8.0f MB/s\n", name, best_ns, 1e3 / best_ns,
           (double)bytes / rounds * 1e3 / best_ns);
}

int main(void)
{
    struct bench x = {.a = arena_new((size_t)1 << 20), .data_array = {.max = (size_t)1 << 24}};
    must(x.a);
    for (int i = 0; i < 20000; i++) {
        buf_print(&x.data_array, "%c[\"2026-01-01T09:00:00Z\",%d.%d]", i ? ',' : '[', i % 100, i % 10);
    }
    buf_add_char(&x.data_array, ']');
    for (size_t i = 0; i < sizeof measurements / sizeof measurements[0]; i++) {
        measure(&x, measurements[i].name, measurements[i].work, measurements[i].rounds);
    }
    buf_free(&x.data_array);
    arena_free(x.a);
    return 0;
}
