// SPDX-License-Identifier: EUPL-1.2
// parser.h: what the parts of the query parser share. Private to this folder.
// Errors   every message starts with the option and the position: "$filter, position 14: expected ..."
#ifndef PEIL_STA_QUERY_PARSER_H
#define PEIL_STA_QUERY_PARSER_H

#include "sta/option.h"
#include "sta/query/lexer.h"

#define PARSER_DEPTH_MAX 100
#define PARSER_VARIABLES_MAX 8

struct variable {
    str name;
    entity_set set;
};

struct parser {
    struct lexer lexer;
    const char *option;  // "$filter"
    const struct sta_limits *limits;
    arena *arena;
    err *e;
    entity_set set;                                   // whose properties a plain path names
    struct variable variables[PARSER_VARIABLES_MAX];  // of the any() around here, outermost first
    size_t variable_count;
    size_t nodes;  // of the whole request
    int depth;
};

NODISCARD bool parser_start(struct parser *p, const char *option, str text);
NODISCARD bool parser_step(struct parser *p);
NODISCARD bool parser_take(struct parser *p, char mark, const char *expected);  // steps over `mark`, or fails
NODISCARD bool parser_end(struct parser *p, const char *expected);              // nothing may be left
// Always false.
bool parser_fail(struct parser *p, err_code code, size_t at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
// "expected X, found Y" at the token that is now.
bool parser_fail_here(struct parser *p, const char *expected);
// e is set, with an offset of the option's text.
bool parser_fail_within(struct parser *p);
bool parser_no_memory(struct parser *p);
str parser_now(const struct parser *p);  // source text of the token that is now, cut for messages

// filter.c
struct expr *parse_expression(struct parser *p);  // NULL: failed
bool parse_condition(struct parser *p, struct expr **out);
struct expr *expr_new(struct parser *p, expr_kind kind, expr_type type, size_t at);
// Always NULL: so that a failure can be returned where an expression is expected.
struct expr *expr_failed(bool always_false);

// path_expr.c: a property, reached over relations, possibly into its JSON; also relation/any(...)
struct expr *parse_path(struct parser *p);
// 0: no variable of that name; else which, as query_path.variable.
int variable_find(const struct parser *p, str name);
// The rest of a path, into JSON.
bool parse_keys(struct parser *p, entity_set set, int property, str **keys, size_t *count);
// There is no such property or relation.
bool parser_fail_name(struct parser *p, size_t at, entity_set set, str name);

// select.c, complete.c
bool parse_selection(struct parser *p, struct query *q);
NODISCARD bool query_complete(struct query *q, const struct sta_limits *l, err *e);

// literal.c
struct expr *parse_literal(struct parser *p, const struct token *t);
struct expr *literal_negative(struct parser *p, const struct token *minus, const struct token *number);
bool time_literal(struct parser *p, str text, size_t at, bool needs_zone, interval *out);

// wkt.c: false with e->at within `text`
NODISCARD bool wkt_check(str text, err *e);

// check.c: argument types are checked and literals become what is wanted of them
struct expr *check_call(struct parser *p, function_id f, size_t at, struct expr **args, size_t count);
const char *type_name(expr_type t);  // "a number"

// print.c: paths are printed from the sets they start in: [0] the row's, [n] that of the n-th any() around
struct printer {
    buf *b;
    entity_set sets[PARSER_VARIABLES_MAX + 1];
    size_t depth;
};
void expr_print(const struct printer *p, const struct expr *x);

#endif
