// SPDX-License-Identifier: EUPL-1.2
#include "sta/read/root.h"

#include "base/json.h"

#include <stdio.h>

#define REQUIREMENT "http://www.opengis.net/spec/iot_sensing/1.1/req/"
#define FROST "https://fraunhoferiosb.github.io/FROST-Server/extensions/"
#define RECEIVE_BY_MQTT REQUIREMENT "receive-updates-via-mqtt/receive-updates"
#define CREATE_BY_MQTT REQUIREMENT "create-observations-via-mqtt/observations-creation"

// Requirements of OGC 18-088 that a test of ours holds, by class; then extensions as FROST-Server names them.
static const str conformance[] = {
    STR(REQUIREMENT "datamodel/entity-control-information/common-control-information"),
    STR(REQUIREMENT "datamodel/thing/properties"),
    STR(REQUIREMENT "datamodel/thing/relations"),
    STR(REQUIREMENT "datamodel/location/properties"),
    STR(REQUIREMENT "datamodel/location/relations"),
    STR(REQUIREMENT "datamodel/historical-location/properties"),
    STR(REQUIREMENT "datamodel/historical-location/relations"),
    STR(REQUIREMENT "datamodel/datastream/properties"),
    STR(REQUIREMENT "datamodel/datastream/relations"),
    STR(REQUIREMENT "datamodel/sensor/properties"),
    STR(REQUIREMENT "datamodel/sensor/relations"),
    STR(REQUIREMENT "datamodel/observed-property/properties"),
    STR(REQUIREMENT "datamodel/observed-property/relations"),
    STR(REQUIREMENT "datamodel/observation/properties"),
    STR(REQUIREMENT "datamodel/observation/relations"),
    STR(REQUIREMENT "datamodel/feature-of-interest/properties"),
    STR(REQUIREMENT "datamodel/feature-of-interest/relations"),
    STR(REQUIREMENT "resource-path/resource-path-to-entities"),
    STR(REQUIREMENT "request-data/order"),
    STR(REQUIREMENT "request-data/expand"),
    STR(REQUIREMENT "request-data/select"),
    STR(REQUIREMENT "request-data/status-code"),
    STR(REQUIREMENT "request-data/query-status-code"),
    STR(REQUIREMENT "request-data/orderby"),
    STR(REQUIREMENT "request-data/top"),
    STR(REQUIREMENT "request-data/skip"),
    STR(REQUIREMENT "request-data/count"),
    STR(REQUIREMENT "request-data/filter"),
    STR(REQUIREMENT "request-data/built-in-filter-operations"),
    STR(REQUIREMENT "request-data/built-in-query-functions"),
    STR(REQUIREMENT "request-data/pagination"),
    STR(REQUIREMENT "create-update-delete/create-entity"),
    STR(REQUIREMENT "create-update-delete/link-to-existing-entities"),
    STR(REQUIREMENT "create-update-delete/deep-insert"),
    STR(REQUIREMENT "create-update-delete/deep-insert-status-code"),
    STR(REQUIREMENT "create-update-delete/update-entity"),
    STR(REQUIREMENT "create-update-delete/update-entity-put"),
    STR(REQUIREMENT "create-update-delete/update-entity-jsonpatch"),
    STR(REQUIREMENT "create-update-delete/delete-entity"),
    STR(REQUIREMENT "create-update-delete/historical-location-auto-creation"),
    STR(REQUIREMENT "create-update-delete/historical-location-manual-creation"),
    STR(REQUIREMENT "batch-request/batch-request"),
    STR(REQUIREMENT "multi-datastream/properties"),
    STR(REQUIREMENT "multi-datastream/relations"),
    STR(REQUIREMENT "multi-datastream/constraints"),
    STR(REQUIREMENT "data-array/data-array"),
    STR(FROST "JsonBatchRequest.html"),
    STR(FROST "EntityLinking.html"),
    STR(REQUIREMENT "create-update-delete/create-entity"),
    STR(REQUIREMENT "create-update-delete/link-to-existing-entities"),
    STR(REQUIREMENT "create-update-delete/deep-insert"),
    STR(REQUIREMENT "create-update-delete/deep-insert-status-code"),
    STR(REQUIREMENT "create-update-delete/update-entity"),
    STR(REQUIREMENT "create-update-delete/delete-entity"),
    STR(REQUIREMENT "create-update-delete/historical-location-auto-creation"),
    STR(REQUIREMENT "create-update-delete/historical-location-manual-creation"),
    STR(REQUIREMENT "create-update-delete/update-entity-put"),
    STR(REQUIREMENT "create-update-delete/update-entity-jsonpatch"),
    STR(REQUIREMENT "batch-request/batch-request"),
    STR(REQUIREMENT "multi-datastream/properties"),
    STR(REQUIREMENT "multi-datastream/relations"),
    STR(REQUIREMENT "multi-datastream/constraints"),
    STR(REQUIREMENT "data-array/data-array"),
    STR("https://github.com/INSIDE-information-systems/SensorThingsAPI/blob/master/CSV-ResultFormat/"
        "CSV-ResultFormat.md"),
    STR(FROST "GeoJSON-ResultFormat.html"),
    STR(FROST "DeepSelect.html"),
    STR(FROST "SelectDistinct.html"),
    STR(FROST "JsonBatchRequest.html"),
    STR(FROST "FilteredDelete.html"),
    STR(FROST "EntityLinking.html"),
};

