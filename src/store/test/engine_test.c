// SPDX-License-Identifier: EUPL-1.2
// Observations through the store's own door: appended, read, kept over a restart.
#include "base/test_directory.h"
#include "store/engine.h"
#include "store/stream/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char directory[TEST_DIRECTORY_MAX];
    struct store *store;
};

static void open_store(struct place *p)
{
    err e;
    const store_config c = {.directory = p->directory, .create = true, .hours_bytes = 1 << 20};
    if (!store_open(&c, &p->store, &e)) fail_msg("%s", e.text);
}

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    *state = p;
    test_directory_make(p->directory);
    open_store(p);
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    store_close(p->store);
    test_directory_remove(p->directory);
    free(p);
    return 0;
}

struct plan {
    entity_id stream;
    int first, count;
    bool fail;
};

static bool add_stream(struct store_tx *tx, void *context, err *e)
{
    return observations_add_stream(tx, *(entity_id *)context, SET_DATASTREAM, 1, 0, e);
}

static bool append_plan(struct store_tx *tx, void *context, err *e)
{
    const struct plan *p = context;
    for (int i = 0; i < p->count; i++) {
        struct observation o = {.stream = p->stream,
                                .phenomenon_time = {(p->first + i) * TIME_MINUTE, TIME_NONE},
                                .result_time = TIME_NONE,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .result = value_decimal((decimal){p->first + i, 1})};
        if (!store_append(tx, &o, e)) return false;
    }
    return !p->fail || err_set(e, ERR_RANGE, ERR_NOWHERE, "on purpose");
}

static int64_t count(struct store *s, entity_id stream)
{
    err e;
    struct snapshot *at;
    int64_t n = -1;
    if (!snapshot_open(s, &at, &e)) fail_msg("%s", e.text);
    if (!observations_count(at, stream, (interval){TIME_NONE, TIME_NONE}, &n, &e)) fail_msg("%s", e.text);
    snapshot_close(at);
    return n;
}

static void what_is_appended_is_counted_and_survives_a_restart(void **state)
{
    struct place *p = *state;
    err e;
    entity_id stream = 7;
    assert_true(store_run(p->store, add_stream, &stream, &e));
    for (int i = 0; i < 10; i++) {
        struct plan plan = {.stream = stream, .first = i * 100, .count = 100};
        assert_true(store_run(p->store, append_plan, &plan, &e));
    }
    assert_int_equal(count(p->store, stream), 1000);
    store_close(p->store);
    open_store(p);
    assert_int_equal(count(p->store, stream), 1000);
}

static void an_operation_that_fails_leaves_nothing(void **state)
{
    struct place *p = *state;
    err e;
    entity_id stream = 7;
    assert_true(store_run(p->store, add_stream, &stream, &e));
    struct plan plan = {.stream = stream, .count = 50, .fail = true};
    assert_false(store_run(p->store, append_plan, &plan, &e));
    assert_int_equal(e.code, ERR_RANGE);
    assert_int_equal(count(p->store, stream), 0);
    plan.fail = false;
    assert_true(store_run(p->store, append_plan, &plan, &e));
    assert_int_equal(count(p->store, stream), 50);
}

// ---- more than the row of a commit may have ----

#define ROW_MAX 4096
#define FITS 100  // observations

struct waiting_ops {
    struct store *store;
    struct plan before, large, after;
    const struct store_before *apart;  // of the large one
    struct store_op ops[3];
    err faults[3];
    int done;
};

static bool limit_row(struct store_tx *tx, void *context, err *e)
{
    (void)context;
    (void)e;
    tx->row.bytes.max = ROW_MAX;
    return true;
}

static bool run_before(struct store_tx *tx, void *context, err *e)
{
    return append_plan(tx, &((struct waiting_ops *)context)->before, e);
}

static bool run_large(struct store_tx *tx, void *context, err *e)
{
    return append_plan(tx, &((struct waiting_ops *)context)->large, e);
}

static bool run_after(struct store_tx *tx, void *context, err *e)
{
    return append_plan(tx, &((struct waiting_ops *)context)->after, e);
}

static void note_done(void *context, const err *e)
{
    struct waiting_ops *w = context;
    w->faults[w->done++] = e ? *e : (err){.code = ERR_NONE};
}

// Three operations that one batch takes, for they are handed in while the writer is busy with this one.
static bool hand_in_three(struct store_tx *tx, void *context, err *e)
{
    struct waiting_ops *w = context;
    bool (*const runs[])(struct store_tx *, void *, err *) = {run_before, run_large, run_after};
    (void)tx;
    for (size_t k = 0; k < 3; k++) {
        w->ops[k] = (struct store_op){
            .run = runs[k], .done = note_done, .context = w, .before = k == 1 ? w->apart : NULL};
        if (!store_submit(w->store, &w->ops[k], e)) return false;
    }
    return true;
}

