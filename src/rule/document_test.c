// SPDX-License-Identifier: EUPL-1.2
#include "rule/rule.h"

#include "base/test.h"

#define BASE "{\"nameNl\":\"a\",\"nameEn\":\"b\",\"on\":{\"meters\":\"all\"},\"quantity\":\"pm25\","

static arena *a;

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

static bool parse(const char *text, struct rule *out, err *e)
{
    return rule_parse(STR("a-rule"), str_of(text), NULL, a, out, e);
}

static void a_rule_is_read(void **state)
{
    (void)state;
    struct rule r;
    err e;
    if (!parse("{\"nameNl\":\"Lucht slecht\",\"nameEn\":\"Air "
               "bad\",\"on\":{\"level\":\"neighbourhood\"},\"scale\":\"lki\",\"when\":\"class\","
               "\"value\":7,\"clear\":6,\"lasting\":\"PT2H\",\"within\":\"PT3H\",\"quiet\":{\"from\":\"22:"
               "00\",\"to\":\"07:00\",\"notFrom\":5},"
               "\"isPublic\":true,\"isOn\":true,\"deliver\":[{\"kind\":\"mqtt\"}]}",
               &r, &e))
        fail_msg("%s", e.text);
    assert_int_equal(r.on, ON_LEVEL);
    assert_int_equal(r.level, AREA_NEIGHBOURHOOD);
    assert_int_equal(r.condition.kind, WHEN_CLASS);
    assert_true(r.condition.value > 6.9 && r.condition.lasting_us == 2 * TIME_HOUR);
    assert_int_equal(r.quiet_from, 22 * 60);
    assert_int_equal(r.quiet_not_from, 5);
    assert_true(r.is_public && r.is_on);
    assert_int_equal(r.delivery_count, 1);
}

static void what_is_not_said_is_filled_in(void **state)
{
    (void)state;
    struct rule r;
    err e;
    assert_true(parse(BASE "\"when\":\"above\",\"value\":50,\"lasting\":\"PT30M\"}", &r, &e));
    assert_true(r.condition.clear > 49.9 && r.condition.within_us == 30 * TIME_MINUTE);
    assert_false(r.is_on);
    assert_true(parse(BASE "\"when\":\"rise\",\"value\":10,\"within\":\"PT1H\"}", &r, &e));
    assert_true(r.condition.clear > 4.9 && r.condition.clear < 5.1);
    assert_true(parse(BASE "\"when\":\"missing\",\"lasting\":\"PT3H\"}", &r, &e));
}

static void what_cannot_be_is_refused_with_its_name(void **state)
{
    (void)state;
    static const struct {
        const char *text, *names;
    } bad[] = {
        {"[]", "object"},
        {"{\"nameEn\":\"b\"}", "nameNl"},
        {BASE "\"when\":\"above\"}", "value"},
        {BASE "\"when\":\"often\",\"value\":1}", "when"},
        {BASE "\"when\":\"above\",\"value\":50,\"clear\":60}", "clear"},
        {BASE "\"when\":\"below\",\"value\":5,\"clear\":4}", "clear"},
        {BASE "\"when\":\"above\",\"value\":50,\"lasting\":\"PT2H\",\"within\":\"PT1H\"}", "lasting"},
        {BASE "\"when\":\"above\",\"value\":50,\"within\":\"P2D\"}", "within"},
        {BASE "\"when\":\"above\",\"value\":50,\"colour\":1}", "colour"},
        {BASE "\"when\":\"rise\",\"value\":50}", "within"},
        {BASE "\"when\":\"missing\"}", "lasting"},
        {BASE "\"when\":\"class\",\"value\":7}", "scale"},
        {BASE "\"when\":\"class\",\"value\":12,\"scale\":\"lki\"}", "value"},
        {BASE "\"when\":\"above\",\"value\":\"50\"}", "value"},
        {BASE "\"when\":\"above\",\"value\":1,\"quiet\":{\"from\":\"25:00\",\"to\":\"07:00\"}}", "clock"},
        {BASE "\"when\":\"above\",\"value\":1,\"deliver\":[{\"kind\":\"pigeon\"}]}", "kind"},
        {"{\"nameNl\":\"a\",\"nameEn\":\"b\",\"on\":{\"areas\":[]},\"quantity\":\"pm25\",\"when\":\"above\","
         "\"value\":1}",
         "areas"},
        {"{\"nameNl\":\"a\",\"nameEn\":\"b\",\"on\":{\"level\":\"planet\"},\"quantity\":\"pm25\",\"when\":"
         "\"above\",\"value\":1}",
         "level"},
        {"{\"nameNl\":\"a\",\"nameEn\":\"b\",\"on\":{\"level\":\"town\"},\"quantity\":\"pm25\",\"when\":"
         "\"missing\",\"lasting\":\"PT1H\"}",
         "areas"},
        {"{\"nameNl\":\"a\\nb\",\"nameEn\":\"b\"}", "nameNl"},
    };
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        struct rule r;
        err e = {0};
        size_t at;
        if (parse(bad[k].text, &r, &e)) fail_msg("%s", bad[k].text);
        if (!str_find(str_of(e.text), str_of(bad[k].names), &at)) fail_msg("%s: %s", bad[k].text, e.text);
    }
}

// On 26 November 2026 at 21:30 UTC it is 22:30 in Amsterdam; in July at 21:30 UTC it is 23:30; at 05:30 UTC in July 07:30.
static void quiet_hours_are_of_the_town_and_may_pass_midnight(void **state)
{
    (void)state;
    err e;
    struct tz *zone = tz_load("Europe/Amsterdam", &e);
    const struct rule r = {.quiet_from = 22 * 60, .quiet_to = 7 * 60};
    instant t;
    assert_true(time_parse(STR("2026-11-26T21:30:00Z"), &t, &e));
    assert_true(rule_is_quiet(&r, zone, t));
    assert_true(time_parse(STR("2026-11-26T20:30:00Z"), &t, &e));
    assert_false(rule_is_quiet(&r, zone, t));
    assert_true(time_parse(STR("2026-07-01T05:30:00Z"), &t, &e));
    assert_false(rule_is_quiet(&r, zone, t));
    assert_true(time_parse(STR("2026-07-01T04:30:00Z"), &t, &e));
    assert_true(rule_is_quiet(&r, zone, t));
    tz_free(zone);
}

#define WITH(name) cmocka_unit_test_setup_teardown(name, start, stop)

RUN(WITH(a_rule_is_read), WITH(what_is_not_said_is_filled_in), WITH(what_cannot_be_is_refused_with_its_name),
    WITH(quiet_hours_are_of_the_town_and_may_pass_midnight))
