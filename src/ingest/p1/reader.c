// SPDX-License-Identifier: EUPL-1.2
#include "ingest/p1/reader.h"

#include "base/log.h"
#include "ingest/p1/framer.h"
#include "ingest/p1/source.h"
#include "mqtt/runner.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_MAX_MS 30000
#define SILENT_MS 2000                // a telegram whose last line has no end is whole then
#define DEAD_AFTER (2 * TIME_MINUTE)  // a meter speaks at least every ten seconds
#define STABLE_AFTER (10 * TIME_SECOND)
#define BUSY_PAUSE_MS 200
#define MEMORY ((size_t)64 << 10)

static metric stored = {.name = "peil_p1_telegrams_total",
                        .help = "Telegrams of smart meters read here, by what became of them",
                        .labels = "outcome=\"stored\"",
                        .type = METRIC_COUNTER};
static metric damaged = {
    .name = "peil_p1_telegrams_total", .labels = "outcome=\"damaged\"", .type = METRIC_COUNTER};
static metric passed_over = {
    .name = "peil_p1_telegrams_total", .labels = "outcome=\"passed_over\"", .type = METRIC_COUNTER};
static metric lost = {
    .name = "peil_p1_telegrams_total", .labels = "outcome=\"lost\"", .type = METRIC_COUNTER};

struct reader {
    struct p1_readers *all;
    struct p1_source source;
    str query;  // "device=NAME", for the adapter
    runner runner;
    struct p1_framer framer;
    int64_t dropped;   // of the framer's, already counted
    int64_t next_due;  // monotonic: telegrams before are passed over
    int64_t heard;     // monotonic: the last byte
    err last_fault;
    unsigned failures;
};

struct p1_readers {
    p1_readers_config c;
    const struct device_adapter *adapter;
    arena *memory;
    struct reader readers[P1_SOURCES_MAX];
    size_t count;
};

// ---- telegrams ---------------------------------------------------------------------------------------------------

// On the writer thread; the reader may be gone.
static void done(void *context, const struct ingest_outcome *outcome, const err *e)
{
    (void)context;
    metric_count(e || outcome->refused ? &lost : &stored, 1);
}

static void take(struct reader *r, str telegram)
{
    const struct device_message m = {
        .path = STR("/p1"), .query = r->query, .body = telegram, .received = time_now()};
    const int64_t now = time_monotonic_us();
    err e;
    if (now < r->next_due) {
        metric_count(&passed_over, 1);
        return;
    }
    while (!ingest_device(r->all->c.ingest, r->all->adapter, &m, done, NULL, &e)) {
        if (e.code == ERR_BUSY && !runner_stops_within(&r->runner, BUSY_PAUSE_MS)) continue;
        metric_count(e.code == ERR_BUSY ? &lost : &damaged, 1);
        return;
    }
    r->next_due = now + r->all->c.every_s * TIME_SECOND;
}

static void take_all(struct reader *r, str bytes)
{
    str telegram;
    while (p1_framer_take(&r->framer, &bytes, &telegram)) take(r, telegram);
    metric_count(&damaged, r->framer.dropped - r->dropped);
    r->dropped = r->framer.dropped;
}

static void take_last(struct reader *r)
{
    str telegram;
    if (p1_framer_end(&r->framer, &telegram)) take(r, telegram);
    take_all(r, (str){0});
}

// ---- one line ----------------------------------------------------------------------------------------------------

// Reads until the line breaks (false) or peil stops (true).
static bool serve(struct reader *r, struct p1_stream *s, err *e)
{
    char bytes[4096];
    r->heard = time_monotonic_us();
    for (;;) {
        size_t n;
        struct pollfd fds[] = {{p1_stream_fd(s), POLLIN, 0}, {r->runner.stop_fd, POLLIN, 0}};
        const int ready = poll(fds, 2, SILENT_MS);
        if (fds[1].revents) return true;
        if (ready == 0) {
            take_last(r);
            if (time_monotonic_us() - r->heard > DEAD_AFTER)
                return err_set(e, ERR_TIMEOUT, ERR_NOWHERE, "the meter has been silent for two minutes");
            continue;
        }
        if (!p1_stream_read(s, bytes, sizeof bytes, &n, e)) return false;
        if (n) r->heard = time_monotonic_us();
        take_all(r, (str){bytes, n});
    }
}

