// SPDX-License-Identifier: EUPL-1.2
// hours_shelf.h: the hours of streams, kept in bounded memory. Private to the store.
// Threads  any
#ifndef PEIL_STORE_ANSWER_HOURS_SHELF_H
#define PEIL_STORE_ANSWER_HOURS_SHELF_H

#include "store/answer/hours.h"

struct hours_shelf;

struct hours_shelf *hours_shelf_new(size_t bytes_most);  // 0: nothing is kept; NULL: no memory
void hours_shelf_free(struct hours_shelf *f);

struct hours *hours_shelf_find(struct hours_shelf *f, entity_id stream);  // with a user more; NULL: not kept
bool hours_shelf_wants(
    struct hours_shelf *f);  // whether it is worth making more: a full shelf takes only some
// Becomes a user of h; what it had of this stream goes, and of others what has no room any more.
void hours_shelf_put(struct hours_shelf *f, struct hours *h);

#endif
