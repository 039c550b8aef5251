// SPDX-License-Identifier: EUPL-1.2
#include "care/document.h"

#include "care/processing.h"
#include "identity/audit.h"
#include "sign/explain.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS_MAX 4096
#define EVERYBODY ""

struct flood_group {
    char name[GROUP_MAX + 1];
    struct sign_flood flood;
    char case_id[CARE_ID_MAX + 1];
};

// ---- Outages -----------------------------------------------------------------------------------------------------

static struct flood_group *group_of(struct care *c, const char *name)
{
    for (size_t i = 0; i < c->group_count; i++)
        if (strcmp(c->groups[i].name, name) == 0) return &c->groups[i];
    if (c->group_count == GROUPS_MAX) return NULL;
    if (!c->groups && !(c->groups = calloc(GROUPS_MAX, sizeof *c->groups))) return NULL;
    struct flood_group *g = &c->groups[c->group_count++];
    text_set(g->name, sizeof g->name, str_of(name));
    return g;
}

void case_outage_ended(struct care *c, const struct case_doc *doc)
{
    struct flood_group *g = group_of(c, doc->group);
    if (!g) return;
    sign_flood_end(&g->flood);
    g->case_id[0] = 0;
}

struct loading {
    struct care *care;
};

static bool load_group(str key, str text, void *context, err *e)
{
    struct loading *l = context;
    static struct case_doc doc;
    if (!case_parse(text, key, &doc, e)) return false;
    if (strcmp(doc.cause, "outage") != 0 || doc.closed != TIME_NONE) return true;
    struct flood_group *g = group_of(l->care, doc.group);
    if (!g) return true;
    g->flood.outage_since = doc.opened;
    text_set(g->case_id, sizeof g->case_id, key);
    return true;
}

// An outage that was told stays told over a restart.
bool case_groups_load(struct care *c, err *e)
{
    struct snapshot *at;
    struct loading l = {c};
    if (!snapshot_open(c->config.store, &at, e)) return false;
    const bool ok = store_document_each(at, KIND_CASE, load_group, &l, e);
    snapshot_close(at);
    return ok;
}

// ---- Opening -----------------------------------------------------------------------------------------------------

static void case_begin(struct case_doc *doc, const char *cause, instant now)
{
    unsigned char random[6];
    char hex[2 * sizeof random + 1];
    memset(doc, 0, sizeof *doc);
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(hex, sizeof hex, random, sizeof random);
    snprintf(doc->id, sizeof doc->id, "c%010lld%s", (long long)(now / TIME_SECOND), hex);
    text_set(doc->cause, sizeof doc->cause, str_of(cause));
    doc->opened = doc->step_since = now;
    doc->due = now + ladder_rung(LADDER_RESIDENT)->deadline_h * TIME_HOUR;
    doc->closed = doc->asked_at = doc->opened_until = TIME_NONE;
    case_note(doc, now, NULL, "opened", cause);
}

static bool case_keep(struct care *c, struct store_tx *tx, const struct case_doc *doc, care_count kind,
                      instant now, err *e)
{
    char which[64], detail[64];
    snprintf(which, sizeof which, "case/%s", doc->id);
    snprintf(detail, sizeof detail, "cause=%s", doc->cause);
    const struct audit_event event = {
        .what = STR("case.open"), .which = str_of(which), .detail = str_of(detail), .at = now};
    return case_put(tx, doc, e) && audit_record(tx, &event, e) &&
           month_count(tx, c->config.zone, kind, now, e);
}

static bool open_outage(struct care *c, struct store_tx *tx, struct flood_group *g, instant now, err *e)
{
    static struct case_doc doc;
    case_begin(&doc, "outage", now);
    text_set(doc.group, sizeof doc.group, str_of(g->name));
    snprintf(doc.reason_nl, sizeof doc.reason_nl,
             "Veel woningen%s%s vielen binnen een uur tegelijk stil. Dat is een storing, niet iets van "
             "bewoners. Laat een "
             "technicus kijken en sluit deze zaak als de storing voorbij is.",
             g->name[0] ? " van groep " : "", g->name);
    snprintf(doc.reason_en, sizeof doc.reason_en,
             "Many homes%s%s fell silent at once within an hour. That is an outage, nothing of residents. "
             "Have a technician look, "
             "and close this case when it is over.",
             g->name[0] ? " of group " : "", g->name);
    doc.step = LADDER_DESK;
    doc.due = now + ladder_rung(LADDER_DESK)->deadline_h * TIME_HOUR;
    text_set(g->case_id, sizeof g->case_id, str_of(doc.id));
    return case_keep(c, tx, &doc, CARE_COUNT_OUTAGES, now, e);
}

// The state began in this operation: each onset counts once, however often the home is looked at.
static bool is_fresh(const struct participant *p, instant now)
{
    return p->state_since == now;
}

