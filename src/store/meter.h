// SPDX-License-Identifier: EUPL-1.2
// meter.h: what the writer counts, for /metrics. Private to the store.
// Threads  the writer's, but for store_meter_register and store_meter_snapshots
#ifndef PEIL_STORE_METER_H
#define PEIL_STORE_METER_H

#include "base/metrics.h"
#include <stdbool.h>
#include <stddef.h>

void store_meter_register(struct metrics *m);  // NULL is fine
// A batch of operations is on disk, or (not ok) was undone whole.
void store_meter_batch(bool ok, size_t operation_count, size_t observation_count, int64_t microseconds);
void store_meter_waiting(size_t operation_count);  // in the queue
void store_meter_snapshots(size_t open);           // under the store's lock, from any thread
void store_meter_log(int frames);                  // pages in the write-ahead log

#endif
