// SPDX-License-Identifier: EUPL-1.2
// Logging in: name and password, then the authenticator's code where the account has one. The password is checked on the
// hashing thread, which also answers.
#include "portal/team/frame.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

static const str login_page = {"team-login", 10}, code_page = {"team-code", 9};

bool team_login_is_page(str name)
{
    return str_eq(name, login_page) || str_eq(name, code_page);
}

bool team_may_log_in(const struct http_request *r)
{
    return http_request_is_secure(r) || http_request_is_local(r);
}

str team_way_back(str way, str fallback)
{
    const bool is_ours = str_starts(way, STR("/team")) || str_starts(way, STR("/en/team"));
    for (size_t k = 0; k < way.n; k++)
        if ((unsigned char)way.p[k] <= ' ' || way.p[k] == '\\' || (unsigned char)way.p[k] == 0x7f) way.n = 0;
    return is_ours && way.n ? way : fallback;
}

// ---- Showing -----------------------------------------------------------------------------------------------------

static void put_provider(struct team *t, struct page *p)
{
    buf b = {.max = 4096};
    if (!t->login.oidc) return;
    buf_print(&b, "%.*s?naar=", STR_ARG(team_href(p, STR("team/aanbieder"))));
    team_encode(&b, team_way_back(page_query(p, STR("naar")), team_href(p, STR("team"))));
    view_text(&p->maker, p->root, STR("oidc_href"), page_buf(p, &b));
    if (str_eq(page_query(p, STR("gedaan")), STR("team.done.logged-out-here")))
        view_text(&p->maker, p->root, STR("oidc_out_href"), team_href(p, STR("team/aanbieder/uit")));
}

// A page without a session still has a form, whose token hangs on a cookie of its own.
static void send(struct team *t, struct page *p, const struct site_page *site_page, int status,
                 str retry_after)
{
    const str there = team_secret(p->request);
    char fresh[SESSION_SECRET_MAX], token[SESSION_TOKEN_MAX], cookie[SESSION_COOKIE_MAX];
    str secret = there, set = {0}, copy;
    if (!there.n) {
        session_secret_make(fresh);
        secret = str_of(fresh);
        set = session_cookie_write(cookie, secret, http_request_is_secure(p->request));
    }
    session_form_token(t->sessions, secret, token);
    if (!arena_copy(p->a, str_of(token), &copy)) p->maker.failed = true;
    view_text(&p->maker, p->root, STR("form_token"), copy);
    view_flag(&p->maker, p->root, STR("is_insecure"), !team_may_log_in(p->request));
    view_flag(&p->maker, p->root, STR("has_local"), t->login.has_local);
    put_provider(t, p);
    team_page_send(p, site_page, status, NULL, &(struct team_headers){set, retry_after});
}

static void show_again(struct team *t, struct http_request *r, str name, const struct form *form,
                       const err *why, int64_t wait_us)
{
    struct page p;
    const struct site_page *site_page;
    char wait[24];
    int n = 0;
    if (!team_page_begin(t, r, name, &p, &site_page)) return;
    team_say_error(&p, why);
    view_text(&p.maker, p.root, STR("naam"), form ? form_text(form, STR("naam")) : (str){0});
    view_text(&p.maker, p.root, STR("naar"), form ? form_text(form, STR("naar")) : (str){0});
    if (wait_us > 0) n = snprintf(wait, sizeof wait, "%lld", (long long)(wait_us / TIME_SECOND) + 1);
    send(t, &p, site_page, err_http_status(why->code), (str){wait, (size_t)n});
}

// ---- The password ------------------------------------------------------------------------------------------------

struct attempt {
    struct team *team;
    struct http_request *request;
    struct form form;
    struct user user;
    bool is_known;
};

