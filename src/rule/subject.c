// SPDX-License-Identifier: EUPL-1.2
// What a rule is about, and the values that it looks at.
#include "rule/inside.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUBJECTS_AT_ONCE 20000
#define HOUR_CHUNK ((int64_t)INDEX_HOURS_MAX)

int64_t rule_margin(const struct rule *rule)
{
    const struct condition *c = &rule->condition;
    return c->within_us + c->lasting_us + TIME_HOUR;
}

// ---- Which -------------------------------------------------------------------------------------------------------

struct listing {
    struct subject *all;
    size_t count, capacity;
};

static bool add(struct listing *l, subject_kind kind, str area, entity_id thing,
                const struct rollup_stream *stream, err *e)
{
    if (l->count == l->capacity)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a rule on more than %d subjects", SUBJECTS_AT_ONCE);
    struct subject *s = &l->all[l->count++];
    *s = (struct subject){.kind = kind, .area = area, .thing = thing, .stream = stream};
    if (kind == SUBJECT_AREA)
        snprintf(s->key, sizeof s->key, "%.*s", STR_ARG(area));
    else
        snprintf(s->key, sizeof s->key, kind == SUBJECT_THING ? "t%lld" : "s%lld",
                 (long long)(kind == SUBJECT_THING ? thing : stream->id));
    return true;
}

// Areas of a level: those with a meter below them, for the others have nothing to say.
static bool add_level(struct rules *r, const struct rule *rule, arena *a, struct listing *l, err *e)
{
    const struct index_table *t;
    err why;
    if (!indices_take(r->config.indices, &t, &why)) return true;  // just started: in a moment
    bool ok = true;
    for (size_t k = 0; ok && k < t->area_count; k++) {
        str code;
        if (t->areas[k].level != rule->level) continue;
        ok = (arena_copy(a, t->areas[k].code, &code) || err_no_memory(e)) &&
             add(l, SUBJECT_AREA, code, 0, NULL, e);
    }
    indices_give(r->config.indices, t);
    return ok;
}

static bool is_wanted(const struct rule *rule, entity_id thing)
{
    if (rule->on == ON_METERS) return true;
    for (size_t k = 0; k < rule->subject_count; k++)
        if (rule->things[k] == thing) return true;
    return false;
}

static bool has_thing(const struct listing *l, entity_id thing)
{
    for (size_t k = l->count; k > 0; k--)
        if (l->all[k - 1].thing == thing) return true;
    return false;
}

static bool add_meters(const struct rule *rule, const struct rollup_streams *list, struct listing *l, err *e)
{
    for (size_t k = 0; k < list->count; k++) {
        const struct rollup_stream *s = &list->all[k];
        substance ignored;
        if (!is_wanted(rule, s->thing)) continue;
        if (rule->scale) {
            if (!substance_by_key(s->quantity->key, &ignored) || has_thing(l, s->thing)) continue;
            if (!add(l, SUBJECT_THING, (str){0}, s->thing, NULL, e)) return false;
        } else if (s->quantity == rule->quantity && !add(l, SUBJECT_STREAM, (str){0}, s->thing, s, e))
            return false;
    }
    return true;
}

bool subjects_of(struct rules *r, const struct rule *rule, const struct rollup_streams *list, arena *a,
                 struct subject **out, size_t *count, err *e)
{
    struct listing l = {.capacity = SUBJECTS_AT_ONCE};
    if (rule->on == ON_METERS || rule->on == ON_THINGS) l.capacity = list->count + 1;
    if (rule->on == ON_AREAS) l.capacity = rule->subject_count;
    l.all = ARENA_ARRAY(a, l.capacity + 1, struct subject);
    if (!l.all) return err_no_memory(e);
    bool ok = true;
    switch (rule->on) {
    case ON_LEVEL: ok = add_level(r, rule, a, &l, e); break;
    case ON_AREAS:
        for (size_t k = 0; ok && k < rule->subject_count; k++)
            ok = add(&l, SUBJECT_AREA, rule->areas[k], 0, NULL, e);
        break;
    case ON_THINGS:
    case ON_METERS: ok = add_meters(rule, list, &l, e); break;
    }
    *out = l.all;
    *count = l.count;
    return ok;
}

// ---- Names -------------------------------------------------------------------------------------------------------

static str area_name(struct rules *r, str code, instant now, arena *a)
{
    str out = code;
    const struct atlas *t = areas_take(r->config.areas);
    const struct area *area = atlas_find(t, code, areas_year_of(r->config.areas, now));
    if (area && !arena_copy(a, area->name, &out)) out = code;
    areas_give(r->config.areas, t);
    return out;
}

