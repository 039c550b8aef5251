// SPDX-License-Identifier: EUPL-1.2
// Random work on a few streams, compared with plain arrays after every step: late and changed observations, deletions,
// operations that fail, seals at any moment, restarts, and snapshots that are held open meanwhile.
// PEIL_SEED and PEIL_STEPS in the environment repeat or lengthen a run.
#include "base/test_directory.h"
#include "store/stream/seal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STREAMS 4
#define MOST 6000
#define HELD 3
#define HOURS_BYTES 40000  // less than all streams need: some are kept, some are not

struct item {
    instant time;
    int64_t units;
    uint32_t number;
};

struct series {
    bool exists;
    size_t count;
    uint32_t next_number;
    struct item items[MOST];  // in order of (time, number)
};

struct model {
    struct series streams[STREAMS];
};

struct held {
    struct snapshot *at;
    struct model *model;
};

static char directory[TEST_DIRECTORY_MAX];
static struct store *store;
static struct model now;
static struct held held[HELD];
static uint64_t state;

static uint64_t next_random(void)
{
    state += 0x9E3779B97F4A7C15;  // splitmix64
    uint64_t x = state;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    return x ^ x >> 31;
}

static int64_t below(int64_t most)
{
    return (int64_t)(next_random() % (uint64_t)most);
}

// ---- the model ----

static int compare_items(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    return point_cmp(x->time, x->number, y->time, y->number);
}

static void model_add(struct series *s, struct item item)
{
    s->items[s->count++] = item;
    qsort(s->items, s->count, sizeof s->items[0], compare_items);
}

static void model_remove(struct series *s, size_t i)
{
    memmove(&s->items[i], &s->items[i + 1], (s->count - i - 1) * sizeof s->items[0]);
    s->count--;
}

// ---- operations ----

static bool has_quality(const struct item *item)
{
    return item->units % 13 == 0;
}

static struct observation observation_of(entity_id stream, const struct item *item)
{
    return (struct observation){.stream = stream,
                                .number = item->number,
                                .phenomenon_time = {item->time, TIME_NONE},
                                .result_time = item->units % 5 == 0 ? item->time + 7 : TIME_NONE,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .result = value_decimal((decimal){item->units, 1}),
                                .quality = has_quality(item) ? value_text(STR("doubtful")) : value_null()};
}

struct work {
    entity_id stream;
    struct item *items;
    size_t count;
    bool fail;
    bool seal_between, in_runs;
    interval when;
};

static bool finish(const struct work *w, err *e)
{
    return !w->fail || err_set(e, ERR_RANGE, ERR_NOWHERE, "on purpose");
}

static struct stream *stream_of(struct store_tx *tx, entity_id id)
{
    return snapshot_stream(store_tx_snapshot(tx), id);
}

// How many items from i on say nothing but a number.
static size_t count_plain(const struct work *w, size_t i)
{
    size_t n = 0;
    for (; i + n < w->count; n++) {
        const struct observation o = observation_of(w->stream, &w->items[i + n]);
        if (o.result_time != TIME_NONE || o.quality.type != VALUE_NULL) break;
    }
    return n;
}

static bool append_run(struct store_tx *tx, const struct work *w, size_t i, size_t count, err *e)
{
    struct plain_reading readings[MOST];
    uint32_t first;
    for (size_t k = 0; k < count; k++)
        readings[k] = (struct plain_reading){w->items[i + k].time, {w->items[i + k].units, 1}};
    const struct reading_run run = {w->stream, 0, readings, count};
    if (!store_append_run(tx, &run, &first, e)) return false;
    for (size_t k = 0; k < count; k++) w->items[i + k].number = first + (uint32_t)k;
    return true;
}

static bool seal_all_with_tails(struct store_tx *tx, err *e)
{
    struct stream *all[SEAL_NEIGHBOURS];
    size_t count = 0;
    for (struct stream *s = streams_next(&tx->store->streams, 0); s && count < SEAL_NEIGHBOURS;
         s = streams_next(&tx->store->streams, s->id))
        if (atomic_load(&s->tail)->count > 0 && atomic_load(&s->deleted) == 0) all[count++] = s;
    return count == 0 || seal_neighbours(tx, all, count, e);
}

static bool seal_some_way(struct store_tx *tx, entity_id stream, err *e)
{
    if (below(3) == 0) return seal_all_with_tails(tx, e);
    return seal_stream(tx, stream_of(tx, stream), below(2) == 0 ? CHUNK_QUICK : CHUNK_SMALL, e);
}

static bool append(struct store_tx *tx, void *context, err *e)
{
    const struct work *w = context;
    for (size_t i = 0; i < w->count; i++) {
        const size_t plain = w->in_runs ? count_plain(w, i) : 0;
        if (plain > 0 && !w->seal_between) {
            if (!append_run(tx, w, i, plain, e)) return false;
            i += plain - 1;
            continue;
        }
        struct observation o = observation_of(w->stream, &w->items[i]);
        o.number = 0;
        if (!store_append(tx, &o, e)) return false;
        w->items[i].number = o.number;
        if (w->seal_between && i == w->count / 2 && !seal_some_way(tx, w->stream, e)) return false;
    }
    return finish(w, e);
}

