// SPDX-License-Identifier: EUPL-1.2
#include "sign/watch.h"

#include "ingest/p1/telegram.h"
#include "sign/testing.h"

#include "base/test.h"

#include <sodium.h>
#include <string.h>

#define START ((instant)1772406000 * TIME_SECOND)
#define DAY (2 * 24)

static struct sign_watch w;
static struct fake_home people;  // only for what they use
static int64_t register_wh;
static struct sign_message newest;
static int sent, looks, asks;

// A telegram of DSMR 5 with the registers of this moment.
static void telegram(buf *out, instant at)
{
    const civil c = time_to_civil(at + TIME_HOUR);
    buf body = {.max = P1_TELEGRAM_MAX};
    buf_print(&body, "/ISK5\\2M550T-1012\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0(%02d%02d%02d%02d%02d%02dW)\r\n",
              c.year % 100, c.month, c.day, c.hour, c.minute, c.second);
    buf_print(&body, "0-0:96.1.1(4530303434303037313331363530363137)\r\n1-0:1.8.1(%06lld.%03lld*kWh)\r\n",
              (long long)(register_wh / 1000), (long long)(register_wh % 1000));
    BUF_LIT(&body,
            "1-0:1.8.2(000500.000*kWh)\r\n1-0:2.8.1(000000.000*kWh)\r\n1-0:2.8.2(000000.000*kWh)\r\n!");
    buf_add(out, buf_str(&body));
    buf_print(out, "%04X\r\n", p1_checksum(buf_str(&body)));
    buf_free(&body);
}

static void take_all(str bytes, instant now)
{
    while (sign_watch_take(&w, &bytes, now)) {}
}

// Half an hour with a telegram every ten minutes; ticks each minute; everything that is to be sent is sent, or not at all.
static void half_hour(bool is_online)
{
    buf b = {.max = P1_TELEGRAM_MAX};
    const uint32_t wh = fake_use(&people);
    for (int k = 0; k < 3; k++) {
        const instant at = people.now + k * 10 * TIME_MINUTE;
        buf_clear(&b);
        telegram(&b, at);
        register_wh += wh / 3;
        take_all(buf_str(&b), at);
        for (int m = 0; m < 10; m += 5) {
            struct sign_message out;
            const sign_do what = sign_watch_tick(&w, at + m * TIME_MINUTE, &out);
            asks += what == SIGN_DO_ASK;
            if (what != SIGN_DO_SEND || !is_online) continue;
            sign_watch_sent(&w, &out);
            newest = out;
            sent++;
            looks += out.word == SIGN_LOOK;
        }
    }
    people.now += SIGN_SLOT_TIME;
    buf_free(&b);
}

static void days(int n, bool is_online)
{
    for (int i = 0; i < n * DAY; i++) half_hour(is_online);
}

static void begin(void)
{
    const struct sign_parameters p = sign_parameters_standard();
    sign_watch_begin(&w, &p, NULL, 9 * 60 + 17);
    fake_begin(&people, START, NULL);
    register_wh = 123456789;
    sent = looks = asks = 0;
}

TEST(ordinary_days_send_one_heartbeat_each_and_nothing_else)
{
    begin();
    days(40, true);
    assert_in_range(sent, 39, 41);
    assert_int_equal(looks, 0);
    assert_int_equal(newest.word, SIGN_OK);
    assert_int_equal(w.refused, 0);
    assert_int_equal(w.telegrams, 40 * DAY * 3);
}

TEST(a_silence_asks_at_home_first_and_is_told_an_hour_later)
{
    begin();
    days(40, true);
    people.is_empty = true;
    const int before = sent;
    for (int i = 0; i < 4 * DAY && asks == 0; i++) half_hour(true);
    assert_int_equal(asks, 1);
    assert_int_equal(looks, 0);
    half_hour(true);
    half_hour(true);
    half_hour(true);
    assert_in_range(looks, 1, 2);
    assert_in_range(newest.quiet_h, 24, 96);
    assert_true(sent > before);
}

TEST(a_resident_who_says_to_be_well_is_not_told_on)
{
    begin();
    days(40, true);
    people.is_empty = true;
    for (int i = 0; i < 4 * DAY && asks == 0; i++) half_hour(true);
    sign_watch_well(&w, people.now);
    people.is_empty = false;
    days(3, true);
    assert_int_equal(looks, 0);
}

