// SPDX-License-Identifier: EUPL-1.2
// list.h: going through a list of streams, and being stopped on the way. Private to the store.
#ifndef PEIL_STORE_ANSWER_LIST_H
#define PEIL_STORE_ANSWER_LIST_H

#include "store/scan/stream_scan.h"

struct list_walk {
    struct snapshot *at;
    struct stream_list list;
    size_t index;
    entity_id last;
};
// The next stream that the snapshot shows; NULL: no more.
const struct stream *list_next(struct list_walk *w);

// How a pass ends whose `each` may stop it: `fault` was {0} when it began, and is what the pass failed with.
NODISCARD bool list_ended(bool ok, const err *fault, err *e);

#endif
