// SPDX-License-Identifier: EUPL-1.2
// A home under what happens to homes and meters: machines, power cuts, late readings, restarts, clocks.
#include "sign/codec.h"
#include "sign/learn.h"
#include "sign/home.h"
#include "sign/testing.h"

#include "base/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define START ((instant)1772406000 * TIME_SECOND)  // 2026-03-02T00:00+01:00, a Monday
#define DAY SIGN_SLOTS

static struct fake_home f;

static void lived_in(int days)
{
    fake_begin(&f, START, NULL);
    assert_int_equal(fake_days(&f, days), 0);
}

// ---- Power cuts and returns --------------------------------------------------------------------------------------

// The meter was off for two days and counted nothing: nobody could have used anything, so nothing was learnt of anybody.
TEST(a_power_cut_is_no_silence)
{
    lived_in(60);
    const uint16_t before = f.home.quiet_slots;
    const interval cut = {f.now, f.now + 2 * TIME_DAY};
    sign_home_hole(&f.home, &f.parameters, NULL, cut, 30);
    f.now = cut.end;
    sign_home_judge(&f.home, &f.parameters, NULL, f.now);
    assert_true(f.home.quiet_slots <= before + 1);
    assert_int_equal(fake_days(&f, 10), 0);
}

// As long without readings, but the refrigerator ran on: that counts.
TEST(a_hole_in_which_the_machines_ran_counts_as_silence)
{
    lived_in(60);
    const interval hole = {f.now, f.now + 2 * TIME_DAY};
    sign_home_hole(&f.home, &f.parameters, NULL, hole, 2 * f.home.standby_wh * 48);
    f.now = hole.end;
    f.is_empty = true;
    fake_step(&f, true);
    assert_true(f.home.quiet_slots >= 2 * DAY);
}

TEST(who_comes_back_before_the_day_is_watched_from_then_on)
{
    lived_in(60);
    const instant from = f.now;
    sign_home_away(&f.home, NULL, from, from + 60 * TIME_DAY);
    f.is_empty = true;
    for (int i = 0; i < 5 * DAY; i++) fake_step(&f, true);
    sign_home_away(&f.home, NULL, f.now, TIME_NONE);
    assert_in_range(fake_until(&f, SIGN_QUIET, true, 8 * DAY), DAY, 8 * DAY);
}

TEST(an_earlier_day_of_return_replaces_the_later_one)
{
    lived_in(60);
    sign_home_away(&f.home, NULL, f.now, f.now + 60 * TIME_DAY);
    sign_home_away(&f.home, NULL, f.now, f.now + 3 * TIME_DAY);
    f.is_empty = true;
    for (int i = 0; i < 3 * DAY - 1; i++) assert_int_equal(fake_step(&f, true), SIGN_AWAY);
    assert_in_range(fake_until(&f, SIGN_QUIET, true, 8 * DAY), DAY, 8 * DAY);
}

// ---- Machines ----------------------------------------------------------------------------------------------------

// What runs in an empty home: a refrigerator of 100 W that is on for 15 of 45 minutes, a router of 12 W, and besides by `kind`
// a boiler that heats again every 11 hours, a charger of a bicycle that starts at 01:00, or a freezer that defrosts each 50 hours.
enum machines { PLAIN, BOILER, CHARGER, DEFROST, MACHINES };

static uint32_t machines_wh(enum machines kind, instant at)
{
    const int64_t minute = at / TIME_MINUTE;
    const int64_t slot_of_day = minute / 30 % 48;
    uint32_t wh = 6;
    for (int64_t m = minute; m < minute + 30; m++)
        wh += (uint32_t)((m % 45 < 15 ? 100 : 0) / 60 + (m % 45 < 10 ? 1 : 0));
    if (kind == BOILER && minute / 30 % 22 == 0) wh += 450;
    if (kind == CHARGER && slot_of_day >= 2 && slot_of_day < 8) wh += 90;
    if (kind == DEFROST && minute / 30 % 100 == 0) wh += 180;
    return wh;
}

