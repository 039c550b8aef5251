// SPDX-License-Identifier: EUPL-1.2
#include "model/unit.h"

#include <math.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

// ---- names -------------------------------------------------------------------------------------------------------

// How units are written that are no UCUM codes. Both mu: the micro sign and the Greek letter.
static const struct {
    str text, code;
} names[] = {
    {STR("°C"), STR("Cel")},
    {STR("C"), STR("Cel")},
    {STR("celsius"), STR("Cel")},
    {STR("degC"), STR("Cel")},
    {STR("°F"), STR("[degF]")},
    {STR("F"), STR("[degF]")},
    {STR("fahrenheit"), STR("[degF]")},
    {STR("degF"), STR("[degF]")},
    {STR("%RH"), STR("%")},
    {STR("% RH"), STR("%")},
    {STR("percent"), STR("%")},
    {STR("µg/m³"), STR("ug/m3")},
    {STR("µg/m3"), STR("ug/m3")},
    {STR("μg/m³"), STR("ug/m3")},
    {STR("μg/m3"), STR("ug/m3")},
    {STR("ug/m³"), STR("ug/m3")},
    {STR("ug/m^3"), STR("ug/m3")},
    {STR("mg/m³"), STR("mg/m3")},
    {STR("mg/m^3"), STR("mg/m3")},
    {STR("ng/m³"), STR("ng/m3")},
    {STR("ppm"), STR("[ppm]")},
    {STR("ppb"), STR("[ppb]")},
    {STR("mbar"), STR("hPa")},
    {STR("bar"), STR("bar")},
    {STR("mmHg"), STR("mm[Hg]")},
    {STR("inHg"), STR("[in_i'Hg]")},
    {STR("dB(A)"), STR("dB[SPL]{A}")},
    {STR("dBA"), STR("dB[SPL]{A}")},
    {STR("dBm"), STR("dB{mW}")},
    {STR("1/cm³"), STR("/cm3")},
    {STR("#/cm3"), STR("/cm3")},
    {STR("lux"), STR("lx")},
    {STR("kWh"), STR("kW.h")},
    {STR("Wh"), STR("W.h")},
    {STR("MWh"), STR("MW.h")},
    {STR("m³"), STR("m3")},
    {STR("m^3"), STR("m3")},
    {STR("dm³"), STR("L")},
    {STR("dm3"), STR("L")},
    {STR("l"), STR("L")},
    {STR("l/min"), STR("L/min")},
    {STR("lpm"), STR("L/min")},
    {STR("m³/h"), STR("m3/h")},
    {STR("kph"), STR("km/h")},
    {STR("kmh"), STR("km/h")},
    {STR("mph"), STR("[mi_i]/h")},
    {STR("kn"), STR("[kn_i]")},
    {STR("in"), STR("[in_i]")},
    {STR("ft"), STR("[ft_i]")},
    {STR("°"), STR("deg")},
    {STR("W/m²"), STR("W/m2")},
};

// ---- rules -------------------------------------------------------------------------------------------------------

// (value + add) * times / by; a zero in `times` or `by` counts as one.
struct rule {
    str from, to;
    str quantity;  // of this gas alone; empty: of any
    decimal times, by, add;
};

