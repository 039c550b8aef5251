// SPDX-License-Identifier: EUPL-1.2
// Each hour: what stands still, what is missing, who differs from its neighbours; each day: who drifts away from them.
#include "quality/humidity.h"
#include "quality/inside.h"
#include "quality/neighbour.h"
#include "quality/silence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_BACK (30 * TIME_HOUR)
#define RUNS_MAX 16
#define REASON_MAX 96
#define GROUP_BYTES_MAX ((size_t)256 << 20)
#define WRITTEN_AT_ONCE ((size_t)512)

// ---- A group: all streams of one quantity beside each other ------------------------------------------------------------

struct group {
    const struct quantity *quantity;
    const struct check_habits *habits;
    const struct rollup_stream **streams;
    size_t count;
    double *hours;   // BIAS_HOURS rows: hourly means that end at the hour that is looked at
    double *middle;  // of each row, over all meters
    struct neighbour_verdict *bias, *drift;
};

struct filling {
    double *table;
    size_t rows, columns, column;
    instant from;
    int64_t step;
    const struct rollup_stream *stream;
};

static bool fill_cell(const struct summary *s, void *context, err *e)
{
    (void)e;
    const struct filling *f = context;
    // The middle of the period, for days are not all 24 hours long.
    const instant middle = s->when.start + (s->when.end - s->when.start) / 2;
    const size_t row = (size_t)((middle - f->from) / f->step);
    if (middle < f->from || row >= f->rows) return true;
    const double mean = f->stream->quantity->is_level ? s->energetic_mean : s->mean;
    f->table[row * f->columns + f->column] = mean * f->stream->factor + f->stream->offset;
    return true;
}

static bool fill_table(struct snapshot *at, const struct group *g, period p, instant end, size_t rows,
                       int64_t step, double *table, err *e)
{
    for (size_t k = 0; k < rows * g->count; k++) table[k] = NAN;
    for (size_t c = 0; c < g->count; c++) {
        struct filling f = {table, rows, g->count, c, end - (instant)rows * step, step, g->streams[c]};
        if (!store_summaries(at, g->streams[c]->id, p, NULL, (interval){f.from, end}, fill_cell, &f, e))
            return false;
    }
    return true;
}

static bool make_group(struct snapshot *at, const struct rollup_streams *list,
                       const struct quantity *quantity, instant hour, bool with_drift, arena *a,
                       struct group *g, err *e)
{
    *g = (struct group){.quantity = quantity, .habits = check_habits_of(quantity)};
    g->streams = ARENA_ARRAY(a, list->count + 1, const struct rollup_stream *);
    if (!g->streams) return err_no_memory(e);
    for (size_t k = 0; k < list->count; k++)
        if (list->all[k].quantity == quantity) g->streams[g->count++] = &list->all[k];
    double *scratch = ARENA_ARRAY(a, g->count + 1, double),
           *days = ARENA_ARRAY(a, DRIFT_DAYS * g->count + 1, double);
    g->hours = ARENA_ARRAY(a, BIAS_HOURS * g->count + 1, double);
    g->middle = ARENA_ARRAY(a, BIAS_HOURS, double);
    g->bias = ARENA_ARRAY(a, g->count + 1, struct neighbour_verdict);
    g->drift = ARENA_ARRAY(a, g->count + 1, struct neighbour_verdict);
    if (!scratch || !days || !g->hours || !g->middle || !g->bias || !g->drift) return err_no_memory(e);
    if (!fill_table(at, g, PERIOD_HOUR, hour, BIAS_HOURS, TIME_HOUR, g->hours, e) ||
        !neighbour_bias(g->hours, g->count, g->habits, a, g->bias, e))
        return false;
    for (size_t r = 0; r < BIAS_HOURS; r++)
        g->middle[r] = robust_median_of_known(g->hours + r * g->count, g->count, scratch);
    if (!with_drift) return true;
    const instant day = hour - hour % TIME_DAY;
    return fill_table(at, g, PERIOD_DAY, day, DRIFT_DAYS, TIME_DAY, days, e) &&
           neighbour_drift(days, g->count, g->habits, a, g->drift, e);
}

