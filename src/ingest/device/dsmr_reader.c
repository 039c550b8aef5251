// SPDX-License-Identifier: EUPL-1.2
// DSMR-reader: a smart meter's readings on MQTT, one topic for each number, or all in one JSON.
// Topics: dsmr/reading/NAME, or dsmr/HOME/reading/NAME for several homes on one broker; dsmr/json, dsmr/HOME/json.
// Source   dsmrreader/dsmr-reader, MQTT default settings
#include "ingest/decode/gather.h"
#include "ingest/decode/loose.h"

#define READINGS_MAX 100

static const char *const topics[] = {"dsmr/reading/+", "dsmr/+/reading/+", "dsmr/json", "dsmr/+/json", NULL};

// A meter delivers or returns; what it does not do is zero and says nothing. So the two become one power with a sign.
typedef enum { AS_IT_IS, UNLESS_ZERO, NEGATIVE_UNLESS_ZERO } sense;

static const struct field {
    str name, quantity, unit, sensor;
    sense sense;
} fields[] = {
    {STR("electricity_delivered_1"), STR("energy_t1"), STR("kWh")},
    {STR("electricity_delivered_2"), STR("energy_t2"), STR("kWh")},
    {STR("electricity_returned_1"), STR("energy_returned_t1"), STR("kWh")},
    {STR("electricity_returned_2"), STR("energy_returned_t2"), STR("kWh")},
    {STR("electricity_currently_delivered"), STR("power"), STR("kW"), {0}, UNLESS_ZERO},
    {STR("electricity_currently_returned"), STR("power"), STR("kW"), {0}, NEGATIVE_UNLESS_ZERO},
    {STR("phase_currently_delivered_l1"), STR("power"), STR("kW"), STR("L1"), UNLESS_ZERO},
    {STR("phase_currently_delivered_l2"), STR("power"), STR("kW"), STR("L2"), UNLESS_ZERO},
    {STR("phase_currently_delivered_l3"), STR("power"), STR("kW"), STR("L3"), UNLESS_ZERO},
    {STR("phase_currently_returned_l1"), STR("power"), STR("kW"), STR("L1"), NEGATIVE_UNLESS_ZERO},
    {STR("phase_currently_returned_l2"), STR("power"), STR("kW"), STR("L2"), NEGATIVE_UNLESS_ZERO},
    {STR("phase_currently_returned_l3"), STR("power"), STR("kW"), STR("L3"), NEGATIVE_UNLESS_ZERO},
    {STR("phase_voltage_l1"), STR("voltage"), STR("V"), STR("L1")},
    {STR("phase_voltage_l2"), STR("voltage"), STR("V"), STR("L2")},
    {STR("phase_voltage_l3"), STR("voltage"), STR("V"), STR("L3")},
    {STR("phase_power_current_l1"), STR("current"), STR("A"), STR("L1")},
    {STR("phase_power_current_l2"), STR("current"), STR("A"), STR("L2")},
    {STR("phase_power_current_l3"), STR("current"), STR("A"), STR("L3")},
    {STR("extra_device_delivered"), STR("gas"), STR("m3"), STR("gas")},
};

static const str passed_over[] = {STR("timestamp"), STR("extra_device_timestamp"), STR("id")};

static bool is_passed_over(str name)
{
    for (size_t i = 0; i < sizeof passed_over / sizeof passed_over[0]; i++)
        if (str_eq(passed_over[i], name)) return true;
    return false;
}

static bool read_field(const struct field *f, const json *j, struct gather *g, err *e)
{
    value v;
    str ignored;
    err why;
    if (!loose_number(j, &v, &ignored, &why)) return gather_reject(g, f->name, &why, e);
    if (f->sense != AS_IT_IS && value_to_double(&v) == 0) return true;
    if (f->sense == NEGATIVE_UNLESS_ZERO && v.type == VALUE_DECIMAL) v.number.units = -v.number.units;
    g->sensor = f->sensor;
    return gather_number(g, f->name, quantity_by_key(f->quantity), v, f->unit, j->at, e);
}

static bool read_named(str name, const json *j, struct gather *g, err *e)
{
    if (is_passed_over(name) || j->type == JSON_NULL || str_eq(j->text, STR("null"))) return true;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (str_eq(fields[i].name, name)) return read_field(&fields[i], j, g, e);
    g->sensor = (str){0};
    return gather_unknown(g, name, loose_value(j), j->at, e);
}

// The gas meter speaks every five minutes or every hour: its number has a time of its own.
static bool read_all(const json *object, struct gather *g, err *e)
{
    if (object->type != JSON_OBJECT)
        return err_set(e, ERR_TYPE, object->at, "expected an object of readings");
    if (!gather_time_text(g, STR("timestamp"), json_get(object, STR("timestamp")), e)) return false;
    for (const json *j = object->first; j; j = j->next)
        if (!str_eq(j->key, STR("extra_device_delivered")) && !read_named(j->key, j, g, e)) return false;
    const json *gas = json_get(object, STR("extra_device_delivered"));
    return !gas || (gather_time_text(g, STR("extra_device_timestamp"),
                                     json_get(object, STR("extra_device_timestamp")), e) &&
                    read_named(gas->key, gas, g, e));
}

static bool read_topic(struct gather *g, str *last, err *e)
{
    str levels[4] = {{0}}, rest = g->m->topic;
    size_t n = 0;
    while (n < 4 && str_cut(&rest, '/', &levels[n])) n++;
    if (n < 2)
        return err_set(e, ERR_MISSING, ERR_NOWHERE,
                       "the topic says what it is: dsmr/reading/NAME or dsmr/json");
    *last = levels[n - 1];
    const bool has_home = n > 2 && !str_eq(levels[1], STR("reading"));
    return gather_device(g, has_home ? levels[1] : STR("dsmr-reader"), e);
}

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    struct gather g;
    str last;
    json *object;
    gather_start(&g, m, READINGS_MAX, a);
    if (!read_topic(&g, &last, e)) return false;
    if (str_eq(last, STR("json"))) {
        if (!json_parse(m->body, a, &object, e) || !read_all(object, &g, e)) return false;
    } else {
        json text = {.type = JSON_TEXT};
        if (!loose_text(str_trim(m->body), a, &text.text)) return err_no_memory(e);
        if (!read_named(last, &text, &g, e)) return false;
    }
    gather_end(&g, out);
    return true;
}

const struct device_adapter device_dsmr_reader = {
    .name = STR("dsmr_reader"),
    .title = STR("Smart meter (DSMR-reader)"),
    .topics = topics,
    .keeps_no_raw = true,
    .decode = decode,
};
