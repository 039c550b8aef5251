// SPDX-License-Identifier: EUPL-1.2
// After each commit: range, clock and spikes of what came in.
#include "quality/inside.h"

#include <math.h>

#define CONTEXT_STEPS (SPIKE_SIDE + 2)
#define CONTEXT_LEAST (10 * TIME_MINUTE)

// ---- What came in ------------------------------------------------------------------------------------------------

void qualities_hear(struct qualities *q, const struct change *changes, size_t count)
{
    for (size_t k = 0; k < count; k++)
        if (changes[k].oldest != TIME_NONE)
            heard_note(q->heard, OBSERVATION_STREAM(changes[k].id), changes[k].oldest);
}

// ---- One stream --------------------------------------------------------------------------------------------------

static int64_t least_step(const struct rows *r)
{
    int64_t least =
        TIME_HOUR;  // the smallest of the last few: enough to know how far back the window must go
    for (size_t k = r->count > 8 ? r->count - 8 : 1; k < r->count; k++)
        if (r->time[k] > r->time[k - 1] && r->time[k] - r->time[k - 1] < least)
            least = r->time[k] - r->time[k - 1];
    return least;
}

static bool judge_alone(const struct rollup_stream *s, const struct rows *r, size_t k, struct findings *f,
                        bool *found, err *e)
{
    *found = true;
    if (!check_clock(r->time[k], r->received[k]))
        return findings_add(f, r, k, QUALITY_CLOCK, e, "%lld s ahead of the time it came in",
                            (long long)((r->time[k] - r->received[k]) / TIME_SECOND));
    if (!isnan(r->value[k]) && !check_range(s->quantity, s->is_reference, r->value[k]))
        return findings_add(f, r, k, QUALITY_IMPLAUSIBLE, e, "%g is outside %g to %g", r->value[k],
                            quantity_least(s->quantity, s->is_reference), s->quantity->most);
    *found = false;
    return true;
}

// Readings that may be compared: numbers that no check found bad.
struct usable {
    double *value;
    size_t *row;
    size_t count;
};

static bool list_usable(const struct rollup_stream *s, const struct rows *r, arena *a, struct usable *out,
                        err *e)
{
    *out = (struct usable){ARENA_ARRAY(a, r->count + 1, double), ARENA_ARRAY(a, r->count + 1, size_t), 0};
    if (!out->value || !out->row) return err_no_memory(e);
    for (size_t k = 0; k < r->count; k++) {
        const bool counts = quality_counts(r->flag[k]) || r->flag[k] == QUALITY_SPIKE;
        if (!counts || isnan(r->value[k]) || !check_range(s->quantity, s->is_reference, r->value[k]))
            continue;
        out->value[out->count] = r->value[k];
        out->row[out->count++] = k;
    }
    return true;
}

// A spike is judged when three more readings have come, lest the beginning of a rise is taken for one.
static bool judge_spikes(const struct rollup_stream *s, const struct rows *r, struct findings *f, arena *a,
                         err *e)
{
    const struct check_habits *h = check_habits_of(s->quantity);
    struct usable u;
    double middle;
    if (!list_usable(s, r, a, &u, e)) return false;
    for (size_t k = 0; k + SPIKE_SIDE < u.count; k++) {
        if (r->has_quality[u.row[k]] || !check_is_spike(u.value, u.count, k, h, &middle)) continue;
        if (!findings_add(f, r, u.row[k], QUALITY_SPIKE, e, "%g among readings around %g", u.value[k],
                          middle))
            return false;
    }
    return true;
}

static bool judge(const struct rollup_stream *s, struct rows *r, struct findings *f, arena *a, err *e)
{
    for (size_t k = 0; k < r->count; k++) {
        bool found = false;
        if (!r->has_quality[k] && !judge_alone(s, r, k, f, &found, e)) return false;
        if (found) r->has_quality[k] = true;
        if (found) r->flag[k] = f->all[f->count - 1].flag;
    }
    return judge_spikes(s, r, f, a, e);
}

