// SPDX-License-Identifier: EUPL-1.2
#include "store/stream/settle.h"

#include "base/log.h"
#include "store/stream/pack.h"
#include "store/stream/seal.h"

// What makes the tail as old as it may get: the first of these that is reached. Reading two million observations back at start takes
// a fifth of a second, their memory is 48 MB. Each seal writes its stream's growing chunk and two rows anew: with half as many in the
// tail the writer took a quarter more time.
#define AGE_OBSERVATIONS 2e6
#define AGE_ROW_BYTES 16e6
#define AGE_ROWS 5e4

// ---- age ----

void settle_note_row(struct store *s, uint64_t commit, size_t observations, size_t bytes)
{
    struct settling *k = &s->settling;
    double age = 1 / AGE_ROWS;
    const double share = (double)observations / AGE_OBSERVATIONS;
    if (share > age) age = share;
    if ((double)bytes / AGE_ROW_BYTES > age) age = (double)bytes / AGE_ROW_BYTES;
    s->load.row_bytes += (int64_t)bytes;
    k->credit += age;
    k->age += age * SETTLE_MARKS;
    while (k->age >= 1) {
        k->age--;
        k->marks[k->mark] = commit;
        k->mark = (k->mark + 1) % SETTLE_MARKS;
    }
}

// ---- streams with a chunk's worth ----

#define DUE_LENGTH 2048
#define DUE_TOGETHER 8

// The first seal of a stream comes early, by its id, so that streams that are filled at the same pace are not all due at
// once; from then on each goes on in its own phase. Neighbours are due together, for their rows stand on the same pages.
static uint32_t due_length(const struct stream *s)
{
    if (s->state.sealed_commit != 0) return DUE_LENGTH;
    return 1 + (uint32_t)((uint64_t)s->id / DUE_TOGETHER * 0x9E3779B97F4A7C15 >> 40) % DUE_LENGTH;
}

void settle_note(struct store *s, struct stream *stream, const struct tail *t)
{
    if (stream->is_due || t->count < due_length(stream)) return;
    stream->is_due = true;
    stream->next_due = NULL;
    *(s->settling.last_due ? &s->settling.last_due->next_due : &s->settling.first_due) = stream;
    s->settling.last_due = stream;
}

void settle_start(struct store *s)
{
    s->settling.credit = 0;
    for (struct stream *x = streams_next(&s->streams, 0); x; x = streams_next(&s->streams, x->id))
        settle_note(s, x, atomic_load_explicit(&x->tail, memory_order_relaxed));
}

void settle_forget(struct store *s, struct stream *gone)
{
    struct settling *k = &s->settling;
    struct stream *last = NULL;
    for (struct stream **link = &k->first_due; *link;) {
        if (*link == gone) {
            *link = gone->next_due;
            continue;
        }
        last = *link;
        link = &last->next_due;
    }
    k->last_due = last;
}

static struct stream *take_due(struct settling *k)
{
    struct stream *s = k->first_due;
    if (!s) return NULL;
    k->first_due = s->next_due;
    if (!k->first_due) k->last_due = NULL;
    s->is_due = false;
    return s;
}

// ---- sealing ----

static bool seal_quickly(struct store_tx *tx, void *stream, err *e)
{
    return seal_stream(tx, stream, CHUNK_QUICK, e);
}

// As an operation of its own, so that a stream that cannot be sealed harms nobody else.
bool settle_seal(struct store_tx *tx, struct stream *s)
{
    err e;
    if (atomic_load_explicit(&s->deleted, memory_order_relaxed) != 0 || tx_run(tx, seal_quickly, s, &e))
        return true;
    log_error("cannot pack observations", "stream=%lld text=\"%s\"", (long long)s->id, e.text);
    return false;
}

static void seal_due(struct store_tx *tx)
{
    struct stream *s;
    for (size_t left = 1 + 2 * tx->observations / DUE_LENGTH;
         left > 0 && (s = take_due(&tx->store->settling)); left--)
        settle_seal(tx, s);
}

// ---- the hand ----

static uint64_t oldest_commit(const struct stream *s)
{
    const struct tail *t = atomic_load_explicit(&s->tail, memory_order_relaxed);
    const struct tail_block *b = atomic_load_explicit(&t->first, memory_order_relaxed);
    while (b && b->count == 0) b = atomic_load_explicit(&b->next, memory_order_relaxed);
    return b ? b->commit : UINT64_MAX;
}

