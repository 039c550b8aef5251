// SPDX-License-Identifier: EUPL-1.2
#include "portal/install.h"

#include "base/json.h"

#define MANIFEST_BYTES_MAX 4096

static void put(json_writer *w, const char *key, str text)
{
    json_name(w, str_of(key));
    json_put_text(w, text);
}

static void put_icons(json_writer *w, const struct portal *p)
{
    static const struct {
        const char *file, *sizes, *type, *purpose;
    } icons[] = {
        {"icon-192.png", "192x192", "image/png", "any"},
        {"icon-512.png", "512x512", "image/png", "any"},
        {"icon-maskable.png", "512x512", "image/png", "maskable"},
        {"icon.svg", "any", "image/svg+xml", "any"},
    };
    json_name(w, STR("icons"));
    json_open(w, '[');
    for (size_t i = 0; i < sizeof icons / sizeof icons[0]; i++) {
        const str path = site_asset(p->site, str_of(icons[i].file));
        if (path.n == 0) continue;
        json_open(w, '{');
        put(w, "src", path);
        put(w, "sizes", str_of(icons[i].sizes));
        put(w, "type", str_of(icons[i].type));
        put(w, "purpose", str_of(icons[i].purpose));
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void put_shortcut(json_writer *w, str name, str url)
{
    json_open(w, '{');
    put(w, "name", name);
    put(w, "url", url);
    json_close(w, '}');
}

void install_manifest(struct http_request *r, void *context)
{
    const struct portal *p = context;
    const bool is_dutch = !str_starts(http_request_path(r), STR("/en/"));
    const struct words *words = p->site->words[is_dutch ? LANGUAGE_NL : LANGUAGE_EN];
    const str root = is_dutch ? STR("/") : STR("/en/");
    const str name = words_fill(words, http_request_arena(r), STR("app.name"),
                                FILLS({STR("town"), p->config.town}));
    buf body = {.max = MANIFEST_BYTES_MAX};
    json_writer w = json_writer_on(&body);
    json_open(&w, '{');
    put(&w, "id", STR("/"));
    put(&w, "name", name);
    put(&w, "short_name", STR("peil"));
    put(&w, "description", words_get(words, STR("app.description")));
    put(&w, "lang", is_dutch ? STR("nl") : STR("en"));
    put(&w, "start_url", root);
    put(&w, "scope", STR("/"));
    put(&w, "display", STR("standalone"));
    put(&w, "background_color", p->theme.ground_light);
    put(&w, "theme_color", p->theme.brand_light);
    put_icons(&w, p);
    json_name(&w, STR("shortcuts"));
    json_open(&w, '[');
    put_shortcut(&w, words_get(words, STR("home.street.head")),
                 is_dutch ? STR("/#mijn-straat") : STR("/en/#mijn-straat"));
    put_shortcut(&w, words_get(words, STR("map.menu")), is_dutch ? STR("/kaart") : STR("/en/kaart"));
    json_close(&w, ']');
    json_close(&w, '}');
    http_reply_data reply = {
        .status = 200, .content_type = STR("application/manifest+json"), .body = buf_str(&body)};
    http_reply_add_header(&reply, STR("Cache-Control"), STR("no-cache"));
    http_reply(r, &reply);
    buf_free(&body);
}

// Browsers ask for it anew by themselves; it names the assets of this build.
void install_worker(struct http_request *r, void *context)
{
    const struct portal *p = context;
    http_reply_data reply = {
        .status = 200, .content_type = STR("text/javascript; charset=utf-8"), .body = p->site->worker};
    if (p->site->worker.n == 0) reply = (http_reply_data){.status = 404};
    http_reply_add_header(&reply, STR("Cache-Control"), STR("no-cache"));
    http_reply(r, &reply);
}
