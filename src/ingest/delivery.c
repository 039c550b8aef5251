// SPDX-License-Identifier: EUPL-1.2
#include "ingest/intake.h"

#include "ingest/readings.h"

#include <math.h>
#include <stdlib.h>

#define DELIVERY_MAX ((size_t)8 << 20)

// One message of a device on its way through the store.
struct delivery {
    struct store_op op;
    struct ingest *in;
    arena *a;
    const struct device_adapter *adapter;
    struct device_result result;
    instant received;
    ingest_done done;
    void *context;
    struct ingest_outcome outcome;
};

static void delivery_free(struct delivery *d)
{
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

static bool keep(arena *a, str *s)
{
    return !s->n || arena_copy(a, *s, s);
}

// The message goes when ingest_device returns, so that what was read as views of it must be copied.
static bool keep_texts(struct device_result *r, arena *a)
{
    if (!keep(a, &r->sequence)) return false;
    for (size_t i = 0; i < r->reading_count; i++) {
        struct reading *x = &r->readings[i];
        if (!keep(a, &x->device) || !keep(a, &x->sensor) || !keep(a, &x->name) || !keep(a, &x->why) ||
            !keep(a, &x->result.text))
            return false;
    }
    return true;
}

static bool run(struct store_tx *tx, void *context, err *e)
{
    struct delivery *d = context;
    d->outcome = (struct ingest_outcome){0};
    return readings_store(d->in, tx, d->adapter, &d->result, d->received, d->a, &d->outcome, e);
}

static void done(void *context, const err *e)
{
    struct delivery *d = context;
    if (d->done) d->done(d->context, &d->outcome, e);
    delivery_free(d);
}

static bool decode(struct delivery *d, const struct device_message *m, err *e)
{
    d->result = (struct device_result){
        .latitude = NAN, .longitude = NAN, .battery_percent = NAN, .rssi_dbm = NAN};
    return d->adapter->decode(m, d->a, &d->result, e) && (keep_texts(&d->result, d->a) || err_no_memory(e));
}

bool ingest_device(struct ingest *in, const struct device_adapter *adapter, const struct device_message *m,
                   ingest_done f, void *context, err *e)
{
    struct delivery *d = delivery_new();
    if (!d) return err_no_memory(e);
    d->in = in;
    d->adapter = adapter;
    d->received = m->received;
    d->done = f;
    d->context = context;
    d->op = (struct store_op){.run = run, .done = done, .context = d};
    if (decode(d, m, e) && store_submit(in->store, &d->op, e)) return true;
    delivery_free(d);
    return false;
}
