// SPDX-License-Identifier: EUPL-1.2
#include "http/core.h"

static str head_bytes(const struct http_request *r)
{
    return (str){r->in.p, r->head_n};
}

http_method http_request_method(const struct http_request *r)
{
    return r->head.method;
}

str http_request_path(const struct http_request *r)
{
    // Empty only for http://host without a path, or when the head was refused.
    return r->head.path.n ? head_span(head_bytes(r), r->head.path) : STR("/");
}

str http_request_query(const struct http_request *r)
{
    return head_span(head_bytes(r), r->head.query);
}

static const head_field *find(const struct http_request *r, const char *name)
{
    return head_find(&r->head, head_bytes(r), str_of(name));
}

str http_request_header(const struct http_request *r, const char *name)
{
    const head_field *f = find(r, name);
    return f ? head_span(head_bytes(r), f->value) : (str){0};
}

bool http_request_has_header(const struct http_request *r, const char *name)
{
    return find(r, name) != NULL;
}

str http_request_body(const struct http_request *r)
{
    return (str){r->in.p + r->head_n, r->body_n};
}

str http_request_peer(const struct http_request *r)
{
    return str_of(r->conn->peer);
}

arena *http_request_arena(struct http_request *r)
{
    return r->arena;
}

const http_route *http_request_route(const struct http_request *r)
{
    return r->route;
}
