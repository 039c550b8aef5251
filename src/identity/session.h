// SPDX-License-Identifier: EUPL-1.2
// session.h: who is logged in, by the secret in their cookie. In memory only: a restart logs everybody out.
//
// The table holds the BLAKE2b hash of each secret. A session ends after SESSION_IDLE without a request, after SESSION_MOST in
// any case, when the account changes (user.h's version) or is disabled, and when the provider says so. One that still needs
// its second step is `is_pending` and nobody yet.
// The token against forged forms (CSRF) is a keyed hash of the secret; before anybody is logged in, a cookie without a session
// gives one as well.
// Units    times: microseconds since 1970 UTC
// Threads  any
// Source   OWASP Session Management Cheat Sheet; portal.md section 11
#ifndef PEIL_IDENTITY_SESSION_H
#define PEIL_IDENTITY_SESSION_H

#include "identity/user/user.h"

#define SESSION_IDLE (30 * TIME_MINUTE)
#define SESSION_MOST (12 * TIME_HOUR)
#define SESSION_PENDING (5 * TIME_MINUTE)
#define SESSIONS_MAX 4096
#define SESSIONS_PER_USER 16
#define SESSION_SECRET_MAX 48  // text, with its NUL byte
#define SESSION_TOKEN_MAX 48
#define SESSION_SID_MAX 256

struct sessions;

struct session {
    char name[USER_NAME_MAX + 1];
    bool is_pending;
    int64_t version;  // of the account
    instant began, last_seen;
    char sid[SESSION_SID_MAX + 1];  // the provider's name of the session; empty: a local login
};

NODISCARD struct sessions *sessions_new(struct users *u);
void sessions_free(struct sessions *s);

void session_secret_make(char out[static SESSION_SECRET_MAX]);
// Makes one; the secret goes into the cookie. The oldest one of the user makes room.
NODISCARD bool session_open(struct sessions *s, const struct user *user, bool is_pending, str sid,
                            instant now, char secret[static SESSION_SECRET_MAX], err *e);
// The session and its account, as they are now; it counts as seen. False: none, or it has ended.
bool session_find(struct sessions *s, str secret, instant now, struct session *out, struct user *user);
// The same for what goes on by itself (a live stream), by the hash of the secret: it does not count as seen. False for a pending one.
#define SESSION_HASH_BYTES 32
void session_hash(str secret, unsigned char out[static SESSION_HASH_BYTES]);
bool session_goes_on(struct sessions *s, const unsigned char hash[static SESSION_HASH_BYTES], instant now,
                     struct user *user);
void session_close(struct sessions *s, str secret);
void session_close_sid(struct sessions *s, str sid);  // back-channel logout; empty: none
void session_close_user(struct sessions *s, str name);
size_t sessions_count(struct sessions *s, instant now);

void session_form_token(const struct sessions *s, str secret, char out[static SESSION_TOKEN_MAX]);
bool session_form_token_is(const struct sessions *s, str secret, str token);

#endif
