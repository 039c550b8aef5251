// SPDX-License-Identifier: EUPL-1.2
#include "store/stream/seal.h"

#include <string.h>

#define SEALING_MEMORY_MAX ((size_t)1 << 30)
#define SEALING_MEMORY_KEPT ((size_t)1 << 20)

// What is allocated first stays: nearly every sealing finds its memory there, and none of it has to be got from the kernel.
arena *sealing_memory_new(void)
{
    arena *a = arena_new(SEALING_MEMORY_MAX);
    if (a && arena_alloc(a, SEALING_MEMORY_KEPT)) return a;
    arena_free(a);
    return NULL;
}

static struct sealing sealing_of(struct store_tx *tx)
{
    return (struct sealing){.connection = tx_connection(tx),
                            .memory = tx->sealing,
                            .growing = {.max = CHUNK_BYTES_MAX},
                            .bytes = {.max = CHUNK_BYTES_MAX}};
}

static bool lost_row(entity_id stream, err *e)
{
    return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "the store has lost its row of Datastream %lld",
                   (long long)stream);
}

bool sealing_open(struct sealing *k, struct store_tx *tx, struct stream *s, err *e)
{
    *k = sealing_of(tx);
    k->stream = s;
    struct stored_chunk growing = {.id = 0};
    bool got = false, has_growing = false;
    arena_reset(k->memory);
    bool ok = stream_row_read(k->connection, s->id, &k->row, &got, e);
    if (ok && !got) ok = lost_row(s->id, e);
    ok = ok && (k->row.growing_count == 0 || chunk_growing(k->connection, s->id, &growing, &has_growing, e));
    if (ok && has_growing != (k->row.growing_count > 0)) ok = chunk_damaged(s->id, e);
    if (has_growing) k->growing = growing.bytes;
    if (!ok) sealing_close(k);
    return ok;
}

void sealing_close(struct sealing *k)
{
    arena_reset(k->memory);
    buf_free(&k->growing);
    buf_free(&k->bytes);
}

// ---- pieces ----

static struct point_key key_of(const struct point *p)
{
    return (struct point_key){p->time, p->number};
}

// Writes them to k->bytes; false: they are too large for one chunk.
static bool encode(struct sealing *k, const struct point *points, size_t count, chunk_way way)
{
    buf_clear(&k->bytes);
    return count <= CHUNK_MOST && chunk_write(points, count, way, &k->bytes);
}

// How full a chunk is made: between `least` and `full` bytes, aiming at the share `aim` of it, of `most` observations. While readings come
// in, writing it a second time costs more than the bytes are worth: with the narrow measure 1.8 times as many values were coded as were
// kept. Half of what a chunk can hold, so that all of them have something to gain when they are merged.
struct measure {
    size_t full, least;
    double aim;
    size_t most;
};
static struct measure measure_of(const struct sealing *k)
{
    switch (k->way) {
    case CHUNK_QUICK:
        return (struct measure){CHUNK_FULL_BYTES, CHUNK_FULL_BYTES * 15 / 16, 0.97, CHUNK_MOST / 2};
    case CHUNK_SMALL: break;
    case CHUNK_LEAST:
        return (struct measure){CHUNK_LARGE_BYTES, CHUNK_LARGE_BYTES * 15 / 16, 0.98, CHUNK_MOST};
    }
    return (struct measure){CHUNK_FULL_BYTES, CHUNK_FULL_BYTES * 31 / 32, 0.995, CHUNK_MOST / 2};
}

static size_t share_that_fits(const struct sealing *k, size_t count, double bytes)
{
    const struct measure m = measure_of(k);
    const double n = (double)count * (double)m.full / bytes * m.aim;
    return n < 1 ? 1 : n > (double)m.most ? m.most : (size_t)n;
}

// Writes as many of the points to k->bytes as make a full chunk, all when they are fewer. How many that is, is guessed from
// how many bytes others took, mostly right the second time; `guess` is where to begin.
static bool encode_full(struct sealing *k, const struct point *points, size_t count, size_t guess,
                        size_t *taken, err *e)
{
    const struct measure m = measure_of(k);
    const size_t most = count < m.most ? count : m.most;
    const chunk_way way = k->way == CHUNK_QUICK ? CHUNK_SMALL : k->way;
    size_t n = guess < most ? guess : most;
    for (bool fits = false; !fits; n = fits ? n : n / 2) {
        fits = encode(k, points, n, way);
        if (!fits && n == 1)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE,
                           "an Observation of Datastream %lld is too large to pack",
                           (long long)k->stream->id);
    }
    if (n < most && k->bytes.n < m.least) {
        n = share_that_fits(k, n, (double)k->bytes.n);
        n = n < most ? n : most;
        if (!encode(k, points, n, way)) return err_no_memory(e);
    }
    while (k->bytes.n > m.full && n > 1) {
        const size_t fewer = share_that_fits(k, n, (double)k->bytes.n);
        n = fewer < n ? fewer : n - 1;
        if (!encode(k, points, n, way)) return err_no_memory(e);
    }
    *taken = n;
    return true;
}

