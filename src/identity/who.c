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
