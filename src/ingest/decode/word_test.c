// SPDX-License-Identifier: EUPL-1.2
#include "ingest/decode/word.h"

#include "base/test.h"

static void assert_word(const char *name, const char *quantity)
{
    struct word w;
    if (!word_find(str_of(name), &w)) fail_msg("%s is not known", name);
    assert_int_equal(w.role, WORD_QUANTITY);
    assert_non_null(w.quantity);
    assert_str(w.quantity->key, quantity);
}

TEST(names_are_known_however_they_are_written)
{
    assert_word("temperature", "temperature");
    assert_word("Temperature", "temperature");
    assert_word("temp_c", "temperature");
    assert_word("TempC_SHT", "temperature");
    assert_word("relativeHumidity", "humidity");
    assert_word("relative_humidity", "humidity");
    assert_word("Pressure", "pressure");
    assert_word("LAeq", "noise_laeq");
    assert_word("BatV", "battery_voltage");
    assert_word("noise_la_max", "noise_la_max");
    assert_word("energy_returned_t1", "energy_returned_t1");
}

TEST(the_point_in_a_size_class_counts)
{
    assert_word("PM2.5", "pm25");
    assert_word("pm2_5", "pm25");
    assert_word("pm25", "pm25");
    assert_word("PM1.0", "pm1");
    assert_word("pm1_0", "pm1");
    assert_word("pm10", "pm10");
    assert_word("PM_10", "pm10");
}

TEST(what_means_different_things_is_not_guessed)
{
    const char *const names[] = {"gas", "water", "tvoc", "distance", "total", "", "_", "x", "aqi"};
    struct word w;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (word_find(str_of(names[i]), &w)) fail_msg("%s", names[i]);
    char long_name[1000];
    for (size_t i = 0; i < sizeof long_name; i++) long_name[i] = 'a';
    assert_false(word_find((str){long_name, sizeof long_name}, &w));
}

TEST(places_and_signals_are_no_quantities)
{
    struct word w;
    assert_true(word_find(STR("lat"), &w) && w.role == WORD_LATITUDE);
    assert_true(word_find(STR("Longitude"), &w) && w.role == WORD_LONGITUDE);
    assert_true(word_find(STR("RSSI"), &w) && w.role == WORD_SIGNAL);
}

RUN(CASE(names_are_known_however_they_are_written), CASE(the_point_in_a_size_class_counts),
    CASE(what_means_different_things_is_not_guessed), CASE(places_and_signals_are_no_quantities))
