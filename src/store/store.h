// SPDX-License-Identifier: EUPL-1.2
// store.h: the only door to disk: entities, observations, summaries, documents, blobs.
//
// One writer thread owns the one write connection. It takes all operations that wait, runs them in order, each all or
// nothing, commits once (synchronous=FULL), publishes the changes, then calls every `done`: only now is success said.
// Readers hold snapshots: what a snapshot shows does not change while it is open.
//
// Units    times: microseconds since 1970 UTC
// Owns     rows and values read lie in the caller's arena, or until the next cursor_next where it says so
// Threads  store_submit from any; a snapshot and its cursors from one thread at a time
// Errors   ERR_ABSENT, ERR_LINK, ERR_CONFLICT, ERR_LIMIT, ERR_BUSY, ERR_DISK_FULL, ERR_READ_ONLY, ERR_CORRUPT, ERR_STORE
#ifndef PEIL_STORE_STORE_H
#define PEIL_STORE_STORE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/metrics.h"
#include "model/observation.h"
#include "model/query.h"

struct store;
struct store_tx;
struct snapshot;
struct cursor;

// Who may see a Thing or Datastream, as its own `properties` say: "access": "public", "internal" or "private". Another word
// counts as private; without one a Datastream has its Thing's, a Thing the standard of store_config. A Datastream is never
// less secret than its Thing; Locations, Sensors, ObservedProperties, FeaturesOfInterest, HistoricalLocations and
// Observations follow what they belong to.
typedef enum { ACCESS_PUBLIC, ACCESS_INTERNAL, ACCESS_PRIVATE } access_level;
bool access_by_name(str name, access_level *out);
str access_name(access_level a);

typedef struct {
    const char *directory;
    access_level standard_access;  // of a Thing that says nothing
    bool create;                   // make the directory and an empty store when absent
    bool read_only;                // no writer; for doctor, export
    size_t queue_length;           // operations waiting before ERR_BUSY; 0: 65536
    size_t hours_bytes;       // memory for what was worked out of what was asked before; 0: nothing is kept
    struct metrics *metrics;  // may be NULL
} store_config;

NODISCARD bool store_open(const store_config *c, struct store **out, err *e);
NODISCARD bool store_is_free(str directory, err *e);  // ERR_BUSY: another peil has it open for writing
void store_close(struct store *s);                    // finishes what was submitted

// ---- Writing -----------------------------------------------------------------------------------------------------

// Another file that must hold its part before an operation may be committed. Operations that name the same one are committed
// together and apart from all others, so that its faults are theirs alone: `run` is called after them and syncs it for all; when it
// fails, nothing of them is kept. `undo` is called when nothing is kept, whether `run` was called or not. Of operations that wait
// at the same time, those that name none go first.
struct store_before {
    bool (*run)(void *context, err *e);
    void (*undo)(void *context);
    void *context;
};

struct store_op {
    bool (*run)(struct store_tx *tx, void *context,
                err *e);  // on the writer thread; false undoes all of this operation
    void (*done)(void *context,
                 const err *e);  // after the commit; e == NULL: it is on disk. Writer thread: be quick
    void *context;
    const struct store_before *before;  // NULL: none
    struct store_op *next;              // the store's
};
// The operation must live until `done` is called, which may free it. False: the queue is full or the store is read-only (e says).
NODISCARD bool store_submit(struct store *s, struct store_op *op, err *e);
// Submits and waits. Never call it on an event loop or on the writer thread.
NODISCARD bool store_run(struct store *s, bool (*run)(struct store_tx *tx, void *context, err *e),
                         void *context, err *e);
NODISCARD bool store_run_with(struct store *s, const struct store_before *before,
                              bool (*run)(struct store_tx *tx, void *context, err *e), void *context, err *e);

// What this operation deletes must be on no disk any more: the log too is cut, after the commit, as soon as no reader needs it.
void store_cut_log(struct store_tx *tx);

struct snapshot *store_tx_snapshot(struct store_tx *tx);  // reads inside the operation, with its own writes

