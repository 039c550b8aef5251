// SPDX-License-Identifier: EUPL-1.2
// feed.h: readings that peil fetches from others on a schedule: Luchtmeetnet, SensorThings servers, archives.
//
// A feed is a document of kind "feed", key NAME: {"kind":"luchtmeetnet","url":"https://...", ...}, checked by feed_check. How far it
// is stands in a document of kind "feed_state". Each answer is stored and the feed moved on in one operation, so that nothing is
// lost or skipped whenever peil stops. Documents may be put and deleted at any time; the next turn sees them.
//
// A feed is polite: one request at a time, a pause between two, conditional requests, and after a failure it waits
// twice as long as the time before, or as long as the server asks for.
//
// Owns     documents: kind "feed" (the operator's), "feed_state" and "feed_stream" (the feed's own)
// Threads  feeds_open and feeds_close from main; the rest any
// Errors   feed_check: ERR_MISSING, ERR_UNKNOWN, ERR_RANGE with the member's name
#ifndef PEIL_FEED_FEED_H
#define PEIL_FEED_FEED_H

#include "base/json.h"
#include "base/metrics.h"
#include "base/schedule.h"
#include "store/store.h"

#define FEED_NAME_MAX 64
#define FEEDS_MAX 64  // documents of kind "feed" that are looked at

struct feeds;
struct ingest;
struct device_site;
struct principal;

typedef struct {
    struct store *store;
    struct ingest *ingest;
    const struct device_site *site;  // may be NULL
    struct schedule *schedule;       // gets the job "feeds"
    struct metrics *metrics;         // may be NULL
} feeds_config;

NODISCARD bool feeds_open(const feeds_config *c, struct feeds **out, err *e);
void feeds_stop(struct feeds *f);  // no new request; the one under way is waited for. Before the store closes
void feeds_close(struct feeds *f);  // NULL is fine

// Whether a document says a feed that can run.
NODISCARD bool feed_check(str name, const json *document, err *e);
// Names and titles of the kinds there are; ends with an empty name.
struct feed_kind_name {
    str name, title;
};
const struct feed_kind_name *feed_kinds(void);

struct feed_status {
    str name, kind, url;
    bool is_running, is_paused;
    int64_t stored, requests, failures;     // failures: in a row
    instant last_tried, last_worked, next;  // TIME_NONE: not yet
    instant failing_since;                  // TIME_NONE: it works
    str error;                              // of the last failure; empty after a success
    str position;                           // how far it is, as JSON of its kind
    instant since;                          // from when on it was told to fetch; TIME_NONE: nobody said
    instant reached;  // all that is older has been fetched; TIME_NONE: its kind cannot tell
};
typedef bool (*feed_each)(const struct feed_status *s, void *context, err *e);
NODISCARD bool feeds_each(struct feeds *f, struct snapshot *at, arena *a, feed_each each, void *context,
                          err *e);

// What staff does with one, with a line in the audit log; waits for the commit.
typedef enum { FEED_RUN, FEED_PAUSE, FEED_RESUME, FEED_END, FEED_PUT } feed_action;
// `document`: of FEED_PUT, else NULL. The state of another kind or address is begun anew. ERR_ABSENT; what feed_check says.
NODISCARD bool feeds_change(struct feeds *f, str name, feed_action what, const json *document,
                            const struct principal *by, instant now, err *e);

#endif
