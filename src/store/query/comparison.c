// SPDX-License-Identifier: EUPL-1.2
#include "store/query/compile.h"

// clang-format off
static const struct {
    const char *sql;       // between two values of one type
    const char *function;  // between two times, or two dynamic values with "sta_" alone before it
    function_id mirror;    // the same with the operands exchanged
} comparisons[] = {
    [OP_EQ] = {"=",  "eq", OP_EQ},
    [OP_NE] = {"<>", "ne", OP_NE},
    [OP_LT] = {"<",  "lt", OP_GT},
    [OP_LE] = {"<=", "le", OP_GE},
    [OP_GT] = {">",  "gt", OP_LT},
    [OP_GE] = {">=", "ge", OP_LE},
};
// clang-format on

static str compare_sql(struct compiler *c, function_id op, str a, str b)
{
    return sql_print(c, "(%.*s %s %.*s)", STR_ARG(a), comparisons[op].sql, STR_ARG(b));
}

static bool compare_with_null(struct compiler *c, function_id op, const struct term *a, const struct term *b,
                              str *out)
{
    const struct term *other = a->is_null ? b : a;
    if (op != OP_EQ && op != OP_NE) {
        *out = STR("NULL");
    } else {
        *out = sql_print(c, "(%.*s IS %sNULL)", STR_ARG(other->sql), op == OP_NE ? "NOT " : "");
    }
    return true;
}

// Section 5.1 of the digest. An instant on the side that must lie later or earlier makes the starts decide.
static bool compare_times(struct compiler *c, function_id op, const struct term *a, const struct term *b,
                          str *out)
{
    const bool starts_decide = (a->is_instant && b->is_instant) ||
                               (a->is_instant && (op == OP_LT || op == OP_LE)) ||
                               (b->is_instant && (op == OP_GT || op == OP_GE));
    if (starts_decide) {
        *out = compare_sql(c, op, a->sql, b->sql);
    } else {
        *out = sql_print(c, "sta_time_%s(%.*s, %.*s, %.*s, %.*s)", comparisons[op].function, STR_ARG(a->sql),
                         STR_ARG(a->second), STR_ARG(b->sql), STR_ARG(b->second));
    }
    return true;
}

static bool compare_durations(struct compiler *c, function_id op, const struct term *a, const struct term *b,
                              str *out)
{
    *out = sql_print(c, "(%.*s * " NOMINAL_MONTH " + %.*s %s %.*s * " NOMINAL_MONTH " + %.*s)",
                     STR_ARG(a->sql), STR_ARG(a->second), comparisons[op].sql, STR_ARG(b->sql),
                     STR_ARG(b->second));
    return true;
}

// A dynamic value with a text of the query: with a number it compares as a number, when the text is one.
static bool compare_any_with_text(struct compiler *c, function_id op, const struct term *any,
                                  const struct term *text, str *out)
{
    double real;
    *out = compare_sql(c, op, any->text, text->sql);
    if (!text->literal || !num_parse_double(text->literal->text, &real, NULL)) return true;
    const value v = value_of_number(text->literal->text);
    const str number = v.type == VALUE_DECIMAL && v.number.scale == 0 ? sql_integer(c, v.number.units)
                                                                      : sql_real(c, real);
    const str numeric = compare_sql(c, op, any->number, number);
    *out = sql_print(c, "coalesce(%.*s, %.*s)", STR_ARG(numeric), STR_ARG(*out));
    return true;
}

static bool compare_any(struct compiler *c, function_id op, const struct expr *x, struct term *any,
                        const struct expr *y, struct term *other, str *out)
{
    if (other->type == TYPE_ANY) {
        *out = sql_print(c, "sta_%s(%.*s, %.*s)", comparisons[op].function, STR_ARG(any->sql),
                         STR_ARG(other->sql));
        return true;
    }
    if (other->type == TYPE_TEXT) return compare_any_with_text(c, op, any, other, out);
    if (other->type == TYPE_DATE && !term_convert(c, y, other, TYPE_TIME)) return false;
    if (!term_convert(c, x, any, other->type)) return false;
    if (other->type == TYPE_TIME) return compare_times(c, op, any, other, out);
    if (other->type == TYPE_GEOMETRY) return compile_fail(c, y, ERR_TYPE, "geometries compare by st_equals");
    *out = compare_sql(c, op, any->sql, other->sql);
    return true;
}

static bool is_time(const struct term *t)
{
    return t->type == TYPE_TIME || t->type == TYPE_DATE;
}

