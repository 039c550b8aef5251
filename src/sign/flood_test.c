// SPDX-License-Identifier: EUPL-1.2
#include "sign/flood.h"

#include "base/test.h"

#define NOW ((instant)1772406000 * TIME_SECOND)

TEST(three_meters_of_one_street_are_three_and_the_fourth_is_an_outage)
{
    struct sign_flood f = {.homes = 40};
    for (int i = 0; i < 3; i++) assert_false(sign_flood_meter(&f, NOW + i * TIME_MINUTE));
    assert_true(sign_flood_meter(&f, NOW + 4 * TIME_MINUTE));
    assert_true(sign_flood_meter(&f, NOW + 3 * TIME_HOUR));
}

TEST(meters_that_fail_hours_apart_are_no_outage)
{
    struct sign_flood f = {.homes = 40};
    for (int i = 0; i < 30; i++) assert_false(sign_flood_meter(&f, NOW + i * TIME_HOUR));
}

TEST(a_hundred_thousand_silences_are_one_outage)
{
    struct sign_flood f = {.homes = 100000};
    int asked = 0;
    for (int i = 0; i < 100000; i++) asked += !sign_flood_silence(&f, NOW + i * 1000);
    assert_int_equal(asked, 2000);
    sign_flood_end(&f);
    assert_false(sign_flood_silence(&f, NOW + TIME_DAY));
}

TEST(a_clock_that_goes_back_begins_a_new_hour)
{
    struct sign_flood f = {.homes = 40};
    for (int i = 0; i < 3; i++) assert_false(sign_flood_meter(&f, NOW));
    assert_false(sign_flood_meter(&f, NOW - 2 * TIME_HOUR));
}

RUN(CASE(three_meters_of_one_street_are_three_and_the_fourth_is_an_outage),
    CASE(meters_that_fail_hours_apart_are_no_outage), CASE(a_hundred_thousand_silences_are_one_outage),
    CASE(a_clock_that_goes_back_begins_a_new_hour))
