// SPDX-License-Identifier: EUPL-1.2
// GET /live/alerts: public alerts as server-sent events, as they are raised and cleared.
#include "rule/inside.h"

#include <stdlib.h>

#define WATCHERS_MAX 1000

struct watcher {
    struct http_live *stream;
    atomic_bool is_gone;
};

struct live {
    struct lock
        *lock;  // guards what follows; held for a few instructions, and while a piece is queued for each
    struct watcher *all[WATCHERS_MAX];
    size_t count;
    bool is_stopped;
};

struct live *live_alerts_new(void)
{
    struct live *l = calloc(1, sizeof *l);
    if (l) l->lock = lock_new();
    if (l && l->lock) return l;
    free(l);
    return NULL;
}

void live_alerts_free(struct live *l)
{
    if (!l) return;
    live_alerts_stop(l);
    lock_free(l->lock);
    free(l);
}

static void closed(void *context)
{
    struct watcher *w = context;
    atomic_store(&w->is_gone, true);
}

// One of those who left, taken off the list; all: any.
static struct watcher *take_one(struct live *l, bool all)
{
    struct watcher *found = NULL;
    lock_take(l->lock);
    for (size_t k = 0; k < l->count && !found; k++) {
        if (!all && !atomic_load(&l->all[k]->is_gone)) continue;
        found = l->all[k];
        l->all[k] = l->all[--l->count];
    }
    lock_drop(l->lock);
    return found;
}

static void let_go(struct live *l, bool all)
{
    for (struct watcher *w; (w = take_one(l, all)) != NULL;) {
        http_live_close(w->stream);
        free(w);
    }
}

void live_alerts_sweep(struct live *l)
{
    let_go(l, false);
}

void live_alerts_stop(struct live *l)
{
    lock_take(l->lock);
    l->is_stopped = true;
    lock_drop(l->lock);
    let_go(l, true);
}

void live_alerts_send(struct live *l, str bytes)
{
    http_piece *piece = http_piece_new(bytes);
    if (!piece) return;
    lock_take(l->lock);
    for (size_t k = 0; k < l->count; k++) (void)http_live_send_piece(l->all[k]->stream, piece);
    lock_drop(l->lock);
    http_piece_release(piece);
}

void live_alerts_handle(struct http_request *q, void *context)
{
    struct live *l = ((struct rules *)context)->live;
    http_reply_data head = {.status = 200, .content_type = STR("text/event-stream")};
    http_reply_add_header(&head, STR("Cache-Control"), STR("no-store"));
    live_alerts_sweep(l);
    lock_take(l->lock);
    const bool has_room = l->count < WATCHERS_MAX && !l->is_stopped;
    lock_drop(l->lock);
    struct watcher *w = has_room ? calloc(1, sizeof *w) : NULL;
    if (!w) {
        http_reply_error(q, 503, STR("too many look at alerts live"));
        return;
    }
    w->stream = http_reply_live(q, &head, closed, w);
    if (!w->stream) {
        free(w);
        return;
    }
    (void)http_live_send(w->stream, STR("retry: 5000\n\n"));
    lock_take(l->lock);
    const bool is_in = l->count < WATCHERS_MAX && !l->is_stopped;
    if (is_in) l->all[l->count++] = w;
    lock_drop(l->lock);
    if (is_in) return;
    http_live_close(w->stream);
    free(w);
}