static bool replace(struct store_tx *tx, void *context, err *e)
{
    const struct work *w = context;
    const struct observation o = observation_of(w->stream, w->items);
    return store_replace_observation(tx, &o, e) && finish(w, e);
}

static bool delete (struct store_tx *tx, void *context, err *e)
{
    const struct work *w = context;
    return observations_delete(tx, OBSERVATION_ID(w->stream, w->items->number), e) && finish(w, e);
}

static bool seal(struct store_tx *tx, void *context, err *e)
{
    const struct work *w = context;
    return seal_some_way(tx, w->stream, e) && finish(w, e);
}

static bool add_stream(struct store_tx *tx, void *context, err *e)
{
    const struct work *w = context;
    return observations_add_stream(tx, w->stream, SET_DATASTREAM, 1, 0, e) && finish(w, e);
}

static bool run(bool (*f)(struct store_tx *tx, void *context, err *e), struct work *w)
{
    err e;
    const bool ok = store_run(store, f, w, &e);
    if (!ok && !w->fail) fail_msg("%s", e.text);
    assert_true(ok != w->fail);
    return ok;
}

// ---- random steps ----

static instant time_for(const struct series *s, instant last)
{
    switch (below(8)) {
    case 0: return below(2000) * TIME_MINUTE;  // anywhere
    case 1: return last;                       // the same again
    case 2: return s->count > 0 ? s->items[below((int64_t)s->count)].time - below(3) : last;
    default: return last + TIME_MINUTE;
    }
}

// Every second stream has plain decimals alone, which readers keep windows of.
static int64_t units_for(entity_id id)
{
    int64_t units = below(1000);
    while (id % 2 == 0 && (units % 13 == 0 || units % 5 == 0)) units++;
    return units;
}

static void step_append(entity_id id, struct series *s, bool fail)
{
    struct item items[1500];
    const size_t count = 1 + (size_t)below(below(4) == 0 ? 1400 : 20);
    if (s->count + count > MOST) return;
    instant last = s->count > 0 ? s->items[s->count - 1].time : 0;
    const bool is_orderly = below(3) > 0;
    for (size_t i = 0; i < count; i++) {
        last = is_orderly ? last + TIME_MINUTE : time_for(s, last);
        items[i] = (struct item){.time = last, .units = units_for(id)};
    }
    struct work w = {.stream = id,
                     .items = items,
                     .count = count,
                     .fail = fail,
                     .seal_between = below(10) == 0,
                     .in_runs = below(2) == 0};
    if (!run(append, &w)) return;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(items[i].number, s->next_number + i);
        model_add(s, items[i]);
    }
    s->next_number += (uint32_t)count;
}

static void step_replace(entity_id id, struct series *s, bool fail)
{
    if (s->count == 0) return;
    const size_t i = (size_t)below((int64_t)s->count);
    struct item item = s->items[i];
    item.units = units_for(id);
    if (below(2)) item.time = time_for(s, item.time);
    struct work w = {.stream = id, .items = &item, .fail = fail};
    if (!run(replace, &w)) return;
    model_remove(s, i);
    model_add(s, item);
}

