// SPDX-License-Identifier: EUPL-1.2
#include "store/query/plan.h"

#include <math.h>

// ---- A position as conditions --------------------------------------------------------------------------------------

static str behind(struct compiler *c, const struct sort_column *column, const struct after_value *v)
{
    const str sql = column->sql;
    if (!column->is_descending)
        return v->is_null ? sql_print(c, "%.*s IS NOT NULL", STR_ARG(sql))
                          : sql_print(c, "%.*s > %.*s", STR_ARG(sql), STR_ARG(v->sql));
    if (v->is_null) return STR("0");
    return column->is_nullable
               ? sql_print(c, "(%.*s < %.*s OR %.*s IS NULL)", STR_ARG(sql), STR_ARG(v->sql), STR_ARG(sql))
               : sql_print(c, "%.*s < %.*s", STR_ARG(sql), STR_ARG(v->sql));
}

static str level(struct compiler *c, const struct sort_column *column, const struct after_value *v)
{
    return v->is_null ? sql_print(c, "%.*s IS NULL", STR_ARG(column->sql))
                      : sql_print(c, "%.*s = %.*s", STR_ARG(column->sql), STR_ARG(v->sql));
}

// What an index can seek with: the rows not before the first column's value.
static str not_before(struct compiler *c, const struct sort_column *column, const struct after_value *v)
{
    if (v->is_null || (column->is_descending && column->is_nullable)) return (str){0};
    return sql_print(c, "%.*s %s %.*s AND ", STR_ARG(column->sql),
                     column->is_descending ? "<=" : ">=", STR_ARG(v->sql));
}

str sort_columns_after(struct compiler *c, const struct sort_column *columns, const struct after_value *after,
                       size_t count)
{
    if (count == 2 && columns[0].is_phenomenon_time && columns[0].is_descending == columns[1].is_descending) {
        const char *side = columns[0].is_descending ? "before" : "after";
        return sql_print(c, "t0.%s_start = %.*s AND t0.%s_id = %.*s", side, STR_ARG(after[0].sql), side,
                         STR_ARG(after[1].sql));
    }
    str sql = behind(c, &columns[count - 1], &after[count - 1]);
    for (size_t i = count - 1; i-- > 0;) {
        const str further = behind(c, &columns[i], &after[i]), same = level(c, &columns[i], &after[i]);
        sql = sql_print(c, "(%.*s OR (%.*s AND %.*s))", STR_ARG(further), STR_ARG(same), STR_ARG(sql));
    }
    const str start = count > 1 ? not_before(c, &columns[0], &after[0]) : (str){0};
    return sql_print(c, "%.*s%.*s", STR_ARG(start), STR_ARG(sql));
}

// ---- Values of keys --------------------------------------------------------------------------------------------------

static str number_sql(struct compiler *c, const value *v)
{
    if (v->type == VALUE_DECIMAL && v->number.scale == 0) return sql_integer(c, v->number.units);
    return sql_real(c, value_to_double(v));
}

static bool any_sql(struct compiler *c, const value *v, str *out)
{
    if (value_is_number(v)) {
        *out = number_sql(c, v);
    } else if (v->type == VALUE_TEXT) {
        *out = sql_text(c, v->text);
    } else if (v->type == VALUE_JSON) {
        *out = sql_blob(c, v->text);
    } else {
        *out = v->truth ? STR("x'01'") : STR("x'00'");
    }
    return value_is_number(v) || v->type == VALUE_TEXT || v->type == VALUE_JSON || v->type == VALUE_BOOL;
}

bool after_value_of(struct compiler *c, const value *v, expr_type type, bool is_end, struct after_value *out)
{
    const instant t = is_end ? v->time.end : v->time.start;
    bool fits = false;
    *out = (struct after_value){.is_null = v->type == VALUE_NULL, .sql = STR("NULL")};
    if (out->is_null) return true;
    switch (type) {
    case TYPE_NUMBER:
        if ((fits = value_is_number(v))) out->sql = number_sql(c, v);
        break;
    case TYPE_BOOL:
        fits = v->type == VALUE_BOOL;
        out->sql = v->truth ? STR("1") : STR("0");
        break;
    case TYPE_TEXT:
    case TYPE_GEOMETRY:
        if ((fits = v->type == VALUE_TEXT)) out->sql = sql_text(c, v->text);
        break;
    case TYPE_TIME:
    case TYPE_DATE:
        fits = v->type == VALUE_TIME;
        out->is_null = t == TIME_NONE;
        if (fits && !out->is_null) out->sql = sql_integer(c, t);
        break;
    case TYPE_DURATION:
    case TYPE_CLOCK:
        if ((fits = v->type == VALUE_DURATION)) out->sql = sql_integer(c, v->microseconds);
        break;
    case TYPE_ANY: fits = any_sql(c, v, &out->sql); break;
    }
    return fits ||
           err_set(c->e, ERR_SYNTAX, ERR_NOWHERE, "the position to go on from does not fit the order");
}

static bool copy_text(sqlite3_stmt *st, int at, arena *a, str *out, err *e)
{
    return arena_copy(a, sql_column_str(st, at), out) || err_no_memory(e);
}

static bool read_real(double real, arena *a, value *out, err *e)
{
    char digits[NUM_TEXT_MAX];
    str text = isfinite(real) ? (str){digits, num_write_double(digits, real)}
               : real > 0     ? STR("1e999")
                              : STR("-1e999");
    *out = (value){.type = VALUE_NUMBER, .real = real};
    return arena_copy(a, text, &out->text) || err_no_memory(e);
}

static bool read_integer(int64_t v, arena *a, value *out, err *e)
{
    char digits[NUM_TEXT_MAX];
    str kept;
    if (!arena_copy(a, (str){digits, num_write_int(digits, v)}, &kept)) return err_no_memory(e);
    *out = value_of_number(kept);
    return true;
}

static bool read_any(sqlite3_stmt *st, int at, arena *a, value *out, err *e)
{
    switch (sqlite3_column_type(st, at)) {
    case SQLITE_INTEGER: return read_integer(sqlite3_column_int64(st, at), a, out, e);
    case SQLITE_FLOAT: return read_real(sqlite3_column_double(st, at), a, out, e);
    case SQLITE_TEXT: *out = value_text(STR("")); return copy_text(st, at, a, &out->text, e);
    case SQLITE_BLOB:
        if (sqlite3_column_bytes(st, at) == 1) {
            *out = value_bool(sql_column_str(st, at).p[0] == 1);
            return true;
        }
        *out = value_json(STR(""));
        return copy_text(st, at, a, &out->text, e);
    default: *out = value_null(); return true;
    }
}

bool sort_key_read(sqlite3_stmt *st, int at, const struct sort_key *k, arena *a, value *out, err *e)
{
    *out = value_null();
    if (sqlite3_column_type(st, at) == SQLITE_NULL) return true;
    switch (k->type) {
    case TYPE_BOOL: *out = value_bool(sqlite3_column_int(st, at) != 0); return true;
    case TYPE_TIME:
    case TYPE_DATE:
        *out = value_instant(sqlite3_column_int64(st, at));
        if (k->column_count == 2) out->time.end = sql_column_instant(st, at + 1);
        return true;
    case TYPE_DURATION:
    case TYPE_CLOCK:
        *out = (value){.type = VALUE_DURATION, .microseconds = sqlite3_column_int64(st, at)};
        return true;
    case TYPE_ANY:
    case TYPE_NUMBER:
    case TYPE_TEXT:
    case TYPE_GEOMETRY: break;
    }
    return read_any(st, at, a, out, e);
}
