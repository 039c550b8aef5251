// SPDX-License-Identifier: EUPL-1.2
#include "sta/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct sta sta = {.root_url = STR("https://host")};

static struct record thing(void)
{
    struct record r = {.set = SET_THING, .id = 5};
    r.properties[THING_NAME] = value_text(STR("a \"b\""));
    r.properties[THING_DESCRIPTION] = value_text(STR("d"));
    r.properties[THING_PROPERTIES] = value_json(STR("{\"a\":{\"x\":1,\"y\":2},\"b\":null,\"c\":[7,8]}"));
    return r;
}

// 2026-01-01T00:00:00Z: date -u -d 2026-01-01 +%s
#define NEW_YEAR_2026 (1767225600 * TIME_SECOND)

static struct record observation(void)
{
    struct record r = {.set = SET_OBSERVATION, .id = OBSERVATION_ID(1, 2)};
    r.properties[OBSERVATION_PHENOMENON_TIME] = value_instant(NEW_YEAR_2026);
    r.properties[OBSERVATION_RESULT] = value_of_number(STR("20.50"));
    r.links[OBSERVATION_DATASTREAM] = 1;
    return r;
}

static void assert_form(sta_version v, const struct record *r, const char *query, bool hides_links,
                        const char *expected)
{
    arena *a = arena_new(1 << 20), *scratch = arena_new(1 << 20);
    struct sta_form form;
    err e;
    assert_true(sta_form_make(&sta, v, a, scratch, &form, &e));
    form.hides_links = hides_links;
    struct query *q = NULL;
    const struct sta_target target = {.set = r->set, .id = r->id};
    if (query && !sta_options_parse(str_of(query), &target, NULL, a, &q, &e)) fail_msg("%s", e.text);
    buf b = {.max = 10000};
    sta_form_entity(&b, &form, r, q);
    buf_add_char(&b, '\0');
    assert_string_equal(b.p, expected);
    buf_free(&b);
    arena_free(scratch);
    arena_free(a);
}

static void an_entity_shows_its_control_information_properties_and_links(void **state)
{
    (void)state;
    const struct record t = thing(), o = observation();
    assert_form(
        STA_V1_1, &t, NULL, false,
        "{\"@iot.id\":5,\"@iot.selfLink\":\"https://host/v1.1/Things(5)\",\"name\":\"a "
        "\\\"b\\\"\",\"description\":\"d\","
        "\"properties\":{\"a\":{\"x\":1,\"y\":2},\"b\":null,\"c\":[7,8]},"
        "\"Locations@iot.navigationLink\":\"https://host/v1.1/Things(5)/Locations\","
        "\"HistoricalLocations@iot.navigationLink\":\"https://host/v1.1/Things(5)/HistoricalLocations\","
        "\"Datastreams@iot.navigationLink\":\"https://host/v1.1/Things(5)/Datastreams\","
        "\"MultiDatastreams@iot.navigationLink\":\"https://host/v1.1/Things(5)/MultiDatastreams\"}");
    // resultTime is shown as null; the kind of stream that it has not is not linked
    assert_form(STA_V1_1, &o, NULL, false,
                "{\"@iot.id\":4294967298,\"@iot.selfLink\":\"https://host/v1.1/Observations(4294967298)\","
                "\"phenomenonTime\":\"2026-01-01T00:00:00Z\",\"resultTime\":null,\"result\":20.50,"
                "\"Datastream@iot.navigationLink\":\"https://host/v1.1/Observations(4294967298)/Datastream\","
                "\"FeatureOfInterest@iot.navigationLink\":\"https://host/v1.1/Observations(4294967298)/"
                "FeatureOfInterest\"}");
    assert_form(STA_V1_1, &o, NULL, true,
                "{\"@iot.id\":4294967298,\"@iot.selfLink\":\"https://host/v1.1/Observations(4294967298)\","
                "\"phenomenonTime\":\"2026-01-01T00:00:00Z\",\"resultTime\":null,\"result\":20.50}");
}

