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

static bool keep(struct gathered *g, const double *values, size_t count)
{
    if (g->count + count > g->capacity) {
        size_t capacity = g->capacity > 0 ? g->capacity * 2 : 2048;
        while (capacity < g->count + count) capacity *= 2;
        double *more = realloc(g->values, capacity * sizeof *more);
        if (!more) return false;
        g->values = more;
        g->capacity = capacity;
    }
    memcpy(g->values + g->count, values, count * sizeof *values);
    g->count += count;
    if (g->count < KEPT_MOST) return true;
    g->is_sketched = true;
    return sketch_all(&g->sketch, g->values, g->count);
}

bool gather_add(struct gathered *g, const double *values, size_t count, err *e)
{
    return (g->is_sketched ? sketch_all(&g->sketch, values, count) : keep(g, values, count)) ||
           err_no_memory(e);
}

double gather_quantile(struct gathered *g, double quantile)
{
    return g->is_sketched ? sketch_quantile(&g->sketch, quantile)
                          : exact_quantile(g->values, g->count, quantile);
}

void gather_clear(struct gathered *g)
{
    sketch_free(&g->sketch);
    g->count = 0;
    g->is_sketched = false;
}

void gather_free(struct gathered *g)
{
    gather_clear(g);
    free(g->values);
    *g = (struct gathered){.count = 0};
}
