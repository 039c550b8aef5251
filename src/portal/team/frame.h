// SPDX-License-Identifier: EUPL-1.2
// frame.h: what the files of portal/team share. Private to the folder.
#ifndef PEIL_PORTAL_TEAM_FRAME_H
#define PEIL_PORTAL_TEAM_FRAME_H

#include "identity/user/password.h"
#include "identity/throttle.h"
#include "identity/who.h"
#include "oidc/provider.h"
#include "portal/team/team.h"

struct team {
    struct portal *portal;
    struct identity *identity;
    struct users *users;
    struct sessions *sessions;
    struct passwords *passwords;
    struct throttle *by_account, *by_address;
    struct portal_login login;
    unsigned char login_key[crypto_secretbox_KEYBYTES];  // seals what a login through the provider remembers
};

// Begins a page of the request's language: "team-login". False: it was answered (503).
NODISCARD bool team_page_begin(struct team *t, struct http_request *r, str name, struct page *p,
                               const struct site_page **site_page);
struct team_headers {
    str set_cookie, retry_after;  // empty: none
};
// With the frame's own fields. `c` NULL: nobody is logged in. `more` may be NULL.
void team_page_send(struct page *p, const struct site_page *site_page, int status, const struct team_call *c,
                    const struct team_headers *more);
void team_redirect(struct http_request *r, str location, str set_cookie);  // 303
void team_encode(buf *out, str text);                                      // as one value of a query
str team_href(struct page *p, str path);            // "team/inloggen" in the page's language
str team_role_label(struct page *p, role r);        // "Beheerder"
void team_say_error(struct page *p, const err *e);  // above the form: what went wrong, in the reader's words

// Same origin, a form, and its token. ERR_DENIED, ERR_MEDIA, ...
NODISCARD bool team_form_take(struct team *t, struct http_request *r, struct form *out, err *e);
str team_secret(const struct http_request *r);  // of the cookie

// Over plain HTTP only on the machine itself: elsewhere everybody on the way would read the password.
bool team_may_log_in(const struct http_request *r);
str team_way_back(
    str way,
    str fallback);  // `way` if it is a path of ours, nothing that a browser could take for another host

// provider.c: true when the request is one of a login through the provider; it is answered then, or will be.
bool team_provider_takes(struct team *t, struct http_request *r);

// login.c: the pages that need no session.
bool team_login_is_page(str name);
void team_login_handle(struct team *t, struct http_request *r, str name);
void team_logout(struct team *t, struct http_request *r);

#endif
