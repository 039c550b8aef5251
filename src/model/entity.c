// SPDX-License-Identifier: EUPL-1.2
#include "model/entity.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

// Rows stand in the order of the enums of entity.h.
// clang-format off
static const struct property thing_properties[] = {
    {STR("name"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("description"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("properties"), PROPERTY_JSON, PROPERTY_OBJECT},
};
static const struct relation thing_relations[] = {
    {STR("Locations"), SET_LOCATION, true, false, LOCATION_THINGS},
    {STR("HistoricalLocations"), SET_HISTORICAL_LOCATION, true, false, HISTORICAL_LOCATION_THING},
    {STR("Datastreams"), SET_DATASTREAM, true, false, DATASTREAM_THING},
    {STR("MultiDatastreams"), SET_MULTI_DATASTREAM, true, false, MULTI_DATASTREAM_THING},
};

static const struct property location_properties[] = {
    {STR("name"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("description"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("encodingType"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("location"), PROPERTY_GEOMETRY, PROPERTY_MANDATORY},
    {STR("properties"), PROPERTY_JSON, PROPERTY_OBJECT},
};
static const struct relation location_relations[] = {
    {STR("Things"), SET_THING, true, false, THING_LOCATIONS},
    {STR("HistoricalLocations"), SET_HISTORICAL_LOCATION, true, false, HISTORICAL_LOCATION_LOCATIONS},
};

static const struct property historical_location_properties[] = {
    {STR("time"), PROPERTY_INSTANT, PROPERTY_MANDATORY},
};
static const struct relation historical_location_relations[] = {
    {STR("Thing"), SET_THING, false, true, THING_HISTORICAL_LOCATIONS},
    {STR("Locations"), SET_LOCATION, true, true, LOCATION_HISTORICAL_LOCATIONS},
};

static const struct property datastream_properties[] = {
    {STR("name"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("description"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("observationType"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("unitOfMeasurement"), PROPERTY_JSON, PROPERTY_MANDATORY | PROPERTY_OBJECT},
    {STR("observedArea"), PROPERTY_GEOMETRY, PROPERTY_SERVER_KEPT},
    {STR("phenomenonTime"), PROPERTY_INTERVAL, PROPERTY_SERVER_KEPT},
    {STR("resultTime"), PROPERTY_INTERVAL, PROPERTY_SERVER_KEPT},
    {STR("properties"), PROPERTY_JSON, PROPERTY_OBJECT},
};
static const struct relation datastream_relations[] = {
    {STR("Thing"), SET_THING, false, true, THING_DATASTREAMS},
    {STR("Sensor"), SET_SENSOR, false, true, SENSOR_DATASTREAMS},
    {STR("ObservedProperty"), SET_OBSERVED_PROPERTY, false, true, OBSERVED_PROPERTY_DATASTREAMS},
    {STR("Observations"), SET_OBSERVATION, true, false, OBSERVATION_DATASTREAM},
};

static const struct property multi_datastream_properties[] = {
    {STR("name"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("description"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("observationType"), PROPERTY_TEXT, 0},  // always OM_ComplexObservation; filled in when absent
    {STR("multiObservationDataTypes"), PROPERTY_JSON, PROPERTY_MANDATORY | PROPERTY_ARRAY},
    {STR("unitOfMeasurements"), PROPERTY_JSON, PROPERTY_MANDATORY | PROPERTY_ARRAY},
    {STR("observedArea"), PROPERTY_GEOMETRY, PROPERTY_SERVER_KEPT},
    {STR("phenomenonTime"), PROPERTY_INTERVAL, PROPERTY_SERVER_KEPT},
    {STR("resultTime"), PROPERTY_INTERVAL, PROPERTY_SERVER_KEPT},
    {STR("properties"), PROPERTY_JSON, PROPERTY_OBJECT},
};
static const struct relation multi_datastream_relations[] = {
    {STR("Thing"), SET_THING, false, true, THING_MULTI_DATASTREAMS},
    {STR("Sensor"), SET_SENSOR, false, true, SENSOR_MULTI_DATASTREAMS},
    {STR("ObservedProperties"), SET_OBSERVED_PROPERTY, true, true, OBSERVED_PROPERTY_MULTI_DATASTREAMS},
    {STR("Observations"), SET_OBSERVATION, true, false, OBSERVATION_MULTI_DATASTREAM},
};

static const struct property sensor_properties[] = {
    {STR("name"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("description"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("encodingType"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("metadata"), PROPERTY_JSON, PROPERTY_MANDATORY},
    {STR("properties"), PROPERTY_JSON, PROPERTY_OBJECT},
};
static const struct relation sensor_relations[] = {
    {STR("Datastreams"), SET_DATASTREAM, true, false, DATASTREAM_SENSOR},
    {STR("MultiDatastreams"), SET_MULTI_DATASTREAM, true, false, MULTI_DATASTREAM_SENSOR},
};

static const struct property observed_property_properties[] = {
    {STR("name"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("definition"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("description"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("properties"), PROPERTY_JSON, PROPERTY_OBJECT},
};
static const struct relation observed_property_relations[] = {
    {STR("Datastreams"), SET_DATASTREAM, true, false, DATASTREAM_OBSERVED_PROPERTY},
    {STR("MultiDatastreams"), SET_MULTI_DATASTREAM, true, false, MULTI_DATASTREAM_OBSERVED_PROPERTIES},
};

static const struct property observation_properties[] = {
    {STR("phenomenonTime"), PROPERTY_TIME, 0},  // the server fills in now
    {STR("resultTime"), PROPERTY_INSTANT, PROPERTY_SHOW_NULL},
    {STR("result"), PROPERTY_RESULT, PROPERTY_MANDATORY | PROPERTY_SHOW_NULL},
    {STR("resultQuality"), PROPERTY_JSON, 0},
    {STR("validTime"), PROPERTY_INTERVAL, 0},
    {STR("parameters"), PROPERTY_JSON, PROPERTY_OBJECT},
};
// A create body gives exactly one of Datastream and MultiDatastream; FeatureOfInterest is made when absent.
static const struct relation observation_relations[] = {
    {STR("Datastream"), SET_DATASTREAM, false, false, DATASTREAM_OBSERVATIONS},
    {STR("MultiDatastream"), SET_MULTI_DATASTREAM, false, false, MULTI_DATASTREAM_OBSERVATIONS},
    {STR("FeatureOfInterest"), SET_FEATURE_OF_INTEREST, false, false, FEATURE_OBSERVATIONS},
};

static const struct property feature_properties[] = {
    {STR("name"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("description"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("encodingType"), PROPERTY_TEXT, PROPERTY_MANDATORY},
    {STR("feature"), PROPERTY_GEOMETRY, PROPERTY_MANDATORY},
    {STR("properties"), PROPERTY_JSON, PROPERTY_OBJECT},
};
static const struct relation feature_relations[] = {
    {STR("Observations"), SET_OBSERVATION, true, false, OBSERVATION_FEATURE_OF_INTEREST},
};

#define SCHEMA(set, entity, name) \
    {STR(set), STR(entity), name##_properties, COUNT(name##_properties), name##_relations, COUNT(name##_relations)}
static const struct entity_schema schemas[ENTITY_SET_COUNT] = {
    [SET_THING] = SCHEMA("Things", "Thing", thing),
    [SET_LOCATION] = SCHEMA("Locations", "Location", location),
    [SET_HISTORICAL_LOCATION] = SCHEMA("HistoricalLocations", "HistoricalLocation", historical_location),
    [SET_DATASTREAM] = SCHEMA("Datastreams", "Datastream", datastream),
    [SET_MULTI_DATASTREAM] = SCHEMA("MultiDatastreams", "MultiDatastream", multi_datastream),
    [SET_SENSOR] = SCHEMA("Sensors", "Sensor", sensor),
    [SET_OBSERVED_PROPERTY] = SCHEMA("ObservedProperties", "ObservedProperty", observed_property),
    [SET_OBSERVATION] = SCHEMA("Observations", "Observation", observation),
    [SET_FEATURE_OF_INTEREST] = SCHEMA("FeaturesOfInterest", "FeatureOfInterest", feature),
};
// clang-format on

int entity_id_order(const void *a, const void *b)
{
    const entity_id x = *(const entity_id *)a, y = *(const entity_id *)b;
    return (x > y) - (x < y);
}

const struct entity_schema *entity_schema_of(entity_set set)
{
    return &schemas[set];
}

bool entity_set_by_name(str set_name, entity_set *out)
{
    for (int i = 0; i < ENTITY_SET_COUNT; i++) {
        if (!str_eq(schemas[i].set_name, set_name)) continue;
        *out = (entity_set)i;
        return true;
    }
    return false;
}

int entity_property_find(entity_set set, str name)
{
    const struct entity_schema *s = &schemas[set];
    for (int i = 0; i < s->property_count; i++)
        if (str_eq(s->properties[i].name, name)) return i;
    return -1;
}

static int relation_find(entity_set set, str name, bool (*same)(str, str))
{
    const struct entity_schema *s = &schemas[set];
    for (int i = 0; i < s->relation_count; i++)
        if (same(s->relations[i].name, name)) return i;
    return -1;
}

int entity_relation_find(entity_set set, str name)
{
    return relation_find(set, name, str_eq);
}

int entity_relation_find_nocase(entity_set set, str name)
{
    return relation_find(set, name, str_eq_nocase);
}
