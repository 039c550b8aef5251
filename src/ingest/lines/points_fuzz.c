// SPDX-License-Identifier: EUPL-1.2
// Any text read the short way and the long way: the points taken out are those of the line reader, and what is left is the rest.
#include "base/fuzz.h"
#include "ingest/decode/gather.h"
#include "ingest/decode/line_protocol.h"
#include "ingest/lines/points.h"

#include <string.h>

#define RECEIVED ((instant)1767261600 * TIME_SECOND)

// Every line that can be read is known from now on.
static void learn(struct line_series_table *t, str text, arena *a)
{
    struct line_reader r = {.text = text};
    static struct line_point p;
    err e;
    for (bool done = false; !done;) {
        if (!line_next(&r, a, &p, &done, &e)) continue;
        for (size_t i = 0; i < p.field_count; i++) {
            const struct line_series_new n = {.head = p.head,
                                              .field = p.fields[i].key,
                                              .device_key = p.measurement,
                                              .stream = (entity_id)(i + 1)};
            line_series_learn(t, &n);
        }
    }
}

static bool is_blank_line(str text, size_t at)
{
    for (; at < text.n && text.p[at] != '\n'; at++)
        if (text.p[at] != ' ') return false;
    return true;
}

static void check_point(const struct point *p, const struct line_point *line, const struct line_field *f)
{
    const struct line_series *s = p->series;
    FUZZ_REQUIRE(str_eq(line->head, (str){s->key, s->head_bytes}));
    FUZZ_REQUIRE(str_eq(f->key, (str){s->key + s->head_bytes, s->field_bytes}));
    FUZZ_REQUIRE(f->value.type == VALUE_DECIMAL && f->value.number.units == p->value.units &&
                 f->value.number.scale == p->value.scale);
    FUZZ_REQUIRE(p->time == (line->time == INT64_MIN ? RECEIVED : line->time / 1000));
    FUZZ_REQUIRE(gather_clock_is_good(p->time, RECEIVED));
}

// The lines in order: each is either among the points, whole, or stands in the rest at its own place.
static void check(str text, const struct points *points, arena *a)
{
    struct line_reader r = {.text = text};
    static struct line_point line;
    const str rest = buf_str(&points->rest);
    size_t next = 0, lines = 0;
    err e;
    for (bool done = false; !done;) {
        const bool ok = line_next(&r, a, &line, &done, &e);
        if (done) break;
        const size_t at = ok ? (size_t)(line.head.p - text.p) : e.at;
        if (!ok || (at < rest.n && !is_blank_line(rest, at))) continue;
        lines++;
        for (size_t i = 0; i < line.field_count; i++, next++) {
            FUZZ_REQUIRE(next < points->count);
            check_point(&points->all[next], &line, &line.fields[i]);
        }
    }
    FUZZ_REQUIRE(next == points->count && lines == points->lines);
    for (size_t i = 0; i < rest.n; i++)
        FUZZ_REQUIRE(rest.p[i] == text.p[i] || rest.p[i] == ' ' || rest.p[i] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct line_series_table *t = line_series_table_new();
    arena *a = arena_new((size_t)16 << 20);
    struct points points = {0};
    char *copy = malloc(size + 1);  // so that reading behind the end is seen
    memcpy(copy, data, size);
    const str text = {copy, size};
    learn(t, text, a);
    if (points_read(t, text, (struct line_precision){1, 1000}, (str){0}, RECEIVED, &points))
        check(text, &points, a);
    points_free(&points);
    line_series_table_free(t);
    arena_free(a);
    free(copy);
    return 0;
}