// Counts the onset in its group and for everybody. *held: one of them has an outage.
static bool note_onset(struct care *c, struct store_tx *tx, const struct participant *p, bool is_meter,
                       instant now, bool *held, err *e)
{
    const char *names[] = {p->group, EVERYBODY};
    *held = false;
    for (size_t i = p->group[0] ? 0 : 1; i < 2; i++) {
        struct flood_group *g = group_of(c, names[i]);
        if (!g) continue;
        const bool is_everybody = i == 1;
        bool out = g->flood.outage_since != 0;
        // For everybody together a few silent meters are chance: they count as silences do.
        if (!out && is_fresh(p, now))
            out = is_meter && !is_everybody ? sign_flood_meter(&g->flood, now)
                                            : sign_flood_silence(&g->flood, now);
        if (out && g->case_id[0] == 0 && !open_outage(c, tx, g, now, e)) return false;
        *held = *held || out;
    }
    return true;
}

static void explain(struct care *c, const struct participant *p, const struct sign_home *home,
                    struct case_doc *doc)
{
    buf nl = {.max = sizeof doc->reason_nl - 1}, en = {.max = sizeof doc->reason_en - 1};
    if (home) {
        sign_explain(home, &c->config.parameters, SIGN_NL, &nl);
        sign_explain(home, &c->config.parameters, SIGN_EN, &en);
    } else if (strcmp(doc->cause, "meter") == 0) {
        BUF_LIT(&nl, "Het kastje in de woning laat niets van zich horen. Dat zegt niets over de bewoner.");
        BUF_LIT(&en, "The box in the home is not heard of. That says nothing of the resident.");
    } else {
        buf_print(&nl,
                  "Het kastje in de woning meldt: al %lld uur geen teken van leven, wat daar ongewoon is.",
                  (long long)p->quiet_h);
        buf_print(&en, "The box in the home says: for %lld hours no sign of life, which is unusual there.",
                  (long long)p->quiet_h);
    }
    text_set(doc->reason_nl, sizeof doc->reason_nl, buf_str(&nl));
    text_set(doc->reason_en, sizeof doc->reason_en, buf_str(&en));
    buf_free(&nl);
    buf_free(&en);
}

// What a home says must be acted on; NULL: nothing.
static const char *cause_of(const struct participant *p, instant now)
{
    if (p->is_paused) return NULL;
    if (strcmp(p->state, "quiet") == 0) return "quiet";
    if (strcmp(p->state, "cap") == 0) return "cap";
    if (strcmp(p->state, "supply_off") == 0) return "supply";
    const bool is_silent = strcmp(p->state, "meter_silent") == 0;
    return is_silent && now - p->state_since >= CARE_METER_HOURS * TIME_HOUR ? "meter" : NULL;
}

static bool follow(struct care *c, struct store_tx *tx, struct participant *p, const struct sign_home *home,
                   const char *cause, instant now, err *e)
{
    static struct case_doc doc;
    err why = {0};
    if (!case_get(store_tx_snapshot(tx), str_of(p->case_id), &doc, &why) || doc.closed != TIME_NONE) {
        p->case_id[0] = 0;
        return true;
    }
    const char *last = doc.event_count ? doc.events[doc.event_count - 1].what : "";
    if (!cause) {
        // Life came back. A person closes the case all the same.
        if (strcmp(p->state, "active") != 0 || strcmp(last, "life") == 0) return true;
        case_note(&doc, now, NULL, "life", "");
    } else if (strcmp(cause, "cap") == 0 && strcmp(doc.cause, "cap") != 0) {
        text_set(doc.cause, sizeof doc.cause, STR("cap"));
        explain(c, p, home, &doc);
        case_note(&doc, now, NULL, "cap", "");
    } else {
        return true;
    }
    doc.quiet_h = p->quiet_h;
    return case_put(tx, &doc, e);
}

bool case_reconcile(struct care *c, struct store_tx *tx, struct participant *p, const struct sign_home *home,
                    instant now, err *e)
{
    static struct case_doc doc;
    const char *cause = cause_of(p, now);
    bool held = false;
    if (p->case_id[0]) {
        if (!follow(c, tx, p, home, cause, now, e)) return false;
        if (p->case_id[0]) return true;
    }
    const bool is_meter = strcmp(p->state, "meter_silent") == 0 || strcmp(p->state, "supply_off") == 0;
    if ((cause || is_meter) && !note_onset(c, tx, p, is_meter, now, &held, e)) return false;
    if (!cause || held) return true;
    case_begin(&doc, cause, now);
    text_set(doc.pseudonym, sizeof doc.pseudonym, str_of(p->pseudonym));
    doc.quiet_h = p->quiet_h;
    doc.is_made_up = p->is_made_up;
    explain(c, p, home, &doc);
    text_set(p->case_id, sizeof p->case_id, str_of(doc.id));
    return case_keep(c, tx, &doc, strcmp(cause, "meter") == 0 ? CARE_COUNT_METER : CARE_COUNT_CASES, now, e);
}
