// SPDX-License-Identifier: EUPL-1.2
// Sums as they are asked for: kept ones by key, a stream's months and years from its days, hours from readings.
#include "rollup/inner.h"

#include "rollup/calendar.h"

#include <stdio.h>
#include <stdlib.h>

#define HOURS_MAX (31 * 24)
#define DOCUMENT_BYTES_MAX ((size_t)4 << 20)

void rollup_rows_free(struct rollup_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) tally_free(&rows->all[i].tally);
    free(rows->all);
    *rows = (struct rollup_rows){0};
}

static bool row_add(struct rollup_rows *rows, interval when, struct tally *t, err *e)
{
    if (rows->count % 64 == 0) {
        struct rollup_row *all = realloc(rows->all, (rows->count + 64) * sizeof *all);
        if (!all) return err_no_memory(e);
        rows->all = all;
    }
    rows->all[rows->count++] = (struct rollup_row){when, *t};
    *t = (struct tally){.count = 0};
    return true;
}

// ---- periods of an interval ----------------------------------------------------------------------------------------

struct periods {
    const struct tz *zone;
    period p;
    int32_t first, end;  // days: the first period's, and of the one behind the last
};

static bool periods_of(const struct tz *zone, period p, interval when, struct periods *out, err *e)
{
    if (when.start >= when.end) return err_set(e, ERR_RANGE, ERR_NOWHERE, "the time asked for has no length");
    if (when.start < TIME_MIN || when.end > TIME_MAX)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "no such time");
    int32_t first = calendar_first_of(p, calendar_day_of(zone, when.start));
    if (calendar_day_start(zone, first) < when.start) first = calendar_next(p, first);
    const int32_t last = calendar_first_of(p, calendar_day_of(zone, when.end - 1));
    *out = (struct periods){zone, p, first, calendar_next(p, last)};
    const int64_t days = out->end - first, length = p == PERIOD_YEAR ? 365 : p == PERIOD_MONTH ? 28 : 1;
    return days / length <= ROLLUP_PERIODS_MAX ||
           err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d periods at once", ROLLUP_PERIODS_MAX);
}

static interval period_when(const struct periods *k, int32_t first)
{
    return (interval){calendar_day_start(k->zone, first),
                      calendar_day_start(k->zone, calendar_next(k->p, first))};
}

// ---- an area -------------------------------------------------------------------------------------------------------

static const char *kind_of(period p)
{
    return p == PERIOD_YEAR ? KIND_YEAR : p == PERIOD_MONTH ? KIND_MONTH : KIND_DAY;
}

static bool document_tally(struct snapshot *at, const char *kind, str key, arena *a, struct tally *t, err *e)
{
    str text;
    arena_reset(a);
    *t = (struct tally){.count = 0};
    if (!store_document_get(at, str_of(kind), key, a, &text, e)) return e->code == ERR_ABSENT;
    return tally_read(text, t, e);
}

static bool kept_tally(struct snapshot *at, period p, int32_t first, str area, str quantity, arena *a,
                       struct tally *t, err *e)
{
    char key[160], date[CALENDAR_KEY_MAX];
    const size_t d = calendar_key(p, first, date);
    const int n = snprintf(key, sizeof key, "%.*s/%.*s/%.*s", (int)d, date, STR_ARG(quantity), STR_ARG(area));
    if (n < 0 || (size_t)n >= sizeof key)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "this is no code of an area");
    return document_tally(at, kind_of(p), (str){key, (size_t)n}, a, t, e);
}

static bool kept_rows(struct snapshot *at, const struct periods *k, str area, str quantity, arena *a,
                      struct rollup_rows *out, err *e)
{
    for (int32_t first = k->first; first < k->end; first = calendar_next(k->p, first)) {
        struct tally t;
        if (!kept_tally(at, k->p, first, area, quantity, a, &t, e)) return false;
        if (t.count > 0 && !row_add(out, period_when(k, first), &t, e)) {
            tally_free(&t);
            return false;
        }
    }
    return true;
}

