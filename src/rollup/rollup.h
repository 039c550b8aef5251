// SPDX-License-Identifier: EUPL-1.2
// rollup.h: tallies per Datastream and per area, quantity and period, kept up to date as readings come in, also late ones.
//
// Kept are the days of each Datastream, and days, months and years of each area; a Datastream's months and years are added up from
// its days, hours of both are made from readings when asked for. Days and above are the town's. An area's day is the sum of its
// child areas and of the Datastreams that lie in it but in none of these; months are sums of days, years of months. The day of a
// move counts where the Thing stood at its end. Boundaries are those of the year of the day.
//
// Public figures only: a Datastream counts when a snapshot shows it to everyone (store.h, access_level), its quantity is known, and
// its unit is that quantity's canonical one or converts to it. Readings that a check found bad (model/quality.h) or that lie outside
// the quantity's plausible range are left out.
//
// A commit marks the days it touched; a job works them off every `rollup.interval_s`: only these days are read again, and only sums
// that they are part of. After a crash everything is looked over again; until it is done, rollups_is_whole is false.
// Sums of days whose readings went by retention (store_delete_range) stay; readings deleted one by one leave the sums.
//
// Units    times: microseconds since 1970 UTC; values: canonical unit of model/quantity.h
// Owns     rows and their tallies' memory belong to the rows: rollup_rows_free
// Threads  rollups_hear on the store's writer thread; the job on the scheduler's; reading on any
// Errors   ERR_RANGE (from >= to), ERR_LIMIT (more than ROLLUP_PERIODS_MAX periods, or hours over more readings than is wise), store
#ifndef PEIL_ROLLUP_ROLLUP_H
#define PEIL_ROLLUP_ROLLUP_H

#include "area/area.h"
#include "base/schedule.h"
#include "rollup/tally.h"

#define ROLLUP_PERIODS_MAX 20000

struct rollups;

typedef struct {
    struct store *store;
    struct areas *areas;
    const struct tz *zone;
    int64_t interval_s;
} rollup_config;

// Before the first write: listens on the store.
NODISCARD bool rollups_open(const rollup_config *c, struct rollups **out, err *e);
NODISCARD bool rollups_schedule(struct rollups *r, struct schedule *s, err *e);
void rollups_stop(
    struct rollups
        *r);  // after schedule_stop, before store_close: works off what is marked, notes that it is whole
void rollups_close(struct rollups *r);  // after store_close. NULL is fine
// Works off everything that is marked, now; for tests and the demo. Not on the writer thread.
NODISCARD bool rollups_catch_up(struct rollups *r, err *e);
// The same of what is marked when it is called; what comes meanwhile waits for the job, else a busy town would never be done.
NODISCARD bool rollups_work_off(struct rollups *r, err *e);
bool rollups_is_whole(struct rollups *r);  // nothing is marked

struct rollup_row {
    interval when;
    struct tally tally;
};
struct rollup_rows {
    struct rollup_row *all;  // oldest first; periods without a reading are absent
    size_t count;
};
void rollup_rows_free(struct rollup_rows *rows);

// Periods that begin in [when.start, when.end).
NODISCARD bool rollup_of_area(struct rollups *r, struct snapshot *at, str area_code, const struct quantity *q,
                              period p, interval when, struct rollup_rows *out, err *e);
NODISCARD bool rollup_of_stream(struct rollups *r, struct snapshot *at, entity_id stream, period p,
                                interval when, struct rollup_rows *out, err *e);

// One period of many areas, the day, month or year that `inside` lies in: out[i] is of areas[i], empty (count 0) where nothing is
// known; tally_free each. Cheapest in order of code.
NODISCARD bool rollup_of_areas(struct rollups *r, struct snapshot *at, const struct area *const *areas,
                               size_t count, const struct quantity *q, period p, instant inside,
                               interval *when, struct tally *out, err *e);

// The Datastreams that count, as they are now. In order of id; a list is shared and never changes.
struct rollup_stream {
    entity_id id, thing;
    const struct quantity *quantity;
    double factor;  // from results to the canonical unit: value = result * factor + offset
    double offset;
    struct thing_places places;
    bool is_reference;  // its Thing is an official station: properties.origin "reference"
};
struct rollup_streams {
    const struct rollup_stream *all;
    size_t count;
    uint64_t commit;  // when it was read: tells one list from the next
};
NODISCARD bool rollup_streams_take(struct rollups *r, const struct rollup_streams **out, err *e);
void rollup_streams_give(struct rollups *r, const struct rollup_streams *s);
// Those that lie in the area (at any depth) at this time, optionally of one quantity (NULL: all); in the arena.
NODISCARD bool rollup_streams_in(const struct rollup_streams *s, const struct atlas *t,
                                 const struct area *area, int year, instant when, const struct quantity *q,
                                 arena *a, const struct rollup_stream ***out, size_t *count, err *e);

#endif
