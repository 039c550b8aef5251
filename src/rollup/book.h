// SPDX-License-Identifier: EUPL-1.2
// book.h: who counts and where: the Datastreams of public figures, read from the store. Private.
// Threads  book_load on the job's; take and give from any
#ifndef PEIL_ROLLUP_BOOK_H
#define PEIL_ROLLUP_BOOK_H

#include "base/queue.h"
#include "rollup/rollup.h"

struct book_list {
    struct rollup_streams list;  // first: a list given out is this
    arena *a;
    int users;
};

NODISCARD bool book_load(struct snapshot *at, struct book_list **out, err *e);  // one user
void book_free(struct book_list *b);
const struct rollup_stream *book_find(const struct rollup_streams *s, entity_id id);
bool book_same_unit(const struct rollup_stream *a, const struct rollup_stream *b);
bool book_same(const struct rollup_stream *a,
               const struct rollup_stream *b);  // counts the same, at the same places

#endif
