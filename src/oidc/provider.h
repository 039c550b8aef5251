// SPDX-License-Identifier: EUPL-1.2
// provider.h: the town's identity provider: its addresses (discovery), its keys, and the way of a login through it
// (authorisation code with PKCE). Knows tokens and HTTP, no accounts and no pages.
//
// Everything that asks the provider runs on threads of its own behind a bounded queue: `done` is called there, once.
// Addresses are kept for an hour; keys until a token names one that is not among them, and then asked for at most once a second.
// No token is kept.
// Units    times: microseconds since 1970 UTC
// Owns     texts of the config must outlive the provider; answers lie in the caller's arena
// Threads  any; the caller leaves the arena alone until `done` has been called
// Errors   ERR_BUSY (the provider does not answer, or too many log in), ERR_AUTH (its answer is not to be trusted),
//          ERR_PRECONDITION (it does not know the code any more), ERR_CONFIG (it does not know us, or its addresses are wrong)
// Source   OpenID Connect Core 1.0, Discovery 1.0, RP-Initiated and Back-Channel Logout 1.0; RFC 7636 (PKCE), RFC 9207 (iss)
#ifndef PEIL_OIDC_PROVIDER_H
#define PEIL_OIDC_PROVIDER_H

#include "base/json.h"

struct oidc;

typedef struct {
    str issuer;  // "https://login.example.nl/realms/town"; http:// only on this machine
    str client_id;
    str client_secret;    // empty: a public client, PKCE alone
    str scopes;           // "openid profile"
    str acr, amr;         // claim.h
    const char *ca_file;  // PEM; NULL or "": the system's
} oidc_config;

NODISCARD bool oidc_issuer_check(str issuer, err *e);  // ERR_CONFIG
NODISCARD struct oidc *oidc_new(const oidc_config *c, err *e);
void oidc_free(struct oidc *o);  // ends what is asked; every `done` has been called then. NULL is fine
const oidc_config *oidc_configuration(const struct oidc *o);

// What a login remembers between leaving and coming back; it belongs in a sealed cookie.
#define OIDC_RANDOM_MAX 44  // 32 random bytes as text, with the NUL byte
struct oidc_attempt {
    char state[OIDC_RANDOM_MAX], nonce[OIDC_RANDOM_MAX], verifier[OIDC_RANDOM_MAX];
};
void oidc_attempt_make(struct oidc_attempt *out);

typedef struct {
    str location;  // oidc_leave, oidc_log_out: where the browser is sent; empty: the provider has no page for it
    str subject;  // oidc_come_back, oidc_told_logout: "ISSUER sub"; empty: the provider told only the session
    str session;  // the provider's name of the session (sid); empty: none
    const json *claims;
} oidc_answer;
typedef void (*oidc_done)(const oidc_answer *answer, const err *why, void *context);  // answer NULL: why not

// What `done` is called with. The four ask on the provider's threads; false: the queue is full, `done` is not called.
struct oidc_call {
    arena *a;
    oidc_done done;
    void *context;
};
NODISCARD bool oidc_leave(struct oidc *o, const struct oidc_attempt *attempt, str redirect_uri,
                          const struct oidc_call *call, err *e);
// `issuer`: of the redirect (RFC 9207); empty: it had none.
NODISCARD bool oidc_come_back(struct oidc *o, const struct oidc_attempt *attempt, str redirect_uri, str code,
                              str issuer, const struct oidc_call *call, err *e);
NODISCARD bool oidc_told_logout(struct oidc *o, str logout_token, const struct oidc_call *call, err *e);
NODISCARD bool oidc_log_out(struct oidc *o, str back_uri, const struct oidc_call *call, err *e);

#endif
