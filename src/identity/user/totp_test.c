// SPDX-License-Identifier: EUPL-1.2
#include "base/test.h"
#include "identity/user/totp.h"

#include <stdio.h>
#include <string.h>

static const unsigned char secret[] = "12345678901234567890";

// RFC 6238, appendix B, SHA1: the last six of its eight digits.
static void codes_are_those_of_the_rfc(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        uint32_t code;
    } rows[] = {{59, 287082},       {1111111109, 81804},  {1111111111, 50471},
                {1234567890, 5924}, {2000000000, 279037}, {20000000000, 353130}};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
        assert_int_equal(totp_code(secret, totp_step(rows[k].seconds * TIME_SECOND)), rows[k].code);
}

static void a_code_counts_once_and_one_step_early_or_late(void **state)
{
    (void)state;
    const instant now = 1111111109 * TIME_SECOND;
    int64_t step = 0, again;
    assert_true(totp_check(secret, STR("081 804"), now, 0, &step));
    assert_int_equal(step, 37037036);
    assert_false(totp_check(secret, STR("081804"), now, step, &again));
    assert_true(totp_check(secret, STR("081804"), now + 30 * TIME_SECOND, 0, &step));
    assert_true(totp_check(secret, STR("081804"), now - 30 * TIME_SECOND, 0, &step));
    assert_false(totp_check(secret, STR("081804"), now + 90 * TIME_SECOND, 0, &step));
    assert_false(totp_check(secret, STR("81804"), now, 0, &step));
    assert_false(totp_check(secret, STR("0818044"), now, 0, &step));
    assert_false(totp_check(secret, STR("08180x"), now, 0, &step));
}

// RFC 4648 has no vector of 20 bytes; this one is from `base32` of GNU coreutils.
static void base32_is_that_of_coreutils_and_comes_back(void **state)
{
    (void)state;
    char text[TOTP_BASE32_MAX];
    unsigned char back[TOTP_SECRET_BYTES];
    totp_base32(secret, text);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_true(totp_base32_read(str_of(text), back));
    assert_memory_equal(back, secret, TOTP_SECRET_BYTES);
    text[3] = '1';
    assert_false(totp_base32_read(str_of(text), back));
}

static void the_address_names_town_and_account(void **state)
{
    (void)state;
    buf b = {.max = 512};
    totp_address(&b, STR("peil Den Haag"), STR("anna@x"), secret);
    assert_true(str_eq(buf_str(&b), STR("otpauth://totp/peil%20Den%20Haag:anna%40x?secret="
                                        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=peil%20Den%20Haag")));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_the_rfc),
        cmocka_unit_test(a_code_counts_once_and_one_step_early_or_late),
        cmocka_unit_test(base32_is_that_of_coreutils_and_comes_back),
        cmocka_unit_test(the_address_names_town_and_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
