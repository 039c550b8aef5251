// SPDX-License-Identifier: EUPL-1.2
#include "api/kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void put(struct api_kept *k, const char *question, const char *state, size_t bytes)
{
    char *text = calloc(1, bytes);
    assert_non_null(text);
    text[0] = state[0];
    http_piece *p = http_piece_new((str){text, bytes});
    api_kept_put(k, str_of(question), str_of(state), p);
    http_piece_release(p);
    free(text);
}

static size_t size_of(struct api_kept *k, const char *question, const char *state)
{
    http_piece *p = api_kept_take(k, str_of(question), str_of(state));
    if (!p) return 0;
    const size_t n = http_piece_bytes(p).n;
    http_piece_release(p);
    return n;
}

static void an_answer_is_there_for_its_state_alone(void **unused)
{
    (void)unused;
    struct api_kept *k = api_kept_new();
    put(k, "map", "1", 10);
    assert_int_equal(size_of(k, "map", "1"), 10);
    assert_int_equal(size_of(k, "map", "2"), 0);
    assert_int_equal(size_of(k, "other", "1"), 0);
    put(k, "map", "2", 20);
    assert_int_equal(size_of(k, "map", "1"), 0);
    assert_int_equal(size_of(k, "map", "2"), 20);
    api_kept_free(k);
}

static void what_was_asked_longest_ago_goes_first(void **unused)
{
    (void)unused;
    struct api_kept *k = api_kept_new();
    const size_t third = API_KEPT_BYTES_MAX / 3;
    put(k, "a", "1", third);
    put(k, "b", "1", third);
    put(k, "c", "1", third);
    assert_int_equal(size_of(k, "a", "1"), third);
    put(k, "d", "1", third);
    assert_int_equal(size_of(k, "b", "1"), 0);
    assert_int_equal(size_of(k, "a", "1"), third);
    assert_int_equal(size_of(k, "c", "1"), third);
    put(k, "huge", "1", API_KEPT_BYTES_MAX + 1);
    assert_int_equal(size_of(k, "huge", "1"), 0);
    assert_int_equal(size_of(k, "d", "1"), third);
    api_kept_free(k);
}

static void there_are_never_more_than_its_places(void **unused)
{
    (void)unused;
    struct api_kept *k = api_kept_new();
    char name[16];
    for (int i = 0; i < API_KEPT_ANSWERS + 5; i++) {
        snprintf(name, sizeof name, "q%d", i);
        put(k, name, "1", 8);
    }
    int kept = 0;
    for (int i = 0; i < API_KEPT_ANSWERS + 5; i++) {
        snprintf(name, sizeof name, "q%d", i);
        kept += size_of(k, name, "1") == 8;
        if (i < 5) assert_int_equal(size_of(k, name, "1"), 0);
    }
    assert_int_equal(kept, API_KEPT_ANSWERS);
    api_kept_free(k);
}

// A reader who still sends it keeps it alive.
static void a_piece_outlives_its_place(void **unused)
{
    (void)unused;
    struct api_kept *k = api_kept_new();
    put(k, "map", "7", 5);
    http_piece *p = api_kept_take(k, STR("map"), STR("7"));
    api_kept_free(k);
    assert_int_equal(http_piece_bytes(p).n, 5);
    assert_int_equal(http_piece_bytes(p).p[0], '7');
    http_piece_release(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_answer_is_there_for_its_state_alone),
                                       cmocka_unit_test(what_was_asked_longest_ago_goes_first),
                                       cmocka_unit_test(there_are_never_more_than_its_places),
                                       cmocka_unit_test(a_piece_outlives_its_place)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
