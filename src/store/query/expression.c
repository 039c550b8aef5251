// SPDX-License-Identifier: EUPL-1.2
#include "store/query/compile.h"

#include "store/function/function.h"

#include <math.h>

bool compile_fail(struct compiler *c, const struct expr *x, err_code code, const char *text)
{
    return err_set(c->e, code, x->at, "%s", text);
}

const char *compile_type_name(expr_type t)
{
    static const char *const names[] = {
        [TYPE_ANY] = "a JSON value",    [TYPE_BOOL] = "true or false",  [TYPE_NUMBER] = "a number",
        [TYPE_TEXT] = "a text",         [TYPE_TIME] = "a time",         [TYPE_DATE] = "a date",
        [TYPE_CLOCK] = "a time of day", [TYPE_DURATION] = "a duration", [TYPE_GEOMETRY] = "a geometry",
    };
    return names[t];
}

// ---- Literals --------------------------------------------------------------------------------------------------------

static bool number_literal(struct compiler *c, const struct expr *x, const value *v, struct term *out)
{
    out->type = TYPE_NUMBER;
    out->is_integer = v->type == VALUE_DECIMAL && v->number.scale == 0;
    if (out->is_integer) {
        out->sql = sql_integer(c, v->number.units);
        return true;
    }
    const double real = value_to_double(v);
    if (!isfinite(real)) return compile_fail(c, x, ERR_RANGE, "the number is too large");
    out->sql = sql_real(c, real);
    return true;
}

static bool time_literal(struct compiler *c, const struct expr *x, interval i, struct term *out)
{
    out->type = x->type == TYPE_DATE ? TYPE_DATE : TYPE_TIME;
    out->sql = sql_integer(c, i.start);
    out->is_instant = interval_is_instant(i);
    out->second = out->is_instant ? STR("NULL") : sql_integer(c, i.end);
    return true;
}

static bool duration_literal(struct compiler *c, const struct expr *x, const value *v, struct term *out)
{
    out->type = x->type == TYPE_CLOCK ? TYPE_CLOCK : TYPE_DURATION;
    const str microseconds = sql_integer(c, v->microseconds);
    out->sql = out->type == TYPE_CLOCK ? microseconds : sql_integer(c, v->months);
    out->second = microseconds;
    return true;
}

static bool geometry_literal(struct compiler *c, const struct expr *x, str wkt, struct term *out)
{
    err why;
    if (!geometry_check(wkt, &why)) return compile_fail(c, x, why.code, why.text);
    out->type = TYPE_GEOMETRY;
    out->sql = sql_text(c, wkt);
    return true;
}

static bool compile_literal(struct compiler *c, const struct expr *x, struct term *out)
{
    const value *v = &x->literal;
    *out = (struct term){.is_constant = true, .literal = v};
    switch (v->type) {
    case VALUE_NULL:
        *out = (struct term){.is_constant = true, .is_null = true, .sql = STR("NULL"), .second = STR("NULL")};
        return true;
    case VALUE_BOOL:
        out->type = TYPE_BOOL;
        out->sql = v->truth ? STR("1") : STR("0");
        return true;
    case VALUE_DECIMAL:
    case VALUE_NUMBER: return number_literal(c, x, v, out);
    case VALUE_TEXT:
        out->type = TYPE_TEXT;
        out->sql = sql_text(c, v->text);
        return true;
    case VALUE_TIME: return time_literal(c, x, v->time, out);
    case VALUE_DURATION: return duration_literal(c, x, v, out);
    case VALUE_GEOMETRY: return geometry_literal(c, x, v->text, out);
    case VALUE_JSON: break;
    }
    return compile_fail(c, x, ERR_TYPE, "an object or array cannot stand here");
}

// ---- Conversion ------------------------------------------------------------------------------------------------------

static bool text_literal_to_time(struct compiler *c, const struct expr *x, struct term *t)
{
    interval i = {TIME_NONE, TIME_NONE};
    if (!time_object_parse(t->literal->text, &i, NULL)) {
        i.end = TIME_NONE;
        if (!time_parse_utc(t->literal->text, &i.start, NULL)) return false;
    }
    return time_literal(c, x, i, t);
}

static bool text_literal_to_number(struct compiler *c, const struct expr *x, struct term *t)
{
    double real;
    if (!num_parse_double(t->literal->text, &real, NULL)) return false;
    const value v = value_of_number(t->literal->text);
    return number_literal(c, x, &v, t);
}

static bool convert_any(struct compiler *c, struct term *t, expr_type wanted)
{
    switch (wanted) {
    case TYPE_BOOL: t->sql = t->truth; break;
    case TYPE_NUMBER: t->sql = t->number; break;
    case TYPE_TEXT: t->sql = t->text; break;
    case TYPE_TIME:
        t->sql = sql_print(c, "sta_text_start(%.*s)", STR_ARG(t->text));
        t->second = sql_print(c, "sta_text_end(%.*s)", STR_ARG(t->text));
        break;
    case TYPE_GEOMETRY: break;  // the dynamic value is what geometry functions read
    case TYPE_ANY:
    case TYPE_DATE:
    case TYPE_CLOCK:
    case TYPE_DURATION: return false;
    }
    t->type = wanted;
    return true;
}

