// SPDX-License-Identifier: EUPL-1.2
// Indices, norms and noise of areas and Things, now and over time.
#include "api/api.h"

#include "api/stream_features.h"
#include "index/index.h"

#include <math.h>

#define HISTORY_STANDARD TIME_DAY

// ---- Small parts of answers --------------------------------------------------------------------------------------

static void put_text(struct api_call *c, const char *name, str text)
{
    json_name(&c->w, str_of(name));
    json_put_text(&c->w, text);
}

static void put_number(struct api_call *c, const char *name, double v)  // NAN: null
{
    json_name(&c->w, str_of(name));
    json_put_double(&c->w, isnan(v) ? v : round(v * 1000) / 1000);
}

static void put_int(struct api_call *c, const char *name, int64_t v)
{
    json_name(&c->w, str_of(name));
    json_put_int(&c->w, v);
}

static void put_bool(struct api_call *c, const char *name, bool v)
{
    json_name(&c->w, str_of(name));
    json_put_bool(&c->w, v);
}

static void put_time(struct api_call *c, const char *name, instant t)
{
    char text[TIME_TEXT_MAX];
    put_text(c, name, (str){text, time_write(text, t)});
}

static void put_sources(struct api_call *c, const struct index_source *all, size_t count)
{
    json_name(&c->w, STR("sources"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < count; k++) {
        json_open(&c->w, '{');
        put_text(c, "quantity", substance_key(all[k].substance));
        put_int(c, "datastream", all[k].stream);
        put_int(c, "thing", all[k].thing);
        put_bool(c, "isReference", all[k].is_reference);
        json_close(&c->w, '}');
    }
    json_close(&c->w, ']');
}

// ---- Scales ------------------------------------------------------------------------------------------------------

static void put_scale_part(struct api_call *c, const struct index_scale_part *p)
{
    json_open(&c->w, '{');
    put_text(c, "quantity", substance_key(p->substance));
    put_int(c, "hours", p->hours);
    json_name(&c->w, STR("bounds"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < SCALE_BOUNDS_MAX && p->bounds[k] > 0; k++) json_put_double(&c->w, p->bounds[k]);
    json_close(&c->w, ']');
    json_close(&c->w, '}');
}

static void put_scale(struct api_call *c, const struct index_scale *s)
{
    json_open(&c->w, '{');
    put_text(c, "key", s->key);
    put_text(c, "nameNl", s->name_nl);
    put_text(c, "nameEn", s->name_en);
    put_text(c, "version", s->version);
    json_name(&c->w, STR("classes"));
    json_open(&c->w, '[');
    for (int k = 0; k < s->class_count; k++) {
        json_open(&c->w, '{');
        put_int(c, "class", k + 1);
        put_int(c, "group", s->classes[k].group);
        put_text(c, "wordNl", s->classes[k].word_nl);
        put_text(c, "wordEn", s->classes[k].word_en);
        json_close(&c->w, '}');
    }
    json_close(&c->w, ']');
    json_name(&c->w, STR("parts"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < s->part_count; k++) put_scale_part(c, &s->parts[k]);
    json_close(&c->w, ']');
    json_close(&c->w, '}');
}

static bool get_scales(struct api_call *c, err *e)
{
    (void)e;
    json_open(&c->w, '{');
    json_name(&c->w, STR("scales"));
    json_open(&c->w, '[');
    for (int k = 0; k < INDEX_SCALE_COUNT; k++) put_scale(c, index_scale_of((index_scale_id)k));
    json_close(&c->w, ']');
    json_close(&c->w, '}');
    return true;
}

// ---- Now ---------------------------------------------------------------------------------------------------------

static void put_parts(struct api_call *c, const struct index_value *v, const size_t *streams)
{
    json_name(&c->w, STR("parts"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < v->part_count; k++) {
        const struct index_part *p = &v->parts[k];
        json_open(&c->w, '{');
        put_text(c, "quantity", substance_key(p->substance));
        put_int(c, "hours", p->hours);
        put_number(c, "value", p->value);
        put_int(c, "class", p->class);
        if (streams) put_int(c, "datastreams", (int64_t)streams[p->substance]);
        json_close(&c->w, '}');
    }
    json_close(&c->w, ']');
}

static void put_class(struct api_call *c, const struct index_value *v)
{
    const struct index_scale *s = v->scale;
    put_int(c, "class", v->class);
    put_int(c, "group", v->group);
    if (v->class > 0) {
        put_text(c, "wordNl", s->classes[v->class - 1].word_nl);
        put_text(c, "wordEn", s->classes[v->class - 1].word_en);
    }
    if (v->worst >= 0) put_text(c, "by", substance_key(v->parts[v->worst].substance));
    put_bool(c, "isComplete", v->is_complete);
}

static const struct index_scale *scale_in(struct api_call *c)
{
    return index_scale_by_key(api_text(c, "scale"));  // one of the words of the parameter
}

static void put_now(struct api_call *c, const struct index_now *n, instant at)
{
    struct index_value v;
    const struct index_scale *s = scale_in(c);
    index_of_means(s, n->hour, n->day, at, &v);
    put_time(c, "at", at);
    put_text(c, "scale", s->key);
    put_text(c, "scaleVersion", s->version);
    put_class(c, &v);
    if (v.class == 0)
        put_text(c, "why", index_state_name(n->state == INDEX_FEW_METERS ? INDEX_FEW_METERS : INDEX_NO_DATA));
    put_int(c, "meters", (int64_t)n->meters);
    put_bool(c, "isIndication", n->is_indication);
    put_parts(c, &v, n->streams);
}

static bool area_now(struct api_call *c, err *e)
{
    const struct index_table *t;
    const str code = api_text(c, "code");
    if (!indices_take(c->parts->indices, &t, e)) return false;
    const struct index_area_now *a = index_area_find(t, code);
    if (a) {
        json_open(&c->w, '{');
        put_text(c, "code", code);
        put_now(c, &a->now, t->at);
        api_put_links(c, (str){0});
        json_close(&c->w, '}');
    } else
        err_set(e, ERR_ABSENT, ERR_NOWHERE, "in area '%.*s' nothing is measured that an index is made of",
                STR_ARG(code));
    const bool ok = a != NULL;
    indices_give(c->parts->indices, t);
    return ok;
}

static bool thing_now(struct api_call *c, err *e)
{
    const struct index_table *t;
    const entity_id id = api_integer(c, "id");
    if (!indices_take(c->parts->indices, &t, e)) return false;
    const struct index_thing_now *x = index_thing_find(t, id);
    if (x) {
        json_open(&c->w, '{');
        put_int(c, "thing", id);
        put_now(c, &x->now, t->at);
        api_put_links(c, (str){0});
        json_close(&c->w, '}');
    } else
        err_set(e, ERR_ABSENT, ERR_NOWHERE, "Thing %lld measures nothing that an index is made of",
                (long long)id);
    const bool ok = x != NULL;
    indices_give(c->parts->indices, t);
    return ok;
}

// ---- All areas of a level ----------------------------------------------------------------------------------------

static void put_row_members(struct api_call *c, const struct index_area_now *a, const struct index_scale *s,
                            instant at)
{
    struct index_value v;
    index_of_means(s, a->now.hour, a->now.day, at, &v);
    put_class(c, &v);
    if (v.class == 0)
        put_text(c, "why",
                 index_state_name(a->now.state == INDEX_FEW_METERS ? INDEX_FEW_METERS : INDEX_NO_DATA));
    put_int(c, "meters", (int64_t)a->now.meters);
    put_bool(c, "isIndication", a->now.is_indication);
    for (size_t k = 0; k < v.part_count; k++)
        put_number(c, substance_key(v.parts[k].substance).p, v.parts[k].value);
}

static void put_row(struct api_call *c, const struct index_area_now *a, const struct index_scale *s,
                    instant at)
{
    json_open(&c->w, '{');
    put_text(c, "code", a->code);
    put_text(c, "level", area_level_name(a->level));
    put_row_members(c, a, s, at);
    json_close(&c->w, '}');
}

struct index_map {
    struct api_call *c;
    const struct index_table *t;
    const struct index_scale *s;
};

static void put_feature(json_writer *w, const struct area *a, size_t i, void *context)
{
    const struct index_map *m = context;
    const struct index_area_now *found = index_area_find(m->t, a->code);
    (void)i;
    m->c->w = *w;  // members are written by the call's writer
    if (found) {
        put_row_members(m->c, found, m->s, m->t->at);
    } else {
        put_int(m->c, "class", 0);
        put_text(m->c, "why", index_state_name(INDEX_NO_DATA));
    }
    *w = m->c->w;
}

static void map_release(void *context)
{
    const struct index_map *m = context;
    indices_give(m->c->parts->indices, m->t);
}

// Every area of the level, also those that nothing is measured in: a map shows them grey.
static bool map_write(struct api_call *c, const struct index_table *t, area_level level, err *e)
{
    struct index_map *m = ARENA_NEW(c->a, struct index_map);
    const struct atlas *atlas = areas_take(c->parts->areas);
    const struct area **list;
    size_t count;
    bool ok = m || err_no_memory(e);
    ok = ok && atlas_level(atlas, level, areas_year_of(c->parts->areas, t->at), c->a, &list, &count, e);
    if (ok) {
        *m = (struct index_map){c, t, scale_in(c)};
        ok = api_stream_features(c, atlas, list, count, put_feature, m, map_release, e);
    } else {
        indices_give(c->parts->indices, t);
    }
    areas_give(c->parts->areas, atlas);
    return ok;
}

static bool areas_now(struct api_call *c, err *e)
{
    const struct index_table *t;
    const struct index_scale *s = scale_in(c);
    area_level level = AREA_NEIGHBOURHOOD;
    const bool all = !api_given(c, "level") || !area_level_by_name(api_text(c, "level"), &level);
    if (!indices_take(c->parts->indices, &t, e)) return false;
    if (c->format == API_GEOJSON) return map_write(c, t, level, e);
    json_open(&c->w, '{');
    put_time(c, "at", t->at);
    put_text(c, "scale", s->key);
    put_text(c, "scaleVersion", s->version);
    json_name(&c->w, STR("areas"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < t->area_count; k++)
        if (all || t->areas[k].level == level) put_row(c, &t->areas[k], s, t->at);
    json_close(&c->w, ']');
    api_put_links(c, (str){0});
    json_close(&c->w, '}');
    indices_give(c->parts->indices, t);
    return true;
}

// ---- Over time ---------------------------------------------------------------------------------------------------

static void put_hours(struct api_call *c, const struct index_past *p, const struct index_scale *s)
{
    json_name(&c->w, STR("hours"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < p->count; k++) {
        struct index_value v;
        index_at(s, p->given, k, &v);
        json_open(&c->w, '{');
        put_time(c, "at", p->from + (instant)(k + 1) * TIME_HOUR);
        put_int(c, "class", v.class);
        put_int(c, "group", v.group);
        if (v.worst >= 0) put_text(c, "by", substance_key(v.parts[v.worst].substance));
        for (size_t i = 0; i < v.part_count; i++)
            if (p->given[v.parts[i].substance])
                put_number(c, substance_key(v.parts[i].substance).p, v.parts[i].value);
        json_close(&c->w, '}');
    }
    json_close(&c->w, ']');
}

static bool history(struct api_call *c, struct index_subject subject, err *e)
{
    struct snapshot *at;
    struct index_past p;
    const instant to = api_time(c, "to", c->now), from = api_time(c, "from", to - HISTORY_STANDARD);
    const instant first = from - from % TIME_HOUR, last = to - to % TIME_HOUR;
    if (last <= first) return err_set(e, ERR_RANGE, ERR_NOWHERE, "'from' is at least an hour before 'to'");
    if (!api_snapshot(c, &at, e) || !index_past(c->parts->indices, at, subject, first,
                                                (size_t)((last - first) / TIME_HOUR), 0, c->a, &p, e))
        return false;
    json_open(&c->w, '{');
    put_text(c, "scale", scale_in(c)->key);
    put_text(c, "scaleVersion", scale_in(c)->version);
    put_bool(c, "isIndication", p.is_indication);
    put_hours(c, &p, scale_in(c));
    put_sources(c, p.sources, p.source_count);
    api_put_links(c, (str){0});
    json_close(&c->w, '}');
    return true;
}

static struct index_subject area_in(struct api_call *c)
{
    return (struct index_subject){.area = api_text(c, "code")};
}

static struct index_subject thing_in(struct api_call *c)
{
    return (struct index_subject){.thing = api_integer(c, "id")};
}

static bool area_history(struct api_call *c, err *e)
{
    return history(c, area_in(c), e);
}

static bool thing_history(struct api_call *c, err *e)
{
    return history(c, thing_in(c), e);
}

// ---- Norms -------------------------------------------------------------------------------------------------------

static void put_limit(struct api_call *c, const struct limit_result *r)
{
    const bool is_counted = r->limit->over != OVER_YEAR && r->limit->over != OVER_PEAK_SEASON;
    json_open(&c->w, '{');
    put_text(c, "quantity", substance_key(r->limit->substance));
    put_text(c, "over", limit_over_name(r->limit->over));
    put_number(c, "limit", r->limit->value);
    if (is_counted) put_int(c, "allowed", r->limit->allowed);
    put_text(c, "outcome", limit_outcome_name(r->outcome));
    put_number(c, "value", r->value);
    if (is_counted) put_int(c, "timesAbove", r->times_above);
    put_number(c, "captured", r->captured);
    put_bool(c, "isTarget", r->limit->is_target);
    put_bool(c, "isChecked", r->limit->is_checked);
    json_close(&c->w, '}');
}

static bool limits(struct api_call *c, struct index_subject subject, err *e)
{
    struct snapshot *at;
    struct index_limits l;
    limit_set set = LIMITS_EU;
    const int year = api_given(c, "year") ? (int)api_integer(c, "year")
                                          : tz_civil(c->parts->zone, c->now).year;
    (void)limit_set_by_key(api_text(c, "set"), &set);  // one of the words of the parameter
    if (!api_snapshot(c, &at, e) ||
        !index_limits(c->parts->indices, at, subject, set, year, c->now, c->a, &l, e))
        return false;
    json_open(&c->w, '{');
    put_text(c, "set", limit_set_key(set));
    put_text(c, "name", limit_set_name(set));
    put_int(c, "year", year);
    put_bool(c, "isIndication", l.is_indication);
    json_name(&c->w, STR("limits"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < l.count; k++) put_limit(c, &l.all[k]);
    json_close(&c->w, ']');
    put_sources(c, l.sources, l.source_count);
    api_put_links(c, (str){0});
    json_close(&c->w, '}');
    return true;
}

static bool area_limits(struct api_call *c, err *e)
{
    return limits(c, area_in(c), e);
}

static bool thing_limits(struct api_call *c, err *e)
{
    return limits(c, thing_in(c), e);
}

// ---- Noise -------------------------------------------------------------------------------------------------------

static void put_date(struct api_call *c, const struct noise_date *d)
{
    static const char *const parts[] = {
        [NOISE_DAY] = "day", [NOISE_EVENING] = "evening", [NOISE_NIGHT] = "night"};
    for (int p = 0; p < NOISE_PARTS; p++) put_number(c, parts[p], d->part[p]);
    put_number(c, "lden", d->lden);
    put_number(c, "captured",
               fmin(d->captured[NOISE_DAY], fmin(d->captured[NOISE_EVENING], d->captured[NOISE_NIGHT])));
}

static void put_noise(struct api_call *c, const struct index_noise *n)
{
    put_int(c, "datastream", n->stream);
    put_number(c, "laeq", n->span.laeq);
    put_number(c, "l10", n->span.l10);
    put_number(c, "l50", n->span.l50);
    put_number(c, "l90", n->span.l90);
    put_number(c, "max", n->span.max);
    put_number(c, "captured", n->span.captured);
    put_bool(c, "isIndication", true);  // not at a facade, not for a year: never an official figure
    json_name(&c->w, STR("dates"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < n->count; k++) {
        json_open(&c->w, '{');
        put_time(c, "from", n->dates[k].day.start);
        put_date(c, &n->dates[k]);
        json_close(&c->w, '}');
    }
    json_close(&c->w, ']');
    json_name(&c->w, STR("longTerm"));
    json_open(&c->w, '{');
    put_date(c, &n->long_term);
    json_close(&c->w, '}');
}

static bool thing_noise(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct index_noise n;
    const instant to = api_time(c, "to", c->now), from = api_time(c, "from", to - 7 * TIME_DAY);
    if (!api_snapshot(c, &at, e) ||
        !index_noise(c->parts->indices, at, api_integer(c, "id"), (interval){from, to}, c->a, &n, e))
        return false;
    json_open(&c->w, '{');
    put_noise(c, &n);
    api_put_links(c, (str){0});
    json_close(&c->w, '}');
    return true;
}

// ---- Tables ------------------------------------------------------------------------------------------------------

#define SCALE                                                                               \
    {                                                                                       \
        "scale", API_WORD, "lki eaqi eaqi-2020 eaqi-2017", "Which index", .standard = "lki" \
    }
#define CODE                                                      \
    {                                                             \
        "code", API_TEXT, .about = "Code of the area: BU06030101" \
    }
#define THING                                                                               \
    {                                                                                       \
        "id", API_INTEGER, .about = "Id of the Thing", .least = 1, .most = 9007199254740991 \
    }
#define SET                                                                      \
    {                                                                            \
        "set", API_WORD, "who-2021 eu eu-2030", "Which limits", .standard = "eu" \
    }
#define YEAR                                                                                                \
    {                                                                                                       \
        "year", API_INTEGER, .about = "Calendar year; the present one when it is not given", .least = 1990, \
                             .most = 2200                                                                   \
    }
#define FROM(what)                      \
    {                                   \
        "from", API_TIME, .about = what \
    }
#define TO                                                                   \
    {                                                                        \
        "to", API_TIME, .about = "End, itself not; now when it is not given" \
    }

static const struct api_field area_parameters[] = {CODE, SCALE, {0}};
static const struct api_field area_history_parameters[] = {
    CODE, SCALE, FROM("Start; a day before the end when it is not given"), TO, {0}};
static const struct api_field area_limit_parameters[] = {CODE, SET, YEAR, {0}};
static const struct api_field thing_parameters[] = {THING, SCALE, {0}};
static const struct api_field thing_history_parameters[] = {
    THING, SCALE, FROM("Start; a day before the end when it is not given"), TO, {0}};
static const struct api_field thing_limit_parameters[] = {THING, SET, YEAR, {0}};
static const struct api_field noise_parameters[] = {
    THING, FROM("Start; a week before the end when it is not given"), TO, {0}};
static const struct api_field areas_parameters[] = {
    SCALE,
    {"level", API_WORD,
     "street neighbourhood district town municipality region province country europe world",
     "Only areas of this level; as GeoJSON all of it, neighbourhoods when not given"},
    {0}};

#define CLASS_FIELDS                                                                                       \
    {"class", API_INTEGER, .about = "From 1; 0: not enough data, see why", .flags = API_NEEDED},           \
        {"group", API_INTEGER, .about = "Of classes that share a word, from 1; 0: none"},                  \
        {"wordNl", API_TEXT, .about = "Of the class, in Dutch"},                                           \
        {"wordEn", API_TEXT, .about = "Of the class, in English"},                                         \
        {"by", API_TEXT, .about = "The quantity that decides"},                                            \
        {"isComplete", API_BOOLEAN, .about = "All that the index asks for is measured: NO2, O3 and a PM"}, \
        {"why", API_WORD, "few-meters not-enough-data", "Why there is no class"},                          \
        {"meters", API_INTEGER, .about = "Fresh Things that it comes from"},                               \
    {                                                                                                      \
        "isIndication", API_BOOLEAN, .about = "Not from reference stations alone"                          \
    }
#define SCALE_FIELDS                                                       \
    {"scale", API_TEXT, .about = "Key of the index", .flags = API_NEEDED}, \
    {                                                                      \
        "scaleVersion", API_TEXT, .about = "Of the table that was used"    \
    }
#define LINKS                                          \
    {                                                  \
        "_links", API_OBJECT, .about = "Where this is" \
    }

static const struct api_field now_fields[] = {
    {"code", API_TEXT, .about = "Of the area"},
    {"thing", API_INTEGER, .about = "Id of the Thing"},
    {"at", API_TIME, .about = "End of the hour", .flags = API_NEEDED},
    SCALE_FIELDS,
    CLASS_FIELDS,
    {"parts", API_LIST, "IndexPart", "By substance"},
    LINKS,
    {0}};
static const struct api_field part_fields[] = {
    {"quantity", API_TEXT, .about = "Key of the substance", .flags = API_NEEDED},
    {"hours", API_INTEGER, .about = "Averaged over"},
    {"value", API_NUMBER, .about = "Microgram per cubic metre; null: not enough data", .flags = API_NULLABLE},
    {"class", API_INTEGER, .about = "0: none"},
    {"datastreams", API_INTEGER, .about = "That gave something"},
    {0}};
static const struct api_field areas_fields[] = {
    {"at", API_TIME, .about = "End of the hour", .flags = API_NEEDED},
    SCALE_FIELDS,
    {"areas", API_LIST, "AreaIndex", "By code; only those with a meter", .flags = API_NEEDED},
    LINKS,
    {0}};
#define SUBSTANCE(key)                                                                       \
    {                                                                                        \
        key, API_NUMBER, .about = "Mean in microgram per cubic metre", .flags = API_NULLABLE \
    }
static const struct api_field row_fields[] = {{"code", API_TEXT, .about = "Of the area", .flags = API_NEEDED},
                                              {"level", API_TEXT, .about = "Of the area"},
                                              CLASS_FIELDS,
                                              SUBSTANCE("pm25"),
                                              SUBSTANCE("pm10"),
                                              SUBSTANCE("no2"),
                                              SUBSTANCE("o3"),
                                              SUBSTANCE("so2"),
                                              {0}};
static const struct api_field history_fields[] = {
    SCALE_FIELDS,
    {"isIndication", API_BOOLEAN, .about = "Not from reference stations alone"},
    {"hours", API_LIST, "IndexHour", "Oldest first", .flags = API_NEEDED},
    {"sources", API_LIST, "IndexSource", "The readings that it comes from"},
    LINKS,
    {0}};
static const struct api_field hour_fields[] = {
    {"at", API_TIME, .about = "End of the hour", .flags = API_NEEDED},
    {"class", API_INTEGER, .about = "0: not enough data", .flags = API_NEEDED},
    {"group", API_INTEGER, .about = "Of classes that share a word"},
    {"by", API_TEXT, .about = "The quantity that decides"},
    SUBSTANCE("pm25"),
    SUBSTANCE("pm10"),
    SUBSTANCE("no2"),
    SUBSTANCE("o3"),
    SUBSTANCE("so2"),
    {0}};
static const struct api_field source_fields[] = {
    {"quantity", API_TEXT, .about = "What it measures", .flags = API_NEEDED},
    {"datastream", API_INTEGER, .about = "Id", .flags = API_NEEDED},
    {"thing", API_INTEGER, .about = "Id"},
    {"isReference", API_BOOLEAN, .about = "Of a reference station"},
    {0}};
static const struct api_field limits_fields[] = {
    {"set", API_TEXT, .about = "Which limits", .flags = API_NEEDED},
    {"name", API_TEXT, .about = "Of the set"},
    {"year", API_INTEGER, .about = "Calendar year", .flags = API_NEEDED},
    {"isIndication", API_BOOLEAN, .about = "Meters of citizens never decide whether a limit is kept"},
    {"limits", API_LIST, "LimitResult", "For what is measured", .flags = API_NEEDED},
    {"sources", API_LIST, "IndexSource", "The readings that it comes from"},
    LINKS,
    {0}};
static const struct api_field limit_fields[] = {
    {"quantity", API_TEXT, .about = "Key of the substance", .flags = API_NEEDED},
    {"over", API_WORD, "year day 8-hours hour peak-season", "Averaged over", .flags = API_NEEDED},
    {"limit", API_NUMBER, .about = "Microgram per cubic metre", .flags = API_NEEDED},
    {"allowed", API_INTEGER, .about = "Times above it in a year"},
    {"outcome", API_WORD, "kept exceeded not-enough-data", "What the readings say", .flags = API_NEEDED},
    {"value", API_NUMBER, .about = "Mean, or the value that decides; null: not enough data",
     .flags = API_NULLABLE},
    {"timesAbove", API_INTEGER, .about = "As counted so far"},
    {"captured", API_NUMBER, .about = "Share of the year that there is data of"},
    {"isTarget", API_BOOLEAN, .about = "A target value, not a limit"},
    {"isChecked", API_BOOLEAN, .about = "The value was compared with the text of its source"},
    {0}};
#define LEVEL(key, what)                                                                       \
    {                                                                                          \
        key, API_NUMBER, .about = what ", dB(A); null: not enough data", .flags = API_NULLABLE \
    }
static const struct api_field noise_fields[] = {
    {"datastream", API_INTEGER, .about = "That it comes from", .flags = API_NEEDED},
    LEVEL("laeq", "Mean by energy"),
    LEVEL("l10", "Exceeded 10 % of the time"),
    LEVEL("l50", "Exceeded half of the time"),
    LEVEL("l90", "Exceeded 90 % of the time"),
    LEVEL("max", "Greatest short level"),
    {"captured", API_NUMBER, .about = "Share of the time"},
    {"isIndication", API_BOOLEAN, .about = "Never an official figure"},
    {"dates", API_LIST, "NoiseDate", "Whole calendar days"},
    {"longTerm", API_OBJECT, "NoiseDate", "Of all the dates"},
    LINKS,
    {0}};
static const struct api_field date_fields[] = {
    {"from", API_TIME, .about = "Local midnight"},
    LEVEL("day", "07-19"),
    LEVEL("evening", "19-23"),
    LEVEL("night", "23-07 of the calendar day; Lnight"),
    LEVEL("lden", "Day, evening and night"),
    {"captured", API_NUMBER, .about = "Of the part with the least"},
    {0}};
static const struct api_field scales_fields[] = {
    {"scales", API_LIST, "IndexScale", "All of them", .flags = API_NEEDED}, {0}};
static const struct api_field class_fields[] = {
    {"class", API_INTEGER, .about = "From 1", .flags = API_NEEDED},
    {"group", API_INTEGER, .about = "Of classes that share a word"},
    {"wordNl", API_TEXT, .about = "In Dutch"},
    {"wordEn", API_TEXT, .about = "In English"},
    {0}};
static const struct api_field bounds_fields[] = {
    {"quantity", API_TEXT, .about = "Key of the substance", .flags = API_NEEDED},
    {"hours", API_INTEGER, .about = "Averaged over"},
    {"bounds", API_LIST, "number", "Between the classes, rising"},
    {0}};
static const struct api_field scale_fields[] = {
    {"key", API_TEXT, .about = "As parameters name it", .flags = API_NEEDED},
    {"nameNl", API_TEXT, .about = "In Dutch"},
    {"nameEn", API_TEXT, .about = "In English"},
    {"version", API_TEXT, .about = "Of the table"},
    {"classes", API_LIST, "IndexClass", "From the best"},
    {"parts", API_LIST, "IndexBounds", "By substance"},
    {0}};

#define GET(path, id, summary, parameters, schema, handler)                                           \
    {                                                                                                 \
        HTTP_GET, path, id, summary, ACTION_READ_PUBLIC, parameters, .answer = schema, .run = handler \
    }

const struct api_set api_indices = {
    .tag = "indices",
    .about = "Air quality indices, limit values and measures of noise. See docs/indices.md for the formulas.",
    .resources =
        (const struct api_resource[]){
            GET("/index-scales", "getIndexScales", "The indices and their tables", NULL, "IndexScales",
                get_scales),
            {HTTP_GET, "/area-indices", "getAreaIndices", "The index of all areas, now", ACTION_READ_PUBLIC,
             areas_parameters, .answer = "AreaIndices", .formats = API_JSON | API_GEOJSON, .run = areas_now},
            GET("/areas/{code}/index", "getAreaIndex", "The index of an area, now", area_parameters, "Index",
                area_now),
            GET("/areas/{code}/index/hours", "getAreaIndexHours", "The index of an area by hour",
                area_history_parameters, "IndexHours", area_history),
            GET("/areas/{code}/limits", "getAreaLimits", "A year of an area against limit values",
                area_limit_parameters, "Limits", area_limits),
            GET("/things/{id}/index", "getThingIndex", "The index at a meter, now", thing_parameters, "Index",
                thing_now),
            GET("/things/{id}/index/hours", "getThingIndexHours", "The index at a meter by hour",
                thing_history_parameters, "IndexHours", thing_history),
            GET("/things/{id}/limits", "getThingLimits", "A year of a meter against limit values",
                thing_limit_parameters, "Limits", thing_limits),
            GET("/things/{id}/noise", "getThingNoise", "LAeq, LN, Lden and Lnight of a meter",
                noise_parameters, "Noise", thing_noise),
            {0}},
    .schemas = (const struct api_schema[]){{"Index", "An index of a moment.", now_fields},
                                           {"IndexPart", "One substance in an index.", part_fields},
                                           {"AreaIndices", "The index of areas.", areas_fields},
                                           {"AreaIndex", "The index of one area.", row_fields},
                                           {"IndexHours", "An index by hour.", history_fields},
                                           {"IndexHour", "An index of one hour.", hour_fields},
                                           {"IndexSource", "A Datastream that something comes from.",
                                            source_fields},
                                           {"Limits", "A year against a set of limits.", limits_fields},
                                           {"LimitResult", "A year against one limit.", limit_fields},
                                           {"Noise", "Noise over a time.", noise_fields},
                                           {"NoiseDate", "Noise of a calendar day.", date_fields},
                                           {"IndexScales", "All indices.", scales_fields},
                                           {"IndexScale", "An index as a table.", scale_fields},
                                           {"IndexClass", "A class of an index.", class_fields},
                                           {"IndexBounds", "The bounds of one substance.", bounds_fields},
                                           {0}},
};
