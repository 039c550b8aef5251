// SPDX-License-Identifier: EUPL-1.2
// turn.h: one request of a feed: what to ask, the answer, and both stored. Private to feed.
#ifndef PEIL_FEED_TURN_H
#define PEIL_FEED_TURN_H

#include "feed/document.h"
#include "fetch/fetch.h"

typedef enum {
    STEP_MORE,    // another request may follow, after the pause
    STEP_DONE,    // nothing more for now
    STEP_FAILED,  // noted in the state, with when to try again
    STEP_GONE     // there is no such feed (any more), or it is paused
} step;

struct turn_result {
    step step;
    int64_t pause_us;
};

// One request; `cancel` ends it early, without a trace. False: a fault of the store.
NODISCARD bool turn_step(const feeds_config *c, struct fetcher *f, str name, const atomic_bool *cancel,
                         arena *a, struct turn_result *out, err *e);

#endif
