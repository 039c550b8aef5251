// SPDX-License-Identifier: EUPL-1.2
// result.h: what the values of a year and area come to: each data point with its state, number and score, and the groups above.
//
// Nothing is stored: results are computed from values and targets when asked for (a set of 112 points takes well under a
// millisecond), so that they cannot be stale.
// Owns     lies in the arena
// Threads  any
// Source   spec kpi.md sections 3 and 4 (scoring, states)
#ifndef PEIL_KPI_RESULT_RESULT_H
#define PEIL_KPI_RESULT_RESULT_H

#include "kpi/set/score.h"
#include "kpi/value/target.h"

typedef enum {
    KPI_STATE_MISSING,         // not reported: an input is not there
    KPI_STATE_UNDEFINED,       // a division by zero
    KPI_STATE_NOT_APPLICABLE,  // an input is not applicable here
    KPI_STATE_NOT_VERIFIED,    // given and not accepted: reported, but the number is withheld
    KPI_STATE_REPORTED,
    KPI_STATE_VERIFIED,
    KPI_STATE_COUNT
} kpi_state;

str kpi_state_name(kpi_state s);  // "missing", "not-verified": as answered and in ids of texts

struct kpi_result {
    const struct kpi_point *point;
    kpi_state state;
    bool has_value;
    double value;      // as reported: computed, or the override
    bool is_override;  // the town gave the result itself
    bool has_computed;
    double computed;
    int missing[KPI_FORMULA_INPUTS_MAX];
    size_t missing_count;
    bool is_scored;
    double share;       // percent of the target
    int points;         // 1 to 4
    kpi_method method;  // the weakest of its inputs
    bool is_measured;   // an input comes from sensors
    bool is_demo;
};

// Counts as the report's chapters have them.
struct kpi_tally {
    size_t all, reported, verified, partial;
};

struct kpi_results {
    int year;
    str area;
    struct kpi_result *points;  // by the point's index
    struct kpi_score *groups;   // by the group's index: of everything below it
    struct kpi_score score;
    struct kpi_tally indicators, data_points;
};

struct kpi_reading {
    const struct kpi_set *set;
    const struct kpi_book *book;  // of the area, and of `below` where formulas sum over areas
    const struct kpi_targets *targets;
    str area;
    const str *below;  // areas under this one
    size_t below_count;
    bool with_drafts;
};
NODISCARD bool kpi_results_compute(const struct kpi_reading *r, arena *a, struct kpi_results *out, err *e);

// Of an indicator: all of its points, some, or none are reported. Verified only when all are.
typedef enum { KPI_NONE, KPI_PARTIAL, KPI_WHOLE } kpi_extent;
kpi_extent kpi_indicator_extent(const struct kpi_results *r, const struct kpi_indicator *k,
                                kpi_state at_least);

// The formula with numbers in the places of its inputs: "100 × 24.310 / 25.100"; what is missing is "?".
struct kpi_filling {
    const struct kpi_reading *reading;
    language language;
};
void kpi_formula_fill(const struct kpi_point *p, const struct kpi_filling *f, buf *out);
void kpi_formula_names(const struct kpi_set *s, const struct kpi_point *p, language l,
                       buf *out);  // "100 × huishoudens ..."
// A number as reports print it: thousands marked, `decimals` after the mark; without trailing zeros when `is_exact`.
void kpi_number_write(buf *out, language l, double v, int decimals, bool is_exact);

#endif