static void write_set(json_writer *w, const struct sta *sta, sta_version v, entity_set set)
{
    char url[512];
    const str name = entity_schema_of(set)->set_name;
    const int n = snprintf(url, sizeof url, "%.*s/%.*s/%.*s", STR_ARG(sta->root_url),
                           STR_ARG(sta_version_name(v)), STR_ARG(name));
    json_open(w, '{');
    json_name(w, STR("name"));
    json_put_text(w, name);
    json_name(w, STR("url"));
    json_put_text(w, (str){url, (size_t)n < sizeof url ? (size_t)n : sizeof url - 1});
    json_close(w, '}');
}

static void write_endpoints(json_writer *w, const struct sta *sta, str requirement)
{
    json_name(w, requirement);
    json_open(w, '{');
    json_name(w, STR("endpoints"));
    json_open(w, '[');
    for (size_t i = 0; i < sta->mqtt_endpoint_count; i++) json_put_text(w, sta->mqtt_endpoints[i]);
    json_close(w, ']');
    json_close(w, '}');
}

static void write_settings(json_writer *w, const struct sta *sta)
{
    const bool has_mqtt = sta->mqtt_endpoint_count > 0;
    json_name(w, STR("serverSettings"));
    json_open(w, '{');
    json_name(w, STR("conformance"));
    json_open(w, '[');
    for (size_t i = 0; i < sizeof conformance / sizeof *conformance; i++) json_put_text(w, conformance[i]);
    if (has_mqtt) {
        json_put_text(w, STR(CREATE_BY_MQTT));
        json_put_text(w, STR(RECEIVE_BY_MQTT));
    }
    json_close(w, ']');
    if (has_mqtt) {
        write_endpoints(w, sta, STR(CREATE_BY_MQTT));
        write_endpoints(w, sta, STR(RECEIVE_BY_MQTT));
    }
    json_close(w, '}');
}

void root_write(buf *b, const struct sta *sta, sta_version v)
{
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    json_name(&w, STR("value"));
    json_open(&w, '[');
    for (entity_set set = 0; set < ENTITY_SET_COUNT; set++)
        if (v != STA_V1_0 || set != SET_MULTI_DATASTREAM) write_set(&w, sta, v, set);
    json_close(&w, ']');
    if (v == STA_V1_1) write_settings(&w, sta);
    json_close(&w, '}');
}
