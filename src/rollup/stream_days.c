// SPDX-License-Identifier: EUPL-1.2
// The days of one Datastream, from its readings.
#include "rollup/work.h"

#include "rollup/calendar.h"

#include <stdio.h>

size_t stream_key(entity_id stream, int32_t day, char out[static 32])
{
    char date[CALENDAR_KEY_MAX];
    calendar_key(PERIOD_DAY, day, date);
    const int n = snprintf(out, 32, "%07lld/%s", (long long)stream, date);
    return n > 0 ? (size_t)n : 0;
}

struct stream_days {
    struct work *w;
    const struct rollup_stream *stream;
    struct accounts days;  // by date
    struct tally now;
    int32_t day;
    instant until;  // end of that day
};

static bool end_day(struct stream_days *d, err *e)
{
    char date[CALENDAR_KEY_MAX];
    if (d->now.count == 0) return true;
    const size_t n = calendar_key(PERIOD_DAY, d->day, date);
    const bool ok = accounts_add(&d->days, (str){date, n}, NULL, &d->now, e);
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

struct noting {
    struct work *w;
    bool is_whole;
};

// Of a stream that changed as a whole every day counts: it may lie in other areas now.
static bool note_day(str key, bool is_changed, void *context, err *e)
{
    const struct noting *n = context;
    int32_t day;
    return !(is_changed || n->is_whole) || !calendar_read_day(key, &day) || day_set_add(&n->w->days, day, e);
}

static bool note_kept(str key, str text, void *context, err *e)
{
    (void)text;
    return note_day(str_slice(key, STREAM_PREFIX, key.n), false, context, e);
}

static bool put_stream(struct work *w, struct snapshot *at, const struct rollup_stream *s, entity_id id,
                       int32_t first, int32_t last, struct accounts *k, err *e)
{
    char prefix[32], from[CALENDAR_KEY_MAX], to[CALENDAR_KEY_MAX];
    struct noting n = {w, first >= MARK_AGAIN};
    (void)stream_key(id, 0, prefix);
    struct sheet_range range = {
        .kind = STR(KIND_STREAM), .prefix = {prefix, STREAM_PREFIX}, .note = note_day, .context = &n};
    if (!n.is_whole) {
        range.from = (str){from, calendar_key(PERIOD_DAY, first, from)};
        range.to = (str){to, calendar_key(PERIOD_DAY, last + 1, to)};
    } else if (first == MARK_AGAIN && s) {
        range.from = k->count ? k->all[0].key : STR("9999");  // values came in order of time
        str whole_from;
        if (!arena_print(k->a, &whole_from, "%.*s%.*s", STR_ARG(range.prefix), STR_ARG(range.from)))
            return err_no_memory(e);
        if (!store_document_range(at, range.kind, range.prefix, whole_from, note_kept, &n, e)) return false;
    }
    return sheet_put_accounts(&w->sheet, at, &range, k, e);
}

bool work_stream(struct work *w, struct snapshot *at, entity_id id, int32_t first, int32_t last, err *e)
{
    struct stream_days d = {.w = w, .stream = book_find(w->streams, id), .until = TIME_MIN};
    interval when = {TIME_NONE, TIME_NONE};
    if (first < MARK_AGAIN)
        when = (interval){calendar_day_start(w->zone, first), calendar_day_start(w->zone, last + 1)};
    if (!accounts_open(&d.days, e)) return false;
    bool ok = !d.stream || (store_values(at, id, when, take_values, &d, e) && end_day(&d, e));
    tally_free(&d.now);
    ok = ok && put_stream(w, at, d.stream, id, first, last, &d.days, e);
    accounts_close(&d.days);
    return ok;
}
