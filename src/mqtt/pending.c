// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/pending.h"

#include "base/log.h"
#include "base/queue.h"
#include "base/time.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define REFUSALS_EVERY (10 * TIME_SECOND)

struct mqtt_pendings {
    mqtt_pendings_config config;
    struct lock *lock;  // over the three below
    struct mqtt_pending *again;
    instant last_refusal;
    int64_t refusals;
    atomic_size_t under_way;
    atomic_bool is_draining;
};

struct mqtt_pendings *mqtt_pendings_new(const mqtt_pendings_config *c, err *e)
{
    struct mqtt_pendings *p = calloc(1, sizeof *p);
    if (p) p->config = *c;
    if (p && (p->lock = lock_new())) return p;
    free(p);
    err_no_memory(e);
    return NULL;
}

bool mqtt_pending_begin(struct mqtt_pendings *p, struct mqtt_pending *x, const mqtt_message *m)
{
    atomic_fetch_add(&p->under_way, 1);  // before the look, so that who drains sees it
    *x = (struct mqtt_pending){.subscriber = m->subscriber, .delivery = m->delivery};
    if (!atomic_load(&p->is_draining)) return true;
    mqtt_pending_undo(p);
    return false;
}

void mqtt_pending_undo(struct mqtt_pendings *p)
{
    atomic_fetch_sub(&p->under_way, 1);
}

void mqtt_pending_end(struct mqtt_pendings *p, struct mqtt_pending *x)
{
    mqtt_done(x->subscriber, x->delivery);
    atomic_fetch_sub(&p->under_way, 1);
}

void mqtt_pendings_note_refusal(struct mqtt_pendings *p, str topic, const err *e)
{
    const instant now = time_now();
    metric_count(p->config.refused, 1);
    lock_take(p->lock);
    const int64_t count = ++p->refusals;
    const bool is_due = now - p->last_refusal >= REFUSALS_EVERY;
    if (is_due) {
        p->last_refusal = now;
        p->refusals = 0;
    }
    lock_drop(p->lock);
    char text[256], where[256];
    if (is_due)
        log_warning("MQTT messages refused", "which=\"%s\" count=%lld topic=%s last=%s", p->config.what,
                    (long long)count, log_quote(where, topic), log_quote(text, str_of(e->text)));
}

static void try_again(struct mqtt_pendings *p, struct mqtt_pending *x)
{
    lock_take(p->lock);
    x->next = p->again;
    p->again = x;
    lock_drop(p->lock);
}

static bool passes_by_itself(err_code code)
{
    return code == ERR_BUSY || code == ERR_DISK_FULL || code == ERR_READ_ONLY;
}

bool mqtt_pending_failed(struct mqtt_pendings *p, struct mqtt_pending *x, str topic, const err *e)
{
    if (err_http_status(e->code) < 500) {
        mqtt_pendings_note_refusal(p, topic, e);
        return true;
    }
    if (passes_by_itself(e->code) || ++x->tries < MQTT_TRIES_MAX) {
        try_again(p, x);
        return false;
    }
    metric_count(p->config.given_up, 1);
    log_error("an MQTT message cannot be stored and is given up", "which=\"%s\" reason=%s", p->config.what,
              e->text);
    return true;
}

struct mqtt_pending *mqtt_pendings_take_again(struct mqtt_pendings *p)
{
    lock_take(p->lock);
    struct mqtt_pending *all = p->again;
    p->again = NULL;
    lock_drop(p->lock);
    return all;
}

bool mqtt_pendings_is_draining(const struct mqtt_pendings *p)
{
    return atomic_load(&p->is_draining);
}

void mqtt_pendings_drain(struct mqtt_pendings *p, int seconds)
{
    const int64_t until = time_monotonic_us() + seconds * TIME_SECOND;
    atomic_store(&p->is_draining, true);
    while (atomic_load(&p->under_way) && time_monotonic_us() < until)
        nanosleep(&(struct timespec){.tv_nsec = 5 * 1000 * 1000}, NULL);
}

void mqtt_pendings_free(struct mqtt_pendings *p)
{
    if (!p) return;
    lock_free(p->lock);
    free(p);
}
