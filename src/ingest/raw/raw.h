// SPDX-License-Identifier: EUPL-1.2
// raw.h: messages of devices as they came, for some days, so that a better decoder can read them again. Bounded by days and bytes.
//
// Messages gather in memory and are written every few seconds as one packed blob with a document ("raw", the time of its first
// message): the readings themselves do not wait for it, and a crash loses what was not yet written of the raw messages, never a
// reading. What has personal data or a secret in it is not kept: adapters say so (device.h). Of addresses the tokens are left out.
// Threads  raw_note from any; raw_write from one at a time, not the writer's
// Errors   ERR_CORRUPT (a block that cannot be read), ERR_STORE
#ifndef PEIL_INGEST_RAW_RAW_H
#define PEIL_INGEST_RAW_RAW_H

#include "ingest/device.h"
#include "store/store.h"

struct raw;

typedef struct {
    int64_t days;       // 0: nothing is kept
    int64_t bytes_max;  // of all blocks, packed
    struct metrics *metrics;
} raw_config;

NODISCARD struct raw *raw_new(struct store *s, const raw_config *c, err *e);
void raw_free(struct raw *r);  // NULL is fine

void raw_note(struct raw *r, const struct device_adapter *d, const struct device_message *m);
NODISCARD bool raw_write(struct raw *r, instant now, err *e);  // what gathered; lets old blocks go

// Each message received in [from, to), oldest first, as its adapter takes it; stops when `each` returns false (with or without
// setting e).
typedef bool (*raw_each_message)(const struct device_adapter *d, const struct device_message *m,
                                 void *context, err *e);
NODISCARD bool raw_each(struct snapshot *at, interval when, raw_each_message each, void *context, err *e);

#endif
