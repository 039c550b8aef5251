// SPDX-License-Identifier: EUPL-1.2
#include "sta/read/level.h"

#define LEVEL_BYTES_MAX ((size_t)16 << 20)

static void ask_from_start(struct level *l)
{
    l->ask = *l->q;
    if (l->q->top >= 0) l->ask.top = l->q->top + 1;
    l->has_moved = false;
}

bool level_make(const struct query *q, struct level *parent, arena *a, struct level *out, err *e)
{
    *out = (struct level){.q = q, .parent = parent, .is_many = !sta_query_is_one(q)};
    ask_from_start(out);
    if (q->expand_count == 0) return true;
    out->children = ARENA_ARRAY(a, q->expand_count, struct level);
    if (!out->children) return err_no_memory(e);
    for (size_t i = 0; i < q->expand_count; i++)
        if (!level_make(q->expands[i].query, out, a, &out->children[i], e)) return false;
    return true;
}

static void close_cursor(struct level *l)
{
    if (l->cursor) cursor_close(l->cursor);
    l->cursor = NULL;
}

static void close_cursors(struct level *l)
{
    close_cursor(l);
    for (size_t i = 0; l->children && i < l->q->expand_count; i++) close_cursors(&l->children[i]);
}

static void free_arenas(struct level *l)
{
    arena_free(l->arena);
    l->arena = NULL;
    l->held = 0;
    for (size_t i = 0; i < 2; i++) {
        arena_free(l->places[i]);
        l->places[i] = NULL;
    }
    for (size_t i = 0; l->children && i < l->q->expand_count; i++) free_arenas(&l->children[i]);
}

void level_close(struct level *l)
{
    close_cursors(l);
    free_arenas(l);
}

// What is kept for one parent: in the request's arena for the level that has none.
static bool own_arena(struct level *l, arena *request, arena **out, err *e)
{
    *out = request;
    if (!l->parent) return true;
    if (!l->arena) l->arena = arena_new(LEVEL_BYTES_MAX);
    *out = l->arena;
    return l->arena || err_no_memory(e);
}

// The store finds what types alone do not show; it knows the place, but not what the option is called.
static bool fail_within(const struct level *l, err *e)
{
    if (e->at == ERR_NOWHERE || err_http_status(e->code) != 400) return false;
    return err_within(e, "%s, position %zu",
                      l->parent               ? "$expand"
                      : l->q->order_count > 0 ? "$filter or $orderby"
                                              : "$filter",
                      e->at + 1);
}

static bool open_many(struct level *l, struct snapshot *at, err *e)
{
    if (l->q->top == 0) {
        l->is_done = true;
        return true;
    }
    if (l->has_moved) {
        close_cursor(l);
        ask_from_start(l);
    }
    if (l->parent) l->ask.parent_id = l->parent->row.id;
    if (l->cursor) return cursor_restart(l->cursor, l->ask.parent_id, e);
    return store_query(at, &l->ask, &l->cursor, e) || fail_within(l, e);
}

// Neighbours often share their one related entity: it is read once.
static bool open_one(struct level *l, struct snapshot *at, arena *request, err *e)
{
    const entity_id id = l->parent ? l->parent->row.links[l->q->relation] : l->q->id;
    l->is_done = id == 0;
    if (id == 0 || id == l->held) return true;
    arena *a;
    if (!own_arena(l, request, &a, e)) return false;
    if (l->parent) arena_reset(a);
    l->held = 0;
    if (!store_get(at, l->q->set, id, a, &l->row, e)) return false;
    l->held = id;
    return true;
}

bool level_open(struct level *l, struct snapshot *at, arena *a, err *e)
{
    l->given = 0;
    l->is_done = l->has_more = l->has_read = false;
    l->position = NULL;
    return l->is_many ? open_many(l, at, e) : open_one(l, at, a, e);
}

static bool keep_position(struct level *l, arena *request, err *e)
{
    if (!l->has_read) {  // back from elsewhere, and no row since
        l->position = l->ask.after;
        l->position_count = l->ask.after_count;
        return true;
    }
    arena *a;
    value *keys;
    if (!own_arena(l, request, &a, e)) return false;
    if (l->parent) arena_reset(a);
    if (!cursor_position(l->cursor, a, &keys, &l->position_count, e)) return false;
    l->position = keys;
    return true;
}

static bool end_page(struct level *l, arena *request, err *e)
{
    l->is_done = true;
    struct record ignored;
    return keep_position(l, request, e) && cursor_next(l->cursor, &ignored, &l->has_more, e);
}

static bool next_of_many(struct level *l, arena *request, bool *got, err *e)
{
    *got = false;
    if (l->given == l->q->top) return end_page(l, request, e);
    if (!cursor_next(l->cursor, &l->row, got, e)) return false;
    l->given += *got;
    l->has_read = *got;
    l->is_done = !*got;
    return true;
}

bool level_next(struct level *l, arena *a, bool *got, err *e)
{
    *got = false;
    if (l->is_done) return true;
    if (l->is_many) return next_of_many(l, a, got, e);
    *got = true;
    l->is_done = true;
    return true;
}

// Asks from now on for what is behind the row just read.
static bool move_behind_row(struct level *l, err *e)
{
    arena *const before = l->places[1];
    l->places[1] = l->places[0];
    l->places[0] = before;
    if (!before && !(l->places[0] = arena_new(LEVEL_BYTES_MAX))) return err_no_memory(e);
    arena_reset(l->places[0]);
    value *after;
    if (!cursor_position(l->cursor, l->places[0], &after, &l->ask.after_count, e)) return false;
    l->ask.after = after;
    l->ask.skip = 0;
    if (l->q->top >= 0) l->ask.top = l->q->top - l->given + 1;
    l->has_moved = true;
    return true;
}

bool level_leave(struct level *l, err *e)
{
    l->is_away = l->cursor && !l->is_done;
    if (l->is_away && l->has_read && !move_behind_row(l, e)) return false;
    close_cursor(l);
    for (size_t i = 0; l->children && i < l->q->expand_count; i++)
        if (!level_leave(&l->children[i], e)) return false;
    return true;
}

bool level_return(struct level *l, struct snapshot *to, err *e)
{
    if (l->is_away && !store_query(to, &l->ask, &l->cursor, e)) return false;
    l->is_away = l->has_read = false;
    for (size_t i = 0; l->children && i < l->q->expand_count; i++)
        if (!level_return(&l->children[i], to, e)) return false;
    return true;
}

bool level_count(struct level *l, struct snapshot *at, int64_t *out, err *e)
{
    if (l->parent) l->ask.parent_id = l->parent->row.id;
    return store_count(at, &l->ask, out, e) || fail_within(l, e);
}
