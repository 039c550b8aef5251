// SPDX-License-Identifier: EUPL-1.2
// POST /CreateObservations: many Observations as arrays of values, stored in blocks, each one operation of
// the store.
// Source   OGC 18-088 section 12 (data array extension)
#include "sta/write/reach.h"
#include "sta/write/write.h"

#include "base/log.h"
#include "base/order.h"
#include "base/queue.h"
#include "sta/write/data_array.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK_ROWS 16384  // a commit each: fewer rows, and the syncs cost more than the rows
#define BLOCK_ARENA_MAX ((size_t)96 << 20)  // rows of a block whose texts must be unescaped
#define BLOCKS 2                            // one is read while the other is stored
#define REPLY_MAX ((size_t)512 << 20)

struct upload {
    const struct sta *sta;
    const struct sta_request *request;
    struct data_group *groups;
    str link_start;        // "https://host/v1.1/Observations("
    struct queue *stored;  // blocks that came back, in the order in which they went
    buf reply;
};

struct block {
    struct store_op op;
    struct upload *upload;
    arena *a;
    struct data_row *rows;
    size_t count;
    struct order_item *order;        // the plain ones of them, by Datastream; room for twice as many
    struct plain_reading *readings;  // what they say
    size_t plain;
    bool has_failed;
    err why;
};

static bool is_plain(const struct data_row *row)
{
    return row->why.n == 0 && row->kind == SET_DATASTREAM && observation_is_plain(&row->o) &&
           row->o.stream <= STREAM_ID_MAX;
}

static void order_plain(struct block *b)
{
    b->plain = 0;
    for (size_t i = 0; i < b->count; i++)
        if (is_plain(&b->rows[i]))
            b->order[b->plain++] = (struct order_item){(uint32_t)b->rows[i].o.stream, (uint32_t)i};
    order_by_key(b->order, b->order + b->plain, b->plain);
    for (size_t i = 0; i < b->plain; i++) b->readings[i] = plain_of(&b->rows[b->order[i].at].o);
}

static void fill(struct block *b, struct data_place *p)
{
    arena_reset(b->a);
    b->count = 0;
    while (b->count < BLOCK_ROWS && data_array_next(p, b->a, &b->rows[b->count])) b->count++;
    order_plain(b);
}

// ---- storing a block ----

static bool is_of_the_row(err_code code)
{
    return code == ERR_RANGE || code == ERR_TYPE || code == ERR_LINK || code == ERR_SYNTAX ||
           code == ERR_LIMIT;
}

static bool check_stream(const struct upload *u, struct store_tx *tx, const struct data_row *row, err *e)
{
    const struct stream_info *info;
    bool is_reached;
    if (!store_stream_info(tx, row->o.stream, &info, e) ||
        !reach_stream(tx, u->request->who, row->o.stream, info, &is_reached, e))
        return false;
    if (!is_reached)
        return err_set(e, ERR_LINK, ERR_NOWHERE, "there is no Datastream or MultiDatastream %lld",
                       (long long)row->o.stream);  // what the store says of one that does not exist
    return info->kind == row->kind ||
           err_set(e, ERR_LINK, ERR_NOWHERE, "%s %lld is another kind of stream",
                   entity_schema_of(row->kind)->entity_name.p, (long long)row->o.stream);
}

static bool append_row(const struct upload *u, struct store_tx *tx, struct data_row *row, err *e)
{
    return check_stream(u, tx, row, e) && ingest_append(u->sta->ingest, tx, &row->o, u->request->received, e);
}

static const struct observation *plain_at(const struct block *b, size_t i)
{
    return &b->rows[b->order[i].at].o;
}

// How many plain rows from here on have one Datastream and name one FeatureOfInterest.
static size_t run_length(const struct block *b, size_t from)
{
    const struct observation *first = plain_at(b, from);
    size_t n = 1;
    while (from + n < b->plain && plain_at(b, from + n)->stream == first->stream &&
           plain_at(b, from + n)->feature == first->feature)
        n++;
    return n;
}