static bool cut_operation(struct store_tx *tx, void *limit, err *e)
{
    struct connection *c = tx_connection(tx);
    sqlite3_stmt *st;
    if (!tx_begin_sql(tx, e) || !sql_take(c, STR("DELETE FROM tail WHERE id <= ?1"), &st, e)) return false;
    sqlite3_bind_int64(st, 1, (int64_t) * (const uint64_t *)limit);
    if (!sql_finish(c, st, e) || !sql_take(c, STR("SELECT sum(length(data)) FROM tail"), &st, e))
        return false;
    bool got;
    const bool ok = sql_step(c, st, &got, e);
    if (ok) tx->store->load.row_bytes = sqlite3_column_int64(st, 0);
    sql_give(c, st);
    return ok;
}

void settle_cut(struct store_tx *tx, uint64_t limit)
{
    err e;
    if (!tx_run(tx, cut_operation, &limit, &e)) log_error("cannot cut the tail", "text=\"%s\"", e.text);
}

// All streams have been passed: nothing up to the limit is left outside chunks.
static void end_round(struct store_tx *tx)
{
    struct settling *k = &tx->store->settling;
    if (k->limit > 0) settle_cut(tx, k->limit);
    k->hand = 0;
    k->limit = k->marks[k->mark];  // the oldest mark
}

// Those the hand passed that are to be sealed.
struct passed {
    struct stream *all[SEAL_NEIGHBOURS];
    size_t count;
};

static bool seal_all(struct store_tx *tx, void *passed, err *e)
{
    const struct passed *p = passed;
    return seal_neighbours(tx, p->all, p->count, e);
}

// When one of them cannot be sealed each is by itself.
static void seal_passed(struct store_tx *tx, struct passed *p)
{
    err e;
    if (p->count > 0 && !tx_run(tx, seal_all, p, &e))
        for (size_t i = 0; i < p->count && !tx_is_lost(tx); i++)
            if (!settle_seal(tx, p->all[i])) tx->store->settling.limit = 0;
    p->count = 0;
}

static bool is_to_be_sealed(const struct stream *s, uint64_t limit)
{
    return oldest_commit(s) <= limit && atomic_load_explicit(&s->deleted, memory_order_relaxed) == 0;
}

// Rows between those that are sealed are read in vain.
#define NEIGHBOURS_SPAN (4 * SEAL_NEIGHBOURS)

static bool is_full(const struct passed *p, const struct stream *next)
{
    return p->count == SEAL_NEIGHBOURS ||
           (p->count > 0 && (!next || next->id - p->all[0]->id >= NEIGHBOURS_SPAN));
}

#define VISIT_AHEAD 8  // streams between one step of fetching and the next

// What oldest_commit looks at of the streams to come, each somewhere else in memory.
static void expect_visits(const struct streams *all, entity_id hand)
{
    const struct stream *far = streams_find(all, hand + 3 * VISIT_AHEAD),
                        *middle = streams_find(all, hand + 2 * VISIT_AHEAD),
                        *near = streams_find(all, hand + VISIT_AHEAD);
    if (far) __builtin_prefetch(&far->tail);
    if (middle) __builtin_prefetch(atomic_load_explicit(&middle->tail, memory_order_relaxed));
    if (!near) return;
    const struct tail *t = atomic_load_explicit(&near->tail, memory_order_relaxed);
    __builtin_prefetch(atomic_load_explicit(&t->first, memory_order_relaxed));
}

#define ROUNDS 8  // of the hand while the tail grows old

static void turn_hand(struct store_tx *tx)
{
    struct settling *k = &tx->store->settling;
    struct passed passed = {.count = 0};
    const double step = 1 / (double)((tx->store->streams.count + 1) * ROUNDS);
    while (k->credit >= step && !tx_is_lost(tx)) {
        k->credit -= step;
        struct stream *s = streams_next(&tx->store->streams, k->hand);
        if (is_full(&passed, s)) seal_passed(tx, &passed);
        if (!s) {
            end_round(tx);
            continue;
        }
        k->hand = s->id;
        expect_visits(&tx->store->streams, s->id);
        if (is_to_be_sealed(s, k->limit)) passed.all[passed.count++] = s;
    }
    seal_passed(tx, &passed);
}

void settle(struct store_tx *tx)
{
    settle_note_row(tx->store, tx->commit, tx->observations, tx->row.bytes.n);
    if (!tx_is_lost(tx)) seal_due(tx);
    turn_hand(tx);
    pack_go_on(tx);
}

void settle_failed(struct store *s)
{
    s->settling.hand = 0;
    s->settling.limit = 0;
    pack_failed(s);
}