// r->id 0: the next id is given; else that id (ERR_CONFLICT when taken). To-one links must exist: ERR_LINK names which.
// Not for Observations.
NODISCARD bool store_insert(struct store_tx *tx, const struct record *r, entity_id *id, err *e);
// Changes only the named properties and links (bits by index). ERR_ABSENT when not there.
NODISCARD bool store_update(struct store_tx *tx, const struct record *r, uint32_t properties, uint32_t links,
                            err *e);
// Deletes with the cascades of 18-088 (sensorthings.md section 8). Works for Observations too.
NODISCARD bool store_delete(struct store_tx *tx, entity_set set, entity_id id, err *e);
// To-many relations kept as links (Thing.Locations, HistoricalLocation.Locations, MultiDatastream.ObservedProperties (ordered)).
NODISCARD bool store_link(struct store_tx *tx, entity_set set, entity_id id, int relation, entity_id target,
                          err *e);
NODISCARD bool store_unlink(struct store_tx *tx, entity_set set, entity_id id, int relation, entity_id target,
                            err *e);
NODISCARD bool store_unlink_all(struct store_tx *tx, entity_set set, entity_id id, int relation, err *e);

// o->number 0: the next one is given and written into o. The stream must exist (ERR_LINK). o->feature must exist when not 0.
// Texts are copied. Late observations are welcome. This is the hot path: no SQL runs per observation.
NODISCARD bool store_append(struct store_tx *tx, struct observation *o, err *e);
// As many of them at once, which costs a fraction: the stream and its tail are looked up once. All of the run or nothing of it.
// *first is the number of the first reading, the others follow. run->all is not copied: it stays until the operation's `done`.
NODISCARD bool store_append_run(struct store_tx *tx, const struct reading_run *run, uint32_t *first, err *e);
// A run of this stream comes `ahead` * STORE_STRIDE runs from now, 1 to STORE_AHEAD: what it will touch is fetched meanwhile, a step
// with each call, for each step says where the next one is; a run of one reading takes less time than fetching. Only time is
// lost without it.
#define STORE_AHEAD 4
#define STORE_STRIDE 2
void store_expect_run(const struct store_tx *tx, entity_id stream, unsigned ahead);
NODISCARD bool store_replace_observation(struct store_tx *tx, const struct observation *o,
                                         err *e);  // o->number says which
// What a check says of an observation: its resultQuality, a JSON object.
struct quality_verdict {
    entity_id id;
    instant time;  // of its phenomenonTime
    str quality;
};
// Of one Datastream, in order of (time, id); each chunk is written once. What has gone, was moved to another time or has a resultQuality
// is left as it is.
NODISCARD bool store_qualify(struct store_tx *tx, entity_id stream, const struct quality_verdict *all,
                             size_t count, err *e);
// Deletes Observations of one stream, by their numbers, in order and each once; each chunk is written once. ERR_ABSENT: one is not there.
NODISCARD bool store_delete_observations(struct store_tx *tx, entity_id stream, const uint32_t *numbers,
                                         size_t count, err *e);
// Deletes the stream's Observations with phenomenonTime (start) in `when` (TIME_NONE: open on that side): what retention needs. Costs
// little more than the chunks at the two ends; *deleted says how many went. Listeners are not told of each. ERR_ABSENT: no stream.
NODISCARD bool store_delete_range(struct store_tx *tx, entity_id stream, interval when, int64_t *deleted,
                                  err *e);
NODISCARD bool store_get_observation(struct snapshot *at, entity_id id, arena *a, struct observation *out,
                                     err *e);

// What ingest needs of a stream for each reading; cached by the store, valid until the next store_* call that writes entities.
struct stream_info {
    entity_set kind;  // SET_DATASTREAM or SET_MULTI_DATASTREAM
    entity_id thing;
    entity_id feature;     // of the newest observation; 0: none yet
    instant last_time;     // phenomenonTime (start) of the newest observation; TIME_NONE: none
    uint32_t field_count;  // of a MultiDatastream's result array; 0 for a Datastream
};
NODISCARD bool store_stream_info(struct store_tx *tx, entity_id stream, const struct stream_info **out,
                                 err *e);

