// SPDX-License-Identifier: EUPL-1.2
// Logging in and out through the town's identity provider. What a login must remember is sealed in a cookie of its own, so that
// nothing is kept for who never comes back. Faults end on the login page, which says in plain words what to do; the reason stands in the log.
#include "portal/team/frame.h"

#include "base/log.h"
#include "oidc/claim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAY_MAX 512
#define LEAVE_SECONDS 600

static const str here = {"/team/aanbieder", 15}, here_en = {"/en/team/aanbieder", 18};

// ---- The cookie --------------------------------------------------------------------------------------------------

struct parcel {
    struct oidc_attempt attempt;
    instant until;
    char way[WAY_MAX];
};

#define SEALED_BYTES (crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + sizeof(struct parcel))
#define SEALED_TEXT (SEALED_BYTES * 4 / 3 + 8)
#define COOKIE_MAX (SEALED_TEXT + 128)

static str cookie_name(const struct http_request *r)
{
    return http_request_is_secure(r) ? STR("__Host-peil-login") : STR("peil-local-login");
}

// `text` empty: takes it away.
static str cookie_write(const struct http_request *r, str text, char out[static COOKIE_MAX])
{
    const int n = snprintf(out, COOKIE_MAX, "%.*s=%.*s; Path=/; HttpOnly; SameSite=Lax%s; Max-Age=%d",
                           STR_ARG(cookie_name(r)), STR_ARG(text),
                           http_request_is_secure(r) ? "; Secure" : "", text.n ? LEAVE_SECONDS : 0);
    return (str){out, (size_t)n};
}

