// SPDX-License-Identifier: EUPL-1.2
#include "store/stream/merge.h"

#include "base/log.h"
#include "store/stream/seal.h"

#include <stdlib.h>
#include <string.h>

// Of one operation: some tens of milliseconds, and pieces enough to fill pages with.
#define STREAMS_MOST 256
#define POINTS_MOST ((size_t)64 * CHUNK_MOST)
#define PIECES_MOST 512

// Of one stream at a time; what is more is merged by the next operation. Large observations fill a chunk each.
#define JOINED_MOST ((size_t)4 * CHUNK_MOST)
#define CHUNKS_MOST 64

// Less stays in the growing chunk: a row of its own would take more than it holds.
#define OWN_BYTES 512

// A chunk to be written.
struct piece {
    entity_id stream;
    struct point_key last;
    str bytes;
    size_t room;  // in a page of the table
    size_t page;
};

struct merging {
    struct merge_place at;
    size_t streams_most;
    size_t streams, points;  // done
    bool is_over;
    arena *memory;  // what the pieces are made of
    struct piece *pieces;
    size_t count;
};

// ---- which chunks ----

// The last ones that are not large, behind those that were merged just now; they end at and behind `first`.
struct small_ones {
    size_t count, points;
    struct point_key first;
    size_t bytes;  // of the first one, or of the growing one
};

// Not large, and not too much for one with what comes behind it.
static bool is_small(const struct stored_chunk *c, const struct chunk_head *h,
                     const struct small_ones *behind)
{
    return h->count < CHUNK_MOST && c->bytes.n < CHUNK_LARGE_BYTES / 8 * 7 &&
           c->bytes.n + behind->bytes <= CHUNK_LARGE_BYTES;
}

static bool find_small(const struct merging *m, struct sealing *k, struct stored_chunk *c,
                       struct small_ones *out, err *e)
{
    bool got;
    *out = (struct small_ones){.first = POINT_KEY_LAST, .bytes = k->growing.n};
    for (;;) {
        struct chunk_head head;
        if (!chunk_before(k->connection, k->stream->id, out->first, c, &got, e)) return false;
        if (!got || (m->at.is_begun && point_key_cmp(c->last, m->at.behind) <= 0)) return true;
        if (!chunk_read_head(buf_str(&c->bytes), &head)) return chunk_damaged(k->stream->id, e);
        if (!is_small(c, &head, out)) return true;
        out->first = c->last;
        out->bytes = c->bytes.n;
        out->points += head.count;
        out->count++;
    }
}

static bool is_worth(const struct sealing *k, const struct small_ones *small)
{
    return small->count > 1 || k->stream->state.is_quick || k->growing.n >= OWN_BYTES;
}

// ---- their points ----

struct joined {
    struct point *points;
    size_t count, most;
};

static bool join(struct sealing *k, str bytes, struct joined *j, err *e)
{
    struct point *points;
    size_t count;
    if (!chunk_points(bytes, 0, k->memory, &points, &count) || count > j->most - j->count)
        return chunk_damaged(k->stream->id, e);
    memcpy(j->points + j->count, points, count * sizeof *points);
    j->count += count;
    return true;
}

// Takes them out of the table. *all = false: there are more.
static bool join_chunks(struct sealing *k, struct stored_chunk *c, const struct small_ones *small,
                        struct joined *j, bool *all, err *e)
{
    bool got;
    struct point_key at = small->first;
    for (size_t i = 0; i < small->count; i++) {
        if (j->count >= JOINED_MOST || i == CHUNKS_MOST) {
            *all = false;
            return true;
        }
        if (!(i == 0 ? chunk_at : chunk_after)(k->connection, k->stream->id, at, c, &got, e)) return false;
        if (!got) return chunk_damaged(k->stream->id, e);
        at = c->last;
        if (!join(k, buf_str(&c->bytes), j, e) || !chunk_delete(k->connection, c->id, e)) return false;
    }
    *all = true;
    return k->row.growing_count == 0 || join(k, buf_str(&k->growing), j, e);
}

// ---- from points to pieces ----

