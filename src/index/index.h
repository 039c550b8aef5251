// SPDX-License-Identifier: EUPL-1.2
// index.h: indices, norms and noise of Things and areas, now and over time, from the readings in the store.
//
// A Thing's value of a substance is the mean of its hour. An area's is the median of those of its Things, where at least
// AREA_METERS_LEAST measure the substance, or a reference station does; and an area has an index only with as many fresh Things
// in all. "Now" is the last whole clock hour; what reports hourly may be one hour older. Readings that do not count
// (model/quality.h) are in none of it. What comes from other than reference stations is an indication.
//
// The present index of all areas and Things is kept in a table that a job makes anew; a table never changes and is shared.
//
// Units    microgram per cubic metre, dB(A); instants: microseconds since 1970 UTC
// Owns     answers lie in the caller's arena; a table until indices_give
// Threads  indices_hear on the store's writer thread; the job on the scheduler's; the rest any
// Errors   ERR_ABSENT (no such area or Thing, or nothing is measured there), ERR_LIMIT (more hours at once than INDEX_HOURS_MAX), store
#ifndef PEIL_INDEX_INDEX_H
#define PEIL_INDEX_INDEX_H

#include "index/limit.h"
#include "index/noise.h"
#include "index/scale.h"
#include "rollup/rollup.h"

#define AREA_METERS_LEAST 3
#define INDEX_HOURS_MAX ((size_t)24 * 31)

struct indices;

typedef struct {
    struct store *store;
    struct areas *areas;
    struct rollups *rollups;
    const struct tz *zone;
} indices_config;

NODISCARD bool indices_open(const indices_config *c, struct indices **out, err *e);
void indices_close(struct indices *x);  // NULL is fine
NODISCARD bool indices_schedule(struct indices *x, struct schedule *s, err *e);
void indices_hear(struct indices *x, const struct change *changes, size_t count);
NODISCARD bool indices_refresh(struct indices *x, instant now,
                               err *e);  // all of it, now; for the job, tests and the demo

// ---- Now ---------------------------------------------------------------------------------------------------------

typedef enum { INDEX_THERE, INDEX_FEW_METERS, INDEX_NO_DATA } index_state;
str index_state_name(index_state s);  // "", "few-meters", "not-enough-data"

#define INDEX_NOW_SCALES 2  // LKI, EAQI
struct index_now {
    index_state state;
    size_t meters;                                       // fresh Things
    bool is_indication;                                  // not from reference stations alone
    double hour[SUBSTANCE_COUNT], day[SUBSTANCE_COUNT];  // means of the hour and of the running 24; NAN: none
    size_t streams[SUBSTANCE_COUNT];                     // that gave something
    struct index_value value[INDEX_NOW_SCALES];          // INDEX_LKI, INDEX_EAQI; others by index_of_means
};
struct index_area_now {
    str code;
    area_level level;
    struct index_now now;
};
struct index_thing_now {
    entity_id thing;
    struct index_now now;
};
struct index_table {
    instant at;                          // end of the hour
    uint64_t generation;                 // another one: something in it may differ
    const struct index_area_now *areas;  // by code; only those with a meter below them
    size_t area_count;
    const struct index_thing_now *things;  // by id; only those that measure a substance
    size_t thing_count;
};
NODISCARD bool indices_take(struct indices *x, const struct index_table **out, err *e);
void indices_give(struct indices *x, const struct index_table *t);
// The same of an hour that is over, `hour` its end: from the readings of that very hour, boundaries and places as they were then. The running
// 24 hours and the Things are left out. Kept, so that a map that goes back reads each hour once.
NODISCARD bool indices_take_hour(struct indices *x, instant hour, const struct index_table **out, err *e);
const struct index_area_now *index_area_find(const struct index_table *t, str code);  // NULL: no meter there
const struct index_thing_now *index_thing_find(const struct index_table *t, entity_id thing);

// ---- Over time ---------------------------------------------------------------------------------------------------

// Whose readings: an area's (code), or a Thing's.
struct index_subject {
    str area;
    entity_id thing;
};

struct index_source {
    entity_id stream, thing;
    substance substance;
    bool is_reference;
};

struct index_past {
    instant from;
    size_t count;                                // hours
    struct hours hours[SUBSTANCE_COUNT];         // of the subject: NAN where there is not enough
    const struct hours *given[SUBSTANCE_COUNT];  // for index_at; NULL: not measured
    struct index_source *sources;
    size_t source_count;
    bool is_indication;
};
// `from` is rounded down to a whole hour. substances: bits; 0: all. Boundaries and places are those at the end.
NODISCARD bool index_past(struct indices *x, struct snapshot *at, struct index_subject s, instant from,
                          size_t hours, unsigned substances, arena *a, struct index_past *out, err *e);

// All limits of a set for the calendar year, for the substances that are measured.
struct index_limits {
    struct limit_result *all;
    size_t count;
    struct index_source *sources;
    size_t source_count;
    bool is_indication;
};
NODISCARD bool index_limits(struct indices *x, struct snapshot *at, struct index_subject s, limit_set set,
                            int year, instant now, arena *a, struct index_limits *out, err *e);

// Noise of one Thing (its noise_laeq): of whole calendar days that begin in `when`, and of the whole.
struct index_noise {
    entity_id stream;
    struct noise_date *dates;
    size_t count;
    struct noise_span span;       // of `when`
    struct noise_date long_term;  // of all the dates
};
NODISCARD bool index_noise(struct indices *x, struct snapshot *at, entity_id thing, interval when, arena *a,
                           struct index_noise *out, err *e);

#endif
