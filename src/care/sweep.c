// SPDX-License-Identifier: EUPL-1.2
// The round over all homes: who is not heard of, whose case is missing, what is past its time.
#include "care/document.h"
#include "care/home.h"
#include "care/processing.h"
#include "care/raw.h"
#include "care/withdrawn.h"
#include "identity/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SWEEP_HOMES 500
#define SWEEP_CASES 500
// Who was heard of so lately was judged then. `heard` is written once an hour.
#define JUDGED_LATELY (TIME_HOUR + 20 * TIME_MINUTE)

struct sweeping {
    struct care *care;
    instant now;
    struct participant *homes;
    size_t count;
    bool more, is_awake;
    char before[RAW_DAY_MAX];  // readings of older days go
    char (*cases)[CARE_ID_MAX + 1];
    size_t case_count;
};

// ---- Homes -------------------------------------------------------------------------------------------------------

static bool collect(str key, str text, void *context, err *e)
{
    struct sweeping *x = context;
    if (str_eq(key, str_of(x->care->sweep_after))) return true;
    if (x->count == SWEEP_HOMES) {
        x->more = true;
        return false;
    }
    return participant_parse(text, key, &x->homes[x->count++], e);
}

// What a case must stand for; a healthy home has none.
static bool stands_out(const struct participant *p)
{
    static const char *const states[] = {"quiet", "cap", "supply_off", "meter_silent"};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (strcmp(p->state, states[i]) == 0) return true;
    return false;
}

static bool judge_stream(struct sweeping *x, struct store_tx *tx, struct participant *p, err *e)
{
    struct care_home home = {0}, stored;
    const struct participant before = *p;
    err why = {0};
    // After a start what waited elsewhere comes first: our own silence is nobody else's.
    if (!x->is_awake && !stands_out(p)) return true;
    if (p->heard != TIME_NONE && x->now - p->heard < JUDGED_LATELY) return true;
    if (!care_home_get(x->care, str_of(p->pseudonym), &home, &why))
        return why.code == ERR_ABSENT || err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
    if (!x->is_awake) return care_settle(x->care, tx, p, &before, &home.home, x->now, e);
    memcpy(&stored, &home, sizeof stored);
    return care_judge(x->care, tx, p, &before, &home, &stored, x->now, e);
}

static bool judge_watch(struct sweeping *x, struct store_tx *tx, struct participant *p, err *e)
{
    const struct participant before = *p;
    const instant heard = p->heard != TIME_NONE ? p->heard
                                                : p->since;  // a box that was never plugged in is silent too
    if (x->is_awake && x->now - heard >= CARE_HEARTBEAT_HOURS * TIME_HOUR && strcmp(p->state, "quiet") != 0 &&
        strcmp(p->state, "cap") != 0)
        participant_set_state(p, "meter_silent", x->now);
    return care_settle(x->care, tx, p, &before, NULL, x->now, e);
}

// Readings past their time; and who left while a copy was made that was put back, or in the middle of a crash.
static bool delete_of(struct sweeping *x, struct store_tx *tx, const struct participant *p, bool *is_gone,
                      err *e)
{
    struct care *c = x->care;
    int64_t names, removed = 0;
    str ignored;
    arena *a = arena_new(1 << 14);
    *is_gone = false;
    bool ok = a ? vault_count(c->vault, KIND_IDENTITY, str_of(p->pseudonym), a, &names, &ignored, e)
                : err_no_memory(e);
    arena_free(a);
    if (!ok) return false;
    if (names > 0 && !withdrawn_has(c->withdrawn, str_of(p->pseudonym))) {
        ok = p->way != CARE_STREAM ||
             vault_forget_before(c->vault, KIND_RAW, str_of(p->pseudonym), str_of(x->before), &removed, e);
        c->deleted += removed;
        return ok;
    }
    const struct audit_event event = {
        .what = STR("care.withdraw"), .which = STR("home"), .detail = STR("completed=yes"), .at = x->now};
    *is_gone = true;
    return vault_forget(c->vault, str_of(p->pseudonym), &removed, e) &&
           participant_remove(c, tx, p, &removed, e) && audit_record(tx, &event, e);
}

static bool sweep_home(struct sweeping *x, struct store_tx *tx, struct participant *p, err *e)
{
    bool is_gone = false;
    if (p->is_withdrawn) return true;
    if (x->care->is_deleting && !delete_of(x, tx, p, &is_gone, e)) return false;
    if (is_gone) return true;
    return p->way == CARE_STREAM ? judge_stream(x, tx, p, e) : judge_watch(x, tx, p, e);
}