// ---- many areas ----------------------------------------------------------------------------------------------------

#define SCAN_LEAST 32  // fewer are looked up one by one

struct scanning {
    const struct area *const *areas;
    size_t count, next;
    size_t prefix;  // bytes before the code in a key
    struct tally *out;
};

static bool take_scanned(str key, str text, void *context, err *e)
{
    struct scanning *s = context;
    const str code = str_slice(key, s->prefix, key.n);
    while (s->next < s->count && str_cmp(s->areas[s->next]->code, code) < 0) s->next++;
    if (s->next == s->count || !str_eq(s->areas[s->next]->code, code)) return true;
    return tally_read(text, &s->out[s->next++], e);
}

static bool is_in_order(const struct area *const *areas, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (str_cmp(areas[i - 1]->code, areas[i]->code) >= 0) return false;
    return true;
}

static bool scan_areas(struct snapshot *at, period p, int32_t first, str quantity, struct scanning *s, err *e)
{
    char date[CALENDAR_KEY_MAX], from[160], to[160];
    const size_t d = calendar_key(p, first, date);
    const int n = snprintf(from, sizeof from, "%.*s/%.*s/", (int)d, date, STR_ARG(quantity));
    const int m = snprintf(to, sizeof to, "%.*s/%.*s0", (int)d, date,
                           STR_ARG(quantity));  // '0' comes after '/'
    s->prefix = (size_t)n;
    return store_document_range(at, str_of(kind_of(p)), (str){from, (size_t)n}, (str){to, (size_t)m},
                                take_scanned, s, e);
}

bool rollup_of_areas(struct rollups *r, struct snapshot *at, const struct area *const *areas, size_t count,
                     const struct quantity *q, period p, instant inside, interval *when, struct tally *out,
                     err *e)
{
    const int32_t first = calendar_first_of(p, calendar_day_of(r->config.zone, inside));
    const struct periods k = {r->config.zone, p, first, calendar_next(p, first)};
    struct scanning s = {.areas = areas, .count = count, .out = out};
    arena *a = arena_new(DOCUMENT_BYTES_MAX);
    bool ok = a || err_no_memory(e);
    for (size_t i = 0; i < count; i++) out[i] = (struct tally){.count = 0};
    if (ok && count >= SCAN_LEAST && is_in_order(areas, count))
        ok = scan_areas(at, p, first, q->key, &s, e);
    else
        for (size_t i = 0; ok && i < count; i++)
            ok = kept_tally(at, p, first, areas[i]->code, q->key, a, &out[i], e);
    for (size_t i = 0; !ok && i < count; i++) tally_free(&out[i]);
    if (ok) *when = period_when(&k, first);
    arena_free(a);
    return ok;
}

// ---- hours ---------------------------------------------------------------------------------------------------------

struct hours {
    const struct quantity *q;
    const struct rollup_stream *stream;
    instant from;
    size_t count;
    struct tally *all;
};

static bool take_hours(const instant *times, const double *values, size_t count, void *context, err *e)
{
    const struct hours *h = context;
    for (size_t i = 0; i < count; i++) {
        const size_t at = (size_t)((times[i] - h->from) / TIME_HOUR);
        if (at < h->count &&
            !tally_add(&h->all[at], h->q, values[i] * h->stream->factor + h->stream->offset, e))
            return false;
    }
    return true;
}

static instant hour_after(instant t)
{
    const instant rest = t % TIME_HOUR;
    return rest == 0 ? t : t - rest + (rest > 0 ? TIME_HOUR : 0);
}

static bool hours_open(struct hours *h, interval when, err *e)
{
    if (when.start >= when.end) return err_set(e, ERR_RANGE, ERR_NOWHERE, "the time asked for has no length");
    h->from = hour_after(when.start);
    const instant end = hour_after(when.end);
    if (end - h->from > HOURS_MAX * TIME_HOUR)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "hours of more than %d days at once", HOURS_MAX / 24);
    h->count = (size_t)((end - h->from) / TIME_HOUR);
    h->all = calloc(h->count + 1, sizeof *h->all);
    return h->all || err_no_memory(e);
}

