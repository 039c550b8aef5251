// SPDX-License-Identifier: EUPL-1.2
#include "rollup/inner.h"

#include "base/json.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STATE_KIND "rollup.state"
#define STATE_KEY "whole"
#define JOB_NAME "rollup"
#define WAIT_US 1000

// ---- the list of streams -------------------------------------------------------------------------------------------

static struct book_list *book_hold(struct rollups *r)
{
    lock_take(r->lock);
    struct book_list *const b = r->book;
    b->users++;
    lock_drop(r->lock);
    return b;
}

static void book_drop(struct rollups *r, struct book_list *b)
{
    if (!b) return;
    lock_take(r->lock);
    const bool is_last = --b->users == 0;
    lock_drop(r->lock);
    if (is_last) book_free(b);
}

static bool book_have(struct rollups *r, err *e);

bool rollup_streams_take(struct rollups *r, const struct rollup_streams **out, err *e)
{
    if (!book_have(r, e)) return false;
    *out = &book_hold(r)->list;
    return true;
}

void rollup_streams_give(struct rollups *r, const struct rollup_streams *s)
{
    book_drop(r, (struct book_list *)(uintptr_t)s);
}

// Streams that count in another way than before are looked at as a whole.
static void mark_differences(struct rollups *r, const struct rollup_streams *old,
                             const struct rollup_streams *fresh)
{
    for (size_t i = 0; i < fresh->count; i++) {
        const struct rollup_stream *before = book_find(old, fresh->all[i].id);
        if (!before || !book_same(before, &fresh->all[i]))
            marks_add(r->marks, fresh->all[i].id,
                      before && !book_same_unit(before, &fresh->all[i]) ? MARK_WHOLE : MARK_AGAIN);
    }
    for (size_t i = 0; i < old->count; i++)
        if (!book_find(fresh, old->all[i].id)) marks_add(r->marks, old->all[i].id, MARK_AGAIN);
}

static bool book_renew(struct rollups *r, bool marks_changes, err *e)
{
    struct snapshot *at;
    struct book_list *fresh;
    if (!snapshot_open(r->config.store, &at, e)) return false;
    const bool ok = book_load(at, &fresh, e);
    snapshot_close(at);
    if (!ok) return false;
    lock_take(r->lock);
    struct book_list *const old = r->book;
    r->book = fresh;
    lock_drop(r->lock);
    if (old && marks_changes) mark_differences(r, &old->list, &fresh->list);
    book_drop(r, old);
    return true;
}

// Read when it is first needed, for with 100,000 Datastreams it takes long. What changed before it was there is not known by it.
static bool book_have(struct rollups *r, err *e)
{
    lock_take(r->lock);
    const bool is_there = r->book != NULL;
    lock_drop(r->lock);
    if (is_there) return true;
    if (!book_renew(r, false, e)) return false;
    if (marks_have_entities(r->marks)) marks_everything(r->marks);
    return true;
}

// ---- working -------------------------------------------------------------------------------------------------------

static void work_end(struct rollups *r)
{
    work_close(&r->work);
    areas_give(r->config.areas, r->work.atlas);
    book_drop(r, r->work_book);
    r->work.atlas = NULL;
    r->work_book = NULL;
    r->has_work = false;
}

static bool work_begin(struct rollups *r, err *e)
{
    struct marks_taken taken = {0};
    const struct atlas *atlas = areas_take(r->config.areas);
    const bool is_new_atlas = atlas_version(atlas) != r->atlas_version && r->atlas_version != 0;
    r->work = (struct work){
        .store = r->config.store, .areas = r->config.areas, .zone = r->config.zone, .atlas = atlas};
    r->has_work = true;
    bool ok = book_have(r, e) && (marks_take(r->marks, &taken) || err_no_memory(e));
    const bool everything = taken.everything;
    if (ok && taken.entities_changed) {
        struct marks_taken more = {0};
        ok = book_renew(r, true, e) && (marks_take(r->marks, &more) || err_no_memory(e));
        struct mark *all = ok ? realloc(taken.all, (taken.count + more.count + 1) * sizeof *all) : NULL;
        if (ok && all) {
            for (size_t i = 0; i < more.count; i++) all[taken.count + i] = more.all[i];
            taken.all = all;
            taken.count += more.count;
            marks_sort(&taken);
        } else if (ok) {
            ok = err_no_memory(e);
        }
        free(more.all);
    }
    if (ok) {
        r->work_book = book_hold(r);
        r->work.streams = &r->work_book->list;
    }
    ok = ok && work_open(&r->work, &taken, everything, is_new_atlas, e);
    free(taken.all);
    if (ok) r->atlas_version = atlas_version(atlas);
    return ok;
}

static bool has_something(struct rollups *r)
{
    const struct atlas *atlas = areas_take(r->config.areas);
    const bool is_new = atlas_version(atlas) != r->atlas_version;
    areas_give(r->config.areas, atlas);
    return is_new || !marks_are_none(r->marks);
}

// One part; *more: there is another. What went wrong is done again as a whole, for marks were taken.
static bool step(struct rollups *r, bool *more, err *e)
{
    *more = false;
    if (!r->has_work && !has_something(r)) {
        r->is_idle = true;
        return true;
    }
    r->is_idle = false;
    if (!(r->has_work || work_begin(r, e)) || !work_part(&r->work, e)) {
        marks_everything(r->marks);
        work_end(r);
        return false;
    }
    if (r->work.phase == WORK_DONE) work_end(r);
    *more = r->has_work || has_something(r);
    r->is_idle = !*more;
    return true;
}

