// SPDX-License-Identifier: EUPL-1.2
// inside.h: the service of the checks. Private to quality/.
#ifndef PEIL_QUALITY_INSIDE_H
#define PEIL_QUALITY_INSIDE_H

#include "base/heard.h"
#include "quality/rows.h"

struct qualities {
    quality_config config;
    struct heard *heard;  // of streams: what came in
    // The scheduler's thread alone.
    int32_t *step_s;    // by stream id: seconds between readings, as last seen; 0: not yet
    size_t next;        // stream of the list that the next part begins with
    instant last_hour;  // that was looked at; TIME_NONE: none
    instant last_day;
    bool is_awake;  // what came in before the start was marked
    arena *arena;
    struct findings findings;
};

// Brings the corrected Datastreams up to date (correct.c).
NODISCARD bool quality_correct(struct qualities *q, const struct rollup_streams *list, instant now, err *e);

#endif
