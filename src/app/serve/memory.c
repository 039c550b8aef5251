// SPDX-License-Identifier: EUPL-1.2
#include "app/serve/inside.h"

#include <malloc.h>

// What a request frees is kept for the next one: giving it back at once, as the C library does from 128 KiB on, and getting it
// again page by page took half of the time of taking in large requests. Larger pieces than these are given back at once.
#define KEPT_BYTES (16 << 20)  // at the end of each arena of the C library
#define PIECE_BYTES (4 << 20)

static job_result give_back(void *context, instant now, err *e)
{
    (void)context;
    (void)now;
    (void)e;
    malloc_trim(0);
    return JOB_DONE;
}

bool memory_start(struct peil *p, err *e)
{
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    mallopt(M_MMAP_THRESHOLD, PIECE_BYTES);
    const struct job job = {.name = "memory", .every_us = TIME_MINUTE, .run = give_back};
    return schedule_add(p->schedule, &job, e);
}