static void step_delete(entity_id id, struct series *s, bool fail)
{
    if (s->count == 0) return;
    const size_t i = below(3) == 0 ? s->count - 1 : (size_t)below((int64_t)s->count);
    struct work w = {.stream = id, .items = &s->items[i], .fail = fail};
    if (run(delete, &w)) model_remove(s, i);
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool delete_many(struct store_tx *tx, void *context, err *e)
{
    struct work *w = context;
    uint32_t *numbers = malloc((w->count + 1) * sizeof *numbers);
    assert_non_null(numbers);
    for (size_t i = 0; i < w->count; i++) numbers[i] = w->items[i].number;
    qsort(numbers, w->count, sizeof *numbers, by_number);
    const bool ok = store_delete_observations(tx, w->stream, numbers, w->count, e);
    free(numbers);
    return ok && finish(w, e);
}

// Every so many, from one on.
static void step_delete_many(entity_id id, struct series *s, bool fail)
{
    const size_t every = 1 + (size_t)below(20), from = (size_t)below(20);
    struct item *gone = malloc((s->count + 1) * sizeof *gone);
    assert_non_null(gone);
    struct work w = {.stream = id, .items = gone, .fail = fail};
    for (size_t i = from; i < s->count; i += every) gone[w.count++] = s->items[i];
    if (run(delete_many, &w))
        for (size_t i = w.count; i > 0; i--) model_remove(s, from + (i - 1) * every);
    free(gone);
}

static bool delete_range(struct store_tx *tx, void *context, err *e)
{
    struct work *w = context;
    int64_t deleted = -1;
    if (!store_delete_range(tx, w->stream, w->when, &deleted, e)) return false;
    assert_int_equal(deleted, w->count);
    return finish(w, e);
}

// From one item's time to another's, sometimes open on one side, sometimes empty.
static void step_delete_range(entity_id id, struct series *s, bool fail)
{
    if (s->count == 0) return;
    const size_t from = (size_t)below((int64_t)s->count),
                 to = from + (size_t)below((int64_t)s->count - (int64_t)from + 1);
    struct work w = {.stream = id, .fail = fail, .when = {s->items[from].time, TIME_NONE}};
    if (to < s->count) w.when.end = s->items[to].time;
    if (below(3) == 0) w.when.start = TIME_NONE;
    size_t kept = 0;
    struct item *left = malloc((s->count + 1) * sizeof *left);
    assert_non_null(left);
    for (size_t i = 0; i < s->count; i++) {
        const instant t = s->items[i].time;
        const bool goes = (w.when.start == TIME_NONE || t >= w.when.start) &&
                          (w.when.end == TIME_NONE || t < w.when.end);
        if (!goes) left[kept++] = s->items[i];
    }
    w.count = s->count - kept;
    if (run(delete_range, &w)) {
        memcpy(s->items, left, kept * sizeof *left);
        s->count = kept;
    }
    free(left);
}

// ---- comparing ----

static void check_rows(struct snapshot *at, const char *sql, int64_t bind, const struct item *items,
                       size_t count, bool backward, entity_id stream)
{
    struct connection *c = snapshot_connection(at);
    sqlite3_stmt *st;
    err e;
    bool got;
    if (!sql_take(c, str_of(sql), &st, &e)) fail_msg("%s: %s", sql, e.text);
    sqlite3_bind_int64(st, 1, stream);
    sqlite3_bind_int64(st, 2, bind);
    for (size_t i = 0; i < count; i++) {
        const struct item *want = &items[backward ? count - 1 - i : i];
        if (!sql_step(c, st, &got, &e)) fail_msg("%s: %s", sql, e.text);
        if (!got) fail_msg("%s: %zu of %zu rows", sql, i, count);
        assert_int_equal(sqlite3_column_int64(st, 0), OBSERVATION_ID(stream, want->number));
        assert_int_equal(sqlite3_column_int64(st, 1), want->time);
        assert_int_equal(sqlite3_column_int64(st, 2), want->units);
        assert_true(str_eq(sql_column_str(st, 4), has_quality(want) ? STR("\"doubtful\"") : STR("")));
        assert_int_equal(sql_column_instant(st, 3), want->units % 5 == 0 ? want->time + 7 : TIME_NONE);
    }
    if (!sql_step(c, st, &got, &e)) fail_msg("%s: %s", sql, e.text);
    if (got) fail_msg("%s: more than %zu rows", sql, count);
    sql_give(c, st);
}

static int compare_numbers(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

#define COLUMNS \
    "SELECT id, phen_start, result_units, result_time, quality FROM observation WHERE stream = ?1 "

static void check_orders(struct snapshot *at, entity_id id, const struct series *s)
{
    static struct item by_number[MOST];
    const instant middle = s->count > 0 ? s->items[below((int64_t)s->count)].time : 0;
    size_t from = 0, to = s->count;
    while (from < s->count && s->items[from].time < middle) from++;
    while (to > from && s->items[to - 1].time > middle) to--;
    check_rows(at, COLUMNS "ORDER BY phen_start, id", 0, s->items, s->count, false, id);
    check_rows(at, COLUMNS "ORDER BY phen_start DESC, id DESC", 0, s->items, s->count, true, id);
    check_rows(at, COLUMNS "AND phen_start >= ?2 ORDER BY phen_start, id", middle, s->items + from,
               s->count - from, false, id);
    check_rows(at, COLUMNS "AND phen_start > ?2 ORDER BY phen_start DESC, id DESC", middle, s->items + to,
               s->count - to, true, id);
    check_rows(at, COLUMNS "AND phen_start <= ?2 ORDER BY phen_start DESC, id DESC", middle, s->items, to,
               true, id);
    check_rows(at, COLUMNS "AND phen_start = ?2 ORDER BY id", middle, s->items + from, to - from, false, id);
    memcpy(by_number, s->items, s->count * sizeof s->items[0]);
    qsort(by_number, s->count, sizeof by_number[0], compare_numbers);
    check_rows(at, COLUMNS "ORDER BY id", 0, by_number, s->count, false, id);
    check_rows(at, COLUMNS "ORDER BY id DESC", 0, by_number, s->count, true, id);
    const size_t k = s->count / 2;
    if (s->count == 0) return;
    const int64_t key = OBSERVATION_ID(id, by_number[k].number);
    check_rows(at, COLUMNS "AND id > ?2 ORDER BY id", key, by_number + k + 1, s->count - k - 1, false, id);
    check_rows(at, COLUMNS "AND id < ?2 ORDER BY id DESC", key, by_number, k, true, id);
    check_rows(at, COLUMNS "AND id = ?2", key, by_number + k, 1, false, id);
}

static void check_extent(struct snapshot *at, entity_id id, const struct series *s)
{
    struct stream_extent x;
    err e;
    if (!stream_extent(at, id, &x, &e)) fail_msg("%s", e.text);
    instant result_min = TIME_NONE, result_max = TIME_NONE;
    for (size_t i = 0; i < s->count; i++) {
        if (s->items[i].units % 5 != 0) continue;
        if (result_min == TIME_NONE) result_min = s->items[i].time + 7;
        result_max = s->items[i].time + 7;
    }
    assert_int_equal(x.count, s->count);
    assert_int_equal(x.phen_min, s->count > 0 ? s->items[0].time : TIME_NONE);
    assert_int_equal(x.phen_max, s->count > 0 ? s->items[s->count - 1].time : TIME_NONE);
    assert_int_equal(x.result_min, result_min);
    assert_int_equal(x.result_max, result_max);
}

// All of them in one pass say what each says when asked alone, and no stream is told of that is not there.
static void check_extents(struct snapshot *at, const struct model *m)
{
    struct connection *c = snapshot_connection(at);
    sqlite3_stmt *st;
    err e;
    bool got;
    if (!sql_take(c,
                  STR("SELECT stream, count, phen_min, phen_max, result_min, result_max FROM stream_extent"),
                  &st, &e))
        fail_msg("%s", e.text);
    for (int i = 0; i < STREAMS; i++) {
        struct stream_extent x;
        if (!m->streams[i].exists) continue;
        if (!stream_extent(at, i + 1, &x, &e) || !sql_step(c, st, &got, &e)) fail_msg("%s", e.text);
        assert_true(got);
        assert_int_equal(sqlite3_column_int64(st, 0), i + 1);
        assert_int_equal(sqlite3_column_int64(st, 1), x.count);
        assert_int_equal(sql_column_instant(st, 2), x.phen_min);
        assert_int_equal(sql_column_instant(st, 3), x.phen_max);
        assert_int_equal(sql_column_instant(st, 4), x.result_min);
        assert_int_equal(sql_column_instant(st, 5), x.result_max);
    }
    if (!sql_step(c, st, &got, &e)) fail_msg("%s", e.text);
    assert_false(got);
    sql_give(c, st);
}

// What is answered at once is of the newest commit; how often it was, to see that it is.
static long latest_at_once, statistics_at_once;

static bool is_newest(const struct snapshot *at)
{
    return !store->is_read_only && snapshot_commit(at) == atomic_load(&store->published);
}

static void check_latest_at_once(entity_id id, const struct series *s)
{
    struct observation o;
    if (!store_latest_at_once(store, id, &o)) return;
    latest_at_once++;
    assert_true(s->count > 0);
    const struct item *last = &s->items[s->count - 1];
    assert_int_equal(o.stream, id);
    assert_int_equal(o.number, last->number);
    assert_int_equal(o.phenomenon_time.start, last->time);
    assert_int_equal(o.result.number.units, last->units);
}

static void check_latest(struct snapshot *at, entity_id id, const struct series *s)
{
    struct observation o;
    err e;
    arena *a = arena_new(1 << 16);
    const bool got = store_latest(at, id, a, &o, &e);
    assert_true(got == (s->count > 0));
    if (got) assert_int_equal(o.number, s->items[s->count - 1].number);
    arena_free(a);
    if (is_newest(at)) check_latest_at_once(id, s);
}

// All streams together, in order of time: every row is there, in order.
static void check_merged(struct snapshot *at, const struct model *m, const char *sql, bool backward)
{
    struct connection *c = snapshot_connection(at);
    sqlite3_stmt *st;
    err e;
    bool got = true;
    size_t want = 0, n = 0;
    instant last_time = 0;
    entity_id last_id = 0;
    for (int i = 0; i < STREAMS; i++) want += m->streams[i].exists ? m->streams[i].count : 0;
    if (!sql_take(c, str_of(sql), &st, &e)) fail_msg("%s", e.text);
    for (; sql_step(c, st, &got, &e) && got; n++) {
        const entity_id id = sqlite3_column_int64(st, 0);
        const instant time = sqlite3_column_int64(st, 1);
        const bool is_behind = time > last_time || (time == last_time && id > last_id);
        if (n > 0) assert_true(is_behind != backward);
        last_time = time;
        last_id = id;
    }
    if (got) fail_msg("%s", e.text);
    assert_int_equal(n, want);
    sql_give(c, st);
}

struct placed {
    instant time;
    entity_id id;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static size_t place_all(const struct model *m, struct placed *out)
{
    size_t n = 0;
    for (int i = 0; i < STREAMS; i++)
        for (size_t k = 0; m->streams[i].exists && k < m->streams[i].count; k++)
            out[n++] = (struct placed){m->streams[i].items[k].time,
                                       OBSERVATION_ID(i + 1, m->streams[i].items[k].number)};
    qsort(out, n, sizeof *out, compare_placed);
    return n;
}

#define PAGE 40

// The page behind (or before) one of all observations: so many rows, or what there are.
static void check_page(struct snapshot *at, const struct placed *all, size_t count, size_t key, bool backward)
{
    struct connection *c = snapshot_connection(at);
    const str sql =
        backward ? STR("SELECT id FROM observation WHERE before_start = ?1 AND before_id = ?2 ORDER BY "
                       "phen_start DESC, id DESC LIMIT 40")
                 : STR("SELECT id FROM observation WHERE after_start = ?1 AND after_id = ?2 ORDER BY "
                       "phen_start, id LIMIT 40");
    const size_t left = backward ? key : count - key - 1;
    sqlite3_stmt *st;
    err e;
    bool got = true;
    size_t n = 0;
    if (!sql_take(c, sql, &st, &e)) fail_msg("%s", e.text);
    sqlite3_bind_int64(st, 1, all[key].time);
    sqlite3_bind_int64(st, 2, all[key].id);
    for (; sql_step(c, st, &got, &e) && got; n++) {
        assert_true(n < left);
        assert_int_equal(sqlite3_column_int64(st, 0), all[backward ? key - 1 - n : key + 1 + n].id);
    }
    if (got) fail_msg("%s", e.text);
    assert_int_equal(n, left < PAGE ? left : PAGE);
    sql_give(c, st);
}

// Counts the streams in which the pages found where to begin without opening a chunk.
static long windows_met;

static void count_windows(struct snapshot *at, instant from)
{
    struct scan_options o = SCAN_ALL;
    o.range.from = (struct point_key){from, -1};
    for (int i = 0; i < STREAMS; i++) {
        const struct stream *s = snapshot_stream(at, i + 1);
        const struct window *w = s ? window_take(at, s, &o) : NULL;
        windows_met += w != NULL;
        window_drop(w);
    }
}

// Page after page from anywhere, to and fro, as one who turns pages, and each twice.
static void check_pages(struct snapshot *at, const struct model *m)
{
    static struct placed all[STREAMS * MOST];
    const size_t count = place_all(m, all);
    if (count == 0) return;
    size_t key = (size_t)below((int64_t)count);
    for (int i = 0; i < 6; i++) {
        const bool backward = below(2) == 0;
        check_page(at, all, count, key, backward);
        check_page(at, all, count, key, backward);
        count_windows(at, all[key].time);
        key = backward ? key - (key < PAGE ? key : PAGE) : key + PAGE < count ? key + PAGE : count - 1;
    }
}

struct summing {
    const struct series *s;
    size_t at;  // next item that no summary has covered
};

static void assert_near(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-9 * (1 + fabs(b)));
}

static bool check_summary(const struct summary *x, void *context, err *e)
{
    (void)e;
    struct summing *k = context;
    const struct item *first = &k->s->items[k->at], *item = first;
    int64_t units = 0;
    double energy = 0, least = INFINITY, most = -INFINITY;
    assert_true(k->at < k->s->count);
    assert_int_equal(x->when.start % TIME_HOUR, 0);
    assert_int_equal(x->when.end - x->when.start, TIME_HOUR);
    assert_in_range(first->time - x->when.start, 0, TIME_HOUR - 1);
    for (; k->at < k->s->count && k->s->items[k->at].time < x->when.end; k->at++) {
        item = &k->s->items[k->at];
        const double v = (double)item->units / 10;
        units += item->units;
        energy += pow(10, v / 10);
        least = fmin(least, v);
        most = fmax(most, v);
    }
    assert_int_equal(x->count, item - first + 1);
    assert_true(x->sum == (double)units / 10);
    assert_true(x->mean == (double)units / 10 / (double)x->count);
    assert_near(x->energetic_mean, 10 * log10(energy / (double)x->count));
    assert_true(x->min == least && x->max == most);
    assert_true(x->first == (double)first->units / 10 && x->last == (double)item->units / 10);
    return true;
}

static int compare_units(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    return (x->units > y->units) - (x->units < y->units);
}

static void check_sums(struct snapshot *at, entity_id id, const struct series *s)
{
    static struct item sorted[MOST];
    struct summing k = {.s = s};
    const interval ever = {TIME_NONE, TIME_NONE};
    err e;
    double p95 = 0;
    if (!store_summaries(at, id, PERIOD_HOUR, NULL, ever, check_summary, &k, &e)) fail_msg("%s", e.text);
    assert_int_equal(k.at, s->count);
    const bool got = store_quantile(at, id, ever, 0.95, &p95, &e);
    assert_true(got == (s->count > 0));
    if (!got) return;
    memcpy(sorted, s->items, s->count * sizeof sorted[0]);
    qsort(sorted, s->count, sizeof sorted[0], compare_units);
    const size_t rank = (size_t)ceil(0.95 * (double)s->count);  // nearest rank
    assert_true(p95 == (double)sorted[rank > 0 ? rank - 1 : 0].units / 10);
}

// ---- many in one pass ----

struct newest_walk {
    const struct model *m;
    int at;  // streams before this one have been given, or have none
};

static bool has_any(const struct model *m, int i)
{
    return m->streams[i].exists && m->streams[i].count > 0;
}

static bool check_newest(const struct observation *o, void *context, err *e)
{
    (void)e;
    struct newest_walk *k = context;
    while (k->at < STREAMS && !has_any(k->m, k->at)) k->at++;
    assert_in_range(k->at, 0, STREAMS - 1);
    const struct series *s = &k->m->streams[k->at++];
    assert_int_equal(o->stream, k->at);
    assert_int_equal(o->number, s->items[s->count - 1].number);
    assert_int_equal(o->result.number.units, s->items[s->count - 1].units);
    return true;
}

static void check_newest_of(struct snapshot *at, const struct model *m, struct stream_list streams)
{
    struct newest_walk k = {.m = m};
    err e;
    if (!store_latest_each(at, streams, check_newest, &k, &e)) fail_msg("%s", e.text);
    for (; k.at < STREAMS; k.at++) assert_false(has_any(m, k.at));
}

static void check_all_newest(struct snapshot *at, const struct model *m)
{
    const entity_id dense[] = {1, 2, 3, 4}, sparse[] = {1, 2, 3, 4, 100000};
    check_newest_of(at, m, ALL_STREAMS);
    check_newest_of(at, m, (struct stream_list){dense, 4});
    check_newest_of(at, m, (struct stream_list){sparse, 5});
}

static bool check_next(const struct observation *o, void *context, err *e)
{
    (void)e;
    struct summing *k = context;
    const struct item *item = &k->s->items[k->at++];
    assert_in_range(k->at, 1, k->s->count);
    assert_int_equal(o->number, item->number);
    assert_int_equal(o->phenomenon_time.start, item->time);
    assert_int_equal(o->result.number.units, item->units);
    return true;
}

static bool check_day(const struct summary *q, void *context, err *e)
{
    (void)e;
    static struct item sorted[MOST];
    struct summing *k = context;
    size_t n = 0;
    assert_true(k->at < k->s->count);
    assert_int_equal(q->when.end - q->when.start, TIME_DAY);
    for (; k->at < k->s->count && k->s->items[k->at].time < q->when.end; k->at++) {
        assert_true(k->s->items[k->at].time >= q->when.start);
        sorted[n++] = k->s->items[k->at];
    }
    assert_int_equal(q->count, n);
    qsort(sorted, n, sizeof sorted[0], compare_units);
    assert_true(q->quantiles[0] == (double)sorted[(n + 1) / 2 - 1].units / 10);
    assert_true(q->quantiles[1] == q->max && q->max == (double)sorted[n - 1].units / 10);
    return true;
}

static void check_passes(struct snapshot *at, entity_id id, const struct series *s)
{
    const struct stream_list twice = {(const entity_id[]){STREAMS + 999, id}, 2};
    const interval ever = {TIME_NONE, TIME_NONE};
    struct summing k = {.s = s};
    err e;
    if (!store_observations(at, id, ever, check_next, &k, &e)) fail_msg("%s", e.text);
    assert_int_equal(k.at, s->count);
    k.at = 0;
    const struct statistics_ask days = {
        .period = PERIOD_DAY, .when = ever, .quantiles = (const double[]){0.5, 1}, .quantile_count = 2};
    if (!store_statistics(at, twice, &days, check_day, &k, &e)) fail_msg("%s", e.text);
    assert_int_equal(k.at, s->count);
}

// ---- sums from hours that were kept, or are made now ----

struct part_of_time {
    const struct series *s;
    interval when;
    size_t at;
};

static bool check_part(const struct summary *x, void *context, err *e)
{
    (void)e;
    struct part_of_time *k = context;
    const struct item *items = k->s->items, *first = &items[k->at], *item = first;
    int64_t units = 0, least = INT64_MAX, most = INT64_MIN;
    const instant end = x->when.end < k->when.end ? x->when.end : k->when.end;
    assert_true(k->at < k->s->count && first->time >= x->when.start && first->time < end);
    for (; k->at < k->s->count && items[k->at].time < end; k->at++) {
        item = &items[k->at];
        units += item->units;
        if (item->units < least) least = item->units;
        if (item->units > most) most = item->units;
    }
    assert_int_equal(x->count, item - first + 1);
    assert_true(x->sum == (double)units / 10);
    assert_true(x->mean == (double)units / 10 / (double)x->count);
    assert_true(x->min == (double)least / 10 && x->max == (double)most / 10);
    assert_true(x->first == (double)first->units / 10 && x->last == (double)item->units / 10);
    return true;
}

static void check_part_of_time(struct snapshot *at, entity_id id, const struct series *s, period p,
                               interval when)
{
    const struct statistics_ask ask = {.period = p, .when = when};
    struct part_of_time k = {.s = s, .when = {when.start, when.end == TIME_NONE ? INT64_MAX : when.end}};
    err e;
    while (k.at < s->count && s->items[k.at].time < when.start) k.at++;
    struct part_of_time again = k;
    if (!store_statistics(at, (struct stream_list){&id, 1}, &ask, check_part, &k, &e)) fail_msg("%s", e.text);
    assert_true(k.at == s->count || s->items[k.at].time >= k.when.end);
    if (!is_newest(at) || !store_statistics_at_once(store, id, &ask, 100000, check_part, &again)) return;
    statistics_at_once++;
    assert_int_equal(again.at, k.at);
}

static void check_hours(struct snapshot *at, entity_id id, const struct series *s)
{
    const interval ever = {TIME_NONE, TIME_NONE};
    for (int again = 0; again < 2; again++)
        for (period p = PERIOD_HOUR; p <= PERIOD_DAY; p++) check_part_of_time(at, id, s, p, ever);
    if (s->count == 0) return;
    for (int i = 0; i < 4; i++) {
        const instant start = s->items[below((int64_t)s->count)].time - below(2) * below(TIME_HOUR),
                      end = s->items[below((int64_t)s->count)].time + below(2) * below(TIME_HOUR);
        check_part_of_time(at, id, s, i % 2 ? PERIOD_HOUR : PERIOD_DAY, (interval){start, end});
        check_part_of_time(at, id, s, PERIOD_HOUR, (interval){TIME_NONE, end - end % TIME_HOUR});
    }
}

// ---- periods that were kept, or are made now ----

static void check_quantiles(const struct part_of_time *k, const struct summary *x, size_t from)
{
    static struct item sorted[MOST];
    const size_t n = k->at - from, least = (n + 19) / 20;  // the rank, from one, of the least twentieth
    memcpy(sorted, k->s->items + from, n * sizeof sorted[0]);
    qsort(sorted, n, sizeof sorted[0], compare_units);
    assert_true(x->quantiles[0] == (double)sorted[least - 1].units / 10);
    assert_true(x->quantiles[1] == (double)sorted[n - 1].units / 10);
}

static bool check_quantiles_alone(const struct summary *x, void *context, err *e)
{
    (void)e;
    struct part_of_time *k = context;
    const size_t from = k->at;
    const instant end = x->when.end < k->when.end ? x->when.end : k->when.end;
    assert_true(from < k->s->count && k->s->items[from].time >= x->when.start &&
                k->s->items[from].time < end);
    while (k->at < k->s->count && k->s->items[k->at].time < end) k->at++;
    assert_int_equal(x->count, k->at - from);
    check_quantiles(k, x, from);
    return true;
}

static bool check_all_of_part(const struct summary *x, void *context, err *e)
{
    struct part_of_time *k = context;
    const size_t from = k->at;
    double energy = 0;
    if (!check_part(x, context, e)) return false;
    check_quantiles(k, x, from);
    for (size_t i = from; i < k->at; i++) energy += pow(10, (double)k->s->items[i].units / 100);
    assert_near(x->energetic_mean, 10 * log10(energy / (double)x->count));
    return true;
}

static void check_periods_in(struct snapshot *at, entity_id id, const struct series *s, period p,
                             interval when, bool alone)
{
    const struct statistics_ask ask = {.period = p,
                                       .when = when,
                                       .with_energy = !alone,
                                       .quantiles = (const double[]){0.05, 1},
                                       .quantile_count = 2,
                                       .quantiles_alone = alone};
    struct part_of_time k = {.s = s, .when = {when.start, when.end == TIME_NONE ? INT64_MAX : when.end}};
    err e;
    while (k.at < s->count && s->items[k.at].time < when.start) k.at++;
    if (!store_statistics(at, (struct stream_list){&id, 1}, &ask,
                          alone ? check_quantiles_alone : check_all_of_part, &k, &e))
        fail_msg("%s", e.text);
    assert_true(k.at == s->count || s->items[k.at].time >= k.when.end);
}

static void check_periods(struct snapshot *at, entity_id id, const struct series *s)
{
    const interval ever = {TIME_NONE, TIME_NONE};
    for (int i = 0; i < 4; i++) check_periods_in(at, id, s, i % 2 ? PERIOD_HOUR : PERIOD_DAY, ever, i < 2);
    if (s->count == 0) return;
    for (int i = 0; i < 4; i++) {
        const instant start = s->items[below((int64_t)s->count)].time - below(2) * below(TIME_HOUR),
                      end = s->items[below((int64_t)s->count)].time + below(2) * below(TIME_HOUR);
        check_periods_in(at, id, s, i % 2 ? PERIOD_HOUR : PERIOD_DAY, (interval){start, end}, i < 2);
        check_periods_in(at, id, s, PERIOD_HOUR, (interval){TIME_NONE, end - end % TIME_HOUR}, i % 2);
    }
}

static void check(struct snapshot *at, const struct model *m)
{
    check_all_newest(at, m);
    check_extents(at, m);
    for (int i = 0; i < STREAMS; i++) {
        if (!m->streams[i].exists) continue;
        check_orders(at, i + 1, &m->streams[i]);
        check_extent(at, i + 1, &m->streams[i]);
        check_latest(at, i + 1, &m->streams[i]);
        check_sums(at, i + 1, &m->streams[i]);
        check_passes(at, i + 1, &m->streams[i]);
        check_hours(at, i + 1, &m->streams[i]);
        check_periods(at, i + 1, &m->streams[i]);
    }
    check_merged(at, m, "SELECT id, phen_start FROM observation ORDER BY phen_start, id", false);
    check_merged(at, m, "SELECT id, phen_start FROM observation ORDER BY phen_start DESC, id DESC", true);
    check_pages(at, m);
}

// ---- the run ----

static void open_store(void)
{
    err e;
    const store_config c = {.directory = directory, .create = true, .hours_bytes = HOURS_BYTES};
    if (!store_open(&c, &store, &e)) fail_msg("%s", e.text);
}

static void check_now(void)
{
    struct snapshot *at;
    err e;
    if (!snapshot_open(store, &at, &e)) fail_msg("%s", e.text);
    check(at, &now);
    snapshot_close(at);
}

static void found(const char *sentence, void *context)
{
    (void)context;
    fail_msg("%s", sentence);
}

static void check_store(struct store *s)
{
    int64_t findings = -1;
    err e;
    if (!store_check(s, found, NULL, &findings, &e)) fail_msg("%s", e.text);
    assert_int_equal(findings, 0);
}

static void check_backup(void)
{
    char copy[96];
    struct store *original = store;
    err e;
    const store_config c = {.directory = copy, .read_only = true};
    snprintf(copy, sizeof copy, "%s/copy", directory);
    if (!store_backup(store, copy, NULL, NULL, &e)) fail_msg("%s", e.text);
    if (!store_open(&c, &store, &e)) fail_msg("%s", e.text);
    check_now();
    check_store(store);
    store_close(store);
    store = original;
}

static void release(struct held *h)
{
    if (!h->at) return;
    check(h->at, h->model);
    snapshot_close(h->at);
    free(h->model);
    h->at = NULL;
}

static void hold(struct held *h)
{
    err e;
    release(h);
    h->model = malloc(sizeof *h->model);
    assert_non_null(h->model);
    *h->model = now;
    if (!snapshot_open(store, &h->at, &e)) fail_msg("%s", e.text);
}

static void restart(void)
{
    for (int i = 0; i < HELD; i++) release(&held[i]);
    store_close(store);
    open_store();
}

static void pack(void)
{
    err e;
    struct snapshot *at;
    struct store_figures f;
    if (!store_pack(store, &e)) fail_msg("%s", e.text);
    if (!snapshot_open(store, &at, &e) || !store_figures(at, &f, &e)) fail_msg("%s", e.text);
    assert_int_equal(f.tail_observations, 0);
    snapshot_close(at);
}

static void step(void)
{
    const entity_id id = 1 + below(STREAMS);
    struct series *s = &now.streams[id - 1];
    const bool fail = below(6) == 0;
    struct work w = {.stream = id, .fail = fail};
    if (!s->exists) {
        if (!run(add_stream, &w)) return;
        s->exists = true;
        s->next_number = 1;
        return;
    }
    switch (below(12)) {
    case 0: restart(); return;
    case 1:
        if (below(3) == 0) pack();
        return;
    case 2: run(seal, &w); return;
    case 3: hold(&held[below(HELD)]); return;
    case 4:
    case 5: step_replace(id, s, fail); return;
    case 6:
        switch (below(4)) {
        case 0: step_delete_range(id, s, fail); return;
        case 1: step_delete_many(id, s, fail); return;
        default: step_delete(id, s, fail); return;
        }
    case 7: step_delete(id, s, fail); return;
    default: step_append(id, s, fail); return;
    }
}

static void the_store_agrees_with_plain_arrays(void **unused)
{
    (void)unused;
    const char *seed = getenv("PEIL_SEED"), *steps = getenv("PEIL_STEPS");
    state = seed ? strtoull(seed, NULL, 10) : 42;
    const long count = steps ? strtol(steps, NULL, 10) : 300;
    for (long i = 0; i < count; i++) {
        step();
        if (i % 4 == 0) check_now();
    }
    assert_true(windows_met > 0 && latest_at_once > 0 && statistics_at_once > 0);
    restart();
    check_now();
    check_store(store);
    check_backup();
}

static int set_up(void **unused)
{
    (void)unused;
    test_directory_make(directory);
    open_store();
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    store_close(store);
    test_directory_remove(directory);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_store_agrees_with_plain_arrays, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
