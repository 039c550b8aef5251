// SPDX-License-Identifier: EUPL-1.2
#include "care/vault.h"

#include "base/file.h"
#include "base/test.h"

#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[TEST_DIRECTORY_MAX], file[96], key_file[96];
static unsigned char key[VAULT_KEY_BYTES];
static struct vault *v;
static arena *a;
static err e;

static int before(void **state)
{
    (void)state;
    test_directory_make(directory);
    if (sodium_init() < 0) return 1;
    snprintf(file, sizeof file, "%s/vault.db", directory);
    snprintf(key_file, sizeof key_file, "%s/key", directory);
    a = arena_new(1 << 20);
    return !a || !vault_key_load(key_file, true, key, &e) || !vault_open(file, key, &v, &e);
}

static int after(void **state)
{
    (void)state;
    vault_close(v);
    arena_free(a);
    test_directory_remove(directory);
    return 0;
}

static bool holds(const char *path, const char *text)
{
    buf b = {.max = 1 << 24};
    size_t at;
    assert_true(file_read(path, &b, &e));
    const bool found = str_find(buf_str(&b), str_of(text), &at);
    buf_free(&b);
    return found;
}

static bool file_holds(const char *text)
{
    char log[128];
    snprintf(log, sizeof log, "%s-wal", file);
    return holds(file, text) || holds(log, text);
}

TEST(a_record_comes_back_and_stands_nowhere_in_the_clear)
{
    str got;
    assert_true(vault_put(v, STR("identity"), STR("p1"), STR("Johanna Jansen, Kerkstraat 1"), &e));
    assert_true(vault_get(v, STR("identity"), STR("p1"), a, &got, &e));
    assert_str(got, "Johanna Jansen, Kerkstraat 1");
    assert_false(file_holds("Johanna"));
    assert_false(vault_get(v, STR("identity"), STR("p2"), a, &got, &e));
    assert_int_equal(e.code, ERR_ABSENT);
}

TEST(a_record_cannot_be_moved_to_another_home)
{
    sqlite3 *db;
    str got;
    assert_true(vault_put(v, STR("identity"), STR("p3"), STR("somebody"), &e));
    assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE record SET key = 'p4' WHERE key = 'p3'", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    assert_false(vault_get(v, STR("identity"), STR("p4"), a, &got, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
}

TEST(forgetting_removes_all_of_a_home_and_nothing_else)
{
    int64_t removed, count;
    str got, oldest;
    assert_true(vault_put(v, STR("identity"), STR("q"), STR("x"), &e));
    assert_true(vault_put(v, STR("raw"), STR("q/2026-01-01"), STR("x"), &e));
    assert_true(vault_put(v, STR("raw"), STR("q/2026-01-02"), STR("x"), &e));
    assert_true(vault_put(v, STR("raw"), STR("qq/2026-01-01"), STR("x"), &e));
    assert_true(vault_count(v, STR("raw"), STR("q"), a, &count, &oldest, &e));
    assert_int_equal(count, 2);
    assert_str(oldest, "2026-01-01");
    assert_true(vault_forget(v, STR("q"), &removed, &e));
    assert_int_equal(removed, 3);
    assert_true(vault_get(v, STR("raw"), STR("qq/2026-01-01"), a, &got, &e));
}

TEST(old_records_go_by_their_day)
{
    int64_t removed, count;
    str oldest;
    for (int day = 1; day <= 9; day++) {
        char name[32];
        snprintf(name, sizeof name, "r/2026-02-0%d", day);
        assert_true(vault_put(v, STR("raw"), str_of(name), STR("x"), &e));
    }
    assert_true(vault_forget_before(v, STR("raw"), STR("r"), STR("2026-02-05"), &removed, &e));
    assert_int_equal(removed, 4);
    assert_true(vault_count(v, STR("raw"), STR("r"), a, &count, &oldest, &e));
    assert_int_equal(count, 5);
    assert_str(oldest, "2026-02-05");
}

TEST(a_deleted_record_leaves_no_bytes_behind)
{
    char marker[64] = "kind-that-nobody-else-uses-0815";
    int64_t removed;
    assert_true(vault_put(v, str_of(marker), STR("s"), STR("x"), &e));
    assert_true(file_holds(marker));
    assert_true(vault_forget(v, STR("s"), &removed, &e));
    assert_int_equal(removed, 1);
    assert_true(vault_settle(v, &e));
    assert_false(file_holds(marker));
}

TEST(records_of_a_home_are_walked_by_their_last_part)
{
    str next;
    assert_true(vault_put(v, STR("raw"), STR("w/2026-01-02"), STR("x"), &e));
    assert_true(vault_put(v, STR("raw"), STR("w/2026-01-05"), STR("x"), &e));
    assert_true(vault_put(v, STR("raw"), STR("x/2026-01-09"), STR("x"), &e));
    assert_true(vault_after(v, STR("raw"), STR("w"), STR(""), a, &next, &e));
    assert_str(next, "2026-01-02");
    assert_true(vault_after(v, STR("raw"), STR("w"), next, a, &next, &e));
    assert_str(next, "2026-01-05");
    assert_true(vault_after(v, STR("raw"), STR("w"), next, a, &next, &e));
    assert_int_equal(next.n, 0);
}

