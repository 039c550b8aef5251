// SPDX-License-Identifier: EUPL-1.2
// HomeWizard Energy: the P1, kWh, water meter and battery's own JSON, of both versions of its API, pushed or published by
// whoever reads it in the home.
// Source   HomeWizard Energy API v1 and v2; samples of DCSBL/python-homewizard-energy
#include "http/server.h"
#include "ingest/decode/gather.h"
#include "ingest/decode/loose.h"
#include "ingest/decode/pseudonym.h"

#define READINGS_MAX 200

static const char *const topics[] = {"homewizard/+/data", "homewizard/+/measurement", NULL};

static const struct field {
    str name, quantity, unit, sensor;
} fields[] = {
    // v1
    {STR("total_power_import_kwh"), STR("energy"), STR("kWh")},
    {STR("total_power_import_t1_kwh"), STR("energy_t1"), STR("kWh")},
    {STR("total_power_import_t2_kwh"), STR("energy_t2"), STR("kWh")},
    {STR("total_power_export_kwh"), STR("energy_returned"), STR("kWh")},
    {STR("total_power_export_t1_kwh"), STR("energy_returned_t1"), STR("kWh")},
    {STR("total_power_export_t2_kwh"), STR("energy_returned_t2"), STR("kWh")},
    {STR("active_power_w"), STR("power"), STR("W")},
    {STR("active_power_l1_w"), STR("power"), STR("W"), STR("L1")},
    {STR("active_power_l2_w"), STR("power"), STR("W"), STR("L2")},
    {STR("active_power_l3_w"), STR("power"), STR("W"), STR("L3")},
    {STR("active_voltage_v"), STR("voltage"), STR("V")},
    {STR("active_voltage_l1_v"), STR("voltage"), STR("V"), STR("L1")},
    {STR("active_voltage_l2_v"), STR("voltage"), STR("V"), STR("L2")},
    {STR("active_voltage_l3_v"), STR("voltage"), STR("V"), STR("L3")},
    {STR("active_current_a"), STR("current"), STR("A")},
    {STR("active_current_l1_a"), STR("current"), STR("A"), STR("L1")},
    {STR("active_current_l2_a"), STR("current"), STR("A"), STR("L2")},
    {STR("active_current_l3_a"), STR("current"), STR("A"), STR("L3")},
    {STR("active_frequency_hz"), STR("frequency"), STR("Hz")},
    {STR("active_power_factor"), STR("power_factor"), {0}},
    {STR("active_power_average_w"), STR("power_demand"), STR("W")},
    {STR("total_liter_m3"), STR("water"), STR("m3")},
    {STR("active_liter_lpm"), STR("water_flow"), STR("L/min")},
    // v2
    {STR("energy_import_kwh"), STR("energy"), STR("kWh")},
    {STR("energy_import_t1_kwh"), STR("energy_t1"), STR("kWh")},
    {STR("energy_import_t2_kwh"), STR("energy_t2"), STR("kWh")},
    {STR("energy_export_kwh"), STR("energy_returned"), STR("kWh")},
    {STR("energy_export_t1_kwh"), STR("energy_returned_t1"), STR("kWh")},
    {STR("energy_export_t2_kwh"), STR("energy_returned_t2"), STR("kWh")},
    {STR("power_w"), STR("power"), STR("W")},
    {STR("power_l1_w"), STR("power"), STR("W"), STR("L1")},
    {STR("power_l2_w"), STR("power"), STR("W"), STR("L2")},
    {STR("power_l3_w"), STR("power"), STR("W"), STR("L3")},
    {STR("voltage_v"), STR("voltage"), STR("V")},
    {STR("voltage_l1_v"), STR("voltage"), STR("V"), STR("L1")},
    {STR("voltage_l2_v"), STR("voltage"), STR("V"), STR("L2")},
    {STR("voltage_l3_v"), STR("voltage"), STR("V"), STR("L3")},
    {STR("current_a"), STR("current"), STR("A")},
    {STR("current_l1_a"), STR("current"), STR("A"), STR("L1")},
    {STR("current_l2_a"), STR("current"), STR("A"), STR("L2")},
    {STR("current_l3_a"), STR("current"), STR("A"), STR("L3")},
    {STR("frequency_hz"), STR("frequency"), STR("Hz")},
    {STR("power_factor"), STR("power_factor"), {0}},
    {STR("average_power_15m_w"), STR("power_demand"), STR("W")},
    {STR("state_of_charge_pct"), STR("state_of_charge"), STR("%")},
};

