// SPDX-License-Identifier: EUPL-1.2
#include "outbox/sign.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define SECRET_BYTES_MAX 512
#define HEAD_BYTES_MAX 192

void sign_key_from_seed(const unsigned char seed[static 32], struct sign_key *out)
{
    unsigned char open[crypto_sign_PUBLICKEYBYTES];
    char text[48];
    crypto_sign_seed_keypair(open, out->secret, seed);
    sodium_bin2base64(text, sizeof text, open, sizeof open, sodium_base64_VARIANT_ORIGINAL);
    snprintf(out->public_text, sizeof out->public_text, "whpk_%s", text);
}

// The bytes behind "whsec_"; any other text is its own bytes.
static bool secret_bytes(str secret, unsigned char out[static SECRET_BYTES_MAX], size_t *n)
{
    const str prefix = STR("whsec_");
    if (str_starts(secret, prefix)) {
        const str text = str_slice(secret, prefix.n, secret.n);
        return sodium_base642bin(out, SECRET_BYTES_MAX, text.p, text.n, NULL, n, NULL,
                                 sodium_base64_VARIANT_ORIGINAL) == 0 &&
               *n > 0;
    }
    if (secret.n == 0 || secret.n > SECRET_BYTES_MAX) return false;
    memcpy(out, secret.p, secret.n);
    *n = secret.n;
    return true;
}

bool sign_secret_check(str secret, err *e)
{
    unsigned char bytes[SECRET_BYTES_MAX];
    size_t n;
    if (secret_bytes(secret, bytes, &n)) return true;
    return err_set(e, ERR_SYNTAX, ERR_NOWHERE,
                   "a webhook's secret is \"whsec_\" and base64, or any text of 1 to %d bytes",
                   SECRET_BYTES_MAX);
}

static void add_base64(buf *out, const unsigned char *p, size_t n)
{
    char text[128];
    sodium_bin2base64(text, sizeof text, p, n, sodium_base64_VARIANT_ORIGINAL);
    buf_add(out, str_of(text));
}

static void add_hmac(buf *out, str head, str body, str secret)
{
    unsigned char key[SECRET_BYTES_MAX], mac[crypto_auth_hmacsha256_BYTES];
    size_t n;
    if (!secret_bytes(secret, key, &n)) return;  // checked when it was given
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, n);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)head.p, head.n);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)body.p, body.n);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_memzero(key, sizeof key);
    BUF_LIT(out, "v1,");
    add_base64(out, mac, sizeof mac);
}

static void add_ed25519(buf *out, str head, str body, const struct sign_key *key)
{
    unsigned char signature[crypto_sign_BYTES];
    buf text = {.max = head.n + body.n};
    buf_add(&text, head);
    buf_add(&text, body);
    if (!text.failed) {
        crypto_sign_detached(signature, NULL, (const unsigned char *)text.p, text.n, key->secret);
        if (out->n) buf_add_char(out, ' ');
        BUF_LIT(out, "v1a,");
        add_base64(out, signature, sizeof signature);
    }
    buf_free(&text);
}

void sign_webhook(buf *out, str id, long long timestamp_s, str body, str secret, const struct sign_key *key)
{
    char head[HEAD_BYTES_MAX];
    const int n = snprintf(head, sizeof head, "%.*s.%lld.", STR_ARG(id), timestamp_s);
    const str view = {head, (size_t)n < sizeof head ? (size_t)n : sizeof head - 1};
    if (secret.n) add_hmac(out, view, body, secret);
    if (key) add_ed25519(out, view, body, key);
}
