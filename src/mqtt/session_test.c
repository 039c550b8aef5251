// SPDX-License-Identifier: EUPL-1.2
// The protocol without a network: what the broker sends is written here by hand, from MQTT 3.1.1.
#include "mqtt/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define CONNECT STR("\x10\x0D\x00\x04MQTT\x04\x00\x00\x1E\x00\x01p")
#define CONNACK STR("\x20\x02\x00\x00")
#define CONNACK_PRESENT STR("\x20\x02\x01\x00")
#define SUBSCRIBE STR("\x82\x06\x00\x01\x00\x01#\x01")
#define SUBACK STR("\x90\x03\x00\x01\x01")
#define PINGREQ STR("\xC0\x00")
#define PINGRESP STR("\xD0\x00")

static const str all_topics[] = {STR("#")};

// A session with its broker side played by the test, and a receiver that notes what it is given.
struct bench {
    mqtt_config c;
    struct flight *flight;
    struct session *session;
    instant now;
    err e;
    bool receiver_is_full;
    int received;
    char last_payload[16];
    mqtt_message last;
};

static bool receive(const mqtt_message *m, void *context)
{
    struct bench *b = context;
    if (b->receiver_is_full) return false;
    b->received++;
    b->last = *m;
    memset(b->last_payload, 0, sizeof b->last_payload);
    memcpy(b->last_payload, m->payload.p, m->payload.n < 15 ? m->payload.n : 15);
    return true;
}

static int set_up(void **state)
{
    static struct bench b;
    b = (struct bench){0};
    b.c = (mqtt_config){.client_id = STR("p"),
                        .topics = all_topics,
                        .topic_count = 1,
                        .payload_max = 1000,
                        .in_flight_max = 4,
                        .keep_alive_s = 30,
                        .message = receive,
                        .context = &b};
    b.flight = flight_new(b.c.in_flight_max);
    b.session = session_new(&b.c, b.flight, NULL);
    b.now = TIME_HOUR;
    *state = &b;
    return b.session ? 0 : -1;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    session_free(b->session);
    flight_free(b->flight);
    return 0;
}

static void expect_sent(struct bench *b, str wanted)
{
    const str got = session_to_send(b->session);
    assert_int_equal(got.n, wanted.n);
    if (wanted.n > 0) assert_memory_equal(got.p, wanted.p, wanted.n);
    session_sent(b->session, got.n, b->now);
}

// The bytes arrive at once; returns how many were taken.
static size_t arrive(struct bench *b, str bytes)
{
    size_t taken = 0;
    assert_true(session_take(b->session, bytes, b->now, &taken, &b->e));
    return taken;
}

static void arrive_whole(struct bench *b, str bytes)
{
    assert_int_equal(arrive(b, bytes), bytes.n);
}

static void arrive_broken(struct bench *b, str bytes, err_code code)
{
    size_t taken = 0;
    assert_false(session_take(b->session, bytes, b->now, &taken, &b->e));
    assert_int_equal(b->e.code, code);
}

static void connect_up(struct bench *b)
{
    session_begin(b->session, b->now);
    expect_sent(b, CONNECT);
    arrive_whole(b, CONNACK);
    expect_sent(b, SUBSCRIBE);
    arrive_whole(b, SUBACK);
    assert_true(session_is_up(b->session));
}

static void done(struct bench *b, mqtt_delivery d)
{
    (void)flight_done(b->flight, d);
    session_acknowledge(b->session);
}

static void a_session_subscribes_after_connack(void **state)
{
    struct bench *b = *state;
    session_begin(b->session, b->now);
    assert_false(session_is_up(b->session));
    expect_sent(b, CONNECT);
    arrive_whole(b, CONNACK_PRESENT);
    assert_false(session_is_up(b->session));
    expect_sent(b, SUBSCRIBE);  // also into a session that the broker remembers
    arrive_whole(b, SUBACK);
    assert_true(session_is_up(b->session));
}

static void a_message_is_acknowledged_only_when_done(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    arrive_whole(b, STR("\x32\x08\x00\x01t\x00\x07"
                        "abc"));
    assert_int_equal(b->received, 1);
    assert_string_equal(b->last_payload, "abc");
    assert_int_equal(b->last.delivery.packet, 7);
    session_acknowledge(b->session);
    expect_sent(b, STR(""));
    done(b, b->last.delivery);
    expect_sent(b, STR("\x40\x02\x00\x07"));
}

