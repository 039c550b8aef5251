// SPDX-License-Identifier: EUPL-1.2
#include "http/core.h"
#include "http/meter.h"

#include "base/time.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    STEPS_PER_TURN = 64,  // then the other connections of the loop come first
    DRAIN_READ = 16 << 10,
    DRAIN_MAX = 4 << 20,
    DRAIN_S = 2,
    CROWDED_IDLE_S = 5  // with nine tenths of the connections taken: longer idle ones make room
};

int64_t conn_time_after(const struct conn *c, int64_t seconds)
{
    return c->loop->now_us + seconds * TIME_SECOND;
}

const http_config *conn_config(const struct conn *c)
{
    return &c->loop->server->config;
}

// ---- phases without a request to read or write ----

// Nothing to do until the request comes back.
static step step_wait(struct conn *c)
{
    (void)c;
    return STEP_WAIT;
}

static step step_handshake(struct conn *c)
{
    switch (tls_handshake(c)) {
    case TLS_FAILED: return STEP_CLOSE;
    case TLS_WAIT: return STEP_WAIT;
    case TLS_DONE: break;
    }
    c->phase = PHASE_HEAD;
    c->can_read = true;  // what came behind the handshake may be read already
    return STEP_AGAIN;
}

static step step_drain(struct conn *c)
{
    char bytes[DRAIN_READ];
    while (c->can_read) {
        const ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);  // encrypted or not, nobody reads it
        if (n == 0 || (n < 0 && errno != EAGAIN)) return STEP_CLOSE;
        if (n < 0)
            c->can_read = false;
        else
            c->drained += (size_t)n;
        if (c->drained > DRAIN_MAX) return STEP_CLOSE;
    }
    return STEP_WAIT;
}

void conn_begin_drain(struct conn *c)
{
    tls_say_goodbye(c);
    shutdown(c->fd, SHUT_WR);
    c->phase = PHASE_DRAIN;
    c->deadline_us = conn_time_after(c, DRAIN_S);
}

static step step_live(struct conn *c)
{
    if (step_drain(c) == STEP_CLOSE || !live_write(c->live)) return STEP_CLOSE;
    if (live_has_more(c->live) || !live_is_over(c->live)) return STEP_WAIT;
    live_end(c->live);
    c->live = NULL;
    conn_begin_drain(c);
    return STEP_AGAIN;
}

// ---- closing ----

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
    tls_detach(c);
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
    return stream_want(c->request);
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
    conn_refuse(c, &(struct refusal){408, "the request did not arrive in time"});
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
    [PHASE_HANDSHAKE] = {step_handshake, conn_close}, [PHASE_HEAD] = {step_head, time_out_reading},
    [PHASE_BODY] = {step_body, time_out_reading},     [PHASE_HANDLER] = {step_wait, conn_close},
    [PHASE_REPLY] = {step_reply, time_out_writing},   [PHASE_PULL] = {step_wait, conn_close},
    [PHASE_LIVE] = {step_live, time_out_writing},     [PHASE_DRAIN] = {step_drain, conn_close},
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
    if (is_idle(c) || c->phase == PHASE_DRAIN || c->phase == PHASE_HANDSHAKE)
        conn_close(c);
    else if (c->live)
        live_finish(c->live);
}

// ---- what happens to it ----

// The request comes back from whoever answered it.
void conn_on_return(struct post *p)
{
    struct http_request *r = (struct http_request *)((char *)p - offsetof(struct http_request, post));
    struct conn *c = r->conn;
    c->phase = PHASE_REPLY;
    c->deadline_us = conn_time_after(c, conn_config(c)->write_timeout_s);
    if (c->is_away)
        conn_close(c);
    else
        conn_run(c);
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
    c->deadline_us = conn_time_after(c, conn_config(c)->request_timeout_s);
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
    *c = (struct conn){.source.ready = on_event,
                       .post.run = on_adopt,
                       .loop = l,
                       .fd = fd,
                       .phase = PHASE_HEAD,
                       .can_write = true,
                       .key = *key};
    if (s->tls && !tls_attach(s->tls, c)) {
        close(fd);
        if (s->peers) peers_leave(s->peers, key);
        free(c);
        return;
    }
    if (c->tls) c->phase = PHASE_HANDSHAKE;
    memcpy(c->peer, peer, strnlen(peer, sizeof c->peer - 1));
    struct peer_key whole;  // `key` is cut to a network
    c->is_trusted = s->trusted.count &&
                    trusted_has(&s->trusted, address_read(str_of(peer), &whole) ? &whole : key);
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
