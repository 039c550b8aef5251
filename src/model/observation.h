// SPDX-License-Identifier: EUPL-1.2
// observation.h: one reading in its Datastream (or MultiDatastream), as it travels from an adapter to the disk and back.
#ifndef PEIL_MODEL_OBSERVATION_H
#define PEIL_MODEL_OBSERVATION_H

#include "model/value.h"

struct observation {
    entity_id stream;  // id of the Datastream or MultiDatastream
    uint32_t
        number;  // its number within the stream, from 1, in order of arrival; id = OBSERVATION_ID(stream, number)
    interval phenomenon_time;
    instant result_time;  // TIME_NONE: null
    interval valid_time;  // start TIME_NONE: none
    value result;         // VALUE_NULL, BOOL, DECIMAL, NUMBER, TEXT or JSON
    value quality;        // resultQuality: VALUE_NULL when none, else any JSON
    str parameters;       // JSON object; empty: none
    entity_id feature;    // FeatureOfInterest; 0: none yet
};

// A number at an instant, and nothing else said: what nearly all observations are.
struct plain_reading {
    instant time;
    decimal value;
};

// Plain readings of one stream, in order of arrival. `all` is whose the run is.
struct reading_run {
    entity_id stream, feature;
    const struct plain_reading *all;
    size_t count;
};

static inline bool observation_is_plain(const struct observation *o)
{
    return o->result.type == VALUE_DECIMAL && !interval_is_none(o->phenomenon_time) &&
           interval_is_instant(o->phenomenon_time) && o->result_time == TIME_NONE &&
           interval_is_none(o->valid_time) && o->quality.type == VALUE_NULL && o->parameters.n == 0;
}

static inline struct plain_reading plain_of(const struct observation *o)
{
    return (struct plain_reading){o->phenomenon_time.start, o->result.number};
}

// The reading as an Observation without number.
static inline struct observation plain_observation(const struct reading_run *run, size_t i)
{
    return (struct observation){.stream = run->stream,
                                .phenomenon_time = {run->all[i].time, TIME_NONE},
                                .result_time = TIME_NONE,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .result = value_decimal(run->all[i].value),
                                .feature = run->feature};
}

#endif