static void report(struct reader *r, const err *fault, int pause_ms)
{
    char why[256], device[256];
    const bool is_news = strcmp(r->last_fault.text, fault->text) != 0;
    r->last_fault = *fault;
    log_line(is_news ? LOG_WARNING : LOG_DEBUG, "a smart meter cannot be read",
             "device=%s why=%s retry_ms=%d", log_quote(device, r->source.device),
             log_quote(why, str_of(fault->text)), pause_ms);
}

// False: there is nothing to come back for.
static bool read_once(struct reader *r, err *fault)
{
    const int64_t began = time_monotonic_us();
    struct p1_stream *s = p1_stream_open(&r->source, r->runner.stop_fd, fault);
    if (!s) return !runner_stops_within(&r->runner, 0);
    const bool is_stopped = serve(r, s, fault);
    p1_stream_close(s);
    take_last(r);
    if (time_monotonic_us() - began > STABLE_AFTER) r->failures = 0;
    return !is_stopped && !(r->source.kind == P1_FILE && fault->code == ERR_ABSENT);
}

static void *run(void *context)
{
    struct reader *r = context;
    const int most = r->all->c.pause_max_ms;
    err fault = {0};
    while (read_once(r, &fault)) {
        const int pause_ms = backoff_ms(++r->failures, most);
        report(r, &fault, pause_ms);
        if (runner_stops_within(&r->runner, pause_ms)) break;
    }
    return NULL;
}

// ---- life --------------------------------------------------------------------------------------------------------

static bool start_one(struct p1_readers *all, struct reader *r, size_t number, err *e)
{
    char name[24];
    r->all = all;
    r->runner = RUNNER_NONE;
    r->next_due = INT64_MIN;
    snprintf(name, sizeof name, "p1-%zu", number);
    return (arena_print(all->memory, &r->query, "device=%.*s", STR_ARG(r->source.device)) ||
            err_no_memory(e)) &&
           runner_start(&r->runner, name, run, r, e);
}

static bool start_all(struct p1_readers *all, err *e)
{
    struct p1_source sources[P1_SOURCES_MAX];
    size_t count;
    if (!p1_sources_parse(all->c.sources, all->memory, sources, P1_SOURCES_MAX, &count, e)) return false;
    for (size_t i = 0; i < count; i++) {
        all->readers[i].source = sources[i];
        all->readers[i].runner = RUNNER_NONE;
        all->count++;
        if (!start_one(all, &all->readers[i], i + 1, e)) return false;
    }
    return true;
}

static void add_metrics(struct metrics *m)
{
    metric *const all[] = {&stored, &damaged, &passed_over, &lost};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) metrics_add(m, all[i]);
}

struct p1_readers *p1_readers_start(const p1_readers_config *c, err *e)
{
    struct p1_readers *all = calloc(1, sizeof *all);
    if (!all || !(all->memory = arena_new(MEMORY))) {
        free(all);
        err_no_memory(e);
        return NULL;
    }
    all->c = *c;
    if (all->c.pause_max_ms == 0) all->c.pause_max_ms = PAUSE_MAX_MS;
    all->adapter = device_by_name(STR("p1_telegram"));
    if (c->metrics && c->sources.n) add_metrics(c->metrics);
    if (start_all(all, e)) return all;
    p1_readers_free(all);
    return NULL;
}

void p1_readers_stop(struct p1_readers *all)
{
    for (size_t i = 0; all && i < all->count; i++) runner_stop(&all->readers[i].runner);
}

void p1_readers_free(struct p1_readers *all)
{
    if (!all) return;
    for (size_t i = 0; i < all->count; i++) runner_close(&all->readers[i].runner);
    arena_free(all->memory);
    free(all);
}
