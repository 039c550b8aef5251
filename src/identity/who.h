// SPDX-License-Identifier: EUPL-1.2
// who.h: who asks, whatever it came with: a bearer token, or the cookie of a session. The one way from a request to a principal.
//
// A cookie is sent by the browser without anybody's doing, so for a request that changes something it counts only with the
// form token of its session (a hidden field of every form, or the header X-Form-Token of a script). A client's certificate is shown
// in the same way, so a change with one counts only when no page of another site made it.
// Threads  any
// Errors   ERR_AUTH (a token that is not known; no session where one is asked for), ERR_DENIED (no or a wrong form token)
// Source   RFC 6265bis section 4.1.3.2 (__Host-)
#ifndef PEIL_IDENTITY_WHO_H
#define PEIL_IDENTITY_WHO_H

#include "http/server.h"
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
// Who a request is from: its token, else a certificate that is known, else the cookie, else the public.
NODISCARD bool identity_who_asks(struct identity *i, const struct http_request *r, instant now,
                                 struct principal *out, err *e);
// It comes with nothing that could say so: it is the public's.
bool identity_is_nobody(const struct http_request *r);
// Whether it comes with a token, certificate or session that is known; what it may do is asked later.
bool identity_knows(struct identity *i, const struct http_request *r, instant now);
// No page of another site made it, as far as the browser tells.
bool request_is_same_origin(const struct http_request *r);

// Who keeps an answer open, without his secret: he is asked for again while it goes on.
struct stay {
    principal_kind kind;
    unsigned char hash[TOKEN_HASH_BYTES];
    access_level sees;
};
// Of a request whose asker is `who`.
NODISCARD bool identity_stay(const struct http_request *r, const struct principal *who, struct stay *out,
                             err *e);
bool identity_may_stay(struct identity *i, const struct stay *s, instant now);  // and is shown what he was

// Headers of an answer that holds what is not public: nobody keeps it, no other site may load it.
void private_answer(http_reply_data *reply);
str cookie_find(str cookie_header, str name);                // its value; empty: there is none
str session_cookie_find(str cookie_header, bool is_secure);  // the session's secret
// Value of a Set-Cookie header: a secret, or empty to take it away.
#define SESSION_COOKIE_MAX 192
str session_cookie_write(char out[static SESSION_COOKIE_MAX], str secret, bool is_secure);

struct principal principal_of_user(const struct user *u);

#endif
