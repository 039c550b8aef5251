// SPDX-License-Identifier: EUPL-1.2
#include "rule/condition.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const str names[WHEN_COUNT] = {
    [WHEN_ABOVE] = {"above", 5}, [WHEN_BELOW] = {"below", 5},     [WHEN_RISE] = {"rise", 4},
    [WHEN_FALL] = {"fall", 4},   [WHEN_MISSING] = {"missing", 7}, [WHEN_CLASS] = {"class", 5},
};

str when_name(when_kind k)
{
    return names[k];
}

bool when_by_name(str name, when_kind *out)
{
    for (int k = 0; k < WHEN_COUNT; k++) {
        if (!str_eq(names[k], name)) continue;
        *out = (when_kind)k;
        return true;
    }
    return false;
}

// ---- The walk ----------------------------------------------------------------------------------------------------

// What is usual between two samples: a reading stands for no more than that, so that silence is not taken for a value.
static int cmp_step(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool usual_step(const struct sample *s, size_t count, arena *a, int64_t *out, err *e)
{
    int64_t *steps = ARENA_ARRAY(a, count + 1, int64_t);
    if (!steps) return err_no_memory(e);
    for (size_t k = 1; k < count; k++) steps[k - 1] = s[k].at - s[k - 1].at;
    *out = 0;
    if (count < 2) return true;
    qsort(steps, count - 1, sizeof *steps, cmp_step);
    *out = steps[(count - 1) / 2];
    return true;
}

struct walk {
    const struct condition *condition;
    const struct sample *samples;
    int64_t step;
    size_t oldest;  // first sample of the window of the one that is looked at
    struct episode *episodes;
    size_t count;
    bool is_active;
};

// The direction in which it gets worse is up.
static double badness(const struct condition *c, double value)
{
    return c->kind == WHEN_BELOW || c->kind == WHEN_FALL ? -value : value;
}

static bool is_beyond(const struct walk *w, double value)
{
    const struct condition *c = w->condition;
    const double limit = w->is_active ? c->clear : c->value;
    if (c->kind == WHEN_CLASS) return value >= limit;
    return badness(c, value) > badness(c, limit);
}

static void move_window(struct walk *w, size_t k, int64_t length)
{
    while (w->oldest < k && w->samples[w->oldest].at <= w->samples[k].at - length) w->oldest++;
}

// For how long of the window up to sample k it was beyond.
static bool holds_for_long(struct walk *w, size_t k)
{
    const struct condition *c = w->condition;
    if (c->within_us <= 0) return is_beyond(w, w->samples[k].value);
    int64_t beyond = 0;
    move_window(w, k, c->within_us);
    for (size_t i = w->oldest; i <= k; i++) {
        if (!is_beyond(w, w->samples[i].value)) continue;
        const int64_t before = i > 0 ? w->samples[i].at - w->samples[i - 1].at : w->step;
        beyond += before < w->step ? before : w->step;
    }
    return beyond >= c->lasting_us && beyond > 0;
}

static bool has_moved(struct walk *w, size_t k)
{
    const struct condition *c = w->condition;
    const double limit = w->is_active ? c->clear : c->value, now = badness(c, w->samples[k].value);
    double lowest = now;
    move_window(w, k, c->within_us + 1);
    for (size_t i = w->oldest; i < k; i++) lowest = fmin(lowest, badness(c, w->samples[i].value));
    return now - lowest > limit;
}

static bool holds(struct walk *w, size_t k)
{
    return w->condition->kind == WHEN_RISE || w->condition->kind == WHEN_FALL ? has_moved(w, k)
                                                                              : holds_for_long(w, k);
}

static void begin(struct walk *w, instant at, double value)
{
    w->episodes[w->count++] = (struct episode){at, TIME_NONE, value};
    w->is_active = true;
}

static void end(struct walk *w, instant at)
{
    if (w->count) w->episodes[w->count - 1].end = at;
    w->is_active = false;
}

static void look_at(struct walk *w, size_t k)
{
    const struct sample *s = &w->samples[k];
    const bool is_so = holds(w, k);
    if (is_so && !w->is_active) begin(w, s->at, s->value);
    if (!is_so && w->is_active) end(w, s->at);
    if (!w->is_active) return;
    struct episode *x = &w->episodes[w->count - 1];
    if (badness(w->condition, s->value) > badness(w->condition, x->worst)) x->worst = s->value;
}

static void walk_values(struct walk *w, size_t count, instant from, instant now)
{
    for (size_t k = 0; k < count && w->samples[k].at <= now; k++)
        if (w->samples[k].at >= from) look_at(w, k);
}

static void walk_missing(struct walk *w, size_t count, instant from, instant now)
{
    for (size_t k = 0; k < count && w->samples[k].at <= now; k++) {
        const instant since = w->samples[k].at + w->condition->lasting_us;
        const instant next = k + 1 < count && w->samples[k + 1].at <= now ? w->samples[k + 1].at : TIME_NONE;
        const bool is_late = next == TIME_NONE ? now >= since : next > since;
        if (!is_late || (next != TIME_NONE && next < from)) continue;
        w->episodes[w->count++] = (struct episode){since > from ? since : from, next, 0};
    }
}

bool condition_episodes(const struct condition *c, const struct sample *samples, size_t count, instant from,
                        instant now, bool was_active, arena *a, struct episode **out, size_t *found, err *e)
{
    struct walk w = {.condition = c, .samples = samples, .is_active = was_active};
    w.episodes = ARENA_ARRAY(a, count + 2, struct episode);
    if (!w.episodes) return err_no_memory(e);
    if (!usual_step(samples, count, a, &w.step, e)) return false;
    if (c->kind == WHEN_MISSING) {
        walk_missing(&w, count, from, now);
    } else {
        if (was_active)
            w.episodes[w.count++] = (struct episode){from, TIME_NONE,
                                                     badness(c, 1) > 0 ? -HUGE_VAL : HUGE_VAL};
        walk_values(&w, count, from, now);
    }
    *out = w.episodes;
    *found = w.count;
    return true;
}

// ---- Beside what is known ----------------------------------------------------------------------------------------

static bool overlaps(const struct episode *x, const struct known_alert *k)
{
    return (k->end == TIME_NONE || x->start <= k->end) && (x->end == TIME_NONE || x->end >= k->start);
}

struct deciding {
    const struct episode *episodes;
    size_t episode_count;
    const struct known_alert *known;
    size_t known_count;
    int64_t slack;
    struct decision *out;
    size_t count;
};

static bool is_orphan(const struct deciding *d, size_t k)
{
    for (size_t i = 0; i < d->episode_count; i++)
        if (overlaps(&d->episodes[i], &d->known[k])) return false;
    return true;
}

static bool is_new(const struct deciding *d, const struct episode *x)
{
    for (size_t k = 0; k < d->known_count; k++)
        if (overlaps(x, &d->known[k])) return false;
    return true;
}

// Late readings can move an episode away from its alert. Then both are left alone, and near each other; an alert that has an episode of
// its own takes no second one.
static bool meets(const struct deciding *d, const struct episode *x, size_t k)
{
    if (overlaps(x, &d->known[k])) return true;
    return llabs(x->start - d->known[k].start) <= d->slack && is_orphan(d, k) && is_new(d, x);
}

static void decide_new(struct deciding *d)
{
    for (size_t i = 0; i < d->episode_count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < d->known_count && !is_known; k++) is_known = meets(d, &d->episodes[i], k);
        if (!is_known) d->out[d->count++] = (struct decision){DECIDE_RAISE, 0, d->episodes[i]};
    }
}

