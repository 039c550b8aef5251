// SPDX-License-Identifier: EUPL-1.2
// Where Things stand and stood.
#include "area/area.h"

#include "base/json.h"

#include <math.h>

#define PLACES_MAX 10000  // of one Thing: what drives about is no meter of an area

static bool point_of(const json *geo, struct area_place *out)
{
    const json *geometry = json_get(geo, STR("geometry"));
    if (geometry) geo = geometry;
    const json *at = json_get(geo, STR("coordinates"));
    return str_eq(json_text(geo, STR("type")), STR("Point")) && at && at->type == JSON_ARRAY &&
           at->count >= 2 && num_parse_double(at->first->text, &out->longitude, NULL) &&
           num_parse_double(at->first->next->text, &out->latitude, NULL) && fabs(out->latitude) <= 90 &&
           fabs(out->longitude) <= 180;
}

// The first of some Locations that is a point.
static bool place_of(struct snapshot *at, const entity_id *ids, size_t count, arena *a,
                     struct area_place *out, bool *got, err *e)
{
    *got = false;
    for (size_t i = 0; i < count && !*got; i++) {
        struct record r;
        json *geo;
        if (!store_get(at, SET_LOCATION, ids[i], a, &r, e)) return false;
        *got = json_parse(r.properties[LOCATION_LOCATION].text, a, &geo, NULL) && point_of(geo, out);
    }
    return true;
}

static bool place_in(struct snapshot *at, entity_set set, entity_id id, int relation, arena *a,
                     struct area_place *out, bool *got, err *e)
{
    entity_id *ids;
    size_t count;
    return store_related(at, set, id, relation, a, &ids, &count, e) &&
           place_of(at, ids, count, a, out, got, e);
}

struct gathering {
    struct thing_place *all;
    size_t count;
};

static struct expr time_path = {
    .kind = EXPR_PATH,
    .type = TYPE_TIME,
    .path = {.set = SET_HISTORICAL_LOCATION, .property = HISTORICAL_LOCATION_TIME},
};

static bool gather(struct snapshot *at, struct cursor *c, arena *a, struct gathering *g, err *e)
{
    bool got = true, has_place;
    struct record row;
    while (cursor_next(c, &row, &got, e)) {
        if (!got) return true;
        struct thing_place p = {.from = row.properties[HISTORICAL_LOCATION_TIME].time.start};
        if (g->count == PLACES_MAX)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a Thing has more than %d places", PLACES_MAX);
        if (!place_in(at, SET_HISTORICAL_LOCATION, row.id, HISTORICAL_LOCATION_LOCATIONS, a, &p.place,
                      &has_place, e))
            return false;
        if (has_place) g->all[g->count++] = p;
    }
    return false;
}

bool area_thing_places(struct snapshot *at, entity_id thing, arena *a, struct thing_places *out, err *e)
{
    struct query_order oldest = {&time_path, false};
    const struct query q = {.set = SET_HISTORICAL_LOCATION,
                            .has_parent = true,
                            .parent_set = SET_THING,
                            .parent_id = thing,
                            .relation = THING_HISTORICAL_LOCATIONS,
                            .orders = &oldest,
                            .order_count = 1,
                            .top = -1,
                            .properties = 1u << HISTORICAL_LOCATION_TIME};
    struct cursor *c;
    int64_t n;
    bool got;
    if (!store_count(at, &q, &n, e)) return false;
    struct gathering g = {
        .all = ARENA_ARRAY(a, (size_t)(n < PLACES_MAX ? n : PLACES_MAX) + 1, struct thing_place)};
    if (!g.all) return err_no_memory(e);
    if (!store_query(at, &q, &c, e)) return false;
    bool ok = gather(at, c, a, &g, e);
    cursor_close(c);
    if (ok && g.count == 0) {
        g.all[0].from = TIME_MIN;
        ok = place_in(at, SET_THING, thing, THING_LOCATIONS, a, &g.all[0].place, &got, e);
        g.count = ok && got;
    }
    *out = (struct thing_places){g.all, g.count};
    return ok;
}

const struct thing_place *thing_place_at(const struct thing_places *p, instant t)
{
    if (p->count == 0) return NULL;
    size_t i = p->count;
    while (i > 1 && p->all[i - 1].from > t) i--;
    return &p->all[i - 1];
}