static void seal(const struct team *t, const struct parcel *p, char out[static SEALED_TEXT])
{
    unsigned char box[SEALED_BYTES];
    randombytes_buf(box, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const unsigned char *)p, sizeof *p, box,
                          t->login_key);
    sodium_bin2base64(out, SEALED_TEXT, box, sizeof box, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static bool unseal(const struct team *t, const struct http_request *r, struct parcel *out)
{
    unsigned char box[SEALED_BYTES];
    size_t n = 0;
    const str text = cookie_find(http_request_header(r, "Cookie"), cookie_name(r));
    return text.n &&
           sodium_base642bin(box, sizeof box, text.p, text.n, NULL, &n, NULL,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           n == sizeof box &&
           crypto_secretbox_open_easy((unsigned char *)out, box + crypto_secretbox_NONCEBYTES,
                                      sizeof box - crypto_secretbox_NONCEBYTES, box, t->login_key) == 0 &&
           out->until >= time_now();
}

// ---- Where it ends -----------------------------------------------------------------------------------------------

struct visit {
    struct team *team;
    struct http_request *request;
    struct parcel parcel;
};

static bool is_english(str way)
{
    return str_starts(way, STR("/en/"));
}

// What went wrong, in words for whoever logs in; the ids are texts of web/messages.
static str fault_text(err_code code)
{
    static const struct {
        err_code code;
        str id;
    } rows[] = {{ERR_BUSY, STR("team.fault.away")},
                {ERR_PRECONDITION, STR("team.fault.old")},
                {ERR_DENIED, STR("team.fault.role")},
                {ERR_CONFLICT, STR("team.fault.name")},
                {ERR_METHOD, STR("team.fault.stopped")}};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
        if (rows[k].code == code) return rows[k].id;
    return STR("team.fault.trust");
}

static void end_at_login(struct visit *v, str query, str id)
{
    char cookie[COOKIE_MAX];
    str location;
    if (!arena_print(http_request_arena(v->request), &location, "%s/team/inloggen?%.*s=%.*s",
                     is_english(str_of(v->parcel.way)) ? "/en" : "", STR_ARG(query), STR_ARG(id)))
        http_reply_error(v->request, 503, STR("no memory"));
    else
        team_redirect(v->request, location, cookie_write(v->request, (str){0}, cookie));
}

static void fail(struct visit *v, const err *why)
{
    char text[512];
    log_warning("a login through the provider failed", "why=%s", log_quote(text, str_of(why->text)));
    end_at_login(v, STR("fout"), fault_text(why->code));
}

static str address_of(struct visit *v, const char *path)
{
    const str root = v->team->portal->config.root_url, host = http_request_header(v->request, "Host");
    str out = {0};
    const bool ok = root.n ? arena_print(http_request_arena(v->request), &out, "%.*s%s", STR_ARG(root), path)
                           : arena_print(http_request_arena(v->request), &out, "%s://%.*s%s",
                                         http_request_is_secure(v->request) ? "https" : "http", STR_ARG(host),
                                         path);
    return ok ? out : (str){0};
}

static struct oidc_call call_of(struct visit *v, oidc_done done)
{
    return (struct oidc_call){http_request_arena(v->request), done, v};
}

// ---- Leaving -----------------------------------------------------------------------------------------------------

static void left(const oidc_answer *answer, const err *why, void *context)
{
    struct visit *v = context;
    char text[SEALED_TEXT], cookie[COOKIE_MAX];
    if (!answer) {
        fail(v, why);
        return;
    }
    seal(v->team, &v->parcel, text);
    team_redirect(v->request, answer->location, cookie_write(v->request, str_of(text), cookie));
}

static void leave(struct visit *v)
{
    struct team *t = v->team;
    err e;
    str naar = {0};
    (void)http_query_get(http_request_query(v->request), STR("naar"), http_request_arena(v->request), &naar);
    naar = team_way_back(naar,
                         str_starts(http_request_path(v->request), here_en) ? STR("/en/team") : STR("/team"));
    if (naar.n >= WAY_MAX) naar = STR("/team");
    snprintf(v->parcel.way, sizeof v->parcel.way, "%.*s", STR_ARG(naar));
    v->parcel.until = time_now() + LEAVE_SECONDS * TIME_SECOND;
    oidc_attempt_make(&v->parcel.attempt);
    const struct oidc_call call = call_of(v, left);
    if (!oidc_leave(t->login.oidc, &v->parcel.attempt, address_of(v, "/team/aanbieder/terug"), &call, &e))
        fail(v, &e);
}

// ---- Coming back -------------------------------------------------------------------------------------------------

static bool account_of(struct visit *v, const oidc_answer *a, struct user *out, err *e)
{
    const struct portal_login *c = &v->team->login;
    const str granted = claim_role(a->claims, c->role_claim, c->role_map);
    const struct deed d = {NULL, time_now()};
    char name[USER_NAME_MAX + 1];
    role r;
    if (!granted.n || !role_by_name(granted, &r))
        return err_set(e, ERR_DENIED, ERR_NOWHERE, "the account has no group of oidc.role_map");
    claim_name(a->claims, c->name_claim, name, sizeof name);
    if (!user_from_provider(v->team->users, &d, str_of(name), a->subject, r, out, e)) return false;
    return !out->is_disabled || err_set(e, ERR_DENIED, ERR_NOWHERE, "the account is switched off here");
}

static void came_back(const oidc_answer *answer, const err *why, void *context)
{
    struct visit *v = context;
    struct user user;
    char secret[SESSION_SECRET_MAX], cookie[SESSION_COOKIE_MAX];
    err e;
    if (!answer) {
        if (why->code == ERR_AUTH && !user_login_failed(v->team->users, time_now(), (str){0}, &e))
            log_error("a failed login could not be logged", "error=%s", err_code_name(e.code).p);
        fail(v, why);
        return;
    }
    if (!account_of(v, answer, &user, &e)) {
        fail(v, &e);
        return;
    }
    const struct principal who = principal_of_user(&user);
    const struct deed d = {&who, time_now()};
    session_close(v->team->sessions, team_secret(v->request));
    if (!user_logged_in(v->team->users, &d, str_of(user.name), STR("provider"), &e) ||
        !session_open(v->team->sessions, &user, false, answer->session, d.now, secret, &e)) {
        fail(v, &e);
        return;
    }
    char spent[COOKIE_MAX];
    http_reply_data reply = {.status = 303};
    http_reply_add_header(&reply, STR("Location"), str_of(v->parcel.way));
    http_reply_add_header(&reply, STR("Cache-Control"), STR("no-store"));
    http_reply_add_header(&reply, STR("Set-Cookie"),
                          session_cookie_write(cookie, str_of(secret), http_request_is_secure(v->request)));
    http_reply_add_header(&reply, STR("Set-Cookie"), cookie_write(v->request, (str){0}, spent));
    http_reply(v->request, &reply);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(cookie, sizeof cookie);
}

static bool is_same(const char *kept, str said)
{
    return said.n == strlen(kept) && sodium_memcmp(kept, said.p, said.n) == 0;
}

static void come_back(struct visit *v)
{
    err e;
    str state = {0}, code = {0}, error = {0}, issuer = {0};
    const str query = http_request_query(v->request);
    arena *a = http_request_arena(v->request);
    (void)http_query_get(query, STR("state"), a, &state);
    (void)http_query_get(query, STR("code"), a, &code);
    (void)http_query_get(query, STR("error"), a, &error);
    (void)http_query_get(query, STR("iss"), a, &issuer);
    if (!unseal(v->team, v->request, &v->parcel) || !is_same(v->parcel.attempt.state, state)) {
        v->parcel = (struct parcel){0};
        (void)err_set(&e, ERR_PRECONDITION, ERR_NOWHERE,
                      "no login was begun in this browser, or too long ago");
        fail(v, &e);
        return;
    }
    if (error.n || !code.n) {
        (void)err_set(&e, ERR_METHOD, ERR_NOWHERE, "the provider says '%.*s'",
                      STR_ARG(str_slice(error, 0, 64)));
        fail(v, &e);
        return;
    }
    const struct oidc_call call = call_of(v, came_back);
    if (!oidc_come_back(v->team->login.oidc, &v->parcel.attempt, address_of(v, "/team/aanbieder/terug"), code,
                        issuer, &call, &e))
        fail(v, &e);
}

// ---- Logging out -------------------------------------------------------------------------------------------------

static void logged_out(const oidc_answer *answer, const err *why, void *context)
{
    struct visit *v = context;
    if (!answer)
        fail(v, why);
    else if (answer->location.n)
        team_redirect(v->request, answer->location, (str){0});
    else
        end_at_login(v, STR("gedaan"), STR("team.done.logged-out"));
}

static void log_out(struct visit *v)
{
    err e;
    const struct oidc_call call = call_of(v, logged_out);
    if (!oidc_log_out(v->team->login.oidc, address_of(v, "/team/inloggen"), &call, &e)) fail(v, &e);
}

// The answer is for the provider's program, in the form that Back-Channel Logout 1.0 section 2.8 asks.
static void answer_program(struct visit *v, int status, str body)
{
    http_reply_data reply = {.status = status, .body = body};
    if (body.n) reply.content_type = STR("application/json");
    http_reply_add_header(&reply, STR("Cache-Control"), STR("no-store"));
    http_reply(v->request, &reply);
}

static void told(const oidc_answer *answer, const err *why, void *context)
{
    struct visit *v = context;
    struct sessions *s = v->team->sessions;
    struct user user;
    char text[512];
    if (!answer) {
        log_warning("a logout that the provider told of was refused", "why=%s",
                    log_quote(text, str_of(why->text)));
        answer_program(v, why->code == ERR_BUSY ? 503 : 400, STR("{\"error\":\"invalid_request\"}"));
        return;
    }
    const bool is_known = answer->subject.n && users_find_subject(v->team->users, answer->subject, &user);
    if (answer->session.n)
        session_close_sid(s, answer->session);
    else if (is_known)
        session_close_user(s, str_of(user.name));
    const struct deed d = {NULL, time_now()};
    err e;
    if (is_known && !user_logged_out(v->team->users, &d, str_of(user.name), STR("provider"), &e))
        log_error("a logout could not be logged", "error=%s", err_code_name(e.code).p);
    answer_program(v, 200, (str){0});
}

static void take_logout(struct visit *v)
{
    struct form form;
    err e;
    const struct oidc_call call = call_of(v, told);
    if (!form_read(http_request_header(v->request, "Content-Type"), http_request_body(v->request),
                   http_request_arena(v->request), &form, &e) ||
        !oidc_told_logout(v->team->login.oidc, form_text(&form, STR("logout_token")), &call, &e))
        told(NULL, &e, v);
}

// ---- Requests ----------------------------------------------------------------------------------------------------

static const struct {
    str path;
    http_method method;
    void (*run)(struct visit *v);
    bool is_for_browsers;
} steps[] = {
    {STR(""), HTTP_GET, leave, true},
    {STR("/terug"), HTTP_GET, come_back, true},
    {STR("/uit"), HTTP_GET, log_out, true},
    {STR("/uitgelogd"), HTTP_POST, take_logout, false},
};

bool team_provider_takes(struct team *t, struct http_request *r)
{
    const str path = http_request_path(r);
    const str start = str_starts(path, here_en) ? here_en : here;
    if (!t->login.oidc || !str_starts(path, start)) return false;
    const str rest = str_slice(path, start.n, path.n);
    for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
        if (!str_eq(steps[k].path, rest) || steps[k].method != http_request_method(r)) continue;
        struct visit *v = ARENA_NEW(http_request_arena(r), struct visit);
        if (!v || (steps[k].is_for_browsers && !team_may_log_in(r))) {
            http_reply_error(r, v ? 403 : 503, v ? STR("logging in takes https") : STR("no memory"));
            return true;
        }
        v->team = t;
        v->request = r;
        steps[k].run(v);
        return true;
    }
    return false;
}
