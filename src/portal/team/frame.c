// SPDX-License-Identifier: EUPL-1.2
#include "portal/team/frame.h"

#include "base/log.h"
#include "identity/reads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEAM_PAGE(name) extern const struct team_page team_##name;
#include "portal/team/pages.inc"
#undef TEAM_PAGE

static const struct team_page *const pages[] = {
#define TEAM_PAGE(name) &team_##name,
#include "portal/team/pages.inc"
#undef TEAM_PAGE
};

#define PAGE_COUNT (sizeof pages / sizeof pages[0])

// Ten tries at once, then one each two minutes; for one account from anywhere twice as many, so that others cannot lock it out
// from where they are without guessing from many places.
#define LOGIN_TRIES 10
#define LOGIN_REFILL (2 * TIME_MINUTE)
#define LOGIN_KEYS 20000
#define PAGE_BYTES_MAX ((size_t)8 << 20)

// ---- Life --------------------------------------------------------------------------------------------------------

struct team *team_new(struct portal *p, err *e)
{
    struct team *t = calloc(1, sizeof *t);
    if (!t) {
        err_no_memory(e);
        return NULL;
    }
    *t = (struct team){.portal = p,
                       .identity = p->config.identity,
                       .users = identity_users(p->config.identity),
                       .sessions = identity_sessions(p->config.identity),
                       .passwords = p->config.passwords,
                       .login = p->config.login,
                       .by_account = throttle_new(LOGIN_KEYS, 2 * LOGIN_TRIES, LOGIN_REFILL),
                       .by_address = throttle_new(LOGIN_KEYS, LOGIN_TRIES, LOGIN_REFILL)};
    randombytes_buf(t->login_key, sizeof t->login_key);
    if (t->by_account && t->by_address) return t;
    team_free(t);
    err_no_memory(e);
    return NULL;
}

void team_free(struct team *t)
{
    if (!t) return;
    throttle_free(t->by_account);
    throttle_free(t->by_address);
    free(t);
}

// ---- Pages -------------------------------------------------------------------------------------------------------

static language language_of(str path)
{
    return str_starts(path, STR("/en/")) ? LANGUAGE_EN : LANGUAGE_NL;
}

bool team_page_begin(struct team *t, struct http_request *r, str name, struct page *p,
                     const struct site_page **site_page)
{
    const language l = language_of(http_request_path(r));
    *site_page = site_page_find(t->portal->site, name, l);
    if (*site_page && page_begin(p, t->portal, r, name, l)) return true;
    http_reply_error(r, 503, STR("the pages of staff are not installed"));
    return false;
}

str team_href(struct page *p, str path)
{
    return page_href(p, "%.*s", STR_ARG(path));
}

str team_secret(const struct http_request *r)
{
    return session_cookie_find(http_request_header(r, "Cookie"), http_request_is_secure(r));
}

// The page of the menu that a page belongs to: itself, or the one it is reached from, which stands before it.
static str section_of(str name)
{
    str section = {0};
    for (size_t k = 0; k < PAGE_COUNT; k++) {
        if (!pages[k]->is_within) section = pages[k]->name;
        if (str_eq(pages[k]->name, name)) return section;
    }
    return (str){0};
}

static void put_menu(struct page *p, const struct team_call *c)
{
    struct view *list = view_list(&p->maker, p->root, STR("team_menu"));
    for (size_t k = 0; k < PAGE_COUNT; k++) {
        const struct site_page *site_page = site_page_find(p->portal->site, pages[k]->name,
                                                           words_language(p->words));
        str id;
        if (pages[k]->is_for_all || pages[k]->is_within || !site_page ||
            !policy_allows(&c->who, pages[k]->needs, NULL))
            continue;
        if (!arena_print(p->a, &id, "team.%.*s.menu",
                         STR_ARG(str_slice(pages[k]->name, 5, pages[k]->name.n))))
            p->maker.failed = true;
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("href"), site_page->path);
        view_text(&p->maker, v, STR("name"), page_text(p, id));
        view_flag(&p->maker, v, STR("current"), str_eq(section_of(p->name), pages[k]->name));
    }
}

