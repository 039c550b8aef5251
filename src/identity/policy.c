// SPDX-License-Identifier: EUPL-1.2
#include "identity/identity.h"

// clang-format off
static const struct {
    str name;
    unsigned may;  // bit per action
} roles[ROLE_COUNT] = {
#define BIT(a) (1u << (a))
    [ROLE_PUBLIC]        = {STR("public"), BIT(ACTION_READ_PUBLIC)},
    [ROLE_READER]        = {STR("reader"), BIT(ACTION_READ_PUBLIC) | BIT(ACTION_READ_INTERNAL)},
    [ROLE_DEVICE]        = {STR("device"), BIT(ACTION_READ_PUBLIC) | BIT(ACTION_WRITE_READING)},
    [ROLE_EDITOR]        = {STR("editor"), BIT(ACTION_READ_PUBLIC) | BIT(ACTION_READ_INTERNAL) | BIT(ACTION_WRITE_READING) |
                                           BIT(ACTION_WRITE_ENTITY)},
    [ROLE_OPERATOR]      = {STR("operator"), BIT(ACTION_READ_PUBLIC) | BIT(ACTION_READ_INTERNAL) | BIT(ACTION_WRITE_READING) |
                                             BIT(ACTION_WRITE_ENTITY) | BIT(ACTION_OPERATE)},
    [ROLE_AUDITOR]       = {STR("auditor"), BIT(ACTION_READ_PUBLIC) | BIT(ACTION_READ_INTERNAL) | BIT(ACTION_AUDIT)},
    [ROLE_ADMINISTRATOR] = {STR("administrator"), BIT(ACTION_COUNT) - 1},
#undef BIT
};

static const char *const action_needs[ACTION_COUNT] = {
    [ACTION_READ_PUBLIC]   = "reading what is public",
    [ACTION_READ_INTERNAL] = "reading what is internal",
    [ACTION_WRITE_READING] = "writing readings",
    [ACTION_WRITE_ENTITY]  = "changing entities",
    [ACTION_OPERATE]       = "operating the system",
    [ACTION_AUDIT]         = "reading the audit log",
    [ACTION_ADMINISTER]    = "administering users and tokens",
};
// clang-format on

bool role_by_name(str name, role *out)
{
    for (int r = 0; r < ROLE_COUNT; r++) {
        if (!str_eq(roles[r].name, name)) continue;
        *out = (role)r;
        return true;
    }
    return false;
}

str role_name(role r)
{
    return roles[r].name;
}

bool policy_allows(const struct principal *p, action a, err *e)
{
    if (roles[p->role].may & (1u << a)) return true;
    if (p->role == ROLE_PUBLIC)
        return err_set(e, ERR_AUTH, ERR_NOWHERE,
                       "%s needs a bearer token (header 'Authorization: Bearer ...')", action_needs[a]);
    return err_set(e, ERR_DENIED, ERR_NOWHERE, "the role '%.*s' of this token does not allow %s",
                   STR_ARG(roles[p->role].name), action_needs[a]);
}