static void what_outgrows_the_row_of_a_commit_fails_alone_and_leaves_nothing(void **state)
{
    struct place *p = *state;
    struct waiting_ops w = {.store = p->store};
    err e;
    for (entity_id s = 1; s <= 3; s++) assert_true(store_run(p->store, add_stream, &s, &e));
    assert_true(store_run(p->store, limit_row, NULL, &e));
    w.before = (struct plan){.stream = 1, .count = FITS};
    w.large = (struct plan){.stream = 2, .count = 2 * ROW_MAX};
    w.after = (struct plan){.stream = 3, .count = FITS};
    assert_true(store_run(p->store, hand_in_three, &w, &e));
    assert_true(store_run(p->store, limit_row, NULL, &e));  // behind them
    assert_int_equal(w.done, 3);
    assert_int_equal(w.faults[0].code, ERR_NONE);
    assert_int_equal(w.faults[1].code, ERR_LIMIT);
    assert_int_equal(w.faults[2].code, ERR_NONE);
    assert_true(store_is_writable(p->store, &e));
    for (int round = 0; round < 2; round++) {
        assert_int_equal(count(p->store, 1), FITS);
        assert_int_equal(count(p->store, 2), 0);
        assert_int_equal(count(p->store, 3), FITS);
        store_close(p->store);
        open_store(p);
    }
}

// It is the last byte that does not fit.
static void the_last_observation_may_be_one_too_many_for_the_row(void **state)
{
    struct place *p = *state;
    entity_id stream = 7;
    err e;
    assert_true(store_run(p->store, add_stream, &stream, &e));
    assert_true(store_run(p->store, limit_row, NULL, &e));
    int most = 0;
    for (int n = ROW_MAX / 8; most == 0 && n < ROW_MAX; n++) {
        struct plan plan = {.stream = stream, .first = n * ROW_MAX, .count = n};
        const int64_t before = count(p->store, stream);
        if (store_run(p->store, append_plan, &plan, &e)) continue;
        assert_int_equal(e.code, ERR_LIMIT);
        assert_int_equal(count(p->store, stream), before);
        assert_true(store_is_writable(p->store, &e));
        most = n - 1;
    }
    assert_true(most > 0);
}

// ---- another file that a commit waits for ----

struct other_file {
    struct plan plan;
    int asked, ran, undone;
    bool fails;
};

static bool other_run(void *context, err *e)
{
    struct other_file *f = context;
    f->ran++;
    return !f->fails || err_set(e, ERR_DISK_FULL, ERR_NOWHERE, "on purpose");
}

static void other_undo(void *context)
{
    ((struct other_file *)context)->undone++;
}

static bool append_of_other(struct store_tx *tx, void *context, err *e)
{
    return append_plan(tx, &((struct other_file *)context)->plan, e);
}

static bool append_with(struct place *p, struct other_file *f, err *e)
{
    const struct store_before before = {other_run, other_undo, f};
    return store_run_with(p->store, &before, append_of_other, f, e);
}

static void a_commit_waits_for_the_file_that_its_operations_name(void **state)
{
    struct place *p = *state;
    err e;
    entity_id stream = 7;
    assert_true(store_run(p->store, add_stream, &stream, &e));
    struct other_file f = {.plan = {.stream = stream, .count = 50}};
    assert_true(append_with(p, &f, &e));
    assert_int_equal(count(p->store, stream), 50);
    assert_int_equal(f.ran, 1);
    assert_int_equal(f.undone, 0);
    // Only the batches that asked.
    struct plan plan = {.stream = stream, .first = 50, .count = 1};
    assert_true(store_run(p->store, append_plan, &plan, &e));
    assert_int_equal(f.ran, 1);
    f.fails = true;
    f.plan = (struct plan){.stream = stream, .first = 51, .count = 50};
    assert_false(append_with(p, &f, &e));
    assert_int_equal(e.code, ERR_DISK_FULL);
    assert_int_equal(f.ran, 2);
    assert_int_equal(f.undone, 1);
    assert_int_equal(count(p->store, stream), 51);
    assert_true(store_is_writable(p->store, &e));
    // An operation that failed by itself is not harmful, and the store goes on.
    f.fails = false;
    f.plan.fail = true;
    assert_false(append_with(p, &f, &e));
    assert_int_equal(e.code, ERR_RANGE);
    f.plan.fail = false;
    assert_true(append_with(p, &f, &e));
    assert_int_equal(count(p->store, stream), 101);
}

