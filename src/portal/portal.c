// SPDX-License-Identifier: EUPL-1.2
#include "portal/portal.h"

#include "base/json.h"
#include "http/static.h"
#include "portal/card.h"
#include "portal/catalogue.h"
#include "portal/install.h"
#include "kpi/office.h"
#include "portal/kpi/kpi.h"
#include "portal/live.h"
#include "portal/names.h"
#include "portal/page.h"
#include "portal/shelf.h"
#include "identity/who.h"
#include "portal/care/care_pages.h"
#include "portal/team/team.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define PORTAL_ARENA_BYTES ((size_t)64 << 20)
#define AREAS_BYTES_MAX ((size_t)32 << 20)

static void hear(uint64_t commit, const struct change *changes, size_t count, void *context)
{
    struct portal *p = context;
    bool has_entities = false;
    for (size_t i = 0; i < count && !has_entities; i++)
        has_entities = changes[i].set != SET_OBSERVATION && changes[i].set != SET_FEATURE_OF_INTEREST;
    for (access_level a = ACCESS_PUBLIC; a <= ACCESS_PRIVATE; a++) {
        if (has_entities) meter_book_changed(p->books[a]);
        live_hear(p->lives[a], commit, changes, count);
    }
}

static bool load_assets(struct portal *p, err *e)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/assets", p->config.web_directory) >= (int)sizeof path)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "the path of the web directory is too long");
    return (p->assets = http_static_open(path, STR("/assets/"), e));
}

static bool load_theme(struct portal *p, err *e)
{
    if (!theme_load(p->config.theme_file, p->site->tokens, p->a, &p->theme, e)) return false;
    if (p->theme.town.n) p->config.town = p->theme.town;
    return true;
}

static bool make_routes(struct portal *p, err *e)
{
    p->page_routes = ARENA_ARRAY(p->a, p->site->page_count + 1, struct page_route);
    if (!p->page_routes) return err_no_memory(e);
    for (size_t i = 0; i < p->site->page_count; i++)
        p->page_routes[i] = (struct page_route){p, &p->site->pages[i]};
    return true;
}

// For each sight a list of meters, read when somebody asks, and a stream.
static bool open_sights(struct portal *p, err *e)
{
    const portal_config *c = &p->config;
    for (access_level a = ACCESS_PUBLIC; a <= ACCESS_PRIVATE; a++) {
        if (!(p->books[a] = meter_book_new(c->store, c->areas, a, e))) return false;
        if (!(p->lives[a] = live_start(c->store, p->books[a], c->identity, a, e))) return false;
    }
    if (c->metrics) live_metrics(c->metrics);
    return true;
}

bool portal_open(const portal_config *c, struct portal **out, err *e)
{
    struct portal *p = calloc(1, sizeof *p);
    if (!p) return err_no_memory(e);
    p->config = *c;
    p->a = arena_new(PORTAL_ARENA_BYTES);
    bool ok = (p->a || err_no_memory(e)) && site_load(c->web_directory, p->a, &p->site, e) &&
              load_theme(p, e) && load_assets(p, e) && (p->zone = tz_load(c->zone, e)) &&
              ((p->shelf = shelf_new()) || err_no_memory(e)) &&
              (p->cards = cards_new(c->web_directory, p->site, e)) && open_sights(p, e) && make_routes(p, e);
    if (ok && c->identity) ok = (p->team = team_new(p, e));
    if (!ok) {
        portal_close(p);
        return false;
    }
    if (c->kpi) c->kpi->reports = kpi_report_maker_of(p);
    store_listen(c->store, hear, p);
    *out = p;
    return true;
}

void portal_stop(struct portal *p)
{
    for (access_level a = ACCESS_PUBLIC; p && a <= ACCESS_PRIVATE; a++) live_stop(p->lives[a]);
}

void portal_close(struct portal *p)
{
    if (!p) return;
    team_free(p->team);
    for (access_level a = ACCESS_PUBLIC; a <= ACCESS_PRIVATE; a++) live_free(p->lives[a]);
    shelf_free(p->shelf);
    cards_free(p->cards);
    for (access_level a = ACCESS_PUBLIC; a <= ACCESS_PRIVATE; a++) meter_book_free(p->books[a]);
    http_static_close(p->assets);
    tz_free(p->zone);
    arena_free(p->a);
    free(p);
}

static void write_area(json_writer *w, const struct area *a)
{
    json_open(w, '{');
    json_name(w, STR("type"));
    json_put_text(w, STR("Feature"));
    json_name(w, STR("id"));
    json_put_text(w, a->code);
    json_name(w, STR("properties"));
    json_open(w, '{');
    json_name(w, STR("code"));
    json_put_text(w, a->code);
    json_name(w, STR("name"));
    json_put_text(w, a->name);
    json_close(w, '}');
    json_name(w, STR("geometry"));
    json_put_raw(w, a->geometry);
    json_close(w, '}');
}

