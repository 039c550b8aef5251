// SPDX-License-Identifier: EUPL-1.2
// workload.h: the readings that all measurements share: Datastreams s = 0, 1, ..., one reading a minute each, 60 ms apart.
#ifndef PEIL_BENCH_WORKLOAD_H
#define PEIL_BENCH_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

struct workload {
    uint64_t hash_stride;  // 16384 up to 16,384 steps, 262144 beyond
    bool is_jittered;      // times by up to a second
};

// Of Datastream s, step i: microseconds since 1970, and the result in tenths.
int64_t workload_time(const struct workload *w, uint64_t s, uint64_t i);
int64_t workload_tenths(const struct workload *w, uint64_t s, uint64_t i);

#endif