// Read elsewhere, or nobody's business: the name of the home's Wi-Fi.
static const str passed_over[] = {
    STR("wifi_ssid"),
    STR("wifi_strength"),
    STR("smr_version"),
    STR("protocol_version"),
    STR("meter_model"),
    STR("unique_id"),
    STR("active_tariff"),
    STR("tariff"),
    STR("timestamp"),
    STR("gas_timestamp"),
    STR("gas_unique_id"),
    STR("total_gas_m3"),
    STR("external"),
    STR("cycles"),
    STR("montly_power_peak_w"),
    STR("montly_power_peak_timestamp"),
    STR("monthly_power_peak_w"),
    STR("monthly_power_peak_timestamp"),
    STR("voltage_sag_l1_count"),
    STR("voltage_sag_l2_count"),
    STR("voltage_sag_l3_count"),
    STR("voltage_swell_l1_count"),
    STR("voltage_swell_l2_count"),
    STR("voltage_swell_l3_count"),
    STR("any_power_fail_count"),
    STR("long_power_fail_count"),
};

static const struct meter {
    str type, name, quantity;
} meters[] = {
    {STR("gas_meter"), STR("gas"), STR("gas")},
    {STR("heat_meter"), STR("heat"), STR("heat")},
    {STR("inlet_heat_meter"), STR("heat"), STR("heat")},
    {STR("warm_water_meter"), STR("warm-water"), STR("water")},
    {STR("water_meter"), STR("water"), STR("water")},
};

// ---- times -------------------------------------------------------------------------------------------------------

// v1: 210606140010, a number that is a date. v2: "2024-06-28T14:12:34". Both without a zone.
static bool read_time(const json *j, struct gather *g, err *e)
{
    int64_t n;
    if (!j || j->type != JSON_NUMBER) return gather_local_time_text(g, STR("timestamp"), j, e);
    if (!num_parse_int(j->text, &n, NULL) || n < 0 || n > INT64_C(991231235959)) {
        gather_time(g, TIME_NONE);
        return true;
    }
    const civil c = {.year = 2000 + (int)(n / INT64_C(10000000000)),
                     .month = (int)(n / 100000000 % 100),
                     .day = (int)(n / 1000000 % 100),
                     .hour = (int)(n / 10000 % 100),
                     .minute = (int)(n / 100 % 100),
                     .second = (int)(n % 100)};
    gather_local_time(g, c, 0);
    return true;
}

// ---- fields ------------------------------------------------------------------------------------------------------

static bool is_passed_over(str name)
{
    for (size_t i = 0; i < sizeof passed_over / sizeof passed_over[0]; i++)
        if (str_eq(passed_over[i], name)) return true;
    return false;
}

static bool read_field(const json *j, struct gather *g, err *e)
{
    if (j->type == JSON_NULL || is_passed_over(j->key)) return true;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct field *f = &fields[i];
        if (!str_eq(f->name, j->key)) continue;
        g->sensor = f->sensor;
        return gather_json(g, f->name, quantity_by_key(f->quantity), j, f->unit, e);
    }
    g->sensor = (str){0};
    return gather_unknown(g, j->key, loose_value(j), j->at, e);
}

static bool read_peak(const json *body, str peak, str timestamp, struct gather *g, err *e)
{
    const json *j = json_get(body, peak), *time = json_get(body, timestamp);
    if (!j || j->type == JSON_NULL || !time) return true;
    g->sensor = (str){0};
    return read_time(time, g, e) && gather_json(g, peak, quantity_by_key(STR("power_peak")), j, STR("W"), e);
}

// ---- other meters ------------------------------------------------------------------------------------------------

static const struct meter *meter_of(str type)
{
    for (size_t i = 0; i < sizeof meters / sizeof meters[0]; i++)
        if (str_eq(meters[i].type, type)) return &meters[i];
    return NULL;
}

