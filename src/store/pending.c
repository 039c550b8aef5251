// SPDX-License-Identifier: EUPL-1.2
// Parts of the contract that are not there yet. Each answers ERR_UNSUPPORTED; this file goes when the last one is.
#include "store/engine.h"

static bool pending(err *e, const char *what)
{
    return err_set(e, ERR_UNSUPPORTED, ERR_NOWHERE, "%s is not there yet", what);
}

bool store_summaries(struct snapshot *at, entity_id stream, period p, const struct tz *zone, interval when, summary_each each,
                     void *context, err *e)
{
    (void)at;
    (void)stream;
    (void)p;
    (void)zone;
    (void)when;
    (void)each;
    (void)context;
    return pending(e, "summing up");
}

bool store_quantile(struct snapshot *at, entity_id stream, interval when, double quantile, double *out, err *e)
{
    (void)at;
    (void)stream;
    (void)when;
    (void)quantile;
    (void)out;
    return pending(e, "a quantile");
}

bool store_backup(struct store *s, const char *directory, void (*progress)(int64_t done, int64_t all, void *context),
                  void *context, err *e)
{
    (void)s;
    (void)directory;
    (void)progress;
    (void)context;
    return pending(e, "a backup");
}

bool store_check(struct store *s, void (*found)(const char *sentence, void *context), void *context, int64_t *findings, err *e)
{
    (void)s;
    (void)found;
    (void)context;
    (void)findings;
    return pending(e, "a check");
}
