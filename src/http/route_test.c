// SPDX-License-Identifier: EUPL-1.2
#include "http/route.h"

#include "base/test.h"

static const http_route routes[] = {
    {.methods = HTTP_GET, .path = STR("/"), .flags = HTTP_PREFIX},
    {.methods = HTTP_GET, .path = STR("/healthz")},
    {.methods = HTTP_GET | HTTP_POST | HTTP_PATCH | HTTP_DELETE, .path = STR("/v1.1"), .flags = HTTP_PREFIX},
    {.methods = HTTP_POST, .path = STR("/v1.1/Observations"), .flags = HTTP_ON_LOOP},
    {.methods = HTTP_OPTIONS | HTTP_PUT, .path = STR("/form")},
};

// The path of the route that takes it; "-" for none.
static str taker(http_method m, const char *path)
{
    const struct route_match found = route_find(routes, sizeof routes / sizeof *routes, m, str_of(path));
    return found.route ? found.route->path : STR("-");
}

TEST(the_longest_path_wins)
{
    assert_str(taker(HTTP_GET, "/healthz"), "/healthz");
    assert_str(taker(HTTP_GET, "/healthz/x"), "/");
    assert_str(taker(HTTP_GET, "/v1.1"), "/v1.1");
    assert_str(taker(HTTP_GET, "/v1.1/Things(1)"), "/v1.1");
    assert_str(taker(HTTP_GET, "/v1.10"), "/");
    assert_str(taker(HTTP_GET, "/"), "/");
    assert_str(taker(HTTP_POST, "/v1.1/Observations"), "/v1.1/Observations");
}

TEST(a_method_that_the_longest_does_not_take_goes_to_the_next)
{
    assert_str(taker(HTTP_GET, "/v1.1/Observations"), "/v1.1");
    assert_str(taker(HTTP_PUT, "/v1.1/Observations"), "-");
    assert_str(taker(HTTP_POST, "/"), "-");
}

TEST(head_goes_where_get_goes)
{
    assert_str(taker(HTTP_HEAD, "/healthz"), "/healthz");
    assert_str(taker(HTTP_HEAD, "/form"), "/");
}

static str allowed(const char *path, char text[static 64])
{
    buf b = {.p = text, .capacity = 64, .max = 64};
    route_write_allow(&b,
                      route_find(routes, sizeof routes / sizeof *routes, HTTP_DELETE, str_of(path)).allowed);
    return buf_str(&b);
}

TEST(allow_names_the_methods_of_all_that_match)
{
    char text[64];
    assert_str(allowed("/healthz", text), "GET, HEAD, OPTIONS");
    assert_str(allowed("/v1.1/Observations", text), "GET, HEAD, POST, PATCH, DELETE, OPTIONS");
    assert_str(allowed("/form", text), "GET, HEAD, PUT, OPTIONS");
}

TEST(without_a_match_nothing_is_allowed)
{
    const struct route_match m = route_find(routes + 1, 3, HTTP_GET, STR("/x"));
    assert_null(m.route);
    assert_int_equal(m.allowed, 0);
}

RUN(CASE(the_longest_path_wins), CASE(a_method_that_the_longest_does_not_take_goes_to_the_next),
    CASE(head_goes_where_get_goes), CASE(allow_names_the_methods_of_all_that_match),
    CASE(without_a_match_nothing_is_allowed))
