// SPDX-License-Identifier: EUPL-1.2
#include "sign/codec.h"
#include "sign/explain.h"
#include "sign/home.h"
#include "sign/meter.h"
#include "sign/testing.h"

#include "base/test.h"

#include <string.h>

#define START ((instant)1772406000 * TIME_SECOND)  // 2026-03-02T00:00+01:00, a Monday
#define DAY SIGN_SLOTS

static struct fake_home f;

static void lived_in(int days)
{
    fake_begin(&f, START, NULL);
    assert_int_equal(fake_days(&f, days), 0);
    assert_int_equal(f.home.state, days >= 28 ? SIGN_ACTIVE : SIGN_LEARNING);
}

TEST(state_of_a_home_fits_its_promise)
{
    assert_true(sizeof(struct sign_home) <= 2048);
}

TEST(months_of_ordinary_life_raise_nothing)
{
    lived_in(120);
}

TEST(a_silence_stands_out_within_three_days_and_reaches_the_cap_after_seven)
{
    lived_in(60);
    f.is_empty = true;
    const int quiet = fake_until(&f, SIGN_QUIET, true, 3 * DAY);
    assert_in_range(quiet, DAY / 2, 3 * DAY);
    const int cap = quiet + fake_until(&f, SIGN_CAP, true, 8 * DAY);
    assert_in_range(cap, 6 * DAY, 7 * DAY + 1);
}

TEST(a_silence_is_told_by_day)
{
    for (int hour = 0; hour < 24; hour += 5) {
        lived_in(60);
        for (int i = 0; i < 2 * hour; i++) fake_step(&f, true);
        f.is_empty = true;
        assert_true(fake_until(&f, SIGN_QUIET, true, 4 * DAY) > 0);
        const int told = sign_slot_of(NULL, f.now) % DAY / 2;
        assert_in_range(told, 8, 20);
    }
}

TEST(while_learning_the_cap_alone_holds)
{
    lived_in(10);
    f.is_empty = true;
    assert_int_equal(fake_until(&f, SIGN_QUIET, true, 6 * DAY), -1);
    assert_in_range(fake_until(&f, SIGN_CAP, true, 2 * DAY), 1, DAY + DAY / 2);
}

TEST(a_load_that_stays_on_is_no_life)
{
    lived_in(60);
    f.is_empty = true;
    f.extra_wh = 120;
    assert_in_range(fake_until(&f, SIGN_QUIET, true, 4 * DAY), DAY / 2, 4 * DAY);
}

TEST(a_timer_is_no_life)
{
    fake_begin(&f, START, NULL);
    f.has_timer = true;
    assert_int_equal(fake_days(&f, 60), 0);
    f.is_empty = true;
    assert_in_range(fake_until(&f, SIGN_QUIET, true, 4 * DAY), DAY / 2, 4 * DAY);
    assert_in_range(fake_until(&f, SIGN_CAP, true, 7 * DAY), 1, 7 * DAY);
}

TEST(one_defrost_does_not_start_the_clock_anew)
{
    lived_in(60);
    f.is_empty = true;
    for (int i = 0; i < 5 * DAY; i++) fake_step(&f, true);
    f.extra_wh = 300;
    fake_step(&f, true);
    f.extra_wh = 0;
    assert_in_range(fake_until(&f, SIGN_CAP, true, 3 * DAY), 1, 2 * DAY + 2);
}

TEST(life_ends_a_silence)
{
    lived_in(60);
    f.is_empty = true;
    assert_true(fake_until(&f, SIGN_QUIET, true, 3 * DAY) > 0);
    f.is_empty = false;
    assert_in_range(fake_until(&f, SIGN_ACTIVE, true, DAY), 1, DAY);
    assert_int_equal(fake_days(&f, 30), 0);
}

TEST(a_hole_is_a_silent_meter_and_stops_the_clock)
{
    lived_in(60);
    for (int i = 0; i < 10 * DAY; i++) {
        const sign_state s = fake_step(&f, false);
        assert_true(s != SIGN_QUIET && s != SIGN_CAP);
        if (i >= 12) assert_int_equal(s, SIGN_METER_SILENT);
    }
    assert_int_equal(fake_days(&f, 20), 0);
}

TEST(a_silence_behind_a_hole_is_counted_from_its_readings)
{
    lived_in(60);
    f.is_empty = true;
    for (int i = 0; i < 2 * DAY; i++) fake_step(&f, false);
    assert_in_range(fake_until(&f, SIGN_QUIET, true, 4 * DAY), DAY / 2, 4 * DAY);
}