static bool hours_rows(struct hours *h, bool ok, struct rollup_rows *out, err *e)
{
    for (size_t i = 0; h->all && i < h->count; i++) {
        const instant start = h->from + (instant)i * TIME_HOUR;
        if (ok && h->all[i].count > 0) ok = row_add(out, (interval){start, start + TIME_HOUR}, &h->all[i], e);
        tally_free(&h->all[i]);
    }
    free(h->all);
    return ok;
}

// Day by day, for a Thing may move and boundaries change; a day that is not asked for whole is cut.
static bool area_day_hours(struct rollups *r, struct snapshot *at, const struct rollup_streams *streams,
                           const struct atlas *t, str code, int32_t day, struct hours *h, arena *a, err *e)
{
    const interval whole = {calendar_day_start(r->config.zone, day),
                            calendar_day_start(r->config.zone, day + 1)};
    const instant end = h->from + (instant)h->count * TIME_HOUR;
    const interval when = {whole.start > h->from ? whole.start : h->from, whole.end < end ? whole.end : end};
    const int year = calendar_civil(day).year;
    const struct area *area = atlas_find(t, code, year);
    const struct rollup_stream **list;
    size_t count;
    if (!area || when.start >= when.end) return true;
    arena_reset(a);
    if (!rollup_streams_in(streams, t, area, year, whole.end - 1, h->q, a, &list, &count, e)) return false;
    for (size_t i = 0; i < count; i++) {
        h->stream = list[i];
        if (!store_values(at, list[i]->id, when, take_hours, h, e)) return false;
    }
    return true;
}

static bool area_hours(struct rollups *r, struct snapshot *at, str code, struct hours *h, err *e)
{
    const struct rollup_streams *streams;
    if (!rollup_streams_take(r, &streams, e)) return false;
    const struct atlas *t = areas_take(r->config.areas);
    arena *a = arena_new((size_t)64 << 20);
    bool ok = a || err_no_memory(e);
    const int32_t first = calendar_day_of(r->config.zone, h->from);
    const int32_t last = calendar_day_of(r->config.zone, h->from + (instant)h->count * TIME_HOUR - 1);
    for (int32_t day = first; ok && day <= last; day++)
        ok = area_day_hours(r, at, streams, t, code, day, h, a, e);
    arena_free(a);
    areas_give(r->config.areas, t);
    rollup_streams_give(r, streams);
    return ok;
}

bool rollup_of_area(struct rollups *r, struct snapshot *at, str area_code, const struct quantity *q, period p,
                    interval when, struct rollup_rows *out, err *e)
{
    struct rollup_rows rows = {0};
    bool ok;
    if (p == PERIOD_HOUR) {
        struct hours h = {.q = q};
        ok = hours_open(&h, when, e);
        ok = hours_rows(&h, ok && (h.count == 0 || area_hours(r, at, area_code, &h, e)), &rows, e);
    } else {
        struct periods k;
        arena *a = arena_new(DOCUMENT_BYTES_MAX);
        ok = (a || err_no_memory(e)) && periods_of(r->config.zone, p, when, &k, e) &&
             kept_rows(at, &k, area_code, q->key, a, &rows, e);
        arena_free(a);
    }
    if (ok)
        *out = rows;
    else
        rollup_rows_free(&rows);
    return ok;
}

// ---- a stream ------------------------------------------------------------------------------------------------------

struct stream_sum {
    const struct periods *k;
    struct rollup_rows *rows;
    int32_t first;  // of the period that is being added up
    struct tally now;
};

static bool end_period(struct stream_sum *s, err *e)
{
    return s->now.count == 0 || row_add(s->rows, period_when(s->k, s->first), &s->now, e);
}

