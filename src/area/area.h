// SPDX-License-Identifier: EUPL-1.2
// area.h: the tree of areas, from the street to the world, and where a place lies in it.
//
// An area is a code with boundaries that hold for some years: a figure of 2018 belongs to the boundaries of 2018. Sets of
// boundaries come year by year (CBS: each 1 January); a version holds from its year until its set (of its level, and for
// neighbourhoods and districts of its municipality) is replaced; the oldest also holds for all years before.
//
// Each area has one parent, by its code or by its properties, else by geometry. The line neighbourhood, district, municipality,
// province, country, Europe, world is what roll-ups are added up along: a place is found in the smallest of these that is known
// there, and its ancestors follow from the tree, not from their own outlines, so that parts always add up to the whole. Towns,
// streets and regions stand beside this line: they have a parent too, but nothing is added up through them.
//
// An atlas is all areas at one moment: it never changes and is shared. Take it, use it, give it back.
//
// Units    degrees, WGS84, longitude first; m2; years of the town's calendar
// Owns     everything of an atlas lives until areas_give
// Threads  any
// Errors   what the store says; ERR_ABSENT
// Source   CBS wijk- en buurtkaart (statcode, jrstatcode, buurtcode ...), Eurostat NUTS and LAU, RFC 7946
#ifndef PEIL_AREA_AREA_H
#define PEIL_AREA_AREA_H

#include "base/tz.h"
#include "store/store.h"

typedef enum {  // from the smallest
    AREA_STREET,
    AREA_NEIGHBOURHOOD,  // buurt
    AREA_DISTRICT,       // wijk
    AREA_TOWN,           // woonplaats
    AREA_MUNICIPALITY,
    AREA_REGION,  // NUTS 3
    AREA_PROVINCE,
    AREA_COUNTRY,
    AREA_EUROPE,
    AREA_WORLD,
    AREA_LEVEL_COUNT
} area_level;

struct area_place {
    double longitude, latitude;
};

struct area_ring {
    struct area_place *points;  // the last one is the first
    size_t count;
};

struct area {
    str code;  // "BU06030111", "GM0603", "PV28", "NL", "EU", "001"
    str name;
    area_level level;
    int year;  // of the boundaries; 0: an area without any (Europe, the world, a parent that is only named)
    int from, to;              // holds for years in [from, to); INT_MIN and INT_MAX: open
    str parent;                // its code; empty: of the world alone
    str geometry;              // GeoJSON geometry, WGS84; empty: none
    double square_metres;      // of the ellipsoid; 0 without geometry
    int64_t people;            // inhabitants as the source says; -1: unknown
    struct area_place middle;  // lies inside
    struct area_place south_west, north_east;
    struct area_ring *rings;  // of all polygons; a hole is a ring like any other
    size_t ring_count;
    size_t index;  // in the atlas
};

struct areas;  // the service
struct atlas;

// Reads the areas of the store. `zone` (which outlives it) says which year a time belongs to.
NODISCARD bool areas_open(struct store *s, const struct tz *zone, struct areas **out, err *e);
void areas_close(struct areas *a);
NODISCARD bool areas_reload(struct areas *a, err *e);     // after an import: reads them anew
const struct atlas *areas_take(struct areas *a);          // the newest
void areas_hold(struct areas *a, const struct atlas *t);  // once more: to be given back once more
void areas_give(struct areas *a, const struct atlas *t);  // NULL is fine
uint64_t atlas_version(const struct atlas *t);            // another number: other areas
int areas_year_of(const struct areas *a, instant t);

const struct area *atlas_all(const struct atlas *t, size_t *count);        // by code, then by year
const struct area *atlas_find(const struct atlas *t, str code, int year);  // NULL: not known in that year
const struct area *atlas_parent(const struct atlas *t, const struct area *a, int year);  // NULL: the world
// Those that hold in the year, by code; in the arena.
NODISCARD bool atlas_children(const struct atlas *t, const struct area *parent, int year, arena *a,
                              const struct area ***out, size_t *count, err *e);
NODISCARD bool atlas_level(const struct atlas *t, area_level level, int year, arena *a,
                           const struct area ***out, size_t *count, err *e);
bool atlas_is_within(const struct atlas *t, const struct area *inner, const struct area *outer,
                     int year);  // or the same

// Where a place lies in that year: leaf is the smallest area of the line (go up by atlas_parent); beside it the street, town and
// region, NULL where none is known. On a shared border the lower code has it. leaf is never NULL: the world.
struct area_spot {
    const struct area *leaf, *street, *town, *region;
};
struct area_spot atlas_spot(const struct atlas *t, struct area_place p, int year);

str area_level_name(area_level l);  // "neighbourhood"
bool area_level_by_name(str name, area_level *out);
bool area_level_is_in_line(area_level l);

// ---- Things ------------------------------------------------------------------------------------------------------

// Where a Thing stands and stood: from its HistoricalLocations; changed when it moves. The oldest place also holds before.
struct thing_place {
    instant from;
    struct area_place place;
};
struct thing_places {  // oldest first
    const struct thing_place *all;
    size_t count;
};
NODISCARD bool area_thing_places(struct snapshot *at, entity_id thing, arena *a, struct thing_places *out,
                                 err *e);
const struct thing_place *thing_place_at(const struct thing_places *p, instant t);  // NULL: it has none

#endif
