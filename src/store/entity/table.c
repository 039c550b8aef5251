// SPDX-License-Identifier: EUPL-1.2
#include "store/entity/table.h"

#include "base/json.h"
#include "store/observations.h"
#include "store/sight.h"
#include "store/sqlite.h"

#include <stdio.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define DDL_MAX ((size_t)64 * 1024)

str table_name(entity_set set)
{
    return set == SET_OBSERVATION ? STR("observation") : entity_schema_of(set)->entity_name;
}

// ---- Properties
// --------------------------------------------------------------------------------------------------

// clang-format off
static const struct column plain[] = {
    [PROPERTY_TEXT]     = {PROPERTY_TEXT, true, 1, {0}},
    [PROPERTY_JSON]     = {PROPERTY_JSON, true, 1, {0}},
    [PROPERTY_GEOMETRY] = {PROPERTY_GEOMETRY, true, 1, {0}, {0}},
    [PROPERTY_INSTANT]  = {PROPERTY_INSTANT, true, 1, {0}},
};

static const struct column observation[] = {
    [OBSERVATION_PHENOMENON_TIME] = {PROPERTY_TIME, false, 2, {"@.phen_start", "@.phen_end"}},
    [OBSERVATION_RESULT_TIME]     = {PROPERTY_INSTANT, false, 1, {"@.result_time"}},
    [OBSERVATION_RESULT]          = {PROPERTY_RESULT, false, 5, {"@.result_kind", "@.result_real", "@.result_units",
                                                                 "@.result_scale", "@.result_text"}},
    [OBSERVATION_RESULT_QUALITY]  = {PROPERTY_JSON, false, 1, {"@.quality"}},
    [OBSERVATION_VALID_TIME]      = {PROPERTY_INTERVAL, false, 2, {"@.valid_start", "@.valid_end"}},
    [OBSERVATION_PARAMETERS]      = {PROPERTY_JSON, false, 1, {"@.parameters"}},
};

// What a stream's Observations say of it.
#define EXTENT(column) "(SELECT x." column " FROM stream_extent AS x WHERE x.stream = @.id)"
static const struct column stream_phenomenon_time =
    {PROPERTY_INTERVAL, false, 2, {EXTENT("phen_min"), EXTENT("phen_max")}, {"phen_min", "phen_max"}};
static const struct column stream_result_time =
    {PROPERTY_INTERVAL, false, 2, {EXTENT("result_min"), EXTENT("result_max")}, {"result_min", "result_max"}};
static const struct column stream_observed_area =
    {PROPERTY_GEOMETRY, false, 1, {"(SELECT observed_area(f.feature) FROM stream_feature AS x "
                                   "JOIN FeatureOfInterest AS f ON f.id = x.feature WHERE x.stream = @.id)"}};

static const struct {
    entity_set set;
    int property;
    const struct column *column;
} derived[] = {
    {SET_DATASTREAM, DATASTREAM_PHENOMENON_TIME, &stream_phenomenon_time},
    {SET_DATASTREAM, DATASTREAM_RESULT_TIME, &stream_result_time},
    {SET_DATASTREAM, DATASTREAM_OBSERVED_AREA, &stream_observed_area},
    {SET_MULTI_DATASTREAM, MULTI_DATASTREAM_PHENOMENON_TIME, &stream_phenomenon_time},
    {SET_MULTI_DATASTREAM, MULTI_DATASTREAM_RESULT_TIME, &stream_result_time},
    {SET_MULTI_DATASTREAM, MULTI_DATASTREAM_OBSERVED_AREA, &stream_observed_area},
};
// clang-format on

const struct column *column_of(entity_set set, int property)
{
    if (set == SET_OBSERVATION) return &observation[property];
    for (size_t i = 0; i < COUNT(derived); i++)
        if (derived[i].set == set && derived[i].property == property) return derived[i].column;
    return &plain[entity_schema_of(set)->properties[property].type];
}

static bool is_place(entity_set set, int property)
{
    return (set == SET_LOCATION && property == LOCATION_LOCATION) ||
           (set == SET_FEATURE_OF_INTEREST && property == FEATURE_FEATURE);
}

static void add_place(buf *b, entity_set set, int property, int alias)
{
    char place[64], id[32];
    snprintf(place, sizeof place, "t%d.%.*s", alias,
             STR_ARG(entity_schema_of(set)->properties[property].name));
    snprintf(id, sizeof id, "t%d.id", alias);
    sight_add_place_sql(b, set, str_of(place), str_of(id));
}

static void add_observed_area(buf *b, int alias)
{
    BUF_LIT(b, "(SELECT observed_area(");
    sight_add_place_sql(b, SET_FEATURE_OF_INTEREST, STR("f.feature"), STR("f.id"));
    buf_print(
        b,
        ") FROM stream_feature AS x JOIN FeatureOfInterest AS f ON f.id = x.feature WHERE x.stream = t%d.id)",
        alias);
}

