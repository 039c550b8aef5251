// SPDX-License-Identifier: EUPL-1.2
// SensorThings over HTTP: /v1.1 and /v1.0. Reads, and writes that take long, run on workers; a small write
// only submits an operation to the store, which its event loop can do at once. Writes are answered after
// their commit.
#include "sta/openapi.h"
#include "sta/request.h"

#include "identity/who.h"

#define BODY_BYTES_MAX ((size_t)16 << 20)  // an entity with a detailed boundary
#define OPENAPI_BYTES_MAX ((size_t)1 << 20)
#define WRITES (HTTP_POST | HTTP_PUT | HTTP_PATCH | HTTP_DELETE)

struct exchange {
    struct http_request *http;
    const struct sta *sta;
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
    if (policy_sees(&x->who) != ACCESS_PUBLIC)
        http_reply_add_header(&head, STR("Cross-Origin-Resource-Policy"), STR("same-origin"));
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

static void fill(struct exchange *x, sta_version version)
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
}

// Version and place of a route's handler; NULL and an answer when the request goes no further.
static struct exchange *begin(struct http_request *r, const struct sta_http *h, sta_version version)
{
    struct exchange *x = ARENA_NEW(http_request_arena(r), struct exchange);
    err e;
    if (!x) {
        http_reply_error(r, 503, STR("no memory for this request"));
        return NULL;
    }
    x->http = r;
    x->sta = h->sta;
    fill(x, version);
    if (!h->identity || identity_who_asks(h->identity, r, x->r.received, &x->who, &e)) return x;
    sta_reply_error(&x->r, &e, reply_http, x);
    return NULL;
}

static void run(struct http_request *r, void *context)
{
    struct exchange *x = context;
    (void)r;
    sta_handle(x->sta, &x->r, reply_http, x);
}

static void on_worker(struct http_request *r, const struct sta_http *h, sta_version version)
{
    struct exchange *x = begin(r, h, version);
    if (x) run(r, x);
}

static void on_loop(struct http_request *r, const struct sta_http *h, sta_version version)
{
    struct exchange *x = begin(r, h, version);
    if (!x) return;
    if (sta_write_is_quick(&x->r))
        run(r, x);
    else if (!http_hand_over(r, run, x))
        http_reply_error(r, 503, STR("too many requests are waiting"));
}

static void worker_v1_0(struct http_request *r, void *context)
{
    on_worker(r, context, STA_V1_0);
}

static void worker_v1_1(struct http_request *r, void *context)
{
    on_worker(r, context, STA_V1_1);
}

static void loop_v1_0(struct http_request *r, void *context)
{
    on_loop(r, context, STA_V1_0);
}

static void loop_v1_1(struct http_request *r, void *context)
{
    on_loop(r, context, STA_V1_1);
}

static void openapi_get(struct http_request *r, void *context)
{
    const struct sta_http *h = context;
    buf b = {.max = OPENAPI_BYTES_MAX};
    openapi_write(&b, h->sta);
    http_reply_data reply = {
        .status = b.failed ? 500 : 200, .content_type = STR("application/json"), .body = buf_str(&b)};
    http_reply_add_header(&reply, STR("Cache-Control"), STR("max-age=3600"));
    http_reply(r, &reply);
    buf_free(&b);
}

void sta_routes(struct sta_http *h, http_route out[static STA_ROUTES])
{
    const size_t large = sta_limits_or_default(&h->sta->limits).large_bytes;
    const http_route routes[STA_ROUTES] = {
        {HTTP_GET, STR("/v1.0"), HTTP_PREFIX, 0, worker_v1_0, h},
        {HTTP_GET, STR("/v1.1"), HTTP_PREFIX, 0, worker_v1_1, h},
        {WRITES, STR("/v1.0"), HTTP_PREFIX | HTTP_ON_LOOP, BODY_BYTES_MAX, loop_v1_0, h},
        {WRITES, STR("/v1.1"), HTTP_PREFIX | HTTP_ON_LOOP, BODY_BYTES_MAX, loop_v1_1, h},
        {HTTP_GET, STR("/v1.1/api"), 0, 0, openapi_get, h},
        {HTTP_POST, STR("/v1.0/CreateObservations"), 0, large, worker_v1_0, h},
        {HTTP_POST, STR("/v1.1/CreateObservations"), 0, large, worker_v1_1, h},
        {HTTP_POST, STR("/v1.0/$batch"), 0, large, worker_v1_0, h},
        {HTTP_POST, STR("/v1.1/$batch"), 0, large, worker_v1_1, h},
    };
    for (size_t i = 0; i < STA_ROUTES; i++) out[i] = routes[i];
}