static sign_state live(struct fake_home *h, enum machines kind)
{
    const interval when = {h->now, h->now + SIGN_SLOT_TIME};
    struct fake_home people = *h;
    const uint32_t both = fake_use(&people);  // its own standby is 40 to 64 Wh
    h->random = people.random;
    const uint32_t acts = both > 70 && !h->is_empty ? both - 50 : 0;
    sign_home_use(&h->home, &h->parameters, NULL, SIGN_ELECTRICITY, when, machines_wh(kind, h->now) + acts,
                  false);
    h->now = when.end;
    return sign_home_judge(&h->home, &h->parameters, NULL, h->now);
}

// Whoever dies among running machines is found, at the latest a day behind the hard limit; or peil said after four weeks that it cannot.
TEST(refrigerators_boilers_chargers_and_routers_are_no_life)
{
    for (enum machines kind = PLAIN; kind < MACHINES; kind++) {
        fake_begin(&f, START, NULL);
        for (int i = 0; i < 60 * DAY; i++) {
            const sign_state s = live(&f, kind);
            assert_true(s != SIGN_QUIET && s != SIGN_CAP);
        }
        if (kind == BOILER && f.home.state == SIGN_UNSUITABLE) continue;
        if (f.home.state != SIGN_ACTIVE)
            fail_msg("machines %d: state %s", (int)kind, sign_state_name(f.home.state));
        f.is_empty = true;
        int found = 0;
        for (int i = 1; i <= 8 * DAY && !found; i++)
            if (live(&f, kind) == SIGN_CAP) found = i;
        if (!found) fail_msg("machines %d: not found", (int)kind);
    }
}

// ... and it is one alarm, not one more each time that the freezer defrosts.
TEST(a_machine_that_starts_does_not_make_two_alarms_of_one)
{
    int raised = 0;
    sign_state before = SIGN_ACTIVE;
    fake_begin(&f, START, NULL);
    for (int i = 0; i < 60 * DAY; i++) live(&f, DEFROST);
    f.is_empty = true;
    for (int i = 0; i < 20 * DAY; i++) {
        const sign_state s = live(&f, DEFROST);
        raised += s == SIGN_CAP && before != SIGN_CAP;
        before = s;
    }
    assert_int_equal(raised, 1);
}

// ---- The sum -----------------------------------------------------------------------------------------------------

// The short way over whole days of one meter says what the long way says; a second meter that never spoke forces the long one.
TEST(both_ways_over_seven_weeks_agree)
{
    for (uint64_t seed = 1; seed <= 40; seed++) {
        fake_begin(&f, START, NULL);
        f.random = seed * 977;
        f.has_timer = seed % 3 == 0;
        for (int day = 0; day < 55; day++) {
            f.is_empty = (seed + (uint64_t)day * 7) % 11 <
                         2;  // quiet days here and there, so that there are silences to find
            fake_days(&f, 1);
        }
        struct sign_home one = f.home, two = f.home;
        one.told_quiet = one.told_cap = two.told_quiet = two.told_cap = false;
        two.channels |= 1u << SIGN_WATER;
        sign_learn(&one, &f.parameters);
        sign_learn(&two, &f.parameters);
        assert_true(one.limit > 0);
        if (fabsf(one.limit - two.limit) > 0.001F * one.limit || one.longest_slots != two.longest_slots)
            fail_msg("seed %d: %g and %g, %d and %d", (int)seed, (double)one.limit, (double)two.limit,
                     one.longest_slots, two.longest_slots);
    }
}

// ---- Whatever happens on the way ---------------------------------------------------------------------------------

