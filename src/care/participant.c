// SPDX-License-Identifier: EUPL-1.2
#include "care/document.h"

#include "base/json.h"
#include "care/home.h"
#include "care/raw.h"
#include "care/withdrawn.h"
#include "identity/audit.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDENTITY_BYTES ((size_t)16 << 10)
#define RANDOM_BYTES 16

// ---- The whole ---------------------------------------------------------------------------------------------------

static bool load(struct care *c, err *e)
{
    struct snapshot *at;
    if (!snapshot_open(c->config.store, &at, e)) return false;
    const bool ok = case_groups_load(c, at, e);
    snapshot_close(at);
    return ok;
}

// Homes without a single name: the vault was left behind when the store was put back. To go on would delete them all.
static bool vault_belongs(struct care *c, err *e)
{
    bool any;
    return vault_has_any(c->vault, KIND_IDENTITY, &any, e) &&
           (any || atomic_load(&c->participants) == 0 ||
            err_set(e, ERR_CONFIG, ERR_NOWHERE,
                    "%lld homes take part, but %s holds no names: put back the vault.db of the same backup",
                    atomic_load(&c->participants), c->config.vault_file));
}

bool care_open(const care_config *config, struct care **out, err *e)
{
    struct care *c = calloc(1, sizeof *c);
    if (!c) return err_no_memory(e);
    c->config = *config;
    c->vault_first = care_vault_first(c);
    if (c->config.raw_days == 0) c->config.raw_days = CARE_RAW_DAYS_STANDARD;
    if (c->config.backup_days == 0) c->config.backup_days = CARE_BACKUP_DAYS_STANDARD;
    const bool ok = vault_open(config->vault_file, config->vault_key, &c->vault, e) && load(c, e) &&
                    vault_belongs(c, e) && care_settle_restored(c, config->vault_key, e);
    c->config.vault_key = NULL;
    if (!ok) {
        care_close(c);
        return false;
    }
    *out = c;
    return true;
}

void care_close(struct care *c)
{
    if (!c) return;
    vault_close(c->vault);
    withdrawn_close(c->withdrawn);
    free(c->groups);
    free(c);
}

const struct sign_parameters *care_parameters(const struct care *c)
{
    return &c->config.parameters;
}

int care_raw_days(const struct care *c)
{
    return c->config.raw_days;
}

int care_backup_days(const struct care *c)
{
    return c->config.backup_days;
}

// ---- Identities --------------------------------------------------------------------------------------------------

static const struct {
    const char *name;
    size_t offset;
} identity_fields[] = {
    {"name", offsetof(struct care_identity, name)},
    {"address", offsetof(struct care_identity, address)},
    {"phone", offsetof(struct care_identity, phone)},
    {"mail", offsetof(struct care_identity, mail)},
    {"means", offsetof(struct care_identity, means)},
    {"contactName", offsetof(struct care_identity, contact_name)},
    {"contactPhone", offsetof(struct care_identity, contact_phone)},
};
#define IDENTITY_FIELDS (sizeof identity_fields / sizeof identity_fields[0])

static bool identity_put(struct vault *v, str pseudonym, const struct care_identity *who, err *e)
{
    buf b = {.max = IDENTITY_BYTES};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    for (size_t i = 0; i < IDENTITY_FIELDS; i++) {
        str text;
        memcpy(&text, (const char *)who + identity_fields[i].offset, sizeof text);
        json_name(&w, str_of(identity_fields[i].name));
        json_put_text(&w, text);
    }
    json_name(&w, STR("madeUp"));
    json_put_bool(&w, who->is_made_up);
    json_close(&w, '}');
    const bool ok = b.failed ? err_set(e, ERR_LIMIT, ERR_NOWHERE, "the texts are too long")
                             : vault_put(v, KIND_IDENTITY, pseudonym, buf_str(&b), e);
    if (b.p) sodium_memzero(b.p, b.n);
    buf_free(&b);
    return ok;
}

bool care_identity_of(struct care *c, str pseudonym, arena *a, struct care_identity *out, err *e)
{
    str text;
    json *root;
    if (!vault_get(c->vault, KIND_IDENTITY, pseudonym, a, &text, e) || !json_parse(text, a, &root, e))
        return false;
    for (size_t i = 0; i < IDENTITY_FIELDS; i++) {
        const str field = json_text(root, str_of(identity_fields[i].name));
        memcpy((char *)out + identity_fields[i].offset, &field, sizeof field);
    }
    const json *made_up = json_get(root, STR("madeUp"));
    out->is_made_up = made_up && made_up->type == JSON_TRUE;
    return true;
}

// ---- Enrolment ---------------------------------------------------------------------------------------------------

