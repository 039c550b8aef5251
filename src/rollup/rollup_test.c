// SPDX-License-Identifier: EUPL-1.2
#include "rollup/rollup.h"

#include "area/import.h"
#include "base/test.h"
#include "rollup/calendar.h"
#include "rollup/stretch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAMS = 8, READINGS_MAX = 20000 };

static char directory[TEST_DIRECTORY_MAX];
static struct store *store;
static struct tz *zone;
static struct areas *areas;
static struct rollups *rollups;
static const struct quantity *pm25;
static arena *a;
static entity_id things[STREAMS], streams[STREAMS], places[STREAMS];
static uint64_t seed = 7;

// What was stored, for the flat sums.
static struct {
    int stream;
    instant at;
    double value;
    bool gone;
    uint32_t number;
} readings[READINGS_MAX];
static size_t reading_count;

static void must(bool ok, const err *e)
{
    if (ok) return;
    print_error("%s\n", e->text);
    fail();
}

static uint64_t next_random(void)
{
    seed += 0x9E3779B97F4A7C15u;
    uint64_t x = seed;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

static instant at_time(const char *text)
{
    instant t;
    err e;
    must(time_parse(str_of(text), &t, &e), &e);
    return t;
}

// ---- making it -----------------------------------------------------------------------------------------------------

static void import(const char *code, double west, double east, int year)
{
    str text;
    err e;
    assert_true(arena_print(a, &text,
                            "{\"type\":\"Feature\",\"properties\":{\"code\":\"%s\",\"year\":%d},\"geometry\":"
                            "{\"type\":\"Polygon\","
                            "\"coordinates\":[[[%f,53],[%f,53],[%f,53.01],[%f,53.01],[%f,53]]]}}",
                            code, year, west, east, east, west, west));
    struct area_import i = {0};
    must(area_import(store, text, 0, &i, &e), &e);
    assert_int_equal(i.stored, 1);
}

static double longitude_of(int i)  // four in each neighbourhood
{
    return i < STREAMS / 2 ? 6.005 : 6.015;
}

static str point(double longitude)
{
    str out;
    assert_true(arena_print(a, &out, "{\"type\":\"Point\",\"coordinates\":[%f,53.005]}", longitude));
    return out;
}

static bool make_place(struct store_tx *tx, double longitude, entity_id *out, err *e)
{
    const struct record location = {
        .set = SET_LOCATION,
        .properties = {[LOCATION_NAME] = value_text(STR("p")),
                       [LOCATION_DESCRIPTION] = value_text(STR("d")),
                       [LOCATION_ENCODING_TYPE] = value_text(STR("application/geo+json")),
                       [LOCATION_LOCATION] = value_json(point(longitude))}};
    return store_insert(tx, &location, out, e);
}

static bool make_all(struct store_tx *tx, void *context, err *e)
{
    entity_id sensor, property;
    (void)context;
    const struct record s = {.set = SET_SENSOR,
                             .properties = {[SENSOR_NAME] = value_text(STR("s")),
                                            [SENSOR_DESCRIPTION] = value_text(STR("d")),
                                            [SENSOR_ENCODING_TYPE] = value_text(STR("text/html")),
                                            [SENSOR_METADATA] = value_text(STR("m"))}};
    const struct record p = {.set = SET_OBSERVED_PROPERTY,
                             .properties = {[OBSERVED_PROPERTY_NAME] = value_text(STR("pm25")),
                                            [OBSERVED_PROPERTY_DESCRIPTION] = value_text(STR("d")),
                                            [OBSERVED_PROPERTY_DEFINITION] = value_text(pm25->definition)}};
    if (!store_insert(tx, &s, &sensor, e) || !store_insert(tx, &p, &property, e)) return false;
    for (int i = 0; i < STREAMS; i++) {
        const struct record thing = {.set = SET_THING,
                                     .properties = {[THING_NAME] = value_text(STR("t")),
                                                    [THING_DESCRIPTION] = value_text(STR("d")),
                                                    [THING_PROPERTIES] = value_json(STR("{}"))}};
        if (!make_place(tx, longitude_of(i), &places[i], e) || !store_insert(tx, &thing, &things[i], e) ||
            !store_link(tx, SET_THING, things[i], THING_LOCATIONS, places[i], e))
            return false;
        struct record d = {
            .set = SET_DATASTREAM,
            .properties = {[DATASTREAM_NAME] = value_text(STR("n")),
                           [DATASTREAM_DESCRIPTION] = value_text(STR("d")),
                           [DATASTREAM_OBSERVATION_TYPE] = value_text(STR("t")),
                           [DATASTREAM_UNIT_OF_MEASUREMENT] = value_json(
                               STR("{\"name\":\"u\",\"symbol\":\"µg/m³\",\"definition\":\"d\"}"))}};
        d.links[DATASTREAM_THING] = things[i];
        d.links[DATASTREAM_SENSOR] = sensor;
        d.links[DATASTREAM_OBSERVED_PROPERTY] = property;
        if (!store_insert(tx, &d, &streams[i], e)) return false;
    }
    return true;
}

static bool append_all(struct store_tx *tx, void *context, err *e)
{
    const size_t from = *(const size_t *)context;
    for (size_t i = from; i < reading_count; i++) {
        struct observation o = {
            .stream = streams[readings[i].stream],
            .phenomenon_time = {readings[i].at, TIME_NONE},
            .result_time = TIME_NONE,
            .valid_time = {TIME_NONE, TIME_NONE},
            .result = value_decimal((decimal){(int64_t)(readings[i].value * 10 + 0.5), 1})};
        if (!store_append(tx, &o, e)) return false;
        readings[i].number = o.number;
    }
    return true;
}

static void commit(size_t from)
{
    err e;
    must(store_run(store, append_all, &from, &e), &e);
}

static void note(int stream, instant at, double v)
{
    assert_true(reading_count < READINGS_MAX);
    readings[reading_count++] = (typeof(readings[0])){stream, at, v, false, 0};
}

static void append_random(size_t n, instant from, instant to)
{
    const size_t first = reading_count;
    for (size_t i = 0; i < n; i++)
        note((int)(next_random() % STREAMS), from + (instant)(next_random() % (uint64_t)(to - from)),
             (double)(next_random() % 9990) / 10);
    commit(first);
}

static void catch_up(void)
{
    err e;
    must(rollups_catch_up(rollups, &e), &e);
    assert_true(rollups_is_whole(rollups));
}

// ---- flat ----------------------------------------------------------------------------------------------------------

typedef bool (*chooser)(int stream, instant at);

static bool in_first(int stream, instant at)
{
    (void)at;
    return stream < STREAMS / 2;
}

static bool in_second(int stream, instant at)
{
    return !in_first(stream, at);
}

static bool in_both(int stream, instant at)
{
    (void)stream;
    (void)at;
    return true;
}

static void flat(chooser choose, interval when, struct tally *out)
{
    err e;
    *out = (struct tally){0};
    for (size_t i = 0; i < reading_count; i++) {
        if (readings[i].gone || readings[i].at < when.start || readings[i].at >= when.end) continue;
        if (choose(readings[i].stream, readings[i].at)) must(tally_add(out, pm25, readings[i].value, &e), &e);
    }
}

// All rows of an area against the flat sums of the readings themselves; returns how many there are.
static size_t check(const char *code, period p, interval when, chooser choose)
{
    struct rollup_rows rows;
    struct snapshot *at;
    struct tally whole = {0}, wanted;
    err e;
    must(snapshot_open(store, &at, &e), &e);
    must(rollup_of_area(rollups, at, str_of(code), pm25, p, when, &rows, &e), &e);
    for (size_t i = 0; i < rows.count; i++) {
        flat(choose, rows.all[i].when, &wanted);
        assert_true(tally_equal(&rows.all[i].tally, &wanted));
        tally_free(&wanted);
        must(tally_merge(&whole, &rows.all[i].tally, &e), &e);
    }
    flat(choose, when, &wanted);
    assert_true(tally_equal(&whole, &wanted));  // and no period is missing
    tally_free(&wanted);
    tally_free(&whole);
    const size_t count = rows.count;
    rollup_rows_free(&rows);
    snapshot_close(at);
    return count;
}

static interval year(void)
{
    return (interval){at_time("2024-01-01T00:00:00+01:00"), at_time("2025-01-01T00:00:00+01:00")};
}

static void check_everything(chooser first, chooser second)
{
    static const char *const upward[] = {"WK900101", "GM9001", "NL", "EU", "001"};
    static const period periods[] = {PERIOD_DAY, PERIOD_MONTH, PERIOD_YEAR};
    for (size_t p = 0; p < 3; p++) {
        check("BU90010101", periods[p], year(), first);
        check("BU90010102", periods[p], year(), second);
        for (size_t k = 0; k < 5; k++) check(upward[k], periods[p], year(), in_both);
    }
}

// ---- what must hold ------------------------------------------------------------------------------------------------

TEST(sums_of_areas_are_the_flat_sums_of_their_readings)
{
    append_random(4000, at_time("2024-01-01T00:00:00+01:00"), at_time("2024-05-01T00:00:00+02:00"));
    catch_up();
    check_everything(in_first, in_second);
    assert_int_equal(check("GM9001", PERIOD_MONTH, year(), in_both), 4);
    assert_int_equal(check("GM9001", PERIOD_YEAR, year(), in_both), 1);
    // the days of the spring, among them the one with 23 hours
    const interval march = {at_time("2024-03-30T00:00:00+01:00"), at_time("2024-04-02T00:00:00+02:00")};
    check("GM9001", PERIOD_DAY, march, in_both);
    check("GM9001", PERIOD_HOUR, march, in_both);
}

TEST(late_and_doubled_readings_end_in_the_same_sums)
{
    for (int round = 0; round < 10; round++) {
        append_random(100, at_time("2024-01-01T00:00:00+01:00"), at_time("2024-12-31T00:00:00+01:00"));
        if (round % 3 == 0) catch_up();
    }
    catch_up();
    check_everything(in_first, in_second);
}

struct stored {
    str key, text;
};
static struct stored before_docs[20000], after_docs[20000];
static size_t before_count, after_count;

static bool keep_document(str key, str text, void *context, err *e)
{
    struct stored **next = context;
    (void)e;
    assert_true(arena_copy(a, key, &(*next)->key) && arena_copy(a, text, &(*next)->text));
    ++*next;
    return true;
}

// "0000012/20240131", as a day of a stream was kept once.
static str key_of_day(int64_t number, int place)
{
    char date[CALENDAR_KEY_MAX];
    str out;
    const size_t n = calendar_key(PERIOD_DAY, stretch_first(stretch_of_number(number)) + place, date);
    assert_true(
        arena_print(a, &out, "%07lld/%.*s", (long long)stretch_stream_of_number(number), (int)n, date));
    return out;
}

static bool keep_stretch(int64_t number, str bytes, void *context, err *e)
{
    struct stretch s;
    must(stretch_read(bytes, &s, e), e);
    for (int i = 0; i < STRETCH_DAYS; i++)
        if (s.day[i].n > 0) must(keep_document(key_of_day(number, i), s.day[i], context, e), e);
    return true;
}

static size_t documents(struct stored *out)
{
    static const char *const kinds[] = {"rollup.day", "rollup.month", "rollup.year"};
    struct stored *next = out;
    struct snapshot *at;
    err e;
    must(snapshot_open(store, &at, &e), &e);
    for (size_t k = 0; k < 3; k++)
        must(store_document_each(at, str_of(kinds[k]), keep_document, &next, &e), &e);
    must(store_bytes_range(at, BYTES_STREAM_DAYS, 0, BYTES_NUMBERS, keep_stretch, &next, &e), &e);
    snapshot_close(at);
    return (size_t)(next - out);
}

TEST(a_late_reading_changes_the_sums_it_is_part_of_and_no_other)
{
    before_count = documents(before_docs);
    const size_t first = reading_count;
    note(0, at_time("2024-02-29T12:00:00+01:00"), 33.3);
    commit(first);
    catch_up();
    after_count = documents(after_docs);
    size_t changed = 0, b = 0;
    for (size_t i = 0; i < after_count; i++) {
        while (b < before_count && str_cmp(before_docs[b].key, after_docs[i].key) < 0) b++;
        b = 0;
        while (b < before_count && !str_eq(before_docs[b].key, after_docs[i].key)) b++;
        if (b < before_count && str_eq(before_docs[b].text, after_docs[i].text)) continue;
        const str k = after_docs[i].key;
        size_t at;
        changed++;
        assert_true(str_find(k, STR("20240229"), &at) || str_starts(k, STR("202402/")) ||
                    str_starts(k, STR("2024/")));
        assert_false(str_find(k, STR("BU90010102"), &at));
    }
    assert_int_equal(
        changed, 1 + 3 * 6);  // the stream's day; day, month and year of its neighbourhood up to the world
    check_everything(in_first, in_second);
}

static bool delete_first(struct store_tx *tx, void *context, err *e)
{
    (void)context;
    return store_delete(tx, SET_OBSERVATION, OBSERVATION_ID(streams[readings[0].stream], readings[0].number),
                        e);
}

TEST(a_deleted_reading_is_in_no_sum)
{
    err e;
    must(store_run(store, delete_first, NULL, &e), &e);
    readings[0].gone = true;
    catch_up();
    check_everything(in_first, in_second);
}

// ---- moving, hiding, new boundaries --------------------------------------------------------------------------------

#define MOVE "2024-03-15T10:00:00+01:00"

static bool note_place(struct store_tx *tx, entity_id place, instant since, err *e)
{
    entity_id id;
    struct record r = {.set = SET_HISTORICAL_LOCATION,
                       .properties = {[HISTORICAL_LOCATION_TIME] = value_instant(since)}};
    r.links[HISTORICAL_LOCATION_THING] = things[0];
    return store_insert(tx, &r, &id, e) &&
           store_link(tx, SET_HISTORICAL_LOCATION, id, HISTORICAL_LOCATION_LOCATIONS, place, e);
}

static bool move(struct store_tx *tx, void *context, err *e)
{
    entity_id place;
    (void)context;
    return note_place(tx, places[0], at_time("2024-01-01T00:00:00Z"), e) &&
           make_place(tx, 6.015, &place, e) && note_place(tx, place, at_time(MOVE), e);
}

static bool moved_first(int stream, instant at)
{
    return stream < STREAMS / 2 && !(stream == 0 && at >= at_time("2024-03-15T00:00:00+01:00"));
}

static bool moved_second(int stream, instant at)
{
    return !moved_first(stream, at);
}

TEST(a_thing_that_moves_counts_where_it_stood_at_the_end_of_each_day)
{
    err e;
    must(store_run(store, move, NULL, &e), &e);
    catch_up();
    check_everything(moved_first, moved_second);
    const interval days = {at_time("2024-03-14T00:00:00+01:00"), at_time("2024-03-17T00:00:00+01:00")};
    check("BU90010102", PERIOD_HOUR, days, moved_second);
}

static bool hide(struct store_tx *tx, void *context, err *e)
{
    const str properties = str_of(context);
    const struct record r = {
        .set = SET_THING, .id = things[7], .properties = {[THING_PROPERTIES] = value_json(properties)}};
    return store_update(tx, &r, 1u << THING_PROPERTIES, 0, e);
}

static bool not_seven(int stream, instant at)
{
    (void)at;
    return stream != 7;
}

TEST(a_thing_made_private_leaves_every_public_sum_and_comes_back)
{
    err e;
    char private[] = "{\"access\":\"private\"}", public[] = "{}";
    struct rollup_rows rows;
    struct snapshot *at;
    must(store_run(store, hide, private, &e), &e);
    catch_up();
    check("GM9001", PERIOD_YEAR, year(), not_seven);
    check("001", PERIOD_MONTH, year(), not_seven);
    check("GM9001", PERIOD_HOUR, (interval){at_time("2024-04-01T00:00:00Z"), at_time("2024-04-09T00:00:00Z")},
          not_seven);
    must(snapshot_open(store, &at, &e), &e);
    must(rollup_of_stream(rollups, at, streams[7], PERIOD_DAY, year(), &rows, &e), &e);
    assert_int_equal(rows.count, 0);
    assert_false(rollup_of_stream(rollups, at, streams[7], PERIOD_HOUR, (interval){0, TIME_DAY}, &rows, &e));
    assert_int_equal(e.code, ERR_ABSENT);
    snapshot_close(at);
    must(store_run(store, hide, public, &e), &e);
    catch_up();
    check_everything(moved_first, moved_second);
}

TEST(a_streams_months_are_the_sums_of_its_days)
{
    static const period periods[] = {PERIOD_DAY, PERIOD_MONTH, PERIOD_YEAR};
    struct rollup_rows rows;
    struct snapshot *at;
    err e;
    must(snapshot_open(store, &at, &e), &e);
    for (size_t p = 0; p < 3; p++) {
        must(rollup_of_stream(rollups, at, streams[3], periods[p], year(), &rows, &e), &e);
        assert_true(rows.count > 0);
        for (size_t i = 0; i < rows.count; i++) {
            struct tally wanted = {0};
            for (size_t k = 0; k < reading_count; k++)
                if (readings[k].stream == 3 && readings[k].at >= rows.all[i].when.start &&
                    readings[k].at < rows.all[i].when.end)
                    must(tally_add(&wanted, pm25, readings[k].value, &e), &e);
            assert_true(tally_equal(&rows.all[i].tally, &wanted));
            tally_free(&wanted);
        }
        rollup_rows_free(&rows);
    }
    snapshot_close(at);
}

TEST(a_figure_belongs_to_the_boundaries_of_its_year)
{
    err e;
    const size_t first = reading_count;
    import("BU90010109", 6.0, 6.02, 2025);  // the two neighbourhoods become one
    must(areas_reload(areas, &e), &e);
    note(1, at_time("2025-01-02T12:00:00Z"), 12.5);
    commit(first);
    catch_up();
    check_everything(moved_first, moved_second);
    const interval next = {at_time("2025-01-01T00:00:00+01:00"), at_time("2026-01-01T00:00:00+01:00")};
    assert_int_equal(check("BU90010109", PERIOD_YEAR, next, in_both), 1);
    assert_int_equal(check("GM9001", PERIOD_YEAR, (interval){year().start, next.end}, in_both), 2);
}

// ---- from run to run -----------------------------------------------------------------------------------------------

static const rollup_config *config(void)
{
    static rollup_config c;
    c = (rollup_config){.store = store, .areas = areas, .zone = zone, .interval_s = 60};
    return &c;
}

static void open_store(void)
{
    err e;
    const store_config c = {.directory = directory, .create = true};
    must(store_open(&c, &store, &e), &e);
    must(areas_open(store, zone, &areas, &e), &e);
}

static void close_all(bool in_order)
{
    if (in_order) rollups_stop(rollups);
    store_close(store);
    rollups_close(rollups);
    areas_close(areas);
}

TEST(after_a_stop_in_order_nothing_is_done_again_and_after_a_crash_everything_is_looked_over)
{
    err e;
    close_all(true);
    open_store();
    must(rollups_open(config(), &rollups, &e), &e);
    assert_true(rollups_is_whole(rollups));
    const size_t first = reading_count;
    note(2, at_time("2024-06-06T12:00:00Z"), 1.5);
    commit(first);
    close_all(false);  // what was marked is forgotten
    open_store();
    must(rollups_open(config(), &rollups, &e), &e);
    assert_false(rollups_is_whole(rollups));
    catch_up();
    check_everything(moved_first, moved_second);
}

// As a release before stretches left it.
static bool make_older(struct store_tx *tx, void *context, err *e)
{
    (void)context;
    for (size_t i = 0; i < before_count; i++) {
        struct tally t;
        buf b = {.max = 1 << 20};
        if (before_docs[i].key.n != 16 || before_docs[i].key.p[7] != '/') continue;
        must(tally_get(before_docs[i].text, &t, e), e);
        tally_write(&b, &t);
        must(store_document_put(tx, STR("rollup.stream"), before_docs[i].key, buf_str(&b), e), e);
        tally_free(&t);
        buf_free(&b);
    }
    for (size_t i = 0; i < STREAMS; i++)
        for (int32_t k = stretch_of(19700); k < stretch_of(20200); k++)
            must(store_bytes_delete(tx, BYTES_STREAM_DAYS, stretch_number(k, streams[i]), e), e);
    return store_document_put(tx, STR("rollup.stream"), STR("0000001/20230101"), STR("{\"n\":0}"), e);
}

TEST(days_that_an_earlier_release_kept_are_brought_into_todays_form)
{
    err e;
    struct snapshot *at;
    close_all(true);
    open_store();
    before_count = documents(before_docs);
    must(store_run(store, make_older, NULL, &e), &e);
    after_count = documents(after_docs);
    assert_true(after_count + 1000 < before_count);
    must(rollups_open(config(), &rollups, &e), &e);
    after_count = documents(after_docs);
    assert_int_equal(after_count, before_count);
    for (size_t i = 0; i < after_count; i++) {
        assert_true(str_eq(before_docs[i].key, after_docs[i].key));
        assert_true(str_eq(before_docs[i].text, after_docs[i].text));
    }
    struct stored *next = after_docs;
    must(snapshot_open(store, &at, &e), &e);
    must(store_document_each(at, STR("rollup.stream"), keep_document, &next, &e), &e);
    snapshot_close(at);
    assert_int_equal(next - after_docs, 1);  // the damaged one is left where it was
    catch_up();
    check_everything(moved_first, moved_second);
}

static bool let_go(struct store_tx *tx, void *context, err *e)
{
    int64_t deleted;
    (void)context;
    return store_delete_range(tx, streams[3], (interval){TIME_NONE, at_time("2024-03-01T00:00:00+01:00")},
                              &deleted, e);
}

TEST(sums_outlive_readings_that_went_by_retention_also_when_all_is_looked_over)
{
    err e;
    must(store_run(store, let_go, NULL, &e), &e);
    close_all(false);
    open_store();
    must(rollups_open(config(), &rollups, &e), &e);
    catch_up();
    check_everything(moved_first, moved_second);
    char private[] = "{\"access\":\"private\"}";
    things[7] = things[3];
    must(store_run(store, hide, private, &e), &e);
    catch_up();
    struct rollup_rows rows;
    struct snapshot *at;
    must(snapshot_open(store, &at, &e), &e);
    must(rollup_of_stream(rollups, at, streams[3], PERIOD_DAY, year(), &rows, &e), &e);
    assert_int_equal(rows.count, 0);  // but what is not public goes
    snapshot_close(at);
}

static int before(void **state)
{
    (void)state;
    err e;
    a = arena_new(1 << 28);
    pm25 = quantity_by_key(STR("pm25"));
    zone = tz_load("Europe/Amsterdam", &e);
    if (!a || !zone) return 1;
    test_directory_make(directory);
    open_store();
    import("BU90010101", 6.0, 6.01, 2024);
    import("BU90010102", 6.01, 6.02, 2024);
    must(areas_reload(areas, &e), &e);
    must(rollups_open(config(), &rollups, &e), &e);
    must(store_run(store, make_all, NULL, &e), &e);
    return 0;
}

static int after(void **state)
{
    (void)state;
    close_all(true);
    tz_free(zone);
    arena_free(a);
    test_directory_remove(directory);
    return 0;
}

RUN_WITH(before, after, CASE(sums_of_areas_are_the_flat_sums_of_their_readings),
         CASE(late_and_doubled_readings_end_in_the_same_sums),
         CASE(a_late_reading_changes_the_sums_it_is_part_of_and_no_other),
         CASE(a_deleted_reading_is_in_no_sum),
         CASE(a_thing_that_moves_counts_where_it_stood_at_the_end_of_each_day),
         CASE(a_thing_made_private_leaves_every_public_sum_and_comes_back),
         CASE(a_streams_months_are_the_sums_of_its_days),
         CASE(a_figure_belongs_to_the_boundaries_of_its_year),
         CASE(after_a_stop_in_order_nothing_is_done_again_and_after_a_crash_everything_is_looked_over),
         CASE(days_that_an_earlier_release_kept_are_brought_into_todays_form),
         CASE(sums_outlive_readings_that_went_by_retention_also_when_all_is_looked_over))