bool sealing_encode(struct sealing *k, const struct point *points, size_t count, size_t *taken, err *e)
{
    return encode_full(k, points, count, CHUNK_MOST, taken, e);
}

static bool insert_encoded(struct sealing *k, const struct point *last, err *e)
{
    return chunk_insert(k->connection, k->stream->id, key_of(last), buf_str(&k->bytes), e);
}

static bool decode(struct sealing *k, str bytes, struct point **points, size_t *count, err *e)
{
    return chunk_points(bytes, 0, k->memory, points, count) || chunk_damaged(k->stream->id, e);
}

// Both in order, into one in order.
static struct point *merged(arena *a, const struct point *x, size_t x_count, const struct point *y,
                            size_t y_count)
{
    struct point *out = ARENA_ARRAY(a, x_count + y_count, struct point);
    if (!out) return NULL;
    for (size_t n = 0, i = 0, j = 0; n < x_count + y_count; n++) {
        const bool is_x = j == y_count ||
                          (i < x_count && point_cmp(x[i].time, x[i].number, y[j].time, y[j].number) < 0);
        out[n] = is_x ? x[i++] : y[j++];
    }
    return out;
}

// ---- the growing chunk ----

static void keep_encoded(struct sealing *k, size_t count)
{
    const buf spare = k->growing;
    k->growing = k->bytes;
    k->bytes = spare;
    k->row.growing_count = (uint32_t)count;
}

// Whether the points fill a chunk by what an observation took in the stream's last one; *guess: how many will.
static bool fill_by_last(const struct sealing *k, size_t count, size_t *guess)
{
    const double coded = (double)k->stream->coded_each * (double)count;
    *guess = coded > 0 ? share_that_fits(k, count, coded) : CHUNK_MOST;
    return coded >= CHUNK_FULL_BYTES;
}

// A stream without such a chunk: how much smaller coding makes the points is guessed by the chunk coded last, of any stream.
static bool fill_by_others(const struct sealing *k, size_t count, size_t *guess)
{
    const double share = (double)k->connection->store->coded_share;
    const double coded = (double)k->bytes.n * (share > 0 ? share : 1);
    *guess = share_that_fits(k, count, coded);
    return coded >= CHUNK_FULL_BYTES;
}

// Writes the points quickly, unless they fill a chunk: then *guess is how many will. `each`: bytes of one, quickly written; 0: not known.
static bool encode_quick(struct sealing *k, const struct point *points, size_t count, size_t *guess,
                         double *each)
{
    *each = 0;
    if (count >= measure_of(k).most || fill_by_last(k, count, guess) ||
        !encode(k, points, count, CHUNK_QUICK))
        return false;
    if (k->stream->coded_each > 0) return true;
    *each = (double)k->bytes.n / (double)count;
    return !fill_by_others(k, count, guess);
}

static void note_coded(const struct sealing *k, double each, size_t count)
{
    k->stream->coded_each = (float)((double)k->bytes.n / (double)count);
    if (each > 0) k->connection->store->coded_share = k->stream->coded_each / (float)each;
}

// The full chunks are inserted, what is left over goes on growing.
bool sealing_keep_growing(struct sealing *k, const struct point *points, size_t count, err *e)
{
    bool is_quick = false;
    buf_clear(&k->bytes);
    for (size_t n; count > 0; points += n, count -= n) {
        size_t guess = CHUNK_MOST;
        double each = 0;
        is_quick = k->way == CHUNK_QUICK && encode_quick(k, points, count, &guess, &each);
        if (is_quick) break;
        if (!encode_full(k, points, count, guess, &n, e)) return false;
        if (n == count) break;
        note_coded(k, each, n);
        if (!insert_encoded(k, &points[n - 1], e)) return false;
    }
    keep_encoded(k, count);
    k->stream->state.is_quick = is_quick;
    return true;
}

static bool are_behind(const struct point *grown, size_t count, const struct point *first)
{
    const struct point *last = &grown[count - 1];
    return point_cmp(first->time, first->number, last->time, last->number) > 0;
}

static bool grow(struct sealing *k, const struct point *points, size_t count, err *e)
{
    struct point *grown;
    size_t grown_count;
    if (k->row.growing_count == 0) return sealing_keep_growing(k, points, count, e);
    if (!chunk_points(buf_str(&k->growing), count, k->memory, &grown, &grown_count))
        return chunk_damaged(k->stream->id, e);
    if (count > 0 && are_behind(grown, grown_count, points)) {
        memcpy(grown + grown_count, points, count * sizeof *points);
    } else if (count > 0 && !(grown = merged(k->memory, grown, grown_count, points, count))) {
        return err_no_memory(e);
    }
    return sealing_keep_growing(k, grown, grown_count + count, e);
}