// The areas of the map, for browsers that look where they are.
static void areas_handle(struct http_request *r, void *context)
{
    const struct portal *p = context;
    const struct meter_list *meters;
    err e;
    struct meter_book *const book = p->books[ACCESS_PUBLIC];
    if (!meters_take(book, &meters, &e)) {
        http_reply_error(r, err_http_status(e.code), str_of(e.text));
        return;
    }
    buf body = {.max = AREAS_BYTES_MAX};
    json_writer w = json_writer_on(&body);
    json_open(&w, '{');
    json_name(&w, STR("type"));
    json_put_text(&w, STR("FeatureCollection"));
    json_name(&w, STR("features"));
    json_open(&w, '[');
    const struct ground *g = &meters->ground;
    for (size_t i = 0; g->outlines && i < g->outlines->count; i++) write_area(&w, g->areas[i]);
    json_close(&w, ']');
    json_close(&w, '}');
    meters_give(book, meters);
    http_reply_data reply = {
        .status = 200, .content_type = STR("application/geo+json"), .body = buf_str(&body)};
    http_reply_add_header(&reply, STR("Cache-Control"), STR("public, max-age=300"));
    if (body.failed)
        http_reply_error(r, 503, STR("Too large for now"));
    else
        http_reply(r, &reply);
    buf_free(&body);
}

// Named by their content, so they may be kept for ever. A logo is only ever a picture.
static void theme_handle(struct http_request *r, void *context)
{
    const struct portal *p = context;
    const str path = http_request_path(r);
    http_reply_data reply = {.status = 200};
    if (p->theme.css_path.n && str_eq(path, p->theme.css_path)) {
        reply.content_type = STR("text/css; charset=utf-8");
        reply.body = p->theme.css;
    } else if (p->theme.logo_path.n && str_eq(path, p->theme.logo_path)) {
        reply.content_type = p->theme.logo_type;
        reply.body = p->theme.logo;
        http_reply_add_header(&reply, STR("Content-Security-Policy"),
                              STR("default-src 'none'; style-src 'unsafe-inline'; sandbox"));
    } else {
        http_reply_error(r, 404, STR("Not found"));
        return;
    }
    http_reply_add_header(&reply, STR("Cache-Control"), STR("public, max-age=31536000, immutable"));
    http_reply(r, &reply);
}

static void portal_live(struct http_request *r, void *context)
{
    const struct portal *p = context;
    struct principal who = {.role = ROLE_PUBLIC};
    err e;
    if (!p->config.identity || identity_who_asks(p->config.identity, r, time_now(), &who, &e))
        live_handle(r, &who, p->lives[policy_sees(&who)]);
    else
        page_refuse(r, &e);
}

static void redirect_to_english(struct http_request *r, void *context)
{
    (void)context;
    http_reply_data reply = {.status = 308};
    http_reply_add_header(&reply, STR("Location"), STR("/en/"));
    http_reply(r, &reply);
}

// The address of a page as the server matches it: "/meter/{id}" is everything below "/meter".
static bool is_resident_page(str name)
{
    return str_eq(name, STR("care-home"));
}

static http_route route_of(struct page_route *page)
{
    str path = page->page->path;
    size_t brace;
    const bool has_below = str_find(path, STR("/{"), &brace);
    if (has_below) path = str_slice(path, 0, brace);
    const bool is_own = is_resident_page(page->page->name);
    return (http_route){.methods = is_own ? HTTP_GET | HTTP_POST : HTTP_GET,
                        .path = path,
                        .flags = (has_below ? HTTP_PREFIX : 0u) | (is_own ? 0u : HTTP_ON_LOOP),
                        .handle = is_own ? care_resident_handle : page_handle,
                        .context = page};
}

size_t portal_routes(struct portal *p, http_route out[static PORTAL_ROUTES_MAX])
{
    const http_route fixed[] = {
        {HTTP_GET, STR("/assets"), HTTP_PREFIX | HTTP_ON_LOOP, 0, http_static_handle, p->assets},
        {HTTP_GET, STR("/theme"), HTTP_PREFIX | HTTP_ON_LOOP, 0, theme_handle, p},
        {HTTP_GET, STR("/live"), 0, 0, portal_live, p},
        {HTTP_GET, STR("/manifest.webmanifest"), 0, 0, install_manifest, p},
        {HTTP_GET, STR("/en/manifest.webmanifest"), 0, 0, install_manifest, p},
        {HTTP_GET, STR("/sw.js"), 0, 0, install_worker, p},
        {HTTP_GET, STR("/zoek/namen.json"), 0, 0, names_handle, p},
        {HTTP_GET, STR("/zoek/postcodes.json"), 0, 0, postcodes_handle, p},
        {HTTP_GET, STR("/data/catalog.jsonld"), 0, 0, catalogue_jsonld, p},
        {HTTP_GET, STR("/data/catalog.ttl"), 0, 0, catalogue_turtle, p},
        {HTTP_GET, STR("/api/v1/areas.geojson"), 0, 0, areas_handle, p},
        {HTTP_GET, STR("/en"), 0, 0, redirect_to_english, p},
        {HTTP_GET, STR("/kpi/rapport-bestand"), HTTP_PREFIX, 0, kpi_report_file_handle, p},
        {HTTP_GET, STR("/en/kpi/rapport-bestand"), HTTP_PREFIX, 0, kpi_report_file_handle, p},
    };
    size_t n = 0;
    for (; n < sizeof fixed / sizeof fixed[0]; n++) out[n] = fixed[n];
    for (size_t i = 0; i < p->site->page_count && n < PORTAL_ROUTES_MAX; i++)
        if (p->site->pages[i].path.n && !str_starts(p->site->pages[i].name, STR("team-")))
            out[n++] = route_of(&p->page_routes[i]);
    if (p->team && n + TEAM_ROUTES <= PORTAL_ROUTES_MAX) {
        team_routes(p->team, out + n);
        n += TEAM_ROUTES;
    }
    return n;
}

void portal_not_found(struct http_request *r, void *portal)
{
    page_not_found(r, portal);
}