// What cannot be stored so keeps its number 0: it is tried again row by row, and each is told its reason.
static void append_runs(struct block *b, struct store_tx *tx)
{
    const struct upload *u = b->upload;
    for (size_t from = 0, n; from < b->plain; from += n) {
        n = run_length(b, from);
        const struct data_row *row = &b->rows[b->order[from].at];
        const struct reading_run run = {row->o.stream, row->o.feature, &b->readings[from], n};
        uint32_t first;
        err ignored;
        if (!check_stream(u, tx, row, &ignored) ||
            !ingest_append_run(u->sta->ingest, tx, &run, u->request->received, &first, &ignored))
            continue;
        for (size_t i = 0; i < n; i++) b->rows[b->order[from + i].at].o.number = first + (uint32_t)i;
        ingest_count_appended((int64_t)n);
    }
}

static bool block_run(struct store_tx *tx, void *context, err *e)
{
    struct block *b = context;
    append_runs(b, tx);
    for (size_t i = 0; i < b->count; i++) {
        struct data_row *row = &b->rows[i];
        if (row->why.n || row->o.number || append_row(b->upload, tx, row, e)) continue;
        if (!is_of_the_row(e->code)) return false;
        row->why = data_row_reason(b->a, e);
    }
    return true;
}

static void block_done(void *context, const err *e)
{
    struct block *b = context;
    b->has_failed = e;
    if (e) b->why = *e;
    if (!queue_push(b->upload->stored, b)) log_error("lost a block of observations", "rows=%zu", b->count);
}

static void write_answer(buf *b, str link_start, const struct data_row *row)
{
    if (row->why.n) {
        char text[sizeof(err)];
        const int n = snprintf(text, sizeof text, "error: %.*s", STR_ARG(row->why));
        json_write_text(b, (str){text, (size_t)n});
    } else {
        buf_add_char(b, '"');
        buf_add(b, link_start);
        buf_add_int(b, OBSERVATION_ID(row->o.stream, row->o.number));
        BUF_LIT(b, ")\"");
    }
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
        b->a = arena_new(BLOCK_ARENA_MAX);
        b->rows = malloc(BLOCK_ROWS * sizeof *b->rows);
        b->order = malloc(2 * BLOCK_ROWS * sizeof *b->order);
        b->readings = malloc(BLOCK_ROWS * sizeof *b->readings);
        if (!b->a || !b->rows || !b->order || !b->readings) return err_no_memory(e);
    }
    return true;
}

static void blocks_free(struct blocks *bs)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        arena_free(bs->items[i].a);
        free(bs->items[i].rows);
        free(bs->items[i].order);
        free(bs->items[i].readings);
    }
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
    for (size_t i = 0; i < b->count; i++) {
        buf_add_char(&u->reply, u->reply.n ? ',' : '[');
        write_answer(&u->reply, u->link_start, &b->rows[i]);
    }
    return !u->reply.failed || err_no_memory(e);
}

static bool store_rows(struct upload *u, struct blocks *bs, err *e)
{
    struct data_place p;
    data_array_begin(&p, u->request->body, u->groups);
    while (p.group) {
        if (bs->waiting == BLOCKS && !collect(u, bs, e)) return false;
        struct block *b = &bs->items[(bs->first + bs->waiting) % BLOCKS];
        fill(b, &p);
        if (!store_submit(u->sta->store, &b->op, e)) return false;
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
           (arena_print(a, &u->link_start, "%.*s/Observations(", STR_ARG(f.root)) || err_no_memory(e));
}

static bool read_groups(struct upload *u, err *e)
{
    return data_array_read(u->request->body, u->request->arena, &u->groups, e) || at_byte(e);
}

static bool upload_run(struct upload *u, err *e)
{
    static const struct principal public = {.role = ROLE_PUBLIC};
    if (!policy_allows(u->request->who ? u->request->who : &public, ACTION_WRITE_READING, e)) return false;
    u->stored = queue_new(BLOCKS);
    if (!u->stored) return err_no_memory(e);
    const bool ok = link_start(u, e) && read_groups(u, e) && store_all(u, e);
    queue_free(u->stored);
    if (ok) buf_add(&u->reply, u->reply.n ? STR("]") : STR("[]"));
    return ok && (!u->reply.failed || err_no_memory(e));
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
