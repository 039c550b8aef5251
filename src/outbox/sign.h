// SPDX-License-Identifier: EUPL-1.2
// sign.h: signatures of webhooks.
// Source   Standard Webhooks 1.0.0: HMAC-SHA256 ("v1") and Ed25519 ("v1a") over "id.timestamp.body", base64
#ifndef PEIL_OUTBOX_SIGN_H
#define PEIL_OUTBOX_SIGN_H

#include "base/buf.h"
#include "base/err.h"

struct sign_key {
    unsigned char secret[64];  // libsodium's form: seed and public key
    char public_text[64];      // "whpk_...", NUL-terminated
};

void sign_key_from_seed(const unsigned char seed[static 32], struct sign_key *out);
NODISCARD bool sign_secret_check(str secret, err *e);  // ERR_SYNTAX: "whsec_" without base64 behind it
// The value of webhook-signature. `secret` empty: only v1a. key NULL: only v1.
void sign_webhook(buf *out, str id, long long timestamp_s, str body, str secret, const struct sign_key *key);

#endif
