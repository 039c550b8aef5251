// SPDX-License-Identifier: EUPL-1.2
#include "quality/quality.h"

#include "quality/inside.h"

#include <stdlib.h>

#define ARENA_BYTES_MAX ((size_t)32 << 20)
#define AFTER_THE_HOUR (10 * TIME_MINUTE)  // what is on its way may still come in

bool qualities_open(const quality_config *c, struct qualities **out, err *e)
{
    struct qualities *q = calloc(1, sizeof *q);
    if (!q) return err_no_memory(e);
    q->config = *c;
    q->last_hour = q->last_day = TIME_NONE;
    q->arena = arena_new(ARENA_BYTES_MAX);
    q->heard = heard_new(STREAM_ID_MAX);
    q->step_s = calloc(STREAM_ID_MAX + 1, sizeof *q->step_s);  // zero pages until they are used
    if (!q->arena || !q->heard || !q->step_s) {
        qualities_close(q);
        return err_no_memory(e);
    }
    *out = q;
    return true;
}

void qualities_close(struct qualities *q)
{
    if (!q) return;
    heard_free(q->heard);
    free(q->step_s);
    findings_free(&q->findings);
    arena_free(q->arena);
    free(q);
}

static job_result run_points(void *context, instant now, err *e)
{
    bool more;
    if (!qualities_check_points(context, now, &more, e)) return JOB_FAILED;
    return more ? JOB_MORE : JOB_DONE;
}

static job_result run_hours(void *context, instant now, err *e)
{
    struct qualities *q = context;
    const instant settled = now - AFTER_THE_HOUR;
    if (q->last_hour == settled - settled % TIME_HOUR) return JOB_DONE;
    return qualities_check_hours(q, settled, e) ? JOB_DONE : JOB_FAILED;
}

bool qualities_schedule(struct qualities *q, struct schedule *s, err *e)
{
    return schedule_add(
               s,
               &(struct job){.name = "quality", .every_us = 5 * TIME_SECOND, .run = run_points, .context = q},
               e) &&
           schedule_add(s,
                        &(struct job){
                            .name = "quality-hours", .every_us = TIME_MINUTE, .run = run_hours, .context = q},
                        e);
}
