// SPDX-License-Identifier: EUPL-1.2
#include "outbox/sign.h"

#include "base/test.h"

#include <sodium.h>
#include <string.h>

// The example of the Standard Webhooks specification (and of the libraries that it names).
TEST(the_hmac_is_that_of_the_specification)
{
    buf b = {.max = 512};
    sign_webhook(&b, STR("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330, STR("{\"test\": 2432232314}"),
                 STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), NULL);
    assert_str(buf_str(&b), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    buf_free(&b);
}

TEST(the_ed25519_signature_is_one_of_the_public_key)
{
    const unsigned char seed[32] = {7};
    struct sign_key key;
    unsigned char open[32], signature[64];
    size_t n;
    buf b = {.max = 512};
    sign_key_from_seed(seed, &key);
    sign_webhook(&b, STR("a"), 12, STR("{}"), (str){0}, &key);
    assert_true(str_starts(buf_str(&b), STR("v1a,")));
    assert_int_equal(
        sodium_base642bin(open, 32, key.public_text + 5, strlen(key.public_text) - 5, NULL, &n, NULL, 1), 0);
    assert_int_equal(sodium_base642bin(signature, 64, b.p + 4, b.n - 4, NULL, &n, NULL, 1), 0);
    assert_int_equal(crypto_sign_verify_detached(signature, (const unsigned char *)"a.12.{}", 7, open), 0);
    assert_int_not_equal(crypto_sign_verify_detached(signature, (const unsigned char *)"a.13.{}", 7, open),
                         0);
    buf_free(&b);
}

TEST(a_secret_is_base64_behind_its_mark_or_any_text)
{
    err e;
    assert_true(sign_secret_check(STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &e));
    assert_true(sign_secret_check(STR("correct horse"), &e));
    assert_false(sign_secret_check(STR("whsec_!"), &e));
    assert_false(sign_secret_check(STR("whsec_"), &e));
    assert_false(sign_secret_check((str){0}, &e));
}

RUN(CASE(the_hmac_is_that_of_the_specification), CASE(the_ed25519_signature_is_one_of_the_public_key),
    CASE(a_secret_is_base64_behind_its_mark_or_any_text))