static bool check_stream(struct qualities *q, struct snapshot *at, const struct rollup_stream *s,
                         instant since, bool *more, err *e)
{
    int32_t *step_s = &q->step_s[s->id];
    struct rows r;
    const int64_t step = *step_s ? *step_s * TIME_SECOND : TIME_HOUR, back = CONTEXT_STEPS * step;
    const interval when = {since - (back > CONTEXT_LEAST ? back : CONTEXT_LEAST), TIME_MAX};
    arena_reset(q->arena);
    if (!rows_read(at, s, when, q->arena, &r, e) || !judge(s, &r, &q->findings, q->arena, e)) return false;
    if (r.count > 1) *step_s = (int32_t)(least_step(&r) / TIME_SECOND);
    if (r.is_cut) {
        heard_note(q->heard, s->id, r.time[r.count - 1]);  // the rest in another part
        *more = true;
    }
    return true;
}

// ---- A part of the work ------------------------------------------------------------------------------------------

// Streams of which something was heard. One snapshot serves them all: with one of 100,000 streams each, opening it costs more than
// what is looked at in it.
#define PART 64
struct part {
    const struct rollup_stream *all[PART];
    instant since[PART];
    size_t count;
};

// *done: how many were looked at before the time was up, or one of them failed. In a snapshot that is opened after the marks were
// taken: a reading committed in between is seen twice, never missed.
static bool check_part(struct qualities *q, const struct part *p, int64_t until, size_t *done, bool *more,
                       err *e)
{
    struct snapshot *at = NULL;
    bool ok = snapshot_open(q->config.store, &at, e) && snapshot_show(at, ACCESS_PRIVATE, e);
    for (*done = 0; ok && *done < p->count && time_monotonic_us() < until; *done += ok)
        ok = check_stream(q, at, p->all[*done], p->since[*done], more, e);
    snapshot_close(at);
    return ok;
}

// From q->next on. *left: streams of the list that were not asked yet.
static void take_part(struct qualities *q, const struct rollup_streams *list, size_t *left, struct part *p)
{
    for (p->count = 0; *left > 0 && p->count < PART; --*left, q->next = (q->next + 1) % list->count) {
        const struct rollup_stream *s = &list->all[q->next];
        const instant since = heard_take(q->heard, s->id);
        if (since == TIME_NONE) continue;
        p->all[p->count] = s;
        p->since[p->count++] = since;
    }
}

// The next part begins with the first that was not looked at.
static void put_back(struct qualities *q, const struct rollup_streams *list, const struct part *p,
                     size_t done)
{
    if (done < p->count) q->next = (size_t)(p->all[done] - list->all);
    for (size_t k = done; k < p->count; k++) heard_note(q->heard, p->all[k]->id, p->since[k]);
}

static bool check_some(struct qualities *q, const struct rollup_streams *list, bool *more, err *e)
{
    const int64_t until = time_monotonic_us() + SCHEDULE_BUDGET_US;
    struct part p;
    bool ok = true;
    if (q->next >= list->count) q->next = 0;
    for (size_t left = list->count, done; ok && left > 0 && !*more;) {
        take_part(q, list, &left, &p);
        if (p.count == 0) break;
        ok = check_part(q, &p, until, &done, more, e);
        *more |= done < p.count;
        put_back(q, list, &p, done);
    }
    return ok;
}

// After a start: what came in shortly before the stop was perhaps not looked at.
static bool mark_newest(struct qualities *q, struct snapshot *at, const struct rollup_streams *list, err *e)
{
    for (size_t k = 0; k < list->count; k++) {
        struct observation o;
        err why = {0};
        arena_reset(q->arena);
        if (store_latest(at, list->all[k].id, q->arena, &o, &why))
            heard_note(q->heard, list->all[k].id, o.phenomenon_time.start - TIME_HOUR);
        else if (why.code != ERR_ABSENT)
            return err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
    }
    q->is_awake = true;
    return true;
}

static bool wake(struct qualities *q, const struct rollup_streams *list, err *e)
{
    struct snapshot *at;
    if (!snapshot_open(q->config.store, &at, e)) return false;
    const bool ok = snapshot_show(at, ACCESS_PRIVATE, e) && mark_newest(q, at, list, e);
    snapshot_close(at);
    return ok;
}

bool qualities_check_points(struct qualities *q, instant now, bool *more, err *e)
{
    const struct rollup_streams *list;
    (void)now;
    *more = false;
    if (!rollup_streams_take(q->config.rollups, &list, e)) return false;
    const bool ok = (q->is_awake || wake(q, list, e)) && (list->count == 0 || check_some(q, list, more, e));
    rollup_streams_give(q->config.rollups, list);
    return findings_write(&q->findings, q->config.store, ok ? e : NULL) && ok;
}
