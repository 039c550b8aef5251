// SPDX-License-Identifier: EUPL-1.2
#include "http/core.h"
#include "http/meter.h"

#include "base/time.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    STEPS_PER_TURN = 64,  // then the other connections of the loop come first
    HEAD_READ = 2048,
    BODY_READ = 64 << 10,
    DRAIN_READ = 16 << 10,
    DRAIN_MAX = 4 << 20,
    DRAIN_S = 2,
    CROWDED_IDLE_S = 5,               // with nine tenths of the connections taken: longer idle ones make room
    SPARE_REQUESTS = 64,              // kept per loop
    KEPT_BUFFER = 16 << 10,           // a buffer that grew beyond this is freed after its request
    BODY_BYTES_PER_SECOND = 64 << 10  // a body that comes this fast may take longer than request_timeout_s
};

typedef enum { STEP_AGAIN, STEP_WAIT, STEP_CLOSE } step;

static int64_t seconds_from_now(const struct conn *c, int64_t seconds)
{
    return c->loop->now_us + seconds * TIME_SECOND;
}

static const http_config *config_of(const struct conn *c)
{
    return &c->loop->server->config;
}

// ---- requests ----

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

// Ready for the next request; what the client sent ahead is kept.
static void request_clear(struct http_request *r)
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

static void on_return(struct post *p);

static struct http_request *request_new(void)
{
    struct http_request *r = calloc(1, sizeof *r);
    if (!r) return NULL;
    r->arena = arena_new(REQUEST_ARENA_MAX);
    if (r->arena) return r;
    free(r);
    return NULL;
}

static struct http_request *request_take(struct loop *l, struct conn *c)
{
    struct http_request *r = l->spare;
    if (r) {
        l->spare = r->next_spare;
        l->spare_count--;
    } else if (!(r = request_new())) {
        return NULL;
    }
    r->post.run = on_return;
    r->conn = c;
    // What goes in is bounded by the checks on head and body, what goes out by the handlers.
    r->in.max = r->out.max = r->packed.max = SIZE_MAX / 2;
    return r;
}

static void request_spare(struct loop *l, struct http_request *r)
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

// ---- reading ----

typedef enum { GOT_BYTES, GOT_NOTHING, GOT_END } received;

static received receive(struct conn *c, size_t most)
{
    buf *in = &c->request->in;
    if (!c->can_read) return GOT_NOTHING;
    if (!buf_reserve(in, most)) return GOT_END;
    const ssize_t n = recv(c->fd, in->p + in->n, most, 0);
    if (n > 0) {
        in->n += (size_t)n;
        // Less than asked for: the socket is empty, epoll tells when there is more (or has told that it has ended).
        if ((size_t)n < most) c->can_read = c->peer_ended;
        return GOT_BYTES;
    }
    if (n == 0 || errno != EAGAIN) return GOT_END;
    c->can_read = false;
    return GOT_NOTHING;
}

static step refuse(struct conn *c, const struct refusal *why)
{
    struct http_request *r = c->request;
    r->is_answered = false;
    c->loop->dispatching = r;
    answer_refuse(r, why);
    c->loop->dispatching = NULL;
    c->phase = PHASE_REPLY;
    c->deadline_us = seconds_from_now(c, config_of(c)->write_timeout_s);
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

static step dispatch(struct conn *c)
{
    struct http_request *r = c->request;
    struct loop *l = c->loop;
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
    return refuse(c, &(struct refusal){503, "too many requests are waiting"});
}

static bool send_continue(struct conn *c)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    return send(c->fd, text, sizeof text - 1, MSG_NOSIGNAL) == sizeof text - 1;
}