static void messages_come_before_suback_too(void **state)
{
    struct bench *b = *state;
    session_begin(b->session, b->now);
    arrive_whole(b, CONNACK_PRESENT);
    arrive_whole(b, STR("\x3A\x08\x00\x01t\x00\x07"
                        "abc"));
    assert_int_equal(b->received, 1);
    assert_true(b->last.duplicate);
}

static void qos_0_needs_no_acknowledgement(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    arrive_whole(b, STR("\x31\x06\x00\x01t"
                        "abc"));
    assert_int_equal(b->received, 1);
    assert_true(b->last.retained);
    done(b, b->last.delivery);
    expect_sent(b, STR(""));
}

static void qos_2_is_given_out_once_and_completed(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    arrive_whole(b, STR("\x34\x08\x00\x01t\x00\x07"
                        "abc"));
    assert_int_equal(b->received, 1);
    expect_sent(b, STR(""));
    done(b, b->last.delivery);
    expect_sent(b, STR("\x50\x02\x00\x07"));
    arrive_whole(b, STR("\x3C\x08\x00\x01t\x00\x07"
                        "abc"));  // sent again: our PUBREC was lost
    assert_int_equal(b->received, 1);
    session_acknowledge(b->session);
    expect_sent(b, STR("\x50\x02\x00\x07"));
    arrive_whole(b, STR("\x62\x02\x00\x07"));
    expect_sent(b, STR("\x70\x02\x00\x07"));
    arrive_whole(b, STR("\x34\x08\x00\x01t\x00\x07"
                        "new"));
    assert_string_equal(b->last_payload, "new");
}

static void pubrel_without_a_message_is_completed(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    arrive_whole(b, STR("\x62\x02\x00\x09"));  // section 4.3.3: the sender must come to an end
    expect_sent(b, STR("\x70\x02\x00\x09"));
}

static void pubrel_before_pubrec_breaks_the_protocol(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    arrive_whole(b, STR("\x34\x08\x00\x01t\x00\x07"
                        "abc"));
    arrive_broken(b, STR("\x62\x02\x00\x07"), ERR_SYNTAX);
}

static void qos_2_of_a_broker_without_memory_is_new(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    arrive_whole(b, STR("\x34\x08\x00\x01t\x00\x07"
                        "abc"));
    done(b, b->last.delivery);
    expect_sent(b, STR("\x50\x02\x00\x07"));
    session_begin(b->session, b->now);
    arrive_whole(b, CONNACK);  // no session present
    arrive_whole(b, STR("\x34\x08\x00\x01t\x00\x07"
                        "new"));
    assert_int_equal(b->received, 2);
}

static void a_full_receiver_gets_the_message_again(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    b->receiver_is_full = true;
    const str two = STR("\x32\x08\x00\x01t\x00\x07"
                        "abc\x32\x08\x00\x01t\x00\x08"
                        "def");
    assert_int_equal(arrive(b, two), 0);
    assert_true(session_is_held(b->session));
    assert_int_equal(flight_count(b->flight), 0);
    b->receiver_is_full = false;
    arrive_whole(b, two);
    assert_false(session_is_held(b->session));
    assert_int_equal(b->received, 2);
}

static void no_more_are_in_flight_than_allowed(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    char many[6 * 7];
    for (size_t i = 0; i < 6; i++) memcpy(many + 7 * i, (char[]){0x32, 5, 0, 1, 't', 0, (char)(i + 1)}, 7);
    assert_int_equal(arrive(b, (str){many, sizeof many}), 4 * 7);
    assert_int_equal(b->received, 4);
    assert_true(session_is_held(b->session));
    for (uint16_t id = 1; id <= 2; id++) {
        mqtt_delivery d = b->last.delivery;
        d.packet = id;
        done(b, d);
    }
    assert_int_equal(arrive(b, (str){many + 28, 14}), 14);
    assert_int_equal(b->received, 6);
}

static void an_oversize_payload_streams_past_and_is_acknowledged(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    // Remaining length 0x6E + 7 * 128 = 1006: topic 3, identifier 2, payload 1001.
    arrive_whole(b, STR("\x32\xEE\x07\x00\x01t\x00\x07"));
    char piece[1000] = {0};
    arrive_whole(b, (str){piece, sizeof piece});
    session_acknowledge(b->session);
    expect_sent(b, STR(""));
    arrive_whole(b, STR("x\x32\x08\x00\x01t\x00\x08"
                        "abc"));
    session_acknowledge(b->session);
    expect_sent(b, STR("\x40\x02\x00\x07"));
    assert_int_equal(b->received, 1);
    assert_int_equal(b->last.delivery.packet, 8);
}

