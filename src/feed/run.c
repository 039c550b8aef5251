// SPDX-License-Identifier: EUPL-1.2
// Which feeds are due, and their turns: on threads of their own, for another's server may take a minute to answer.
#include "feed/turn.h"

#include "base/log.h"
#include "base/queue.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define JOB "feeds"
#define LOOK_EVERY TIME_SECOND
#define THREADS 2
#define TURN_LONGEST (30 * TIME_SECOND)  // then the others have their turn
#define ARENA_BYTES ((size_t)256 << 20)

static metric request_metric = {.name = "peil_feed_steps_total",
                                .help = "Requests of feeds, by how they ended",
                                .labels = "outcome=\"worked\"",
                                .type = METRIC_COUNTER};
static metric failure_metric = {
    .name = "peil_feed_steps_total", .labels = "outcome=\"failed\"", .type = METRIC_COUNTER};

struct feeds {
    feeds_config config;
    struct workers *workers;
    struct lock *lock;
    char running[FEEDS_MAX][FEED_NAME_MAX + 1];  // under the lock; "": free
    atomic_bool is_stopping;
};

// ---- who runs ----------------------------------------------------------------------------------------------------

static char *find_running(struct feeds *f, const char *name)
{
    for (size_t i = 0; i < FEEDS_MAX; i++)
        if (strcmp(f->running[i], name) == 0) return f->running[i];
    return NULL;
}

static bool note_running(struct feeds *f, const char *name)
{
    lock_take(f->lock);
    char *const place = find_running(f, name) ? NULL : find_running(f, "");
    if (place) memcpy(place, name, strlen(name) + 1);
    lock_drop(f->lock);
    return place != NULL;
}

static void note_ended(struct feeds *f, const char *name)
{
    lock_take(f->lock);
    char *const place = find_running(f, name);
    if (place) place[0] = 0;
    lock_drop(f->lock);
}

static bool is_running(struct feeds *f, str name)
{
    char text[FEED_NAME_MAX + 1] = {0};
    if (name.n == 0 || name.n > FEED_NAME_MAX) return false;
    memcpy(text, name.p, name.n);
    lock_take(f->lock);
    const bool found = find_running(f, text) != NULL;
    lock_drop(f->lock);
    return found;
}

// ---- a turn ------------------------------------------------------------------------------------------------------

// In small pieces, so that a stop is not kept waiting.
static void pause_for(struct feeds *f, int64_t us)
{
    const struct timespec piece = {.tv_nsec = 20 * 1000 * 1000};
    for (const int64_t end = time_monotonic_us() + us;
         time_monotonic_us() < end && !atomic_load(&f->is_stopping);)
        nanosleep(us < 20000 ? &(struct timespec){.tv_nsec = us * 1000} : &piece, NULL);
}

static void take_steps(struct feeds *f, struct fetcher *fetcher, arena *a, str name)
{
    const int64_t end = time_monotonic_us() + TURN_LONGEST;
    char why[512];
    err e;
    for (struct turn_result r = {STEP_MORE, 0};
         r.step == STEP_MORE && time_monotonic_us() < end && !atomic_load(&f->is_stopping);) {
        arena_reset(a);
        if (!turn_step(&f->config, fetcher, name, &f->is_stopping, a, &r, &e)) {
            log_warning("a feed could not be run", "feed=%.*s why=%s", STR_ARG(name),
                        log_quote(why, str_of(e.text)));
            return;
        }
        metric_count(r.step == STEP_FAILED ? &failure_metric : &request_metric, 1);
        if (r.step == STEP_MORE) pause_for(f, r.pause_us);
    }
}

static void run_turn(void *item, void *context)
{
    struct feeds *const f = context;
    char *const name = item;
    err e;
    struct fetcher *const fetcher = fetcher_new(&e);
    arena *const a = arena_new(ARENA_BYTES);
    if (fetcher && a) take_steps(f, fetcher, a, str_of(name));
    fetcher_free(fetcher);
    arena_free(a);
    note_ended(f, name);
    free(name);
}

// ---- who is due --------------------------------------------------------------------------------------------------

struct looking {
    struct feeds *f;
    struct snapshot *at;
    arena *a;
    instant now;
    int seen;
};

static void start_turn(struct feeds *f, str name)
{
    char *const own = strndup(name.p, name.n);
    if (!own) return;
    if (!note_running(f, own)) {
        free(own);
        return;
    }
    if (workers_submit(f->workers, own)) return;
    note_ended(f, own);
    free(own);
}

