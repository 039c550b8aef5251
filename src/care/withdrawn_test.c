// SPDX-License-Identifier: EUPL-1.2
#include "care/withdrawn.h"

#include "base/file.h"
#include "base/test.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char directory[TEST_DIRECTORY_MAX], file[96], copy[96];
static const unsigned char key[VAULT_KEY_BYTES] = {7}, other_key[VAULT_KEY_BYTES] = {8};
static struct withdrawn *w;
static buf text = {.max = 1 << 16};
static err e;

static int before(void **state)
{
    (void)state;
    test_directory_make(directory);
    snprintf(file, sizeof file, "%s/withdrawn", directory);
    snprintf(copy, sizeof copy, "%s/copy", directory);
    return sodium_init() < 0;
}

static int after(void **state)
{
    (void)state;
    buf_free(&text);
    test_directory_remove(directory);
    return 0;
}

static void open_on(const char *day)
{
    if (!withdrawn_open(file, key, day, &w, &e)) fail_msg("%s", e.text);
}

static str whole(const char *path)
{
    text.n = 0;
    if (!file_read(path, &text, &e)) fail_msg("%s", e.text);
    return buf_str(&text);
}

static bool says(const char *path, const char *what)
{
    size_t at;
    return str_find(whole(path), str_of(what), &at);
}

static struct withdrawn_facts look(const char *path)
{
    struct withdrawn_facts f = {0};
    if (!withdrawn_look(path, &f, &e)) fail_msg("%s", e.text);
    return f;
}

TEST(who_stopped_is_known_again_and_named_nowhere)
{
    unlink(file);
    open_on("2026-11-26");
    assert_false(withdrawn_has(w, STR("AAAAAAAAAAAAAAAAAAAAAA")));
    assert_true(withdrawn_add(w, STR("AAAAAAAAAAAAAAAAAAAAAA"), "2026-11-26", &e));
    assert_true(withdrawn_add(w, STR("BBBBBBBBBBBBBBBBBBBBBB"), "2026-11-27", &e));
    assert_true(withdrawn_add(w, STR("BBBBBBBBBBBBBBBBBBBBBB"), "2026-11-28", &e));
    withdrawn_close(w);
    open_on("2026-12-01");
    assert_true(withdrawn_has(w, STR("AAAAAAAAAAAAAAAAAAAAAA")));
    assert_true(withdrawn_has(w, STR("BBBBBBBBBBBBBBBBBBBBBB")));
    assert_false(withdrawn_has(w, STR("CCCCCCCCCCCCCCCCCCCCCC")));
    assert_int_equal(withdrawn_count(w), 2);
    withdrawn_close(w);
    assert_false(says(file, "AAAAAAAA"));
    assert_true(says(file, "\nsince 2026-11-26\n"));
    assert_true(says(file, "\n2026-11-27 "));
    assert_false(says(file, "\n2026-11-28 "));
}

TEST(a_line_that_lost_power_is_left_out_and_the_next_one_stands_by_itself)
{
    unlink(file);
    open_on("2026-11-26");
    assert_true(withdrawn_add(w, STR("one"), "2026-11-26", &e));
    assert_true(withdrawn_add(w, STR("two"), "2026-11-26", &e));
    withdrawn_close(w);
    const str all = whole(file);
    assert_int_equal(truncate(file, (off_t)all.n - 9), 0);
    assert_int_equal(look(file).count, 1);
    open_on("2026-11-26");
    assert_true(withdrawn_has(w, STR("one")));
    assert_false(withdrawn_has(w, STR("two")));
    assert_true(withdrawn_add(w, STR("three"), "2026-11-27", &e));
    withdrawn_close(w);
    assert_int_equal(look(file).count, 2);
}

