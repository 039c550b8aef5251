// SPDX-License-Identifier: EUPL-1.2
#include "http/core.h"

#include "base/time.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum {
    HEAD_READ = 2048,
    BODY_READ = 64 << 10,
    BODY_BYTES_PER_SECOND = 64 << 10  // a body that comes this fast may take longer than request_timeout_s
};

typedef enum { GOT_BYTES, GOT_NOTHING, GOT_END } received;

static received receive(struct conn *c, size_t most)
{
    buf *in = &c->request->in;
    if (!c->can_read) return GOT_NOTHING;
    if (!buf_reserve(in, most)) return GOT_END;
    const ssize_t n = conn_receive(c, in->p + in->n, most);
    if (n > 0) {
        in->n += (size_t)n;
        // Less than asked for: the socket is empty, epoll tells when there is more (or has told that it has ended).
        // (TLS gives a record at a time, and may hold the next.)
        if ((size_t)n < most && !c->tls) c->can_read = c->peer_ended;
        return GOT_BYTES;
    }
    if (n == 0 || errno != EAGAIN) return GOT_END;
    c->can_read = false;
    return GOT_NOTHING;
}

step conn_refuse(struct conn *c, const struct refusal *why)
{
    struct http_request *r = c->request;
    r->is_answered = false;
    c->loop->dispatching = r;
    answer_refuse(r, why);
    c->loop->dispatching = NULL;
    c->phase = PHASE_REPLY;
    c->deadline_us = conn_time_after(c, conn_config(c)->write_timeout_s);
    return STEP_AGAIN;
}

static void choose_route(struct http_request *r)
{
    struct http_server *s = r->conn->loop->server;
    const str path = http_request_path(r);
    const struct route_match m = route_find(s->config.routes, s->config.route_count, r->head.method, path);
    const bool wants_options = r->head.method == HTTP_OPTIONS && (m.allowed || str_eq(path, STR("*")));
    r->allowed = m.allowed;
    r->route = m.route         ? m.route
               : wants_options ? &s->options_route
               : m.allowed     ? &s->method_route
                               : &s->none_route;
    r->body_max = r->route->body_max ? r->route->body_max : s->config.body_bytes_max;
}

// The whole request was read, so the connection lives on.
static step refuse_for_now(struct conn *c, int64_t wait_s)
{
    struct http_request *r = c->request;
    r->wait_s = wait_s > 0 ? wait_s : 1;
    return conn_refuse(c, &(struct refusal){429, "too many requests; try again later"});
}

static step dispatch(struct conn *c)
{
    struct http_request *r = c->request;
    struct loop *l = c->loop;
    int64_t wait_s = 0;
    const http_config *config = conn_config(c);
    if (config->admit && !config->admit(r, &wait_s, config->context)) return refuse_for_now(c, wait_s);
    c->phase = PHASE_HANDLER;
    c->deadline_us = INT64_MAX;
    r->started_us = l->now_us;
    if (r->route->flags & HTTP_ON_LOOP) {
        l->dispatching = r;
        r->route->handle(r, r->route->context);
        l->dispatching = NULL;
        if (!r->is_answered) return STEP_WAIT;
        c->phase = PHASE_REPLY;
        return STEP_AGAIN;
    }
    if (server_submit(l->server, r)) return STEP_WAIT;
    return conn_refuse(c, &(struct refusal){503, "too many requests are waiting"});
}

// A body that is held in memory whole is no stranger's to send.
static bool is_too_much(struct http_request *r, struct refusal *why)
{
    const http_config *config = conn_config(r->conn);
    const uint64_t length = r->head.length;
    if (length > r->body_max) {
        *why = (struct refusal){413, "the body is larger than allowed"};
        return true;
    }
    if (!config->may_send || r->body_max <= HTTP_STRANGER_BYTES ||
        (!r->head.is_chunked && length <= HTTP_STRANGER_BYTES) || config->may_send(r, config->context))
        return false;
    r->body_max = HTTP_STRANGER_BYTES;
    *why = (struct refusal){401, "a body of more than 64 KiB needs a token that is known, or a session"};
    return length > HTTP_STRANGER_BYTES;
}

