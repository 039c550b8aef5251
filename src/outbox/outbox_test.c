// SPDX-License-Identifier: EUPL-1.2
// Messages in a real store. No network is needed: nothing listens at the target, which is what the attempts find.
#include "outbox/outbox.h"

#include "base/file.h"
#include "base/test.h"
#include "outbox/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOWHERE "http://127.0.0.1:9/hook"  // the discard port: refused

struct fixture {
    char directory[TEST_DIRECTORY_MAX];
    struct store *store;
    struct outbox *outbox;
    arena *arena;
};

static bool begin(struct fixture *f)
{
    err e;
    const store_config c = {.directory = f->directory, .create = true};
    if (!store_open(&c, &f->store, &e)) return false;
    const outbox_config o = {.store = f->store,
                             .allow_private = true,
                             .attempts_max = 2,
                             .first_wait_s = 1,
                             .per_target_max = 3,
                             .keep_days = 1};
    f->outbox = outbox_new(&o, &e);
    return f->outbox != NULL;
}

static void end(struct fixture *f)
{
    outbox_stop(f->outbox);
    store_close(f->store);
}

static int start(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    test_directory_make(f->directory);
    f->arena = arena_new(1 << 20);
    *state = f;
    return begin(f) ? 0 : -1;
}

static int stop(void **state)
{
    struct fixture *f = *state;
    end(f);
    arena_free(f->arena);
    test_directory_remove(f->directory);
    free(f);
    return 0;
}

struct putting {
    struct fixture *f;
    const char *id, *target;
    outbox_kind kind;
    instant now;
    bool undo;
};

static bool put_run(struct store_tx *tx, void *context, err *e)
{
    struct putting *p = context;
    const struct outbox_message m = {.kind = p->kind,
                                     .id = str_of(p->id),
                                     .target = str_of(p->target),
                                     .body = STR("{\"a\":1}"),
                                     .about = STR("test")};
    if (!outbox_put(p->f->outbox, tx, &m, p->now, e)) return false;
    return !p->undo || err_set(e, ERR_INTERNAL, ERR_NOWHERE, "undone");
}

static bool put(struct fixture *f, const char *id, const char *target, instant now, err *e)
{
    struct putting p = {f, id, target, OUTBOX_WEBHOOK, now, false};
    return store_run(f->store, put_run, &p, e);
}

static bool status(struct fixture *f, const char *id, struct outbox_status *out)
{
    struct snapshot *at;
    err e;
    assert_true(snapshot_open(f->store, &at, &e));
    const bool ok = outbox_status(at, str_of(id), f->arena, out, &e);
    snapshot_close(at);
    return ok;
}

static int64_t waiting_for(struct fixture *f, const char *target)
{
    struct snapshot *at;
    int64_t n;
    err e;
    assert_true(snapshot_open(f->store, &at, &e));
    assert_true(message_waiting_for(at, str_of(target), &n, &e));
    snapshot_close(at);
    return n;
}

// Ticks until the message has been tried this often (at most 10 s).
static void until_attempts(struct fixture *f, const char *id, int64_t attempts, struct outbox_status *out)
{
    for (int k = 0; k < 500; k++) {
        outbox_tick(f->outbox, time_now());
        nanosleep(&(struct timespec){0, 20000000}, NULL);
        if (status(f, id, out) && out->attempts >= attempts) return;
    }
    fail_msg("%s was not tried %lld times", id, (long long)attempts);
}

static void a_message_of_an_undone_operation_was_never_there(void **state)
{
    struct fixture *f = *state;
    struct outbox_status s;
    err e;
    struct putting p = {f, "undone", NOWHERE, OUTBOX_WEBHOOK, 1, true};
    assert_false(store_run(f->store, put_run, &p, &e));
    assert_false(status(f, "undone", &s));
    assert_int_equal(waiting_for(f, NOWHERE), 0);
}

static void what_is_put_in_twice_is_one_message(void **state)
{
    struct fixture *f = *state;
    err e;
    const instant later = time_now() + TIME_DAY;
    assert_true(put(f, "twice", "https://twice.example/", later, &e));
    assert_true(put(f, "twice", "https://twice.example/", later, &e));
    assert_int_equal(waiting_for(f, "https://twice.example/"), 1);
}