// The number that the next observation of a stream gets: who remembers it knows whether anybody else has appended since.
NODISCARD bool store_next_number(struct store_tx *tx, entity_id stream, uint32_t *out, err *e);

// Changes whenever entities may have changed since, also inside an operation that is undone: what caches are checked against.
uint64_t store_entity_version(struct store_tx *tx);

// Documents: small JSON records of any other part (devices, tokens, settings), by kind and key.
NODISCARD bool store_document_put(struct store_tx *tx, str kind, str key, str json, err *e);
NODISCARD bool store_document_delete(struct store_tx *tx, str kind, str key, err *e);  // absent is fine
NODISCARD bool store_document_get(struct snapshot *at, str kind, str key, arena *a, str *json,
                                  err *e);  // ERR_ABSENT
// All of a kind in key order; stops when `each` returns false (with or without setting e).
NODISCARD bool store_document_each(struct snapshot *at, str kind,
                                   bool (*each)(str key, str json, void *context, err *e), void *context,
                                   err *e);
// Those with a key in [from, to), by bytes, in key order; an empty `to` is open. `each` as above.
NODISCARD bool store_document_range(struct snapshot *at, str kind, str from, str to,
                                    bool (*each)(str key, str json, void *context, err *e), void *context,
                                    err *e);

// Bytes: what another part keeps in a form of its own, as small as it can be, by kind and number, and in that order in the file. The
// form says itself when it is damaged.
typedef enum { BYTES_STREAM_DAYS = 1 } bytes_kind;  // as stored
#define BYTES_NUMBERS ((int64_t)1 << 52)            // numbers are 0 .. BYTES_NUMBERS - 1
NODISCARD bool store_bytes_put(struct store_tx *tx, bytes_kind kind, int64_t number, str bytes,
                               err *e);  // not empty
NODISCARD bool store_bytes_delete(struct store_tx *tx, bytes_kind kind, int64_t number,
                                  err *e);  // absent is fine
NODISCARD bool store_bytes_get(struct snapshot *at, bytes_kind kind, int64_t number, arena *a, str *bytes,
                               err *e);  // absent: empty
// Those with a number in [from, to), in order; stops when `each` returns false (with or without setting e).
NODISCARD bool store_bytes_range(struct snapshot *at, bytes_kind kind, int64_t from, int64_t to,
                                 bool (*each)(int64_t number, str bytes, void *context, err *e),
                                 void *context, err *e);

// Blobs: files (photos, evidence, outlines) named by the BLAKE2b-256 hash of their bytes, in lower-case hex. The same bytes put
// twice are one file; as many deletes as puts let it go. The file is synced before the operation commits, gone some time
// after the last delete has committed and every older snapshot is closed, and checked against its name when read.
#define STORE_BLOB_HASH 64
#define STORE_BLOB_MAX ((size_t)32 << 20)  // larger: ERR_LIMIT
NODISCARD bool store_blob_put(struct store_tx *tx, str bytes, char hash[STORE_BLOB_HASH + 1], err *e);
NODISCARD bool store_blob_get(struct snapshot *at, str hash, arena *a, str *bytes,
                              err *e);                                    // ERR_ABSENT, ERR_CORRUPT
NODISCARD bool store_blob_delete(struct store_tx *tx, str hash, err *e);  // ERR_ABSENT

// ---- Reading -----------------------------------------------------------------------------------------------------

NODISCARD bool snapshot_open(struct store *s, struct snapshot **out, err *e);
void snapshot_close(struct snapshot *at);  // all its cursors must be closed
// A snapshot shows what is public; after this, also what is internal, or everything. What is not shown is absent for every
// function that takes the snapshot, in counts, filters, orders and sums too. Inside an operation everything is shown until this says
// otherwise; the next operation sees everything again. Documents are always shown. No cursor may be open.
NODISCARD bool snapshot_show(struct snapshot *at, access_level most, err *e);
uint64_t snapshot_commit(const struct snapshot *at);  // grows with every commit: an ETag for everything

