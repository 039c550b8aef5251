// SPDX-License-Identifier: EUPL-1.2
#include "http/field.h"

#include "http/server.h"

#include "base/test.h"

TEST(a_token_is_what_the_rfc_lists)
{
    assert_true(field_is_token(STR("!#$%&'*+-.^_`|~09azAZ")));
    assert_false(field_is_token(STR("")));
    for (const char *p = "\"(),/:;<=>?@[\\]{} \t\x7f\x80"; *p; p++) assert_false(field_is_token((str){p, 1}));
    assert_false(field_is_token((str){"", 1}));  // NUL
}

TEST(a_list_is_searched_by_whole_items)
{
    assert_true(field_has_token(STR("keep-alive, Close"), STR("close")));
    assert_false(field_has_token(STR("closed, x-close"), STR("close")));
    assert_false(field_has_token((str){0}, STR("close")));
}

TEST(a_value_with_a_line_break_is_not_safe)
{
    assert_true(field_is_safe(STR("a\tb \xc3\xa9")));
    assert_false(field_is_safe(STR("a\r\nSet-Cookie: b")));
    assert_false(field_is_safe(STR("a\0b")));
}

// The examples of RFC 9110 section 12.5.3, and weights at their edges.
TEST(a_coding_is_accepted_as_the_client_weighs_it)
{
    assert_true(http_accepts(STR("compress, gzip"), STR("gzip")));
    assert_true(http_accepts(STR("compress;q=0.5, gzip;q=1.0"), STR("gzip")));
    assert_false(http_accepts(STR("compress;q=0.5, gzip;q=1.0"), STR("br")));
    assert_false(http_accepts(STR("gzip;q=1.0, identity; q=0.5, *;q=0"), STR("br")));
    assert_true(http_accepts(STR("*"), STR("gzip")));
    assert_false(http_accepts(STR("*, gzip;q=0"), STR("gzip")));
    assert_false(http_accepts(STR("gzip;q=0.000"), STR("gzip")));
    assert_true(http_accepts(STR("GZIP ; Q=0.001"), STR("gzip")));
    assert_false(http_accepts(STR(""), STR("gzip")));
    assert_false(http_accepts((str){0}, STR("gzip")));
    assert_false(http_accepts(STR("gzipped, x-gzip"), STR("gzip")));
}

TEST(a_weight_that_is_none_counts_as_no)
{
    assert_false(http_accepts(STR("gzip;q="), STR("gzip")));
    assert_false(http_accepts(STR("gzip;q=2"), STR("gzip")));
    assert_false(http_accepts(STR("gzip;q=0.0001"), STR("gzip")));
    assert_false(http_accepts(STR("gzip;q=yes"), STR("gzip")));
    assert_false(http_accepts(STR("gzip;q=-1"), STR("gzip")));
}

RUN(CASE(a_token_is_what_the_rfc_lists), CASE(a_list_is_searched_by_whole_items),
    CASE(a_value_with_a_line_break_is_not_safe), CASE(a_coding_is_accepted_as_the_client_weighs_it),
    CASE(a_weight_that_is_none_counts_as_no))
