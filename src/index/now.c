// SPDX-License-Identifier: EUPL-1.2
#include "index/now.h"

#include "base/queue.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define READ_BYTES_MAX ((size_t)64 << 20)

static const str states[] = {[INDEX_THERE] = {"", 0},
                             [INDEX_FEW_METERS] = {"few-meters", 10},
                             [INDEX_NO_DATA] = {"not-enough-data", 15}};

str index_state_name(index_state s)
{
    return states[s];
}

// ---- Who has something new ---------------------------------------------------------------------------------------

void indices_hear(struct indices *x, const struct change *changes, size_t count)
{
    now_hours_hear(x, changes, count);
    for (size_t k = 0; k < count; k++) {
        const instant oldest = changes[k].oldest;
        if (changes[k].set != SET_OBSERVATION) continue;
        // Of one that is deleted it is not known when it was: all that is in use is read again.
        heard_note(x->heard, OBSERVATION_STREAM(changes[k].id), oldest != TIME_NONE ? oldest : TIME_MIN);
    }
}

// ---- Hours -------------------------------------------------------------------------------------------------------

// What reports hourly may be an hour late and is still fresh (less than two reporting periods).
static void use_hours(struct now_stream *s, const struct hours *h)
{
    const size_t last = NOW_HOURS - 1;
    const bool is_late = isnan(h->mean[last]) && h->captured[last] <= 0 && h->captured[last - 1] >= 1;
    s->hour = is_late ? h->mean[last - 1] : h->mean[last];
    s->day = hours_running_mean(h, is_late ? last - 1 : last, 24);
}

// What came in after the hour is for the next one, when all are read again.
static bool is_touched(struct indices *x, entity_id stream)
{
    const instant since = heard_take(x->heard, stream);
    return since != TIME_NONE && since < x->hour;
}

static bool read_hours(struct indices *x, struct snapshot *at, bool all, size_t *read, err *e)
{
    arena *a = arena_new(READ_BYTES_MAX);
    bool ok = a || err_no_memory(e);
    for (size_t k = 0; ok && k < x->book.stream_count; k++) {
        struct now_stream *s = &x->book.streams[k];
        struct hours h;
        if (!is_touched(x, s->stream->id) && !all) continue;
        arena_reset(a);
        ok = source_hours(at, s->stream, x->hour - NOW_HOURS * TIME_HOUR, NOW_HOURS, a, &h, e);
        if (ok) use_hours(s, &h);
        ++*read;
    }
    arena_free(a);
    return ok;
}

// ---- The table ------------------------------------------------------------------------------------------------

void now_table_drop(struct indices *x, struct now_table *t)
{
    if (!t) return;
    lock_take(x->lock);
    const bool is_last = --t->users == 0;
    lock_drop(x->lock);
    if (is_last) now_table_free(t);
}

static void swap(struct indices *x, struct now_table *t)
{
    lock_take(x->lock);
    struct now_table *old = x->current;
    x->current = t;
    lock_drop(x->lock);
    now_table_drop(x, old);
}

bool indices_refresh(struct indices *x, instant now, err *e)
{
    struct snapshot *at;
    bool is_new;
    size_t read = 0;
    const instant hour = now - now % TIME_HOUR;
    if (!snapshot_open(x->config.store, &at, e)) return false;
    bool ok = now_book_look(x, &x->book, now, &is_new, e);
    const bool all = ok && (is_new || hour != x->hour);
    if (ok) {
        x->hour = hour;
        ok = read_hours(x, at, all, &read, e);
    }
    snapshot_close(at);
    if (!ok) x->hour = TIME_NONE;  // everything is read again
    if (ok && !all && read == 0 && x->current) return true;
    struct now_table *t = ok ? now_table_make(&x->book, x->hour, ++x->generation, true, e) : NULL;
    if (t) swap(x, t);
    return t != NULL;
}

bool indices_take(struct indices *x, const struct index_table **out, err *e)
{
    lock_take(x->lock);
    struct now_table *t = x->current;
    if (t) t->users++;
    lock_drop(x->lock);
    if (!t) return err_set(e, ERR_BUSY, ERR_NOWHERE, "indices are being made; ask again in a moment");
    *out = &t->shown;
    return true;
}

void indices_give(struct indices *x, const struct index_table *t)
{
    if (!t) return;
    now_table_drop(x, (struct now_table *)(uintptr_t)t);  // `shown` is its first member
}

const struct index_area_now *index_area_find(const struct index_table *t, str code)
{
    size_t low = 0, high = t->area_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = str_cmp(t->areas[middle].code, code);
        if (order == 0) return &t->areas[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct index_thing_now *index_thing_find(const struct index_table *t, entity_id thing)
{
    size_t low = 0, high = t->thing_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (t->things[middle].thing == thing) return &t->things[middle];
        if (t->things[middle].thing < thing)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

// ---- Life --------------------------------------------------------------------------------------------------------

bool indices_open(const indices_config *c, struct indices **out, err *e)
{
    struct indices *x = calloc(1, sizeof *x);
    if (!x) return err_no_memory(e);
    x->config = *c;
    x->hour = TIME_NONE;
    x->generation = (uint64_t)time_now();
    x->lock = lock_new();
    x->heard = heard_new(STREAM_ID_MAX);
    if (!x->lock || !x->heard) {
        indices_close(x);
        return err_no_memory(e);
    }
    *out = x;
    return true;
}

void indices_close(struct indices *x)
{
    if (!x) return;
    now_book_drop(x, &x->book);
    now_hours_drop(x);
    now_table_free(x->current);
    lock_free(x->lock);
    heard_free(x->heard);
    free(x);
}

static job_result run(void *context, instant now, err *e)
{
    return indices_refresh(context, now, e) ? JOB_DONE : JOB_FAILED;
}

bool indices_schedule(struct indices *x, struct schedule *s, err *e)
{
    return schedule_add(
        s, &(struct job){.name = "indices", .every_us = 5 * TIME_SECOND, .run = run, .context = x}, e);
}
