// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void assert_str(str got, str wanted)
{
    assert_int_equal(got.n, wanted.n);
    if (wanted.n > 0) assert_memory_equal(got.p, wanted.p, wanted.n);
}

static mqtt_packet read_whole(str bytes)
{
    mqtt_packet p;
    err e;
    assert_int_equal(mqtt_packet_read(bytes, &p, &e), MQTT_READ_WHOLE);
    assert_int_equal(p.size, bytes.n);
    return p;
}

static void assert_bad(str bytes, size_t at)
{
    mqtt_packet p;
    err e = {0};
    assert_int_equal(mqtt_packet_read(bytes, &p, &e), MQTT_READ_BAD);
    assert_int_equal(e.code, ERR_SYNTAX);
    assert_int_equal(e.at, at);
}

// Section 3.3.2.3: topic a/b, packet identifier 10.
static void publish_is_read_as_in_the_standards_example(void **state)
{
    (void)state;
    const mqtt_packet p = read_whole(STR("\x3B\x0B\x00\x03"
                                         "a/b"
                                         "\x00\x0A"
                                         "19.5"));
    assert_int_equal(p.type, MQTT_PUBLISH);
    assert_int_equal(p.qos, 1);
    assert_int_equal(p.id, 10);
    assert_true(p.duplicate);
    assert_true(p.retained);
    assert_str(p.topic, STR("a/b"));
    assert_str(p.payload, STR("19.5"));
}

static void publish_of_qos_0_has_no_identifier(void **state)
{
    (void)state;
    const mqtt_packet p = read_whole(STR("\x30\x03\x00\x01t"));
    assert_int_equal(p.qos, 0);
    assert_int_equal(p.id, 0);
    assert_int_equal(p.payload.n, 0);
}

static void every_prefix_of_a_packet_asks_for_more(void **state)
{
    (void)state;
    static const str packets[] = {STR("\x34\x0B\x00\x03"
                                      "a/b"
                                      "\x00\x0A"
                                      "19.5"),
                                  STR("\x20\x02\x00\x00"), STR("\x90\x04\x00\x01\x01\x80"),
                                  STR("\x62\x02\x00\x07"), STR("\xD0\x00")};
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
        for (size_t n = 0; n < packets[i].n; n++) {
            char *exact = malloc(n + 1);  // so that a sanitizer sees a read beyond n
            assert_non_null(exact);
            memcpy(exact, packets[i].p, n);
            mqtt_packet p;
            err e;
            const mqtt_read got = mqtt_packet_read((str){exact, n}, &p, &e);
            const bool is_head = i == 0 && n >= 9;
            assert_int_equal(got, is_head ? MQTT_READ_HEAD : MQTT_READ_MORE);
            if (is_head) assert_int_equal(p.payload_size, 4);
            free(exact);
        }
    }
}

// Table 2.4.
static void remaining_length_spans_one_to_four_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n, length;
    } rows[] = {
        {"\x7F", 1, 127},
        {"\x80\x01", 2, 128},
        {"\xFF\x7F", 2, 16383},
        {"\x80\x80\x01", 3, 16384},
        {"\xFF\xFF\x7F", 3, 2097151},
        {"\x80\x80\x80\x01", 4, 2097152},
        {"\xFF\xFF\xFF\x7F", 4, 268435455},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char bytes[16] = {0x30};
        memcpy(bytes + 1, rows[i].bytes, rows[i].n);
        memcpy(bytes + 1 + rows[i].n, "\x00\x01t", 3);
        mqtt_packet p;
        err e;
        assert_int_equal(mqtt_packet_read((str){bytes, 1 + rows[i].n + 3}, &p, &e), MQTT_READ_HEAD);
        assert_int_equal(p.size, 1 + rows[i].n + rows[i].length);
        assert_int_equal(p.payload_size, rows[i].length - 3);
    }
    assert_bad(STR("\x30\xFF\xFF\xFF\x80\x01"), 4);
    assert_bad(STR("\x30\x83\x00"), 2);
}

static void publish_breaking_the_rules_is_refused(void **state)
{
    (void)state;
    assert_bad(STR("\x36\x05\x00\x01t\x00\x01"), 0);     // QoS 3 [MQTT-3.3.1-4]
    assert_bad(STR("\x38\x03\x00\x01t"), 0);             // duplicate of QoS 0 [MQTT-3.3.1-2]
    assert_bad(STR("\x32\x05\x00\x01t\x00\x00"), 5);     // identifier 0 [MQTT-2.3.1-1]
    assert_bad(STR("\x30\x02\x00\x00"), 1);              // no topic [MQTT-4.7.3-1]
    assert_bad(STR("\x30\x03\x00\x00x"), 4);             // the same, with a payload
    assert_bad(STR("\x30\x03\x00\x01#"), 4);             // a wildcard [MQTT-3.3.2-2]
    assert_bad(STR("\x30\x03\x00\x01\x00"), 4);          // NUL [MQTT-1.5.3-2]
    assert_bad(STR("\x30\x05\x00\x03\xED\xA0\x80"), 4);  // a surrogate [MQTT-1.5.3-1]
    assert_bad(STR("\x30\x04\x00\x03tt"), 2);            // topic longer than the packet
    assert_bad(STR("\x32\x04\x00\x01t\x00"), 1);         // no room for an identifier
}

