// SPDX-License-Identifier: EUPL-1.2
#include "sign/message.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "peil-watch:"
#define FORM                                                                                            \
    "{\"pseudonym\":\"%.22s\",\"day\":\"%04d-%02d-%02d\",\"state\":\"%s\",\"quiet\":\"%03d\",\"n\":\"%" \
    "06d\","                                                                                            \
    "\"v\":\"1\"}"

static const char *const words[] = {"ok   ", "look ", "fault"};

void sign_message_write(const struct sign_message *m, char out[static SIGN_MESSAGE_BYTES + 1])
{
    const int quiet = m->word != SIGN_LOOK ? 0 : m->quiet_h < 0 ? 0 : m->quiet_h > 999 ? 999 : m->quiet_h;
    char text[256];
    snprintf(text, sizeof text, FORM, m->pseudonym, m->year % 10000, m->month % 100, m->day % 100,
             words[m->word], quiet, (int)(m->number % 1000000));
    memcpy(out, text, SIGN_MESSAGE_BYTES);
    out[SIGN_MESSAGE_BYTES] = 0;
}

bool sign_pseudonym_is_valid(str s)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if (s.n != SIGN_PSEUDONYM_CHARS) return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == 0 || !strchr(allowed, s.p[i])) return false;
    return true;
}

static bool digits(str s, int *out)
{
    *out = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return false;
        *out = *out * 10 + (s.p[i] - '0');
    }
    return true;
}

// Fixed places: what is written anew from what was read must be the same bytes.
bool sign_message_read(str text, struct sign_message *out, err *e)
{
    struct sign_message m = {0};
    char again[SIGN_MESSAGE_BYTES + 1];
    int number = 0;
    instant t;
    bool ok = text.n == SIGN_MESSAGE_BYTES && sign_pseudonym_is_valid(str_slice(text, 14, 36));
    if (!ok) return err_set(e, ERR_SYNTAX, 0, "expected the %d bytes of a sign of life", SIGN_MESSAGE_BYTES);
    memcpy(m.pseudonym, text.p + 14, SIGN_PSEUDONYM_CHARS);
    ok = digits(str_slice(text, 45, 49), &m.year) && digits(str_slice(text, 50, 52), &m.month) &&
         digits(str_slice(text, 53, 55), &m.day) && digits(str_slice(text, 82, 85), &m.quiet_h) &&
         digits(str_slice(text, 92, 98), &number);
    m.number = number;
    size_t w = 0;
    while (w < 3 && !str_eq(str_slice(text, 66, 71), str_of(words[w]))) w++;
    if (!ok || w == 3) return err_set(e, ERR_SYNTAX, 36, "expected the form of a sign of life");
    m.word = (sign_word)w;
    const civil day = {.year = m.year, .month = m.month, .day = m.day};
    if (!time_from_civil(day, &t)) return err_set(e, ERR_RANGE, 45, "no such day");
    sign_message_write(&m, again);
    if (memcmp(again, text.p, SIGN_MESSAGE_BYTES) != 0)
        return err_set(e, ERR_SYNTAX, 36, "expected the form of a sign of life");
    *out = m;
    return true;
}

// ---- Keys --------------------------------------------------------------------------------------------------------

void sign_message_seal(str text, const unsigned char seed[static SIGN_KEY_BYTES],
                       char out[static SIGN_SIGNATURE_CHARS + 1])
{
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES],
        signature[crypto_sign_BYTES];
    crypto_sign_seed_keypair(public_key, secret, seed);
    crypto_sign_detached(signature, NULL, (const unsigned char *)text.p, text.n, secret);
    sodium_bin2base64(out, SIGN_SIGNATURE_CHARS + 1, signature, sizeof signature,
                      sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(secret, sizeof secret);
}

bool sign_message_check(str text, str signature, const unsigned char key[static SIGN_KEY_BYTES], err *e)
{
    unsigned char raw[crypto_sign_BYTES];
    size_t n;
    const bool is_read = sodium_base642bin(raw, sizeof raw, signature.p ? signature.p : "", signature.n, NULL,
                                           &n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
                         n == sizeof raw;
    if (!is_read || crypto_sign_verify_detached(raw, (const unsigned char *)text.p, text.n, key) != 0)
        return err_set(e, ERR_AUTH, ERR_NOWHERE, "the signature is not of this home's key");
    return true;
}

void sign_key_public(const unsigned char seed[static SIGN_KEY_BYTES],
                     unsigned char out[static SIGN_KEY_BYTES])
{
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(out, secret, seed);
    sodium_memzero(secret, sizeof secret);
}

bool sign_key_read(str text, struct sign_key *out, err *e)
{
    struct sign_key k = {0};
    size_t n;
    text = str_trim(text);
    const str rest = str_slice(text, sizeof PREFIX - 1, text.n);
    const bool ok = str_starts(text, STR(PREFIX)) && rest.n > SIGN_PSEUDONYM_CHARS + 1 &&
                    rest.p[SIGN_PSEUDONYM_CHARS] == ':' &&
                    sign_pseudonym_is_valid(str_slice(rest, 0, SIGN_PSEUDONYM_CHARS)) &&
                    sodium_base642bin(k.seed, sizeof k.seed, rest.p + SIGN_PSEUDONYM_CHARS + 1,
                                      rest.n - SIGN_PSEUDONYM_CHARS - 1, NULL, &n, NULL,
                                      sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
                    n == SIGN_KEY_BYTES;
    if (!ok)
        return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "expected a key as enrolment shows it: peil-watch:...");
    memcpy(k.pseudonym, rest.p, SIGN_PSEUDONYM_CHARS);
    *out = k;
    return true;
}

void sign_key_write(const struct sign_key *k, char out[static SIGN_KEY_TEXT_MAX])
{
    char seed[48];
    sodium_bin2base64(seed, sizeof seed, k->seed, sizeof k->seed, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    snprintf(out, SIGN_KEY_TEXT_MAX, PREFIX "%s:%s", k->pseudonym, seed);
    sodium_memzero(seed, sizeof seed);
}
