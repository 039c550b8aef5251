// SPDX-License-Identifier: EUPL-1.2
// change.h: inside identity/user: one change of an account, with its line of the audit log, in one operation of the store.
#ifndef PEIL_IDENTITY_USER_CHANGE_H
#define PEIL_IDENTITY_USER_CHANGE_H

#include "identity/user/user.h"

#define USER_KIND STR("user")  // of the documents

struct users {
    struct store *store;
    struct lock *lock;  // guards `all` and `count`
    struct user *all;   // in order of their names
    size_t count;
};

struct edit {
    const struct deed *deed;
    str name;
    str what;  // "user.role"
    char detail[128];
    bool is_new, is_removal;
    bool ends_sessions;
    bool (*edit)(struct user *user, struct edit *c, err *e);
    const void *context;
    struct user after;  // set by user_change
};

// Reads them anew from the store.
NODISCARD bool users_reload(struct users *u, err *e);
// ERR_CONFLICT: the name is taken, or nobody would be left who may administer.
NODISCARD bool user_change(struct users *u, struct edit *c, err *e);
// A line of the log on the account `name`; empty: on one that there is not.
NODISCARD bool user_audit(struct store_tx *tx, const struct principal *by, str what, str name, str detail,
                          instant now, err *e);

#endif
