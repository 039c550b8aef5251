// SPDX-License-Identifier: EUPL-1.2
#include "rollup/work.h"

#include "rollup/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- sets of days --------------------------------------------------------------------------------------------------

bool day_set_add(struct day_set *s, int32_t day, err *e)
{
    if (s->count > 0 && s->all[s->count - 1] == day) return true;
    if (s->count == s->capacity) {
        const size_t capacity = s->capacity ? s->capacity * 2 : 256;
        int32_t *all = realloc(s->all, capacity * sizeof *all);
        if (!all) return err_no_memory(e);
        s->all = all;
        s->capacity = capacity;
    }
    s->all[s->count++] = day;
    return true;
}

static int by_day(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static void day_set_sort(struct day_set *s)
{
    size_t n = 0;
    if (s->count) qsort(s->all, s->count, sizeof *s->all, by_day);
    for (size_t i = 0; i < s->count; i++)
        if (n == 0 || s->all[n - 1] != s->all[i]) s->all[n++] = s->all[i];
    s->count = n;
}

// ---- streams -------------------------------------------------------------------------------------------------------

// The days of one stream that follow each other, or all of them when the stream is marked as a whole.
static bool streams_part(struct work *w, struct snapshot *at, err *e)
{
    size_t end = w->next, last;
    while (end < w->marks.count && w->marks.all[end].stream == w->marks.all[w->next].stream) end++;
    const struct mark *m = &w->marks.all[w->next];
    const int32_t greatest = w->marks.all[end - 1].day;
    if (greatest >= MARK_AGAIN) {
        w->next = end;
        return work_stream(w, at, m->stream, greatest, greatest, e);
    }
    for (last = w->next; last + 1 < end && w->marks.all[last + 1].day == w->marks.all[last].day + 1;) last++;
    w->next = last + 1;
    return work_stream(w, at, m->stream, m->day, w->marks.all[last].day, e);
}

// ---- one after the other -------------------------------------------------------------------------------------------

static void months_to_years(struct day_set *s)
{
    for (size_t i = 0; i < s->count; i++) s->all[i] = calendar_first_of(PERIOD_YEAR, s->all[i]);
    day_set_sort(s);
}

// What the phase before wrote is read by the next.
static bool next_phase(struct work *w, err *e)
{
    if (!sheet_commit(&w->sheet, e)) return false;
    w->phase++;
    w->next = 0;
    if (w->phase == WORK_DAYS) day_set_sort(&w->days);
    if (w->phase == WORK_MONTHS) day_set_sort(&w->periods);
    if (w->phase == WORK_YEARS) months_to_years(&w->periods);
    return true;
}

static size_t parts_of(const struct work *w)
{
    switch (w->phase) {
    case WORK_STREAMS: return w->marks.count;
    case WORK_DAYS: return w->days.count;
    case WORK_MONTHS:
    case WORK_YEARS: return w->periods.count;
    case WORK_DONE: break;
    }
    return 0;
}

static bool phase_part(struct work *w, struct snapshot *at, err *e)
{
    switch (w->phase) {
    case WORK_STREAMS: return streams_part(w, at, e);
    case WORK_DAYS: return work_area_day(w, at, w->days.all[w->next++], e);
    case WORK_MONTHS:
        return work_period(w, at, w->periods.all[w->next++], PERIOD_DAY, KIND_DAY, PERIOD_MONTH, KIND_MONTH,
                           e);
    case WORK_YEARS:
        return work_period(w, at, w->periods.all[w->next++], PERIOD_MONTH, KIND_MONTH, PERIOD_YEAR, KIND_YEAR,
                           e);
    case WORK_DONE: break;
    }
    return true;
}

bool work_part(struct work *w, err *e)
{
    struct snapshot *at;
    while (w->phase != WORK_DONE && w->next >= parts_of(w))
        if (!next_phase(w, e)) return false;
    if (w->phase == WORK_DONE) return true;
    if (!snapshot_open(w->store, &at, e)) return false;
    const bool ok = phase_part(w, at, e);
    snapshot_close(at);
    return ok;
}

// ---- beginning and end ---------------------------------------------------------------------------------------------

static bool mark_add(struct work *w, size_t *capacity, entity_id stream, err *e)
{
    if (w->marks.count == *capacity) {
        const size_t more = *capacity + *capacity / 2 + 1024;
        struct mark *all = realloc(w->marks.all, more * sizeof *all);
        if (!all) return err_no_memory(e);
        w->marks.all = all;
        *capacity = more;
    }
    w->marks.all[w->marks.count++] = (struct mark){stream, MARK_AGAIN};
    return true;
}

struct gathering {
    struct work *w;
    size_t capacity;
};

// Also of streams that do not count any more: their sums must go.
static bool gather_stream(int64_t number, str bytes, void *context, err *e)
{
    struct gathering *g = context;
    (void)bytes;
    return mark_add(g->w, &g->capacity, stretch_stream_of_number(number), e);
}

static bool gather_stretch(int64_t number, str bytes, void *context, err *e)
{
    struct work *w = context;
    struct stretch s;
    if (!stretch_read(bytes, &s, e)) return false;
    for (int i = 0; i < STRETCH_DAYS; i++)
        if (s.day[i].n > 0 && !day_set_add(&w->days, stretch_first(stretch_of_number(number)) + i, e))
            return false;
    return true;
}

static bool gather_day(str key, str text, void *context, err *e)
{
    struct work *w = context;
    int32_t day;
    (void)text;
    return !calendar_read_day(str_slice(key, 0, 8), &day) || day_set_add(&w->days, day, e);
}

static bool gather(struct work *w, bool everything, bool all_days, err *e)
{
    struct gathering g = {.w = w, .capacity = w->marks.count};
    struct snapshot *at;
    bool ok = true;
    for (size_t i = 0; ok && everything && i < w->streams->count; i++)
        ok = mark_add(w, &g.capacity, w->streams->all[i].id, e);
    if (!ok || !snapshot_open(w->store, &at, e)) return false;
    if (everything) ok = store_bytes_range(at, BYTES_STREAM_DAYS, 0, BYTES_NUMBERS, gather_stream, &g, e);
    if (ok && all_days)
        ok = store_bytes_range(at, BYTES_STREAM_DAYS, 0, BYTES_NUMBERS, gather_stretch, w, e) &&
             store_document_each(at, STR(KIND_DAY), gather_day, w, e);
    snapshot_close(at);
    marks_sort(&w->marks);
    return ok;
}

bool work_open(struct work *w, struct marks_taken *m, bool everything, bool all_days, err *e)
{
    w->marks = *m;
    m->all = NULL;
    w->phase = WORK_STREAMS;
    w->next = 0;
    w->spots = calloc(w->streams->count + 1, sizeof *w->spots);
    return (w->spots || err_no_memory(e)) && sheet_open(&w->sheet, w->store, e) &&
           (!(everything || all_days) || gather(w, everything, all_days, e));
}

void work_close(struct work *w)
{
    free(w->marks.all);
    free(w->days.all);
    free(w->periods.all);
    free(w->spots);
    sheet_close(&w->sheet);
    w->marks = (struct marks_taken){0};
    w->days = w->periods = (struct day_set){0};
    w->spots = NULL;
}