static void what_a_broker_never_sends_is_refused(void **state)
{
    (void)state;
    static const unsigned char types[] = {0x00, 0x10, 0x40, 0x50, 0x70, 0x82, 0xA2, 0xB0, 0xC0, 0xE0, 0xF0};
    for (size_t i = 0; i < sizeof types; i++) assert_bad((str){(const char *)&types[i], 1}, 0);
    assert_bad(STR("\x21\x02\x00\x00"), 0);  // reserved flags [MQTT-2.2.2-2]
    assert_bad(STR("\x60\x02\x00\x01"), 0);  // PUBREL must have flags 2 [MQTT-3.6.1-1]
    assert_bad(STR("\xD1\x00"), 0);
}

static void lengths_that_do_not_fit_the_type_are_refused_at_once(void **state)
{
    (void)state;
    assert_bad(STR("\x20\x03"), 1);
    assert_bad(STR("\x20\xFF\xFF\xFF\x7F"), 1);
    assert_bad(STR("\x62\x00"), 1);
    assert_bad(STR("\xD0\x01"), 1);
    assert_bad(STR("\x90\x02"), 1);
    assert_bad(STR("\x90\xFF\xFF\xFF\x7F"), 1);
}

static void connack_tells_code_and_session(void **state)
{
    (void)state;
    assert_true(read_whole(STR("\x20\x02\x01\x00")).session_present);
    const mqtt_packet refused = read_whole(STR("\x20\x02\x00\x05"));
    assert_false(refused.session_present);
    assert_int_equal(refused.return_code, 5);
    assert_bad(STR("\x20\x02\x02\x00"), 2);
    assert_bad(STR("\x20\x02\x01\x05"), 2);  // [MQTT-3.2.2-4]
}

static void suback_gives_one_code_for_each_filter(void **state)
{
    (void)state;
    const mqtt_packet p = read_whole(STR("\x90\x05\x00\x0A\x00\x02\x80"));  // section 3.9.3
    assert_int_equal(p.id, 10);
    assert_str(p.return_codes, STR("\x00\x02\x80"));
    assert_bad(STR("\x90\x03\x00\x01\x03"), 4);  // [MQTT-3.9.3-2]
    assert_bad(STR("\x90\x03\x00\x00\x01"), 2);
}

static void refusals_have_words(void **state)
{
    (void)state;
    assert_str(mqtt_connect_refusal(4), STR("wrong user name or password"));
    assert_true(mqtt_connect_refusal(200).n > 0);
}

static void connect_is_written_as_in_the_standard(void **state)
{
    (void)state;
    buf b = {.max = 1000};
    mqtt_write_connect(&b, &(mqtt_connect){.client_id = STR("peil"), .keep_alive_s = 10});
    // Section 3.1.2.10, with clean session 0 and without will, user name and password.
    assert_str(buf_str(&b), STR("\x10\x10\x00\x04MQTT\x04\x00\x00\x0A\x00\x04peil"));
    buf_clear(&b);
    mqtt_write_connect(
        &b, &(mqtt_connect){
                .client_id = STR("p"), .username = STR("u"), .password = STR("w\0"), .keep_alive_s = 300});
    assert_str(buf_str(&b), STR("\x10\x14\x00\x04MQTT\x04\xC0\x01\x2C\x00\x01p\x00\x01u\x00\x02w\0"));
    buf_free(&b);
}

static void subscribe_is_written_as_in_the_standard(void **state)
{
    (void)state;
    buf b = {.max = 100000};
    const str filters[] = {STR("a/b"), STR("c/d")};
    mqtt_write_subscribe(&b, 10, filters, 2, 1);  // section 3.8.3.1
    assert_str(buf_str(&b), STR("\x82\x0E\x00\x0A\x00\x03"
                                "a/b\x01\x00\x03"
                                "c/d\x01"));
    buf_clear(&b);

    char long_filter[200];
    memset(long_filter, 'x', sizeof long_filter);
    mqtt_write_subscribe(&b, 1, &(str){long_filter, sizeof long_filter}, 1, 0);
    assert_memory_equal(b.p, "\x82\xCD\x01\x00\x01\x00\xC8x", 8);  // 205 = 0x4D + 0x80 * 1
    buf_free(&b);
}

static void small_packets_are_written_as_in_the_standard(void **state)
{
    (void)state;
    buf b = {.max = 100};
    mqtt_write_ack(&b, MQTT_PUBACK, 0x1234);
    mqtt_write_ack(&b, MQTT_PUBREC, 1);
    mqtt_write_ack(&b, MQTT_PUBCOMP, 0xFFFF);
    mqtt_write_ping(&b);
    mqtt_write_disconnect(&b);
    assert_str(buf_str(&b), STR("\x40\x02\x12\x34\x50\x02\x00\x01\x70\x02\xFF\xFF\xC0\x00\xE0\x00"));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(publish_is_read_as_in_the_standards_example),
        cmocka_unit_test(publish_of_qos_0_has_no_identifier),
        cmocka_unit_test(every_prefix_of_a_packet_asks_for_more),
        cmocka_unit_test(remaining_length_spans_one_to_four_bytes),
        cmocka_unit_test(publish_breaking_the_rules_is_refused),
        cmocka_unit_test(what_a_broker_never_sends_is_refused),
        cmocka_unit_test(lengths_that_do_not_fit_the_type_are_refused_at_once),
        cmocka_unit_test(connack_tells_code_and_session),
        cmocka_unit_test(suback_gives_one_code_for_each_filter),
        cmocka_unit_test(refusals_have_words),
        cmocka_unit_test(connect_is_written_as_in_the_standard),
        cmocka_unit_test(subscribe_is_written_as_in_the_standard),
        cmocka_unit_test(small_packets_are_written_as_in_the_standard),
    };
    return cmocka_run_group_tests_name("mqtt/packet", tests, NULL, NULL);
}
