// SPDX-License-Identifier: EUPL-1.2
// Expected classes are read off the published tables by hand.
#include "index/scale.h"

#include "base/test.h"

#include <math.h>

static struct index_value of(index_scale_id id, double pm25, double pm10, double no2, double o3, double so2)
{
    const double means[SUBSTANCE_COUNT] = {pm25, pm10, no2, o3, so2, NAN, NAN};
    struct index_value v;
    index_of_means(index_scale_of(id), means, means, 0, &v);
    return v;
}

static const struct index_scale_part *part(index_scale_id id, substance s)
{
    const struct index_scale *x = index_scale_of(id);
    for (size_t k = 0; k < x->part_count; k++)
        if (x->parts[k].substance == s) return &x->parts[k];
    return NULL;
}

static int class_of(index_scale_id id, substance s, double value)
{
    return index_class_of(index_scale_of(id), part(id, s), value);
}

TEST(a_value_on_a_bound_of_the_dutch_index_is_in_the_higher_class)
{
    assert_int_equal(class_of(INDEX_LKI, SUBSTANCE_O3, 14.99), 1);
    assert_int_equal(class_of(INDEX_LKI, SUBSTANCE_O3, 15), 2);
    assert_int_equal(class_of(INDEX_LKI, SUBSTANCE_O3, 199.9), 9);
    assert_int_equal(class_of(INDEX_LKI, SUBSTANCE_O3, 201), 10);
    assert_int_equal(class_of(INDEX_LKI, SUBSTANCE_PM25, 20), 4);
    assert_int_equal(class_of(INDEX_LKI, SUBSTANCE_PM10, 75), 7);
    assert_int_equal(class_of(INDEX_LKI, SUBSTANCE_NO2, 44), 4);
    assert_int_equal(class_of(INDEX_LKI, SUBSTANCE_NO2, -2), 1);
    assert_int_equal(class_of(INDEX_LKI, SUBSTANCE_NO2, NAN), 0);
}

TEST(a_value_on_a_bound_of_the_european_index_is_in_the_lower_class)
{
    assert_int_equal(class_of(INDEX_EAQI, SUBSTANCE_PM25, 5), 1);
    assert_int_equal(class_of(INDEX_EAQI, SUBSTANCE_PM25, 5.1), 2);
    assert_int_equal(class_of(INDEX_EAQI, SUBSTANCE_O3, 181), 6);
    assert_int_equal(class_of(INDEX_EAQI_2020, SUBSTANCE_NO2, 340), 5);
    assert_int_equal(class_of(INDEX_EAQI_2017, SUBSTANCE_PM10, 500), 5);
}

// Worked example (docs/indices.md): PM2.5 22 is number 4 (20 to 30), PM10 31 number 4 (30 to 45), NO2 28 number 3, O3 70 number 5.
TEST(the_dutch_index_is_the_worst_of_its_parts)
{
    const struct index_value v = of(INDEX_LKI, 22, 31, 28, 70, NAN);
    assert_int_equal(v.class, 5);
    assert_int_equal(v.parts[v.worst].substance, SUBSTANCE_O3);
    assert_str(v.scale->classes[v.class - 1].word_nl, "matig");
    assert_int_equal(v.group, 2);
    assert_true(v.is_complete);
}

// All four have number 2 (PM2.5 12, PM10 15, NO2 15, O3 20): the total is 3. With one of them missing it stays 2.
TEST(the_dutch_index_rises_when_all_substances_have_one_number)
{
    assert_int_equal(of(INDEX_LKI, 12, 15, 15, 20, NAN).class, 3);
    assert_int_equal(of(INDEX_LKI, 12, NAN, 15, 20, NAN).class, 2);
    assert_int_equal(of(INDEX_LKI, 500, 500, 500, 500, NAN).class, 11);
}

// PM2.5 16 is moderate (15 to 50), PM10 40 fair, NO2 9 good, O3 61 fair, SO2 3 good.
TEST(the_european_index_is_the_worst_of_its_parts)
{
    const struct index_value v = of(INDEX_EAQI, 16, 40, 9, 61, 3);
    assert_int_equal(v.class, 3);
    assert_str(v.scale->classes[v.class - 1].word_en, "moderate");
    assert_str(v.scale->version, "EEA 2025");
}

