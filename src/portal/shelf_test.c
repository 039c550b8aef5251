// SPDX-License-Identifier: EUPL-1.2
#include "portal/shelf.h"

#include "base/test.h"
#include "http/inflate.h"

static void put(struct shelf *s, str key, str body, int64_t made_in_us, int64_t now_us)
{
    const struct shelf_page *p = shelf_put(s, key, body, "\"1\"", made_in_us, now_us);
    assert_non_null(p);
    shelf_give(s, p);
}

static void assert_is_given(struct shelf *s, str key, int64_t now_us, const char *body)
{
    const struct shelf_page *p = shelf_take(s, key, now_us);
    assert_non_null(p);
    assert_str(http_piece_bytes(p->plain), body);
    shelf_give(s, p);
}

TEST(a_page_is_kept_twenty_times_as_long_as_it_took)
{
    struct shelf *s = shelf_new();
    put(s, STR("/"), STR("home"), 10000, 1000);
    const struct shelf_page *p = shelf_take(s, STR("/"), 1000 + 199999);
    assert_non_null(p);
    assert_str(http_piece_bytes(p->plain), "home");
    assert_string_equal(p->etag, "\"1\"");
    shelf_give(s, p);
    assert_null(shelf_take(s, STR("/"), 1000 + 200000));
    shelf_free(s);
}

TEST(a_page_is_kept_a_second_at_most)
{
    struct shelf *s = shelf_new();
    put(s, STR("/"), STR("home"), 900000, 0);
    assert_null(shelf_take(s, STR("/"), 1000000));
    shelf_free(s);
}

TEST(a_quick_page_and_another_address_are_not_there)
{
    struct shelf *s = shelf_new();
    assert_null(shelf_put(s, STR("/quick"), STR("x"), "e", 2999, 0));
    assert_null(shelf_take(s, STR("/quick"), 0));
    put(s, STR("/"), STR("x"), 5000, 0);
    assert_null(shelf_take(s, STR("/?laag=no2"), 0));
    shelf_free(s);
}

TEST(one_makes_an_old_page_anew_and_the_others_are_given_it_meanwhile)
{
    struct shelf *s = shelf_new();
    put(s, STR("/"), STR("old"), 5000, 0);
    assert_null(shelf_take(s, STR("/"), 100000));
    assert_is_given(s, STR("/"), 100001, "old");
    put(s, STR("/"), STR("new"), 5000, 105000);
    assert_is_given(s, STR("/"), 105001, "new");
    assert_null(shelf_take(s, STR("/"), 205000));
    shelf_free(s);
}

TEST(who_does_not_come_back_with_a_new_page_is_waited_for_half_a_second)
{
    struct shelf *s = shelf_new();
    put(s, STR("/"), STR("old"), 5000, 0);
    assert_null(shelf_take(s, STR("/"), 100000));
    assert_is_given(s, STR("/"), 599999, "old");
    assert_null(shelf_take(s, STR("/"), 600000));
    assert_null(shelf_take(s, STR("/"), 600001));
    shelf_free(s);
}

TEST(who_has_the_turn_to_make_it_finds_only_a_new_one)
{
    struct shelf *s = shelf_new();
    put(s, STR("/"), STR("old"), 5000, 0);
    assert_null(shelf_take(s, STR("/"), 100000));
    assert_null(shelf_take_fresh(s, STR("/"), 100001));
    put(s, STR("/"), STR("new"), 5000, 100002);
    const struct shelf_page *p = shelf_take_fresh(s, STR("/"), 100003);
    assert_non_null(p);
    shelf_give(s, p);
    shelf_free(s);
}

TEST(nobody_is_given_an_old_page_once_a_quick_one_was_made)
{
    struct shelf *s = shelf_new();
    put(s, STR("/"), STR("old"), 5000, 0);
    assert_null(shelf_take(s, STR("/"), 100000));
    assert_null(shelf_put(s, STR("/"), STR("new"), "e", 2999, 100001));
    assert_null(shelf_take(s, STR("/"), 100002));
    shelf_free(s);
}

TEST(a_page_in_use_outlives_the_one_that_replaces_it)
{
    struct shelf *s = shelf_new();
    put(s, STR("/"), STR("first"), 5000, 0);
    const struct shelf_page *p = shelf_take(s, STR("/"), 1);
    put(s, STR("/"), STR("second"), 5000, 1);
    assert_str(http_piece_bytes(p->plain), "first");
    shelf_give(s, p);
    assert_is_given(s, STR("/"), 2, "second");
    shelf_free(s);
}

TEST(the_packed_page_is_the_plain_one)
{
    struct shelf *s = shelf_new();
    put(s, STR("/"), STR("home home home home"), 5000, 0);
    const struct shelf_page *p = shelf_take(s, STR("/"), 1);
    buf plain = {.max = 4096};
    err e;
    assert_true(http_inflate(http_piece_bytes(p->packed), STR("gzip"), 1024, &plain, &e));
    assert_str(buf_str(&plain), "home home home home");
    buf_free(&plain);
    shelf_give(s, p);
    shelf_free(s);
}

RUN(CASE(a_page_is_kept_twenty_times_as_long_as_it_took), CASE(a_page_is_kept_a_second_at_most),
    CASE(a_quick_page_and_another_address_are_not_there),
    CASE(one_makes_an_old_page_anew_and_the_others_are_given_it_meanwhile),
    CASE(who_does_not_come_back_with_a_new_page_is_waited_for_half_a_second),
    CASE(who_has_the_turn_to_make_it_finds_only_a_new_one),
    CASE(nobody_is_given_an_old_page_once_a_quick_one_was_made),
    CASE(a_page_in_use_outlives_the_one_that_replaces_it), CASE(the_packed_page_is_the_plain_one))
