// SPDX-License-Identifier: EUPL-1.2
#include "api/api.h"

#include "base/test.h"

static const struct api_field fields[] = {{"code", API_TEXT},
                                          {"period", API_WORD, "hour day", .standard = "day"},
                                          {"limit", API_INTEGER, .least = 1, .most = 100, .standard = "20"},
                                          {"from", API_TIME},
                                          {"share", API_NUMBER},
                                          {"exact", API_BOOLEAN},
                                          {0}};
static const struct api_resource resource = {HTTP_GET,           "/things/{code}", "getThing",         "One",
                                             ACTION_READ_PUBLIC, fields,           .answer = "Service"};
static const struct api_resource two_forms = {HTTP_GET, "/things",          "getThings",
                                              "All",    ACTION_READ_PUBLIC, .formats = API_JSON | API_CSV};

static arena *a;

static bool reads(struct api_call *c, const struct api_resource *r, const char *query, err *e)
{
    *c = (struct api_call){.resource = r, .a = a};
    return api_read_query(c, str_of(query), e);
}

TEST(parameters_have_the_values_given_or_the_standard_ones)
{
    struct api_call c;
    err e;
    assert_true(reads(&c, &resource, "limit=7&from=2024-01-01T00:00:00%2B01:00&exact=true&share=0.25", &e));
    assert_int_equal(api_integer(&c, "limit"), 7);
    assert_str(api_text(&c, "period"), "day");
    assert_false(api_given(&c, "period"));
    assert_int_equal(api_time(&c, "from", 0), 1704063600 * TIME_SECOND);
    assert_true(api_flag(&c, "exact"));
    assert_true(api_number(&c, "share") == 0.25);
    assert_true(reads(&c, &resource, "", &e));
    assert_int_equal(api_integer(&c, "limit"), 20);
    assert_int_equal(api_time(&c, "from", 5), 5);
}

TEST(what_does_not_fit_a_parameter_is_refused_by_its_name)
{
    static const struct {
        const char *query;
        err_code code;
        const char *text;
    } cases[] = {
        {"limit=0", ERR_RANGE, "parameter 'limit': expected a value from 1 to 100"},
        {"limit=101", ERR_RANGE, "parameter 'limit': expected a value from 1 to 100"},
        {"period=week", ERR_RANGE, "parameter 'period': expected one of: hour day"},
        {"colour=red", ERR_UNKNOWN, "there is no parameter 'colour' here"},
        {"limit=1&limit=2", ERR_SYNTAX, "parameter 'limit' is given twice"},
        {"exact=yes", ERR_TYPE, "parameter 'exact': expected true or false"},
        {"format=csv", ERR_UNKNOWN, "there is no parameter 'format' here"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct api_call c;
        err e;
        assert_false(reads(&c, &resource, cases[i].query, &e));
        assert_int_equal(e.code, cases[i].code);
        assert_string_equal(e.text, cases[i].text);
    }
}

TEST(the_form_is_one_of_those_offered)
{
    struct api_call c;
    err e;
    assert_true(reads(&c, &two_forms, "format=csv", &e));
    assert_int_equal(c.format, API_CSV);
    assert_true(reads(&c, &two_forms, "", &e));
    assert_int_equal(c.format, API_JSON);
    assert_false(reads(&c, &two_forms, "format=geojson", &e));
    assert_int_equal(e.code, ERR_RANGE);
}

TEST(a_path_is_found_whole_and_without_trailing_slash)
{
    struct api_value values[API_PARAMETERS_MAX];
    unsigned allowed;
    assert_non_null(api_find(HTTP_GET, STR("/openapi.json"), a, values, &allowed));
    assert_non_null(api_find(HTTP_HEAD, STR(""), a, values, &allowed));
    assert_null(api_find(HTTP_GET, STR("/openapi.json/"), a, values, &allowed));
    assert_null(api_find(HTTP_GET, STR("/openapi"), a, values, &allowed));
    assert_int_equal(allowed, 0);
    assert_null(api_find(HTTP_POST, STR("/openapi.json"), a, values, &allowed));
    assert_int_equal(allowed, HTTP_GET);
}

TEST(a_problem_says_type_status_and_place)
{
    buf b = {.max = 1000};
    const err e = {.code = ERR_RANGE, .at = 7, .text = "too much"};
    api_write_problem(&b, &e, STR("/api/v1/x"));
    assert_str(buf_str(&b), "{\"type\":\"urn:peil:problem:range\",\"title\":\"Bad Request\",\"status\":400,"
                            "\"detail\":\"too much\",\"instance\":\"/api/v1/x\",\"position\":7}");
    buf_free(&b);
}

static int before(void **state)
{
    (void)state;
    a = arena_new(1 << 20);
    return a ? 0 : 1;
}

static int after(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

TEST(a_list_without_a_named_kind_takes_anything_but_must_be_a_list)
{
    static const struct {
        const char *body;
        err_code code;  // ERR_NONE: it fits
    } cases[] = {
        {"{\"columns\":[\"time\"],\"rows\":[[1,\"a\"],{\"b\":null},true]}", ERR_NONE},
        {"{\"columns\":[\"time\"],\"rows\":{}}", ERR_TYPE},
        {"{\"columns\":[1],\"rows\":[]}", ERR_TYPE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json *body;
        err e = {0};
        assert_true(json_parse(str_of(cases[i].body), a, &body, &e));
        assert_true(api_check_body(body, "Rows", &e) == (cases[i].code == ERR_NONE));
        assert_int_equal(e.code, cases[i].code);
    }
}

RUN_WITH(before, after, CASE(parameters_have_the_values_given_or_the_standard_ones),
         CASE(what_does_not_fit_a_parameter_is_refused_by_its_name), CASE(the_form_is_one_of_those_offered),
         CASE(a_path_is_found_whole_and_without_trailing_slash), CASE(a_problem_says_type_status_and_place),
         CASE(a_list_without_a_named_kind_takes_anything_but_must_be_a_list))
