// SPDX-License-Identifier: EUPL-1.2
// inside.h: the parts of the rules' service that its files share. Private to rule/.
#ifndef PEIL_RULE_INSIDE_H
#define PEIL_RULE_INSIDE_H

#include "base/heard.h"
#include "base/queue.h"
#include "rule/rule.h"

#include <stdatomic.h>

struct live;  // server-sent events (live.c)

struct rules {
    rules_config config;
    struct heard *heard;
    struct live *live;
    atomic_bool is_changed;  // a rule: look at everything
    // The scheduler's thread alone.
    instant last_hour, last_minute;
};

// What one rule is about, once.
typedef enum { SUBJECT_AREA, SUBJECT_THING, SUBJECT_STREAM } subject_kind;
struct subject {
    subject_kind kind;
    char key[48];  // "BU06030101", "t3", "s12": part of an alert's id
    str area;
    entity_id thing;
    const struct rollup_stream *stream;
};
// In the arena; streams of `list`, which must be held as long.
NODISCARD bool subjects_of(struct rules *r, const struct rule *rule, const struct rollup_streams *list,
                           arena *a, struct subject **out, size_t *count, err *e);
// Samples in order of time, in the arena: readings of a Datastream; means or classes by hour, stamped at their end, of the others.
NODISCARD bool subject_samples(struct rules *r, struct snapshot *at, const struct rule *rule,
                               const struct subject *s, interval when, arena *a, struct sample **out,
                               size_t *count, err *e);
// The name of the area, or of the meter.
NODISCARD bool subject_name(struct rules *r, struct snapshot *at, const struct subject *s, instant now,
                            arena *a, str *out, err *e);
int64_t rule_margin(const struct rule *rule);  // how much before a time its first window needs

// ---- Versions (version.c) ----
// Inside the operation that puts (text) or deletes (empty) a rule.
NODISCARD bool version_add(struct store_tx *tx, str id, str text, const struct principal *who, instant now,
                           err *e);

// ---- Alerts in the store (alert.c) ----
struct stored_alert {
    str id;
    struct known_alert known;
};
// Those of a rule and subject that are open or ended at or after `from`, oldest first; in the arena.
NODISCARD bool alerts_known(struct snapshot *at, str rule, str subject, instant from, arena *a,
                            struct stored_alert **out, size_t *count, err *e);
NODISCARD bool alert_read(struct snapshot *at, str id, arena *a, struct alert *out, err *e);
// Writes it whole, and its place in the list of its rule and subject.
NODISCARD bool alert_store(struct store_tx *tx, const struct alert *x, str subject, err *e);
NODISCARD bool alert_id(arena *a, str rule, str subject, instant start, str *out);
str alert_subject(const struct alert *x);  // the end of its id

// ---- Readings that came too late (late.c) ----
NODISCARD bool late_note(struct store *s, str id, const struct rule_late *note, arena *a, err *e);  // waits

// ---- Telling (tell.c) ----
typedef enum { TELL_RAISED, TELL_CLEARED } tell_what;
// Inside the operation that stores the alert. A target that cannot take more is left out, and counted.
NODISCARD bool tell(struct rules *r, struct store_tx *tx, const struct rule *rule, const struct alert *x,
                    tell_what what, instant now, err *e);
// After the commit: the broker and those who look live.
void tell_at_once(struct rules *r, const struct rule *rule, const struct alert *x, tell_what what);

// ---- Live (live.c) ----
NODISCARD struct live *live_alerts_new(void);
void live_alerts_stop(struct live *l);
void live_alerts_free(struct live *l);
void live_alerts_send(struct live *l, str bytes);
void live_alerts_sweep(struct live *l);                          // lets go of those who left
void live_alerts_handle(struct http_request *q, void *context);  // the struct rules

void feed_handle(struct http_request *q, void *context);  // the struct rules (feed.c)

#endif
