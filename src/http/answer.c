// SPDX-License-Identifier: EUPL-1.2
#include "http/core.h"
#include "http/meter.h"
#include "http/reply.h"

#include "base/json.h"

#include <stdio.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_BODY = 4 << 10, ETAG_MAX = 256 };

http_piece *http_piece_new(str bytes)
{
    http_piece *p = malloc(sizeof *p + bytes.n);
    if (!p) return NULL;
    atomic_init(&p->holders, 1);
    p->n = bytes.n;
    if (bytes.n) memcpy(p->bytes, bytes.p, bytes.n);
    return p;
}

void http_piece_release(http_piece *p)
{
    if (p && atomic_fetch_sub(&p->holders, 1) == 1) free(p);
}

str http_piece_bytes(const http_piece *p)
{
    return (str){p->bytes, p->n};
}

void http_piece_hold(http_piece *p)
{
    atomic_fetch_add(&p->holders, 1);
}

static void add_part(struct http_request *r, str part)
{
    assert(r->part_count < REQUEST_PARTS);
    r->parts[r->part_count++] = part;
}

static bool wants_gzip(const struct http_request *r)
{
    return http_accepts(http_request_header(r, "Accept-Encoding"), STR("gzip"));
}

// The same entity in other bytes must not carry the same strong tag (RFC 9110 section 8.8.3.3): "x" becomes W/"x".
static void weaken_etag(http_reply_data *d, char text[static ETAG_MAX])
{
    for (size_t i = 0; i < d->header_count; i++) {
        str *value = &d->headers[i].value;
        if (!str_eq_nocase(d->headers[i].name, STR("ETag")) || !str_starts(*value, STR("\"")) ||
            value->n > ETAG_MAX - 2)
            continue;
        text[0] = 'W';
        text[1] = '/';
        memcpy(text + 2, value->p, value->n);
        *value = (str){text, value->n + 2};
    }
}

static struct reply_head head_of(const struct http_request *r, const http_reply_data *d)
{
    const struct http_server *s = r->conn->loop->server;
    return (struct reply_head){.data = d,
                               .closes = r->must_close || !r->head.keeps_alive ||
                                         atomic_load(&s->is_stopping),
                               .is_http10 = r->head.is_http10,
                               .now = time_now()};
}

// Compresses into r->packed when that is wanted and works.
static bool compress_body(struct http_request *r, str *body)
{
    struct gzip_run run = {0};
    if (!wants_gzip(r) || !gzip_add(r->conn->loop->server->compressors, &run, *body, true, &r->packed))
        return false;
    *body = buf_str(&r->packed);
    return true;
}

// The body behind its head in one buffer; a long one that lives as long as the request is sent from where it is.
static void add_body(struct http_request *r, str body, http_piece *piece)
{
    const bool stays = (piece && body.p == piece->bytes) || body.p == r->packed.p;
    if (stays && body.n > SHORT_BODY) {
        if (body.p != r->packed.p) http_piece_hold(r->piece = piece);
        add_part(r, buf_str(&r->out));
        add_part(r, body);
        return;
    }
    buf_add(&r->out, body);
    add_part(r, buf_str(&r->out));
}

// Writes the answer into the request; it is not on its way yet.
static void write_whole(struct http_request *r, const http_reply_data *reply, http_piece *piece)
{
    const http_config *config = &r->conn->loop->server->config;
    http_reply_data d = *reply;
    char etag[ETAG_MAX];
    if (config->finish) config->finish(r, &d, config->context);
    str body = piece ? (str){piece->bytes, piece->n} : d.body;
    const bool varies = body.n > REPLY_COMPRESS_MIN && reply_is_compressible(&d);
    const bool is_compressed = varies && compress_body(r, &body);
    if (is_compressed) weaken_etag(&d, etag);
    struct reply_head head = head_of(r, &d);
    head.length = body.n;
    head.varies = varies;
    head.is_compressed = is_compressed;
    reply_write_head(&r->out, &head);
    r->must_close = head.closes;
    r->status = d.status;
    if (r->head.method == HTTP_HEAD || !reply_has_body(d.status)) body.n = 0;
    add_body(r, body, piece);
}

void http_reply(struct http_request *r, const http_reply_data *reply)
{
    write_whole(r, reply, NULL);
    request_return(r);
}

void http_reply_piece(struct http_request *r, const http_reply_data *reply, http_piece *body)
{
    write_whole(r, reply, body);
    request_return(r);
}

static void write_error(struct http_request *r, int status, str message, http_reply_data *reply)
{
    buf body = {.max = 1024};
    json_writer w = json_writer_on(&body);
    json_open(&w, '{');
    json_name(&w, STR("code"));
    json_put_int(&w, status);
    json_name(&w, STR("type"));
    json_put_text(&w, STR("error"));
    json_name(&w, STR("message"));
    json_put_text(&w, message);
    json_close(&w, '}');
    reply->status = status;
    reply->content_type = STR("application/json");
    reply->body = body.failed ? STR("{\"type\":\"error\"}") : buf_str(&body);
    char wait[24];
    const int n = snprintf(wait, sizeof wait, "%lld", (long long)(r->wait_s ? r->wait_s : 1));
    if (status == 503 || status == 429)
        http_reply_add_header(reply, STR("Retry-After"), (str){wait, (size_t)n});
    write_whole(r, reply, NULL);
    buf_free(&body);
}

