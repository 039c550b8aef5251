// SPDX-License-Identifier: EUPL-1.2
// Sensor.Community (once luftdaten.info): the pushes of the airRohr firmware, in both of its forms:
// one POST for each sensor, the pin in X-PIN and names without prefix; or one POST of all values with prefixed names.
// Source   firmware airRohr (opendata-stuttgart/sensors-software), API of devices.sensor.community
#include "ingest/decode/airrohr.h"
#include "ingest/decode/gather.h"
#include "ingest/decode/loose.h"

#define VALUES_MAX 500
#define NAME_MAX_BYTES 64
#define PIN_MAX_BYTES 8
#define AGE_MAX_S 86400

static const struct prefix {
    str text, sensor;
} prefixes[] = {
    {STR("SDS"), STR("SDS011")},      {STR("PMS"), STR("PMSx003")},   {STR("HPM"), STR("HPM")},
    {STR("NPM"), STR("NPM")},         {STR("IPS"), STR("IPS-7100")},  {STR("SPS30"), STR("SPS30")},
    {STR("BMP"), STR("BMP180")},      {STR("BMP280"), STR("BMP280")}, {STR("BME280"), STR("BME280")},
    {STR("HTU21D"), STR("HTU21D")},   {STR("SHT3X"), STR("SHT3x")},   {STR("SCD30"), STR("SCD30")},
    {STR("DS18B20"), STR("DS18B20")}, {STR("DNMS"), STR("DNMS")},     {STR("GPS"), STR("GPS")},
};

// Pins that say which sensor it is; on the others (1, 3, 7) one of several may sit.
static const struct prefix pins[] = {
    {STR("5"), STR("PPD42NS")},  {STR("9"), STR("GPS")},   {STR("11"), STR("BME280")},
    {STR("13"), STR("DS18B20")}, {STR("15"), STR("DNMS")}, {STR("17"), STR("SCD30")},
};

// Names that are no readings: the firmware's own loop, the radio, and a position that moves the device.
typedef enum { ROLE_NONE, ROLE_PASS_OVER, ROLE_SIGNAL, ROLE_LATITUDE, ROLE_LONGITUDE } role;

static const struct {
    str name;
    role role;
} roles[] = {
    {STR("samples"), ROLE_PASS_OVER},  {STR("min_micro"), ROLE_PASS_OVER}, {STR("max_micro"), ROLE_PASS_OVER},
    {STR("interval"), ROLE_PASS_OVER}, {STR("signal"), ROLE_SIGNAL},       {STR("lat"), ROLE_LATITUDE},
    {STR("lon"), ROLE_LONGITUDE},      {STR("height"), ROLE_PASS_OVER},    {STR("timestamp"), ROLE_PASS_OVER},
    {STR("date"), ROLE_PASS_OVER},     {STR("time"), ROLE_PASS_OVER},
};

struct decoding {
    struct gather g;
    const json *values;
    str pin_sensor;      // of names without a prefix; empty: no pin was told
    bool counts_pulses;  // P1 and P2 without a prefix are particle counts of a PPD42NS
};

struct name {
    str whole, sensor, rest;
    const struct airrohr_word *word;  // NULL: not a quantity that peil knows
};

static str sensor_of(const struct prefix *table, size_t count, str text)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(table[i].text, text)) return table[i].sensor;
    return (str){0};
}

static bool is_pulse(const struct decoding *d, str name)
{
    if (airrohr_is_pulse(name)) return true;
    return d->counts_pulses && (str_eq(name, STR("P1")) || str_eq(name, STR("P2")));
}

// "pressure_sealevel"; a DHT22 is the only sensor whose names the firmware gives no prefix and tells no pin of.
static struct name bare_name(const struct decoding *d, str whole)
{
    struct name n = {whole, d->pin_sensor, whole, airrohr_word(whole)};
    const bool is_climate = str_eq(whole, STR("temperature")) || str_eq(whole, STR("humidity"));
    if (is_pulse(d, whole)) {
        n.sensor = AIRROHR_PULSE_COUNTER;
        n.word = NULL;
    } else if (is_climate && n.sensor.n == 0) {
        n.sensor = STR("DHT22");
    }
    return n;
}

