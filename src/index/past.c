// SPDX-License-Identifier: EUPL-1.2
// Over time: hours of a subject, what norms say of a year, noise by date.
#include "index/now.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH_BYTES_MAX ((size_t)512 << 20)
#define CELLS_MAX ((size_t)20 << 20)  // streams times hours

// ---- Whose readings ----------------------------------------------------------------------------------------------

static bool streams_of_thing(const struct rollup_streams *list, entity_id thing, arena *a,
                             const struct rollup_stream ***out, size_t *count, err *e)
{
    const struct rollup_stream **found = ARENA_ARRAY(a, list->count + 1, const struct rollup_stream *);
    if (!found) return err_no_memory(e);
    *count = 0;
    for (size_t k = 0; k < list->count; k++)
        if (list->all[k].thing == thing) found[(*count)++] = &list->all[k];
    *out = found;
    return *count > 0 ||
           err_set(e, ERR_ABSENT, ERR_NOWHERE, "nothing that is public is measured by this Thing");
}

static bool streams_of_area(struct indices *x, const struct rollup_streams *list, str code, instant when,
                            arena *a, const struct rollup_stream ***out, size_t *count, err *e)
{
    const struct atlas *t = areas_take(x->config.areas);
    const int year = areas_year_of(x->config.areas, when);
    const struct area *area = atlas_find(t, code, year);
    const bool ok = area ? rollup_streams_in(list, t, area, year, when, NULL, a, out, count, e)
                         : err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no area '%.*s'", STR_ARG(code));
    areas_give(x->config.areas, t);
    return ok;
}

static bool streams_of(struct indices *x, const struct rollup_streams *list, struct index_subject s,
                       instant when, arena *a, const struct rollup_stream ***out, size_t *count, err *e)
{
    return s.area.n ? streams_of_area(x, list, s.area, when, a, out, count, e)
                    : streams_of_thing(list, s.thing, a, out, count, e);
}

// ---- Hours of a subject ------------------------------------------------------------------------------------------

// The streams of one substance and their hours, before they are one.
struct bundle {
    const struct rollup_stream **streams;
    struct hours *hours;
    size_t count;
};

static bool read_bundle(struct snapshot *at, const struct rollup_stream **all, size_t count, substance wanted,
                        instant from, size_t hours, arena *scratch, struct bundle *out, err *e)
{
    struct bundle b = {0};
    b.streams = ARENA_ARRAY(scratch, count + 1, const struct rollup_stream *);
    b.hours = ARENA_ARRAY(scratch, count + 1, struct hours);
    if (!b.streams || !b.hours) return err_no_memory(e);
    for (size_t k = 0; k < count; k++) {
        substance s;
        if (!source_substance(all[k], &s) || s != wanted) continue;
        if ((b.count + 1) * hours > CELLS_MAX)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE,
                           "too many meters for so long a time; ask for a smaller area or less time");
        b.streams[b.count] = all[k];
        if (!source_hours(at, all[k], from, hours, scratch, &b.hours[b.count], e)) return false;
        b.count++;
    }
    *out = b;
    return true;
}

static bool combine(const struct bundle *b, bool is_area, arena *scratch, struct hours *out, err *e)
{
    double *values = ARENA_ARRAY(scratch, b->count + 1, double);
    if (!values) return err_no_memory(e);
    for (size_t h = 0; h < out->count; h++) {
        size_t n = 0;
        bool has_reference = false;
        for (size_t k = 0; k < b->count; k++) {
            if (isnan(b->hours[k].mean[h])) continue;
            values[n++] = b->hours[k].mean[h];
            has_reference = has_reference || b->streams[k]->is_reference;
        }
        out->mean[h] = source_combine(values, n, has_reference || !is_area);
        out->captured[h] = isnan(out->mean[h]) ? 0 : (double)n / (double)b->count;
    }
    return true;
}

static bool add_sources(const struct bundle *b, substance s, arena *a, struct index_past *out, err *e)
{
    struct index_source *all = ARENA_ARRAY(a, out->source_count + b->count + 1, struct index_source);
    if (!all) return err_no_memory(e);
    if (out->source_count) memcpy(all, out->sources, out->source_count * sizeof *all);
    for (size_t k = 0; k < b->count; k++) {
        all[out->source_count++] = (struct index_source){b->streams[k]->id, b->streams[k]->thing, s,
                                                         b->streams[k]->is_reference};
        if (!b->streams[k]->is_reference) out->is_indication = true;
    }
    out->sources = all;
    return true;
}

static bool add_substance(struct snapshot *at, const struct rollup_stream **all, size_t count, substance s,
                          bool is_area, arena *scratch, arena *a, struct index_past *out, err *e)
{
    struct bundle b;
    if (!read_bundle(at, all, count, s, out->from, out->count, scratch, &b, e)) return false;
    if (b.count == 0) return true;
    if (!hours_new(out->from, out->count, a, &out->hours[s], e) ||
        !combine(&b, is_area, scratch, &out->hours[s], e) || !add_sources(&b, s, a, out, e))
        return false;
    out->given[s] = &out->hours[s];
    return true;
}

