// SPDX-License-Identifier: EUPL-1.2
#include "sta/query/parser.h"

#include "base/buf.h"

#include <string.h>

// OData 4.01 part 2, 5.1.1.17: relational operators bind tighter than eq and ne.
enum { BINDS_OR = 1, BINDS_AND, BINDS_EQUALITY, BINDS_RELATION, BINDS_SUM, BINDS_PRODUCT };

static const struct binary {
    const char *word;
    function_id function;
    int binds;
} binaries[] = {
    {"or", OP_OR, BINDS_OR},        {"and", OP_AND, BINDS_AND},     {"eq", OP_EQ, BINDS_EQUALITY},
    {"ne", OP_NE, BINDS_EQUALITY},  {"lt", OP_LT, BINDS_RELATION},  {"le", OP_LE, BINDS_RELATION},
    {"gt", OP_GT, BINDS_RELATION},  {"ge", OP_GE, BINDS_RELATION},  {"in", OP_IN, BINDS_RELATION},
    {"add", OP_ADD, BINDS_SUM},     {"sub", OP_SUB, BINDS_SUM},     {"mul", OP_MUL, BINDS_PRODUCT},
    {"div", OP_DIV, BINDS_PRODUCT}, {"mod", OP_MOD, BINDS_PRODUCT},
};

static const struct binary *binary_of(const struct token *t)
{
    for (size_t i = 0; i < sizeof binaries / sizeof *binaries; i++)
        if (token_is_name(t, binaries[i].word)) return &binaries[i];
    return NULL;
}

struct expr *expr_failed(bool always_false)
{
    (void)always_false;
    return NULL;
}

struct expr *expr_new(struct parser *p, expr_kind kind, expr_type type, size_t at)
{
    if (++p->nodes > p->limits->filter_nodes) {
        return expr_failed(parser_fail(p, ERR_RANGE, at,
                                       "more than %zu operators, paths and literals in one request",
                                       p->limits->filter_nodes));
    }
    struct expr *x = ARENA_NEW(p->arena, struct expr);
    if (!x) {
        return expr_failed(parser_no_memory(p));
    }
    x->kind = kind;
    x->type = type;
    x->at = at;
    return x;
}

static struct expr *parse_binary(struct parser *p, int least);

static struct expr *call(struct parser *p, function_id f, size_t at, struct expr *const *args, size_t count)
{
    struct expr **kept = ARENA_ARRAY(p->arena, count ? count : 1, struct expr *);
    if (!kept) return expr_failed(parser_no_memory(p));
    if (count > 0) memcpy(kept, args, count * sizeof *args);
    return check_call(p, f, at, kept, count);
}

static bool fail_count(struct parser *p, const struct function *f, size_t found)
{
    const int wanted = found < (size_t)f->args_min ? f->args_min : f->args_max;
    const char *least = f->args_min == f->args_max    ? ""
                        : found < (size_t)f->args_min ? "at least "
                                                      : "at most ";
    return parser_fail(p, ERR_SYNTAX, p->lexer.now.at, "%.*s takes %s%d argument%s", STR_ARG(f->name), least,
                       wanted, wanted == 1 ? "" : "s");
}

static bool take_arguments(struct parser *p, const struct function *f, struct expr **args, size_t *count)
{
    if (!parser_step(p) || !parser_take(p, '(', "'('")) return false;
    *count = 0;
    while (!token_is_mark(&p->lexer.now, ')')) {
        if (*count > 0 && !parser_take(p, ',', "',' or ')' behind an argument")) return false;
        if (*count == (size_t)f->args_max) return fail_count(p, f, *count + 1);
        struct expr *x = parse_expression(p);
        if (!x) return false;
        args[(*count)++] = x;
    }
    if (*count < (size_t)f->args_min) return fail_count(p, f, *count);
    return parser_step(p);
}

static struct expr *parse_function(struct parser *p)
{
    const struct token name = p->lexer.now;
    function_id f;
    if (!function_by_name(name.text, &f)) {
        return expr_failed(
            parser_fail(p, ERR_UNKNOWN, name.at, "there is no function '%.*s'", STR_ARG(parser_now(p))));
    }
    struct expr *args[QUERY_ARGS_MAX];
    size_t count;
    if (!take_arguments(p, function_of(f), args, &count)) return NULL;
    return call(p, f, name.at, args, count);
}

static bool is_followed_by_bracket(const struct parser *p)
{
    struct lexer ahead = p->lexer;
    err ignored;
    return lexer_step(&ahead, &ignored) && token_is_mark(&ahead.now, '(');
}

static struct expr *parse_name(struct parser *p)
{
    const struct token t = p->lexer.now;
    const bool is_word = str_eq(t.text, STR("true")) || str_eq(t.text, STR("false")) ||
                         str_eq(t.text, STR("null"));
    if (is_word && variable_find(p, t.text) == 0) return parse_literal(p, &t);
    return is_followed_by_bracket(p) ? parse_function(p) : parse_path(p);
}