bool subject_name(struct rules *r, struct snapshot *at, const struct subject *s, instant now, arena *a,
                  str *out, err *e)
{
    struct record record;
    if (s->kind == SUBJECT_AREA) {
        *out = area_name(r, s->area, now, a);
        return true;
    }
    return store_get(at, SET_THING, s->thing, a, &record, e) &&
           (arena_copy(a, record.properties[THING_NAME].text, out) || err_no_memory(e));
}

// ---- Values ------------------------------------------------------------------------------------------------------

struct gathering {
    const struct rollup_stream *stream;
    arena *a;
    struct sample *all;
    size_t count, capacity;
};

static bool add_samples(const instant *times, const double *values, size_t n, void *context, err *e)
{
    struct gathering *g = context;
    const struct rollup_stream *s = g->stream;
    if (g->count + n > g->capacity) {
        const size_t capacity = 2 * (g->count + n);
        struct sample *more = ARENA_ARRAY(g->a, capacity, struct sample);
        if (!more) return err_no_memory(e);
        if (g->count) memcpy(more, g->all, g->count * sizeof *more);
        g->all = more;
        g->capacity = capacity;
    }
    for (size_t k = 0; k < n; k++) {
        const double v = values[k] * s->factor + s->offset;
        if (v >= s->quantity->least && v <= s->quantity->most)
            g->all[g->count++] = (struct sample){times[k], v};
    }
    return true;
}

// Of a silent stream the last reading says since when.
static bool add_last(struct snapshot *at, struct gathering *g, instant before, err *e)
{
    struct observation o;
    err why = {0};
    if (!store_latest(at, g->stream->id, g->a, &o, &why))
        return why.code == ERR_ABSENT || err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
    if (o.phenomenon_time.start >= before) return true;
    g->all = ARENA_NEW(g->a, struct sample);
    if (!g->all) return err_no_memory(e);
    g->all[g->count++] = (struct sample){o.phenomenon_time.start, 0};
    return true;
}

static bool stream_samples(struct snapshot *at, const struct rule *rule, const struct rollup_stream *s,
                           interval when, struct gathering *g, err *e)
{
    g->stream = s;
    if (!store_values(at, s->id, when, add_samples, g, e)) return false;
    return rule->condition.kind != WHEN_MISSING || g->count > 0 || add_last(at, g, when.start, e);
}

static double value_of_hour(const struct rule *rule, const struct index_past *p, size_t k)
{
    if (rule->scale) {
        struct index_value v;
        index_at(rule->scale, p->given, k, &v);
        return v.class > 0 ? v.class : (double)NAN;
    }
    substance s;
    return substance_by_key(rule->quantity->key, &s) && p->given[s] ? p->given[s]->mean[k] : (double)NAN;
}

// At most a month at once, for an index reads all meters of an area for it.
static bool hour_samples(struct rules *r, struct snapshot *at, const struct rule *rule,
                         const struct subject *s, interval when, struct gathering *g, err *e)
{
    const struct index_subject whose = {.area = s->area, .thing = s->thing};
    const instant first = when.start - when.start % TIME_HOUR, last = when.end - when.end % TIME_HOUR;
    const size_t hours = last > first ? (size_t)((last - first) / TIME_HOUR) : 0;
    g->all = ARENA_ARRAY(g->a, hours + 1, struct sample);
    if (!g->all) return err_no_memory(e);
    for (size_t done = 0; done < hours; done += INDEX_HOURS_MAX) {
        struct index_past p;
        const size_t n = hours - done < INDEX_HOURS_MAX ? hours - done : INDEX_HOURS_MAX;
        if (!index_past(r->config.indices, at, whose, first + (instant)done * TIME_HOUR, n, 0, g->a, &p, e))
            return false;
        for (size_t k = 0; k < n; k++) {
            const double v = value_of_hour(rule, &p, k);
            if (!isnan(v)) g->all[g->count++] = (struct sample){p.from + (instant)(k + 1) * TIME_HOUR, v};
        }
    }
    return true;
}

bool subject_samples(struct rules *r, struct snapshot *at, const struct rule *rule, const struct subject *s,
                     interval when, arena *a, struct sample **out, size_t *count, err *e)
{
    struct gathering g = {.a = a};
    const bool ok = s->kind == SUBJECT_STREAM ? stream_samples(at, rule, s->stream, when, &g, e)
                                              : hour_samples(r, at, rule, s, when, &g, e);
    *out = g.all;
    *count = g.count;
    return ok;
}
