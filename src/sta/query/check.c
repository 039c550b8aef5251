// SPDX-License-Identifier: EUPL-1.2
// Types of operators and functions. TYPE_ANY (a JSON member, a result, null) is known only when a row is
// read, so it goes everywhere. A quoted literal becomes the time or number it is compared with: '2026-01-01'
// with a time, '5' with an id.
#include "sta/query/parser.h"

#include "base/num.h"

#include <stdio.h>

const char *type_name(expr_type t)
{
    static const char *const names[] = {
        [TYPE_ANY] = "a value",         [TYPE_BOOL] = "true or false",  [TYPE_NUMBER] = "a number",
        [TYPE_TEXT] = "a text",         [TYPE_TIME] = "a time",         [TYPE_DATE] = "a date",
        [TYPE_CLOCK] = "a time of day", [TYPE_DURATION] = "a duration", [TYPE_GEOMETRY] = "a geometry",
    };
    return names[t];
}

static bool is_literal(const struct expr *x, expr_type t)
{
    return x->kind == EXPR_VALUE && x->type == t;
}

static bool is_id(const struct expr *x)
{
    return x->kind == EXPR_PATH && x->path.property == PROPERTY_IS_ID;
}

// ---- literals become what is wanted of them ----

static bool text_to_time(struct parser *p, struct expr *x)
{
    interval t;
    if (!time_literal(p, x->literal.text, x->at + 1, false, &t)) return false;
    x->type = TYPE_TIME;
    x->literal = value_time(t);
    return true;
}

static bool text_to_duration(struct parser *p, struct expr *x)
{
    int64_t months, microseconds;
    if (!duration_parse(x->literal.text, &months, &microseconds, p->e)) {
        p->e->at = x->at + 1;
        return parser_fail_within(p);
    }
    x->type = TYPE_DURATION;
    x->literal = (value){.type = VALUE_DURATION, .months = months, .microseconds = microseconds};
    return true;
}

// '2019-10-01' as a date: a time at midnight.
static bool text_to_date(struct parser *p, struct expr *x)
{
    if (!text_to_time(p, x)) return false;
    if (!interval_is_instant(x->literal.time) || x->literal.time.start % TIME_DAY != 0) {
        return parser_fail(p, ERR_TYPE, x->at, "expected a date like 2026-01-31");
    }
    x->type = TYPE_DATE;
    return true;
}

// False only for a fault in the literal; a literal that cannot become `wanted` stays what it is.
static bool adapt(struct parser *p, struct expr *x, expr_type wanted)
{
    if (x->type == wanted) return true;
    if (is_literal(x, TYPE_DATE) && wanted == TYPE_TIME) {
        x->type = TYPE_TIME;
        return true;
    }
    if (!is_literal(x, TYPE_TEXT)) return true;
    if (wanted == TYPE_TIME) return text_to_time(p, x);
    if (wanted == TYPE_DATE) return text_to_date(p, x);
    if (wanted == TYPE_DURATION) return text_to_duration(p, x);
    return true;
}

// Ids are numbers here, but clients of servers with text ids quote theirs: '5' is 5, and 'abc' is nobody's
// id.
static void adapt_to_id(struct expr *x)
{
    if (!is_literal(x, TYPE_TEXT)) return;
    decimal d;
    const bool is_number = decimal_parse(x->literal.text, &d) && d.scale == 0;
    x->type = TYPE_NUMBER;
    x->literal = value_int(is_number ? d.units : 0);
}

// ---- operators ----

static bool fail_operand(struct parser *p, const struct expr *found, const char *expected, const char *where,
                         str name)
{
    buf b = {.max = 200};
    struct printer printer = {.b = &b, .sets = {p->set}, .depth = p->variable_count};
    for (size_t i = 0; i < p->variable_count; i++) printer.sets[i + 1] = p->variables[i].set;
    expr_print(&printer, found);
    const str text = buf_str(&b);
    if (b.failed || text.n == 0) {
        parser_fail(p, ERR_TYPE, found->at, "expected %s %s '%.*s', found %s", expected, where, STR_ARG(name),
                    type_name(found->type));
    } else {
        parser_fail(p, ERR_TYPE, found->at, "expected %s %s '%.*s', found '%.*s'", expected, where,
                    STR_ARG(name), STR_ARG(text));
    }
    buf_free(&b);
    return false;
}

