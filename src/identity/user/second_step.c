// SPDX-License-Identifier: EUPL-1.2
// The second step of logging in: an authenticator app, and recovery codes for who lost it.
#include "identity/user/change.h"

#include <stdio.h>
#include <string.h>

// Ten letters would do; these eight of 31 are 39 bits, and throttled.
static void recovery_make(char out[static RECOVERY_TEXT_MAX])
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    size_t n = 0;
    for (int k = 0; k < 8; k++) {
        if (k == 4) out[n++] = '-';
        out[n++] = letters[randombytes_uniform(sizeof letters - 1)];
    }
    out[n] = 0;
}

// As it was typed: capitals, spaces and the dash make no difference.
static void recovery_hash(str text, unsigned char out[static 32])
{
    char plain[RECOVERY_TEXT_MAX] = "";
    size_t n = 0;
    for (size_t k = 0; k < text.n && n < sizeof plain - 1; k++) {
        const char c = text.p[k];
        if (c >= 'A' && c <= 'Z')
            plain[n++] = (char)(c - 'A' + 'a');
        else if (c != ' ' && c != '-')
            plain[n++] = c;
    }
    crypto_generichash(out, 32, (const unsigned char *)plain, n, NULL, 0);
}

struct second {
    const unsigned char *secret;
    int64_t step;
    char (*codes)[RECOVERY_TEXT_MAX];
    str code;
};

static bool edit_totp(struct user *user, struct edit *c, err *e)
{
    (void)e;
    const struct second *s = c->context;
    user->has_totp = s->secret != NULL;
    user->totp_last = s->step;
    sodium_memzero(user->totp_secret, sizeof user->totp_secret);
    sodium_memzero(user->recovery, sizeof user->recovery);
    if (!s->secret) return true;
    memcpy(user->totp_secret, s->secret, TOTP_SECRET_BYTES);
    for (int k = 0; k < RECOVERY_CODES; k++) {
        recovery_make(s->codes[k]);
        recovery_hash(str_of(s->codes[k]), user->recovery[k]);
    }
    return true;
}

bool user_set_totp(struct users *u, const struct deed *d, str name, const unsigned char *secret, int64_t step,
                   char codes[RECOVERY_CODES][RECOVERY_TEXT_MAX], err *e)
{
    const struct second s = {.secret = secret, .step = step, .codes = codes};
    struct edit c = {.deed = d,
                     .name = name,
                     .what = secret ? STR("user.authenticator") : STR("user.authenticator-off"),
                     .edit = edit_totp,
                     .context = &s};
    return user_change(u, &c, e);
}

static bool use_recovery(struct user *user, str code)
{
    unsigned char hash[32];
    recovery_hash(code, hash);
    for (int k = 0; k < RECOVERY_CODES; k++) {
        if (sodium_memcmp(hash, user->recovery[k], sizeof hash) != 0) continue;
        sodium_memzero(user->recovery[k], sizeof hash);
        return true;
    }
    return false;
}

static bool edit_use_code(struct user *user, struct edit *c, err *e)
{
    const struct second *s = c->context;
    int64_t step;
    if (user->has_totp && totp_check(user->totp_secret, s->code, c->deed->now, user->totp_last, &step)) {
        user->totp_last = step;
        snprintf(c->detail, sizeof c->detail, "app");
        return true;
    }
    if (!user->has_totp || !use_recovery(user, s->code))
        return err_set(e, ERR_AUTH, ERR_NOWHERE, "the code is not right, or was used before");
    snprintf(c->detail, sizeof c->detail, "recovery code");
    return true;
}

bool user_check_code(struct users *u, const struct deed *d, str name, str code, err *e)
{
    const struct second s = {.code = code};
    struct edit c = {
        .deed = d, .name = name, .what = STR("login.code"), .edit = edit_use_code, .context = &s};
    return user_change(u, &c, e);
}
