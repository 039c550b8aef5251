// SPDX-License-Identifier: EUPL-1.2
// A disk that is full, breaks, or loses its power at any moment, and a process that is killed at any moment: what was
// acknowledged is there, what was refused is not there by half, reading goes on, and writing goes on when the disk does.
#include "base/test_directory.h"
#include "store/stream/seal.h"
#include "store/test/fault_vfs.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define STREAMS 3
#define EACH 5  // observations an operation gives to each stream
#define OPERATIONS 24
#define PACK_AT (OPERATIONS / 2)  // the store is packed before this one

static char directory[TEST_DIRECTORY_MAX];

static struct store *open_store(void)
{
    struct store *s;
    err e;
    const store_config c = {.directory = directory, .create = true};
    if (!store_open(&c, &s, &e)) fail_msg("%s", e.text);
    return s;
}

static void remove_store(void)
{
    test_directory_remove(directory);
    assert_int_equal(mkdir(directory, 0700), 0);
}

// ---- the work ----

static bool add_streams(struct store_tx *tx, void *context, err *e)
{
    (void)context;
    for (entity_id s = 1; s <= STREAMS; s++)
        if (!observations_add_stream(tx, s, SET_DATASTREAM, 1, 0, e)) return false;
    return true;
}

// One operation's observations of a stream as a run. Nobody listens here, so that the readings need not stay.
static bool append_run(struct store_tx *tx, entity_id stream, int n, err *e)
{
    struct plain_reading readings[EACH];
    uint32_t first;
    for (int i = 0; i < EACH; i++)
        readings[i] = (struct plain_reading){n * TIME_MINUTE + i, value_int(n).number};
    return store_append_run(tx, &(struct reading_run){stream, 0, readings, EACH}, &first, e);
}

static bool seal_all(struct store_tx *tx, err *e)
{
    struct stream *all[STREAMS];
    size_t count = 0;
    for (entity_id id = 1; id <= STREAMS; id++) {
        struct stream *s = snapshot_stream(store_tx_snapshot(tx), id);
        if (atomic_load(&s->tail)->count > 0) all[count++] = s;
    }
    return count == 0 || seal_neighbours(tx, all, count, e);
}

// Operation n gives every stream EACH observations with the result n; some also seal a stream, or all.
static bool work(struct store_tx *tx, void *context, err *e)
{
    const int n = *(const int *)context;
    for (entity_id s = 1; s <= STREAMS; s++) {
        if ((n + s) % 2 == 0 && !append_run(tx, s, n, e)) return false;
        for (int i = 0; i < EACH && (n + s) % 2 != 0; i++) {
            struct observation o = {.stream = s,
                                    .phenomenon_time = {n * TIME_MINUTE + i, TIME_NONE},
                                    .result_time = TIME_NONE,
                                    .valid_time = {TIME_NONE, TIME_NONE},
                                    .result = value_int(n)};
            if (!store_append(tx, &o, e)) return false;
        }
        if ((n + s) % 5 == 0 &&
            !seal_stream(tx, snapshot_stream(store_tx_snapshot(tx), s), (chunk_way)(s % 2), e))
            return false;
    }
    return n % 6 != 3 || seal_all(tx, e);
}

// How many observations of operation n each stream has: all have the same number, 0 or EACH.
static int found_of(struct snapshot *at, int n)
{
    int found = -1;
    for (entity_id s = 1; s <= STREAMS; s++) {
        int64_t count;
        err e;
        const interval when = {n * TIME_MINUTE, (n + 1) * TIME_MINUTE};
        if (!observations_count(at, s, when, &count, &e)) fail_msg("%s", e.text);
        assert_true(count == 0 || count == EACH);
        assert_true(found == -1 || found == count);
        found = (int)count;
    }
    return found;
}

static void found_fault(const char *sentence, void *context)
{
    (void)context;
    fail_msg("%s", sentence);
}

// All of `acknowledged` is there; `exactly`: and nothing else.
static void check(struct store *s, const bool acknowledged[OPERATIONS], bool exactly)
{
    struct snapshot *at;
    err e;
    if (!snapshot_open(s, &at, &e)) fail_msg("%s", e.text);
    for (int n = 0; n < OPERATIONS; n++) {
        const int found = found_of(at, n);
        if (acknowledged[n]) assert_int_equal(found, EACH);
        if (!acknowledged[n] && exactly) assert_int_equal(found, 0);
    }
    snapshot_close(at);
}

static void check_whole(struct store *s)
{
    int64_t findings = -1;
    err e;
    if (!store_check(s, found_fault, NULL, &findings, &e)) fail_msg("%s", e.text);
    assert_int_equal(findings, 0);
}

// ---- faults that are said ----