static bool refuse_if_throttled(struct team *t, struct http_request *r, str name, const struct form *form,
                                str account)
{
    int64_t wait, wait_too;
    err e;
    const int64_t now = time_monotonic_us();
    const bool may = throttle_has(t->by_address, http_request_peer(r), now, &wait);
    const bool may_too = throttle_has(t->by_account, account, now, &wait_too);
    if (may && may_too) return false;
    if (wait_too > wait) wait = wait_too;
    (void)err_set(&e, ERR_RATE, ERR_NOWHERE, "too many tries: wait %lld seconds",
                  (long long)(wait / TIME_SECOND) + 1);
    show_again(t, r, name, form, &e, wait);
    return true;
}

static void note_failure(struct team *t, const struct http_request *r, str account, bool is_known)
{
    int64_t ignored;
    err e;
    const int64_t now = time_monotonic_us();
    (void)throttle_take(t->by_address, http_request_peer(r), now, &ignored);
    (void)throttle_take(t->by_account, account, now, &ignored);
    if (!user_login_failed(t->users, time_now(), is_known ? account : (str){0}, &e))
        log_error("a failed login could not be logged", "error=%s", err_code_name(e.code).p);
}

static void begin_session(struct team *t, struct http_request *r, const struct user *user, bool is_pending,
                          str naar)
{
    struct page p;
    const struct site_page *site_page;
    char secret[SESSION_SECRET_MAX], cookie[SESSION_COOKIE_MAX];
    err e;
    if (!team_page_begin(t, r, login_page, &p, &site_page)) return;
    if (!session_open(t->sessions, user, is_pending, (str){0}, p.now, secret, &e)) {
        show_again(t, r, login_page, NULL, &e, 0);
        return;
    }
    str location = team_way_back(naar, team_href(&p, STR("team")));
    if (is_pending) {
        buf b = {.max = 4096};
        buf_print(&b, "%.*s?naar=", STR_ARG(team_href(&p, STR("team/code"))));
        team_encode(&b, location);
        location = page_buf(&p, &b);
    }
    session_close(t->sessions, team_secret(r));
    team_redirect(r, location, session_cookie_write(cookie, str_of(secret), http_request_is_secure(r)));
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(cookie, sizeof cookie);
}

static void finish_login(struct attempt *a)
{
    struct team *t = a->team;
    const struct principal who = principal_of_user(&a->user);
    const struct deed d = {&who, time_now()};
    const str naar = form_text(&a->form, STR("naar"));
    err e;
    throttle_forgive(t->by_address, http_request_peer(a->request));
    if (a->user.has_totp) {
        begin_session(t, a->request, &a->user, true, naar);
        return;
    }
    throttle_forgive(t->by_account, str_of(a->user.name));
    if (user_logged_in(t->users, &d, str_of(a->user.name), STR("password"), &e))
        begin_session(t, a->request, &a->user, false, naar);
    else
        show_again(t, a->request, login_page, &a->form, &e, 0);
}

// On the hashing thread.
static void password_was_checked(bool is_right, void *context)
{
    struct attempt *a = context;
    if (is_right && !a->user.is_disabled) {
        finish_login(a);
        return;
    }
    err e;
    note_failure(a->team, a->request, form_text(&a->form, STR("naam")), a->is_known);
    (void)err_set(&e, ERR_AUTH, ERR_NOWHERE, "name or password is not right");
    show_again(a->team, a->request, login_page, &a->form, &e, 0);
}

static void take_password(struct team *t, struct http_request *r)
{
    struct attempt *a = ARENA_NEW(http_request_arena(r), struct attempt);
    err e;
    if (!a) {
        http_reply_error(r, 503, STR("no memory"));
        return;
    }
    a->team = t;
    a->request = r;
    if (!team_may_log_in(r)) {
        (void)err_set(&e, ERR_DENIED, ERR_NOWHERE, "logging in takes https");
        show_again(t, r, login_page, NULL, &e, 0);
        return;
    }
    if (!t->login.has_local) {
        (void)err_set(&e, ERR_DENIED, ERR_NOWHERE,
                      "accounts with a password cannot log in here (staff.local_accounts)");
        show_again(t, r, login_page, NULL, &e, 0);
        return;
    }
    if (!team_form_take(t, r, &a->form, &e)) {
        show_again(t, r, login_page, NULL, &e, 0);
        return;
    }
    const str name = form_text(&a->form, STR("naam"));
    if (refuse_if_throttled(t, r, login_page, &a->form, name)) return;
    a->is_known = users_find(t->users, name, &a->user);
    if (!password_check(t->passwords, form_text(&a->form, STR("wachtwoord")),
                        a->is_known ? a->user.password : NULL, password_was_checked, a, &e))
        show_again(t, r, login_page, &a->form, &e, e.code == ERR_BUSY ? 2 * TIME_SECOND : 0);
}