static bool send_continue(struct conn *c)
{
    char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct iovec part = {text, sizeof text - 1};
    return conn_send(c, &part, 1) == sizeof text - 1;
}

static step begin_request(struct conn *c)
{
    struct http_request *r = c->request;
    struct refusal why;
    r->head_n = r->next_at = r->scan.at;
    if (!head_parse((str){r->in.p, r->head_n}, &r->head, &why)) return conn_refuse(c, &why);
    choose_route(r);
    if (is_too_much(r, &why)) return conn_refuse(c, &why);
    const bool has_body = r->head.is_chunked || r->head.length;
    if (!has_body) return dispatch(c);
    if (r->head.expects_continue && r->in.n == r->head_n && !send_continue(c)) return STEP_CLOSE;
    c->phase = PHASE_BODY;
    return STEP_AGAIN;
}

// Empty lines before a request are what some old clients send after a body (RFC 9112 section 2.2).
static void skip_empty_lines(struct http_request *r)
{
    size_t n = 0;
    while (r->in.n - n >= 2 && memcmp(r->in.p + n, "\r\n", 2) == 0) n += 2;
    if (!n) return;
    r->in.n -= n;
    memmove(r->in.p, r->in.p + n, r->in.n);
    r->scan = (struct head_scan){0};
}

void conn_note_first_byte(struct conn *c)
{
    c->request->first_byte_us = c->loop->now_us;
    c->deadline_us = conn_time_after(c, conn_config(c)->request_timeout_s);
}

step step_head(struct conn *c)
{
    struct refusal why;
    if (!c->request && !c->can_read) return STEP_WAIT;
    if (!c->request && !(c->request = request_take(c->loop, c))) return STEP_CLOSE;
    struct http_request *r = c->request;
    skip_empty_lines(r);
    switch (head_find_end(&r->scan, buf_str(&r->in), conn_config(c)->header_bytes_max, &why)) {
    case HEAD_REFUSED: return conn_refuse(c, &why);
    case HEAD_COMPLETE: return begin_request(c);
    case HEAD_INCOMPLETE: break;
    }
    const bool was_idle = !r->in.n;
    switch (receive(c, HEAD_READ)) {
    case GOT_END: return STEP_CLOSE;
    case GOT_BYTES:
        if (was_idle) conn_note_first_byte(c);
        return STEP_AGAIN;
    case GOT_NOTHING: break;
    }
    if (was_idle) {  // an idle connection holds no request
        request_spare(c->loop, r);
        c->request = NULL;
    }
    return STEP_WAIT;
}

static step more_body(struct conn *c, size_t most)
{
    const struct http_request *r = c->request;
    switch (receive(c, most < BODY_READ ? most : BODY_READ)) {
    case GOT_END: return STEP_CLOSE;
    case GOT_NOTHING: return STEP_WAIT;
    case GOT_BYTES: break;
    }
    const int64_t extra_s = (int64_t)((r->in.n - r->head_n) / BODY_BYTES_PER_SECOND);
    c->deadline_us = r->first_byte_us + (conn_config(c)->request_timeout_s + extra_s) * TIME_SECOND;
    return STEP_AGAIN;
}

static step read_chunked(struct conn *c)
{
    struct http_request *r = c->request;
    struct refusal why;
    size_t used, written;
    const size_t at = r->head_n + r->body_n;
    const chunk_state state = chunk_read(&r->chunks, r->in.p + at, r->in.n - at, r->body_max - r->body_n,
                                         &used, &written, &why);
    if (state == CHUNK_REFUSED) return conn_refuse(c, &why);
    r->body_n += written;
    if (state == CHUNK_DONE) {
        r->next_at = at + used;
        return dispatch(c);
    }
    r->in.n = at + written;  // all was read; the coding between the data is gone
    return more_body(c, BODY_READ);
}

step step_body(struct conn *c)
{
    struct http_request *r = c->request;
    if (r->head.is_chunked) return read_chunked(c);
    const size_t there = r->in.n - r->head_n, length = (size_t)r->head.length;
    if (there < length) return more_body(c, length - there);
    r->body_n = length;
    r->next_at = r->head_n + length;
    return dispatch(c);
}
