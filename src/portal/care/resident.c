// SPDX-License-Identifier: EUPL-1.2
#include "base/log.h"
#include "care/care.h"
#include "portal/care/care_pages.h"
#include "portal/team/form.h"
#include "render/template.h"

#include <stdio.h>

#define PAGE_BYTES_MAX ((size_t)1 << 20)

str care_word(struct page *p, const char *kind, str id)
{
    str key;
    if (id.n == 0) return id;
    if (!arena_print(p->a, &key, "care.%s.%.*s", kind, STR_ARG(id))) return (str){0};
    return page_text(p, key);
}

void care_put_events(struct page *p, struct view *v, const void *list, size_t count)
{
    const struct care_event *events = list;
    struct view *all = view_list(&p->maker, v, STR("events"));
    for (size_t i = 0; i < count; i++) {
        struct view *x = view_object(&p->maker, all, (str){0});
        view_text(&p->maker, x, STR("when"), page_when(p, events[i].at));
        view_text(&p->maker, x, STR("by"), events[i].by);
        view_text(&p->maker, x, STR("what"), care_word(p, "event", events[i].what));
        view_text(&p->maker, x, STR("outcome"), care_word(p, "outcome", events[i].outcome));
    }
}

// ---- Showing -----------------------------------------------------------------------------------------------------

static void put_when(struct page *p, str key, instant t)
{
    if (t != TIME_NONE) view_text(&p->maker, p->root, key, page_when(p, t));
}

static bool put_history(struct page *p, struct care *care, str pseudonym, err *e)
{
    const struct care_case *cases;
    size_t count;
    if (!care_cases_of(care, pseudonym, p->a, &cases, &count, e)) return false;
    struct view *list = view_list(&p->maker, p->root, STR("cases"));
    for (size_t i = 0; i < count; i++) {
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("opened"), page_when(p, cases[i].opened));
        view_text(&p->maker, v, STR("cause"), care_word(p, "cause", cases[i].cause));
        if (cases[i].opened_by.n) {
            view_text(&p->maker, v, STR("why"), cases[i].asked_why);
            view_text(&p->maker, v, STR("asked_by"), cases[i].asked_by);
            view_text(&p->maker, v, STR("opened_by"), cases[i].opened_by);
        }
        care_put_events(p, v, cases[i].events, cases[i].event_count);
    }
    return true;
}

static bool put_identity(struct page *p, struct care *care, str pseudonym, err *e)
{
    struct care_identity who;
    if (!care_identity_of(care, pseudonym, p->a, &who, e)) return false;
    const struct {
        str key, text;
    } rows[] = {{STR("name"), who.name},
                {STR("address"), who.address},
                {STR("phone"), who.phone},
                {STR("mail"), who.mail},
                {STR("contact_name"), who.contact_name},
                {STR("contact_phone"), who.contact_phone},
                {STR("means"), care_word(p, "means", who.means)}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        view_text(&p->maker, p->root, rows[i].key, rows[i].text);
    view_flag(&p->maker, p->root, STR("made_up"), who.is_made_up);
    return true;
}

static bool show(struct page *p, struct care *care, str link, err *e)
{
    struct care_participant x;
    if (!care_find(care, link, p->a, &x, e)) return false;
    const bool is_away = x.away_until != TIME_NONE && x.away_until > p->now;
    view_text(&p->maker, p->root, STR("state"),
              care_word(p, "state",
                        x.is_paused ? STR("paused")
                        : is_away   ? STR("away")
                                    : x.state));
    view_text(&p->maker, p->root, STR("reason"),
              words_language(p->words) == LANGUAGE_NL ? x.reason_nl : x.reason_en);
    view_flag(&p->maker, p->root, STR("is_watch"), x.way == CARE_WATCH);
    view_flag(&p->maker, p->root, STR("is_stream"), x.way == CARE_STREAM);
    view_flag(&p->maker, p->root, STR("is_paused"), x.is_paused);
    view_flag(&p->maker, p->root, STR("is_away"), is_away);
    view_flag(&p->maker, p->root, STR("has_case"), x.case_id.n > 0);
    view_text(&p->maker, p->root, STR("consent"), x.consent_version);
    view_int(&p->maker, p->root, STR("raw_days"), care_raw_days(care));
    view_int(&p->maker, p->root, STR("backup_days"), care_backup_days(care));
    view_int(&p->maker, p->root, STR("raw_count"), x.raw_count);
    view_text(&p->maker, p->root, STR("raw_oldest"), x.raw_oldest);
    put_when(p, STR("consent_at"), x.consent_at);
    put_when(p, STR("heard"), x.heard);
    put_when(p, STR("last_life"), x.last_life);
    if (is_away) put_when(p, STR("away_until"), x.away_until);
    return put_identity(p, care, x.pseudonym, e) && put_history(p, care, x.pseudonym, e);
}

// ---- Doing -------------------------------------------------------------------------------------------------------

struct deeds {
    struct page *page;
    struct care *care;
    const struct form *form;
    str pseudonym;
    bool stopped;
};

static bool away(struct deeds *d, err *e)
{
    instant until;
    const str day = form_text(d->form, STR("tot"));
    if (!time_parse_utc(day, &until, e))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "expected the day of coming back: 2026-01-31");
    // The day of coming back begins by the clock of the town.
    until -= (instant)tz_offset(d->page->portal->zone, until, NULL) * TIME_SECOND;
    return care_set_away(d->care, d->pseudonym, d->page->now, until, e);
}

