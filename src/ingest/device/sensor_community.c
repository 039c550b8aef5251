// SPDX-License-Identifier: EUPL-1.2
// Sensor.Community (once luftdaten.info): the pushes of the airRohr firmware, in both of its forms:
// one POST for each sensor, the pin in X-PIN and names without prefix; or one POST of all values with prefixed names.
// Source   firmware airRohr (opendata-stuttgart/sensors-software), API of devices.sensor.community
#include "ingest/device.h"

#include "ingest/device/loose.h"
#include <math.h>

#define VALUES_MAX 500
#define NAME_MAX_BYTES 64
#define DEVICE_MAX_BYTES 64
#define PIN_MAX_BYTES 8
#define AGE_MAX_S 86400
#define AHEAD_MAX TIME_MINUTE
#define CLOCK_UNSET ((instant)946684800 * TIME_SECOND)  // before 2000: a clock that was never set

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

// Gases: micrograms per cubic metre of one ppb, at 20 degrees Celsius and 1013 hPa.
static const struct word {
    str name, quantity;
    decimal factor;  // to the quantity's unit; 0: none
} words[] = {
    {STR("P0"), STR("pm1"), {0}},
    {STR("P1"), STR("pm10"), {0}},  // P1 is the larger one
    {STR("P2"), STR("pm25"), {0}},
    {STR("P4"), STR("pm4"), {0}},
    {STR("temperature"), STR("temperature"), {0}},
    {STR("humidity"), STR("humidity"), {0}},
    {STR("pressure"), STR("pressure"), {0}},
    {STR("pressure_sealevel"), STR("pressure_sealevel"), {0}},
    {STR("noise_LAeq"), STR("noise_laeq"), {0}},
    {STR("noise_LA_min"), STR("noise_la_min"), {0}},
    {STR("noise_LA_max"), STR("noise_la_max"), {0}},
    {STR("co2_ppm"), STR("co2"), {0}},
    {STR("no2_ppb"), STR("no2"), {1913, 3}},
    {STR("ozone_ppb"), STR("o3"), {1996, 3}},
    {STR("so2_ppb"), STR("so2"), {266, 2}},
    {STR("co_ppb"), STR("co"), {1165, 3}},
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
    const struct device_message *m;
    arena *a;
    struct device_result *out;
    const json *values;
    str device;
    str pin_sensor;      // of names without a prefix; empty: no pin was told
    bool counts_pulses;  // P1 and P2 without a prefix are particle counts of a PPD42NS
    instant time;        // of the whole message
    unsigned time_flags;
    str time_why;
};

struct name {
    str whole, sensor, rest;
    const struct word *word;  // NULL: not a quantity that peil knows
};

static const struct word *word_of(str name)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq(words[i].name, name)) return &words[i];
    return NULL;
}

static str sensor_of(const struct prefix *table, size_t count, str text)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(table[i].text, text)) return table[i].sensor;
    return (str){0};
}

static bool is_pulse(const struct decoding *d, str name)
{
    if (str_starts(name, STR("durP")) || str_starts(name, STR("ratioP"))) return true;
    return d->counts_pulses && (str_eq(name, STR("P1")) || str_eq(name, STR("P2")));
}

// "pressure_sealevel"; a DHT22 is the only sensor whose names the firmware gives no prefix and tells no pin of.
static struct name bare_name(const struct decoding *d, str whole)
{
    struct name n = {whole, d->pin_sensor, whole, word_of(whole)};
    const bool is_climate = str_eq(whole, STR("temperature")) || str_eq(whole, STR("humidity"));
    if (is_pulse(d, whole)) {
        n.sensor = STR("PPD42NS");
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
    if (word_of(whole) || !str_find(whole, STR("_"), &at)) return bare_name(d, whole);
    const str prefix = str_slice(whole, 0, at), rest = str_slice(whole, at + 1, whole.n);
    const str sensor = sensor_of(prefixes, sizeof prefixes / sizeof prefixes[0], prefix);
    if (sensor.n) return (struct name){whole, sensor, rest, word_of(rest)};
    if (word_of(rest)) return (struct name){whole, prefix, rest, word_of(rest)};
    return bare_name(d, whole);
}

static role role_of(str name)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (str_eq(roles[i].name, name)) return roles[i].role;
    return ROLE_NONE;
}

