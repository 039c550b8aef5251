// SPDX-License-Identifier: EUPL-1.2
// test.h: what every unit test (x_test.c) includes: cmocka and a few words of our own.
// Include it after the headers under test; they must compile without it.
#ifndef PEIL_BASE_TEST_H
#define PEIL_BASE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/str.h"
#include "base/test_directory.h"

// TEST(parent_sum_equals_children) { ... }, then RUN(CASE(parent_sum_equals_children), ...) as the whole of
// main. RUN_WITH takes functions that run before and after all: int f(void **state), 0 for success.
#define TEST(name) static void name(void **state __attribute__((unused)))
#define CASE(name) cmocka_unit_test(name)
#define RUN(...) RUN_WITH(NULL, NULL, __VA_ARGS__)
#define RUN_WITH(before, after, ...)                         \
    int main(void)                                           \
    {                                                        \
        const struct CMUnitTest tests[] = {__VA_ARGS__};     \
        return cmocka_run_group_tests(tests, before, after); \
    }

// A str against a C string; shows both when they differ.
#define assert_str(actual, expected) test_assert_str((actual), (expected), __FILE__, __LINE__)

static inline void test_assert_str(str actual, const char *expected, const char *file, int line)
{
    if (str_eq(actual, str_of(expected))) return;
    print_error("'%.*s' is not '%s'\n", STR_ARG(actual), expected);
    _fail(file, line);
}

#endif
