// SPDX-License-Identifier: EUPL-1.2
// SensorThings over HTTP: /v1.1 and /v1.0. Requests run on workers; writes are answered after their commit.
#include "sta/request.h"

#define BODY_BYTES_MAX ((size_t)16 << 20)  // a data array or batch of a day
#define METHODS (HTTP_GET | HTTP_POST | HTTP_PUT | HTTP_PATCH | HTTP_DELETE)

struct exchange {
    struct http_request *http;
    struct sta_request r;
    struct principal who;
};

static void reply_http(const struct sta_reply *reply, void *context)
{
    struct exchange *x = context;
    http_reply_data head = {
        .status = reply->status, .content_type = reply->content_type, .body = reply->body};
    for (size_t i = 0; i < reply->header_count; i++)
        http_reply_add_header(&head, reply->headers[i].name, reply->headers[i].value);
    if (reply->is_stream) {
        http_reply_stream(x->http, &head, reply->stream);
    } else {
        http_reply(x->http, &head);
    }
}

static str header(const struct exchange *x, const char *name)
{
    return http_request_header(x->http, name);
}

static void handle(const struct sta_http *h, struct exchange *x, sta_version version)
{
    const str path = http_request_path(x->http);
    x->r = (struct sta_request){
        .method = http_request_method(x->http),
        .version = version,
        .path = str_slice(path, sta_version_name(version).n + 1, path.n),
        .query = http_request_query(x->http),
        .content_type = header(x, "Content-Type"),
        .accept = header(x, "Accept"),
        .prefer = header(x, "Prefer"),
        .if_match = header(x, "If-Match"),
        .if_none_match = header(x, "If-None-Match"),
        .body = http_request_body(x->http),
        .who = &x->who,
        .received = time_now(),
        .arena = http_request_arena(x->http),
    };
    err e = {0};
    const str authorization = header(x, "Authorization");
    if (h->identity && !identity_authenticate(h->identity, authorization, &x->who, &e)) {
        sta_reply_error(&x->r, &e, reply_http, x);
        return;
    }
    sta_handle(h->sta, &x->r, reply_http, x);
}

static void start(struct http_request *r, const struct sta_http *h, sta_version version)
{
    struct exchange *x = ARENA_NEW(http_request_arena(r), struct exchange);
    if (!x) {
        http_reply_error(r, 503, STR("no memory for this request"));
        return;
    }
    x->http = r;
    handle(h, x, version);
}

static void handle_v1_0(struct http_request *r, void *context)
{
    start(r, context, STA_V1_0);
}

static void handle_v1_1(struct http_request *r, void *context)
{
    start(r, context, STA_V1_1);
}

void sta_routes(struct sta_http *h, http_route out[static STA_ROUTES])
{
    out[0] = (http_route){.methods = METHODS,
                          .path = STR("/v1.0"),
                          .flags = HTTP_PREFIX,
                          .body_max = BODY_BYTES_MAX,
                          .handle = handle_v1_0,
                          .context = h};
    out[1] = (http_route){.methods = METHODS,
                          .path = STR("/v1.1"),
                          .flags = HTTP_PREFIX,
                          .body_max = BODY_BYTES_MAX,
                          .handle = handle_v1_1,
                          .context = h};
}
