// SPDX-License-Identifier: EUPL-1.2
#include "index/now.h"

#include "base/queue.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BOOK_BYTES_MAX ((size_t)1 << 30)
#define TABLE_BYTES_MAX ((size_t)512 << 20)
#define READ_BYTES_MAX ((size_t)64 << 20)
#define ANCESTORS_MAX 24  // of a place, and the areas beside the line

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
    for (size_t k = 0; k < count; k++) {
        const instant oldest = changes[k].oldest;
        if (changes[k].set != SET_OBSERVATION) continue;
        // Of one that is deleted it is not known when it was: all that is in use is read again.
        heard_note(x->heard, OBSERVATION_STREAM(changes[k].id), oldest != TIME_NONE ? oldest : TIME_MIN);
    }
}

// ---- The book of streams and where they lie -----------------------------------------------------------------------

static bool list_streams(struct indices *x, struct snapshot *at, err *e)
{
    arena *scratch = arena_new(READ_BYTES_MAX);
    x->streams = ARENA_ARRAY(x->book, x->list->count + 1, struct now_stream);
    x->stream_count = 0;
    bool ok = (x->streams && scratch) || err_no_memory(e);
    for (size_t k = 0; ok && k < x->list->count; k++) {
        struct now_stream *s = &x->streams[x->stream_count];
        *s = (struct now_stream){.stream = &x->list->all[k], .hour = NAN, .day = NAN};
        if (!source_substance(s->stream, &s->substance)) continue;
        arena_reset(scratch);
        ok = source_is_reference(at, s->stream->thing, scratch, &s->is_reference, e);
        x->stream_count++;
    }
    arena_free(scratch);
    return ok;
}

static size_t areas_of(const struct atlas *t, struct area_place p, int year,
                       const struct area *out[static ANCESTORS_MAX])
{
    const struct area_spot spot = atlas_spot(t, p, year);
    const struct area *beside[] = {spot.street, spot.town, spot.region};
    size_t n = 0;
    for (const struct area *a = spot.leaf; a && n < ANCESTORS_MAX - 3; a = atlas_parent(t, a, year))
        out[n++] = a;
    for (size_t k = 0; k < 3; k++)
        if (beside[k]) out[n++] = beside[k];
    return n;
}

static int cmp_member(const void *a, const void *b)
{
    const struct now_member *x = a, *y = b;
    const int codes = str_cmp(x->area->code, y->area->code);
    if (codes != 0) return codes;
    const entity_id s = x->stream->stream->thing, t = y->stream->stream->thing;
    return (s > t) - (s < t);
}

static bool list_members(struct indices *x, instant now, err *e)
{
    const int year = areas_year_of(x->config.areas, now);
    const struct area *areas[ANCESTORS_MAX];
    x->members = ARENA_ARRAY(x->book, x->stream_count * ANCESTORS_MAX + 1, struct now_member);
    x->member_count = 0;
    if (!x->members) return err_no_memory(e);
    for (size_t k = 0; k < x->stream_count; k++) {
        const struct thing_place *p = thing_place_at(&x->streams[k].stream->places, now);
        const size_t n = p ? areas_of(x->atlas, p->place, year, areas) : 0;
        for (size_t i = 0; i < n; i++)
            x->members[x->member_count++] = (struct now_member){areas[i], &x->streams[k]};
    }
    qsort(x->members, x->member_count, sizeof *x->members, cmp_member);
    return true;
}

static void let_go(struct indices *x)
{
    if (x->list) rollup_streams_give(x->config.rollups, x->list);
    if (x->atlas) areas_give(x->config.areas, x->atlas);
    arena_free(x->book);
    x->list = NULL;
    x->atlas = NULL;
    x->book = NULL;
    x->stream_count = x->member_count = 0;
}

