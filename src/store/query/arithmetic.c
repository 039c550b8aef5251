// SPDX-License-Identifier: EUPL-1.2
// add, sub, mul, div, mod and the minus sign: on numbers, and on times and durations where that means something.
#include "store/query/compile.h"

static bool add_numbers(struct compiler *c, const struct expr *x, struct term *a, struct term *b,
                        struct term *out)
{
    if (!term_convert(c, x->args[0], a, TYPE_NUMBER) || !term_convert(c, x->args[1], b, TYPE_NUMBER))
        return false;
    *out = (struct term){.type = TYPE_NUMBER, .is_integer = a->is_integer && b->is_integer};
    out->sql = sql_print(c, "sta_%s(%.*s, %.*s)", x->function == OP_ADD ? "add" : "sub", STR_ARG(a->sql),
                         STR_ARG(b->sql));
    return true;
}

// A time and a duration; both ends of an interval move.
static bool shift_time(struct compiler *c, const struct expr *x, struct term *t, const struct term *d,
                       struct term *out)
{
    if (!term_convert(c, x, t, TYPE_TIME)) return false;
    const int sign = x->function == OP_ADD ? 1 : -1;
    *out = (struct term){.type = TYPE_TIME, .is_instant = t->is_instant, .second = STR("NULL")};
    out->sql = sql_print(c, "sta_time_add(%.*s, %.*s, %.*s, %d)", STR_ARG(t->sql), STR_ARG(d->sql),
                         STR_ARG(d->second), sign);
    if (!t->is_instant)
        out->second = sql_print(c, "sta_time_add(%.*s, %.*s, %.*s, %d)", STR_ARG(t->second), STR_ARG(d->sql),
                                STR_ARG(d->second), sign);
    return true;
}

static bool add_durations(struct compiler *c, const struct expr *x, const struct term *a,
                          const struct term *b, struct term *out)
{
    const char *op = x->function == OP_ADD ? "add" : "sub";
    *out = (struct term){.type = TYPE_DURATION};
    out->sql = sql_print(c, "sta_%s(%.*s, %.*s)", op, STR_ARG(a->sql), STR_ARG(b->sql));
    out->second = sql_print(c, "sta_%s(%.*s, %.*s)", op, STR_ARG(a->second), STR_ARG(b->second));
    return true;
}

// Between the starts, where one of them is an interval.
static bool subtract_times(struct compiler *c, const struct expr *x, struct term *a, struct term *b,
                           struct term *out)
{
    if (!term_convert(c, x->args[0], a, TYPE_TIME) || !term_convert(c, x->args[1], b, TYPE_TIME))
        return false;
    *out = (struct term){.type = TYPE_DURATION, .sql = STR("0")};
    out->second = sql_print(c, "(%.*s - %.*s)", STR_ARG(a->sql), STR_ARG(b->sql));
    return true;
}

static bool is_time(const struct term *t)
{
    return t->type == TYPE_TIME || t->type == TYPE_DATE;
}

bool compile_add(struct compiler *c, const struct expr *x, struct term *out)
{
    struct term a, b;
    if (!compile_term(c, x->args[0], &a) || !compile_term(c, x->args[1], &b)) return false;
    const bool adds = x->function == OP_ADD;
    bool ok;
    if (a.type == TYPE_DURATION && b.type == TYPE_DURATION) {
        ok = add_durations(c, x, &a, &b, out);
    } else if (b.type == TYPE_DURATION) {
        ok = shift_time(c, x, &a, &b, out);
    } else if (a.type == TYPE_DURATION && adds) {
        ok = shift_time(c, x, &b, &a, out);
    } else if (!adds && (is_time(&a) || is_time(&b))) {
        ok = subtract_times(c, x, &a, &b, out);
    } else {
        ok = add_numbers(c, x, &a, &b, out);
    }
    out->is_constant = a.is_constant && b.is_constant;
    out->is_nullable = true;
    return ok;
}

// A part of a month has no fixed length: it counts as that part of a mean one.
static bool scale_duration(struct compiler *c, const struct expr *x, const struct expr *of_factor,
                           const struct term *d, struct term *factor, struct term *out)
{
    if (!term_convert(c, of_factor, factor, TYPE_NUMBER)) return false;
    const char *op = x->function == OP_MUL ? "mul" : "div";
    const str months = sql_print(c, "sta_%s(%.*s, %.*s)", op, STR_ARG(d->sql), STR_ARG(factor->sql));
    const str microseconds = sql_print(c, "sta_%s(%.*s, %.*s)", op, STR_ARG(d->second), STR_ARG(factor->sql));
    *out = (struct term){
        .type = TYPE_DURATION, .is_constant = d->is_constant && factor->is_constant, .is_nullable = true};
    out->sql = sql_print(c, "CAST(%.*s AS INTEGER)", STR_ARG(months));
    out->second = sql_print(c, "CAST(%.*s + (%.*s - %.*s) * " NOMINAL_MONTH " AS INTEGER)",
                            STR_ARG(microseconds), STR_ARG(months), STR_ARG(out->sql));
    return true;
}

bool compile_multiply(struct compiler *c, const struct expr *x, struct term *out)
{
    struct term a, b;
    if (!compile_term(c, x->args[0], &a) || !compile_term(c, x->args[1], &b)) return false;
    if (a.type == TYPE_DURATION && x->function != OP_MOD)
        return scale_duration(c, x, x->args[1], &a, &b, out);
    if (b.type == TYPE_DURATION && x->function == OP_MUL)
        return scale_duration(c, x, x->args[0], &b, &a, out);
    if (!term_convert(c, x->args[0], &a, TYPE_NUMBER) || !term_convert(c, x->args[1], &b, TYPE_NUMBER))
        return false;
    const bool are_integers = a.is_integer && b.is_integer;
    // Whole numbers divide to a whole number; a result is a number of its own kind, even when it happens to be whole.
    const char *name = x->function == OP_MUL   ? "mul"
                       : x->function == OP_MOD ? "mod"
                       : are_integers          ? "quotient"
                                               : "div";
    *out = (struct term){.type = TYPE_NUMBER,
                         .is_integer = are_integers,
                         .is_constant = a.is_constant && b.is_constant,
                         .is_nullable = true};
    out->sql = sql_print(c, "sta_%s(%.*s, %.*s)", name, STR_ARG(a.sql), STR_ARG(b.sql));
    return true;
}

bool compile_negate(struct compiler *c, const struct expr *x, struct term *out)
{
    if (!compile_term(c, x->args[0], out)) return false;
    out->literal = NULL;
    if (out->type != TYPE_DURATION && !term_convert(c, x->args[0], out, TYPE_NUMBER)) return false;
    out->sql = sql_print(c, "(-%.*s)", STR_ARG(out->sql));
    if (out->type == TYPE_DURATION) out->second = sql_print(c, "(-%.*s)", STR_ARG(out->second));
    return true;
}
