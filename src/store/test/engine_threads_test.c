// SPDX-License-Identifier: EUPL-1.2
// One writer and several readers at once. Every operation gives each stream one more observation, so that a snapshot that
// shows streams of different lengths, or a stream with a hole, has seen half an operation. Run under the thread sanitizer too.
#include "base/test_directory.h"
#include "store/stream/seal.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define STREAMS 6
#define READERS 3
#define OPERATIONS 3000

static char directory[TEST_DIRECTORY_MAX];
static struct store *store;
static _Atomic bool is_over;
static _Atomic int64_t acknowledged;  // operations
static _Atomic int64_t looks, looks_at_once;

static bool add_streams(struct store_tx *tx, void *context, err *e)
{
    (void)context;
    for (entity_id s = 1; s <= STREAMS; s++)
        if (!observations_add_stream(tx, s, SET_DATASTREAM, 1, 0, e)) return false;
    return true;
}

struct growth {
    int64_t n;
    bool fail;
};

static bool grow(struct store_tx *tx, void *context, err *e)
{
    const struct growth *g = context;
    const int64_t n = g->n;
    for (entity_id s = 1; s <= STREAMS; s++) {
        struct observation o = {.stream = s,
                                .phenomenon_time = {n * TIME_SECOND, TIME_NONE},
                                .result_time = TIME_NONE,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .result = n % 7 == 0 ? value_text(STR("text")) : value_int(n)};
        if (!store_append(tx, &o, e)) return false;
        const bool is_time_to_seal = (n + 100 * s) % 400 == 0;
        if (is_time_to_seal &&
            !seal_stream(tx, snapshot_stream(store_tx_snapshot(tx), s), (chunk_way)(s % 2), e))
            return false;
    }
    return !g->fail || err_set(e, ERR_RANGE, ERR_NOWHERE, "on purpose");
}

// A stream that comes and goes, with readers perhaps on it.
static bool come(struct store_tx *tx, void *context, err *e)
{
    const entity_id id = *(const entity_id *)context;
    struct observation o = {.stream = id,
                            .phenomenon_time = {0, TIME_NONE},
                            .result_time = TIME_NONE,
                            .valid_time = {TIME_NONE, TIME_NONE}};
    return observations_add_stream(tx, id, SET_DATASTREAM, 1, 0, e) && store_append(tx, &o, e);
}

static bool go(struct store_tx *tx, void *context, err *e)
{
    return observations_delete_stream(tx, *(const entity_id *)context, e);
}

static void *write_all(void *unused)
{
    (void)unused;
    err e;
    int64_t time = 0;
    for (int64_t i = 0; i < OPERATIONS; i++) {
        struct growth g = {time, i % 20 == 19};
        if (store_run(store, grow, &g, &e)) {
            time++;
            atomic_store(&acknowledged, time);
        } else if (e.code != ERR_RANGE) {
            fprintf(stderr, "%s\n", e.text);
            abort();
        }
        entity_id passing = 100 + i / 10;
        if (i % 10 == 3 && !store_run(store, come, &passing, &e)) abort();
        if (i % 10 == 8 && !store_run(store, go, &passing, &e)) abort();
    }
    atomic_store(&is_over, true);
    return NULL;
}

static int64_t length_of(struct snapshot *at, entity_id stream)
{
    struct stream_scan scan;
    struct point p;
    err e;
    bool got = true;
    int64_t n = 0;
    const struct stream *s = snapshot_stream(at, stream);
    if (!s) return 0;
    if (!stream_scan_open(&scan, at, s, &SCAN_ALL, &e)) abort();
    for (; stream_scan_next(&scan, &p, &got, &e) && got; n++)
        if (p.time != n * TIME_SECOND || p.number != n + 1) abort();
    if (got) abort();
    stream_scan_close(&scan);
    return n;
}

static int64_t rows_of_all(struct snapshot *at)
{
    struct connection *c = snapshot_connection(at);
    sqlite3_stmt *st;
    err e;
    bool got = true;
    int64_t n = 0;
    if (!sql_take(
            c,
            STR("SELECT id FROM observation WHERE stream < 100 ORDER BY phen_start DESC, id DESC LIMIT 50"),
            &st, &e))
        abort();
    while (sql_step(c, st, &got, &e) && got) n++;
    sql_give(c, st);
    return n;
}

static bool add_count(const struct summary *s, void *context, err *e)
{
    (void)e;
    *(int64_t *)context += s->count;
    return true;
}

// Of n observations, those that are no text.
static int64_t numbers_of(int64_t n)
{
    return n - (n + 6) / 7;
}