static bool back(struct deeds *d, err *e)
{
    return care_set_away(d->care, d->pseudonym, d->page->now, TIME_NONE, e);
}

static bool pause_it(struct deeds *d, err *e)
{
    return care_set_paused(d->care, d->pseudonym, true, d->page->now, e);
}

static bool go_on(struct deeds *d, err *e)
{
    return care_set_paused(d->care, d->pseudonym, false, d->page->now, e);
}

static bool well(struct deeds *d, err *e)
{
    return care_say_well(d->care, d->pseudonym, d->page->now, e);
}

// In one step: the page that follows shows what was deleted.
static bool stop(struct deeds *d, err *e)
{
    int64_t removed;
    if (!care_withdraw(d->care, d->pseudonym, d->page->now, &removed, e)) return false;
    view_int(&d->page->maker, d->page->root, STR("removed"), removed);
    d->stopped = true;
    return true;
}

static const struct {
    str what;
    bool (*run)(struct deeds *d, err *e);
} deeds[] = {{STR("weg"), away},     {STR("terug"), back}, {STR("pauze"), pause_it},
             {STR("verder"), go_on}, {STR("goed"), well},  {STR("stoppen"), stop}};

static bool act(struct page *p, struct care *care, str link, bool *stopped, err *e)
{
    struct form form;
    struct care_participant x;
    if (!form_read(http_request_header(p->request, "Content-Type"), http_request_body(p->request), p->a,
                   &form, e) ||
        !care_find(care, link, p->a, &x, e))
        return false;
    struct deeds d = {p, care, &form, x.pseudonym, false};
    const str what = form_text(&form, STR("wat"));
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        if (!str_eq(deeds[i].what, what)) continue;
        if (!deeds[i].run(&d, e)) return false;
        *stopped = d.stopped;
        return true;
    }
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the form does not say what to do");
}

// ---- Answering ---------------------------------------------------------------------------------------------------

static void send(struct page *p, const struct site_page *page, int status)
{
    buf body = {.max = PAGE_BYTES_MAX};
    page_put_frame(p);
    template_render(page->template, p->root, &body);
    http_reply_data reply = {
        .status = status, .content_type = STR("text/html; charset=utf-8"), .body = buf_str(&body)};
    http_reply_add_header(&reply, STR("Cache-Control"), STR("no-store"));
    http_reply_add_header(&reply, STR("X-Robots-Tag"), STR("noindex"));
    http_reply_add_header(&reply, STR("Content-Language"), language_code(page->language));
    if (body.failed || p->maker.failed)
        http_reply_error(p->request, 503, STR("the page needs more memory than allowed here"));
    else
        http_reply(p->request, &reply);
    buf_free(&body);
}

static void see_other(struct page *p)
{
    http_reply_data reply = {.status = 303};
    http_reply_add_header(&reply, STR("Location"), http_request_path(p->request));
    http_reply_add_header(&reply, STR("Cache-Control"), STR("no-store"));
    http_reply(p->request, &reply);
}

void care_resident_handle(struct http_request *r, void *context)
{
    const struct page_route *route = context;
    struct portal *portal = route->portal;
    struct care *care = portal->config.care;
    struct page p;
    err e = {0};
    bool stopped = false;
    if (!care || !page_begin(&p, portal, r, route->page->name, route->page->language) ||
        !page_path_fits(route->page, http_request_path(r), &p.rest)) {
        page_not_found(r, portal);
        return;
    }
    const bool is_post = http_request_method(r) == HTTP_POST;
    bool ok = !is_post || act(&p, care, p.rest, &stopped, &e);
    if (ok && stopped) {
        send(&p, route->page, 200);
        return;
    }
    if (ok && is_post) {
        see_other(&p);
        return;
    }
    const int status = ok ? 200 : err_http_status(e.code);
    if (!ok && e.code != ERR_ABSENT && e.code != ERR_GONE) {
        str why = {0};
        if (!arena_copy(p.a, str_of(e.text), &why)) p.maker.failed = true;
        view_text(&p.maker, p.root, STR("error"), page_text(&p, STR("care.error")));
        view_text(&p.maker, p.root, STR("error_detail"), why);
        ok = true;
    }
    if (ok && show(&p, care, p.rest, &e))
        send(&p, route->page, status);
    else if (e.code == ERR_ABSENT || e.code == ERR_GONE)
        page_not_found(r, portal);
    else
        page_failure(portal, r, route->page->language, &e);
}
