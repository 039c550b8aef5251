// SPDX-License-Identifier: EUPL-1.2
// The durable tail, back into memory when a store is opened.
#include "store/stream/settle.h"

static bool damaged(uint64_t commit, err *e)
{
    return err_set(
        e, ERR_CORRUPT, ERR_NOWHERE,
        "the readings of commit %llu are damaged on disk: run 'peil doctor', then restore a backup",
        (unsigned long long)commit);
}

// Completes it from what stands before it in the row; *is_sealed: it is in a chunk already.
static void place_in_row(struct stream *s, uint64_t commit, struct tail_item *item, bool *is_sealed)
{
    struct stream_state *t = &s->state;
    const bool is_first = t->row_commit != commit;
    tail_item_complete(item, &t->row_last);
    t->row_commit = commit;
    t->row_count = is_first ? 1 : t->row_count + 1;
    *is_sealed = commit < t->sealed_commit ||
                 (commit == t->sealed_commit && t->row_count <= t->sealed_of_row);
}

static bool replay_item(struct store *all, struct stream *s, uint64_t commit, struct tail_item *item, err *e)
{
    if (!s) return true;  // deleted since
    if (!item->is_whole && s->state.row_commit != commit) return damaged(commit, e);
    bool is_sealed;
    place_in_row(s, commit, item, &is_sealed);
    if (is_sealed) return true;
    struct tail_block *b = tail_append(atomic_load_explicit(&s->tail, memory_order_relaxed), &item->point,
                                       commit, &all->tails);
    if (!b) return err_no_memory(e);
    tail_publish(b);
    all->load.observations++;
    stream_note_arrival(s, &item->point);
    return true;
}

// Some of a row at once: with many streams nearly each observation's is far away in memory, and all are fetched together.
#define TOGETHER 32
struct ahead {
    struct tail_item items[TOGETHER];
    struct stream *streams[TOGETHER];
    size_t count;
};

static bool read_ahead(struct store *s, struct tail_reader *r, struct ahead *k)
{
    bool got = true;
    for (k->count = 0; k->count < TOGETHER; k->count++) {
        if (!tail_reader_next(r, &k->items[k->count], &got)) return false;
        if (!got) break;
        k->streams[k->count] = streams_find(&s->streams, k->items[k->count].stream);
        if (k->streams[k->count]) stream_expect(k->streams[k->count], STORE_AHEAD);
    }
    for (unsigned step = STORE_AHEAD - 1; step > 0; step--)
        for (size_t i = 0; i < k->count; i++)
            if (k->streams[i]) stream_expect(k->streams[i], step);
    return true;
}

static bool replay_row(struct store *s, uint64_t commit, str row, size_t *count, err *e)
{
    struct tail_reader r;
    struct ahead k;
    if (row.n == 0) return true;
    if (!tail_reader_open(&r, row)) return damaged(commit, e);
    do {
        if (!read_ahead(s, &r, &k)) return damaged(commit, e);
        for (size_t i = 0; i < k.count; i++)
            if (!replay_item(s, k.streams[i], commit, &k.items[i], e)) return false;
        *count += k.count;
    } while (k.count == TOGETHER);
    return true;
}

bool tail_replay(struct store *s, struct connection *c, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c, STR("SELECT id, data FROM tail ORDER BY id"), &st, e)) return false;
    uint64_t commit = 0;
    bool ok, got = false;
    while ((ok = sql_step(c, st, &got, e)) && got) {
        commit = (uint64_t)sqlite3_column_int64(st, 0);
        const str row = sql_column_str(st, 1);
        size_t count = 0;
        if (!(ok = replay_row(s, commit, row, &count, e))) break;
        settle_note_row(s, commit, count, row.n);
    }
    sql_give(c, st);
    if (!ok) return false;
    atomic_store_explicit(&s->published, commit, memory_order_release);
    settle_start(s);
    return true;
}
