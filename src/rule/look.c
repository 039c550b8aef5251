// SPDX-License-Identifier: EUPL-1.2
// The job: which rules and subjects have something new, what episodes their readings give, what that means for alerts.
#include "rule/inside.h"

#include "base/log.h"
#include "model/quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_BYTES_MAX ((size_t)512 << 20)
#define BOOK_BYTES_MAX ((size_t)256 << 20)
#define RECENT (6 * TIME_HOUR)
#define SLACK_LEAST (10 * TIME_MINUTE)
#define AFTER_THE_HOUR (2 * TIME_MINUTE)
#define UNTOLD STR("alert_untold")

// One pass over everything.
struct pass {
    struct rules *rules;
    struct snapshot *at;
    const struct rollup_streams *list;
    instant *since;  // of each stream of the list: the oldest that came in; TIME_NONE: nothing
    bool all, is_new_hour, is_new_minute;
    instant now;
    arena *book;     // rules and subjects
    arena *scratch;  // of one subject
};

// ---- Texts of an alert -------------------------------------------------------------------------------------------

static const struct thing_place *place_of(const struct pass *p, entity_id thing)
{
    const struct thing_place *place = NULL;
    for (size_t k = 0; k < p->list->count && !place; k++)
        if (p->list->all[k].thing == thing) place = thing_place_at(&p->list->all[k].places, p->now);
    return place;
}

static bool write_beside(const struct area_spot *s, arena *a, str *out)
{
    const struct area *const all[] = {s->street, s->town, s->region};
    str words = {0};
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
        if (all[k] &&
            !arena_print(a, &words, "%.*s%s%.*s", STR_ARG(words), words.n ? " " : "", STR_ARG(all[k]->code)))
            return false;
    *out = words;
    return true;
}

// Whoever follows a street, a town or a region hears of the meters there; and of the areas that lie in a town or region.
static bool put_place(const struct pass *p, const struct subject *s, arena *a, struct alert *x, err *e)
{
    struct rules *r = p->rules;
    const int year = areas_year_of(r->config.areas, p->now);
    const struct thing_place *place = s->kind == SUBJECT_AREA ? NULL : place_of(p, s->thing);
    const struct atlas *t = areas_take(r->config.areas);
    const struct area *own = s->kind == SUBJECT_AREA ? atlas_find(t, s->area, year) : NULL;
    bool ok = true;
    x->area = s->area;
    if (place || (own && own->geometry.n)) {
        struct area_spot spot = atlas_spot(t, place ? place->place : own->middle, year);
        if (own) spot.street = NULL;  // that its middle lies in a street says nothing
        ok = write_beside(&spot, a, &x->beside) && (own || arena_copy(a, spot.leaf->code, &x->area));
    }
    areas_give(r->config.areas, t);
    return ok || err_no_memory(e);
}

static bool new_alert(struct pass *p, const struct rule *rule, const struct subject *s,
                      const struct episode *x, arena *a, struct alert *out, err *e)
{
    struct alert n = {.rule = rule->id,
                      .name_nl = rule->name_nl,
                      .name_en = rule->name_en,
                      .start = x->start,
                      .end = x->end,
                      .raised = p->now,
                      .worst = rule->condition.kind == WHEN_MISSING ? (double)NAN : x->worst,
                      .is_public = rule->is_public};
    if (rule->quantity && rule->condition.kind != WHEN_MISSING && rule->condition.kind != WHEN_CLASS)
        n.unit = rule->quantity->symbol;
    if (rule->scale && x->worst >= 1 && x->worst <= rule->scale->class_count)
        n.group = rule->scale->classes[(int)x->worst - 1].group;
    if (!alert_id(a, rule->id, str_of(s->key), x->start, &n.id)) return err_no_memory(e);
    if (!subject_name(p->rules, p->at, s, p->now, a, &n.subject_name, e)) return false;
    if (s->kind != SUBJECT_AREA) {
        n.thing = s->thing;
        n.stream = s->stream ? s->stream->id : 0;
    }
    if (!put_place(p, s, a, &n, e)) return false;
    *out = n;
    return true;
}

// ---- Decisions into the store ------------------------------------------------------------------------------------

struct applying {
    struct pass *pass;
    const struct rule *rule;
    const struct subject *subject;
    const struct decision *decisions;
    size_t count;
    const struct stored_alert *known;
    // What came of each, for telling after the commit; NULL rule of one: nothing is told.
    struct alert *alerts;
    bool *is_told;
    tell_what *what;
};

static bool note_untold(struct store_tx *tx, const struct alert *x, err *e)
{
    return store_document_put(tx, UNTOLD, x->id, STR("{}"), e);
}

