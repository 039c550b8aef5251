// SPDX-License-Identifier: EUPL-1.2
#include "identity/who.h"
#include "store/test_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct deed deed = {&principal_local, 1000 * TIME_DAY};
static const instant now = 1000 * TIME_DAY;

struct fixture {
    char directory[TEST_DIRECTORY_MAX];
    struct store *store;
    struct identity *identity;
    struct users *users;
    struct sessions *sessions;
    struct user anna;
    char secret[SESSION_SECRET_MAX];
};

static int start(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    err e;
    assert_non_null(f);
    f->store = test_store_make(f->directory);
    assert_non_null(f->identity = identity_new(f->store, &e));
    f->users = identity_users(f->identity);
    f->sessions = identity_sessions(f->identity);
    assert_true(user_create(f->users, &deed, STR("anna"), ROLE_EDITOR, NULL, false, &e));
    assert_true(users_find(f->users, STR("anna"), &f->anna));
    assert_true(session_open(f->sessions, &f->anna, false, STR("sid-1"), now, f->secret, &e));
    *state = f;
    return 0;
}

static int stop(void **state)
{
    struct fixture *f = *state;
    identity_free(f->identity);
    test_store_remove(f->store, f->directory);
    free(f);
    return 0;
}

static bool is_there(struct fixture *f, instant at)
{
    struct session session;
    struct user user;
    return session_find(f->sessions, str_of(f->secret), at, &session, &user);
}

static void a_session_ends_half_an_hour_after_it_was_last_seen(void **state)
{
    struct fixture *f = *state;
    assert_true(is_there(f, now + 30 * TIME_MINUTE));
    assert_true(is_there(f, now + 60 * TIME_MINUTE));
    assert_false(is_there(f, now + 90 * TIME_MINUTE + 1));
    assert_false(is_there(f, now + 60 * TIME_MINUTE));  // for good
}

static void a_session_ends_after_twelve_hours_whatever_is_done(void **state)
{
    struct fixture *f = *state;
    for (instant t = 0; t <= 12 * TIME_HOUR; t += 20 * TIME_MINUTE) assert_true(is_there(f, now + t));
    assert_false(is_there(f, now + 12 * TIME_HOUR + 1));
}

static void a_session_ends_with_what_it_stood_on(void **state)
{
    struct fixture *f = *state;
    err e;
    assert_true(user_set_role(f->users, &deed, STR("anna"), ROLE_READER, &e));
    assert_false(is_there(f, now));
    assert_true(users_find(f->users, STR("anna"), &f->anna));
    assert_true(session_open(f->sessions, &f->anna, false, STR("sid-2"), now, f->secret, &e));
    session_close_sid(f->sessions, STR("sid-1"));
    assert_true(is_there(f, now));
    session_close_sid(f->sessions, STR("sid-2"));
    assert_false(is_there(f, now));
    assert_true(session_open(f->sessions, &f->anna, false, (str){0}, now, f->secret, &e));
    session_close_sid(f->sessions, (str){0});
    assert_true(is_there(f, now));
    session_close(f->sessions, str_of(f->secret));
    assert_false(is_there(f, now));
}

static bool who(struct fixture *f, const char *cookie, bool is_change, str form_token, struct principal *out,
                err *e)
{
    const struct credentials c = {
        .cookie = str_of(cookie), .form_token = form_token, .is_change = is_change, .now = now};
    return identity_who(f->identity, &c, out, e);
}

static void a_cookie_is_somebody_for_reading_and_with_the_form_token_for_changing(void **state)
{
    struct fixture *f = *state;
    char cookie[256], token[SESSION_TOKEN_MAX];
    struct principal p;
    err e;
    snprintf(cookie, sizeof cookie, "a=b; peil-local=%s; c", f->secret);
    assert_true(who(f, cookie, false, (str){0}, &p, &e));
    assert_string_equal(p.name, "anna");
    assert_int_equal(p.kind, PRINCIPAL_USER);
    assert_false(who(f, cookie, true, (str){0}, &p, &e));
    assert_int_equal(e.code, ERR_DENIED);
    session_form_token(f->sessions, str_of(f->secret), token);
    assert_true(who(f, cookie, true, str_of(token), &p, &e));
    token[0] = token[0] == 'A' ? 'B' : 'A';
    assert_false(who(f, cookie, true, str_of(token), &p, &e));
    assert_true(who(f, "peil-local=x", false, (str){0}, &p, &e));
    assert_int_equal(p.role, ROLE_PUBLIC);
}

static void the_cookie_of_plain_http_is_not_that_of_tls(void **state)
{
    struct fixture *f = *state;
    char cookie[256], set[SESSION_COOKIE_MAX];
    snprintf(cookie, sizeof cookie, "peil-local=%s", f->secret);
    assert_true(str_eq(session_cookie_find(str_of(cookie), false), str_of(f->secret)));
    assert_int_equal(session_cookie_find(str_of(cookie), true).n, 0);
    assert_true(str_eq(session_cookie_write(set, STR("s"), true),
                       STR("__Host-peil=s; Path=/; HttpOnly; SameSite=Lax; Secure")));
    assert_true(str_eq(session_cookie_write(set, (str){0}, false),
                       STR("peil-local=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")));
}

static void who_waits_for_the_second_step_is_nobody_and_not_for_long(void **state)
{
    struct fixture *f = *state;
    char cookie[256];
    struct principal p;
    err e;
    assert_true(session_open(f->sessions, &f->anna, true, (str){0}, now, f->secret, &e));
    snprintf(cookie, sizeof cookie, "peil-local=%s", f->secret);
    assert_true(who(f, cookie, false, (str){0}, &p, &e));
    assert_int_equal(p.role, ROLE_PUBLIC);
    assert_true(is_there(f, now + 5 * TIME_MINUTE));
    assert_false(is_there(f, now + 5 * TIME_MINUTE + 1));
}

static void the_oldest_session_of_an_account_makes_room(void **state)
{
    struct fixture *f = *state;
    char more[SESSION_SECRET_MAX];
    err e;
    for (int k = 0; k < SESSIONS_PER_USER; k++)
        assert_true(session_open(f->sessions, &f->anna, false, (str){0}, now + 1 + k, more, &e));
    assert_false(is_there(f, now + 20));
    assert_int_equal(sessions_count(f->sessions, now + 20), SESSIONS_PER_USER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_session_ends_half_an_hour_after_it_was_last_seen, start, stop),
        cmocka_unit_test_setup_teardown(a_session_ends_after_twelve_hours_whatever_is_done, start, stop),
        cmocka_unit_test_setup_teardown(a_session_ends_with_what_it_stood_on, start, stop),
        cmocka_unit_test_setup_teardown(a_cookie_is_somebody_for_reading_and_with_the_form_token_for_changing,
                                        start, stop),
        cmocka_unit_test_setup_teardown(the_cookie_of_plain_http_is_not_that_of_tls, start, stop),
        cmocka_unit_test_setup_teardown(who_waits_for_the_second_step_is_nobody_and_not_for_long, start,
                                        stop),
        cmocka_unit_test_setup_teardown(the_oldest_session_of_an_account_makes_room, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