// The last episode that an alert meets says whether it is over.
static const struct episode *last_met(const struct deciding *d, size_t k)
{
    const struct episode *last = NULL;
    for (size_t i = 0; i < d->episode_count; i++)
        if (meets(d, &d->episodes[i], k)) last = &d->episodes[i];
    return last;
}

static void decide_old(struct deciding *d, instant from)
{
    for (size_t k = 0; k < d->known_count; k++) {
        const struct known_alert *alert = &d->known[k];
        const struct episode *last = last_met(d, k);
        const bool is_open = alert->end == TIME_NONE;
        if (is_open && !last)  // late readings show that it never was
            d->out[d->count++] = (struct decision){
                DECIDE_CLEAR, k, {alert->start, alert->start > from ? alert->start : from, 0}};
        else if (is_open && last->end != TIME_NONE)
            d->out[d->count++] = (struct decision){DECIDE_CLEAR, k, *last};
        else if (!is_open && last && last->end == TIME_NONE && last->start <= alert->end)
            d->out[d->count++] = (struct decision){DECIDE_EXTEND, k, *last};
    }
}

bool condition_decide(const struct episode *episodes, size_t episode_count, const struct known_alert *known,
                      size_t known_count, instant from, int64_t slack, arena *a, struct decision **out,
                      size_t *count, err *e)
{
    struct deciding d = {episodes, episode_count, known, known_count, slack, NULL, 0};
    d.out = ARENA_ARRAY(a, episode_count + known_count + 1, struct decision);
    if (!d.out) return err_no_memory(e);
    decide_new(&d);
    decide_old(&d, from);
    *out = d.out;
    *count = d.count;
    return true;
}
