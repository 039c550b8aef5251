// SPDX-License-Identifier: EUPL-1.2
// quality.h: the checks at work: after each commit on what came in, each hour on meters beside their neighbours.
//
// A doubt becomes the observation's resultQuality {"status":"spike","reason":"..."} (model/quality.h); its result is never changed, nor
// a resultQuality that is there already. What is true of a Datastream for longer (biased, drifting, stuck, gaps) is kept as a
// document beside it. Where the operator wants it, a dust meter with a hygrometer gets a Datastream of its own with values
// corrected for humidity; its properties name the method, and it is in no index.
//
// After a restart the readings of the time since the last pass are looked at again; a reading that came late just before a crash
// may be missed by the checks of points, not by those of hours.
//
// Threads  quality_hear on the store's writer thread; the jobs on the scheduler's; quality_read any
// Errors   what the store says
#ifndef PEIL_QUALITY_QUALITY_H
#define PEIL_QUALITY_QUALITY_H

#include "quality/check.h"
#include "rollup/rollup.h"

struct qualities;

typedef struct {
    struct store *store;
    struct rollups *rollups;  // which Datastreams there are
    bool correct_humidity;
    struct metrics *metrics;  // may be NULL
} quality_config;

NODISCARD bool qualities_open(const quality_config *c, struct qualities **out, err *e);
void qualities_close(struct qualities *q);  // NULL is fine
NODISCARD bool qualities_schedule(struct qualities *q, struct schedule *s, err *e);
void qualities_hear(struct qualities *q, const struct change *changes, size_t count);

// One part of the checks of points; *more: there is more to look at. For the job and tests.
NODISCARD bool qualities_check_points(struct qualities *q, instant now, bool *more, err *e);
// The checks of the hours up to `now`: stuck, gaps, neighbours, and once a day drift.
NODISCARD bool qualities_check_hours(struct qualities *q, instant now, err *e);

#define QUALITY_GAPS_MAX 20
struct quality_doubt {
    instant since;      // TIME_NONE: no
    double difference;  // to the neighbours
};
struct quality_state {
    struct quality_doubt biased, drifting, stuck;
    interval gaps[QUALITY_GAPS_MAX];  // the newest, oldest first
    size_t gap_count;
    instant checked;  // TIME_NONE: not yet
};
NODISCARD bool quality_read(struct snapshot *at, entity_id stream, arena *a, struct quality_state *out,
                            err *e);

#endif
