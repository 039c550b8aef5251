// SPDX-License-Identifier: EUPL-1.2
// stream.h: the streams of Observations that the store has, by id, in memory. One row of table `stream` each.
//
// Threads  streams_find, id, kind and the atomic members: any with a snapshot; all else: the writer (or store_open)
#ifndef PEIL_STORE_STREAM_STREAM_H
#define PEIL_STORE_STREAM_STREAM_H

#include "series/tail_row.h"
#include "store/store.h"
#include "store/stream/tail.h"

// What an operation may change of a stream without SQL, and what is put back when it is undone.
struct stream_state {
    struct stream_info info;
    uint32_t newest_number;  // of the observation with info.last_time
    uint32_t next_number;
    entity_id arrival_feature;  // of the observation that came last
    // The tail's rows before this commit's are in chunks, and so many of this stream's observations in that row.
    uint64_t sealed_commit;
    uint32_t sealed_of_row;
    bool is_quick;  // its growing chunk may be written in the quick way
    // Its place in the durable tail's row of a commit: how many of its observations stand there, the last of them.
    uint64_t row_commit;
    uint32_t row_count;
    struct tail_last row_last;
};

struct stream {
    entity_id id;
    entity_set kind;  // as in state.info, which is the writer's; this never changes
    struct stream_state state;
    _Atomic(struct tail *) tail;  // the newest; readers of the past follow `older`
    _Atomic uint64_t deleted;     // the commit that deletes it; 0: none
    _Atomic uint64_t rechunked;   // no commit behind this one has changed what stands in its chunks
    // Every observation that any open snapshot can see lies in between. Only ever widened.
    _Atomic int64_t oldest, newest;
    uint64_t touched;         // operation that saved the state last
    float coded_each;         // bytes of an observation in its last full chunk; 0: not known
    struct stream *next_due;  // of the queue of streams with a chunk's worth in the tail
    bool is_due;
};

#define STREAMS_PAGE 1024
#define STREAMS_PAGES ((STREAM_ID_MAX + STREAMS_PAGE) / STREAMS_PAGE)

struct streams {
    _Atomic(struct stream *) *_Atomic pages[STREAMS_PAGES];
    _Atomic int64_t highest;  // id
    size_t count;             // the writer's
};

struct stream *streams_find(const struct streams *all, entity_id id);  // NULL: none
NODISCARD bool streams_add(struct streams *all, struct stream *s, err *e);
void streams_remove(struct streams *all, const struct stream *s);
struct stream *streams_next(const struct streams *all, entity_id after);  // in order of id; NULL: no more
void streams_free(struct streams *all, struct tail_memory *m);

struct stream *stream_new(entity_id id, entity_set kind);   // NULL: no memory
void stream_free(struct stream *s, struct tail_memory *m);  // with all its tails; m NULL: these are empty
void stream_widen(struct stream *s, instant from, instant to);
void stream_note_arrival(struct stream *s, const struct point *p);  // state and bounds, after it came
// The same of a run, the first with this number; gives its oldest time.
instant stream_note_run(struct stream *s, const struct reading_run *run, uint32_t number);

// What an append to it will touch is fetched, in STORE_AHEAD steps down to 1, for each says where the next one is (store_expect_run).
void stream_expect(const struct stream *s, unsigned ahead);

// The tail that a reader at `commit` looks at: the newest that began at or before it.
const struct tail *stream_tail(const struct stream *s, uint64_t commit, bool is_inside);

#endif
