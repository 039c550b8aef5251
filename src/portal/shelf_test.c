// SPDX-License-Identifier: EUPL-1.2
#include "portal/shelf.h"

#include "base/test.h"

TEST(a_page_is_kept_twenty_times_as_long_as_it_took)
{
    struct shelf *s = shelf_new();
    shelf_put(s, STR("/"), STR("home"), "\"1\"", 10000, 1000);
    const struct shelf_page *p = shelf_take(s, STR("/"), 1000 + 199999);
    assert_non_null(p);
    assert_str(p->body, "home");
    assert_string_equal(p->etag, "\"1\"");
    shelf_give(s, p);
    assert_null(shelf_take(s, STR("/"), 1000 + 200000));
    shelf_free(s);
}

TEST(a_page_is_kept_a_second_at_most)
{
    struct shelf *s = shelf_new();
    shelf_put(s, STR("/"), STR("home"), "e", 900000, 0);
    assert_null(shelf_take(s, STR("/"), 1000000));
    shelf_free(s);
}

TEST(a_quick_page_and_another_address_are_not_there)
{
    struct shelf *s = shelf_new();
    shelf_put(s, STR("/quick"), STR("x"), "e", 2999, 0);
    assert_null(shelf_take(s, STR("/quick"), 0));
    shelf_put(s, STR("/"), STR("x"), "e", 5000, 0);
    assert_null(shelf_take(s, STR("/?laag=no2"), 0));
    shelf_free(s);
}

TEST(a_page_in_use_outlives_the_one_that_replaces_it)
{
    struct shelf *s = shelf_new();
    shelf_put(s, STR("/"), STR("first"), "1", 5000, 0);
    const struct shelf_page *p = shelf_take(s, STR("/"), 1);
    shelf_put(s, STR("/"), STR("second"), "2", 5000, 1);
    assert_str(p->body, "first");
    shelf_give(s, p);
    p = shelf_take(s, STR("/"), 2);
    assert_str(p->body, "second");
    shelf_give(s, p);
    shelf_free(s);
}

RUN(CASE(a_page_is_kept_twenty_times_as_long_as_it_took), CASE(a_page_is_kept_a_second_at_most),
    CASE(a_quick_page_and_another_address_are_not_there),
    CASE(a_page_in_use_outlives_the_one_that_replaces_it))
