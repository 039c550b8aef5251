// SPDX-License-Identifier: EUPL-1.2
// Expected readings of the sample messages: as their README in the sensor_community_push collection gives them (bodies from
// the tests and issues of openSenseMap-API, ioBroker.luftdaten, local_luftdaten and devices.sensor.community, ids replaced).
#include "ingest/device.h"

#include "base/file.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

extern const struct device_adapter device_sensor_community;

#define RECEIVED ((instant)1767261600 * TIME_SECOND)  // 2026-01-01T10:00:00Z

static const char *corpus = "fuzz/corpus";

struct headers {
    const char *sensor, *pin;
};

struct scene {
    arena *a;
    struct headers headers;
    struct device_result out;
    err e;
};

static int set_up(void **state)
{
    static struct scene x;
    x = (struct scene){.a = arena_new((size_t)1 << 22), .headers = {"esp8266-1234567", NULL}};
    *state = &x;
    return x.a ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_free(((struct scene *)*state)->a);
    return 0;
}

static str get_header(const char *name, const void *context)
{
    const struct headers *h = context;
    if (strcmp(name, "X-Sensor") == 0) return str_of(h->sensor);
    if (strcmp(name, "X-PIN") == 0) return str_of(h->pin);
    return (str){0};
}

static bool decode(struct scene *x, str body)
{
    const struct device_message m = {
        .body = body, .received = RECEIVED, .header = get_header, .context = &x->headers};
    x->out = (struct device_result){0};
    return device_sensor_community.decode(&m, x->a, &x->out, &x->e);
}

static void decode_values(struct scene *x, const char *values)
{
    str body;
    assert_true(arena_print(x->a, &body, "{\"sensordatavalues\":[%s]}", values));
    if (!decode(x, body)) fail_msg("%s", x->e.text);
}

static void decode_file(struct scene *x, const char *name)
{
    char path[1000];
    buf bytes = {.max = 1 << 16};
    str body;
    snprintf(path, sizeof path, "%s/device_sensor_community/%s", corpus, name);
    assert_true(file_read(path, &bytes, &x->e));
    assert_true(arena_copy(x->a, buf_str(&bytes), &body));
    buf_free(&bytes);
    if (!decode(x, body)) fail_msg("%s: %s", name, x->e.text);
    assert_int_equal(x->out.reject_count, 0);
}

static const struct reading *find(const struct scene *x, const char *sensor, const char *quantity)
{
    for (size_t i = 0; i < x->out.reading_count; i++) {
        const struct reading *r = &x->out.readings[i];
        const bool same = r->quantity && str_eq(r->quantity->key, str_of(quantity));
        if (same && str_eq(r->sensor, str_of(sensor))) return r;
    }
    fail_msg("no %s of %s", quantity, sensor);
    return NULL;
}

static void expect(const struct scene *x, const char *sensor, const char *quantity, const char *digits,
                   unsigned flags)
{
    const struct reading *r = find(x, sensor, quantity);
    buf b = {.max = 100};
    value_write_json(&b, &r->result);
    buf_add_char(&b, '\0');
    assert_string_equal(b.p, digits);
    buf_free(&b);
    assert_int_equal(r->flags & ~(unsigned)READING_NO_DEVICE_TIME, flags);
    assert_int_equal(r->why.n > 0, flags != 0);
}

static void expect_reject(const struct scene *x, const char *name, err_code code)
{
    for (size_t i = 0; i < x->out.reject_count; i++) {
        if (!str_eq(x->out.rejects[i].name, str_of(name))) continue;
        assert_int_equal(x->out.rejects[i].why.code, code);
        return;
    }
    fail_msg("%s was not rejected", name);
}

static void sample_of_2016_has_a_signal_with_its_unit(void **state)
{
    struct scene *x = *state;
    decode_file(x, "nrz2016_sds011_signal_with_dbm.json");
    assert_int_equal(x->out.reading_count, 2);
    expect(x, "SDS011", "pm10", "5.38", 0);
    expect(x, "SDS011", "pm25", "4.98", 0);
    assert_true(x->out.state.rssi_dbm == -59);
    assert_true(isnan(x->out.state.latitude) && isnan(x->out.state.battery_percent));
    assert_int_equal(x->out.readings[0].time, TIME_NONE);
    assert_true(x->out.readings[0].flags & READING_NO_DEVICE_TIME);
    assert_true(str_eq(x->out.readings[0].device, STR("esp8266-1234567")));
    assert_true(str_eq(x->out.readings[0].name, STR("SDS_P1")));
}

