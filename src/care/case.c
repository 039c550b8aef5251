// SPDX-License-Identifier: EUPL-1.2
#include "care/document.h"

#include "care/home.h"
#include "identity/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES_MAX 2000
#define CLOSED_SHOWN 200
#define CLOSED_DAYS 62

// ---- Reading -----------------------------------------------------------------------------------------------------

static bool show(const struct case_doc *d, arena *a, struct care_case *out, err *e)
{
    struct care_event *events = ARENA_ARRAY(a, d->event_count + 1, struct care_event);
    struct care_case c = {.opened = d->opened,
                          .step_since = d->step_since,
                          .due = d->due,
                          .closed = d->closed,
                          .step = d->step,
                          .quiet_h = d->quiet_h,
                          .late_count = d->late_count,
                          .is_made_up = d->is_made_up,
                          .asked_at = d->asked_at,
                          .opened_until = d->opened_until,
                          .events = events,
                          .event_count = d->event_count};
    bool ok = events && arena_copy(a, str_of(d->id), &c.id) &&
              arena_copy(a, str_of(d->pseudonym), &c.pseudonym) &&
              arena_copy(a, str_of(d->cause), &c.cause) &&
              arena_copy(a, str_of(d->reason_nl), &c.reason_nl) &&
              arena_copy(a, str_of(d->reason_en), &c.reason_en) &&
              arena_copy(a, str_of(d->closed_reason), &c.closed_reason) &&
              arena_copy(a, str_of(d->asked_by), &c.asked_by) &&
              arena_copy(a, str_of(d->asked_why), &c.asked_why) &&
              arena_copy(a, str_of(d->opened_by), &c.opened_by);
    for (size_t i = 0; ok && i < d->event_count; i++) {
        events[i].at = d->events[i].at;
        ok = arena_copy(a, str_of(d->events[i].by), &events[i].by) &&
             arena_copy(a, str_of(d->events[i].what), &events[i].what) &&
             arena_copy(a, str_of(d->events[i].outcome), &events[i].outcome);
    }
    if (!ok) return err_no_memory(e);
    *out = c;
    return true;
}

struct listing {
    arena *a;
    struct care_case *cases;
    size_t count;
};

static bool list_one(str key, str text, void *context, err *e)
{
    struct listing *l = context;
    struct case_doc *d = malloc(sizeof *d);
    if (!d) return err_no_memory(e);
    bool ok = case_parse(text, key, d, e);
    if (ok && l->count < CASES_MAX) ok = show(d, l->a, &l->cases[l->count++], e);
    free(d);
    return ok;
}

static bool list_ids(struct snapshot *at, struct listing *l, const str *ids, size_t count, err *e)
{
    struct case_doc *d = malloc(sizeof *d);
    bool ok = d || err_no_memory(e);
    for (size_t i = 0; ok && i < count && l->count < CASES_MAX; i++)
        ok = case_get(at, ids[i], d, e) && show(d, l->a, &l->cases[l->count++], e);
    free(d);
    return ok;
}

// The newest ones in a ring, so that a year of them is walked through and not held.
struct newest {
    char ids[CLOSED_SHOWN][CARE_ID_MAX + 1];
    size_t seen;
};

static bool note_newest(str key, str text, void *context, err *e)
{
    (void)text;
    (void)e;
    struct newest *n = context;
    text_set(n->ids[n->seen++ % CLOSED_SHOWN], CARE_ID_MAX + 1, key);
    return true;
}

static bool list_closed(struct snapshot *at, struct listing *l, instant now, err *e)
{
    char from[CARE_ID_MAX + 1];
    str ids[CLOSED_SHOWN];
    struct newest *n = calloc(1, sizeof *n);
    if (!n) return err_no_memory(e);
    snprintf(from, sizeof from, "c%010lld", (long long)((now - CLOSED_DAYS * TIME_DAY) / TIME_SECOND));
    bool ok = store_document_range(at, KIND_CLOSED, str_of(from), (str){0}, note_newest, n, e);
    const size_t count = n->seen < CLOSED_SHOWN ? n->seen : CLOSED_SHOWN;
    for (size_t i = 0; i < count; i++) ids[i] = str_of(n->ids[i]);
    ok = ok && list_ids(at, l, ids, count, e);
    free(n);
    return ok;
}

static int compare_cases(const void *a, const void *b)
{
    const struct care_case *x = a, *y = b;
    const bool x_open = x->closed == TIME_NONE, y_open = y->closed == TIME_NONE;
    if (x_open != y_open) return x_open ? -1 : 1;
    if (x_open && (x->late_count > 0) != (y->late_count > 0)) return x->late_count > 0 ? -1 : 1;
    if (x_open) return x->due < y->due ? -1 : x->due > y->due;
    return x->closed > y->closed ? -1 : x->closed < y->closed;
}