// Where rows of table `chunk` stand in a page.
// Source   SQLite: Database File Format, sections 1.6 (b-tree pages) and 2.1 (record format)
#define PAGE_BYTES 4096
#define PAGE_HEAD 8
#define LOCAL_MOST (PAGE_BYTES - 35)
#define LOCAL_LEAST ((PAGE_BYTES - 12) * 32 / 255 - 23)
// Place in the page, length and id of a row: at most, as long as there are less than two million rows.
#define CELL_BYTES 8

static size_t varint_bytes(uint64_t v)
{
    size_t n = 1;
    while (v >>= 7) n++;
    return n;
}

// Of a whole number in a record.
static size_t int_bytes(int64_t v)
{
    const int64_t most = v < 0 ? ~v : v;
    for (size_t n = 1; n <= 4; n++)
        if (most >> (8 * n - 1) == 0) return n;
    return most >> 47 == 0 ? 6 : 8;
}

static size_t row_bytes(const struct piece *p)
{
    const size_t types = 5 + varint_bytes(2 * (uint64_t)p->bytes.n + 12);
    return types + int_bytes(p->stream) + int_bytes(p->last.time) + int_bytes(p->last.number) + p->bytes.n;
}

// What is too long for the page goes into pages of its own, which it fills as far as it can.
static size_t room_of(const struct piece *p)
{
    const size_t row = row_bytes(p), link = 4;
    if (row <= LOCAL_MOST) return row + CELL_BYTES;
    const size_t local = LOCAL_LEAST + (row - LOCAL_LEAST) % (PAGE_BYTES - link);
    return (local <= LOCAL_MOST ? local : LOCAL_LEAST) + link + CELL_BYTES;
}

static bool add_piece(struct merging *m, const struct sealing *k, const struct point *last, err *e)
{
    struct piece *p = &m->pieces[m->count];
    if (!arena_copy(m->memory, buf_str(&k->bytes), &p->bytes)) return err_no_memory(e);
    p->stream = k->stream->id;
    p->last = (struct point_key){last->time, last->number};
    p->room = room_of(p);
    m->count++;
    return true;
}

// The last piece, if it is small, goes on growing.
static bool divide(struct merging *m, struct sealing *k, const struct joined *j, bool may_grow, err *e)
{
    const struct point *points = j->points;
    for (size_t left = j->count, n; left > 0; points += n, left -= n) {
        if (!sealing_encode(k, points, left, &n, e)) return false;
        if (may_grow && n == left && k->bytes.n < OWN_BYTES) {
            k->way = CHUNK_SMALL;
            return sealing_keep_growing(k, points, left, e);
        }
        if (m->count == PIECES_MOST)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE,
                           "Observations of Datastream %lld are too large to be merged",
                           (long long)k->stream->id);
        if (!add_piece(m, k, &points[n - 1], e)) return false;
    }
    return true;
}

static bool merge_small(struct merging *m, struct sealing *k, struct stored_chunk *c,
                        const struct small_ones *small, bool *all, err *e)
{
    struct joined j = {.most = JOINED_MOST + 2 * CHUNK_MOST};
    const size_t points = small->points + k->row.growing_count;
    if (points < j.most) j.most = points;
    if (!(j.points = ARENA_ARRAY(k->memory, j.most, struct point))) return err_no_memory(e);
    if (!join_chunks(k, c, small, &j, all, e)) return false;
    m->points += j.count;
    if (*all) {
        buf_clear(&k->growing);
        k->row.growing_count = 0;
        k->stream->state.is_quick = false;
    }
    k->way = CHUNK_LEAST;
    return divide(m, k, &j, *all, e);
}

// ---- one stream ----

static bool merge_opened(struct merging *m, struct sealing *k, struct store_tx *tx, bool *all, err *e)
{
    struct stored_chunk c = {.id = 0};
    struct small_ones small;
    *all = true;
    bool ok = find_small(m, k, &c, &small, e);
    if (ok && is_worth(k, &small))
        ok = tx_save_stream(tx, k->stream, e) && merge_small(m, k, &c, &small, all, e) &&
             sealing_finish(k, tx, e);
    buf_free(&c.bytes);
    return ok;
}