static bool raise_alert(struct store_tx *tx, struct applying *w, size_t k, err *e)
{
    struct pass *p = w->pass;
    struct alert *x = &w->alerts[k];
    if (!new_alert(p, w->rule, w->subject, &w->decisions[k].episode, p->scratch, x, e)) return false;
    const bool is_urgent = w->rule->quiet_not_from > 0 && x->group >= w->rule->quiet_not_from;
    x->was_told = is_urgent || !rule_is_quiet(w->rule, p->rules->config.zone, p->now);
    w->what[k] = TELL_RAISED;
    w->is_told[k] = true;
    return alert_store(tx, x, str_of(w->subject->key), e) &&
           (x->was_told ? tell(p->rules, tx, w->rule, x, TELL_RAISED, p->now, e) : note_untold(tx, x, e));
}

static bool end_alert(struct store_tx *tx, struct applying *w, size_t k, err *e)
{
    struct pass *p = w->pass;
    struct alert *x = &w->alerts[k];
    const struct decision *d = &w->decisions[k];
    if (!alert_read(store_tx_snapshot(tx), w->known[d->alert].id, p->scratch, x, e)) return false;
    x->end = d->episode.end > x->start ? d->episode.end : x->start;
    if (!isnan(x->worst) && isfinite(d->episode.worst) && d->episode.worst > x->worst &&
        w->rule->condition.kind != WHEN_BELOW)
        x->worst = d->episode.worst;
    w->what[k] = TELL_CLEARED;
    w->is_told[k] = true;
    if (!alert_store(tx, x, str_of(w->subject->key), e)) return false;
    return x->was_told ? tell(p->rules, tx, w->rule, x, TELL_CLEARED, p->now, e)
                       : store_document_delete(tx, UNTOLD, x->id, e);
}

// It went on after all: late readings filled what looked like an end. Nobody is told a second time.
static bool extend_alert(struct store_tx *tx, struct applying *w, size_t k, err *e)
{
    struct alert *x = &w->alerts[k];
    if (!alert_read(store_tx_snapshot(tx), w->known[w->decisions[k].alert].id, w->pass->scratch, x, e))
        return false;
    x->end = TIME_NONE;
    return alert_store(tx, x, str_of(w->subject->key), e);
}

static bool apply_run(struct store_tx *tx, void *context, err *e)
{
    static bool (*const ways[])(struct store_tx *, struct applying *, size_t, err *) = {
        [DECIDE_RAISE] = raise_alert, [DECIDE_CLEAR] = end_alert, [DECIDE_EXTEND] = extend_alert};
    struct applying *w = context;
    for (size_t k = 0; k < w->count; k++)
        if (!ways[w->decisions[k].kind](tx, w, k, e)) return false;
    return true;
}

static bool apply(struct pass *p, const struct rule *rule, const struct subject *s, const struct decision *d,
                  size_t count, const struct stored_alert *known, err *e)
{
    struct applying w = {p, rule, s, d, count, known, NULL, NULL, NULL};
    if (count == 0) return true;
    w.alerts = ARENA_ARRAY(p->scratch, count, struct alert);
    w.is_told = ARENA_ARRAY(p->scratch, count, bool);
    w.what = ARENA_ARRAY(p->scratch, count, tell_what);
    if (!w.alerts || !w.is_told || !w.what) return err_no_memory(e);
    if (!store_run(p->rules->config.store, apply_run, &w, e)) return false;
    for (size_t k = 0; k < count; k++)
        if (w.is_told[k]) tell_at_once(p->rules, rule, &w.alerts[k], w.what[k]);
    return true;
}

// ---- One rule and subject ----------------------------------------------------------------------------------------

static bool rule_begins(struct pass *p, const struct rule *rule, instant *out, err *e)
{
    str text;
    err why = {0};
    *out = TIME_MIN;
    if (!store_document_get(p->at, STR("rule_since"), rule->id, p->scratch, &text, &why))
        return why.code == ERR_ABSENT || err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
    return text.n < 3 || time_parse(str_slice(text, 1, text.n - 1), out, e);
}

static bool was_active_at(const struct stored_alert *known, size_t count, instant from)
{
    for (size_t k = 0; k < count; k++)
        if (known[k].known.start < from && (known[k].known.end == TIME_NONE || known[k].known.end > from))
            return true;
    return false;
}