// Runs all operations with `count` calls failing from call `after` on; false when the work made no such call.
static bool run_with_fault(fault_kind kind, int64_t after, int64_t count)
{
    bool acknowledged[OPERATIONS] = {false};
    remove_store();
    fault_plan(kind, 0, 0);
    struct store *s = open_store();
    err e;
    if (!store_run(s, add_streams, NULL, &e)) fail_msg("%s", e.text);
    fault_plan(kind, after, count);
    bool is_failing = false;
    for (int n = 0; n < OPERATIONS; n++) {
        if (n == PACK_AT && !store_pack(s, &e)) assert_true(fault_happened());
        acknowledged[n] = store_run(s, work, &n, &e);
        if (!acknowledged[n]) {
            assert_true(fault_happened());
            assert_true(kind == FAULT_FULL ? e.code == ERR_DISK_FULL : e.code == ERR_STORE);
            assert_false(store_is_writable(s, &e));
        } else {
            assert_true(store_is_writable(s, &e));
        }
        if (acknowledged[n] == is_failing || n % 6 == 0) check(s, acknowledged, true);
        is_failing = !acknowledged[n];
    }
    const bool happened = fault_happened();
    fault_plan(kind, 0, 0);
    int again = OPERATIONS - 1;
    if (!acknowledged[again]) acknowledged[again] = store_run(s, work, &again, &e);
    assert_true(acknowledged[again]);  // the disk is well again
    store_close(s);
    s = open_store();
    check(s, acknowledged, false);
    check_whole(s);
    store_close(s);
    return happened;
}

static void every_call_may_find_the_disk_full(void **state)
{
    (void)state;
    for (int64_t after = 0; run_with_fault(FAULT_FULL, after, 1 + after % 9); after++) {}
}

static void every_call_may_break(void **state)
{
    (void)state;
    for (int64_t after = 0; run_with_fault(FAULT_BROKEN, after, 1 + after % 9); after++) {}
}

// ---- the end of the process ----

// In a child: works, and says over the pipe what is acknowledged.
static void work_and_tell(int pipe_to)
{
    struct store *s = open_store();
    for (int n = 0; n < OPERATIONS; n++) {
        err e;
        const char byte = (char)n;
        if (n == PACK_AT && !store_pack(s, &e)) _exit(1);
        if (!store_run(s, work, &n, &e)) _exit(1);
        if (write(pipe_to, &byte, 1) != 1) _exit(1);
    }
    store_close(s);
    _exit(0);
}

static void read_acknowledged(int pipe_from, bool acknowledged[OPERATIONS])
{
    char byte;
    while (read(pipe_from, &byte, 1) == 1) acknowledged[(int)byte] = true;
}

// Gives the child's status.
static int run_child(fault_kind kind, int64_t after, int kill_after_us)
{
    bool acknowledged[OPERATIONS] = {false};
    int ends[2], status;
    err e;
    remove_store();
    fault_plan(kind, 0, 0);
    struct store *s = open_store();
    if (!store_run(s, add_streams, NULL, &e)) fail_msg("%s", e.text);
    store_close(s);
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        fault_plan(kind, after, kind == FAULT_POWER_CUT ? 1 : 0);
        work_and_tell(ends[1]);
    }
    close(ends[1]);
    if (kill_after_us > 0) {
        usleep((useconds_t)kill_after_us);
        kill(child, SIGKILL);
    }
    read_acknowledged(ends[0], acknowledged);
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    s = open_store();
    check(s, acknowledged, false);
    check_whole(s);
    store_close(s);
    return status;
}

static void power_may_be_cut_at_every_call(void **state)
{
    (void)state;
    int64_t after = 0;
    for (int status;; after++) {
        status = run_child(FAULT_POWER_CUT, after, 0);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) break;
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == POWER_CUT_STATUS);
    }
    assert_true(after > 100);
}

static void the_process_may_be_killed_at_any_moment(void **state)
{
    (void)state;
    for (int round = 0; round < 30; round++) run_child(FAULT_FULL, 0, 200 + round * 397 % 12000);
}

// ---- damage ----

static void ignore_sentence(const char *sentence, void *context)
{
    (void)sentence;
    (void)context;
}

static void damaged_readings_are_named_not_served(void **state)
{
    (void)state;
    char command[256];
    int64_t findings = 0;
    err e;
    remove_store();
    struct store *s = open_store();
    if (!store_run(s, add_streams, NULL, &e)) fail_msg("%s", e.text);
    for (int n = 0; n < OPERATIONS; n++)
        if (!store_run(s, work, &n, &e)) fail_msg("%s", e.text);
    store_close(s);
    snprintf(command, sizeof command,
             "sqlite3 %s/peil.db \"UPDATE growing SET data = substr(data, 1, 30) || x'00ff' || "
             "substr(data, 33) WHERE stream = 2\"",
             directory);
    if (system(command) != 0) skip();
    s = open_store();
    struct snapshot *at;
    int64_t count;
    if (!snapshot_open(s, &at, &e)) fail_msg("%s", e.text);
    const interval when = {0, TIME_DAY};
    assert_true(observations_count(at, 1, when, &count, &e));
    assert_false(observations_count(at, 2, when, &count, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    snapshot_close(at);
    findings = 0;
    assert_true(store_check(s, ignore_sentence, NULL, &findings, &e));
    assert_int_equal(findings, 1);
    store_close(s);
}

static int set_up(void **unused)
{
    (void)unused;
    test_directory_make(directory);
    fault_install();
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    test_directory_remove(directory);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_may_find_the_disk_full),
        cmocka_unit_test(every_call_may_break),
        cmocka_unit_test(power_may_be_cut_at_every_call),
        cmocka_unit_test(the_process_may_be_killed_at_any_moment),
        cmocka_unit_test(damaged_readings_are_named_not_served),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