// "BME280_pressure_sealevel" is the pressure_sealevel of a BME280: the first underscore counts.
static struct name name_of(const struct decoding *d, str whole)
{
    size_t at;
    if (airrohr_word(whole) || !str_find(whole, STR("_"), &at)) return bare_name(d, whole);
    const str prefix = str_slice(whole, 0, at), rest = str_slice(whole, at + 1, whole.n);
    const str sensor = sensor_of(prefixes, sizeof prefixes / sizeof prefixes[0], prefix);
    if (sensor.n) return (struct name){whole, sensor, rest, airrohr_word(rest)};
    if (airrohr_word(rest)) return (struct name){whole, prefix, rest, airrohr_word(rest)};
    return bare_name(d, whole);
}

static role role_of(str name)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (str_eq(roles[i].name, name)) return roles[i].role;
    return ROLE_NONE;
}

// ---- the message ----

static str header(const struct device_message *m, const char *name)
{
    return m->header ? str_trim(m->header(name, m->context)) : (str){0};
}

static bool is_plain(str s, size_t most)
{
    if (s.n == 0 || s.n > most) return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '"' || s.p[i] == '\\' || s.p[i] == '/') return false;
    return true;
}

// From a header, else from the field that the firmware's form for other servers puts first.
static bool read_device(struct decoding *d, const json *body, err *e)
{
    static const char *const headers[] = {"X-Sensor", "Sensor", "Node"};
    static const struct {
        str key;
        const char *family;
    } fields[] = {{STR("esp8266id"), "esp8266"}, {STR("esp32id"), "esp32"}};
    str device = {0};
    for (size_t i = 0; i < sizeof headers / sizeof headers[0] && device.n == 0; i++)
        device = header(d->g.m, headers[i]);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0] && device.n == 0; i++) {
        const str id = json_text(body, fields[i].key);
        if (id.n && !arena_print(d->g.a, &device, "%s-%.*s", fields[i].family, STR_ARG(id)))
            return err_no_memory(e);
    }
    if (device.n == 0)
        return err_set(e, ERR_MISSING, ERR_NOWHERE,
                       "no device: neither a header X-Sensor nor \"esp8266id\" in the body");
    return gather_device(&d->g, device, e);
}

static bool has_pulses(const json *values)
{
    for (const json *v = values->first; v; v = v->next)
        if (str_starts(json_text(v, STR("value_type")), STR("durP"))) return true;
    return false;
}

static bool read_pin(struct decoding *d, err *e)
{
    str pin = header(d->g.m, "X-PIN");
    if (pin.n == 0) pin = header(d->g.m, "Pin");
    d->counts_pulses = has_pulses(d->values) || str_eq(pin, STR("5"));
    if (pin.n == 0 || str_eq(pin, STR("-")) || str_eq(pin, STR("0"))) return true;
    if (!is_plain(pin, PIN_MAX_BYTES))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "X-PIN is not the number of a pin");
    d->pin_sensor = sensor_of(pins, sizeof pins / sizeof pins[0], pin);
    return d->pin_sensor.n || arena_print(d->g.a, &d->pin_sensor, "pin %.*s", STR_ARG(pin)) ||
           err_no_memory(e);
}

// Seconds since the measurement; below zero while the next one runs.
static bool read_age(struct decoding *d, const json *j)
{
    value age;
    str unit;
    err ignored;
    if (!loose_number(j, &age, &unit, &ignored)) return false;
    const double seconds = value_to_double(&age);
    if (unit.n > 0 || seconds > AGE_MAX_S) return false;
    gather_time(&d->g, d->g.m->received - (seconds > 0 ? (instant)(seconds * (double)TIME_SECOND) : 0));
    return true;
}

static bool read_time(struct decoding *d, const json *body, err *e)
{
    const json *timestamp = json_get(body, STR("timestamp"));
    if (timestamp && timestamp->type != JSON_NULL)
        return gather_time_text(&d->g, STR("timestamp"), timestamp, e);
    (void)read_age(d, json_get(body, STR("age")));
    return true;
}

// ---- one value ----

