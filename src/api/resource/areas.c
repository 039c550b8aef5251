// SPDX-License-Identifier: EUPL-1.2
// Areas: which there are, where they lie in the tree, their outlines.
#include "api/resource/areas.h"

#include "api/csv.h"
#include "api/stream_features.h"
#include "base/utf8.h"

#include <limits.h>

#define LIMIT_MOST 20000

// ---- parts that figures use too ------------------------------------------------------------------------------------

int areas_parts_year(struct api_call *c)
{
    return api_given(c, "year") ? (int)api_integer(c, "year") : areas_year_of(c->parts->areas, c->now);
}

bool areas_parts_find(struct api_call *c, const struct atlas *t, int year, const struct area **out, err *e)
{
    const str code = api_text(c, "code");
    *out = atlas_find(t, code, year);
    return *out || err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no area '%.*s' in %d", STR_ARG(code), year);
}

void areas_parts_put_reference(json_writer *w, const struct area *a)
{
    json_open(w, '{');
    json_name(w, STR("code"));
    json_put_text(w, a->code);
    json_name(w, STR("name"));
    json_put_text(w, a->name);
    json_name(w, STR("level"));
    json_put_text(w, area_level_name(a->level));
    json_close(w, '}');
}

// ---- one area as members -------------------------------------------------------------------------------------------

static void put_number(json_writer *w, str name, double v, bool is_known)
{
    json_name(w, name);
    if (is_known)
        json_put_double(w, v);
    else
        json_put_null(w);
}

static void put_year(json_writer *w, str name, int year)
{
    put_number(w, name, year, year != INT_MIN && year != INT_MAX);
}

static void put_box(json_writer *w, const struct area *a)
{
    const double box[] = {a->south_west.longitude, a->south_west.latitude, a->north_east.longitude,
                          a->north_east.latitude};
    json_name(w, STR("bbox"));
    json_open(w, '[');
    for (size_t i = 0; i < 4; i++) json_put_double(w, box[i]);
    json_close(w, ']');
}

static void put_properties(json_writer *w, const struct area *a, size_t i, void *context)
{
    (void)i;
    (void)context;
    json_name(w, STR("parent"));
    if (a->parent.n)
        json_put_text(w, a->parent);
    else
        json_put_null(w);
    put_number(w, STR("boundaryYear"), a->year, a->year != 0);
    put_year(w, STR("validFromYear"), a->from);
    put_year(w, STR("validBeforeYear"), a->to);
    put_number(w, STR("squareMetres"), a->square_metres < 1e15 ? (double)(int64_t)a->square_metres : 0,
               a->geometry.n > 0);
    put_number(w, STR("people"), (double)a->people, a->people >= 0);
}

static void put_members(json_writer *w, const struct area *a)
{
    json_name(w, STR("code"));
    json_put_text(w, a->code);
    json_name(w, STR("name"));
    json_put_text(w, a->name);
    json_name(w, STR("level"));
    json_put_text(w, area_level_name(a->level));
    put_properties(w, a, 0, NULL);
    if (a->geometry.n) put_box(w, a);  // a feature shows by itself where it lies
}

static void csv_line(buf *b, const struct area *a)
{
    csv_text(b, a->code, CSV_NEXT);
    csv_text(b, a->name, CSV_NEXT);
    csv_text(b, area_level_name(a->level), CSV_NEXT);
    csv_text(b, a->parent, CSV_NEXT);
    if (a->year) buf_add_int(b, a->year);
    buf_add_char(b, ',');
    if (a->geometry.n) buf_add_int(b, (int64_t)a->square_metres);
    buf_add_char(b, ',');
    if (a->people >= 0) buf_add_int(b, a->people);
    BUF_LIT(b, "\r\n");
}

// ---- GET /areas ----------------------------------------------------------------------------------------------------

struct wanted {
    int year;
    bool has_level;
    area_level level;
    str parent, words, after;
    int64_t limit;
};

static bool wanted_read(struct api_call *c, struct wanted *out, err *e)
{
    struct wanted w = {.year = areas_parts_year(c),
                       .parent = api_text(c, "parent"),
                       .after = api_text(c, "after"),
                       .limit = api_given(c, "limit") || c->format == API_JSON ? api_integer(c, "limit")
                                                                               : LIMIT_MOST};
    w.has_level = api_given(c, "level") && area_level_by_name(api_text(c, "level"), &w.level);
    if (!utf8_lower(api_text(c, "name"), c->a, &w.words, e)) return false;
    *out = w;
    return true;
}