TEST(no_electricity_is_no_silence)
{
    lived_in(60);
    int first = -1;
    for (int i = 0; i < 6 * DAY; i++) {
        const interval when = {f.now, f.now + SIGN_SLOT_TIME};
        sign_home_use(&f.home, &f.parameters, NULL, SIGN_ELECTRICITY, when, 0, false);
        f.now = when.end;
        const sign_state s = sign_home_judge(&f.home, &f.parameters, NULL, f.now);
        assert_true(s != SIGN_QUIET && s != SIGN_CAP);
        if (s == SIGN_SUPPLY_OFF && first < 0) first = i;
    }
    assert_in_range(first, 6, 24);
    assert_int_equal(fake_days(&f, 10), 0);
}

TEST(a_home_with_panels_is_told_from_a_silent_one)
{
    fake_begin(&f, START, NULL);
    f.has_panels = true;
    for (int i = 0; i < 60 * DAY; i++) {
        const sign_state s = fake_step(&f, true);
        assert_true(s == SIGN_ACTIVE || s == SIGN_LEARNING);
    }
    f.is_empty = true;
    assert_in_range(fake_until(&f, SIGN_QUIET, true, 6 * DAY), DAY / 2, 6 * DAY);
}

TEST(a_holiday_raises_nothing_and_the_clock_starts_at_its_end)
{
    lived_in(60);
    sign_home_away(&f.home, NULL, f.now, f.now + 20 * TIME_DAY);
    f.is_empty = true;
    for (int i = 0; i < 20 * DAY - 1; i++) assert_int_equal(fake_step(&f, true), SIGN_AWAY);
    const int alarm = fake_until(&f, SIGN_QUIET, true, 5 * DAY);
    assert_in_range(alarm, DAY, 5 * DAY);
}

TEST(a_pause_raises_nothing)
{
    lived_in(60);
    sign_home_pause(&f.home, NULL, true, f.now);
    f.is_empty = true;
    for (int i = 0; i < 12 * DAY; i++) assert_int_equal(fake_step(&f, true), SIGN_PAUSED);
    f.is_empty = false;
    sign_home_pause(&f.home, NULL, false, f.now);
    assert_int_equal(fake_days(&f, 10), 0);
}

// Three days arrive at once, in order or backwards: what would have been said in time is said now.
TEST(late_readings_neither_raise_nor_lose_an_alarm)
{
    for (int backwards = 0; backwards < 2; backwards++) {
        uint32_t wh[3 * DAY];
        lived_in(60);
        const instant from = f.now;
        for (int i = 0; i < 3 * DAY; i++) {
            wh[i] = fake_use(&f);
            f.now += SIGN_SLOT_TIME;
            const sign_state s = sign_home_judge(&f.home, &f.parameters, NULL, f.now);
            assert_true(s != SIGN_QUIET && s != SIGN_CAP);
        }
        for (int day = 0; day < 3; day++)
            for (int i = 0; i < DAY; i++) {
                const int k = (backwards ? 2 - day : day) * DAY + i;
                const interval when = {from + k * SIGN_SLOT_TIME, from + (k + 1) * SIGN_SLOT_TIME};
                sign_home_use(&f.home, &f.parameters, NULL, SIGN_ELECTRICITY, when, wh[k], false);
            }
        assert_int_equal(sign_home_judge(&f.home, &f.parameters, NULL, f.now), SIGN_ACTIVE);
        assert_int_equal(fake_days(&f, 10), 0);
    }
}

TEST(late_readings_that_show_life_withdraw_the_alarm)
{
    lived_in(60);
    const struct fake_home alive = f;
    f.is_empty = true;
    assert_true(fake_until(&f, SIGN_QUIET, true, 3 * DAY) > 0);
    // A second meter was late: its water shows that somebody is in.
    for (instant t = alive.now; t < f.now; t += SIGN_SLOT_TIME) {
        const bool draws = t / SIGN_SLOT_TIME % 5 == 0;
        sign_home_use(&f.home, &f.parameters, NULL, SIGN_WATER, (interval){t, t + SIGN_SLOT_TIME},
                      draws ? 12 : 0, false);
    }
    (void)sign_home_judge(&f.home, &f.parameters, NULL, f.now);
    assert_true(f.home.channels & (1u << SIGN_WATER));
}

