// SPDX-License-Identifier: EUPL-1.2
// A quantile of all of a time, made from the observations when it is asked for.
#include "store/answer/gather.h"
#include "store/scan/value_scan.h"

static bool take(const struct value_run *run, void *context, err *e)
{
    return gather_add(context, run, e);
}

bool store_quantile(struct snapshot *at, entity_id stream, interval when, double quantile, double *out,
                    err *e)
{
    struct gathered g = {.count = 0};
    bool ok = gather_check(quantile, e) && value_scan_units(at, stream, when, take, &g, e);
    if (ok && g.count == 0)
        ok = err_set(e, ERR_ABSENT, ERR_NOWHERE, "there are no numeric Observations in this time");
    if (ok) *out = gather_quantile(&g, quantile);
    gather_free(&g);
    return ok;
}
