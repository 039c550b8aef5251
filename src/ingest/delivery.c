// SPDX-License-Identifier: EUPL-1.2
#include "ingest/intake.h"

#include "identity/identity.h"
#include "ingest/lines/points.h"
#include "ingest/lines/store.h"
#include "ingest/raw/raw.h"
#include "ingest/readings.h"

#include <math.h>
#include <stdlib.h>

#define DELIVERY_MAX ((size_t)64 << 20)

// One message of a device on its way through the store.
struct delivery {
    struct store_op op;
    struct ingest *in;
    arena *a;
    const struct device_adapter *adapter;
    struct device_result result;
    struct points points;  // of lines that are known
    struct line_series_new *learned;
    instant received;
    bool has_who;
    struct principal who;
    ingest_done done;
    void *context;
    struct ingest_outcome outcome;
};

static void delivery_free(struct delivery *d)
{
    points_free(&d->points);
    arena_free(d->a);
    free(d);
}

static struct delivery *delivery_new(void)
{
    struct delivery *d = calloc(1, sizeof *d);
    if (!d) return NULL;
    d->a = arena_new(DELIVERY_MAX);
    if (d->a) return d;
    free(d);
    return NULL;
}

// The message goes when ingest_device returns; what was read as views of it must not. So it is read from a copy.
struct kept_message {
    struct device_message copy;
    const struct device_message *original;
    arena *a;
};

static str kept_header(const char *name, const void *context)
{
    const struct kept_message *k = context;
    str text = k->original->header(name, k->original->context);
    return arena_copy(k->a, text, &text) ? text : (str){0};
}

static bool keep(struct kept_message *k, const struct device_message *m, const struct device_site *site,
                 arena *a)
{
    *k = (struct kept_message){.copy = *m, .original = m, .a = a};
    k->copy.site = m->site ? m->site : site;
    k->copy.header = m->header ? kept_header : NULL;
    k->copy.context = k;
    str *const texts[] = {&k->copy.topic, &k->copy.path, &k->copy.query, &k->copy.content_type,
                          &k->copy.body};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!arena_copy(a, *texts[i], texts[i])) return false;
    return true;
}

// The broker gives a retained message to each new subscriber, whenever it was sent.
static void drop_undated(struct device_result *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->reading_count; i++)
        if (r->readings[i].time != TIME_NONE) r->readings[kept++] = r->readings[i];
    if (kept < r->reading_count) r->note = STR("retained readings without a time of their own may be old");
    r->reading_count = kept;
}

static bool run(struct store_tx *tx, void *context, err *e)
{
    struct delivery *d = context;
    d->outcome = (struct ingest_outcome){
        .note = d->result.note, .rejects = d->result.rejects, .reject_count = d->result.reject_count};
    d->learned = NULL;
    const struct principal *who = d->has_who ? &d->who : NULL;
    const struct points_work points = {.in = d->in,
                                       .tx = tx,
                                       .adapter = d->adapter,
                                       .points = &d->points,
                                       .who = who,
                                       .received = d->received,
                                       .a = d->a,
                                       .out = &d->outcome,
                                       .learned = &d->learned};
    return points_store(&points, e) && readings_store(d->in, tx, d->adapter, &d->result, who, d->received,
                                                      d->a, &d->outcome, &d->learned, e);
}

static void settle(struct delivery *d, bool is_stored)
{
    if (!is_stored) points_forget_gaps(&d->points);
    for (const struct line_series_new *n = is_stored ? d->learned : NULL; n; n = n->next)
        line_series_learn(d->in->series, n);
}

static void done(void *context, const err *e)
{
    struct delivery *d = context;
    settle(d, e == NULL);
    if (d->done) d->done(d->context, &d->outcome, e);
    delivery_free(d);
}

// Whose lines these may be; empty: everybody's.
static str owner_of(const struct delivery *d)
{
    return d->has_who && d->who.role == ROLE_DEVICE ? str_of(d->who.name) : (str){0};
}

static bool decode(struct delivery *d, const struct device_message *m, err *e)
{
    struct kept_message k;
    d->result = (struct device_result){.state = DEVICE_STATE_NONE};
    struct line_precision precision;
    struct device_message left = *m;
    if (d->adapter->lines && !m->retained && d->adapter->lines(m, d->a, &precision)) {
        if (!points_read(d->in->series, m->body, precision, owner_of(d), m->received, &d->points) ||
            !points_group(&d->points))
            return err_no_memory(e);
        if (d->points.lines && d->points.rest.n == 0) return true;
        if (d->points.lines) left.body = buf_str(&d->points.rest);
    }
    if (!keep(&k, &left, d->in->site, d->a)) return err_no_memory(e);
    if (!d->adapter->decode(&k.copy, d->a, &d->result, e)) return false;
    if (m->retained) drop_undated(&d->result);
    d->result.is_vouched |= m->is_vouched;
    d->result.is_replayed = m->is_replayed;
    return true;
}

static void take_in(struct delivery *d, struct ingest *in, const struct device_adapter *adapter,
                    const struct device_message *m)
{
    d->in = in;
    d->adapter = adapter;
    d->received = m->received;
    d->has_who = m->who != NULL;
    if (m->who) d->who = *m->who;
}

bool ingest_device(struct ingest *in, const struct device_adapter *adapter, const struct device_message *m,
                   ingest_done f, void *context, err *e)
{
    struct delivery *d = delivery_new();
    if (!d) return err_no_memory(e);
    take_in(d, in, adapter, m);
    d->done = f;
    d->context = context;
    d->op = (struct store_op){.run = run, .done = done, .context = d};
    const bool is_read = decode(d, m, e);
    // Read or not, for a better decoder; and before the store has it, since whoever hears that it is done may free the message.
    raw_note(in->raw, adapter, m);
    if (is_read && store_submit(in->store, &d->op, e)) return true;
    delivery_free(d);
    return false;
}

bool ingest_device_now(struct ingest *in, const struct device_adapter *adapter,
                       const struct device_message *m, arena *a, struct ingest_outcome *out, err *e)
{
    struct delivery d = {.a = a};
    take_in(&d, in, adapter, m);
    if (!decode(&d, m, e)) {
        points_free(&d.points);
        return false;
    }
    const bool ok = store_run(in->store, run, &d, e);
    settle(&d, ok);
    if (ok) *out = d.outcome;
    points_free(&d.points);
    return ok;
}