// As `peil backup` does it: without the key, from another process's view of the file.
TEST(a_copy_is_whole_and_sealed_and_opens_with_the_key_alone)
{
    char copy[128];
    unsigned char other[VAULT_KEY_BYTES] = {9};
    struct vault *w;
    str got;
    snprintf(copy, sizeof copy, "%s/copy.db", directory);
    assert_true(vault_put(v, STR("identity"), STR("c1"), STR("Pieter Kopie"), &e));
    assert_true(vault_copy(file, copy, &e));
    assert_false(holds(copy, "Pieter"));
    assert_false(vault_copy(file, copy, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_false(vault_open(copy, other, &w, &e));
    assert_true(vault_open(copy, key, &w, &e));
    assert_true(vault_get(w, STR("identity"), STR("c1"), a, &got, &e));
    assert_str(got, "Pieter Kopie");
    vault_close(w);
    unlink(copy);
}

TEST(one_share_of_a_key_opens_nothing_and_both_together_do)
{
    unsigned char share[VAULT_KEY_BYTES], joined[VAULT_KEY_BYTES];
    char path[128];
    struct vault *w;
    memcpy(joined, key, sizeof joined);
    for (size_t i = 0; i < sizeof share; i++) share[i] = (unsigned char)(3 * i + 1);
    vault_key_join(joined, share);
    snprintf(path, sizeof path, "%s/shared.db", directory);
    assert_true(vault_open(path, joined, &w, &e));
    vault_close(w);
    assert_false(vault_open(path, key, &w, &e));
    assert_int_equal(e.code, ERR_CONFIG);
    assert_false(vault_open(path, share, &w, &e));
    memcpy(joined, share, sizeof joined);  // in whatever order
    vault_key_join(joined, key);
    assert_true(vault_open(path, joined, &w, &e));
    vault_close(w);
    unlink(path);
}

TEST(another_key_is_refused_at_the_start)
{
    unsigned char other[VAULT_KEY_BYTES] = {1};
    struct vault *w;
    assert_false(vault_open(file, other, &w, &e));
    assert_int_equal(e.code, ERR_CONFIG);
}

TEST(a_key_that_others_can_read_is_refused)
{
    unsigned char got[VAULT_KEY_BYTES];
    assert_int_equal(chmod(key_file, 0644), 0);
    assert_false(vault_key_load(key_file, false, got, &e));
    assert_int_equal(e.code, ERR_CONFIG);
    assert_int_equal(chmod(key_file, 0600), 0);
    assert_true(vault_key_load(key_file, true, got, &e));
    assert_memory_equal(got, key, sizeof key);
}

static bool note_key(str found, void *context, err *why)
{
    (void)why;
    char *all = context;
    snprintf(all + strlen(all), 32 - strlen(all), "%.*s ", STR_ARG(found));
    return true;
}

static bool has(const char *name)
{
    str got;
    return vault_get(v, STR("part"), str_of(name), a, &got, &e);
}

static void put(const char *name)
{
    if (!vault_put(v, STR("part"), str_of(name), STR("x"), &e)) fail_msg("%s", e.text);
}

TEST(parts_are_kept_or_undone_each_and_committed_or_dropped_together)
{
    struct vault *other;
    int64_t count;
    str oldest;
    assert_true(vault_begin(v, &e));
    put("a");
    assert_true(vault_keep(v, &e));
    assert_true(vault_begin(v, &e));
    put("b");
    vault_undo(v);
    assert_true(vault_begin(v, &e));
    put("c");
    assert_true(vault_keep(v, &e));
    assert_true(has("a") && !has("b") && has("c"));
    // Another connection sees none of it until they are committed.
    assert_true(vault_open(file, key, &other, &e));
    assert_true(vault_count(other, STR("part"), STR("a"), a, &count, &oldest, &e));
    assert_int_equal(count, 0);
    assert_true(vault_settle(v, &e));
    assert_true(vault_commit(v, &e));
    assert_true(vault_count(other, STR("part"), STR("a"), a, &count, &oldest, &e));
    assert_int_equal(count, 1);
    vault_close(other);
    assert_true(vault_begin(v, &e));
    put("d");
    assert_true(vault_keep(v, &e));
    vault_drop(v);
    assert_false(has("d"));
    assert_true(has("a"));
    // Nothing gathered: nothing to do.
    assert_true(vault_commit(v, &e));
    vault_drop(v);
    put("e");
    assert_true(has("e"));
}

TEST(keys_of_a_kind_are_walked_between_two)
{
    assert_true(vault_put(v, STR("walked"), STR("k1"), STR("x"), &e));
    assert_true(vault_put(v, STR("walked"), STR("k2"), STR("x"), &e));
    assert_true(vault_put(v, STR("walked"), STR("k3"), STR("x"), &e));
    char all[32] = "";
    assert_true(vault_each(v, STR("walked"), STR("k1"), STR("k2"), note_key, all, &e));
    assert_string_equal(all, "k2 ");
    all[0] = 0;
    assert_true(vault_each(v, STR("walked"), (str){0}, (str){0}, note_key, all, &e));
    assert_string_equal(all, "k1 k2 k3 ");
}

RUN_WITH(before, after, CASE(parts_are_kept_or_undone_each_and_committed_or_dropped_together),
         CASE(keys_of_a_kind_are_walked_between_two),
         CASE(a_record_comes_back_and_stands_nowhere_in_the_clear),
         CASE(a_record_cannot_be_moved_to_another_home),
         CASE(forgetting_removes_all_of_a_home_and_nothing_else), CASE(old_records_go_by_their_day),
         CASE(a_deleted_record_leaves_no_bytes_behind), CASE(another_key_is_refused_at_the_start),
         CASE(a_key_that_others_can_read_is_refused), CASE(records_of_a_home_are_walked_by_their_last_part),
         CASE(a_copy_is_whole_and_sealed_and_opens_with_the_key_alone),
         CASE(one_share_of_a_key_opens_nothing_and_both_together_do))