// Brings both to one type, or says at the second why that cannot be.
static bool meet(struct compiler *c, const struct expr *x, struct term *a, const struct expr *y,
                 struct term *b)
{
    if (a->type == b->type) return true;
    if (is_time(a) && is_time(b)) return term_convert(c, x, a, TYPE_TIME) && term_convert(c, y, b, TYPE_TIME);
    if (b->literal && b->type == TYPE_TEXT)
        return term_convert(c, y, b, is_time(a) ? TYPE_TIME : a->type) && meet(c, x, a, y, b);
    if (a->literal && a->type == TYPE_TEXT)
        return term_convert(c, x, a, is_time(b) ? TYPE_TIME : b->type) && meet(c, x, a, y, b);
    return term_convert(c, y, b, a->type);
}

// x and y are where a and b come from.
static bool compare(struct compiler *c, function_id op, const struct expr *x, struct term *a,
                    const struct expr *y, struct term *b, str *out)
{
    if (a->is_null || b->is_null) return compare_with_null(c, op, a, b, out);
    if (a->type == TYPE_ANY) return compare_any(c, op, x, a, y, b, out);
    if (b->type == TYPE_ANY) return compare_any(c, comparisons[op].mirror, y, b, x, a, out);
    if (!meet(c, x, a, y, b)) return false;
    if (a->type == TYPE_TIME) return compare_times(c, op, a, b, out);
    if (a->type == TYPE_DURATION) return compare_durations(c, op, a, b, out);
    if (a->type == TYPE_GEOMETRY) return compile_fail(c, y, ERR_TYPE, "geometries compare by st_equals");
    *out = compare_sql(c, op, a->sql, b->sql);
    return true;
}

bool compile_comparison(struct compiler *c, const struct expr *x, struct term *out)
{
    struct term a, b;
    *out = (struct term){.type = TYPE_BOOL, .is_nullable = true};
    return compile_term(c, x->args[0], &a) && compile_term(c, x->args[1], &b) &&
           compare(c, x->function, x->args[0], &a, x->args[1], &b, &out->sql);
}

// ---- in ----------------------------------------------------------------------------------------------------------------

static bool add_in_list(struct compiler *c, const struct expr *x, buf *list)
{
    const struct expr *items = x->args[1];
    for (size_t i = 0; i < items->arg_count; i++) {
        struct term a, b;
        str one = {0};
        if (!compile_term(c, x->args[0], &a) || !compile_term(c, items->args[i], &b) ||
            !compare(c, OP_EQ, x->args[0], &a, items->args[i], &b, &one))
            return false;
        sql_list_add(list, " OR ", one);
    }
    if (items->arg_count == 0) sql_list_add(list, "", STR("0"));
    return true;
}

static bool compile_in_list(struct compiler *c, const struct expr *x, str *out)
{
    buf list = sql_list();
    const bool ok = add_in_list(c, x, &list);
    const str sql = sql_list_end(c, &list);
    *out = sql_print(c, "(%.*s)", STR_ARG(sql));
    return ok;
}

// The dynamic value of a term of a type that JSON has.
static bool to_dynamic(struct compiler *c, const struct expr *x, struct term *t)
{
    if (t->type == TYPE_BOOL)
        t->sql = sql_print(c, "CASE %.*s WHEN 1 THEN x'01' WHEN 0 THEN x'00' END", STR_ARG(t->sql));
    return t->is_null || t->type == TYPE_ANY || t->type == TYPE_BOOL || t->type == TYPE_NUMBER ||
           t->type == TYPE_TEXT ||
           compile_fail(c, x, ERR_TYPE, "only numbers, texts and booleans can be in an array");
}

bool compile_in(struct compiler *c, const struct expr *x, struct term *out)
{
    struct term a, b;
    *out = (struct term){.type = TYPE_BOOL, .is_nullable = true};
    if (x->args[1]->kind == EXPR_LIST) return compile_in_list(c, x, &out->sql);
    if (!compile_term(c, x->args[0], &a) || !compile_term(c, x->args[1], &b)) return false;
    if (b.type != TYPE_ANY) return compare(c, OP_EQ, x->args[0], &a, x->args[1], &b, &out->sql);
    if (!to_dynamic(c, x->args[0], &a)) return false;
    out->sql = sql_print(c, "sta_in(%.*s, %.*s)", STR_ARG(a.sql), STR_ARG(b.sql));
    return true;
}

// ---- Bounds for seeking --------------------------------------------------------------------------------------------------