// How far the others moved between two times, as far as the table goes back.
static double moved(const struct group *g, instant hour, instant from, instant to)
{
    double low = NAN, high = NAN;
    for (size_t r = 0; r < BIAS_HOURS; r++) {
        const instant start = hour - (instant)(BIAS_HOURS - r) * TIME_HOUR;
        if (start + TIME_HOUR <= from || start > to || isnan(g->middle[r])) continue;
        low = isnan(low) ? g->middle[r] : fmin(low, g->middle[r]);
        high = isnan(high) ? g->middle[r] : fmax(high, g->middle[r]);
    }
    return isnan(low) ? 0 : high - low;
}

// ---- One stream --------------------------------------------------------------------------------------------------

struct look {
    const struct group *group;
    size_t column;
    instant hour;
    bool with_drift;
    struct rows rows;
    struct quality_state *state;
    struct findings *findings;
};

static bool flag_rows(struct look *l, size_t first, size_t last, quality_flag flag, err *e,
                      const char *reason)
{
    for (size_t k = first; k <= last; k++) {
        if (l->rows.has_quality[k]) continue;
        l->rows.has_quality[k] = true;
        if (!findings_add(l->findings, &l->rows, k, flag, e, "%s", reason)) return false;
    }
    return true;
}

static bool look_for_stuck(struct look *l, err *e)
{
    struct check_run runs[RUNS_MAX];
    char reason[REASON_MAX];
    const struct rows *r = &l->rows;
    if (l->group->habits->moves <= 0) return true;
    const size_t n = check_runs(r->time, r->value, r->count, runs, RUNS_MAX);
    l->state->stuck.since = TIME_NONE;
    for (size_t k = 0; k < n; k++) {
        const instant from = r->time[runs[k].first], to = r->time[runs[k].last];
        const bool others_moved = l->group->count >= NEIGHBOURS_LEAST &&
                                  moved(l->group, l->hour, from, to) > l->group->habits->moves;
        if (!others_moved && to - from < STUCK_ALONE) continue;
        if (runs[k].last + 1 == r->count) l->state->stuck.since = from;
        snprintf(reason, sizeof reason, "%g for six hours or longer", r->value[runs[k].last]);
        if (!flag_rows(l, runs[k].first, runs[k].last, QUALITY_STUCK, e, reason)) return false;
    }
    return true;
}

static void add_gap(struct quality_state *s, interval gap)
{
    if (s->gap_count && s->gaps[s->gap_count - 1].start >= gap.start) return;  // known
    if (s->gap_count == QUALITY_GAPS_MAX) {
        memmove(s->gaps, s->gaps + 1, (QUALITY_GAPS_MAX - 1) * sizeof *s->gaps);
        s->gap_count--;
    }
    s->gaps[s->gap_count++] = gap;
}

static void look_for_gaps(struct look *l, instant before, int64_t step)
{
    const struct rows *r = &l->rows;
    for (size_t k = 0; k < r->count; before = r->time[k++])
        if (before != TIME_NONE && check_is_gap(before, r->time[k], step))
            add_gap(l->state, (interval){before, r->time[k]});
}

// What was before the hours that are looked at is asked only where their first one is silent; so of gaps that end in it nothing is said.
static bool find_before(struct snapshot *at, const struct look *l, entity_id stream, instant *out, err *e)
{
    const instant from = l->hour - LOOK_BACK;
    *out = TIME_NONE;
    if (l->rows.count == 0) return true;
    if (l->rows.time[0] - from > TIME_HOUR) return rows_last_before(at, stream, from, out, e);
    *out = from;
    return true;
}

static size_t first_row_at(const struct rows *r, instant t)
{
    size_t k = r->count;
    while (k > 0 && r->time[k - 1] >= t) k--;
    return k;
}

static void doubt(struct quality_doubt *d, bool is_there, double difference, instant now)
{
    if (!is_there) {
        *d = (struct quality_doubt){.since = TIME_NONE, .difference = NAN};
        return;
    }
    if (d->since == TIME_NONE) d->since = now;
    d->difference = difference;
}

