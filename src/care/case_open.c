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
#define FOLD_MAX 4096

// Meters that fall silent and silences of homes are counted apart: a broken feed of a street must not hold back what another
// home there says with a healthy meter.
typedef enum { OF_METERS, OF_SILENCES, FLOOD_KINDS } flood_kind;

struct flood_group {
    char name[GROUP_MAX + 1];
    uint32_t homes;
    struct sign_flood of[FLOOD_KINDS];
    char case_id[FLOOD_KINDS][CARE_ID_MAX + 1];
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

static void count_in(struct flood_group *g, int change)
{
    if (!g || (change < 0 && g->homes == 0)) return;
    g->homes = (uint32_t)((int64_t)g->homes + change);
    for (int k = 0; k < FLOOD_KINDS; k++) g->of[k].homes = g->homes;
}

void case_group_count(struct care *c, const char *group, int change)
{
    atomic_fetch_add(&c->participants, change);
    count_in(group_of(c, EVERYBODY), change);
    if (group[0]) count_in(group_of(c, group), change);
}

void case_outage_ended(struct care *c, const struct case_doc *doc)
{
    struct flood_group *g = group_of(c, doc->group);
    const flood_kind kind = doc->is_of_silences ? OF_SILENCES : OF_METERS;
    if (!g) return;
    sign_flood_end(&g->of[kind]);
    g->case_id[kind][0] = 0;
}

static bool load_group(str key, str text, void *context, err *e)
{
    struct care *c = context;
    static struct case_doc doc;
    if (!case_parse(text, key, &doc, e)) return false;
    if (strcmp(doc.cause, "outage") != 0 || doc.closed != TIME_NONE) return true;
    struct flood_group *g = group_of(c, doc.group);
    const flood_kind kind = doc.is_of_silences ? OF_SILENCES : OF_METERS;
    if (!g) return true;
    g->of[kind].outage_since = doc.opened;
    text_set(g->case_id[kind], sizeof g->case_id[kind], key);
    return true;
}

static bool load_home(str key, str text, void *context, err *e)
{
    struct participant p;
    if (!participant_parse(text, key, &p, e)) return false;
    case_group_count(context, p.group, 1);
    return true;
}

// An outage that was told stays told over a restart.
bool case_groups_load(struct care *c, struct snapshot *at, err *e)
{
    if (c->groups) memset(c->groups, 0, GROUPS_MAX * sizeof *c->groups);
    c->group_count = 0;
    atomic_store(&c->participants, 0);
    return store_document_each(at, KIND_PARTICIPANT, load_home, c, e) &&
           store_document_each(at, KIND_CASE, load_group, c, e);
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
    doc->step = LADDER_RESIDENT;
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

// Whose case it is, for the resident's page and for leaving.
static bool index_put(struct store_tx *tx, const struct case_doc *doc, err *e)
{
    char key[SIGN_PSEUDONYM_CHARS + CARE_ID_MAX + 2];
    snprintf(key, sizeof key, "%s/%s", doc->pseudonym, doc->id);
    return store_document_put(tx, KIND_OF, str_of(key), STR("{}"), e);
}

static bool is_of_kind(const struct case_doc *doc, flood_kind kind)
{
    const bool is_silence = strcmp(doc->cause, "quiet") == 0 || strcmp(doc->cause, "cap") == 0;
    const bool is_meter = strcmp(doc->cause, "meter") == 0 || strcmp(doc->cause, "supply") == 0;
    return kind == OF_SILENCES ? is_silence : is_meter;
}

// What was opened in the first minutes of an outage, before it was one, and nobody has touched.
struct folding {
    const struct flood_group *group;
    flood_kind kind;
    instant from;
    char ids[FOLD_MAX][CARE_ID_MAX + 1];
    size_t count;
};

static bool find_folded(str key, str text, void *context, err *e)
{
    struct folding *x = context;
    static struct case_doc doc;
    if (!case_parse(text, key, &doc, e)) return false;
    const bool is_town = x->group->name[0] == 0, is_here = is_town || strcmp(doc.group, x->group->name) == 0;
    const bool is_street = is_town && strcmp(doc.cause, "outage") == 0 &&
                           doc.is_of_silences == (x->kind == OF_SILENCES);
    if (is_here && (is_street || is_of_kind(&doc, x->kind)) && doc.opened >= x->from &&
        doc.event_count == 1 && x->count < FOLD_MAX)
        text_set(x->ids[x->count++], CARE_ID_MAX + 1, key);
    return true;
}

static bool fold_one(struct care *c, struct store_tx *tx, const char *id, instant now, err *e)
{
    static struct case_doc doc;
    struct participant p;
    err why = {0};
    if (!case_get(store_tx_snapshot(tx), str_of(id), &doc, e)) return false;
    doc.closed = now;
    text_set(doc.closed_reason, sizeof doc.closed_reason, STR("outage"));
    case_note(&doc, now, NULL, "closed", "outage");
    if (!case_put(tx, &doc, e)) return false;
    if (strcmp(doc.cause, "outage") == 0) {
        case_outage_ended(c, &doc);
        return true;
    }
    if (!participant_get(store_tx_snapshot(tx), str_of(doc.pseudonym), &p, &why))
        return why.code == ERR_GONE || err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
    p.case_id[0] = 0;
    return participant_put(tx, &p, e);
}

// One outage is one case. Who is still silent when it is closed is raised then.
static bool fold(struct care *c, struct store_tx *tx, const struct flood_group *g, flood_kind kind,
                 instant now, err *e)
{
    struct folding *x = calloc(1, sizeof *x);
    if (!x) return err_no_memory(e);
    x->group = g;
    x->kind = kind;
    x->from = g->of[kind].window_start;
    bool ok = store_document_each(store_tx_snapshot(tx), KIND_CASE, find_folded, x, e);
    for (size_t i = 0; ok && i < x->count; i++) ok = fold_one(c, tx, x->ids[i], now, e);
    free(x);
    return ok;
}

static bool open_outage(struct care *c, struct store_tx *tx, struct flood_group *g, flood_kind kind,
                        instant now, err *e)
{
    static struct case_doc doc;
    case_begin(&doc, "outage", now);
    text_set(doc.group, sizeof doc.group, str_of(g->name));
    doc.is_of_silences = kind == OF_SILENCES;
    snprintf(doc.reason_nl, sizeof doc.reason_nl,
             "%s%s%s vielen binnen een uur tegelijk stil. Dat is een storing, niet iets van bewoners. Laat "
             "een technicus "
             "kijken en sluit deze zaak als de storing voorbij is.",
             kind == OF_METERS ? "De meters van veel woningen" : "Veel woningen",
             g->name[0] ? " van groep " : "", g->name);
    snprintf(doc.reason_en, sizeof doc.reason_en,
             "%s%s%s fell silent at once within an hour. That is an outage, nothing of residents. Have a "
             "technician "
             "look, and close this case when it is over.",
             kind == OF_METERS ? "The meters of many homes" : "Many homes", g->name[0] ? " of group " : "",
             g->name);
    doc.step = LADDER_DESK;
    doc.due = now + ladder_rung(LADDER_DESK)->deadline_h * TIME_HOUR;
    text_set(g->case_id[kind], sizeof g->case_id[kind], str_of(doc.id));
    return fold(c, tx, g, kind, now, e) && case_keep(c, tx, &doc, CARE_COUNT_OUTAGES, now, e);
}

// The state began in this operation: each onset counts once, however often the home is looked at.
static bool is_fresh(const struct participant *p, instant now)
{
    return p->state_since == now;
}

// Whether the group has an outage of this kind, with the onset of this home counted if it is one; the first time it is told.
static bool note_in(struct care *c, struct store_tx *tx, struct flood_group *g, flood_kind kind, bool counts,
                    instant now, bool *held, err *e)
{
    if (!g) return true;
    bool out = g->of[kind].outage_since != 0;
    // For everybody together a few silent meters are chance: they count as silences do.
    if (!out && counts)
        out = kind == OF_METERS && g->name[0] ? sign_flood_meter(&g->of[kind], now)
                                              : sign_flood_silence(&g->of[kind], now);
    *held = out;
    return !out || g->case_id[kind][0] || open_outage(c, tx, g, kind, now, e);
}

// *held: an outage of this kind is on. The town's goes before the street's; what a street's outage explains is not counted for the town.
static bool note_onset(struct care *c, struct store_tx *tx, const struct participant *p, flood_kind kind,
                       instant now, bool *held, err *e)
{
    struct flood_group *town = group_of(c, EVERYBODY), *street = p->group[0] ? group_of(c, p->group) : NULL;
    const bool counts = is_fresh(p, now);
    *held = false;
    if (!note_in(c, tx, town, kind, false, now, held, e)) return false;
    if (!*held && !note_in(c, tx, street, kind, counts, now, held, e)) return false;
    return *held || note_in(c, tx, town, kind, counts, now, held, e);
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

static const char *const by_weight[] = {"meter", "supply", "quiet", "cap"};

static int weight_of(const char *cause)
{
    int w = (int)(sizeof by_weight / sizeof by_weight[0]) - 1;
    while (w >= 0 && strcmp(by_weight[w], cause) != 0) w--;
    return w;
}

static void to_step(struct case_doc *doc, ladder_step step, instant now)
{
    doc->step = step;
    doc->step_since = now;
    doc->due = now + ladder_rung(step)->deadline_h * TIME_HOUR;
}

// The case grew heavier: a meter's ticket becomes a question to the resident.
static void weigh_up(struct care *c, const struct participant *p, const struct sign_home *home,
                     const char *cause, struct case_doc *doc, instant now)
{
    text_set(doc->cause, sizeof doc->cause, str_of(cause));
    explain(c, p, home, doc);
    case_note(doc, now, NULL, cause, "");
    if (doc->step == LADDER_TECHNICIAN) to_step(doc, LADDER_RESIDENT, now);
}

// The meter speaks again: its ticket is done, for it was about no person.
static void end_ticket(struct participant *p, struct case_doc *doc, instant now)
{
    doc->closed = now;
    text_set(doc->closed_reason, sizeof doc->closed_reason, STR("meter"));
    case_note(doc, now, NULL, "closed", "meter");
    p->case_id[0] = 0;
}

static bool is_heard_again(const struct participant *p)
{
    return strcmp(p->state, "active") == 0 || strcmp(p->state, "learning") == 0 ||
           strcmp(p->state, "unsuitable") == 0;
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
    const bool is_ticket = doc.step == LADDER_TECHNICIAN;
    const char *last = doc.event_count ? doc.events[doc.event_count - 1].what : "";
    if (!cause && is_ticket && is_heard_again(p)) {
        end_ticket(p, &doc, now);
    } else if (!cause) {
        // Life came back. A person closes the case all the same.
        if (strcmp(p->state, "active") != 0 || strcmp(last, "life") == 0) return true;
        case_note(&doc, now, NULL, "life", "");
    } else if (weight_of(cause) > weight_of(doc.cause)) {
        weigh_up(c, p, home, cause, &doc, now);
    } else if (is_ticket && now - p->state_since >= CARE_METER_ASK_HOURS * TIME_HOUR) {
        case_note(&doc, now, NULL, "late", "technician");
        to_step(&doc, LADDER_RESIDENT, now);
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
    if ((cause || is_meter) && !note_onset(c, tx, p, is_meter ? OF_METERS : OF_SILENCES, now, &held, e))
        return false;
    if (!cause || held) return true;
    case_begin(&doc, cause, now);
    text_set(doc.pseudonym, sizeof doc.pseudonym, str_of(p->pseudonym));
    text_set(doc.group, sizeof doc.group, str_of(p->group));
    doc.quiet_h = p->quiet_h;
    doc.is_made_up = p->is_made_up;
    if (strcmp(cause, "meter") == 0) to_step(&doc, LADDER_TECHNICIAN, now);
    explain(c, p, home, &doc);
    text_set(p->case_id, sizeof p->case_id, str_of(doc.id));
    return index_put(tx, &doc, e) &&
           case_keep(c, tx, &doc, strcmp(cause, "meter") == 0 ? CARE_COUNT_METER : CARE_COUNT_CASES, now, e);
}
