// SPDX-License-Identifier: EUPL-1.2
// test_directory.h: a directory of a test's own, for tests and benches. Both end the program when the disk does not take it.
#ifndef PEIL_BASE_TEST_DIRECTORY_H
#define PEIL_BASE_TEST_DIRECTORY_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TEST_DIRECTORY_MAX 64

static inline void test_directory_make_in(const char *parent, char out[static TEST_DIRECTORY_MAX])
{
    const int n = snprintf(out, TEST_DIRECTORY_MAX, "%s/peil-test-XXXXXX", parent);
    if (n < TEST_DIRECTORY_MAX && mkdtemp(out)) return;
    perror(out);
    abort();
}

static inline void test_directory_make(char out[static TEST_DIRECTORY_MAX])
{
    const char *named = getenv("TMPDIR");
    test_directory_make_in(named ? named : "/tmp", out);
}

// In memory where that can be had: for tests that ask nothing of a disk.
static inline void test_directory_make_quick(char out[static TEST_DIRECTORY_MAX])
{
    if (access("/dev/shm", W_OK) == 0)
        test_directory_make_in("/dev/shm", out);
    else
        test_directory_make(out);
}

static inline int test_directory_drop(const char *path, const struct stat *s, int kind, struct FTW *at)
{
    (void)s, (void)kind, (void)at;
    return remove(path);
}

static inline void test_directory_remove(const char *path)
{
    if (nftw(path, test_directory_drop, 16, FTW_DEPTH | FTW_PHYS) == 0) return;
    perror(path);
    abort();
}

#endif
