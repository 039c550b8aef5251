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

#endif
