// SPDX-License-Identifier: EUPL-1.2
// user.h: the accounts of staff: local ones with a password, and those whom the town's identity provider vouches for.
//
// An account is a document of kind "user". Purpose: to know who may do what, and who did it. Kept as long as the account is;
// owner: the administrator. No more than a name, a role and what is needed to log in is stored.
// A password is kept as its argon2id hash, recovery codes as BLAKE2b hashes; the secret of the authenticator app must be kept
// as it is, which the store's files protect (owner only).
// Every change is a line of the audit log, in the same operation. An account's `version` grows with each change that must end
// its sessions.
// Threads  any; those that change wait for the commit: never on an event loop
// Errors   ERR_CONFLICT (the name is taken; the last administrator), ERR_ABSENT, ERR_RANGE (name, password), what the store says
#ifndef PEIL_IDENTITY_USER_USER_H
#define PEIL_IDENTITY_USER_USER_H

#include "identity/identity.h"
#include "identity/user/totp.h"

#include <sodium.h>

#define USER_NAME_MAX TOKEN_NAME_MAX
#define USER_SUBJECT_MAX 512  // "ISSUER subject" of a provider's account
#define USERS_MAX 5000
#define RECOVERY_CODES 8
#define RECOVERY_TEXT_MAX 16  // "k3pq-7xwm"
#define PASSWORD_LEAST 12     // characters; NIST SP 800-63B 5.1.1: length counts, not kinds of characters
#define PASSWORD_MOST 256     // bytes

struct user {
    char name[USER_NAME_MAX + 1];
    role role;
    bool is_disabled;
    bool must_change;                       // the password was set by another
    char password[crypto_pwhash_STRBYTES];  // empty: none, logs in at the provider
    bool has_totp;
    unsigned char totp_secret[TOTP_SECRET_BYTES];
    int64_t totp_last;                           // newest step that was used
    unsigned char recovery[RECOVERY_CODES][32];  // hashes; all zero: used
    char subject[USER_SUBJECT_MAX + 1];
    instant created, last_login;  // TIME_NONE: never
    int64_t version;
};

struct users;

struct users *users_new(struct store *s, err *e);
void users_free(struct users *u);

bool users_find(struct users *u, str name, struct user *out);
bool users_find_subject(struct users *u, str subject, struct user *out);
size_t users_count(struct users *u);
// In order of their names; stops when `each` returns false.
void users_each(struct users *u, bool (*each)(const struct user *user, void *context), void *context);

// `now` and `by` are for the log.
struct deed {
    const struct principal *by;
    instant now;
};

// A hash of password.h, or empty. ERR_CONFLICT when the name is taken.
NODISCARD bool user_create(struct users *u, const struct deed *d, str name, role r, const char *hash,
                           bool must_change, err *e);
// A provider's account: made when it comes for the first time, and given the role that the provider says.
NODISCARD bool user_from_provider(struct users *u, const struct deed *d, str name, str subject, role r,
                                  struct user *out, err *e);
NODISCARD bool user_remove(struct users *u, const struct deed *d, str name, err *e);
NODISCARD bool user_set_role(struct users *u, const struct deed *d, str name, role r, err *e);
NODISCARD bool user_set_disabled(struct users *u, const struct deed *d, str name, bool is_disabled, err *e);
NODISCARD bool user_set_password(struct users *u, const struct deed *d, str name, const char *hash,
                                 bool must_change, err *e);
// secret NULL: no authenticator any more. `codes` receives the new recovery codes as text.
NODISCARD bool user_set_totp(struct users *u, const struct deed *d, str name, const unsigned char *secret,
                             int64_t step, char codes[RECOVERY_CODES][RECOVERY_TEXT_MAX], err *e);
// The second step of logging in: a code of the app or a recovery code, each of which counts once. ERR_AUTH: neither.
NODISCARD bool user_check_code(struct users *u, const struct deed *d, str name, str code, err *e);
NODISCARD bool user_logged_in(struct users *u, const struct deed *d, str name, str how, err *e);
NODISCARD bool user_logged_out(struct users *u, const struct deed *d, str name, str how, err *e);
// A line "login.fail" of the log; `known`: an account of that name exists. What was typed for a name is not written down.
NODISCARD bool user_login_failed(struct users *u, instant now, str known_name, err *e);

NODISCARD bool user_password_is_fit(str password, str name, err *e);  // ERR_RANGE says why not

#endif
