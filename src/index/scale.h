// SPDX-License-Identifier: EUPL-1.2
// scale.h: air quality indices as tables of breakpoints, and the index of a moment from hourly means. Pure.
//
// Every index says from which substances it came, what is missing, and by which version of which table.
// Units    concentrations in microgram per cubic metre
// Source   LKI: RIVM report 2014-0050; the total is one higher when all substances have one number (luchtmeetnet.nl/dezewebsite).
//          European Air Quality Index: EEA, bands of 2017, of 2020 to 2024, and the revision of 2025
#ifndef PEIL_INDEX_SCALE_H
#define PEIL_INDEX_SCALE_H

#include "index/hours.h"

typedef enum {
    SUBSTANCE_PM25,
    SUBSTANCE_PM10,
    SUBSTANCE_NO2,
    SUBSTANCE_O3,
    SUBSTANCE_SO2,
    SUBSTANCE_CO,
    SUBSTANCE_BENZENE,
    SUBSTANCE_COUNT
} substance;

str substance_key(substance s);  // key of model/quantity.h: "pm25"
bool substance_by_key(str key, substance *out);

typedef enum { INDEX_LKI, INDEX_EAQI, INDEX_EAQI_2020, INDEX_EAQI_2017, INDEX_SCALE_COUNT } index_scale_id;

#define SCALE_CLASSES_MAX 11
#define SCALE_BOUNDS_MAX 10

struct index_scale_class {
    str word_nl, word_en;
    int group;  // what residents are shown, from 1: LKI's numbers 1 to 3 are one "goed"
};

struct index_scale_part {
    substance substance;
    int hours;                        // averaged over: 1, or the running 24
    double bounds[SCALE_BOUNDS_MAX];  // between classes, rising; 0: no more
};

struct index_scale {
    str key, name_nl, name_en, version;
    bool bound_is_higher;   // a value on a bound is in the class above it (LKI), or below (EAQI)
    bool rises_when_equal;  // LKI: one more when all parts have the same number
    int class_count;
    struct index_scale_class classes[SCALE_CLASSES_MAX];  // of class 1, 2, ...
    struct index_scale_part parts[SUBSTANCE_COUNT];
    size_t part_count;
};

const struct index_scale *index_scale_of(index_scale_id id);
const struct index_scale *index_scale_by_key(str key);  // "lki", "eaqi"; NULL: none

// 1 to class_count; below zero is class 1 (meters wander near zero); NAN: 0, none.
int index_class_of(const struct index_scale *s, const struct index_scale_part *p, double value);

struct index_part {
    substance substance;
    int hours;        // averaged over
    double value;     // NAN: not enough data
    double captured;  // share of the hours
    int class;        // 0: none
};

struct index_value {
    const struct index_scale *scale;
    instant at;        // end of the hour
    int class;         // 0: not enough data
    int group;         // of the class; 0: none
    int worst;         // index in parts of what decides; -1: none
    bool is_complete;  // all that the index asks for: NO2, O3 and a PM
    struct index_part parts[SUBSTANCE_COUNT];
    size_t part_count;
};

// The index of hour k. hours[s] NULL: the substance is not measured. All given have the same `from` and count.
void index_at(const struct index_scale *s, const struct hours *const hours[static SUBSTANCE_COUNT], size_t k,
              struct index_value *out);
// The same from means that are made already (value and captured per substance; NAN: none).
void index_of_means(const struct index_scale *s, const double hour[static SUBSTANCE_COUNT],
                    const double day[static SUBSTANCE_COUNT], instant at, struct index_value *out);

#endif
