// SPDX-License-Identifier: EUPL-1.2
#include "area/area.h"

// clang-format off
static const struct { str name; bool is_in_line; } levels[AREA_LEVEL_COUNT] = {
    [AREA_STREET]        = {STR("street"), false},
    [AREA_NEIGHBOURHOOD] = {STR("neighbourhood"), true},
    [AREA_DISTRICT]      = {STR("district"), true},
    [AREA_TOWN]          = {STR("town"), false},
    [AREA_MUNICIPALITY]  = {STR("municipality"), true},
    [AREA_REGION]        = {STR("region"), false},
    [AREA_PROVINCE]      = {STR("province"), true},
    [AREA_COUNTRY]       = {STR("country"), true},
    [AREA_EUROPE]        = {STR("europe"), true},
    [AREA_WORLD]         = {STR("world"), true},
};
// clang-format on

str area_level_name(area_level l)
{
    return levels[l].name;
}

bool area_level_by_name(str name, area_level *out)
{
    for (int l = 0; l < AREA_LEVEL_COUNT; l++) {
        if (!str_eq(levels[l].name, name)) continue;
        *out = (area_level)l;
        return true;
    }
    return false;
}

bool area_level_is_in_line(area_level l)
{
    return levels[l].is_in_line;
}