static str text_of(const json *object, str key)
{
    const json *j = json_get(object, key);
    return j && j->type == JSON_TEXT ? j->text : (str){0};
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
    for (size_t i = 0; i < sizeof headers / sizeof headers[0] && d->device.n == 0; i++)
        d->device = header(d->m, headers[i]);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0] && d->device.n == 0; i++) {
        const str id = text_of(body, fields[i].key);
        if (id.n && !arena_print(d->a, &d->device, "%s-%.*s", fields[i].family, STR_ARG(id)))
            return err_no_memory(e);
    }
    if (d->device.n == 0)
        return err_set(e, ERR_MISSING, ERR_NOWHERE,
                       "no device: neither a header X-Sensor nor \"esp8266id\" in the body");
    if (!is_plain(d->device, DEVICE_MAX_BYTES))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "the device's name must be 1 to %d plain characters",
                       DEVICE_MAX_BYTES);
    return true;
}

static bool has_pulses(const json *values)
{
    for (const json *v = values->first; v; v = v->next)
        if (str_starts(text_of(v, STR("value_type")), STR("durP"))) return true;
    return false;
}

static bool read_pin(struct decoding *d, err *e)
{
    str pin = header(d->m, "X-PIN");
    if (pin.n == 0) pin = header(d->m, "Pin");
    d->counts_pulses = has_pulses(d->values) || str_eq(pin, STR("5"));
    if (pin.n == 0 || str_eq(pin, STR("-")) || str_eq(pin, STR("0"))) return true;
    if (!is_plain(pin, PIN_MAX_BYTES))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "X-PIN is not the number of a pin");
    d->pin_sensor = sensor_of(pins, sizeof pins / sizeof pins[0], pin);
    return d->pin_sensor.n || arena_print(d->a, &d->pin_sensor, "pin %.*s", STR_ARG(pin)) || err_no_memory(e);
}

static void add_reject(struct decoding *d, str name, const err *why)
{
    struct device_reject *r = &d->out->rejects[d->out->reject_count++];
    *r = (struct device_reject){.name = name, .why = *why};
    (void)err_within(&r->why, "%.*s", STR_ARG(name));
}

static void doubt_time(struct decoding *d, unsigned flags, str why)
{
    d->time_flags |= flags;
    d->time_why = why;
    if (flags & READING_NO_DEVICE_TIME) d->time = TIME_NONE;
}

static void read_timestamp(struct decoding *d, const json *j)
{
    err why;
    if (j->type != JSON_TEXT || !time_parse_utc(j->text, &d->time, &why)) {
        (void)err_set(&why, ERR_TYPE, j->at, "is not a time");
        add_reject(d, STR("timestamp"), &why);
        doubt_time(d, READING_NO_DEVICE_TIME, (str){0});
    } else if (d->time < CLOCK_UNSET) {
        doubt_time(d, READING_CLOCK | READING_NO_DEVICE_TIME, STR("the device's clock was never set"));
    } else if (d->time > d->m->received + TIME_DAY) {
        doubt_time(d, READING_CLOCK | READING_NO_DEVICE_TIME,
                   STR("the device's clock is more than a day ahead"));
    } else if (d->time > d->m->received + AHEAD_MAX) {
        doubt_time(d, READING_CLOCK, STR("the device's clock is ahead"));
    }
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
    d->time = d->m->received - (seconds > 0 ? (instant)(seconds * (double)TIME_SECOND) : 0);
    return true;
}

static void read_time(struct decoding *d, const json *body)
{
    const json *timestamp = json_get(body, STR("timestamp"));
    if (timestamp && timestamp->type != JSON_NULL)
        read_timestamp(d, timestamp);
    else if (!read_age(d, json_get(body, STR("age"))))
        doubt_time(d, READING_NO_DEVICE_TIME, (str){0});
}

