// SPDX-License-Identifier: EUPL-1.2
#include "base/order.h"
#include "ingest/lines/points.h"

#include <stdlib.h>

static void order(const struct points *p, struct order_item *items, struct order_item *spare)
{
    for (size_t i = 0; i < p->count; i++)
        items[i] = (struct order_item){(uint32_t)p->all[i].series->stream, (uint32_t)i};
    order_by_key(items, spare, p->count);
}

// Two series may lead to one Datastream: their points stay in the order of the text, as runs that take turns.
static void fill(struct points *p, const struct order_item *items)
{
    struct line_run *run = NULL;
    for (size_t i = 0; i < p->count; i++) {
        const struct point *point = &p->all[items[i].at];
        if (!run || run->series != point->series) {
            run = &p->runs[p->run_count++];
            *run = (struct line_run){point->series, &p->readings[i], 0};
        }
        p->readings[i] = (struct plain_reading){point->time, point->value};
        run->count++;
    }
}

bool points_group(struct points *p)
{
    free(p->readings);
    free(p->runs);
    p->readings = NULL;
    p->runs = NULL;
    p->run_count = 0;
    if (p->count == 0) return true;
    struct order_item *items = malloc(2 * p->count * sizeof *items);
    p->readings = malloc(p->count * sizeof *p->readings);
    p->runs = malloc(p->count * sizeof *p->runs);
    const bool ok = items && p->readings && p->runs && p->count <= UINT32_MAX;
    if (ok) {
        order(p, items, items + p->count);
        fill(p, items);
    }
    free(items);
    return ok;
}