static bool look_at(struct pass *p, const struct rule *rule, const struct subject *s, instant from, err *e)
{
    struct sample *samples;
    struct stored_alert *stored;
    struct episode *episodes;
    struct decision *decisions;
    size_t sample_count, known_count, episode_count, decision_count;
    instant begins;
    arena *a = p->scratch;
    arena_reset(a);
    if (!rule_begins(p, rule, &begins, e)) return false;
    if (from < begins) from = begins;
    // A clock may be a little ahead (it is no doubt up to a minute): what it sends is looked at now, for nothing wakes us later.
    const instant now = rule->condition.kind == WHEN_MISSING ? p->now : p->now + CLOCK_AHEAD_MOST;
    if (from > now) return true;
    const interval when = {from - rule_margin(rule), now + 1};
    if (!subject_samples(p->rules, p->at, rule, s, when, a, &samples, &sample_count, e) ||
        !alerts_known(p->at, rule->id, str_of(s->key), from, a, &stored, &known_count, e))
        return false;
    struct known_alert *known = ARENA_ARRAY(a, known_count + 1, struct known_alert);
    if (!known) return err_no_memory(e);
    for (size_t k = 0; k < known_count; k++) known[k] = stored[k].known;
    const int64_t slack = rule->condition.within_us > SLACK_LEAST ? rule->condition.within_us : SLACK_LEAST;
    return condition_episodes(&rule->condition, samples, sample_count, from, now,
                              was_active_at(stored, known_count, from), a, &episodes, &episode_count, e) &&
           condition_decide(episodes, episode_count, known, known_count, from, slack, a, &decisions,
                            &decision_count, e) &&
           apply(p, rule, s, decisions, decision_count, stored, e);
}

static size_t index_in(const struct rollup_streams *list, const struct rollup_stream *s)
{
    return (size_t)(s - list->all);
}

// From when on it has to be looked at; TIME_NONE: there is nothing new.
static instant look_from(const struct pass *p, const struct rule *rule, const struct subject *s)
{
    const instant oldest = p->now - RULE_WINDOW;
    if (p->all) return oldest;
    if (s->kind != SUBJECT_STREAM) return p->is_new_hour ? oldest : TIME_NONE;
    const instant since = p->since[index_in(p->list, s->stream)];
    if (since == TIME_NONE)
        return rule->condition.kind == WHEN_MISSING && p->is_new_minute ? p->now - RECENT : TIME_NONE;
    const instant from = since < p->now - RECENT ? since : p->now - RECENT;
    return from > oldest ? from : oldest;
}

// Of what came in for a rule, that whose time is in [begins, too long ago to be looked at).
static void gather_late(const struct pass *p, const struct rule *rule, const struct subject *subjects,
                        size_t count, instant begins, struct rule_late *out)
{
    const bool of_streams = count > 0 && subjects[0].kind == SUBJECT_STREAM;
    const size_t n = of_streams ? count : p->list->count;
    *out = (struct rule_late){.seen = p->now, .oldest = TIME_MAX};
    for (size_t k = 0; k < n; k++) {
        const struct rollup_stream *s = of_streams ? subjects[k].stream : &p->list->all[k];
        const instant since = p->since[index_in(p->list, s)];
        if (since == TIME_NONE || since < begins || since >= p->now - RULE_WINDOW) continue;
        if (rule->quantity && s->quantity != rule->quantity) continue;
        if (since < out->oldest) out->oldest = since;
        out->streams++;
    }
}

// It raises no alert; the rule's history tells of it.
static bool note_late(struct pass *p, const struct rule *rule, const struct subject *subjects, size_t count,
                      err *e)
{
    struct rule_late late;
    instant begins;
    gather_late(p, rule, subjects, count, TIME_MIN, &late);
    if (late.streams == 0) return true;
    arena_reset(p->scratch);
    if (!rule_begins(p, rule, &begins, e)) return false;
    gather_late(p, rule, subjects, count, begins, &late);
    return late.streams == 0 || late_note(p->rules->config.store, rule->id, &late, p->scratch, e);
}

static bool look_at_rule(struct pass *p, const struct rule *rule, err *e)
{
    struct subject *subjects;
    size_t count;
    if (!rule->is_on) return true;
    if (!subjects_of(p->rules, rule, p->list, p->book, &subjects, &count, e) ||
        !note_late(p, rule, subjects, count, e))
        return false;
    for (size_t k = 0; k < count; k++) {
        const instant from = look_from(p, rule, &subjects[k]);
        err why = {0};
        if (from == TIME_NONE || look_at(p, rule, &subjects[k], from, &why)) continue;
        // An area or meter that went away is no reason to stop; a fault of the store is.
        if (why.code != ERR_ABSENT && why.code != ERR_GONE && why.code != ERR_LIMIT) {
            if (e) *e = why;
            return err_within(e, "rule '%.*s'", STR_ARG(rule->id));
        }
    }
    return true;
}

// ---- When quiet hours end ----------------------------------------------------------------------------------------

struct untold {
    arena *a;
    str ids[1000];
    size_t count;
};