void column_add_sql(buf *b, const struct sight *sight, entity_set set, int property, int part, int alias)
{
    if (sight_coarsens(sight) && is_place(set, property)) {
        add_place(b, set, property, alias);
        return;
    }
    if (sight_coarsens(sight) && column_of(set, property) == &stream_observed_area) {
        add_observed_area(b, alias);
        return;
    }
    const char *text = column_of(set, property)->parts[part];
    if (!text) {
        buf_print(b, "t%d.%.*s", alias, STR_ARG(entity_schema_of(set)->properties[property].name));
        return;
    }
    for (; *text; text++) {
        if (*text == '@') {
            buf_print(b, "t%d", alias);
        } else {
            buf_add_char(b, *text);
        }
    }
}

void column_add_extent_sql(buf *b, const struct column *c, int part, int alias)
{
    buf_print(b, "x%d.%s", alias, c->extent[part]);
}

bool json_to_value(str text, arena *a, value *out, err *e)
{
    switch (text.n > 0 ? text.p[0] : 'n') {
    case '{':
    case '[': *out = value_json(text); return true;
    case '"': {
        json_reader r = json_reader_of(text, e);
        str unescaped;
        if (!json_read_text(&r, a, &unescaped)) return false;
        *out = value_text(unescaped);
        return true;
    }
    case 't':
    case 'f': *out = value_bool(text.p[0] == 't'); return true;
    case 'n': *out = value_null(); return true;
    default: *out = value_of_number(text); return true;
    }
}

static value read_result(sqlite3_stmt *st, int at)
{
    const int64_t units = sqlite3_column_int64(st, at + RESULT_PART_UNITS);
    const int scale = sqlite3_column_int(st, at + RESULT_PART_SCALE);
    const str text = sql_column_str(st, at + RESULT_PART_TEXT);
    switch ((enum result_kind)sqlite3_column_int(st, at + RESULT_PART_KIND)) {
    case RESULT_BOOL: return value_bool(sqlite3_column_double(st, at + RESULT_PART_REAL) > 0);
    case RESULT_DECIMAL: return value_decimal((decimal){units, (int8_t)scale});
    case RESULT_NUMBER: return value_of_number(text);
    case RESULT_TEXT: return value_text(text);
    case RESULT_JSON: return value_json(text);
    case RESULT_NULL: break;
    }
    return value_null();
}

bool column_read(sqlite3_stmt *st, int at, const struct column *c, arena *a, value *out, err *e)
{
    *out = value_null();
    if (sqlite3_column_type(st, at) == SQLITE_NULL) return true;
    switch (c->type) {
    case PROPERTY_TEXT: *out = value_text(sql_column_str(st, at)); return true;
    case PROPERTY_JSON:
    case PROPERTY_GEOMETRY: return json_to_value(sql_column_str(st, at), a, out, e);
    case PROPERTY_INSTANT: *out = value_instant(sql_column_instant(st, at)); return true;
    case PROPERTY_INTERVAL:
    case PROPERTY_TIME:
        *out = value_time((interval){sql_column_instant(st, at), sql_column_instant(st, at + 1)});
        return true;
    case PROPERTY_RESULT: *out = read_result(st, at); return true;
    }
    return true;
}

// ---- Relations
// ---------------------------------------------------------------------------------------------------

static const struct pairs {
    entity_set set;
    int relation;
    str table;
    bool is_ordered;
} all_pairs[] = {
    {SET_THING, THING_LOCATIONS, STR("Thing_Locations"), false},
    {SET_HISTORICAL_LOCATION, HISTORICAL_LOCATION_LOCATIONS, STR("HistoricalLocation_Locations"), false},
    {SET_MULTI_DATASTREAM, MULTI_DATASTREAM_OBSERVED_PROPERTIES, STR("MultiDatastream_ObservedProperties"),
     true},
};

// The column of a to-one relation. Both kinds of stream share one count of ids, so that one column serves
// both relations.
static str own_column(entity_set set, int relation)
{
    if (set != SET_OBSERVATION) return entity_schema_of(set)->relations[relation].name;
    return relation == OBSERVATION_FEATURE_OF_INTEREST ? STR("feature") : STR("stream");
}

struct link link_of(entity_set set, int relation)
{
    const struct relation *r = &entity_schema_of(set)->relations[relation];
    if (!r->is_many) return (struct link){.kind = LINK_HERE, .here = own_column(set, relation)};
    if (!entity_schema_of(r->target)->relations[r->inverse].is_many)
        return (struct link){.kind = LINK_THERE, .there = own_column(r->target, r->inverse)};

    struct link l = {
        .kind = LINK_PAIRS,
        .here = entity_schema_of(set)->entity_name,
        .there = entity_schema_of(r->target)->entity_name,
    };
    for (size_t i = 0; i < COUNT(all_pairs); i++) {
        const struct pairs *p = &all_pairs[i];
        const bool is_owner = p->set == set && p->relation == relation;
        if (!is_owner && !(p->set == r->target && p->relation == r->inverse)) continue;
        l.table = p->table;
        l.is_ordered = p->is_ordered;
        l.is_owner = is_owner;
    }
    return l;
}

