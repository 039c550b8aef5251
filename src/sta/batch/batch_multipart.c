// SPDX-License-Identifier: EUPL-1.2
// $batch as multipart/mixed: a part is a request, or a change set as a multipart of its own.
#include "sta/batch/batch.h"
#include "http/multipart.h"

#include <sys/random.h>

// ---- reading ----

static bool read_request(const struct multipart_part *part, size_t set, struct batch_list *out, arena *a,
                         err *e)
{
    struct http_part http;
    struct batch_request *r;
    if (!multipart_is_media(multipart_header(part->headers, STR("Content-Type")), STR("application/http"))) {
        return err_set(e, ERR_MEDIA, part->at, "a part of a batch has Content-Type: application/http");
    }
    if (!http_part_read(part->body, &http, e)) {
        e->at = part->at;
        return false;
    }
    r = batch_list_add(out, a, e);
    if (!r) return false;
    *r = (struct batch_request){.id = multipart_header(part->headers, STR("Content-ID")),
                                .method = http.method,
                                .url = http.url,
                                .content_type = multipart_header(http.headers, STR("Content-Type")),
                                .accept = multipart_header(http.headers, STR("Accept")),
                                .prefer = multipart_header(http.headers, STR("Prefer")),
                                .if_match = multipart_header(http.headers, STR("If-Match")),
                                .if_none_match = multipart_header(http.headers, STR("If-None-Match")),
                                .body = http.body,
                                .set = set};
    return true;
}

static bool read_set(const struct multipart_part *whole, size_t set, struct batch_list *out, arena *a, err *e)
{
    struct multipart m;
    struct multipart_part part;
    bool got;
    if (!multipart_open(whole->body, multipart_header(whole->headers, STR("Content-Type")), &m, e))
        return false;
    while (multipart_next(&m, &part, &got, e)) {
        if (!got) return true;
        if (!read_request(&part, set, out, a, e)) return false;
    }
    return false;
}

static bool read_all(const struct sta_request *r, struct batch_list *out, err *e)
{
    struct multipart m;
    struct multipart_part part;
    bool got;
    size_t sets = 0;
    if (!multipart_open(r->body, r->content_type, &m, e)) return false;
    while (multipart_next(&m, &part, &got, e)) {
        if (!got) return true;
        const bool is_set = multipart_is_media(multipart_header(part.headers, STR("Content-Type")),
                                               STR("multipart/mixed"));
        const bool ok = is_set ? read_set(&part, ++sets, out, r->arena, e)
                               : read_request(&part, 0, out, r->arena, e);
        if (!ok) return err_within(e, "part %zu", out->count + 1);
    }
    return false;
}

// ---- writing ----

static bool make_boundary(arena *a, const char *kind, str *out)
{
    uint64_t random[2];
    if (getrandom(random, sizeof random, 0) != sizeof random) return false;
    return arena_print(a, out, "%s_%016llx%016llx", kind, (unsigned long long)random[0],
                       (unsigned long long)random[1]);
}

static bool begin(struct batch_writer *w)
{
    return make_boundary(w->arena, "batch", &w->boundary);
}

static void write_delimiter(struct batch_writer *w, str boundary, const char *end)
{
    buf_print(&w->out, "--%.*s%s\r\n", STR_ARG(boundary), end);
}

static void begin_set(struct batch_writer *w)
{
    if (!make_boundary(w->arena, "changeset", &w->set_boundary)) w->out.failed = true;
    write_delimiter(w, w->boundary, "");
    buf_print(&w->out, "Content-Type: multipart/mixed; boundary=%.*s\r\n\r\n", STR_ARG(w->set_boundary));
}

static void end_set(struct batch_writer *w)
{
    write_delimiter(w, w->set_boundary, "--");
    w->set_boundary = (str){0};
}

static void write_header(buf *b, str name, str content)
{
    buf_add(b, name);
    BUF_LIT(b, ": ");
    buf_add(b, content);
    BUF_LIT(b, "\r\n");
}

static void answer(struct batch_writer *w, const struct batch_request *r, const struct sta_reply *reply,
                   str body)
{
    buf *b = &w->out;
    write_delimiter(w, w->set_boundary.n ? w->set_boundary : w->boundary, "");
    write_header(b, STR("Content-Type"), STR("application/http"));
    if (r->id.n) write_header(b, STR("Content-ID"), r->id);
    buf_print(b, "\r\nHTTP/1.1 %d %.*s\r\n", reply->status, STR_ARG(http_reason(reply->status)));
    if (body.n) write_header(b, STR("Content-Type"), reply->content_type);
    for (size_t i = 0; i < reply->header_count; i++)
        write_header(b, reply->headers[i].name, reply->headers[i].value);
    BUF_LIT(b, "\r\n");
    buf_add(b, body);
    BUF_LIT(b, "\r\n");
}

static void end(struct batch_writer *w, struct sta_reply *reply)
{
    write_delimiter(w, w->boundary, "--");
    if (!arena_print(w->arena, &reply->content_type, "multipart/mixed; boundary=%.*s", STR_ARG(w->boundary)))
        w->out.failed = true;
}

const struct batch_form batch_multipart = {read_all, begin, begin_set, answer, end_set, end, true};
