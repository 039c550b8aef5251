// SPDX-License-Identifier: EUPL-1.2
#include "sta/request.h"

#include "base/json.h"

#include <assert.h>

#define ERROR_BYTES_MAX ((size_t)8 << 10)

str sta_version_name(sta_version v)
{
    return v == STA_V1_0 ? STR("v1.0") : STR("v1.1");
}

struct sta_limits sta_limits_or_default(const struct sta_limits *l)
{
    struct sta_limits x = l ? *l : (struct sta_limits){0};
    if (x.query_bytes == 0) x.query_bytes = (size_t)16 << 10;
    if (x.filter_nodes == 0) x.filter_nodes = 500;
    if (x.expand_depth == 0) x.expand_depth = 6;
    if (x.top_max == 0) x.top_max = 10000;
    if (x.top_default == 0) x.top_default = 100;
    if (x.entities_max == 0) x.entities_max = 1000000000;
    if (x.batch_parts == 0) x.batch_parts = 1000;
    if (x.snapshot_us == 0) x.snapshot_us = TIME_SECOND / 10;
    if (x.large_bytes == 0) x.large_bytes = (size_t)64 << 20;
    return x;
}

void sta_reply_add_header(struct sta_reply *reply, str name, str text)
{
    assert(reply->header_count < STA_REPLY_HEADERS_MAX);
    reply->headers[reply->header_count++] = (http_header){name, text};
}

void sta_error_write(buf *b, const err *e)
{
    buf_print(b, "{\"code\":%d,\"type\":\"error\",\"message\":", err_http_status(e->code));
    json_write_text(b, str_of(e->text));
    buf_add_char(b, '}');
}

void sta_reply_error(const struct sta_request *r, const err *e, sta_done done, void *context)
{
    (void)r;
    buf b = {.max = ERROR_BYTES_MAX};
    sta_error_write(&b, e);
    struct sta_reply reply = {
        .status = err_http_status(e->code), .content_type = STR("application/json"), .body = buf_str(&b)};
    if (reply.status == 401) sta_reply_add_header(&reply, STR("WWW-Authenticate"), STR("Bearer"));
    if (reply.status == 503) sta_reply_add_header(&reply, STR("Retry-After"), STR("1"));
    done(&reply, context);
    buf_free(&b);
}

bool sta_reply_collect(const struct sta_reply *reply, buf *out, err *e)
{
    if (!reply->is_stream) {
        buf_add(out, reply->body);
        return !out->failed || err_set(e, ERR_LIMIT, ERR_NOWHERE, "the answer is too large");
    }
    buf piece = {.max = out->max};
    bool more = true, fine = true;
    while (fine && more) {
        buf_clear(&piece);
        fine = reply->stream.next(reply->stream.context, &piece, &more, e);
        if (fine) buf_add(out, buf_str(&piece));
        if (out->failed) fine = err_set(e, ERR_LIMIT, ERR_NOWHERE, "the answer is too large");
    }
    buf_free(&piece);
    reply->stream.done(reply->stream.context);
    return fine;
}
