// SPDX-License-Identifier: EUPL-1.2
// Accounts: made, ended, given a role or a password.
#include "identity/user/change.h"

#include <stdio.h>
#include <string.h>

static bool name_is_valid(str name)
{
    for (size_t k = 0; k < name.n; k++)
        if (!memchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@", name.p[k], 66))
            return false;
    return name.n > 0 && name.n <= USER_NAME_MAX;
}

struct making {
    role role;
    const char *hash;
    bool must_change;
    str subject;
};

static bool make(struct user *user, struct edit *c, err *e)
{
    (void)e;
    const struct making *m = c->context;
    user->role = m->role;
    user->must_change = m->must_change;
    if (m->hash) snprintf(user->password, sizeof user->password, "%s", m->hash);
    if (m->subject.n) memcpy(user->subject, m->subject.p, m->subject.n);
    return true;
}

static bool role_is_for_people(role r, err *e)
{
    return (r != ROLE_PUBLIC && r != ROLE_DEVICE) ||
           err_set(e, ERR_RANGE, ERR_NOWHERE, "the role '%.*s' is not one of people", STR_ARG(role_name(r)));
}

static bool create(struct users *u, const struct deed *d, str name, const struct making *m, struct user *out,
                   err *e)
{
    if (!name_is_valid(name))
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "a user's name has 1 to %d letters, digits, '.', '_', '-' or '@'", USER_NAME_MAX);
    if (!role_is_for_people(m->role, e)) return false;
    if (users_count(u) >= USERS_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "there are %d users already", USERS_MAX);
    struct edit c = {
        .deed = d, .name = name, .what = STR("user.create"), .is_new = true, .edit = make, .context = m};
    snprintf(c.detail, sizeof c.detail, "role=%.*s", STR_ARG(role_name(m->role)));
    if (!user_change(u, &c, e)) return false;
    if (out) *out = c.after;
    return true;
}

bool user_create(struct users *u, const struct deed *d, str name, role r, const char *hash, bool must_change,
                 err *e)
{
    const struct making m = {.role = r, .hash = hash, .must_change = must_change};
    return create(u, d, name, &m, NULL, e);
}

bool user_from_provider(struct users *u, const struct deed *d, str name, str subject, role r,
                        struct user *out, err *e)
{
    if (subject.n > USER_SUBJECT_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the provider's name of this account is too long");
    if (!users_find_subject(u, subject, out)) {
        const struct making m = {.role = r, .subject = subject};
        return create(u, d, name, &m, out, e);
    }
    if (out->role == r) return true;
    return user_set_role(u, d, str_of(out->name), r, e) && users_find_subject(u, subject, out);
}

bool user_remove(struct users *u, const struct deed *d, str name, err *e)
{
    struct edit c = {.deed = d, .name = name, .what = STR("user.remove"), .is_removal = true};
    return user_change(u, &c, e);
}

static bool edit_role(struct user *user, struct edit *c, err *e)
{
    (void)e;
    const role *r = c->context;
    snprintf(c->detail, sizeof c->detail, "role=%.*s was=%.*s", STR_ARG(role_name(*r)),
             STR_ARG(role_name(user->role)));
    user->role = *r;
    return true;
}

bool user_set_role(struct users *u, const struct deed *d, str name, role r, err *e)
{
    struct edit c = {.deed = d,
                     .name = name,
                     .what = STR("user.role"),
                     .edit = edit_role,
                     .context = &r,
                     .ends_sessions = true};
    return role_is_for_people(r, e) && user_change(u, &c, e);
}

static bool edit_disabled(struct user *user, struct edit *c, err *e)
{
    (void)e;
    user->is_disabled = *(const bool *)c->context;
    return true;
}

bool user_set_disabled(struct users *u, const struct deed *d, str name, bool is_disabled, err *e)
{
    struct edit c = {.deed = d,
                     .name = name,
                     .what = is_disabled ? STR("user.disable") : STR("user.enable"),
                     .edit = edit_disabled,
                     .context = &is_disabled,
                     .ends_sessions = true};
    return user_change(u, &c, e);
}

static bool edit_password(struct user *user, struct edit *c, err *e)
{
    (void)e;
    const struct making *m = c->context;
    snprintf(user->password, sizeof user->password, "%s", m->hash);
    user->must_change = m->must_change;
    return true;
}

bool user_set_password(struct users *u, const struct deed *d, str name, const char *hash, bool must_change,
                       err *e)
{
    const struct making m = {.hash = hash, .must_change = must_change};
    struct edit c = {.deed = d,
                     .name = name,
                     .what = STR("user.password"),
                     .edit = edit_password,
                     .context = &m,
                     .ends_sessions = true};
    return user_change(u, &c, e);
}

bool user_password_is_fit(str password, str name, err *e)
{
    size_t at, characters = 0;
    if (password.n > PASSWORD_MOST)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "a password has at most %d bytes", PASSWORD_MOST);
    for (size_t k = 0; k < password.n; k++) characters += ((unsigned char)password.p[k] & 0xc0) != 0x80;
    if (characters < PASSWORD_LEAST)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "a password has at least %d characters", PASSWORD_LEAST);
    bool is_one = true;
    for (size_t k = 1; k < password.n && is_one; k++) is_one = password.p[k] == password.p[0];
    if (is_one || (name.n > 3 && str_find(password, name, &at)))
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "a password is not one character again and again, nor holds the name");
    return true;
}