static bool is_wanted(const struct wanted *w, const struct area *a, arena *scratch)
{
    size_t at;
    str name;
    if (w->year < a->from || w->year >= a->to || (w->has_level && a->level != w->level)) return false;
    if ((w->parent.n && !str_eq(a->parent, w->parent)) || (w->after.n && str_cmp(a->code, w->after) <= 0))
        return false;
    if (w->words.n == 0) return true;
    arena_reset(scratch);
    return utf8_lower(a->name, scratch, &name, NULL) && str_find(name, w->words, &at);
}

static bool choose(struct api_call *c, const struct atlas *t, const struct wanted *w,
                   const struct area ***out, size_t *count, bool *more, err *e)
{
    size_t all;
    const struct area *list = atlas_all(t, &all);
    const struct area **chosen = (const struct area **)arena_array(c->a, all + 1, sizeof *chosen);
    arena *scratch = arena_new(1 << 16);
    *count = 0;
    *more = false;
    for (size_t i = 0; chosen && scratch && i < all && !*more; i++) {
        if (!is_wanted(w, &list[i], scratch)) continue;
        *more = *count == (size_t)w->limit;
        if (!*more) chosen[(*count)++] = &list[i];
    }
    *out = chosen;
    const bool ok = chosen && scratch;
    arena_free(scratch);
    return ok || err_no_memory(e);
}

static void write_list(struct api_call *c, const struct area *const *list, size_t count, bool more)
{
    json_open(&c->w, '{');
    json_name(&c->w, STR("areas"));
    json_open(&c->w, '[');
    for (size_t i = 0; i < count; i++) {
        json_open(&c->w, '{');
        put_members(&c->w, list[i]);
        json_close(&c->w, '}');
    }
    json_close(&c->w, ']');
    api_put_links(c, more ? list[count - 1]->code : (str){0});
    json_close(&c->w, '}');
}

static void write_csv(struct api_call *c, const struct area *const *list, size_t count)
{
    BUF_LIT(&c->out, "code,name,level,parent,boundaryYear,squareMetres,people\r\n");
    for (size_t i = 0; i < count; i++) csv_line(&c->out, list[i]);
}

static bool list_write(struct api_call *c, const struct atlas *t, err *e)
{
    struct wanted w;
    const struct area **list;
    size_t count;
    bool more;
    if (!wanted_read(c, &w, e) || !choose(c, t, &w, &list, &count, &more, e)) return false;
    switch (c->format) {
    case API_GEOJSON: return api_stream_features(c, t, list, count, put_properties, NULL, NULL, e);
    case API_CSV: write_csv(c, list, count); break;
    case API_JSON:
    case API_ATOM: write_list(c, list, count, more); break;
    }
    return true;
}

static bool with_version(struct api_call *c, bool (*write)(struct api_call *c, const struct atlas *t, err *e),
                         err *e)
{
    const struct atlas *t = areas_take(c->parts->areas);
    str tag;
    bool ok = arena_print(c->a, &tag, "%llx-%d", (unsigned long long)atlas_version(t),
                          areas_year_of(c->parts->areas, c->now)) ||
              err_no_memory(e);
    if (ok && !api_unchanged(c, tag)) ok = write(c, t, e);
    areas_give(c->parts->areas, t);
    return ok;
}

static bool areas_get(struct api_call *c, err *e)
{
    return with_version(c, list_write, e);
}

// ---- GET /areas/{code} ---------------------------------------------------------------------------------------------

static bool put_family(struct api_call *c, const struct atlas *t, const struct area *a, int year, err *e)
{
    const struct area **list;
    size_t count;
    int steps = AREA_LEVEL_COUNT;
    if (!atlas_children(t, a, year, c->a, &list, &count, e)) return false;
    json_name(&c->w, STR("parents"));
    json_open(&c->w, '[');
    for (const struct area *p = atlas_parent(t, a, year); p && steps-- > 0; p = atlas_parent(t, p, year))
        areas_parts_put_reference(&c->w, p);
    json_close(&c->w, ']');
    json_name(&c->w, STR("children"));
    json_open(&c->w, '[');
    for (size_t i = 0; i < count; i++) areas_parts_put_reference(&c->w, list[i]);
    json_close(&c->w, ']');
    return true;
}

static bool area_write(struct api_call *c, const struct atlas *t, err *e)
{
    const int year = areas_parts_year(c);
    const struct area *a;
    if (!areas_parts_find(c, t, year, &a, e)) return false;
    if (c->format == API_GEOJSON) {
        area_write_feature(&c->w, a, 0, put_properties, NULL);
        return true;
    }
    json_open(&c->w, '{');
    put_members(&c->w, a);
    const bool ok = put_family(c, t, a, year, e);
    api_put_links(c, (str){0});
    json_close(&c->w, '}');
    return ok;
}

