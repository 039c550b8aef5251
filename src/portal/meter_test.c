// SPDX-License-Identifier: EUPL-1.2
#include "portal/reading.h"

#include "area/import.h"
#include "base/test.h"
#include "portal/testing.h"

#define UG "\xc2\xb5g/m\xc2\xb3"
#define NOON "2026-11-26T12:00:00Z"

static const char square[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
    "\"properties\":{\"code\":\"BU06030852\",\"name\":\"Strijp\"},\"geometry\":{\"type\":\"Polygon\","
    "\"coordinates\":[[[4,52],[5,52],[5,53],[4,53],[4,52]]]}}]}";

struct fixture {
    struct testing t;
    struct tz *zone;
    struct areas *areas;
    struct meter_book *book;
    const struct meter_list *list;
};

static void start(struct fixture *f)
{
    err e;
    testing_start(&f->t);
    struct area_import made = {0};
    assert_non_null(f->zone = tz_load("Europe/Amsterdam", &e));
    assert_true(areas_open(f->t.store, f->zone, &f->areas, &e));
    assert_true(area_import(f->t.store, str_of(square), time_now(), &made, &e));
    assert_int_equal(made.stored, 1);
    assert_true(areas_reload(f->areas, &e));
    assert_non_null(f->book = meter_book_new(f->t.store, f->areas, ACCESS_PUBLIC, &e));
    f->list = NULL;
}

static void end(struct fixture *f)
{
    meters_give(f->book, f->list);
    meter_book_free(f->book);
    areas_close(f->areas);
    tz_free(f->zone);
    testing_end(&f->t);
}

static void take(struct fixture *f)
{
    err e;
    meters_give(f->book, f->list);
    assert_true(meters_take_newest(f->book, &f->list, &e));
}

static struct reading latest(struct fixture *f, entity_id stream, const char *now)
{
    struct snapshot *at;
    struct reading r;
    err e;
    assert_true(snapshot_open(f->t.store, &at, &e));
    assert_true(reading_latest(at, series_find(f->list, stream), testing_time(now), f->t.a, &r, &e));
    snapshot_close(at);
    return r;
}

TEST(a_meter_has_its_place_neighbourhood_kind_and_series)
{
    struct fixture f;
    entity_id stream;
    start(&f);
    const entity_id thing = testing_meter(
        &f.t, (struct testing_meter){"M", "{\"origin\":\"citizen\",\"demo\":true}", "pm25", UG, 4.5, 52.5},
        &stream);
    take(&f);
    const struct meter *m = meter_find(f.list, thing);
    assert_non_null(m);
    assert_str(m->area->name, "Strijp");
    assert_int_equal(m->kind, METER_CITIZEN);
    assert_true(m->is_demo && m->has_place && m->series_count == 1);
    assert_str(m->series[0].quantity->key, "pm25");
    assert_ptr_equal(series_find(f.list, stream), &m->series[0]);
    assert_null(series_find(f.list, stream + 1));
    end(&f);
}

TEST(meters_come_by_neighbourhood_then_name_those_elsewhere_last)
{
    struct fixture f;
    entity_id s;
    start(&f);
    testing_meter(&f.t, (struct testing_meter){"A elsewhere", "{}", "pm25", UG, 9, 52.5}, &s);
    testing_meter(&f.t, (struct testing_meter){"Z", "{}", "pm25", UG, 4.5, 52.5}, &s);
    testing_meter(&f.t, (struct testing_meter){"B", "{}", "pm25", UG, 4.5, 52.5}, &s);
    take(&f);
    assert_int_equal(f.list->count, 3);
    assert_str(f.list->all[0].name, "B");
    assert_str(f.list->all[1].name, "Z");
    assert_str(f.list->all[2].name, "A elsewhere");
    end(&f);
}

TEST(what_is_internal_or_private_is_left_out_with_its_series)
{
    struct fixture f;
    entity_id hidden, internal, shown;
    start(&f);
    testing_meter(&f.t, (struct testing_meter){"P", "{\"access\":\"private\"}", "pm25", UG, 4.5, 52.5},
                  &hidden);
    testing_meter(&f.t, (struct testing_meter){"I", "{\"access\":\"internal\"}", "pm25", UG, 4.5, 52.5},
                  &internal);
    testing_meter(&f.t, (struct testing_meter){"M", "{\"access\":\"public\"}", "pm25", UG, 4.5, 52.5},
                  &shown);
    take(&f);
    assert_int_equal(f.list->count, 1);
    assert_null(series_find(f.list, hidden));
    assert_null(series_find(f.list, internal));
    assert_non_null(series_find(f.list, shown));
    end(&f);
}

TEST(a_list_in_use_stays_when_a_newer_one_is_made)
{
    struct fixture f;
    const struct meter_list *newer;
    entity_id s;
    err e;
    start(&f);
    testing_meter(&f.t, (struct testing_meter){"One", "{}", "pm25", UG, 4.5, 52.5}, &s);
    take(&f);
    testing_meter(&f.t, (struct testing_meter){"Two", "{}", "pm25", UG, 4.5, 52.5}, &s);
    meter_book_changed(f.book);
    assert_true(meters_take_newest(f.book, &newer, &e));
    assert_int_equal(f.list->count, 1);
    assert_int_equal(newer->count, 2);
    assert_str(f.list->all[0].name, "One");
    meters_give(f.book, newer);
    end(&f);
}

// Reports every ten minutes, so fresh for twenty (and one for the way), old to three hours.
TEST(a_reading_grows_old_and_falls_silent)
{
    struct fixture f;
    entity_id s;
    start(&f);
    testing_meter(&f.t, (struct testing_meter){"M", "{}", "pm25", UG, 4.5, 52.5}, &s);
    for (int i = 6; i >= 0; i--)
        testing_reading(&f.t, s, testing_time(NOON) - i * 10 * TIME_MINUTE, "21", NULL);
    take(&f);
    assert_int_equal(series_find(f.list, s)->period, 10 * TIME_MINUTE);
    assert_int_equal(latest(&f, s, "2026-11-26T12:20:59Z").state, READING_FRESH);
    assert_int_equal(latest(&f, s, "2026-11-26T12:21:00Z").state, READING_OLD);
    assert_int_equal(latest(&f, s, "2026-11-26T14:59:59Z").state, READING_OLD);
    assert_int_equal(latest(&f, s, "2026-11-26T15:00:00Z").state, READING_SILENT);
    assert_str(latest(&f, s, NOON).class->name, "air-2");
    end(&f);
}

TEST(a_text_and_a_reading_still_to_come_leave_the_number_before)
{
    struct fixture f;
    entity_id s;
    const instant noon = testing_time(NOON);
    start(&f);
    testing_meter(&f.t, (struct testing_meter){"M", "{}", "pm25", UG, 4.5, 52.5}, &s);
    testing_reading(&f.t, s, noon - 20 * TIME_MINUTE, "20", NULL);
    testing_reading(&f.t, s, noon - 10 * TIME_MINUTE, "21", NULL);
    testing_reading(&f.t, s, noon - 5 * TIME_MINUTE, NULL, NULL);
    testing_reading(&f.t, s, noon + 365 * TIME_DAY, "99", NULL);
    take(&f);
    const struct reading r = latest(&f, s, NOON);
    assert_int_equal(r.state, READING_FRESH);
    assert_int_equal(r.at, noon - 10 * TIME_MINUTE);
    assert_true(r.value == 21);
    end(&f);
}

TEST(a_series_without_readings_has_none)
{
    struct fixture f;
    entity_id s;
    start(&f);
    testing_meter(&f.t, (struct testing_meter){"M", "{}", "pm25", UG, 4.5, 52.5}, &s);
    take(&f);
    assert_int_equal(latest(&f, s, NOON).state, READING_NONE);
    end(&f);
}

TEST(a_reading_that_failed_a_check_is_rejected_with_the_reason)
{
    struct fixture f;
    entity_id s;
    start(&f);
    testing_meter(&f.t, (struct testing_meter){"M", "{}", "pm25", UG, 4.5, 52.5}, &s);
    testing_reading(&f.t, s, testing_time(NOON), "8", "{\"status\":\"saturated\",\"reason\":\"x\"}");
    take(&f);
    struct reading r = latest(&f, s, NOON);
    assert_int_equal(r.state, READING_REJECTED);
    assert_int_equal(r.reject, QUALITY_SATURATED);
    assert_null(r.class);
    testing_reading(&f.t, s, testing_time(NOON) + 1, "1000", NULL);  // an SDS011 ends at 999.9
    assert_int_equal(latest(&f, s, NOON).reject, QUALITY_IMPLAUSIBLE);
    testing_reading(&f.t, s, testing_time(NOON) + 2, "8", "{\"status\":\"good\"}");
    assert_int_equal(latest(&f, s, NOON).state, READING_FRESH);
    end(&f);
}

TEST(another_unit_than_the_usual_is_shown_as_it_is_without_classes)
{
    struct fixture f;
    entity_id pascal, millibar;
    start(&f);
    testing_meter(&f.t, (struct testing_meter){"M", "{}", "pressure", "Pa", 4.5, 52.5}, &pascal);
    testing_meter(&f.t, (struct testing_meter){"N", "{}", "pressure", "mbar", 4.5, 52.5}, &millibar);
    testing_reading(&f.t, pascal, testing_time(NOON), "101325", NULL);
    testing_reading(&f.t, millibar, testing_time(NOON), "1013.25", NULL);
    take(&f);
    assert_float_equal(latest(&f, pascal, NOON).value, 1013.25, 1e-9);
    assert_str(series_find(f.list, pascal)->unit, "hPa");
    assert_float_equal(latest(&f, millibar, NOON).value, 1013.25, 1e-9);
    assert_str(series_find(f.list, millibar)->unit, "mbar");
    end(&f);
}

// A hundred metres are 0.0009 degrees of latitude; a square's middle is half of that away at most, so two in one square look alike.
TEST(a_meter_at_home_stands_on_a_grid_unless_its_owner_chose_its_place)
{
    struct fixture f;
    entity_id stream;
    start(&f);
    static const char home[] = "{\"origin\":\"citizen\"}",
                      exact[] = "{\"origin\":\"citizen\",\"exactPlace\":true}";
    const entity_id a = testing_meter(&f.t, (struct testing_meter){"A", home, "pm25", UG, 4.50001, 52.50001},
                                      &stream);
    const entity_id b = testing_meter(&f.t, (struct testing_meter){"B", home, "pm10", UG, 4.50002, 52.50002},
                                      &stream);
    const entity_id c = testing_meter(&f.t, (struct testing_meter){"C", exact, "no2", UG, 4.50001, 52.50001},
                                      &stream);
    take(&f);
    const struct place at = meter_find(f.list, a)->place, beside = meter_find(f.list, b)->place;
    assert_true(at.latitude == beside.latitude && at.longitude == beside.longitude);
    assert_true(at.latitude != 52.50001 && at.latitude - 52.50001 < 0.00046 &&
                at.latitude - 52.50001 > -0.00046);
    assert_true(at.longitude - 4.50001 < 0.00075 && at.longitude - 4.50001 > -0.00075);
    assert_true(meter_find(f.list, c)->place.latitude == 52.50001);
    assert_false(meter_find(f.list, c)->is_coarse);
    end(&f);
}

TEST(dust_a_little_below_zero_is_the_noise_of_an_official_station)
{
    struct fixture f;
    entity_id official, other;
    start(&f);
    testing_meter(&f.t, (struct testing_meter){"M", "{\"origin\":\"reference\"}", "pm25", UG, 4.5, 52.5},
                  &official);
    testing_meter(&f.t, (struct testing_meter){"N", "{}", "pm25", UG, 4.5, 52.5}, &other);
    testing_reading(&f.t, official, testing_time(NOON), "-6.2", NULL);
    testing_reading(&f.t, other, testing_time(NOON), "-6.2", NULL);
    take(&f);
    assert_int_equal(latest(&f, official, NOON).state, READING_FRESH);
    assert_int_equal(latest(&f, other, NOON).reject, QUALITY_IMPLAUSIBLE);
    end(&f);
}

RUN(CASE(a_meter_at_home_stands_on_a_grid_unless_its_owner_chose_its_place),
    CASE(a_meter_has_its_place_neighbourhood_kind_and_series),
    CASE(meters_come_by_neighbourhood_then_name_those_elsewhere_last),
    CASE(what_is_internal_or_private_is_left_out_with_its_series),
    CASE(a_list_in_use_stays_when_a_newer_one_is_made), CASE(a_reading_grows_old_and_falls_silent),
    CASE(a_text_and_a_reading_still_to_come_leave_the_number_before),
    CASE(a_series_without_readings_has_none), CASE(a_reading_that_failed_a_check_is_rejected_with_the_reason),
    CASE(dust_a_little_below_zero_is_the_noise_of_an_official_station),
    CASE(another_unit_than_the_usual_is_shown_as_it_is_without_classes))
