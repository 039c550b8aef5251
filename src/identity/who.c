// SPDX-License-Identifier: EUPL-1.2
#include "identity/who.h"

#include <stdio.h>
#include <string.h>

static str cookie_name(bool is_secure)
{
    return is_secure ? STR(SESSION_COOKIE) : STR(SESSION_COOKIE_LOCAL);
}

str cookie_find(str header, str name)
{
    str pair;
    while (str_cut(&header, ';', &pair)) {
        pair = str_trim(pair);
        if (str_starts(pair, name) && pair.n > name.n && pair.p[name.n] == '=')
            return str_slice(pair, name.n + 1, pair.n);
    }
    return (str){0};
}

str session_cookie_find(str header, bool is_secure)
{
    return cookie_find(header, cookie_name(is_secure));
}

str session_cookie_write(char out[static SESSION_COOKIE_MAX], str secret, bool is_secure)
{
    const str name = cookie_name(is_secure);
    const int n = snprintf(out, SESSION_COOKIE_MAX, "%.*s=%.*s; Path=/; HttpOnly; SameSite=Lax%s%s",
                           STR_ARG(name), STR_ARG(secret), is_secure ? "; Secure" : "",
                           secret.n ? "" : "; Max-Age=0");
    return (str){out, (size_t)n};
}

struct principal principal_of_user(const struct user *u)
{
    struct principal p = {.role = u->role, .kind = PRINCIPAL_USER};
    memcpy(p.name, u->name, sizeof p.name);
    return p;
}

bool request_is_same_origin(const struct http_request *r)
{
    const str site = http_request_header(r, "Sec-Fetch-Site"), host = http_request_header(r, "Host");
    const str origin = http_request_header(r, "Origin");
    size_t at;
    if (site.n && !str_eq(site, STR("same-origin")) && !str_eq(site, STR("none"))) return false;
    if (!origin.n) return true;  // older browsers, and programs
    return str_find(origin, STR("://"), &at) && str_eq(str_slice(origin, at + 3, origin.n), host);
}

static struct credentials credentials_of(const struct http_request *r, instant now)
{
    return (struct credentials){.authorization = http_request_header(r, "Authorization"),
                                .cookie = http_request_header(r, "Cookie"),
                                .form_token = http_request_header(r, "X-Form-Token"),
                                .is_secure = http_request_is_secure(r),
                                .is_change = !(http_request_method(r) & (HTTP_GET | HTTP_HEAD)),
                                .now = now};
}

// One that is not known is nobody's: browsers show it without anybody's doing.
static bool by_certificate(struct identity *i, const struct http_request *r, struct principal *out)
{
    const unsigned char *const certificate = http_request_certificate(r);
    err unknown;
    return certificate && identity_certificate(i, certificate, out, &unknown);
}

bool identity_who_asks(struct identity *i, const struct http_request *r, instant now, struct principal *out,
                       err *e)
{
    const struct credentials c = credentials_of(r, now);
    if (c.authorization.n || !by_certificate(i, r, out)) return identity_who(i, &c, out, e);
    return !c.is_change || request_is_same_origin(r) ||
           err_set(e, ERR_DENIED, ERR_NOWHERE, "a change with a certificate was sent from another site");
}

bool identity_is_nobody(const struct http_request *r)
{
    return !http_request_has_header(r, "Authorization") && !http_request_has_header(r, "Cookie") &&
           !http_request_certificate(r);
}

bool identity_knows(struct identity *i, const struct http_request *r, instant now)
{
    struct principal who;
    err unknown;
    struct credentials c = credentials_of(r, now);
    c.is_change = false;  // the form token comes with the body
    if (!c.authorization.n && by_certificate(i, r, &who)) return true;
    return identity_who(i, &c, &who, &unknown) && who.kind != PRINCIPAL_NOBODY;
}

bool identity_stay(const struct http_request *r, const struct principal *who, struct stay *out, err *e)
{
    const str authorization = http_request_header(r, "Authorization");
    const unsigned char *const certificate = http_request_certificate(r);
    *out = (struct stay){.kind = who->kind, .sees = policy_sees(who)};
    if (who->kind == PRINCIPAL_USER)
        session_hash(session_cookie_find(http_request_header(r, "Cookie"), http_request_is_secure(r)),
                     out->hash);
    else if (who->kind == PRINCIPAL_TOKEN && authorization.n)
        return token_hash(authorization, out->hash, e);
    else if (who->kind == PRINCIPAL_TOKEN && certificate)
        certificate_hash(certificate, out->hash);
    return true;
}

bool identity_may_stay(struct identity *i, const struct stay *s, instant now)
{
    struct principal who = {.role = ROLE_PUBLIC};
    struct user user;
    if (s->kind == PRINCIPAL_USER && session_goes_on(identity_sessions(i), s->hash, now, &user))
        who = principal_of_user(&user);
    else if (s->kind == PRINCIPAL_TOKEN && !token_find(i, s->hash, &who))
        who.role = ROLE_PUBLIC;
    return policy_sees(&who) >= s->sees;
}

void private_answer(http_reply_data *reply)
{
    http_reply_add_header(reply, STR("Cache-Control"), STR("private, no-store"));
    http_reply_add_header(reply, STR("Cross-Origin-Resource-Policy"), STR("same-origin"));
}

bool identity_who(struct identity *i, const struct credentials *c, struct principal *out, err *e)
{
    struct session session;
    struct user user;
    if (c->authorization.n) return identity_authenticate(i, c->authorization, out, e);
    *out = (struct principal){.role = ROLE_PUBLIC};
    const str secret = session_cookie_find(c->cookie, c->is_secure);
    if (!secret.n || !session_find(identity_sessions(i), secret, c->now, &session, &user)) return true;
    if (session.is_pending) return true;
    if (c->is_change && !session_form_token_is(identity_sessions(i), secret, c->form_token))
        return err_set(e, ERR_DENIED, ERR_NOWHERE,
                       "a change with the cookie of a session needs its form token (header 'X-Form-Token')");
    *out = principal_of_user(&user);
    return true;
}
