// SPDX-License-Identifier: EUPL-1.2
// inner.h: what the ways to measure share. Private to src/kpi/measure.
#ifndef PEIL_KPI_MEASURE_INNER_H
#define PEIL_KPI_MEASURE_INNER_H

#include "kpi/measure/measure.h"

struct figure {
    double value;
    double capture;  // 0 to 1
    int64_t *readings;
    size_t reading_count;
    str note_nl, note_en;  // what there is to say beside the days; may be empty
};

// A marked Datastream and what its year came to.
struct register_year {
    entity_id stream;
    const struct json *marks;  // a text or a list of texts
    const struct quantity *quantity;
    double factor;
    str area;  // code
    bool is_read, has_any;
    double rise, mean;  // in the quantity's unit
    double covered;     // share of the year between first and last reading
};

struct noise_meter {
    entity_id stream;
    str area;  // code of its neighbourhood
    double lden, lnight;
    double captured;
};

struct measuring {
    const struct kpi_office *office;
    const struct kpi_sensors *from;
    struct snapshot *at;
    const struct atlas *atlas;  // NULL: no tree
    const struct rollup_streams *streams;
    arena *arena;
    int year;
    interval when;  // the year
    instant now;    // and as far as it has come
    int days;
    struct kpi_book book;  // of all areas
    struct register_year *registers;
    size_t register_count;
    bool has_registers;
    struct noise_meter *noise;
    size_t noise_count;
    bool has_noise;
};

// Each: false without an error when nothing is measured there (*got).
typedef bool (*measure_take)(struct measuring *m, str area, const struct kpi_input *x, size_t sensing,
                             struct figure *out, bool *got, err *e);
NODISCARD bool measure_rollup(struct measuring *m, str area, const struct kpi_input *x, size_t sensing,
                              struct figure *out, bool *got, err *e);
NODISCARD bool measure_registers(struct measuring *m, str area, const struct kpi_input *x, size_t sensing,
                                 struct figure *out, bool *got, err *e);
NODISCARD bool measure_exposed(struct measuring *m, str area, const struct kpi_input *x, size_t sensing,
                               struct figure *out, bool *got, err *e);

bool measure_lies_in(const struct measuring *m, str inner, str outer);  // or is the same

#endif
