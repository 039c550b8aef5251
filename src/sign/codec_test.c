// SPDX-License-Identifier: EUPL-1.2
// A home that the version before wrote goes on as if it had always been this one.
#include "sign/codec.h"
#include "sign/still.h"
#include "sign/testing.h"

#include "base/test.h"

#include <string.h>

#define START ((instant)1772406000 * TIME_SECOND)  // 2026-03-02T00:00+01:00, a Monday
#define DAY SIGN_SLOTS

static struct fake_home f;
static buf b = {.max = SIGN_CODED_MAX};

static void put(const void *p, size_t n)
{
    buf_add(&b, (str){p, n});
}

#define PUT(x) put(&(x), sizeof(x))

static void put_channel(const struct sign_home *h, size_t c)
{
    const int64_t start = h->pending[c].start * SIGN_SLOT_TIME;
    const uint32_t units = h->pending[c].units;
    const uint8_t blind = h->blind >> c & 1;
    PUT(h->bits[c]);
    PUT(h->usual[c]);
    PUT(h->machine[c]);
    PUT(h->timer[c]);
    PUT(start);
    PUT(units);
    PUT(h->pending[c].covered_s);
    PUT(blind);
    PUT(h->before[c].slot);
    PUT(h->before[c].one);
    PUT(h->before[c].two);
    PUT(h->before_count[c]);
}

// The bytes of version 1, as it wrote them: fields in its order, little-endian like the machines that tests run on.
static void put_old(const struct sign_home *h)
{
    const uint8_t version = 1;
    const float gains[2] = {2.5F, 8};
    uint8_t dark[SIGN_STANDBY_DAYS], loud[SIGN_STANDBY_DAYS];
    for (size_t i = 0; i < SIGN_STANDBY_DAYS; i++) {
        dark[i] = h->dark >> i & 1 ? 9 : 2;
        loud[i] = (uint8_t)__builtin_popcount(h->loud[i]);
    }
    buf_clear(&b);
    PUT(version), PUT(h->channels), PUT(h->first_day), PUT(h->day), PUT(h->newest), PUT(h->last_event);
    PUT(h->quiet_from), PUT(h->restart), PUT(h->newest_end), PUT(h->away_from), PUT(h->away_to);
    PUT(h->evidence), PUT(h->limit), PUT(gains), PUT(h->quiet_slots), PUT(h->longest_slots);
    PUT(h->standby_wh), PUT(h->ripple_wh), PUT(h->dead_slots), PUT(h->gas_slots), PUT(h->state);
    PUT(h->is_paused), PUT(h->is_stale), PUT(h->told_quiet), PUT(h->told_cap), PUT(h->is_unfit);
    PUT(h->heated_yesterday), PUT(h->standby_count), PUT(h->standby_next), PUT(h->today);
    PUT(h->standby), PUT(h->ripple), PUT(dark), PUT(loud);
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++)
        if (h->channels & (1u << c)) put_channel(h, c);
}

static void live_half_an_hour_and_some(void)
{
    const interval when = {f.now, f.now + 10 * TIME_MINUTE};
    sign_home_use(&f.home, &f.parameters, NULL, SIGN_ELECTRICITY, when, 25, true);
}

TEST(a_home_of_the_version_before_is_read)
{
    struct sign_home back;
    err e;
    fake_begin(&f, START, NULL);
    fake_days(&f, 50);
    f.is_empty = true;
    for (int i = 0; i < 3 * DAY / 2; i++) fake_step(&f, true);
    still_learn(&f.home, f.home.day);
    live_half_an_hour_and_some();
    put_old(&f.home);
    assert_true(sign_home_read(buf_str(&b), &back, &e));
    assert_memory_equal(back.bits, f.home.bits, sizeof back.bits);
    assert_memory_equal(back.pending, f.home.pending, sizeof back.pending);
    assert_memory_equal(back.before, f.home.before, sizeof back.before);
    assert_memory_equal(back.usual_still, f.home.usual_still, sizeof back.usual_still);
    assert_int_equal(back.still_slots, f.home.still_slots);
    assert_true(back.still_slots >= 3 * DAY / 2);
    assert_int_equal(back.blind, 1u << SIGN_ELECTRICITY);
    assert_int_equal(back.dark, f.home.dark);
    assert_int_equal(back.state, f.home.state);
    assert_true(back.limit == f.home.limit);
}

// Both go on through the same silence, and say the same.
TEST(a_home_of_the_version_before_goes_on_the_same)
{
    struct fake_home other;
    err e;
    fake_begin(&f, START, NULL);
    fake_days(&f, 50);
    still_learn(&f.home, f.home.day);
    put_old(&f.home);
    other = f;
    assert_true(sign_home_read(buf_str(&b), &other.home, &e));
    f.is_empty = other.is_empty = true;
    for (int i = 0; i < 8 * DAY; i++) assert_int_equal(fake_step(&f, true), fake_step(&other, true));
    assert_int_equal(f.home.state, SIGN_CAP);
    buf_free(&b);
}

TEST(other_versions_and_impossible_days_are_refused)
{
    struct sign_home back;
    err e;
    fake_begin(&f, START, NULL);
    fake_days(&f, 30);
    put_old(&f.home);
    assert_false(sign_home_read((str){b.p, b.n - 1}, &back, &e));
    b.p[0] = 3;
    assert_false(sign_home_read(buf_str(&b), &back, &e));
    f.home.loud[3] = 0xff;  // eight half hours of six
    put_old(&f.home);
    assert_false(sign_home_read(buf_str(&b), &back, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    buf_free(&b);
}

RUN(CASE(a_home_of_the_version_before_is_read), CASE(a_home_of_the_version_before_goes_on_the_same),
    CASE(other_versions_and_impossible_days_are_refused))
