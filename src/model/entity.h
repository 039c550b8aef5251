// SPDX-License-Identifier: EUPL-1.2
// entity.h: the entity sets of SensorThings as tables. One description serves SQL, JSON, validation and queries.
// Source   OGC 18-088, section 8 (Sensing entities) and section 13 (MultiDatastream extension)
#ifndef PEIL_MODEL_ENTITY_H
#define PEIL_MODEL_ENTITY_H

#include "base/str.h"
#include <stdint.h>

typedef enum {
    SET_THING,
    SET_LOCATION,
    SET_HISTORICAL_LOCATION,
    SET_DATASTREAM,
    SET_MULTI_DATASTREAM,
    SET_SENSOR,
    SET_OBSERVED_PROPERTY,
    SET_OBSERVATION,
    SET_FEATURE_OF_INTEREST,
    ENTITY_SET_COUNT
} entity_set;

// 1 to 2^53 - 1; 0 is none. Ids count up per set and are never used again. Datastreams and MultiDatastreams share one
// count (both are streams of Observations), at most STREAM_ID_MAX.
typedef int64_t entity_id;

#define ENTITY_ID_MAX (((entity_id)1 << 53) - 1)
#define STREAM_ID_MAX (((entity_id)1 << 21) - 1)

// An Observation's id holds its stream and its number there, so that finding one by id needs no index.
#define OBSERVATION_ID(stream, number) (((entity_id)(stream) << 32) | (entity_id)(uint32_t)(number))
#define OBSERVATION_STREAM(id) ((entity_id)(id) >> 32)
#define OBSERVATION_NUMBER(id) ((uint32_t)((id)&0xffffffff))

int entity_id_order(const void *a, const void *b);  // of two ids, for qsort and bsearch

typedef enum {
    PROPERTY_TEXT,      // JSON text
    PROPERTY_JSON,      // any JSON value; objects can be addressed by path
    PROPERTY_GEOMETRY,  // JSON; GeoJSON geometry or Feature when encodingType says so
    PROPERTY_INSTANT,
    PROPERTY_INTERVAL,
    PROPERTY_TIME,   // an instant or an interval
    PROPERTY_RESULT  // any JSON, kept as sent
} property_type;

typedef enum {
    PROPERTY_MANDATORY = 1,    // a create body must have it
    PROPERTY_SERVER_KEPT = 2,  // computed; what a client sends is ignored
    PROPERTY_SHOW_NULL = 4,    // shown as null rather than left out
    PROPERTY_OBJECT = 8,       // PROPERTY_JSON that must be an object
    PROPERTY_ARRAY = 16        // PROPERTY_JSON that must be an array
} property_flags;

struct property {
    str name;
    property_type type;
    unsigned flags;
};

struct relation {
    str name;  // navigation property: "Datastreams", "Thing"
    entity_set target;
    bool is_many;
    bool
        is_mandatory;  // a create body (or the path) must give it; see entity.c for Datastream xor MultiDatastream
    int inverse;       // index in the target's relations; the way back
};

#define ENTITY_PROPERTIES_MAX 12
#define ENTITY_RELATIONS_MAX 6

struct entity_schema {
    str set_name;     // "Things"
    str entity_name;  // "Thing"
    const struct property *properties;
    int property_count;
    const struct relation *relations;
    int relation_count;
};

// Indexes into the tables below, in their order.
enum { THING_NAME, THING_DESCRIPTION, THING_PROPERTIES };
enum { THING_LOCATIONS, THING_HISTORICAL_LOCATIONS, THING_DATASTREAMS, THING_MULTI_DATASTREAMS };
enum { LOCATION_NAME, LOCATION_DESCRIPTION, LOCATION_ENCODING_TYPE, LOCATION_LOCATION, LOCATION_PROPERTIES };
enum { LOCATION_THINGS, LOCATION_HISTORICAL_LOCATIONS };
enum { HISTORICAL_LOCATION_TIME };
enum { HISTORICAL_LOCATION_THING, HISTORICAL_LOCATION_LOCATIONS };
enum {
    DATASTREAM_NAME,
    DATASTREAM_DESCRIPTION,
    DATASTREAM_OBSERVATION_TYPE,
    DATASTREAM_UNIT_OF_MEASUREMENT,
    DATASTREAM_OBSERVED_AREA,
    DATASTREAM_PHENOMENON_TIME,
    DATASTREAM_RESULT_TIME,
    DATASTREAM_PROPERTIES
};
enum { DATASTREAM_THING, DATASTREAM_SENSOR, DATASTREAM_OBSERVED_PROPERTY, DATASTREAM_OBSERVATIONS };
enum {
    MULTI_DATASTREAM_NAME,
    MULTI_DATASTREAM_DESCRIPTION,
    MULTI_DATASTREAM_OBSERVATION_TYPE,
    MULTI_DATASTREAM_MULTI_OBSERVATION_DATA_TYPES,
    MULTI_DATASTREAM_UNIT_OF_MEASUREMENTS,
    MULTI_DATASTREAM_OBSERVED_AREA,
    MULTI_DATASTREAM_PHENOMENON_TIME,
    MULTI_DATASTREAM_RESULT_TIME,
    MULTI_DATASTREAM_PROPERTIES
};
enum {
    MULTI_DATASTREAM_THING,
    MULTI_DATASTREAM_SENSOR,
    MULTI_DATASTREAM_OBSERVED_PROPERTIES,
    MULTI_DATASTREAM_OBSERVATIONS
};
enum { SENSOR_NAME, SENSOR_DESCRIPTION, SENSOR_ENCODING_TYPE, SENSOR_METADATA, SENSOR_PROPERTIES };
enum { SENSOR_DATASTREAMS, SENSOR_MULTI_DATASTREAMS };
enum {
    OBSERVED_PROPERTY_NAME,
    OBSERVED_PROPERTY_DEFINITION,
    OBSERVED_PROPERTY_DESCRIPTION,
    OBSERVED_PROPERTY_PROPERTIES
};
enum { OBSERVED_PROPERTY_DATASTREAMS, OBSERVED_PROPERTY_MULTI_DATASTREAMS };
enum {
    OBSERVATION_PHENOMENON_TIME,
    OBSERVATION_RESULT_TIME,
    OBSERVATION_RESULT,
    OBSERVATION_RESULT_QUALITY,
    OBSERVATION_VALID_TIME,
    OBSERVATION_PARAMETERS
};
enum { OBSERVATION_DATASTREAM, OBSERVATION_MULTI_DATASTREAM, OBSERVATION_FEATURE_OF_INTEREST };
enum { FEATURE_NAME, FEATURE_DESCRIPTION, FEATURE_ENCODING_TYPE, FEATURE_FEATURE, FEATURE_PROPERTIES };
enum { FEATURE_OBSERVATIONS };

const struct entity_schema *entity_schema_of(entity_set set);
bool entity_set_by_name(str set_name, entity_set *out);     // "Things"; exact case
int entity_property_find(entity_set set, str name);         // index or -1
int entity_relation_find(entity_set set, str name);         // index or -1; exact case
int entity_relation_find_nocase(entity_set set, str name);  // as RIVM clients send them: "locations"

#endif