TEST(the_file_of_another_vault_and_a_line_that_is_none_are_refused)
{
    unlink(file);
    open_on("2026-11-26");
    assert_true(withdrawn_add(w, STR("one"), "2026-11-26", &e));
    withdrawn_close(w);
    assert_false(withdrawn_open(file, other_key, "2026-11-26", &w, &e));
    assert_int_equal(e.code, ERR_CONFIG);
    static const char *const wrong[] = {"2026-11-26 00\n",
                                        "26-11-2026 000102030405060708090a0b0c0d0e0f\n",
                                        "since then\n",
                                        "gap\n",
                                        "key 00\n",
                                        "hello\n",
                                        "2026-11-26 000102030405060708090a0b0c0d0e0g\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        size_t at;
        buf b = {.max = 1 << 12};
        BUF_LIT(&b, "# a remark\n\n");
        buf_add(&b, str_of(wrong[i]));
        assert_true(file_replace(copy, buf_str(&b), &e));
        buf_free(&b);
        assert_false(withdrawn_open(copy, key, "2026-11-26", &w, &e));
        assert_int_equal(e.code, ERR_CONFIG);
        assert_true(str_find(str_of(e.text), STR("line 3"), &at));
    }
}

TEST(a_copy_says_from_when_it_may_lack_somebody)
{
    unlink(file);
    unlink(copy);
    open_on("2026-11-01");
    assert_true(withdrawn_add(w, STR("one"), "2026-11-02", &e));
    assert_true(withdrawn_copy(file, copy, (instant)1795651200 * TIME_SECOND, &e));  // 2026-11-26
    assert_true(withdrawn_add(w, STR("two"), "2026-11-27", &e));
    withdrawn_close(w);
    assert_string_equal(look(file).gap, "");
    const struct withdrawn_facts f = look(copy);
    assert_string_equal(f.gap, "2026-11-26");
    assert_string_equal(f.since, "2026-11-01");
    assert_int_equal(f.count, 1);
    // The lines of the old store behind those of the copy: all are known.
    const str all = whole(file);
    assert_true(file_append(copy, all, &e));
    assert_true(withdrawn_open(copy, key, "2026-11-28", &w, &e));
    assert_true(withdrawn_has(w, STR("one")) && withdrawn_has(w, STR("two")));
    withdrawn_close(w);
    assert_string_equal(look(copy).gap, "2026-11-26");
    // Of a store that has no such file.
    unlink(copy);
    unlink(file);
    assert_true(withdrawn_copy(file, copy, (instant)1795651200 * TIME_SECOND, &e));
    assert_string_equal(look(copy).gap, "2026-11-26");
}

TEST(lines_go_after_their_time_and_the_file_says_how_far_back_it_goes)
{
    unlink(file);
    open_on("2026-01-01");
    assert_true(withdrawn_add(w, STR("one"), "2026-01-01", &e));
    assert_true(withdrawn_add(w, STR("two"), "2026-01-31", &e));
    assert_true(withdrawn_forget_before(w, "2026-01-01", &e));
    assert_int_equal(withdrawn_count(w), 2);
    assert_true(withdrawn_forget_before(w, "2026-01-31", &e));
    assert_false(withdrawn_has(w, STR("one")));
    assert_true(withdrawn_has(w, STR("two")));
    withdrawn_close(w);
    assert_int_equal(look(file).count, 1);
    assert_string_equal(look(file).since, "2026-01-31");
}

TEST(a_file_taken_away_under_a_running_peil_is_written_anew)
{
    unlink(file);
    open_on("2026-01-01");
    assert_true(withdrawn_add(w, STR("one"), "2026-01-01", &e));
    unlink(file);
    assert_true(withdrawn_add(w, STR("two"), "2026-01-02", &e));
    withdrawn_close(w);
    assert_int_equal(look(file).count, 2);
}

RUN_WITH(before, after, CASE(who_stopped_is_known_again_and_named_nowhere),
         CASE(a_line_that_lost_power_is_left_out_and_the_next_one_stands_by_itself),
         CASE(the_file_of_another_vault_and_a_line_that_is_none_are_refused),
         CASE(a_copy_says_from_when_it_may_lack_somebody),
         CASE(lines_go_after_their_time_and_the_file_says_how_far_back_it_goes),
         CASE(a_file_taken_away_under_a_running_peil_is_written_anew))
