// SPDX-License-Identifier: EUPL-1.2
// From a request to an answer: the page's view fills its template; faults become pages of their own.
#include "base/json.h"
#include "base/log.h"
#include "identity/who.h"
#include "index/index.h"
#include "portal/card.h"
#include "portal/digest.h"
#include "portal/kpi/kpi.h"
#include "portal/page.h"
#include "portal/care/care_pages.h"
#include "portal/shelf.h"

#include <stdio.h>

#define PAGE_BYTES_MAX ((size_t)4 << 20)

static const struct {
    str name;
    page_view fill;
} views[] = {
    {STR("home"), view_map},
    {STR("map"), view_map},
    {STR("meter"), view_meter},
    {STR("data"), view_data},
    {STR("explain"), view_explain},
    {STR("search"), view_search},
    {STR("sensors"), view_register},
    {STR("status"), view_status},
    {STR("contact"), view_contact},
    {STR("accessibility"), view_contact},
    {STR("embed-meter"), view_meter},
    {STR("card-meter"), view_meter},
    {STR("qr-meter"), view_qr},
    {STR("processing"), view_processing},
    {STR("algorithms"), view_algorithms},
    {STR("kpi"), view_kpi},
    {STR("kpi-indicator"), view_kpi_indicator},
    {STR("kpi-report"), view_kpi_report},
    {STR("area"), view_area},
    {STR("embed-area"), view_area_card},
    {STR("embed-chart-area"), view_area},
    {STR("embed-chart-meter"), view_meter},
    {STR("card-area"), view_area_card},
};

static page_view view_of(str name)
{
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++)
        if (str_eq(views[i].name, name)) return views[i].fill;
    return NULL;
}

// ---- The frame ---------------------------------------------------------------------------------------------------

// The same page in the other language: /en/kaart?laag=no2 of /kaart?laag=no2.
static str other_href(struct page *p, str path)
{
    const str query = p->request ? http_request_query(p->request) : (str){0};
    const bool is_english = words_language(p->words) == LANGUAGE_EN;
    const str rest = is_english ? str_slice(path, 4, path.n) : str_slice(path, 1, path.n);
    str out = {0};
    if (!arena_print(p->a, &out, "%s%.*s%s%.*s", is_english ? "/" : "/en/", STR_ARG(rest), query.n ? "?" : "",
                     STR_ARG(query)))
        p->maker.failed = true;
    return out;
}

static str self_href(struct page *p, str path)
{
    const str query = p->request ? http_request_query(p->request) : (str){0};
    str out = {0};
    if (!arena_print(p->a, &out, "%.*s%s%.*s", STR_ARG(path), query.n ? "?" : "", STR_ARG(query)))
        p->maker.failed = true;
    return out;
}

static bool shows_demo(const struct page *p)
{
    if (p->portal->config.is_demo) return true;
    for (size_t i = 0; p->meters && i < p->meters->count; i++)
        if (p->meters->all[i].is_demo) return true;
    return false;
}

void page_put_frame(struct page *p)
{
    const str path = p->request ? http_request_path(p->request) : STR("/");
    struct view_maker *m = &p->maker;
    view_text(m, p->root, STR("town"), p->portal->config.town);
    view_text(m, p->root, STR("zone"), str_of(p->portal->config.zone));
    view_text(m, p->root, STR("theme_css"), p->portal->theme.css_path);
    view_text(m, p->root, STR("theme_logo"), p->portal->theme.logo_path);
    view_text(m, p->root, STR("brand_light"), p->portal->theme.brand_light);
    view_text(m, p->root, STR("brand_dark"), p->portal->theme.brand_dark);
    view_text(m, p->root, STR("version"), STR(PEIL_VERSION));
    view_flag(m, p->root, STR("demo"), shows_demo(p));
    view_flag(m, p->root, STR("not_public"), p->sees != ACCESS_PUBLIC);
    view_text(m, p->root, STR("origin"), page_origin(p));
    view_text(m, p->root, STR("self_href"), self_href(p, path));
    view_text(m, p->root, STR("other_href"), other_href(p, path));
}

