// SPDX-License-Identifier: EUPL-1.2
// compile.h: from the typed tree of model/query.h to SQL text with numbered parameters. Private to src/store/query/.
//
// Every row in the SQL has an alias t0, t1, ...; t0 is the row asked for. Texts of the user only ever become parameters.
// Owns     everything lies in the compiler's arena; the query must outlive the compiler
// Errors   ERR_TYPE, ERR_RANGE, ERR_SYNTAX with the position of the expression; running out of memory is remembered in
//          no_memory and checked once at the end
// Source   OGC 18-088 section 9.3.3.5 and the semantics that FROST-Server's tests fix
#ifndef PEIL_STORE_QUERY_COMPILE_H
#define PEIL_STORE_QUERY_COMPILE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/query.h"
#include "store/sight.h"

#define PARENT_PARAMETER 1  // ?1 is query.parent_id, bound anew for every parent
#define SCOPES_MAX 8        // any() inside any()
// In microseconds: a month where durations are ordered, a twelfth of the mean Gregorian year.
#define NOMINAL_MONTH "2629746000000"

// ---- Parameters ----------------------------------------------------------------------------------------------------

struct parameter {
    enum { PARAMETER_NULL, PARAMETER_INTEGER, PARAMETER_REAL, PARAMETER_TEXT, PARAMETER_BLOB } kind;
    int number;
    int64_t integer;
    double real;
    str text;
    struct parameter *next;
};

// ---- Rows and where paths find them --------------------------------------------------------------------------------

struct source {
    entity_set set;
    int alias;
    bool may_be_absent;  // all its columns are NULL then
};

struct join {
    struct source from, to;
    int relation;     // of from.set
    const int *hops;  // from the scope's row to `to`
    size_t hop_count;
    struct join *next;
};

// Joined rows of to-many relations, of which some combination must satisfy the conditions of the group.
struct group {
    struct join *joins, **last_join;
};

// One SELECT: the query's own, or that of an any().
struct scope {
    struct source base;
    size_t walked;  // hops that paths of this scope have behind them when they stand at the base
    struct join *joins, **last_join;  // over to-one relations, in FROM
    struct group *group;              // the one that is being compiled
};

struct compiler {
    const struct query *query;
    const struct sight *sight;  // of the snapshot that is asked; NULL: everything is shown
    arena *a;
    err *e;
    instant now;
    bool no_memory;
    int alias_count;
    int parameter_count;
    struct parameter *parameters, **last_parameter;
    struct scope *scopes[SCOPES_MAX];  // by query_path.variable
    int scope_count;
};

void compiler_start(struct compiler *c, const struct query *q, const struct sight *sight, arena *a, err *e);
str sql_print(struct compiler *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
// A text that grows: start with sql_list, add, then sql_list_end moves it to the arena and frees the list.
buf sql_list(void);
void sql_list_add(buf *list, const char *separator, str item);  // the separator stands between items
str sql_list_end(struct compiler *c, buf *list);
str sql_integer(struct compiler *c, int64_t v);  // a new parameter: ?7
str sql_real(struct compiler *c, double v);
str sql_text(struct compiler *c, str s);
str sql_blob(struct compiler *c, str s);
// " AND ..." that the reader may see the row of `set` whose id is the expression `id`; empty where no condition is needed.
str sql_shown(struct compiler *c, entity_set set, str id);

struct source source_new(struct compiler *c, entity_set set);
void scope_open(struct compiler *c, struct scope *s, struct source base, size_t walked);
void scope_close(struct compiler *c);
str scope_joins(struct compiler *c, const struct scope *s);  // " JOIN Thing AS t1 ON ..."

// ---- Expressions -----------------------------------------------------------------------------------------------------

// A compiled expression.
struct term {
    expr_type type;
    bool is_null;             // the literal null: fits every type
    bool is_constant;         // the same for every row
    bool is_integer;          // TYPE_NUMBER: whole by its nature
    bool is_instant;          // TYPE_TIME: never an interval
    bool is_phenomenon_time;  // of an Observation, whose rows can be found by it
    bool is_nullable;
    const value *literal;  // of EXPR_VALUE
    str sql;               // TYPE_TIME: start; TYPE_DURATION: months
    str second;            // TYPE_TIME: end; TYPE_DURATION: microseconds
    // TYPE_ANY: as that type, NULL when it is another; `sql` is the dynamic value (function.h).
    str number, text, truth;
};

NODISCARD bool compile_term(struct compiler *c, const struct expr *x, struct term *out);
NODISCARD bool compile_path(struct compiler *c, const struct expr *x, struct term *out);
NODISCARD bool compile_condition(struct compiler *c, const struct expr *x, str *out);  // 1, 0 or NULL
NODISCARD bool compile_comparison(struct compiler *c, const struct expr *x, struct term *out);
NODISCARD bool compile_add(struct compiler *c, const struct expr *x, struct term *out);  // sub, too
NODISCARD bool compile_multiply(struct compiler *c, const struct expr *x,
                                struct term *out);  // div and mod, too
NODISCARD bool compile_negate(struct compiler *c, const struct expr *x, struct term *out);
NODISCARD bool compile_in(struct compiler *c, const struct expr *x, struct term *out);
NODISCARD bool compile_any(struct compiler *c, const struct expr *x, struct term *out);
// The term as another type; ERR_TYPE at x when it can never be one.
NODISCARD bool term_convert(struct compiler *c, const struct expr *x, struct term *t, expr_type wanted);
bool compile_fail(struct compiler *c, const struct expr *x, err_code code, const char *text);  // always false
const char *compile_type_name(expr_type t);

// What a comparison with a constant says about phen_start: conditions that the store can seek with, each with " AND " before
// it. Empty when it says nothing.
NODISCARD bool compile_bounds(struct compiler *c, const struct expr *x, str *out);

// The rows of a group that has some, for a SELECT inside that of the row they are related to: " FROM ... WHERE ...".
str group_rows(struct compiler *c, const struct group *g);

// A whole filter in the innermost scope.
struct filter {
    str sql;          // conditions joined with AND; empty: none
    bool needs_rows;  // false: holds for all Observations of a stream or for none, and names only t0.stream
};
NODISCARD bool compile_filter(struct compiler *c, const struct expr *x, struct filter *out);

#endif