static bool is_minus_one(const value *v)
{
    return v->type == VALUE_DECIMAL && decimal_cmp(v->number, (decimal){-1, 0}) == 0;
}

// Old firmware sent -1 for each value of a sensor that did not answer. A temperature can be -1: then its neighbours tell.
static bool is_silent(const struct decoding *d, const struct name *n, const value *v)
{
    if (!is_minus_one(v)) return false;
    if (!str_eq(n->rest, STR("temperature"))) return true;
    for (const json *j = d->values->first; j; j = j->next) {
        const struct name other = name_of(d, json_text(j, STR("value_type")));
        value x;
        str unit;
        err ignored;
        if (!other.word || !str_eq(other.sensor, n->sensor) || str_eq(other.rest, n->rest)) continue;
        if (loose_number(json_get(j, STR("value")), &x, &unit, &ignored) && is_minus_one(&x)) return true;
    }
    return false;
}

static bool read_quantity(struct decoding *d, const struct name *n, const json *j, err *e)
{
    value v;
    str unit;
    err why;
    if (loose_number(j, &v, &unit, &why) && is_silent(d, n, &v)) {
        (void)err_set(&why, ERR_MISSING, j->at, "is -1: the sensor did not answer");
        return gather_reject(&d->g, n->whole, &why, e);
    }
    return gather_json(&d->g, n->whole, quantity_by_key(n->word->quantity), j, n->word->unit, e);
}

static bool read_role(struct decoding *d, const struct name *n, role what, const json *j, err *e)
{
    value v;
    str unit;
    err why;
    if (what == ROLE_PASS_OVER) return true;
    if (!loose_number(j, &v, &unit, &why)) return gather_reject(&d->g, n->whole, &why, e);
    const double real = value_to_double(&v);
    if (what == ROLE_SIGNAL) d->g.out.state.rssi_dbm = real;
    if (what == ROLE_LATITUDE) d->g.out.state.latitude = real;
    if (what == ROLE_LONGITUDE) d->g.out.state.longitude = real;
    return true;
}

static bool read_entry(struct decoding *d, const json *entry, err *e)
{
    const str type = json_text(entry, STR("value_type"));
    const json *j = json_get(entry, STR("value"));
    err why;
    if (type.n == 0 || type.n > NAME_MAX_BYTES) {
        (void)err_set(&why, ERR_MISSING, entry->at, "has no \"value_type\" of 1 to %d bytes", NAME_MAX_BYTES);
        return gather_reject(&d->g, STR("sensordatavalues"), &why, e);
    }
    const struct name n = name_of(d, type);
    const role what = role_of(n.rest);
    d->g.sensor = n.sensor;
    if (what != ROLE_NONE) return read_role(d, &n, what, j, e);
    return n.word ? read_quantity(d, &n, j, e)
                  : gather_unknown(&d->g, n.whole, loose_value(j), j ? j->at : entry->at, e);
}

static bool read_body(struct decoding *d, const json *body, err *e)
{
    if (!json_need(body, STR("sensordatavalues"), JSON_ARRAY, &d->values, e)) return false;
    const size_t count = d->values->count;
    if (count == 0) return err_set(e, ERR_MISSING, d->values->at, "\"sensordatavalues\" is empty");
    if (count > VALUES_MAX) return err_set(e, ERR_LIMIT, d->values->at, "more than %d values", VALUES_MAX);
    if (!read_device(d, body, e) || !read_pin(d, e) || !read_time(d, body, e)) return false;
    for (const json *entry = d->values->first; entry; entry = entry->next)
        if (!read_entry(d, entry, e)) return false;
    return true;
}

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    struct decoding d = {0};
    json *body;
    gather_start(&d.g, m, VALUES_MAX + 1, a);  // and the timestamp
    if (!loose_json(m->body, a, &body, e) || !read_body(&d, body, e)) return false;
    gather_end(&d.g, out);
    return true;
}

const struct device_adapter device_sensor_community = {
    .name = STR("sensor_community"),
    .title = STR("Sensor.Community (airRohr)"),
    .path = "sensor_community",
    .reply_status = 201,
    .decode = decode,
};