// The text of "?gedaan=", if it is one of ours.
static void put_done(struct page *p)
{
    const str id = page_query(p, STR("gedaan"));
    if (!str_starts(id, STR("team.done."))) return;
    const str text = page_text(p, id);
    if (!str_eq(text, id)) view_text(&p->maker, p->root, STR("done"), text);
}

// The text of "?fout=", what went wrong with a login through the provider.
static void put_fault(struct page *p)
{
    const str id = page_query(p, STR("fout"));
    if (!str_starts(id, STR("team.fault."))) return;
    const str text = page_text(p, id);
    if (!str_eq(text, id)) view_text(&p->maker, p->root, STR("error"), text);
}

static void put_token(struct team *t, struct page *p, str secret)
{
    char token[SESSION_TOKEN_MAX];
    str copy;
    session_form_token(t->sessions, secret, token);
    if (!arena_copy(p->a, str_of(token), &copy)) p->maker.failed = true;
    view_text(&p->maker, p->root, STR("form_token"), copy);
}

static void reply(struct page *p, const struct site_page *site_page, int status,
                  const struct team_headers *more)
{
    buf body = {.max = PAGE_BYTES_MAX};
    template_render(site_page->template, p->root, &body);
    http_reply_data reply = {
        .status = status, .content_type = STR("text/html; charset=utf-8"), .body = buf_str(&body)};
    http_reply_add_header(&reply, STR("Cache-Control"), STR("no-store"));
    http_reply_add_header(&reply, STR("Content-Language"), language_code(site_page->language));
    if (more && more->set_cookie.n) http_reply_add_header(&reply, STR("Set-Cookie"), more->set_cookie);
    if (more && more->retry_after.n) http_reply_add_header(&reply, STR("Retry-After"), more->retry_after);
    if (body.failed || p->maker.failed)
        http_reply_error(p->request, 503, STR("the page needs more memory than allowed here"));
    else
        http_reply(p->request, &reply);
    buf_free(&body);
}

void team_page_send(struct page *p, const struct site_page *site_page, int status, const struct team_call *c,
                    const struct team_headers *more)
{
    if (c) {
        put_menu(p, c);
        put_token(c->team, p, team_secret(p->request));
        view_text(&p->maker, p->root, STR("user"), str_of(c->user.name));
        view_int(&p->maker, p->root, STR("idle_s"), SESSION_IDLE / TIME_SECOND);
    }
    put_done(p);
    put_fault(p);
    page_put_frame(p);
    reply(p, site_page, status, more);
}

void team_redirect(struct http_request *r, str location, str set_cookie)
{
    http_reply_data reply = {.status = 303};
    http_reply_add_header(&reply, STR("Location"), location);
    http_reply_add_header(&reply, STR("Cache-Control"), STR("no-store"));
    if (set_cookie.n) http_reply_add_header(&reply, STR("Set-Cookie"), set_cookie);
    http_reply(r, &reply);
}

str team_role_label(struct page *p, role r)
{
    str id;
    if (arena_print(p->a, &id, "team.rolename.%.*s", STR_ARG(role_name(r)))) return page_text(p, id);
    p->maker.failed = true;
    return (str){0};
}

void team_say_error(struct page *p, const err *e)
{
    str id, text;
    const str name = err_code_name(e->code);
    if (!arena_print(p->a, &id, "team.error.%.*s", STR_ARG(name))) p->maker.failed = true;
    text = page_text(p, id);
    if (str_eq(text, id)) text = page_text(p, STR("team.error"));
    str detail;
    if (!arena_copy(p->a, str_of(e->text), &detail)) p->maker.failed = true;
    view_text(&p->maker, p->root, STR("error"), text);
    view_text(&p->maker, p->root, STR("error_detail"), detail);
}

// ---- Forms -------------------------------------------------------------------------------------------------------

