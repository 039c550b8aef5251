// SPDX-License-Identifier: EUPL-1.2
// plan.h: one question of model/query.h as one SQL statement. Private to src/store/query/.
#ifndef PEIL_STORE_QUERY_PLAN_H
#define PEIL_STORE_QUERY_PLAN_H

#include "store/query/compile.h"
#include "store/sqlite.h"

struct sort_key {
    expr_type type;
    int column_count;  // of the statement, counted from 0 in the order of the keys
};

struct plan {
    str sql;
    const struct parameter *parameters;
    struct sort_key *keys;
    size_t key_count;
    int record_at;  // the column of the id: behind the keys' columns, first of the record
};

// `sight`: what the snapshot shows that the plan is for.
// Rows of the question: keys, then what record_add_sql gives for the query's properties and links.
NODISCARD bool plan_rows(const struct query *q, const struct sight *sight, arena *a, struct plan *out,
                         err *e);
// Their number, one row with one column; skip, top and after do not matter.
NODISCARD bool plan_count(const struct query *q, const struct sight *sight, arena *a, struct plan *out,
                          err *e);

// Binds all parameters; the plan's arena must live until the statement is reset.
void plan_bind(const struct plan *p, sqlite3_stmt *st, entity_id parent_id);
// The key's value in the row that st stands at. In the arena.
NODISCARD bool sort_key_read(sqlite3_stmt *st, int at, const struct sort_key *k, arena *a, value *out,
                             err *e);

// A column that rows are sorted by, and a value in it.
struct sort_column {
    str sql;
    bool is_descending;
    bool is_nullable;
    bool is_phenomenon_time;
};
// Rows behind a position: `after` holds a value for each column. Nulls come first, descending last.
struct after_value {
    bool is_null;
    str sql;
};
str sort_columns_after(struct compiler *c, const struct sort_column *columns, const struct after_value *after,
                       size_t count);
NODISCARD bool after_value_of(struct compiler *c, const value *v, expr_type type, bool is_end,
                              struct after_value *out);

#endif
