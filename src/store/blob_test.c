// SPDX-License-Identifier: EUPL-1.2
#include "base/test_directory.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

// BLAKE2b-256 of "abc", as Python's hashlib.blake2b(b"abc", digest_size=32) gives it.
#define HASH_OF_ABC "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
#define PATH_OF_ABC "/blobs/bd/" HASH_OF_ABC

static char directory[TEST_DIRECTORY_MAX], copy[96];
static struct store *s;
static arena *a;
static err fault;
#define OK(call)                                            \
    do {                                                    \
        if (!(call)) fail_msg("%s: %s", #call, fault.text); \
    } while (0)

static void open_it(void)
{
    const store_config c = {.directory = directory, .create = true};
    OK(store_open(&c, &s, &fault));
}

static int set_up(void **state)
{
    (void)state;
    test_directory_make(directory);
    snprintf(copy, sizeof copy, "%s/copy", directory);
    a = arena_new((size_t)64 << 20);
    open_it();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(s);
    arena_free(a);
    test_directory_remove(directory);
    return 0;
}

// ---- steps ----

struct step {
    str bytes;
    bool fail;
    char hash[STORE_BLOB_HASH + 1];
};

static bool put(struct store_tx *tx, void *context, err *e)
{
    struct step *k = context;
    return store_blob_put(tx, k->bytes, k->hash, e) &&
           (!k->fail || err_set(e, ERR_RANGE, ERR_NOWHERE, "on purpose"));
}

static bool drop(struct store_tx *tx, void *context, err *e)
{
    struct step *k = context;
    return store_blob_delete(tx, str_of(k->hash), e) &&
           (!k->fail || err_set(e, ERR_RANGE, ERR_NOWHERE, "on purpose"));
}

static bool nothing(struct store_tx *tx, void *context, err *e)
{
    (void)context;
    return store_document_delete(tx, STR("none"), STR("none"), e);
}

// When the second has its answer, all that belongs to the first is over, the removal of files too.
static void let_files_go(void)
{
    for (int i = 0; i < 2; i++) OK(store_run(s, nothing, NULL, &fault));
}

static void put_abc(void)
{
    struct step k = {.bytes = STR("abc")};
    OK(store_run(s, put, &k, &fault));
    assert_string_equal(k.hash, HASH_OF_ABC);
}

static void drop_abc(void)
{
    struct step k = {.hash = HASH_OF_ABC};
    OK(store_run(s, drop, &k, &fault));
}

static bool has_file(const char *in)
{
    char path[256];
    snprintf(path, sizeof path, "%s" PATH_OF_ABC, in);
    return access(path, F_OK) == 0;
}

static bool read_at(struct snapshot *at, str *out)
{
    arena_reset(a);
    return store_blob_get(at, STR(HASH_OF_ABC), a, out, &fault);
}

static bool is_abc_there(void)
{
    struct snapshot *at;
    str bytes;
    OK(snapshot_open(s, &at, &fault));
    const bool is_there = read_at(at, &bytes);
    if (is_there) assert_true(str_eq(bytes, STR("abc")));
    if (!is_there) assert_int_equal(fault.code, ERR_ABSENT);
    snapshot_close(at);
    return is_there;
}

static void count_finding(const char *sentence, void *context)
{
    buf_print(context, "%s\n", sentence);
}

static int64_t findings_with(const char *part)
{
    buf b = {.max = 10000};
    int64_t n;
    OK(store_check(s, count_finding, &b, &n, &fault));
    buf_add_char(&b, '\0');
    if (n > 0) assert_non_null(strstr(b.p, part));
    buf_free(&b);
    return n;
}

// ---- what holds ----

static void a_blob_comes_back_by_the_hash_of_its_bytes(void **state)
{
    (void)state;
    put_abc();
    assert_true(is_abc_there());
    store_close(s);
    open_it();
    assert_true(is_abc_there());
    assert_int_equal(findings_with(""), 0);
}

static void an_empty_blob_is_a_blob(void **state)
{
    (void)state;
    struct step k = {.bytes = {NULL, 0}};
    struct snapshot *at;
    str bytes;
    OK(store_run(s, put, &k, &fault));
    OK(snapshot_open(s, &at, &fault));
    OK(store_blob_get(at, str_of(k.hash), a, &bytes, &fault));
    assert_int_equal(bytes.n, 0);
    snapshot_close(at);
}

static void as_many_deletes_as_puts_remove_the_file(void **state)
{
    (void)state;
    put_abc();
    put_abc();
    drop_abc();
    assert_true(is_abc_there());
    drop_abc();
    assert_false(is_abc_there());
    let_files_go();
    assert_false(has_file(directory));
    struct step k = {.hash = HASH_OF_ABC};
    assert_false(store_run(s, drop, &k, &fault));
    assert_int_equal(fault.code, ERR_ABSENT);
}

static void an_operation_that_fails_leaves_no_file_and_takes_none(void **state)
{
    (void)state;
    struct step k = {.bytes = STR("abc"), .fail = true};
    assert_false(store_run(s, put, &k, &fault));
    assert_false(is_abc_there());
    let_files_go();
    assert_false(has_file(directory));
    put_abc();
    assert_false(store_run(s, drop, &k, &fault));
    let_files_go();
    assert_true(is_abc_there());
}

static void an_older_snapshot_still_reads_a_deleted_blob(void **state)
{
    (void)state;
    struct snapshot *at;
    str bytes;
    put_abc();
    OK(snapshot_open(s, &at, &fault));
    drop_abc();
    let_files_go();
    OK(read_at(at, &bytes));
    snapshot_close(at);
    assert_false(is_abc_there());
    let_files_go();
    assert_false(has_file(directory));
}

static void names_that_are_no_hash_are_absent(void **state)
{
    (void)state;
    static const char *const names[] = {"", "abc", "../../../../etc/passwd",
                                        "BDDD813C634239723171EF3FEE98579B94964E3BB1CB3E427262C8C068D52319",
                                        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d5231/"};
    struct snapshot *at;
    str bytes;
    put_abc();
    OK(snapshot_open(s, &at, &fault));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_false(store_blob_get(at, str_of(names[i]), a, &bytes, &fault));
        assert_int_equal(fault.code, ERR_ABSENT);
    }
    snapshot_close(at);
}

static void too_large_is_refused(void **state)
{
    (void)state;
    char *much = calloc(1, STORE_BLOB_MAX + 1);
    struct step k = {.bytes = {much, STORE_BLOB_MAX + 1}};
    assert_false(store_run(s, put, &k, &fault));
    assert_int_equal(fault.code, ERR_LIMIT);
    free(much);
}

static void damage(const char *with)
{
    char path[256];
    snprintf(path, sizeof path, "%s" PATH_OF_ABC, directory);
    if (!with) {
        unlink(path);
        return;
    }
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(with, f);
    fclose(f);
}

static void a_damaged_or_lost_file_is_found_and_never_given(void **state)
{
    (void)state;
    static const char *const bytes[] = {"abd", "ab", NULL};
    for (size_t i = 0; i < 3; i++) {
        struct snapshot *at;
        str got;
        put_abc();
        damage(bytes[i]);
        OK(snapshot_open(s, &at, &fault));
        assert_false(read_at(at, &got));
        assert_int_equal(fault.code, ERR_CORRUPT);
        snapshot_close(at);
        assert_int_equal(findings_with("bd"), 1);
        damage("x");
        put_abc();  // the bytes are there again: the file is made whole
        assert_true(is_abc_there());
    }
}

static void a_backup_has_the_blobs(void **state)
{
    (void)state;
    put_abc();
    OK(store_backup(s, copy, NULL, NULL, &fault));
    assert_true(has_file(copy));
    store_close(s);
    strcpy(directory, copy);
    open_it();
    assert_true(is_abc_there());
}

// A child puts a blob, writes another file where one would lie after a crash, and dies without closing.
static void after_a_crash_files_without_a_row_go(void **state)
{
    (void)state;
    char command[512];
    store_close(s);
    s = NULL;
    const pid_t child = fork();
    if (child == 0) {
        struct step k = {.bytes = STR("kept")};
        const store_config c = {.directory = directory, .create = true};
        _exit(store_open(&c, &s, &fault) && store_run(s, put, &k, &fault) ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    snprintf(command, sizeof command,
             "cd %s && mkdir -p blobs/bd && printf abc >." PATH_OF_ABC " && printf a >." PATH_OF_ABC ".new",
             directory);
    assert_int_equal(system(command), 0);
    assert_true(has_file(directory));
    open_it();
    assert_false(has_file(directory));
    snprintf(command, sizeof command, "test ! -e %s" PATH_OF_ABC ".new", directory);
    assert_int_equal(system(command), 0);
    assert_int_equal(findings_with(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_blob_comes_back_by_the_hash_of_its_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_blob_is_a_blob, set_up, tear_down),
        cmocka_unit_test_setup_teardown(as_many_deletes_as_puts_remove_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_operation_that_fails_leaves_no_file_and_takes_none, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_older_snapshot_still_reads_a_deleted_blob, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_that_are_no_hash_are_absent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_large_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_or_lost_file_is_found_and_never_given, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_backup_has_the_blobs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(after_a_crash_files_without_a_row_go, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