static void the_largest_payload_allowed_is_given_out(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    char bytes[8 + 1000] = "\x32\xED\x07\x00\x01t\x00\x07";
    assert_int_equal(arrive(b, (str){bytes, 500}), 0);  // waits for the rest
    arrive_whole(b, (str){bytes, sizeof bytes});
    assert_int_equal(b->last.payload.n, 1000);
}

static void an_identifier_in_use_may_only_come_as_a_duplicate(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    arrive_whole(b, STR("\x32\x08\x00\x01t\x00\x07"
                        "abc"));
    arrive_whole(b, STR("\x3A\x08\x00\x01t\x00\x07"
                        "abc"));
    assert_int_equal(b->received, 1);
    arrive_broken(b,
                  STR("\x32\x08\x00\x01t\x00\x07"
                      "abc"),
                  ERR_SYNTAX);
}

static void a_refused_connection_says_why(void **state)
{
    struct bench *b = *state;
    session_begin(b->session, b->now);
    arrive_broken(b, STR("\x20\x02\x00\x04"), ERR_AUTH);
    assert_string_equal(b->e.text, "wrong user name or password");
    session_begin(b->session, b->now);
    arrive_broken(b, STR("\x20\x02\x00\x05"), ERR_DENIED);
}

static void connack_comes_first_and_once(void **state)
{
    struct bench *b = *state;
    session_begin(b->session, b->now);
    arrive_broken(b, SUBACK, ERR_SYNTAX);
    connect_up(b);
    arrive_broken(b, CONNACK, ERR_SYNTAX);
}

static void suback_must_answer_our_subscribe(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    arrive_broken(b, SUBACK, ERR_SYNTAX);
    session_begin(b->session, b->now);
    arrive_whole(b, CONNACK);
    arrive_broken(b, STR("\x90\x03\x00\x02\x01"), ERR_SYNTAX);
    session_begin(b->session, b->now);
    arrive_whole(b, CONNACK);
    arrive_broken(b, STR("\x90\x04\x00\x01\x01\x01"), ERR_SYNTAX);
    session_begin(b->session, b->now);
    arrive_whole(b, CONNACK);
    arrive_broken(b, STR("\x90\x03\x00\x01\x80"), ERR_DENIED);
}

static void a_silent_broker_is_pinged_then_given_up(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    b->now += 29 * TIME_SECOND;
    assert_true(session_tick(b->session, b->now, &b->e));
    expect_sent(b, STR(""));
    b->now += TIME_SECOND;
    assert_true(session_tick(b->session, b->now, &b->e));
    expect_sent(b, PINGREQ);
    arrive_whole(b, PINGRESP);
    b->now += 30 * TIME_SECOND;
    assert_true(session_tick(b->session, b->now, &b->e));
    expect_sent(b, PINGREQ);
    b->now += 30 * TIME_SECOND;
    assert_false(session_tick(b->session, b->now, &b->e));
    assert_int_equal(b->e.code, ERR_TIMEOUT);
}

static void pings_go_on_while_the_receiver_is_full(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    b->receiver_is_full = true;
    const str message = STR("\x32\x08\x00\x01t\x00\x07"
                            "abc");
    for (int minute = 0; minute < 10; minute++) {
        assert_int_equal(arrive(b, message), 0);
        b->now += 30 * TIME_SECOND;
        assert_true(session_tick(b->session, b->now, &b->e));
        expect_sent(b, PINGREQ);
    }
    b->receiver_is_full = false;
    arrive_whole(b, message);
    b->now += 29 * TIME_SECOND;
    assert_true(session_tick(b->session, b->now, &b->e));
}

static void no_answer_to_connect_ends_the_connection(void **state)
{
    struct bench *b = *state;
    session_begin(b->session, b->now);
    assert_true(session_tick(b->session, b->now + 9 * TIME_SECOND, &b->e));
    assert_false(session_tick(b->session, b->now + 10 * TIME_SECOND, &b->e));
}

