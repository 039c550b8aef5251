// SPDX-License-Identifier: EUPL-1.2
#include "care/document.h"

#include "base/json.h"
#include "care/processing.h"

#include <string.h>

#define MONTHS_MAX CARE_STATE_MONTHS

int64_t care_figure(int64_t exact)
{
    if (exact < CARE_FIGURE_LEAST) return -1;
    return (exact + CARE_FIGURE_ROUND / 2) / CARE_FIGURE_ROUND * CARE_FIGURE_ROUND;
}

struct adding {
    arena *a;
    struct care_month *months;
    size_t count;
};

static bool add_month(str key, str text, void *context, err *e)
{
    struct adding *x = context;
    json *root;
    double v;
    if (x->count == MONTHS_MAX) {
        memmove(x->months, x->months + 1, (MONTHS_MAX - 1) * sizeof *x->months);
        x->count--;
    }
    struct care_month *m = &x->months[x->count++];
    if (!arena_copy(x->a, key, &m->month)) return err_no_memory(e);
    if (!json_parse(text, x->a, &root, e)) return false;
    for (int i = 0; i < CARE_COUNT_KINDS; i++)
        m->counts[i] = care_figure(json_number(root, str_of(care_count_name((care_count)i)), &v) ? (int64_t)v
                                                                                                 : 0);
    return true;
}

bool care_figures(struct care *c, arena *a, const struct care_month **out, size_t *count,
                  int64_t *participants, err *e)
{
    struct adding x = {.a = a, .months = ARENA_ARRAY(a, MONTHS_MAX, struct care_month)};
    struct snapshot *at;
    if (!x.months) return err_no_memory(e);
    if (!snapshot_open(c->config.store, &at, e)) return false;
    const bool ok = store_document_each(at, KIND_MONTH, add_month, &x, e);
    snapshot_close(at);
    if (!ok) return false;
    *out = x.months;
    *count = x.count;
    *participants = care_figure(atomic_load(&c->participants));
    return true;
}