// ---- The code ----------------------------------------------------------------------------------------------------

static void take_code(struct team *t, struct http_request *r, const struct session *session,
                      struct user *user)
{
    struct form form;
    err e;
    if (!team_form_take(t, r, &form, &e)) {
        show_again(t, r, code_page, NULL, &e, 0);
        return;
    }
    const str name = str_of(session->name);
    if (refuse_if_throttled(t, r, code_page, &form, name)) return;
    const struct principal who = principal_of_user(user);
    const struct deed d = {&who, time_now()};
    if (user_check_code(t->users, &d, name, form_text(&form, STR("code")), &e) &&
        user_logged_in(t->users, &d, name, STR("password and code"), &e)) {
        throttle_forgive(t->by_account, name);
        begin_session(t, r, user, false, form_text(&form, STR("naar")));
        return;
    }
    if (e.code == ERR_AUTH) note_failure(t, r, name, true);
    show_again(t, r, code_page, &form, &e, 0);
}

// ---- Requests ----------------------------------------------------------------------------------------------------

static void show_page(struct team *t, struct http_request *r, str name)
{
    struct page p;
    const struct site_page *site_page;
    if (!team_page_begin(t, r, name, &p, &site_page)) return;
    view_text(&p.maker, p.root, STR("naar"), page_query(&p, STR("naar")));
    send(t, &p, site_page, 200, (str){0});
}

void team_login_handle(struct team *t, struct http_request *r, str name)
{
    struct session session;
    struct user user;
    const bool is_post = http_request_method(r) == HTTP_POST;
    if (str_eq(name, login_page)) {
        if (is_post)
            take_password(t, r);
        else
            show_page(t, r, name);
        return;
    }
    const bool is_waited_for = session_find(t->sessions, team_secret(r), time_now(), &session, &user) &&
                               session.is_pending;
    if (!is_waited_for)
        team_redirect(r, STR("/team/inloggen"), (str){0});
    else if (is_post)
        take_code(t, r, &session, &user);
    else
        show_page(t, r, name);
}

void team_logout(struct team *t, struct http_request *r)
{
    struct form form;
    struct page p;
    const struct site_page *site_page;
    char cookie[SESSION_COOKIE_MAX];
    err e;
    if (!team_page_begin(t, r, login_page, &p, &site_page)) return;
    if (http_request_method(r) != HTTP_POST || !team_form_take(t, r, &form, &e)) {
        team_redirect(r, team_href(&p, STR("team")), (str){0});
        return;
    }
    struct session session;
    struct user user;
    const bool is_in = session_find(t->sessions, team_secret(r), p.now, &session, &user) &&
                       !session.is_pending;
    session_close(t->sessions, team_secret(r));
    const struct principal who = principal_of_user(&user);
    const struct deed d = {&who, p.now};
    if (is_in && !user_logged_out(t->users, &d, str_of(user.name), (str){0}, &e))
        log_error("a logout could not be logged", "error=%s", err_code_name(e.code).p);
    const bool has_more = is_in && user.subject[0] && t->login.oidc;
    team_redirect(r,
                  team_href(&p, has_more ? STR("team/inloggen?gedaan=team.done.logged-out-here")
                                         : STR("team/inloggen?gedaan=team.done.logged-out")),
                  session_cookie_write(cookie, (str){0}, http_request_is_secure(r)));
}
