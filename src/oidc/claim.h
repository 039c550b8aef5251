// SPDX-License-Identifier: EUPL-1.2
// claim.h: what a provider's token says, and whether it says it to us, about this login, now. Pure: time comes in.
// Threads  any
// Errors   ERR_AUTH names the claim that is wrong, never its value
// Source   OpenID Connect Core 1.0 section 3.1.3.7; Back-Channel Logout 1.0 section 2.6; RFC 8176 (amr)
#ifndef PEIL_OIDC_CLAIM_H
#define PEIL_OIDC_CLAIM_H

#include "base/json.h"

#define CLAIM_LEEWAY (60 * TIME_SECOND)    // clocks may differ by this
#define CLAIM_AGE_MOST (10 * TIME_MINUTE)  // a token made longer ago is not of this login

struct claim_wants {
    str issuer, client_id;
    str nonce;     // of this login; for a logout token, empty
    str acr, amr;  // one of these words, separated by spaces, must be there; empty: not looked at
    instant now;
};

NODISCARD bool claim_check_login(const json *claims, const struct claim_wants *w, err *e);
NODISCARD bool claim_check_logout(const json *claims, const struct claim_wants *w, err *e);

// The member at a path with dots ("realm_access.roles"), where no member has that whole name; NULL: none.
const json *claim_at(const json *claims, str path);
// `map`: "group=role, other group=role": the role of the first row whose group the claim (a text or a list of texts) has. Empty: none.
str claim_role(const json *claims, str path, str map);
// Steps through a map; false at its end. A row without '=' has an empty `role`.
bool claim_map_next(str *rest, str *group, str *role);
// A name that an account may have, from what the provider calls somebody: other characters become '.'.
void claim_name(const json *claims, str path, char *out, size_t room);

#endif
