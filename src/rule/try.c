// SPDX-License-Identifier: EUPL-1.2
// Test mode: what a rule would have raised, from the readings that are there; nothing is stored, nothing sent.
#include "rule/inside.h"

#include <string.h>

#define TRIAL_BYTES_MAX ((size_t)512 << 20)
#define TRIAL_SUBJECTS_MAX 500

static bool take_episodes(const struct subject *s, str place, const struct episode *x, size_t count,
                          instant end, arena *a, struct rule_trial *out, err *e)
{
    str name;
    if (!arena_print(a, &name, s->kind == SUBJECT_AREA ? "area:%s" : "%s", s->key)) return err_no_memory(e);
    if (s->kind == SUBJECT_STREAM && !arena_print(a, &name, "datastream:%s", s->key + 1))
        return err_no_memory(e);
    if (s->kind == SUBJECT_THING && !arena_print(a, &name, "thing:%s", s->key + 1)) return err_no_memory(e);
    for (size_t k = 0; k < count; k++) {
        out->lasted_us += (x[k].end == TIME_NONE ? end : x[k].end) - x[k].start;
        if (out->count < TRIAL_EPISODES_MAX)
            out->all[out->count++] = (struct rule_trial_episode){name, place, x[k]};
    }
    out->found += count;
    return true;
}

static bool try_subject(struct rules *r, struct snapshot *at, const struct rule *rule,
                        const struct subject *s, interval when, arena *scratch, arena *a,
                        struct rule_trial *out, err *e)
{
    struct sample *samples;
    struct episode *episodes;
    size_t n, found;
    const interval needed = {when.start - rule_margin(rule), when.end};
    err why = {0};
    arena_reset(scratch);
    if (!subject_samples(r, at, rule, s, needed, scratch, &samples, &n, &why)) {
        if (why.code != ERR_ABSENT) return err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
        n = 0;
    }
    out->subjects++;
    if (n == 0) {
        out->without_data++;
        return true;
    }
    str place = {0};
    return condition_episodes(&rule->condition, samples, n, when.start, when.end - 1, false, scratch,
                              &episodes, &found, e) &&
           (found == 0 || subject_name(r, at, s, when.end, a, &place, e)) &&
           take_episodes(s, place, episodes, found, when.end, a, out, e);
}

static bool try_all(struct rules *r, struct snapshot *at, const struct rule *rule, interval when,
                    const struct rollup_streams *list, arena *scratch, arena *a, struct rule_trial *out,
                    err *e)
{
    struct subject *subjects;
    size_t count;
    if (!subjects_of(r, rule, list, a, &subjects, &count, e)) return false;
    if (count > TRIAL_SUBJECTS_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a trial looks at %d subjects at most, this rule has %zu",
                       TRIAL_SUBJECTS_MAX, count);
    for (size_t k = 0; k < count; k++)
        if (!try_subject(r, at, rule, &subjects[k], when, scratch, a, out, e)) return false;
    return true;
}

bool rules_try(struct rules *r, struct snapshot *at, const struct rule *rule, interval when, arena *a,
               struct rule_trial *out, err *e)
{
    const struct rollup_streams *list;
    struct rule_trial t = {.all = ARENA_ARRAY(a, TRIAL_EPISODES_MAX, struct rule_trial_episode)};
    if (when.end <= when.start || when.end - when.start > TRIAL_DAYS_MAX * TIME_DAY)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "a trial looks at 1 to %d days", TRIAL_DAYS_MAX);
    if (!t.all) return err_no_memory(e);
    if (!rollup_streams_take(r->config.rollups, &list, e)) return false;
    arena *scratch = arena_new(TRIAL_BYTES_MAX);
    const bool ok = scratch ? try_all(r, at, rule, when, list, scratch, a, &t, e) : err_no_memory(e);
    arena_free(scratch);
    rollup_streams_give(r->config.rollups, list);
    if (ok) *out = t;
    return ok;
}