static bool get_busy(struct rollups *r)
{
    bool expected = false;
    return atomic_compare_exchange_strong(&r->is_busy, &expected, true);
}

static job_result run(void *context, instant now, err *e)
{
    struct rollups *r = context;
    (void)now;
    bool more = true, ok = true;
    if (!get_busy(r)) return JOB_DONE;
    const int64_t until = time_monotonic_us() + SCHEDULE_BUDGET_US;
    ok = book_have(r, e);
    // What came meanwhile waits for the next time: else a busy town would never be done.
    for (bool again = ok; again; again = ok && r->has_work && time_monotonic_us() < until)
        ok = step(r, &more, e);
    const bool goes_on = ok && r->has_work;
    r->is_busy = false;
    return !ok ? JOB_FAILED : goes_on ? JOB_MORE : JOB_DONE;
}

bool rollups_catch_up(struct rollups *r, err *e)
{
    bool more = true, ok = true;
    while (!get_busy(r)) usleep(WAIT_US);
    while (ok && more) ok = step(r, &more, e);
    r->is_busy = false;
    return ok;
}

// A run that was under way first, for it took its marks earlier.
bool rollups_work_off(struct rollups *r, err *e)
{
    bool more, ok = true;
    while (!get_busy(r)) usleep(WAIT_US);
    for (int run = 0; ok && run < 2; run++) {
        do ok = step(r, &more, e);
        while (ok && r->has_work);
    }
    r->is_busy = false;
    return ok;
}

bool rollups_is_whole(struct rollups *r)
{
    // In this order: a run stops being idle before it takes the marks, so that marks which are gone are seen as work.
    return marks_are_none(r->marks) && r->is_idle;
}

// ---- from one run to the next --------------------------------------------------------------------------------------

// After a stop in good order the store says with which commit the sums were whole; any other commit since, and they are
// looked over.
static bool state_reads(struct snapshot *at, arena *a, bool *out, err *e)
{
    str text;
    json *j;
    double commit;
    *out = false;
    if (!store_document_get(at, STR(STATE_KIND), STR(STATE_KEY), a, &text, e)) return e->code == ERR_ABSENT;
    *out = json_parse(text, a, &j, NULL) && json_number(j, STR("commit"), &commit) &&
           (uint64_t)commit == snapshot_commit(at);
    return true;
}

static bool is_whole_since(struct rollups *r, bool *out, err *e)
{
    struct snapshot *at;
    arena *a = arena_new(4096);
    bool ok = a || err_no_memory(e);
    ok = ok && snapshot_open(r->config.store, &at, e);
    if (ok) {
        ok = state_reads(at, a, out, e);
        snapshot_close(at);
    }
    arena_free(a);
    return ok;
}

static bool put_state(struct store_tx *tx, void *context, err *e)
{
    const uint64_t *commit = context;
    char text[64];
    const int n = snprintf(text, sizeof text, "{\"commit\":%llu}", (unsigned long long)*commit);
    return store_document_put(tx, STR(STATE_KIND), STR(STATE_KEY), (str){text, (size_t)n}, e);
}

static bool note_whole(struct rollups *r, err *e)
{
    struct snapshot *at;
    if (!snapshot_open(r->config.store, &at, e)) return false;
    uint64_t commit = snapshot_commit(at) + 1;  // the one that this is written with
    snapshot_close(at);
    return store_run(r->config.store, put_state, &commit, e);
}

static void hear(uint64_t commit, const struct change *changes, size_t count, void *context)
{
    struct rollups *r = context;
    (void)commit;
    marks_hear(r->marks, changes, count);
}

bool rollups_open(const rollup_config *c, struct rollups **out, err *e)
{
    struct rollups *r = calloc(1, sizeof *r);
    bool is_whole;
    if (!r) return err_no_memory(e);
    r->config = *c;
    r->marks = marks_new(c->zone);
    r->lock = lock_new();
    bool ok = (r->marks && r->lock) || err_no_memory(e);
    ok = ok && is_whole_since(r, &is_whole, e) && work_bring_older(c->store, e);
    if (!ok) {
        rollups_close(r);
        return false;
    }
    if (!is_whole) marks_everything(r->marks);
    r->is_idle = is_whole;
    const struct atlas *atlas = areas_take(c->areas);
    r->atlas_version = atlas_version(atlas);
    areas_give(c->areas, atlas);
    store_listen(c->store, hear, r);
    *out = r;
    return true;
}

bool rollups_schedule(struct rollups *r, struct schedule *s, err *e)
{
    const struct job j = {
        .name = JOB_NAME, .every_us = r->config.interval_s * TIME_SECOND, .run = run, .context = r};
    return schedule_add(s, &j, e);
}

void rollups_stop(struct rollups *r)
{
    err e = {0};
    char text[256];
    if (!r || (rollups_catch_up(r, &e) && note_whole(r, &e))) return;
    log_warning("sums will be looked over at the next start", "why=%s", log_quote(text, str_of(e.text)));
}

void rollups_close(struct rollups *r)
{
    if (!r) return;
    if (r->has_work) work_end(r);
    book_drop(r, r->book);
    marks_free(r->marks);
    lock_free(r->lock);
    free(r);
}
