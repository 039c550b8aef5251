// SPDX-License-Identifier: EUPL-1.2
#include "model/query.h"

// Arguments of operators stand as TYPE_ANY where the rule is not a plain type (sta/check.c has those rules).
// clang-format off
#define ANY  TYPE_ANY
#define BOOL TYPE_BOOL
#define NUM  TYPE_NUMBER
#define TEXT TYPE_TEXT
#define TIME TYPE_TIME
#define GEO  TYPE_GEOMETRY

static const struct function functions[FUNCTION_COUNT] = {
    // OGC 18-088, table 23: built-in filter operations; `in` is OData 4.01
    [OP_OR]     = {STR("or"),  BOOL, 2, 2, {BOOL, BOOL}},
    [OP_AND]    = {STR("and"), BOOL, 2, 2, {BOOL, BOOL}},
    [OP_NOT]    = {STR("not"), BOOL, 1, 1, {BOOL}},
    [OP_EQ]     = {STR("eq"),  BOOL, 2, 2, {ANY, ANY}},
    [OP_NE]     = {STR("ne"),  BOOL, 2, 2, {ANY, ANY}},
    [OP_LT]     = {STR("lt"),  BOOL, 2, 2, {ANY, ANY}},
    [OP_LE]     = {STR("le"),  BOOL, 2, 2, {ANY, ANY}},
    [OP_GT]     = {STR("gt"),  BOOL, 2, 2, {ANY, ANY}},
    [OP_GE]     = {STR("ge"),  BOOL, 2, 2, {ANY, ANY}},
    [OP_IN]     = {STR("in"),  BOOL, 2, 2, {ANY, ANY}},
    [OP_ADD]    = {STR("add"), ANY,  2, 2, {ANY, ANY}},
    [OP_SUB]    = {STR("sub"), ANY,  2, 2, {ANY, ANY}},
    [OP_MUL]    = {STR("mul"), NUM,  2, 2, {NUM, NUM}},
    [OP_DIV]    = {STR("div"), NUM,  2, 2, {NUM, NUM}},
    [OP_MOD]    = {STR("mod"), NUM,  2, 2, {NUM, NUM}},
    [OP_NEGATE] = {STR("-"),   NUM,  1, 1, {NUM}},

    // OGC 18-088, table 24: built-in query functions; `contains` is OData 4
    [FN_SUBSTRINGOF] = {STR("substringof"), BOOL, 2, 2, {TEXT, TEXT}},
    [FN_CONTAINS]    = {STR("contains"),    BOOL, 2, 2, {TEXT, TEXT}},
    [FN_STARTSWITH]  = {STR("startswith"),  BOOL, 2, 2, {TEXT, TEXT}},
    [FN_ENDSWITH]    = {STR("endswith"),    BOOL, 2, 2, {TEXT, TEXT}},
    [FN_LENGTH]      = {STR("length"),      NUM,  1, 1, {TEXT}},
    [FN_INDEXOF]     = {STR("indexof"),     NUM,  2, 2, {TEXT, TEXT}},
    [FN_SUBSTRING]   = {STR("substring"),   TEXT, 2, 3, {TEXT, NUM, NUM}},
    [FN_TOLOWER]     = {STR("tolower"),     TEXT, 1, 1, {TEXT}},
    [FN_TOUPPER]     = {STR("toupper"),     TEXT, 1, 1, {TEXT}},
    [FN_TRIM]        = {STR("trim"),        TEXT, 1, 1, {TEXT}},
    [FN_CONCAT]      = {STR("concat"),      TEXT, 2, 2, {TEXT, TEXT}},

    [FN_YEAR]               = {STR("year"),               NUM, 1, 1, {TIME}},
    [FN_MONTH]              = {STR("month"),              NUM, 1, 1, {TIME}},
    [FN_DAY]                = {STR("day"),                NUM, 1, 1, {TIME}},
    [FN_HOUR]               = {STR("hour"),               NUM, 1, 1, {TIME}},
    [FN_MINUTE]             = {STR("minute"),             NUM, 1, 1, {TIME}},
    [FN_SECOND]             = {STR("second"),             NUM, 1, 1, {TIME}},
    [FN_FRACTIONALSECONDS]  = {STR("fractionalseconds"),  NUM, 1, 1, {TIME}},
    [FN_DATE]               = {STR("date"),               TYPE_DATE, 1, 1, {TIME}},
    [FN_TIME]               = {STR("time"),               TYPE_CLOCK, 1, 1, {TIME}},
    [FN_TOTALOFFSETMINUTES] = {STR("totaloffsetminutes"), NUM, 1, 1, {TIME}},
    [FN_NOW]                = {STR("now"),                TIME, 0, 0, {0}},
    [FN_MINDATETIME]        = {STR("mindatetime"),        TIME, 0, 0, {0}},
    [FN_MAXDATETIME]        = {STR("maxdatetime"),        TIME, 0, 0, {0}},

    [FN_ROUND]   = {STR("round"),   NUM, 1, 1, {NUM}},
    [FN_FLOOR]   = {STR("floor"),   NUM, 1, 1, {NUM}},
    [FN_CEILING] = {STR("ceiling"), NUM, 1, 1, {NUM}},

    [FN_GEO_DISTANCE]   = {STR("geo.distance"),   NUM,  2, 2, {GEO, GEO}},
    [FN_GEO_LENGTH]     = {STR("geo.length"),     NUM,  1, 1, {GEO}},
    [FN_GEO_INTERSECTS] = {STR("geo.intersects"), BOOL, 2, 2, {GEO, GEO}},
    [FN_ST_EQUALS]      = {STR("st_equals"),      BOOL, 2, 2, {GEO, GEO}},
    [FN_ST_DISJOINT]    = {STR("st_disjoint"),    BOOL, 2, 2, {GEO, GEO}},
    [FN_ST_TOUCHES]     = {STR("st_touches"),     BOOL, 2, 2, {GEO, GEO}},
    [FN_ST_WITHIN]      = {STR("st_within"),      BOOL, 2, 2, {GEO, GEO}},
    [FN_ST_OVERLAPS]    = {STR("st_overlaps"),    BOOL, 2, 2, {GEO, GEO}},
    [FN_ST_CROSSES]     = {STR("st_crosses"),     BOOL, 2, 2, {GEO, GEO}},
    [FN_ST_INTERSECTS]  = {STR("st_intersects"),  BOOL, 2, 2, {GEO, GEO}},
    [FN_ST_CONTAINS]    = {STR("st_contains"),    BOOL, 2, 2, {GEO, GEO}},
    [FN_ST_RELATE]      = {STR("st_relate"),      BOOL, 3, 3, {GEO, GEO, TEXT}},

    // FROST-Server
    [FN_BEFORE]   = {STR("before"),   BOOL, 2, 2, {TIME, TIME}},
    [FN_AFTER]    = {STR("after"),    BOOL, 2, 2, {TIME, TIME}},
    [FN_MEETS]    = {STR("meets"),    BOOL, 2, 2, {TIME, TIME}},
    [FN_DURING]   = {STR("during"),   BOOL, 2, 2, {TIME, TIME}},
    [FN_OVERLAPS] = {STR("overlaps"), BOOL, 2, 2, {TIME, TIME}},
    [FN_STARTS]   = {STR("starts"),   BOOL, 2, 2, {TIME, TIME}},
    [FN_FINISHES] = {STR("finishes"), BOOL, 2, 2, {TIME, TIME}},
};
// clang-format on

const struct function *function_of(function_id f)
{
    return &functions[f];
}

bool function_by_name(str name, function_id *out)
{
    for (int f = FN_SUBSTRINGOF; f < FUNCTION_COUNT; f++) {
        if (!str_eq(functions[f].name, name)) continue;
        *out = (function_id)f;
        return true;
    }
    return false;
}
