// SPDX-License-Identifier: EUPL-1.2
// Expected readings: the samples' own numbers (shapes of openSenseMap-API's tests).
#include "ingest/device/testing.h"

#include <math.h>

extern const struct device_adapter device_opensensemap;

static void assert_value(size_t i, const char *id, const char *digits, const char *time)
{
    const struct reading *r = &scene.out.readings[i];
    buf b = {.max = 100};
    char text[TIME_TEXT_MAX];
    assert_true(i < scene.out.reading_count);
    assert_str(r->name, id);
    value_write_json(&b, &r->result);
    assert_str(buf_str(&b), digits);
    const str is = {text, time_write(text, r->time)};
    assert_str(is, time);
    buf_free(&b);
}

TEST(an_array_in_any_order)
{
    scene.m.path = STR("/push/opensensemap/boxes/box1/data");
    scene.m.content_type = STR("application/json");
    decode_file("array_random_order.json");
    assert_int_equal(scene.out.reading_count, 8);
    assert_rejects("");
    assert_str(scene.out.readings[0].device, "box1");
    assert_value(0, "5a0000000000000000000001", "0.1", "2016-01-01T04:03:02Z");
    assert_value(1, "5a0000000000000000000001", "0.6", "2016-01-19T07:29:57Z");
    assert_value(7, "5a0000000000000000000001", "0.7", "2016-01-23T08:37:23Z");
}

TEST(an_object_by_sensor)
{
    scene.m.path = STR("/push/opensensemap/peil_token/boxes/box1/data");
    decode_file("object_values.json");
    assert_int_equal(scene.out.reading_count, 4);
    assert_value(0, "5a0000000000000000000001", "312.1", "");
    assert_value(1, "5a0000000000000000000002", "0.5", "");
    assert_value(2, "5a0000000000000000000003", "0.7", "2016-01-19T07:29:57Z");
    assert_value(3, "5a0000000000000000000004", "0.8", "2016-01-23T08:37:23Z");
    assert_true(scene.out.state.latitude == 52.04 && scene.out.state.longitude == 4.32);
}

TEST(lines_of_csv)
{
    scene.m.path = STR("/boxes/box1/data");
    scene.m.content_type = STR("text/csv; charset=utf-8");
    decode_file("bulk.csv");
    assert_int_equal(scene.out.reading_count, 3);
    assert_value(0, "5a0000000000000000000001", "0", "");
    assert_value(1, "5a0000000000000000000002", "1", "2016-01-12T12:12:07Z");
    assert_value(2, "5a0000000000000000000003", "2", "2016-01-12T12:11:07Z");
    assert_true(scene.out.state.latitude == 52.04 && scene.out.state.longitude == 4.32);
}

TEST(one_value_of_one_sensor)
{
    scene.m.path = STR("/boxes/box1/pm25");
    assert_true(decode(
        STR("{\"value\":\"8.25\",\"createdAt\":\"2025-06-01T12:00:00Z\",\"location\":[4.32,52.04,1.5]}")));
    assert_readings("box1", "- pm25 8.25 ug/m3\n");
    assert_true(scene.out.state.latitude == 52.04);
}

// Bytes 0 to 11 as the id, 21.5 as a little-endian float, 2025-06-01T12:00:00Z as seconds.
TEST(records_of_bytes)
{
    scene.m.path = STR("/boxes/box1/data");
    scene.m.content_type = STR("application/sbx-bytes");
    assert_true(
        decode(STR("\0\1\2\3\4\5\6\7\x8\x9\xa\xb\0\0\xac\x41\0\1\2\3\4\5\6\7\x8\x9\xa\xc\0\0\xc0\x7f")));
    assert_int_equal(scene.out.reading_count, 1);
    assert_value(0, "000102030405060708090a0b", "21.5", "");
    assert_rejects("000102030405060708090a0c: has no value\n");
    scene.m.content_type = STR("application/sbx-bytes-ts");
    assert_true(decode(STR("\0\1\2\3\4\5\6\7\x8\x9\xa\xb\0\0\xac\x41\xc0\x40\x3c\x68")));
    assert_value(0, "000102030405060708090a0b", "21.5", "2025-06-01T12:00:00Z");
    assert_false(decode(STR("\0\1\2\3\4\5\6\7\x8\x9\xa\xb\0\0\xac\x41\xc0\x40\x3c")));
    assert_error(ERR_SYNTAX, "the last record is cut: one has 20 bytes");
}

TEST(airrohr_may_send_its_own_form)
{
    scene.m.path = STR("/boxes/box1/data");
    scene.m.query = STR("luftdaten=1");
    assert_true(decode(STR("{\"sensordatavalues\":[{\"value_type\":\"SDS_P1\",\"value\":\"9.50\"}]}")));
    assert_readings("box1", "SDS011 pm10 9.50 ug/m3\n");
}

TEST(a_bad_value_leaves_its_neighbours)
{
    scene.m.path = STR("/boxes/box1/data");
    assert_true(
        decode(STR("{\"pm10\":\"x\",\"pm25\":\"7\",\"humidity\":[],\"temperature\":[\"20\",\"soon\"]}")));
    assert_readings("box1", "- pm25 7 ug/m3\n"
                            "- temperature 20 Cel\n");
    assert_rejects("pm10: is not a number\n"
                   "humidity: has no value\n"
                   "createdAt: is not a time\n");
    assert_true(decode(STR("a b,1\npm25\npm25,3\n")));
    assert_readings("box1", "- pm25 3 ug/m3\n");
    assert_rejects("sensor: has 1 to 64 plain characters\n"
                   "pm25: has no value\n");
}

TEST(the_same_sensor_twice_in_an_object_is_refused_not_lost)
{
    scene.m.path = STR("/boxes/box1/data");
    assert_false(decode(STR("{\"pm25\":1,\"pm25\":2}")));
    assert_int_equal(scene.e.code, ERR_SYNTAX);
}

TEST(what_names_no_box_is_refused)
{
    assert_false(decode(STR("{}")));
    assert_error(ERR_MISSING, "the path names the box: .../boxes/BOX/data");
    scene.m.path = STR("/boxes//data");
    assert_false(decode(STR("{}")));
    assert_error(ERR_MISSING, "the message does not say which device it is from");
}

TEST(damage_is_survived)
{
    scene.m.path = STR("/boxes/box1/data");
    survives_every_cut_and_flip(scene_file("object_values.json"));
    survives_every_cut_and_flip(scene_file("bulk.csv"));
}

RUN_ADAPTER(device_opensensemap, SCENE(an_array_in_any_order), SCENE(an_object_by_sensor),
            SCENE(lines_of_csv), SCENE(one_value_of_one_sensor), SCENE(records_of_bytes),
            SCENE(airrohr_may_send_its_own_form), SCENE(a_bad_value_leaves_its_neighbours),
            SCENE(the_same_sensor_twice_in_an_object_is_refused_not_lost),
            SCENE(what_names_no_box_is_refused), SCENE(damage_is_survived))
