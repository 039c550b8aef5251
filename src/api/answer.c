// SPDX-License-Identifier: EUPL-1.2
// What handlers say besides their answer: headers, links, versions; and errors as problems.
#include "api/api.h"

#include <stdio.h>

bool api_snapshot(struct api_call *c, struct snapshot **out, err *e)
{
    if (!c->at &&
        (!snapshot_open(c->parts->store, &c->at, e) || !snapshot_show(c->at, policy_sees(&c->who), e)))
        return false;
    *out = c->at;
    return true;
}

void api_answer_piece(struct api_call *c, http_piece *piece)
{
    c->piece = piece;
}

void api_answer_stream(struct api_call *c, http_stream from)
{
    c->stream = from;
}

void api_header(struct api_call *c, str name, str text)
{
    http_reply_add_header(&c->head, name, text);
}

// The server weakens the tag of a compressed answer: W/"12" is the same version as "12".
bool api_unchanged(struct api_call *c, str tag)
{
    str quoted;
    if (!arena_print(c->a, &quoted, "\"%.*s\"", STR_ARG(tag))) return false;
    api_header(c, STR("ETag"), quoted);
    str known = http_request_header(c->request, "If-None-Match");
    for (str one; str_cut(&known, ',', &one);) {
        one = str_trim(one);
        if (str_starts(one, STR("W/"))) one = str_slice(one, 2, one.n);
        if (!str_eq(one, quoted)) continue;
        c->status = 304;
        return true;
    }
    return false;
}

// ---- links ---------------------------------------------------------------------------------------------------------

str api_url(struct api_call *c, str path)
{
    str out;
    const str root = c->parts->root_url ? *c->parts->root_url : (str){0};
    return arena_print(c->a, &out, "%.*s" API_ROOT "%.*s", STR_ARG(root), STR_ARG(path)) ? out : (str){0};
}

static void add_encoded(buf *b, str s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char ch = (unsigned char)s.p[i];
        const bool plain = (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') ||
                           ch == '-' || ch == '_' || ch == '.' || ch == '~';
        if (plain) {
            buf_add_char(b, s.p[i]);
            continue;
        }
        buf_add_char(b, '%');
        buf_add_char(b, hex[ch >> 4]);
        buf_add_char(b, hex[ch & 15]);
    }
}

// This request's own address with another `after`.
static str address_of(struct api_call *c, str after)
{
    buf b = {.max = 65536};
    str query = http_request_query(c->request), path = http_request_path(c->request), pair, kept;
    char mark = '?';
    buf_add(&b, api_url(c, str_slice(path, STR(API_ROOT).n, path.n)));
    while (query.n > 0 && str_cut(&query, '&', &pair)) {
        if (after.n && str_starts(pair, STR("after="))) continue;
        buf_add_char(&b, mark);
        buf_add(&b, pair);
        mark = '&';
    }
    if (after.n) {
        buf_add_char(&b, mark);
        BUF_LIT(&b, "after=");
        add_encoded(&b, after);
    }
    if (b.failed || !arena_copy(c->a, buf_str(&b), &kept)) kept = (str){0};
    buf_free(&b);
    return kept;
}

static void put_link(struct api_call *c, str relation, str href)
{
    json_name(&c->w, relation);
    json_open(&c->w, '{');
    json_name(&c->w, STR("href"));
    json_put_text(&c->w, href);
    json_close(&c->w, '}');
}

void api_put_links(struct api_call *c, str next)
{
    str header;
    json_name(&c->w, STR("_links"));
    json_open(&c->w, '{');
    put_link(c, STR("self"), address_of(c, (str){0}));
    if (next.n) {
        const str href = address_of(c, next);
        put_link(c, STR("next"), href);
        if (arena_print(c->a, &header, "<%.*s>; rel=\"next\"", STR_ARG(href)))
            api_header(c, STR("Link"), header);
    }
    json_close(&c->w, '}');
}

// ---- problems ------------------------------------------------------------------------------------------------------

void api_write_problem(buf *b, const err *e, str instance)
{
    const int status = err_http_status(e->code);
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    char type[64];
    const str name = err_code_name(e->code);
    const int n = snprintf(type, sizeof type, "urn:peil:problem:%.*s", STR_ARG(name));
    json_member_text(&w, STR("type"), (str){type, n > 0 ? (size_t)n : 0});
    json_member_text(&w, STR("title"), http_reason(status));
    json_name(&w, STR("status"));
    json_put_int(&w, status);
    json_member_text(&w, STR("detail"), str_of(e->text));
    json_member_text(&w, STR("instance"), instance);
    if (e->at != ERR_NOWHERE) {
        json_name(&w, STR("position"));
        json_put_int(&w, (int64_t)e->at);
    }
    json_close(&w, '}');
}
