// SPDX-License-Identifier: EUPL-1.2
#include "store/scan/merge_scan.h"

#include <stdlib.h>

struct opened {
    struct stream_scan scan;
    struct point point;  // its next observation
};

// A stream that takes part in a merge by time.
struct merge_source {
    struct stream *stream;
    struct opened *opened;  // NULL: not yet
    instant time;           // of its next observation; before it is opened: none comes before this
};

// ---- what the options leave of one stream ----

// (time, id) as a key within `stream`: behind all of that time in streams before id's, before all in those behind.
static struct point_key key_within(entity_id stream, struct merge_key k)
{
    const entity_id of = OBSERVATION_STREAM(k.id);
    const int64_t number = stream < of ? INT64_MAX : stream > of ? -1 : (int64_t)OBSERVATION_NUMBER(k.id);
    return (struct point_key){k.time, number};
}

// `from` is inclusive: a key before all numbers of a time begins at that time, one behind all of them after it; as a
// key of a range that is just the number -1 or INT64_MAX. Likewise for `to`.
static struct scan_options options_within(const struct merge_options *m, entity_id stream)
{
    struct scan_options o = {.range = {key_within(stream, m->from), key_within(stream, m->to)},
                             .number_to = UINT32_MAX,
                             .order = m->order == MERGE_BY_ID ? SCAN_BY_NUMBER : SCAN_BY_TIME,
                             .is_descending = m->is_descending,
                             .is_brief = m->order == MERGE_BY_TIME && m->stream_count != 1};
    if (o.range.from.time < m->time_from) o.range.from = (struct point_key){m->time_from, -1};
    if (o.range.to.time > m->time_to) o.range.to = (struct point_key){m->time_to, INT64_MAX};
    if (OBSERVATION_STREAM(m->id_from) == stream) o.number_from = OBSERVATION_NUMBER(m->id_from);
    if (OBSERVATION_STREAM(m->id_to) == stream) o.number_to = OBSERVATION_NUMBER(m->id_to);
    return o;
}

// Nothing of the stream can be in the answer.
static bool is_out(const struct merge_options *m, const struct stream *s)
{
    if (s->id < OBSERVATION_STREAM(m->id_from) || s->id > OBSERVATION_STREAM(m->id_to)) return true;
    const instant oldest = atomic_load_explicit(&s->oldest, memory_order_acquire);
    const instant newest = atomic_load_explicit(&s->newest, memory_order_acquire);
    return oldest > newest || newest < m->time_from || oldest > m->time_to || newest < m->from.time ||
           oldest > m->to.time;
}

// ---- streams one after another ----

static struct stream *previous_stream(struct snapshot *at, entity_id before)
{
    for (entity_id id = before - 1; id > 0; id--) {
        struct stream *s = snapshot_stream(at, id);
        if (s) return s;
    }
    return NULL;
}

static struct stream *next_listed(struct merge_scan *m)
{
    const struct merge_options *o = &m->options;
    while (m->stream_at < o->stream_count) {
        const size_t i = o->is_descending ? o->stream_count - 1 - m->stream_at : m->stream_at;
        m->stream_at++;
        struct stream *s = snapshot_stream(m->at, o->streams[i]);
        if (s) return s;
    }
    return NULL;
}

static struct stream *next_of_all(struct merge_scan *m)
{
    struct stream *s = m->options.is_descending ? previous_stream(m->at, m->stream)
                                                : snapshot_next_stream(m->at, m->stream);
    if (!s) return NULL;
    m->stream = s->id;
    const bool is_past = m->options.is_descending ? s->id < OBSERVATION_STREAM(m->options.id_from)
                                                  : s->id > OBSERVATION_STREAM(m->options.id_to);
    return is_past ? NULL : s;
}

static struct stream *next_stream(struct merge_scan *m)
{
    struct stream *s;
    do {
        s = m->options.streams ? next_listed(m) : next_of_all(m);
    } while (s && is_out(&m->options, s));
    return s;
}

static bool open_next(struct merge_scan *m, err *e)
{
    const struct stream *s = next_stream(m);
    if (!s) return true;
    const struct scan_options o = options_within(&m->options, s->id);
    m->is_open = stream_scan_open(&m->scan, m->at, s, &o, e);
    return m->is_open;
}

static bool next_in_turn(struct merge_scan *m, entity_id *stream, struct point *out, bool *got, err *e)
{
    for (*got = false;;) {
        if (!m->is_open && !open_next(m, e)) return false;
        if (!m->is_open) return true;
        *stream = m->scan.stream;
        if (!stream_scan_next(&m->scan, out, got, e)) return false;
        if (*got) return true;
        stream_scan_close(&m->scan);
        m->is_open = false;
    }
}

// ---- streams merged by time ----

// One that is not opened yet goes before an opened one of the same time: its first may have a smaller id.
static bool goes_before(const struct merge_scan *m, const struct merge_source *a,
                        const struct merge_source *b)
{
    const bool is_descending = m->options.is_descending;
    if (a->time != b->time) return (a->time < b->time) != is_descending;
    if (!a->opened || !b->opened) return !a->opened && b->opened;
    return (a->stream->id < b->stream->id) != is_descending;
}

