// SPDX-License-Identifier: EUPL-1.2
// The writer thread: takes all operations that wait, runs them, commits once, says so to each.
#include "base/log.h"
#include "store/blob.h"
#include "store/stream/pack.h"
#include "store/stream/seal.h"
#include "store/stream/settle.h"
#include "store/meter.h"

#include <stdlib.h>

#define QUEUE_LENGTH 65536
#define TAKEN_MAX 4096  // operations of one batch
// A batch with more is committed before further operations run.
#define BATCH_OBSERVATIONS 200000
#define BATCH_ROW_SHARE 4  // of what the row of its observations may have
#define ARENA_MAX ((size_t)1 << 30)

// ---- submitting ----

bool store_submit(struct store *s, struct store_op *op, err *e)
{
    if (s->is_read_only) return store_is_writable(s, e);
    if (queue_push(s->queue, op)) return true;
    return err_set(e, ERR_BUSY, ERR_NOWHERE, "too many changes wait to be written: try again");
}

struct waiting_op {
    struct store_op op;
    bool (*run)(struct store_tx *tx, void *context, err *e);
    void *context;
    struct queue *answered;  // closed when it is
    bool ok;
    err *e;
};

static bool run_waiting(struct store_tx *tx, void *context, err *e)
{
    const struct waiting_op *w = context;
    return w->run(tx, w->context, e);
}

static void done_waiting(void *context, const err *e)
{
    struct waiting_op *w = context;
    w->ok = e == NULL;
    if (e) *w->e = *e;
    queue_close(w->answered);
}

bool store_run_with(struct store *s, const struct store_before *before,
                    bool (*run)(struct store_tx *tx, void *context, err *e), void *context, err *e)
{
    struct waiting_op w = {.run = run, .context = context, .answered = queue_new(1), .e = e};
    if (!w.answered) return err_no_memory(e);
    w.op = (struct store_op){.run = run_waiting, .done = done_waiting, .context = &w, .before = before};
    const bool submitted = store_submit(s, &w.op, e);
    void *nothing;
    if (submitted) queue_take(w.answered, &nothing, 1, -1);
    queue_free(w.answered);
    return submitted && w.ok;
}

bool store_run(struct store *s, bool (*run)(struct store_tx *tx, void *context, err *e), void *context,
               err *e)
{
    return store_run_with(s, NULL, run, context, e);
}

void store_cut_log(struct store_tx *tx)
{
    tx->store->wants_short_log = true;
}

void store_listen(struct store *s, store_listener f, void *context)
{
    if (s->listener_count == LISTENERS_MAX) return;
    s->listeners[s->listener_count] = f;
    s->listener_contexts[s->listener_count++] = context;
}

// ---- one operation ----

struct ran {
    struct store_op *op;
    const err *fault;  // NULL: it ran
};

// Where the batch stood before an operation.
struct mark {
    size_t undos, appended, changes, row_bytes;
    entity_id row_stream;
    instant row_time;
};

static struct mark mark_of(const struct store_tx *tx)
{
    return (struct mark){tx->undo_count,  tx->appended_count, tx->change_count,
                         tx->row.bytes.n, tx->row.stream,     tx->row.time};
}

static void take_back(struct store_tx *tx, const struct mark *m)
{
    tx_undo(tx, m->undos, m->appended, m->changes);
    tx->row.bytes.n = m->row_bytes;
    tx->row.bytes.failed = false;
    tx->row.stream = m->row_stream;
    tx->row.time = m->row_time;
    tx_entities_changed(tx);
}

static bool end_savepoint(struct store_tx *tx, bool keep, err *e)
{
    if (!tx->has_savepoint) return true;
    tx->has_savepoint = false;
    struct connection *c = tx_connection(tx);
    if (!keep && !sql_run(c, STR("ROLLBACK TO operation"), e)) return false;
    return sql_run(c, STR("RELEASE operation"), e);
}

bool tx_is_lost(struct store_tx *tx)
{
    return sqlite3_get_autocommit(tx_connection(tx)->db);
}

// An operation whose observations outgrow the row of the batch fails alone, not all those beside it.
static bool fits_row(const struct store_tx *tx, err *e)
{
    return !tx->row.bytes.failed ||
           err_set(e, ERR_LIMIT, ERR_NOWHERE, "the Observations are too large to store at once");
}

static bool has_room(const struct store_tx *tx)
{
    return tx->observations < BATCH_OBSERVATIONS && tx->row.bytes.n < tx->row.bytes.max / BATCH_ROW_SHARE;
}