// Without a snapshot of one's own; what was acknowledged before is in it too.
static void look_at_once(entity_id stream)
{
    const struct statistics_ask hours = {.when = {TIME_NONE, TIME_NONE}};
    const int64_t least = atomic_load(&acknowledged);
    struct observation o;
    int64_t count = 0;
    if (store_latest_at_once(store, stream, &o)) {
        const int64_t n = o.phenomenon_time.start / TIME_SECOND;
        if (n + 1 < least || o.number != n + 1 || o.result.number.units != n) abort();
        atomic_fetch_add(&looks_at_once, 1);
    }
    if (!store_statistics_at_once(store, stream, &hours, 1000, add_count, &count)) return;
    if (count < numbers_of(least)) abort();
    atomic_fetch_add(&looks_at_once, 1);
}

// Leaves the hours for who looks at once.
static void look_at_sums(struct snapshot *at, entity_id stream, int64_t n)
{
    const struct statistics_ask hours = {.when = {TIME_NONE, TIME_NONE}};
    int64_t count = 0;
    err e;
    if (!store_statistics(at, (struct stream_list){&stream, 1}, &hours, add_count, &count, &e)) abort();
    if (count != numbers_of(n)) abort();
}

static void *look(void *unused)
{
    (void)unused;
    while (!atomic_load(&is_over)) {
        struct snapshot *at;
        err e;
        const int64_t least = atomic_load(&acknowledged);
        if (!snapshot_open(store, &at, &e)) abort();
        const int64_t n = length_of(at, 1);
        if (n < least) abort();  // what is acknowledged is seen
        for (entity_id s = 2; s <= STREAMS; s++)
            if (length_of(at, s) != n) abort();
        if (length_of(at, 100 + n / 10) > 1) abort();
        look_at_sums(at, 1 + n % STREAMS, n);
        look_at_once(1 + n % STREAMS);
        if (rows_of_all(at) != (n * STREAMS < 50 ? n * STREAMS : 50)) abort();
        snapshot_close(at);
        atomic_fetch_add(&looks, 1);
    }
    return NULL;
}

static void readers_never_see_half_an_operation(void **unused)
{
    (void)unused;
    pthread_t writer, readers[READERS];
    err e;
    assert_true(store_run(store, add_streams, NULL, &e));
    assert_int_equal(pthread_create(&writer, NULL, write_all, NULL), 0);
    for (int i = 0; i < READERS; i++) assert_int_equal(pthread_create(&readers[i], NULL, look, NULL), 0);
    pthread_join(writer, NULL);
    for (int i = 0; i < READERS; i++) pthread_join(readers[i], NULL);
    printf("%lld looks\n", (long long)atomic_load(&looks));
    assert_true(atomic_load(&looks) > 0 && atomic_load(&looks_at_once) > 0);
}

// ---- the log ----

#define LARGE_TEXT ((size_t)200 << 10)

static char large_text[LARGE_TEXT];

static bool append_large(struct store_tx *tx, void *context, err *e)
{
    struct observation o = {.stream = 1,
                            .phenomenon_time = {*(const int64_t *)context * TIME_SECOND, TIME_NONE},
                            .result_time = TIME_NONE,
                            .valid_time = {TIME_NONE, TIME_NONE},
                            .result = value_text((str){large_text, LARGE_TEXT})};
    return store_append(tx, &o, e);
}

static void *page(void *unused)
{
    (void)unused;
    err e;
    struct snapshot *at;
    while (!atomic_load(&is_over)) {
        if (!snapshot_open(store, &at, &e)) fail_msg("%s", e.text);
        usleep(5000);
        snapshot_close(at);
    }
    return NULL;
}

static int64_t log_bytes(void)
{
    char path[TEST_DIRECTORY_MAX + 16];
    struct stat s;
    snprintf(path, sizeof path, "%s/peil.db-wal", directory);
    return stat(path, &s) == 0 ? (int64_t)s.st_size : 0;
}

// There is hardly a moment without any of them.
static void short_readers_that_overlap_do_not_make_the_log_grow(void **unused)
{
    (void)unused;
    pthread_t readers[READERS];
    err e;
    int64_t most = 0;
    memset(large_text, 'x', LARGE_TEXT);
    atomic_store(&is_over, false);
    if (!store_run(store, add_streams, NULL, &e)) fail_msg("%s", e.text);
    for (int i = 0; i < READERS; i++) assert_int_equal(pthread_create(&readers[i], NULL, page, NULL), 0);
    for (int64_t i = 0; i < 400; i++) {  // 80 MB
        if (!store_run(store, append_large, &i, &e)) fail_msg("%s", e.text);
        if (log_bytes() > most) most = log_bytes();
    }
    atomic_store(&is_over, true);
    for (int i = 0; i < READERS; i++) pthread_join(readers[i], NULL);
    printf("%lld bytes\n", (long long)most);
    assert_true(most < 48 << 20);
}

static int set_up(void **unused)
{
    (void)unused;
    err e;
    const store_config c = {.directory = directory, .create = true, .hours_bytes = 1 << 20};
    test_directory_make(directory);
    return store_open(&c, &store, &e) ? 0 : -1;
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
        cmocka_unit_test_setup_teardown(readers_never_see_half_an_operation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(short_readers_that_overlap_do_not_make_the_log_grow, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
