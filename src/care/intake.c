// SPDX-License-Identifier: EUPL-1.2
#include "care/document.h"

#include "base/json.h"
#include "care/home.h"
#include "care/processing.h"
#include "identity/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEARD_AGAIN TIME_HOUR  // how old `heard` may be before it is written anew
#define SWEEP_HOMES 500
#define NUMBER_ROUND 1000000

// ---- A change of state -------------------------------------------------------------------------------------------

static void set_state(struct participant *p, const char *state, instant now)
{
    if (strcmp(p->state, state) == 0) return;
    text_set(p->state, sizeof p->state, str_of(state));
    p->state_since = now;
}

// Writes the participant when something is worth it.
static bool settle(struct care *c, struct store_tx *tx, struct participant *p,
                   const struct participant *before, const struct sign_home *home, instant now, err *e)
{
    if (!case_reconcile(c, tx, p, home, now, e)) return false;
    const bool is_news = strcmp(p->state, before->state) != 0 || strcmp(p->case_id, before->case_id) != 0 ||
                         p->number != before->number || before->heard == TIME_NONE ||
                         (p->heard != TIME_NONE && p->heard - before->heard >= HEARD_AGAIN);
    return !is_news || participant_put(tx, p, e);
}

// ---- A watch -----------------------------------------------------------------------------------------------------

struct hearing {
    struct care *care;
    struct sign_message message;
    str line, signature;
    instant now;
    struct participant p;
};

// Counts up, round 999999; the same line again is what a box sends that had no answer.
static bool is_newer(int64_t number, int64_t before)
{
    const int64_t step = (number - before + NUMBER_ROUND) % NUMBER_ROUND;
    return step < NUMBER_ROUND / 2;
}

static const char *state_of(const struct care *c, const struct sign_message *m)
{
    if (m->word == SIGN_FAULT) return "meter_silent";
    if (m->word == SIGN_OK) return "active";
    return m->quiet_h >= (int)c->config.parameters.cap_h ? "cap" : "quiet";
}

static bool hear(struct store_tx *tx, void *context, err *e)
{
    struct hearing *x = context;
    struct participant *p = &x->p;
    if (!participant_get(store_tx_snapshot(tx), str_of(x->message.pseudonym), p, e)) return false;
    if (p->way != CARE_WATCH) return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "this home has no watch");
    if (!sign_message_check(x->line, x->signature, p->key, e)) return false;
    if (!is_newer(x->message.number, p->number))
        return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "this line is older than one that was heard");
    const struct participant before = *p;
    p->number = x->message.number;
    p->heard = x->now;
    p->quiet_h = x->message.quiet_h;
    if (x->message.word == SIGN_OK) p->last_life = x->now;
    set_state(p, state_of(x->care, &x->message), x->now);
    return settle(x->care, tx, p, &before, NULL, x->now, e);
}

static void put_time(json_writer *w, str name, instant t)
{
    char text[TIME_TEXT_MAX];
    json_name(w, name);
    if (t == TIME_NONE)
        json_put_null(w);
    else
        json_put_text(w, (str){text, time_write(text, t)});
}

bool care_hear(struct care *c, str line, str signature, instant now, arena *a, str *answer, err *e)
{
    struct hearing x = {.care = c, .line = line, .signature = signature, .now = now};
    buf b = {.max = 1024};
    if (!sign_message_read(line, &x.message, e) || !store_run(c->config.store, hear, &x, e)) return false;
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_name(&w, STR("paused"));
    json_put_bool(&w, x.p.is_paused);
    put_time(&w, STR("awayFrom"), x.p.away_from);
    put_time(&w, STR("awayUntil"), x.p.away_until);
    json_close(&w, '}');
    const bool ok = arena_copy(a, buf_str(&b), answer) || err_no_memory(e);
    buf_free(&b);
    return ok;
}

// ---- Readings that come here -------------------------------------------------------------------------------------

struct taking {
    struct care *care;
    const struct care_reading *readings;
    size_t count;
    const size_t *order;  // by pseudonym, then time
    instant now;
    int64_t unknown;
};

// Kept as they came, a line each, in the record of their day.
static bool keep_raw(struct care *c, str pseudonym, const struct sign_reading *r, err *e)
{
    static const char *const channels[] = {"electricity", "gas", "water"};
    const civil day = tz_civil(c->config.zone, r->at);
    char key[SIGN_PSEUDONYM_CHARS + 24], line[96], when[TIME_TEXT_MAX];
    arena *a = arena_new(2 * VAULT_RECORD_MAX);
    buf b = {.max = VAULT_RECORD_MAX};
    str before;
    err why = {0};
    if (!a) return err_no_memory(e);
    snprintf(key, sizeof key, "%.*s/%04d-%02d-%02d", STR_ARG(pseudonym), day.year, day.month, day.day);
    if (vault_get(c->vault, KIND_RAW, str_of(key), a, &before, &why)) buf_add(&b, before);
    const size_t n = time_write(when, r->at);
    const int length = snprintf(line, sizeof line, "%.*s %s %lld\n", (int)n, when, channels[r->channel],
                                (long long)r->in);
    buf_add(&b, (str){line, (size_t)length});
    // A day that is full keeps what it has: the model has its own memory.
    const bool ok = b.failed || vault_put(c->vault, KIND_RAW, str_of(key), buf_str(&b), e);
    buf_free(&b);
    arena_free(a);
    return ok;
}