static struct expr *parse_brackets(struct parser *p)
{
    if (!parser_step(p)) return NULL;
    struct expr *x = parse_expression(p);
    return x && parser_take(p, ')', "an operator or ')'") ? x : NULL;
}

static struct expr *parse_primary(struct parser *p)
{
    const struct token t = p->lexer.now;
    switch (t.kind) {
    case TOKEN_NAME: return parse_name(p);
    case TOKEN_NUMBER:
    case TOKEN_TEXT:
    case TOKEN_QUOTED:
    case TOKEN_DATE:
    case TOKEN_TIME:
    case TOKEN_CLOCK: return parse_literal(p, &t);
    case TOKEN_MARK:
        if (t.mark == '(') return parse_brackets(p);
        break;
    case TOKEN_END: break;
    }
    return expr_failed(parser_fail_here(p, "a property, literal, function or '('"));
}

static struct expr *parse_minus(struct parser *p)
{
    const struct token minus = p->lexer.now;
    if (!parser_step(p)) return NULL;
    const struct token next = p->lexer.now;
    if (next.kind == TOKEN_NUMBER) return literal_negative(p, &minus, &next);
    struct expr *x = parse_primary(p);
    return x ? call(p, OP_NEGATE, minus.at, &x, 1) : NULL;
}

// OData binds `not` tighter than a comparison; FROST-Server's tests, and every writer of queries, mean not (a
// lt b).
static struct expr *parse_not(struct parser *p)
{
    const size_t at = p->lexer.now.at;
    if (!parser_step(p)) return NULL;
    struct expr *x = parse_binary(p, BINDS_EQUALITY);
    return x ? call(p, OP_NOT, at, &x, 1) : NULL;
}

static struct expr *parse_unary(struct parser *p)
{
    if (p->depth == PARSER_DEPTH_MAX) {
        return expr_failed(
            parser_fail(p, ERR_RANGE, p->lexer.now.at, "nested more than %d deep", PARSER_DEPTH_MAX));
    }
    p->depth++;
    struct expr *x = token_is_name(&p->lexer.now, "not") ? parse_not(p)
                     : token_is_mark(&p->lexer.now, '-') ? parse_minus(p)
                                                         : parse_primary(p);
    p->depth--;
    return x;
}

// `(1, 2, 3)`, or a path to a JSON array.
static struct expr *parse_in_list(struct parser *p)
{
    if (!token_is_mark(&p->lexer.now, '(')) return parse_binary(p, BINDS_SUM);
    struct expr *list = expr_new(p, EXPR_LIST, TYPE_ANY, p->lexer.now.at);
    size_t capacity = 0;
    do {
        if (!list || !parser_step(p)) return NULL;
        if (list->arg_count == capacity) {
            struct expr **old = list->args;
            capacity = capacity ? capacity * 2 : 8;
            list->args = ARENA_ARRAY(p->arena, capacity, struct expr *);
            if (!list->args) return expr_failed(parser_no_memory(p));
            if (old) memcpy(list->args, old, list->arg_count * sizeof *old);
        }
        struct expr *x = parse_binary(p, BINDS_SUM);
        if (!x) return NULL;
        list->args[list->arg_count++] = x;
    } while (token_is_mark(&p->lexer.now, ','));
    return parser_take(p, ')', "',' or ')' in the list behind 'in'") ? list : NULL;
}

static struct expr *parse_binary(struct parser *p, int least)
{
    struct expr *left = parse_unary(p);
    for (const struct binary *b; left && (b = binary_of(&p->lexer.now)) && b->binds >= least;) {
        const size_t at = p->lexer.now.at;
        if (!parser_step(p)) return NULL;
        struct expr *right = b->function == OP_IN ? parse_in_list(p) : parse_binary(p, b->binds + 1);
        if (!right) return NULL;
        left = call(p, b->function, at, (struct expr *[]){left, right}, 2);
    }
    return left;
}

struct expr *parse_expression(struct parser *p)
{
    return parse_binary(p, BINDS_OR);
}

bool parse_condition(struct parser *p, struct expr **out)
{
    const size_t at = p->lexer.now.at;
    struct expr *x = parse_expression(p);
    if (!x) return false;
    const bool may_be_true = x->type == TYPE_BOOL || x->type == TYPE_ANY;
    if (!may_be_true && p->lexer.now.kind == TOKEN_NAME)
        return parser_fail_here(p, "an operator such as eq, lt, and");
    if (!may_be_true)
        return parser_fail(p, ERR_TYPE, at, "expected a condition, found %s", type_name(x->type));
    *out = x;
    return true;
}

bool sta_filter_parse(str text, entity_set set, const struct sta_limits *limits, arena *a, struct expr **out,
                      err *e)
{
    const struct sta_limits l = sta_limits_or_default(limits);
    struct parser p = {.limits = &l, .arena = a, .e = e, .set = set};
    struct expr *x = NULL;
    if (!parser_start(&p, "$filter", text) || !parse_condition(&p, &x)) return false;
    if (!parser_end(&p, "an operator or the end")) return false;
    *out = x;
    return true;
}
