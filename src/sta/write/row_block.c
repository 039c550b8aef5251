// SPDX-License-Identifier: EUPL-1.2
#include "sta/write/row_block.h"

#include "base/order.h"
#include "sta/write/reach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_ARENA_MAX ((size_t)96 << 20)  // rows of a block that are read a second time

bool row_block_init(struct row_block *b, err *e)
{
    b->a = arena_new(BLOCK_ARENA_MAX);
    b->others = malloc(BLOCK_ROWS * sizeof *b->others);
    b->numbers = malloc(BLOCK_ROWS * sizeof *b->numbers);
    b->stretches = malloc(BLOCK_ROWS * sizeof *b->stretches);
    b->order = malloc(2 * BLOCK_ROWS * sizeof *b->order);
    b->readings = malloc(BLOCK_ROWS * sizeof *b->readings);
    return (b->a && b->others && b->numbers && b->stretches && b->order && b->readings) || err_no_memory(e);
}

void row_block_free(struct row_block *b)
{
    arena_free(b->a);
    free(b->others);
    free(b->numbers);
    free(b->stretches);
    free(b->order);
    free(b->readings);
}

// ---- filling -----------------------------------------------------------------------------------------------------

// Groups without rows are passed over.
static void begin_group(struct row_place *p, const struct data_group *g)
{
    while (g && g->row_count == 0) g = g->next;
    p->group = g;
    p->left = g ? g->row_count : 0;
}

struct row_place row_place_first(const struct data_array *d)
{
    struct row_place p = {.from = d};
    begin_group(&p, d->groups);
    return p;
}

static bool is_plain(const struct data_row *row)
{
    return row->why.n == 0 && row->kind == SET_DATASTREAM && observation_is_plain(&row->o) &&
           row->o.stream <= STREAM_ID_MAX;
}

// Reads a row the long way. One that is plain in another form joins the others of its Datastream.
static bool read_again(struct row_block *b, const struct row_place *p, entity_id *feature, err *e)
{
    struct plain_reading *row = &b->rows[b->count];
    struct data_row *other = ARENA_NEW(b->a, struct data_row);
    if (!other) return err_no_memory(e);
    data_row_read(p->from->body, data_row_place(row), p->group, b->a, other);
    if (is_plain(other)) {
        *row = plain_of(&other->o);
        *feature = other->o.feature;
    } else {
        b->others[b->count] = other;
    }
    return true;
}

static void add_to_stretch(struct row_block *b, entity_id stream, entity_id feature)
{
    struct row_stretch *last = b->stretch_count ? &b->stretches[b->stretch_count - 1] : NULL;
    if (last && last->stream == stream && last->feature == feature && last->from + last->count == b->count) {
        last->count++;
        return;
    }
    b->stretches[b->stretch_count++] = (struct row_stretch){stream, feature, b->count, 1};
}

static bool take_row(struct row_block *b, const struct row_place *p, err *e)
{
    entity_id feature = 0;
    b->numbers[b->count] = 0;
    b->others[b->count] = NULL;
    if (!data_row_is_read(&b->rows[b->count]) && !read_again(b, p, &feature, e)) return false;
    if (!b->others[b->count]) add_to_stretch(b, p->group->stream, feature);
    b->count++;
    return true;
}

static void order_stretches(struct row_block *b)
{
    for (size_t i = 0; i < b->stretch_count; i++)
        b->order[i] = (struct order_item){(uint32_t)b->stretches[i].stream, (uint32_t)i};
    order_by_key(b->order, b->order + b->stretch_count, b->stretch_count);
}

bool row_block_fill(struct row_block *b, struct row_place *p, err *e)
{
    arena_reset(b->a);
    b->count = b->stretch_count = 0;
    b->rows = p->from->rows + p->row;
    while (b->count < BLOCK_ROWS && p->group) {
        if (!take_row(b, p, e)) return false;
        p->row++;
        if (--p->left == 0) begin_group(p, p->group->next);
    }
    order_stretches(b);
    return true;
}

// ---- storing -----------------------------------------------------------------------------------------------------

struct storing {
    struct row_block *b;
    struct store_tx *tx;
    const struct sta *sta;
    const struct sta_request *request;
};

static bool is_of_the_row(err_code code)
{
    return code == ERR_RANGE || code == ERR_TYPE || code == ERR_LINK || code == ERR_SYNTAX ||
           code == ERR_LIMIT;
}

static bool check_stream(const struct storing *s, entity_id stream, entity_set kind, err *e)
{
    const struct stream_info *info;
    bool is_reached;
    if (!store_stream_info(s->tx, stream, &info, e) ||
        !reach_stream(s->tx, s->request->who, stream, info, &is_reached, e))
        return false;
    if (!is_reached)
        return err_set(e, ERR_LINK, ERR_NOWHERE, "there is no Datastream or MultiDatastream %lld",
                       (long long)stream);  // what the store says of one that does not exist
    return info->kind == kind || err_set(e, ERR_LINK, ERR_NOWHERE, "%s %lld is another kind of stream",
                                         entity_schema_of(kind)->entity_name.p, (long long)stream);
}