// ---- one value ----

static bool is_pressure(const struct quantity *q)
{
    return str_eq(q->key, STR("pressure")) || str_eq(q->key, STR("pressure_sealevel"));
}

static void doubt(struct reading *r, unsigned flags, str why)
{
    r->flags |= flags;
    if (r->why.n == 0) r->why = why;
}

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
        const struct name other = name_of(d, text_of(j, STR("value_type")));
        value x;
        str unit;
        err ignored;
        if (!other.word || !str_eq(other.sensor, n->sensor) || str_eq(other.rest, n->rest)) continue;
        if (loose_number(json_get(j, STR("value")), &x, &unit, &ignored) && is_minus_one(&x)) return true;
    }
    return false;
}

// To the quantity's unit, by what the name says, by the unit that was sent along, or by what the number can only be.
static bool convert(const struct decoding *d, const struct name *n, str unit, struct reading *r, err *e)
{
    const struct quantity *q = r->quantity;
    const double v = value_to_double(&r->result);
    const bool is_sent_as_hpa = is_pressure(q) && (str_eq(unit, STR("hPa")) || str_eq(unit, STR("mbar")));
    const bool must_be_hpa = is_pressure(q) && unit.n == 0 && v >= 300 && v <= 1100;
    const bool is_ppb = n->word->factor.units != 0;
    if (is_sent_as_hpa || must_be_hpa) {
        doubt(r, READING_CONVERTED, STR("sent in hPa"));
        return loose_scale(&r->result, (decimal){100, 0}, d->a) || err_no_memory(e);
    }
    if (is_ppb && (unit.n == 0 || str_eq(unit, STR("ppb")))) {
        doubt(r, READING_CONVERTED, STR("sent in ppb, converted at 20 °C and 1013 hPa"));
        return loose_scale(&r->result, n->word->factor, d->a) || err_no_memory(e);
    }
    if (unit.n == 0 || (!is_ppb && (str_eq(unit, q->symbol) || str_eq(unit, q->ucum)))) return true;
    return err_set(e, ERR_TYPE, r->at, "is in %.*s, not in %.*s", STR_ARG(unit), STR_ARG(q->symbol));
}

static bool judge(const struct decoding *d, struct reading *r)
{
    const struct quantity *q = r->quantity;
    const double v = value_to_double(&r->result);
    const bool is_dht = str_eq(r->sensor, STR("DHT22")) || str_eq(r->sensor, STR("pin 7"));
    if (is_dht && str_eq(q->key, STR("humidity")) && v >= 99.9 && v <= 100)
        doubt(r, READING_SATURATED, STR("a DHT22 that shows 99.9 % is wet"));
    if (v >= q->least && v <= q->most) return true;
    str why;
    if (!arena_print(d->a, &why, "outside %g to %g %.*s", q->least, q->most, STR_ARG(q->symbol)))
        return false;
    doubt(r, READING_IMPLAUSIBLE, why);
    return true;
}

// False: this value cannot be read, or no memory.
static bool read_quantity(const struct decoding *d, const struct name *n, const json *j, struct reading *r,
                          err *e)
{
    str unit;
    if (!loose_number(j, &r->result, &unit, e)) return false;
    if (is_silent(d, n, &r->result))
        return err_set(e, ERR_MISSING, r->at, "is -1: the sensor did not answer");
    return convert(d, n, unit, r, e) && (judge(d, r) || err_no_memory(e));
}

static bool read_role(const struct decoding *d, role what, const json *j, err *e)
{
    value v;
    str unit;
    if (what == ROLE_PASS_OVER) return true;
    if (!loose_number(j, &v, &unit, e)) return false;
    const double real = value_to_double(&v);
    if (what == ROLE_SIGNAL) d->out->rssi_dbm = real;
    if (what == ROLE_LATITUDE) d->out->latitude = real;
    if (what == ROLE_LONGITUDE) d->out->longitude = real;
    return true;
}

