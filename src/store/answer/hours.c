// SPDX-License-Identifier: EUPL-1.2
#include "store/answer/hours.h"

#include "store/answer/list.h"
#include "store/scan/value_scan.h"

#include <stdlib.h>

#define COUNT_MOST (((uint32_t)1 << 24) - 1)

// ---- making ----

struct making {
    struct hours *hours;  // grows
    size_t capacity;
    bool is_unfit;
};

static bool multiply(int32_t v, int64_t factor, int32_t *out)
{
    return !__builtin_mul_overflow(v, factor, out);
}

// To a finer scale.
static bool refine(struct hour *h, uint8_t scale)
{
    const int64_t factor = decimal_power[scale - h->scale];
    h->scale = scale;
    return !__builtin_mul_overflow(h->sum, h->count > 0 ? factor : 0, &h->sum) &&
           multiply(h->least, factor, &h->least) && multiply(h->most, factor, &h->most) &&
           multiply(h->first, factor, &h->first) && multiply(h->last, factor, &h->last);
}

// Adds values to an hour, already at its scale but for the factor.
static bool add_values(struct hour *h, const int64_t *units, size_t count, int64_t factor)
{
    const int64_t most = INT32_MAX / factor;
    int64_t sum = h->sum, low = h->count > 0 ? h->least : INT32_MAX,
            high = h->count > 0 ? h->most : INT32_MIN;
    if (count > COUNT_MOST - h->count) return false;
    for (size_t i = 0; i < count; i++) {
        if (units[i] > most || units[i] < -most) return false;
        const int64_t v = units[i] * factor;
        sum += v;
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    if (h->count == 0) h->first = (int32_t)(units[0] * factor);
    h->last = (int32_t)(units[count - 1] * factor);
    h->least = (int32_t)low;
    h->most = (int32_t)high;
    h->sum = sum;
    h->count += (uint32_t)count & COUNT_MOST;
    return true;
}

static bool add_to_hour(struct hour *h, const int64_t *units, size_t count, uint8_t scale)
{
    if (scale > h->scale && !refine(h, scale)) return false;
    return add_values(h, units, count, decimal_power[h->scale - scale]);
}

static struct hours *with_room(struct hours *h, size_t capacity)
{
    return realloc(h, sizeof *h + capacity * sizeof h->items[0]);
}

static struct hour *hour_at(struct making *m, int32_t at)
{
    struct hours *h = m->hours;
    if (h->count > 0 && h->items[h->count - 1].at == at) return &h->items[h->count - 1];
    if (h->count == m->capacity) {
        const size_t capacity = m->capacity > 0 ? m->capacity * 2 : 64;
        if (!(h = with_room(h, capacity))) return NULL;
        m->hours = h;
        m->capacity = capacity;
    }
    struct hour *hour = &h->items[h->count++];
    *hour = (struct hour){.at = at};
    return hour;
}

static int64_t hour_of(instant t)
{
    return t / TIME_HOUR - (t % TIME_HOUR < 0);
}

static bool add_run(const struct value_run *run, void *context, err *e)
{
    struct making *m = context;
    m->is_unfit = run->units == NULL;
    for (size_t from = 0, to; !m->is_unfit && from < run->count; from = to) {
        const int64_t at = hour_of(run->times[from]);
        if (at < INT32_MIN || at > INT32_MAX) return !(m->is_unfit = true);
        for (to = from + 1; to < run->count && run->times[to] < (at + 1) * TIME_HOUR;) to++;
        struct hour *h = hour_at(m, (int32_t)at);
        if (!h) return err_no_memory(e);
        m->is_unfit = !add_to_hour(h, run->units + from, to - from, run->scale);
    }
    return !m->is_unfit;
}

static bool make(struct snapshot *at, const struct stream *s, void *context, struct kept **out, err *e)
{
    (void)context;
    struct making m = {.hours = malloc(sizeof *m.hours)};
    err fault = {.code = ERR_NONE};
    if (!m.hours) return err_no_memory(e);
    *m.hours = (struct hours){.count = 0};
    const interval ever = {TIME_NONE, TIME_NONE};
    const bool ok = value_scan_chunks(at, s, ever, true, add_run, &m, &fault);
    if (!list_ended(ok, &fault, e)) {
        free(m.hours);
        return false;
    }
    if (m.is_unfit) m.hours->count = 0;
    struct hours *fitting = with_room(m.hours, m.hours->count);
    if (!fitting) fitting = m.hours;
    fitting->kept.is_unfit = m.is_unfit;
    fitting->kept.bytes = sizeof *fitting + fitting->count * sizeof fitting->items[0];
    *out = &fitting->kept;
    return true;
}

bool hours_take(struct snapshot *at, const struct stream *s, interval when, struct hours **out, err *e)
{
    const struct kept_maker maker = {.what = KEPT_HOURS, .make = make};
    struct kept *k;
    if (!kept_take(at, s, when, &maker, &k, e)) return false;
    *out = (struct hours *)k;  // its first member
    return true;
}

void hours_drop(struct hours *h)
{
    if (h) kept_drop(&h->kept);
}

const struct hour *hours_from(const struct hours *h, instant t)
{
    size_t low = 0, high = h->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (h->items[middle].at * TIME_HOUR < t)
            low = middle + 1;
        else
            high = middle;
    }
    return h->items + low;
}
