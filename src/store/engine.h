// SPDX-License-Identifier: EUPL-1.2
// engine.h: the store's own state: who owns which part, and the calls between its files. Private.
#ifndef PEIL_STORE_ENGINE_H
#define PEIL_STORE_ENGINE_H

#include "base/queue.h"
#include "series/tail_row.h"
#include "store/observations.h"
#include "store/scan/tail_scan.h"
#include "store/sight.h"
#include "store/stream/stream.h"

#include <pthread.h>

#define LISTENERS_MAX 8

// ---- Memory that readers may still look at ------------------------------------------------------------------------

// Something taken out of sight by a commit. Snapshots opened later cannot reach it; it is freed when those opened
// before (their tickets are smaller) are closed.
struct retired {
    struct tail *tail;      // this one alone, or
    struct stream *stream;  // a deleted stream with all its tails
    char *blob;             // a file that may have lost its row: its hash
    bool is_listed;         // the stream can still be found: it is taken out of the list first, then freed
    struct tail *newer;     // whose `older` is cleared
    uint64_t ticket;
};

struct retirement {
    struct retired *items;  // in order of ticket; [first, count)
    size_t first, count, capacity;
};

// ---- An operation ---------------------------------------------------------------------------------------------------

struct undo {
    enum { UNDO_STATE, UNDO_SEAL, UNDO_ADD, UNDO_DELETE } kind;
    uint32_t sealed;  // UNDO_SEAL: observations of the tail before
    struct stream *stream;
    union {
        struct stream_state state;  // UNDO_STATE: as it was
        struct tail *begun;         // UNDO_SEAL
    };
};

struct appended {
    struct tail *tail;
    struct tail_block *block;
    uint32_t count;
};

// One for the life of the writer; what it holds is of the batch, that is of the operations that one commit will hold.
struct store_tx {
    struct store *store;
    struct snapshot snapshot;
    uint64_t commit;     // number that the batch gets
    uint64_t operation;  // grows with every operation
    bool has_savepoint;
    bool has_entities;  // of the batch: they may have changed
    bool is_dirty;      // the batch has something to commit
    struct tail_writer row;
    buf extra;          // bytes of the extra of the observation being appended
    arena *sealing;     // memory of one sealing after the other (seal.h)
    arena *neighbours;  // of what was read at once for several of them
    struct undo *undos;
    size_t undo_count, undo_capacity;
    // Before this one there are only UNDO_STATE, of which nothing is left to do after the commit.
    size_t first_lasting;
    struct appended *appended;
    size_t appended_count, appended_capacity;
    size_t observations;  // that `appended` amounts to
    struct change *changes;
    size_t change_count, change_capacity;
    struct blob_note *blobs;            // touched by the batch
    const struct store_before *before;  // of all its operations
    arena *arena;                       // reset with the batch
};

// ---- The store ------------------------------------------------------------------------------------------------------

// Of the tail on disk and in memory; the writer's.
struct tail_load {
    int64_t observations;  // in no chunk yet
    int64_t row_bytes;     // of the tail's rows on disk
};

// Where merge.c stands.
struct merge_place {
    entity_id stream;  // the one merged last
    bool is_begun;     // the next one is in part:
    struct point_key behind;
    size_t room;  // left on the page written last
};

// Where pack.c stands.
struct packing {
    enum { PACK_NONE, PACK_SEAL, PACK_MERGE, PACK_GROWING, PACK_SUMS, PACK_FREE } stage;
    entity_id hand;  // the stream sealed last
    uint64_t limit;  // rows of the tail up to this commit go; 0: none, for a stream could not be sealed
    struct merge_place merged;
};

// Where settle.c stands.
#define SETTLE_MARKS 16
struct settling {
    struct stream *first_due, *last_due;  // streams with a chunk's worth in the tail
    double age;                           // since the last mark, in marks
    double credit;                        // age that the hand has not turned for yet
    uint64_t marks[SETTLE_MARKS];         // commits, one each time the tail grew older by 1/SETTLE_MARKS
    int mark;                             // the next to be set: the oldest
    entity_id hand;                       // the stream passed last
    uint64_t limit;  // in this round streams are sealed that have observations up to this commit
};

struct store {
    char *directory, *path;
    bool is_read_only;
    bool is_frozen;  // and so is its disk
    int lock_file;   // -1: none
    struct streams streams;
    struct kept_shelf *shelf;  // scan/shelf.h

    // The writer thread's, between store_open and store_close.
    pthread_t thread;
    bool has_thread;
    struct queue *queue;
    struct connection writer;
    struct store_tx tx;
    struct retirement retirement;
    struct tail_load load;
    struct tail_memory tails;
    struct settling settling;
    struct packing packing;
    float coded_share;     // what coding left of the bytes of the chunk coded last; 0: not known
    bool wants_short_log;  // the log is cut to nothing when no reader needs it
    int64_t cut_at;        // not tried again before then, on the monotonic clock
    int wal_frames;        // in the log after the last commit
    int checkpoint_at;     // with so many
    store_listener listeners[LISTENERS_MAX];
    void *listener_contexts[LISTENERS_MAX];
    size_t listener_count;

    // Shared.
    _Atomic uint64_t published;  // the newest commit whose observations readers find in memory
    _Atomic uint64_t entity_version;
    _Atomic uint64_t access_commit;      // the newest commit that may have changed entities
    access_level standard_access;        // of a Thing that says nothing; never changes
    _Atomic int64_t observations;        // of figures; see store_figures
    struct lock *lock;                   // guards what follows
    struct snapshot *oldest, *youngest;  // open ones, by ticket
    uint64_t ticket;
    struct sight *sights[ACCESS_PRIVATE];  // the newest one of each level; may be NULL
    struct snapshot *idle;                 // closed, their connections kept
    size_t idle_count, open_count;
    err write_fault;  // why the last commit failed; code ERR_NONE: it worked
};

// writer.c
NODISCARD bool writer_start(struct store *s, err *e);
void writer_stop(struct store *s);
// One operation within the batch: all or nothing.
NODISCARD bool tx_run(struct store_tx *tx, bool (*run)(struct store_tx *tx, void *context, err *e),
                      void *context, err *e);
// SQLite itself has rolled the batch back, as it does on some faults, a full disk among them.
bool tx_is_lost(struct store_tx *tx);

// snapshot.c
// A snapshot of the public without a connection, for who looks at memory alone: streams, their tails and the shelf. Reads no file and
// waits for nobody. False: it would have to.
NODISCARD bool snapshot_open_memory(struct store *s, struct snapshot *at);
void snapshot_close_memory(struct snapshot *at);
void snapshots_free(struct store *s);
void retire(struct store *s, struct retired what);  // takes it; the ticket is filled in
void reclaim(struct store *s, bool all);  // frees what nobody can look at; all: nobody looks any more

// append.c: the memory side of an operation, and its undoing.
NODISCARD bool tx_save_stream(struct store_tx *tx, struct stream *s, err *e);  // before its state is changed
NODISCARD bool tx_note_undo(struct store_tx *tx, struct undo u, err *e);
void tx_undo(struct store_tx *tx, size_t undos, size_t appended, size_t changes);  // back to these counts
void tx_publish(struct store_tx *tx);
NODISCARD struct stream *observation_check(struct store_tx *tx, const struct observation *o, err *e);

// replay.c: the durable tail, back into memory.
NODISCARD bool tail_replay(struct store *s, struct connection *c, err *e);

#endif