// The readings of the hour get the mark; the state says since when.
static bool look_beside_neighbours(struct look *l, err *e)
{
    const struct neighbour_verdict *b = &l->group->bias[l->column], *d = &l->group->drift[l->column];
    const size_t first = first_row_at(&l->rows, l->hour - TIME_HOUR);
    doubt(&l->state->biased, b->is_biased, b->difference, l->hour);
    if (l->with_drift) doubt(&l->state->drifting, d->is_drifting, d->difference, l->hour);
    if (first == l->rows.count) return true;
    const size_t last = l->rows.count - 1;
    char reason[REASON_MAX];
    if (l->state->biased.since != TIME_NONE) {
        snprintf(reason, sizeof reason, "%+.1f beside its neighbours for a day", l->state->biased.difference);
        return flag_rows(l, first, last, QUALITY_BIASED, e, reason);
    }
    if (l->state->drifting.since == TIME_NONE) return true;
    snprintf(reason, sizeof reason, "moved %+.1f away from its neighbours", l->state->drifting.difference);
    return flag_rows(l, first, last, QUALITY_DRIFT, e, reason);
}

// ---- Damp air ----------------------------------------------------------------------------------------------------

static bool is_dust(const struct quantity *q)
{
    return str_eq(q->key, STR("pm25")) || str_eq(q->key, STR("pm10")) || str_eq(q->key, STR("pm1"));
}

static const struct rollup_stream *hygrometer_of(const struct rollup_streams *list, entity_id thing)
{
    for (size_t k = 0; k < list->count; k++)
        if (list->all[k].thing == thing && str_eq(list->all[k].quantity->key, STR("humidity")))
            return &list->all[k];
    return NULL;
}

static bool take_mean(const struct summary *s, void *context, err *e)
{
    (void)e;
    *(double *)context = s->mean;
    return true;
}

static bool look_for_damp(struct look *l, struct snapshot *at, const struct rollup_streams *list, err *e)
{
    const struct rollup_stream *s = l->group->streams[l->column];
    const struct rollup_stream *h = is_dust(s->quantity) ? hygrometer_of(list, s->thing) : NULL;
    double rh = NAN;
    const size_t first = first_row_at(&l->rows, l->hour - TIME_HOUR);
    if (!h || first == l->rows.count) return true;
    if (!store_summaries(at, h->id, PERIOD_HOUR, NULL, (interval){l->hour - TIME_HOUR, l->hour}, take_mean,
                         &rh, e))
        return false;
    if (isnan(rh) || rh * h->factor + h->offset <= HUMIDITY_DAMP) return true;
    char reason[REASON_MAX];
    snprintf(reason, sizeof reason, "air humidity %.0f %%", rh * h->factor + h->offset);
    return flag_rows(l, first, l->rows.count - 1, QUALITY_HUMID, e, reason);
}

// ---- All of a group ----------------------------------------------------------------------------------------------

static bool same_doubt(const struct quality_doubt *a, const struct quality_doubt *b)
{
    return a->since == b->since;
}

// What is written down hour after hour though nothing changed would be a write per stream and hour for nothing.
static bool is_news(const struct quality_state *before, const struct quality_state *after)
{
    return before->checked == TIME_NONE || !same_doubt(&before->biased, &after->biased) ||
           !same_doubt(&before->drifting, &after->drifting) || !same_doubt(&before->stuck, &after->stuck) ||
           before->gap_count != after->gap_count ||
           (after->gap_count &&
            before->gaps[after->gap_count - 1].start != after->gaps[after->gap_count - 1].start);
}

// ---- What became of them: written when the snapshot is closed, for the log can grow no shorter under it ----

struct verdict {
    entity_id stream;
    struct quality_state state;
};
struct verdicts {
    struct verdict *all;
    size_t count, capacity;
};

static bool keep_state(struct verdicts *v, entity_id stream, const struct quality_state *state, err *e)
{
    if (v->count == v->capacity) {
        const size_t capacity = v->capacity ? 2 * v->capacity : 256;
        struct verdict *grown = realloc(v->all, capacity * sizeof *grown);
        if (!grown) return err_no_memory(e);
        v->all = grown;
        v->capacity = capacity;
    }
    v->all[v->count++] = (struct verdict){stream, *state};
    return true;
}

struct stating {
    const struct verdict *all;
    size_t count;
};

static bool write_states(struct store_tx *tx, void *context, err *e)
{
    const struct stating *s = context;
    for (size_t k = 0; k < s->count; k++)
        if (!state_write(tx, s->all[k].stream, &s->all[k].state, e)) return false;
    return true;
}