bool tx_run(struct store_tx *tx, bool (*run)(struct store_tx *tx, void *context, err *e), void *context,
            err *e)
{
    const struct mark before = mark_of(tx);
    tx->operation++;
    if (!snapshot_show(&tx->snapshot, ACCESS_PRIVATE, e)) return false;  // whatever the one before has said
    if (run(tx, context, e) && fits_row(tx, e) && end_savepoint(tx, true, e)) return true;
    take_back(tx, &before);
    err second;
    if (!tx_is_lost(tx) && !end_savepoint(tx, false, &second))
        log_error("undo failed", "text=\"%s\"", second.text);
    tx->has_savepoint = false;
    return false;
}

// ---- one batch ----

static const err *keep_error(struct store_tx *tx, const err *e)
{
    static const err no_memory = {
        .code = ERR_LIMIT, .at = ERR_NOWHERE, .text = "no memory to say what went wrong"};
    err *copy = ARENA_NEW(tx->arena, err);
    if (!copy) return &no_memory;
    *copy = *e;
    return copy;
}

static bool batch_begin(struct store_tx *tx, err *e)
{
    tx->commit = atomic_load_explicit(&tx->store->published, memory_order_relaxed) + 1;
    tx->snapshot.commit = tx->commit;
    tx->is_dirty = false;
    tail_writer_start(&tx->row);
    return sql_run(tx_connection(tx), STR("BEGIN IMMEDIATE"), e);
}

static bool write_tail_row(struct store_tx *tx, err *e)
{
    struct connection *c = tx_connection(tx);
    sqlite3_stmt *st;
    if (!sql_take(c, STR("INSERT INTO tail(id, data) VALUES(?1, ?2)"), &st, e)) return false;
    const str row = tail_writer_finish(&tx->row);
    sqlite3_bind_int64(st, 1, (int64_t)tx->commit);
    sql_bind_blob(st, 2, row);
    return sql_finish(c, st, e);
}

static bool batch_commit(struct store_tx *tx, err *e)
{
    if (tx->is_dirty) {
        settle(tx);
        if (tx_is_lost(tx))
            return err_set(e, ERR_DISK_FULL, ERR_NOWHERE,
                           "the store could not be written: is the disk full?");
        if (!write_tail_row(tx, e)) return false;
    }
    return sql_run(tx_connection(tx), STR("COMMIT"), e);
}

static void batch_undo(struct store_tx *tx)
{
    err ignored;
    tx_undo(tx, 0, 0, 0);
    if (tx->before) tx->before->undo(tx->before->context);
    settle_failed(tx->store);
    tx_entities_changed(tx);
    if (!tx_is_lost(tx) && !sql_run(tx_connection(tx), STR("ROLLBACK"), &ignored))
        log_error("rollback failed", "text=\"%s\"", ignored.text);
}

static void note_fault(struct store *s, const err *e)
{
    lock_take(s->lock);
    const bool is_new = (e ? e->code : ERR_NONE) != s->write_fault.code;
    s->write_fault = e ? *e : (err){.code = ERR_NONE};
    lock_drop(s->lock);
    if (is_new && e) log_error("store cannot write", "text=\"%s\"", e->text);
    if (is_new && !e)
        log_notice("store writes again", "commit=%llu",
                   (unsigned long long)atomic_load_explicit(&s->published, memory_order_relaxed));
}

static void call_listeners(struct store *s, const struct store_tx *tx)
{
    if (tx->change_count == 0) return;
    for (size_t i = 0; i < s->listener_count; i++)
        s->listeners[i](tx->commit, tx->changes, tx->change_count, s->listener_contexts[i]);
}

static void answer(struct ran *ran, size_t count, const err *batch_fault)
{
    for (size_t i = 0; i < count; i++) {
        struct store_op *op = ran[i].op;
        if (op->done) op->done(op->context, ran[i].fault ? ran[i].fault : batch_fault);
    }
}

static void batch_end(struct store *s)
{
    blobs_settle(&s->tx);
    arena_reset(s->tx.arena);
    s->tx.change_count = 0;
    s->tx.before = NULL;
    reclaim(s, false);
}

static const struct store_before *before_of(const void *op)
{
    return ((const struct store_op *)op)->before;
}