static void sample_of_2017_has_pm1(void **state)
{
    struct scene *x = *state;
    decode_file(x, "nrz2017_pms7003_bme280.json");
    assert_int_equal(x->out.reading_count, 6);
    expect(x, "PMSx003", "pm1", "1.00", 0);
    expect(x, "PMSx003", "pm10", "2.00", 0);
    expect(x, "PMSx003", "pm25", "2.00", 0);
    expect(x, "BME280", "temperature", "24.98", 0);
    expect(x, "BME280", "humidity", "39.60", 0);
    expect(x, "BME280", "pressure", "100520.25", 0);
}

static void sample_of_2018_has_a_bmp180(void **state)
{
    struct scene *x = *state;
    decode_file(x, "nrz2018_sds011_bmp180.json");
    expect(x, "SDS011", "pm10", "1.87", 0);
    expect(x, "SDS011", "pm25", "1.05", 0);
    expect(x, "BMP180", "pressure", "100659.00", 0);
    expect(x, "BMP180", "temperature", "26.80", 0);
}

static void samples_of_2020_have_noise_and_an_age(void **state)
{
    struct scene *x = *state;
    decode_file(x, "nrz2020_bme280_dnms_noise.json");
    expect(x, "DNMS", "noise_laeq", "43.62", 0);
    expect(x, "DNMS", "noise_la_min", "40.13", 0);
    expect(x, "DNMS", "noise_la_max", "53.47", 0);
    assert_int_equal(find(x, "DNMS", "noise_laeq")->time, RECEIVED - 23 * TIME_SECOND);
    assert_int_equal(find(x, "DNMS", "noise_laeq")->flags, 0);

    decode_file(x, "nrz2020_dnms_only_interval.json");
    assert_int_equal(x->out.reading_count, 3);
    expect(x, "DNMS", "noise_laeq", "54.52", 0);
    assert_int_equal(x->out.readings[0].time, RECEIVED - 62 * TIME_SECOND);
}

static void sample_of_2024_has_co2(void **state)
{
    struct scene *x = *state;
    decode_file(x, "nrz2024_scd30_co2.json");
    expect(x, "SCD30", "co2", "579.00", 0);
    expect(x, "SCD30", "temperature", "27.08", 0);
    expect(x, "SCD30", "humidity", "46.97", 0);
    assert_true(x->out.state.rssi_dbm == -60);
}

// The body of esp32_sht31_pin7_request.http.
static void a_post_for_one_sensor_is_named_by_its_pin(void **state)
{
    struct scene *x = *state;
    x->headers = (struct headers){"esp32-10000001", "7"};
    assert_true(decode(
        x, STR("{\"software_version\": \"2.98.B2.10\", \"sensordatavalues\":[{\"value_type\":\"temperature\","
               "\"value\":\"11.11\"},{\"value_type\":\"humidity\",\"value\":\"55.55\"}]}")));
    expect(x, "pin 7", "temperature", "11.11", 0);
    expect(x, "pin 7", "humidity", "55.55", 0);
    assert_true(str_eq(x->out.readings[0].device, STR("esp32-10000001")));

    x->headers.pin = "11";
    decode_values(x, "{\"value_type\":\"pressure_sealevel\",\"value\":\"101520.25\"}");
    expect(x, "BME280", "pressure_sealevel", "101520.25", 0);
    x->headers.pin = "-";
    decode_values(x, "{\"value_type\":\"temperature\",\"value\":\"1.5\"}");
    expect(x, "DHT22", "temperature", "1.5", 0);
}

static void the_device_comes_from_the_body_when_no_header_names_it(void **state)
{
    struct scene *x = *state;
    x->headers = (struct headers){NULL, NULL};
    assert_true(decode(x, STR("{\"esp8266id\":\"7654321\",\"sensordatavalues\":[{\"value_type\":\"SDS_P1\","
                              "\"value\":\"1\"}]}")));
    assert_true(str_eq(x->out.readings[0].device, STR("esp8266-7654321")));
    assert_false(decode(x, STR("{\"sensordatavalues\":[{\"value_type\":\"SDS_P1\",\"value\":\"1\"}]}")));
    assert_int_equal(x->e.code, ERR_MISSING);
    x->headers.sensor = "esp8266\x01";
    assert_false(decode(x, STR("{\"sensordatavalues\":[{\"value_type\":\"SDS_P1\",\"value\":\"1\"}]}")));
    assert_int_equal(x->e.code, ERR_RANGE);
}

