// SPDX-License-Identifier: EUPL-1.2
// When devices were last heard whose lines go the short way.
#include "ingest/device_document.h"
#include "ingest/intake.h"

#include <stdlib.h>

#define DEVICES_AT_ONCE 500
#define MEMORY ((size_t)4 << 20)

struct writing_down {
    struct ingest *in;
    struct device_document *document;
    bool more;
};

static bool write_one(struct store_tx *tx, const struct pulse *p, struct device_document *d, err *e)
{
    arena *a = arena_new(MEMORY);
    err why;
    if (!a) return err_no_memory(e);
    bool ok = device_document_read(store_tx_snapshot(tx), str_of(p->key), a, d, &why);
    if (!ok && why.code == ERR_ABSENT) {  // forgotten by the operator in the meantime
        arena_free(a);
        return true;
    }
    if (ok) {
        d->messages += p->messages;
        if (d->last_seen == TIME_NONE || d->last_seen < p->last_seen) d->last_seen = p->last_seen;
        ok = device_document_write(tx, d, e);
    } else {
        *e = why;
    }
    arena_free(a);
    return ok;
}

static bool run(struct store_tx *tx, void *context, err *e)
{
    struct writing_down *w = context;
    struct pulse *p;
    w->more = true;
    for (int i = 0; i < DEVICES_AT_ONCE; i++) {
        if (!(p = line_series_next_dirty(w->in->series))) {
            w->more = false;
            return true;
        }
        if (!write_one(tx, p, w->document, e)) return false;
        p->messages = 0;
    }
    return true;
}

bool ingest_write_heard(struct ingest *in, bool *more, err *e)
{
    *more = false;
    if (!line_series_has_dirty(in->series)) return true;
    struct writing_down w = {.in = in, .document = malloc(sizeof *w.document)};
    const bool ok = w.document ? store_run(in->store, run, &w, e) : err_no_memory(e);
    free(w.document);
    *more = ok && w.more;
    return ok;
}
