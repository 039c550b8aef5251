// SPDX-License-Identifier: EUPL-1.2
// POST /CreateObservations: many Observations as arrays of values. The body is read twice: first whether all of it is well
// formed, so that a malformed one stores nothing; then row by row, in blocks, each one operation of the store. A row that
// is wrong leaves its neighbours.
// Source   OGC 18-088 section 12 (data array extension); digest section 11
#include "sta/write/write.h"

#include "base/log.h"
#include "base/queue.h"
#include "sta/write/observation_body.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK_ROWS 4096
#define BLOCK_ARENA_MAX ((size_t)96 << 20)  // rows of a block whose texts must be unescaped
#define BLOCKS 2                            // one is read while the other is stored
#define ROWS_MAX ((size_t)2000000)
#define REPLY_MAX ((size_t)512 << 20)
#define COMPONENTS_MAX 16

enum { COMPONENT_ID = -1, COMPONENT_FEATURE = -2 };  // else the index of a property

struct group {
    entity_id stream;
    entity_set kind;
    int components[COMPONENTS_MAX];
    size_t component_count;
    size_t rows_at;            // of the dataArray in the body
    size_t row_count;
    struct group *next;
};

struct row {
    struct observation o;
    entity_set kind;
    str why;                   // it is wrong; empty: it is not
};

struct upload {
    const struct sta *sta;
    const struct sta_request *request;
    struct group *groups;
    str link_start;            // "https://host/v1.1/Observations("
    struct queue *stored;      // blocks that came back, in the order in which they went
    buf reply;
};

struct block {
    struct store_op op;
    struct upload *upload;
    arena *a;
    struct row *rows;
    size_t count;
    bool has_failed;
    err why;
};

// ---- first reading: is it well formed? ----

static bool component_of(json_reader *r, str name, size_t at, int *out)
{
    *out = entity_property_find(SET_OBSERVATION, name);
    if (str_eq(name, STR("id")) || str_eq(name, STR("@iot.id"))) *out = COMPONENT_ID;
    else if (str_eq(name, STR("FeatureOfInterest/id")) || str_eq(name, STR("FeatureOfInterest/@iot.id"))) *out = COMPONENT_FEATURE;
    else if (*out < 0) return json_fail(r, ERR_UNKNOWN, at, "components: an Observation has no '%.*s'", STR_ARG(str_slice(name, 0, 60)));
    return true;
}

static bool has_component(const struct group *g, int component)
{
    for (size_t i = 0; i < g->component_count; i++)
        if (g->components[i] == component) return true;
    return false;
}

static bool read_components(json_reader *r, arena *a, struct group *g)
{
    bool more;
    str name;
    int component;
    if (!json_enter(r, '[')) return false;
    while (json_more(r, '[', &more) && more) {
        const size_t at = r->at;
        if (!json_read_text(r, a, &name) || !component_of(r, name, at, &component)) return false;
        if (g->component_count == COMPONENTS_MAX || has_component(g, component)) {
            return json_fail(r, ERR_RANGE, at, "components: '%.*s' is there twice", STR_ARG(name));
        }
        g->components[g->component_count++] = component;
    }
    return !r->failed;
}

static bool read_stream(json_reader *r, arena *a, entity_set kind, struct group *g)
{
    bool is_deep;
    const size_t at = r->at;
    if (g->stream) return json_fail(r, ERR_RANGE, at, "a group has one Datastream or one MultiDatastream");
    if (!entity_link_read(r, a, &g->stream, &is_deep)) return false;
    g->kind = kind;
    return !is_deep || json_fail(r, ERR_TYPE, at, "%s: expected only {\"@iot.id\": ...}", entity_schema_of(kind)->entity_name.p);
}

static bool skip_rows(json_reader *r, struct group *g)
{
    bool more;
    str raw;
    if (!json_enter(r, '[')) return false;
    while (json_more(r, '[', &more) && more) {
        if (!json_skip(r, &raw)) return false;
        g->row_count++;
    }
    return !r->failed;
}

static bool read_member(json_reader *r, arena *a, struct group *g)
{
    str key, ignored;
    json_type t;
    if (!json_key(r, a, &key)) return false;
    if (str_eq(key, STR("Datastream"))) return read_stream(r, a, SET_DATASTREAM, g);
    if (str_eq(key, STR("MultiDatastream"))) return read_stream(r, a, SET_MULTI_DATASTREAM, g);
    if (str_eq(key, STR("components"))) return read_components(r, a, g);
    if (!str_eq(key, STR("dataArray"))) return json_skip(r, &ignored);
    if (g->rows_at) return json_fail(r, ERR_SYNTAX, r->at, "the name 'dataArray' is there twice in one object");
    if (!json_peek(r, &t)) return false;
    g->rows_at = r->at;
    return skip_rows(r, g);
}

static bool check_group(json_reader *r, size_t at, const struct group *g)
{
    if (!g->stream) return json_fail(r, ERR_MISSING, at, "Datastream: is missing");
    if (!g->component_count) return json_fail(r, ERR_MISSING, at, "components: is missing");
    if (!has_component(g, OBSERVATION_RESULT)) return json_fail(r, ERR_MISSING, at, "components: 'result' is missing");
    return g->rows_at || json_fail(r, ERR_MISSING, at, "dataArray: is missing");
}

