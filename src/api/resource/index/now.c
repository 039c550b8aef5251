// SPDX-License-Identifier: EUPL-1.2
// The index of an area or a Thing, now.
#include "api/resource/index/index_parts.h"

static void put_parts(struct api_call *c, const struct index_value *v, const size_t *streams)
{
    json_name(&c->w, STR("parts"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < v->part_count; k++) {
        const struct index_part *p = &v->parts[k];
        json_open(&c->w, '{');
        json_member_text(&c->w, STR("quantity"), substance_key(p->substance));
        json_member_int(&c->w, STR("hours"), p->hours);
        index_put_value(&c->w, STR("value"), p->value);
        json_member_int(&c->w, STR("class"), p->class);
        json_member_int(&c->w, STR("datastreams"), (int64_t)streams[p->substance]);
        json_close(&c->w, '}');
    }
    json_close(&c->w, ']');
}

static void put_now(struct api_call *c, const struct index_now *n, instant at)
{
    struct index_value v;
    const struct index_scale *s = index_scale_in(c);
    index_of_means(s, n->hour, n->day, at, &v);
    json_member_time(&c->w, STR("at"), at);
    index_put_scale(&c->w, s);
    index_put_class(&c->w, n, &v);
    put_parts(c, &v, n->streams);
}

static const struct index_now *find(const struct index_table *t, struct index_subject s)
{
    if (s.area.n) {
        const struct index_area_now *a = index_area_find(t, s.area);
        return a ? &a->now : NULL;
    }
    const struct index_thing_now *x = index_thing_find(t, s.thing);
    return x ? &x->now : NULL;
}

static bool is_absent(struct index_subject s, err *e)
{
    if (s.area.n)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE,
                       "in area '%.*s' nothing is measured that an index is made of", STR_ARG(s.area));
    return err_set(e, ERR_ABSENT, ERR_NOWHERE, "Thing %lld measures nothing that an index is made of",
                   (long long)s.thing);
}

static bool now_get(struct api_call *c, err *e)
{
    const struct index_table *t;
    const struct index_subject s = index_subject_in(c);
    if (!indices_take(c->parts->indices, &t, e)) return false;
    const struct index_now *n = find(t, s);
    if (n) {
        json_open(&c->w, '{');
        if (s.area.n)
            json_member_text(&c->w, STR("code"), s.area);
        else
            json_member_int(&c->w, STR("thing"), s.thing);
        put_now(c, n, t->at);
        api_put_links(c, (str){0});
        json_close(&c->w, '}');
    }
    indices_give(c->parts->indices, t);
    return n || is_absent(s, e);
}

// ---- Tables ------------------------------------------------------------------------------------------------------

static const struct api_field area_parameters[] = {INDEX_CODE, INDEX_SCALE, {0}};
static const struct api_field thing_parameters[] = {INDEX_THING, INDEX_SCALE, {0}};
static const struct api_field now_fields[] = {
    {"code", API_TEXT, .about = "Of the area"},
    {"thing", API_INTEGER, .about = "Id of the Thing"},
    {"at", API_TIME, .about = "End of the hour", .flags = API_NEEDED},
    INDEX_SCALE_FIELDS,
    INDEX_CLASS_FIELDS,
    {"parts", API_LIST, "IndexPart", "By substance"},
    INDEX_LINKS,
    {0}};
static const struct api_field part_fields[] = {
    {"quantity", API_TEXT, .about = "Key of the substance", .flags = API_NEEDED},
    {"hours", API_INTEGER, .about = "Averaged over"},
    {"value", API_NUMBER, .about = "Microgram per cubic metre; null: not enough data", .flags = API_NULLABLE},
    {"class", API_INTEGER, .about = "0: none"},
    {"datastreams", API_INTEGER, .about = "That gave something"},
    {0}};

const struct api_set api_index_now = {
    .tag = "indices",
    .about = "Air quality indices, now. See docs/indices.md for the formulas.",
    .resources = (const struct api_resource[]){{HTTP_GET, "/areas/{code}/index", "getAreaIndex",
                                                "The index of an area, now", ACTION_READ_PUBLIC,
                                                area_parameters, .answer = "Index", .run = now_get},
                                               {HTTP_GET, "/things/{id}/index", "getThingIndex",
                                                "The index at a meter, now", ACTION_READ_PUBLIC,
                                                thing_parameters, .answer = "Index", .run = now_get},
                                               {0}},
    .schemas = (const struct api_schema[]){{"Index", "An index of a moment.", now_fields},
                                           {"IndexPart", "One substance in an index.", part_fields},
                                           {0}},
};