static void random_text(char *out, size_t size)
{
    unsigned char random[RANDOM_BYTES];
    randombytes_buf(random, sizeof random);
    sodium_bin2base64(out, size, random, sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static void link_hash(str link, char out[static 65])
{
    unsigned char hash[32];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)(link.p ? link.p : ""), link.n, NULL, 0);
    sodium_bin2hex(out, 65, hash, sizeof hash);
}

struct enrolling {
    struct care *care;
    const struct deed *deed;
    const struct care_identity *who;
    struct participant p;
};

static bool record(struct store_tx *tx, const struct principal *who, const char *what, str pseudonym,
                   const char *detail, instant now, err *e)
{
    char which[64];
    snprintf(which, sizeof which, "home/%.*s", STR_ARG(pseudonym));
    const struct audit_event event = {
        .who = who, .what = str_of(what), .which = str_of(which), .detail = str_of(detail), .at = now};
    return audit_record(tx, &event, e);
}

static bool enrol(struct store_tx *tx, void *context, err *e)
{
    struct enrolling *x = context;
    char pseudonym_json[SIGN_PSEUDONYM_CHARS + 8], detail[64];
    const str pseudonym = str_of(x->p.pseudonym);
    snprintf(pseudonym_json, sizeof pseudonym_json, "\"%s\"", x->p.pseudonym);
    snprintf(detail, sizeof detail, "consent=%s way=%s", x->p.consent_version,
             x->p.way == CARE_WATCH ? "watch" : "stream");
    if (!identity_put(x->care->vault, pseudonym, x->who, e) || !participant_put(tx, &x->p, e) ||
        !store_document_put(tx, KIND_LINK, str_of(x->p.link), str_of(pseudonym_json), e) ||
        !record(tx, x->deed->by, "care.enrol", pseudonym, detail, x->deed->now, e))
        return false;
    case_group_count(x->care, x->p.group, 1);
    return true;
}

static bool is_filled(const struct care_identity *who, err *e)
{
    const bool by_mail = str_eq(who->means, STR("mail"));
    if (who->name.n == 0 || who->address.n == 0)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "a name and an address are needed");
    if (!by_mail && !str_eq(who->means, STR("phone")))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "the means must be phone or mail");
    if (by_mail ? who->mail.n == 0 : who->phone.n == 0)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "the chosen means needs its number or address");
    for (size_t i = 0; i < IDENTITY_FIELDS; i++) {
        str text;
        memcpy(&text, (const char *)who + identity_fields[i].offset, sizeof text);
        if (text.n > CARE_TEXT_MAX)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE, "%s: at most %d bytes", identity_fields[i].name,
                           CARE_TEXT_MAX);
    }
    return true;
}

bool care_enrol(struct care *c, const struct deed *d, const struct care_identity *who, care_way way,
                str group, str consent_hash, struct care_enrolled *out, err *e)
{
    struct enrolling x = {.care = c, .deed = d, .who = who};
    struct sign_key key = {0};
    struct care_enrolled made = {0};
    if (!is_filled(who, e)) return false;
    if (group.n > GROUP_MAX || consent_hash.n >= sizeof x.p.consent_hash)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the group's name may have %d bytes", GROUP_MAX);
    random_text(x.p.pseudonym, sizeof x.p.pseudonym);
    random_text(made.link, sizeof made.link);
    link_hash(str_of(made.link), x.p.link);
    if (way == CARE_WATCH) {
        randombytes_buf(key.seed, sizeof key.seed);
        memcpy(key.pseudonym, x.p.pseudonym, sizeof key.pseudonym);
        sign_key_public(key.seed, x.p.key);
        sign_key_write(&key, made.watch_key);
        sodium_memzero(&key, sizeof key);
    }
    text_set(x.p.state, sizeof x.p.state, STR("learning"));
    text_set(x.p.group, sizeof x.p.group, group);
    text_set(x.p.consent_version, sizeof x.p.consent_version, STR(CARE_CONSENT_VERSION));
    text_set(x.p.consent_hash, sizeof x.p.consent_hash, consent_hash);
    x.p.way = way;
    x.p.since = x.p.consent_at = x.p.state_since = d->now;
    x.p.heard = x.p.last_life = x.p.away_from = x.p.away_until = x.p.well_at = TIME_NONE;
    x.p.is_made_up = who->is_made_up;
    memcpy(made.pseudonym, x.p.pseudonym, sizeof made.pseudonym);
    if (!care_run(c, enrol, &x, e)) return false;
    *out = made;
    return true;
}

// ---- The resident's own ------------------------------------------------------------------------------------------

static bool find_pseudonym(struct snapshot *at, str link, arena *a, str *out, err *e)
{
    char hash[65];
    str text;
    json *root;
    link_hash(link, hash);
    if (link.n != CARE_LINK_CHARS || !store_document_get(at, KIND_LINK, str_of(hash), a, &text, e))
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "this link is not known, or no longer");
    if (!json_parse(text, a, &root, e)) return false;
    *out = root->text;
    return true;
}

