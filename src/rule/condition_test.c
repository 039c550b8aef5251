// SPDX-License-Identifier: EUPL-1.2
// Readings whose episodes can be read off by hand.
#include "rule/condition.h"

#include "base/test.h"

#define MIN(n) ((n)*TIME_MINUTE)

static arena *a;
static struct sample samples[400];
static struct episode *episodes;
static size_t found;

static int start(void **state)
{
    (void)state;
    a = arena_new(1 << 20);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

// A reading a minute from minute 0.
static void run(const struct condition *c, const char *digits, bool was_active)
{
    size_t n = 0;
    err e;
    for (; digits[n]; n++) samples[n] = (struct sample){MIN((instant)n), digits[n] - '0'};
    assert_true(condition_episodes(c, samples, n, 0, MIN((instant)n), was_active, a, &episodes, &found, &e));
}

static void one_reading_above_begins_and_one_below_the_clear_level_ends(void **state)
{
    (void)state;
    const struct condition c = {WHEN_ABOVE, .value = 6, .clear = 4};
    run(&c, "35678654321", false);
    assert_int_equal(found, 1);
    assert_true(episodes[0].start == MIN(3) && episodes[0].end == MIN(7));  // 7 is above 6; 4 is not above 4
    assert_true(episodes[0].worst > 7.9 && episodes[0].worst < 8.1);
}

static void it_must_last(void **state)
{
    (void)state;
    const struct condition c = {WHEN_ABOVE, .value = 6, .clear = 6, .lasting_us = MIN(3),
                                .within_us = MIN(5)};
    run(&c, "1177117177711", false);
    // Of the last five readings three are above at 6 (7 7 1 1 7), two at 7 (7 1 1 7 1), three at 9 (1 7 1 7 7) and still at 12 (7 7 7 1 1).
    assert_int_equal(found, 2);
    assert_true(episodes[0].start == MIN(6) && episodes[0].end == MIN(7));
    assert_true(episodes[1].start == MIN(9) && episodes[1].end == TIME_NONE);
}

static void a_single_reading_does_not_make_an_hour(void **state)
{
    (void)state;
    const struct condition c = {WHEN_ABOVE, .value = 6, .clear = 6, .lasting_us = MIN(30),
                                .within_us = MIN(60)};
    err e;
    // Every minute 1, then three hours of silence, then one 9: it stands for its minute and not for the silence.
    for (size_t k = 0; k < 60; k++) samples[k] = (struct sample){MIN((instant)k), 1};
    samples[60] = (struct sample){MIN(240), 9};
    assert_true(condition_episodes(&c, samples, 61, 0, MIN(241), false, a, &episodes, &found, &e));
    assert_int_equal(found, 0);
}

static void below_is_the_other_way(void **state)
{
    (void)state;
    const struct condition c = {WHEN_BELOW, .value = 3, .clear = 5};
    run(&c, "5432456", false);
    assert_int_equal(found, 1);
    assert_true(episodes[0].start == MIN(3) && episodes[0].end == MIN(5));
}

static void a_rise_is_against_the_lowest_of_the_time(void **state)
{
    (void)state;
    const struct condition c = {WHEN_RISE, .value = 4, .clear = 2, .within_us = MIN(3)};
    run(&c, "2225788888", false);
    assert_int_equal(found, 1);
    assert_true(episodes[0].start == MIN(4));  // 7 against 2 three minutes before or less
    assert_true(episodes[0].end == MIN(7));    // 8 against 7 at the least of the last three
}

static void silence_is_an_episode_from_its_time_on(void **state)
{
    (void)state;
    const struct condition c = {WHEN_MISSING, .lasting_us = MIN(10)};
    err e;
    samples[0] = (struct sample){MIN(0), 1};
    samples[1] = (struct sample){MIN(5), 1};
    samples[2] = (struct sample){MIN(30), 1};
    assert_true(condition_episodes(&c, samples, 3, 0, MIN(39), false, a, &episodes, &found, &e));
    assert_int_equal(found, 1);
    assert_true(episodes[0].start == MIN(15) && episodes[0].end == MIN(30));
    assert_true(condition_episodes(&c, samples, 3, 0, MIN(40), false, a, &episodes, &found, &e));
    assert_int_equal(found, 2);
    assert_true(episodes[1].start == MIN(40) && episodes[1].end == TIME_NONE);
}

static void a_class_counts_from_itself_on(void **state)
{
    (void)state;
    const struct condition c = {WHEN_CLASS, .value = 7, .clear = 6};
    run(&c, "5676543", false);
    assert_int_equal(found, 1);
    assert_true(episodes[0].start == MIN(2) && episodes[0].end == MIN(4));
}

static void what_held_before_goes_on_or_ends(void **state)
{
    (void)state;
    const struct condition c = {WHEN_ABOVE, .value = 6, .clear = 4};
    run(&c, "5551", true);
    assert_int_equal(found, 1);
    assert_true(episodes[0].start == 0 && episodes[0].end == MIN(3));
}

// ---- Beside what is known ----

static struct decision *decisions;
static size_t decided;

static void decide(const struct episode *x, size_t n, const struct known_alert *k, size_t m)
{
    err e;
    assert_true(condition_decide(x, n, k, m, 0, MIN(10), a, &decisions, &decided, &e));
}

static void the_same_readings_looked_at_again_change_nothing(void **state)
{
    (void)state;
    const struct episode x[] = {{MIN(10), MIN(20), 9}, {MIN(50), TIME_NONE, 9}};
    decide(x, 2, NULL, 0);
    assert_int_equal(decided, 2);
    assert_int_equal(decisions[0].kind, DECIDE_RAISE);
    const struct known_alert k[] = {{MIN(10), MIN(20)}, {MIN(50), TIME_NONE}};
    decide(x, 2, k, 2);
    assert_int_equal(decided, 0);
}

static void an_end_clears_once(void **state)
{
    (void)state;
    const struct episode x[] = {{MIN(10), MIN(20), 9}};
    const struct known_alert open[] = {{MIN(10), TIME_NONE}}, closed[] = {{MIN(10), MIN(20)}};
    decide(x, 1, open, 1);
    assert_int_equal(decided, 1);
    assert_int_equal(decisions[0].kind, DECIDE_CLEAR);
    assert_true(decisions[0].episode.end == MIN(20));
    decide(x, 1, closed, 1);
    assert_int_equal(decided, 0);
}

// A late reading shows that it began six minutes earlier: the alert stays the one it was.
static void a_late_reading_that_moves_a_beginning_raises_nothing(void **state)
{
    (void)state;
    const struct episode x[] = {{MIN(4), MIN(8), 9}};
    const struct known_alert k[] = {{MIN(10), MIN(20)}};
    decide(x, 1, k, 1);
    assert_int_equal(decided, 0);
}

// A meter that was without connection sends an hour of yesterday: what it shows is raised now, once.
static void a_late_episode_is_raised(void **state)
{
    (void)state;
    const struct episode x[] = {{MIN(10), MIN(20), 9}, {MIN(100), MIN(110), 9}};
    const struct known_alert k[] = {{MIN(100), MIN(110)}};
    decide(x, 2, k, 1);
    assert_int_equal(decided, 1);
    assert_int_equal(decisions[0].kind, DECIDE_RAISE);
    assert_true(decisions[0].episode.start == MIN(10));
}

// Two minutes after an alert has ended another one begins: it is not the one that was.
static void what_begins_soon_after_an_end_is_another_alert(void **state)
{
    (void)state;
    const struct episode x[] = {{MIN(10), MIN(12), 9}, {MIN(14), TIME_NONE, 9}};
    const struct known_alert k[] = {{MIN(10), MIN(12)}};
    decide(x, 2, k, 1);
    assert_int_equal(decided, 1);
    assert_int_equal(decisions[0].kind, DECIDE_RAISE);
    assert_true(decisions[0].episode.start == MIN(14));
}

static void an_alert_that_late_readings_disprove_is_cleared(void **state)
{
    (void)state;
    const struct known_alert k[] = {{MIN(10), TIME_NONE}};
    decide(NULL, 0, k, 1);
    assert_int_equal(decided, 1);
    assert_int_equal(decisions[0].kind, DECIDE_CLEAR);
}

#define WITH(name) cmocka_unit_test_setup_teardown(name, start, stop)

RUN(WITH(one_reading_above_begins_and_one_below_the_clear_level_ends), WITH(it_must_last),
    WITH(a_single_reading_does_not_make_an_hour), WITH(below_is_the_other_way),
    WITH(a_rise_is_against_the_lowest_of_the_time), WITH(silence_is_an_episode_from_its_time_on),
    WITH(a_class_counts_from_itself_on), WITH(what_held_before_goes_on_or_ends),
    WITH(the_same_readings_looked_at_again_change_nothing), WITH(an_end_clears_once),
    WITH(a_late_reading_that_moves_a_beginning_raises_nothing), WITH(a_late_episode_is_raised),
    WITH(what_begins_soon_after_an_end_is_another_alert),
    WITH(an_alert_that_late_readings_disprove_is_cleared))
