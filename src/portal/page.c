// SPDX-License-Identifier: EUPL-1.2
#include "portal/page.h"

#include "base/log.h"
#include "portal/digest.h"
#include "portal/live.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PAGE_BYTES_MAX ((size_t)4 << 20)

static const struct {
    str name;
    page_view fill;
} views[] = {
    {STR("home"), view_map},  {STR("map"), view_map},         {STR("meter"), view_meter},
    {STR("data"), view_data}, {STR("explain"), view_explain},
};

static page_view view_of(str name)
{
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++)
        if (str_eq(views[i].name, name)) return views[i].fill;
    return NULL;
}

// ---- For views ---------------------------------------------------------------------------------------------------

str page_text(const struct page *p, str id)
{
    return words_get(p->words, id);
}

str page_href(struct page *p, const char *format, ...)
{
    char path[1024];
    str out = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    const char *prefix = words_language(p->words) == LANGUAGE_NL ? "/" : "/en/";
    if (!arena_print(p->a, &out, "%s%s", prefix, path)) p->maker.failed = true;
    return out;
}

str page_query(struct page *p, str key)
{
    str found;
    return http_query_get(http_request_query(p->request), key, p->a, &found) ? found : (str){0};
}

str page_quantity_name(const struct page *p, const struct series *s)
{
    if (!s->quantity) return s->name;
    return words_language(p->words) == LANGUAGE_NL ? s->quantity->name_nl : s->quantity->name_en;
}

str page_class_word(struct page *p, const struct scale_class *c)
{
    str id;
    if (!c || !arena_print(p->a, &id, "client.class.%.*s", STR_ARG(c->name))) return (str){0};
    return words_get(p->words, id);
}

str page_when(struct page *p, instant t)
{
    return words_when(p->words, p->a, p->portal->zone, t, p->now);
}

str page_stamp(struct page *p, instant t)
{
    char text[TIME_TEXT_MAX];
    str out = {0};
    if (!arena_copy(p->a, (str){text, time_write(text, t)}, &out)) p->maker.failed = true;
    return out;
}

str page_reading(struct page *p, const struct series *s, double v)
{
    return words_reading(p->words, p->a, v, s->decimals, s->unit);
}

str page_number(struct page *p, const struct series *s, double v)
{
    return words_number(p->words, p->a, v, shown_decimals(v, s->decimals));
}

str page_buf(struct page *p, buf *b)
{
    str out = {0};
    if (b->failed || !arena_copy(p->a, buf_str(b), &out)) p->maker.failed = true;
    buf_free(b);
    return out;
}

static str range_of(struct page *p, const struct scale *s, int i)
{
    const str most = words_number(p->words, p->a, s->classes[i].below, 0);
    if (i == 0) return words_fill(p->words, p->a, STR("legend.range.below"), FILLS({STR("most"), most}));
    const str least = words_number(p->words, p->a, s->classes[i - 1].below, 0);
    if (i == s->class_count - 1)
        return words_fill(p->words, p->a, STR("legend.range.above"), FILLS({STR("least"), least}));
    return words_fill(p->words, p->a, STR("legend.range.between"),
                      FILLS({STR("least"), least}, {STR("most"), most}));
}

void page_legend(struct page *p, struct view *list, const struct scale *s)
{
    for (int i = 0; i < s->class_count; i++) {
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("class"), s->classes[i].name);
        view_int(&p->maker, v, STR("number"), i + 1);
        view_text(&p->maker, v, STR("word"), page_class_word(p, &s->classes[i]));
        view_text(&p->maker, v, STR("range"), range_of(p, s, i));
    }
}

str page_kind_name(const struct page *p, meter_kind k)
{
    static const str ids[METER_KIND_COUNT] = {[METER_REFERENCE] = {"kind.reference", 14},
                                              [METER_MUNICIPAL] = {"kind.municipal", 14},
                                              [METER_CITIZEN] = {"kind.citizen", 12}};
    return words_get(p->words, ids[k]);
}

void page_kind(struct page *p, struct view *list, meter_kind k)
{
    buf mark = {.max = 1024};
    svg_mark(&mark, meter_shape(k));
    struct view *v = view_object(&p->maker, list, (str){0});
    view_text(&p->maker, v, STR("mark"), page_buf(p, &mark));
    view_text(&p->maker, v, STR("name"), page_kind_name(p, k));
}

static str when_text(struct page *p, const struct reading *r)
{
    if (r->state == READING_NONE) return page_text(p, STR("time.never"));
    return page_when(p, r->at);
}

str page_word(struct page *p, const struct reading *r)
{
    str id;
    if (r->state != READING_REJECTED) return page_class_word(p, r->class);
    const str name = quality_name(r->reject);
    return arena_print(p->a, &id, "client.reject.%.*s", STR_ARG(name)) ? page_text(p, id) : (str){0};
}

str page_mark(struct page *p, const struct series *s, const struct reading *r)
{
    if (r->state == READING_REJECTED) return STR("×");
    return reading_has_value(r) ? page_number(p, s, r->value) : STR("–");
}

void page_put_reading(struct page *p, struct view *v, const struct series *s, const struct reading *r)
{
    const bool has_word = reading_has_value(r) || r->state == READING_REJECTED;
    const bool has_time = r->state != READING_NONE;
    struct view_maker *m = &p->maker;
    view_int(m, v, STR("stream"), s->id);
    view_int(m, v, STR("fresh_ms"), series_fresh_for(s) / 1000);
    view_int(m, v, STR("decimals"), s->decimals);
    view_text(m, v, STR("value"), page_mark(p, s, r));
    view_text(m, v, STR("word"), has_word ? page_word(p, r) : (str){0});
    view_text(m, v, STR("class"), reading_has_value(r) && r->class ? r->class->name : STR("plain"));
    view_text(m, v, STR("state"), reading_state_name(r->state));
    view_text(m, v, STR("when"), when_text(p, r));
    view_text(m, v, STR("iso"), has_time ? page_stamp(p, r->at) : (str){0});
}

