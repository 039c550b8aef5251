// SPDX-License-Identifier: EUPL-1.2
#include "quality/silence.h"

#include "base/num.h"
#include "outage/outage.h"

#include <stdlib.h>

#define SPAN_LEAST TIME_HOUR  // as check_is_gap has it
#define REGULAR_READINGS_LEAST 6
#define REGULAR_STEPS 3  // nine of ten steps are at most so many middle ones
#define ARENA_BYTES_MAX ((size_t)64 << 20)

// ---- What a stream adds --------------------------------------------------------------------------------------------

static int by_length(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool regular_step(const struct rows *r, arena *a, int64_t *out, err *e)
{
    *out = 0;
    if (r->count < REGULAR_READINGS_LEAST) return true;
    const size_t n = r->count - 1;
    int64_t *steps = ARENA_ARRAY(a, n, int64_t);
    if (!steps) return err_no_memory(e);
    for (size_t k = 0; k < n; k++) steps[k] = r->time[k + 1] - r->time[k];
    qsort(steps, n, sizeof *steps, by_length);
    const int64_t middle = steps[n / 2];
    if (middle > 0 && steps[n - 1 - n / 10] <= REGULAR_STEPS * middle) *out = middle;
    return true;
}

static bool add_span(struct silences *s, const struct silence_span *one, err *e)
{
    if (s->count == s->capacity) {
        const size_t capacity = s->capacity ? 2 * s->capacity : 256;
        struct silence_span *more = realloc(s->all, capacity * sizeof *more);
        if (!more) return err_no_memory(e);
        s->all = more;
        s->capacity = capacity;
    }
    s->all[s->count++] = *one;
    return true;
}

bool silences_add(struct silences *s, const struct rollup_stream *of, const struct rows *r, instant before,
                  arena *a, err *e)
{
    struct silence_span span = {.thing = of->thing, .stream = of->id};
    if (r->count == 0) return true;
    if (!regular_step(r, a, &span.step, e)) return false;
    instant last = before;
    for (size_t k = 0; k < r->count; last = r->time[k++]) {
        if (last != TIME_NONE && r->time[k] - last <= SPAN_LEAST) continue;
        span.when = (interval){last, r->time[k]};
        if (!add_span(s, &span, e)) return false;
    }
    span.when = (interval){last, TIME_MAX};
    return add_span(s, &span, e);
}

// ---- Silences of a device ------------------------------------------------------------------------------------------

static int by_device(const void *a, const void *b)
{
    const struct silence_span *x = a, *y = b;
    if (x->thing != y->thing) return x->thing < y->thing ? -1 : 1;
    if (x->stream != y->stream) return x->stream < y->stream ? -1 : 1;
    return (x->when.start > y->when.start) - (x->when.start < y->when.start);
}

struct list {
    interval *all;
    size_t count;
};

static instant later(instant x, instant y)
{
    return x > y ? x : y;
}

static instant earlier(instant x, instant y)
{
    return x < y ? x : y;
}

// Both in order and without overlap in themselves; so is what they have in common.
static bool in_common(struct list *mine, const struct silence_span *other, size_t count, arena *a, err *e)
{
    struct list both = {.all = ARENA_ARRAY(a, mine->count + count, interval)};
    if (!both.all) return err_no_memory(e);
    for (size_t i = 0, k = 0; i < mine->count && k < count;) {
        const interval x = mine->all[i], y = other[k].when;
        const interval z = {later(x.start, y.start), earlier(x.end, y.end)};
        if (z.start < z.end) both.all[both.count++] = z;
        if (x.end <= y.end) i++;
        if (y.end <= x.end) k++;
    }
    *mine = both;
    return true;
}

// `habit`: 0 when the device does not report regularly; then nothing can be said.
static bool silences_of(const struct silence_span *first, size_t count, arena *a, struct list *out,
                        int64_t *habit, err *e)
{
    interval *always = ARENA_NEW(a, interval);
    if (!always) return err_no_memory(e);
    *always = (interval){TIME_NONE, TIME_MAX};
    *out = (struct list){always, 1};
    *habit = 0;
    for (size_t k = 0, n; k < count; k += n) {
        for (n = 1; k + n < count && first[k + n].stream == first[k].stream;) n++;
        if (!in_common(out, first + k, n, a, e)) return false;
        if (first[k].step && (*habit == 0 || first[k].step < *habit)) *habit = first[k].step;
    }
    return true;
}

// ---- What is kept --------------------------------------------------------------------------------------------------

struct kept {
    struct outage *all;
    size_t count, room;
    arena *a;
};

static bool keep(struct kept *k, const struct outage *o, err *e)
{
    if (k->count == k->room) {
        const size_t room = k->room ? 2 * k->room : 64;
        struct outage *more = ARENA_ARRAY(k->a, room, struct outage);
        if (!more) return err_no_memory(e);
        for (size_t i = 0; i < k->count; i++) more[i] = k->all[i];
        k->all = more;
        k->room = room;
    }
    k->all[k->count++] = *o;
    return true;
}

static bool keep_one(const struct outage *o, void *context, err *e)
{
    return keep(context, o, e);
}

static int by_name(const void *a, const void *b)
{
    const struct outage *x = a, *y = b;
    const int order = str_cmp(x->name, y->name);
    return order ? order : (x->when.end > y->when.end) - (x->when.end < y->when.end);
}

struct silence_changes {
    struct silences *spans;
    interval hours;
    struct kept service;       // when peil was down
    struct kept was;           // silences of all devices; by name, then end
    struct kept gone, become;  // what changes
    arena *a;
};

static int64_t while_down(const struct silence_changes *b, interval when)
{
    int64_t sum = 0;
    for (size_t k = 0; k < b->service.count; k++) {
        const interval s = b->service.all[k].when;
        const int64_t both = earlier(s.end, when.end) - later(s.start, when.start);
        if (both > 0) sum += both;
    }
    return sum;
}

static bool is_told(const struct silence_changes *b, interval when, int64_t habit)
{
    return when.start != TIME_NONE && when.end >= b->hours.start && when.end < b->hours.end &&
           check_is_gap(when.start, when.end - while_down(b, when), habit);
}

static void stored_of(const struct silence_changes *b, str name, size_t *from, size_t *to)
{
    size_t low = 0, high = b->was.count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (str_cmp(b->was.all[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*from = *to = low; *to < b->was.count && str_eq(b->was.all[*to].name, name);) ++*to;
}

static bool has(const struct outage *all, size_t count, const struct outage *o)
{
    for (size_t k = 0; k < count; k++)
        if (all[k].when.start == o->when.start && all[k].when.end == o->when.end) return true;
    return false;
}

static bool compare_device(struct silence_changes *b, const struct silence_span *first, size_t count, err *e)
{
    struct list silences;
    int64_t habit;
    char text[NUM_TEXT_MAX];
    size_t from, to;
    struct outage one = {0};
    if (!silences_of(first, count, b->a, &silences, &habit, e)) return false;
    if (habit == 0) return true;
    if (!arena_copy(b->a, (str){text, num_write_int(text, first->thing)}, &one.name)) return err_no_memory(e);
    stored_of(b, one.name, &from, &to);
    struct kept now = {.a = b->a};
    for (size_t k = 0; k < silences.count; k++) {
        one.when = silences.all[k];
        if (is_told(b, one.when, habit) && !keep(&now, &one, e)) return false;
    }
    for (size_t k = from; k < to; k++)
        if (!has(now.all, now.count, &b->was.all[k]) && !keep(&b->gone, &b->was.all[k], e)) return false;
    for (size_t k = 0; k < now.count; k++)
        if (!has(b->was.all + from, to - from, &now.all[k]) && !keep(&b->become, &now.all[k], e))
            return false;
    return true;
}

static bool compare_all(struct silence_changes *b, struct snapshot *at, err *e)
{
    const struct silences *s = b->spans;
    if (!outages_each(at, OUTAGE_DEVICE, b->hours.start, b->a, keep_one, &b->was, e) ||
        !outages_each(at, OUTAGE_SERVICE, TIME_MIN, b->a, keep_one, &b->service, e))
        return false;
    if (b->was.count) qsort(b->was.all, b->was.count, sizeof *b->was.all, by_name);
    if (s->count) qsort(s->all, s->count, sizeof *s->all, by_device);
    for (size_t k = 0, n; k < s->count; k += n) {
        for (n = 1; k + n < s->count && s->all[k + n].thing == s->all[k].thing;) n++;
        if (!compare_device(b, s->all + k, n, e)) return false;
    }
    return true;
}

static bool write_changes(struct store_tx *tx, void *context, err *e)
{
    const struct silence_changes *b = context;
    for (size_t k = 0; k < b->gone.count; k++)
        if (!outage_delete(tx, OUTAGE_DEVICE, b->gone.all[k].when.end, b->gone.all[k].name, e)) return false;
    for (size_t k = 0; k < b->become.count; k++)
        if (!outage_write(tx, OUTAGE_DEVICE, &b->become.all[k], e)) return false;
    return true;
}

bool silences_compare(struct silences *s, struct snapshot *at, interval hours, err *e)
{
    arena *a = arena_new(ARENA_BYTES_MAX);
    struct silence_changes *b = a ? ARENA_NEW(a, struct silence_changes) : NULL;
    if (!b) {
        arena_free(a);
        return err_no_memory(e);
    }
    *b = (struct silence_changes){.spans = s, .hours = hours, .a = a};
    b->service.a = b->was.a = b->gone.a = b->become.a = a;
    s->changes = b;
    return compare_all(b, at, e);
}

bool silences_write(const struct silences *s, struct store *store, err *e)
{
    return s->changes->gone.count + s->changes->become.count == 0 ||
           store_run(store, write_changes, s->changes, e);
}

void silences_free(struct silences *s)
{
    if (s->changes) arena_free(s->changes->a);
    free(s->all);
    *s = (struct silences){0};
}
