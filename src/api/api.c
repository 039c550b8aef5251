// SPDX-License-Identifier: EUPL-1.2
// A request through the frame: resource, who asks, parameters, body, handler, answer.
#include "api/api.h"

#include "identity/reads.h"
#include "identity/who.h"

#include "base/log.h"
#include "http/route.h"

#include <assert.h>

static str media_type(api_format f)
{
    switch (f) {
    case API_CSV: return STR("text/csv; charset=utf-8; header=present");
    case API_GEOJSON: return STR("application/geo+json");
    case API_ATOM: return STR("application/atom+xml; charset=utf-8");
    case API_JSON: break;
    }
    return STR("application/json");
}

// ---- answering -----------------------------------------------------------------------------------------------------

static void add_version(struct api_call *c)
{
    api_header(c, STR("API-Version"), STR(API_VERSION));
}

// What went wrong inside is for the log; the client is told what it can do.
static void answer_problem(struct api_call *c, const err *e)
{
    err shown = *e;
    if (err_http_status(e->code) == 500) {
        char text[512], path[256];
        log_error("request failed", "path=%s error=%s why=%s", log_quote(path, http_request_path(c->request)),
                  err_code_name(e->code).p, log_quote(text, str_of(e->text)));
        (void)err_set(&shown, e->code, ERR_NOWHERE, "a fault of peil itself; it was logged");
    }
    buf b = {.max = 16384};
    api_write_problem(&b, &shown, http_request_path(c->request));
    add_version(c);
    c->head.status = err_http_status(e->code);
    c->head.content_type = STR("application/problem+json");
    c->head.body = buf_str(&b);
    api_header(c, STR("Cache-Control"), STR("no-store"));
    if (c->head.status == 401) api_header(c, STR("WWW-Authenticate"), STR("Bearer"));
    if (c->head.status == 503) api_header(c, STR("Retry-After"), STR("1"));
    http_reply(c->request, &c->head);
    buf_free(&b);
}

static bool has_cache_control(const struct api_call *c)
{
    for (size_t i = 0; i < c->head.header_count; i++)
        if (str_eq_nocase(c->head.headers[i].name, STR("Cache-Control"))) return true;
    return false;
}

static void answer(struct api_call *c)
{
    const struct api_resource *r = c->resource;
    c->head.status = c->status ? c->status : r->status ? r->status : r->answer ? 200 : 204;
    const bool has_body = c->head.status != 204 && c->head.status != 304;
    if (has_body && c->head.content_type.n == 0) c->head.content_type = media_type(c->format);
    add_version(c);
    if (r->formats) api_header(c, STR("Vary"), STR("Accept"));
    if (!has_cache_control(c)) {
        if (policy_sees(&c->who) != ACCESS_PUBLIC || r->needs != ACTION_READ_PUBLIC)
            private_answer(&c->head);
        else
            api_header(c, STR("Cache-Control"), STR("no-cache"));
    }
    c->head.body = has_body ? buf_str(&c->out) : (str){0};
    if (c->stream.next) {
        http_reply_stream(c->request, &c->head, c->stream);
    } else if (c->piece) {
        http_piece *const piece = c->piece;  // c is gone after the answer
        http_reply_piece(c->request, &c->head, piece);
        http_piece_release(piece);
    } else {
        http_reply(c->request, &c->head);
    }
}

// ---- before the handler --------------------------------------------------------------------------------------------

static bool find_resource(struct api_call *c, err *e)
{
    const str path = http_request_path(c->request);
    const str below = str_slice(path, STR(API_ROOT).n, path.n);
    unsigned allowed;
    c->resource = api_find(http_request_method(c->request), below, c->a, c->values, &allowed);
    if (c->resource) return true;
    if (allowed == 0) return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no such resource");
    buf b = {.max = 128};
    str allow;
    route_write_allow(&b, allowed);
    if (arena_copy(c->a, buf_str(&b), &allow)) api_header(c, STR("Allow"), allow);
    buf_free(&b);
    return err_set(e, ERR_METHOD, ERR_NOWHERE, "this resource allows %.*s", STR_ARG(allow));
}

static bool authorise(struct api_call *c, err *e)
{
    if (c->parts->identity && !identity_who_asks(c->parts->identity, c->request, c->now, &c->who, e))
        return false;
    return policy_allows(&c->who, c->resource->needs, e);
}