static void pressure_in_hpa_is_converted_and_flagged(void **state)
{
    struct scene *x = *state;
    decode_values(x, "{\"value_type\":\"BME280_pressure\",\"value\":1018.25},"
                     "{\"value_type\":\"BMP_pressure\",\"value\":\"1013 hPa\"},"
                     "{\"value_type\":\"BMP280_pressure\",\"value\":\"63.00\"}");
    expect(x, "BME280", "pressure", "101825.00", READING_CONVERTED);
    expect(x, "BMP180", "pressure", "101300", READING_CONVERTED);
    expect(x, "BMP280", "pressure", "63.00", READING_IMPLAUSIBLE);
}

static void gases_in_ppb_become_micrograms(void **state)
{
    struct scene *x = *state;
    decode_values(
        x, "{\"value_type\":\"no2_ppb\",\"value\":\"10\"},{\"value_type\":\"ozone_ppb\",\"value\":\"30.5\"}");
    expect(x, "", "no2", "19.130", READING_CONVERTED);
    expect(x, "", "o3", "60.8780", READING_CONVERTED);
}

static void a_bad_value_leaves_its_neighbours(void **state)
{
    struct scene *x = *state;
    decode_values(
        x, "{\"value_type\":\"SDS_P1\",\"value\":nan},{\"value_type\":\"SDS_P2\",\"value\":\"4.5\"},"
           "{\"value_type\":\"BME280_temperature\",\"value\":\"warm\"},{\"value_type\":\"BME280_humidity\"},"
           "{\"value_type\":\"BME280_pressure\",\"value\":null},7,{\"value\":\"1\"},"
           "{\"value_type\":\"DNMS_noise_LAeq\",\"value\":\"50 lux\"}");
    assert_int_equal(x->out.reading_count, 1);
    assert_int_equal(x->out.reject_count, 7);
    expect(x, "SDS011", "pm25", "4.5", 0);
    expect_reject(x, "SDS_P1", ERR_MISSING);
    expect_reject(x, "BME280_temperature", ERR_TYPE);
    expect_reject(x, "BME280_humidity", ERR_MISSING);
    expect_reject(x, "DNMS_noise_LAeq", ERR_TYPE);
    assert_string_equal(x->out.rejects[1].why.text, "BME280_temperature: is not a number");
}

static void minus_one_of_old_firmware_is_no_value(void **state)
{
    struct scene *x = *state;
    decode_values(
        x, "{\"value_type\":\"SDS_P1\",\"value\":\"-1.00\"},{\"value_type\":\"humidity\",\"value\":\"-1\"},"
           "{\"value_type\":\"temperature\",\"value\":\"-1\"},"
           "{\"value_type\":\"BME280_temperature\",\"value\":\"-1.00\"},"
           "{\"value_type\":\"BME280_humidity\",\"value\":\"88\"}");
    assert_int_equal(x->out.reading_count, 2);
    expect(x, "BME280", "temperature", "-1.00", 0);
    expect_reject(x, "SDS_P1", ERR_MISSING);
    expect_reject(x, "humidity", ERR_MISSING);
    expect_reject(x, "temperature", ERR_MISSING);
}

static void impossible_values_are_kept_and_flagged(void **state)
{
    struct scene *x = *state;
    decode_values(
        x,
        "{\"value_type\":\"SDS_P1\",\"value\":\"1999.90\"},{\"value_type\":\"humidity\",\"value\":\"99.90\"},"
        "{\"value_type\":\"BME280_humidity\",\"value\":\"100.00\"},"
        "{\"value_type\":\"BME280_temperature\",\"value\":\"-144.4\"}");
    expect(x, "SDS011", "pm10", "1999.90", READING_IMPLAUSIBLE);
    expect(x, "DHT22", "humidity", "99.90", READING_SATURATED);
    expect(x, "BME280", "humidity", "100.00", 0);
    expect(x, "BME280", "temperature", "-144.4", READING_IMPLAUSIBLE);
}