static step begin_request(struct conn *c)
{
    struct http_request *r = c->request;
    struct refusal why;
    r->head_n = r->next_at = r->scan.at;
    if (!head_parse((str){r->in.p, r->head_n}, &r->head, &why)) return refuse(c, &why);
    choose_route(r);
    if (r->head.length > r->body_max)
        return refuse(c, &(struct refusal){413, "the body is larger than allowed"});
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

static void note_first_byte(struct conn *c)
{
    c->request->first_byte_us = c->loop->now_us;
    c->deadline_us = seconds_from_now(c, config_of(c)->request_timeout_s);
}

static step step_head(struct conn *c)
{
    struct refusal why;
    if (!c->request && !c->can_read) return STEP_WAIT;
    if (!c->request && !(c->request = request_take(c->loop, c))) return STEP_CLOSE;
    struct http_request *r = c->request;
    skip_empty_lines(r);
    switch (head_find_end(&r->scan, buf_str(&r->in), config_of(c)->header_bytes_max, &why)) {
    case HEAD_REFUSED: return refuse(c, &why);
    case HEAD_COMPLETE: return begin_request(c);
    case HEAD_INCOMPLETE: break;
    }
    const bool was_idle = !r->in.n;
    switch (receive(c, HEAD_READ)) {
    case GOT_END: return STEP_CLOSE;
    case GOT_BYTES:
        if (was_idle) note_first_byte(c);
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
    c->deadline_us = r->first_byte_us + (config_of(c)->request_timeout_s + extra_s) * TIME_SECOND;
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
    if (state == CHUNK_REFUSED) return refuse(c, &why);
    r->body_n += written;
    if (state == CHUNK_DONE) {
        r->next_at = at + used;
        return dispatch(c);
    }
    r->in.n = at + written;  // all was read; the coding between the data is gone
    return more_body(c, BODY_READ);
}

static step step_body(struct conn *c)
{
    struct http_request *r = c->request;
    if (r->head.is_chunked) return read_chunked(c);
    const size_t there = r->in.n - r->head_n, length = (size_t)r->head.length;
    if (there < length) return more_body(c, length - there);
    r->body_n = length;
    r->next_at = r->head_n + length;
    return dispatch(c);
}

// ---- answering ----

// Nothing to do until the request comes back.
static step step_wait(struct conn *c)
{
    (void)c;
    return STEP_WAIT;
}

static void drop_written(struct http_request *r, size_t n)
{
    for (size_t i = 0; i < r->part_count; i++) {
        const size_t of_this = n < r->parts[i].n ? n : r->parts[i].n;
        r->parts[i] = str_slice(r->parts[i], of_this, r->parts[i].n);
        n -= of_this;
    }
}

// An iovec is not const because readv shares it; sendmsg only reads.
static struct iovec iovec_of(str s)
{
    union {
        const char *read;
        void *shared;
    } p = {s.p};
    return (struct iovec){p.shared, s.n};
}

static size_t gather(const struct http_request *r, struct iovec out[static REQUEST_PARTS])
{
    size_t n = 0;
    for (size_t i = 0; i < r->part_count; i++)
        if (r->parts[i].n) out[n++] = iovec_of(r->parts[i]);
    return n;
}

static step finish_request(struct conn *c)
{
    struct http_request *r = c->request;
    const size_t ahead = r->in.n - r->next_at;
    meter_request(r->status, time_monotonic_us() - r->started_us);
    if (r->must_close || c->loop->stop_at_us) {
        shutdown(c->fd, SHUT_WR);
        c->phase = PHASE_DRAIN;
        c->deadline_us = seconds_from_now(c, DRAIN_S);
        return STEP_AGAIN;
    }
    memmove(r->in.p, r->in.p + r->next_at, ahead);
    r->in.n = ahead;
    request_clear(r);
    c->phase = PHASE_HEAD;
    c->idle_since_us = c->loop->now_us;
    c->deadline_us = seconds_from_now(c, config_of(c)->idle_timeout_s);
    if (ahead) note_first_byte(c);
    return STEP_AGAIN;
}

static step begin_live(struct conn *c)
{
    struct http_request *r = c->request;
    meter_request(r->status, time_monotonic_us() - r->started_us);
    c->live = r->live;
    r->live = NULL;
    request_spare(c->loop, r);
    c->request = NULL;
    c->phase = PHASE_LIVE;
    c->deadline_us = INT64_MAX;
    live_attach(c->live, c);
    return STEP_AGAIN;
}

static step after_reply(struct conn *c)
{
    struct http_request *r = c->request;
    if (r->live) return begin_live(c);
    if (!r->stream) return finish_request(c);
    if (r->stream->has_failed) return STEP_CLOSE;
    if (r->stream->is_over) return finish_request(c);
    c->phase = PHASE_PULL;
    c->deadline_us = INT64_MAX;
    return workers_submit(c->loop->server->workers, r) ? STEP_WAIT : STEP_CLOSE;
}

static step step_reply(struct conn *c)
{
    struct http_request *r = c->request;
    struct iovec parts[REQUEST_PARTS];
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = gather(r, parts)};
    if (!message.msg_iovlen) return after_reply(c);
    if (!c->can_write) return STEP_WAIT;
    const ssize_t n = sendmsg(c->fd, &message, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) return STEP_CLOSE;
    if (n < 0) {
        c->can_write = false;
        return STEP_WAIT;
    }
    drop_written(r, (size_t)n);
    c->deadline_us = seconds_from_now(c, config_of(c)->write_timeout_s);
    return STEP_AGAIN;
}

// The request comes back from whoever answered it.
static void on_return(struct post *p)
{
    struct http_request *r = (struct http_request *)((char *)p - offsetof(struct http_request, post));
    struct conn *c = r->conn;
    c->phase = PHASE_REPLY;
    c->deadline_us = seconds_from_now(c, config_of(c)->write_timeout_s);
    if (c->is_away)
        conn_close(c);
    else
        conn_run(c);
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

// ---- live and closing ----

static step discard_input(struct conn *c, size_t most)
{
    char bytes[DRAIN_READ];
    while (c->can_read) {
        const ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN)) return STEP_CLOSE;
        if (n < 0)
            c->can_read = false;
        else
            c->drained += (size_t)n;
        if (c->drained > most) return STEP_CLOSE;
    }
    return STEP_WAIT;
}