bool care_cases(struct care *c, const struct principal *who, bool closed, instant now, arena *a,
                const struct care_case **out, size_t *count, err *e)
{
    struct snapshot *at;
    struct listing l = {.a = a, .cases = ARENA_ARRAY(a, CASES_MAX, struct care_case)};
    if (!policy_allows(who, ACTION_CARE, e)) return false;
    if (!l.cases) return err_no_memory(e);
    if (!snapshot_open(c->config.store, &at, e)) return false;
    const bool ok = store_document_each(at, KIND_CASE, list_one, &l, e) &&
                    (!closed || list_closed(at, &l, now, e));
    snapshot_close(at);
    if (!ok) return false;
    qsort(l.cases, l.count, sizeof *l.cases, compare_cases);
    *out = l.cases;
    *count = l.count;
    return true;
}

bool care_cases_of(struct care *c, str pseudonym, arena *a, const struct care_case **out, size_t *count,
                   err *e)
{
    struct snapshot *at;
    struct listing l = {.a = a};
    const str *ids;
    size_t n;
    if (!snapshot_open(c->config.store, &at, e)) return false;
    bool ok = case_ids_of(at, pseudonym, a, &ids, &n, e);
    if (ok) {
        l.cases = ARENA_ARRAY(a, n + 1, struct care_case);
        ok = l.cases ? list_ids(at, &l, ids, n, e) : err_no_memory(e);
    }
    snapshot_close(at);
    if (!ok) return false;
    qsort(l.cases, l.count, sizeof *l.cases, compare_cases);
    *out = l.cases;
    *count = l.count;
    return true;
}

bool care_case(struct care *c, const struct principal *who, str id, arena *a, struct care_case *out, err *e)
{
    struct snapshot *at;
    if (!policy_allows(who, ACTION_CARE, e) || !snapshot_open(c->config.store, &at, e)) return false;
    struct case_doc *d = malloc(sizeof *d);
    const bool ok = d ? case_get(at, id, d, e) && show(d, a, out, e) : err_no_memory(e);
    free(d);
    snapshot_close(at);
    return ok;
}

// ---- Acting ------------------------------------------------------------------------------------------------------

struct acting {
    struct care *care;
    const struct deed *deed;
    str id, text;
    arena *a;
    str *out;
    struct care_identity *identity;
    bool (*act)(struct acting *x, struct store_tx *tx, struct case_doc *doc, err *e);
    struct case_doc doc;
};

static bool record(struct acting *x, struct store_tx *tx, const char *what, const char *detail, err *e)
{
    char which[64];
    snprintf(which, sizeof which, "case/%s", x->doc.id);
    const struct audit_event event = {.who = x->deed->by,
                                      .what = str_of(what),
                                      .which = str_of(which),
                                      .detail = str_of(detail),
                                      .at = x->deed->now};
    return audit_record(tx, &event, e);
}

static bool act(struct store_tx *tx, void *context, err *e)
{
    struct acting *x = context;
    return case_get(store_tx_snapshot(tx), x->id, &x->doc, e) &&
           (x->doc.closed == TIME_NONE || err_set(e, ERR_CONFLICT, ERR_NOWHERE, "this case is closed")) &&
           x->act(x, tx, &x->doc, e);
}

static bool run(struct acting *x, err *e)
{
    struct acting *own = malloc(sizeof *own);
    if (!own) return err_no_memory(e);
    *own = *x;
    const bool ok = policy_allows(x->deed->by, ACTION_CARE, e) && care_run(x->care, act, own, e);
    free(own);
    return ok;
}

static const struct {
    const char *outcome;
    care_count count;
} counted[] = {{"needs-help", CARE_COUNT_HELP}, {"go-there", CARE_COUNT_VISITS}};

static bool count_step(struct acting *x, struct store_tx *tx, const struct case_doc *doc,
                       const struct ladder_outcome *o, err *e)
{
    const struct tz *zone = x->care->config.zone;
    if (doc->step == LADDER_RESIDENT && !month_count(tx, zone, CARE_COUNT_ASKED, x->deed->now, e))
        return false;
    if (doc->step == LADDER_CONTACT && !month_count(tx, zone, CARE_COUNT_CONTACTS, x->deed->now, e))
        return false;
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++)
        if (strcmp(counted[i].outcome, o->name) == 0 &&
            !month_count(tx, zone, counted[i].count, x->deed->now, e))
            return false;
    return true;
}

