// SPDX-License-Identifier: EUPL-1.2
// spot.h: one layer of the town: every public meter that has it, with its latest reading, and the same by neighbourhood.
// Owns     everything lies in the page's arena
#ifndef PEIL_PORTAL_VIEW_SPOT_H
#define PEIL_PORTAL_VIEW_SPOT_H

#include "portal/page.h"

// A meter with its reading of the layer.
struct spot {
    const struct meter *meter;
    const struct series *series;
    struct reading reading;
    bool is_of_hour;  // the reading is the mean of the hour that begins at reading.at
};

// The meters of one neighbourhood, or those outside all.
struct spot_area {
    const struct outline *outline;  // NULL: outside
    const struct spot *spots;
    size_t count;
    size_t fresh_count;
    double middle;                    // of the fresh ones: the median
    const struct scale_class *class;  // of that; NULL: nothing fresh, or no classes
    instant newest;                   // reading of any; TIME_NONE
};

struct spots {
    str layer;         // key of the quantity
    struct spot *all;  // by neighbourhood's name, then by name
    size_t count;
    double *fresh;  // values, in order
    size_t fresh_count;
    double middle;                // of them
    const struct series *series;  // any of them: unit and scale of the layer; NULL: none
    struct spot_area *areas;
    size_t area_count;
    instant hour;  // all are means of the hour that begins there; TIME_NONE: of now
};

// Which meters are looked at: those for which `has` says so; NULL: all.
struct spot_choice {
    bool (*has)(const struct meter *m, const void *context);
    const void *context;
};

// What a resident may choose, in this order; a layer without meters is not offered.
extern const str spot_layers[];
extern const size_t spot_layer_count;

bool spot_layer_has_meters(const struct meter_list *l, str layer, struct spot_choice from);
// The one asked for, or the first that has meters.
str spot_layer_choose(const struct meter_list *l, str asked, struct spot_choice from);

NODISCARD bool spots_read(struct page *p, str layer, struct spot_choice from, struct spots *out, err *e);
// The same of an hour that is over.
NODISCARD bool spots_read_hour(struct page *p, str layer, struct spot_choice from, instant hour,
                               struct spots *out, err *e);
// Of some spots, one by one: a fresh value joins `values`, *newest becomes the time of the newest reading (TIME_NONE: none yet).
void spot_take(const struct spot *s, double *values, size_t *fresh_count, instant *newest);
double spot_median(double *values, size_t n);  // puts them in order; 0 of none
const struct scale *spots_scale(const struct spots *s);

#endif