static bool merge_stream(struct merging *m, struct store_tx *tx, struct stream *s, bool *all, err *e)
{
    struct sealing k;
    if (!sealing_open(&k, tx, s, e)) return false;
    const bool ok = merge_opened(m, &k, tx, all, e);
    sealing_close(&k);
    return ok;
}

// ---- into pages ----

static int by_room(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    if (x->room != y->room) return x->room < y->room ? 1 : -1;
    return (x->stream > y->stream) - (x->stream < y->stream);
}

static int by_page(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    return (x->page > y->page) - (x->page < y->page);
}

// The largest first, each into the first page that has room. Rows are written one behind the other: a page ends where the
// next row does not fit, and the first of the next page fits into none before it. Gives the room on the last page, `room` is that
// of the last one written before.
static size_t find_pages(struct piece *pieces, size_t count, size_t room)
{
    size_t left[PIECES_MOST + 1] = {room}, pages = 1;
    qsort(pieces, count, sizeof *pieces, by_room);
    for (size_t i = 0; i < count; i++) {
        struct piece *p = &pieces[i];
        for (p->page = 0; p->page < pages && left[p->page] < p->room;) p->page++;
        if (p->page == pages) left[pages++] = PAGE_BYTES - PAGE_HEAD;
        left[p->page] -= p->room;
    }
    qsort(pieces, count, sizeof *pieces, by_page);
    return left[pages - 1];
}

static bool write_pieces(struct merging *m, struct connection *c, err *e)
{
    m->at.room = find_pages(m->pieces, m->count, m->at.room);
    for (size_t i = 0; i < m->count; i++) {
        const struct piece *p = &m->pieces[i];
        if (!chunk_insert(c, p->stream, p->last, p->bytes, e)) return false;
    }
    return true;
}

// ---- some streams ----

static bool has_room(const struct merging *m)
{
    return m->streams < m->streams_most && m->points < POINTS_MOST &&
           m->count + 2 * CHUNKS_MOST < PIECES_MOST;
}

static bool merge_streams(struct store_tx *tx, struct merging *m, err *e)
{
    while (has_room(m)) {
        struct stream *s = streams_next(&tx->store->streams, m->at.stream);
        bool all = true;
        m->is_over = !s;
        if (!s) return true;
        if (atomic_load_explicit(&s->deleted, memory_order_relaxed) == 0 && !merge_stream(m, tx, s, &all, e))
            return false;
        m->streams++;
        m->at.is_begun = !all;
        if (!all) {
            m->at.behind = m->pieces[m->count - 1].last;
            return true;
        }
        m->at.stream = s->id;
    }
    return true;
}

static bool merge_operation(struct store_tx *tx, void *context, err *e)
{
    struct merging *m = context;
    m->pieces = ARENA_ARRAY(m->memory, PIECES_MOST, struct piece);
    if (!m->pieces) return err_no_memory(e);
    return tx_begin_sql(tx, e) && merge_streams(tx, m, e) && write_pieces(m, tx_connection(tx), e);
}

#define MEMORY_MOST ((size_t)256 << 20)

static bool run(struct store_tx *tx, struct merge_place *at, size_t streams_most, bool *is_over, err *e)
{
    struct merging m = {.at = *at, .streams_most = streams_most, .memory = arena_new(MEMORY_MOST)};
    const bool ok = m.memory ? tx_run(tx, merge_operation, &m, e) : err_no_memory(e);
    arena_free(m.memory);
    if (ok) *at = m.at;
    *is_over = m.is_over;
    return ok;
}

bool merge_some(struct store_tx *tx, struct merge_place *at)
{
    bool is_over;
    err e;
    if (run(tx, at, STREAMS_MOST, &is_over, &e)) return !is_over;
    if (tx_is_lost(tx)) return false;
    if (run(tx, at, 1, &is_over, &e)) return !is_over;
    if (tx_is_lost(tx)) return false;
    const struct stream *s = streams_next(&tx->store->streams, at->stream);
    log_error("cannot merge chunks", "stream=%lld text=\"%s\"", (long long)(s ? s->id : 0), e.text);
    if (s) *at = (struct merge_place){.stream = s->id, .room = at->room};
    return s != NULL;
}