static bool add_day(struct stream_sum *s, int32_t day, str bytes, err *e)
{
    struct tally t;
    const int32_t first = calendar_first_of(s->k->p, day);
    if (first != s->first && !end_period(s, e)) return false;
    s->first = first;
    if (!tally_get(bytes, &t, e)) return false;
    const bool ok = tally_merge(&s->now, &t, e);
    tally_free(&t);
    return ok;
}

static bool add_stretch(int32_t number, str bytes, void *context, err *e)
{
    struct stream_sum *s = context;
    struct stretch days;
    if (!stretch_read(bytes, &days, e)) return false;
    for (int i = 0; i < STRETCH_DAYS; i++) {
        const int32_t day = stretch_first(number) + i;
        if (days.day[i].n > 0 && day >= s->k->first && day < s->k->end && !add_day(s, day, days.day[i], e))
            return false;
    }
    return true;
}

static bool stream_rows(struct snapshot *at, const struct periods *k, entity_id stream,
                        struct rollup_rows *out, err *e)
{
    struct stream_sum s = {.k = k, .rows = out, .first = INT32_MIN};
    const bool ok = stretch_each(at, stream, stretch_of(k->first), stretch_of(k->end - 1), add_stretch, &s,
                                 e) &&
                    end_period(&s, e);
    tally_free(&s.now);
    return ok;
}

static bool stream_hours(struct rollups *r, struct snapshot *at, entity_id stream, interval when,
                         struct rollup_rows *out, err *e)
{
    const struct rollup_streams *streams;
    struct hours h = {0};
    if (!rollup_streams_take(r, &streams, e)) return false;
    h.stream = book_find(streams, stream);
    bool ok = h.stream || err_set(e, ERR_ABSENT, ERR_NOWHERE, "this Datastream has no public figures");
    ok = ok && hours_open(&h, when, e);
    if (ok) h.q = h.stream->quantity;
    const interval hours = {h.from, h.from + (instant)h.count * TIME_HOUR};
    ok = hours_rows(&h, ok && store_values(at, stream, hours, take_hours, &h, e), out, e);
    rollup_streams_give(r, streams);
    return ok;
}

bool rollup_of_stream(struct rollups *r, struct snapshot *at, entity_id stream, period p, interval when,
                      struct rollup_rows *out, err *e)
{
    struct rollup_rows rows = {0};
    struct periods k;
    const bool ok = p == PERIOD_HOUR
                        ? stream_hours(r, at, stream, when, &rows, e)
                        : periods_of(r->config.zone, p, when, &k, e) && stream_rows(at, &k, stream, &rows, e);
    if (ok)
        *out = rows;
    else
        rollup_rows_free(&rows);
    return ok;
}

// ---- who lies in an area -------------------------------------------------------------------------------------------

static bool lies_in(const struct atlas *t, const struct area_spot *spot, const struct area *area, int year)
{
    return spot->street == area || spot->town == area || spot->region == area ||
           atlas_is_within(t, spot->leaf, area, year);
}

bool rollup_streams_in(const struct rollup_streams *s, const struct atlas *t, const struct area *area,
                       int year, instant when, const struct quantity *q, arena *a,
                       const struct rollup_stream ***out, size_t *count, err *e)
{
    const struct rollup_stream **list = (const struct rollup_stream **)arena_array(a, s->count + 1,
                                                                                   sizeof *list);
    const struct thing_place *last = NULL;
    bool last_lies = false;
    size_t n = 0;
    if (!list) return err_no_memory(e);
    for (size_t i = 0; i < s->count; i++) {
        const struct rollup_stream *k = &s->all[i];
        if (q && k->quantity != q) continue;
        const struct thing_place *place = thing_place_at(&k->places, when);
        if (!place) continue;
        if (place != last) {  // the streams of a Thing stand together
            const struct area_spot spot = atlas_spot(t, place->place, year);
            last_lies = lies_in(t, &spot, area, year);
            last = place;
        }
        if (last_lies) list[n++] = k;
    }
    *out = list;
    *count = n;
    return true;
}