static step step_live(struct conn *c)
{
    if (discard_input(c, DRAIN_MAX) == STEP_CLOSE || !live_write(c->live)) return STEP_CLOSE;
    if (live_has_more(c->live) || !live_is_over(c->live)) return STEP_WAIT;
    live_end(c->live);
    c->live = NULL;
    shutdown(c->fd, SHUT_WR);
    c->phase = PHASE_DRAIN;
    c->deadline_us = seconds_from_now(c, DRAIN_S);
    return STEP_AGAIN;
}

static step step_drain(struct conn *c)
{
    return discard_input(c, DRAIN_MAX);
}

static void leave_loop(struct conn *c)
{
    struct loop *l = c->loop;
    if (c->is_orphan) return;
    if (c->previous)
        c->previous->next = c->next;
    else
        l->conns = c->next;
    if (c->next) c->next->previous = c->previous;
    atomic_fetch_sub(&l->conn_count, 1);
}

static void close_socket(struct conn *c)
{
    struct http_server *s = c->loop->server;
    if (c->fd < 0) return;
    close(c->fd);
    c->fd = -1;
    if (s->peers) peers_leave(s->peers, &c->key);
    atomic_fetch_sub(&s->conn_count, 1);
    meter_connections(-1);
}

// A stream that nobody reads any more: its done() runs on a worker, like all of it.
static bool cancel_stream(struct conn *c)
{
    struct stream *s = c->request->stream;
    s->is_cancelled = true;
    c->phase = PHASE_PULL;
    c->is_away = true;
    return workers_submit(c->loop->server->workers, c->request);
}

void conn_close(struct conn *c)
{
    struct http_request *r = c->request;
    close_socket(c);
    c->is_away = c->phase == PHASE_HANDLER || c->phase == PHASE_PULL;
    if (c->is_away) return;
    if (r && r->stream && !r->stream->is_over && cancel_stream(c)) return;
    if (c->live) live_end(c->live);
    if (r && r->live) live_end(r->live);
    c->live = NULL;
    leave_loop(c);
    c->next_dead = c->loop->dead;
    c->loop->dead = c;
}

void conn_free(struct conn *c)
{
    struct http_server *s = c->loop->server;
    const bool is_orphan = c->is_orphan;
    if (c->request) c->request->live = NULL;
    if (c->request) request_spare(c->loop, c->request);
    free(c);
    if (is_orphan) server_release(s);
}

void conn_abandon(struct conn *c)
{
    conn_close(c);
    if (!c->is_away) return;
    leave_loop(c);
    c->is_orphan = true;
    atomic_fetch_add(&c->loop->server->holders, 1);
}

// ---- the phases ----

