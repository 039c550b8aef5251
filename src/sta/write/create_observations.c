// SPDX-License-Identifier: EUPL-1.2
// POST /CreateObservations: many Observations as arrays of values, stored in blocks, each one operation of
// the store.
// Source   OGC 18-088 section 12 (data array extension)
#include "base/log.h"
#include "base/queue.h"
#include "sta/write/row_block.h"

#define BLOCKS 2  // one is read while the other is stored
#define REPLY_MAX ((size_t)512 << 20)

struct upload {
    const struct sta *sta;
    const struct sta_request *request;
    struct data_array array;
    str link_start;        // "\"https://host/v1.1/Observations("
    struct queue *stored;  // blocks that came back, in the order in which they went
    buf reply;             // a ',' before each; the first one becomes '['
};

struct block {
    struct store_op op;
    struct upload *upload;
    struct row_block rows;
    bool has_failed;
    err why;
};

static bool block_run(struct store_tx *tx, void *context, err *e)
{
    struct block *b = context;
    return row_block_store(&b->rows, tx, b->upload->sta, b->upload->request, e);
}

static void block_done(void *context, const err *e)
{
    struct block *b = context;
    b->has_failed = e;
    if (e) b->why = *e;
    if (!queue_push(b->upload->stored, b))
        log_error("lost a block of observations", "rows=%zu", b->rows.count);
}

// ---- the whole ----

struct blocks {
    struct block items[BLOCKS];
    size_t first, waiting;  // a ring: those under way
};

static bool blocks_init(struct blocks *bs, struct upload *u, err *e)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        struct block *b = &bs->items[i];
        b->upload = u;
        b->op = (struct store_op){.run = block_run, .done = block_done, .context = b};
        if (!row_block_init(&b->rows, e)) return false;
    }
    return true;
}

static void blocks_free(struct blocks *bs)
{
    for (size_t i = 0; i < BLOCKS; i++) row_block_free(&bs->items[i].rows);
}

// Waits for the block that went first, and writes its answers.
static bool collect(struct upload *u, struct blocks *bs, err *e)
{
    void *item;
    while (!queue_take(u->stored, &item, 1, -1)) {}
    const struct block *b = item;
    bs->first = (bs->first + 1) % BLOCKS;
    bs->waiting--;
    if (b->has_failed) {
        *e = b->why;
        return false;
    }
    row_block_write(&b->rows, u->link_start, &u->reply);
    return !u->reply.failed || err_no_memory(e);
}

static bool store_rows(struct upload *u, struct blocks *bs, err *e)
{
    struct row_place p = row_place_first(&u->array);
    while (p.group) {
        if (bs->waiting == BLOCKS && !collect(u, bs, e)) return false;
        struct block *b = &bs->items[(bs->first + bs->waiting) % BLOCKS];
        if (!row_block_fill(&b->rows, &p, e) || !store_submit(u->sta->store, &b->op, e)) return false;
        bs->waiting++;
    }
    return true;
}

static bool store_all(struct upload *u, err *e)
{
    struct blocks bs = {0};
    bool ok = blocks_init(&bs, u, e) && store_rows(u, &bs, e);
    while (bs.waiting) {  // their memory is in use until they have come back
        err why;
        if (collect(u, &bs, &why) || !ok) continue;
        ok = false;
        *e = why;
    }
    blocks_free(&bs);
    return ok;
}

static bool link_start(struct upload *u, err *e)
{
    arena *a = u->request->arena;
    struct sta_form f;
    return sta_form_make(u->sta, u->request->version, a, a, &f, e) &&
           (arena_print(a, &u->link_start, "\"%.*s/Observations(", STR_ARG(f.root)) || err_no_memory(e));
}

static bool read_groups(struct upload *u, err *e)
{
    return data_array_read(u->request->body, u->request->arena, &u->array, e) || at_byte(e);
}

static bool upload_run(struct upload *u, err *e)
{
    static const struct principal public = {.role = ROLE_PUBLIC};
    if (!policy_allows(u->request->who ? u->request->who : &public, ACTION_WRITE_READING, e)) return false;
    u->stored = queue_new(BLOCKS);
    if (!u->stored) return err_no_memory(e);
    const bool ok = link_start(u, e) && read_groups(u, e) && store_all(u, e);
    queue_free(u->stored);
    data_array_free(&u->array);
    if (!ok) return false;
    if (u->reply.n) u->reply.p[0] = '[';
    buf_add(&u->reply, u->reply.n ? STR("]") : STR("[]"));
    return !u->reply.failed || err_no_memory(e);
}

void create_observations(const struct sta *sta, const struct sta_request *r, sta_done done, void *context)
{
    err e;
    struct upload u = {.sta = sta, .request = r, .reply = {.max = REPLY_MAX}};
    if (upload_run(&u, &e)) {
        const struct sta_reply reply = {
            .status = 201, .content_type = STR("application/json"), .body = buf_str(&u.reply)};
        done(&reply, context);
    } else {
        sta_reply_error(r, &e, done, context);
    }
    buf_free(&u.reply);
}