// The file of the middle one fails; the batch was taken as one.
static void a_file_that_fails_refuses_only_those_that_name_it(void **state)
{
    struct place *p = *state;
    struct other_file f = {.fails = true};
    const struct store_before before = {other_run, other_undo, &f};
    struct waiting_ops w = {.store = p->store, .apart = &before};
    err e;
    for (entity_id s = 1; s <= 3; s++) assert_true(store_run(p->store, add_stream, &s, &e));
    w.before = (struct plan){.stream = 1, .count = FITS};
    w.large = (struct plan){.stream = 2, .count = FITS};
    w.after = (struct plan){.stream = 3, .count = FITS};
    for (int round = 1; round <= 2; round++, f.fails = false) {
        w.done = 0;
        assert_true(store_run(p->store, hand_in_three, &w, &e));
        for (int behind = 0; behind < 2; behind++) assert_true(store_run(p->store, limit_row, NULL, &e));
        assert_int_equal(w.done, 3);
        assert_int_equal(w.faults[0].code, ERR_NONE);
        assert_int_equal(w.faults[1].code, ERR_NONE);
        assert_int_equal(w.faults[2].code, f.fails ? ERR_DISK_FULL : ERR_NONE);
        assert_int_equal(f.ran, round);
        assert_int_equal(f.undone, 1);
        assert_true(store_is_writable(p->store, &e));
        assert_int_equal(count(p->store, 1), round * FITS);
        assert_int_equal(count(p->store, 2), f.fails ? 0 : FITS);
        assert_int_equal(count(p->store, 3), round * FITS);
        w.before.first = w.after.first = FITS;
    }
}

// ---- runs ----

#define RUN 1500

static struct plain_reading run_readings[RUN];

struct heard_run {
    size_t readings;
    int64_t units;
    uint32_t last_number;
};

static void hear_runs(uint64_t commit, const struct change *changes, size_t count, void *context)
{
    struct heard_run *h = context;
    (void)commit;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < change_observations(&changes[i]); k++) {
            const struct observation o = change_observation(&changes[i], k);
            h->readings++;
            h->units += o.result.number.units;
            h->last_number = o.number;
            assert_true(changes[i].oldest <= o.phenomenon_time.start);
        }
    }
}

static bool append_run(struct store_tx *tx, void *context, err *e)
{
    const struct plan *p = context;
    uint32_t first;
    for (int i = 0; i < p->count; i++)
        run_readings[i] = (struct plain_reading){(p->first + i) * TIME_MINUTE, {p->first + i, 1}};
    const struct reading_run run = {p->stream, 0, run_readings, (size_t)p->count};
    if (!store_append_run(tx, &run, &first, e)) return false;
    assert_int_equal(first, p->first + 1);
    return !p->fail || err_set(e, ERR_RANGE, ERR_NOWHERE, "on purpose");
}

static void a_run_is_stored_told_and_kept_whole_or_not_at_all(void **state)
{
    struct place *p = *state;
    struct heard_run heard = {0};
    err e;
    entity_id stream = 7;
    store_listen(p->store, hear_runs, &heard);
    assert_true(store_run(p->store, add_stream, &stream, &e));
    struct plan plan = {.stream = stream, .count = RUN, .fail = true};
    assert_false(store_run(p->store, append_run, &plan, &e));
    assert_int_equal(count(p->store, stream), 0);
    assert_int_equal(heard.readings, 0);
    plan.fail = false;
    assert_true(store_run(p->store, append_run, &plan, &e));
    plan = (struct plan){.stream = stream, .first = RUN, .count = 1};
    assert_true(store_run(p->store, append_run, &plan, &e));
    assert_int_equal(heard.readings, RUN + 1);
    assert_int_equal(heard.units, RUN * (RUN + 1) / 2);  // of 0 to RUN
    assert_int_equal(heard.last_number, RUN + 1);
    plan = (struct plan){.stream = 99, .count = 3};
    assert_false(store_run(p->store, append_run, &plan, &e));
    assert_int_equal(e.code, ERR_LINK);
    store_close(p->store);
    open_store(p);
    assert_int_equal(count(p->store, stream), RUN + 1);
}

static int64_t ask(struct store *s, const char *sql)
{
    err e;
    struct snapshot *at;
    sqlite3_stmt *st;
    bool got;
    if (!snapshot_open(s, &at, &e)) fail_msg("%s", e.text);
    struct connection *c = snapshot_connection(at);
    if (!sql_take(c, str_of(sql), &st, &e) || !sql_step(c, st, &got, &e)) fail_msg("%s: %s", sql, e.text);
    const int64_t v = got ? sqlite3_column_int64(st, 0) : -1;
    sql_give(c, st);
    snapshot_close(at);
    return v;
}

#define NOISY 2000

static int64_t noisy(int i)
{
    const uint64_t h = (uint64_t)(i + 1) * UINT64_C(0x9E3779B97F4A7C15);
    return (int64_t)(h >> 60 & 15) + (int64_t)(h >> 52 & 15) + (int64_t)(h >> 44 & 15) +
           (int64_t)(h >> 36 & 15);
}

struct noise {
    entity_id stream;
    int from;
};

static bool seal_noise(struct store_tx *tx, void *context, err *e)
{
    static struct plain_reading readings[NOISY];
    const struct noise *n = context;
    uint32_t first;
    for (int i = 0; i < NOISY; i++)
        readings[i] = (struct plain_reading){(n->from + i) * TIME_MINUTE, {noisy(n->from + i), 1}};
    return store_append_run(tx, &(struct reading_run){n->stream, 0, readings, NOISY}, &first, e) &&
           seal_stream(tx, snapshot_stream(store_tx_snapshot(tx), n->stream), CHUNK_QUICK, e);
}

