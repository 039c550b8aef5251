// SPDX-License-Identifier: EUPL-1.2
// Expected readings: the sample's own numbers; times are local, in summer two hours ahead of UTC.
#include "ingest/device/testing.h"

extern const struct device_adapter device_tasmota;

// The sample's line of this number, from 0.
static void decode_line(size_t number)
{
    str rest = scene_file("lines.txt"), line = {0}, topic;
    for (size_t i = 0; i <= number; i++) assert_true(str_cut(&rest, '\n', &line));
    assert_true(str_cut(&line, ' ', &topic));
    scene.m.topic = topic;
    if (!decode(line)) fail_msg("line %zu: %s", number, scene.e.text);
}

TEST(a_sensor_and_a_clamp)
{
    decode_line(3);
    assert_readings("tasmota_000002", "ANALOG.CTEnergy energy 0.006 kW.h\n"
                                      "ANALOG.CTEnergy power 2068 W\n"
                                      "ANALOG.CTEnergy voltage 230 V\n"
                                      "ANALOG.CTEnergy current 8.992 A\n"
                                      "DHT11 temperature 23.0 Cel\n"
                                      "DHT11 humidity 37.0 %\n"
                                      "DHT11 dew_point 7.5 Cel\n");
    assert_rejects("");
    assert_time("2021-06-13T04:59:52Z");
}

TEST(the_same_when_asked_for)
{
    decode_line(4);
    assert_readings("tasmota_000002", "ANALOG.CTEnergy energy 0.004 kW.h\n"
                                      "ANALOG.CTEnergy power 2088 W\n"
                                      "ANALOG.CTEnergy voltage 230 V\n"
                                      "ANALOG.CTEnergy current 9.078 A\n"
                                      "DHT11 temperature 23.0 Cel\n"
                                      "DHT11 humidity 37.0 %\n"
                                      "DHT11 dew_point 7.5 Cel\n");
    assert_time("2021-06-13T04:59:49Z");
}

TEST(a_switch_is_listed)
{
    decode_line(2);
    assert_readings("tasmota_000001", "- ?Switch1\n");
    assert_time("2024-02-24T21:20:38Z");
}

TEST(state_and_last_will_are_signs_of_life_or_not)
{
    decode_line(1);
    assert_readings("", "");
    assert_str(scene.out.device, "tasmota_000001");
    assert_true(scene.out.state.rssi_dbm == -78);
    decode_line(0);
    assert_str(scene.out.device, "tasmota_000001");
    decode_line(5);
    assert_int_equal(scene.out.device.n, 0);  // the broker says that it is gone
    scene.m.retained = true;
    decode_line(0);
    assert_int_equal(scene.out.device.n, 0);
}

static void decode_sensor(const char *body)
{
    scene.m.topic = STR("tele/house/plug/SENSOR");
    if (!decode(str_of(body))) fail_msg("%s", scene.e.text);
}

TEST(energy_may_be_of_phases_and_tariffs)
{
    decode_sensor("{\"Time\":\"2019-01-16T11:10:47\",\"ENERGY\":{\"TotalStartTime\":\"2018-01-01T00:00:00\","
                  "\"Total\":[44.657,1.5],"
                  "\"Yesterday\":0.203,\"Today\":0.009,\"Power\":[1,-2],\"Factor\":0.50,\"Voltage\":119,"
                  "\"Current\":0.010}}");
    assert_readings("house/plug", "ENERGY 1 energy 44.657 kW.h\n"
                                  "ENERGY 2 energy 1.5 kW.h\n"
                                  "ENERGY 1 power 1 W\n"
                                  "ENERGY 2 power -2 W\n"
                                  "ENERGY voltage 119 V\n"
                                  "ENERGY current 0.010 A\n"
                                  "ENERGY power_factor 0.50 1\n");
    assert_time("2019-01-16T10:10:47Z");
}

TEST(units_are_told_once_for_all)
{
    decode_sensor(
        "{\"BMP280\":{\"Temperature\":50,\"Pressure\":760},\"TempUnit\":\"F\",\"PressureUnit\":\"mmHg\"}");
    assert_readings("house/plug", "BMP280 temperature 10 Cel converted\n"
                                  "BMP280 pressure 101325.014120 Pa converted\n");
    decode_sensor(
        "{\"BMP280\":{\"Temperature\":50,\"Pressure\":1013.2},\"TempUnit\":\"C\",\"PressureUnit\":\"hPa\"}");
    assert_readings("house/plug", "BMP280 temperature 50 Cel\n"
                                  "BMP280 pressure 101320.0 Pa converted\n");
}

TEST(what_the_firmware_breaks_is_mended)
{
    decode_sensor("OFF,\"AM2301\":{\"Temperature\":31.2,\"Humidity\":99.9},\"TempUnit\":\"C\"}");
    assert_readings("house/plug", "AM2301 temperature 31.2 Cel\n"
                                  "AM2301 humidity 99.9 % saturated\n");
    assert_time(NULL);
    decode_sensor("{\"Time\":\"2018-10-23T23:47:58\",\"DHT11\":{\"Temperature\":nan,\"Humidity\":45.0},"
                  "\"TempUnit\":\"C\"}");
    assert_readings("house/plug", "DHT11 humidity 45.0 %\n");
    assert_rejects("DHT11.Temperature: has no value\n");
}

TEST(what_is_not_tasmotas_is_refused)
{
    scene.m.topic = STR("tele/plug/RESULT");
    assert_false(decode(STR("{}")));
    assert_error(ERR_UNKNOWN, "'RESULT' is not a message of Tasmota that peil reads");
    scene.m.topic = STR("SENSOR");
    assert_false(decode(STR("{}")));
    assert_error(ERR_MISSING, "the topic says which device it is: tele/DEVICE/SENSOR");
}

TEST(damage_is_survived)
{
    scene.m.topic = STR("tele/plug/SENSOR");
    survives_every_cut_and_flip(STR("{\"Time\":\"2021-06-13T06:59:52\",\"ENERGY\":{\"Total\":[44.657,1.5]},"
                                    "\"DHT11\":{\"Temperature\":nan},"
                                    "\"TempUnit\":\"F\"}"));
}

RUN_ADAPTER(device_tasmota, SCENE(a_sensor_and_a_clamp), SCENE(the_same_when_asked_for),
            SCENE(a_switch_is_listed), SCENE(state_and_last_will_are_signs_of_life_or_not),
            SCENE(energy_may_be_of_phases_and_tariffs), SCENE(units_are_told_once_for_all),
            SCENE(what_the_firmware_breaks_is_mended), SCENE(what_is_not_tasmotas_is_refused),
            SCENE(damage_is_survived))
