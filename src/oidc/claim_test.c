// SPDX-License-Identifier: EUPL-1.2
#include "base/test.h"
#include "oidc/claim.h"

#define NOW_S 1800000000
#define GOOD             \
    "\"iss\":\"https://" \
    "op\",\"sub\":\"s1\",\"aud\":\"peil\",\"exp\":1800000300,\"iat\":1799999990,\"nonce\":\"n\""

static const struct claim_wants wanted = {STR("https://op"), STR("peil"), STR("n"), {0}, {0},
                                          NOW_S *TIME_SECOND};

static err_code check_with(const struct claim_wants *w, const char *text, bool is_login)
{
    arena *a = arena_new(1 << 20);
    json *j;
    err e = {0};
    assert_non_null(a);
    assert_true(json_parse(str_of(text), a, &j, &e));
    const bool ok = is_login ? claim_check_login(j, w, &e) : claim_check_logout(j, w, &e);
    arena_free(a);
    return ok ? ERR_NONE : e.code;
}

static void each_claim_of_a_login_is_looked_at(void **state)
{
    (void)state;
    static const struct {
        const char *claims;
        err_code code;
    } rows[] = {
        {"{" GOOD "}", ERR_NONE},
        {"{" GOOD ",\"azp\":\"peil\"}", ERR_NONE},
        {"{" GOOD ",\"azp\":\"other\"}", ERR_AUTH},
        {"{" GOOD ",\"nbf\":1800000061}", ERR_AUTH},
        {"{" GOOD ",\"nbf\":1800000059}", ERR_NONE},
        {"{" GOOD ",\"nbf\":\"now\"}", ERR_AUTH},
        {"{\"iss\":\"https://op/"
         "\",\"sub\":\"s\",\"aud\":\"peil\",\"exp\":1800000300,\"iat\":1799999990,\"nonce\":\"n\"}",
         ERR_AUTH},
        {"{\"iss\":\"https://"
         "op\",\"sub\":\"s\",\"aud\":\"peil2\",\"exp\":1800000300,\"iat\":1799999990,\"nonce\":\"n\"}",
         ERR_AUTH},
        {"{\"iss\":\"https://"
         "op\",\"sub\":\"s\",\"aud\":[\"peil\"],\"exp\":1800000300,\"iat\":1799999990,\"nonce\":\"n\"}",
         ERR_NONE},
        {"{\"iss\":\"https://"
         "op\",\"sub\":\"s\",\"aud\":[\"peil\",\"b\"],\"exp\":1800000300,\"iat\":1799999990,\"nonce\":\"n\"}",
         ERR_AUTH},
        {"{\"iss\":\"https://"
         "op\",\"sub\":\"s\",\"aud\":[\"peil\",\"b\"],\"azp\":\"peil\",\"exp\":1800000300,\"iat\":1799999990,"
         "\"nonce\":\"n\"}",
         ERR_NONE},
        {"{\"iss\":\"https://"
         "op\",\"sub\":\"s\",\"aud\":\"peil\",\"exp\":1799999939,\"iat\":1799999900,\"nonce\":\"n\"}",
         ERR_AUTH},
        {"{\"iss\":\"https://"
         "op\",\"sub\":\"s\",\"aud\":\"peil\",\"exp\":1799999941,\"iat\":1799999900,\"nonce\":\"n\"}",
         ERR_NONE},
        {"{\"iss\":\"https://op\",\"sub\":\"s\",\"aud\":\"peil\",\"iat\":1799999990,\"nonce\":\"n\"}",
         ERR_AUTH},
        {"{\"iss\":\"https://"
         "op\",\"sub\":\"s\",\"aud\":\"peil\",\"exp\":1e300,\"iat\":1799999990,\"nonce\":\"n\"}",
         ERR_AUTH},
        {"{\"iss\":\"https://"
         "op\",\"sub\":\"s\",\"aud\":\"peil\",\"exp\":1800000300,\"iat\":1799999399,\"nonce\":\"n\"}",
         ERR_AUTH},
        {"{\"iss\":\"https://"
         "op\",\"sub\":\"s\",\"aud\":\"peil\",\"exp\":1800000300,\"iat\":1800000061,\"nonce\":\"n\"}",
         ERR_AUTH},
        {"{\"iss\":\"https://op\",\"sub\":\"s\",\"aud\":\"peil\",\"exp\":1800000300,\"nonce\":\"n\"}",
         ERR_AUTH},
        {"{\"iss\":\"https://op\",\"sub\":\"s\",\"aud\":\"peil\",\"exp\":1800000300,\"iat\":1799999990}",
         ERR_AUTH},
        {"{\"iss\":\"https://"
         "op\",\"sub\":\"s\",\"aud\":\"peil\",\"exp\":1800000300,\"iat\":1799999990,\"nonce\":\"N\"}",
         ERR_AUTH},
        {"{\"iss\":\"https://op\",\"aud\":\"peil\",\"exp\":1800000300,\"iat\":1799999990,\"nonce\":\"n\"}",
         ERR_AUTH},
        {"{\"iss\":[\"https://"
         "op\"],\"sub\":\"s\",\"aud\":\"peil\",\"exp\":1800000300,\"iat\":1799999990,\"nonce\":\"n\"}",
         ERR_AUTH},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
        if (check_with(&wanted, rows[k].claims, true) != rows[k].code)
            fail_msg("row %zu: %s", k, rows[k].claims);
}

static void a_second_step_can_be_asked_for(void **state)
{
    (void)state;
    struct claim_wants w = wanted;
    w.amr = STR("mfa otp");
    assert_int_equal(check_with(&w, "{" GOOD "}", true), ERR_AUTH);
    assert_int_equal(check_with(&w, "{" GOOD ",\"amr\":[\"pwd\"]}", true), ERR_AUTH);
    assert_int_equal(check_with(&w, "{" GOOD ",\"amr\":[\"pwd\",\"otp\"]}", true), ERR_NONE);
    w.acr = STR("high");
    assert_int_equal(check_with(&w, "{" GOOD ",\"amr\":[\"otp\"],\"acr\":\"low\"}", true), ERR_AUTH);
    assert_int_equal(check_with(&w, "{" GOOD ",\"amr\":[\"otp\"],\"acr\":\"high\"}", true), ERR_NONE);
}

#define EVENT "\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}}"
#define OUT "\"iss\":\"https://op\",\"aud\":\"peil\",\"iat\":1799999990"

static void a_login_is_no_logout_and_the_other_way_round(void **state)
{
    (void)state;
    assert_int_equal(check_with(&wanted, "{" OUT ",\"sub\":\"s\"," EVENT "}", false), ERR_NONE);
    assert_int_equal(check_with(&wanted, "{" OUT ",\"sid\":\"s\"," EVENT "}", false), ERR_NONE);
    assert_int_equal(check_with(&wanted, "{" OUT "," EVENT "}", false), ERR_AUTH);
    assert_int_equal(check_with(&wanted, "{" OUT ",\"sub\":\"s\"}", false), ERR_AUTH);
    assert_int_equal(check_with(&wanted, "{" GOOD "," EVENT "}", false), ERR_AUTH);  // has a nonce
    assert_int_equal(check_with(&wanted, "{" OUT ",\"exp\":1799990000,\"sub\":\"s\"," EVENT "}", false),
                     ERR_AUTH);
    assert_int_equal(check_with(&wanted, "{" OUT ",\"exp\":1800000100,\"sub\":\"s\"," EVENT "}", true),
                     ERR_AUTH);
}

static void the_first_group_that_fits_gives_the_role(void **state)
{
    (void)state;
    arena *a = arena_new(1 << 20);
    json *j;
    err e;
    char name[16];
    const str map = STR("peil-admin = administrator, CN=read=reader,all staff=editor,=operator");
    assert_true(
        json_parse(STR("{\"groups\":[\"x\",\"all "
                       "staff\",\"CN=read\"],\"one\":\"peil-admin\",\"deep\":{\"roles\":[\"all staff\"]},"
                       "\"a.b\":\"peil-admin\",\"none\":[\"\",7],\"preferred_username\":\"J\xc3\xa4n de "
                       "Vries@town.example\",\"sub\":\"s 1\"}"),
                   a, &j, &e));
    assert_true(str_eq(claim_role(j, STR("groups"), map), STR("reader")));
    assert_true(str_eq(claim_role(j, STR("one"), map), STR("administrator")));
    assert_true(str_eq(claim_role(j, STR("deep.roles"), map), STR("editor")));
    assert_true(str_eq(claim_role(j, STR("a.b"), map), STR("administrator")));
    assert_int_equal(claim_role(j, STR("none"), map).n, 0);
    assert_int_equal(claim_role(j, STR("missing"), map).n, 0);
    claim_name(j, STR("preferred_username"), name, sizeof name);
    assert_string_equal(name, "J..n.de.Vries@t");
    claim_name(j, STR("missing"), name, sizeof name);
    assert_string_equal(name, "s.1");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_claim_of_a_login_is_looked_at),
        cmocka_unit_test(a_second_step_can_be_asked_for),
        cmocka_unit_test(a_login_is_no_logout_and_the_other_way_round),
        cmocka_unit_test(the_first_group_that_fits_gives_the_role),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
