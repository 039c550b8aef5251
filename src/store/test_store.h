// SPDX-License-Identifier: EUPL-1.2
// test_store.h: for tests: an empty store in a directory of its own.
#ifndef PEIL_STORE_TEST_STORE_H
#define PEIL_STORE_TEST_STORE_H

#include "base/test.h"
#include "store/store.h"

static inline struct store *test_store_make(char directory[static TEST_DIRECTORY_MAX])
{
    struct store *s;
    err e;
    test_directory_make(directory);
    const store_config c = {.directory = directory, .create = true};
    if (!store_open(&c, &s, &e)) fail_msg("%s", e.text);
    return s;
}

static inline void test_store_remove(struct store *s, const char *directory)
{
    store_close(s);
    test_directory_remove(directory);
}

#endif
