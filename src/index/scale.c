// SPDX-License-Identifier: EUPL-1.2
#include "index/scale.h"

#include <math.h>
#include <string.h>

static const str substance_keys[SUBSTANCE_COUNT] = {
    [SUBSTANCE_PM25] = {"pm25", 4},       [SUBSTANCE_PM10] = {"pm10", 4}, [SUBSTANCE_NO2] = {"no2", 3},
    [SUBSTANCE_O3] = {"o3", 2},           [SUBSTANCE_SO2] = {"so2", 3},   [SUBSTANCE_CO] = {"co", 2},
    [SUBSTANCE_BENZENE] = {"benzene", 7},
};

str substance_key(substance s)
{
    return substance_keys[s];
}

bool substance_by_key(str key, substance *out)
{
    for (int s = 0; s < SUBSTANCE_COUNT; s++) {
        if (!str_eq(substance_keys[s], key)) continue;
        *out = (substance)s;
        return true;
    }
    return false;
}

// ---- The tables --------------------------------------------------------------------------------------------------

// clang-format off
#define GOOD       {STR("goed"), STR("good"), 1}
#define MODERATE   {STR("matig"), STR("moderate"), 2}
#define POOR       {STR("onvoldoende"), STR("insufficient"), 3}
#define BAD        {STR("slecht"), STR("bad"), 4}
#define VERY_BAD   {STR("zeer slecht"), STR("very bad"), 5}

#define EAQI_WORDS {{STR("goed"), STR("good"), 1}, {STR("redelijk"), STR("fair"), 2}, {STR("matig"), STR("moderate"), 3}, \
                    {STR("slecht"), STR("poor"), 4}, {STR("zeer slecht"), STR("very poor"), 5}, \
                    {STR("extreem slecht"), STR("extremely poor"), 6}}

static const struct index_scale scales[INDEX_SCALE_COUNT] = {
    [INDEX_LKI] = {
        .key = STR("lki"), .name_nl = STR("Luchtkwaliteitsindex (LKI)"), .name_en = STR("Dutch air quality index (LKI)"),
        .version = STR("RIVM 2014-0050"), .bound_is_higher = true, .rises_when_equal = true, .class_count = 11,
        .classes = {GOOD, GOOD, GOOD, MODERATE, MODERATE, MODERATE, POOR, POOR, BAD, BAD, VERY_BAD},
        .parts = {{SUBSTANCE_O3,   1, {15, 30, 40, 60, 80, 100, 140, 180, 200}},
                  {SUBSTANCE_PM10, 1, {10, 20, 30, 45, 60, 75, 100, 125, 150}},
                  {SUBSTANCE_PM25, 1, {10, 15, 20, 30, 40, 50, 70, 90, 100}},
                  {SUBSTANCE_NO2,  1, {10, 20, 30, 45, 60, 75, 100, 125, 150}}},
        .part_count = 4},
    [INDEX_EAQI] = {
        .key = STR("eaqi"), .name_nl = STR("Europese luchtkwaliteitsindex"), .name_en = STR("European Air Quality Index"),
        .version = STR("EEA 2025"), .class_count = 6, .classes = EAQI_WORDS,
        .parts = {{SUBSTANCE_PM25, 1, {5, 15, 50, 90, 140}},
                  {SUBSTANCE_PM10, 1, {15, 45, 120, 195, 270}},
                  {SUBSTANCE_NO2,  1, {10, 25, 60, 100, 150}},
                  {SUBSTANCE_O3,   1, {60, 100, 120, 160, 180}},
                  {SUBSTANCE_SO2,  1, {20, 40, 125, 190, 275}}},
        .part_count = 5},
    [INDEX_EAQI_2020] = {
        .key = STR("eaqi-2020"), .name_nl = STR("Europese luchtkwaliteitsindex 2020-2024"),
        .name_en = STR("European Air Quality Index 2020-2024"),
        .version = STR("EEA 2020"), .class_count = 6, .classes = EAQI_WORDS,
        .parts = {{SUBSTANCE_PM25, 24, {10, 20, 25, 50, 75}},
                  {SUBSTANCE_PM10, 24, {20, 40, 50, 100, 150}},
                  {SUBSTANCE_NO2,   1, {40, 90, 120, 230, 340}},
                  {SUBSTANCE_O3,    1, {50, 100, 130, 240, 380}},
                  {SUBSTANCE_SO2,   1, {100, 200, 350, 500, 750}}},
        .part_count = 5},
    [INDEX_EAQI_2017] = {
        .key = STR("eaqi-2017"), .name_nl = STR("Europese luchtkwaliteitsindex 2017-2019"),
        .name_en = STR("European Air Quality Index 2017-2019"),
        .version = STR("EEA 2017"), .class_count = 5, .classes = EAQI_WORDS,
        .parts = {{SUBSTANCE_PM25, 24, {10, 20, 25, 50}},
                  {SUBSTANCE_PM10, 24, {20, 35, 50, 100}},
                  {SUBSTANCE_NO2,   1, {40, 100, 200, 400}},
                  {SUBSTANCE_O3,    1, {80, 120, 180, 240}},
                  {SUBSTANCE_SO2,   1, {100, 200, 350, 500}}},
        .part_count = 5},
};
// clang-format on

