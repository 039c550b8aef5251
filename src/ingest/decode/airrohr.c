// SPDX-License-Identifier: EUPL-1.2
#include "ingest/decode/airrohr.h"

static const struct airrohr_word words[] = {
    {STR("P0"), STR("pm1")},
    {STR("P1"), STR("pm10")},  // P1 is the larger one
    {STR("P2"), STR("pm25")},
    {STR("P4"), STR("pm4")},
    {STR("temperature"), STR("temperature")},
    {STR("humidity"), STR("humidity")},
    {STR("pressure"), STR("pressure")},
    {STR("pressure_sealevel"), STR("pressure_sealevel")},
    {STR("noise_LAeq"), STR("noise_laeq")},
    {STR("noise_LA_min"), STR("noise_la_min")},
    {STR("noise_LA_max"), STR("noise_la_max")},
    {STR("co2_ppm"), STR("co2")},
    {STR("no2_ppb"), STR("no2"), STR("ppb")},
    {STR("ozone_ppb"), STR("o3"), STR("ppb")},
    {STR("so2_ppb"), STR("so2"), STR("ppb")},
    {STR("co_ppb"), STR("co"), STR("ppb")},
};

const struct airrohr_word *airrohr_word(str name)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq(words[i].name, name)) return &words[i];
    return NULL;
}

bool airrohr_is_pulse(str name)
{
    return str_starts(name, STR("durP")) || str_starts(name, STR("ratioP"));
}
