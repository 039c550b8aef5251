// SPDX-License-Identifier: EUPL-1.2
// level.h: the rows of one question and, below it, of each expansion: one level per node of the query tree, whose cursor
// is kept and restarted for every parent. Private to this folder.
// Owns     a level lives in the arena it was made in; level_close frees its cursors and arenas, for the whole tree
// Threads  one at a time
#ifndef PEIL_STA_READ_LEVEL_H
#define PEIL_STA_READ_LEVEL_H

#include "sta/option.h"

struct level {
    const struct query *q;   // the question
    struct level *parent;    // NULL: of the request itself
    struct level *children;  // one per q->expands
    bool is_many;

    struct query ask;  // as the store is asked: one row more than wanted, to know whether there are more
    struct cursor *cursor;
    bool has_read;     // the cursor stands on a row
    bool has_moved;    // `ask` and the cursor begin behind a row: not for another parent
    bool is_away;      // between level_leave and level_return
    arena *places[2];  // where it goes on: the cursor may hold on to the one before
    arena *arena;      // of a level below: emptied for every parent

    struct record
        row;         // the row just read; its texts live until the next level_next, level_open or level_leave
    int64_t given;   // rows since level_open
    entity_id held;  // to-one: the row is still that entity
    bool is_done;

    // Of answer_json, which stops within rows.
    bool in_row;
    bool row_is_empty;
    size_t next_child;

    // After the last row of a page that is not the last one.
    bool has_more;
    const value *position;
    size_t position_count;
};

NODISCARD bool level_make(const struct query *q, struct level *parent, arena *a, struct level *out, err *e);
void level_close(struct level *l);

// Starts the list (or finds the one entity) that belongs to the parent's row; for the request's own level: the question.
NODISCARD bool level_open(struct level *l, struct snapshot *at, arena *a, err *e);
NODISCARD bool level_next(struct level *l, arena *a, bool *got, err *e);
// The whole tree lets its snapshot go, wherever it stands, and goes on later in another, behind the rows just read. Of these only set, id
// and links are left.
NODISCARD bool level_leave(struct level *l, err *e);
NODISCARD bool level_return(struct level *l, struct snapshot *to, err *e);
NODISCARD bool level_count(struct level *l, struct snapshot *at, int64_t *out, err *e);

#endif