static bool copy(arena *a, const char *text, str *out, err *e)
{
    return arena_copy(a, str_of(text), out) || err_no_memory(e);
}

// What was learnt of a home whose readings come here, in its own words.
static bool describe(struct care *c, const struct participant *p, arena *a, struct care_participant *out,
                     err *e)
{
    struct care_home home;
    err ignored;
    buf nl = {.max = 1024}, en = {.max = 1024};
    out->reason_nl = out->reason_en = (str){0};
    if (p->way != CARE_STREAM || !care_home_get(c, str_of(p->pseudonym), &home, &ignored)) return true;
    if (home.home.last_event != SIGN_NEVER)
        out->last_life = sign_slot_start(c->config.zone, home.home.last_event);
    sign_explain(&home.home, &c->config.parameters, SIGN_NL, &nl);
    sign_explain(&home.home, &c->config.parameters, SIGN_EN, &en);
    const bool ok = arena_copy(a, buf_str(&nl), &out->reason_nl) &&
                    arena_copy(a, buf_str(&en), &out->reason_en);
    buf_free(&nl);
    buf_free(&en);
    return ok || err_no_memory(e);
}

bool care_find(struct care *c, str link, arena *a, struct care_participant *out, err *e)
{
    struct snapshot *at;
    struct participant p;
    str pseudonym;
    if (!snapshot_open(c->config.store, &at, e)) return false;
    bool ok = find_pseudonym(at, link, a, &pseudonym, e) && participant_get(at, pseudonym, &p, e);
    snapshot_close(at);
    if (!ok) return false;
    *out = (struct care_participant){.pseudonym = pseudonym,
                                     .way = p.way,
                                     .since = p.since,
                                     .consent_at = p.consent_at,
                                     .heard = p.heard,
                                     .last_life = p.last_life,
                                     .away_from = p.away_from,
                                     .away_until = p.away_until,
                                     .is_paused = p.is_paused,
                                     .is_made_up = p.is_made_up};
    return copy(a, p.state, &out->state, e) && copy(a, p.consent_version, &out->consent_version, e) &&
           copy(a, p.case_id, &out->case_id, e) && describe(c, &p, a, out, e) &&
           vault_count(c->vault, KIND_RAW, pseudonym, a, &out->raw_count, &out->raw_oldest, e);
}

struct changing {
    struct care *care;
    str pseudonym;
    instant now, from, until;
    enum { CHANGE_PAUSE, CHANGE_AWAY, CHANGE_WELL } what;
    bool is_paused;
};

static void change_home(const struct changing *x, struct sign_home *h)
{
    const struct tz *zone = x->care->config.zone;
    if (x->what == CHANGE_PAUSE)
        sign_home_pause(h, zone, x->is_paused, x->now);
    else if (x->what == CHANGE_AWAY)
        sign_home_away(h, zone, x->from, x->until);
    else
        sign_home_reset(h, zone, x->now);
}

static void change_participant(const struct changing *x, struct participant *p)
{
    if (x->what == CHANGE_PAUSE) {
        p->is_paused = x->is_paused;
    } else if (x->what == CHANGE_AWAY) {
        p->away_from = x->until == TIME_NONE ? TIME_NONE : x->from;
        p->away_until = x->until;
    } else {
        text_set(p->state, sizeof p->state, STR("active"));
        p->state_since = p->last_life = p->well_at = x->now;
    }
}

static bool close_own_case(const struct changing *x, struct store_tx *tx, struct participant *p, err *e)
{
    static struct case_doc doc;
    err ignored;
    if (!p->case_id[0] || !case_get(store_tx_snapshot(tx), str_of(p->case_id), &doc, &ignored)) return true;
    p->case_id[0] = 0;
    doc.closed = x->now;
    text_set(doc.closed_reason, sizeof doc.closed_reason, STR("well"));
    case_note(&doc, x->now, NULL, "closed", "resident-well");
    return case_put(tx, &doc, e);
}

static bool change(struct store_tx *tx, void *context, err *e)
{
    static const char *const names[] = {"care.pause", "care.away", "care.well"};
    const struct changing *x = context;
    struct participant p;
    struct care_home home;
    err why = {0};
    if (!participant_get(store_tx_snapshot(tx), x->pseudonym, &p, e)) return false;
    if (p.way == CARE_STREAM && care_home_get(x->care, x->pseudonym, &home, &why)) {
        change_home(x, &home.home);
        if (!care_home_put(x->care, x->pseudonym, &home, e)) return false;
    }
    change_participant(x, &p);
    if (x->what == CHANGE_WELL && !close_own_case(x, tx, &p, e)) return false;
    // Without a pseudonym: the log is read by others than the care desk, and must not tell which homes are empty.
    const struct audit_event event = {
        .what = str_of(names[x->what]), .which = STR("home"), .detail = STR("by=resident"), .at = x->now};
    return participant_put(tx, &p, e) && audit_record(tx, &event, e);
}