static instant life_of(const struct care *c, const struct sign_home *h)
{
    return h->last_event == SIGN_NEVER ? TIME_NONE : sign_slot_start(c->config.zone, h->last_event);
}

static bool judge(struct care *c, struct store_tx *tx, struct participant *p,
                  const struct participant *before, struct care_home *home, instant now, err *e)
{
    const sign_state s = sign_home_judge(&home->home, &c->config.parameters, c->config.zone, now);
    set_state(p, sign_state_name(s), now);
    p->quiet_h = home->home.quiet_slots / 2;
    p->last_life = life_of(c, &home->home);
    return care_home_put(c, str_of(p->pseudonym), home, e) && settle(c, tx, p, before, &home->home, now, e);
}

static bool take_home(struct taking *x, struct store_tx *tx, size_t from, size_t to, err *e)
{
    const str pseudonym = x->readings[x->order[from]].pseudonym;
    struct participant p;
    struct care_home home;
    err why = {0};
    if (!participant_get(store_tx_snapshot(tx), pseudonym, &p, &why) || p.way != CARE_STREAM) {
        if (why.code != ERR_NONE && why.code != ERR_GONE)
            return err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
        x->unknown += (int64_t)(to - from);
        return true;
    }
    if (!care_home_get(x->care, pseudonym, &home, &why)) {
        if (why.code != ERR_ABSENT) return err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
        memset(&home, 0, sizeof home);
    }
    for (size_t i = from; i < to; i++) {
        const struct sign_reading *r = &x->readings[x->order[i]].reading;
        if (!p.is_paused && !keep_raw(x->care, pseudonym, r, e)) return false;
        sign_meter_take(&home.meter, &home.home, &x->care->config.parameters, x->care->config.zone, r);
    }
    const struct participant before = p;
    p.heard = x->now;
    return judge(x->care, tx, &p, &before, &home, x->now, e);
}

static bool take_all(struct taking *x, struct store_tx *tx, err *e)
{
    for (size_t from = 0, to; from < x->count; from = to) {
        const str pseudonym = x->readings[x->order[from]].pseudonym;
        for (to = from + 1; to < x->count && str_eq(x->readings[x->order[to]].pseudonym, pseudonym); to++)
            continue;
        if (!take_home(x, tx, from, to, e)) return false;
    }
    return true;
}

static bool in_vault(struct care *c, bool (*run)(void *x, struct store_tx *tx, err *e), void *x,
                     struct store_tx *tx, err *e)
{
    if (!vault_begin(c->vault, e)) return false;
    if (run(x, tx, e) && vault_commit(c->vault, e)) return true;
    vault_undo(c->vault);
    return false;
}

static bool take_run(void *x, struct store_tx *tx, err *e)
{
    return take_all(x, tx, e);
}

static bool take(struct store_tx *tx, void *context, err *e)
{
    struct taking *x = context;
    x->unknown = 0;
    return in_vault(x->care, take_run, x, tx, e);
}

static int compare_readings(const void *a, const void *b, void *context)
{
    const struct care_reading *all = context, *x = &all[*(const size_t *)a], *y = &all[*(const size_t *)b];
    const int by_home = str_cmp(x->pseudonym, y->pseudonym);
    if (by_home) return by_home;
    return x->reading.at < y->reading.at ? -1 : x->reading.at > y->reading.at;
}

bool care_take(struct care *c, const struct care_reading *readings, size_t count, instant now,
               int64_t *unknown, err *e)
{
    size_t *order = calloc(count ? count : 1, sizeof *order);
    if (!order) return err_no_memory(e);
    for (size_t i = 0; i < count; i++) order[i] = i;
    struct care_reading *all = NULL;
    memcpy(&all, &readings, sizeof all);  // qsort_r takes no const context
    qsort_r(order, count, sizeof *order, compare_readings, all);
    struct taking x = {.care = c, .readings = readings, .count = count, .order = order, .now = now};
    const bool ok = store_run(c->config.store, take, &x, e);
    free(order);
    if (ok) *unknown = x.unknown;
    return ok;
}

// ---- The sweep ---------------------------------------------------------------------------------------------------

struct sweeping {
    struct care *care;
    instant now;
    struct participant *homes;
    size_t count;
    bool more;
    char (*late)[CARE_ID_MAX + 1];
    char (*old)[CARE_ID_MAX + 1];
    size_t late_count, old_count;
    int64_t removed;
};

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

