// SPDX-License-Identifier: EUPL-1.2
// totp.h: the six digits that an authenticator app shows. Pure: time comes in.
//
// HMAC-SHA-1, six digits, 30 seconds: what every app reads from the otpauth address; others are ignored by some apps.
// Units    times: microseconds since 1970 UTC; a step is 30 s
// Threads  any
// Source   RFC 6238, RFC 4226 section 5.3; base32: RFC 4648 section 6; the otpauth address: Google's Key URI format
#ifndef PEIL_IDENTITY_USER_TOTP_H
#define PEIL_IDENTITY_USER_TOTP_H

#include "base/buf.h"
#include "base/time.h"

#define TOTP_SECRET_BYTES 20
#define TOTP_BASE32_MAX 33  // with its NUL byte
#define TOTP_DIGITS 6

int64_t totp_step(instant now);
uint32_t totp_code(const unsigned char secret[static TOTP_SECRET_BYTES], int64_t step);
// `text`: six digits, spaces allowed. Takes the step before and after `now`, but none up to `last`: a code counts once.
bool totp_check(const unsigned char secret[static TOTP_SECRET_BYTES], str text, instant now, int64_t last,
                int64_t *step);
void totp_base32(const unsigned char secret[static TOTP_SECRET_BYTES], char out[static TOTP_BASE32_MAX]);
bool totp_base32_read(str text, unsigned char secret[static TOTP_SECRET_BYTES]);
// otpauth://totp/ISSUER:NAME?secret=...&issuer=ISSUER, percent-encoded.
void totp_address(buf *out, str issuer, str name, const unsigned char secret[static TOTP_SECRET_BYTES]);

#endif