// ---- late ones ----

static size_t pieces_for(struct sealing *k, const struct point *points, size_t count)
{
    if (encode(k, points, count, CHUNK_SMALL))
        return k->bytes.n <= 2 * measure_of(k).full ? 1 : k->bytes.n / measure_of(k).full;
    return 2 * (count / CHUNK_MOST + 1);
}

// In several alike when they are many; the last takes the row's place.
static bool rewrite(struct sealing *k, const struct stored_chunk *chunk, const struct point *points,
                    size_t count, err *e)
{
    const size_t pieces = pieces_for(k, points, count), each = (count + pieces - 1) / pieces;
    for (size_t n; count > each; points += n, count -= n) {
        if (!encode_full(k, points, each, each, &n, e) || !insert_encoded(k, &points[n - 1], e)) return false;
    }
    for (size_t n;; points += n, count -= n) {
        if (!encode_full(k, points, count, count, &n, e)) return false;
        if (n == count)
            return chunk_update(k->connection, chunk->id, key_of(&points[n - 1]), buf_str(&k->bytes), e);
        if (!insert_encoded(k, &points[n - 1], e)) return false;
    }
}

// A large chunk stays large.
bool sealing_rewrite(struct sealing *k, const struct stored_chunk *chunk, const struct point *points,
                     size_t count, err *e)
{
    const chunk_way way = k->way;
    if (chunk->bytes.n > 2 * CHUNK_FULL_BYTES) k->way = CHUNK_LEAST;
    const bool ok = rewrite(k, chunk, points, count, e);
    k->way = way;
    return ok;
}

#define OWN_CHUNK 512

// Many that stand before all of the chunk become chunks of their own: older data that is read in later.
static bool is_own_chunk(const struct chunk_head *h, const struct point *points, size_t count)
{
    return count >= OWN_CHUNK && points[count - 1].time < h->first_time;
}

static bool insert_before(struct sealing *k, const struct point *points, size_t count, err *e)
{
    for (size_t n; count > 0; points += n, count -= n)
        if (!encode_full(k, points, count, count, &n, e) || !insert_encoded(k, &points[n - 1], e))
            return false;
    return true;
}

static bool put_late(struct sealing *k, const struct stored_chunk *chunk, const struct point *points,
                     size_t count, err *e)
{
    struct chunk_head head;
    struct point *old;
    size_t old_count;
    if (!chunk_read_head(buf_str(&chunk->bytes), &head)) return chunk_damaged(k->stream->id, e);
    if (is_own_chunk(&head, points, count)) return insert_before(k, points, count, e);
    if (!decode(k, buf_str(&chunk->bytes), &old, &old_count, e)) return false;
    const struct point *all = merged(k->memory, old, old_count, points, count);
    return all ? sealing_rewrite(k, chunk, all, old_count + count, e) : err_no_memory(e);
}

static size_t count_until(const struct point *points, size_t count, struct point_key last)
{
    size_t n = 0;
    while (n < count && point_key_cmp(key_of(&points[n]), last) <= 0) n++;
    return n;
}

// Behind all that is in chunks, as nearly always: no chunk has to be looked for.
static bool stands_behind(const struct stream_row *row, const struct point *p)
{
    return row->newest_time == TIME_NONE ||
           point_cmp(p->time, p->number, row->newest_time, row->newest_number) > 0;
}

static bool put_all(struct sealing *k, const struct point *points, size_t count, struct stored_chunk *chunk,
                    err *e)
{
    if (stands_behind(&k->row, points)) return grow(k, points, count, e);
    while (count > 0) {
        bool got;
        if (!chunk_at(k->connection, k->stream->id, key_of(points), chunk, &got, e)) return false;
        if (!got) return grow(k, points, count, e);
        const size_t n = count_until(points, count, chunk->last);
        if (!put_late(k, chunk, points, n, e)) return false;
        points += n;
        count -= n;
    }
    return true;
}

// ---- the row ----

bool sealing_put(struct sealing *k, const struct point *points, size_t count, err *e)
{
    struct stored_chunk chunk = {.id = 0};
    const bool ok = put_all(k, points, count, &chunk, e);
    buf_free(&chunk.bytes);
    for (size_t i = 0; ok && i < count; i++) stream_row_add(&k->row, &points[i]);
    if (ok && count > 0) stream_row_keep_newest(&k->row, &points[count - 1]);  // none before it can be that
    return ok;
}

