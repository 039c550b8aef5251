// SPDX-License-Identifier: EUPL-1.2
// watch.h: what looks at the readings after they are stored, and sends what has to be told: wiring of outbox/, quality/, index/,
// rule/ and their jobs.
// Threads  open and close from the main thread
#ifndef PEIL_APP_SERVE_WATCH_H
#define PEIL_APP_SERVE_WATCH_H

#include "app/setting/setting.h"
#include "base/metrics.h"
#include "base/schedule.h"
#include "store/store.h"

struct watch;
struct outbox;
struct indices;
struct rules;
struct areas;
struct rollups;
struct tz;

typedef struct {
    const struct settings *settings;
    struct store *store;
    struct areas *areas;
    struct rollups *rollups;
    const struct tz *zone;
    const str *root_url;
    struct schedule *schedule;
    struct metrics *metrics;
} watch_config;

NODISCARD bool watch_open(const watch_config *c, arena *a, struct watch **out, err *e);
struct outbox *watch_outbox(struct watch *w);
struct indices *watch_indices(struct watch *w);
struct rules *watch_rules(struct watch *w);
struct town_broker;
void watch_publish_at(struct watch *w,
                      struct town_broker *b);  // alerts, for rules that say so; before the schedule starts
void watch_stop(struct watch *w);  // after the schedule has stopped, before the store is closed; NULL is fine
void watch_close(struct watch *w);  // after the store is closed, before the roll-ups are; NULL is fine

#endif
