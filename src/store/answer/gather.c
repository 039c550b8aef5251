// SPDX-License-Identifier: EUPL-1.2
#include "store/answer/gather.h"

#include <stdlib.h>
#include <string.h>

#define KEPT_MOST 65536

bool gather_check(double quantile, err *e)
{
    return (quantile >= 0 && quantile <= 1) ||
           err_set(e, ERR_RANGE, ERR_NOWHERE, "a quantile lies between 0 and 1");
}

static bool sketch_all(struct sketch *k, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!sketch_add(k, values[i])) return false;
    return true;
}

static bool make_room(struct gathered *g, size_t count)
{
    if (count <= g->capacity) return true;
    size_t capacity = g->capacity > 0 ? g->capacity * 2 : 2048;
    while (capacity < count) capacity *= 2;
    double *more = realloc(g->values, capacity * sizeof *more);
    if (!more) return false;
    g->values = more;
    g->capacity = capacity;
    return true;
}

// From kept values to a sketch, when they are many.
static bool settle(struct gathered *g)
{
    if (g->count < KEPT_MOST) return true;
    g->form = GATHERED_SKETCH;
    return sketch_all(&g->sketch, g->values, g->count);
}

// What was counted becomes values, or a sketch at once.
static bool leave_counts(struct gathered *g)
{
    g->form = g->count >= KEPT_MOST ? GATHERED_SKETCH : GATHERED_VALUES;
    if (g->form == GATHERED_SKETCH) return value_counts_sketch(&g->counts, &g->sketch);
    if (!make_room(g, g->count)) return false;
    value_counts_values(&g->counts, g->values);
    return true;
}

static bool add_values(struct gathered *g, const double *values, size_t count)
{
    if (g->form == GATHERED_SKETCH) {
        g->count += count;
        return sketch_all(&g->sketch, values, count);
    }
    if (!make_room(g, g->count + count)) return false;
    memcpy(g->values + g->count, values, count * sizeof *values);
    g->count += count;
    return settle(g);
}

static bool add_units(struct gathered *g, const struct value_run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a run without values has units
        const double v = decimal_to_double((decimal){run->units[i], (int8_t)run->scale});
        if (!add_values(g, &v, 1)) return false;
    }
    return true;
}

bool gather_add(struct gathered *g, const struct value_run *run, err *e)
{
    if (g->form == GATHERED_COUNTS) {
        if (run->units && value_counts_add(&g->counts, run->units, run->count, run->scale)) {
            g->count += run->count;
            return true;
        }
        if (!leave_counts(g)) return err_no_memory(e);
    }
    return (run->values ? add_values(g, run->values, run->count) : add_units(g, run)) || err_no_memory(e);
}

double gather_quantile(struct gathered *g, double quantile)
{
    switch (g->form) {
    case GATHERED_COUNTS: return value_counts_rank(&g->counts, quantile_rank(g->count, quantile));
    case GATHERED_VALUES: return exact_quantile(g->values, g->count, quantile);
    case GATHERED_SKETCH: break;
    }
    return sketch_quantile(&g->sketch, quantile);
}

void gather_clear(struct gathered *g)
{
    sketch_free(&g->sketch);
    value_counts_clear(&g->counts);
    g->count = 0;
    g->form = GATHERED_COUNTS;
}

void gather_free(struct gathered *g)
{
    gather_clear(g);
    value_counts_free(&g->counts);
    free(g->values);
    *g = (struct gathered){.count = 0};
}