bool team_form_take(struct team *t, struct http_request *r, struct form *out, err *e)
{
    if (!request_is_same_origin(r))
        return err_set(e, ERR_DENIED, ERR_NOWHERE, "the form was sent from another site");
    if (!form_read(http_request_header(r, "Content-Type"), http_request_body(r), http_request_arena(r), out,
                   e))
        return false;
    return session_form_token_is(t->sessions, team_secret(r), form_text(out, STR("form_token"))) ||
           err_set(e, ERR_DENIED, ERR_NOWHERE, "the form is too old: open the page again");
}

// ---- One request -------------------------------------------------------------------------------------------------

// "/en/team/gebruikers" and what the page of that path is called.
static str name_of(struct team *t, str path)
{
    const language l = language_of(path);
    const struct site *site = t->portal->site;
    for (size_t k = 0; k < site->page_count; k++) {
        str rest;
        if (site->pages[k].language == l && str_starts(site->pages[k].name, STR("team-")) &&
            page_path_fits(&site->pages[k], path, &rest))
            return site->pages[k].name;
    }
    return (str){0};
}

static const struct team_page *page_named(str name)
{
    for (size_t k = 0; k < PAGE_COUNT; k++)
        if (str_eq(pages[k]->name, name)) return pages[k];
    return NULL;
}

void team_encode(buf *out, str text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    for (size_t k = 0; k < text.n; k++) {
        if (memchr(plain, text.p[k], sizeof plain - 1))
            buf_add_char(out, text.p[k]);
        else
            buf_print(out, "%%%02X", (unsigned char)text.p[k]);
    }
}

static void send_to_login(struct http_request *r)
{
    const str path = http_request_path(r), query = http_request_query(r);
    str location;
    const char *base = language_of(path) == LANGUAGE_EN ? "/en/team/inloggen" : "/team/inloggen";
    const bool is_get = http_request_method(r) & (HTTP_GET | HTTP_HEAD);
    buf b = {.max = 4096};
    BUF_LIT(&b, "?naar=");
    team_encode(&b, path);
    if (query.n) team_encode(&b, STR("?"));
    team_encode(&b, query);
    const bool has_way = is_get && !b.failed;
    const bool ok = arena_print(http_request_arena(r), &location, "%s%.*s", base, has_way ? (int)b.n : 0,
                                b.p ? b.p : "");
    buf_free(&b);
    team_redirect(r, ok ? location : str_of(base), (str){0});
}

static bool act(struct team_call *c, const struct team_page *page, err *e)
{
    if (!page->act) return err_set(e, ERR_METHOD, ERR_NOWHERE, "this page takes no form");
    return page->act(c, e);
}

static void redirect_after(struct team_call *c)
{
    struct page *p = c->page;
    str location = c->location.n ? c->location : http_request_path(p->request);
    size_t at;
    const char *mark = str_find(location, STR("?"), &at) ? "&" : "?";
    if (c->done.n &&
        !arena_print(p->a, &location, "%.*s%sgedaan=%.*s", STR_ARG(location), mark, STR_ARG(c->done)))
        p->maker.failed = true;
    team_redirect(p->request, location, (str){0});
}

// The page itself, whatever language it is read in.
static str page_read(const struct page *p)
{
    const str path = http_request_path(p->request), english = STR("/en");
    return str_starts(path, STR("/en/")) ? str_slice(path, english.n, path.n) : path;
}

static bool show(struct team_call *c, const struct team_page *page, err *e)
{
    struct page *p = c->page;
    if (!snapshot_open(p->portal->config.store, &p->at, e)) return false;
    const bool ok = snapshot_show(p->at, policy_sees(&c->who), e) && (!page->show || page->show(c, e));
    snapshot_close(p->at);
    p->at = NULL;
    if (ok) reads_note_right(identity_reads(c->team->identity), &c->who, page->needs, page_read(p), p->now);
    return ok;
}

static void send_denied(struct team_call *c, const err *why)
{
    struct page p;
    const struct site_page *site_page;
    struct http_request *r = c->page->request;
    if (!team_page_begin(c->team, r, STR("team-denied"), &p, &site_page)) return;
    team_say_error(&p, why);
    team_page_send(&p, site_page, err_http_status(why->code), c, NULL);
}

