// SPDX-License-Identifier: EUPL-1.2
// care.h: signs of life in a town: who takes part, what their homes say, and the cases in which somebody looks in.
//
// Names and addresses are in the vault (vault.h), and so is what was learnt of a home whose meter readings come here. The store
// holds the rest under a pseudonym: documents "care.participant" (by pseudonym), "care.link" (by hash of the resident's secret),
// "care.case" and "care.closed" (by number), "care.of" (whose case it is), "care.month" (counts). There is no way to ask for homes: only for open cases, for one's own link, and
// for rounded counts.
//
// A case is opened from the level of a home, not from its change: a crash between vault and store loses nothing, for the sweep
// (care_sweep) compares them all. Who is in one of the two alone left, or came, while a copy was made: the sweep deletes it. Who stopped
// is told by a file beside them too (withdrawn.h), so that a copy that is put back brings nobody back.
//
// Personal data   purpose: to look in when a home falls silent; basis: consent (AVG 6.1.a and 9.2.a); retention: table in
//                 processing.h; owner: the care desk. Withdrawal deletes all of it at once but the counts.
// Units    times: microseconds since 1970 UTC
// Owns     texts read lie in the caller's arena
// Threads  any but the event loops and the writer: all calls wait for commits
// Errors   ERR_GONE (no such participant, or withdrawn), ERR_AUTH (signature), ERR_CONFLICT, ERR_RANGE, ERR_DENIED, ERR_STORE
#ifndef PEIL_CARE_CARE_H
#define PEIL_CARE_CARE_H

#include "base/tz.h"
#include "care/ladder.h"
#include "care/vault.h"
#include "identity/user/user.h"
#include "outbox/outbox.h"
#include "sign/flood.h"
#include "sign/message.h"
#include "sign/meter.h"

struct care;

#define CARE_LINK_CHARS 22
#define CARE_ID_MAX 32
#define CARE_TEXT_MAX 200
#define CARE_CONSENT_VERSION "2026-1"
#define CARE_UNLOCK_HOURS 24
#define CARE_AWAY_DAYS_MOST 90
#define CARE_RAW_DAYS_STANDARD 30
#define CARE_BACKUP_DAYS_STANDARD 30

typedef struct {
    struct store *store;
    struct outbox *outbox;  // NULL: residents are told on their page alone
    const char *vault_file;
    const unsigned char *vault_key;  // VAULT_KEY_BYTES; copied
    const char *withdrawn_file;      // withdrawn.h
    instant now;                     // when it is opened; 0: the clock's
    const struct tz *zone;
    struct sign_parameters parameters;
    int raw_days;     // 0: CARE_RAW_DAYS_STANDARD
    int backup_days;  // how long the town keeps copies; 0: CARE_BACKUP_DAYS_STANDARD
    const str *root_url;
} care_config;

// Deletes at once whoever the file of withdrawals tells of: a copy from before was put back.
NODISCARD bool care_open(const care_config *c, struct care **out, err *e);
void care_close(struct care *c);  // NULL is fine
const struct sign_parameters *care_parameters(const struct care *c);
int care_raw_days(const struct care *c);
int care_backup_days(const struct care *c);
// What is wrong with the file of withdrawals beside a store, as sentences: it is not there, or was not when the store was put back.
// Needs no key, changes nothing. *findings counts up.
NODISCARD bool care_examine(struct store *s, const char *withdrawn_file,
                            void (*finding)(const char *sentence, void *context), void *context,
                            int64_t *findings, err *e);

// ---- Taking part -------------------------------------------------------------------------------------------------

typedef enum { CARE_WATCH, CARE_STREAM } care_way;  // decided in the home, or from readings that come here

struct care_identity {                      // in the vault
    str name, address, phone, mail, means;  // means: "phone" or "mail"
    str contact_name, contact_phone;
    bool is_made_up;  // of the demonstration
};

struct care_enrolled {  // shown once
    char pseudonym[SIGN_PSEUDONYM_CHARS + 1];
    char link[CARE_LINK_CHARS + 1];     // the resident's secret
    char watch_key[SIGN_KEY_TEXT_MAX];  // empty for CARE_STREAM
};
// `consent_hash`: of the text that was shown, hex; `group`: street or concentrator, for outages; may be empty.
NODISCARD bool care_enrol(struct care *c, const struct deed *d, const struct care_identity *who, care_way way,
                          str group, str consent_hash, struct care_enrolled *out, err *e);

