// SPDX-License-Identifier: EUPL-1.2
#include "store/function/function.h"

#include "base/json.h"
#include "model/query.h"

// ---- Dynamic values ----------------------------------------------------------------------------------------------

bool dynamic_bool(sqlite3_value *v, bool *out)
{
    if (sqlite3_value_type(v) != SQLITE_BLOB || sqlite3_value_bytes(v) != 1) return false;
    const char *byte = sqlite3_value_blob(v);
    *out = byte[0] != 0;
    return byte[0] == 0 || byte[0] == 1;
}

bool dynamic_json(sqlite3_value *v, str *out)
{
    if (sqlite3_value_type(v) != SQLITE_BLOB || sqlite3_value_bytes(v) < 2) return false;
    *out = (str){sqlite3_value_blob(v), (size_t)sqlite3_value_bytes(v)};
    return out->p[0] == '{' || out->p[0] == '[';
}

// ---- Going into JSON -----------------------------------------------------------------------------------------------

// Moves the reader to the member's value; false when there is none.
static bool enter_member(json_reader *r, arena *a, str wanted)
{
    bool more;
    if (!json_enter(r, '{')) return false;
    while (json_more(r, '{', &more) && more) {
        str key, raw;
        if (!json_key(r, a, &key)) return false;
        if (str_eq(key, wanted)) return true;
        if (!json_skip(r, &raw)) return false;
    }
    return false;
}

// "[2]" as 2
static bool read_index(str key, int64_t *out)
{
    return key.n > 2 && key.p[0] == '[' && key.p[key.n - 1] == ']' &&
           num_parse_int(str_slice(key, 1, key.n - 1), out, NULL) && *out >= 0;
}

static bool enter_element(json_reader *r, str key)
{
    int64_t index;
    bool more;
    if (!read_index(key, &index) || !json_enter(r, '[')) return false;
    while (json_more(r, '[', &more) && more) {
        str raw;
        if (index-- == 0) return true;
        if (!json_skip(r, &raw)) return false;
    }
    return false;
}

static bool enter(json_reader *r, arena *a, str key)
{
    json_type type;
    if (!json_peek(r, &type)) return false;
    if (type == JSON_OBJECT) return enter_member(r, a, key);
    return type == JSON_ARRAY && enter_element(r, key);
}

// ---- Its values as SQL -----------------------------------------------------------------------------------------------

typedef enum { VIEW_VALUE, VIEW_NUMBER, VIEW_TEXT, VIEW_TRUTH } view;

static void result_number(sqlite3_context *c, str digits)
{
    const value v = value_of_number(digits);
    if (v.type == VALUE_DECIMAL && v.number.scale == 0) {
        sqlite3_result_int64(c, v.number.units);
    } else {
        function_result_double(c, value_to_double(&v));
    }
}

static void result_bool(sqlite3_context *c, bool truth, view as)
{
    const char byte = truth ? 1 : 0;
    if (as == VIEW_TRUTH) {
        sqlite3_result_int(c, truth);
    } else {
        sqlite3_result_blob(c, &byte, 1, SQLITE_TRANSIENT);
    }
}

// The reader stands at the value. What does not fit the view gives NULL.
static void result_json(sqlite3_context *c, json_reader *r, arena *a, view as)
{
    json_type type;
    str text;
    bool truth;
    if (!json_peek(r, &type)) return;
    switch (type) {
    case JSON_NULL: return;
    case JSON_FALSE:
    case JSON_TRUE:
        if ((as == VIEW_VALUE || as == VIEW_TRUTH) && json_read_bool(r, &truth)) result_bool(c, truth, as);
        return;
    case JSON_NUMBER:
        if ((as == VIEW_VALUE || as == VIEW_NUMBER) && json_read_number(r, &text)) result_number(c, text);
        return;
    case JSON_TEXT:
        if ((as == VIEW_VALUE || as == VIEW_TEXT) && json_read_text(r, a, &text))
            function_result_text(c, text);
        return;
    case JSON_ARRAY:
    case JSON_OBJECT:
        if (as == VIEW_VALUE && json_skip(r, &text))
            sqlite3_result_blob64(c, text.p, text.n, SQLITE_TRANSIENT);
        return;
    }
}

// sta_json(json, key, ...) and its views
static void run_json(sqlite3_context *c, int argc, sqlite3_value **args)
{
    arena *a = function_shared(c)->scratch;
    str text;
    if (argc < 1 || !function_text(args[0], &text)) return;
    arena_reset(a);
    err ignored;
    json_reader r = json_reader_of(text, &ignored);
    for (int i = 1; i < argc; i++) {
        str key;
        if (!function_text(args[i], &key) || !enter(&r, a, key)) return;
    }
    result_json(c, &r, a, (view)function_data(c));
}

// ---- Comparing two dynamic values ------------------------------------------------------------------------------------

static bool is_number(sqlite3_value *v)
{
    return sqlite3_value_type(v) == SQLITE_INTEGER || sqlite3_value_type(v) == SQLITE_FLOAT;
}

