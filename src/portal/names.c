// SPDX-License-Identifier: EUPL-1.2
#include "portal/names.h"

#include "base/json.h"
#include "base/utf8.h"
#include "portal/postcode.h"

#define WANTED_BYTES_MAX 100
#define JSON_BYTES_MAX ((size_t)1 << 20)
#define POSTCODES_BYTES_MAX ((size_t)8 << 20)  // half a million of six characters

struct list {
    struct name *all;
    size_t count, room;
};

static bool list_make(const struct meter_list *meters, arena *a, struct list *out, err *e)
{
    const struct outlines *o = meters->ground.outlines;
    struct list l = {.room = (o ? o->count : 0) + meters->count};
    l.all = ARENA_ARRAY(a, l.room + 1, struct name);
    if (!l.all) return err_no_memory(e);
    for (size_t i = 0; o && i < o->count; i++) {
        struct name *n = &l.all[l.count++];
        *n = (struct name){.text = o->all[i].name, .kind = NAME_AREA};
        if (!arena_print(a, &n->path, "gebied/%.*s", STR_ARG(o->all[i].code))) return err_no_memory(e);
    }
    for (size_t i = 0; i < meters->count; i++) {
        const struct meter *m = &meters->all[i];
        struct name *n = &l.all[l.count++];
        *n = (struct name){.text = m->name, .beside = m->area ? m->area->name : (str){0}, .kind = NAME_METER};
        if (!arena_print(a, &n->path, "meter/%lld", (long long)m->id)) return err_no_memory(e);
    }
    *out = l;
    return true;
}

// ---- Finding -----------------------------------------------------------------------------------------------------

// Every word of `wanted` stands in the name or beside it; both folded.
static bool holds(str folded, str wanted)
{
    str word;
    size_t at;
    while (str_cut(&wanted, ' ', &word))
        if (word.n && !str_find(folded, word, &at)) return false;
    return true;
}

static bool folded_name(const struct name *n, arena *a, str *out, err *e)
{
    str whole;
    if (!arena_print(a, &whole, "%.*s %.*s", STR_ARG(n->text), STR_ARG(n->beside))) return err_no_memory(e);
    return utf8_fold(whole, a, out, e);
}

static str area_name(const struct page *p, str code)
{
    const struct outlines *o = p->meters->ground.outlines;
    for (size_t i = 0; o && i < o->count; i++)
        if (str_eq(o->all[i].code, code)) return o->all[i].name;
    return code;
}

// *is_one: it was a postcode; then the areas that it can be in.
static bool find_postcode(const struct page *p, str wanted, size_t most, struct name **out, size_t *count,
                          bool *is_one, err *e)
{
    char plain[7];
    size_t n;
    struct postcode_hit *hits;
    *is_one = postcode_plain(wanted, plain, &n);
    if (!*is_one) return true;
    hits = ARENA_ARRAY(p->a, most + 1, struct postcode_hit);
    *out = ARENA_ARRAY(p->a, most + 1, struct name);
    if (!hits || !*out) return err_no_memory(e);
    if (!postcodes_find(p->at, (str){plain, n}, most, p->a, hits, count, e)) return false;
    for (size_t k = 0; k < *count; k++) {
        (*out)[k] = (struct name){
            .text = area_name(p, hits[k].area), .beside = hits[k].postcode, .kind = NAME_AREA};
        if (!arena_print(p->a, &(*out)[k].path, "gebied/%.*s", STR_ARG(hits[k].area)))
            return err_no_memory(e);
    }
    return true;
}

bool names_find(const struct page *p, str wanted, size_t most, struct name **out, size_t *count, err *e)
{
    struct list l;
    str folded_wanted;
    *out = NULL;
    *count = 0;
    wanted = str_trim(str_slice(wanted, 0, WANTED_BYTES_MAX));
    err not_utf8;
    bool is_postcode;
    if (!find_postcode(p, wanted, most, out, count, &is_postcode, e)) return false;
    if (is_postcode && *count) return true;
    if (wanted.n == 0 || !utf8_fold(wanted, p->a, &folded_wanted, &not_utf8)) return true;
    if (!list_make(p->meters, p->a, &l, e) || !(*out = ARENA_ARRAY(p->a, most + 1, struct name)))
        return *out || err_no_memory(e);
    // Two rounds: first names that begin with what was asked, then those that hold it.
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < l.count && *count < most; i++) {
            str folded;
            if (!folded_name(&l.all[i], p->a, &folded, e)) return false;
            if (str_starts(folded, folded_wanted) == (round == 0) && holds(folded, folded_wanted))
                (*out)[(*count)++] = l.all[i];
        }
    return true;
}

void names_put_postcodes(struct page *p)
{
    bool has = false;
    err ignored;
    if (!postcodes_exist(p->at, &has, &ignored)) has = false;
    view_flag(&p->maker, p->root, STR("has_postcodes"), has);
    view_flag(&p->maker, p->root, STR("is_demo_postcode"), has && p->portal->config.is_demo);
}

// ---- All of them -------------------------------------------------------------------------------------------------

static void write_names(buf *out, const struct list *l)
{
    const size_t count = l->count < NAMES_MAX ? l->count : NAMES_MAX;
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_name(&w, STR("partial"));
    json_put_bool(&w, count < l->count);
    json_name(&w, STR("names"));
    json_open(&w, '[');
    for (size_t i = 0; i < count; i++) {
        json_open(&w, '[');
        json_put_text(&w, l->all[i].text);
        json_put_text(&w, l->all[i].beside);
        json_put_text(&w, l->all[i].path);
        json_close(&w, ']');
    }
    json_close(&w, ']');
    json_close(&w, '}');
}

void names_handle(struct http_request *r, void *context)
{
    struct portal *portal = context;
    const struct meter_list *meters;
    struct list l;
    err e;
    struct meter_book *const book = portal->books[ACCESS_PUBLIC];
    if (!meters_take(book, &meters, &e)) {
        http_reply_error(r, err_http_status(e.code), str_of(e.text));
        return;
    }
    buf body = {.max = JSON_BYTES_MAX};
    const bool ok = list_make(meters, http_request_arena(r), &l, &e);
    if (ok) write_names(&body, &l);
    meters_give(book, meters);
    http_reply_data reply = {.status = 200, .content_type = STR("application/json"), .body = buf_str(&body)};
    http_reply_add_header(&reply, STR("Cache-Control"), STR("public, max-age=300"));
    if (ok && !body.failed)
        http_reply(r, &reply);
    else
        http_reply_error(r, 503, STR("Too many names for now"));
    buf_free(&body);
}

void postcodes_handle(struct http_request *r, void *context)
{
    struct portal *portal = context;
    struct snapshot *at;
    buf body = {.max = POSTCODES_BYTES_MAX};
    err e;
    bool ok = snapshot_open(portal->config.store, &at, &e);
    if (ok) {
        ok = postcodes_write(at, &body, &e);
        snapshot_close(at);
    }
    http_reply_data reply = {.status = 200, .content_type = STR("application/json"), .body = buf_str(&body)};
    http_reply_add_header(&reply, STR("Cache-Control"), STR("public, max-age=300"));
    if (ok && !body.failed)
        http_reply(r, &reply);
    else
        http_reply_error(r, ok ? 503 : err_http_status(e.code), STR("The postcodes cannot be read now"));
    buf_free(&body);
}
