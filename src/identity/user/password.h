// SPDX-License-Identifier: EUPL-1.2
// password.h: argon2id on a thread of its own behind a bounded queue. Hashing takes memory and time on purpose, so nobody may
// make the service do more than one at a time; what does not fit in the queue is told to come back.
//
// Costs: libsodium's "interactive" (64 MiB, 2 passes), above OWASP's least of 19 MiB and 2 passes.
// Owns     texts are copied and wiped
// Threads  submit from any; `done` is called on the hashing thread
// Errors   ERR_BUSY (queue full), ERR_LIMIT (no memory for a hash)
// Source   RFC 9106; OWASP Password Storage Cheat Sheet
#ifndef PEIL_IDENTITY_USER_PASSWORD_H
#define PEIL_IDENTITY_USER_PASSWORD_H

#include "base/err.h"

#include <sodium.h>

struct passwords;

typedef struct {
    size_t queue_length;  // 0: 16
    size_t memory_bytes;  // 0: as above; for tests down to crypto_pwhash_MEMLIMIT_MIN
    size_t passes;        // 0: as above
} password_config;

NODISCARD struct passwords *passwords_new(const password_config *c);  // NULL: no memory or thread
void passwords_free(struct passwords *p);                             // finishes what is queued

// hash NULL or empty: there is no such account; the same work is done, and is_right is false.
NODISCARD bool password_check(struct passwords *p, str password, const char *hash,
                              void (*done)(bool is_right, void *context), void *context, err *e);
// hash NULL: no memory was left for it.
NODISCARD bool password_make(struct passwords *p, str password, void (*done)(const char *hash, void *context),
                             void *context, err *e);
// The same, and waits; on no event loop. ERR_AUTH: it is not right.
NODISCARD bool password_check_wait(struct passwords *p, str password, const char *hash, err *e);
NODISCARD bool password_make_wait(struct passwords *p, str password, char out[static crypto_pwhash_STRBYTES],
                                  err *e);
// On this thread, without a queue: for commands.
NODISCARD bool password_make_now(const password_config *c, str password,
                                 char out[static crypto_pwhash_STRBYTES], err *e);

// One to give out: four times five letters and digits, 99 bits. Its owner has to choose another when he logs in.
#define PASSWORD_INVENTED_MAX 24
void password_invent(char out[static PASSWORD_INVENTED_MAX]);

#endif