static void a_broker_that_reads_nothing_is_not_read_either(void **state)
{
    struct bench *b = *state;
    connect_up(b);
    for (int i = 0; i < 100000 && !session_is_held(b->session); i++) (void)arrive(b, STR("\x62\x02\x00\x09"));
    assert_true(session_is_held(b->session));
    assert_true(session_to_send(b->session).n < 65 * 1024);
    session_sent(b->session, session_to_send(b->session).n, b->now);
    arrive_whole(b, STR("\x62\x02\x00\x09"));
    assert_false(session_is_held(b->session));
}

static void bytes_that_were_partly_sent_are_not_repeated(void **state)
{
    struct bench *b = *state;
    session_begin(b->session, b->now);
    session_sent(b->session, 3, b->now);
    assert_int_equal(session_to_send(b->session).n, CONNECT.n - 3);
    expect_sent(b, str_slice(CONNECT, 3, CONNECT.n));
}

static void topics_added_later_are_asked_for_in_this_and_the_next_connection(void **state)
{
    struct bench *b = *state;
    assert_true(session_add_topic(b->session, STR("a"), &b->e));  // before the connection stands
    session_begin(b->session, b->now);
    expect_sent(b, CONNECT);
    arrive_whole(b, CONNACK);
    expect_sent(b, SUBSCRIBE);
    arrive_whole(b, SUBACK);
    expect_sent(b, STR("\x82\x06\x00\x02\x00\x01"
                       "a\x01"));
    assert_true(session_add_topic(b->session, STR("b"), &b->e));
    assert_true(session_add_topic(b->session, STR("a"), &b->e));  // known already
    expect_sent(b, STR(""));                                      // one at a time
    arrive_whole(b, STR("\x90\x03\x00\x02\x01"));
    expect_sent(b, STR("\x82\x06\x00\x02\x00\x01"
                       "b\x01"));
    arrive_whole(b, STR("\x90\x03\x00\x02\x80"));  // refused: logged, nothing else
    expect_sent(b, STR(""));
    session_begin(b->session, b->now);
    expect_sent(b, CONNECT);
    arrive_whole(b, CONNACK);
    expect_sent(b, SUBSCRIBE);
    arrive_whole(b, SUBACK);
    expect_sent(b, STR("\x82\x0A\x00\x02\x00\x01"
                       "a\x01\x00\x01"
                       "b\x01"));
}

static void what_is_no_filter_is_not_added(void **state)
{
    struct bench *b = *state;
    char text[MQTT_ADDED_TOPIC_BYTES + 1];
    memset(text, 'a', sizeof text);
    assert_false(session_add_topic(b->session, STR("a/#/b"), &b->e));
    assert_false(session_add_topic(b->session, (str){text, sizeof text}, &b->e));
    assert_int_equal(b->e.code, ERR_RANGE);
    for (int i = 0; i < MQTT_ADDED_TOPICS_MAX; i++) {
        const int n = snprintf(text, sizeof text, "t/%d", i);
        assert_true(session_add_topic(b->session, (str){text, (size_t)n}, &b->e));
    }
    assert_false(session_add_topic(b->session, STR("one/more"), &b->e));
    assert_int_equal(b->e.code, ERR_LIMIT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_session_subscribes_after_connack),
        TEST(a_message_is_acknowledged_only_when_done),
        TEST(messages_come_before_suback_too),
        TEST(qos_0_needs_no_acknowledgement),
        TEST(qos_2_is_given_out_once_and_completed),
        TEST(pubrel_without_a_message_is_completed),
        TEST(pubrel_before_pubrec_breaks_the_protocol),
        TEST(qos_2_of_a_broker_without_memory_is_new),
        TEST(a_full_receiver_gets_the_message_again),
        TEST(no_more_are_in_flight_than_allowed),
        TEST(an_oversize_payload_streams_past_and_is_acknowledged),
        TEST(the_largest_payload_allowed_is_given_out),
        TEST(an_identifier_in_use_may_only_come_as_a_duplicate),
        TEST(a_refused_connection_says_why),
        TEST(connack_comes_first_and_once),
        TEST(suback_must_answer_our_subscribe),
        TEST(topics_added_later_are_asked_for_in_this_and_the_next_connection),
        TEST(what_is_no_filter_is_not_added),
        TEST(a_silent_broker_is_pinged_then_given_up),
        TEST(pings_go_on_while_the_receiver_is_full),
        TEST(no_answer_to_connect_ends_the_connection),
        TEST(a_broker_that_reads_nothing_is_not_read_either),
        TEST(bytes_that_were_partly_sent_are_not_repeated),
    };
    return cmocka_run_group_tests_name("mqtt/session", tests, NULL, NULL);
}
