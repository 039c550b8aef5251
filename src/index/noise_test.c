// SPDX-License-Identifier: EUPL-1.2
// Measured days of noisemonitor and the figures its authors give for them (test/data/noise); the calculation by hand is of the
// directive's formula.
#include "index/noise.h"

#include "base/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool none(double v)
{
    return isnan(v) != 0;
}

static const char *directory;

struct sample {
    arena *arena;
    struct noise_levels levels;
    struct tz *zone;
};

static instant at(int day, int hour)
{
    instant t;
    assert_true(time_from_civil((civil){2025, 3, day, hour, 0, 0, 0}, &t));
    return t;
}

static struct sample read_sample(const char *name, instant first, int64_t step)
{
    char path[512], line[64];
    struct sample s = {.arena = arena_new(1 << 20)};
    err e;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "r");
    if (!f) fail_msg("%s is not there", path);
    instant *times = ARENA_ARRAY(s.arena, 4000, instant);
    double *levels = ARENA_ARRAY(s.arena, 4000, double);
    while (s.levels.count < 4000 && fgets(line, sizeof line, f)) {
        times[s.levels.count] = first + (instant)s.levels.count * step;
        levels[s.levels.count++] = strtod(line, NULL);
    }
    fclose(f);
    s.levels.times = times;
    s.levels.levels = levels;
    s.zone = tz_load("Etc/UTC", &e);  // hours as in the file
    assert_non_null(s.zone);
    return s;
}

static void forget(struct sample *s)
{
    tz_free(s->zone);
    arena_free(s->arena);
}

// Published to two decimals.
#define assert_db(actual, expected) assert_true(fabs((actual) - (expected)) <= 0.0051)

struct published {
    const char *file;
    int day;
    double laeq, ld, le, ln, lden, l10, l50, l90, max;
};

static void check_day(const struct published *p)
{
    struct noise_date d;
    struct noise_span s;
    err e;
    struct sample x = read_sample(p->file, at(p->day, 0) + 30 * TIME_SECOND, TIME_MINUTE);
    assert_int_equal(x.levels.count, 1440);
    noise_date(&x.levels, at(p->day, 0), x.zone, TIME_MINUTE, &d);
    assert_true(noise_span(&x.levels, d.day, TIME_MINUTE, x.arena, &s, &e));
    print_message("%s: LAeq %.2f Ld %.2f Le %.2f Ln %.2f Lden %.2f L10 %.2f L50 %.2f L90 %.2f max %.2f\n",
                  p->file, s.laeq, d.part[NOISE_DAY], d.part[NOISE_EVENING], d.part[NOISE_NIGHT], d.lden,
                  s.l10, s.l50, s.l90, s.max);
    assert_db(s.laeq, p->laeq);
    assert_db(d.part[NOISE_DAY], p->ld);
    assert_db(d.part[NOISE_EVENING], p->le);
    assert_db(d.part[NOISE_NIGHT], p->ln);
    assert_db(d.lden, p->lden);
    if (p->max > 0) {
        assert_db(s.l10, p->l10);
        assert_db(s.l50, p->l50);
        assert_db(s.l90, p->l90);
        assert_db(s.max, p->max);
    }
    forget(&x);
}

TEST(measured_days_give_the_figures_that_are_published)
{
    static const struct published days[] = {
        // L50: they publish the 721st of 1,440 levels, 47.29; see test/data/noise/README.md
        {"2025-03-22", 22, 49.74, 49.66, 53.02, 46.38, 54.72, 52.95, 47.28, 43.19, 62.28},
        {"2025-03-23", 23, 45.56, 46.45, 44.14, 44.57, 51.18, 0, 0, 0, 0},
        {"2025-03-24", 24, 51.59, 52.72, 51.18, 49.35, 56.53, 0, 0, 0, 0}};
    for (size_t k = 0; k < sizeof days / sizeof days[0]; k++) check_day(&days[k]);
}

TEST(an_hour_of_seconds_gives_the_figures_that_are_published)
{
    struct noise_span s;
    err e;
    struct sample x = read_sample("2025-03-22-17h", at(22, 17), TIME_SECOND);
    assert_true(noise_span(&x.levels, (interval){at(22, 17), at(22, 18)}, TIME_SECOND, x.arena, &s, &e));
    assert_int_equal(s.count, 3600);
    assert_db(s.laeq, 50.59);
    assert_db(s.l10, 52.19);
    assert_db(s.l50, 50.19);  // not published; the median by an independent program
    assert_db(s.l90, 48.59);
    assert_db(s.max, 58.59);
    assert_true(fabs(s.captured - 1) < 1e-9);
    forget(&x);
}

// By hand: 12 * 10^6 + 4 * 10^(5.5 + 0.5) + 8 * 10^(5 + 1) = 24 * 10^6, a twenty-fourth of it is 10^6: 60 dB.
TEST(sixty_by_day_fifty_five_in_the_evening_fifty_at_night_is_sixty)
{
    assert_true(fabs(noise_lden(60, 55, 50) - 60) < 1e-9);
}

