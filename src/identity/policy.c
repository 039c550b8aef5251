// SPDX-License-Identifier: EUPL-1.2
#include "identity/identity.h"

// clang-format off
#define BIT(a) (1u << (a))
#define PUBLIC   BIT(ACTION_READ_PUBLIC)
#define READER   (PUBLIC | BIT(ACTION_READ_INTERNAL) | BIT(ACTION_READ_EVIDENCE))
#define EDITOR   (READER | BIT(ACTION_WRITE_READING) | BIT(ACTION_WRITE_ENTITY))
#define OPERATOR (EDITOR | BIT(ACTION_READ_PRIVATE) | BIT(ACTION_OPERATE))

static const struct {
    str name;
    unsigned may;  // bit per action
} roles[ROLE_COUNT] = {
    [ROLE_PUBLIC]        = {STR("public"),        PUBLIC},
    [ROLE_READER]        = {STR("reader"),        READER},
    [ROLE_DEVICE]        = {STR("device"),        PUBLIC | BIT(ACTION_WRITE_READING)},
    [ROLE_EDITOR]        = {STR("editor"),        EDITOR},
    [ROLE_OPERATOR]      = {STR("operator"),      OPERATOR},
    [ROLE_CARE]          = {STR("care"),          PUBLIC | BIT(ACTION_CARE)},
    [ROLE_AUDITOR]       = {STR("auditor"),       READER | BIT(ACTION_AUDIT)},
    [ROLE_VERIFIER]      = {STR("verifier"),      PUBLIC | BIT(ACTION_READ_EVIDENCE) | BIT(ACTION_SIGN_REPORT)},
    // Who hands out the roles neither sees who needs help nor signs as a verifier: that takes an account with that role, and making one is logged.
    [ROLE_ADMINISTRATOR] = {STR("administrator"), (BIT(ACTION_COUNT) - 1) & ~(BIT(ACTION_CARE) | BIT(ACTION_SIGN_REPORT))},
};

static const char *const action_needs[ACTION_COUNT] = {
    [ACTION_READ_PUBLIC]   = "reading what is public",
    [ACTION_READ_INTERNAL] = "reading what is internal",
    [ACTION_READ_PRIVATE]  = "reading what is private",
    [ACTION_READ_EVIDENCE] = "reading indicators with their evidence",
    [ACTION_WRITE_READING] = "writing readings",
    [ACTION_WRITE_ENTITY]  = "changing entities",
    [ACTION_OPERATE]       = "operating the system",
    [ACTION_CARE]          = "caring for persons",
    [ACTION_SIGN_REPORT]   = "signing the report of a year",
    [ACTION_AUDIT]         = "reading the audit log",
    [ACTION_ADMINISTER]    = "administering users and tokens",
};
// clang-format on

const struct principal principal_local = {.role = ROLE_ADMINISTRATOR, .kind = PRINCIPAL_LOCAL};

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

access_level policy_sees(const struct principal *p)
{
    const unsigned may = roles[p->role].may;
    return may & BIT(ACTION_READ_PRIVATE)    ? ACCESS_PRIVATE
           : may & BIT(ACTION_READ_INTERNAL) ? ACCESS_INTERNAL
                                             : ACCESS_PUBLIC;
}

bool policy_allows(const struct principal *p, action a, err *e)
{
    if (roles[p->role].may & BIT(a)) return true;
    if (p->role == ROLE_PUBLIC)
        return err_set(e, ERR_AUTH, ERR_NOWHERE,
                       "%s needs a bearer token (header 'Authorization: Bearer ...')", action_needs[a]);
    return err_set(e, ERR_DENIED, ERR_NOWHERE, "the role '%.*s' does not allow %s",
                   STR_ARG(roles[p->role].name), action_needs[a]);
}