TEST(the_same_readings_twice_change_nothing)
{
    lived_in(40);
    struct fake_home twice;
    fake_begin(&twice, START, NULL);
    for (int i = 0; i < 40 * DAY; i++) {
        const interval when = {twice.now, twice.now + SIGN_SLOT_TIME};
        const uint32_t wh = fake_use(&twice);
        sign_home_use(&twice.home, &twice.parameters, NULL, SIGN_ELECTRICITY, when, wh, false);
        sign_home_use(&twice.home, &twice.parameters, NULL, SIGN_ELECTRICITY, when, wh, false);
        twice.now = when.end;
        sign_home_judge(&twice.home, &twice.parameters, NULL, twice.now);
    }
    assert_int_equal(twice.home.state, f.home.state);
    assert_memory_equal(&twice.home.bits, &f.home.bits, sizeof f.home.bits);
}

// A restart after every half hour: the state goes to bytes and back.
TEST(a_restart_changes_nothing)
{
    struct fake_home other;
    buf b = {.max = SIGN_CODED_MAX};
    err e;
    fake_begin(&f, START, NULL);
    fake_begin(&other, START, NULL);
    for (int i = 0; i < 70 * DAY; i++) {
        f.is_empty = other.is_empty = i > 60 * DAY;
        const sign_state a = fake_step(&f, true), c = fake_step(&other, true);
        assert_int_equal(a, c);
        buf_clear(&b);
        sign_home_write(&other.home, &b);
        assert_false(b.failed);
        struct sign_home back;
        assert_true(sign_home_read(buf_str(&b), &back, &e));
        other.home = back;
    }
    assert_int_equal(f.home.state, SIGN_CAP);
    buf_free(&b);
}

TEST(clock_changes_neither_raise_nor_lose_an_alarm)
{
    err e;
    struct tz *zone = tz_load("Europe/Amsterdam", &e);
    assert_non_null(zone);
    // The Sundays of 29 March and 25 October 2026 fall in the silence, a day after it began.
    static const instant changes[] = {1774746000, 1792890000};
    for (size_t k = 0; k < 2; k++) {
        fake_begin(&f, changes[k] * TIME_SECOND - 61 * TIME_DAY, zone);
        assert_int_equal(fake_days(&f, 60), 0);
        const struct fake_home before = f;
        assert_int_equal(fake_days(&f, 20), 0);
        f = before;
        f.is_empty = true;
        const int cap = fake_until(&f, SIGN_CAP, true, 8 * DAY);
        assert_in_range(cap, 7 * DAY - DAY, 7 * DAY + 4);
    }
    tz_free(zone);
}

TEST(space_heating_is_no_life)
{
    lived_in(40);
    f.is_empty = true;
    const instant from = f.now;
    int alarm = -1;
    for (int i = 0; i < 8 * DAY && alarm < 0; i++) {
        const interval when = {f.now, f.now + SIGN_SLOT_TIME};
        // The boiler burns half an hour in each, from five in the morning to eleven at night.
        const int slot = sign_slot_of(NULL, f.now) % DAY;
        const uint32_t litres = slot >= 10 && slot < 46 && slot % 2 == 0 ? 150 : 0;
        sign_home_use(&f.home, &f.parameters, NULL, SIGN_GAS, when, litres, false);
        if (fake_step(&f, true) == SIGN_QUIET) alarm = i;
    }
    assert_true(f.now > from);
    assert_in_range(alarm, DAY / 2, 7 * DAY);
}

TEST(water_is_life)
{
    fake_begin(&f, START, NULL);
    for (int i = 0; i < 70 * DAY; i++) {
        const interval when = {f.now, f.now + SIGN_SLOT_TIME};
        const int slot = sign_slot_of(NULL, f.now) % DAY;
        // From day 60 on nothing is switched on any more, but water still runs.
        f.is_empty = i > 60 * DAY;
        sign_home_use(&f.home, &f.parameters, NULL, SIGN_WATER, when,
                      slot > 14 && slot % 6 == (i / DAY) % 6 ? 9 : 0, false);
        assert_true(fake_step(&f, true) != SIGN_CAP);
    }
}

TEST(a_home_in_which_nothing_is_switched_on_is_told_it_does_not_suit)
{
    fake_begin(&f, START, NULL);
    f.is_empty = true;
    f.parameters.cap_h = 336;
    fake_days(&f, 27);
    assert_in_range(fake_until(&f, SIGN_UNSUITABLE, true, 3 * DAY), 1, 3 * DAY);
}

