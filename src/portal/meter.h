// SPDX-License-Identifier: EUPL-1.2
// meter.h: the meters of the town as pages need them: Things with place, neighbourhood and series (Datastreams). A book holds those that one
// sight shows: the public's, or those of a reader who is shown more.
// Read from the store once and kept until an entity changes; readings are not kept, they come from the store each time.
// Owns     a meter_list is shared and never changes: meters_take it, meters_give it back
// Threads  any
// Errors   what the store says
#ifndef PEIL_PORTAL_METER_H
#define PEIL_PORTAL_METER_H

#include "model/quality.h"
#include "portal/ground.h"
#include "portal/scale.h"
#include "render/svg_map.h"
#include "store/store.h"

typedef enum { METER_REFERENCE, METER_MUNICIPAL, METER_CITIZEN, METER_KIND_COUNT } meter_kind;

struct meter;

struct series {
    entity_id id;  // of the Datastream
    const struct meter *meter;
    const struct quantity *quantity;  // NULL: peil does not know it
    const struct scale *scale;
    str name;           // of the Datastream, shown when the quantity is unknown
    str unit;           // as shown
    bool is_canonical;  // results are in the quantity's own unit
    double factor;      // from results to the unit shown
    int decimals;
    str sensor;
    instant period;  // between readings, as lately seen
};

struct meter {
    entity_id id;
    str name, description, owner, purpose;
    meter_kind kind;
    bool is_demo;
    bool is_hidden;  // not shown to the public
    bool has_place;
    bool is_coarse;  // the place is the middle of a square (model/place.h), for a meter at somebody's home
    struct place place;          // as residents see it
    const struct outline *area;  // of the ground; NULL: in none
    struct area_spot spot;  // where it lies in the tree; all NULL: it has no place, or no areas are known
    struct series *series;  // in the order of model/quantity.h
    size_t series_count;
};

struct meter_list {
    const struct atlas *atlas;  // NULL: peil runs without areas
    int year;                   // whose boundaries
    struct ground ground;
    struct meter *all;  // by neighbourhood's name, then by name
    size_t count;
    size_t series_count;
    const struct series **by_id;       // series in order of id
    struct meter_list_holder *holder;  // the book's own
};

struct meter_book;

// Of what a reader is shown who sees `sees`. areas may be NULL.
NODISCARD struct meter_book *meter_book_new(struct store *s, struct areas *areas, access_level sees, err *e);
void meter_book_free(struct meter_book *b);
void meter_book_changed(struct meter_book *b);  // an entity changed: the next take reads again

NODISCARD bool meters_take(struct meter_book *b, const struct meter_list **out, err *e);
// Also when the current list is very young: what was made just now is in it.
NODISCARD bool meters_take_newest(struct meter_book *b, const struct meter_list **out, err *e);
void meters_give(struct meter_book *b, const struct meter_list *l);
const struct meter *meter_find(const struct meter_list *l, entity_id thing);  // NULL: none, or not shown
const struct series *series_find(const struct meter_list *l, entity_id stream);
mark_shape meter_shape(meter_kind k);

#endif