struct orphans {
    const struct sweeping *x;
    size_t next;  // of the homes, which come in the same order
    char (*keys)[SIGN_PSEUDONYM_CHARS + 1];
    size_t count;
};

static bool find_orphan(str key, void *context, err *e)
{
    (void)e;
    struct orphans *o = context;
    while (o->next < o->x->count && str_cmp(str_of(o->x->homes[o->next].pseudonym), key) < 0) o->next++;
    if (o->next < o->x->count && str_eq(str_of(o->x->homes[o->next].pseudonym), key)) return true;
    if (o->count == SWEEP_HOMES) return true;  // tomorrow
    text_set(o->keys[o->count++], SIGN_PSEUDONYM_CHARS + 1, key);
    return true;
}

// Names whose home the store does not know: who came while a copy was made that was put back, or in the middle of a crash. Nothing
// leads to them, so nobody could ever ask to have them deleted.
static bool delete_orphans(struct sweeping *x, str after, str upto, err *e)
{
    struct orphans o = {.x = x, .keys = calloc(SWEEP_HOMES, sizeof *o.keys)};
    if (!o.keys) return err_no_memory(e);
    int64_t removed;
    bool ok = vault_each(x->care->vault, KIND_IDENTITY, after, upto, find_orphan, &o, e);
    for (size_t i = 0; ok && i < o.count; i++)
        ok = vault_forget(x->care->vault, str_of(o.keys[i]), &removed, e);
    x->care->deleted_orphans += (int64_t)o.count;
    free(o.keys);
    return ok;
}

static bool sweep_homes(struct sweeping *x, struct store_tx *tx, err *e)
{
    x->count = 0;
    x->more = false;
    if (!store_document_range(store_tx_snapshot(tx), KIND_PARTICIPANT, str_of(x->care->sweep_after), (str){0},
                              collect, x, e))
        return false;
    const str upto = x->more ? str_of(x->homes[x->count - 1].pseudonym) : (str){0};
    if (x->care->is_deleting && !delete_orphans(x, str_of(x->care->sweep_after), upto, e)) return false;
    for (size_t i = 0; i < x->count; i++)
        if (!sweep_home(x, tx, &x->homes[i], e)) return false;
    text_set(x->care->sweep_after, sizeof x->care->sweep_after, upto);
    return true;
}

// ---- Cases -------------------------------------------------------------------------------------------------------

static bool find_late(str key, str text, void *context, err *e)
{
    struct sweeping *x = context;
    static struct case_doc doc;
    if (!case_parse(text, key, &doc, e)) return false;
    if (x->now >= doc.due && x->case_count < SWEEP_CASES)
        text_set(x->cases[x->case_count++], CARE_ID_MAX + 1, key);
    return true;
}

// A step that nobody took in time is raised, never dropped: it comes first in the list, with a new time.
static bool raise_late(struct sweeping *x, struct store_tx *tx, err *e)
{
    static struct case_doc doc;
    x->case_count = 0;
    if (!store_document_each(store_tx_snapshot(tx), KIND_CASE, find_late, x, e)) return false;
    for (size_t i = 0; i < x->case_count; i++) {
        if (!case_get(store_tx_snapshot(tx), str_of(x->cases[i]), &doc, e)) return false;
        doc.late_count++;
        doc.due = x->now + ladder_rung(doc.step)->deadline_h * TIME_HOUR;
        case_note(&doc, x->now, NULL, "late", ladder_rung(doc.step)->name);
        if (!case_put(tx, &doc, e)) return false;
    }
    return true;
}

static bool find_old(str key, str text, void *context, err *e)
{
    struct sweeping *x = context;
    static struct case_doc doc;
    if (x->case_count == SWEEP_CASES) return false;
    if (!case_parse(text, key, &doc, e)) return false;
    if (x->now - doc.closed >= CARE_CASE_DAYS * TIME_DAY)
        text_set(x->cases[x->case_count++], CARE_ID_MAX + 1, key);
    return true;
}

static bool delete_case(struct store_tx *tx, const char *id, err *e)
{
    static struct case_doc doc;
    char index[SIGN_PSEUDONYM_CHARS + CARE_ID_MAX + 2];
    if (!case_get(store_tx_snapshot(tx), str_of(id), &doc, e)) return false;
    snprintf(index, sizeof index, "%s/%s", doc.pseudonym, id);
    return store_document_delete(tx, KIND_CLOSED, str_of(id), e) &&
           store_document_delete(tx, KIND_OF, str_of(index), e);
}

