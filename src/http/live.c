// SPDX-License-Identifier: EUPL-1.2
#include "http/core.h"
#include "http/meter.h"

#include "base/time.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { PIECES_PER_WRITE = 32 };

// What waits to be sent; carries its piece from the sender's thread into the loop's list.
struct item {
    struct post post;
    struct item *next;
    struct http_live *live;
    http_piece *piece;
};

// Whether the caller has been told of the end, or has gone first.
enum { UNTOLD, BEING_TOLD, TOLD, LET_GO };

struct http_live {
    atomic_size_t holders;  // the caller, the loop, and each post under way
    atomic_size_t queued;   // bytes of all items that wait
    atomic_bool is_over;    // asked to close, too slow, or ended
    atomic_int telling;
    struct post close_post;
    struct loop *loop;  // stays until the last holder has gone, for each live stream holds the server
    struct conn *conn;  // NULL before the head has left and after the end
    void (*closed)(void *context);
    void *context;
    struct item *first, *last;
    size_t sent_of_first;
    int64_t sent_at_us;
    bool may_end;  // the asking to end has reached the loop, and so has all that was sent before it
    bool has_ended;
};

static void on_close(struct post *p);

struct http_live *live_new(struct loop *l, void (*closed)(void *context), void *context)
{
    struct http_live *live = calloc(1, sizeof *live);
    if (!live) return NULL;
    atomic_fetch_add(&l->server->holders, 1);
    *live = (struct http_live){.loop = l, .closed = closed, .context = context, .close_post.run = on_close};
    atomic_init(&live->holders, 2);
    return live;
}

static void release(struct http_live *l)
{
    struct http_server *s = l->loop->server;
    if (atomic_fetch_sub(&l->holders, 1) != 1) return;
    free(l);
    server_release(s);
}

static void item_free(struct item *i)
{
    http_piece_release(i->piece);
    free(i);
}

static void drop_first(struct http_live *l)
{
    struct item *i = l->first;
    l->first = i->next;
    if (!l->first) l->last = NULL;
    l->sent_of_first = 0;
    atomic_fetch_sub(&l->queued, i->piece->n);
    item_free(i);
}

static void tell(struct http_live *l)
{
    int expected = UNTOLD;
    if (!atomic_compare_exchange_strong(&l->telling, &expected, BEING_TOLD)) return;
    l->closed(l->context);
    expected = BEING_TOLD;  // or LET_GO by now, when `closed` closed it
    atomic_compare_exchange_strong(&l->telling, &expected, TOLD);
}

static void drop(struct http_live *l)
{
    l->conn = NULL;
    l->has_ended = true;
    atomic_store(&l->is_over, true);
    while (l->first) drop_first(l);
    release(l);
}

void live_end(struct http_live *l)
{
    if (l->conn) meter_live(-1);
    atomic_store(&l->is_over, true);
    tell(l);
    drop(l);
}

void live_discard(struct http_live *l)
{
    atomic_fetch_sub(&l->holders, 1);  // the caller's, who never sees it
    drop(l);
}

void live_attach(struct http_live *l, struct conn *c)
{
    l->conn = c;
    l->sent_at_us = l->loop->now_us;
    meter_live(1);
}

bool live_is_over(const struct http_live *l)
{
    return l->may_end;
}

// ---- on the loop ----

static void on_item(struct post *p)
{
    struct item *i = (struct item *)((char *)p - offsetof(struct item, post));
    struct http_live *l = i->live;
    if (l->has_ended) {
        item_free(i);
    } else {
        i->next = NULL;
        if (l->last)
            l->last->next = i;
        else
            l->first = i;
        l->last = i;
        if (l->conn) loop_make_ready(l->loop, l->conn);
    }
    release(l);
}

static void on_close(struct post *p)
{
    struct http_live *l = (struct http_live *)((char *)p - offsetof(struct http_live, close_post));
    l->may_end = true;
    if (l->conn) loop_make_ready(l->loop, l->conn);
    release(l);
}

static size_t gather(const struct http_live *l, struct iovec out[static PIECES_PER_WRITE])
{
    size_t n = 0, skip = l->sent_of_first;
    for (const struct item *i = l->first; i && n < PIECES_PER_WRITE; i = i->next, skip = 0)
        out[n++] = (struct iovec){i->piece->bytes + skip, i->piece->n - skip};
    return n;
}

static void drop_sent(struct http_live *l, size_t n)
{
    while (l->first && n >= l->first->piece->n - l->sent_of_first) {
        n -= l->first->piece->n - l->sent_of_first;
        drop_first(l);
    }
    l->sent_of_first += n;
}

bool live_write(struct http_live *l)
{
    struct conn *c = l->conn;
    while (l->first && c->can_write) {
        struct iovec parts[PIECES_PER_WRITE];
        const ssize_t n = conn_send(c, parts, gather(l, parts));
        if (n < 0 && errno != EAGAIN) return false;
        if (n < 0) {
            c->can_write = false;
            continue;
        }
        drop_sent(l, (size_t)n);
        l->sent_at_us = l->loop->now_us;
    }
    c->deadline_us = l->first ? l->sent_at_us + l->loop->server->config.write_timeout_s * TIME_SECOND
                              : INT64_MAX;
    return true;
}

bool live_has_more(const struct http_live *l)
{
    return l->first != NULL;
}

void live_tick(struct http_live *l)
{
    if (l->first || l->loop->now_us - l->sent_at_us < LIVE_QUIET_S * TIME_SECOND) return;
    (void)http_live_send(l, STR(":\n\n"));
}

// ---- from any thread ----

static bool queue(struct http_live *l, http_piece *piece)
{
    struct item *i = malloc(sizeof *i);
    if (!i) return false;
    http_piece_hold(piece);
    *i = (struct item){.post.run = on_item, .live = l, .piece = piece};
    atomic_fetch_add(&l->queued, piece->n);
    atomic_fetch_add(&l->holders, 1);
    if (loop_post(l->loop, &i->post)) return true;
    atomic_fetch_sub(&l->holders, 1);
    item_free(i);
    return false;
}

// Lets the loop send what waits and end the stream.
static void ask_to_end(struct http_live *l)
{
    if (atomic_exchange(&l->is_over, true)) return;
    atomic_fetch_add(&l->holders, 1);
    if (!loop_post(l->loop, &l->close_post)) atomic_fetch_sub(&l->holders, 1);
}

bool http_live_send_piece(struct http_live *l, http_piece *piece)
{
    if (atomic_load(&l->is_over)) return false;
    if (!piece->n) return true;
    if (atomic_load(&l->queued) + piece->n <= LIVE_BUFFER_MAX && queue(l, piece)) return true;
    ask_to_end(l);
    return false;
}

bool http_live_send(struct http_live *l, str bytes)
{
    http_piece *piece = http_piece_new(bytes);
    if (!piece) return false;
    const bool is_sent = http_live_send_piece(l, piece);
    http_piece_release(piece);
    return is_sent;
}

void http_live_close(struct http_live *l)
{
    const bool is_inside = pthread_equal(pthread_self(), l->loop->thread);
    int state = UNTOLD;
    // The caller may free what `closed` uses as soon as this returns.
    while (!atomic_compare_exchange_weak(&l->telling, &state, LET_GO)) {
        if (state == BEING_TOLD && !is_inside) {
            sched_yield();
            state = UNTOLD;
        }
    }
    ask_to_end(l);
    release(l);
}

void live_finish(struct http_live *l)
{
    ask_to_end(l);
}
