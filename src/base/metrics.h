// SPDX-License-Identifier: EUPL-1.2
// metrics.h: counters, gauges and histograms, written as Prometheus text.
// Each is a static struct in the file that counts, registered once with metrics_add; updates are lock-free.
// Source   Prometheus text exposition format 0.0.4
#ifndef PEIL_BASE_METRICS_H
#define PEIL_BASE_METRICS_H

#include "base/buf.h"
#include <stdatomic.h>

typedef enum { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM } metric_type;

#define METRIC_BUCKETS 12

typedef struct metric {
    const char *name;  // peil_http_requests_total
    const char *help;
    const char *labels;  // "method=\"GET\"" or NULL; metrics of one name must be registered one after another
    metric_type type;
    _Atomic int64_t value;                   // counter, gauge; histogram: count
    _Atomic int64_t sum;                     // histogram, microseconds
    _Atomic int64_t bucket[METRIC_BUCKETS];  // 50us 100us 250us 500us 1ms 2.5ms 5ms 10ms 50ms 250ms 1s 5s
} metric;

struct metrics;
NODISCARD struct metrics *metrics_new(void);
void metrics_free(struct metrics *m);
void metrics_add(struct metrics *m, metric *x);  // the metric must outlive m
void metric_count(metric *x, int64_t by);
void metric_set(metric *x, int64_t value);
void metric_observe(metric *x, int64_t microseconds);
// Also process_resident_memory_bytes, process_open_fds and the start time.
void metrics_write(struct metrics *m, buf *out);

#endif