static uint64_t roll(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static void restart(struct sign_home *h)
{
    buf b = {.max = SIGN_CODED_MAX};
    struct sign_home back;
    err e;
    sign_home_write(h, &b);
    assert_true(sign_home_read(buf_str(&b), &back, &e));
    *h = back;
    buf_free(&b);
}

// Readings come in bursts up to ten hours late, some twice; peil restarts now and then; our clock is some minutes off; a clock
// change lies in between. Gives the half hours until the cap, -1: never.
static int troubled(uint64_t seed, bool is_silent, struct tz *zone, instant start, int *alarms)
{
    struct sign_home home = {0};
    struct sign_parameters p = sign_parameters_standard();
    static uint32_t wh[80 * DAY];
    uint64_t random = seed;
    int sent = 0, cap = -1;
    fake_begin(&f, start, zone);
    f.random = seed * 31 + 7;
    for (int i = 0; i < 80 * DAY; i++) {
        f.is_empty = is_silent && i >= 65 * DAY;
        wh[i] = fake_use(&f);
        f.now += SIGN_SLOT_TIME;
    }
    for (int i = 0; i < 75 * DAY; i++) {
        const bool comes = roll(&random) % 12 == 0 || i - sent >= 20;
        for (int k = comes && sent > 4 && roll(&random) % 5 == 0 ? sent - 4 : sent; comes && k <= i; k++) {
            const instant at = start + k * SIGN_SLOT_TIME;
            sign_home_use(&home, &p, zone, SIGN_ELECTRICITY, (interval){at, at + SIGN_SLOT_TIME}, wh[k],
                          false);
        }
        if (comes) sent = i + 1;
        if (roll(&random) % 20 == 0) restart(&home);
        const instant now = start + (i + 1) * SIGN_SLOT_TIME + (instant)(roll(&random) % 10) * TIME_MINUTE -
                            5 * TIME_MINUTE;
        const sign_state s = sign_home_judge(&home, &p, zone, now);
        *alarms += s == SIGN_QUIET || s == SIGN_CAP;
        if (cap < 0 && s == SIGN_CAP) cap = i - 65 * DAY;
    }
    return cap;
}

// A quarter of an hour at a time, each after a restart, from the first on: how a town's peil keeps homes.
TEST(a_restart_in_mid_half_hour_loses_nothing)
{
    struct sign_home one = {0}, two = {0};
    const struct sign_parameters p = sign_parameters_standard();
    for (int i = 0; i < 4 * 96; i++) {
        const instant at = START + i * 15 * TIME_MINUTE;
        const interval when = {at, at + 15 * TIME_MINUTE};
        const uint32_t wh = 20 + (i % 16 < 2 ? 200 : 0);
        sign_home_use(&one, &p, NULL, SIGN_ELECTRICITY, when, wh, false);
        sign_home_use(&two, &p, NULL, SIGN_ELECTRICITY, when, wh, false);
        restart(&two);
    }
    assert_true(one.last_event != SIGN_NEVER);
    assert_int_equal(one.last_event, two.last_event);
    assert_memory_equal(&one.bits, &two.bits, sizeof one.bits);
}

TEST(late_bursts_restarts_and_clocks_neither_raise_nor_lose_an_alarm)
{
    err e;
    struct tz *zone = tz_load("Europe/Amsterdam", &e);
    assert_non_null(zone);
    static const instant changes[] = {1774746000, 1792890000};  // 29 March and 25 October 2026
    for (uint64_t seed = 1; seed <= 24; seed++) {
        const instant start = changes[seed % 2] * TIME_SECOND - 66 * TIME_DAY;
        int alarms = 0;
        if (troubled(seed, false, zone, start, &alarms) != -1 || alarms > 0)
            fail_msg("seed %d: raised", (int)seed);
        const int cap = troubled(seed, true, zone, start, &alarms);
        if (cap < 6 * DAY || cap > 7 * DAY + 24) fail_msg("seed %d: cap after %d half hours", (int)seed, cap);
    }
    tz_free(zone);
}

RUN(CASE(a_power_cut_is_no_silence), CASE(a_hole_in_which_the_machines_ran_counts_as_silence),
    CASE(who_comes_back_before_the_day_is_watched_from_then_on),
    CASE(an_earlier_day_of_return_replaces_the_later_one),
    CASE(refrigerators_boilers_chargers_and_routers_are_no_life), CASE(both_ways_over_seven_weeks_agree),
    CASE(a_machine_that_starts_does_not_make_two_alarms_of_one),
    CASE(a_restart_in_mid_half_hour_loses_nothing),
    CASE(late_bursts_restarts_and_clocks_neither_raise_nor_lose_an_alarm))
