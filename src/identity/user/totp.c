// SPDX-License-Identifier: EUPL-1.2
#include "identity/user/totp.h"

#include <gnutls/crypto.h>
#include <string.h>

#define STEP (30 * TIME_SECOND)
#define HASH_BYTES 20
#define MODULUS 1000000

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

int64_t totp_step(instant now)
{
    return now / STEP;
}

// RFC 4226: the last four bits of the hash say which 31 bits of it count.
static uint32_t truncate_hash(const unsigned char hash[static HASH_BYTES])
{
    const unsigned char *p = hash + (hash[HASH_BYTES - 1] & 0x0f);
    return ((uint32_t)(p[0] & 0x7f) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]) % MODULUS;
}

uint32_t totp_code(const unsigned char secret[static TOTP_SECRET_BYTES], int64_t step)
{
    unsigned char counter[8], hash[HASH_BYTES] = {0};
    for (int k = 7; k >= 0; k--, step >>= 8) counter[k] = (unsigned char)(step & 0xff);
    if (gnutls_hmac_fast(GNUTLS_MAC_SHA1, secret, TOTP_SECRET_BYTES, counter, sizeof counter, hash) < 0)
        return MODULUS;  // no code equals it
    return truncate_hash(hash);
}

static bool digits_read(str text, uint32_t *out)
{
    uint32_t n = 0;
    int count = 0;
    for (size_t k = 0; k < text.n; k++) {
        if (text.p[k] == ' ') continue;
        if (text.p[k] < '0' || text.p[k] > '9' || ++count > TOTP_DIGITS) return false;
        n = 10 * n + (uint32_t)(text.p[k] - '0');
    }
    *out = n;
    return count == TOTP_DIGITS;
}

bool totp_check(const unsigned char secret[static TOTP_SECRET_BYTES], str text, instant now, int64_t last,
                int64_t *step)
{
    uint32_t code;
    bool found = false;
    if (!digits_read(text, &code)) return false;
    for (int64_t s = totp_step(now) - 1; s <= totp_step(now) + 1; s++) {  // all three: none is quicker
        if (totp_code(secret, s) != code || s <= last) continue;
        *step = s;
        found = true;
    }
    return found;
}

void totp_base32(const unsigned char secret[static TOTP_SECRET_BYTES], char out[static TOTP_BASE32_MAX])
{
    uint64_t bits = 0;
    int have = 0, n = 0;
    for (int k = 0; k < TOTP_SECRET_BYTES; k++) {
        bits = bits << 8 | secret[k];
        for (have += 8; have >= 5; have -= 5) out[n++] = alphabet[bits >> (have - 5) & 31];
    }
    out[n] = 0;
}

bool totp_base32_read(str text, unsigned char secret[static TOTP_SECRET_BYTES])
{
    uint64_t bits = 0;
    int have = 0, n = 0;
    if (text.n != TOTP_BASE32_MAX - 1) return false;
    for (size_t k = 0; k < text.n; k++) {
        const char *at = memchr(alphabet, text.p[k], 32);
        if (!at) return false;
        bits = bits << 5 | (uint64_t)(at - alphabet);
        have += 5;
        if (have < 8) continue;
        have -= 8;
        secret[n++] = (unsigned char)(bits >> have & 0xff);
    }
    return true;
}

void totp_address(buf *out, str issuer, str name, const unsigned char secret[static TOTP_SECRET_BYTES])
{
    char text[TOTP_BASE32_MAX];
    totp_base32(secret, text);
    BUF_LIT(out, "otpauth://totp/");
    buf_add_percent(out, issuer);
    BUF_LIT(out, ":");
    buf_add_percent(out, name);
    buf_print(out, "?secret=%s&issuer=", text);
    buf_add_percent(out, issuer);
}