bool care_set_paused(struct care *c, str pseudonym, bool is_paused, instant now, err *e)
{
    struct changing x = {
        .care = c, .pseudonym = pseudonym, .now = now, .what = CHANGE_PAUSE, .is_paused = is_paused};
    return care_run(c, change, &x, e);
}

bool care_set_away(struct care *c, str pseudonym, instant from, instant until, err *e)
{
    struct changing x = {
        .care = c, .pseudonym = pseudonym, .now = from, .from = from, .until = until, .what = CHANGE_AWAY};
    if (until != TIME_NONE && (until <= from || until - from > CARE_AWAY_DAYS_MOST * TIME_DAY))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "away is at most %d days, and ends after it begins",
                       CARE_AWAY_DAYS_MOST);
    return care_run(c, change, &x, e);
}

bool care_say_well(struct care *c, str pseudonym, instant now, err *e)
{
    struct changing x = {.care = c, .pseudonym = pseudonym, .now = now, .what = CHANGE_WELL};
    return care_run(c, change, &x, e);
}

// ---- Leaving -----------------------------------------------------------------------------------------------------

struct leaving {
    struct care *care;
    str pseudonym;
    instant now;
    int64_t removed;
};

struct cases_of {
    const str *ids;
    size_t count;
};

// The mails of case.c: "care.CASE.TIME".
static bool is_of_cases(const struct outbox_message *m, const void *context)
{
    const struct cases_of *x = context;
    str rest = m->id, kind, id;
    if (!str_cut(&rest, '.', &kind) || !str_eq(kind, STR("care")) || !str_cut(&rest, '.', &id)) return false;
    for (size_t i = 0; i < x->count; i++)
        if (str_eq(id, x->ids[i])) return true;
    return false;
}

bool participant_remove(struct care *c, struct store_tx *tx, const struct participant *p, int64_t *removed,
                        err *e)
{
    arena *a = arena_new(1 << 16);
    const str *ids;
    char index[SIGN_PSEUDONYM_CHARS + CARE_ID_MAX + 2];
    size_t count = 0;
    bool ok = a ? case_ids_of(store_tx_snapshot(tx), str_of(p->pseudonym), a, &ids, &count, e)
                : err_no_memory(e);
    for (size_t i = 0; ok && i < count; i++) {
        snprintf(index, sizeof index, "%s/%.*s", p->pseudonym, STR_ARG(ids[i]));
        ok = store_document_delete(tx, KIND_CASE, ids[i], e) &&
             store_document_delete(tx, KIND_CLOSED, ids[i], e) &&
             store_document_delete(tx, KIND_OF, str_of(index), e);
    }
    ok = ok && outbox_withdraw(tx, is_of_cases, &(struct cases_of){ids, count}, e);
    arena_free(a);
    if (!ok || !store_document_delete(tx, KIND_LINK, str_of(p->link), e) ||
        !store_document_delete(tx, KIND_PARTICIPANT, str_of(p->pseudonym), e))
        return false;
    case_group_count(c, p->group, -1);
    *removed += (int64_t)count + 2;
    store_cut_log(tx);
    return true;
}

// The mark first: whoever it tells of is deleted, now or, after a fault in the middle, by the sweep or the next start. The vault is
// on disk before the store.
static bool leave(struct store_tx *tx, void *context, err *e)
{
    struct leaving *x = context;
    struct participant p;
    char today[RAW_DAY_MAX];
    raw_day(x->care->config.zone, x->now, today);
    if (!participant_get(store_tx_snapshot(tx), x->pseudonym, &p, e) ||
        !withdrawn_add(x->care->withdrawn, x->pseudonym, today, e) ||
        !vault_forget(x->care->vault, x->pseudonym, &x->removed, e))
        return false;
    // The line has no pseudonym: nothing may lead back to the home.
    const struct audit_event event = {.what = STR("care.withdraw"), .which = STR("home"), .at = x->now};
    return participant_remove(x->care, tx, &p, &x->removed, e) && audit_record(tx, &event, e) &&
           vault_settle(x->care->vault, e);
}

bool care_withdraw(struct care *c, str pseudonym, instant now, int64_t *removed, err *e)
{
    struct leaving x = {.care = c, .pseudonym = pseudonym, .now = now};
    if (!care_run(c, leave, &x, e)) return false;
    *removed = x.removed;
    return true;
}