const struct index_scale *index_scale_of(index_scale_id id)
{
    return &scales[id];
}

const struct index_scale *index_scale_by_key(str key)
{
    for (size_t k = 0; k < INDEX_SCALE_COUNT; k++)
        if (str_eq(scales[k].key, key)) return &scales[k];
    return NULL;
}

// ---- From means to a class ---------------------------------------------------------------------------------------

int index_class_of(const struct index_scale *s, const struct index_scale_part *p, double value)
{
    if (isnan(value)) return 0;
    int class = 1;
    for (size_t k = 0; k < SCALE_BOUNDS_MAX && p->bounds[k] > 0; k++)
        class += s->bound_is_higher ? value >= p->bounds[k] : value > p->bounds[k];
    return class;
}

static bool has_class(const struct index_value *v, substance s)
{
    for (size_t k = 0; k < v->part_count; k++)
        if (v->parts[k].substance == s) return v->parts[k].class > 0;
    return false;
}

static bool all_equal(const struct index_value *v)
{
    for (size_t k = 0; k < v->part_count; k++)
        if (v->parts[k].class != v->parts[0].class) return false;
    return v->part_count > 0;
}

static void judge(struct index_value *v)
{
    v->worst = -1;
    for (size_t k = 0; k < v->part_count; k++) {
        if (v->parts[k].class <= v->class) continue;
        v->class = v->parts[k].class;
        v->worst = (int)k;
    }
    if (v->scale->rises_when_equal && v->class > 0 && all_equal(v) && v->class < v->scale->class_count)
        v->class ++;
    v->group = v->class ? v->scale->classes[v->class - 1].group : 0;
    v->is_complete = has_class(v, SUBSTANCE_NO2) && has_class(v, SUBSTANCE_O3) &&
                     (has_class(v, SUBSTANCE_PM25) || has_class(v, SUBSTANCE_PM10));
}

void index_at(const struct index_scale *s, const struct hours *const hours[static SUBSTANCE_COUNT], size_t k,
              struct index_value *out)
{
    struct index_value v = {.scale = s, .part_count = s->part_count};
    for (size_t i = 0; i < s->part_count; i++) {
        const struct index_scale_part *p = &s->parts[i];
        const struct hours *h = hours[p->substance];
        struct index_part *part = &v.parts[i];
        *part = (struct index_part){.substance = p->substance, .hours = p->hours, .value = NAN};
        if (!h) continue;
        v.at = h->from + (instant)(k + 1) * TIME_HOUR;
        part->value = p->hours == 1 ? h->mean[k] : hours_running_mean(h, k, (size_t)p->hours);
        part->captured = p->hours == 1 ? h->captured[k] : hours_running_capture(h, k, (size_t)p->hours);
        part->class = index_class_of(s, p, part->value);
    }
    judge(&v);
    *out = v;
}

void index_of_means(const struct index_scale *s, const double hour[static SUBSTANCE_COUNT],
                    const double day[static SUBSTANCE_COUNT], instant at, struct index_value *out)
{
    struct index_value v = {.scale = s, .part_count = s->part_count, .at = at};
    for (size_t i = 0; i < s->part_count; i++) {
        const struct index_scale_part *p = &s->parts[i];
        const double value = p->hours == 1 ? hour[p->substance] : day[p->substance];
        v.parts[i] = (struct index_part){.substance = p->substance,
                                         .hours = p->hours,
                                         .value = value,
                                         .captured = isnan(value) ? 0 : 1,
                                         .class = index_class_of(s, p, value)};
    }
    judge(&v);
    *out = v;
}