static bool fill_past(struct indices *x, struct snapshot *at, const struct rollup_streams *list,
                      struct index_subject s, unsigned substances, arena *scratch, arena *a,
                      struct index_past *out, err *e)
{
    const struct rollup_stream **all;
    size_t count;
    const instant end = out->from + (instant)out->count * TIME_HOUR;
    arena *own = arena_new(SCRATCH_BYTES_MAX);  // the list of streams outlives the reading of each substance
    bool ok = own ? streams_of(x, list, s, end - 1, own, &all, &count, e) : err_no_memory(e);
    for (int k = 0; ok && k < SUBSTANCE_COUNT; k++) {
        if (substances && !(substances & 1u << k)) continue;
        arena_reset(scratch);
        ok = add_substance(at, all, count, (substance)k, s.area.n > 0, scratch, a, out, e);
    }
    arena_free(own);
    return ok;
}

static bool read_past(struct indices *x, struct snapshot *at, struct index_subject s, instant from,
                      size_t hours, unsigned substances, arena *a, struct index_past *out, err *e)
{
    const struct rollup_streams *list;
    struct index_past *p = ARENA_NEW(a, struct index_past);
    arena *scratch = arena_new(SCRATCH_BYTES_MAX);
    bool ok = (p && scratch) || err_no_memory(e);
    if (ok && (ok = rollup_streams_take(x->config.rollups, &list, e))) {
        p->from = from - from % TIME_HOUR;
        p->count = hours;
        ok = fill_past(x, at, list, s, substances, scratch, a, p, e);
        rollup_streams_give(x->config.rollups, list);
    }
    arena_free(scratch);
    if (!ok) return false;
    *out = *p;
    for (int k = 0; k < SUBSTANCE_COUNT; k++)
        if (p->given[k]) out->given[k] = &p->hours[k];  // the copy's own would move with it
    return true;
}

bool index_past(struct indices *x, struct snapshot *at, struct index_subject s, instant from, size_t hours,
                unsigned substances, arena *a, struct index_past *out, err *e)
{
    if (hours == 0 || hours > INDEX_HOURS_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "between 1 hour and %zu days at once",
                       INDEX_HOURS_MAX / 24);
    return read_past(x, at, s, from, hours, substances, a, out, e);
}

// ---- A year against norms ----------------------------------------------------------------------------------------

static bool year_of(const struct tz *zone, int year, interval *out, err *e)
{
    bool skipped;
    if (year < 1990 || year > 2200 ||
        !tz_instant(zone, (civil){year, 1, 1, 0, 0, 0, 0}, TZ_EARLIER, &out->start, &skipped) ||
        !tz_instant(zone, (civil){year + 1, 1, 1, 0, 0, 0, 0}, TZ_EARLIER, &out->end, &skipped))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "a year is between 1990 and 2200");
    return true;
}

static bool judge_all(const struct index_past *p, limit_set set, size_t year_hours, const struct tz *zone,
                      arena *scratch, arena *a, struct index_limits *out, err *e)
{
    size_t n;
    const struct limit *all = limits_all(&n);
    out->all = ARENA_ARRAY(a, n + 1, struct limit_result);
    if (!out->all) return err_no_memory(e);
    for (size_t k = 0; k < n; k++) {
        if (all[k].set != set || !p->given[all[k].substance]) continue;
        if (!limit_judge(&all[k], p->given[all[k].substance], year_hours, zone, scratch,
                         &out->all[out->count], e))
            return false;
        out->count++;
    }
    return true;
}

// The ones before, of limits that are averaged over several years.
static bool judge_earlier(struct indices *x, struct snapshot *at, struct index_subject s, int year,
                          struct limit_result *r, arena *scratch, err *e)
{
    struct limit_result earlier[LIMIT_YEARS_MAX - 1];
    size_t count = 0;
    interval y;
    for (int back = 1; back < r->limit->years && year_of(x->config.zone, year - back, &y, NULL); back++) {
        struct index_past p;
        const size_t hours = (size_t)((y.end - y.start) / TIME_HOUR);
        const substance o = r->limit->substance;
        err why;
        arena_reset(scratch);
        if (!read_past(x, at, s, y.start, hours, 1u << o, scratch, &p, &why)) {
            if (why.code == ERR_ABSENT) continue;  // the area had another code then
            return err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
        }
        if (!p.given[o]) continue;
        if (!limit_judge(r->limit, p.given[o], hours, x->config.zone, scratch, &earlier[count++], e))
            return false;
    }
    limit_judge_years(r, earlier, count);
    return true;
}

