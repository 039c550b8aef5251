// SPDX-License-Identifier: EUPL-1.2
#include "store/meter.h"

// clang-format off
static metric commits      = {.name = "peil_store_commit_duration_seconds", .type = METRIC_HISTOGRAM, .help = "From the first operation of a batch to its being on disk."};
static metric failures     = {.name = "peil_store_commit_failures_total", .type = METRIC_COUNTER, .help = "Batches that could not be written and were undone."};
static metric operations   = {.name = "peil_store_operations_total", .type = METRIC_COUNTER, .help = "Operations that the writer ran."};
static metric observations = {.name = "peil_store_observations_total", .type = METRIC_COUNTER, .help = "Observations put on disk."};
static metric waiting      = {.name = "peil_store_waiting_operations", .type = METRIC_GAUGE, .help = "Operations that wait for the writer."};
static metric snapshots    = {.name = "peil_store_snapshots", .type = METRIC_GAUGE, .help = "Snapshots that readers hold at this moment."};
static metric log_pages    = {.name = "peil_store_log_pages", .type = METRIC_GAUGE, .help = "Pages in the write-ahead log."};
// clang-format on

void store_meter_register(struct metrics *m)
{
    metric *const all[] = {&commits, &failures, &operations, &observations, &waiting, &snapshots, &log_pages};
    for (size_t k = 0; m && k < sizeof all / sizeof all[0]; k++) metrics_add(m, all[k]);
}

void store_meter_batch(bool ok, size_t operation_count, size_t observation_count, int64_t microseconds)
{
    metric_count(&operations, (int64_t)operation_count);
    if (!ok) {
        metric_count(&failures, 1);
        return;
    }
    metric_observe(&commits, microseconds);
    metric_count(&observations, (int64_t)observation_count);
}

void store_meter_waiting(size_t operation_count)
{
    metric_set(&waiting, (int64_t)operation_count);
}

void store_meter_snapshots(size_t open)
{
    metric_set(&snapshots, (int64_t)open);
}

void store_meter_log(int frames)
{
    metric_set(&log_pages, frames);
}