// Runs operations until all of the first one's kind have run or the batch is large enough; gives how many of them it took.
static size_t run_batch(struct store *s, void **ops, size_t count, struct ran *ran)
{
    struct store_tx *tx = &s->tx;
    const int64_t started = time_monotonic_us();
    err e;
    size_t n = 0;
    tx->before = before_of(ops[0]);
    bool ok = batch_begin(tx, &e);
    while (ok && n < count && (n == 0 || (before_of(ops[n]) == tx->before && has_room(tx)))) {
        ran[n] = (struct ran){.op = ops[n]};
        if (!tx_run(tx, ran[n].op->run, ran[n].op->context, &e)) ran[n].fault = keep_error(tx, &e);
        n++;
        ok = !tx_is_lost(tx);
    }
    const size_t appended = tx->observations;
    const bool other_fails = ok && tx->before && !tx->before->run(tx->before->context, &e);
    ok = ok && !other_fails && batch_commit(tx, &e);
    if (ok) {
        if (tx->is_dirty) {
            tx_publish(tx);
            note_fault(s, NULL);
        }
        call_listeners(s, tx);
    } else if (other_fails) {
        batch_undo(tx);
    } else {
        for (; n < count; n++) ran[n] = (struct ran){.op = ops[n]};
        batch_undo(tx);
        note_fault(s, &e);
    }
    store_meter_batch(ok, n, appended, time_monotonic_us() - started);
    answer(ran, n, ok ? NULL : &e);
    batch_end(s);
    return n;
}

// ---- the log ----

#define CHECKPOINT_FRAMES 4096  // 16 MiB

static int note_frames(void *context, sqlite3 *db, const char *name, int frames)
{
    (void)db;
    (void)name;
    struct store *s = context;
    s->wal_frames = frames;
    return SQLITE_OK;
}

#define RESTART_WAIT_MS 50
// Most questions are answered sooner; who is not done by then may take seconds.
#define LONG_READER_US (TIME_SECOND / 20)

#define LARGE_FRAMES (4 * CHECKPOINT_FRAMES)
#define LARGE_WAIT_MS 200
#define LARGE_WAIT_MOST_MS 5000

static bool has_long_reader(struct store *s)
{
    const int64_t before = time_monotonic_us() - LONG_READER_US;
    lock_take(s->lock);
    const bool is_long = s->oldest && s->oldest->opened_us < before;
    lock_drop(s->lock);
    return is_long;
}

// How long writing stops for the readers, so that the log can begin anew. Readers that overlap one another would let it grow
// for ever, but are soon done; for one that is not, waiting would be in vain, and there will be a moment without him. Where that
// moment does not come, the longer the log the longer the wait: writing would rather stop than fill the disk.
static int restart_wait_ms(struct store *s)
{
    const int times = s->wal_frames / LARGE_FRAMES;
    if (times >= 5) return LARGE_WAIT_MOST_MS;
    if (times > 0) return LARGE_WAIT_MS * times * times;
    return has_long_reader(s) ? 0 : RESTART_WAIT_MS;
}

// Whether all that the mode asks for is done: not if a reader still needs some of the log.
static bool copy_log(struct store *s, int mode, int wait_ms)
{
    sqlite3_busy_timeout(s->writer.db, wait_ms);
    const int rc = sqlite3_wal_checkpoint_v2(s->writer.db, NULL, mode, NULL, NULL);
    sqlite3_busy_timeout(s->writer.db, BUSY_TIMEOUT_MS);
    if (rc == SQLITE_OK || rc == SQLITE_BUSY) return rc == SQLITE_OK;
    err e;
    sql_error(&s->writer, rc, &e);
    log_warning("checkpoint failed", "text=\"%s\"", e.text);
    return false;
}

#define CUT_AGAIN_US TIME_SECOND

// What a reader kept is cut a moment later, also when nothing more is written: it may hold what somebody wants forgotten.
static void cut_log(struct store *s)
{
    const int64_t now = time_monotonic_us();
    if (now < s->cut_at) return;
    s->wants_short_log = !copy_log(s, SQLITE_CHECKPOINT_TRUNCATE, restart_wait_ms(s));
    s->cut_at = s->wants_short_log ? now + CUT_AGAIN_US : 0;
    if (!s->wants_short_log) s->wal_frames = 0;
}

// Copies the log into the file, after the answers have gone out. What readers still need stays; it is tried again when the
// log has grown on by a quarter, not with every commit, for each try syncs twice.
static void checkpoint(struct store *s)
{
    if (s->wants_short_log) cut_log(s);
    if (s->wal_frames < CHECKPOINT_FRAMES) s->checkpoint_at = CHECKPOINT_FRAMES;
    if (s->wal_frames < s->checkpoint_at) return;
    s->checkpoint_at = s->wal_frames + s->wal_frames / 4;
    const int wait_ms = restart_wait_ms(s);
    copy_log(s, wait_ms > 0 ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, wait_ms);
}

// ---- packing ----

#define IDLE_US (3 * TIME_SECOND)

static bool pack_run(struct store_tx *tx, void *context, err *e)
{
    (void)context;
    (void)e;
    if (tx->store->packing.stage == PACK_NONE) pack_start(tx);
    tx->is_dirty = true;
    return true;
}