static bool look_at(str name, str text, void *context, err *e)
{
    struct looking *const l = context;
    struct feed_state state;
    json *document;
    if (++l->seen > FEEDS_MAX) return false;
    // One that cannot be read is no reason to leave the others.
    if (!json_parse(text, l->a, &document, NULL) || !feed_state_read(l->at, name, l->a, &state, NULL))
        return true;
    const bool is_due = !feed_is_paused(document) && (state.next == TIME_NONE || state.next <= l->now);
    if (is_due && !is_running(l->f, name)) start_turn(l->f, name);
    (void)e;
    return true;
}

static job_result look(void *context, instant now, err *e)
{
    struct feeds *const f = context;
    struct looking l = {.f = f, .now = now, .a = arena_new(ARENA_BYTES)};
    if (atomic_load(&f->is_stopping)) {
        arena_free(l.a);
        return JOB_DONE;
    }
    bool ok = (l.a || err_no_memory(e)) && snapshot_open(f->config.store, &l.at, e);
    if (ok) {
        ok = store_document_each(l.at, FEED, look_at, &l, e);
        snapshot_close(l.at);
    }
    arena_free(l.a);
    return ok ? JOB_DONE : JOB_FAILED;
}

// ---- the whole ---------------------------------------------------------------------------------------------------

bool feeds_open(const feeds_config *c, struct feeds **out, err *e)
{
    struct feeds *f = calloc(1, sizeof *f);
    if (!f) return err_no_memory(e);
    f->config = *c;
    f->lock = lock_new();
    f->workers = workers_new("feed", THREADS, FEEDS_MAX, run_turn, f);
    if (c->metrics) {
        metrics_add(c->metrics, &request_metric);
        metrics_add(c->metrics, &failure_metric);
    }
    if (!f->lock || !f->workers) {
        feeds_close(f);
        return err_no_memory(e);
    }
    if (!schedule_add(c->schedule,
                      &(struct job){.name = JOB, .every_us = LOOK_EVERY, .run = look, .context = f}, e)) {
        feeds_close(f);
        return false;
    }
    *out = f;
    return true;
}

void feeds_stop(struct feeds *f)
{
    if (!f) return;
    atomic_store(&f->is_stopping, true);
    workers_stop(f->workers);
    f->workers = NULL;
}

void feeds_close(struct feeds *f)
{
    if (!f) return;
    feeds_stop(f);
    if (f->lock) lock_free(f->lock);
    free(f);
}

bool feeds_change(struct feeds *f, str name, feed_action what, const json *document,
                  const struct principal *by, instant now, err *e)
{
    if (!feed_change_run(f->config.store, name, what, document, by, now, e)) return false;
    schedule_wake(f->config.schedule, JOB);
    return true;
}

const struct feed_kind_name *feed_kinds(void)
{
    static struct feed_kind_name names[16];
    size_t n = 0;
    for (const struct feed_kind *const *k = feed_kind_all(); *k && n < 15; k++, n++)
        names[n] = (struct feed_kind_name){(*k)->adapter.name, (*k)->adapter.title};
    return names;
}

// ---- status ------------------------------------------------------------------------------------------------------

struct telling {
    struct feeds *f;
    struct snapshot *at;
    arena *a;
    feed_each each;
    void *context;
};

static instant reached_by(const json *document, str position, arena *a)
{
    const struct feed_kind *kind = feed_kind_by_name(json_text(document, STR("kind")));
    json *j;
    if (!kind || !kind->reached || !position.n || !json_parse(position, a, &j, NULL)) return TIME_NONE;
    return kind->reached(document, j);
}

static bool tell(str name, str text, void *context, err *e)
{
    struct telling *const t = context;
    struct feed_state s;
    json *document;
    if (!arena_copy(t->a, name, &name) || !arena_copy(t->a, text, &text)) return err_no_memory(e);
    if (!json_parse(text, t->a, &document, e) || !feed_state_read(t->at, name, t->a, &s, e)) return false;
    const struct feed_status status = {.name = name,
                                       .kind = json_text(document, STR("kind")),
                                       .url = json_text(document, STR("url")),
                                       .is_running = is_running(t->f, name),
                                       .is_paused = feed_is_paused(document),
                                       .stored = s.stored,
                                       .requests = s.requests,
                                       .failures = s.failures,
                                       .last_tried = s.last_tried,
                                       .last_worked = s.last_worked,
                                       .failing_since = s.failing_since,
                                       .next = s.next,
                                       .error = s.error,
                                       .position = s.position,
                                       .since = feed_time(document, STR("since"), TIME_NONE),
                                       .reached = reached_by(document, s.position, t->a)};
    return t->each(&status, t->context, e);
}

bool feeds_each(struct feeds *f, struct snapshot *at, arena *a, feed_each each, void *context, err *e)
{
    struct telling t = {f, at, a, each, context};
    return store_document_each(at, FEED, tell, &t, e);
}
