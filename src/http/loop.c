// SPDX-License-Identifier: EUPL-1.2
#include "http/core.h"

#include "base/time.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    EVENTS_PER_TURN = 256,
    LIVE_PER_TURN =
        32,  // live streams that are written to before requests have their turn again: a third of a millisecond
    TICK_US = 1000000
};

static void never_run(struct post *p)
{
    (void)p;
}

// Stands in the inbox of a loop that has ended: whoever finds it keeps what he wanted to post.
static struct post inbox_closed = {.run = never_run};

static bool push(struct loop *l, struct post *p)
{
    struct post *top = atomic_load(&l->inbox);
    do {
        if (top == &inbox_closed) return false;
        p->next = top;
    } while (!atomic_compare_exchange_weak(&l->inbox, &top, p));
    // Only a sleeping loop costs a system call: however many answers one commit brings, the first one wakes the loop.
    if (atomic_exchange(&l->is_asleep, false)) eventfd_write(l->wake, 1);
    return true;
}

bool loop_post(struct loop *l, struct post *p)
{
    atomic_fetch_add(&l->posting, 1);
    const bool is_posted = push(l, p);
    atomic_fetch_sub(&l->posting, 1);
    return is_posted;
}

// The eventfd is watched by edges, so each write wakes the loop and nobody has to read it.
static void on_wake(struct source *s, uint32_t events)
{
    (void)s, (void)events;
}

bool loop_watch(struct loop *l, int fd, uint32_t events, struct source *s)
{
    struct epoll_event e = {.events = events, .data.ptr = s};
    return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &e) == 0;
}

static void line_up_live(struct loop *l, struct conn *c)
{
    c->next_ready = NULL;
    if (l->live_ready)
        l->live_ready_last->next_ready = c;
    else
        l->live_ready = c;
    l->live_ready_last = c;
}

void loop_make_ready(struct loop *l, struct conn *c)
{
    if (c->is_ready) return;
    c->is_ready = true;
    if (c->live) {
        line_up_live(l, c);
        return;
    }
    c->next_ready = l->ready;
    l->ready = c;
}

static void run_posts(struct post *newest_first)
{
    struct post *oldest_first = NULL;
    for (struct post *p = newest_first, *next; p; p = next) {
        next = p->next;
        p->next = oldest_first;
        oldest_first = p;
    }
    for (struct post *p = oldest_first, *next; p; p = next) {
        next = p->next;
        p->run(p);
    }
}

static void run_ready(struct loop *l)
{
    struct conn *c = l->ready;
    l->ready = NULL;
    for (struct conn *next; c; c = next) {
        next = c->next_ready;
        c->is_ready = false;
        conn_run(c);
    }
    for (int i = 0; l->live_ready && i < LIVE_PER_TURN; i++) {
        c = l->live_ready;
        l->live_ready = c->next_ready;
        c->is_ready = false;
        conn_run(c);
    }
}

static bool has_ready(const struct loop *l)
{
    return l->ready || l->live_ready;
}

static void bury_dead(struct loop *l)
{
    struct conn *c = l->dead;
    l->dead = NULL;
    for (struct conn *next; c; c = next) {
        next = c->next_dead;
        if (c->is_ready) {  // still in the list of the next turn
            c->next_dead = l->dead;
            l->dead = c;
        } else {
            conn_free(c);
        }
    }
}

static void tick(struct loop *l)
{
    if (l->now_us < l->next_tick_us) return;
    l->next_tick_us = l->now_us + TICK_US;
    // Looking at each connection once a second costs less than keeping their deadlines sorted.
    for (struct conn *c = l->conns, *next; c; c = next) {
        next = c->next;
        conn_tick(c);
    }
    if (l == l->server->loops) listener_tick(&l->server->listener);
}

static void on_stop(struct post *p)
{
    struct loop *l = (struct loop *)((char *)p - offsetof(struct loop, stop_post));
    l->stop_at_us = l->now_us + (int64_t)atomic_load(&l->server->grace_s) * TIME_SECOND + 1;
    if (l == l->server->loops) listener_close(&l->server->listener);
    for (struct conn *c = l->conns, *next; c; c = next) {
        next = c->next;
        conn_stop(c);
    }
}

static bool has_ended(const struct loop *l)
{
    return l->stop_at_us && (!l->conns || l->now_us >= l->stop_at_us);
}

static void wait_and_serve(struct loop *l)
{
    struct epoll_event events[EVENTS_PER_TURN];
    const int64_t left_us = l->next_tick_us - time_monotonic_us();
    atomic_store(&l->is_asleep, true);
    const bool has_work = has_ready(l) || atomic_load(&l->inbox);
    const int timeout_ms = has_work || left_us <= 0 ? 0 : (int)(left_us / 1000) + 1;
    const int n = epoll_wait(l->epoll, events, EVENTS_PER_TURN, timeout_ms);
    atomic_store(&l->is_asleep, false);
    l->now_us = time_monotonic_us();
    for (int i = 0; i < n; i++) {
        struct source *s = events[i].data.ptr;
        s->ready(s, events[i].events);
    }
    run_posts(atomic_exchange(&l->inbox, NULL));
    run_ready(l);
    tick(l);
    bury_dead(l);
}

static void end(struct loop *l)
{
    while (l->conns) conn_abandon(l->conns);
    run_posts(atomic_exchange(&l->inbox, &inbox_closed));
    while (has_ready(l)) run_ready(l);
    bury_dead(l);
    for (struct http_request *r = l->spare, *next; r; r = next) {
        next = r->next_spare;
        request_free(r);
    }
    close(l->epoll);
}

static void *run(void *context)
{
    struct loop *l = context;
    while (!has_ended(l)) wait_and_serve(l);
    end(l);
    return NULL;
}

bool loop_start(struct loop *l, struct http_server *s, err *e)
{
    *l = (struct loop){.server = s,
                       .wake_source.ready = on_wake,
                       .stop_post.run = on_stop,
                       .now_us = time_monotonic_us(),
                       .epoll = epoll_create1(EPOLL_CLOEXEC),
                       .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    l->next_tick_us = l->now_us + TICK_US;
    if (l->epoll >= 0 && l->wake >= 0 && loop_watch(l, l->wake, EPOLLIN | EPOLLET, &l->wake_source) &&
        pthread_create(&l->thread, NULL, run, l) == 0) {
        pthread_setname_np(l->thread, "peil-http");
        return true;
    }
    if (l->epoll >= 0) close(l->epoll);
    if (l->wake >= 0) close(l->wake);
    return err_set(e, ERR_IO, ERR_NOWHERE, "an event loop could not be started");
}

void loop_stop(struct loop *l)
{
    loop_post(l, &l->stop_post);
}

void loop_join(struct loop *l)
{
    pthread_join(l->thread, NULL);
    while (atomic_load(&l->posting)) sched_yield();  // one that posted the last thing may not have left yet
}

void loop_free(struct loop *l)
{
    close(l->wake);
}
