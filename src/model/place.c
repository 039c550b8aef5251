// SPDX-License-Identifier: EUPL-1.2
#include "model/place.h"

#include <math.h>

#define METRES_PER_DEGREE 111320.0

bool place_is_coarse(const json *properties)
{
    const json *exact = json_get(properties, STR("exactPlace"));
    if (str_eq(json_text(properties, STR("place")), STR("coarse"))) return true;
    return str_eq(json_text(properties, STR("origin")), STR("citizen")) &&
           !(exact && exact->type == JSON_TRUE);
}

void place_to_grid(double *longitude, double *latitude)
{
    const double row = PLACE_GRID_M / METRES_PER_DEGREE;
    *latitude = (floor(*latitude / row) + 0.5) * row;
    const double narrowed = cos(*latitude * M_PI / 180);
    const double column = row / (narrowed > 0.01 ? narrowed : 0.01);  // at the poles a square has no end
    *longitude = (floor(*longitude / column) + 0.5) * column;
}

static const json *first_position(const json *geo)
{
    const json *inner = json_get(geo, STR("geometry"));
    if (inner) geo = inner;
    for (const json *all; (all = json_get(geo, STR("geometries"))) && all->type == JSON_ARRAY && all->first;)
        geo = all->first;
    const json *at = json_get(geo, STR("coordinates"));
    while (at && at->type == JSON_ARRAY && at->first && at->first->type == JSON_ARRAY) at = at->first;
    const json *first = at && at->type == JSON_ARRAY ? at->first : NULL, *second = first ? first->next : NULL;
    return second && first->type == JSON_NUMBER && second->type == JSON_NUMBER ? at : NULL;
}

bool place_coarsen(str geojson, arena *a, buf *out)
{
    json *geo;
    double longitude, latitude;
    err ignored;
    if (!json_parse(geojson, a, &geo, &ignored) || geo->type != JSON_OBJECT) return false;
    const json *at = first_position(geo);
    if (!at || !num_parse_double(at->first->text, &longitude, &ignored) ||
        !num_parse_double(at->first->next->text, &latitude, &ignored))
        return false;
    place_to_grid(&longitude, &latitude);
    buf_print(out, "{\"type\":\"Point\",\"coordinates\":[%.6f,%.6f]}", longitude, latitude);
    return !out->failed;
}