static void sink(struct merge_scan *m, size_t i)
{
    for (;;) {
        size_t first = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < m->count; child++)
            if (goes_before(m, &m->sources[child], &m->sources[first])) first = child;
        if (first == i) return;
        const struct merge_source moved = m->sources[i];
        m->sources[i] = m->sources[first];
        m->sources[first] = moved;
        i = first;
    }
}

// The time that none of its observations comes before; the nearer to its first one, the fewer streams are opened.
static instant first_time(const struct merge_scan *m, const struct stream *s)
{
    const struct scan_options o = options_within(&m->options, s->id);
    const instant oldest = atomic_load_explicit(&s->oldest, memory_order_acquire);
    const instant newest = atomic_load_explicit(&s->newest, memory_order_acquire);
    instant first;
    if (m->options.stream_count != 1 && stream_scan_expect(m->at, s, &o, &first)) return first;
    if (m->options.is_descending) return newest < o.range.to.time ? newest : o.range.to.time;
    return oldest > o.range.from.time ? oldest : o.range.from.time;
}

static bool add_source(struct merge_scan *m, struct stream *s, err *e)
{
    if (m->count == m->capacity) {
        const size_t capacity = m->capacity > 0 ? m->capacity * 2 : 16;
        struct merge_source *sources = realloc(m->sources, capacity * sizeof *sources);
        if (!sources) return err_no_memory(e);
        m->sources = sources;
        m->capacity = capacity;
    }
    m->sources[m->count++] = (struct merge_source){.stream = s, .time = first_time(m, s)};
    return true;
}

static bool gather_sources(struct merge_scan *m, err *e)
{
    struct stream *s;
    while ((s = next_stream(m)))
        if (!add_source(m, s, e)) return false;
    for (size_t i = m->count / 2; i-- > 0;) sink(m, i);
    return true;
}

static bool open_source(struct merge_scan *m, struct merge_source *source, err *e)
{
    struct opened *opened = calloc(1, sizeof *opened);
    if (!opened) return err_no_memory(e);
    const struct scan_options o = options_within(&m->options, source->stream->id);
    if (!stream_scan_open(&opened->scan, m->at, source->stream, &o, e)) {
        free(opened);
        return false;
    }
    source->opened = opened;
    return true;
}

static void close_source(struct merge_source *source)
{
    if (source->opened) stream_scan_close(&source->opened->scan);
    free(source->opened);
    source->opened = NULL;
}

// Moves the first source on to its next observation, or out of the heap.
static bool advance_first(struct merge_scan *m, err *e)
{
    struct merge_source *first = &m->sources[0];
    bool got;
    if (!first->opened && !open_source(m, first, e)) return false;
    if (!stream_scan_next(&first->opened->scan, &first->opened->point, &got, e)) return false;
    if (got) {
        first->time = first->opened->point.time;
    } else {
        close_source(first);
        *first = m->sources[--m->count];
    }
    sink(m, 0);
    return true;
}

// The first source is moved on only now, so that what was given stays valid until this call.
static bool next_by_time(struct merge_scan *m, entity_id *stream, struct point *out, bool *got, err *e)
{
    while (m->count > 0 && (m->is_given || !m->sources[0].opened)) {
        m->is_given = false;
        if (!advance_first(m, e)) return false;
    }
    *got = m->is_given = m->count > 0;
    if (!*got) return true;
    *stream = m->sources[0].stream->id;
    // NOLINTNEXTLINE(clang-analyzer-unix.Malloc): another source has taken the place of one that ended
    *out = m->sources[0].opened->point;
    return true;
}

// ---- the scan ----

bool merge_scan_open(struct merge_scan *m, struct snapshot *at, const struct merge_options *options, err *e)
{
    *m = (struct merge_scan){.at = at, .options = *options};
    const entity_id highest = atomic_load_explicit(&at->store->streams.highest, memory_order_acquire);
    const entity_id first = OBSERVATION_STREAM(options->id_from), last = OBSERVATION_STREAM(options->id_to);
    m->stream = options->is_descending ? (last < highest ? last : highest) + 1 : (first > 1 ? first : 1) - 1;
    if (options->order != MERGE_BY_TIME || gather_sources(m, e)) return true;
    merge_scan_close(m);
    return false;
}

bool merge_scan_next(struct merge_scan *m, entity_id *stream, struct point *out, bool *got, err *e)
{
    return m->options.order == MERGE_BY_TIME ? next_by_time(m, stream, out, got, e)
                                             : next_in_turn(m, stream, out, got, e);
}

void merge_scan_close(struct merge_scan *m)
{
    if (m->is_open) stream_scan_close(&m->scan);
    for (size_t i = 0; i < m->count; i++) close_source(&m->sources[i]);
    free(m->sources);
    *m = (struct merge_scan){.at = NULL};
}