void link_add_sql(buf *b, entity_set set, int relation, int alias)
{
    const struct link l = link_of(set, relation);
    if (set != SET_OBSERVATION || relation == OBSERVATION_FEATURE_OF_INTEREST) {
        buf_print(b, "t%d.%.*s", alias, STR_ARG(l.here));
    } else {  // which of the two kinds of stream it is
        buf_print(b, "(SELECT id FROM %.*s WHERE id = t%d.stream)",
                  STR_ARG(table_name(entity_schema_of(set)->relations[relation].target)), alias);
    }
}

// ---- DDL
// ---------------------------------------------------------------------------------------------------------

static const char *const sql_type[] = {
    [PROPERTY_TEXT] = "TEXT",
    [PROPERTY_JSON] = "TEXT",
    [PROPERTY_GEOMETRY] = "TEXT",
    [PROPERTY_INSTANT] = "INTEGER",
};

static void add_index(buf *b, str table, str first, str second)
{
    buf_print(b, "CREATE INDEX by_%.*s_%.*s%.*s ON %.*s(%.*s", STR_ARG(table), STR_ARG(first),
              STR_ARG(second), STR_ARG(table), STR_ARG(first));
    if (second.n > 0) buf_print(b, ", %.*s", STR_ARG(second));
    BUF_LIT(b, ");\n");
}

static void add_entity_table(buf *b, entity_set set)
{
    const struct entity_schema *s = entity_schema_of(set);
    buf_print(b, "CREATE TABLE %.*s(id INTEGER PRIMARY KEY", STR_ARG(s->entity_name));
    for (int i = 0; i < s->property_count; i++) {
        const struct property *p = &s->properties[i];
        if (!column_of(set, i)->is_stored) continue;
        buf_print(b, ", %.*s %s%s", STR_ARG(p->name), sql_type[p->type],
                  p->flags & PROPERTY_MANDATORY ? " NOT NULL" : "");
    }
    for (int i = 0; i < s->relation_count; i++) {
        const struct relation *r = &s->relations[i];
        if (r->is_many) continue;
        buf_print(b, ", %.*s INTEGER%s REFERENCES %.*s(id)", STR_ARG(r->name),
                  r->is_mandatory ? " NOT NULL" : "", STR_ARG(table_name(r->target)));
    }
    BUF_LIT(b, ") STRICT;\n");
}

static void add_entity_indexes(buf *b, entity_set set)
{
    const struct entity_schema *s = entity_schema_of(set);
    if (entity_property_find(set, STR("name")) >= 0) add_index(b, s->entity_name, STR("name"), STR(""));
    for (int i = 0; i < s->relation_count; i++)
        if (!s->relations[i].is_many) add_index(b, s->entity_name, s->relations[i].name, STR(""));
}

static void add_pairs(buf *b, const struct pairs *p)
{
    const struct link l = link_of(p->set, p->relation);
    const str target = table_name(entity_schema_of(p->set)->relations[p->relation].target);
    buf_print(b, "CREATE TABLE %.*s(%.*s INTEGER NOT NULL REFERENCES %.*s(id)", STR_ARG(l.table),
              STR_ARG(l.here), STR_ARG(table_name(p->set)));
    if (p->is_ordered) BUF_LIT(b, ", position INTEGER NOT NULL");
    buf_print(
        b, ", %.*s INTEGER NOT NULL REFERENCES %.*s(id), PRIMARY KEY(%.*s, %.*s)) STRICT, WITHOUT ROWID;\n",
        STR_ARG(l.there), STR_ARG(target), STR_ARG(l.here),
        STR_ARG(p->is_ordered ? STR("position") : l.there));
    add_index(b, l.table, l.there, l.here);
}

bool entity_create_tables(struct connection *c, err *e)
{
    buf b = {.max = DDL_MAX};
    for (int set = 0; set < ENTITY_SET_COUNT; set++)
        if (set != SET_OBSERVATION) add_entity_table(&b, (entity_set)set);
    for (size_t i = 0; i < COUNT(all_pairs); i++) add_pairs(&b, &all_pairs[i]);
    for (int set = 0; set < ENTITY_SET_COUNT; set++)
        if (set != SET_OBSERVATION) add_entity_indexes(&b, (entity_set)set);
    // A bus has many HistoricalLocations, and its newest one is asked for all the time.
    add_index(&b, table_name(SET_HISTORICAL_LOCATION), STR("Thing"), STR("time"));
    BUF_LIT(&b, "CREATE TABLE sequence(name TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID;\n"
                "CREATE TABLE document(kind TEXT, key TEXT, json TEXT NOT NULL, PRIMARY KEY(kind, key)) "
                "STRICT, WITHOUT ROWID;\n");
    buf_add_char(&b, '\0');
    const bool ok = b.failed ? err_no_memory(e) : sql_script(c, b.p, e);
    buf_free(&b);
    return ok;
}
