// SPDX-License-Identifier: EUPL-1.2
// Messages as they came, read again.
#include "ingest/intake.h"
#include "ingest/raw/raw.h"

#define MEMORY_MAX ((size_t)64 << 20)

bool ingest_write_raw(struct ingest *in, err *e)
{
    return !in->raw || raw_write(in->raw, time_now(), e);
}

struct replaying {
    struct ingest *in;
    str adapter;
    arena *a;
    struct ingest_replay *out;
};

// One that cannot be read now either is counted, and the next is read.
static bool again(const struct device_adapter *d, const struct device_message *m, void *context, err *e)
{
    struct replaying *r = context;
    struct ingest_outcome o;
    if (r->adapter.n && !str_eq(r->adapter, d->name)) return true;
    arena_reset(r->a);
    r->out->messages++;
    if (ingest_device_now(r->in, d, m, r->a, &o, e)) {
        r->out->stored += o.stored;
        r->out->duplicates += o.duplicates;
        r->out->refused += o.refused;
        return true;
    }
    if (err_http_status(e->code) >= 500) return false;
    r->out->refused++;
    e->code = ERR_NONE;
    return true;
}

bool ingest_replay(struct ingest *in, interval when, str adapter, struct ingest_replay *out, err *e)
{
    struct snapshot *at;
    struct replaying r = {in, adapter, arena_new(MEMORY_MAX), out};
    *out = (struct ingest_replay){0};
    bool ok = (r.a || err_no_memory(e)) && ingest_write_raw(in, e) && snapshot_open(in->store, &at, e);
    if (ok) {
        ok = raw_each(at, when, again, &r, e);
        snapshot_close(at);
    }
    arena_free(r.a);
    return ok;
}