#define BYTES_OF_CHUNKS \
    "SELECT sum(length(data)) FROM (SELECT data FROM growing UNION ALL SELECT data FROM chunk)"

static void packing_makes_small_what_was_sealed_in_a_hurry(void **state)
{
    struct place *p = *state;
    err e;
    entity_id stream = 7;
    int64_t sum = 0;
    for (int i = 0; i < NOISY; i++) sum += noisy(i);
    assert_true(store_run(p->store, add_stream, &stream, &e));
    assert_true(store_run(p->store, seal_noise, &(struct noise){stream, 0}, &e));
    store_close(p->store);
    open_store(p);  // which does not remember how it was sealed
    const int64_t quick = ask(p->store, BYTES_OF_CHUNKS);
    assert_true(store_pack(p->store, &e));
    const int64_t small = ask(p->store, BYTES_OF_CHUNKS);
    assert_in_range(small, 1, quick * 9 / 10);
    assert_int_equal(count(p->store, stream), NOISY);
    assert_int_equal(ask(p->store, "SELECT sum(result_units) FROM observation"), sum);
}

static instant newest_of(struct store *s, entity_id stream)
{
    err e;
    struct snapshot *at;
    struct observation o;
    arena *a = arena_new(1 << 16);
    if (!snapshot_open(s, &at, &e) || !store_latest(at, stream, a, &o, &e)) fail_msg("%s", e.text);
    snapshot_close(at);
    arena_free(a);
    return o.phenomenon_time.start;
}

// So many times NOISY of each of these streams, sealed as they came.
static void make_noise(struct place *p, entity_id streams, int times)
{
    err e;
    for (entity_id stream = 1; stream <= streams; stream++) {
        assert_true(store_run(p->store, add_stream, &stream, &e));
        for (int i = 0; i < times; i++)
            assert_true(store_run(p->store, seal_noise, &(struct noise){stream, i * NOISY}, &e));
    }
}

static int64_t sum_of_noise(int count)
{
    int64_t sum = 0;
    for (int i = 0; i < count; i++) sum += noisy(i);
    return sum;
}

// Behind the store's back.
static void run_sql(struct place *p, const char *sql)
{
    char path[96];
    sqlite3 *db;
    store_close(p->store);
    snprintf(path, sizeof path, "%s/peil.db", p->directory);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(db));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    open_store(p);
}

static void note(const char *sentence, void *context)
{
    (void)context;
    fail_msg("%s", sentence);
}

static void expect_sound(struct store *s)
{
    int64_t findings;
    err e;
    assert_true(store_check(s, note, NULL, &findings, &e));
    assert_int_equal(findings, 0);
}

// Fifty times is more than one operation joins of a stream.
static void packing_merges_small_chunks_into_large_ones(void **state)
{
    struct place *p = *state;
    err e;
    make_noise(p, 3, 50);
    const int64_t before = ask(p->store, BYTES_OF_CHUNKS);
    assert_true(ask(p->store, "SELECT count(*) FROM chunk") > 60);
    assert_true(store_pack(p->store, &e));
    assert_in_range(ask(p->store, "SELECT count(*) FROM chunk"), 3 * 13, 3 * 14);
    assert_in_range(ask(p->store, BYTES_OF_CHUNKS), 1, before * 97 / 100);
    for (entity_id stream = 1; stream <= 3; stream++) assert_int_equal(count(p->store, stream), 50 * NOISY);
    assert_int_equal(ask(p->store, "SELECT sum(result_units) FROM observation"),
                     3 * sum_of_noise(50 * NOISY));
    assert_int_equal(newest_of(p->store, 3), (50 * NOISY - 1) * TIME_MINUTE);
    expect_sound(p->store);
}

static bool delete_some(struct store_tx *tx, void *deleted, err *e)
{
    return store_delete_range(tx, 1, (interval){600 * TIME_MINUTE, 700 * TIME_MINUTE}, deleted, e);
}

static void what_is_merged_goes_on(void **state)
{
    struct place *p = *state;
    err e;
    int64_t deleted;
    make_noise(p, 1, 10);
    assert_true(store_pack(p->store, &e));
    const int64_t last = ask(p->store, "SELECT max(id) FROM chunk");
    assert_true(store_pack(p->store, &e));
    assert_int_equal(ask(p->store, "SELECT max(id) FROM chunk"), last);  // nothing to do
    struct plan late = {.stream = 1, .first = 500, .count = 1},
                more = {.stream = 1, .first = 10 * NOISY, .count = 3000};
    assert_true(store_run(p->store, append_plan, &late, &e));
    assert_true(store_run(p->store, append_plan, &more, &e));
    assert_true(store_pack(p->store, &e));
    assert_int_equal(count(p->store, 1), 10 * NOISY + 3001);
    assert_int_equal(newest_of(p->store, 1), (10 * NOISY + 2999) * TIME_MINUTE);
    expect_sound(p->store);
    assert_true(store_run(p->store, delete_some, &deleted, &e));
    assert_int_equal(count(p->store, 1), 10 * NOISY + 3001 - deleted);
    expect_sound(p->store);
}