bool store_shows_stream(struct snapshot *at, entity_id stream);  // there, and shown; looks at no disk
// The next Datastream or MultiDatastream (`kind`) that is shown, in order of id; 0: no more. Looks at no disk. One made after
// the snapshot may be given: it has no observations there.
entity_id store_next_stream(struct snapshot *at, entity_set kind, entity_id after);
NODISCARD bool store_exists(struct snapshot *at, entity_set set, entity_id id,
                            err *e);  // false with ERR_ABSENT (or ERR_GONE)
NODISCARD bool store_get(struct snapshot *at, entity_set set, entity_id id, arena *a, struct record *out,
                         err *e);
NODISCARD bool store_related(struct snapshot *at, entity_set set, entity_id id, int relation, arena *a,
                             entity_id **ids, size_t *count, err *e);  // in order; for to-many kept as links

NODISCARD bool store_query(struct snapshot *at, const struct query *q, struct cursor **out, err *e);
NODISCARD bool store_count(struct snapshot *at, const struct query *q, int64_t *out,
                           err *e);  // without skip, top, after

// The next row; its texts are valid until the next call on this cursor. *got = false at the end.
NODISCARD bool cursor_next(struct cursor *c, struct record *row, bool *got, err *e);
// Values of the order keys of the row just read, then its id: what query.after takes to go on behind it. In the arena.
NODISCARD bool cursor_position(struct cursor *c, arena *a, value **keys, size_t *count, err *e);
// The same question for another parent (query.parent_id): what $expand asks for each row. The plan is kept.
NODISCARD bool cursor_restart(struct cursor *c, entity_id parent_id, err *e);
void cursor_close(struct cursor *c);

// Times and numeric results of a stream, in order of time, many at a time, with phenomenonTime (start) in [when.start, when.end);
// TIME_NONE on either side: open. Left out, here and in the summaries and quantiles below, is what a check found bad
// (model/quality.h, quality_counts).
typedef bool (*store_values_each)(const instant *times, const double *values, size_t count, void *context,
                                  err *e);
NODISCARD bool store_values(struct snapshot *at, entity_id stream, interval when, store_values_each each,
                            void *context, err *e);

// Summaries of a stream's numeric observations per period, oldest first; periods without any are absent.
typedef enum {
    PERIOD_HOUR,
    PERIOD_DAY,
    PERIOD_MONTH,
    PERIOD_YEAR
} period;  // day and above in the zone given
struct summary {
    entity_id stream;
    interval when;
    int64_t count;
    double mean, min, max;
    double sum;             // of decimals exactly, rounded once
    double energetic_mean;  // 10 lg mean(10^(x/10)): for levels in dB
    double first, last;
    const double *quantiles;  // of store_statistics: those asked for
};
struct tz;
typedef bool (*summary_each)(const struct summary *s, void *context, err *e);
NODISCARD bool store_summaries(struct snapshot *at, entity_id stream, period p, const struct tz *zone,
                               interval when, summary_each each, void *context, err *e);
// Quantile of a stream's observations in `when` (0..1), from mergeable sketches; relative error at most STORE_QUANTILE_ERROR.
#define STORE_QUANTILE_ERROR 0.01
NODISCARD bool store_quantile(struct snapshot *at, entity_id stream, interval when, double quantile,
                              double *out, err *e);

// Newest observation (greatest phenomenonTime, then number) of a stream, without touching the disk where possible.
NODISCARD bool store_latest(struct snapshot *at, entity_id stream, arena *a, struct observation *out,
                            err *e);  // ERR_ABSENT

// ---- Readings, many in one pass: what charts, tables and /api/v1 are made of -------------------------------------------
// No SQL runs per row. `each` stops the pass by returning false, with or without setting e; what it is given is valid during
// the call. `streams` NULL: all of them, in order of id; else in the order given, absent ones left out.

struct stream_list {
    const entity_id *ids;
    size_t count;
};
#define ALL_STREAMS ((struct stream_list){NULL, 0})

typedef bool (*observation_each)(const struct observation *o, void *context, err *e);
// The newest observation of each stream that has one.
NODISCARD bool store_latest_each(struct snapshot *at, struct stream_list streams, observation_each each,
                                 void *context, err *e);
