// SPDX-License-Identifier: EUPL-1.2
// Tasmota: plugs and sensors on MQTT: tele/DEVICE/SENSOR, tele/DEVICE/STATE, tele/DEVICE/LWT, stat/DEVICE/STATUS10.
// Source   Tasmota documentation, MQTT; issues 3268 (a cut message), 4147 (nan)
#include "ingest/decode/gather.h"
#include "ingest/decode/loose.h"

#define READINGS_MAX 500

static const char *const topics[] = {"tele/+/SENSOR",   "tele/+/STATE",      "tele/+/LWT",
                                     "stat/+/STATUS10", "tele/+/+/SENSOR",   "tele/+/+/STATE",
                                     "tele/+/+/LWT",    "stat/+/+/STATUS10", NULL};

static const struct {
    str name, quantity, unit;
} energy_fields[] = {
    {STR("Total"), STR("energy"), STR("kWh")},
    {STR("ExportActive"), STR("energy_returned"), STR("kWh")},
    {STR("Power"), STR("power"), STR("W")},
    {STR("Voltage"), STR("voltage"), STR("V")},
    {STR("Current"), STR("current"), STR("A")},
    {STR("Factor"), STR("power_factor"), {0}},
    {STR("Frequency"), STR("frequency"), STR("Hz")},
};

// One for each unit that all values of a message come in.
static const struct {
    str name, ucum;
} unit_fields[] = {
    {STR("TempUnit"), STR("Cel")}, {STR("PressureUnit"), STR("Pa")}, {STR("SpeedUnit"), STR("m/s")}};

static bool is_unit_field(str name)
{
    for (size_t i = 0; i < sizeof unit_fields / sizeof unit_fields[0]; i++)
        if (str_eq(unit_fields[i].name, name)) return true;
    return false;
}

// ---- SENSOR ------------------------------------------------------------------------------------------------------

static bool read_energy_value(const json *j, size_t field, struct gather *g, err *e)
{
    return gather_json(g, energy_fields[field].name, quantity_by_key(energy_fields[field].quantity), j,
                       energy_fields[field].unit, e);
}

// Any of them may be an array: of phases, or of tariffs.
static bool read_energy(const json *energy, struct gather *g, err *e)
{
    for (size_t i = 0; i < sizeof energy_fields / sizeof energy_fields[0]; i++) {
        const json *j = json_get(energy, energy_fields[i].name);
        size_t number = 0;
        if (!j) continue;
        g->sensor = STR("ENERGY");
        if (j->type != JSON_ARRAY && !read_energy_value(j, i, g, e)) return false;
        for (const json *x = j->type == JSON_ARRAY ? j->first : NULL; x; x = x->next) {
            if (!arena_print(g->a, &g->sensor, "ENERGY %zu", ++number)) return err_no_memory(e);
            if (!read_energy_value(x, i, g, e)) return false;
        }
    }
    g->sensor = (str){0};
    return true;
}

// A member by itself as gather_tree wants it: an object of one.
static bool read_member(const json *j, struct gather *g, err *e)
{
    json copy = *j;
    copy.next = NULL;
    const json object = {.type = JSON_OBJECT, .at = j->at, .count = 1, .first = &copy};
    return gather_tree(g, &object, e);
}

static bool read_sensors(const json *object, struct gather *g, err *e)
{
    if (object->type != JSON_OBJECT) return err_set(e, ERR_TYPE, object->at, "expected an object of sensors");
    for (size_t i = 0; i < sizeof unit_fields / sizeof unit_fields[0]; i++)
        gather_assume(g, unit_fields[i].ucum, json_text(object, unit_fields[i].name));
    if (!gather_local_time_text(g, STR("Time"), json_get(object, STR("Time")), e)) return false;
    for (const json *j = object->first; j; j = j->next) {
        if (is_unit_field(j->key) || str_eq(j->key, STR("Time"))) continue;
        const bool is_energy = str_eq(j->key, STR("ENERGY")) && j->type == JSON_OBJECT;
        if (!(is_energy ? read_energy(j, g, e) : read_member(j, g, e))) return false;
    }
    return true;
}

// A firmware of 2018 lost the start of its messages: OFF,"AM2301":{...},"TempUnit":"C"}
static bool mend(str body, arena *a, str *out)
{
    size_t at;
    *out = body;
    if (str_starts(body, STR("{")) || !str_find(body, STR(",\""), &at)) return true;
    const str rest = str_slice(body, at + 1, body.n);
    return arena_print(a, out, "{%.*s", STR_ARG(rest));
}

static bool read_json(struct gather *g, json **out, err *e)
{
    str body;
    return (mend(str_trim(g->m->body), g->a, &body) || err_no_memory(e)) && loose_json(body, g->a, out, e);
}

static bool read_sensor_message(struct gather *g, err *e)
{
    json *object;
    return read_json(g, &object, e) && read_sensors(object, g, e);
}

static bool read_status10(struct gather *g, err *e)
{
    json *object;
    const json *sensors;
    return read_json(g, &object, e) && json_need(object, STR("StatusSNS"), JSON_OBJECT, &sensors, e) &&
           read_sensors(sensors, g, e);
}

// ---- state -------------------------------------------------------------------------------------------------------

static bool read_state(struct gather *g, err *e)
{
    json *object;
    if (!read_json(g, &object, e)) return false;
    (void)json_number(json_get(object, STR("Wifi")), STR("Signal"), &g->out.state.rssi_dbm);
    g->out.note = STR("the state of the device; no readings");
    return true;
}

// "Offline" is said by the broker, and a retained "Online" was said long ago: neither is a sign of life.
static bool read_last_will(struct gather *g, err *e)
{
    (void)e;
    if (g->m->retained || !str_eq(str_trim(g->m->body), STR("Online"))) g->out.device = (str){0};
    g->out.note = STR("whether the device is there; no readings");
    return true;
}

// ---- the message -------------------------------------------------------------------------------------------------

static const struct {
    str last;
    bool (*read)(struct gather *g, err *e);
} kinds[] = {{STR("SENSOR"), read_sensor_message},
             {STR("STATUS10"), read_status10},
             {STR("STATE"), read_state},
             {STR("LWT"), read_last_will}};

// prefix/DEVICE/LAST; DEVICE may have levels of its own.
static bool split_topic(str topic, str *device, str *last)
{
    size_t from, to = topic.n;
    if (!str_find(topic, STR("/"), &from)) return false;
    while (to > from + 1 && topic.p[to - 1] != '/') to--;
    if (to <= from + 1) return false;
    *device = str_slice(topic, from + 1, to - 1);
    *last = str_slice(topic, to, topic.n);
    return true;
}

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    struct gather g;
    str device, last;
    gather_start(&g, m, READINGS_MAX, a);
    if (!split_topic(m->topic, &device, &last))
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "the topic says which device it is: tele/DEVICE/SENSOR");
    if (!gather_device(&g, device, e)) return false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!str_eq(kinds[i].last, last)) continue;
        if (!kinds[i].read(&g, e)) return false;
        gather_end(&g, out);
        return true;
    }
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "'%.*s' is not a message of Tasmota that peil reads",
                   STR_ARG(last));
}

const struct device_adapter device_tasmota = {
    .name = STR("tasmota"),
    .title = STR("Tasmota"),
    .topics = topics,
    .decode = decode,
};