static bool area_get(struct api_call *c, err *e)
{
    return with_version(c, area_write, e);
}

// ---- tables --------------------------------------------------------------------------------------------------------

#define YEAR_PARAMETER                                                                                  \
    {                                                                                                   \
        "year", API_INTEGER, .about = "Boundaries as they were in this year; this year when not given", \
                             .least = 1, .most = 9999                                                   \
    }

static const struct api_field list_parameters[] = {
    {"level", API_WORD, AREAS_LEVELS, "Only areas of this level"},
    {"parent", API_TEXT, .about = "Only those directly below the area with this code"},
    {"name", API_TEXT, .about = "Only those whose name has this text in it"},
    YEAR_PARAMETER,
    {"limit", API_INTEGER, .about = "Areas on a page", .least = 1, .most = LIMIT_MOST, .standard = "100"},
    {"after", API_TEXT, .about = "Only those with a greater code; from the link to the next page"},
    {0}};

static const struct api_field area_parameters[] = {
    {"code", API_TEXT, .about = "Code of the area: BU06030111, WK060301, GM0603, PV28, NL, EU, 001"},
    YEAR_PARAMETER,
    {0}};

#define AREA_MEMBERS                                                                                        \
    {"code", API_TEXT, .about = "Code: of CBS, NUTS, LAU, or the town's own", .flags = API_NEEDED},         \
        {"name", API_TEXT, .about = "Name", .flags = API_NEEDED},                                           \
        {"level", API_WORD, AREAS_LEVELS, "Level in the tree", API_NEEDED},                                 \
        {"parent", API_TEXT, .about = "Code of the area above", .flags = API_NULLABLE},                     \
        {"boundaryYear", API_INTEGER, .about = "Year of its boundaries", .flags = API_NULLABLE},            \
        {"validFromYear", API_INTEGER, .about = "They hold from this year; null: for all years before",     \
         .flags = API_NULLABLE},                                                                            \
        {"validBeforeYear", API_INTEGER, .about = "And until the end of the year before this; null: still", \
         .flags = API_NULLABLE},                                                                            \
        {"squareMetres", API_NUMBER, .about = "Its size", .flags = API_NULLABLE},                           \
        {"people", API_INTEGER, .about = "Inhabitants, as the source of the boundaries says",               \
         .flags = API_NULLABLE},                                                                            \
    {                                                                                                       \
        "bbox", API_LIST, "number", "West, south, east, north"                                              \
    }

static const struct api_field area_fields[] = {AREA_MEMBERS, {0}};
static const struct api_field detail_fields[] = {
    AREA_MEMBERS,
    {"parents", API_LIST, "AreaReference", "From the area above to the world"},
    {"children", API_LIST, "AreaReference", "Areas directly below"},
    {"_links", API_OBJECT},
    {0}};
static const struct api_field reference_fields[] = {{"code", API_TEXT, .flags = API_NEEDED},
                                                    {"name", API_TEXT, .flags = API_NEEDED},
                                                    {"level", API_WORD, AREAS_LEVELS, NULL, API_NEEDED},
                                                    {0}};
static const struct api_field list_fields[] = {
    {"areas", API_LIST, "Area", "By code", API_NEEDED}, {"_links", API_OBJECT}, {0}};

const struct api_set api_areas = {
    .tag = "areas",
    .about = "Areas from the street to the world, with the boundaries of each year.",
    .resources =
        (const struct api_resource[]){
            {HTTP_GET, "/areas", "getAreas", "Areas, by level, parent or name", ACTION_READ_PUBLIC,
             list_parameters, .answer = "AreaList", .formats = API_JSON | API_GEOJSON | API_CSV,
             .run = areas_get},
            {HTTP_GET, "/areas/{code}", "getArea", "An area, its parents and its parts", ACTION_READ_PUBLIC,
             area_parameters, .answer = "AreaDetail", .formats = API_JSON | API_GEOJSON, .run = area_get},
            {0}},
    .schemas = (const struct api_schema[]){{"Area", "An area.", area_fields},
                                           {"AreaDetail", "An area with its place in the tree.",
                                            detail_fields},
                                           {"AreaReference", "An area by name.", reference_fields},
                                           {"AreaList", "A page of areas.", list_fields},
                                           {0}},
};