#define LARGE_TEXT 6000  // of random letters, a chunk each: two would be more than a large chunk

static bool append_large_texts(struct store_tx *tx, void *context, err *e)
{
    char text[LARGE_TEXT];
    uint64_t x = 1;
    for (int i = 0; i < 300; i++) {
        for (size_t k = 0; k < sizeof text; k++) {
            x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            text[k] = (char)(' ' + (x >> 58));
        }
        struct observation o = {.stream = *(entity_id *)context,
                                .phenomenon_time = {i * TIME_MINUTE, TIME_NONE},
                                .result_time = TIME_NONE,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .result = {.type = VALUE_TEXT, .text = {text, sizeof text}}};
        if (!store_append(tx, &o, e)) return false;
    }
    return true;
}

static void what_fills_a_chunk_by_itself_is_packed_too(void **state)
{
    struct place *p = *state;
    err e;
    for (entity_id stream = 1; stream <= 2; stream++) {
        assert_true(store_run(p->store, add_stream, &stream, &e));
        assert_true(store_run(p->store, append_large_texts, &stream, &e));
    }
    assert_true(store_pack(p->store, &e));
    const int64_t last = ask(p->store, "SELECT max(id) FROM chunk");
    assert_true(store_pack(p->store, &e));
    assert_int_equal(ask(p->store, "SELECT max(id) FROM chunk"), last);
    assert_int_equal(count(p->store, 1), 300);
    assert_int_equal(count(p->store, 2), 300);
    assert_int_equal(newest_of(p->store, 2), 299 * TIME_MINUTE);
    expect_sound(p->store);
}

static void a_damaged_stream_is_left_and_all_others_are_merged(void **state)
{
    struct place *p = *state;
    err e;
    make_noise(p, 3, 5);
    run_sql(p, "UPDATE chunk SET data = zeroblob(length(data)) WHERE stream = 2");
    const int64_t left = ask(p->store, "SELECT count(*) FROM chunk WHERE stream = 2");
    assert_true(store_pack(p->store, &e));
    assert_int_equal(ask(p->store, "SELECT count(*) FROM chunk WHERE stream = 2"), left);
    assert_in_range(ask(p->store, "SELECT count(*) FROM chunk WHERE stream IN (1, 3)"), 4, 4);
    assert_int_equal(count(p->store, 1), 5 * NOISY);
    assert_int_equal(count(p->store, 3), 5 * NOISY);
}

// ---- neighbours ----

#define WIDE 64

static entity_id wide_id(int i)
{
    return 1 + i + i / 5;  // not all neighbours are there
}

// Few of most, chunks full of some, none of others.
static int wide_count(int i, int turn)
{
    return i % 9 == turn ? 0 : i % 20 == 7 ? 3000 : 1 + i % 30;
}

static bool fill_and_seal_wide(struct store_tx *tx, void *context, err *e)
{
    const int turn = *(const int *)context;
    struct stream *all[WIDE];
    size_t n = 0;
    for (int i = 0; i < WIDE; i++) {
        struct plan plan = {.stream = wide_id(i), .first = turn * 10000, .count = wide_count(i, turn)};
        if (!append_plan(tx, &plan, e)) return false;
        if (plan.count > 0) all[n++] = snapshot_stream(store_tx_snapshot(tx), plan.stream);
    }
    return seal_neighbours(tx, all, n, e);
}

static bool fill_seal_and_fail(struct store_tx *tx, void *context, err *e)
{
    return fill_and_seal_wide(tx, context, e) && err_set(e, ERR_RANGE, ERR_NOWHERE, "on purpose");
}

static void check_wide(struct store *s, int turns)
{
    for (int i = 0; i < WIDE; i++) {
        int64_t want = 0;
        for (int turn = 0; turn < turns; turn++) want += wide_count(i, turn);
        assert_int_equal(count(s, wide_id(i)), want);
    }
    expect_sound(s);
}

static void neighbours_sealed_at_once_are_there_or_all_are_not(void **state)
{
    struct place *p = *state;
    err e;
    for (int i = 0; i < WIDE; i++) {
        entity_id id = wide_id(i);
        assert_true(store_run(p->store, add_stream, &id, &e));
    }
    for (int turn = 0; turn < 3; turn++) {
        assert_false(store_run(p->store, fill_seal_and_fail, &turn, &e));
        check_wide(p->store, turn);
        assert_true(store_run(p->store, fill_and_seal_wide, &turn, &e));
        check_wide(p->store, turn + 1);
    }
    assert_int_equal(ask(p->store, "SELECT count(*) FROM growing"), WIDE);
    store_close(p->store);
    open_store(p);
    check_wide(p->store, 3);
}

