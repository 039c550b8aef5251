// SPDX-License-Identifier: EUPL-1.2
#include "portal/scale.h"

#include <math.h>

// clang-format off
#define END INFINITY
#define AIR(a, b, c) STR("legend.note.air"), 4, {{a, STR("air-1")}, {b, STR("air-2")}, {c, STR("air-3")}, {END, STR("air-4")}}
#define NOISE STR("legend.note.level"), 5, {{40, STR("noise-1")}, {50, STR("noise-2")}, {60, STR("noise-3")}, \
                                            {70, STR("noise-4")}, {END, STR("noise-5")}}
#define WARMTH STR("legend.note.level"), 6, {{0, STR("warm-1")}, {8, STR("warm-2")}, {16, STR("warm-3")}, \
                                             {22, STR("warm-4")}, {28, STR("warm-5")}, {END, STR("warm-6")}}
#define DAMPNESS STR("legend.note.level"), 4, {{40, STR("damp-1")}, {70, STR("damp-2")}, {90, STR("damp-3")}, {END, STR("damp-4")}}
#define NONE STR("legend.note.plain"), 0, {{0, {0}}}

static const struct scale scales[] = {
    {STR("pm25"),        1,    {0},         true,  AIR(20, 50, 90)},
    {STR("pm10"),        1,    {0},         true,  AIR(30, 75, 125)},
    {STR("no2"),         1,    {0},         true,  AIR(30, 75, 125)},
    {STR("o3"),          1,    {0},         true,  AIR(40, 100, 180)},
    {STR("noise_laeq"),  1,    {0},         false, NOISE},
    {STR("temperature"), 1,    {0},         false, WARMTH},
    {STR("humidity"),    1,    {0},         false, DAMPNESS},
    {STR("pressure"),    0.01, STR("hPa"),  false, NONE},
    {STR("pressure_sealevel"), 0.01, STR("hPa"), false, NONE},
    {STR("noise_la_max"), 1,   {0},         false, NONE},
    {STR("noise_la_min"), 1,   {0},         false, NONE},
    {STR("soil_temperature"), 1, {0},       false, NONE},
    {STR("water_level"), 1,    {0},         false, NONE},
    {STR("battery_voltage"), 1, {0},        false, NONE},
};
// clang-format on

static const struct scale plain = {{0}, 1, {0}, true, NONE};

const struct scale *scale_of(const struct quantity *q)
{
    for (size_t i = 0; q && i < sizeof scales / sizeof scales[0]; i++)
        if (str_eq(scales[i].quantity, q->key)) return &scales[i];
    return &plain;
}

const struct scale_class *scale_class_at(const struct scale *s, double shown)
{
    for (int i = 0; i < s->class_count; i++)
        if (shown < s->classes[i].below) return &s->classes[i];
    return NULL;
}
