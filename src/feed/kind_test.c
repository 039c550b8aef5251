// SPDX-License-Identifier: EUPL-1.2
// What kinds ask, and that the position moves on.
#include "feed/kind.h"

#include "base/test.h"

#define NOW ((instant)1735732800000000)  // 2025-01-01T12:00:00Z

struct scene {
    arena *a;
    struct feed_turn turn;
    const struct feed_kind *kind;
};

static struct scene begin(const char *options, const char *position)
{
    struct scene s = {.a = arena_new(1 << 20)};
    json *o, *p = NULL;
    err e;
    assert_true(json_parse(str_of(options), s.a, &o, &e));
    if (position) assert_true(json_parse(str_of(position), s.a, &p, &e));
    assert_true(feed_check(STR("test"), o, &e));
    s.kind = feed_kind_by_name(json_text(o, STR("kind")));
    s.turn = (struct feed_turn){.name = STR("test"), .options = o, .position = p, .now = NOW, .a = s.a};
    return s;
}

static void asks(const char *options, const char *position, const char *expected)
{
    struct scene s = begin(options, position);
    str url;
    err e;
    assert_true(s.kind->ask(&s.turn, &url, &e));
    assert_str(url, expected);
    arena_free(s.a);
}

static void reads(const char *options, const char *position, const char *body, size_t readings,
                  const char *moved)
{
    struct scene s = begin(options, position);
    struct feed_answer answer = {0};
    err e;
    assert_true(s.kind->read(&s.turn, str_of(body), &answer, &e));
    assert_int_equal(answer.readings.reading_count, readings);
    assert_str(answer.position, moved);
    arena_free(s.a);
}

#define LUCHT                                                                           \
    "{\"kind\":\"luchtmeetnet\",\"url\":\"https://lucht/\",\"stations\":[\"NL1\",\"NL " \
    "2\"],\"since\":\"2024-12-20\"}"
#define PLACED                                                                       \
    "{\"NL1\":{\"placed\":true,\"until\":\"2025-01-01T12:00:00Z\",\"page\":1},\"NL " \
    "2\":{\"placed\":true,\"until\":\"2024-12-28T00:00:00Z\",\"page\":2}}"

TEST(luchtmeetnet_asks_for_the_place_first_then_for_seven_days_up_to_the_whole_hour)
{
    asks(LUCHT, NULL, "https://lucht/stations/NL1");
    asks(LUCHT, "{\"NL1\":{\"placed\":true}}",
         "https://lucht/"
         "measurements?station_number=NL1&start=2024-12-19T00:00:00Z&end=2024-12-26T00:00:00Z&page=1");
    asks(LUCHT, PLACED,
         "https://lucht/"
         "measurements?station_number=NL%202&start=2024-12-27T00:00:00Z&end=2025-01-01T12:00:00Z&page=2");
}

TEST(luchtmeetnet_has_nothing_to_ask_when_all_is_read)
{
    asks("{\"kind\":\"luchtmeetnet\",\"url\":\"https://lucht\",\"stations\":[\"NL1\"]}", PLACED, "");
}

TEST(an_hour_without_value_is_no_reading_and_the_last_page_ends_the_window)
{
    reads("{\"kind\":\"luchtmeetnet\",\"url\":\"https://lucht\",\"stations\":[\"NL1\"]}",
          "{\"NL1\":{\"placed\":true,\"until\":\"2024-12-31T00:00:00Z\",\"page\":2}}",
          "{\"pagination\":{\"last_page\":2},\"data\":[{\"station_number\":\"NL1\",\"formula\":\"NO2\","
          "\"value\":12.5,"
          "\"timestamp_measured\":\"2025-01-01T10:00:00+00:00\"},{\"station_number\":\"NL1\",\"formula\":"
          "\"O3\",\"value\":null,"
          "\"timestamp_measured\":\"2025-01-01T10:00:00+00:00\"}]}",
          1, "{\"NL1\":{\"placed\":true,\"until\":\"2025-01-01T12:00:00Z\",\"page\":1}}");
}

TEST(the_archive_asks_for_each_sensor_of_a_day_then_for_the_next_day)
{
    const char *const archive = "{\"kind\":\"sensor_community_archive\",\"url\":\"https://"
                                "archive\",\"sensors\":[\"sds011_sensor_1\",\"bme280_sensor_2\"],"
                                "\"since\":\"2024-12-30\"}";
    asks(archive, NULL, "https://archive/2024-12-30/2024-12-30_sds011_sensor_1.csv");
    asks(archive, "{\"day\":\"2024-12-30T00:00:00Z\",\"sensor\":1}",
         "https://archive/2024-12-30/2024-12-30_bme280_sensor_2.csv");
    asks(archive, "{\"day\":\"2025-01-01T00:00:00Z\",\"sensor\":0}", "");
    reads(archive, "{\"day\":\"2024-12-30T00:00:00Z\",\"sensor\":1}",
          "sensor_id;sensor_type;location;lat;lon;timestamp;pressure;altitude;pressure_sealevel;temperature;"
          "humidity\n"
          "2;BME280;9;52.0;4.3;2024-12-30T00:01:00;101325.00;;;4.50;90.00\n",
          3, "{\"day\":\"2024-12-31T00:00:00Z\",\"sensor\":0}");
}

