// SPDX-License-Identifier: EUPL-1.2
// Smart Citizen kits: readings on MQTT (device/sck/TOKEN/readings and .../readings/raw), or the platform's answer about a device.
// Source   docs.smartcitizen.me; sensor ids of their platform
#include "http/server.h"
#include "ingest/decode/gather.h"
#include "ingest/decode/loose.h"
#include "ingest/decode/pseudonym.h"

#define READINGS_MAX 5000

static const char *const topics[] = {"device/sck/+/readings", "device/sck/+/readings/raw",
                                     "device/sck/+/hello", NULL};

static const struct kind {
    str id, quantity, unit, sensor;
} kinds[] = {
    {STR("10"), STR("battery"), STR("%"), {0}},
    {STR("14"), STR("illuminance"), STR("lx"), STR("BH1730FVC")},
    {STR("53"), STR("noise_laeq"), STR("dB(A)"), STR("ICS43432")},
    {STR("55"), STR("temperature"), STR("Cel"), STR("SHT31")},
    {STR("56"), STR("humidity"), STR("%"), STR("SHT31")},
    {STR("58"), STR("pressure"), STR("kPa"), STR("MPL3115A2")},
    {STR("87"), STR("pm25"), STR("ug/m3"), STR("PMS5003")},
    {STR("88"), STR("pm10"), STR("ug/m3"), STR("PMS5003")},
    {STR("89"), STR("pm1"), STR("ug/m3"), STR("PMS5003")},
};

static bool read_sensor(str id, const json *j, size_t at, struct gather *g, err *e)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!str_eq(kinds[i].id, id)) continue;
        g->sensor = kinds[i].sensor;
        return gather_json(g, id, quantity_by_key(kinds[i].quantity), j, kinds[i].unit, e);
    }
    g->sensor = (str){0};
    if (id.n == 0 || id.n > 20) id = STR("sensor without an id");
    str name;
    if (!arena_print(g->a, &name, "sensor %.*s", STR_ARG(id))) return err_no_memory(e);
    return gather_unknown(g, name, loose_value(j), at, e);
}

// {"recorded_at": "2016-06-08 10:30:00", "sensors": [{"id": 1, "value": 21}]}, the time in UTC
static bool read_moment(const json *moment, struct gather *g, err *e)
{
    const json *sensors;
    if (!json_need(moment, STR("sensors"), JSON_ARRAY, &sensors, e)) return false;
    if (!gather_time_text(g, STR("recorded_at"), json_get(moment, STR("recorded_at")), e)) return false;
    for (const json *s = sensors->first; s; s = s->next) {
        const json *id = json_get(s, STR("id"));
        const json *number = json_get(s, STR("value"));
        if (number && number->type == JSON_NULL) continue;  // the kit has no such sensor
        if (!read_sensor(id ? id->text : (str){0}, number, s->at, g, e)) return false;
    }
    gather_group(g);
    return true;
}

// {"data": [moment, ...]} as the kit sends it, {"data": moment} as the platform answers.
static bool read_readings(struct gather *g, err *e)
{
    json *body;
    if (!loose_json(g->m->body, g->a, &body, e)) return false;
    const json *data = json_get(body, STR("data"));
    if (data && data->type == JSON_OBJECT) return read_moment(data, g, e);
    if (!json_need(body, STR("data"), JSON_ARRAY, &data, e)) return false;
    for (const json *m = data->first; m; m = m->next)
        if (!read_moment(m, g, e)) return false;
    return true;
}

// {t:2016-06-08T10:30:00Z,29:48.4,55:21.3}: almost JSON.
static bool read_raw(struct gather *g, err *e)
{
    str body;
    if (!loose_text(str_trim(g->m->body), g->a, &body)) return err_no_memory(e);
    if (!str_starts(body, STR("{")) || !str_ends(body, STR("}")))
        return err_set(e, ERR_SYNTAX, 0, "expected {t:TIME,ID:VALUE,...}");
    str rest = str_slice(body, 1, body.n - 1), pair;
    while (str_cut(&rest, ',', &pair)) {
        str value_text = pair, id = {0};
        if (!str_cut(&value_text, ':', &id)) continue;
        const json j = {.type = JSON_TEXT, .text = str_trim(value_text), .at = (size_t)(pair.p - body.p)};
        id = str_trim(id);
        if (!(str_eq(id, STR("t")) ? gather_time_text(g, id, &j, e) : read_sensor(id, &j, j.at, g, e)))
            return false;
    }
    return true;
}

// The level of the topic is what the kit proves itself with: it must not be shown.
static bool name_device(struct gather *g, err *e)
{
    str name, rest = g->m->topic, level = {0};
    if (http_query_get(g->m->query, STR("device"), g->a, &name)) return gather_device(g, name, e);
    for (int i = 0; i < 3; i++)
        if (!str_cut(&rest, '/', &level))
            return err_set(e, ERR_MISSING, ERR_NOWHERE, "name the kit with ?device=NAME");
    return (pseudonym("sck", level, g->m->site, g->a, &name) || err_no_memory(e)) &&
           gather_device(g, name, e);
}

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    struct gather g;
    bool ok = true;
    gather_start(&g, m, READINGS_MAX, a);
    if (!name_device(&g, e)) return false;
    if (str_ends(m->topic, STR("/hello")))
        g.out.note = STR("the kit says that it is there; no readings");
    else
        ok = str_ends(m->topic, STR("/raw")) ? read_raw(&g, e) : read_readings(&g, e);
    if (!ok) return false;
    gather_end(&g, out);
    return true;
}

const struct device_adapter device_smart_citizen = {
    .name = STR("smart_citizen"),
    .title = STR("Smart Citizen Kit"),
    .topics = topics,
    .path = "smart_citizen",
    .reply_status = 200,
    .keeps_no_raw = true,
    .decode = decode,
};
