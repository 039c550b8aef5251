// SPDX-License-Identifier: EUPL-1.2
#include "ingest/lines/store.h"

#include "ingest/readings.h"
#include "ingest/seen.h"

#include <math.h>

#define AGAIN_MAX ((size_t)64 << 20)

// The reading as the line that it came from; its time in microseconds.
static void write_line(buf *b, const struct line_series *s, const struct plain_reading *r)
{
    buf_add(b, (str){s->key, s->head_bytes});
    buf_add_char(b, ' ');
    buf_add(b, (str){s->key + s->head_bytes, s->field_bytes});
    buf_add_char(b, '=');
    buf_add_decimal(b, r->value);
    buf_add_char(b, ' ');
    buf_add_int(b, r->time);
    buf_add_char(b, '\n');
}

// What became stale since it was read goes the long way.
static bool store_again(const struct points_work *w, str text, err *e)
{
    struct device_result result = {.state = DEVICE_STATE_NONE};
    const struct device_message m = {
        .query = STR("precision=us"), .body = text, .received = w->received, .site = w->in->site};
    return w->adapter->decode(&m, w->a, &result, e) &&
           readings_store(w->in, w->tx, w->adapter, &result, w->who, w->received, w->a, w->out, w->learned,
                          e);
}

// ---- late points -------------------------------------------------------------------------------------------------

// Requests of one sender overtake each other on the way. The first point behind all others leaves a gap before it, in which
// nothing can have been seen: there the points of the request that was overtaken fall.
static bool is_in_gap(const struct line_series *s, instant t, uint32_t next_number)
{
    return s->next_number == next_number && t > s->gap_from && t < s->gap_to;
}

// `last`: the newest time before this one.
static void note_gap(struct line_series *s, instant t, instant last, uint32_t next_number)
{
    const bool is_last = last == TIME_NONE || t > last;
    const bool is_ours = s->next_number == next_number;
    if (!is_last && is_ours && t > s->gap_from && t < s->gap_to) {
        s->gap_from = t;
    } else if (!is_last) {
        s->gap_from = s->gap_to = t;
    } else if (last != TIME_NONE && (!is_ours || t - last >= s->gap_to - s->gap_from)) {
        s->gap_from = last;
        s->gap_to = t;
    }
    s->next_number = next_number + 1;
}

void points_forget_gaps(const struct points *p)
{
    for (size_t i = 0; i < p->run_count; i++) p->runs[i].series->gap_from = p->runs[i].series->gap_to = 0;
}

// ---- a run -------------------------------------------------------------------------------------------------------

static bool feature_of(const struct points_work *w, const struct line_series *s, entity_id *feature, err *e)
{
    if (!feature_of_stream(&w->in->features, w->tx, s->stream, feature, e)) return false;
    if (!*feature) *feature = s->feature;
    return true;
}

static bool is_rising(const struct line_run *r)
{
    for (size_t i = 1; i < r->count; i++)
        if (r->all[i].time <= r->all[i - 1].time) return false;
    return true;
}

// None of them can have been seen: they stand behind all others, or in the gap, one behind the other.
static bool is_unseen(const struct line_run *r, instant last, uint32_t next_number)
{
    if (!is_rising(r)) return false;
    if (last == TIME_NONE || r->all[0].time > last) return true;
    return is_in_gap(r->series, r->all[0].time, next_number) &&
           is_in_gap(r->series, r->all[r->count - 1].time, next_number);
}

// What the run's Datastream says now; false: it goes the long way.
static bool find_stream(const struct points_work *w, const struct line_series *s, instant *last,
                        uint32_t *next_number)
{
    const struct stream_info *info;
    err why;
    if (atomic_load_explicit(&s->is_stale, memory_order_relaxed) ||
        !store_stream_info(w->tx, s->stream, &info, &why) ||
        !store_next_number(w->tx, s->stream, next_number, &why))
        return false;
    *last = info->last_time;
    return true;
}