static bool sweep_home(struct sweeping *x, struct store_tx *tx, struct participant *p, err *e)
{
    struct care_home home;
    err why = {0};
    const struct participant before = *p;
    if (p->is_withdrawn) return true;
    if (p->way == CARE_STREAM)
        return !care_home_get(x->care, str_of(p->pseudonym), &home, &why) ||
               judge(x->care, tx, p, &before, &home, x->now, e);
    if (p->heard != TIME_NONE && x->now - p->heard >= CARE_HEARTBEAT_HOURS * TIME_HOUR &&
        strcmp(p->state, "quiet") != 0 && strcmp(p->state, "cap") != 0)
        set_state(p, "meter_silent", x->now);
    return settle(x->care, tx, p, &before, NULL, x->now, e);
}

static bool sweep_homes(void *context, struct store_tx *tx, err *e)
{
    struct sweeping *x = context;
    x->count = 0;
    x->more = false;
    if (!store_document_range(store_tx_snapshot(tx), KIND_PARTICIPANT, str_of(x->care->sweep_after), (str){0},
                              collect, x, e))
        return false;
    for (size_t i = 0; i < x->count; i++)
        if (!sweep_home(x, tx, &x->homes[i], e)) return false;
    text_set(x->care->sweep_after, sizeof x->care->sweep_after,
             x->more ? str_of(x->homes[x->count - 1].pseudonym) : (str){0});
    return true;
}

static bool sort_case(str key, str text, void *context, err *e)
{
    struct sweeping *x = context;
    static struct case_doc doc;
    if (!case_parse(text, key, &doc, e)) return false;
    if (doc.closed == TIME_NONE && x->now >= doc.due && x->late_count < SWEEP_HOMES)
        text_set(x->late[x->late_count++], CARE_ID_MAX + 1, key);
    if (doc.closed != TIME_NONE && x->now - doc.closed >= CARE_CASE_DAYS * TIME_DAY &&
        x->old_count < SWEEP_HOMES)
        text_set(x->old[x->old_count++], CARE_ID_MAX + 1, key);
    return true;
}

// A step that nobody took in time is raised, never dropped: it comes first in the list, with a new time.
static bool raise_late(struct sweeping *x, struct store_tx *tx, err *e)
{
    static struct case_doc doc;
    for (size_t i = 0; i < x->late_count; i++) {
        if (!case_get(store_tx_snapshot(tx), str_of(x->late[i]), &doc, e)) return false;
        doc.late_count++;
        doc.due = x->now + ladder_rung(doc.step)->deadline_h * TIME_HOUR;
        case_note(&doc, x->now, NULL, "late", ladder_rung(doc.step)->name);
        if (!case_put(tx, &doc, e)) return false;
    }
    return true;
}

static bool delete_old(struct sweeping *x, struct store_tx *tx, err *e)
{
    char day[16], detail[64];
    const civil c = tz_civil(x->care->config.zone,
                             x->now - (instant)(x->care->config.raw_days - 1) * TIME_DAY);
    snprintf(day, sizeof day, "%04d-%02d-%02d", c.year % 10000, c.month % 100, c.day % 100);
    for (size_t i = 0; i < x->old_count; i++)
        if (!store_document_delete(tx, KIND_CASE, str_of(x->old[i]), e)) return false;
    if (!vault_forget_before(x->care->vault, KIND_RAW, str_of(day), &x->removed, e)) return false;
    if (x->removed + (int64_t)x->old_count == 0) return true;
    snprintf(detail, sizeof detail, "readings-days=%lld cases=%zu before=%s", (long long)x->removed,
             x->old_count, day);
    const struct audit_event event = {
        .what = STR("care.delete"), .which = STR("home"), .detail = str_of(detail), .at = x->now};
    return audit_record(tx, &event, e);
}

static bool sweep(struct store_tx *tx, void *context, err *e)
{
    struct sweeping *x = context;
    if (!in_vault(x->care, sweep_homes, x, tx, e)) return false;
    if (x->more) return true;
    x->late_count = x->old_count = 0;
    return store_document_each(store_tx_snapshot(tx), KIND_CASE, sort_case, x, e) && raise_late(x, tx, e) &&
           delete_old(x, tx, e);
}

bool care_sweep(struct care *c, instant now, bool *more, err *e)
{
    struct sweeping x = {.care = c, .now = now};
    x.homes = calloc(SWEEP_HOMES, sizeof *x.homes);
    x.late = calloc(SWEEP_HOMES, sizeof *x.late);
    x.old = calloc(SWEEP_HOMES, sizeof *x.old);
    const bool ok = (x.homes && x.late && x.old) ? store_run(c->config.store, sweep, &x, e)
                                                 : err_no_memory(e);
    free(x.homes);
    free(x.late);
    free(x.old);
    *more = ok && x.more;
    return ok;
}
