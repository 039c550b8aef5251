// SPDX-License-Identifier: EUPL-1.2
// The home's own test: machines by which it cannot be watched are found out, machines by which it can be are not held against it;
// and what it says is held against a silence that then really comes.
#include "sign/home.h"
#include "sign/testing.h"
#include "sign/trial.h"

#include "base/test.h"

#define START ((instant)1772406000 * TIME_SECOND)  // 2026-03-02T00:00+01:00, a Monday
#define DAY SIGN_SLOTS

static struct fake_home f;

enum machine { NONE, HEAT_PUMP, STORAGE_HEATER, BOILER };

static uint64_t roll(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

// A heat pump starts in half of the half hours; a storage heater runs from 00:30 to 06:00; a boiler of 450 Wh each 11 hours.
static uint32_t machine_wh(enum machine kind, uint64_t *random)
{
    const int64_t half_hour = f.now / SIGN_SLOT_TIME;
    if (kind == HEAT_PUMP) return roll(random) % 2 == 0 ? 600 : 0;
    if (kind == STORAGE_HEATER) return half_hour % DAY >= 1 && half_hour % DAY < 12 ? 1500 : 0;
    return kind == BOILER && half_hour % 22 == 0 ? 450 : 0;
}

static sign_state live(enum machine kind, uint64_t *random)
{
    const interval when = {f.now, f.now + SIGN_SLOT_TIME};
    const uint32_t wh = fake_use(&f) + machine_wh(kind, random);
    sign_home_use(&f.home, &f.parameters, NULL, SIGN_ELECTRICITY, when, wh, false);
    f.now = when.end;
    return sign_home_judge(&f.home, &f.parameters, NULL, f.now);
}

// Half hours of a silence until the hard limit, after 40 days of life; -1: not within a day behind it.
static int hard_limit_after(enum machine kind)
{
    uint64_t random = 7;
    fake_begin(&f, START, NULL);
    for (int i = 0; i < 40 * DAY; i++) (void)live(kind, &random);
    f.is_empty = true;
    for (int i = 1; i <= 8 * DAY; i++)
        if (live(kind, &random) == SIGN_CAP) return i;
    return -1;
}

static sign_state state_after(enum machine kind, int days)
{
    uint64_t random = 7;
    sign_state s = SIGN_LEARNING;
    fake_begin(&f, START, NULL);
    for (int i = 0; i < days * DAY; i++) s = live(kind, &random);
    return s;
}

TEST(a_home_whose_silence_is_hidden_is_told_after_four_weeks)
{
    assert_int_equal(state_after(HEAT_PUMP, 27), SIGN_LEARNING);
    assert_int_equal(state_after(HEAT_PUMP, 30), SIGN_UNSUITABLE);
    assert_int_equal(hard_limit_after(HEAT_PUMP), -1);
}

TEST(a_home_whose_silence_is_found_is_not)
{
    for (enum machine kind = NONE; kind <= BOILER; kind++) {
        if (kind == HEAT_PUMP) continue;
        assert_int_equal(state_after(kind, 30), SIGN_ACTIVE);
        assert_in_range(hard_limit_after(kind), 6 * DAY, 8 * DAY);
    }
}

TEST(the_same_home_on_the_same_day_gets_the_same_answer)
{
    (void)state_after(BOILER, 35);
    const bool passes = trial_passes(&f.home, &f.parameters, f.home.day);
    for (int i = 0; i < 5; i++) assert_int_equal(trial_passes(&f.home, &f.parameters, f.home.day), passes);
}

// A machine comes, and goes again: the weekly test hears of both.
TEST(a_home_is_tested_again_each_week)
{
    uint64_t random = 7;
    (void)state_after(NONE, 35);
    assert_false(f.home.is_unfit);
    for (int i = 0; i < 49 * DAY; i++) (void)live(HEAT_PUMP, &random);
    assert_true(f.home.is_unfit);
    for (int i = 0; i < 56 * DAY; i++) (void)live(NONE, &random);
    assert_false(f.home.is_unfit);
}

// Where so little happens that silence is the custom, none can stand out.
TEST(a_home_without_a_sign_of_life_a_day_is_told)
{
    (void)state_after(NONE, 35);
    assert_true(trial_passes(&f.home, &f.parameters, f.home.day));
    f.parameters.least_events = 10;  // this one has some nine
    assert_false(trial_passes(&f.home, &f.parameters, f.home.day));
}

RUN(CASE(a_home_whose_silence_is_hidden_is_told_after_four_weeks), CASE(a_home_whose_silence_is_found_is_not),
    CASE(the_same_home_on_the_same_day_gets_the_same_answer), CASE(a_home_is_tested_again_each_week),
    CASE(a_home_without_a_sign_of_life_a_day_is_told))