static struct reading reading_of(const struct decoding *d, const struct name *n, const json *j)
{
    return (struct reading){.device = d->device,
                            .sensor = n->sensor,
                            .quantity = n->word ? quantity_by_key(n->word->quantity) : NULL,
                            .name = n->whole,
                            .result = value_null(),
                            .time = d->time,
                            .flags = d->time_flags,
                            .why = d->time_why,
                            .at = j ? j->at : ERR_NOWHERE};
}

static void read_entry(struct decoding *d, const json *entry)
{
    const str type = text_of(entry, STR("value_type"));
    const json *j = json_get(entry, STR("value"));
    err why;
    if (type.n == 0 || type.n > NAME_MAX_BYTES) {
        (void)err_set(&why, ERR_MISSING, entry->at, "has no \"value_type\" of 1 to %d bytes", NAME_MAX_BYTES);
        add_reject(d, STR("sensordatavalues"), &why);
        return;
    }
    const struct name n = name_of(d, type);
    const role what = role_of(n.rest);
    struct reading r = reading_of(d, &n, j);
    const bool ok = what != ROLE_NONE ? read_role(d, what, j, &why)
                                      : !n.word || read_quantity(d, &n, j, &r, &why);
    if (!ok)
        add_reject(d, type, &why);
    else if (what == ROLE_NONE)
        d->out->readings[d->out->reading_count++] = r;
}

// One optical counter sorts the same particles: each class holds the smaller ones. Where it does not, one of the two is
// wrong, or a sender mixed up P0 and P1.
static void check_order(const struct device_result *out, str smaller, str larger)
{
    for (size_t i = 0; i < out->reading_count; i++) {
        struct reading *x = &out->readings[i];
        if (!x->quantity || !str_eq(x->quantity->key, smaller)) continue;
        for (size_t k = 0; k < out->reading_count; k++) {
            struct reading *y = &out->readings[k];
            if (!y->quantity || !str_eq(y->quantity->key, larger) || !str_eq(x->sensor, y->sensor)) continue;
            if (value_to_double(&x->result) <= value_to_double(&y->result)) continue;
            doubt(x, READING_IMPLAUSIBLE, STR("more fine dust than coarse and fine dust together"));
            doubt(y, READING_IMPLAUSIBLE, STR("less coarse and fine dust together than fine dust"));
        }
    }
}

static bool read_body(struct decoding *d, const json *body, err *e)
{
    if (!json_need(body, STR("sensordatavalues"), JSON_ARRAY, &d->values, e)) return false;
    const size_t count = d->values->count;
    if (count == 0) return err_set(e, ERR_MISSING, d->values->at, "\"sensordatavalues\" is empty");
    if (count > VALUES_MAX) return err_set(e, ERR_LIMIT, d->values->at, "more than %d values", VALUES_MAX);
    d->out->readings = ARENA_ARRAY(d->a, count, struct reading);
    d->out->rejects = ARENA_ARRAY(d->a, count + 1, struct device_reject);  // and the timestamp
    if (!d->out->readings || !d->out->rejects) return err_no_memory(e);
    return read_device(d, body, e) && read_pin(d, e);
}

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    struct device_result result = {
        .latitude = NAN, .longitude = NAN, .battery_percent = NAN, .rssi_dbm = NAN};
    struct decoding d = {.m = m, .a = a, .out = &result};
    json *body;
    if (!loose_json(m->body, a, &body, e) || !read_body(&d, body, e)) return false;
    read_time(&d, body);
    for (const json *entry = d.values->first; entry; entry = entry->next) read_entry(&d, entry);
    check_order(&result, STR("pm1"), STR("pm25"));
    check_order(&result, STR("pm25"), STR("pm10"));
    *out = result;
    return true;
}

const struct device_adapter device_sensor_community = {
    .name = STR("sensor_community"),
    .title = STR("Sensor.Community (airRohr)"),
    .path = "sensor_community",
    .reply_status = 201,
    .decode = decode,
};
