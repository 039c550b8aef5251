// SPDX-License-Identifier: EUPL-1.2
#include "ingest/site.h"

#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static err e;

TEST(the_secret_of_pseudonyms_is_made_once_and_kept)
{
    char directory[TEST_DIRECTORY_MAX], first[100];
    test_directory_make(directory);
    const store_config c = {.directory = directory, .create = true};
    for (int round = 0; round < 2; round++) {
        struct store *store;
        struct site *s;
        assert_true(store_open(&c, &store, &e));
        const site_config sc = {.store = store};
        if (!site_open(&sc, &s, &e)) fail_msg("%s", e.text);
        const str pepper = site_of_devices(s)->pepper;
        assert_int_equal(pepper.n, 64);
        if (round == 0)
            memcpy(first, pepper.p, pepper.n);
        else
            assert_memory_equal(first, pepper.p, pepper.n);
        site_close(s);
        store_close(store);
    }
    test_directory_remove(directory);
}

TEST(a_site_needs_neither_store_nor_descriptions)
{
    struct site *s;
    const site_config c = {.zone = "Europe/Amsterdam", .payload_directories = {"/nowhere", NULL}};
    assert_true(site_open(&c, &s, &e));
    assert_non_null(site_of_devices(s)->zone);
    assert_non_null(site_of_devices(s)->payloads);
    assert_int_equal(site_of_devices(s)->pepper.n, 0);
    site_close(s);
    const site_config wrong = {.zone = "Europe/Rijswijk"};
    assert_false(site_open(&wrong, &s, &e));
}

RUN(CASE(the_secret_of_pseudonyms_is_made_once_and_kept), CASE(a_site_needs_neither_store_nor_descriptions))
