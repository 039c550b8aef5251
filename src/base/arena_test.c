// SPDX-License-Identifier: EUPL-1.2
#include "base/arena.h"

#include "base/test.h"

#include <string.h>

TEST(memory_is_zero_and_aligned)
{
    arena *a = arena_new(100000);
    for (size_t n = 0; n < 300; n++) {
        char *p = arena_alloc(a, n);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0);
        memset(p, 0xFF, n);
    }
    arena_free(a);
}

TEST(memory_is_zero_again_after_reset)
{
    arena *a = arena_new(1000);
    memset(arena_alloc(a, 500), 0xFF, 500);
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
    const char *p = arena_alloc(a, 500);
    for (size_t i = 0; i < 500; i++) assert_int_equal(p[i], 0);
    arena_free(a);
}

TEST(the_maximum_is_hard)
{
    arena *a = arena_new(1000);
    assert_non_null(arena_alloc(a, 1000));
    assert_null(arena_alloc(a, 1));
    arena_reset(a);
    assert_non_null(arena_alloc(a, 500));
    assert_null(arena_alloc(a, 1001));
    assert_null(arena_alloc(a, SIZE_MAX));
    arena_free(a);
}

TEST(small_pieces_reach_almost_the_maximum)
{
    const size_t max = 3000000;
    arena *a = arena_new(max);
    while (arena_alloc(a, 100)) {}
    assert_true(arena_used(a) <= max);
    assert_true(arena_used(a) > max * 99 / 100);
    arena_free(a);
}

TEST(earlier_memory_stays_where_it_is)
{
    arena *a = arena_new(10000000);
    int *numbers[1000];
    for (int i = 0; i < 1000; i++) {
        numbers[i] = ARENA_ARRAY(a, 500, int);
        *numbers[i] = i;
    }
    for (int i = 0; i < 1000; i++) assert_int_equal(*numbers[i], i);
    arena_free(a);
}

TEST(a_product_that_overflows_is_refused)
{
    arena *a = arena_new(1000);
    assert_null(arena_array(a, SIZE_MAX / 2, 4));
    assert_null(arena_array(a, SIZE_MAX, SIZE_MAX));
    arena_free(a);
}

TEST(a_copy_is_followed_by_nul)
{
    arena *a = arena_new(1000);
    str out;
    assert_true(arena_copy(a, STR("abc"), &out));
    assert_int_equal(out.n, 3);
    assert_string_equal(out.p, "abc");
    assert_true(arena_copy(a, (str){0}, &out));
    assert_string_equal(out.p, "");
    assert_false(arena_copy(a, (str){out.p, SIZE_MAX}, &out));
    arena_free(a);
}

TEST(print_makes_the_room_it_needs)
{
    arena *a = arena_new(20000);
    str out;
    assert_true(arena_print(a, &out, "%s-%d", "x", 7));
    assert_str(out, "x-7");
    assert_true(arena_print(a, &out, "%10000d", 1));
    assert_int_equal(out.n, 10000);
    assert_false(arena_print(a, &out, "%20000d", 1));
    arena_free(a);
    arena_free(NULL);
}

RUN(CASE(memory_is_zero_and_aligned), CASE(memory_is_zero_again_after_reset), CASE(the_maximum_is_hard),
    CASE(small_pieces_reach_almost_the_maximum), CASE(earlier_memory_stays_where_it_is),
    CASE(a_product_that_overflows_is_refused), CASE(a_copy_is_followed_by_nul),
    CASE(print_makes_the_room_it_needs))