static bool take_untold(str key, str text, void *context, err *e)
{
    (void)text;
    struct untold *u = context;
    if (!arena_copy(u->a, key, &u->ids[u->count])) return err_no_memory(e);
    return ++u->count < sizeof u->ids / sizeof u->ids[0];
}

struct telling {
    struct pass *pass;
    const struct rule *rule;
    struct alert alert;
};

static bool tell_late(struct store_tx *tx, void *context, err *e)
{
    struct telling *t = context;
    const str subject = alert_subject(&t->alert);
    if (!store_document_delete(tx, UNTOLD, t->alert.id, e)) return false;
    if (!t->rule || t->alert.end != TIME_NONE) return true;  // over by now, or the rule went: the feed has it
    t->alert.was_told = true;
    return alert_store(tx, &t->alert, subject, e) &&
           tell(t->pass->rules, tx, t->rule, &t->alert, TELL_RAISED, t->pass->now, e);
}

static const struct rule *find_rule(const struct rule *all, size_t count, str id)
{
    for (size_t k = 0; k < count; k++)
        if (str_eq(all[k].id, id)) return &all[k];
    return NULL;
}

static bool tell_untold(struct pass *p, const struct rule *all, size_t count, err *e)
{
    struct untold *u = ARENA_NEW(p->book, struct untold);
    if (!u) return err_no_memory(e);
    u->a = p->book;
    if (!store_document_each(p->at, UNTOLD, take_untold, u, e)) return false;
    for (size_t k = 0; k < u->count; k++) {
        struct telling t = {.pass = p};
        arena_reset(p->scratch);
        if (!alert_read(p->at, u->ids[k], p->scratch, &t.alert, e)) return false;
        t.rule = find_rule(all, count, t.alert.rule);
        if (t.rule && rule_is_quiet(t.rule, p->rules->config.zone, p->now)) continue;
        if (!store_run(p->rules->config.store, tell_late, &t, e)) return false;
    }
    return true;
}

// ---- A pass ------------------------------------------------------------------------------------------------------

static bool take_heard(struct pass *p, err *e)
{
    p->since = ARENA_ARRAY(p->book, p->list->count + 1, instant);
    if (!p->since) return err_no_memory(e);
    for (size_t k = 0; k < p->list->count; k++) p->since[k] = heard_take(p->rules->heard, p->list->all[k].id);
    return true;
}

static void give_back_heard(struct pass *p)
{
    for (size_t k = 0; p->since && k < p->list->count; k++)
        if (p->since[k] != TIME_NONE) heard_note(p->rules->heard, p->list->all[k].id, p->since[k]);
}

static bool look_at_all(struct pass *p, err *e)
{
    struct rule *all;
    size_t count;
    if (!rules_list(p->rules, p->at, p->book, &all, &count, e)) return false;
    for (size_t k = 0; k < count; k++)
        if (!look_at_rule(p, &all[k], e)) return false;
    return tell_untold(p, all, count, e);
}

static void set_clock(struct pass *p)
{
    struct rules *r = p->rules;
    const instant hour = p->now - p->now % TIME_HOUR, minute = p->now - p->now % TIME_MINUTE;
    p->is_new_hour = hour != r->last_hour && p->now - hour >= AFTER_THE_HOUR;
    p->is_new_minute = minute != r->last_minute;
}

static void keep_clock(struct pass *p)
{
    struct rules *r = p->rules;
    const instant hour = p->now - p->now % TIME_HOUR;
    if (p->is_new_hour || (p->all && p->now - hour >= AFTER_THE_HOUR)) r->last_hour = hour;
    r->last_minute = p->now - p->now % TIME_MINUTE;
}

bool rules_look(struct rules *r, instant now, bool all, err *e)
{
    struct pass p = {
        .rules = r, .now = now, .book = arena_new(BOOK_BYTES_MAX), .scratch = arena_new(LOOK_BYTES_MAX)};
    bool ok = (p.book && p.scratch) || err_no_memory(e);
    live_alerts_sweep(r->live);
    p.all = atomic_exchange(&r->is_changed, false) || all;
    set_clock(&p);
    if (ok && (ok = rollup_streams_take(r->config.rollups, &p.list, e))) {
        // What was heard of is taken first: a reading that is committed in between is seen twice, never missed.
        if ((ok = take_heard(&p, e) && snapshot_open(r->config.store, &p.at, e))) {
            ok = look_at_all(&p, e);
            snapshot_close(p.at);
        }
        if (!ok) give_back_heard(&p);
        rollup_streams_give(r->config.rollups, p.list);
    }
    if (ok)
        keep_clock(&p);
    else if (p.all)
        atomic_store(&r->is_changed, true);
    arena_free(p.book);
    arena_free(p.scratch);
    return ok;
}
