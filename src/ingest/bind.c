// SPDX-License-Identifier: EUPL-1.2
#include "ingest/ingest.h"

#include "ingest/device_document.h"

#include <math.h>
#include <stdlib.h>

static bool document_fill(struct device_document *d, const struct device_binding *b, err *e)
{
    if (b->stream_count > DEVICE_STREAMS_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a device has at most %d Datastreams", DEVICE_STREAMS_MAX);
    d->adapter = b->adapter;
    d->device = b->device;
    d->thing = b->thing;
    d->first_seen = d->last_seen = TIME_NONE;
    d->latitude = d->longitude = d->battery_percent = d->rssi_dbm = NAN;
    for (size_t k = 0; k < b->stream_count; k++)
        d->streams[d->stream_count++] = (struct device_stream){b->streams[k].sensor, b->streams[k].quantity,
                                                               b->streams[k].stream};
    return true;
}

bool ingest_bind_device(struct store_tx *tx, const struct device_binding *b, err *e)
{
    struct device_document *d = calloc(1, sizeof *d);
    arena *a = arena_new(4096);
    bool ok = d && a && arena_print(a, &d->key, "%.*s/%.*s", STR_ARG(b->adapter), STR_ARG(b->device));
    if (!ok) err_no_memory(e);
    ok = ok && document_fill(d, b, e) && device_document_write(tx, d, e);
    arena_free(a);
    free(d);
    return ok;
}
