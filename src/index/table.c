// SPDX-License-Identifier: EUPL-1.2
// From the means of an hour to the index of each area and Thing.
#include "index/now.h"

#include <math.h>
#include <stdlib.h>

#define TABLE_BYTES_MAX ((size_t)512 << 20)

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
        has_reference = has_reference || t->stream->is_reference;
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
        if (!s->stream->is_reference) *is_indication = true;
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

static size_t count_areas(const struct now_book *b)
{
    size_t n = 0;
    for (size_t k = 0; k < b->member_count; k++)
        if (k == 0 || !str_eq(b->members[k].area->code, b->members[k - 1].area->code)) n++;
    return n;
}

static bool add_areas(const struct now_book *b, struct now_table *t, double *room, err *e)
{
    struct index_area_now *areas = ARENA_ARRAY(t->a, count_areas(b) + 1, struct index_area_now);
    size_t n = 0;
    if (!areas) return err_no_memory(e);
    for (size_t from = 0, to; from < b->member_count; from = to) {
        const struct area *area = b->members[from].area;
        for (to = from + 1; to < b->member_count && str_eq(b->members[to].area->code, area->code);) to++;
        areas[n].level = area->level;
        if (!arena_copy(t->a, area->code, &areas[n].code)) return err_no_memory(e);
        index_of_members(b->members + from, to - from, true, t->shown.at, room, &areas[n++].now);
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

static bool add_things(const struct now_book *b, struct now_table *t, double *room, err *e)
{
    struct now_member *all = ARENA_ARRAY(t->a, b->stream_count + 1, struct now_member);
    struct index_thing_now *things = ARENA_ARRAY(t->a, b->stream_count + 1, struct index_thing_now);
    size_t n = 0;
    if (!all || !things) return err_no_memory(e);
    for (size_t k = 0; k < b->stream_count; k++) all[k].stream = &b->streams[k];
    qsort(all, b->stream_count, sizeof *all, cmp_thing);
    for (size_t from = 0, to; from < b->stream_count; from = to) {
        things[n].thing = all[from].stream->stream->thing;
        for (to = from + 1; to < b->stream_count && all[to].stream->stream->thing == things[n].thing;) to++;
        index_of_members(all + from, to - from, false, t->shown.at, room, &things[n++].now);
    }
    t->shown.things = things;
    t->shown.thing_count = n;
    return true;
}

void now_table_free(struct now_table *t)
{
    if (!t) return;
    arena_free(t->a);
    free(t);
}

struct now_table *now_table_make(const struct now_book *b, instant hour, uint64_t generation,
                                 bool with_things, err *e)
{
    struct now_table *t = calloc(1, sizeof *t);
    double *room = calloc(b->stream_count + 1, sizeof *room);
    if (t) t->a = arena_new(TABLE_BYTES_MAX);
    bool ok = (t && t->a && room) || err_no_memory(e);
    if (ok) {
        t->users = 1;
        t->shown.at = hour;
        t->areas = atlas_version(b->atlas);
        t->streams = b->list->commit;
        t->shown.generation = generation;
        ok = add_areas(b, t, room, e) && (!with_things || add_things(b, t, room, e));
    }
    free(room);
    if (ok) return t;
    now_table_free(t);
    return NULL;
}