TEST(an_older_year_of_the_archive_lies_in_a_folder_of_its_own)
{
    asks("{\"kind\":\"sensor_community_archive\",\"url\":\"https://"
         "archive\",\"sensors\":[\"sds011_sensor_1\"],\"since\":\"2018-07-07\","
         "\"path\":\"{year}/{date}/{date}_{sensor}.csv\"}",
         NULL, "https://archive/2018/2018-07-07/2018-07-07_sds011_sensor_1.csv");
}

#define AREA \
    "{\"kind\":\"sensor_community_api\",\"url\":\"https://data/airrohr/v1/\",\"area\":\"52.04,4.33,5\"}"
#define NUMBERS \
    "{\"kind\":\"sensor_community_api\",\"url\":\"https://data/airrohr/v1\",\"sensors\":[\"5637\",\"7\"]}"

TEST(the_interface_of_sensor_community_is_asked_for_an_area_or_for_one_sensor_after_another)
{
    asks(AREA, NULL, "https://data/airrohr/v1/filter/area=52.04,4.33,5");
    asks(NUMBERS, NULL, "https://data/airrohr/v1/sensor/5637/");
    asks(NUMBERS, "{\"next\":1}", "https://data/airrohr/v1/sensor/7/");
    asks(NUMBERS, "{\"next\":9}", "https://data/airrohr/v1/sensor/5637/");
    reads(NUMBERS, NULL, "[]", 0, "{\"next\":1}");
    reads(NUMBERS, "{\"next\":1}", "[]", 0, "{\"next\":0}");
}

TEST(rows_are_of_many_sensors_each_with_its_place_and_bytes_behind_them_do_not_count)
{
    struct scene s = begin(AREA, NULL);
    struct feed_answer answer = {0};
    err e;
    const char *const body =
        "[{\"timestamp\":\"2025-01-01 "
        "11:59:00\",\"location\":{\"latitude\":\"52.040\",\"longitude\":\"4.330\"},"
        "\"sensor\":{\"id\":5637,\"pin\":\"7\",\"sensor_type\":{\"name\":\"DHT22\"}},"
        "\"sensordatavalues\":[{\"value_type\":\"temperature\",\"value\":\"9.30\"},"
        "{\"value_type\":\"humidity\",\"value\":\"99.90\"}]},"
        "{\"sensor\":{}},"
        "{\"timestamp\":\"2025-01-01 11:59:30\",\"location\":{\"latitude\":\"52.1\",\"longitude\":\"4.4\"},"
        "\"sensor\":{\"id\":7,\"sensor_type\":{\"name\":\"PPD42NS\"}},"
        "\"sensordatavalues\":[{\"value_type\":\"P1\",\"value\":\"812\"},{\"value\":\"1\"}]}]\r\n0\r\n";
    assert_true(s.kind->read(&s.turn, str_of(body), &answer, &e));
    const struct device_result *r = &answer.readings;
    assert_int_equal(r->reading_count, 3);
    assert_int_equal(r->reject_count, 2);
    assert_str(r->device, "dht22_sensor_5637");
    assert_true(r->state.latitude == 52.04 && r->state.longitude == 4.33);
    assert_int_equal(r->readings[0].flags, 0);
    assert_int_equal(r->readings[1].flags, READING_SATURATED);
    assert_int_equal(r->readings[0].time, NOW - TIME_MINUTE);
    assert_null(r->readings[2].quantity);  // a count of particles, no mass
    assert_str(r->readings[2].device, "ppd42ns_sensor_7");
    assert_true(r->readings[2].state->latitude == 52.1);
    arena_free(s.a);
}

TEST(sensorthings_asks_for_things_with_their_streams_under_the_filter)
{
    asks("{\"kind\":\"sensorthings\",\"url\":\"https://sta/v1.1\",\"filter\":\"a eq 'b'\"}", NULL,
         "https://sta/v1.1/"
         "Things?$expand=Locations,Datastreams($expand=Sensor,ObservedProperty)&$top=50&$filter=a%20eq%20%"
         "27b%27");
    asks("{\"kind\":\"sensorthings\",\"url\":\"https://sta/v1.1\"}",
         "{\"next\":\"https://sta/v1.1/Things?$skip=50\"}", "https://sta/v1.1/Things?$skip=50");
}

RUN(CASE(luchtmeetnet_asks_for_the_place_first_then_for_seven_days_up_to_the_whole_hour),
    CASE(luchtmeetnet_has_nothing_to_ask_when_all_is_read),
    CASE(an_hour_without_value_is_no_reading_and_the_last_page_ends_the_window),
    CASE(the_archive_asks_for_each_sensor_of_a_day_then_for_the_next_day),
    CASE(an_older_year_of_the_archive_lies_in_a_folder_of_its_own),
    CASE(the_interface_of_sensor_community_is_asked_for_an_area_or_for_one_sensor_after_another),
    CASE(rows_are_of_many_sensors_each_with_its_place_and_bytes_behind_them_do_not_count),
    CASE(sensorthings_asks_for_things_with_their_streams_under_the_filter))