static void sql_sees_observations(void **state)
{
    struct place *p = *state;
    err e;
    for (entity_id stream = 1; stream <= 5; stream++) {
        assert_true(store_run(p->store, add_stream, &stream, &e));
        struct plan plan = {.stream = stream, .first = (int)stream * 10, .count = 20};
        assert_true(store_run(p->store, append_plan, &plan, &e));
    }
    assert_int_equal(ask(p->store, "SELECT count(*) FROM observation"), 100);
    assert_int_equal(ask(p->store, "SELECT count(*) FROM observation WHERE stream = 3"), 20);
    assert_int_equal(ask(p->store, "SELECT stream FROM observation ORDER BY phen_start DESC LIMIT 1"), 5);
    assert_int_equal(
        ask(p->store,
            "SELECT result_units FROM observation WHERE stream IN (2, 4) ORDER BY phen_start LIMIT 1"),
        20);
    assert_int_equal(ask(p->store, "SELECT phen_start / 60000000 FROM observation WHERE phen_start > 60 * "
                                   "60000000 ORDER BY phen_start, id LIMIT 1"),
                     61);
    assert_int_equal(ask(p->store, "SELECT sum(count) FROM stream_extent"), 100);
    assert_int_equal(ask(p->store, "SELECT count FROM stream_extent WHERE stream = 2"), 20);
    assert_int_equal(ask(p->store, "SELECT id FROM observation WHERE after_start = 30 * 60000000 AND "
                                   "after_id = (2 << 32) + 11 ORDER BY phen_start, id LIMIT 1"),
                     OBSERVATION_ID(3, 1));
}

// ---- what counts ----

static bool append_spike(struct store_tx *tx, void *context, err *e)
{
    struct observation o = {.stream = *(entity_id *)context,
                            .phenomenon_time = {5 * TIME_MINUTE + 1, TIME_NONE},
                            .result_time = TIME_NONE,
                            .valid_time = {TIME_NONE, TIME_NONE},
                            .result = value_decimal((decimal){9999, 1}),
                            .quality = value_json(STR("{\"status\":\"spike\",\"reason\":\"x\"}"))};
    return store_append(tx, &o, e);
}

#define JUDGED 500

struct judging {
    struct quality_verdict all[JUDGED];
    size_t count;
    bool fail;
};

static bool judge(struct store_tx *tx, void *context, err *e)
{
    const struct judging *j = context;
    return store_qualify(tx, 1, j->all, j->count, e) &&
           (!j->fail || err_set(e, ERR_RANGE, ERR_NOWHERE, "on purpose"));
}

static int64_t judged(struct place *p, const char *status)
{
    char sql[160];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM observation WHERE stream = 1 AND quality ->> 'status' = '%s'", status);
    return ask(p->store, sql);
}

// In large chunks, small ones and the tail; of each hundredth reading, and of some that there are not.
static void verdicts_are_written_to_many_at_once(void **state)
{
    struct place *p = *state;
    err e;
    struct judging j = {.count = 0};
    make_noise(p, 1, 20);
    assert_true(store_pack(p->store, &e));
    for (int i = 20; i < 22; i++)
        assert_true(store_run(p->store, seal_noise, &(struct noise){1, i * NOISY}, &e));
    struct plan tail = {.stream = 1, .first = 22 * NOISY, .count = 100};
    assert_true(store_run(p->store, append_plan, &tail, &e));
    const int64_t sum = ask(p->store, "SELECT sum(result_units) FROM observation");
    const int64_t chunks = ask(p->store, "SELECT count(*) FROM chunk");
    for (int i = 0; i <= 22 * NOISY; i += 100)
        j.all[j.count++] = (struct quality_verdict){.id = OBSERVATION_ID(1, i + 1),
                                                    .time = i * TIME_MINUTE,
                                                    .quality = STR("{\"status\":\"spike\"}")};
    const int64_t told = (int64_t)j.count;
    j.all[j.count++] = (struct quality_verdict){
        .id = OBSERVATION_ID(1, 5), .time = 90000 * TIME_MINUTE, .quality = STR("{\"status\":\"clock\"}")};
    j.fail = true;
    assert_false(store_run(p->store, judge, &j, &e));
    assert_int_equal(judged(p, "spike"), 0);
    j.fail = false;
    assert_true(store_run(p->store, judge, &j, &e));
    assert_int_equal(judged(p, "spike"), told);
    assert_int_equal(judged(p, "clock"), 0);
    assert_in_range(ask(p->store, "SELECT count(*) FROM chunk"), chunks, chunks + 6);
    for (size_t i = 0; i < j.count; i++) j.all[i].quality = STR("{\"status\":\"drift\"}");
    assert_true(store_run(p->store, judge, &j, &e));
    assert_int_equal(judged(p, "drift"), 0);  // they were judged already
    assert_int_equal(ask(p->store, "SELECT sum(result_units) FROM observation"), sum);
    assert_int_equal(count(p->store, 1), 22 * NOISY + 100);
    store_close(p->store);
    open_store(p);
    assert_int_equal(judged(p, "spike"), told);
    expect_sound(p->store);
}

