// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/topic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

// Rows are the examples of MQTT 3.1.1, section 4.7.
static void filters_match_as_the_standard_says(void **state)
{
    (void)state;
    static const struct {
        const char *filter, *topic;
        bool matches;
    } rows[] = {
        {"sport/tennis/player1/#", "sport/tennis/player1", true},
        {"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
        {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
        {"sport/#", "sport", true},
        {"#", "sport/tennis", true},
        {"sport/tennis/+", "sport/tennis/player1", true},
        {"sport/tennis/+", "sport/tennis/player2", true},
        {"sport/tennis/+", "sport/tennis/player1/ranking", false},
        {"sport/+", "sport", false},
        {"sport/+", "sport/", true},
        {"+/+", "/finance", true},
        {"/+", "/finance", true},
        {"+", "/finance", false},
        {"#", "$SYS/broker", false},
        {"+/monitor/Clients", "$SYS/monitor/Clients", false},
        {"$SYS/#", "$SYS/broker", true},
        {"$SYS/monitor/+", "$SYS/monitor/Clients", true},
        {"ACCOUNTS", "Accounts", false},
        {"a", "a", true},
        {"a", "a/", false},
        {"a/", "a", false},
        {"a/b", "a", false},
        {"a", "a/b", false},
        {"a//b", "a//b", true},
        {"a/+/b", "a//b", true},
        {"+/#", "a", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const bool got = mqtt_topic_matches(str_of(rows[i].filter), str_of(rows[i].topic));
        if (got != rows[i].matches) fail_msg("%s with %s: %d", rows[i].filter, rows[i].topic, got);
    }
}

static void wildcards_stand_alone_in_their_level(void **state)
{
    (void)state;
    static const char *const valid[] = {"#", "+",  "sport/tennis/#", "+/tennis/#", "sport/+/player1",
                                        "/", "a b"};
    static const char *const invalid[] = {
        "", "sport/tennis#", "sport/tennis/#/ranking", "sport+", "+a/b", "#/a", "++"};
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        assert_true(mqtt_filter_is_valid(str_of(valid[i])));
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
        assert_false(mqtt_filter_is_valid(str_of(invalid[i])));
}

static void topic_names_are_utf8_without_nul_and_wildcards(void **state)
{
    (void)state;
    assert_true(mqtt_topic_is_valid(STR("v1.1/Datastreams(7)/Observations")));
    assert_true(mqtt_topic_is_valid(STR("\xEF\xBB\xBF"
                                        "a")));  // section 1.5.3: U+FEFF is not to be stripped
    assert_true(mqtt_topic_is_valid(STR("A\xF0\xAA\x9B\x94")));  // figure 1.2
    assert_false(mqtt_topic_is_valid(STR("")));
    assert_false(mqtt_topic_is_valid(STR("a\0b")));
    assert_false(mqtt_topic_is_valid(STR("a/+")));
    assert_false(mqtt_topic_is_valid(STR("a/#")));
    assert_false(mqtt_topic_is_valid(STR("\xED\xA0\x80")));  // a surrogate
    assert_false(mqtt_topic_is_valid(STR("\xC0\xAF")));      // overlong
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_match_as_the_standard_says),
        cmocka_unit_test(wildcards_stand_alone_in_their_level),
        cmocka_unit_test(topic_names_are_utf8_without_nul_and_wildcards),
    };
    return cmocka_run_group_tests_name("mqtt/topic", tests, NULL, NULL);
}
