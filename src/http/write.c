// SPDX-License-Identifier: EUPL-1.2
#include "http/core.h"
#include "http/meter.h"

#include "base/time.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

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

// A refusal that no handler saw has no time worth knowing.
static void count(const struct http_request *r)
{
    meter_request(r->status, r->started_us ? time_monotonic_us() - r->started_us : -1);
}

static step finish_request(struct conn *c)
{
    struct http_request *r = c->request;
    const size_t ahead = r->in.n - r->next_at;
    count(r);
    if (r->must_close || c->loop->stop_at_us) {
        conn_begin_drain(c);
        return STEP_AGAIN;
    }
    memmove(r->in.p, r->in.p + r->next_at, ahead);
    r->in.n = ahead;
    request_clear(r);
    c->phase = PHASE_HEAD;
    c->idle_since_us = c->loop->now_us;
    c->deadline_us = conn_time_after(c, conn_config(c)->idle_timeout_s);
    if (ahead) conn_note_first_byte(c);
    return STEP_AGAIN;
}

static step begin_live(struct conn *c)
{
    struct http_request *r = c->request;
    count(r);
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
    if (!stream_want(r)) return STEP_CLOSE;
    c->phase = PHASE_PULL;
    c->deadline_us = INT64_MAX;
    return STEP_WAIT;
}

step step_reply(struct conn *c)
{
    struct http_request *r = c->request;
    struct iovec parts[REQUEST_PARTS];
    const size_t count = gather(r, parts);
    if (!count) return after_reply(c);
    if (!c->can_write) {
        if (r->stream) stream_wait(r);
        return STEP_WAIT;
    }
    const ssize_t n = conn_send(c, parts, count);
    if (n < 0 && errno != EAGAIN) return STEP_CLOSE;
    if (n < 0) {
        c->can_write = false;
        return STEP_AGAIN;
    }
    drop_written(r, (size_t)n);
    c->deadline_us = conn_time_after(c, conn_config(c)->write_timeout_s);
    return STEP_AGAIN;
}