static bool add_up(const instant *times, const double *values, size_t n, void *context, err *e)
{
    (void)times;
    (void)e;
    for (size_t i = 0; i < n; i++) *(double *)context += values[i];
    return true;
}

static bool sum_of(const struct summary *s, void *context, err *e)
{
    (void)e;
    *(double *)context += s->sum;
    return true;
}

static void what_a_check_found_bad_is_kept_and_does_not_count(void **state)
{
    struct place *p = *state;
    err e;
    struct snapshot *at;
    entity_id stream = 7;
    const interval ever = {TIME_NONE, TIME_NONE};
    double values = 0, sums = 0;
    struct plan plan = {.stream = stream, .first = 0, .count = 11};  // 0 to 1.0
    assert_true(store_run(p->store, add_stream, &stream, &e));
    assert_true(store_run(p->store, append_plan, &plan, &e));
    assert_true(store_run(p->store, append_spike, &stream, &e));
    assert_int_equal(count(p->store, stream), 12);
    assert_true(snapshot_open(p->store, &at, &e));
    assert_true(store_values(at, stream, ever, add_up, &values, &e));
    assert_true(store_summaries(at, stream, PERIOD_HOUR, NULL, ever, sum_of, &sums, &e));
    snapshot_close(at);
    assert_int_equal((int)(values * 10 + 0.5), 55);
    assert_int_equal((int)(sums * 10 + 0.5), 55);
}

// ---- statistics of values that are hard to keep ----

// Of hour 0: 2^53 + 1 and what lies around it, as tenths; of hour 1: no decimals; of hour 2: the same value again and again; of hour
// 3: decimals of several scales, and one that a check found bad.
static bool append_hard(struct store_tx *tx, void *context, err *e)
{
    static const struct {
        int hour;
        const char *text;
    } all[] = {{0, "900719925474099.3"},
               {0, "900719925474099.1"},
               {0, "9970651122889869.5"},
               {0, "-8504661035287949.5"},
               {1, "-0"},
               {1, "5e-324"},
               {1, "1e300"},
               {1, "-1.7976931348623157e308"},
               {1, "0.5"},
               {2, "21.5"},
               {2, "21.5"},
               {2, "21.5"},
               {2, "21.5"},
               {3, "1"},
               {3, "1.25"},
               {3, "0.5"},
               {3, "12345678.125"},
               {3, "9999"}};
    const size_t count_of_all = sizeof all / sizeof all[0];
    for (size_t i = 0; i < count_of_all; i++) {
        struct observation o = {
            .stream = *(entity_id *)context,
            .phenomenon_time = {all[i].hour * TIME_HOUR + (instant)i * TIME_MINUTE, TIME_NONE},
            .result_time = TIME_NONE,
            .valid_time = {TIME_NONE, TIME_NONE},
            .result = value_of_number(str_of(all[i].text))};
        if (i + 1 == count_of_all) o.quality = value_json(STR("{\"status\":\"spike\",\"reason\":\"x\"}"));
        if (!store_append(tx, &o, e)) return false;
    }
    return true;
}

// By hand: the least, the median (the rank of half of them, rounded up) and the greatest of each hour.
static const struct {
    int64_t count;
    double least, median, most;
} hard[] = {{4, -8504661035287949.5, 900719925474099.1, 9970651122889869.5},
            {5, -1.7976931348623157e308, 5e-324, 1e300},
            {4, 21.5, 21.5, 21.5},
            {4, 0.5, 1, 12345678.125}};

static bool is_as_by_hand(const struct summary *s, void *context, err *e)
{
    (void)e;
    const size_t i = (*(size_t *)context)++;
    assert_in_range(i, 0, 3);
    assert_int_equal(s->when.start, (instant)i * TIME_HOUR);
    assert_int_equal(s->count, hard[i].count);
    assert_true(s->quantiles[0] == hard[i].least);
    assert_true(s->quantiles[1] == hard[i].median);
    assert_true(s->quantiles[2] == hard[i].most);
    return true;
}

static bool extremes_are_as_by_hand(const struct summary *s, void *context, err *e)
{
    const size_t i = *(size_t *)context;
    assert_true(s->min == hard[i].least && s->max == hard[i].most);
    return is_as_by_hand(s, context, e);
}

static void check_hard(struct store *store, entity_id stream)
{
    struct statistics_ask ask = {.period = PERIOD_HOUR,
                                 .when = {TIME_NONE, TIME_NONE},
                                 .quantiles = (const double[]){0, 0.5, 1},
                                 .quantile_count = 3};
    struct snapshot *at;
    err e;
    if (!snapshot_open(store, &at, &e)) fail_msg("%s", e.text);
    for (int i = 0; i < 4; i++) {  // each twice: made, and kept
        size_t hours = 0;
        ask.quantiles_alone = i % 2;
        if (!store_statistics(at, (struct stream_list){&stream, 1}, &ask,
                              ask.quantiles_alone ? is_as_by_hand : extremes_are_as_by_hand, &hours, &e))
            fail_msg("%s", e.text);
        assert_int_equal(hours, 4);
    }
    snapshot_close(at);
}