// The home may be looked at anew: its clock starts now, whatever it said before.
static bool release_home(struct acting *x, struct store_tx *tx, const struct case_doc *doc, err *e);

static bool close_case(struct acting *x, struct store_tx *tx, struct case_doc *doc,
                       const struct ladder_outcome *o, err *e)
{
    doc->closed = x->deed->now;
    doc->opened_until = TIME_NONE;
    text_set(doc->closed_reason, sizeof doc->closed_reason, str_of(o->reason));
    case_note(doc, x->deed->now, x->deed->by, "closed", o->reason);
    if (strcmp(doc->cause, "outage") == 0) {
        case_outage_ended(x->care, doc);
        return true;
    }
    return release_home(x, tx, doc, e);
}

static bool act_step(struct acting *x, struct store_tx *tx, struct case_doc *doc, err *e)
{
    char detail[64];
    const struct ladder_outcome *o = ladder_outcome(doc->step, x->text);
    if (!o)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "'%.*s' is no outcome of the step '%s'", STR_ARG(x->text),
                       ladder_rung(doc->step)->name);
    snprintf(detail, sizeof detail, "step=%s outcome=%s", ladder_rung(doc->step)->name, o->name);
    if (!count_step(x, tx, doc, o, e)) return false;
    case_note(doc, x->deed->now, x->deed->by, ladder_rung(doc->step)->name, o->name);
    doc->step_since = x->deed->now;
    if (o->closes) {
        if (!close_case(x, tx, doc, o, e)) return false;
    } else {
        if (doc->step + 1 < LADDER_STEP_COUNT) doc->step++;
        doc->due = x->deed->now + ladder_rung(doc->step)->deadline_h * TIME_HOUR;
    }
    return case_put(tx, doc, e) && record(x, tx, "case.step", detail, e);
}

bool care_case_step(struct care *c, const struct deed *d, str id, str outcome, err *e)
{
    struct acting x = {.care = c, .deed = d, .id = id, .text = outcome, .act = act_step};
    return run(&x, e);
}

// ---- Reaching ----------------------------------------------------------------------------------------------------

static bool act_reach(struct acting *x, struct store_tx *tx, struct case_doc *doc, err *e)
{
    struct care_identity who;
    if (!care_identity_of(x->care, str_of(doc->pseudonym), x->a, &who, e)) return false;
    const bool by_mail = str_eq(who.means, STR("mail"));
    *x->out = doc->step == LADDER_CONTACT ? who.contact_phone : by_mail ? who.mail : who.phone;
    case_note(doc, x->deed->now, x->deed->by, "reach", ladder_rung(doc->step)->name);
    return case_put(tx, doc, e) && record(x, tx, "case.reach", ladder_rung(doc->step)->name, e);
}

bool care_case_reach(struct care *c, const struct deed *d, str id, arena *a, str *out, err *e)
{
    struct acting x = {.care = c, .deed = d, .id = id, .a = a, .out = out, .act = act_reach};
    return run(&x, e);
}

// ---- Two people open an identity ---------------------------------------------------------------------------------

static bool is_person(const struct deed *d, err *e)
{
    return d->by->kind == PRINCIPAL_USER ||
           err_set(e, ERR_DENIED, ERR_NOWHERE,
                   "an identity is opened by people with an account, not by a token");
}

static bool act_ask(struct acting *x, struct store_tx *tx, struct case_doc *doc, err *e)
{
    if (!is_person(x->deed, e)) return false;
    if (x->text.n < 5 || x->text.n > CARE_TEXT_MAX)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "say why, in 5 to %d letters", CARE_TEXT_MAX);
    if (doc->pseudonym[0] == 0) return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "an outage has no identity");
    text_set(doc->asked_by, sizeof doc->asked_by, str_of(x->deed->by->name));
    text_set(doc->asked_why, sizeof doc->asked_why, x->text);
    doc->asked_at = x->deed->now;
    doc->opened_until = TIME_NONE;
    doc->opened_by[0] = 0;
    case_note(doc, x->deed->now, x->deed->by, "asked-identity", "");
    return case_put(tx, doc, e) && record(x, tx, "case.identity.ask", "", e);
}

bool care_case_ask_identity(struct care *c, const struct deed *d, str id, str why, err *e)
{
    struct acting x = {.care = c, .deed = d, .id = id, .text = why, .act = act_ask};
    return run(&x, e);
}

