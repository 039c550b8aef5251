// SPDX-License-Identifier: EUPL-1.2
#include "store/stream/pack.h"

#include "base/log.h"
#include "store/stream/chunk_table.h"
#include "store/stream/merge.h"
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
            k->stage = PACK_MERGE;
            return;
        }
        k->hand = s->id;
        if (atomic_load_explicit(&s->tail, memory_order_relaxed)->count == 0) continue;
        left--;
        if (!settle_seal(tx, s)) k->limit = 0;  // its observations still stand in the tail's rows
    }
}

// ---- chunks ----

static void merge(struct store_tx *tx, struct packing *k)
{
    if (!merge_some(tx, &k->merged)) k->stage = PACK_GROWING;
}

// ---- rows one behind the other ----

// What is rewritten with one commit has to stay small: of more rows the last ones are, and of more streams no growing chunk.
#define ROWS_MOST 20000
#define ROWS_BYTES ((size_t)32 << 20)
#define ROWS_MEMORY (2 * ROWS_BYTES)

static const struct rows_of {
    const char *read, *drop, *put;
} growing_chunks =
    {
        "SELECT stream, data FROM growing ORDER BY stream DESC",
        "DELETE FROM growing WHERE stream >= ?1",
        "INSERT INTO growing(stream, data) VALUES(?1, ?2)",
},
  sums = {
      "SELECT id, data FROM bytes ORDER BY id DESC",
      "DELETE FROM bytes WHERE id >= ?1",
      "INSERT INTO bytes(id, data) VALUES(?1, ?2)",
};

struct row {
    int64_t key;
    str bytes;
};

struct rewriting {
    const struct rows_of *of;
    arena *memory;
    struct row *all;  // the last one first
    size_t count;
};

static bool read_rows(struct connection *c, struct rewriting *k, err *e)
{
    sqlite3_stmt *st;
    bool ok, got = false;
    if (!sql_take(c, str_of(k->of->read), &st, e)) return false;
    while ((ok = sql_step(c, st, &got, e)) && got && k->count < ROWS_MOST &&
           arena_used(k->memory) < ROWS_BYTES) {
        struct row *r = &k->all[k->count++];
        r->key = sqlite3_column_int64(st, 0);
        if (!(ok = arena_copy(k->memory, sql_column_str(st, 1), &r->bytes) || err_no_memory(e))) break;
    }
    sql_give(c, st);
    return ok;
}

static bool write_row(struct connection *c, const char *sql, const struct row *r, bool has_bytes, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c, str_of(sql), &st, e)) return false;
    sqlite3_bind_int64(st, 1, r->key);
    if (has_bytes) sql_bind_blob(st, 2, r->bytes);
    return sql_finish(c, st, e);
}

// Rows that grew where they stood leave half of their pages empty; written one behind the other they fill them.
static bool rewrite_rows(struct store_tx *tx, void *context, err *e)
{
    struct connection *c = tx_connection(tx);
    struct rewriting *k = context;
    k->all = ARENA_ARRAY(k->memory, ROWS_MOST, struct row);
    if (!k->all) return err_no_memory(e);
    if (!tx_begin_sql(tx, e) || !read_rows(c, k, e)) return false;
    if (k->count > 0 && !write_row(c, k->of->drop, &k->all[k->count - 1], false, e)) return false;
    for (size_t i = k->count; i > 0; i--)
        if (!write_row(c, k->of->put, &k->all[i - 1], true, e)) return false;
    return true;
}

static void pack_rows(struct store_tx *tx, const struct rows_of *of)
{
    err e;
    struct rewriting k = {.of = of, .memory = arena_new(ROWS_MEMORY)};
    if (k.memory && !tx_run(tx, rewrite_rows, &k, &e)) log_warning("rows not packed", "text=\"%s\"", e.text);
    arena_free(k.memory);
}

static void pack_growing(struct store_tx *tx, struct packing *k)
{
    if (tx->store->streams.count <= ROWS_MOST) pack_rows(tx, &growing_chunks);
    k->stage = PACK_SUMS;
}

static void pack_sums(struct store_tx *tx, struct packing *k)
{
    pack_rows(tx, &sums);
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
    case PACK_MERGE: merge(tx, k); return;
    case PACK_GROWING: pack_growing(tx, k); return;
    case PACK_SUMS: pack_sums(tx, k); return;
    case PACK_FREE: give_back(tx, k); return;
    }
}
