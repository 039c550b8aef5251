// SPDX-License-Identifier: EUPL-1.2
#include "base/file.h"

#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(char *path, size_t bytes)
{
    const int fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");
    for (size_t i = 0; i < bytes; i++) fputc('a' + (int)(i % 26), f);
    fclose(f);
}

TEST(a_file_is_read_whole)
{
    char path[] = "/tmp/peil_file_test.XXXXXX";
    write_file(path, 40000);
    buf b = {.max = 40000};
    err e;
    assert_true(file_read(path, &b, &e));
    assert_int_equal(b.n, 40000);
    assert_int_equal(b.p[39999], 'a' + 39999 % 26);
    buf_free(&b);
    unlink(path);
}

TEST(a_file_beyond_the_maximum_is_refused)
{
    char path[] = "/tmp/peil_file_test.XXXXXX";
    write_file(path, 101);
    buf b = {.max = 100};
    err e;
    assert_false(file_read(path, &b, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_free(&b);
    unlink(path);
}

TEST(an_absent_file_and_a_directory_are_told_apart)
{
    buf b = {.max = 100};
    err e;
    size_t at;
    assert_false(file_read("/nonexistent/peil", &b, &e));
    assert_int_equal(e.code, ERR_ABSENT);
    assert_true(str_find(str_of(e.text), STR("/nonexistent/peil"), &at));
    assert_false(file_read("/tmp", &b, &e));
    assert_int_equal(e.code, ERR_IO);
    buf_free(&b);
}

static str read_back(const char *path, buf *b)
{
    err e;
    b->n = 0;
    if (!file_read(path, b, &e)) fail_msg("%s", e.text);
    return buf_str(b);
}

TEST(a_file_is_replaced_whole_and_added_to_at_its_end)
{
    char directory[TEST_DIRECTORY_MAX], path[TEST_DIRECTORY_MAX + 8], beside[TEST_DIRECTORY_MAX + 16];
    struct stat s;
    buf b = {.max = 100};
    err e;
    test_directory_make(directory);
    snprintf(path, sizeof path, "%s/one", directory);
    snprintf(beside, sizeof beside, "%s.new", path);
    assert_false(file_append(path, STR("x"), &e));
    assert_int_equal(e.code, ERR_ABSENT);
    assert_true(file_replace(path, STR("first, and longer\n"), &e));
    assert_true(file_replace(path, STR("second\n"), &e));
    assert_true(file_append(path, STR("third\n"), &e));
    assert_str(read_back(path, &b), "second\nthird\n");
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0600);
    assert_int_equal(access(beside, F_OK), -1);
    assert_false(file_replace("/nonexistent/peil", STR("x"), &e));
    assert_int_equal(e.code, ERR_ABSENT);
    buf_free(&b);
    test_directory_remove(directory);
}

RUN(CASE(a_file_is_replaced_whole_and_added_to_at_its_end), CASE(a_file_is_read_whole),
    CASE(a_file_beyond_the_maximum_is_refused), CASE(an_absent_file_and_a_directory_are_told_apart))
