// SPDX-License-Identifier: EUPL-1.2
// message.h: all that leaves a home: a line of always the same length, signed, with no time of any activity in it.
//
//     {"pseudonym":"w3Jk0pXy9fQbT2mLrA8cZg","day":"2026-11-26","state":"ok   ","quiet":"000","n":"000042","v":"1"}
//
// "ok" also when the resident is away or peil still learns; "look": somebody should ask; "fault": the meter. `quiet` is the
// hours without a sign of life, and 000 unless the state is "look". n counts up, so that a line that was caught cannot be sent again.
// The signature (Ed25519, base64) stands in the header Peil-Signature. The town keeps the public key alone.
// Threads  any
// Errors   ERR_SYNTAX (not this form), ERR_AUTH (not signed by this key)
#ifndef PEIL_SIGN_MESSAGE_H
#define PEIL_SIGN_MESSAGE_H

#include "base/err.h"
#include "base/time.h"

#define SIGN_PSEUDONYM_CHARS 22  // 16 bytes in base64url
#define SIGN_MESSAGE_BYTES 108
#define SIGN_KEY_BYTES 32        // the seed of a key pair, or a public key
#define SIGN_SIGNATURE_CHARS 88  // 64 bytes in base64
#define SIGN_KEY_TEXT_MAX 96

typedef enum { SIGN_OK, SIGN_LOOK, SIGN_FAULT } sign_word;

struct sign_message {
    char pseudonym[SIGN_PSEUDONYM_CHARS + 1];
    int year, month, day;
    sign_word word;
    int quiet_h;     // 0 to 999
    int32_t number;  // 0 to 999999
};

void sign_message_write(const struct sign_message *m, char out[static SIGN_MESSAGE_BYTES + 1]);
NODISCARD bool sign_message_read(str text, struct sign_message *out, err *e);

void sign_message_seal(str text, const unsigned char seed[static SIGN_KEY_BYTES],
                       char out[static SIGN_SIGNATURE_CHARS + 1]);
NODISCARD bool sign_message_check(str text, str signature, const unsigned char key[static SIGN_KEY_BYTES],
                                  err *e);

// What the box is given once: "peil-watch:PSEUDONYM:SEED".
struct sign_key {
    char pseudonym[SIGN_PSEUDONYM_CHARS + 1];
    unsigned char seed[SIGN_KEY_BYTES];
};
NODISCARD bool sign_key_read(str text, struct sign_key *out, err *e);
void sign_key_write(const struct sign_key *k, char out[static SIGN_KEY_TEXT_MAX]);
void sign_key_public(const unsigned char seed[static SIGN_KEY_BYTES],
                     unsigned char out[static SIGN_KEY_BYTES]);
bool sign_pseudonym_is_valid(str s);

#endif