// Both sides of eq, ne, lt, le, gt, ge, in.
static bool check_comparable(struct parser *p, function_id f, struct expr *left, struct expr *right)
{
    if (is_id(left)) adapt_to_id(right);
    if (is_id(right)) adapt_to_id(left);
    if (!adapt(p, left, right->type) || !adapt(p, right, left->type)) return false;
    if (left->type == TYPE_ANY || right->type == TYPE_ANY) return true;
    const str word = function_of(f)->name;
    if (left->type == TYPE_GEOMETRY)
        return fail_operand(p, left, "a value that can be compared (geometries: st_equals)", "before", word);
    if (left->type == right->type) return true;
    return fail_operand(p, right, type_name(left->type), "after", word);
}

static bool check_comparison(struct parser *p, function_id f, struct expr **args, expr_type *result)
{
    *result = TYPE_BOOL;
    return check_comparable(p, f, args[0], args[1]);
}

static bool check_in(struct parser *p, function_id f, struct expr **args, expr_type *result)
{
    *result = TYPE_BOOL;
    const struct expr *list = args[1];
    if (list->kind != EXPR_LIST) {
        return list->type == TYPE_ANY || fail_operand(p, list, "a list in brackets", "after", STR("in"));
    }
    for (size_t i = 0; i < list->arg_count; i++)
        if (!check_comparable(p, f, args[0], list->args[i])) return false;
    return true;
}

// OData 4.01 part 2, 5.1.1.3: what can be added and subtracted.
static const struct sum {
    function_id f;
    expr_type left, right, result;
} sums[] = {
    {OP_ADD, TYPE_NUMBER, TYPE_NUMBER, TYPE_NUMBER}, {OP_ADD, TYPE_TIME, TYPE_DURATION, TYPE_TIME},
    {OP_ADD, TYPE_DURATION, TYPE_TIME, TYPE_TIME},   {OP_ADD, TYPE_DURATION, TYPE_DURATION, TYPE_DURATION},
    {OP_SUB, TYPE_NUMBER, TYPE_NUMBER, TYPE_NUMBER}, {OP_SUB, TYPE_TIME, TYPE_DURATION, TYPE_TIME},
    {OP_SUB, TYPE_TIME, TYPE_TIME, TYPE_DURATION},   {OP_SUB, TYPE_DURATION, TYPE_DURATION, TYPE_DURATION},
};

static bool fits(expr_type found, expr_type wanted)
{
    return found == wanted || found == TYPE_ANY;
}

// A bare date is a time here; a quoted one too, where the other side says that it is about time.
static bool adapt_sum(struct parser *p, struct expr *x, const struct expr *other)
{
    const bool about_time = other->type == TYPE_TIME || other->type == TYPE_DURATION;
    return is_literal(x, TYPE_DATE) || (about_time && is_literal(x, TYPE_TEXT)) ? adapt(p, x, TYPE_TIME)
                                                                                : true;
}

static bool check_sum(struct parser *p, function_id f, struct expr **args, expr_type *result)
{
    if (!adapt_sum(p, args[0], args[1]) || !adapt_sum(p, args[1], args[0])) return false;
    const struct sum *known_left = NULL;
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        if (sums[i].f != f || !fits(args[0]->type, sums[i].left)) continue;
        if (!known_left) known_left = &sums[i];
        if (!fits(args[1]->type, sums[i].right)) continue;
        *result = sums[i].result;
        return true;
    }
    const str word = function_of(f)->name;
    if (!known_left) return fail_operand(p, args[0], "a number, a time or a duration", "before", word);
    const char *expected = known_left->left == TYPE_NUMBER ? "a number" : "a time or a duration";
    return fail_operand(p, args[1], expected, "after", word);
}