static bool verdicts_write(const struct verdicts *v, struct store *store, err *e)
{
    for (size_t k = 0; k < v->count; k += WRITTEN_AT_ONCE) {
        const size_t left = v->count - k;
        struct stating s = {v->all + k, left < WRITTEN_AT_ONCE ? left : WRITTEN_AT_ONCE};
        if (!store_run(store, write_states, &s, e)) return false;
    }
    return true;
}

// ---- One after the other -------------------------------------------------------------------------------------------

// One look at all streams, and what becomes of it.
struct turn {
    struct qualities *q;
    struct snapshot *at;
    const struct rollup_streams *list;
    instant hour;
    bool with_drift;
    struct silences silences;
    struct verdicts verdicts;
};

static bool look_at_stream(struct turn *t, const struct group *g, size_t column, err *e)
{
    struct qualities *q = t->q;
    struct quality_state before, after;
    const struct rollup_stream *s = g->streams[column];
    arena_reset(q->arena);
    if (!quality_read(t->at, s->id, q->arena, &before, e)) return false;
    after = before;
    after.checked = t->hour;
    struct look l = {.group = g,
                     .column = column,
                     .hour = t->hour,
                     .with_drift = t->with_drift,
                     .state = &after,
                     .findings = &q->findings};
    if (!rows_read(t->at, s, (interval){t->hour - LOOK_BACK, t->hour}, q->arena, &l.rows, e)) return false;
    if (!look_for_stuck(&l, e) || !look_beside_neighbours(&l, e) || !look_for_damp(&l, t->at, t->list, e))
        return false;
    instant last;
    if (!find_before(t->at, &l, s->id, &last, e) ||
        !silences_add(&t->silences, s, &l.rows, last, q->arena, e))
        return false;
    look_for_gaps(&l, last, q->step_s[s->id] * TIME_SECOND);
    return !is_news(&before, &after) || keep_state(&t->verdicts, s->id, &after, e);
}

static bool is_first_of_quantity(const struct rollup_streams *list, size_t k)
{
    for (size_t i = 0; i < k; i++)
        if (list->all[i].quantity == list->all[k].quantity) return false;
    return true;
}

static bool look_at_group(struct turn *t, const struct quantity *quantity, err *e)
{
    struct group g;
    arena *a = arena_new(GROUP_BYTES_MAX);
    bool ok = a ? make_group(t->at, t->list, quantity, t->hour, t->with_drift, a, &g, e) : err_no_memory(e);
    for (size_t k = 0; ok && k < g.count; k++) ok = look_at_stream(t, &g, k, e);
    arena_free(a);
    return ok;
}

static bool look_at_all(struct turn *t, err *e)
{
    if (!snapshot_open(t->q->config.store, &t->at, e)) return false;
    bool ok = snapshot_show(t->at, ACCESS_PRIVATE, e);
    for (size_t k = 0; ok && k < t->list->count; k++)
        if (is_first_of_quantity(t->list, k)) ok = look_at_group(t, t->list->all[k].quantity, e);
    const interval ended = {t->hour - LOOK_BACK + TIME_HOUR, t->hour};
    ok = ok && silences_compare(&t->silences, t->at, ended, e);
    snapshot_close(t->at);
    return ok;
}

bool qualities_check_hours(struct qualities *q, instant now, err *e)
{
    const instant hour = now - now % TIME_HOUR;
    struct turn t = {.q = q,
                     .hour = hour,
                     .with_drift = q->last_day == TIME_NONE || hour / TIME_DAY != q->last_day / TIME_DAY};
    if (!rollup_streams_take(q->config.rollups, &t.list, e)) return false;
    bool ok = look_at_all(&t, e) && silences_write(&t.silences, q->config.store, e) &&
              verdicts_write(&t.verdicts, q->config.store, e);
    silences_free(&t.silences);
    free(t.verdicts.all);
    ok = findings_write(&q->findings, q->config.store, ok ? e : NULL) && ok;
    if (ok && q->config.correct_humidity) ok = quality_correct(q, t.list, now, e);
    rollup_streams_give(q->config.rollups, t.list);
    if (!ok) return false;
    q->last_hour = hour;
    if (t.with_drift) q->last_day = hour;
    return true;
}
