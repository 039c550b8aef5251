// SPDX-License-Identifier: EUPL-1.2
// Atom feeds of public alerts: a resident follows a street, a neighbourhood or a rule without telling anybody who they are.
// Source   RFC 4287
#include "rule/inside.h"

#include "render/template.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FEED_ENTRIES 50
#define FEED_DAYS 90
#define FEED_BYTES_MAX ((size_t)1 << 20)

struct feed {
    struct rules *rules;
    bool is_dutch;
    str root, path;  // path as asked for
    str title;
    struct alert_filter filter;
    struct alert *all;
    size_t count;
    instant updated;
};

// XML 1.0 has no control characters, escaped or not.
static void put_text(buf *b, str s)
{
    for (size_t from = 0, to; from < s.n; from = to + 1) {
        for (to = from; to < s.n && (unsigned char)s.p[to] >= ' ';) to++;
        html_escape(b, str_slice(s, from, to));
        if (to < s.n) buf_add_char(b, ' ');
    }
}

static void put_element(buf *b, const char *name, str text)
{
    buf_print(b, "<%s>", name);
    put_text(b, text);
    buf_print(b, "</%s>\n", name);
}

static void put_time(buf *b, const char *name, instant t)
{
    char text[TIME_TEXT_MAX];
    put_element(b, name, (str){text, time_write(text, t)});
}

static instant changed_at(const struct alert *x)
{
    return x->end != TIME_NONE && x->end > x->raised ? x->end : x->raised;
}

static bool put_entry(buf *b, const struct feed *f, const struct alert *x, arena *a, err *e)
{
    str sentence;
    const str language = f->is_dutch ? (str){0} : STR("/en");
    if (!alert_sentence(x, f->rules->config.zone, f->is_dutch, a, &sentence, e)) return false;
    BUF_LIT(b, "<entry>\n<id>urn:peil:alert:");
    put_text(b, x->id);
    BUF_LIT(b, "</id>\n");
    put_element(b, "title", sentence);
    put_time(b, "published", x->raised);
    put_time(b, "updated", changed_at(x));
    BUF_LIT(b, "<link rel=\"alternate\" href=\"");
    put_text(b, f->root);
    put_text(b, language);
    if (x->thing)
        buf_print(b, "/meter/%" PRId64, x->thing);
    else {
        BUF_LIT(b, "/gebied/");
        put_text(b, x->area);
    }
    buf_print(b, "\"/>\n<category term=\"");
    put_text(b, x->rule);
    buf_print(b, "\"/>\n<category term=\"%s\"/>\n", x->end == TIME_NONE ? "open" : "over");
    put_element(b, "summary", sentence);
    BUF_LIT(b, "</entry>\n");
    return true;
}

