// SPDX-License-Identifier: EUPL-1.2
// Expected lines by hand; in Amsterdam winter is an hour and summer two hours ahead of UTC.
#include "ingest/csv_map.h"

#include "base/test.h"

static struct csv_map *map_of(const char *text)
{
    struct csv_map *m = NULL;
    err e = {0};
    if (!csv_map_parse(str_of(text), "map", &m, &e)) fail_msg("%s", e.text);
    return m;
}

static void assert_line(struct csv_map *m, const char *line, const char *expected)
{
    buf out = {.max = 10000};
    size_t count;
    err e = {0};
    if (!csv_map_line(m, str_of(line), &out, &count, &e)) fail_msg("%s: %s", line, e.text);
    assert_str(buf_str(&out), expected);
    buf_free(&out);
}

static void assert_refused(struct csv_map *m, const char *line, const char *message)
{
    buf out = {.max = 10000};
    size_t count;
    err e = {0};
    assert_false(csv_map_line(m, str_of(line), &out, &count, &e));
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

TEST(a_value_that_is_no_number_refuses_its_line)
{
    struct csv_map *m = map_of("time t\nvalue a 1\nvalue b 2\n");
    err e;
    assert_true(csv_map_header(m, STR("t,a,b"), &e));
    assert_line(m, "2026-01-01T10:00:00+01:00,1.50,2",
                "1,2026-01-01T09:00:00Z,1.50\n2,2026-01-01T09:00:00Z,2\n");
    buf out = {.max = 100};
    size_t count;
    assert_false(csv_map_line(m, STR("2026-01-01T10:00:00Z,1,oops"), &out, &count, &e));
    assert_int_equal(out.n, 0);
    assert_false(csv_map_line(m, STR("2026-01-01T10:00:00,1,2"), &out, &count, &e));  // no zone is told
    buf_free(&out);
    assert_false(csv_map_header(m, STR("t,a"), &e));
    assert_string_equal(e.text, "the header has no column 'b'");
    csv_map_free(m);
}

TEST(faults_name_file_and_line)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"time t\n", "map: expected a line 'time COLUMN' and a line 'value COLUMN DATASTREAM'"},
        {"colour red\n", "map:1: expected separator, decimal, dates, zone, time or value, not 'colour'"},
        {"time\n", "map:1: expected more after 'time'"},
        {"\nvalue a 0\n", "map:2: is no id of a Datastream: '0'"},
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

RUN(CASE(a_dutch_logger), CASE(a_value_that_is_no_number_refuses_its_line), CASE(faults_name_file_and_line))
