// SPDX-License-Identifier: EUPL-1.2
// settle.h: when which stream's tail goes into chunks: a little with every commit.
//
// A stream with a chunk's worth is due and sealed within a few commits. Slow streams are sealed when their oldest
// observation grows old: a hand goes round all streams, and behind it the tail on disk is cut off. Age is counted in load,
// not in hours: observations, bytes and rows that came since. Thus the tail is bounded: in memory, on disk, and in the
// time it takes to read it back.
// Threads  the writer (or store_open)
#ifndef PEIL_STORE_STREAM_SETTLE_H
#define PEIL_STORE_STREAM_SETTLE_H

#include "store/engine.h"

// The tail has one more row: what makes it older.
void settle_note_row(struct store *s, uint64_t commit, size_t observations, size_t bytes);
void settle_start(struct store *s);  // after the replay
// The stream has one more observation in its tail, which may make it due.
void settle_note(struct store *s, struct stream *stream, const struct tail *t);
void settle_forget(struct store *s, struct stream *gone);  // before it is freed
void settle(struct store_tx *tx);                          // before a commit; a fault undoes that seal alone
// One stream, quickly, as an operation of its own; false: logged.
bool settle_seal(struct store_tx *tx, struct stream *s);
void settle_cut(struct store_tx *tx, uint64_t limit);  // rows of the tail up to this commit, all in chunks
void settle_failed(struct store *s);                   // the commit failed: what was sealed for it is not

#endif