static bool read_group(json_reader *r, arena *a, struct group *g)
{
    bool more;
    json_type t;
    if (!json_peek(r, &t)) return false;
    const size_t at = r->at;
    if (!json_enter(r, '{')) return false;
    while (json_more(r, '{', &more) && more)
        if (!read_member(r, a, g)) return false;
    return !r->failed && check_group(r, at, g);
}

static bool read_groups(struct upload *u, err *e)
{
    json_reader r = json_reader_of(u->request->body, e);
    struct group **last = &u->groups;
    size_t rows = 0;
    bool more;
    if (!json_enter(&r, '[')) return at_byte(e);
    while (json_more(&r, '[', &more) && more) {
        *last = ARENA_NEW(u->request->arena, struct group);
        if (!*last) return err_no_memory(e);
        if (!read_group(&r, u->request->arena, *last)) return at_byte(e);
        rows += (*last)->row_count;
        if (rows > ROWS_MAX) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "at most %zu Observations in one request", ROWS_MAX);
        last = &(*last)->next;
    }
    return json_end(&r) || at_byte(e);
}

// ---- second reading: rows ----

static bool read_component(json_reader *r, int component, arena *a, struct observation *o)
{
    str text;
    if (component == COMPONENT_ID) return json_skip(r, &text);
    if (component != COMPONENT_FEATURE) return observation_read_property(r, component, a, o);
    if (!json_read_number(r, &text)) return false;
    return num_parse_int(text, &o->feature, NULL) || json_fail(r, ERR_LINK, r->at, "FeatureOfInterest: no such id");
}

static bool read_values(json_reader *r, const struct group *g, arena *a, struct observation *o)
{
    bool more;
    size_t n = 0;
    const size_t at = r->at;
    if (!json_enter(r, '[')) return false;
    while (json_more(r, '[', &more) && more) {
        if (n == g->component_count) return json_fail(r, ERR_RANGE, at, "more values than components");
        if (!read_component(r, g->components[n++], a, o)) return false;
    }
    return !r->failed && (n == g->component_count || json_fail(r, ERR_RANGE, at, "%zu values for %zu components", n, g->component_count));
}

// Where the second reading is.
struct place {
    const struct group *group;  // NULL: at the end
    json_reader reader;
    err why;                    // of the row just read
};

static void enter_group(struct place *p, str body, const struct group *g)
{
    p->group = g;
    if (!g) return;
    p->reader = json_reader_of(body, &p->why);
    p->reader.at = g->rows_at;
    json_enter(&p->reader, '[');
}

static str reason(arena *a, const err *e)
{
    str text;
    return arena_copy(a, str_of(e->text), &text) ? text : STR("this row needs more memory than allowed here");
}

// A wrong row is told apart and passed over.
static void read_row(struct place *p, arena *a, struct row *out)
{
    const json_reader before = p->reader;
    str raw;
    out->o = observation_empty();
    out->o.stream = p->group->stream;
    out->kind = p->group->kind;
    out->why = (str){0};
    if (read_values(&p->reader, p->group, a, &out->o)) return;
    out->why = reason(a, &p->why);
    p->reader = before;
    json_skip(&p->reader, &raw);
}

static void fill(struct block *b, struct place *p)
{
    bool more;
    arena_reset(b->a);
    b->count = 0;
    while (p->group && b->count < BLOCK_ROWS) {
        if (json_more(&p->reader, '[', &more) && more) read_row(p, b->a, &b->rows[b->count++]);
        else enter_group(p, b->upload->request->body, p->group->next);
    }
}

// ---- storing a block ----

static bool is_of_the_row(err_code code)
{
    return code == ERR_RANGE || code == ERR_TYPE || code == ERR_LINK || code == ERR_SYNTAX || code == ERR_LIMIT;
}

static bool append_row(struct upload *u, struct store_tx *tx, struct row *row, err *e)
{
    const struct stream_info *info;
    if (!store_stream_info(tx, row->o.stream, &info, e)) return false;
    if (info->kind != row->kind) {
        return err_set(e, ERR_LINK, ERR_NOWHERE, "%s %lld is another kind of stream", entity_schema_of(row->kind)->entity_name.p,
                       (long long)row->o.stream);
    }
    return ingest_append(u->sta->ingest, tx, &row->o, u->request->received, e);
}

static bool block_run(struct store_tx *tx, void *context, err *e)
{
    struct block *b = context;
    for (size_t i = 0; i < b->count; i++) {
        struct row *row = &b->rows[i];
        if (row->why.n || append_row(b->upload, tx, row, e)) continue;
        if (!is_of_the_row(e->code)) return false;
        row->why = reason(b->a, e);
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

static void write_answer(buf *b, str link_start, const struct row *row)
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
        if (!b->a || !b->rows) return err_no_memory(e);
    }
    return true;
}

static void blocks_free(struct blocks *bs)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        arena_free(bs->items[i].a);
        free(bs->items[i].rows);
    }
}

// Waits for the block that went first, and writes its answers.
static bool collect(struct upload *u, struct blocks *bs, err *e)
{
    void *item;
    while (!queue_take(u->stored, &item, 1, -1)) {
    }
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
    struct place p;
    enter_group(&p, u->request->body, u->groups);
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
        const struct sta_reply reply = {.status = 201, .content_type = STR("application/json"), .body = buf_str(&u.reply)};
        done(&reply, context);
    } else {
        sta_reply_error(r, &e, done, context);
    }
    buf_free(&u.reply);
}