static bool read_body(struct api_call *c, err *e)
{
    const struct api_resource *r = c->resource;
    const str body = http_request_body(c->request), type = http_request_header(c->request, "Content-Type");
    const size_t most = r->body_max ? r->body_max : API_BODY_BYTES_MAX;
    if (body.n > most) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the body is longer than %zu bytes", most);
    if (!r->body) return true;
    const bool is_patch = r->method == HTTP_PATCH && str_starts(type, STR("application/merge-patch+json"));
    if (type.n && !is_patch && !str_starts(type, STR("application/json")))
        return err_set(e, ERR_MEDIA, ERR_NOWHERE, "the body must be application/json");
    json *tree;
    if (!json_parse(body, c->a, &tree, e) || !api_check_body(tree, r->body, e)) return err_within(e, "body");
    c->body = tree;
    return true;
}

static bool run(struct api_call *c, err *e)
{
    if (!find_resource(c, e) || !authorise(c, e) || !api_read_query(c, http_request_query(c->request), e) ||
        !read_body(c, e))
        return false;
    c->out.max = API_ANSWER_BYTES_MAX;
    c->w = json_writer_on(&c->out);
    if (!c->resource->run(c, e)) return false;
    if (c->resource->method == HTTP_GET)
        reads_note_right(identity_reads(c->parts->identity), &c->who, c->resource->needs,
                         http_request_path(c->request), c->now);
    return !c->out.failed ||
           err_set(e, ERR_LIMIT, ERR_NOWHERE, "the answer is too large; ask for less at once");
}

static void give_up(struct api_call *c)
{
    if (c->piece) http_piece_release(c->piece);
    if (c->stream.done) c->stream.done(c->stream.context);
    c->head = (http_reply_data){.status = 0};
}

static struct api_call *call_of(struct http_request *r, const struct api_parts *parts)
{
    struct api_call *c = ARENA_NEW(http_request_arena(r), struct api_call);
    if (!c) return NULL;
    c->parts = parts;
    c->request = r;
    c->a = http_request_arena(r);
    c->now = time_now();
    return c;
}

static void handle(struct http_request *r, void *context)
{
    struct api_call *c = call_of(r, context);
    err e = {.at = ERR_NOWHERE};
    if (!c) {
        http_reply_error(r, 503, STR("no memory for this request"));
        return;
    }
    const bool ok = run(c, &e);
    buf out = c->out;  // the request, and c with it, is gone after the answer
    if (c->at) snapshot_close(c->at);
    if (ok) {
        answer(c);
    } else {
        if (c->resource) give_up(c);
        answer_problem(c, &e);
    }
    buf_free(&out);
}

// ---- on the loop ---------------------------------------------------------------------------------------------------

// Compressing takes longer than all the rest, so who wants that is answered by a worker.
static bool may_be_at_once(const struct http_request *r)
{
    return http_request_method(r) == HTTP_GET && http_request_body(r).n == 0 && identity_is_nobody(r) &&
           !http_accepts(http_request_header(r, "Accept-Encoding"), STR("gzip"));
}

static bool run_at_once(struct api_call *c)
{
    err ignored;
    if (!find_resource(c, &ignored) || !c->resource->at_once) return false;
    c->who = (struct principal){.role = ROLE_PUBLIC};
    if (!policy_allows(&c->who, c->resource->needs, &ignored) ||
        !api_read_query(c, http_request_query(c->request), &ignored))
        return false;
    c->out.max = API_ANSWER_BYTES_MAX;
    c->w = json_writer_on(&c->out);
    return c->resource->at_once(c) && !c->out.failed;
}

static bool answer_at_once(struct http_request *r, const struct api_parts *parts)
{
    struct api_call *c = may_be_at_once(r) ? call_of(r, parts) : NULL;
    if (!c) return false;
    const bool ok = run_at_once(c);
    buf out = c->out;
    if (ok) answer(c);
    buf_free(&out);
    return ok;
}

static void handle_on_loop(struct http_request *r, void *context)
{
    if (!answer_at_once(r, context) && !http_hand_over(r, handle, context))
        http_reply_error(r, 503, STR("too many requests are waiting"));
}

http_route api_route(const struct api_parts *parts)
{
    return (http_route){.methods = HTTP_GET | HTTP_POST | HTTP_PUT | HTTP_PATCH | HTTP_DELETE,
                        .path = STR(API_ROOT),
                        .flags = HTTP_PREFIX | HTTP_ON_LOOP,
                        .body_max = API_BODY_BYTES_LIMIT,
                        .handle = handle_on_loop,
                        .context = (void *)(uintptr_t)parts};
}