// How long to wait for an operation before there is something to do without one; -1: for ever.
static int64_t idle_time(const struct store *s)
{
    if (s->packing.stage != PACK_NONE) return 0;
    if (s->wants_short_log) return CUT_AGAIN_US;
    return pack_is_worth(s) ? IDLE_US : -1;
}

struct pack_wait {
    bool has_begun, is_over;
};

static bool pack_and_tell(struct store_tx *tx, void *context, err *e)
{
    struct pack_wait *k = context;
    k->is_over = k->has_begun && tx->store->packing.stage == PACK_NONE;
    k->has_begun = true;
    return k->is_over || pack_run(tx, NULL, e);
}

bool store_pack(struct store *s, err *e)
{
    struct pack_wait k = {.has_begun = false};
    while (!k.is_over)
        if (!store_run(s, pack_and_tell, &k, e)) return false;
    return true;
}

// ---- the thread ----

#define PROBE_US (2 * TIME_SECOND)

static bool probe_run(struct store_tx *tx, void *context, err *e)
{
    (void)context;
    (void)e;
    tx->is_dirty = true;
    return true;
}

// The log is cut after each batch, also after this one, which writes nothing.
static bool cut_run(struct store_tx *tx, void *context, err *e)
{
    (void)tx;
    (void)context;
    (void)e;
    return true;
}

static struct store_op *own_operation(const struct store *s, bool is_failing)
{
    static struct store_op probe = {.run = probe_run}, cut = {.run = cut_run}, pack = {.run = pack_run};
    if (is_failing) return &probe;
    return s->wants_short_log && s->packing.stage == PACK_NONE ? &cut : &pack;
}

// The next operations; 0: the store closes. While nothing can be written an empty operation comes now and then, to find out when
// that is over: /readyz, and whoever sends only when it says so, must not wait for somebody else to write.
static size_t take_operations(struct store *s, void **ops)
{
    const bool is_failing = s->write_fault.code != ERR_NONE;  // only this thread changes it
    const size_t taken = queue_take(s->queue, ops, TAKEN_MAX, is_failing ? PROBE_US : idle_time(s));
    if (taken > 0 || (queue_is_closed(s->queue) && queue_length(s->queue) == 0)) return taken;
    ops[0] = own_operation(s, is_failing);
    return 1;
}

// So that there are two commits at most, however they came.
static void put_plain_first(void **ops, size_t count)
{
    void *others[TAKEN_MAX];
    size_t plain = 0, other = 0;
    for (size_t i = 0; i < count; i++) {
        if (before_of(ops[i]))
            others[other++] = ops[i];
        else
            ops[plain++] = ops[i];
    }
    for (size_t i = 0; i < other; i++) ops[plain + i] = others[i];
}

static void *write_loop(void *context)
{
    struct store *s = context;
    void *ops[TAKEN_MAX];
    struct ran ran[TAKEN_MAX];
    size_t taken;
    while ((taken = take_operations(s, ops)) > 0) {
        put_plain_first(ops, taken);
        for (size_t n = 0; n < taken;) n += run_batch(s, ops + n, taken - n, ran);
        checkpoint(s);
        store_meter_log(s->wal_frames);
        store_meter_waiting(queue_length(s->queue));
    }
    return NULL;
}

bool writer_start(struct store *s, err *e)
{
    struct store_tx *tx = &s->tx;
    tx->store = s;
    tx->snapshot = (struct snapshot){.store = s, .connection = &s->writer, .is_inside = true};
    tx->arena = arena_new(ARENA_MAX);
    tx->sealing = sealing_memory_new();
    tx->neighbours = sealing_memory_new();
    tx->extra.max = TAIL_ROW_MAX;
    s->writer.at = &tx->snapshot;
    if (!tx->arena || !tx->sealing || !tx->neighbours || !s->queue) return err_no_memory(e);
    sqlite3_wal_hook(s->writer.db, note_frames, s);
    s->has_thread = pthread_create(&s->thread, NULL, write_loop, s) == 0;
    if (!s->has_thread) return err_set(e, ERR_STORE, ERR_NOWHERE, "cannot start the store's writer thread");
    pthread_setname_np(s->thread, "writer");
    return true;
}

void writer_stop(struct store *s)
{
    if (s->queue) queue_close(s->queue);
    if (s->has_thread) pthread_join(s->thread, NULL);
    queue_free(s->queue);
    struct store_tx *tx = &s->tx;
    free(tx->undos);
    free(tx->appended);
    free(tx->changes);
    buf_free(&tx->row.bytes);
    buf_free(&tx->extra);
    arena_free(tx->arena);
    arena_free(tx->sealing);
    arena_free(tx->neighbours);
}
