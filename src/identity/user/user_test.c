// SPDX-License-Identifier: EUPL-1.2
#include "identity/user/password.h"
#include "identity/throttle.h"
#include "identity/user/user.h"
#include "store/test_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const password_config quick = {.memory_bytes = crypto_pwhash_MEMLIMIT_MIN, .passes = 1};
static const struct deed deed = {&principal_local, 1000 * TIME_DAY};

struct fixture {
    char directory[TEST_DIRECTORY_MAX];
    struct store *store;
    struct users *users;
};

static int start(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    err e;
    assert_non_null(f);
    assert_true(sodium_init() >= 0);
    f->store = test_store_make(f->directory);
    assert_non_null(f->users = users_new(f->store, &e));
    *state = f;
    return 0;
}

static int stop(void **state)
{
    struct fixture *f = *state;
    users_free(f->users);
    test_store_remove(f->store, f->directory);
    free(f);
    return 0;
}

static void an_account_outlives_a_restart_and_its_name_is_taken(void **state)
{
    struct fixture *f = *state;
    char hash[crypto_pwhash_STRBYTES];
    struct user user;
    err e;
    assert_true(password_make_now(&quick, STR("correct horse battery"), hash, &e));
    assert_true(user_create(f->users, &deed, STR("anna"), ROLE_ADMINISTRATOR, hash, true, &e));
    assert_false(user_create(f->users, &deed, STR("anna"), ROLE_READER, hash, true, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    users_free(f->users);
    assert_non_null(f->users = users_new(f->store, &e));
    assert_true(users_find(f->users, STR("anna"), &user));
    assert_int_equal(user.role, ROLE_ADMINISTRATOR);
    assert_true(user.must_change);
    assert_int_equal(user.created, deed.now);
    assert_int_equal(user.last_login, TIME_NONE);
    assert_string_equal(user.password, hash);
    assert_int_equal(crypto_pwhash_str_verify(user.password, "correct horse battery", 21), 0);
}

static void names_and_roles_that_are_not_of_people_are_refused(void **state)
{
    struct fixture *f = *state;
    err e;
    assert_false(user_create(f->users, &deed, STR("a b"), ROLE_READER, NULL, false, &e));
    assert_int_equal(e.code, ERR_RANGE);
    assert_false(user_create(f->users, &deed, (str){0}, ROLE_READER, NULL, false, &e));
    assert_false(user_create(f->users, &deed, STR("meter"), ROLE_DEVICE, NULL, false, &e));
    assert_int_equal(e.code, ERR_RANGE);
}

static void the_last_administrator_cannot_go(void **state)
{
    struct fixture *f = *state;
    struct user user;
    err e;
    assert_true(user_create(f->users, &deed, STR("anna"), ROLE_ADMINISTRATOR, NULL, false, &e));
    assert_false(user_remove(f->users, &deed, STR("anna"), &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_false(user_set_role(f->users, &deed, STR("anna"), ROLE_READER, &e));
    assert_false(user_set_disabled(f->users, &deed, STR("anna"), true, &e));
    assert_true(user_create(f->users, &deed, STR("bert"), ROLE_ADMINISTRATOR, NULL, false, &e));
    assert_true(user_set_role(f->users, &deed, STR("anna"), ROLE_READER, &e));
    assert_true(users_find(f->users, STR("anna"), &user));
    assert_int_equal(user.version, 1);
    assert_false(user_remove(f->users, &deed, STR("bert"), &e));
    assert_true(user_remove(f->users, &deed, STR("anna"), &e));
    assert_false(users_find(f->users, STR("anna"), &user));
    assert_false(user_remove(f->users, &deed, STR("anna"), &e));
    assert_int_equal(e.code, ERR_ABSENT);
}

static void a_code_of_the_app_and_a_recovery_code_count_once(void **state)
{
    struct fixture *f = *state;
    static const unsigned char secret[] = "12345678901234567890";
    const struct deed then = {&principal_local, 1111111109 * TIME_SECOND};  // RFC 6238: 081804
    char codes[RECOVERY_CODES][RECOVERY_TEXT_MAX], typed[128];
    err e;
    assert_true(user_create(f->users, &deed, STR("anna"), ROLE_READER, NULL, false, &e));
    assert_false(user_check_code(f->users, &then, STR("anna"), STR("081804"), &e));
    assert_int_equal(e.code, ERR_AUTH);
    assert_true(user_set_totp(f->users, &then, STR("anna"), secret, 0, codes, &e));
    assert_true(user_check_code(f->users, &then, STR("anna"), STR("081804"), &e));
    assert_false(user_check_code(f->users, &then, STR("anna"), STR("081804"), &e));
    assert_int_equal(strlen(codes[3]), 9);
    snprintf(typed, sizeof typed, " %.4s %s", codes[3], codes[3] + 5);  // without the dash
    typed[1] = (char)(typed[1] >= 'a' ? typed[1] - 32 : typed[1]);
    assert_true(user_check_code(f->users, &then, STR("anna"), str_of(typed), &e));
    assert_false(user_check_code(f->users, &then, STR("anna"), str_of(typed), &e));
    assert_true(user_check_code(f->users, &then, STR("anna"), str_of(codes[0]), &e));
    assert_false(user_check_code(f->users, &then, STR("anna"), STR(""), &e));
}

static void a_provider_account_follows_the_role_that_the_provider_says(void **state)
{
    struct fixture *f = *state;
    struct user user;
    err e;
    assert_true(
        user_from_provider(f->users, &deed, STR("carla"), STR("https://op 17"), ROLE_READER, &user, &e));
    assert_string_equal(user.name, "carla");
    assert_true(
        user_from_provider(f->users, &deed, STR("other"), STR("https://op 17"), ROLE_EDITOR, &user, &e));
    assert_string_equal(user.name, "carla");
    assert_int_equal(user.role, ROLE_EDITOR);
    assert_int_equal(users_count(f->users), 1);
}

static void passwords_are_long_and_not_the_name(void **state)
{
    (void)state;
    err e;
    assert_false(user_password_is_fit(STR("elevenchars"), STR("anna"), &e));
    assert_int_equal(e.code, ERR_RANGE);
    assert_true(user_password_is_fit(STR("twelve chars"), STR("anna"), &e));
    assert_false(user_password_is_fit(STR("aaaaaaaaaaaaaaaa"), STR("anna"), &e));
    assert_false(user_password_is_fit(STR("annaannaanna1"), STR("anna"), &e));
    assert_false(user_password_is_fit(STR("ééééééééééé"), STR("anna"), &e));  // eleven characters, 22 bytes
    assert_true(user_password_is_fit(STR("éèéèéèéèéèéè"), STR("anna"), &e));
}

struct answer {
    bool is_right, is_done;
};

static void note(bool is_right, void *context)
{
    *(struct answer *)context = (struct answer){is_right, true};
}

static bool check(str password, const char *hash)
{
    struct answer a = {0};
    err e;
    struct passwords *p = passwords_new(&quick);
    assert_non_null(p);
    assert_true(password_check(p, password, hash, note, &a, &e));
    passwords_free(p);  // finishes what is queued
    assert_true(a.is_done);
    return a.is_right;
}

static void only_the_right_password_of_an_account_is_right(void **state)
{
    (void)state;
    char hash[crypto_pwhash_STRBYTES];
    err e;
    assert_true(password_make_now(&quick, STR("twelve chars"), hash, &e));
    assert_true(check(STR("twelve chars"), hash));
    assert_false(check(STR("twelve charz"), hash));
    assert_false(check(STR(""), NULL));  // what the stand-in was made of
}

static void a_bucket_is_empty_after_its_number_and_fills_up_evenly(void **state)
{
    (void)state;
    struct throttle *t = throttle_new(100, 3, 10 * TIME_SECOND);
    int64_t wait;
    for (int k = 0; k < 3; k++) assert_true(throttle_take(t, STR("a"), 0, &wait));
    assert_false(throttle_take(t, STR("a"), 0, &wait));
    assert_in_range(wait, 10 * TIME_SECOND, 10 * TIME_SECOND + 1);
    assert_true(throttle_take(t, STR("b"), 0, &wait));
    assert_false(throttle_has(t, STR("a"), 9 * TIME_SECOND, &wait));
    assert_true(throttle_has(t, STR("a"), 11 * TIME_SECOND, &wait));
    assert_true(throttle_take(t, STR("a"), 11 * TIME_SECOND, &wait));
    assert_false(throttle_take(t, STR("a"), 11 * TIME_SECOND, &wait));
    throttle_forgive(t, STR("a"));
    assert_true(throttle_take(t, STR("a"), 11 * TIME_SECOND, &wait));
    throttle_free(t);
}

// Even when all began in the same microsecond, and whichever buckets their secret hashes give them.
static void eight_keys_have_a_bucket_each(void **state)
{
    (void)state;
    struct throttle *t = throttle_new(1, 1, TIME_SECOND);
    int64_t wait;
    for (char k = 'a'; k < 'i'; k++) assert_true(throttle_take(t, (str){&k, 1}, 0, &wait));
    for (char k = 'a'; k < 'i'; k++) assert_false(throttle_has(t, (str){&k, 1}, 0, &wait));
    throttle_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_account_outlives_a_restart_and_its_name_is_taken, start, stop),
        cmocka_unit_test_setup_teardown(names_and_roles_that_are_not_of_people_are_refused, start, stop),
        cmocka_unit_test_setup_teardown(the_last_administrator_cannot_go, start, stop),
        cmocka_unit_test_setup_teardown(a_code_of_the_app_and_a_recovery_code_count_once, start, stop),
        cmocka_unit_test_setup_teardown(a_provider_account_follows_the_role_that_the_provider_says, start,
                                        stop),
        cmocka_unit_test(passwords_are_long_and_not_the_name),
        cmocka_unit_test(only_the_right_password_of_an_account_is_right),
        cmocka_unit_test(a_bucket_is_empty_after_its_number_and_fills_up_evenly),
        cmocka_unit_test(eight_keys_have_a_bucket_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