bool term_convert(struct compiler *c, const struct expr *x, struct term *t, expr_type wanted)
{
    if (t->is_null || t->type == wanted) {
        t->type = wanted;
        return true;
    }
    if (t->type == TYPE_ANY && convert_any(c, t, wanted)) return true;
    if (t->type == TYPE_DATE && wanted == TYPE_TIME) {
        t->type = TYPE_TIME;
        t->is_instant = true;
        t->second = STR("NULL");
        return true;
    }
    if (t->type == TYPE_TEXT && t->literal) {
        if (wanted == TYPE_TIME && text_literal_to_time(c, x, t)) return true;
        if (wanted == TYPE_NUMBER && text_literal_to_number(c, x, t)) return true;
    }
    return err_set(c->e, ERR_TYPE, x->at, "expected %s, not %s", compile_type_name(wanted),
                   compile_type_name(t->type));
}

// ---- Logic -----------------------------------------------------------------------------------------------------------

// `a and b and c` is one list, so that long chains do not nest.
static bool add_chain(struct compiler *c, const struct expr *x, function_id op, buf *list)
{
    if (x->kind == EXPR_CALL && x->function == op)
        return add_chain(c, x->args[0], op, list) && add_chain(c, x->args[1], op, list);
    str one;
    if (!compile_condition(c, x, &one)) return false;
    sql_list_add(list, op == OP_AND ? " AND " : " OR ", one);
    return true;
}

static bool compile_logic(struct compiler *c, const struct expr *x, struct term *out)
{
    *out = (struct term){.type = TYPE_BOOL, .is_nullable = true};
    if (x->function == OP_NOT) {
        if (!compile_condition(c, x->args[0], &out->sql)) return false;
        out->sql = sql_print(c, "(NOT %.*s)", STR_ARG(out->sql));
        return true;
    }
    buf list = sql_list();
    const bool ok = add_chain(c, x, x->function, &list);
    const str sql = sql_list_end(c, &list);
    out->sql = sql_print(c, "(%.*s)", STR_ARG(sql));
    return ok;
}

bool compile_condition(struct compiler *c, const struct expr *x, str *out)
{
    struct term t;
    if (!compile_term(c, x, &t) || !term_convert(c, x, &t, TYPE_BOOL)) return false;
    *out = t.sql;
    return true;
}

// ---- Functions -------------------------------------------------------------------------------------------------------

// $1 is the first argument, #1 a time with both its ends, $* all arguments.
// clang-format off
static const struct template {
    const char *sql;
    bool is_integer;
} templates[FUNCTION_COUNT] = {
    [FN_SUBSTRINGOF] = {"sta_contains($2, $1)", false},
    [FN_CONTAINS]    = {"sta_contains($*)", false},
    [FN_STARTSWITH]  = {"sta_startswith($*)", false},
    [FN_ENDSWITH]    = {"sta_endswith($*)", false},
    [FN_LENGTH]      = {"sta_length($*)", true},
    [FN_INDEXOF]     = {"sta_indexof($*)", true},
    [FN_SUBSTRING]   = {"sta_substring($*)", false},
    [FN_TOLOWER]     = {"sta_tolower($*)", false},
    [FN_TOUPPER]     = {"sta_toupper($*)", false},
    [FN_TRIM]        = {"sta_trim($*)", false},
    [FN_CONCAT]      = {"sta_concat($*)", false},

    [FN_YEAR]               = {"sta_year($1)", true},
    [FN_MONTH]              = {"sta_month($1)", true},
    [FN_DAY]                = {"sta_day($1)", true},
    [FN_HOUR]               = {"sta_hour($1)", true},
    [FN_MINUTE]             = {"sta_minute($1)", true},
    [FN_SECOND]             = {"sta_second($1)", true},
    [FN_FRACTIONALSECONDS]  = {"sta_fractionalseconds($1)", false},
    [FN_DATE]               = {"sta_date($1)", false},
    [FN_TIME]               = {"sta_clock($1)", false},
    [FN_TOTALOFFSETMINUTES] = {"sta_totaloffsetminutes($1)", true},

    [FN_ROUND]   = {"sta_round($*)", false},
    [FN_FLOOR]   = {"sta_floor($*)", false},
    [FN_CEILING] = {"sta_ceiling($*)", false},

    [FN_GEO_DISTANCE]   = {"sta_geo_distance($*)", false},
    [FN_GEO_LENGTH]     = {"sta_geo_length($*)", false},
    [FN_GEO_INTERSECTS] = {"sta_st_intersects($*)", false},
    [FN_ST_EQUALS]      = {"sta_st_equals($*)", false},
    [FN_ST_DISJOINT]    = {"sta_st_disjoint($*)", false},
    [FN_ST_TOUCHES]     = {"sta_st_touches($*)", false},
    [FN_ST_WITHIN]      = {"sta_st_within($*)", false},
    [FN_ST_OVERLAPS]    = {"sta_st_overlaps($*)", false},
    [FN_ST_CROSSES]     = {"sta_st_crosses($*)", false},
    [FN_ST_INTERSECTS]  = {"sta_st_intersects($*)", false},
    [FN_ST_CONTAINS]    = {"sta_st_contains($*)", false},
    [FN_ST_RELATE]      = {"sta_st_relate($*)", false},

    [FN_BEFORE]   = {"sta_time_lt(#1, #2)", false},
    [FN_AFTER]    = {"sta_time_gt(#1, #2)", false},
    [FN_MEETS]    = {"sta_meets(#1, #2)", false},
    [FN_DURING]   = {"sta_during(#1, #2)", false},
    [FN_OVERLAPS] = {"sta_overlaps(#1, #2)", false},
    [FN_STARTS]   = {"sta_starts(#1, #2)", false},
    [FN_FINISHES] = {"sta_finishes(#1, #2)", false},
};
// clang-format on

