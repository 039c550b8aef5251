// SPDX-License-Identifier: EUPL-1.2
// The index of all areas in an hour that is over.
#include "index/now.h"

#include "base/queue.h"

#include <math.h>

#define READ_BYTES_MAX ((size_t)64 << 20)
#define READ_HOURS 6  // the hour and those before it, which tell how often a stream reports

static struct now_table **place_of(struct now_hours *h, instant hour)
{
    return &h->tables[(hour / TIME_HOUR) % KEPT_HOURS];
}

static void forget(struct indices *x, struct now_table **place)
{
    struct now_table *t = *place;
    if (!t) return;
    *place = NULL;
    x->hours.bytes -= arena_used(t->a);
    if (--t->users == 0) now_table_free(t);
}

// ---- What came late ------------------------------------------------------------------------------------------------

static void forget_from(struct indices *x, instant oldest)
{
    x->hours.changes++;
    for (size_t k = 0; k < KEPT_HOURS; k++)
        if (x->hours.tables[k] && x->hours.tables[k]->shown.at > oldest) forget(x, &x->hours.tables[k]);
}

// The oldest time that something is changed at; TIME_NONE: nothing but readings of this hour.
static instant oldest_of(const struct change *changes, size_t count, instant hour)
{
    instant oldest = TIME_NONE;
    for (size_t k = 0; k < count; k++) {
        const struct change *c = &changes[k];
        if (c->set == SET_FEATURE_OF_INTEREST) continue;
        const instant at = c->set != SET_OBSERVATION || c->oldest == TIME_NONE ? TIME_MIN : c->oldest;
        if (at < hour && (oldest == TIME_NONE || at < oldest)) oldest = at;
    }
    return oldest;
}

void now_hours_hear(struct indices *x, const struct change *changes, size_t count)
{
    const instant now = time_now();
    const instant oldest = oldest_of(changes, count, now - now % TIME_HOUR);
    if (oldest == TIME_NONE) return;
    lock_take(x->lock);
    forget_from(x, oldest);
    lock_drop(x->lock);
}

void now_hours_drop(struct indices *x)
{
    for (size_t k = 0; k < KEPT_HOURS; k++) forget(x, &x->hours.tables[k]);
}

// ---- Making and keeping --------------------------------------------------------------------------------------------

static bool read_hour(struct snapshot *at, struct now_book *b, instant hour, err *e)
{
    arena *a = arena_new(READ_BYTES_MAX);
    bool ok = a || err_no_memory(e);
    for (size_t k = 0; ok && k < b->stream_count; k++) {
        struct hours h;
        arena_reset(a);
        ok = source_hours(at, b->streams[k].stream, hour - READ_HOURS * TIME_HOUR, READ_HOURS, a, &h, e);
        if (ok) b->streams[k].hour = h.mean[READ_HOURS - 1];
    }
    arena_free(a);
    return ok;
}

static struct now_table *make(struct indices *x, instant hour, err *e)
{
    struct snapshot *at;
    struct now_book book = {0};
    struct now_table *t = NULL;
    bool is_new;
    if (!snapshot_open(x->config.store, &at, e)) return NULL;
    if (now_book_look(x, &book, hour - 1, &is_new, e) && read_hour(at, &book, hour, e))
        t = now_table_make(&book, hour, (uint64_t)hour, false, e);
    now_book_drop(x, &book);
    snapshot_close(at);
    return t;
}

static void keep(struct indices *x, struct now_table *t, uint64_t changes)
{
    struct now_table **place = place_of(&x->hours, t->shown.at);
    const size_t bytes = arena_used(t->a);
    if (changes != x->hours.changes) return;
    forget(x, place);
    if (x->hours.bytes + bytes > KEPT_HOURS_BYTES_MAX) return;
    t->users++;
    x->hours.bytes += bytes;
    *place = t;
}

static bool streams_now(struct indices *x, uint64_t *out, err *e)
{
    const struct rollup_streams *list;
    if (!rollup_streams_take(x->config.rollups, &list, e)) return false;
    *out = list->commit;
    rollup_streams_give(x->config.rollups, list);
    return true;
}

static uint64_t areas_now(struct indices *x)
{
    const struct atlas *t = areas_take(x->config.areas);
    const uint64_t version = atlas_version(t);
    areas_give(x->config.areas, t);
    return version;
}

bool indices_take_hour(struct indices *x, instant hour, const struct index_table **out, err *e)
{
    const uint64_t areas = areas_now(x);
    uint64_t streams;
    if (!streams_now(x, &streams, e)) return false;
    lock_take(x->lock);
    struct now_table *t = *place_of(&x->hours, hour);
    const uint64_t changes = x->hours.changes;
    if (t && (t->shown.at != hour || t->areas != areas || t->streams != streams)) t = NULL;
    if (t) t->users++;
    lock_drop(x->lock);
    if (!t) {
        if (!(t = make(x, hour, e))) return false;
        lock_take(x->lock);
        keep(x, t, changes);
        lock_drop(x->lock);
    }
    *out = &t->shown;
    return true;
}