// By hand: ten levels 41, 42 ... 50. L90 lies at 10 % of the way from the first to the tenth: 41 + 0.1 * 9 = 41.9; L50 45.5; L10 49.1.
TEST(a_level_that_is_exceeded_a_share_of_the_time_lies_between_ranks)
{
    instant times[10];
    double levels[10];
    for (int k = 0; k < 10; k++) {
        times[k] = k * TIME_MINUTE;
        levels[k] = 41 + (k * 7) % 10;  // in another order
    }
    const struct noise_levels l = {times, levels, 10};
    struct noise_span s;
    err e;
    arena *a = arena_new(65536);
    assert_true(noise_span(&l, (interval){0, 10 * TIME_MINUTE}, TIME_MINUTE, a, &s, &e));
    assert_true(fabs(s.l90 - 41.9) < 1e-9 && fabs(s.l50 - 45.5) < 1e-9 && fabs(s.l10 - 49.1) < 1e-9);
    arena_free(a);
}

// By hand: half the time 50 dB (10^5), half 60 dB (10^6): 550,000 on average, 57.40 dB; not 55.
TEST(levels_are_averaged_by_energy)
{
    const instant times[] = {0, TIME_MINUTE};
    const double levels[] = {50, 60};
    const struct noise_levels l = {times, levels, 2};
    struct noise_span s;
    err e;
    arena *a = arena_new(65536);
    assert_true(noise_span(&l, (interval){0, 2 * TIME_MINUTE}, TIME_MINUTE, a, &s, &e));
    assert_true(fabs(s.laeq - 57.4036) < 1e-3);
    arena_free(a);
}

TEST(a_part_with_less_than_three_quarters_has_no_level_and_the_day_no_lden)
{
    struct noise_date d;
    struct sample x = read_sample("2025-03-22", at(22, 0) + 30 * TIME_SECOND, TIME_MINUTE);
    x.levels.count = 22 * 60 - 1;  // the evening (19-23) lacks an hour and a minute: 179 of 240
    noise_date(&x.levels, at(22, 0), x.zone, TIME_MINUTE, &d);
    assert_true(none(d.part[NOISE_EVENING]));
    assert_true(none(d.lden));
    assert_false(none(d.part[NOISE_DAY]));
    assert_false(none(d.lnight));  // 420 of 480 minutes
    x.levels.count = 22 * 60;
    noise_date(&x.levels, at(22, 0), x.zone, TIME_MINUTE, &d);
    assert_false(none(d.part[NOISE_EVENING]));
    assert_false(none(d.lden));
    forget(&x);
}

// On 30 March 2025 the clock went from 2 to 3: the night has 7 hours, and all of them are there.
TEST(a_night_of_seven_hours_is_whole_with_seven_hours)
{
    err e;
    struct tz *zone = tz_load("Europe/Amsterdam", &e);
    arena *a = arena_new(1 << 20);
    instant *times = ARENA_ARRAY(a, 1380, instant);
    double *levels = ARENA_ARRAY(a, 1380, double);
    struct noise_date d;
    const instant midnight = at(29, 23);  // 00:00 local on the 30th
    for (size_t k = 0; k < 1380; k++) {
        times[k] = midnight + (instant)k * TIME_MINUTE;
        levels[k] = 50;
    }
    const struct noise_levels l = {times, levels, 1380};
    noise_date(&l, midnight, zone, TIME_MINUTE, &d);
    assert_true(d.day.end - d.day.start == 23 * TIME_HOUR);
    assert_true(fabs(d.captured[NOISE_NIGHT] - 1) < 1e-9);
    assert_true(fabs(d.lden - noise_lden(50, 50, 50)) < 1e-9);
    arena_free(a);
    tz_free(zone);
}

// By hand: nights of 40 and 50 dB: (10^4 + 10^5) / 2 = 55,000: 47.40 dB.
TEST(long_term_parts_are_averaged_by_energy_and_need_three_quarters_of_the_dates)
{
    const struct noise_date dates[] = {
        {.part = {50, 50, 40}}, {.part = {50, 50, 50}}, {.part = {50, 50, NAN}}};
    struct noise_date d;
    noise_long_term(dates, 3, 3, &d);
    assert_true(none(d.lnight));
    noise_long_term(dates, 2, 2, &d);
    assert_true(fabs(d.lnight - 47.4036) < 1e-3);
}

int main(int argc, char **argv)
{
    directory = argc > 1 ? argv[1] : "test/data/noise";
    const struct CMUnitTest tests[] = {
        CASE(measured_days_give_the_figures_that_are_published),
        CASE(an_hour_of_seconds_gives_the_figures_that_are_published),
        CASE(sixty_by_day_fifty_five_in_the_evening_fifty_at_night_is_sixty),
        CASE(a_level_that_is_exceeded_a_share_of_the_time_lies_between_ranks),
        CASE(levels_are_averaged_by_energy),
        CASE(a_part_with_less_than_three_quarters_has_no_level_and_the_day_no_lden),
        CASE(a_night_of_seven_hours_is_whole_with_seven_hours),
        CASE(long_term_parts_are_averaged_by_energy_and_need_three_quarters_of_the_dates)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
