// SPDX-License-Identifier: EUPL-1.2
// document.h: a feed's state as it stands in the store. Private to feed.
#ifndef PEIL_FEED_DOCUMENT_H
#define PEIL_FEED_DOCUMENT_H

#include "feed/kind.h"

#define FEED STR("feed")
#define FEED_STATE STR("feed_state")
#define FEED_STREAM STR("feed_stream")

struct feed_state {
    str position;      // JSON of its kind; empty: it has never worked
    str tag_url, tag;  // ETag of the newest answer, and of which address
    int64_t stored, requests, failures;
    instant last_tried, last_worked, next;
    instant failing_since;  // the first try that failed since it worked; TIME_NONE: it works
    str error;
};

// ERR_NONE and an empty state when there is none yet.
NODISCARD bool feed_state_read(struct snapshot *at, str name, arena *a, struct feed_state *out, err *e);
NODISCARD bool feed_state_write(struct store_tx *tx, str name, const struct feed_state *s, err *e);

// Puts or deletes inside an operation. The state of another kind or address is begun anew.
NODISCARD bool feed_put(struct store_tx *tx, str name, const json *document, arena *a, err *e);
NODISCARD bool feed_delete(struct store_tx *tx, str name, err *e);  // ERR_ABSENT
// The work of feeds_change (feed.h).
NODISCARD bool feed_change_run(struct store *s, str name, feed_action what, const json *document,
                               const struct principal *by, instant now, err *e);

// Of a document: how often its turns begin, and the pause between two requests of a turn.
int64_t feed_every_us(const json *document);
int64_t feed_pause_us(const json *document);
bool feed_is_paused(const json *document);
bool feed_is_local(const json *document);  // addresses of our own network are allowed

#endif
