// SPDX-License-Identifier: EUPL-1.2
// set.h: a set of indicators as a file says it: inputs, groups, indicators with their formulas, rules of plausibility.
//
// The file is JSON; docs/kpi-format.md describes it. The engine never names an indicator or an input: a new set needs no C.
// Owns     everything lies in the arena; texts are views of the source, which must outlive the set
// Threads  read only once read
// Errors   ERR_SYNTAX, ERR_TYPE, ERR_UNKNOWN, ERR_MISSING, ERR_CONFLICT (an id twice), ERR_LIMIT; `at` is the position in the file
#ifndef PEIL_KPI_SET_SET_H
#define PEIL_KPI_SET_SET_H

#include "base/json.h"
#include "kpi/set/formula.h"
#include "render/words.h"

#define KPI_INPUTS_MAX 2000
#define KPI_INDICATORS_MAX 2000
#define KPI_POINTS_MAX 16  // of one indicator
#define KPI_CHECKS_MAX 500

struct kpi_text {
    str in[LANGUAGE_COUNT];
};

// A value given in `unit` times `factor` is in the input's own unit: for what no unit calculation gives (ppb of a gas).
struct kpi_conversion {
    str unit;
    double factor;
};

// How sensors give an input for an area and a year; docs/kpi-format.md says what each is.
typedef enum {
    KPI_MEASURE_MEAN,     // of the readings of all meters in the area, from the roll-up
    KPI_MEASURE_SUM,      // likewise
    KPI_MEASURE_DAYS,     // days whose mean lies above `above`
    KPI_MEASURE_STOCK,    // marked Datastreams: their means, added up
    KPI_MEASURE_USE,      // marked Datastreams: the rise of their registers, as of a whole year
    KPI_MEASURE_EXPOSED,  // people in neighbourhoods whose noise meters lie above `lden` or `lnight`
    KPI_MEASURE_COUNT
} kpi_measure;

struct kpi_sensing {
    kpi_measure how;
    str quantity;         // of model/quantity.h
    str unit;             // of the figure, when that is not the input's own; kpi_input_convert takes it
    double above;         // in the quantity's unit
    double lden, lnight;  // dB(A)
};
#define KPI_SENSINGS_MAX 8

struct kpi_input {
    str id;
    struct kpi_text name, definition, unit_label;
    str unit_text;
    struct kpi_unit unit;
    str source;      // who usually has it
    str department;  // id of who delivers it, as the set proposes
    bool can_be_measured;
    int part_of;  // the input that it is a part of; -1: none
    double least, most;
    bool is_whole;  // counts: no fractions
    struct kpi_conversion *conversions;
    size_t conversion_count;
    struct kpi_sensing *sensings;  // tried in order; of KPI_MEASURE_USE all are added up
    size_t sensing_count;
};

struct kpi_group {
    str id;  // "EC/ICT/T": the path of its groups
    struct kpi_text name;
    int parent;  // -1: at the top
    int depth;   // 0 at the top
};

typedef enum { KPI_UP, KPI_DOWN, KPI_NO_DIRECTION } kpi_direction;

struct kpi_point {
    str id;  // "main", "pm_10"
    struct kpi_text name, unit_label;
    struct kpi_unit unit;
    str unit_text;
    struct kpi_formula formula;
    kpi_direction direction;
    int decimals;
    double most;     // INFINITY: no upper end
    bool is_scored;  // false: the set knows no benchmark for it
    int indicator;
    int index;  // among all points of the set
};

struct kpi_indicator {
    str id;  // without blanks: "EC:ICT:T:1C"
    str shown_id;
    str *aliases;
    size_t alias_count;
    struct kpi_text name, definition;
    int group;
    str kind, type;  // "core", "smart": words of the set
    str *sdg;
    size_t sdg_count;
    bool is_confirmed;  // its formula was read in a source of the set's maker; else from memory
    str note;
    struct kpi_point *points;
    size_t point_count;
};

// A claim about inputs that should hold: "fixed_broadband_subscriptions <= households_with_internet".
struct kpi_check {
    struct kpi_formula claim;
    struct kpi_text text;
};

struct kpi_set {
    str id, version, source;
    struct kpi_text name;
    struct kpi_nouns nouns;
    struct kpi_input *inputs;
    size_t input_count;
    struct kpi_group *groups;
    size_t group_count;
    struct kpi_indicator *indicators;
    size_t indicator_count;
    struct kpi_point **points;  // of all indicators, in order
    size_t point_count;
    struct kpi_check *checks;
    size_t check_count;
    int population;  // input behind per_capita; -1: none
    int *by_id;      // inputs in order of their ids
};

NODISCARD bool kpi_set_read(str source, arena *a, struct kpi_set **out, err *e);

int kpi_input_find(const struct kpi_set *s, str id);  // -1: none
const struct kpi_indicator *kpi_indicator_find(const struct kpi_set *s,
                                               str id);  // blanks and aliases count for nothing; NULL
const struct kpi_point *kpi_point_find(const struct kpi_set *s,
                                       str id);           // "EC:ICT:T:1C" or "EN:EN:AQ:1C/no2"; NULL
struct kpi_names kpi_set_names(const struct kpi_set *s);  // for formulas over its inputs

#define KPI_POINT_ID_MAX 128
// "EC:ICT:T:1C", or with "/no2" when the indicator has several.
str kpi_point_id(const struct kpi_set *s, const struct kpi_point *p, char out[static KPI_POINT_ID_MAX]);

// In the input's unit. False: `unit` (empty: its own) cannot become it, and e says which can.
NODISCARD bool kpi_input_convert(const struct kpi_set *s, const struct kpi_input *i, double v, str unit,
                                 double *out, err *e);

#endif