static void only_what_is_selected_is_shown(void **state)
{
    (void)state;
    const struct record t = thing();
    assert_form(STA_V1_1, &t, "$select=description,id", false, "{\"@iot.id\":5,\"description\":\"d\"}");
    assert_form(STA_V1_1, &t, "$select=Locations", false,
                "{\"Locations@iot.navigationLink\":\"https://host/v1.1/Things(5)/Locations\"}");
    assert_form(STA_V1_1, &t, "$select=Locations", true,
                "{\"Locations@iot.navigationLink\":\"https://host/v1.1/Things(5)/Locations\"}");
}

static void selections_within_json_keep_their_nesting(void **state)
{
    (void)state;
    const struct record t = thing();
    assert_form(STA_V1_1, &t, "$select=properties/a/y", false, "{\"properties\":{\"a\":{\"y\":2}}}");
    assert_form(STA_V1_1, &t, "$select=name,properties/a/y,properties/c,properties/a/x", false,
                "{\"name\":\"a \\\"b\\\"\",\"properties\":{\"a\":{\"y\":2,\"x\":1},\"c\":[7,8]}}");
    assert_form(STA_V1_1, &t, "$select=properties/a,properties/a/x", false,
                "{\"properties\":{\"a\":{\"x\":1,\"y\":2}}}");
    assert_form(STA_V1_1, &t, "$select=properties/b,properties/none", false, "{\"properties\":{\"b\":null}}");
    assert_form(STA_V1_1, &t, "$select=id,properties/none", false, "{\"@iot.id\":5}");
}

static void v1_0_has_its_own_forms(void **state)
{
    (void)state;
    const struct record o = observation();
    assert_form(STA_V1_0, &o, "$select=phenomenonTime", false,
                "{\"phenomenonTime\":\"2026-01-01T00:00:00.000Z\"}");
    struct record l = {.set = SET_LOCATION, .id = 1};
    l.properties[LOCATION_ENCODING_TYPE] = value_text(STR("application/geo+json"));
    l.properties[LOCATION_PROPERTIES] = value_json(STR("{}"));
    assert_form(STA_V1_0, &l, NULL, true,
                "{\"@iot.id\":1,\"@iot.selfLink\":\"https://host/v1.0/"
                "Locations(1)\",\"encodingType\":\"application/vnd.geo+json\"}");
    struct record d = {.set = SET_DATASTREAM, .id = 1};
    d.properties[DATASTREAM_PHENOMENON_TIME] = value_time(
        (interval){NEW_YEAR_2026 + 1500000, NEW_YEAR_2026 + 2000001});
    assert_form(STA_V1_0, &d, "$select=phenomenonTime", false,
                "{\"phenomenonTime\":\"2026-01-01T00:00:01.500Z/2026-01-01T00:00:02.000Z\"}");
    const struct record t = thing();
    buf b = {.max = 10000};
    struct sta_form form;
    err e;
    arena *a = arena_new(1 << 20);
    assert_true(sta_form_make(&sta, STA_V1_0, a, NULL, &form, &e));
    sta_form_entity(&b, &form, &t, NULL);
    buf_add_char(&b, '\0');
    assert_non_null(strstr(b.p, "\"properties\""));
    assert_null(strstr(b.p, "MultiDatastreams"));
    buf_free(&b);
    arena_free(a);
}

static void an_entity_tag_follows_the_content(void **state)
{
    (void)state;
    char first[STA_ETAG_MAX], second[STA_ETAG_MAX];
    struct record t = thing();
    const str before = sta_etag_of(&t, first);
    assert_true(str_eq(before, sta_etag_of(&t, second)));
    t.properties[THING_NAME] = value_text(STR("other"));
    assert_false(str_eq(before, sta_etag_of(&t, second)));
    assert_true(sta_etag_matches(STR("*"), before));
    assert_true(sta_etag_matches(STR("\"x\", W/\"1\""), STR("\"1\"")));
    assert_true(sta_etag_matches(STR("\"1\""), STR("W/\"1\"")));
    assert_false(sta_etag_matches(STR("\"x\",\"y\""), STR("\"1\"")));
    assert_false(sta_etag_matches(STR(""), STR("\"1\"")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entity_shows_its_control_information_properties_and_links),
        cmocka_unit_test(only_what_is_selected_is_shown),
        cmocka_unit_test(selections_within_json_keep_their_nesting),
        cmocka_unit_test(v1_0_has_its_own_forms),
        cmocka_unit_test(an_entity_tag_follows_the_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