struct care_participant {
    str pseudonym, state, reason_nl, reason_en, consent_version, case_id;
    care_way way;
    instant since, consent_at, heard, last_life, away_from, away_until;  // TIME_NONE: never
    bool is_paused, is_made_up;
    int64_t raw_count;
    str raw_oldest;  // day; empty: none is kept
};
// By the secret of the link. ERR_ABSENT.
NODISCARD bool care_find(struct care *c, str link, arena *a, struct care_participant *out, err *e);
NODISCARD bool care_identity_of(struct care *c, str pseudonym, arena *a, struct care_identity *out, err *e);
NODISCARD bool care_set_paused(struct care *c, str pseudonym, bool is_paused, instant now, err *e);
NODISCARD bool care_set_away(struct care *c, str pseudonym, instant from, instant until,
                             err *e);  // until TIME_NONE: back
// "I am well": the clock starts anew, an open case is closed.
NODISCARD bool care_say_well(struct care *c, str pseudonym, instant now, err *e);
// Deletes identity, readings, what was learnt, link and cases; one line of the audit log stays, without a name.
NODISCARD bool care_withdraw(struct care *c, str pseudonym, instant now, int64_t *removed, err *e);

// ---- What homes say ----------------------------------------------------------------------------------------------

// The line of a watch and its signature. *answer: JSON for the box: away, paused, and since when all was found well.
NODISCARD bool care_hear(struct care *c, str line, str signature, instant now, arena *a, str *answer, err *e);
struct care_reading {
    str pseudonym;
    struct sign_reading reading;
};
// Readings of several homes at once, in any order. Those of homes that take no part are not kept: *unknown counts them.
NODISCARD bool care_take(struct care *c, const struct care_reading *readings, size_t count, instant now,
                         int64_t *unknown, err *e);
// Judges homes without news, sees that open cases stand for what homes say, and once a day deletes what is past its time.
// *more: the rest is for the next call, which goes on behind it.
NODISCARD bool care_sweep(struct care *c, instant now, bool *more, err *e);

// ---- Cases -------------------------------------------------------------------------------------------------------

struct care_event {
    instant at;
    str by, what,
        outcome;  // what: "opened", "resident" ..., "asked-identity", "opened-identity", "late", "closed"
};

struct care_case {
    str id, pseudonym, cause, reason_nl, reason_en, closed_reason;
    instant opened, step_since, due, closed;  // closed TIME_NONE: open
    ladder_step step;
    int64_t quiet_h, late_count;
    bool is_made_up;
    str asked_by, asked_why, opened_by;  // of the identity
    instant asked_at, opened_until;      // TIME_NONE
    const struct care_event *events;
    size_t event_count;
};
// Open ones, the latest first; with `closed` the 200 newest of those opened in the last 62 days too. Only for whoever may ACTION_CARE.
NODISCARD bool care_cases(struct care *c, const struct principal *who, bool closed, instant now, arena *a,
                          const struct care_case **out, size_t *count, err *e);
NODISCARD bool care_case(struct care *c, const struct principal *who, str id, arena *a, struct care_case *out,
                         err *e);
// Of a resident's own: what happened, for their page.
NODISCARD bool care_cases_of(struct care *c, str pseudonym, arena *a, const struct care_case **out,
                             size_t *count, err *e);
NODISCARD bool care_case_step(struct care *c, const struct deed *d, str id, str outcome, err *e);

// How to reach, without name or address, for the step that the case is at: logged.
NODISCARD bool care_case_reach(struct care *c, const struct deed *d, str id, arena *a, str *out, err *e);
// Two people open an identity: one asks and says why, another one agrees. Both are accounts of people. The resident is told.
NODISCARD bool care_case_ask_identity(struct care *c, const struct deed *d, str id, str why, err *e);
NODISCARD bool care_case_open_identity(struct care *c, const struct deed *d, str id, err *e);
// ERR_DENIED unless it was opened, to one of the two, within CARE_UNLOCK_HOURS. Each look is logged.
NODISCARD bool care_case_identity(struct care *c, const struct deed *d, str id, arena *a,
                                  struct care_identity *out, err *e);

// ---- Figures -----------------------------------------------------------------------------------------------------

typedef enum {
    CARE_COUNT_CASES,
    CARE_COUNT_ASKED,
    CARE_COUNT_CONTACTS,
    CARE_COUNT_VISITS,
    CARE_COUNT_HELP,
    CARE_COUNT_METER,
    CARE_COUNT_OUTAGES,
    CARE_COUNT_IDENTITIES,
    CARE_COUNT_KINDS
} care_count;
const char *care_count_name(care_count c);

#define CARE_FIGURE_LEAST 10
#define CARE_FIGURE_ROUND 5
// Rounded to fives; -1: hidden, for it is under ten.
int64_t care_figure(int64_t exact);
struct care_month {
    str month;                         // "2026-11"
    int64_t counts[CARE_COUNT_KINDS];  // as care_figure gives them
};
NODISCARD bool care_figures(struct care *c, arena *a, const struct care_month **out, size_t *count,
                            int64_t *participants, err *e);

#endif
