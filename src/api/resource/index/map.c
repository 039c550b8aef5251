// SPDX-License-Identifier: EUPL-1.2
// The index of all areas beside each other, now: as rows, and as a map.
#include "api/csv.h"
#include "api/kept.h"
#include "api/resource/areas.h"
#include "api/resource/index/index_parts.h"
#include "area/collection.h"

#define FEATURE_BYTES 512  // beside its geometry, about

struct map {
    const struct index_table *table;
    const struct index_scale *scale;
    const struct atlas *atlas;
    bool has_level;
    area_level level;
};

static bool is_wanted(const struct map *m, const struct index_area_now *a)
{
    return !m->has_level || a->level == m->level;
}

// ---- As rows -------------------------------------------------------------------------------------------------------

static void put_values(json_writer *w, const struct index_value *v)
{
    for (size_t k = 0; k < v->part_count; k++)
        index_put_value(w, substance_key(v->parts[k].substance), v->parts[k].value);
}

static void put_members(json_writer *w, const struct map *m, const struct index_now *n)
{
    struct index_value v;
    index_of_means(m->scale, n->hour, n->day, m->table->at, &v);
    index_put_class(w, n, &v);
    put_values(w, &v);
}

static str name_of(const struct map *m, str code, int year)
{
    const struct area *a = atlas_find(m->atlas, code, year);
    return a ? a->name : (str){0};
}