// Observations of a stream with phenomenonTime (start) in `when` (TIME_NONE: open), oldest first.
NODISCARD bool store_observations(struct snapshot *at, entity_id stream, interval when, observation_each each,
                                  void *context, err *e);
// What store_summaries gives, of many and with quantiles, in one pass: all periods of a stream, then those of the next. What is not
// asked for is not worked out: the energetic mean costs more than all the rest.
#define STATISTICS_QUANTILES 12
struct statistics_ask {
    period period;
    const struct tz *zone;  // NULL: hours and days of UTC
    interval when;
    bool with_energy;         // energetic_mean
    const double *quantiles;  // each 0..1; as exact as store_quantile's
    size_t quantile_count;
    bool quantiles_alone;  // of the rest only stream, when and count
    bool sums_alone;       // without quantiles and energy: only stream, when, count, sum and mean
};
NODISCARD bool store_statistics(struct snapshot *at, struct stream_list streams,
                                const struct statistics_ask *ask, summary_each each, void *context, err *e);

// ---- For a thread that must not wait ------------------------------------------------------------------------------
// From memory alone, of what is public. False, and nothing of it counts: it is to be asked for in the other way, which may leave
// what is needed here the next time.

// One with a decimal and nothing extra.
NODISCARD bool store_latest_at_once(struct store *s, entity_id stream, struct observation *out);
// Neither quantiles nor energetic means; `hours_most` bounds the work.
NODISCARD bool store_statistics_at_once(struct store *s, entity_id datastream,
                                        const struct statistics_ask *ask, size_t hours_most,
                                        summary_each each, void *context);

// ---- After the commit --------------------------------------------------------------------------------------------

typedef enum { CHANGE_CREATED, CHANGE_UPDATED, CHANGE_DELETED } change_kind;
// Many Observations that came together are one change, with `run`; else a created or updated one has `observation`. Both are valid
// during the call.
struct change {
    change_kind kind;
    entity_set set;
    entity_id id;  // of a run: of its first, the others follow
    instant
        oldest;  // phenomenonTime (start) of what was created or updated; TIME_NONE: not of an Observation, or not known
    const struct observation *observation;
    struct reading_run run;  // count 0: it is none
};
// How many Observations were created or updated, and each of them.
static inline size_t change_observations(const struct change *c)
{
    return c->run.count ? c->run.count : c->observation != NULL;
}
static inline struct observation change_observation(const struct change *c, size_t i)
{
    if (!c->run.count) return *c->observation;
    struct observation o = plain_observation(&c->run, i);
    o.number = (uint32_t)(c->id & UINT32_MAX) + (uint32_t)i;
    return o;
}
// Called on the writer thread after each commit, in commit order, with what it changed. Be quick, never write here.
typedef void (*store_listener)(uint64_t commit, const struct change *changes, size_t count, void *context);
void store_listen(struct store *s, store_listener f,
                  void *context);  // before the first write; at most 8 listeners

// ---- Looking after it --------------------------------------------------------------------------------------------

struct store_figures {
    int64_t entities[ENTITY_SET_COUNT];  // Observations too
    int64_t chunks, tail_observations;
    int64_t bytes_on_disk;
    uint64_t commit;
};
NODISCARD bool store_figures(struct snapshot *at, struct store_figures *out, err *e);
bool store_is_writable(struct store *s, err *e);  // for /readyz: the last commit worked, or why not
// Packs all that waits and gives back what the files do not need: as small as the store gets. It does so by itself when it has
// nothing to do for some seconds and it is worth it; others may write meanwhile.
NODISCARD bool store_pack(struct store *s, err *e);
// A consistent copy of a running (or stopped) store into a new directory. Refuses an existing one.
NODISCARD bool store_backup(struct store *s, const char *directory,
                            void (*progress)(int64_t done, int64_t all, void *context), void *context,
                            err *e);
// Walks everything: SQLite's own check, chunk checksums, order, summaries against readings, links. Each finding is one plain sentence.
NODISCARD bool store_check(struct store *s, void (*found)(const char *sentence, void *context), void *context,
                           int64_t *findings, err *e);

#endif