// Reads streams and areas anew when either changed. *is_new: all hours have to be read.
static bool look_at_book(struct indices *x, struct snapshot *at, instant now, bool *is_new, err *e)
{
    const struct rollup_streams *list;
    if (!rollup_streams_take(x->config.rollups, &list, e)) return false;
    const struct atlas *atlas = areas_take(x->config.areas);
    *is_new = list != x->list || !x->atlas || atlas_version(atlas) != atlas_version(x->atlas);
    if (!*is_new) {
        rollup_streams_give(x->config.rollups, list);
        areas_give(x->config.areas, atlas);
        return true;
    }
    let_go(x);
    x->list = list;
    x->atlas = atlas;
    x->book = arena_new(BOOK_BYTES_MAX);
    if (x->book ? list_streams(x, at, e) && list_members(x, now, e) : err_no_memory(e)) return true;
    let_go(x);
    return false;
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
    for (size_t k = 0; ok && k < x->stream_count; k++) {
        struct now_stream *s = &x->streams[k];
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

// ---- The table ---------------------------------------------------------------------------------------------------

// Some streams, in order of Thing, as one index. `room` holds as many values as there are streams.
static double gather_one(const struct now_member *m, size_t n, substance s, bool of_day, bool is_area,
                         double *room, size_t *used)
{
    bool has_reference = false;
    size_t count = 0;
    for (size_t k = 0; k < n; k++) {
        const struct now_stream *t = m[k].stream;
        const double v = of_day ? t->day : t->hour;
        if (t->substance != s || isnan(v)) continue;
        room[count++] = v;
        has_reference = has_reference || t->is_reference;
    }
    *used = count;
    return source_combine(room, count, has_reference || !is_area);
}

static size_t fresh_things(const struct now_member *m, size_t n, bool *is_indication)
{
    entity_id last = 0;
    size_t count = 0;
    for (size_t k = 0; k < n; k++) {
        const struct now_stream *s = m[k].stream;
        if (isnan(s->hour)) continue;
        if (!s->is_reference) *is_indication = true;
        if (s->stream->thing != last) count++;
        last = s->stream->thing;
    }
    return count;
}

static void index_of_members(const struct now_member *m, size_t n, bool is_area, instant at, double *room,
                             struct index_now *out)
{
    static const index_scale_id scales[INDEX_NOW_SCALES] = {INDEX_LKI, INDEX_EAQI};
    struct index_now i = {.meters = 0};
    i.meters = fresh_things(m, n, &i.is_indication);
    const bool is_enough = !is_area || i.meters >= AREA_METERS_LEAST;
    size_t ignored;
    for (int s = 0; s < SUBSTANCE_COUNT; s++) {
        i.hour[s] = gather_one(m, n, (substance)s, false, is_area, room, &i.streams[s]);
        i.day[s] = gather_one(m, n, (substance)s, true, is_area, room, &ignored);
        if (!is_enough) i.hour[s] = i.day[s] = NAN;
    }
    for (size_t k = 0; k < INDEX_NOW_SCALES; k++)
        index_of_means(index_scale_of(scales[k]), i.hour, i.day, at, &i.value[k]);
    const bool is_there = i.value[0].class > 0 || i.value[1].class > 0;
    i.state = is_there        ? INDEX_THERE
              : i.meters == 0 ? INDEX_NO_DATA
              : is_enough     ? INDEX_NO_DATA
                              : INDEX_FEW_METERS;
    *out = i;
}

static bool add_areas(const struct indices *x, struct now_table *t, double *room, err *e)
{
    struct index_area_now *areas = ARENA_ARRAY(t->a, x->member_count + 1, struct index_area_now);
    size_t n = 0;
    if (!areas) return err_no_memory(e);
    for (size_t from = 0, to; from < x->member_count; from = to) {
        const struct area *area = x->members[from].area;
        for (to = from + 1; to < x->member_count && str_eq(x->members[to].area->code, area->code);) to++;
        areas[n].level = area->level;
        if (!arena_copy(t->a, area->code, &areas[n].code)) return err_no_memory(e);
        index_of_members(x->members + from, to - from, true, x->hour, room, &areas[n++].now);
    }
    t->shown.areas = areas;
    t->shown.area_count = n;
    return true;
}

static int cmp_thing(const void *a, const void *b)
{
    const entity_id x = ((const struct now_member *)a)->stream->stream->thing,
                    y = ((const struct now_member *)b)->stream->stream->thing;
    return (x > y) - (x < y);
}

static bool add_things(const struct indices *x, struct now_table *t, double *room, err *e)
{
    struct now_member *all = ARENA_ARRAY(t->a, x->stream_count + 1, struct now_member);
    struct index_thing_now *things = ARENA_ARRAY(t->a, x->stream_count + 1, struct index_thing_now);
    size_t n = 0;
    if (!all || !things) return err_no_memory(e);
    for (size_t k = 0; k < x->stream_count; k++) all[k].stream = &x->streams[k];
    qsort(all, x->stream_count, sizeof *all, cmp_thing);
    for (size_t from = 0, to; from < x->stream_count; from = to) {
        things[n].thing = all[from].stream->stream->thing;
        for (to = from + 1; to < x->stream_count && all[to].stream->stream->thing == things[n].thing;) to++;
        index_of_members(all + from, to - from, false, x->hour, room, &things[n++].now);
    }
    t->shown.things = things;
    t->shown.thing_count = n;
    return true;
}

static void table_free(struct now_table *t)
{
    if (!t) return;
    arena_free(t->a);
    free(t);
}

static struct now_table *make_table(struct indices *x, err *e)
{
    struct now_table *t = calloc(1, sizeof *t);
    double *room = calloc(x->stream_count + 1, sizeof *room);
    if (t) t->a = arena_new(TABLE_BYTES_MAX);
    bool ok = (t && t->a && room) || err_no_memory(e);
    if (ok) {
        t->users = 1;
        t->shown.at = x->hour;
        t->shown.generation = ++x->generation;
        ok = add_areas(x, t, room, e) && add_things(x, t, room, e);
    }
    free(room);
    if (ok) return t;
    table_free(t);
    return NULL;
}

static void drop(struct indices *x, struct now_table *t)
{
    if (!t) return;
    lock_take(x->lock);
    const bool is_last = --t->users == 0;
    lock_drop(x->lock);
    if (is_last) table_free(t);
}

static void swap(struct indices *x, struct now_table *t)
{
    lock_take(x->lock);
    struct now_table *old = x->current;
    x->current = t;
    lock_drop(x->lock);
    drop(x, old);
}

bool indices_refresh(struct indices *x, instant now, err *e)
{
    struct snapshot *at;
    bool is_new;
    size_t read = 0;
    const instant hour = now - now % TIME_HOUR;
    if (!snapshot_open(x->config.store, &at, e)) return false;
    bool ok = look_at_book(x, at, now, &is_new, e);
    const bool all = ok && (is_new || hour != x->hour);
    if (ok) {
        x->hour = hour;
        ok = read_hours(x, at, all, &read, e);
    }
    snapshot_close(at);
    if (!ok) x->hour = TIME_NONE;  // everything is read again
    if (ok && !all && read == 0 && x->current) return true;
    struct now_table *t = ok ? make_table(x, e) : NULL;
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
    drop(x, (struct now_table *)(uintptr_t)t);  // `shown` is its first member
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
    let_go(x);
    table_free(x->current);
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