// ---- The frame ---------------------------------------------------------------------------------------------------

// The same page in the other language: /en/kaart?laag=no2 of /kaart?laag=no2.
static str other_href(struct page *p, str path)
{
    const str query = http_request_query(p->request);
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
    const str query = http_request_query(p->request);
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

static void put_frame(struct page *p)
{
    const str path = http_request_path(p->request);
    struct view_maker *m = &p->maker;
    view_text(m, p->root, STR("town"), p->portal->config.town);
    view_text(m, p->root, STR("zone"), str_of(p->portal->config.zone));
    view_text(m, p->root, STR("theme_css"), p->portal->theme.css_path);
    view_text(m, p->root, STR("theme_logo"), p->portal->theme.logo_path);
    view_text(m, p->root, STR("brand_light"), p->portal->theme.brand_light);
    view_text(m, p->root, STR("brand_dark"), p->portal->theme.brand_dark);
    view_text(m, p->root, STR("version"), STR(PEIL_VERSION));
    view_flag(m, p->root, STR("demo"), shows_demo(p));
    view_text(m, p->root, STR("self_href"), self_href(p, path));
    view_text(m, p->root, STR("other_href"), other_href(p, path));
}

// ---- Answering ---------------------------------------------------------------------------------------------------

static bool page_start(struct page *p, struct portal *portal, struct http_request *r, str name, language l)
{
    *p = (struct page){.portal = portal,
                       .name = name,
                       .words = portal->site->words[l],
                       .request = r,
                       .a = http_request_arena(r),
                       .now = time_now()};
    p->maker.a = p->a;
    p->root = view_root(&p->maker);
    return p->root != NULL;
}

static void answer(struct page *p, const struct site_page *page, int status)
{
    buf body = {.max = PAGE_BYTES_MAX};
    char etag[32];
    (void)buf_reserve(&body, 64 << 10);
    template_render(page->template, p->root, &body);
    http_reply_data reply = {
        .status = status, .content_type = STR("text/html; charset=utf-8"), .body = buf_str(&body)};
    snprintf(etag, sizeof etag, "W/\"%016llx\"", (unsigned long long)digest_of(reply.body));
    if (body.failed) reply = (http_reply_data){.status = 500};
    http_reply_add_header(&reply, STR("Cache-Control"), STR("no-cache"));
    http_reply_add_header(&reply, STR("Content-Language"), language_code(page->language));
    if (status == 200 && !body.failed) {
        http_reply_add_header(&reply, STR("ETag"), str_of(etag));
        if (str_eq(http_request_header(p->request, "If-None-Match"), str_of(etag))) {
            reply.status = 304;
            reply.body = (str){0};
        }
    }
    http_reply(p->request, &reply);
    buf_free(&body);
}

static void answer_bare(struct http_request *r, int status)
{
    const http_reply_data reply = {.status = status,
                                   .content_type = STR("text/plain; charset=utf-8"),
                                   .body = status == 404 ? STR("Not found.\n") : STR("Try again later.\n")};
    http_reply(r, &reply);
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
    if (!page || !page_start(&p, portal, r, name, l)) {
        answer_bare(r, status);
        return;
    }
    err ignored;
    if (!meters_take(portal->book, &p.meters, &ignored))
        p.meters = NULL;  // only to know whether to say "demo"
    put_frame(&p);
    view_text(&p.maker, p.root, STR("code"), code);
    if (p.maker.failed)
        answer_bare(r, status);
    else
        answer(&p, page, status);
    meters_give(portal->book, p.meters);
}

static void answer_failure(struct portal *portal, struct http_request *r, language l, const err *e)
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
    put_frame(p);
    return !p->maker.failed || err_no_memory(e);
}

// "/meter/{id}" takes what stands below /meter; any other page is only itself.
static bool path_fits(const struct site_page *page, str path, str *rest)
{
    size_t brace;
    if (!str_find(page->path, STR("{"), &brace)) {
        *rest = (str){0};
        return str_eq(path, page->path);
    }
    *rest = str_slice(path, brace, path.n);
    return str_starts(path, str_slice(page->path, 0, brace)) && rest->n > 0;
}

void page_handle(struct http_request *r, void *context)
{
    const struct page_route *route = context;
    struct portal *portal = route->portal;
    const language l = route->page->language;
    struct page p;
    err e = {0};
    if (!page_start(&p, portal, r, route->page->name, l)) {
        answer_bare(r, 503);
        return;
    }
    if (!path_fits(route->page, http_request_path(r), &p.rest)) {
        page_not_found(r, portal);
        return;
    }
    bool ok = meters_take(portal->book, &p.meters, &e) && snapshot_open(portal->config.store, &p.at, &e);
    if (ok) {
        char place[32];
        snprintf(place, sizeof place, "%llu", (unsigned long long)snapshot_commit(p.at));
        str live;
        if (arena_print(p.a, &live, "/live?after=%s", place)) view_text(&p.maker, p.root, STR("live"), live);
        ok = fill(&p, route->page, &e);
        snapshot_close(p.at);
    }
    if (ok) answer(&p, route->page, 200);
    meters_give(portal->book, p.meters);
    if (ok) return;
    if (e.code == ERR_ABSENT)
        page_not_found(r, portal);
    else
        answer_failure(portal, r, l, &e);
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
