// SPDX-License-Identifier: EUPL-1.2
// Tokens of RFC 7515 appendix A and RFC 8037 appendix A, with their keys, and what was made of them.
#include "base/test.h"
#include "oidc/jws.h"

#include <string.h>

// RFC 7515 A.2
#define RS_HEADER "eyJhbGciOiJSUzI1NiJ9"
#define PAYLOAD \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define RS_SIGNATURE                                                                                \
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"  \
    "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1" \
    "L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYE" \
    "UipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
#define RS_KEY                                                                                            \
    "{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJ" \
    "rcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63"     \
    "kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5I"    \
    "hlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\",\"e\":\"AQAB\"}"
// RFC 7515 A.3
#define ES_HEADER "eyJhbGciOiJFUzI1NiJ9"
#define ES_SIGNATURE "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define ES_KEY                                                                                 \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"
// RFC 8037 A.4; its payload is no JSON, so the claims are checked apart
#define ED_KEY "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define HS_KEY                                                               \
    "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-" \
    "1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"}"
#define KEYS "{\"keys\":[" RS_KEY "," ES_KEY "," ED_KEY "," HS_KEY "]}"

static arena *a;

static int begin(void **state)
{
    (void)state;
    return (a = arena_new((size_t)4 << 20)) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static err_code check(const char *token, const char *keys)
{
    struct jws j;
    json *k;
    err e = {0};
    assert_true(json_parse(str_of(keys), a, &k, &e));
    return jws_read(str_of(token), a, &j, &e) && jws_verify(&j, k, a, &e) ? ERR_NONE : e.code;
}

static void the_rfcs_tokens_hold(void **state)
{
    (void)state;
    assert_int_equal(check(RS_HEADER "." PAYLOAD "." RS_SIGNATURE, KEYS), ERR_NONE);
    assert_int_equal(check(ES_HEADER "." PAYLOAD "." ES_SIGNATURE, KEYS), ERR_NONE);
}

// RFC 8037 A.4: header {"alg":"EdDSA"}, payload "Example of Ed25519 signing".
static void the_signature_of_rfc_8037_holds(void **state)
{
    (void)state;
    unsigned char signature[] = {0x86, 0x0c, 0x98, 0xd2, 0x29, 0x7f, 0x30, 0x60, 0xa3, 0x3f, 0x42, 0x73, 0x96,
                                 0x72, 0xd6, 0x1b, 0x53, 0xcf, 0x3a, 0xde, 0xfe, 0xd3, 0xd3, 0xc6, 0x72, 0xf3,
                                 0x20, 0xdc, 0x02, 0x1b, 0x41, 0x1e, 0x9d, 0x59, 0xb8, 0x62, 0x8d, 0xc3, 0x51,
                                 0xe2, 0x48, 0xb8, 0x8b, 0x29, 0x46, 0x8e, 0x0e, 0x41, 0x85, 0x5b, 0x0f, 0xb7,
                                 0xd8, 0x3b, 0xb1, 0x5b, 0xe9, 0x02, 0xbf, 0xcc, 0xb8, 0xcd, 0x0a, 0x02};
    struct jws j = {.algorithm = STR("EdDSA"),
                    .signed_part = STR("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"),
                    .signature = {(const char *)signature, sizeof signature}};
    json *keys;
    err e;
    assert_true(json_parse(STR(KEYS), a, &keys, &e));
    assert_true(jws_verify(&j, keys, a, &e));
    signature[5] ^= 1;
    assert_false(jws_verify(&j, keys, a, &e));
    assert_int_equal(e.code, ERR_AUTH);
}

static void a_changed_token_does_not(void **state)
{
    (void)state;
    const char *whole[] = {RS_HEADER "." PAYLOAD "." RS_SIGNATURE, ES_HEADER "." PAYLOAD "." ES_SIGNATURE};
    char text[1024];
    for (size_t w = 0; w < 2; w++) {
        const size_t n = strlen(whole[w]);
        for (size_t k = 0; k < n - 1; k++) {  // the last character has bits that are not used
            memcpy(text, whole[w], n + 1);
            text[k] = text[k] == 'A' ? 'B' : 'A';
            assert_int_not_equal(check(text, KEYS), ERR_NONE);
        }
    }
}

static void no_algorithm_of_the_senders_choice_is_taken(void **state)
{
    (void)state;
    assert_int_equal(check("eyJhbGciOiJub25lIn0." PAYLOAD ".", KEYS), ERR_AUTH);  // none, without a signature
    assert_int_equal(check("eyJhbGciOiJub25lIn0." PAYLOAD ".AA", KEYS), ERR_AUTH);
    // RFC 7515 A.1, a good token of HS256, whose key stands in the list.
    assert_int_equal(check("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." PAYLOAD
                           ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                           KEYS),
                     ERR_AUTH);
    // The signature of one algorithm under the name of another.
    assert_int_equal(check(ES_HEADER "." PAYLOAD "." RS_SIGNATURE, KEYS), ERR_AUTH);
}

static void a_key_counts_only_for_what_it_is_for(void **state)
{
    (void)state;
    const char *token = RS_HEADER "." PAYLOAD "." RS_SIGNATURE;
    assert_int_equal(check(token, "{\"keys\":[]}"), ERR_ABSENT);
    assert_int_equal(check(token, "{\"keys\":[" ES_KEY "]}"), ERR_ABSENT);
    assert_int_equal(check(token, "{}"), ERR_AUTH);
    assert_int_equal(
        check(token, "{\"keys\":[{\"use\":\"enc\",\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AQAB\"}]}"),
        ERR_ABSENT);
    assert_int_equal(
        check(token, "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNg\",\"e\":\"AQAB\"}]}"),
        ERR_AUTH);  // short
}

static void what_is_no_token_is_refused(void **state)
{
    (void)state;
    const char *texts[] = {"",
                           ".",
                           "..",
                           "a.b",
                           "a.b.c.d",
                           RS_HEADER "." PAYLOAD,
                           RS_HEADER "." PAYLOAD ".",
                           RS_HEADER ".e30=.AA",
                           RS_HEADER ".W10.AA",
                           "eyJhbGciOiJSUzI1NiIsImNyaXQiOlsiYjY0Il19." PAYLOAD "." RS_SIGNATURE,
                           RS_HEADER "." PAYLOAD "." RS_SIGNATURE "."};
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
        assert_int_not_equal(check(texts[k], KEYS), ERR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_rfcs_tokens_hold, begin, end),
        cmocka_unit_test_setup_teardown(the_signature_of_rfc_8037_holds, begin, end),
        cmocka_unit_test_setup_teardown(a_changed_token_does_not, begin, end),
        cmocka_unit_test_setup_teardown(no_algorithm_of_the_senders_choice_is_taken, begin, end),
        cmocka_unit_test_setup_teardown(a_key_counts_only_for_what_it_is_for, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_token_is_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