static void dust_classes_out_of_order_are_flagged(void **state)
{
    struct scene *x = *state;
    decode_values(x,
                  "{\"value_type\":\"SDS_P1\",\"value\":\"4\"},{\"value_type\":\"SDS_P2\",\"value\":\"5\"},"
                  "{\"value_type\":\"PMS_P0\",\"value\":\"9\"},{\"value_type\":\"PMS_P1\",\"value\":\"9\"},"
                  "{\"value_type\":\"PMS_P2\",\"value\":\"7\"}");
    expect(x, "SDS011", "pm10", "4", READING_IMPLAUSIBLE);
    expect(x, "SDS011", "pm25", "5", READING_IMPLAUSIBLE);
    expect(x, "PMSx003", "pm1", "9", READING_IMPLAUSIBLE);
    expect(x, "PMSx003", "pm25", "7", READING_IMPLAUSIBLE);
    expect(x, "PMSx003", "pm10", "9", 0);
}

static void particle_counts_of_a_ppd42ns_are_no_mass(void **state)
{
    struct scene *x = *state;
    decode_values(
        x, "{\"value_type\":\"durP1\",\"value\":\"54000\"},{\"value_type\":\"ratioP1\",\"value\":\"0.18\"},"
           "{\"value_type\":\"P1\",\"value\":\"98.85\"},{\"value_type\":\"SDS_P1\",\"value\":\"5\"}");
    expect(x, "SDS011", "pm10", "5", 0);
    assert_int_equal(x->out.reading_count, 4);
    assert_null(x->out.readings[2].quantity);
    assert_true(str_eq(x->out.readings[2].sensor, STR("PPD42NS")));
    x->headers.pin = "5";
    decode_values(x, "{\"value_type\":\"P2\",\"value\":\"98.85\"}");
    assert_null(x->out.readings[0].quantity);
    x->headers.pin = "1";
    decode_values(x, "{\"value_type\":\"P2\",\"value\":\"98.85\"}");
    expect(x, "pin 1", "pm25", "98.85", 0);
}

static void unknown_names_are_listed(void **state)
{
    struct scene *x = *state;
    decode_values(
        x,
        "{\"value_type\":\"SPS30_N05\",\"value\":\"3.1\"},{\"value_type\":\"GAMMA_cpm\",\"value\":\"abc\"},"
        "{\"value_type\":\"XYZ9_temperature\",\"value\":\"3\"}");
    assert_int_equal(x->out.reading_count, 3);
    assert_null(x->out.readings[0].quantity);
    assert_true(str_eq(x->out.readings[0].name, STR("SPS30_N05")));
    assert_true(str_eq(x->out.readings[1].name, STR("GAMMA_cpm")));
    expect(x, "XYZ9", "temperature", "3", 0);
}

static void a_gps_gives_the_place(void **state)
{
    struct scene *x = *state;
    decode_values(
        x,
        "{\"value_type\":\"GPS_lat\",\"value\":\"52.036\"},{\"value_type\":\"GPS_lon\",\"value\":\"4.325\"},"
        "{\"value_type\":\"GPS_height\",\"value\":\"1.2\"},"
        "{\"value_type\":\"GPS_timestamp\",\"value\":\"2026-01-01T09:59:00\"}");
    assert_int_equal(x->out.reading_count, 0);
    assert_true(x->out.state.latitude == 52.036 && x->out.state.longitude == 4.325);
}

static void decode_at(struct scene *x, const char *time)
{
    str body;
    assert_true(arena_print(x->a, &body,
                            "{%s,\"sensordatavalues\":[{\"value_type\":\"SDS_P1\",\"value\":\"1\"}]}", time));
    assert_true(decode(x, body));
    assert_int_equal(x->out.reading_count, 1);
}

static void times_are_the_devices_own_as_far_as_they_can_be(void **state)
{
    struct scene *x = *state;
    const struct {
        const char *json;
        instant time;
        unsigned flags;
    } rows[] = {
        {"\"timestamp\":\"2026-01-01 10:59:10+01:00\"", RECEIVED - 50 * TIME_SECOND, 0},
        {"\"timestamp\":\"2026-01-01T09:59:10\"", RECEIVED - 50 * TIME_SECOND, 0},
        {"\"timestamp\":\"2026-01-01T10:01:00Z\"", RECEIVED + 60 * TIME_SECOND, 0},
        {"\"timestamp\":\"2026-01-01T10:05:00Z\"", RECEIVED + 300 * TIME_SECOND, READING_CLOCK},
        {"\"timestamp\":\"2027-01-01T10:00:00Z\"", TIME_NONE, READING_CLOCK | READING_NO_DEVICE_TIME},
        {"\"timestamp\":\"1970-01-01T00:00:07Z\"", TIME_NONE, READING_CLOCK | READING_NO_DEVICE_TIME},
        {"\"timestamp\":null", TIME_NONE, READING_NO_DEVICE_TIME},
        {"\"age\":\"-3\"", RECEIVED, 0},
        {"\"age\":7.5", RECEIVED - 7500000, 0},
        {"\"age\":\"90000\"", TIME_NONE, READING_NO_DEVICE_TIME},
        {"\"age\":\"soon\"", TIME_NONE, READING_NO_DEVICE_TIME},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        decode_at(x, rows[i].json);
        if (x->out.readings[0].time != rows[i].time || x->out.readings[0].flags != rows[i].flags)
            fail_msg("%s: flags %u", rows[i].json, x->out.readings[0].flags);
        assert_int_equal(x->out.reject_count, 0);
    }
    decode_at(x, "\"timestamp\":\"yesterday\"");
    expect_reject(x, "timestamp", ERR_TYPE);
    assert_int_equal(x->out.readings[0].time, TIME_NONE);
}