static bool name_meter(const struct meter *m, str id, struct gather *g, err *e)
{
    g->sensor = m->name;
    return id.n == 0 || pseudonym(m->name.p, id, g->m->site, g->a, &g->sensor) || err_no_memory(e);
}

static bool read_external(const json *entry, struct gather *g, err *e)
{
    const str id = json_text(entry, STR("unique_id")), unit = json_text(entry, STR("unit"));
    const struct meter *m = meter_of(json_text(entry, STR("type")));
    err why;
    if (!m || id.n == 0) {
        (void)err_set(&why, ERR_UNKNOWN, entry->at,
                      "a meter without 'unique_id', or of a 'type' that peil does not know");
        return gather_reject(g, STR("external"), &why, e);
    }
    return name_meter(m, id, g, e) && read_time(json_get(entry, STR("timestamp")), g, e) &&
           gather_json(g, m->type, quantity_by_key(m->quantity), json_get(entry, STR("value")), unit, e);
}

static bool has_gas(const json *external)
{
    for (const json *x = external ? external->first : NULL; x; x = x->next)
        if (str_eq(json_text(x, STR("type")), STR("gas_meter"))) return true;
    return false;
}

// Gas stands in the message twice since meters have entries of their own.
static bool read_gas(const json *body, struct gather *g, err *e)
{
    const json *gas = json_get(body, STR("total_gas_m3"));
    if (!gas || gas->type == JSON_NULL || has_gas(json_get(body, STR("external")))) return true;
    return name_meter(&meters[0], json_text(body, STR("gas_unique_id")), g, e) &&
           read_time(json_get(body, STR("gas_timestamp")), g, e) &&
           gather_json(g, gas->key, quantity_by_key(STR("gas")), gas, STR("m3"), e);
}

// ---- the message -------------------------------------------------------------------------------------------------

// "?device=NAME", the level of homewizard/NAME/data, or a pseudonym of the meter's number.
static bool name_device(const json *body, struct gather *g, err *e)
{
    str name, rest = g->m->topic, level = {0};
    const str id = json_text(body, STR("unique_id"));
    if (http_query_get(g->m->query, STR("device"), g->a, &name)) return gather_device(g, name, e);
    if (str_cut(&rest, '/', &level) && str_cut(&rest, '/', &level)) return gather_device(g, level, e);
    if (id.n == 0)
        return err_set(e, ERR_MISSING, ERR_NOWHERE,
                       "the message has no number of its meter: name it with ?device=NAME");
    return (pseudonym("meter", id, g->m->site, g->a, &name) || err_no_memory(e)) && gather_device(g, name, e);
}

static bool read_body(const json *body, struct gather *g, err *e)
{
    if (body->type != JSON_OBJECT) return err_set(e, ERR_TYPE, body->at, "expected an object of readings");
    if (!name_device(body, g, e) || !read_time(json_get(body, STR("timestamp")), g, e)) return false;
    for (const json *j = body->first; j; j = j->next)
        if (!read_field(j, g, e)) return false;
    if (!read_peak(body, STR("montly_power_peak_w"), STR("montly_power_peak_timestamp"), g,
                   e) ||  // as they spell it
        !read_peak(body, STR("monthly_power_peak_w"), STR("monthly_power_peak_timestamp"), g, e) ||
        !read_gas(body, g, e))
        return false;
    const json *external = json_get(body, STR("external"));
    for (const json *x = external ? external->first : NULL; x; x = x->next)
        if (!read_external(x, g, e)) return false;
    return true;
}

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    struct gather g;
    json *body;
    gather_start(&g, m, READINGS_MAX, a);
    if (!json_parse(m->body, a, &body, e) || !read_body(body, &g, e)) return false;
    gather_end(&g, out);
    return true;
}

const struct device_adapter device_homewizard = {
    .name = STR("homewizard"),
    .title = STR("HomeWizard Energy"),
    .topics = topics,
    .path = "homewizard",
    .reply_status = 200,
    .keeps_no_raw = true,
    .decode = decode,
};
