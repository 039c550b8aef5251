// SPDX-License-Identifier: EUPL-1.2
#include "ingest/shape.h"

#define LOOKED_AT 65536

// The first row that fits: what the body starts with (empty: anything), and a text that is in it.
static const struct {
    const char *adapter;
    str start, mark;
} shapes[] = {
    {"p1_telegram", STR("/"), STR("!")},
    {"sensor_community", STR("{"), STR("\"sensordatavalues\"")},
    {"tts_v3", STR("{"), STR("\"end_device_ids\"")},
    {"chirpstack_v4", STR("{"), STR("\"deviceInfo\"")},
    {"chirpstack_v4", STR("{"), STR("\"deduplicationId\"")},
    {"ttn_v2", STR("{"), STR("\"hardware_serial\"")},
    {"ttn_v2", STR("{"), STR("\"payload_raw\"")},
    {"homewizard", STR("{"), STR("\"total_power_import")},
    {"homewizard", STR("{"), STR("\"energy_import")},
    {"homewizard", STR("{"), STR("\"total_liter_m3\"")},
    {"homewizard", STR("{"), STR("\"meter_model\"")},
    {"dsmr_reader", STR("{"), STR("\"electricity_delivered_1\"")},
    {"smart_citizen", STR("{"), STR("\"recorded_at\"")},
    {"tasmota", STR("{"), STR("\"StatusSNS\"")},
    {"tasmota", STR("{"), STR("\"Time\"")},
    {"opensensemap", STR("["), STR("\"sensor")},
    {"opensensemap", STR("{"), STR(":")},
    {NULL, STR("{"), {0}},  // JSON of somebody else
    {NULL, STR("["), {0}},
    {"influx", {0}, STR("=")},
    {"csv", {0}, STR(";")},
    {"csv", {0}, STR(",")},
    {"csv", {0}, STR("\t")},
};

const struct device_adapter *device_by_shape(str body)
{
    const str byte_order_mark = STR("\xEF\xBB\xBF");
    if (str_starts(body, byte_order_mark)) body = str_slice(body, byte_order_mark.n, body.n);
    body = str_slice(str_trim(body), 0, LOOKED_AT);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        size_t ignored;
        if (str_starts(body, shapes[i].start) && str_find(body, shapes[i].mark, &ignored))
            return shapes[i].adapter ? device_by_name(str_of(shapes[i].adapter)) : NULL;
    }
    return NULL;
}
