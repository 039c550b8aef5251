// SPDX-License-Identifier: EUPL-1.2
// document.h: inside care: participants and cases as documents of the store.
// Threads  those that write, on the writer thread inside an operation
#ifndef PEIL_CARE_DOCUMENT_H
#define PEIL_CARE_DOCUMENT_H

#include "care/care.h"

#define KIND_PARTICIPANT STR("care.participant")
#define KIND_LINK STR("care.link")
#define KIND_CASE STR("care.case")
#define KIND_MONTH STR("care.month")
#define KIND_IDENTITY STR("identity")  // of the vault
#define KIND_HOME STR("home")
#define KIND_RAW STR("raw")

#define GROUP_MAX 32
#define EVENTS_MAX 64
#define NAME_MAX_TEXT (TOKEN_NAME_MAX + 1)

struct care {
    care_config config;
    struct vault *vault;
    // Owned by the writer thread:
    struct flood_group *groups;
    size_t group_count;
    char sweep_after[SIGN_PSEUDONYM_CHARS + 1];
};

struct participant {
    char pseudonym[SIGN_PSEUDONYM_CHARS + 1];
    char state[16];
    care_way way;
    char group[GROUP_MAX + 1];
    char consent_version[16], consent_hash[65];
    char link[65];  // hash of the secret, hex
    char case_id[CARE_ID_MAX + 1];
    unsigned char key[SIGN_KEY_BYTES];  // public, of the watch
    int64_t number, quiet_h;            // of its newest line
    instant since, consent_at, heard, state_since, last_life, away_from, away_until;
    bool is_paused, is_made_up, is_withdrawn;
};

struct event {
    instant at;
    char by[NAME_MAX_TEXT], what[24], outcome[24];
};

struct case_doc {
    char id[CARE_ID_MAX + 1], pseudonym[SIGN_PSEUDONYM_CHARS + 1], group[GROUP_MAX + 1];
    char cause[16];  // "quiet", "cap", "supply", "meter", "outage"
    char reason_nl[512], reason_en[512];
    char closed_reason[16], asked_by[NAME_MAX_TEXT], asked_why[CARE_TEXT_MAX + 1], opened_by[NAME_MAX_TEXT];
    instant opened, step_since, due, closed, asked_at, opened_until;
    ladder_step step;
    int64_t quiet_h, late_count;
    bool is_made_up;
    struct event events[EVENTS_MAX];
    size_t event_count;
};

// ERR_GONE when there is none, or it was withdrawn.
NODISCARD bool participant_get(struct snapshot *at, str pseudonym, struct participant *out, err *e);
NODISCARD bool participant_put(struct store_tx *tx, const struct participant *p, err *e);
NODISCARD bool participant_parse(str json, str pseudonym, struct participant *out, err *e);
NODISCARD bool case_get(struct snapshot *at, str id, struct case_doc *out, err *e);  // ERR_ABSENT
NODISCARD bool case_parse(str json, str id, struct case_doc *out, err *e);
NODISCARD bool case_put(struct store_tx *tx, const struct case_doc *c, err *e);
// The oldest ones go when there are too many.
void case_note(struct case_doc *c, instant at, const struct principal *by, const char *what,
               const char *outcome);
void text_set(char *out, size_t max, str s);
NODISCARD bool month_count(struct store_tx *tx, const struct tz *zone, care_count kind, instant now, err *e);

// case_open.c: from what a home says to a case. Inside an operation; changes p->case_id.
NODISCARD bool case_reconcile(struct care *c, struct store_tx *tx, struct participant *p,
                              const struct sign_home *home, instant now, err *e);
void case_outage_ended(struct care *c, const struct case_doc *doc);
NODISCARD bool case_groups_load(struct care *c, err *e);

#endif
