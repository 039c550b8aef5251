// SPDX-License-Identifier: EUPL-1.2
// Single observations, and questions about a stream that need no rows.
#include "store/answer/list.h"
#include "store/scan/shelf.h"

#include <stdlib.h>

// ---- one ----

static bool copy_texts(arena *a, struct observation *o, err *e)
{
    value *values[] = {&o->result, &o->quality};
    for (size_t i = 0; i < 2; i++) {
        const value_type t = values[i]->type;
        if (t != VALUE_NUMBER && t != VALUE_TEXT && t != VALUE_JSON) continue;
        if (!arena_copy(a, values[i]->text, &values[i]->text)) return err_no_memory(e);
    }
    if (o->parameters.n > 0 && !arena_copy(a, o->parameters, &o->parameters)) return err_no_memory(e);
    return true;
}

static bool damaged(err *e)
{
    return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "an Observation is damaged on disk");
}

static bool read_point(const struct point *p, entity_id stream, arena *a, struct observation *out, err *e)
{
    struct observation o;
    if (!point_read(p, stream, &o)) return damaged(e);
    if (!copy_texts(a, &o, e)) return false;
    *out = o;
    return true;
}

// The first observation of a scan, its texts in the arena.
static bool scan_first(struct snapshot *at, const struct stream *s, const struct scan_options *options,
                       arena *a, struct observation *out, bool *got, err *e)
{
    struct stream_scan scan;
    struct point p;
    if (!stream_scan_open(&scan, at, s, options, e)) return false;
    const bool ok = stream_scan_next(&scan, &p, got, e) && (!*got || read_point(&p, s->id, a, out, e));
    stream_scan_close(&scan);
    return ok;
}

bool store_get_observation(struct snapshot *at, entity_id id, arena *a, struct observation *out, err *e)
{
    const struct stream *s = snapshot_stream(at, OBSERVATION_STREAM(id));
    if (!s) return observation_absent(at, id, e);
    struct scan_options o = SCAN_ALL;
    o.number_from = o.number_to = OBSERVATION_NUMBER(id);
    bool got;
    if (!scan_first(at, s, &o, a, out, &got, e)) return false;
    return got || observation_absent(at, id, e);
}

// The newest as it stands in memory or on disk; what it views is valid until forget_latest.
struct latest {
    struct stream_row row;
    struct stream_scan scan;
    bool is_open;
    struct point point;
};

// Of the tail in memory, and of the stream's row what it says of chunks; seldom a chunk has to be opened.
static bool find_latest(struct latest *l, struct snapshot *at, const struct stream *s, bool has_row,
                        bool *got, err *e)
{
    const struct tail *t = stream_tail(s, at->commit, at->is_inside);
    const struct tail_place newest = tail_newest(t, at->commit, at->is_inside);
    const bool has_chunks = has_row && l->row.newest_time != TIME_NONE;
    l->is_open = false;
    *got = newest.entry || has_chunks;
    if (!*got) return true;
    if (newest.entry && (!has_chunks || point_cmp(newest.entry->time, newest.entry->number,
                                                  l->row.newest_time, l->row.newest_number) > 0)) {
        tail_point(newest.block, newest.entry, &l->point);
        return true;
    }
    if (stream_row_newest(&l->row, &l->point)) return true;
    struct scan_options o = SCAN_ALL;
    o.is_descending = true;
    l->is_open = stream_scan_open(&l->scan, at, s, &o, e);
    return l->is_open && stream_scan_next(&l->scan, &l->point, got, e);
}

static void forget_latest(struct latest *l)
{
    if (l->is_open) stream_scan_close(&l->scan);
}

// ---- the newest, kept ----

struct newest {  // of what stands in chunks
    struct kept kept;
    struct point point;  // a plain one
};

// So that the next one who asks need not wait for a file.
static void keep_newest(struct snapshot *at, const struct stream *s, const struct stream_row *row)
{
    struct point p;
    uint64_t since;
    if (!stream_row_newest(row, &p) || !point_is_plain(&p) || !kept_shelf_serves(at, s, &since)) return;
    struct kept *there = kept_shelf_find(at, s, KEPT_NEWEST, since);
    struct newest *n = there || !kept_shelf_wants(at) ? NULL : malloc(sizeof *n);
    kept_drop(there);
    if (!n) return;
    *n = (struct newest){.kept = {.newest = POINT_KEY_FIRST, .bytes = sizeof *n}, .point = p};
    kept_shelf_put(at, s, KEPT_NEWEST, since, &n->kept);
    kept_drop(&n->kept);
}

static bool find_kept(struct snapshot *at, const struct stream *s, struct point *out)
{
    uint64_t since;
    struct kept *k = kept_shelf_serves(at, s, &since) ? kept_shelf_find(at, s, KEPT_NEWEST, since) : NULL;
    if (k) *out = ((struct newest *)k)->point;  // its first member
    kept_drop(k);
    return k != NULL;
}