static void statistics_are_the_same_of_tail_chunk_and_memory(void **state)
{
    struct place *p = *state;
    entity_id stream = 7;
    err e;
    assert_true(store_run(p->store, add_stream, &stream, &e));
    assert_true(store_run(p->store, append_hard, &stream, &e));
    check_hard(p->store, stream);
    assert_true(store_pack(p->store, &e));
    check_hard(p->store, stream);
}

// 17 digits: as a double and then divided by ten they would be rounded twice, to 9970651122889868.
static bool append_long(struct store_tx *tx, void *context, err *e)
{
    for (int i = 0; i < 100; i++) {
        struct observation o = {.stream = *(entity_id *)context,
                                .phenomenon_time = {i * TIME_MINUTE, TIME_NONE},
                                .result_time = TIME_NONE,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .result = value_decimal((decimal){99706511228898695, 1})};
        if (!store_append(tx, &o, e)) return false;
    }
    return true;
}

static bool are_long(const instant *times, const double *values, size_t n, void *context, err *e)
{
    (void)times;
    (void)e;
    for (size_t i = 0; i < n; i++) assert_true(values[i] == 9970651122889870.0);
    *(size_t *)context += n;
    return true;
}

static void a_long_decimal_is_the_same_double_in_tail_and_chunk(void **state)
{
    struct place *p = *state;
    entity_id stream = 7;
    err e;
    assert_true(store_run(p->store, add_stream, &stream, &e));
    assert_true(store_run(p->store, append_long, &stream, &e));
    for (int i = 0; i < 2; i++) {
        struct snapshot *at;
        size_t n = 0;
        if (!snapshot_open(p->store, &at, &e)) fail_msg("%s", e.text);
        assert_true(store_values(at, stream, (interval){TIME_NONE, TIME_NONE}, are_long, &n, &e));
        snapshot_close(at);
        assert_int_equal(n, 100);
        assert_true(store_pack(p->store, &e));
    }
}

// ---- older layouts ----

// The tables as they were before growing chunks and blobs had their own, and all that came after.
static const char to_layout_2[] =
    "DROP INDEX Thing_coarse; DROP INDEX Thing_access; DROP INDEX Datastream_access; DROP INDEX "
    "MultiDatastream_access;"
    "ALTER TABLE stream ADD COLUMN growing BLOB;"
    "UPDATE stream SET growing = (SELECT data FROM growing WHERE growing.stream = stream.id);"
    "DROP TABLE growing; ALTER TABLE stream DROP COLUMN newest; DROP TABLE blob; DROP TABLE bytes; PRAGMA "
    "user_version = 2;";

static void a_store_of_an_older_layout_is_brought_up(void **state)
{
    struct place *p = *state;
    err e;
    for (entity_id stream = 1; stream <= 3; stream++) {
        struct plan plan = {.stream = stream, .count = 3000 * (int)(stream - 1)};
        assert_true(store_run(p->store, add_stream, &stream, &e));
        assert_true(store_run(p->store, append_plan, &plan, &e));
    }
    assert_true(store_pack(p->store, &e));
    run_sql(p, to_layout_2);
    assert_int_equal(count(p->store, 1), 0);
    assert_int_equal(count(p->store, 2), 3000);
    assert_int_equal(newest_of(p->store, 3), 5999 * TIME_MINUTE);
    struct plan more = {.stream = 2, .first = 3000, .count = 5};
    assert_true(store_run(p->store, append_plan, &more, &e));
    assert_true(store_pack(p->store, &e));
    assert_int_equal(newest_of(p->store, 2), 3004 * TIME_MINUTE);
    expect_sound(p->store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_appended_is_counted_and_survives_a_restart, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_run_is_stored_told_and_kept_whole_or_not_at_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(packing_makes_small_what_was_sealed_in_a_hurry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(packing_merges_small_chunks_into_large_ones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_merged_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_fills_a_chunk_by_itself_is_packed_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_stream_is_left_and_all_others_are_merged, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(verdicts_are_written_to_many_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_operation_that_fails_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_outgrows_the_row_of_a_commit_fails_alone_and_leaves_nothing,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_last_observation_may_be_one_too_many_for_the_row, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_commit_waits_for_the_file_that_its_operations_name, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_fails_refuses_only_those_that_name_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(neighbours_sealed_at_once_are_there_or_all_are_not, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(sql_sees_observations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_of_an_older_layout_is_brought_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_decimal_is_the_same_double_in_tail_and_chunk, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(statistics_are_the_same_of_tail_chunk_and_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_check_found_bad_is_kept_and_does_not_count, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
