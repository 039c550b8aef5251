// SPDX-License-Identifier: EUPL-1.2
// jws.h: a signed token (JWT) taken apart, and its signature checked against a provider's keys (JWKS). The arithmetic is GnuTLS's.
//
// Only what is in the table of jws.c is taken: RS256 (2048 bits and more), ES256 (P-256), EdDSA (Ed25519). "none" and the
// HMAC family are in no table, so a token cannot choose them.
// Owns     texts and claims lie in the arena
// Threads  any
// Errors   ERR_AUTH (not a token of this form, an algorithm or header that is not taken, a signature that does not fit),
//          ERR_ABSENT (no key of that name: perhaps the provider has new ones), ERR_LIMIT (too long)
// Source   RFC 7515 (compact form; "crit" is refused, as nothing it could name is known here), RFC 7517, RFC 7518, RFC 8037
#ifndef PEIL_OIDC_JWS_H
#define PEIL_OIDC_JWS_H

#include "base/json.h"

#define JWS_BYTES_MAX ((size_t)32 << 10)

struct jws {
    str algorithm, key_name;  // "RS256"; kid, empty: none
    str type;                 // "JWT", "logout+jwt"; empty: none
    const json *claims;
    str signed_part, signature;  // what was signed, and the bytes
};

NODISCARD bool jws_read(str compact, arena *a, struct jws *out, err *e);
// `keys`: {"keys": [...]}.
NODISCARD bool jws_verify(const struct jws *j, const json *keys, arena *a, err *e);

#endif
