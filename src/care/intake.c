// SPDX-License-Identifier: EUPL-1.2
#include "care/document.h"

#include "base/json.h"
#include "base/log.h"
#include "care/home.h"
#include "care/raw.h"

#include <stdlib.h>
#include <string.h>

#define HEARD_AGAIN TIME_HOUR  // how old `heard` may be before it is written anew
#define NUMBER_ROUND 1000000
#define TAKE_AT_ONCE 1000  // readings in one operation: others wait for the writer meanwhile

// ---- A change of state -------------------------------------------------------------------------------------------

void participant_set_state(struct participant *p, const char *state, instant now)
{
    if (strcmp(p->state, state) == 0) return;
    text_set(p->state, sizeof p->state, str_of(state));
    p->state_since = now;
}

// Writes the participant when something is worth it.
bool care_settle(struct care *c, struct store_tx *tx, struct participant *p, const struct participant *before,
                 const struct sign_home *home, instant now, err *e)
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
    participant_set_state(p, state_of(x->care, &x->message), x->now);
    return care_settle(x->care, tx, p, &before, NULL, x->now, e);
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
    if (!sign_message_read(line, &x.message, e) || !care_run(c, hear, &x, e)) return false;
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_name(&w, STR("paused"));
    json_put_bool(&w, x.p.is_paused);
    put_time(&w, STR("awayFrom"), x.p.away_from);
    put_time(&w, STR("awayUntil"), x.p.away_until);
    put_time(&w, STR("wellAt"), x.p.well_at);
    json_close(&w, '}');
    const bool ok = arena_copy(a, buf_str(&b), answer) || err_no_memory(e);
    buf_free(&b);
    return ok;
}

// ---- Readings that come here -------------------------------------------------------------------------------------

struct taking {
    struct care *care;
    const struct care_reading *readings;
    const size_t *order;  // by pseudonym, then time
    size_t from, to;      // of them, in this operation
    instant now;
    int64_t unknown;
};

static instant life_of(const struct care *c, const struct sign_home *h)
{
    return h->last_event == SIGN_NEVER ? TIME_NONE : sign_slot_start(c->config.zone, h->last_event);
}

// `stored`: what the vault holds of the home; NULL: something else. What did not change is not sealed anew.
bool care_judge(struct care *c, struct store_tx *tx, struct participant *p, const struct participant *before,
                struct care_home *home, const struct care_home *stored, instant now, err *e)
{
    const sign_state s = sign_home_judge(&home->home, &c->config.parameters, c->config.zone, now);
    participant_set_state(p, sign_state_name(s), now);
    p->quiet_h = sign_quiet_slots(&home->home) / 2;
    p->last_life = life_of(c, &home->home);
    const bool is_same = stored && memcmp(stored, home, sizeof *home) == 0;
    return (is_same || care_home_put(c, str_of(p->pseudonym), home, e)) &&
           care_settle(c, tx, p, before, &home->home, now, e);
}

static bool learn(struct taking *x, const struct participant *p, size_t from, size_t to,
                  struct care_home *home, err *e)
{
    struct sign_reading readings[TAKE_AT_ONCE];
    size_t n = 0;
    for (size_t i = from; i < to; i++) readings[n++] = x->readings[x->order[i]].reading;
    for (size_t i = 0; i < n; i++)
        sign_meter_take(&home->meter, &home->home, &x->care->config.parameters, x->care->config.zone,
                        &readings[i]);
    return raw_add(x->care, str_of(p->pseudonym), readings, n, e);
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
    // Who paused is not looked at: nothing is kept and nothing learnt.
    if (!p.is_paused && !learn(x, &p, from, to, &home, e)) return false;
    const struct participant before = p;
    p.heard = x->now;
    return care_judge(x->care, tx, &p, &before, &home, NULL, x->now, e);
}

static bool take(struct store_tx *tx, void *context, err *e)
{
    struct taking *x = context;
    for (size_t from = x->from, to; from < x->to; from = to) {
        const str pseudonym = x->readings[x->order[from]].pseudonym;
        for (to = from + 1; to < x->to && str_eq(x->readings[x->order[to]].pseudonym, pseudonym); to++)
            continue;
        if (!take_home(x, tx, from, to, e)) return false;
    }
    return true;
}

struct running {
    struct care *care;
    bool (*run)(struct store_tx *tx, void *context, err *e);
    void *context;
};

static void tell_vault(struct care *c, bool ok, const err *e)
{
    if (ok != c->vault_fails) return;
    c->vault_fails = !ok;
    if (ok)
        log_notice("vault writes again");
    else
        log_error("vault cannot be written", "text=\"%s\"", e->text);
}

static bool commit_vault(void *context, err *e)
{
    struct care *c = context;
    const bool ok = vault_commit(c->vault, e);
    tell_vault(c, ok, e);
    return ok;
}

static void drop_vault(void *context)
{
    vault_drop(((struct care *)context)->vault);
}

struct store_before care_vault_first(struct care *c)
{
    return (struct store_before){commit_vault, drop_vault, c};
}

// An operation's writes to the vault are kept or undone with it, and synced once for all operations of a commit, before it.
static bool run_fresh(struct store_tx *tx, void *context, err *e)
{
    const struct running *r = context;
    if (atomic_exchange(&r->care->is_stale, false) && !case_groups_load(r->care, store_tx_snapshot(tx), e)) {
        atomic_store(&r->care->is_stale, true);
        return false;
    }
    if (!vault_begin(r->care->vault, e)) return false;
    if (r->run(tx, r->context, e) && vault_keep(r->care->vault, e)) return true;
    vault_undo(r->care->vault);
    return false;
}

bool care_run(struct care *c, bool (*run)(struct store_tx *tx, void *context, err *e), void *context, err *e)
{
    struct running r = {c, run, context};
    const bool ok = store_run_with(c->config.store, &c->vault_first, run_fresh, &r, e);
    // A refusal changed nothing; a fault of the disk or of memory may have undone what was counted.
    if (!ok && (err_http_status(e->code) >= 500 || e->code == ERR_LIMIT)) atomic_store(&c->is_stale, true);
    return ok;
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
    struct taking x = {.care = c, .readings = readings, .order = order, .now = now};
    bool ok = true;
    for (x.from = 0; ok && x.from < count; x.from = x.to) {
        x.to = count - x.from < TAKE_AT_ONCE ? count : x.from + TAKE_AT_ONCE;
        ok = care_run(c, take, &x, e);
    }
    free(order);
    if (ok) *unknown = x.unknown;
    return ok;
}