static void a_target_has_a_limit(void **state)
{
    struct fixture *f = *state;
    err e;
    const instant later = time_now() + TIME_DAY;
    assert_true(put(f, "l1", "https://l.example/", later, &e));
    assert_true(put(f, "l2", "https://l.example/", later, &e));
    assert_true(put(f, "l3", "https://l.example/", later, &e));
    assert_false(put(f, "l4", "https://l.example/", later, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_true(put(f, "l5", "https://other.example/", later, &e));
}

static void wrong_ids_and_targets_are_refused(void **state)
{
    struct fixture *f = *state;
    err e;
    assert_false(put(f, "", "https://a.example/", 1, &e));
    assert_false(put(f, "a b", "https://a.example/", 1, &e));
    assert_false(put(f, "w", "file:///etc/passwd", 1, &e));
    assert_false(put(f, "w", "https://a.example/\r\nX: y", 1, &e));
    struct putting mail = {f, "w", "a@b.nl", OUTBOX_MAIL, 1, false};
    assert_false(store_run(f->store, put_run, &mail, &e));
    assert_int_equal(e.code, ERR_CONFIG);  // no server
}

static void what_does_not_arrive_is_tried_again_then_given_up_with_its_reason(void **state)
{
    struct fixture *f = *state;
    struct outbox_status s;
    err e;
    assert_true(put(f, "lost", NOWHERE, time_now(), &e));
    until_attempts(f, "lost", 1, &s);
    assert_int_equal(s.state, OUTBOX_WAITING);
    assert_true(s.due > time_now());
    assert_true(s.reason.n > 0);
    end(f);  // over a restart
    assert_true(begin(f));
    until_attempts(f, "lost", 2, &s);
    assert_int_equal(s.state, OUTBOX_DEAD);
    assert_true(s.due == TIME_NONE);
    assert_int_equal(waiting_for(f, NOWHERE), 0);
}

static bool retry_run(struct store_tx *tx, void *context, err *e)
{
    struct fixture *f = context;
    return outbox_retry(f->outbox, tx, STR("lost"), time_now() + TIME_DAY, e);
}

static void a_dead_message_can_be_tried_again_once(void **state)
{
    struct fixture *f = *state;
    struct outbox_status s;
    err e;
    assert_true(store_run(f->store, retry_run, f, &e));
    assert_true(status(f, "lost", &s));
    assert_int_equal(s.state, OUTBOX_WAITING);
    assert_int_equal(waiting_for(f, NOWHERE), 1);
    assert_false(store_run(f->store, retry_run, f, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
}

static void what_is_over_is_forgotten_after_its_days(void **state)
{
    struct fixture *f = *state;
    struct outbox_status s;
    err e;
    assert_true(put(f, "old", "http://127.0.0.1:9/old", time_now(), &e));
    until_attempts(f, "old", 2, &s);
    outbox_tick(f->outbox, time_now());
    assert_true(status(f, "old", &s));
    outbox_tick(f->outbox, time_now() + TIME_DAY + TIME_HOUR);
    assert_false(status(f, "old", &s));
}

static bool is_of_target(const struct outbox_message *m, const void *context)
{
    return str_eq(m->target, str_of(context));
}

static bool withdraw_run(struct store_tx *tx, void *context, err *e)
{
    return outbox_withdraw(tx, is_of_target, context, e);
}

// Of the database and of its log, whichever is there.
static bool stands_on_disk(const struct fixture *f, const char *text)
{
    static const char *const files[] = {"peil.db", "peil.db-wal"};
    bool found = false;
    for (size_t k = 0; k < 2; k++) {
        char path[TEST_DIRECTORY_MAX + 16];
        buf b = {.max = (size_t)64 << 20};
        err e;
        size_t at;
        snprintf(path, sizeof path, "%s/%s", f->directory, files[k]);
        if (file_read(path, &b, &e) && str_find(buf_str(&b), str_of(text), &at)) found = true;
        buf_free(&b);
    }
    return found;
}

static void what_is_withdrawn_is_forgotten_at_once_with_its_address(void **state)
{
    struct fixture *f = *state;
    struct outbox_status s;
    err e;
    char gone[] = "http://127.0.0.1:9/jansen";
    const instant later = time_now() + TIME_DAY;
    assert_true(put(f, "dead", gone, time_now(), &e));
    until_attempts(f, "dead", 2, &s);
    assert_int_equal(s.state, OUTBOX_DEAD);
    assert_true(put(f, "waits", gone, later, &e));
    assert_true(put(f, "stays", "https://stays.example/", later, &e));
    assert_true(stands_on_disk(f, "jansen"));
    assert_true(store_run(f->store, withdraw_run, gone, &e));
    assert_false(status(f, "dead", &s));
    assert_false(status(f, "waits", &s));
    assert_true(status(f, "stays", &s));
    assert_int_equal(waiting_for(f, gone), 0);
    const instant end = time_now() + 30 * TIME_SECOND;  // the log is cut after the answer, by the writer
    while (stands_on_disk(f, "jansen") && time_now() < end) usleep(1000);
    assert_false(stands_on_disk(f, "jansen"));
}

RUN_WITH(start, stop, CASE(a_message_of_an_undone_operation_was_never_there),
         CASE(what_is_put_in_twice_is_one_message), CASE(a_target_has_a_limit),
         CASE(wrong_ids_and_targets_are_refused),
         CASE(what_does_not_arrive_is_tried_again_then_given_up_with_its_reason),
         CASE(a_dead_message_can_be_tried_again_once), CASE(what_is_over_is_forgotten_after_its_days),
         CASE(what_is_withdrawn_is_forgotten_at_once_with_its_address))
