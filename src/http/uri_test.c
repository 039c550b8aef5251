// SPDX-License-Identifier: EUPL-1.2
#include "http/server.h"

#include "base/test.h"

static arena *a;
static str out;
static err e;

static bool decode(const char *s, bool plus_is_space)
{
    return http_percent_decode(str_of(s), plus_is_space, a, &out, &e);
}

TEST(escapes_become_bytes)
{
    assert_true(decode("/caf%C3%a9%20x%2Fy", false));
    assert_str(out, "/caf\xc3\xa9 x/y");
    assert_true(decode("", false));
    assert_int_equal(out.n, 0);
    assert_true(decode("%25", false));
    assert_str(out, "%");
}

TEST(plus_is_a_space_only_in_forms)
{
    assert_true(decode("a+b%2B", true));
    assert_str(out, "a b+");
    assert_true(decode("a+b", false));
    assert_str(out, "a+b");
}

TEST(a_broken_escape_is_refused_where_it_stands)
{
    assert_false(decode("ab%", false));
    assert_int_equal(e.at, 2);
    assert_false(decode("%4", false));
    assert_false(decode("%4g", false));
    assert_false(decode("%%41", false));
    assert_int_equal(e.code, ERR_SYNTAX);
}

TEST(nul_and_broken_utf8_are_refused)
{
    assert_false(decode("a%00", false));
    assert_int_equal(e.at, 1);
    assert_false(decode("%C3", false));
    assert_false(decode("%ED%A0%80", false));  // half a surrogate pair
    assert_false(decode("%C0%AF", false));     // '/' in too many bytes
}

TEST(the_first_value_of_a_key_is_found)
{
    const str query = STR("a=1&%24top=5&a=2&b&c=&d=x%3Dy=z&e=caf%C3%A9+1");
    assert_true(http_query_get(query, STR("a"), a, &out));
    assert_str(out, "1");
    assert_true(http_query_get(query, STR("$top"), a, &out));
    assert_str(out, "5");
    assert_true(http_query_get(query, STR("b"), a, &out));
    assert_str(out, "");
    assert_true(http_query_get(query, STR("c"), a, &out));
    assert_str(out, "");
    assert_true(http_query_get(query, STR("d"), a, &out));
    assert_str(out, "x=y=z");
    assert_true(http_query_get(query, STR("e"), a, &out));
    assert_str(out, "caf\xc3\xa9 1");
    assert_false(http_query_get(query, STR("f"), a, &out));
    assert_false(http_query_get((str){0}, STR("a"), a, &out));
    assert_false(http_query_get(STR("a=%zz"), STR("a"), a, &out));
}

static int before(void **state)
{
    (void)state;
    a = arena_new(1 << 20);
    return a ? 0 : -1;
}

static int after(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

RUN_WITH(before, after, CASE(escapes_become_bytes), CASE(plus_is_a_space_only_in_forms),
         CASE(a_broken_escape_is_refused_where_it_stands), CASE(nul_and_broken_utf8_are_refused),
         CASE(the_first_value_of_a_key_is_found))
