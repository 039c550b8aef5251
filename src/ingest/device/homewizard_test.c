// SPDX-License-Identifier: EUPL-1.2
// Expected readings: the samples' own numbers (DCSBL/python-homewizard-energy); pseudonyms by Python's hashlib; local times in
// the Dutch summer are two hours ahead of UTC.
#include "ingest/device/testing.h"

extern const struct device_adapter device_homewizard;

static instant time_of(const char *name)
{
    for (size_t i = 0; i < scene.out.reading_count; i++)
        if (str_eq(scene.out.readings[i].name, str_of(name))) return scene.out.readings[i].time;
    fail_msg("no %s", name);
    return TIME_NONE;
}

TEST(version_1_with_all_meters)
{
    decode_file("v1_p1_all_data.json");
    assert_readings("meter-31fe485770cb06f8", "- energy 13779.338 kW.h\n"
                                              "- energy_t1 10830.511 kW.h\n"
                                              "- energy_t2 2948.827 kW.h\n"
                                              "- energy_returned 0 kW.h\n"
                                              "- energy_returned_t1 0 kW.h\n"
                                              "- energy_returned_t2 0 kW.h\n"
                                              "- power -543 W\n"
                                              "L1 power -676 W\n"
                                              "L2 power 133 W\n"
                                              "L3 power 0 W\n"
                                              "L1 current -4 A\n"
                                              "L2 current 2 A\n"
                                              "L3 current 0 A\n"
                                              "- frequency 50 Hz\n"
                                              "- power_demand 123.000 W\n"
                                              "- power_peak 1111.000 W\n"
                                              "gas-69feb94000731f6a gas 111.111 m3\n"
                                              "warm-water-c203622af39480d7 water 333.333 m3\n"
                                              "water-4c6318f306d0000f water 444.444 m3\n");
    assert_rejects("heat_meter: is in m3, not in GJ\n"
                   "inlet_heat_meter: is in m3, not in GJ\n");
    assert_int_equal(time_of("gas_meter"), INT64_C(1622980810) * TIME_SECOND);  // 2021-06-06T12:00:10Z
    assert_int_equal(time_of("montly_power_peak_w"),
                     INT64_C(1672556410) * TIME_SECOND);  // 2023-01-01T07:00:10Z
    assert_int_equal(time_of("active_power_w"), TIME_NONE);
}

TEST(version_1_of_an_old_firmware)
{
    scene.m.topic = STR("homewizard/home-3/data");
    decode_file("v1_p1_minimal.json");
    assert_readings("home-3", "- energy_t1 10830.511 kW.h\n"
                              "- energy_t2 2948.827 kW.h\n"
                              "- energy_returned_t1 1285.951 kW.h\n"
                              "- energy_returned_t2 2876.51 kW.h\n"
                              "- power -543 W\n"
                              "L1 power -676 W\n"
                              "L2 power 133 W\n"
                              "L3 power 0 W\n"
                              "gas gas 2569.646 m3\n");
    assert_rejects("");
    assert_int_equal(time_of("total_gas_m3"), INT64_C(1622980810) * TIME_SECOND);
}

TEST(version_1_without_gas)
{
    scene.m.query = STR("device=home");
    decode_file("v1_p1_no_gas_null.json");
    assert_int_equal(scene.out.reading_count, 8);
    assert_rejects("");
}

TEST(a_water_meter)
{
    scene.m.query = STR("device=home");
    decode_file("v1_watermeter.json");
    assert_readings("home", "- water_flow 13.12 L/min\n"
                            "- water 8129.123 m3\n");
}

TEST(a_battery)
{
    scene.m.query = STR("device=home");
    decode_file("v2_battery.json");
    assert_readings("home", "- energy 123.456 kW.h\n"
                            "- energy_returned 321.654 kW.h\n"
                            "- power 1234 W\n"
                            "- voltage 230.123 V\n"
                            "- current 5.678 A\n"
                            "- frequency 50.123 Hz\n"
                            "- state_of_charge 50.123 %\n");
}

TEST(version_2_with_gas_and_water)
{
    decode_file("v2_p1_gas_water.json");
    assert_readings("meter-9695fa5e633304ad", "- energy 13779.338 kW.h\n"
                                              "- energy_t1 10830.511 kW.h\n"
                                              "- energy_t2 2948.827 kW.h\n"
                                              "- energy_returned 0 kW.h\n"
                                              "- energy_returned_t1 0 kW.h\n"
                                              "- energy_returned_t2 0 kW.h\n"
                                              "- power -543 W\n"
                                              "L1 power -676 W\n"
                                              "L2 power 133 W\n"
                                              "L3 power 0 W\n"
                                              "- current 6 A\n"
                                              "L1 current -4 A\n"
                                              "L2 current 2 A\n"
                                              "L3 current 0 A\n"
                                              "- power_demand 123.000 W\n"
                                              "- power_peak 1111.000 W\n"
                                              "gas-b3ea087dfe7f3c8e gas 2569.646 m3\n"
                                              "water-ded9139cc7c18c00 water 123.456 m3\n");
    assert_rejects("");
    assert_int_equal(time_of("power_w"), INT64_C(1719576754) * TIME_SECOND);  // 2024-06-28T12:12:34Z
    assert_int_equal(time_of("gas_meter"), INT64_C(1719576000) * TIME_SECOND);
    assert_int_equal(time_of("water_meter"), INT64_C(1719576300) * TIME_SECOND);
}

TEST(meters_that_say_too_little_are_left_out)
{
    scene.m.query = STR("device=home");
    assert_true(
        decode(STR("{\"external\":[{\"type\":\"gas_meter\",\"value\":1},{\"unique_id\":\"1\",\"value\":1},"
                   "{\"unique_id\":\"1\",\"type\":\"steam_meter\"},7,"
                   "{\"unique_id\":\"31\",\"type\":\"gas_meter\",\"value\":5,\"unit\":\"m3\",\"timestamp\":"
                   "210631990010}]}")));
    assert_int_equal(scene.out.reading_count, 1);
    assert_int_equal(scene.out.reject_count, 4);
    assert_time(NULL);  // the 31st of June
}

TEST(a_message_without_a_number_needs_a_name)
{
    assert_false(decode(scene_file("v1_p1_minimal.json")));
    assert_error(ERR_MISSING, "the message has no number of its meter: name it with ?device=NAME");
    assert_false(decode(STR("[]")));
    assert_error(ERR_TYPE, "expected an object of readings");
}

TEST(damage_is_survived)
{
    survives_every_cut_and_flip(scene_file("v2_p1_gas_water.json"));
}

RUN_ADAPTER(device_homewizard, SCENE(version_1_with_all_meters), SCENE(version_1_of_an_old_firmware),
            SCENE(version_1_without_gas), SCENE(a_water_meter), SCENE(a_battery),
            SCENE(version_2_with_gas_and_water), SCENE(meters_that_say_too_little_are_left_out),
            SCENE(a_message_without_a_number_needs_a_name), SCENE(damage_is_survived))
