// SPDX-License-Identifier: EUPL-1.2
// When peil was last at work, in the store itself: one small document a minute. What lies between two of these, and is longer than it
// should be, was an interruption: peil was stopped, it died, or its machine or disk stood still.
#include "app/serve/inside.h"

#include "base/json.h"
#include "base/log.h"
#include "outage/outage.h"

#include <inttypes.h>
#include <stdio.h>

#define KIND STR("service")
#define KEY STR("alive")
#define EVERY TIME_MINUTE
#define START_LEAST TIME_MINUTE        // a restart that is over sooner interrupted nobody
#define PAUSE_LEAST (5 * TIME_MINUTE)  // of a peil that runs: the schedule may be busy with something long
#define ARENA_BYTES_MAX 4096

struct sign {
    instant at;
    bool is_last;  // peil was told to stop
};

struct beat {
    struct sign now;
    int64_t least;  // a longer time since the last sign was an interruption
    arena *a;
};

static bool read_last(struct snapshot *at, arena *a, struct sign *out, err *e)
{
    str text;
    json *j;
    err why = {0};
    *out = (struct sign){.at = TIME_NONE};
    if (!store_document_get(at, KIND, KEY, a, &text, &why)) {
        if (why.code != ERR_ABSENT) *e = why;
        return why.code == ERR_ABSENT;
    }
    if (!json_parse(text, a, &j, e)) return false;
    const json *stamp = json_get(j, STR("at")), *stopped = json_get(j, STR("stopped"));
    out->is_last = stopped && stopped->type == JSON_TRUE;
    return !stamp || num_parse_int(stamp->text, &out->at, e);
}

static bool write_beat(struct store_tx *tx, void *context, err *e)
{
    const struct beat *b = context;
    struct sign before;
    char text[64];
    if (!read_last(store_tx_snapshot(tx), b->a, &before, e)) return false;
    const struct outage o = {.when = {before.at, b->now.at}, .is_planned = before.is_last};
    if (before.at != TIME_NONE && b->now.at - before.at > b->least &&
        !outage_write(tx, OUTAGE_SERVICE, &o, e))
        return false;
    const int n = snprintf(text, sizeof text, "{\"at\":%" PRId64 "%s}", b->now.at,
                           b->now.is_last ? ",\"stopped\":true" : "");
    return store_document_put(tx, KIND, KEY, (str){text, (size_t)n}, e);
}

static bool beat(struct peil *p, instant now, bool is_last, err *e)
{
    struct beat b = {.now = {now, is_last}, .least = p->is_alive ? PAUSE_LEAST : START_LEAST};
    if (!(b.a = arena_new(ARENA_BYTES_MAX))) return err_no_memory(e);
    const bool ok = store_run(p->store, write_beat, &b, e);
    arena_free(b.a);
    p->is_alive |= ok;
    return ok;
}

static job_result run(void *context, instant now, err *e)
{
    return beat(context, now, false, e) ? JOB_DONE : JOB_FAILED;
}

bool alive_start(struct peil *p, err *e)
{
    const struct job job = {.name = "alive", .every_us = EVERY, .run = run, .context = p};
    return schedule_add(p->schedule, &job, e);
}

void alive_stop(struct peil *p)
{
    err why;
    char text[256];
    if (p->is_alive && !beat(p, time_now(), true, &why))
        log_warning("the stop is not kept: it will be taken for a failure", "why=%s",
                    log_quote(text, str_of(why.text)));
}
