// SPDX-License-Identifier: EUPL-1.2
// scale.h: how a quantity is shown: its unit for residents, its classes with their colours and words, its axis.
// Source   air: Dutch air quality index (LKI), RIVM report 2014-0050, hourly values per substance: 1-3 good, 4-6 moderate,
//          7-8 unsatisfactory, 9-10 poor. The others are plain words to help reading, no standard.
#ifndef PEIL_PORTAL_SCALE_H
#define PEIL_PORTAL_SCALE_H

#include "model/quantity.h"

#define SHOWN_CLASSES_MAX 6

struct scale_class {
    double below;  // holds values from the class before up to here; the last one INFINITY
    str name;      // "air-2": class of the style sheet; its word is the text client.class.air-2
};

struct scale {
    str quantity;    // key of model/quantity.h
    double factor;   // from the canonical unit to the one shown
    str symbol;      // of the unit shown; empty: the canonical one's
    bool from_zero;  // the axis of a chart starts at zero
    str note;        // id of the text that says where the classes come from
    int class_count;
    struct scale_class classes[SHOWN_CLASSES_MAX];
};

const struct scale *scale_of(const struct quantity *q);  // q NULL or without classes: a plain one
const struct scale_class *scale_class_at(const struct scale *s,
                                         double shown);  // NULL when the scale has none

#endif