// NO2 of 150 for an hour: moderate in 2017 (100 to 200), poor from 2020 on (120 to 230), very poor since 2025 (100 to 150).
TEST(one_hour_has_another_word_in_each_version_of_the_european_index)
{
    assert_int_equal(of(INDEX_EAQI_2017, NAN, NAN, 150, NAN, NAN).class, 3);
    assert_int_equal(of(INDEX_EAQI_2020, NAN, NAN, 150, NAN, NAN).class, 4);
    assert_int_equal(of(INDEX_EAQI, NAN, NAN, 150, NAN, NAN).class, 5);
}

TEST(what_is_missing_makes_an_index_incomplete_and_nothing_makes_none)
{
    assert_false(of(INDEX_EAQI, 16, NAN, NAN, NAN, NAN).is_complete);
    assert_int_equal(of(INDEX_EAQI, 16, NAN, NAN, NAN, NAN).class, 3);
    const struct index_value none = of(INDEX_EAQI, NAN, NAN, NAN, NAN, NAN);
    assert_int_equal(none.class, 0);
    assert_int_equal(none.worst, -1);
}

// The index of before the revision takes the running 24 hours of dust, and the hour of gases: a peak of one hour is seen in one only.
TEST(dust_of_the_older_european_index_is_of_24_hours)
{
    arena *a = arena_new(65536);
    struct hours dust, gas;
    err e;
    struct index_value v;
    assert_true(hours_new(0, 24, a, &dust, &e) && hours_new(0, 24, a, &gas, &e));
    for (int k = 0; k < 24; k++)
        dust.mean[k] = gas.mean[k] = k == 23 ? 80 : 8;  // mean (23 * 8 + 80) / 24 = 11
    const struct hours *const hours[SUBSTANCE_COUNT] = {[SUBSTANCE_PM25] = &dust, [SUBSTANCE_NO2] = &gas};
    index_at(index_scale_of(INDEX_EAQI_2020), hours, 23, &v);
    assert_true(fabs(v.parts[0].value - 11) < 1e-9);
    assert_int_equal(v.parts[0].class, 2);
    assert_int_equal(v.parts[2].class, 2);  // NO2 80
    assert_true(v.at == 24 * TIME_HOUR);
    index_at(index_scale_of(INDEX_EAQI), hours, 23, &v);
    assert_int_equal(v.parts[0].class, 4);  // PM2.5 80 of the hour
    arena_free(a);
}

TEST(bounds_rise_and_each_class_has_its_words)
{
    for (int id = 0; id < INDEX_SCALE_COUNT; id++) {
        const struct index_scale *s = index_scale_of((index_scale_id)id);
        assert_ptr_equal(index_scale_by_key(s->key), s);
        for (size_t p = 0; p < s->part_count; p++)
            for (int k = 1; k < SCALE_BOUNDS_MAX && s->parts[p].bounds[k] > 0; k++)
                assert_true(s->parts[p].bounds[k] > s->parts[p].bounds[k - 1]);
        for (int k = 0; k < s->class_count; k++)
            assert_true(s->classes[k].word_nl.n > 0 && s->classes[k].word_en.n > 0 &&
                        s->classes[k].group > 0);
    }
}

RUN(CASE(a_value_on_a_bound_of_the_dutch_index_is_in_the_higher_class),
    CASE(a_value_on_a_bound_of_the_european_index_is_in_the_lower_class),
    CASE(the_dutch_index_is_the_worst_of_its_parts),
    CASE(the_dutch_index_rises_when_all_substances_have_one_number),
    CASE(the_european_index_is_the_worst_of_its_parts),
    CASE(one_hour_has_another_word_in_each_version_of_the_european_index),
    CASE(what_is_missing_makes_an_index_incomplete_and_nothing_makes_none),
    CASE(dust_of_the_older_european_index_is_of_24_hours), CASE(bounds_rise_and_each_class_has_its_words))