TEST(an_alarm_survives_a_broken_line_and_a_restart)
{
    begin();
    days(40, true);
    people.is_empty = true;
    days(4, false);
    assert_int_equal(looks, 0);
    buf b = {.max = SIGN_WATCH_STATE_MAX};
    err e;
    sign_watch_save(&w, &b);
    assert_false(b.failed);
    const struct sign_parameters p = sign_parameters_standard();
    const int minute = w.minute;
    sign_watch_begin(&w, &p, NULL, minute + 1);
    assert_true(sign_watch_load(&w, buf_str(&b), &e));
    assert_int_equal(w.minute, minute);
    half_hour(true);
    assert_in_range(looks, 1, 2);
    buf_free(&b);
}

TEST(damaged_telegrams_are_no_silence)
{
    begin();
    days(40, true);
    for (int i = 0; i < 2 * DAY; i++) {
        struct sign_message out;
        take_all(STR("/ISK5\\broken\r\n1-0:1.8.1(1)\r\n!0000\r\n"), people.now);
        people.now += SIGN_SLOT_TIME;
        if (sign_watch_tick(&w, people.now, &out) == SIGN_DO_SEND) {
            assert_int_not_equal(out.word, SIGN_LOOK);
            sign_watch_sent(&w, &out);
            newest = out;
        }
    }
    assert_int_equal(newest.word, SIGN_FAULT);
    assert_int_equal(w.refused, 2 * DAY);
}

// ---- Messages ----------------------------------------------------------------------------------------------------

static const struct sign_message example = {"w3Jk0pXy9fQbT2mLrA8cZg", 2026, 11, 26, SIGN_LOOK, 31, 42};

TEST(messages_of_all_states_have_one_length_and_read_back)
{
    for (int word = SIGN_OK; word <= SIGN_FAULT; word++) {
        struct sign_message m = example, back;
        char text[SIGN_MESSAGE_BYTES + 1];
        err e;
        m.word = (sign_word)word;
        sign_message_write(&m, text);
        assert_int_equal(strlen(text), SIGN_MESSAGE_BYTES);
        assert_true(sign_message_read(str_of(text), &back, &e));
        assert_int_equal(back.word, word);
        assert_int_equal(back.quiet_h, word == SIGN_LOOK ? 31 : 0);
        assert_int_equal(back.number, 42);
    }
}

TEST(a_message_looks_as_the_header_says)
{
    char text[SIGN_MESSAGE_BYTES + 1];
    sign_message_write(&example, text);
    assert_string_equal(text, "{\"pseudonym\":\"w3Jk0pXy9fQbT2mLrA8cZg\",\"day\":\"2026-11-26\",\"state\":"
                              "\"look \",\"quiet\":\"031\","
                              "\"n\":\"000042\",\"v\":\"1\"}");
}

TEST(another_key_or_a_changed_byte_is_refused)
{
    struct sign_key k = {.pseudonym = "w3Jk0pXy9fQbT2mLrA8cZg"}, back;
    char text[SIGN_MESSAGE_BYTES + 1], signature[SIGN_SIGNATURE_CHARS + 1], key_text[SIGN_KEY_TEXT_MAX];
    unsigned char public_key[SIGN_KEY_BYTES], other[SIGN_KEY_BYTES];
    err e;
    memset(k.seed, 7, sizeof k.seed);
    sign_key_write(&k, key_text);
    assert_true(sign_key_read(str_of(key_text), &back, &e));
    assert_memory_equal(back.seed, k.seed, sizeof k.seed);
    assert_false(sign_key_read(STR("peil-watch:short"), &back, &e));
    sign_key_public(k.seed, public_key);
    memset(k.seed, 8, sizeof k.seed);
    sign_key_public(k.seed, other);
    sign_message_write(&example, text);
    sign_message_seal(str_of(text), back.seed, signature);
    assert_true(sign_message_check(str_of(text), str_of(signature), public_key, &e));
    assert_false(sign_message_check(str_of(text), str_of(signature), other, &e));
    text[50] ^= 1;
    assert_false(sign_message_check(str_of(text), str_of(signature), public_key, &e));
    assert_int_equal(e.code, ERR_AUTH);
}

static int before(void **state)
{
    (void)state;
    return sodium_init() < 0;
}

RUN_WITH(before, NULL, CASE(ordinary_days_send_one_heartbeat_each_and_nothing_else),
         CASE(a_silence_asks_at_home_first_and_is_told_an_hour_later),
         CASE(a_resident_who_says_to_be_well_is_not_told_on),
         CASE(an_alarm_survives_a_broken_line_and_a_restart), CASE(damaged_telegrams_are_no_silence),
         CASE(messages_of_all_states_have_one_length_and_read_back), CASE(a_message_looks_as_the_header_says),
         CASE(another_key_or_a_changed_byte_is_refused))
