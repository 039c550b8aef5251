// SPDX-License-Identifier: EUPL-1.2
#include "kpi/value/target.h"

#include "identity/audit.h"

#include <stdio.h>

#define KIND STR("kpi.target")

struct loading {
    const struct kpi_set *set;
    struct kpi_targets *out;
    arena *arena;
};

static bool target_read(const json *j, arena *a, struct kpi_target *t, err *e)
{
    double year;
    t->is_given = json_number(j, STR("target"), &t->scale.target) &&
                  json_number(j, STR("worst"), &t->scale.worst);
    t->year = json_number(j, STR("year"), &year) ? (int)year : 0;
    if (!t->is_given) return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "a target without its numbers");
    if (!arena_copy(a, json_text(j, STR("source")), &t->source) ||
        !arena_copy(a, json_text(j, STR("date")), &t->date) ||
        !arena_copy(a, json_text(j, STR("by")), &t->by))
        return err_no_memory(e);
    return time_parse(json_text(j, STR("at")), &t->at, e);
}

// Keys come in order of revision, so that the last one of a point stays.
static bool load_one(str key, str text, void *context, err *e)
{
    struct loading *l = context;
    json *j;
    str kept;
    struct kpi_target t = {0};
    if (!arena_copy(l->arena, text, &kept)) return err_no_memory(e);
    if (!json_parse(kept, l->arena, &j, e) || !target_read(j, l->arena, &t, e))
        return err_within(e, "target %.*s", STR_ARG(key));
    const struct kpi_point *p = kpi_point_find(l->set, json_text(j, STR("point")));
    if (!p) return true;  // of a point that the set no longer has
    struct kpi_target *place = t.year ? &l->out->policy[p->index] : &l->out->benchmark[p->index];
    if (t.year >= place->year) *place = t;
    return true;
}

bool kpi_targets_read(struct snapshot *at, const struct kpi_set *s, arena *a, struct kpi_targets *out, err *e)
{
    struct kpi_targets t = {ARENA_ARRAY(a, s->point_count + 1, struct kpi_target),
                            ARENA_ARRAY(a, s->point_count + 1, struct kpi_target)};
    struct loading l = {s, &t, a};
    str from, to;
    if (!t.benchmark || !t.policy || !arena_print(a, &from, "%.*s/", STR_ARG(s->id)) ||
        !arena_print(a, &to, "%.*s0", STR_ARG(s->id)))
        return err_no_memory(e);
    if (!store_document_range(at, KIND, from, to, load_one, &l, e)) return false;
    *out = t;
    return true;
}

static bool count_one(str key, str text, void *context, err *e)
{
    (void)key;
    (void)text;
    (void)e;
    ++*(size_t *)context;
    return true;
}

static bool target_write(struct store_tx *tx, const struct kpi_acting *by, str prefix, str point,
                         const struct kpi_target *t, err *e)
{
    str key, text, to;
    size_t there = 0;
    char time[TIME_TEXT_MAX];
    if (!arena_print(by->arena, &to, "%.*s0", (int)prefix.n - 1, prefix.p)) return err_no_memory(e);
    if (!store_document_range(store_tx_snapshot(tx), KIND, prefix, to, count_one, &there, e)) return false;
    buf b = {.max = 16 << 10};
    json_writer w = json_writer_on(&b);
    const struct {
        str name, text;
    } texts[] = {{STR("point"), point},
                 {STR("source"), t->source},
                 {STR("date"), t->date},
                 {STR("by"), str_of(by->who->name)},
                 {STR("at"), {time, time_write(time, by->now)}}};
    json_open(&w, '{');
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_name(&w, texts[i].name);
        json_put_text(&w, texts[i].text);
    }
    json_name(&w, STR("target"));
    json_put_double(&w, t->scale.target);
    json_name(&w, STR("worst"));
    json_put_double(&w, t->scale.worst);
    json_name(&w, STR("year"));
    json_put_int(&w, t->year);
    json_close(&w, '}');
    bool ok = !b.failed && arena_copy(by->arena, buf_str(&b), &text) &&
              arena_print(by->arena, &key, "%.*s%06zu", STR_ARG(prefix), there + 1);
    buf_free(&b);
    return ok ? store_document_put(tx, KIND, key, text, e) : err_no_memory(e);
}

bool kpi_target_set(struct store_tx *tx, const struct kpi_acting *by, str point, int year, double target,
                    bool has_worst, double worst, str source, str date, err *e)
{
    char id[KPI_POINT_ID_MAX];
    const struct kpi_point *p = kpi_point_find(by->set, point);
    if (!p) return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "there is no data point '%.*s'", STR_ARG(point));
    if (!source.n) return err_set(e, ERR_MISSING, ERR_NOWHERE, "a target needs its source");
    if (source.n > KPI_NOTE_MAX || date.n > 32)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "source or date is too long");
    if (year && (year < KPI_YEAR_LEAST || year > KPI_YEAR_MOST))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "a year lies between %d and %d", KPI_YEAR_LEAST,
                       KPI_YEAR_MOST);
    if (!has_worst && p->direction != KPI_UP && !year)
        return err_set(e, ERR_MISSING, ERR_NOWHERE,
                       "a point that should not rise needs its worst value beside the target");
    const struct kpi_target t = {
        .scale = {has_worst ? worst : 0, target}, .source = source, .date = date, .year = year};
    if (!year && !kpi_benchmark_check(t.scale, e)) return false;
    const str full = kpi_point_id(by->set, p, id);
    str prefix;
    if (!arena_print(by->arena, &prefix, "%.*s/%.*s/%d/", STR_ARG(by->set->id), STR_ARG(full), year))
        return err_no_memory(e);
    const struct audit_event event = {by->who, STR("kpi-target.set"), full, source, by->now};
    return target_write(tx, by, prefix, full, &t, e) && audit_record(tx, &event, e);
}
