// SPDX-License-Identifier: EUPL-1.2
#include "index/source.h"

#include <math.h>
#include <stdlib.h>

#define READINGS_MAX ((size_t)64 << 20)

bool source_substance(const struct rollup_stream *s, substance *out)
{
    return s->quantity && substance_by_key(s->quantity->key, out);
}

// ---- Readings ----------------------------------------------------------------------------------------------------

struct reader {
    const struct rollup_stream *stream;
    struct readings *out;
};

static bool make_room(struct readings *r, size_t more, err *e)
{
    if (r->count + more <= r->capacity) return true;
    size_t capacity = r->capacity ? r->capacity : 2048;
    while (capacity < r->count + more) capacity *= 2;
    if (capacity > READINGS_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "too many readings at once; ask for less time");
    instant *times = realloc(r->times, capacity * sizeof *times);
    if (times) r->times = times;
    double *values = realloc(r->values, capacity * sizeof *values);
    if (values) r->values = values;
    if (!times || !values) return err_no_memory(e);
    r->capacity = capacity;
    return true;
}

// Out of range is no value, whether a check has come by yet or not.
static bool add_readings(const instant *times, const double *values, size_t count, void *context, err *e)
{
    const struct reader *w = context;
    struct readings *r = w->out;
    const struct rollup_stream *s = w->stream;
    if (!make_room(r, count, e)) return false;
    for (size_t k = 0; k < count; k++) {
        const double v = values[k] * s->factor + s->offset;
        if (v < s->quantity->least || v > s->quantity->most) continue;
        r->times[r->count] = times[k];
        r->values[r->count++] = v;
    }
    return true;
}

bool readings_read(struct snapshot *at, const struct rollup_stream *s, interval when, struct readings *out,
                   err *e)
{
    struct reader w = {s, out};
    out->count = 0;
    return store_values(at, s->id, when, add_readings, &w, e);
}

void readings_free(struct readings *r)
{
    free(r->times);
    free(r->values);
    *r = (struct readings){0};
}

bool source_hours(struct snapshot *at, const struct rollup_stream *s, instant from, size_t hours, arena *a,
                  struct hours *out, err *e)
{
    struct readings r = {0};
    const interval when = {from, from + (instant)hours * TIME_HOUR};
    bool ok = hours_new(from, hours, a, out, e) && readings_read(at, s, when, &r, e) &&
              hours_fill(out, r.times, r.values, r.count, s->quantity->is_level, a, e);
    readings_free(&r);
    return ok;
}

// ---- Several as one ----------------------------------------------------------------------------------------------

static int cmp(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double source_combine(double *values, size_t n, bool has_reference)
{
    if (n == 0 || (n < AREA_METERS_LEAST && !has_reference)) return (double)NAN;
    qsort(values, n, sizeof *values, cmp);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}
