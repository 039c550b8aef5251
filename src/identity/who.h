// SPDX-License-Identifier: EUPL-1.2
// who.h: who asks, whatever it came with: a bearer token, or the cookie of a session. The one way from a request to a principal.
//
// A cookie is sent by the browser without anybody's doing, so for a request that changes something it counts only with the
// form token of its session (a hidden field of every form, or the header X-Form-Token of a script).
// Threads  any
// Errors   ERR_AUTH (a token that is not known; no session where one is asked for), ERR_DENIED (no or a wrong form token)
// Source   RFC 6265bis section 4.1.3.2 (__Host-)
#ifndef PEIL_IDENTITY_WHO_H
#define PEIL_IDENTITY_WHO_H

#include "identity/session.h"

// Over TLS, and over plain HTTP on the machine itself, where a Secure cookie does not come back from every browser.
#define SESSION_COOKIE "__Host-peil"
#define SESSION_COOKIE_LOCAL "peil-local"

struct credentials {
    str authorization;  // header values; empty: none
    str cookie;
    str form_token;
    bool is_secure;  // came over TLS
    bool is_change;  // any method but GET and HEAD
    instant now;
};

NODISCARD bool identity_who(struct identity *i, const struct credentials *c, struct principal *out, err *e);
str cookie_find(str cookie_header, str name);                // its value; empty: there is none
str session_cookie_find(str cookie_header, bool is_secure);  // the session's secret
// Value of a Set-Cookie header: a secret, or empty to take it away.
#define SESSION_COOKIE_MAX 192
str session_cookie_write(char out[static SESSION_COOKIE_MAX], str secret, bool is_secure);

struct principal principal_of_user(const struct user *u);

#endif