// ---- Answering ---------------------------------------------------------------------------------------------------

bool page_begin_alone(struct page *p, struct portal *portal, arena *a, instant now, str name, language l)
{
    *p = (struct page){.portal = portal,
                       .name = name,
                       .words = portal->site->words[l],
                       .a = a,
                       .now = now,
                       .started_us = time_monotonic_us()};
    p->maker.a = p->a;
    p->root = view_root(&p->maker);
    return p->root != NULL;
}

bool page_begin(struct page *p, struct portal *portal, struct http_request *r, str name, language l)
{
    const bool ok = page_begin_alone(p, portal, http_request_arena(r), time_now(), name, l);
    p->request = r;
    return ok;
}

static void answer_bare(struct http_request *r, int status)
{
    const http_reply_data reply = {.status = status,
                                   .content_type = STR("text/plain; charset=utf-8"),
                                   .body = status == 404 ? STR("Not found.\n") : STR("Try again later.\n")};
    http_reply(r, &reply);
}

// `etag` NULL: a page of an error or of what is not public, which nobody keeps.
static http_reply_data reply_of(struct http_request *r, const struct site_page *page, access_level sees,
                                int status, const char *etag)
{
    http_reply_data reply = {.status = status, .content_type = page->type};
    if (sees == ACCESS_PUBLIC)
        http_reply_add_header(&reply, STR("Cache-Control"), STR("no-cache"));
    else
        private_answer(&reply);
    http_reply_add_header(&reply, STR("Content-Language"), language_code(page->language));
    if (status == 503) http_reply_add_header(&reply, STR("Retry-After"), STR("600"));
    if (!etag) return reply;
    http_reply_add_header(&reply, STR("ETag"), str_of(etag));
    if (str_eq(http_request_header(r, "If-None-Match"), str_of(etag))) reply.status = 304;
    return reply;
}

static void reply_page(struct page *p, const struct site_page *page, int status, str body, const char *etag)
{
    http_reply_data reply = reply_of(p->request, page, p->sees, status, etag);
    if (reply.status != 304) reply.body = body;
    http_reply(p->request, &reply);
}

// Of dots, which are packed already.
static bool is_picture(const struct site_page *page)
{
    return str_eq(page->type, STR("image/png"));
}

static void reply_kept(struct http_request *r, const struct site_page *page, const struct shelf_page *kept)
{
    http_reply_data reply = reply_of(r, page, ACCESS_PUBLIC, 200, kept->etag);
    if (reply.status == 304) {
        http_reply(r, &reply);
    } else if (!is_picture(page) && http_accepts(http_request_header(r, "Accept-Encoding"), STR("gzip"))) {
        http_reply_add_header(&reply, STR("Content-Encoding"), STR("gzip"));
        http_reply_add_header(&reply, STR("Vary"), STR("Accept-Encoding"));
        http_reply_piece(r, &reply, kept->packed);
    } else {
        http_reply_piece(r, &reply, kept->plain);
    }
}

// The address, and the name by which peil was reached where pages show that. Empty: no memory.
static str shelf_key(struct http_request *r)
{
    const str query = http_request_query(r), host = http_request_header(r, "Host");
    str key = {0};
    return arena_print(http_request_arena(r), &key, "%.*s?%.*s@%.*s", STR_ARG(http_request_path(r)),
                       STR_ARG(query), STR_ARG(host))
               ? key
               : (str){0};
}

// What everybody is shown alone lies on the shelf.
static bool answer_kept(struct http_request *r, const struct page_route *route,
                        const struct shelf_page *(*take)(struct shelf *s, str key, int64_t now_us))
{
    struct shelf *shelf = route->portal->shelf;
    const struct shelf_page *kept = take(shelf, shelf_key(r), time_monotonic_us());
    if (!kept) return false;
    reply_kept(r, route->page, kept);
    shelf_give(shelf, kept);
    return true;
}