static void bodies_that_say_nothing_are_refused(void **state)
{
    struct scene *x = *state;
    const struct {
        str body;
        err_code code;
        size_t at;
    } rows[] = {
        {STR(""), ERR_SYNTAX, 0},
        {STR("{\"sensordatavalues\":["), ERR_SYNTAX, 21},
        {STR("[]"), ERR_MISSING, 0},
        {STR("{}"), ERR_MISSING, 0},
        {STR("{\"sensordatavalues\":{}}"), ERR_TYPE, 20},
        {STR("{\"sensordatavalues\":[]}"), ERR_MISSING, 20},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        x->e = (err){0};
        assert_false(decode(x, rows[i].body));
        if (x->e.code != rows[i].code || x->e.at != rows[i].at)
            fail_msg("row %zu: %d at %zu", i, x->e.code, x->e.at);
    }
}

static void every_cut_and_every_flipped_byte_is_survived(void **state)
{
    struct scene *x = *state;
    char path[1000];
    buf bytes = {.max = 1 << 16};
    snprintf(path, sizeof path, "%s/device_sensor_community/nrz2017_pms7003_bme280.json", corpus);
    assert_true(file_read(path, &bytes, &x->e));
    for (size_t i = 0; i < bytes.n; i++) {
        (void)decode(x, (str){bytes.p, i});
        bytes.p[i] = (char)(bytes.p[i] ^ 0x20);
        (void)decode(x, buf_str(&bytes));
        bytes.p[i] = (char)(bytes.p[i] ^ 0x20);
        arena_reset(x->a);
    }
    buf_free(&bytes);
}

static void ten_thousand_values_are_too_many(void **state)
{
    struct scene *x = *state;
    buf b = {.max = 1 << 20};
    BUF_LIT(&b, "{\"sensordatavalues\":[0");
    for (int i = 1; i < 10000; i++) BUF_LIT(&b, ",0");
    BUF_LIT(&b, "]}");
    assert_false(decode(x, buf_str(&b)));
    assert_int_equal(x->e.code, ERR_LIMIT);
    buf_free(&b);
}

int main(int argc, char **argv)
{
    if (argc > 1) corpus = argv[1];
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(sample_of_2016_has_a_signal_with_its_unit),
        TEST(sample_of_2017_has_pm1),
        TEST(sample_of_2018_has_a_bmp180),
        TEST(samples_of_2020_have_noise_and_an_age),
        TEST(sample_of_2024_has_co2),
        TEST(a_post_for_one_sensor_is_named_by_its_pin),
        TEST(the_device_comes_from_the_body_when_no_header_names_it),
        TEST(pressure_in_hpa_is_converted_and_flagged),
        TEST(gases_in_ppb_become_micrograms),
        TEST(a_bad_value_leaves_its_neighbours),
        TEST(minus_one_of_old_firmware_is_no_value),
        TEST(impossible_values_are_kept_and_flagged),
        TEST(dust_classes_out_of_order_are_flagged),
        TEST(particle_counts_of_a_ppd42ns_are_no_mass),
        TEST(unknown_names_are_listed),
        TEST(a_gps_gives_the_place),
        TEST(times_are_the_devices_own_as_far_as_they_can_be),
        TEST(bodies_that_say_nothing_are_refused),
        TEST(every_cut_and_every_flipped_byte_is_survived),
        TEST(ten_thousand_values_are_too_many),
    };
    return cmocka_run_group_tests_name("ingest/device/sensor_community", tests, NULL, NULL);
}