// All at once, as nearly always; *stored false: each for itself.
static bool store_run_at_once(const struct points_work *w, const struct line_run *r, bool *stored, err *e)
{
    struct line_series *s = r->series;
    instant last;
    uint32_t next_number;
    err why;
    *stored = false;
    if (!find_stream(w, s, &last, &next_number) || !is_unseen(r, last, next_number)) return true;
    struct reading_run run = {s->stream, 0, r->all, r->count};
    if (!feature_of(w, s, &run.feature, e)) return false;
    if (!run.feature || !ingest_append_run(w->in, w->tx, &run, w->received, &next_number, &why)) return true;
    for (size_t i = 0; i < r->count; i++) {
        note_gap(s, r->all[i].time, last, next_number + (uint32_t)i);
        if (last == TIME_NONE || r->all[i].time > last) last = r->all[i].time;
    }
    *stored = true;
    return true;
}

// ---- one reading -------------------------------------------------------------------------------------------------

// As the long way does it with a value that is in no doubt; *again: it must go that way.
static bool store_one(const struct points_work *w, struct line_series *s, const struct plain_reading *r,
                      bool *again, err *e)
{
    const struct reading_run one = {s->stream, 0, r, 1};
    struct observation o = plain_observation(&one, 0);
    instant last;
    uint32_t next_number;
    seen before = SEEN_NEVER;
    err why;
    *again = true;
    if (!find_stream(w, s, &last, &next_number)) return true;
    if (r->time <= last && !is_in_gap(s, r->time, next_number) && !seen_before(w->tx, &o, &before, e))
        return false;
    if (before != SEEN_NEVER) return true;
    if (!feature_of(w, s, &o.feature, e)) return false;
    if (!o.feature) return true;
    *again = !ingest_append_uncounted(w->in, w->tx, &o, w->received, &why);
    if (!*again) note_gap(s, r->time, last, next_number);
    if (!*again || why.code == ERR_LINK) return true;
    *e = why;
    return false;
}

static bool store_each(const struct points_work *w, const struct line_run *r, buf *again, size_t *stored,
                       err *e)
{
    for (size_t i = 0; i < r->count; i++) {
        bool must_again;
        if (!store_one(w, r->series, &r->all[i], &must_again, e)) return false;
        if (must_again) write_line(again, r->series, &r->all[i]);
        *stored += !must_again;
    }
    return true;
}

// ---- all ---------------------------------------------------------------------------------------------------------

// With a thousand series and more, what a run touches is in no cache: it is fetched while those before it are stored.
static void expect_runs(const struct points_work *w, size_t i)
{
    const struct points *p = w->points;
    const size_t series = i + STORE_AHEAD * STORE_STRIDE + 1;
    if (series < p->run_count)
        for (size_t at = 0; at < sizeof *p->runs->series; at += 64)
            __builtin_prefetch((const char *)p->runs[series].series + at, 1);
    for (unsigned ahead = 1; ahead <= STORE_AHEAD && i + ahead * STORE_STRIDE < p->run_count; ahead++)
        store_expect_run(w->tx, p->runs[i + ahead * STORE_STRIDE].series->stream, ahead);
}

static bool store_runs(const struct points_work *w, buf *again, size_t *stored, err *e)
{
    for (size_t i = 0; i < w->points->run_count; i++) {
        const struct line_run *r = &w->points->runs[i];
        expect_runs(w, i);
        const size_t before = *stored;
        bool at_once;
        if (!store_run_at_once(w, r, &at_once, e)) return false;
        if (at_once)
            *stored += r->count;
        else if (!store_each(w, r, again, stored, e))
            return false;
        if (*stored > before) line_series_note(w->in->series, r->series, w->received);
    }
    return true;
}

bool points_store(const struct points_work *w, err *e)
{
    buf again = {.max = AGAIN_MAX};
    size_t stored = 0;
    str text;
    bool ok = store_runs(w, &again, &stored, e);
    w->out->stored += (int64_t)stored;
    readings_count_stored((int64_t)stored);
    ingest_count_appended((int64_t)stored);
    if (ok && again.n)
        ok = ((!again.failed && arena_copy(w->a, buf_str(&again), &text)) || err_no_memory(e)) &&
             store_again(w, text, e);
    buf_free(&again);
    return ok;
}