// Of the tail, where nothing can be newer. What is in chunks came before it, so of the same time the tail's number is the greater one.
static bool find_at_once(struct snapshot *at, const struct stream *s, struct point *out)
{
    const struct tail_place t = tail_newest(stream_tail(s, at->commit, false), at->commit, false);
    const bool is_newest = t.entry && t.entry->time >= atomic_load_explicit(&s->newest, memory_order_acquire);
    if (!is_newest && !find_kept(at, s, out)) return false;
    if (is_newest || (t.entry && point_cmp(t.entry->time, t.entry->number, out->time, out->number) > 0))
        tail_point(t.block, t.entry, out);
    return true;
}

bool store_latest_at_once(struct store *store, entity_id stream, struct observation *out)
{
    struct snapshot at;
    struct point p;
    if (!snapshot_open_memory(store, &at)) return false;
    const struct stream *s = snapshot_stream(&at, stream);
    const bool ok = s && find_at_once(&at, s, &p) && point_is_plain(&p) && point_read(&p, stream, out);
    snapshot_close_memory(&at);
    return ok;
}

bool store_latest(struct snapshot *at, entity_id stream, arena *a, struct observation *out, err *e)
{
    const struct stream *s = snapshot_stream(at, stream);
    struct latest l;
    bool got = false, has_row;
    if (s) {
        if (!stream_row_read(at->connection, stream, &l.row, &has_row, e)) return false;
        const bool ok = find_latest(&l, at, s, has_row, &got, e) &&
                        (!got || read_point(&l.point, stream, a, out, e));
        forget_latest(&l);
        if (!ok) return false;
        if (has_row) keep_newest(at, s, &l.row);
    }
    return got ||
           err_set(e, ERR_ABSENT, ERR_NOWHERE, "Datastream %lld has no Observations", (long long)stream);
}

// ---- many ----

struct giving {
    observation_each each;
    void *context;
    struct observation last;
    bool is_plain;  // the last one was
};

static bool give(struct giving *g, const struct point *p, entity_id stream, err *e)
{
    const bool is_plain = point_is_plain(p);
    if (is_plain && g->is_plain && g->last.stream == stream)
        point_read_next(p, &g->last);
    else if (!point_read(p, stream, &g->last))
        return damaged(e);
    g->is_plain = is_plain;
    return g->each(&g->last, g->context, e);
}

struct latest_pass {
    struct snapshot *at;
    struct stream_row_walk rows;
    bool is_walk;  // in order of id, and most of those in between
    struct giving giving;
};

static bool give_latest(struct latest_pass *k, const struct stream *s, err *e)
{
    struct latest l;
    bool got, has_row;
    if (!(k->is_walk ? stream_row_walk_to(&k->rows, s->id, &l.row, &has_row, e)
                     : stream_row_read(k->at->connection, s->id, &l.row, &has_row, e)))
        return false;
    const bool ok = find_latest(&l, k->at, s, has_row, &got, e) &&
                    (!got || give(&k->giving, &l.point, s->id, e));
    forget_latest(&l);
    return ok;
}

#define WALK_SPARSE 4  // passing over a row costs about a fourth of looking one up

// All of them, or ids in order with few left out.
static bool is_walk(struct stream_list streams)
{
    if (!streams.ids) return true;
    for (size_t i = 1; i < streams.count; i++)
        if (streams.ids[i] <= streams.ids[i - 1]) return false;
    return streams.count > 1 &&
           streams.ids[streams.count - 1] - streams.ids[0] < WALK_SPARSE * (entity_id)streams.count;
}

bool store_latest_each(struct snapshot *at, struct stream_list streams, observation_each each, void *context,
                       err *e)
{
    struct latest_pass k = {
        .at = at, .is_walk = is_walk(streams), .giving = {.each = each, .context = context}};
    struct list_walk walk = {.at = at, .list = streams};
    err fault = {.code = ERR_NONE};
    if (k.is_walk && !stream_row_walk_open(&k.rows, at->connection, streams.ids ? streams.ids[0] : 0, e))
        return false;
    bool ok = true;
    for (const struct stream *s; ok && (s = list_next(&walk));) ok = give_latest(&k, s, &fault);
    if (k.is_walk) stream_row_walk_close(&k.rows);
    return list_ended(ok, &fault, e);
}

bool store_observations(struct snapshot *at, entity_id stream, interval when, observation_each each,
                        void *context, err *e)
{
    const struct stream *s = snapshot_stream(at, stream);
    const struct scan_options o = scan_whole(when);
    struct stream_scan scan;
    struct point p;
    struct giving g = {.each = each, .context = context};
    err fault = {.code = ERR_NONE};
    bool ok, got = false;
    if (!s) return true;
    if (!stream_scan_open(&scan, at, s, &o, e)) return false;
    while ((ok = stream_scan_next(&scan, &p, &got, &fault)) && got)
        if (!(ok = give(&g, &p, stream, &fault))) break;
    stream_scan_close(&scan);
    return list_ended(ok, &fault, e);
}
