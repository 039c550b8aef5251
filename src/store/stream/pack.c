// SPDX-License-Identifier: EUPL-1.2
#include "store/stream/pack.h"

#include "base/log.h"
#include "store/stream/chunk_table.h"
#include "store/stream/settle.h"

#include <sys/stat.h>

#define WORTH_BYTES (1 << 20)
#define WORTH_SHARE 16

bool pack_is_worth(const struct store *s)
{
    struct stat is;
    if (s->load.row_bytes < WORTH_BYTES) return false;
    return stat(s->path, &is) == 0 && s->load.row_bytes >= is.st_size / WORTH_SHARE;
}

void pack_start(struct store_tx *tx)
{
    tx->store->packing = (struct packing){.stage = PACK_SEAL, .limit = tx->commit - 1};
}

void pack_failed(struct store *s)
{
    s->packing.stage = PACK_NONE;
}

// ---- tails ----

#define SEALS 256  // with a commit: some milliseconds

static void seal_some(struct store_tx *tx, struct packing *k)
{
    for (int left = SEALS; left > 0 && !tx_is_lost(tx);) {
        struct stream *s = streams_next(&tx->store->streams, k->hand);
        if (!s) {
            if (k->limit > 0) settle_cut(tx, k->limit);
            k->stage = PACK_GROWING;
            return;
        }
        k->hand = s->id;
        if (atomic_load_explicit(&s->tail, memory_order_relaxed)->count == 0 && !s->state.is_quick) continue;
        left--;
        if (!settle_seal(tx, s, CHUNK_SMALL))
            k->limit = 0;  // its observations still stand in the tail's rows
    }
}

// ---- growing chunks ----

// More streams than this are left as they lie: what is rewritten with one commit has to stay small.
#define GROWING_MOST 20000
#define GROWING_BYTES ((size_t)64 << 20)

struct growing {
    entity_id stream;
    str bytes;
};

static bool read_growing(struct connection *c, arena *a, struct growing *out, size_t *count, err *e)
{
    sqlite3_stmt *st;
    bool ok, got = false;
    size_t n = 0;
    if (!sql_take(c, STR("SELECT stream, data FROM growing ORDER BY stream"), &st, e)) return false;
    while ((ok = sql_step(c, st, &got, e)) && got && n < GROWING_MOST) {
        out[n].stream = sqlite3_column_int64(st, 0);
        if (!(ok = arena_copy(a, sql_column_str(st, 1), &out[n++].bytes) || err_no_memory(e))) break;
    }
    sql_give(c, st);
    *count = n;
    return ok;
}

// Rows that grew where they stood leave half of their pages empty; written one behind the other they fill them.
static bool rewrite_growing(struct store_tx *tx, void *memory, err *e)
{
    struct connection *c = tx_connection(tx);
    struct growing *all = ARENA_ARRAY(memory, GROWING_MOST, struct growing);
    size_t count;
    if (!all) return err_no_memory(e);
    if (!tx_begin_sql(tx, e) || !read_growing(c, memory, all, &count, e)) return false;
    if (!sql_run(c, STR("DELETE FROM growing"), e)) return false;
    for (size_t i = 0; i < count; i++)
        if (!chunk_keep_growing(c, all[i].stream, all[i].bytes, e)) return false;
    return true;
}

static void pack_growing(struct store_tx *tx, struct packing *k)
{
    err e;
    arena *memory = tx->store->streams.count <= GROWING_MOST ? arena_new(GROWING_BYTES) : NULL;
    if (memory && !tx_run(tx, rewrite_growing, memory, &e))
        log_warning("growing chunks not packed", "text=\"%s\"", e.text);
    arena_free(memory);
    k->stage = PACK_FREE;
}

// ---- free pages ----

static bool free_some(struct store_tx *tx, void *is_over, err *e)
{
    struct connection *c = tx_connection(tx);
    sqlite3_stmt *st;
    bool got;
    if (!tx_begin_sql(tx, e) || !sql_run(c, STR("PRAGMA incremental_vacuum(256)"), e) ||
        !sql_take(c, STR("SELECT freelist_count, auto_vacuum FROM pragma_freelist_count, pragma_auto_vacuum"),
                  &st, e))
        return false;
    const bool ok = sql_step(c, st, &got, e);
    // A file from before pages could be given back keeps them for what comes.
    *(bool *)is_over = !ok || !got || sqlite3_column_int64(st, 0) == 0 || sqlite3_column_int(st, 1) == 0;
    sql_give(c, st);
    return ok;
}

static void give_back(struct store_tx *tx, struct packing *k)
{
    err e;
    bool is_over = true;
    if (!tx_run(tx, free_some, &is_over, &e)) log_warning("free pages not given back", "text=\"%s\"", e.text);
    if (!is_over) return;
    k->stage = PACK_NONE;
    tail_memory_free(&tx->store->tails);
    tx->store->wants_short_log = true;
}

void pack_go_on(struct store_tx *tx)
{
    struct packing *k = &tx->store->packing;
    if (tx_is_lost(tx)) return;
    switch (k->stage) {
    case PACK_NONE: return;
    case PACK_SEAL: seal_some(tx, k); return;
    case PACK_GROWING: pack_growing(tx, k); return;
    case PACK_FREE: give_back(tx, k); return;
    }
}
