// SPDX-License-Identifier: EUPL-1.2
#include "http/core.h"

#include <stdlib.h>

enum {
    SPARE_REQUESTS = 64,    // kept per loop
    KEPT_BUFFER = 16 << 10  // a buffer that grew beyond this is freed after its request
};

// ---- life ----

void request_free(struct http_request *r)
{
    arena_free(r->arena);
    buf_free(&r->in);
    buf_free(&r->out);
    buf_free(&r->packed);
    http_piece_release(r->piece);
    request_stream_free(r->stream);
    free(r);
}

static void buf_recycle(buf *b)
{
    if (b->capacity > KEPT_BUFFER) buf_free(b);
    buf_clear(b);
}

void request_clear(struct http_request *r)
{
    http_piece_release(r->piece);
    request_stream_free(r->stream);
    arena_reset(r->arena);
    buf_recycle(&r->out);
    buf_recycle(&r->packed);
    const struct http_request old = *r;
    *r = (struct http_request){.post = old.post,
                               .conn = old.conn,
                               .arena = old.arena,
                               .in = old.in,
                               .out = old.out,
                               .packed = old.packed};
}

static struct http_request *request_new(void)
{
    struct http_request *r = calloc(1, sizeof *r);
    if (!r) return NULL;
    r->arena = arena_new(REQUEST_ARENA_MAX);
    if (r->arena) return r;
    free(r);
    return NULL;
}

struct http_request *request_take(struct loop *l, struct conn *c)
{
    struct http_request *r = l->spare;
    if (r) {
        l->spare = r->next_spare;
        l->spare_count--;
    } else if (!(r = request_new())) {
        return NULL;
    }
    r->post.run = conn_on_return;
    r->conn = c;
    // What goes in is bounded by the checks on head and body, what goes out by the handlers.
    r->in.max = r->out.max = r->packed.max = SIZE_MAX / 2;
    return r;
}

void request_spare(struct loop *l, struct http_request *r)
{
    request_clear(r);
    buf_recycle(&r->in);
    if (l->spare_count == SPARE_REQUESTS) {
        request_free(r);
        return;
    }
    r->next_spare = l->spare;
    l->spare = r;
    l->spare_count++;
}

// The last one to hold a request whose loop has ended: nobody else knows it any more.
static void request_end_alone(struct http_request *r)
{
    struct conn *c = r->conn;
    struct http_server *s = c->loop->server;
    if (r->live) live_discard(r->live);
    request_free(r);
    free(c);
    server_release(s);
}

bool request_return(struct http_request *r)
{
    struct loop *l = r->conn->loop;
    if (pthread_equal(pthread_self(), l->thread) && l->dispatching == r) return r->is_answered = true;
    if (loop_post(l, &r->post)) return true;
    request_end_alone(r);
    return false;
}

// ---- what the handler sees ----

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

// The field of that name before number `*at`, from the end: some proxies add a line of their own behind what the client wrote, others
// a word to the end of it. The last word of the last line is the proxy's in both.
static bool header_before(const struct http_request *r, str name, size_t *at, str *out)
{
    while (*at > 0) {
        const head_field *f = &r->head.fields[--*at];
        if (!str_eq_nocase(head_span(head_bytes(r), f->name), name)) continue;
        *out = head_span(head_bytes(r), f->value);
        return true;
    }
    return false;
}

static str forwarded_peer(const struct http_request *r)
{
    const struct trusted *trusted = &r->conn->loop->server->trusted;
    size_t at = r->head.field_count;
    str found = {0}, line;
    struct peer_key k;
    while (header_before(r, STR("X-Forwarded-For"), &at, &line)) {
        const str client = forwarded_client(trusted, line);
        if (!client.n) break;  // what stands before a broken entry is nobody's word
        found = client;
        if (!address_read(client, &k) || !trusted_has(trusted, &k)) break;
    }
    return found;
}

str http_request_peer(const struct http_request *r)
{
    const str client = r->conn->is_trusted ? forwarded_peer(r) : (str){0};
    return client.n ? client : str_of(r->conn->peer);
}

bool http_request_is_secure(const struct http_request *r)
{
    size_t at = r->head.field_count;
    str proto;
    return r->conn->tls || (r->conn->is_trusted && header_before(r, STR("X-Forwarded-Proto"), &at, &proto) &&
                            str_eq(str_trim(proto), STR("https")));
}

const unsigned char *http_request_certificate(const struct http_request *r)
{
    return r->conn->tls && r->conn->has_certificate ? r->conn->peer_certificate : NULL;
}

bool http_request_is_local(const struct http_request *r)
{
    struct peer_key k;
    const bool is_proxied = !r->conn->is_trusted && (http_request_has_header(r, "X-Forwarded-For") ||
                                                     http_request_has_header(r, "X-Forwarded-Proto") ||
                                                     http_request_has_header(r, "Forwarded"));
    return !is_proxied && address_read(http_request_peer(r), &k) && address_is_loopback(&k);
}

arena *http_request_arena(struct http_request *r)
{
    return r->arena;
}

const http_route *http_request_route(const struct http_request *r)
{
    return r->route;
}