static bool judge_over_years(struct indices *x, struct snapshot *at, struct index_subject s, int year,
                             struct index_limits *l, err *e)
{
    arena *scratch = arena_new(SCRATCH_BYTES_MAX);
    bool ok = scratch || err_no_memory(e);
    for (size_t k = 0; ok && k < l->count; k++)
        if (l->all[k].limit->years > 1) ok = judge_earlier(x, at, s, year, &l->all[k], scratch, e);
    arena_free(scratch);
    return ok;
}

static bool keep_sources(const struct index_past *p, arena *a, struct index_limits *out, err *e)
{
    out->sources = ARENA_ARRAY(a, p->source_count + 1, struct index_source);
    if (!out->sources) return err_no_memory(e);
    if (p->source_count) memcpy(out->sources, p->sources, p->source_count * sizeof *out->sources);
    out->source_count = p->source_count;
    out->is_indication = p->is_indication;
    return true;
}

bool index_limits(struct indices *x, struct snapshot *at, struct index_subject s, limit_set set, int year,
                  instant now, arena *a, struct index_limits *out, err *e)
{
    interval y;
    struct index_past p;
    struct index_limits l = {0};
    if (!year_of(x->config.zone, year, &y, e)) return false;
    const instant end = now < y.end ? now - now % TIME_HOUR : y.end;
    if (end <= y.start) return err_set(e, ERR_RANGE, ERR_NOWHERE, "the year %d has not begun", year);
    arena *scratch = arena_new(SCRATCH_BYTES_MAX);
    bool ok = scratch || err_no_memory(e);
    ok = ok && read_past(x, at, s, y.start, (size_t)((end - y.start) / TIME_HOUR), 0, scratch, &p, e) &&
         judge_all(&p, set, (size_t)((y.end - y.start) / TIME_HOUR), x->config.zone, scratch, a, &l, e) &&
         keep_sources(&p, a, &l, e);
    arena_free(scratch);
    ok = ok && judge_over_years(x, at, s, year, &l, e);
    if (ok) *out = l;
    return ok;
}

// ---- Noise -------------------------------------------------------------------------------------------------------

static const struct rollup_stream *noise_stream(const struct rollup_streams *list, entity_id thing)
{
    for (size_t k = 0; k < list->count; k++)
        if (list->all[k].thing == thing && str_eq(list->all[k].quantity->key, STR("noise_laeq")))
            return &list->all[k];
    return NULL;
}

static bool noise_of(const struct readings *r, interval when, const struct tz *zone, arena *a,
                     struct index_noise *out, err *e)
{
    const struct noise_levels l = {r->times, r->values, r->count};
    int64_t step;
    size_t wanted = 0;
    out->dates = ARENA_ARRAY(a, (size_t)((when.end - when.start) / (23 * TIME_HOUR)) + 2, struct noise_date);
    if (!out->dates) return err_no_memory(e);
    if (!hours_step(r->times, r->count, a, &step, e) || !noise_span(&l, when, step, a, &out->span, e))
        return false;
    instant day = tz_day_start(zone, when.start);
    if (day < when.start) day = tz_day_start(zone, day + 36 * TIME_HOUR);
    for (instant next; day < when.end; day = next, wanted++) {
        next = tz_day_start(zone, day + 36 * TIME_HOUR);
        if (next > when.end) break;
        noise_date(&l, day, zone, step, &out->dates[out->count++]);
    }
    noise_long_term(out->dates, out->count, wanted, &out->long_term);
    return true;
}

bool index_noise(struct indices *x, struct snapshot *at, entity_id thing, interval when, arena *a,
                 struct index_noise *out, err *e)
{
    const struct rollup_streams *list;
    struct readings r = {0};
    struct index_noise n = {0};
    if (when.end - when.start > 366 * TIME_DAY || when.end <= when.start)
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "a time of at most 366 days, with its start before its end");
    if (!rollup_streams_take(x->config.rollups, &list, e)) return false;
    const struct rollup_stream *s = noise_stream(list, thing);
    arena *scratch = arena_new(SCRATCH_BYTES_MAX);
    bool ok = scratch || err_no_memory(e);
    if (ok && !s) ok = err_set(e, ERR_ABSENT, ERR_NOWHERE, "this Thing measures no noise that is public");
    ok = ok && readings_read(at, s, when, &r, e) && noise_of(&r, when, x->config.zone, scratch, &n, e);
    if (ok) {
        n.stream = s->id;
        struct noise_date *kept = ARENA_ARRAY(a, n.count + 1, struct noise_date);
        ok = kept || err_no_memory(e);
        if (ok && n.count) memcpy(kept, n.dates, n.count * sizeof *kept);
        n.dates = kept;
    }
    rollup_streams_give(x->config.rollups, list);
    readings_free(&r);
    arena_free(scratch);
    if (ok) *out = n;
    return ok;
}