static int compare_numbers(sqlite3_value *a, sqlite3_value *b)
{
    if (sqlite3_value_type(a) == SQLITE_INTEGER && sqlite3_value_type(b) == SQLITE_INTEGER) {
        const sqlite3_int64 x = sqlite3_value_int64(a), y = sqlite3_value_int64(b);
        return (x > y) - (x < y);
    }
    const double x = sqlite3_value_double(a), y = sqlite3_value_double(b);
    return (x > y) - (x < y);
}

static bool same_json(str x, str y, arena *a)
{
    json *j, *k;
    err ignored;
    if (str_eq(x, y)) return true;
    arena_reset(a);
    return json_parse(x, a, &j, &ignored) && json_parse(y, a, &k, &ignored) && json_equal(j, k);
}

// -1, 0, 1 in *order; *is_ordered false: only equality means something. False: not comparable.
static bool compare(sqlite3_value *a, sqlite3_value *b, arena *scratch, int *order, bool *is_ordered)
{
    str x, y;
    bool p, q;
    *is_ordered = true;
    if (is_number(a) && is_number(b)) {
        *order = compare_numbers(a, b);
    } else if (function_text(a, &x) && function_text(b, &y)) {
        *order = str_cmp(x, y);
    } else if (dynamic_bool(a, &p) && dynamic_bool(b, &q)) {
        *order = (int)p - (int)q;
    } else if (dynamic_json(a, &x) && dynamic_json(b, &y)) {
        *order = same_json(x, y, scratch) ? 0 : 1;
        *is_ordered = false;
    } else {
        return false;
    }
    return true;
}

static bool holds(function_id op, int order)
{
    switch ((int)op) {
    case OP_EQ: return order == 0;
    case OP_NE: return order != 0;
    case OP_LT: return order < 0;
    case OP_LE: return order <= 0;
    case OP_GT: return order > 0;
    default: return order >= 0;
    }
}

static void run_compare(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    const function_id op = (function_id)function_data(c);
    int order;
    bool is_ordered;
    if (!compare(args[0], args[1], function_shared(c)->scratch, &order, &is_ordered)) return;
    if (is_ordered || op == OP_EQ || op == OP_NE) sqlite3_result_int(c, holds(op, order));
}

// ---- Membership in a JSON array ----------------------------------------------------------------------------------------

// Reads the next element and compares; false ends the reading.
static bool next_equals(json_reader *r, arena *a, sqlite3_value *wanted, bool *equal)
{
    json_type type;
    str text, mine;
    bool truth, wanted_truth;
    *equal = false;
    if (!json_peek(r, &type)) return false;
    switch (type) {
    case JSON_NUMBER:
        if (!json_read_number(r, &text)) return false;
        if (is_number(wanted)) {
            const value v = value_of_number(text);
            *equal = v.type == VALUE_DECIMAL && v.number.scale == 0 &&
                             sqlite3_value_type(wanted) == SQLITE_INTEGER
                         ? v.number.units == sqlite3_value_int64(wanted)
                         : !(value_to_double(&v) < sqlite3_value_double(wanted)) &&
                               !(value_to_double(&v) > sqlite3_value_double(wanted));
        }
        return true;
    case JSON_TEXT:
        if (!json_read_text(r, a, &text)) return false;
        *equal = function_text(wanted, &mine) && str_eq(mine, text);
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        if (!json_read_bool(r, &truth)) return false;
        *equal = dynamic_bool(wanted, &wanted_truth) && truth == wanted_truth;
        return true;
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    return json_skip(r, &text);
}

// sta_in(value, array): whether an element equals the value. NULL when the value is null or the other no array.
static void run_in(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    arena *a = function_shared(c)->scratch;
    str array;
    err ignored;
    bool more, equal = false;
    if (sqlite3_value_type(args[0]) == SQLITE_NULL || !dynamic_json(args[1], &array) || array.p[0] != '[')
        return;
    arena_reset(a);
    json_reader r = json_reader_of(array, &ignored);
    if (!json_enter(&r, '[')) return;
    while (!equal && json_more(&r, '[', &more) && more)
        if (!next_equals(&r, a, args[0], &equal)) return;
    sqlite3_result_int(c, equal);
}

// clang-format off
const struct sql_function json_functions[] = {
    {"sta_json",        -1, run_json, NULL, VIEW_VALUE},
    {"sta_json_number", -1, run_json, NULL, VIEW_NUMBER},
    {"sta_json_text",   -1, run_json, NULL, VIEW_TEXT},
    {"sta_json_truth",  -1, run_json, NULL, VIEW_TRUTH},
    {"sta_eq", 2, run_compare, NULL, OP_EQ},
    {"sta_ne", 2, run_compare, NULL, OP_NE},
    {"sta_lt", 2, run_compare, NULL, OP_LT},
    {"sta_le", 2, run_compare, NULL, OP_LE},
    {"sta_gt", 2, run_compare, NULL, OP_GT},
    {"sta_ge", 2, run_compare, NULL, OP_GE},
    {"sta_in", 2, run_in, NULL, 0},
    {0},
};
// clang-format on