// Numbers begin with the second of opening: what was opened later cannot have been closed for so long.
static bool delete_cases(struct sweeping *x, struct store_tx *tx, err *e)
{
    char to[CARE_ID_MAX + 1];
    x->case_count = 0;
    snprintf(to, sizeof to, "c%010lld", (long long)((x->now - CARE_CASE_DAYS * TIME_DAY) / TIME_SECOND + 1));
    if (!store_document_range(store_tx_snapshot(tx), KIND_CLOSED, (str){0}, str_of(to), find_old, x, e))
        return false;
    for (size_t i = 0; i < x->case_count; i++)
        if (!delete_case(tx, x->cases[i], e)) return false;
    x->care->deleted_cases += (int64_t)x->case_count;
    return true;
}

// ---- Months ------------------------------------------------------------------------------------------------------

static bool find_month(str key, str text, void *context, err *e)
{
    (void)text;
    (void)e;
    struct sweeping *x = context;
    if (x->case_count == SWEEP_CASES) return false;
    text_set(x->cases[x->case_count++], CARE_ID_MAX + 1, key);
    return true;
}

static bool delete_months(struct sweeping *x, struct store_tx *tx, err *e)
{
    char to[24];
    const civil c = tz_civil(x->care->config.zone, x->now);
    const int months = c.year * 12 + c.month - 1 - (CARE_STATE_MONTHS - 1);
    x->case_count = 0;
    snprintf(to, sizeof to, "%04d-%02d", months / 12 % 10000, months % 12 + 1);
    if (!store_document_range(store_tx_snapshot(tx), KIND_MONTH, (str){0}, str_of(to), find_month, x, e))
        return false;
    for (size_t i = 0; i < x->case_count; i++)
        if (!store_document_delete(tx, KIND_MONTH, str_of(x->cases[i]), e)) return false;
    return true;
}

// ---- The round ---------------------------------------------------------------------------------------------------

// No copy that the town may still have holds who stopped before that day.
static bool forget_marks(struct sweeping *x, struct store_tx *tx, err *e)
{
    struct care *c = x->care;
    char today[RAW_DAY_MAX], before[RAW_DAY_MAX];
    raw_day(c->config.zone, x->now, today);
    raw_day(c->config.zone, x->now - (instant)c->config.backup_days * TIME_DAY, before);
    return withdrawn_forget_before(c->withdrawn, before, e) && care_note_day(tx, today, e);
}

// Once a day. The log says what went: nobody has to take our word for it.
static bool end_deleting(struct sweeping *x, struct store_tx *tx, err *e)
{
    struct care *c = x->care;
    char detail[160];
    if (!delete_cases(x, tx, e) || !delete_months(x, tx, e)) return false;
    const bool is_full = x->case_count == SWEEP_CASES;
    const int64_t readings = c->deleted, cases = c->deleted_cases, orphans = c->deleted_orphans;
    c->is_deleting = false;
    c->deleted = c->deleted_cases = c->deleted_orphans = 0;
    if (!is_full) raw_day(c->config.zone, x->now, c->deleted_day);
    if (!forget_marks(x, tx, e) || !vault_settle(c->vault, e)) return false;
    if (readings + cases + orphans == 0) return true;
    snprintf(detail, sizeof detail, "readings-days=%lld cases=%lld before=%s names-without-home=%lld",
             (long long)readings, (long long)cases, x->before, (long long)orphans);
    const struct audit_event event = {
        .what = STR("care.delete"), .which = STR("home"), .detail = str_of(detail), .at = x->now};
    return audit_record(tx, &event, e);
}

static bool sweep(struct store_tx *tx, void *context, err *e)
{
    struct sweeping *x = context;
    struct care *c = x->care;
    char today[RAW_DAY_MAX];
    raw_day(c->config.zone, x->now, today);
    raw_day(c->config.zone, x->now - (instant)(c->config.raw_days - 1) * TIME_DAY, x->before);
    if (c->awake_since == 0) c->awake_since = x->now;
    x->is_awake = x->now - c->awake_since >= CARE_AWAKE_HOURS * TIME_HOUR;
    if (c->sweep_after[0] == 0) c->is_deleting = strcmp(today, c->deleted_day) != 0;
    if (!sweep_homes(x, tx, e)) return false;
    if (x->more) return true;
    return raise_late(x, tx, e) && (!c->is_deleting || end_deleting(x, tx, e));
}

bool care_sweep(struct care *c, instant now, bool *more, err *e)
{
    struct sweeping x = {.care = c, .now = now};
    x.homes = calloc(SWEEP_HOMES, sizeof *x.homes);
    x.cases = calloc(SWEEP_CASES, sizeof *x.cases);
    const bool ok = x.homes && x.cases ? care_run(c, sweep, &x, e) : err_no_memory(e);
    free(x.homes);
    free(x.cases);
    *more = ok && x.more;
    return ok;
}