static bool write_feed(buf *b, const struct feed *f, arena *a, err *e)
{
    BUF_LIT(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" "
               "xml:lang=\"");
    buf_add(b, f->is_dutch ? STR("nl") : STR("en"));
    BUF_LIT(b, "\">\n<id>");
    put_text(b, f->root);
    put_text(b, f->path);
    BUF_LIT(b, "</id>\n");
    put_element(b, "title", f->title);
    put_time(b, "updated", f->updated);
    BUF_LIT(b, "<author>");
    put_element(b, "name", f->rules->config.town);
    BUF_LIT(b, "</author>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"");
    put_text(b, f->root);
    put_text(b, f->path);
    BUF_LIT(b, "\"/>\n");
    for (size_t k = 0; k < f->count; k++)
        if (!put_entry(b, f, &f->all[k], a, e)) return false;
    BUF_LIT(b, "</feed>\n");
    return !b->failed || err_no_memory(e);
}

// ---- Which feed --------------------------------------------------------------------------------------------------

static bool title_of_area(struct feed *f, str code, arena *a, err *e)
{
    const struct atlas *t = areas_take(f->rules->config.areas);
    const struct area *area = atlas_find(t, code, areas_year_of(f->rules->config.areas, time_now()));
    bool ok = area || err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no area '%.*s'", STR_ARG(code));
    ok = ok &&
         (arena_print(a, &f->title,
                      f->is_dutch ? "Meldingen over lucht en geluid: %.*s" : "Alerts on air and noise: %.*s",
                      STR_ARG(area->name)) ||
          err_no_memory(e));
    areas_give(f->rules->config.areas, t);
    f->filter.area = code;
    return ok;
}

static bool title_of_rule(struct feed *f, struct snapshot *at, str id, arena *a, err *e)
{
    struct rule r;
    if (!rules_get(f->rules, at, id, a, &r, e)) return false;
    if (!r.is_public)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no public rule '%.*s'", STR_ARG(id));
    f->filter.rule = id;
    f->title = f->is_dutch ? r.name_nl : r.name_en;
    return true;
}

static bool choose(struct feed *f, struct snapshot *at, arena *a, err *e)
{
    str rest = str_slice(f->path, f->is_dutch ? strlen("/feeds/") : strlen("/en/feeds/"), f->path.n), kind;
    if (!str_ends(rest, STR(".atom")) || !str_cut(&rest, '/', &kind))
        return err_set(e, ERR_ABSENT, ERR_NOWHERE,
                       "feeds are /feeds/gebied/CODE.atom and /feeds/regel/ID.atom");
    const str name = str_slice(rest, 0, rest.n - strlen(".atom"));
    if (str_eq(kind, STR("gebied"))) return title_of_area(f, name, a, e);
    if (str_eq(kind, STR("regel"))) return title_of_rule(f, at, name, a, e);
    return err_set(e, ERR_ABSENT, ERR_NOWHERE, "feeds are /feeds/gebied/CODE.atom and /feeds/regel/ID.atom");
}

static bool gather(struct feed *f, struct snapshot *at, arena *a, err *e)
{
    const instant now = time_now();
    f->filter.public_only = true;
    f->filter.when = (interval){now - FEED_DAYS * TIME_DAY, TIME_NONE};
    if (!choose(f, at, a, e) ||
        !alerts_list(f->rules, at, &f->filter, FEED_ENTRIES, a, &f->all, &f->count, e))
        return false;
    f->updated = now - now % TIME_DAY;  // with nothing in it: today
    if (f->count) f->updated = 0;
    for (size_t k = 0; k < f->count; k++)
        if (changed_at(&f->all[k]) > f->updated) f->updated = changed_at(&f->all[k]);
    return true;
}

static void answer(struct http_request *q, const struct feed *f, str body)
{
    char tag[64];
    snprintf(tag, sizeof tag, "\"%" PRIx64 "-%zu\"", (uint64_t)f->updated, f->count);
    http_reply_data reply = {
        .status = 200, .content_type = STR("application/atom+xml; charset=utf-8"), .body = body};
    if (str_eq(http_request_header(q, "If-None-Match"), str_of(tag)))
        reply = (http_reply_data){.status = 304};
    http_reply_add_header(&reply, STR("ETag"), str_of(tag));
    http_reply_add_header(&reply, STR("Cache-Control"), STR("public, max-age=60"));
    http_reply(q, &reply);
}

void feed_handle(struct http_request *q, void *context)
{
    struct rules *r = context;
    arena *a = http_request_arena(q);
    buf b = {.max = FEED_BYTES_MAX};
    struct snapshot *at = NULL;
    err e = {0};
    struct feed f = {.rules = r,
                     .path = http_request_path(q),
                     .root = r->config.root_url ? *r->config.root_url : (str){0}};
    f.is_dutch = !str_starts(f.path, STR("/en/"));
    bool ok = snapshot_open(r->config.store, &at, &e);
    ok = ok && gather(&f, at, a, &e) && write_feed(&b, &f, a, &e);
    if (at) snapshot_close(at);
    if (ok)
        answer(q, &f, buf_str(&b));
    else
        http_reply_error(q, err_http_status(e.code),
                         str_of(e.code == ERR_ABSENT ? e.text : "this feed cannot be made now"));
    buf_free(&b);
}