static const struct rule rules[] = {
    {STR("[degF]"), STR("Cel"), {0}, {5, 0}, {9, 0}, {-32, 0}},
    {STR("K"), STR("Cel"), {0}, {0}, {0}, {-27315, 2}},
    {STR("hPa"), STR("Pa"), {0}, {100, 0}},
    {STR("kPa"), STR("Pa"), {0}, {1000, 0}},
    {STR("bar"), STR("Pa"), {0}, {100000, 0}},
    {STR("mm[Hg]"), STR("Pa"), {0}, {133322387, 6}},
    {STR("[in_i'Hg]"), STR("Pa"), {0}, {3386389, 3}},
    {STR("mg/m3"), STR("ug/m3"), {0}, {1000, 0}},
    {STR("ng/m3"), STR("ug/m3"), {0}, {1, 3}},
    {STR("[ppb]"), STR("ug/m3"), STR("no2"), {1913, 3}},
    {STR("[ppb]"), STR("ug/m3"), STR("no"), {1247, 3}},
    {STR("[ppb]"), STR("ug/m3"), STR("o3"), {1996, 3}},
    {STR("[ppb]"), STR("ug/m3"), STR("so2"), {266, 2}},
    {STR("[ppb]"), STR("ug/m3"), STR("co"), {1165, 3}},
    {STR("[ppb]"), STR("ug/m3"), STR("nh3"), {708, 3}},
    {STR("[ppb]"), STR("ug/m3"), STR("benzene"), {3247, 3}},
    {STR("[ppb]"), STR("ug/m3"), STR("hcho"), {1248, 3}},
    {STR("[ppm]"), STR("ug/m3"), STR("no2"), {1913, 0}},
    {STR("[ppm]"), STR("ug/m3"), STR("no"), {1247, 0}},
    {STR("[ppm]"), STR("ug/m3"), STR("o3"), {1996, 0}},
    {STR("[ppm]"), STR("ug/m3"), STR("so2"), {2660, 0}},
    {STR("[ppm]"), STR("ug/m3"), STR("co"), {1165, 0}},
    {STR("[ppm]"), STR("ug/m3"), STR("nh3"), {708, 0}},
    {STR("[ppm]"), STR("ug/m3"), STR("benzene"), {3247, 0}},
    {STR("[ppm]"), STR("ug/m3"), STR("hcho"), {1248, 0}},
    {STR("[ppb]"), STR("[ppm]"), {0}, {1, 3}},
    {STR("%"), STR("[ppm]"), {0}, {10000, 0}},
    {STR("J"), STR("kW.h"), {0}, {0}, {3600000, 0}},
    {STR("kJ"), STR("kW.h"), {0}, {0}, {3600, 0}},
    {STR("MJ"), STR("kW.h"), {0}, {0}, {36, 1}},
    {STR("GJ"), STR("kW.h"), {0}, {1000, 0}, {36, 1}},
    {STR("W.h"), STR("kW.h"), {0}, {1, 3}},
    {STR("MW.h"), STR("kW.h"), {0}, {1000, 0}},
    {STR("MJ"), STR("GJ"), {0}, {1, 3}},
    {STR("W.h"), STR("GJ"), {0}, {36, 7}},
    {STR("kW.h"), STR("GJ"), {0}, {36, 4}},
    {STR("MW.h"), STR("GJ"), {0}, {36, 1}},
    {STR("mW"), STR("W"), {0}, {1, 3}},
    {STR("kW"), STR("W"), {0}, {1000, 0}},
    {STR("MW"), STR("W"), {0}, {1000000, 0}},
    {STR("mV"), STR("V"), {0}, {1, 3}},
    {STR("kV"), STR("V"), {0}, {1000, 0}},
    {STR("mA"), STR("A"), {0}, {1, 3}},
    {STR("L"), STR("m3"), {0}, {1, 3}},
    {STR("mL"), STR("m3"), {0}, {1, 6}},
    {STR("m3/h"), STR("L/min"), {0}, {1000, 0}, {60, 0}},
    {STR("L/h"), STR("L/min"), {0}, {0}, {60, 0}},
    {STR("L/s"), STR("L/min"), {0}, {60, 0}},
    {STR("mm"), STR("m"), {0}, {1, 3}},
    {STR("cm"), STR("m"), {0}, {1, 2}},
    {STR("km"), STR("m"), {0}, {1000, 0}},
    {STR("[ft_i]"), STR("m"), {0}, {3048, 4}},
    {STR("cm"), STR("mm"), {0}, {10, 0}},
    {STR("m"), STR("mm"), {0}, {1000, 0}},
    {STR("L/m2"), STR("mm")},
    {STR("[in_i]"), STR("mm"), {0}, {254, 1}},
    {STR("km/h"), STR("m/s"), {0}, {0}, {36, 1}},
    {STR("[mi_i]/h"), STR("m/s"), {0}, {44704, 5}},
    {STR("[kn_i]"), STR("m/s"), {0}, {1852, 0}, {3600, 0}},
    {STR("m/s"), STR("km/h"), {0}, {36, 1}},
    {STR("[mi_i]/h"), STR("km/h"), {0}, {1609344, 6}},
    {STR("klx"), STR("lx"), {0}, {1000, 0}},
    {STR("kW/m2"), STR("W/m2"), {0}, {1000, 0}},
    {STR("/m3"), STR("/cm3"), {0}, {1, 6}},
    {STR("rad"), STR("deg"), {0}, {180, 0}, {314159265358979324, 17}},
};

