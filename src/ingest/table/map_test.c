// SPDX-License-Identifier: EUPL-1.2
// Expected lines by hand; in Amsterdam winter is an hour and summer two hours ahead of UTC.
#include "ingest/table/map.h"

#include "base/test.h"

static struct csv_map *map_of(const char *text)
{
    struct csv_map *m = NULL;
    err e = {0};
    if (!csv_map_parse(str_of(text), "map", &m, &e)) fail_msg("%s", e.text);
    return m;
}

// The sentences of refused values, joined.
static void note(const err *why, void *context)
{
    buf_print(context, "%s\n", why->text);
}

static void refuses(struct csv_map *m, const char *line, const char *expected, const char *message)
{
    buf out = {.max = 10000}, told = {.max = 10000};
    size_t count;
    err e = {0};
    if (!csv_map_line(m, str_of(line), &out, &count, note, &told, &e)) fail_msg("%s: %s", line, e.text);
    assert_str(buf_str(&out), expected);
    assert_str(buf_str(&told), message);
    buf_free(&out);
    buf_free(&told);
}

static void assert_line(struct csv_map *m, const char *line, const char *expected)
{
    refuses(m, line, expected, "");
}

static void assert_refused(struct csv_map *m, const char *line, const char *message)
{
    buf out = {.max = 10000};
    size_t count;
    err e = {0};
    assert_false(csv_map_line(m, str_of(line), &out, &count, note, NULL, &e));
    assert_string_equal(e.text, message);
    assert_int_equal(out.n, 0);
    buf_free(&out);
}

TEST(a_dutch_logger)
{
    struct csv_map *m = map_of("decimal ,\ndates dmy\nzone Europe/Amsterdam # of the town\ntime Datum Tijd\n"
                               "value \"PM10 (mg/m3)\" 12 pm10 mg/m3\nvalue Temp 13\n");
    err e;
    assert_true(csv_map_header(m,
                               STR("\xEF\xBB\xBF"
                                   "Datum;Tijd;Temp;PM10 (mg/m3);x\r\n"),
                               &e));
    assert_line(m, "1-7-2025;12:00;21,5;0,0125;?\r\n",
                "12,2025-07-01T10:00:00Z,12.5000\n13,2025-07-01T10:00:00Z,21.5\n");
    assert_line(m, "31-12-2025;23:30:10;-1;;", "13,2025-12-31T22:30:10Z,-1\n");
    assert_line(m, "1-1-2026;00:00;;;", "");
    assert_refused(m, "30-3-2025;02:30;1;1;", "the clocks jumped over '2025-03-30 02:30'");
    assert_refused(m, "2025-07-01;12:00;1;1;", "'2025-07-01' is no date of that order");
    assert_refused(m, "1-7-2025;12:00;1", "3 columns, the header has 5");
    csv_map_free(m);
}

TEST(the_hour_that_occurs_twice)
{
    struct csv_map *m = map_of("zone Europe/Amsterdam\ntime t\nvalue x 12\n");
    err e;
    assert_true(csv_map_header(m, STR("t,x"), &e));
    assert_line(m, "2024-10-27 02:00,1", "12,2024-10-27T00:00:00Z,1\n");
    assert_line(m, "2024-10-27 02:00,2", "12,2024-10-27T01:00:00Z,2\n");
    assert_line(m, "2024-10-27 03:00,3", "12,2024-10-27T02:00:00Z,3\n");
    assert_line(m, "2025-10-26 02:00,4", "12,2025-10-26T00:00:00Z,4\n");
    csv_map_free(m);
}

TEST(a_value_that_is_no_number_leaves_its_neighbours)
{
    struct csv_map *m = map_of("time t\nvalue a 1\nvalue b 2\n");
    err e;
    assert_true(csv_map_header(m, STR("t,a,b"), &e));
    assert_line(m, "2026-01-01T10:00:00+01:00,1.50,2",
                "1,2026-01-01T09:00:00Z,1.50\n2,2026-01-01T09:00:00Z,2\n");
    refuses(m, "2026-01-01T10:00:00Z,1,oops", "1,2026-01-01T10:00:00Z,1\n", "b: expected a number\n");
    assert_refused(m, "2026-01-01T10:00:00,1,2",
                   "the time has no zone: add Z for UTC, or an offset like +01:00");
    assert_false(csv_map_header(m, STR("t,a"), &e));
    assert_string_equal(e.text, "the header has no column 'b'");
    csv_map_free(m);
}