static void write_rows(struct api_call *c, const struct map *m)
{
    const struct index_table *t = m->table;
    const int year = areas_year_of(c->parts->areas, t->at);
    json_open(&c->w, '{');
    json_member_time(&c->w, STR("at"), t->at);
    index_put_scale(&c->w, m->scale);
    json_name(&c->w, STR("areas"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < t->area_count; k++) {
        const struct index_area_now *a = &t->areas[k];
        if (!is_wanted(m, a)) continue;
        json_open(&c->w, '{');
        json_member_text(&c->w, STR("code"), a->code);
        json_member_given(&c->w, STR("name"), name_of(m, a->code, year));
        json_member_text(&c->w, STR("level"), area_level_name(a->level));
        put_members(&c->w, m, &a->now);
        json_close(&c->w, '}');
    }
    json_close(&c->w, ']');
    api_put_links(c, (str){0});
    json_close(&c->w, '}');
}

static void csv_row(buf *b, const struct map *m, const struct index_area_now *a, str name)
{
    struct index_value v;
    const struct index_now *n = &a->now;
    index_of_means(m->scale, n->hour, n->day, m->table->at, &v);
    csv_text(b, a->code, CSV_NEXT);
    csv_text(b, name, CSV_NEXT);
    csv_text(b, area_level_name(a->level), CSV_NEXT);
    csv_time(b, m->table->at, CSV_NEXT);
    csv_text(b, m->scale->key, CSV_NEXT);
    csv_int(b, v.class, CSV_NEXT);
    csv_int(b, v.group, CSV_NEXT);
    csv_text(b, v.worst >= 0 ? substance_key(v.parts[v.worst].substance) : (str){0}, CSV_NEXT);
    csv_text(b, v.class == 0 ? index_why(n) : (str){0}, CSV_NEXT);
    csv_int(b, (int64_t)n->meters, CSV_NEXT);
    csv_text(b, n->is_indication ? STR("true") : STR("false"), CSV_NEXT);
    index_csv_values(b, &v);
}

static void write_csv(struct api_call *c, const struct map *m)
{
    const struct index_table *t = m->table;
    const int year = areas_year_of(c->parts->areas, t->at);
    BUF_LIT(&c->out,
            "code,name,level,at,scale,class,group,by,why,meters,isIndication," INDEX_SUBSTANCES "\r\n");
    for (size_t k = 0; k < t->area_count; k++)
        if (is_wanted(m, &t->areas[k])) csv_row(&c->out, m, &t->areas[k], name_of(m, t->areas[k].code, year));
}

// ---- As a map ------------------------------------------------------------------------------------------------------

static void put_feature(json_writer *w, const struct area *a, size_t i, void *context)
{
    static const struct index_now nothing = {.state = INDEX_NO_DATA};
    const struct map *m = context;
    const struct index_area_now *found = index_area_find(m->table, a->code);
    (void)i;
    if (found) {
        put_members(w, m, &found->now);
        return;
    }
    json_member_int(w, STR("class"), 0);
    json_member_text(w, STR("why"), index_why(&nothing));
    json_member_int(w, STR("meters"), 0);
}

// Every area of the level, also those that nothing is measured in: a map shows them grey.
static bool make_map(struct api_call *c, buf *out, const void *context, err *e)
{
    struct map m = *(const struct map *)context;
    const struct area **list;
    size_t count, bytes = 0;
    const int year = areas_year_of(c->parts->areas, m.table->at);
    if (!atlas_level(m.atlas, m.level, year, c->a, &list, &count, e)) return false;
    for (size_t k = 0; k < count; k++) bytes += list[k]->geometry.n + FEATURE_BYTES;
    if (!buf_reserve(out, bytes < out->max ? bytes : out->max)) return err_no_memory(e);
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_member_text(&w, STR("type"), STR("FeatureCollection"));
    json_member_time(&w, STR("at"), m.table->at);
    index_put_scale(&w, m.scale);
    json_name(&w, STR("features"));
    json_open(&w, '[');
    for (size_t k = 0; k < count; k++) area_write_feature(&w, list[k], k, put_feature, &m);
    json_close(&w, ']');
    json_close(&w, '}');
    return true;
}

static bool answer_map(struct api_call *c, const struct map *m, err *e)
{
    str question, state;
    return (arena_print(c->a, &question, "index map, %.*s, %.*s", STR_ARG(area_level_name(m->level)),
                        STR_ARG(m->scale->key)) &&
            arena_print(c->a, &state, "%llx-%llx", (unsigned long long)m->table->generation,
                        (unsigned long long)atlas_version(m->atlas)))
               ? api_answer_kept(c, question, state, make_map, m, e)
               : err_no_memory(e);
}

// ---- GET /area-indices ---------------------------------------------------------------------------------------------

static bool write(struct api_call *c, const struct map *m, err *e)
{
    switch (c->format) {
    case API_GEOJSON: return answer_map(c, m, e);
    case API_CSV: write_csv(c, m); break;
    case API_JSON:
    case API_ATOM: write_rows(c, m); break;
    }
    return true;
}

static bool map_get(struct api_call *c, err *e)
{
    struct map m = {.scale = index_scale_in(c), .level = AREA_NEIGHBOURHOOD};
    m.has_level = api_given(c, "level") && area_level_by_name(api_text(c, "level"), &m.level);
    if (!indices_take(c->parts->indices, &m.table, e)) return false;
    m.atlas = areas_take(c->parts->areas);
    const bool ok = write(c, &m, e);
    areas_give(c->parts->areas, m.atlas);
    indices_give(c->parts->indices, m.table);
    return ok;
}

// ---- Tables --------------------------------------------------------------------------------------------------------

static const struct api_field parameters[] = {
    INDEX_SCALE,
    {"level", API_WORD, AREAS_LEVELS,
     "Only areas of this level; as GeoJSON all of it, neighbourhoods when not given"},
    {0}};
static const struct api_field areas_fields[] = {
    {"at", API_TIME, .about = "End of the hour", .flags = API_NEEDED},
    INDEX_SCALE_FIELDS,
    {"areas", API_LIST, "AreaIndex", "By code; only those with a meter", .flags = API_NEEDED},
    INDEX_LINKS,
    {0}};
static const struct api_field row_fields[] = {{"code", API_TEXT, .about = "Of the area", .flags = API_NEEDED},
                                              {"name", API_TEXT, .about = "Of the area"},
                                              {"level", API_TEXT, .about = "Of the area"},
                                              INDEX_CLASS_FIELDS,
                                              INDEX_SUBSTANCE("pm25"),
                                              INDEX_SUBSTANCE("pm10"),
                                              INDEX_SUBSTANCE("no2"),
                                              INDEX_SUBSTANCE("o3"),
                                              INDEX_SUBSTANCE("so2"),
                                              {0}};

const struct api_set api_index_map = {
    .tag = "index-map",
    .about = "The index of all areas beside each other.",
    .resources = (const struct api_resource[]){{HTTP_GET, "/area-indices", "getAreaIndices",
                                                "The index of all areas, now", ACTION_READ_PUBLIC, parameters,
                                                .answer = "AreaIndices",
                                                .formats = API_JSON | API_GEOJSON | API_CSV, .run = map_get},
                                               {0}},
    .schemas = (const struct api_schema[]){{"AreaIndices", "The index of areas.", areas_fields},
                                           {"AreaIndex", "The index of one area.", row_fields},
                                           {0}},
};