static struct row_stretch *stretch_at(const struct row_block *b, size_t i)
{
    return &b->stretches[b->order[i].at];
}

// How many stretches from here on have one Datastream and name one FeatureOfInterest.
static size_t stretches_alike(const struct row_block *b, size_t from)
{
    const struct row_stretch *first = stretch_at(b, from);
    size_t n = 1;
    while (from + n < b->stretch_count && stretch_at(b, from + n)->stream == first->stream &&
           stretch_at(b, from + n)->feature == first->feature)
        n++;
    return n;
}

// What they say, one behind the other: as it stands when it is one stretch, else in *free, which moves behind it.
static struct reading_run run_of(const struct row_block *b, size_t from, size_t n,
                                 struct plain_reading **free)
{
    const struct row_stretch *first = stretch_at(b, from);
    struct reading_run run = {first->stream, first->feature, b->rows + first->from, first->count};
    if (n == 1) return run;
    run.all = *free;
    run.count = 0;
    for (size_t i = from; i < from + n; i++) {
        const struct row_stretch *s = stretch_at(b, i);
        memcpy(*free, b->rows + s->from, s->count * sizeof **free);
        *free += s->count;
        run.count += s->count;
    }
    return run;
}

static void number_rows(struct row_block *b, const struct row_stretch *s, uint32_t first)
{
    for (size_t i = 0; i < s->count; i++) b->numbers[s->from + i] = first + (uint32_t)i;
}

// They are to be tried again row by row, and each is told its reason.
static bool set_apart(struct row_block *b, const struct row_stretch *s, err *e)
{
    const struct reading_run run = {s->stream, s->feature, b->rows + s->from, s->count};
    for (size_t i = 0; i < s->count; i++) {
        struct data_row *row = ARENA_NEW(b->a, struct data_row);
        if (!row) return err_no_memory(e);
        *row = (struct data_row){.o = plain_observation(&run, i), .kind = SET_DATASTREAM};
        b->others[s->from + i] = row;
    }
    return true;
}

static bool store_runs(const struct storing *s, err *e)
{
    struct row_block *b = s->b;
    struct plain_reading *free = b->readings;
    for (size_t from = 0, n; from < b->stretch_count; from += n) {
        n = stretches_alike(b, from);
        const struct reading_run run = run_of(b, from, n, &free);
        uint32_t first = 0;
        err ignored;
        const bool ok = check_stream(s, run.stream, SET_DATASTREAM, &ignored) &&
                        ingest_append_run(s->sta->ingest, s->tx, &run, s->request->received, &first,
                                          &ignored);
        for (size_t i = from; i < from + n; i++) {
            const struct row_stretch *t = stretch_at(b, i);
            if (!ok && !set_apart(b, t, e)) return false;
            if (ok) number_rows(b, t, first);
            first += (uint32_t)t->count;
        }
        if (ok) ingest_count_appended((int64_t)run.count);
    }
    return true;
}

static bool store_row(const struct storing *s, struct data_row *row, err *e)
{
    return check_stream(s, row->o.stream, row->kind, e) &&
           ingest_append(s->sta->ingest, s->tx, &row->o, s->request->received, e);
}

bool row_block_store(struct row_block *b, struct store_tx *tx, const struct sta *sta,
                     const struct sta_request *r, err *e)
{
    const struct storing s = {b, tx, sta, r};
    if (!store_runs(&s, e)) return false;
    for (size_t i = 0; i < b->count; i++) {
        struct data_row *row = b->others[i];
        if (!row || row->why.n) continue;
        if (store_row(&s, row, e)) {
            b->numbers[i] = row->o.number;
        } else if (is_of_the_row(e->code)) {
            row->why = data_row_reason(b->a, e);
        } else {
            return false;
        }
    }
    return true;
}

// ---- telling -----------------------------------------------------------------------------------------------------

static void write_reason(buf *out, str why)
{
    char text[sizeof(err)];
    const int n = snprintf(text, sizeof text, "error: %.*s", STR_ARG(why));
    buf_add_char(out, ',');
    json_write_text(out, (str){text, (size_t)n});
}

// In one go: hundreds of thousands of these leave in a second.
static void write_link(buf *out, str start, entity_id id)
{
    if (!buf_reserve(out, start.n + NUM_TEXT_MAX + sizeof ",)\"")) return;
    char *p = out->p + out->n;
    *p++ = ',';
    memcpy(p, start.p, start.n);
    p += start.n;
    p += num_write_int(p, id);
    *p++ = ')';
    *p++ = '"';
    out->n = (size_t)(p - out->p);
}

void row_block_write(const struct row_block *b, str link_start, buf *out)
{
    const struct row_stretch *s = b->stretches;
    for (size_t i = 0; i < b->count; i++) {
        const struct data_row *row = b->others[i];
        while (s < b->stretches + b->stretch_count && i >= s->from + s->count) s++;
        if (row && row->why.n)
            write_reason(out, row->why);
        else
            write_link(out, link_start, OBSERVATION_ID(row ? row->o.stream : s->stream, b->numbers[i]));
    }
}