static void answer_and_keep(struct page *p, const struct site_page *page, str body, const char *etag)
{
    struct shelf *shelf = p->portal->shelf;
    const int64_t now = time_monotonic_us();
    const struct shelf_page *kept = shelf_put(shelf, shelf_key(p->request), body, etag, now - p->started_us,
                                              now);
    if (!kept) {
        reply_page(p, page, 200, body, etag);
        return;
    }
    reply_kept(p->request, page, kept);
    shelf_give(shelf, kept);
}

static void answer(struct page *p, const struct site_page *page, int status)
{
    buf body = {.max = PAGE_BYTES_MAX};
    char etag[32];
    err e = {0};
    (void)buf_reserve(&body, 64 << 10);
    if (!is_picture(page))
        template_render(page->template, p->root, &body);
    else if (!card_draw(p->portal->cards, p, &body, &e))
        status = err_http_status(e.code);
    snprintf(etag, sizeof etag, "W/\"%016llx\"", (unsigned long long)digest_of(buf_str(&body)));
    if (body.failed || e.code != ERR_NONE)
        answer_bare(p->request, e.code != ERR_NONE ? status : 500);
    else if (status == 200 && p->sees == ACCESS_PUBLIC)
        answer_and_keep(p, page, buf_str(&body), etag);
    else
        reply_page(p, page, status, buf_str(&body), NULL);
    buf_free(&body);
}

static language language_of_path(str path)
{
    return str_eq(path, STR("/en")) || str_starts(path, STR("/en/")) ? LANGUAGE_EN : LANGUAGE_NL;
}

static void answer_special(struct portal *portal, struct http_request *r, language l, str name, int status,
                           str code)
{
    struct page p;
    const struct site_page *page = site_page_find(portal->site, name, l);
    if (!page || !page_begin(&p, portal, r, name, l)) {
        answer_bare(r, status);
        return;
    }
    err ignored;
    struct meter_book *const book = portal->books[ACCESS_PUBLIC];
    if (!meters_take(book, &p.meters, &ignored)) p.meters = NULL;  // only to know whether to say "demo"
    page_put_frame(&p);
    view_text(&p.maker, p.root, STR("code"), code);
    if (p.maker.failed)
        answer_bare(r, status);
    else
        answer(&p, page, status);
    meters_give(book, p.meters);
}

void page_failure(struct portal *portal, struct http_request *r, language l, const err *e)
{
    char text[256];
    log_error("page failed", "path=%s error=%s", log_quote(text, http_request_path(r)),
              err_code_name(e->code).p);
    answer_special(portal, r, l, STR("failure"), err_http_status(e->code) == 503 ? 503 : 500,
                   err_code_name(e->code));
}

static bool fill(struct page *p, const struct site_page *page, err *e)
{
    const page_view view = view_of(page->name);
    if (view && !view(p, e)) return false;
    page_put_frame(p);
    return !p->maker.failed || err_no_memory(e);
}

// "/meter/{id}" takes what stands below /meter; any other page is only itself.
bool page_path_fits(const struct site_page *page, str path, str *rest)
{
    size_t brace;
    if (!str_find(page->path, STR("{"), &brace)) {
        *rest = (str){0};
        return str_eq(path, page->path);
    }
    *rest = str_slice(path, brace, path.n);
    return str_starts(path, str_slice(page->path, 0, brace)) && rest->n > 0;
}

// Who looks. Frames, cards and codes are made to be shown elsewhere: they are the public's, whoever asks for them.
static bool look(struct page *p, err *e)
{
    struct identity *const i = p->portal->config.identity;
    p->who = (struct principal){.role = ROLE_PUBLIC};
    if (i && !identity_who_asks(i, p->request, p->now, &p->who, e)) return false;
    const bool is_for_others = str_starts(p->name, STR("embed-")) || str_starts(p->name, STR("card-")) ||
                               str_starts(p->name, STR("qr-"));
    p->sees = is_for_others ? ACCESS_PUBLIC : policy_sees(&p->who);
    return true;
}