static bool is_idle(const struct conn *c)
{
    return c->phase == PHASE_HEAD && !(c->request && c->request->in.n);
}

static void time_out_reading(struct conn *c)
{
    if (is_idle(c)) {
        conn_close(c);
        return;
    }
    refuse(c, &(struct refusal){408, "the request did not arrive in time"});
    conn_run(c);
}

static void time_out_writing(struct conn *c)
{
    meter_refused(REFUSED_SLOW_READER);
    conn_close(c);
}

static const struct {
    step (*run)(struct conn *c);
    void (*time_out)(struct conn *c);
} phases[PHASE_COUNT] = {
    [PHASE_HEAD] = {step_head, time_out_reading}, [PHASE_BODY] = {step_body, time_out_reading},
    [PHASE_HANDLER] = {step_wait, conn_close},    [PHASE_REPLY] = {step_reply, time_out_writing},
    [PHASE_PULL] = {step_wait, conn_close},       [PHASE_LIVE] = {step_live, time_out_writing},
    [PHASE_DRAIN] = {step_drain, conn_close},
};

void conn_run(struct conn *c)
{
    for (int i = 0; c->fd >= 0; i++) {
        if (i == STEPS_PER_TURN) {
            loop_make_ready(c->loop, c);
            return;
        }
        const step s = phases[c->phase].run(c);
        if (s == STEP_WAIT) return;
        if (s == STEP_CLOSE) conn_close(c);
    }
}

static bool should_make_room(const struct conn *c)
{
    const struct http_server *s = c->loop->server;
    return is_idle(c) && c->loop->now_us - c->idle_since_us > CROWDED_IDLE_S * TIME_SECOND &&
           atomic_load(&s->conn_count) > s->config.connections_max / 10 * 9;
}

void conn_tick(struct conn *c)
{
    if (c->live) live_tick(c->live);
    if (c->fd >= 0 && should_make_room(c)) conn_close(c);
    if (c->fd >= 0 && c->loop->now_us >= c->deadline_us) phases[c->phase].time_out(c);
}

void conn_stop(struct conn *c)
{
    if (is_idle(c) || c->phase == PHASE_DRAIN)
        conn_close(c);
    else if (c->live)
        live_finish(c->live);
}

static void on_event(struct source *s, uint32_t events)
{
    struct conn *c = (struct conn *)((char *)s - offsetof(struct conn, source));
    if (c->fd < 0) return;
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) c->can_read = true;
    if (events & EPOLLOUT) c->can_write = true;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) c->peer_ended = true;
    const bool is_lost = events & (EPOLLHUP | EPOLLERR);
    if (is_lost && (c->phase == PHASE_HANDLER || c->phase == PHASE_PULL))
        conn_close(c);
    else
        conn_run(c);
}

static void adopt(struct conn *c)
{
    struct loop *l = c->loop;
    c->next = l->conns;
    if (l->conns) l->conns->previous = c;
    l->conns = c;
    c->idle_since_us = l->now_us;
    // The first request must come sooner than a later one.
    c->deadline_us = seconds_from_now(c, config_of(c)->request_timeout_s);
    if (l->stop_at_us || !loop_watch(l, c->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, &c->source))
        conn_close(c);
}

static void on_adopt(struct post *p)
{
    adopt((struct conn *)((char *)p - offsetof(struct conn, post)));
}

void conn_accept(struct http_server *s, struct loop *l, int fd, const struct peer_key *key, const char *peer)
{
    struct conn *c = calloc(1, sizeof *c);
    if (!c) {
        close(fd);
        if (s->peers) peers_leave(s->peers, key);
        return;
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails on a unix socket, which has no delay
    *c = (struct conn){
        .source.ready = on_event, .post.run = on_adopt, .loop = l, .fd = fd, .can_write = true, .key = *key};
    memcpy(c->peer, peer, strnlen(peer, sizeof c->peer - 1));
    atomic_fetch_add(&l->conn_count, 1);
    atomic_fetch_add(&s->conn_count, 1);
    meter_connections(1);
    if (pthread_equal(pthread_self(), l->thread)) {
        adopt(c);
    } else if (!loop_post(l, &c->post)) {
        close_socket(c);
        free(c);
    }
}