static bool check_plain(struct parser *p, function_id f, struct expr **args, expr_type *result)
{
    const struct function *o = function_of(f);
    *result = o->result;
    for (int i = 0; i < o->args_max; i++) {
        if (fits(args[i]->type, o->args[i])) continue;
        const bool is_left = i == 0 && o->args_max == 2;
        return fail_operand(p, args[i], type_name(o->args[i]), is_left ? "before" : "after", o->name);
    }
    return true;
}

// A duration so many times over, or a part of one.
static bool check_product(struct parser *p, function_id f, struct expr **args, expr_type *result)
{
    const bool is_left = args[0]->type == TYPE_DURATION;
    const bool is_right = f == OP_MUL && args[1]->type == TYPE_DURATION;
    if (is_left == is_right) return check_plain(p, f, args, result);
    *result = TYPE_DURATION;
    const struct expr *factor = args[is_left ? 1 : 0];
    return fits(factor->type, TYPE_NUMBER) ||
           fail_operand(p, factor, "a number", is_left ? "after" : "before", function_of(f)->name);
}

static bool check_negate(struct parser *p, function_id f, struct expr **args, expr_type *result)
{
    *result = args[0]->type == TYPE_DURATION ? TYPE_DURATION : TYPE_NUMBER;
    return args[0]->type == TYPE_DURATION || check_plain(p, f, args, result);
}

// ---- functions ----

// FROST-Server's tests: a time lies during an interval, never during an instant.
static bool check_during(struct parser *p, struct expr **args)
{
    const struct expr *when = args[1];
    if (when->kind != EXPR_VALUE || when->literal.type != VALUE_TIME ||
        !interval_is_instant(when->literal.time))
        return true;
    return fail_operand(p, when, "an interval as argument 2 of", "function", STR("during"));
}

static bool check_arguments(struct parser *p, function_id f, struct expr **args, size_t count,
                            expr_type *result)
{
    const struct function *fn = function_of(f);
    *result = fn->result;
    for (size_t i = 0; i < count; i++) {
        if (!adapt(p, args[i], fn->args[i])) return false;
        const bool is_date_for_time = fn->args[i] == TYPE_TIME && args[i]->type == TYPE_DATE;
        if (fits(args[i]->type, fn->args[i]) || is_date_for_time) continue;
        char expected[60];
        snprintf(expected, sizeof expected, "%s as argument %zu of", type_name(fn->args[i]), i + 1);
        return fail_operand(p, args[i], expected, "function", fn->name);
    }
    return f != FN_DURING || check_during(p, args);
}

typedef bool (*operator_check)(struct parser *p, function_id f, struct expr **args, expr_type *result);

static const operator_check operator_checks[] = {
    [OP_OR] = check_plain,      [OP_AND] = check_plain,     [OP_NOT] = check_plain,
    [OP_EQ] = check_comparison, [OP_NE] = check_comparison, [OP_LT] = check_comparison,
    [OP_LE] = check_comparison, [OP_GT] = check_comparison, [OP_GE] = check_comparison,
    [OP_IN] = check_in,         [OP_ADD] = check_sum,       [OP_SUB] = check_sum,
    [OP_MUL] = check_product,   [OP_DIV] = check_product,   [OP_MOD] = check_plain,
    [OP_NEGATE] = check_negate,
};

struct expr *check_call(struct parser *p, function_id f, size_t at, struct expr **args, size_t count)
{
    expr_type result;
    const bool fine = f <= OP_NEGATE ? operator_checks[f](p, f, args, &result)
                                     : check_arguments(p, f, args, count, &result);
    if (!fine) return NULL;
    struct expr *x = expr_new(p, EXPR_CALL, result, at);
    if (!x) return NULL;
    x->function = f;
    x->args = args;
    x->arg_count = count;
    return x;
}
