// SPDX-License-Identifier: EUPL-1.2
#include "ingest/lorawan/book.h"

#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *shipped = "share/devices";
static err e;
static char last_fault[2000];
static int faults;

static void fault(const char *sentence, void *context)
{
    (void)context;
    snprintf(last_fault, sizeof last_fault, "%s", sentence);
    faults++;
}

static void assert_model(const struct payload_book *b, const char *model, int64_t port, const char *expected)
{
    const struct description *d = payload_book_by_model(b, str_of(model), port);
    assert_str(d ? d->name : (str){0}, expected);
}

TEST(the_descriptions_that_peil_comes_with_are_whole)
{
    struct payload_book *b = payload_book_new(&e);
    faults = 0;
    assert_true(payload_book_add(b, shipped, fault, NULL, &e));
    if (faults) fail_msg("%s", last_fault);
    const char *const names[] = {"milesight-ws302", "milesight-am319", "elsys", "cayenne-lpp",
                                 "browan-tbsl100"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct description *d = payload_book_by_name(b, str_of(names[i]));
        assert_non_null(d);
        assert_true(d->title.n > 0);
    }
    assert_null(payload_book_by_name(b, STR("ws302")));
    payload_book_free(b);
}

TEST(a_model_is_a_word_in_the_name_of_a_profile)
{
    struct payload_book *b = payload_book_new(&e);
    assert_true(payload_book_add(b, shipped, fault, NULL, &e));
    assert_model(b, "ws302", 85, "milesight-ws302");
    assert_model(b, "Milesight WS302 (EU868)", 85, "milesight-ws302");
    assert_model(b, "ers-sound", 5, "elsys");
    assert_model(b, "WS302", 1, "");
    assert_model(b, "WS3020", 85, "");
    assert_model(b, "Chirpstack default device profile", 85, "");
    assert_model(b, "", 85, "");
    payload_book_free(b);
}

static void put(const char *directory, const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

TEST(the_operators_own_go_before_and_a_bad_file_is_told_and_left_out)
{
    char directory[TEST_DIRECTORY_MAX];
    struct payload_book *b = payload_book_new(&e);
    test_directory_make(directory);
    put(directory, "elsys.json", "{\"title\":\"mine\",\"items\":[{}]}");
    put(directory, "bad.json", "{\"title\":7}");
    put(directory, "note.txt", "no description");
    faults = 0;
    assert_true(payload_book_add(b, shipped, fault, NULL, &e));
    assert_true(payload_book_add(b, directory, fault, NULL, &e));
    assert_int_equal(faults, 1);
    size_t at;
    assert_true(
        str_find(str_of(last_fault), STR("bad.json: 'title' must be a text, not a number, at byte 9"), &at));
    assert_str(payload_book_by_name(b, STR("elsys"))->title, "mine");
    assert_false(payload_book_add(b, "/nowhere", fault, NULL, &e));
    assert_int_equal(e.code, ERR_ABSENT);
    payload_book_free(b);
    test_directory_remove(directory);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {CASE(the_descriptions_that_peil_comes_with_are_whole),
                                       CASE(a_model_is_a_word_in_the_name_of_a_profile),
                                       CASE(the_operators_own_go_before_and_a_bad_file_is_told_and_left_out)};
    if (argc > 1) shipped = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
