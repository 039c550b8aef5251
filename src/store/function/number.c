// SPDX-License-Identifier: EUPL-1.2
#include "store/function/function.h"

#include "model/query.h"

#include <math.h>

// Arithmetic that never ends in infinity: integers stay exact as long as they fit, then become doubles; what is no finite
// number, division by zero with it, gives NULL. Arguments that are no numbers give NULL.

static bool read_number(sqlite3_value *v, double *real, sqlite3_int64 *integer, bool *is_integer)
{
    const int type = sqlite3_value_type(v);
    if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) return false;
    *is_integer = type == SQLITE_INTEGER;
    *integer = *is_integer ? sqlite3_value_int64(v) : 0;
    *real = sqlite3_value_double(v);
    return true;
}

// False: does not fit.
static bool integers(int op, sqlite3_int64 a, sqlite3_int64 b, sqlite3_int64 *out)
{
    switch (op) {
    case OP_ADD: return !__builtin_add_overflow(a, b, out);
    case OP_SUB: return !__builtin_sub_overflow(a, b, out);
    case OP_MUL: return !__builtin_mul_overflow(a, b, out);
    case OP_MOD: *out = b == -1 ? 0 : a % b; return true;
    default: return false;
    }
}

static double reals(int op, double a, double b)
{
    switch (op) {
    case OP_ADD: return a + b;
    case OP_SUB: return a - b;
    case OP_MUL: return a * b;
    case OP_DIV: return a / b;
    default: return fmod(a, b);
    }
}

static void run_calculate(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    const int op = function_data(c);
    double x, y;
    sqlite3_int64 i, k, result;
    bool x_is_integer, y_is_integer;
    if (!read_number(args[0], &x, &i, &x_is_integer) || !read_number(args[1], &y, &k, &y_is_integer)) return;
    const bool divides = op == OP_DIV || op == OP_MOD;
    if (divides && !(y < 0) && !(y > 0)) return;
    if (x_is_integer && y_is_integer && integers(op, i, k, &result)) {
        sqlite3_result_int64(c, result);
    } else {
        function_result_double(c, reals(op, x, y));
    }
}

// Of whole numbers: cut towards zero.
static void run_quotient(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    double x, y;
    sqlite3_int64 i, k;
    bool x_is_integer, y_is_integer;
    if (!read_number(args[0], &x, &i, &x_is_integer) || !read_number(args[1], &y, &k, &y_is_integer)) return;
    if (x_is_integer && y_is_integer && k != 0 && k != -1) {
        sqlite3_result_int64(c, i / k);
    } else {
        function_result_double(c, trunc(x / y));
    }
}

static void run_whole(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    double x;
    sqlite3_int64 i;
    bool is_integer;
    if (!read_number(args[0], &x, &i, &is_integer)) return;
    if (is_integer) {
        sqlite3_result_int64(c, i);
        return;
    }
    const int f = function_data(c);
    function_result_double(c, f == FN_ROUND ? round(x) : f == FN_FLOOR ? floor(x) : ceil(x));
}

// clang-format off
const struct sql_function number_functions[] = {
    {"sta_add",      2, run_calculate, NULL, OP_ADD},
    {"sta_sub",      2, run_calculate, NULL, OP_SUB},
    {"sta_mul",      2, run_calculate, NULL, OP_MUL},
    {"sta_div",      2, run_calculate, NULL, OP_DIV},
    {"sta_mod",      2, run_calculate, NULL, OP_MOD},
    {"sta_quotient", 2, run_quotient, NULL, 0},
    {"sta_round",    1, run_whole, NULL, FN_ROUND},  // half away from zero
    {"sta_floor",    1, run_whole, NULL, FN_FLOOR},
    {"sta_ceiling",  1, run_whole, NULL, FN_CEILING},
    {0},
};
// clang-format on