static str all_arguments(struct compiler *c, const struct term *args, size_t count)
{
    str sql = args[0].sql;
    for (size_t i = 1; i < count; i++) sql = sql_print(c, "%.*s, %.*s", STR_ARG(sql), STR_ARG(args[i].sql));
    return sql;
}

static str fill_template(struct compiler *c, const char *template, const struct term *args, size_t count)
{
    str sql = {0};
    for (const char *p = template; *p; p++) {
        str piece = {p, 1};
        if (*p == '$' || *p == '#') {
            const bool both = *p++ == '#';
            const struct term *t = &args[*p == '*' ? 0 : *p - '1'];
            piece = *p == '*' ? all_arguments(c, args, count)
                    : both    ? sql_print(c, "%.*s, %.*s", STR_ARG(t->sql), STR_ARG(t->second))
                              : t->sql;
        }
        sql = sql_print(c, "%.*s%.*s", STR_ARG(sql), STR_ARG(piece));
    }
    return sql;
}

// What only a look at the arguments themselves can tell.
static bool check_arguments(struct compiler *c, const struct expr *x, const struct term *args)
{
    if (x->function == FN_DURING && args[1].is_instant)
        return compile_fail(c, x->args[1], ERR_TYPE,
                            "expected an interval: nothing lasts as short as an instant");
    if (x->function == FN_ST_RELATE && args[2].literal && !geometry_pattern_check(args[2].literal->text))
        return compile_fail(c, x->args[2], ERR_SYNTAX,
                            "expected a pattern of nine characters out of T F * 0 1 2");
    return true;
}

static bool compile_function(struct compiler *c, const struct expr *x, struct term *out)
{
    const struct function *f = function_of(x->function);
    struct term args[QUERY_ARGS_MAX] = {0};
    *out = (struct term){.type = f->result,
                         .is_constant = true,
                         .is_nullable = true,
                         .is_integer = templates[x->function].is_integer};
    for (size_t i = 0; i < x->arg_count; i++) {
        if (!compile_term(c, x->args[i], &args[i]) || !term_convert(c, x->args[i], &args[i], f->args[i]))
            return false;
        out->is_constant &= args[i].is_constant;
    }
    if (!check_arguments(c, x, args)) return false;
    out->sql = fill_template(c, templates[x->function].sql, args, x->arg_count);
    return true;
}

static bool compile_instant(struct compiler *c, const struct expr *x, struct term *out)
{
    const instant t = x->function == FN_NOW ? c->now : x->function == FN_MINDATETIME ? TIME_MIN : TIME_MAX;
    *out = (struct term){.type = TYPE_TIME, .is_constant = true, .is_instant = true, .second = STR("NULL")};
    out->sql = sql_integer(c, t);
    return true;
}

// ---- All -------------------------------------------------------------------------------------------------------------

typedef bool (*compile_call)(struct compiler *c, const struct expr *x, struct term *out);

static const compile_call operators[FUNCTION_COUNT] = {
    [OP_OR] = compile_logic,
    [OP_AND] = compile_logic,
    [OP_NOT] = compile_logic,
    [OP_EQ] = compile_comparison,
    [OP_NE] = compile_comparison,
    [OP_LT] = compile_comparison,
    [OP_LE] = compile_comparison,
    [OP_GT] = compile_comparison,
    [OP_GE] = compile_comparison,
    [OP_IN] = compile_in,
    [OP_ADD] = compile_add,
    [OP_SUB] = compile_add,
    [OP_MUL] = compile_multiply,
    [OP_DIV] = compile_multiply,
    [OP_MOD] = compile_multiply,
    [OP_NEGATE] = compile_negate,
    [FN_NOW] = compile_instant,
    [FN_MINDATETIME] = compile_instant,
    [FN_MAXDATETIME] = compile_instant,
};

bool compile_term(struct compiler *c, const struct expr *x, struct term *out)
{
    switch (x->kind) {
    case EXPR_VALUE: return compile_literal(c, x, out);
    case EXPR_PATH: return compile_path(c, x, out);
    case EXPR_ANY: return compile_any(c, x, out);
    case EXPR_CALL:
        return operators[x->function] ? operators[x->function](c, x, out) : compile_function(c, x, out);
    case EXPR_LIST: break;
    }
    return compile_fail(c, x, ERR_TYPE, "a list can stand behind 'in' only");
}