TEST(a_table_of_devices_without_a_header)
{
    struct csv_map *m = map_of(
        "columns id instrument component begin end value x y kind\nmissing NA\ndates ymd\n"
        "zone Etc/GMT-1\ntime end\nperiod 3600\ndevice id\nplace x y rd\n"
        "value value column:component ug/m3 column:instrument -5..1000\n");
    err e;
    assert_true(csv_map_is_of_devices(m) && csv_map_has_columns(m));
    assert_true(csv_map_header(m, (str){0}, &e));
    assert_str(csv_map_header_out(m), "time,device,sensor,quantity,value,unit,period,latitude,longitude");
    assert_line(m, "107,nox_api1,NO2,2015/09/16 10:00:00,2015/09/16 11:00:00,11.12,155000,463000,\"a, b\"",
                "2015-09-16T10:00:00Z,107,nox_api1,NO2,11.12,ug/m3,3600,52.1551744,5.3872062\n");
    assert_line(m, "1,x,O3,,2015-09-16 11:00:00,NA,,,", "");
    assert_line(m, "\"a,\"\"b\",x,O3,,2015-09-16 11:00:00,1,,,",
                "2015-09-16T10:00:00Z,\"a,\"\"b\",x,O3,1,ug/m3,3600,,\n");
    refuses(m, "1,x,O3,,2015-09-16 11:00:00,-6,,,", "",
            "value: -6 lies outside -5 to 1000: this column holds something else\n");
    csv_map_free(m);
}

TEST(the_device_is_named_by_a_column_or_by_the_caller)
{
    struct csv_map *m = map_of("time t\nvalue a pm10 ug/m3\n"),
                   *column = map_of("time t\ndevice d\nvalue a pm10 \"\"\n");
    err e;
    assert_false(csv_map_name_device(m, (str){0}, &e));
    assert_true(csv_map_name_device(m, STR("d 1"), &e));
    assert_false(csv_map_name_device(column, STR("d 1"), &e));
    assert_true(csv_map_name_device(column, (str){0}, &e));
    csv_map_free(m);
    csv_map_free(column);
}

TEST(faults_name_file_and_line)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"time t\n", "map: expected a line 'time COLUMN' and a line 'value COLUMN DATASTREAM'"},
        {"colour red\n", "map:1: expected separator, columns, decimal, missing, dates, zone, time, device, "
                         "period, place, ragged or value, not 'colour'"},
        {"time\n", "map:1: expected more after 'time'"},
        {"\nvalue a 0\n", "map:2: is no id of a Datastream: '0'"},
        {"value a b\n",
         "map:1: expected value COLUMN DATASTREAM [QUANTITY UNIT], or of a device value COLUMN QUANTITY UNIT "
         "[SENSOR] [LEAST..MOST]"},
        {"value a pm10 parsec\n", "map:1: is no unit: 'parsec'"},
        {"period 0\n", "map:1: period is a number of seconds up to a year, not '0'"},
        {"time t\nvalue a 1\nvalue b pm10 ug/m3\n",
         "map: values are of Datastreams or of devices, not of both"},
        {"time t\ndevice d\nvalue a 1\n",
         "map: device, period and place are for values of devices: 'value COLUMN QUANTITY UNIT'"},
        {"value a 1 pm10\n", "map:1: expected value COLUMN DATASTREAM, or with QUANTITY UNIT"},
        {"value a 1 pm3 mg/m3\n", "map:1: there is no quantity 'pm3'"},
        {"value a 1 pm10 lx\n", "map:1: is in lx, not in µg/m³"},
        {"decimal x\n", "map:1: decimal is , or . and not 'x'"},
        {"dates ydm\n", "map:1: dates are ymd, dmy or mdy, not 'ydm'"},
        {"time \"a\n", "map:1: the quote is never closed: '\"a'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct csv_map *m = NULL;
        err e = {0};
        if (csv_map_parse(str_of(cases[i].text), "map", &m, &e)) fail_msg("taken: %s", cases[i].text);
        assert_string_equal(e.text, cases[i].message);
    }
}

RUN(CASE(a_dutch_logger), CASE(the_hour_that_occurs_twice),
    CASE(a_value_that_is_no_number_leaves_its_neighbours), CASE(a_table_of_devices_without_a_header),
    CASE(the_device_is_named_by_a_column_or_by_the_caller), CASE(faults_name_file_and_line))