static void send_shown(struct team_call *c, const struct team_page *page, const struct site_page *site_page,
                       int status)
{
    err e;
    if (show(c, page, &e))
        team_page_send(c->page, site_page, status, c, NULL);
    else if (e.code == ERR_ABSENT)
        page_not_found(c->page->request, c->team->portal);
    else
        page_failure(c->team->portal, c->page->request, language_of(http_request_path(c->page->request)), &e);
}

static void answer_form(struct team_call *c, const struct team_page *page, const struct site_page *site_page)
{
    err e;
    if (!act(c, page, &e)) {
        team_say_error(c->page, &e);
        send_shown(c, page, site_page, err_http_status(e.code));
    } else if (c->stays) {
        send_shown(c, page, site_page, 200);
    } else {
        redirect_after(c);
    }
}

static void handle_post(struct team_call *c, const struct team_page *page, const struct site_page *site_page)
{
    struct form form;
    err e;
    if (!team_form_take(c->team, c->page->request, &form, &e)) {
        send_denied(c, &e);
        return;
    }
    // cppcheck-suppress autoVariables ; taken out again below
    c->form = &form;
    answer_form(c, page, site_page);
    c->form = NULL;
}

// Until the password that somebody else chose is changed, there is only the page for that.
static bool must_go_to_account(const struct team_call *c, str name)
{
    return c->user.must_change && !str_eq(name, STR("team-account"));
}

static void handle_page(struct team *t, struct http_request *r, str name)
{
    const struct team_page *page = page_named(name);
    struct page p;
    const struct site_page *site_page;
    struct team_call c = {.page = &p, .team = t};
    err e;
    if (!page) {
        page_not_found(r, t->portal);
        return;
    }
    if (!session_find(t->sessions, team_secret(r), time_now(), &c.session, &c.user) || c.session.is_pending) {
        send_to_login(r);
        return;
    }
    if (!team_page_begin(t, r, name, &p, &site_page)) return;
    (void)page_path_fits(site_page, http_request_path(r), &p.rest);
    c.who = principal_of_user(&c.user);
    c.deed = (struct deed){&c.who, p.now};
    if (must_go_to_account(&c, name))
        team_redirect(r, team_href(&p, STR("team/account?gedaan=team.done.must-change")), (str){0});
    else if (!page->is_for_all && !policy_allows(&c.who, page->needs, &e))
        send_denied(&c, &e);
    else if (http_request_method(r) == HTTP_POST)
        handle_post(&c, page, site_page);
    else
        send_shown(&c, page, site_page, 200);
}

static void handle(struct http_request *r, void *context)
{
    struct team *t = context;
    const str name = name_of(t, http_request_path(r));
    if (team_provider_takes(t, r)) return;
    if (str_eq(name, STR("team-logout")))
        team_logout(t, r);
    else if (team_login_is_page(name))
        team_login_handle(t, r, name);
    else
        handle_page(t, r, name);
}

void team_routes(struct team *t, http_route out[static TEAM_ROUTES])
{
    out[0] = (http_route){HTTP_GET | HTTP_POST, STR("/team"), HTTP_PREFIX, FORM_BYTES_MAX, handle, t};
    out[1] = (http_route){HTTP_GET | HTTP_POST, STR("/en/team"), HTTP_PREFIX, FORM_BYTES_MAX, handle, t};
    // Evidence and areas come as files.
    out[2] = (http_route){HTTP_GET | HTTP_POST, STR("/team/kpi"), HTTP_PREFIX,
                          FORM_FILES_BYTES_MAX, handle,           t};
    out[3] = (http_route){
        HTTP_GET | HTTP_POST, STR("/en/team/kpi"), HTTP_PREFIX, FORM_FILES_BYTES_MAX, handle, t};
    out[4] = (http_route){HTTP_POST, STR("/team/gebieden"), 0, FORM_FILES_BYTES_MAX, handle, t};
    out[5] = (http_route){HTTP_POST, STR("/en/team/gebieden"), 0, FORM_FILES_BYTES_MAX, handle, t};
}
