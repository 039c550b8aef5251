// SPDX-License-Identifier: EUPL-1.2
#include "identity/identity.h"
#include "store/test_store.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    char directory[TEST_DIRECTORY_MAX];
    struct store *store;
    struct identity *identity;
};

static int start(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    err e;
    assert_non_null(f);
    f->store = test_store_make(f->directory);
    f->identity = identity_new(f->store, &e);
    if (!f->identity) fail_msg("%s", e.text);
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

static bool authenticate(struct identity *i, const char *scheme, const char *token, struct principal *who,
                         err *e)
{
    char header[TOKEN_TEXT_MAX + 512];
    snprintf(header, sizeof header, "%s%s", scheme, token);
    return identity_authenticate(i, str_of(header), who, e);
}

static void a_token_is_known_by_its_text_alone(void **state)
{
    struct fixture *f = *state;
    char text[TOKEN_TEXT_MAX];
    struct principal who;
    err e;
    assert_true(token_create(f->identity, &principal_local, STR("meter-12"), ROLE_DEVICE, 0, text, &e));
    assert_true(authenticate(f->identity, "Bearer ", text, &who, &e));
    assert_int_equal(who.role, ROLE_DEVICE);
    assert_string_equal(who.name, "meter-12");
    text[10] = text[10] == 'A' ? 'B' : 'A';
    assert_false(authenticate(f->identity, "Bearer ", text, &who, &e));
    assert_int_equal(e.code, ERR_AUTH);
}

static void a_device_may_send_the_token_as_a_basic_password(void **state)
{
    struct fixture *f = *state;
    char text[TOKEN_TEXT_MAX], pair[128], encoded[256];
    struct principal who;
    err e;
    assert_true(token_create(f->identity, &principal_local, STR("airrohr"), ROLE_DEVICE, 0, text, &e));
    const int n = snprintf(pair, sizeof pair, "somebody:%s", text);
    sodium_bin2base64(encoded, sizeof encoded, (unsigned char *)pair, (size_t)n,
                      sodium_base64_VARIANT_ORIGINAL);
    assert_true(authenticate(f->identity, "Basic ", encoded, &who, &e));
    assert_string_equal(who.name, "airrohr");
    assert_false(authenticate(f->identity, "Basic ", "!!!", &who, &e));
    assert_int_equal(e.code, ERR_AUTH);
}

static void no_header_is_the_public_and_a_strange_one_is_refused(void **state)
{
    struct fixture *f = *state;
    struct principal who;
    err e;
    assert_true(identity_authenticate(f->identity, (str){0}, &who, &e));
    assert_int_equal(who.role, ROLE_PUBLIC);
    assert_false(identity_authenticate(f->identity, STR("Digest x"), &who, &e));
    assert_int_equal(e.code, ERR_AUTH);
}

static void a_withdrawn_token_is_unknown_and_its_name_free(void **state)
{
    struct fixture *f = *state;
    char text[TOKEN_TEXT_MAX], again[TOKEN_TEXT_MAX];
    struct principal who;
    err e;
    assert_true(token_create(f->identity, &principal_local, STR("a"), ROLE_EDITOR, 0, text, &e));
    assert_false(token_create(f->identity, &principal_local, STR("a"), ROLE_EDITOR, 0, again, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_true(token_withdraw(f->identity, &principal_local, STR("a"), 0, &e));
    assert_false(authenticate(f->identity, "Bearer ", text, &who, &e));
    assert_false(token_withdraw(f->identity, &principal_local, STR("a"), 0, &e));
    assert_int_equal(e.code, ERR_ABSENT);
    assert_true(token_create(f->identity, &principal_local, STR("a"), ROLE_EDITOR, 0, again, &e));
    assert_string_not_equal(text, again);
}

static void tokens_outlive_a_restart_and_the_store_keeps_no_text(void **state)
{
    struct fixture *f = *state;
    char text[TOKEN_TEXT_MAX], command[256];
    struct principal who;
    err e;
    assert_true(token_create(f->identity, &principal_local, STR("b"), ROLE_OPERATOR, 0, text, &e));
    identity_free(f->identity);
    f->identity = identity_new(f->store, &e);
    assert_non_null(f->identity);
    assert_true(authenticate(f->identity, "Bearer ", text, &who, &e));
    snprintf(command, sizeof command, "! grep -rqF -- '%s' %s", text, f->directory);
    assert_int_equal(system(command), 0);
}

// The whole policy as one table: who may do what, written by hand.
static void the_policy_is_this_table(void **state)
{
    (void)state;
    static const char *const may[ROLE_COUNT] = {
        // public, internal, private, evidence, reading, entity, operate, care, sign, audit, administer
        [ROLE_PUBLIC] = "10000000000",  [ROLE_READER] = "11010000000",   [ROLE_DEVICE] = "10001000000",
        [ROLE_EDITOR] = "11011100000",  [ROLE_OPERATOR] = "11111110000", [ROLE_CARE] = "10000001000",
        [ROLE_AUDITOR] = "11010000010", [ROLE_VERIFIER] = "10010000100", [ROLE_ADMINISTRATOR] = "11111110011",
    };
    for (int r = 0; r < ROLE_COUNT; r++) {
        for (int a = 0; a < ACTION_COUNT; a++) {
            const struct principal p = {.role = (role)r};
            err e;
            const bool allowed = policy_allows(&p, (action)a, &e);
            assert_int_equal(allowed, may[r][a] == '1');
            if (!allowed) assert_int_equal(e.code, r == ROLE_PUBLIC ? ERR_AUTH : ERR_DENIED);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_token_is_known_by_its_text_alone, start, stop),
        cmocka_unit_test_setup_teardown(a_device_may_send_the_token_as_a_basic_password, start, stop),
        cmocka_unit_test_setup_teardown(no_header_is_the_public_and_a_strange_one_is_refused, start, stop),
        cmocka_unit_test_setup_teardown(a_withdrawn_token_is_unknown_and_its_name_free, start, stop),
        cmocka_unit_test_setup_teardown(tokens_outlive_a_restart_and_the_store_keeps_no_text, start, stop),
        cmocka_unit_test(the_policy_is_this_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