void http_reply_error(struct http_request *r, int status, str message)
{
    http_reply_data reply = {0};
    write_error(r, status, message, &reply);
    request_return(r);
}

void answer_refuse(struct http_request *r, const struct refusal *why)
{
    meter_refused_status(why->status);
    r->must_close = why->status != 503 && why->status != 429;  // these were read whole: the next one may come
    http_reply_error(r, why->status, str_of(why->message));
}

static void reply_with_allow(struct http_request *r, int status, unsigned methods)
{
    char text[64];
    // Never grows: all names take 45 bytes.
    buf allow = {.p = text, .capacity = sizeof text, .max = sizeof text};
    http_reply_data reply = {.status = status};
    route_write_allow(&allow, methods);
    http_reply_add_header(&reply, STR("Allow"), buf_str(&allow));
    if (status == 405)
        write_error(r, 405, STR("this address does not take that method"), &reply);
    else
        write_whole(r, &reply, NULL);
    request_return(r);
}

void answer_method(struct http_request *r, void *context)
{
    (void)context;
    reply_with_allow(r, 405, r->allowed);
}

void answer_options(struct http_request *r, void *context)
{
    (void)context;
    reply_with_allow(r, 204, r->allowed ? r->allowed : ~0u);
}

void answer_none(struct http_request *r, void *context)
{
    (void)context;
    http_reply_error(r, 404, STR("there is nothing at this address"));
}

// ---- streams ----

static struct stream *stream_new(const struct http_request *r, const http_reply_data *d, http_stream from)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->from = from;
    for (size_t i = 0; i < STREAM_PIECES; i++)
        s->pieces[i].bytes.max = s->pieces[i].packed.max = STREAM_PIECE_MAX;
    s->is_chunked = !r->head.is_http10;
    s->is_compressed = reply_is_compressible(d) && wants_gzip(r);
    return s;
}

// Most streams are over with their first piece: it is made here, and leaves whole where it is the only one.
static bool begin_stream(struct http_request *r, http_reply_data *d, err *e)
{
    struct stream *s = r->stream;
    char etag[ETAG_MAX];
    bool more;
    str data;
    if (!stream_make(r, &more, e)) return false;
    if (!more && s->pieces[s->turn].bytes.n <= REPLY_COMPRESS_MIN) s->is_compressed = false;
    if (!stream_pack(r, !more, &data)) return err_no_memory(e);
    if (s->is_compressed) weaken_etag(d, etag);
    struct reply_head h = head_of(r, d);
    h.framing = !more ? REPLY_LENGTH : s->is_chunked ? REPLY_CHUNKED : REPLY_UNTIL_CLOSE;
    h.length = data.n;
    h.closes |= h.framing == REPLY_UNTIL_CLOSE;
    h.varies = reply_is_compressible(d);
    h.is_compressed = s->is_compressed;
    reply_write_head(&r->out, &h);
    r->must_close = h.closes;
    r->status = d->status;
    if (more) {
        stream_frame(r, data, false);
    } else {
        add_part(r, buf_str(&r->out));
        add_part(r, data);
        stream_end(s);
    }
    return true;
}

// What a stream would begin with, without a look at it.
static void write_stream_head(struct http_request *r, const http_reply_data *d)
{
    struct reply_head h = head_of(r, d);
    h.framing = r->head.is_http10 ? REPLY_UNTIL_CLOSE : REPLY_CHUNKED;
    h.closes |= r->head.is_http10;
    h.varies = reply_is_compressible(d);
    h.is_compressed = h.varies && wants_gzip(r);
    reply_write_head(&r->out, &h);
    r->must_close = h.closes;
    r->status = d->status;
    add_part(r, buf_str(&r->out));
}

void http_reply_stream(struct http_request *r, const http_reply_data *head, http_stream from)
{
    const http_config *config = &r->conn->loop->server->config;
    http_reply_data d = *head, failed = {0};
    err e;
    if (config->finish) config->finish(r, &d, config->context);
    if (r->head.method == HTTP_HEAD || !reply_has_body(d.status)) {
        write_stream_head(r, &d);
        from.done(from.context);
    } else if (!(r->stream = stream_new(r, &d, from))) {
        from.done(from.context);
        write_error(r, 503, STR("not enough memory"), &failed);
    } else if (!begin_stream(r, &d, &e)) {
        stream_end(r->stream);
        write_error(r, err_http_status(e.code), str_of(e.text), &failed);
    }
    request_return(r);
}

struct http_live *http_reply_live(struct http_request *r, const http_reply_data *head,
                                  void (*closed)(void *context), void *context)
{
    const http_config *config = &r->conn->loop->server->config;
    http_reply_data d = *head;
    if (config->finish) config->finish(r, &d, config->context);
    struct http_live *l = r->head.method == HTTP_HEAD ? NULL : live_new(r->conn->loop, closed, context);
    struct reply_head h = head_of(r, &d);
    h.framing = REPLY_UNTIL_CLOSE;
    reply_write_head(&r->out, &h);
    r->must_close = true;
    r->status = d.status;
    r->live = l;
    add_part(r, buf_str(&r->out));
    return request_return(r) ? l : NULL;
}