TEST(an_alarm_explains_itself)
{
    buf b = {.max = 4096};
    lived_in(60);
    f.is_empty = true;
    assert_true(fake_until(&f, SIGN_CAP, true, 8 * DAY) > 0);
    sign_explain(&f.home, &f.parameters, SIGN_EN, &b);
    size_t at;
    assert_true(str_starts(buf_str(&b), STR("Since ")));
    assert_true(str_find(buf_str(&b), STR("168 hours with readings"), &at));
    assert_true(str_find(buf_str(&b), STR("The hard limit of 168 hours has been reached."), &at));
    buf_clear(&b);
    sign_explain(&f.home, &f.parameters, SIGN_NL, &b);
    assert_true(str_starts(buf_str(&b), STR("Sinds ")));
    buf_free(&b);
}

// ---- Registers ---------------------------------------------------------------------------------------------------

static struct sign_meter meter;
static int64_t register_wh;

static void read_meter(instant at, int64_t in)
{
    const struct sign_reading r = {SIGN_ELECTRICITY, at, in, SIGN_METER_NONE};
    sign_meter_take(&meter, &f.home, &f.parameters, NULL, &r);
}

static void begin_meter(int days)
{
    memset(&meter, 0, sizeof meter);
    register_wh = 1000000;
    fake_begin(&f, START, NULL);
    for (int i = 0; i < days * DAY; i++) {
        read_meter(f.now, register_wh);
        register_wh += fake_use(&f);
        f.now += SIGN_SLOT_TIME;
        assert_int_equal(sign_home_judge(&f.home, &f.parameters, NULL, f.now) == SIGN_QUIET, false);
    }
}

TEST(a_swapped_meter_is_no_life_and_no_silence)
{
    begin_meter(40);
    const sign_slot last = f.home.last_event;
    read_meter(f.now, 17);
    read_meter(f.now + SIGN_SLOT_TIME, 57);
    assert_int_equal(f.home.last_event, last);
}

TEST(use_over_a_hole_tells_whether_somebody_lived)
{
    for (int lived = 0; lived < 2; lived++) {
        begin_meter(40);
        f.is_empty = true;
        for (int i = 0; i < DAY; i++) {
            read_meter(f.now, register_wh);
            register_wh += fake_use(&f);
            f.now += SIGN_SLOT_TIME;
        }
        read_meter(f.now, register_wh);
        // Four days without the box, in which the register moved by the standby load, or by much more.
        f.now += 4 * TIME_DAY;
        register_wh += 4 * DAY * 48 + (lived ? 20000 : 0);
        read_meter(f.now, register_wh);
        sign_home_judge(&f.home, &f.parameters, NULL, f.now);
        if (lived)
            assert_true(f.home.quiet_slots < 4);
        else
            assert_true(f.home.quiet_slots > 4 * DAY);
    }
}

RUN(CASE(state_of_a_home_fits_its_promise), CASE(months_of_ordinary_life_raise_nothing),
    CASE(a_silence_stands_out_within_three_days_and_reaches_the_cap_after_seven),
    CASE(a_silence_is_told_by_day), CASE(while_learning_the_cap_alone_holds),
    CASE(a_load_that_stays_on_is_no_life), CASE(a_timer_is_no_life),
    CASE(one_defrost_does_not_start_the_clock_anew), CASE(life_ends_a_silence),
    CASE(a_hole_is_a_silent_meter_and_stops_the_clock),
    CASE(a_silence_behind_a_hole_is_counted_from_its_readings), CASE(no_electricity_is_no_silence),
    CASE(a_home_with_panels_is_told_from_a_silent_one),
    CASE(a_holiday_raises_nothing_and_the_clock_starts_at_its_end), CASE(a_pause_raises_nothing),
    CASE(late_readings_neither_raise_nor_lose_an_alarm),
    CASE(late_readings_that_show_life_withdraw_the_alarm), CASE(the_same_readings_twice_change_nothing),
    CASE(a_restart_changes_nothing), CASE(clock_changes_neither_raise_nor_lose_an_alarm),
    CASE(space_heating_is_no_life), CASE(water_is_life),
    CASE(a_home_in_which_nothing_is_switched_on_is_told_it_does_not_suit), CASE(an_alarm_explains_itself),
    CASE(a_swapped_meter_is_no_life_and_no_silence), CASE(use_over_a_hole_tells_whether_somebody_lived))
