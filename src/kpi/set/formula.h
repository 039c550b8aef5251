// SPDX-License-Identifier: EUPL-1.2
// formula.h: the language of formulas: read, checked for units, computed, and shown with its numbers filled in.
//
//   100 * households_with_internet / households
//   if(sum(green_area) > 0, 100000 * green_area / inhabitants, 0)
//
// Arithmetic + - * /, comparisons < <= > >= == !=, names of inputs, and the functions of the table in formula.c. There are no
// variables, loops or calls of other formulas, so that each formula ends.
//
// Units. A constant in a product or quotient changes the unit, never the quantity: 100 * a / b of two counts is a percentage,
// 1000 * m3 are litres. So a formula that forgets its 100, or has one too many, is refused as is one that adds persons to euros.
// factor(0.5) is a constant that is meant as a quantity. In a comparison a constant has the unit of the other side.
//
// Owns     nodes lie in the arena; texts are views of the source
// Errors   ERR_SYNTAX, ERR_UNKNOWN, ERR_TYPE (units), ERR_LIMIT (depth, length), each with the position in the formula
#ifndef PEIL_KPI_SET_FORMULA_H
#define PEIL_KPI_SET_FORMULA_H

#include "base/arena.h"
#include "kpi/set/unit.h"

#define KPI_FORMULA_DEPTH_MAX 32
#define KPI_FORMULA_BYTES_MAX 2000
#define KPI_FORMULA_INPUTS_MAX 32

struct kpi_node;

struct kpi_formula {
    str text;
    struct kpi_node *root;
    struct kpi_unit unit;                // of its value
    int inputs[KPI_FORMULA_INPUTS_MAX];  // which it names, each once, in order
    size_t input_count;
};

// What a formula may name. `unit_of` answers by the index that `find` gave.
struct kpi_names {
    const void *context;
    int (*find)(const void *context, str name);  // -1: none of that name
    const struct kpi_unit *(*unit_of)(const void *context, int input);
    const struct kpi_nouns *nouns;
    int population;  // the input behind per_capita; -1: none
};

NODISCARD bool kpi_formula_parse(str text, const struct kpi_names *names, arena *a, struct kpi_formula *out,
                                 err *e);
// Its value must be in `wanted`: ERR_TYPE says what it is, and by what to multiply.
NODISCARD bool kpi_formula_check(const struct kpi_formula *f, const struct kpi_unit *wanted,
                                 const struct kpi_names *names, err *e);

// What is known of an input where a formula is computed. Claims are 0 and 1.
struct kpi_known {
    bool is_known;
    double value;
};
struct kpi_source {
    const void *context;
    struct kpi_known (*value)(const void *context, int input);
    struct kpi_known (*sum)(const void *context,
                            int input);  // over the areas below this one; unknown when one lacks it
};

typedef enum { KPI_COMPUTED, KPI_MISSING, KPI_UNDEFINED } kpi_outcome;
// Only what the taken branch of if() needs can be missing. KPI_UNDEFINED: a division by zero, or beyond all numbers.
kpi_outcome kpi_formula_compute(const struct kpi_formula *f, const struct kpi_source *from, double *out);

// The formula as people write it: 100 × a / b. `leaf` writes an input (sum: over areas), `number` a constant.
struct kpi_print {
    void (*leaf)(buf *out, int input, bool is_sum, void *context);
    void (*number)(buf *out, double v, void *context);
    void *context;
};
void kpi_formula_print(const struct kpi_formula *f, buf *out, const struct kpi_print *how);

#endif