// What a relation of a phenomenonTime, instant or interval, to a constant [start, end) means for where it starts. An instant
// constant has its start for its end. A time that may have begun earlier began no earlier than the stream's longest lasts.
typedef enum { SAYS_NOTHING, OF_START, OF_END } bound_by;
// clang-format off
static const struct bound {
    function_id op;
    bool is_negated;
    bound_by equal, at_least, at_most;  // of the start itself
    bound_by reaches;                   // at least, less the longest
} bounds[] = {
    {OP_EQ,       false, OF_START, 0, 0, 0},
    {FN_STARTS,   false, OF_START, 0, 0, 0},
    {OP_LT,       false, 0, 0, OF_START, 0},
    {OP_LE,       false, 0, 0, OF_START, 0},
    {OP_GE,       false, 0, OF_START, 0, 0},
    {OP_GT,       false, 0, OF_END, 0, 0},
    {FN_BEFORE,   false, 0, 0, OF_START, 0},
    {FN_AFTER,    false, 0, OF_END, 0, 0},
    {FN_DURING,   false, 0, OF_START, OF_END, 0},
    {FN_OVERLAPS, false, 0, 0, OF_END, OF_START},
    {FN_MEETS,    false, 0, 0, OF_END, OF_START},
    {FN_FINISHES, false, 0, 0, OF_END, OF_END},
    {OP_LT,       true,  0, 0, 0, OF_START},
    {OP_LE,       true,  0, 0, 0, OF_START},
    {OP_GE,       true,  0, 0, OF_END, 0},
    {OP_GT,       true,  0, 0, OF_END, 0},
    {FN_BEFORE,   true,  0, 0, 0, OF_START},
    {FN_AFTER,    true,  0, 0, OF_END, 0},
};
// With the constant before the phenomenonTime.
static const struct { function_id op, as; } mirrored[] = {
    {OP_EQ, OP_EQ}, {OP_LT, OP_GT}, {OP_LE, OP_GE}, {OP_GT, OP_LT}, {OP_GE, OP_LE},
    {FN_BEFORE, FN_AFTER}, {FN_AFTER, FN_BEFORE}, {FN_STARTS, FN_STARTS}, {FN_MEETS, FN_MEETS},
    {FN_OVERLAPS, FN_OVERLAPS}, {FN_FINISHES, FN_FINISHES},
    {FN_DURING, FN_OVERLAPS},  // a constant during the time: that overlaps it, at least
};
// clang-format on

static const struct bound *find_bound(function_id op, bool is_mirrored, bool is_negated)
{
    for (size_t i = 0; is_mirrored && i < sizeof mirrored / sizeof mirrored[0]; i++) {
        if (mirrored[i].op != op) continue;
        if (is_negated && op == FN_DURING) return NULL;  // no overlap does not follow
        op = mirrored[i].as;
        break;
    }
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        if (bounds[i].op == op && bounds[i].is_negated == is_negated) return &bounds[i];
    return NULL;
}

static void add_bound(struct compiler *c, const struct term *p, const char *op, bound_by by,
                      const struct term *constant, const char *less, str *out)
{
    if (by == SAYS_NOTHING) return;
    const str of = by == OF_END && !constant->is_instant ? constant->second : constant->sql;
    *out = sql_print(c, "%.*s AND %.*s %s %.*s%s", STR_ARG(*out), STR_ARG(p->sql), op, STR_ARG(of), less);
}

static void add_bounds(struct compiler *c, const struct bound *b, const struct term *p,
                       const struct term *constant, str *out)
{
    const bool is_known = c->query->has_parent && c->query->set == SET_OBSERVATION &&
                          str_starts(p->sql, STR("t0."));
    const str longest = sql_print(c, " - (SELECT longest FROM stream_extent WHERE stream = ?%d)",
                                  PARENT_PARAMETER);
    add_bound(c, p, "=", b->equal, constant, "", out);
    add_bound(c, p, ">=", b->at_least, constant, "", out);
    add_bound(c, p, "<=", b->at_most, constant, "", out);
    // The parent may be a feature, whose id says nothing about a stream.
    if (is_known && c->query->parent_set != SET_FEATURE_OF_INTEREST)
        add_bound(c, p, ">=", b->reaches, constant, longest.p, out);
}

bool compile_bounds(struct compiler *c, const struct expr *x, str *out)
{
    struct term a, b;
    *out = (str){0};
    const bool is_negated = x->kind == EXPR_CALL && x->function == OP_NOT;
    if (is_negated) x = x->args[0];
    if (x->kind != EXPR_CALL || x->arg_count != 2 || !find_bound(x->function, false, false)) return true;
    if (!compile_term(c, x->args[0], &a) || !compile_term(c, x->args[1], &b)) return false;
    const bool is_mirrored = !a.is_phenomenon_time;
    const struct term *p = is_mirrored ? &b : &a;
    struct term *constant = is_mirrored ? &a : &b;
    if (!p->is_phenomenon_time || !constant->is_constant || constant->is_null) return true;
    if (!term_convert(c, is_mirrored ? x->args[0] : x->args[1], constant, TYPE_TIME)) return false;

    const struct bound *bound = find_bound(x->function, is_mirrored, is_negated);
    if (!bound) return true;
    const bool decides_alone = constant->is_instant && (bound->op == OP_GT || bound->op == OP_GE);
    // By the start, and stands there as a comparison already.
    if (!decides_alone || is_negated) add_bounds(c, bound, p, constant, out);
    return true;
}