static bool is_code(str text)
{
    size_t count;
    const struct quantity *all = quantity_all(&count);
    for (size_t i = 0; i < COUNT(rules); i++)
        if (str_eq(rules[i].from, text)) return true;
    for (size_t i = 0; i < count; i++)
        if (str_eq(all[i].ucum, text)) return true;
    return false;
}

str unit_code(str text)
{
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_eq(names[i].text, text)) return names[i].code;
    return is_code(text) ? text : (str){0};
}

// ---- arithmetic --------------------------------------------------------------------------------------------------

static decimal or_one(decimal d)
{
    return d.units ? d : (decimal){1, 0};
}

static bool apply_exactly(const struct rule *r, decimal d, value *out)
{
    if (r->by.units || !decimal_add(d, r->add, &d) || !decimal_multiply(d, or_one(r->times), &d))
        return false;
    *out = value_decimal(d);
    return true;
}

static bool apply(const struct rule *r, value *v, arena *a)
{
    char text[NUM_TEXT_MAX];
    str copy;
    if (v->type == VALUE_DECIMAL && apply_exactly(r, v->number, v)) return true;
    const double real = (value_to_double(v) + decimal_to_double(r->add)) *
                        decimal_to_double(or_one(r->times)) / decimal_to_double(or_one(r->by));
    if (!isfinite(real)) return true;  // as it was: beyond any range that is believed
    if (!arena_copy(a, (str){text, num_write_double(text, real)}, &copy)) return false;
    *v = value_of_number(copy);
    return true;
}

bool unit_scale(value *v, decimal factor, arena *a)
{
    const struct rule r = {.times = factor};
    return apply(&r, v, a);
}

bool unit_to_quantity(value *v, str unit, const struct quantity *q, arena *a, bool *converted, err *e)
{
    const str code = unit_code(unit);
    *converted = false;
    if (str_eq(code, q->ucum) || str_eq(unit, q->symbol)) return true;
    for (size_t i = 0; i < COUNT(rules) && code.n; i++) {
        const struct rule *r = &rules[i];
        if (!str_eq(r->from, code) || !str_eq(r->to, q->ucum)) continue;
        if (r->quantity.n && !str_eq(r->quantity, q->key)) continue;
        *converted = true;
        return apply(r, v, a) || err_no_memory(e);
    }
    return err_set(e, ERR_TYPE, ERR_NOWHERE, "is in %.*s, not in %.*s", STR_ARG(unit), STR_ARG(q->symbol));
}

bool unit_line(str unit, const struct quantity *q, arena *scratch, double *factor, double *offset)
{
    value zero = value_int(0), one = value_int(1);  // what becomes of them says all
    bool converted;
    *factor = 1;
    *offset = 0;
    if (str_eq(unit, q->symbol) || str_eq(unit, q->ucum)) return true;
    const str code = unit_code(unit);
    if (code.n == 0 || !unit_to_quantity(&zero, code, q, scratch, &converted, NULL) ||
        !unit_to_quantity(&one, code, q, scratch, &converted, NULL))
        return false;
    *offset = value_to_double(&zero);
    *factor = value_to_double(&one) - *offset;
    return true;
}
