// SPDX-License-Identifier: EUPL-1.2
// The plain clock, on days that are written by hand: somebody is up at 08:00 and at 20:00, and nothing else happens.
#include "sign/bits.h"
#include "sign/home.h"
#include "sign/still.h"

#include "base/test.h"

#include <string.h>

#define TODAY 20000
#define MORNING 16  // half hours: 08:00
#define EVENING 40

static struct sign_home h;

static void live_on(int32_t day, bool is_in)
{
    const size_t r = ring_of(day);
    memset(h.bits[0].seen[r], 0xff, 3);
    memset(h.bits[0].events[r], 0, SIGN_SLOTS / 8);
    if (!is_in) return;
    bit_set(h.bits[0].events[r], MORNING);
    bit_set(h.bits[0].events[r], EVENING);
}

// Seven weeks; away from the evening of the day before `away` to the morning of the day behind its `days`.
static void seven_weeks(int32_t away, int days)
{
    memset(&h, 0, sizeof h);
    h.channels = 1u << SIGN_ELECTRICITY;
    h.day = TODAY;
    h.first_day = TODAY - SIGN_DAYS + 1;
    h.restart = h.quiet_from = SIGN_NEVER;
    for (int32_t day = h.first_day; day < TODAY; day++) live_on(day, day < away || day >= away + days);
    h.last_event = (TODAY - 1) * SIGN_SLOTS + EVENING;
    h.newest = TODAY * SIGN_SLOTS - 1;
    still_learn(&h, TODAY);
}

// 20:30 to 08:00 are 23 half hours, 08:30 to 20:00 as many. Each hour looks at the ones beside it too: at 07:00 and 08:00 the night
// has lasted 11.5 hours, at 12:00 the morning, by 13:59, 5.5.
TEST(usual_is_what_the_silences_had_reached_at_that_hour)
{
    seven_weeks(0, 0);
    assert_int_equal(h.usual_still[7], 11);
    assert_int_equal(h.usual_still[8], 11);
    assert_int_equal(h.usual_still[12], 5);
    assert_int_equal(h.usual_still[19], 11);
    assert_int_equal(h.usual_still[1], 6);  // by 02:59: 7 half hours of the evening and 6 of the night
}

// Four days away, once: by 13:59 of the third day 131 half hours. On the weekday of that day half of it is thought usual, with the
// second longest of all days: (131 + 11) / 2 half hours. On a weekday that it did not touch, nothing.
TEST(one_holiday_in_seven_weeks_is_no_custom)
{
    seven_weeks(TODAY - 16, 4);
    assert_int_equal((TODAY - 14 - TODAY) % 7, 0);
    assert_int_equal(h.usual_still[12], 35);
    seven_weeks(TODAY - 12, 4);
    assert_int_equal(h.usual_still[12], 5);
}

// Away each weekend: at noon of a Sunday that is usual, at noon of a Wednesday it is not.
TEST(a_custom_of_one_weekday_is_usual_on_that_day)
{
    for (int today = 0; today < 2; today++) {
        seven_weeks(0, 0);
        const int32_t away = TODAY - (today ? 1 : 4);  // the first of two days, each week
        for (int32_t day = h.first_day; day < TODAY; day++)
            live_on(day, (away - day) % 7 != 0 && (away + 1 - day) % 7 != 0);
        still_learn(&h, TODAY);
        // The second day of each weekend by 13:59: 7 + 48 + 28 half hours. It is among the longest of all days anyway.
        if (today)
            assert_int_equal(h.usual_still[12], 83 / 2);
        else
            assert_int_equal(h.usual_still[12], (83 + 11) / 2 / 2);
    }
}

TEST(the_clock_counts_half_hours_with_readings_since_the_last_sign_of_life)
{
    seven_weeks(0, 0);
    still_count(&h);
    assert_int_equal(h.still_slots, 7);
    memset(h.bits[0].seen[ring_of(TODAY - 1)] + 2, 0x0f, 1);  // no readings after 20:00
    still_count(&h);
    assert_int_equal(h.still_slots, 0);
    h.restart = h.newest;  // somebody found that all is well
    memset(h.bits[0].seen[ring_of(TODAY - 1)], 0xff, 3);
    still_count(&h);
    assert_int_equal(h.still_slots, 1);
}

TEST(a_silence_is_improbable_a_margin_behind_what_is_usual)
{
    struct sign_parameters p = sign_parameters_standard();
    seven_weeks(0, 0);
    h.newest = (TODAY + 1) * SIGN_SLOTS + 25;  // a day later, 12:30
    h.still_slots = 2 * (5 + 30) - 1;
    assert_false(still_is_improbable(&h, &p));
    h.still_slots++;
    assert_true(still_is_improbable(&h, &p));
    p.floor_h = 36;
    assert_false(still_is_improbable(&h, &p));
}

RUN(CASE(usual_is_what_the_silences_had_reached_at_that_hour), CASE(one_holiday_in_seven_weeks_is_no_custom),
    CASE(a_custom_of_one_weekday_is_usual_on_that_day),
    CASE(the_clock_counts_half_hours_with_readings_since_the_last_sign_of_life),
    CASE(a_silence_is_improbable_a_margin_behind_what_is_usual))
