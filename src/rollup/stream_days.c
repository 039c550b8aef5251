// SPDX-License-Identifier: EUPL-1.2
// The days of one Datastream, from its readings.
#include "rollup/work.h"

#include "rollup/calendar.h"

#include <stdlib.h>

#define DAYS_BYTES_MAX ((size_t)256 << 20)
#define STRETCH_BYTES_MAX ((size_t)64 << 20)

struct fresh_day {
    int32_t day;
    str bytes;
};

struct stream_days {
    struct work *w;
    struct snapshot *at;
    entity_id id;
    const struct rollup_stream *stream;  // NULL: it does not count, or not any more
    arena *a;                            // what is kept
    arena *scratch;                      // of one stretch
    // from the readings, in order of time
    struct fresh_day *all;
    size_t count, capacity;
    struct tally now;
    int32_t day;
    instant until;  // end of that day
    // into the store
    int32_t from, end;  // these days are as was found now, and no other
    bool is_whole;      // every day there is counts as changed: it may lie in other areas now
    size_t next;        // fresh day that was not placed yet
};

// ---- from readings -------------------------------------------------------------------------------------------------

static bool keep(struct stream_days *d, str bytes, err *e)
{
    if (d->count == d->capacity) {
        const size_t capacity = d->capacity ? d->capacity * 2 : 64;
        struct fresh_day *all = realloc(d->all, capacity * sizeof *all);
        if (!all) return err_no_memory(e);
        d->all = all;
        d->capacity = capacity;
    }
    struct fresh_day *f = &d->all[d->count++];
    f->day = d->day;
    return arena_copy(d->a, bytes, &f->bytes) || err_no_memory(e);
}

static bool end_day(struct stream_days *d, err *e)
{
    buf b = {.max = STRETCH_BYTES_MAX / STRETCH_DAYS / 2};
    if (d->now.count == 0) return true;
    tally_put(&b, &d->now);
    const bool ok = b.failed ? err_no_memory(e) : keep(d, buf_str(&b), e);
    buf_free(&b);
    tally_free(&d->now);
    return ok;
}

static bool take_values(const instant *times, const double *values, size_t count, void *context, err *e)
{
    struct stream_days *d = context;
    const struct rollup_stream *s = d->stream;
    for (size_t i = 0; i < count; i++) {
        if (times[i] >= d->until) {
            if (!end_day(d, e)) return false;
            d->day = calendar_day_of(d->w->zone, times[i]);
            d->until = calendar_day_start(d->w->zone, d->day + 1);
        }
        if (!tally_add(&d->now, s->quantity, values[i] * s->factor + s->offset, e)) return false;
    }
    return true;
}

// ---- into the store ------------------------------------------------------------------------------------------------

// The fresh days of this stretch take the places of those that stood there.
static void place_fresh(struct stream_days *d, int32_t number, struct stretch *s)
{
    const int32_t first = stretch_first(number);
    for (int i = 0; i < STRETCH_DAYS; i++)
        if (first + i >= d->from && first + i < d->end) s->day[i] = (str){0};
    for (; d->next < d->count && stretch_of(d->all[d->next].day) == number; d->next++)
        s->day[d->all[d->next].day - first] = d->all[d->next].bytes;
}

static bool note_days(struct stream_days *d, int32_t number, const struct stretch *old,
                      const struct stretch *fresh, bool *is_changed, err *e)
{
    *is_changed = false;
    for (int i = 0; i < STRETCH_DAYS; i++) {
        const bool is_other = !str_eq(old->day[i], fresh->day[i]);
        *is_changed |= is_other;
        if (!is_other && !(d->is_whole && fresh->day[i].n > 0)) continue;
        if (!day_set_add(&d->w->days, stretch_first(number) + i, e)) return false;
    }
    return true;
}

static bool write_stretch(struct stream_days *d, int32_t number, const struct stretch *s, err *e)
{
    buf b = {.max = STRETCH_BYTES_MAX};
    stretch_write(&b, s);
    const bool ok = b.failed ? err_no_memory(e)
                             : sheet_put_stretch(&d->w->sheet, stretch_number(number, d->id), buf_str(&b), e);
    buf_free(&b);
    return ok;
}

static bool put_stretch(struct stream_days *d, int32_t number, str stored, err *e)
{
    struct stretch old, fresh;
    bool is_changed;
    if (!stretch_read(stored, &old, e)) return false;
    fresh = old;
    place_fresh(d, number, &fresh);
    return note_days(d, number, &old, &fresh, &is_changed, e) &&
           (!is_changed || write_stretch(d, number, &fresh, e));
}

// Stretches with fresh days alone, before this one.
static bool put_new(struct stream_days *d, int32_t before, err *e)
{
    while (d->next < d->count) {
        const int32_t number = stretch_of(d->all[d->next].day);
        if (number >= before) break;
        if (!put_stretch(d, number, (str){0}, e)) return false;
    }
    return true;
}

static bool put_stored(int32_t number, str bytes, void *context, err *e)
{
    struct stream_days *d = context;
    return put_new(d, number, e) && put_stretch(d, number, bytes, e);
}

static bool put_whole(struct stream_days *d, err *e)
{
    return stretch_each(d->at, d->id, STRETCH_LEAST, STRETCH_MOST, put_stored, d, e) &&
           put_new(d, STRETCH_MOST + 1, e);
}

// Some days: another run of them may have changed the same stretch a moment ago.
static bool put_some(struct stream_days *d, err *e)
{
    for (int32_t number = stretch_of(d->from); number <= stretch_of(d->end - 1); number++) {
        str stored;
        arena_reset(d->scratch);
        if (!sheet_stretch(&d->w->sheet, d->at, stretch_number(number, d->id), d->scratch, &stored, e) ||
            !put_stretch(d, number, stored, e))
            return false;
    }
    return true;
}

static bool read_days(struct stream_days *d, int32_t first, int32_t last, err *e)
{
    interval when = {TIME_NONE, TIME_NONE};
    if (!d->stream) return true;
    if (!d->is_whole)
        when = (interval){calendar_day_start(d->w->zone, first), calendar_day_start(d->w->zone, last + 1)};
    return store_values(d->at, d->id, when, take_values, d, e) && end_day(d, e);
}

static bool put_days(struct stream_days *d, int32_t first, int32_t last, err *e)
{
    d->from = d->is_whole ? INT32_MIN : first;
    d->end = d->is_whole ? INT32_MAX : last + 1;
    // What lies before all readings went with them by retention, and stays.
    if (first == MARK_AGAIN && d->stream) d->from = d->count ? d->all[0].day : INT32_MAX;
    return d->is_whole ? put_whole(d, e) : put_some(d, e);
}

bool work_stream(struct work *w, struct snapshot *at, entity_id id, int32_t first, int32_t last, err *e)
{
    struct stream_days d = {.w = w,
                            .at = at,
                            .id = id,
                            .stream = book_find(w->streams, id),
                            .a = arena_new(DAYS_BYTES_MAX),
                            .scratch = arena_new(STRETCH_BYTES_MAX),
                            .until = TIME_MIN,
                            .is_whole = first >= MARK_AGAIN};
    const bool ok = ((d.a && d.scratch) || err_no_memory(e)) && read_days(&d, first, last, e) &&
                    put_days(&d, first, last, e);
    tally_free(&d.now);
    free(d.all);
    arena_free(d.a);
    arena_free(d.scratch);
    return ok;
}
