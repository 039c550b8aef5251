// SPDX-License-Identifier: EUPL-1.2
#include "base/schedule.h"

#include "base/log.h"
#include "base/queue.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct job job;
    struct job_state state;  // under the lock
    int64_t due_us;          // of the monotonic clock; INT64_MAX: only when woken. The schedule's thread
    _Atomic bool is_woken;
};

struct schedule {
    struct entry entries[SCHEDULE_JOBS_MAX];
    size_t count;
    struct lock *lock;
    struct queue *bell;  // a token here ends the wait of the thread
    pthread_t thread;
    bool has_thread;
};

struct schedule *schedule_new(void)
{
    struct schedule *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->lock = lock_new();
    s->bell = queue_new(1);
    if (s->lock && s->bell) return s;
    schedule_free(s);
    return NULL;
}

void schedule_free(struct schedule *s)
{
    if (!s) return;
    schedule_stop(s);
    if (s->bell) queue_free(s->bell);
    if (s->lock) lock_free(s->lock);
    free(s);
}

bool schedule_add(struct schedule *s, const struct job *j, err *e)
{
    assert(!s->has_thread && j->name && j->run && j->every_us >= 0);
    if (s->count == SCHEDULE_JOBS_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "no room for job '%s': %d jobs at most", j->name,
                       SCHEDULE_JOBS_MAX);
    struct entry *x = &s->entries[s->count++];
    x->job = *j;
    x->state = (struct job_state){.name = j->name, .every_us = j->every_us, .last_start = TIME_NONE};
    x->due_us = j->every_us ? 0 : INT64_MAX;
    return true;
}

// ---- The thread --------------------------------------------------------------------------------------------------

static void note_start(struct schedule *s, struct entry *x, instant now)
{
    lock_take(s->lock);
    x->state.is_running = true;
    x->state.last_start = now;
    lock_drop(s->lock);
}

static void note_end(struct schedule *s, struct entry *x, int64_t took_us, job_result result, const err *why)
{
    lock_take(s->lock);
    x->state.is_running = false;
    x->state.runs++;
    x->state.last_duration_us = took_us;
    x->state.last_error = result == JOB_FAILED ? *why : (err){0};
    if (result == JOB_FAILED) x->state.failures++;
    lock_drop(s->lock);
}

static int64_t next_due(const struct job *j, job_result result, int64_t now_us)
{
    if (result == JOB_MORE) return now_us;
    return j->every_us ? now_us + j->every_us : INT64_MAX;
}

static void run_one(struct schedule *s, struct entry *x)
{
    atomic_store(&x->is_woken, false);
    const instant now = time_now();
    const int64_t start_us = time_monotonic_us();
    note_start(s, x, now);
    err e = {0};
    const job_result result = x->job.run(x->job.context, now, &e);
    const int64_t end_us = time_monotonic_us();
    char text[512];
    if (result == JOB_FAILED)
        log_warning("a job failed", "job=%s why=%s", x->job.name, log_quote(text, str_of(e.text)));
    note_end(s, x, end_us - start_us, result, &e);
    x->due_us = next_due(&x->job, result, end_us);
}

static bool is_due(struct entry *x, int64_t now_us)
{
    return x->due_us <= now_us || atomic_load(&x->is_woken);
}

// One round: each job that is due has one part of its work done, so that a busy job never starves the others.
static void run_due(struct schedule *s)
{
    for (size_t i = 0; i < s->count && !schedule_is_stopping(s); i++)
        if (is_due(&s->entries[i], time_monotonic_us())) run_one(s, &s->entries[i]);
}

static int64_t time_to_next(struct schedule *s)
{
    const int64_t now_us = time_monotonic_us();
    int64_t first_us = INT64_MAX;
    for (size_t i = 0; i < s->count; i++) {
        if (is_due(&s->entries[i], now_us)) return 0;
        if (s->entries[i].due_us < first_us) first_us = s->entries[i].due_us;
    }
    return first_us == INT64_MAX ? -1 : first_us - now_us;
}

static void *run(void *context)
{
    struct schedule *s = context;
    while (!schedule_is_stopping(s)) {
        run_due(s);
        void *token;
        (void)queue_take(s->bell, &token, 1, time_to_next(s));
    }
    return NULL;
}

bool schedule_start(struct schedule *s, err *e)
{
    s->has_thread = pthread_create(&s->thread, NULL, run, s) == 0;
    return s->has_thread ||
           err_set(e, ERR_IO, ERR_NOWHERE, "no thread for the scheduler: the system has none left");
}

// ---- From other threads ------------------------------------------------------------------------------------------

void schedule_wake(struct schedule *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->entries[i].job.name, name) == 0) {
            atomic_store(&s->entries[i].is_woken, true);
            (void)queue_push(s->bell, s);  // full: the bell rings already
            return;
        }
    assert(!"schedule_wake: no such job");
}

bool schedule_is_stopping(struct schedule *s)
{
    return queue_is_closed(s->bell);
}

void schedule_stop(struct schedule *s)
{
    if (!s || !s->has_thread) return;
    queue_close(s->bell);
    (void)pthread_join(s->thread, NULL);
    s->has_thread = false;
}

void schedule_each(struct schedule *s, void (*each)(const struct job_state *j, void *context), void *context)
{
    for (size_t i = 0; i < s->count; i++) {
        lock_take(s->lock);
        const struct job_state state = s->entries[i].state;
        lock_drop(s->lock);
        each(&state, context);
    }
}
