// SPDX-License-Identifier: EUPL-1.2
// The indices as tables.
#include "api/resource/index/index_parts.h"

static void put_scale_part(struct api_call *c, const struct index_scale_part *p)
{
    json_open(&c->w, '{');
    json_member_text(&c->w, STR("quantity"), substance_key(p->substance));
    json_member_int(&c->w, STR("hours"), p->hours);
    json_name(&c->w, STR("bounds"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < SCALE_BOUNDS_MAX && p->bounds[k] > 0; k++) json_put_double(&c->w, p->bounds[k]);
    json_close(&c->w, ']');
    json_close(&c->w, '}');
}

static void put_scale(struct api_call *c, const struct index_scale *s)
{
    json_open(&c->w, '{');
    json_member_text(&c->w, STR("key"), s->key);
    json_member_text(&c->w, STR("nameNl"), s->name_nl);
    json_member_text(&c->w, STR("nameEn"), s->name_en);
    json_member_text(&c->w, STR("version"), s->version);
    json_name(&c->w, STR("classes"));
    json_open(&c->w, '[');
    for (int k = 0; k < s->class_count; k++) {
        json_open(&c->w, '{');
        json_member_int(&c->w, STR("class"), k + 1);
        json_member_int(&c->w, STR("group"), s->classes[k].group);
        json_member_text(&c->w, STR("wordNl"), s->classes[k].word_nl);
        json_member_text(&c->w, STR("wordEn"), s->classes[k].word_en);
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

// ---- Tables ------------------------------------------------------------------------------------------------------

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

const struct api_set api_index_scales = {
    .tag = "scales",
    .about = "Air quality indices as tables. See docs/indices.md for the formulas.",
    .resources = (const struct api_resource[]){{HTTP_GET, "/index-scales", "getIndexScales",
                                                "The indices and their tables", ACTION_READ_PUBLIC, NULL,
                                                .answer = "IndexScales", .run = get_scales},
                                               {0}},
    .schemas = (const struct api_schema[]){{"IndexScales", "All indices.", scales_fields},
                                           {"IndexScale", "An index as a table.", scale_fields},
                                           {"IndexClass", "A class of an index.", class_fields},
                                           {"IndexBounds", "The bounds of one substance.", bounds_fields},
                                           {0}},
};
