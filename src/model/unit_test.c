// SPDX-License-Identifier: EUPL-1.2
// Expected values: definitions of the units (SI, UCUM 2.1), calculated by hand.
#include "model/unit.h"

#include "base/test.h"

static arena *memory;

static int set_up(void **state)
{
    (void)state;
    memory = arena_new((size_t)1 << 20);
    return memory ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(memory);
    return 0;
}

static const char *digits_of(const value *v)
{
    static char text[64];
    buf b = {.max = 63};
    value_write_json(&b, v);
    for (size_t i = 0; i < b.n; i++) text[i] = b.p[i];
    text[b.n] = '\0';
    buf_free(&b);
    return text;
}

TEST(units_become_those_of_the_quantity)
{
    const struct {
        const char *digits, *unit, *quantity, *expected;
    } rows[] = {
        {"50", "°F", "temperature", "10"},
        {"-40", "[degF]", "temperature", "-40"},
        {"293.15", "K", "temperature", "20.00"},
        {"1013.25", "hPa", "pressure", "101325.00"},
        {"101.325", "kPa", "pressure", "101325.000"},
        {"1018", "mbar", "pressure", "101800"},
        {"0.035", "mg/m3", "pm10", "35.000"},
        {"10", "ppb", "no2", "19.130"},
        {"30.5", "[ppb]", "o3", "60.8780"},
        {"0.4", "ppm", "co", "466.0"},
        {"420000", "ppb", "co2", "420.000"},
        {"0.04", "%", "co2", "400.00"},
        {"1234.5", "Wh", "energy", "1.2345"},
        {"3600000", "J", "energy", "1"},
        {"1", "GJ", "energy", "277.77777777777777"},
        {"2.5", "MWh", "heat", "9.00"},
        {"1.5", "kW", "power", "1500.0"},
        {"3426", "mV", "battery_voltage", "3.426"},
        {"250", "L", "water", "0.250"},
        {"36", "km/h", "wind_speed", "10"},
        {"10", "m/s", "traffic_speed", "36.0"},
        {"1", "in", "rain", "25.4"},
        {"1.2", "L/m2", "rain", "1.2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct quantity *q = quantity_by_key(str_of(rows[i].quantity));
        value v = value_of_number(str_of(rows[i].digits));
        bool converted;
        err e;
        assert_non_null(q);
        if (!unit_to_quantity(&v, str_of(rows[i].unit), q, memory, &converted, &e))
            fail_msg("row %zu: %s", i, e.text);
        assert_true(converted);
        assert_string_equal(digits_of(&v), rows[i].expected);
    }
}

TEST(the_quantitys_own_unit_leaves_the_digits_alone)
{
    const struct {
        const char *unit, *quantity;
    } rows[] = {
        {"µg/m³", "pm25"},    {"μg/m3", "pm25"},   {"ug/m3", "pm25"},       {"°C", "temperature"},
        {"C", "temperature"}, {"%RH", "humidity"}, {"dB(A)", "noise_laeq"}, {"kWh", "energy"},
        {"m3", "gas"},        {"dBm", "rssi"},     {"lux", "illuminance"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        value v = value_of_number(STR("1.50"));
        bool converted = true;
        err e;
        assert_true(unit_to_quantity(&v, str_of(rows[i].unit), quantity_by_key(str_of(rows[i].quantity)),
                                     memory, &converted, &e));
        assert_false(converted);
        assert_string_equal(digits_of(&v), "1.50");
    }
}

TEST(a_unit_of_something_else_is_refused)
{
    const struct {
        const char *unit, *quantity;
    } rows[] = {{"lx", "pressure"}, {"ppb", "pm25"}, {"furlong", "distance"}, {"", "power"}, {"m3", "heat"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        value v = value_of_number(STR("1"));
        bool converted;
        err e;
        assert_false(unit_to_quantity(&v, str_of(rows[i].unit), quantity_by_key(str_of(rows[i].quantity)),
                                      memory, &converted, &e));
        assert_int_equal(e.code, ERR_TYPE);
    }
}

TEST(numbers_beyond_eighteen_digits_become_the_nearest)
{
    value v = value_of_number(STR("123456789012345678"));
    assert_true(unit_scale(&v, (decimal){1913, 3}, memory));
    assert_string_equal(digits_of(&v), "236172837380617280");
    v = value_of_number(STR("1e300"));
    assert_true(unit_scale(&v, (decimal){1000, 0}, memory));
    assert_true(value_to_double(&v) == 1e303);
    v = value_of_number(STR("1e308"));
    assert_true(unit_scale(&v, (decimal){1000, 0}, memory));
    assert_true(value_to_double(&v) == 1e308);
}

TEST(codes_and_their_names_are_known)
{
    assert_str(unit_code(STR("°C")), "Cel");
    assert_str(unit_code(STR("Cel")), "Cel");
    assert_str(unit_code(STR("kW.h")), "kW.h");
    assert_int_equal(unit_code(STR("bananas")).n, 0);
    assert_int_equal(unit_code(STR("")).n, 0);
}

RUN_WITH(set_up, tear_down, CASE(units_become_those_of_the_quantity),
         CASE(the_quantitys_own_unit_leaves_the_digits_alone), CASE(a_unit_of_something_else_is_refused),
         CASE(numbers_beyond_eighteen_digits_become_the_nearest), CASE(codes_and_their_names_are_known))