static bool tell_resident(struct acting *x, struct store_tx *tx, const struct case_doc *doc, err *e)
{
    struct care *c = x->care;
    struct care_identity who;
    char id[80];
    arena *a = arena_new(1 << 16);
    err why = {0};
    if (!a) return err_no_memory(e);
    bool ok = care_identity_of(c, str_of(doc->pseudonym), a, &who, e);
    if (ok && c->config.outbox && who.mail.n > 0 && !who.is_made_up) {
        snprintf(id, sizeof id, "care.%s.%lld", doc->id, (long long)(x->deed->now / TIME_SECOND));
        const struct outbox_message m = {
            .kind = OUTBOX_MAIL,
            .id = str_of(id),
            .target = who.mail,
            .subject = STR(
                "Twee medewerkers bekeken uw naam en adres / Two people looked up your name and address"),
            .body = STR("Uw woning viel stil en wij konden u niet bereiken. Twee medewerkers van de zorgdesk "
                        "hebben daarom samen "
                        "uw naam en adres geopend. Op uw eigen pagina ziet u wanneer en waarom.\n\nYour home "
                        "fell silent and we "
                        "could not reach you. So two people of the care desk together opened your name and "
                        "address. Your own page "
                        "shows when and why.\n"),
            .about = STR("care:identity-opened")};
        // Without a mail server the page alone tells it.
        if (!outbox_put(c->config.outbox, tx, &m, x->deed->now, &why) && why.code != ERR_CONFIG &&
            why.code != ERR_SYNTAX)
            ok = err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
    }
    arena_free(a);
    return ok;
}

static bool act_open(struct acting *x, struct store_tx *tx, struct case_doc *doc, err *e)
{
    char detail[AUDIT_DETAIL_MAX];
    if (!is_person(x->deed, e)) return false;
    if (doc->asked_at == TIME_NONE)
        return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "nobody asked for the identity yet");
    if (str_eq(str_of(doc->asked_by), str_of(x->deed->by->name)))
        return err_set(e, ERR_DENIED, ERR_NOWHERE, "it takes two people: somebody else must agree");
    text_set(doc->opened_by, sizeof doc->opened_by, str_of(x->deed->by->name));
    doc->opened_until = x->deed->now + CARE_UNLOCK_HOURS * TIME_HOUR;
    case_note(doc, x->deed->now, x->deed->by, "opened-identity", "");
    snprintf(detail, sizeof detail, "asked-by=%s", doc->asked_by);
    return case_put(tx, doc, e) && record(x, tx, "case.identity.open", detail, e) &&
           tell_resident(x, tx, doc, e) &&
           month_count(tx, x->care->config.zone, CARE_COUNT_IDENTITIES, x->deed->now, e);
}

bool care_case_open_identity(struct care *c, const struct deed *d, str id, err *e)
{
    struct acting x = {.care = c, .deed = d, .id = id, .act = act_open};
    return run(&x, e);
}

static bool act_identity(struct acting *x, struct store_tx *tx, struct case_doc *doc, err *e)
{
    const str me = str_of(x->deed->by->name);
    const bool is_one = str_eq(me, str_of(doc->asked_by)) || str_eq(me, str_of(doc->opened_by));
    if (!is_person(x->deed, e)) return false;
    if (doc->opened_until == TIME_NONE || x->deed->now >= doc->opened_until || !is_one)
        return err_set(e, ERR_DENIED, ERR_NOWHERE,
                       "the identity is not open for you: two people open it, for %d hours",
                       CARE_UNLOCK_HOURS);
    return care_identity_of(x->care, str_of(doc->pseudonym), x->a, x->identity, e) &&
           record(x, tx, "case.identity.see", "", e);
}

bool care_case_identity(struct care *c, const struct deed *d, str id, arena *a, struct care_identity *out,
                        err *e)
{
    struct acting x = {.care = c, .deed = d, .id = id, .a = a, .identity = out, .act = act_identity};
    return run(&x, e);
}

// ---- After a case ------------------------------------------------------------------------------------------------

static bool release_home(struct acting *x, struct store_tx *tx, const struct case_doc *doc, err *e)
{
    struct participant p;
    struct care_home home;
    err why = {0};
    if (!participant_get(store_tx_snapshot(tx), str_of(doc->pseudonym), &p, &why))
        return why.code == ERR_GONE || err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
    p.case_id[0] = 0;
    if (p.way == CARE_STREAM && care_home_get(x->care, str_of(p.pseudonym), &home, &why)) {
        sign_home_reset(&home.home, x->care->config.zone, x->deed->now);
        if (!care_home_put(x->care, str_of(p.pseudonym), &home, e)) return false;
    }
    text_set(p.state, sizeof p.state, STR("active"));
    p.state_since = p.well_at = x->deed->now;
    return participant_put(tx, &p, e);
}