static void note_rechunked(const struct sealing *k, const struct store_tx *tx)
{
    atomic_store_explicit(&k->stream->rechunked, tx->commit, memory_order_release);
}

static str growing_bytes(const struct sealing *k)
{
    return k->row.growing_count > 0 ? buf_str(&k->growing) : (str){NULL, 0};
}

bool sealing_finish(struct sealing *k, struct store_tx *tx, err *e)
{
    if (!tx_save_stream(tx, k->stream, e)) return false;
    note_rechunked(k, tx);
    return stream_row_write(k->connection, k->stream, &k->row, e) &&
           chunk_keep_growing(k->connection, k->stream->id, growing_bytes(k), e);
}

// ---- the tail ----

static struct point *tail_points(const struct tail *t, arena *a, size_t *count, err *e)
{
    struct tail_scan scan;
    if (!tail_scan_open(&scan, t, 0, true, &SCAN_ALL, e)) return NULL;
    struct point *points = ARENA_ARRAY(a, scan.count, struct point);
    for (size_t i = 0; points && i < scan.count; i++)
        tail_point(scan.places[i].block, scan.places[i].entry, &points[i]);
    *count = scan.count;
    tail_scan_close(&scan);
    if (!points) err_no_memory(e);
    return points;
}

// From here on readers of this commit find the observations in chunks, and a tail without them.
static bool begin_tail(struct store_tx *tx, struct stream *s, struct tail *old, err *e)
{
    struct stream_state *t = &s->state;
    if (!tx_save_stream(tx, s, e)) return false;
    struct tail *begun = tail_new(tx->commit, old);
    if (!begun) return err_no_memory(e);
    if (!tx_note_undo(tx, (struct undo){.kind = UNDO_SEAL, .stream = s, .begun = begun, .sealed = old->count},
                      e)) {
        tail_free(begun, &tx->store->tails);
        return false;
    }
    atomic_store_explicit(&s->tail, begun, memory_order_release);
    tx->store->load.observations -= old->count;
    t->sealed_commit = tx->commit;
    t->sealed_of_row = t->row_commit == tx->commit ? t->row_count : 0;
    return true;
}

static bool seal_tail(struct sealing *k, struct store_tx *tx, struct tail *old, err *e)
{
    size_t count;
    const struct point *points = tail_points(old, k->memory, &count, e);
    return points && sealing_put(k, points, count, e) && begin_tail(tx, k->stream, old, e);
}

bool seal_stream(struct store_tx *tx, struct stream *s, chunk_way way, err *e)
{
    struct tail *old = atomic_load_explicit(&s->tail, memory_order_relaxed);
    struct sealing k;
    if (old->count == 0 && (way == CHUNK_QUICK || !s->state.is_quick)) return true;
    if (!tx_begin_sql(tx, e) || !tx_save_stream(tx, s, e) || !sealing_open(&k, tx, s, e)) return false;
    k.way = way;
    const bool ok = (old->count > 0 ? seal_tail(&k, tx, old, e) : grow(&k, NULL, 0, e)) &&
                    sealing_finish(&k, tx, e);
    sealing_close(&k);
    return ok;
}

// ---- neighbours ----

// Its rows are as they are to be written.
static bool seal_rows(struct sealing *k, struct store_tx *tx, struct stream_rows *r, err *e)
{
    struct tail *old = atomic_load_explicit(&r->stream->tail, memory_order_relaxed);
    if (!r->is_there) return lost_row(r->stream->id, e);
    if ((r->growing.n > 0) != (r->row.growing_count > 0)) return chunk_damaged(r->stream->id, e);
    arena_reset(k->memory);
    k->stream = r->stream;
    k->row = r->row;
    buf_clear(&k->growing);
    buf_add(&k->growing, r->growing);
    if (k->growing.failed) return err_no_memory(e);
    if (!tx_save_stream(tx, r->stream, e) || !seal_tail(k, tx, old, e)) return false;
    note_rechunked(k, tx);
    r->row = k->row;
    return arena_copy(tx->neighbours, growing_bytes(k), &r->growing) || err_no_memory(e);
}

bool seal_neighbours(struct store_tx *tx, struct stream *const *all, size_t count, err *e)
{
    struct stream_rows rows[SEAL_NEIGHBOURS];
    struct sealing k = sealing_of(tx);
    k.way = CHUNK_QUICK;
    for (size_t i = 0; i < count; i++) rows[i] = (struct stream_rows){.stream = all[i]};
    arena_reset(tx->neighbours);
    bool ok = tx_begin_sql(tx, e) && stream_rows_read(k.connection, rows, count, tx->neighbours, e);
    for (size_t i = 0; ok && i < count; i++) ok = seal_rows(&k, tx, &rows[i], e);
    ok = ok && stream_rows_write(k.connection, rows, count, e);
    sealing_close(&k);
    return ok;
}