static bool read_page(struct page *p, const struct site_page *page, struct meter_book *book, err *e)
{
    const portal_config *c = &p->portal->config;
    err none_yet;
    if (!meters_take(book, &p->meters, e) || !snapshot_open(c->store, &p->at, e)) return false;
    if (c->indices && !indices_take(c->indices, &p->index, &none_yet)) p->index = NULL;
    view_int(&p->maker, p->root, STR("live"), (int64_t)snapshot_commit(p->at));
    const bool ok = snapshot_show(p->at, p->sees, e) && fill(p, page, e);
    snapshot_close(p->at);
    if (p->index) indices_give(c->indices, p->index);
    return ok;
}

static void make(struct http_request *r, void *context)
{
    const struct page_route *route = context;
    struct portal *portal = route->portal;
    const language l = route->page->language;
    struct page p;
    err e = {0};
    if (!page_begin(&p, portal, r, route->page->name, l)) {
        answer_bare(r, 503);
        return;
    }
    if (!page_path_fits(route->page, http_request_path(r), &p.rest)) {
        page_not_found(r, portal);
        return;
    }
    if (portal->config.is_maintained) {
        answer_special(portal, r, l, STR("maintenance"), 503, (str){0});
        return;
    }
    if (!look(&p, &e)) {
        page_refuse(r, &e);
        return;
    }
    if (p.sees == ACCESS_PUBLIC && answer_kept(r, route, shelf_take_fresh)) return;
    struct meter_book *const book = portal->books[p.sees];
    const bool ok = read_page(&p, route->page, book, &e);
    if (ok) answer(&p, route->page, 200);
    meters_give(book, p.meters);
    if (ok) return;
    if (e.code == ERR_ABSENT)
        page_not_found(r, portal);
    else
        page_failure(portal, r, l, &e);
}

// Comes with nothing that could make it more than one of the public.
static bool is_anonymous(const struct http_request *r)
{
    return !http_request_has_header(r, "Authorization") && !http_request_has_header(r, "Cookie") &&
           !http_request_certificate(r);
}

// On the loop: what is kept is answered at once, however long the workers' queue is.
void page_handle(struct http_request *r, void *context)
{
    const struct page_route *route = context;
    if (is_anonymous(r) && !route->portal->config.is_maintained && answer_kept(r, route, shelf_take)) return;
    if (!http_hand_over(r, make, context)) http_reply_error(r, 503, STR("too many requests are waiting"));
}

void page_refuse(struct http_request *r, const err *e)
{
    buf body = {.max = 2048};
    json_writer w = json_writer_on(&body);
    json_open(&w, '{');
    json_name(&w, STR("title"));
    json_put_text(&w, str_of(e->text));
    json_name(&w, STR("status"));
    json_put_int(&w, err_http_status(e->code));
    json_close(&w, '}');
    http_reply_data reply = {.status = err_http_status(e->code),
                             .content_type = STR("application/problem+json"),
                             .body = buf_str(&body)};
    if (e->code == ERR_AUTH) http_reply_add_header(&reply, STR("WWW-Authenticate"), STR("Bearer"));
    http_reply(r, &reply);
    buf_free(&body);
}

void page_not_found(struct http_request *r, struct portal *portal)
{
    size_t at;
    if (str_find(http_request_header(r, "Accept"), STR("text/html"), &at)) {
        answer_special(portal, r, language_of_path(http_request_path(r)), STR("not-found"), 404, (str){0});
        return;
    }
    const http_reply_data reply = {.status = 404,
                                   .content_type = STR("application/problem+json"),
                                   .body = STR("{\"title\":\"Not found\",\"status\":404}")};
    http_reply(r, &reply);
}
