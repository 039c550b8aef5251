// SPDX-License-Identifier: EUPL-1.2
#include "ingest/lines/store.h"

#include "ingest/readings.h"
#include "ingest/seen.h"

#include <math.h>

#define AGAIN_MAX ((size_t)64 << 20)

// The point as the line that it came from; its time in microseconds.
static void write_line(buf *b, const struct point *p)
{
    const struct line_series *s = p->series;
    buf_add(b, (str){s->key, s->head_bytes});
    buf_add_char(b, ' ');
    buf_add(b, (str){s->key + s->head_bytes, s->field_bytes});
    buf_add_char(b, '=');
    buf_add_decimal(b, p->value);
    buf_add_char(b, ' ');
    buf_add_int(b, p->time);
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
static bool is_in_gap(struct line_series *s, const struct point *p, uint32_t next_number)
{
    return s->next_number == next_number && p->time > s->gap_from && p->time < s->gap_to;
}

// `last`: the newest time before this point.
static void note_gap(struct line_series *s, const struct point *p, instant last, uint32_t next_number)
{
    const bool is_last = last == TIME_NONE || p->time > last;
    const bool is_ours = s->next_number == next_number;
    if (!is_last && is_ours && p->time > s->gap_from && p->time < s->gap_to) {
        s->gap_from = p->time;
    } else if (!is_last) {
        s->gap_from = s->gap_to = p->time;
    } else if (last != TIME_NONE && (!is_ours || p->time - last >= s->gap_to - s->gap_from)) {
        s->gap_from = last;
        s->gap_to = p->time;
    }
    s->next_number = next_number + 1;
}

void points_forget_gaps(const struct points *p)
{
    for (size_t i = 0; i < p->count; i++) p->all[i].series->gap_from = p->all[i].series->gap_to = 0;
}

// ---- one point ---------------------------------------------------------------------------------------------------

// As the long way does it with a value that is in no doubt; *again: it must go that way.
static bool store_point(const struct points_work *w, const struct point *p, struct observation *o,
                        bool *again, err *e)
{
    struct line_series *s = p->series;
    const struct stream_info *info;
    uint32_t next_number;
    err why;
    *again = true;
    if (atomic_load_explicit(&s->is_stale, memory_order_relaxed) ||
        !store_stream_info(w->tx, s->stream, &info, &why) ||
        !store_next_number(w->tx, s->stream, &next_number, &why))
        return true;
    o->stream = s->stream;
    o->number = 0;
    o->phenomenon_time.start = p->time;
    o->result.number = p->value;
    seen before = SEEN_NEVER;
    const instant last = info->last_time;
    if (p->time <= last && !is_in_gap(s, p, next_number) && !seen_before(w->tx, o, &before, e)) return false;
    if (before != SEEN_NEVER) return true;
    if (!feature_of_stream(&w->in->features, w->tx, s->stream, &o->feature, e)) return false;
    if (!o->feature) o->feature = s->feature;
    if (!o->feature) return true;
    *again = !ingest_append_uncounted(w->in, w->tx, o, w->received, &why);
    if (!*again) note_gap(s, p, last, next_number);
    if (!*again || why.code == ERR_LINK) return true;
    *e = why;
    return false;
}

bool points_store(const struct points_work *w, err *e)
{
    struct observation o = {.phenomenon_time = {0, TIME_NONE},
                            .result_time = TIME_NONE,  // readings.c, result_time_of
                            .valid_time = {TIME_NONE, TIME_NONE},
                            .result = {.type = VALUE_DECIMAL}};
    buf again = {.max = AGAIN_MAX};
    int64_t stored = 0;
    bool ok = true;
    for (size_t i = 0; i < w->points->count && ok; i++) {
        const struct point *p = &w->points->all[i];
        bool must_again;
        ok = store_point(w, p, &o, &must_again, e);
        if (!ok) break;
        if (must_again) {
            write_line(&again, p);
            continue;
        }
        line_series_note(w->in->series, p->series, w->received);
        stored++;
    }
    w->out->stored += stored;
    readings_count_stored(stored);
    ingest_count_appended(stored);
    str text;
    if (ok && again.n)
        ok = ((!again.failed && arena_copy(w->a, buf_str(&again), &text)) || err_no_memory(e)) &&
             store_again(w, text, e);
    buf_free(&again);
    return ok;
}
