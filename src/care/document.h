// SPDX-License-Identifier: EUPL-1.2
// document.h: inside care: participants and cases as documents of the store.
// Threads  those that write, on the writer thread inside an operation
#ifndef PEIL_CARE_DOCUMENT_H
#define PEIL_CARE_DOCUMENT_H

#include "care/care.h"

#include <stdatomic.h>

#define KIND_PARTICIPANT STR("care.participant")
#define KIND_LINK STR("care.link")
#define KIND_CASE STR("care.case")      // open ones, by number; numbers begin with the second of opening
#define KIND_CLOSED STR("care.closed")  // the others
#define KIND_OF STR("care.of")          // "pseudonym/number": whose case it is
#define KIND_MONTH STR("care.month")
#define KIND_DAY STR("care.day")       // "day": the last one of which this store knows
#define KIND_IDENTITY STR("identity")  // of the vault
#define KIND_HOME STR("home")
#define KIND_RAW STR("raw")

#define GROUP_MAX 32
#define EVENTS_MAX 64
#define NAME_MAX_TEXT (TOKEN_NAME_MAX + 1)

struct care_home;
struct withdrawn;

struct care {
    care_config config;
    struct vault *vault;
    struct store_before vault_first;
    struct withdrawn *withdrawn;  // used on the writer thread
    atomic_llong participants;
    atomic_bool is_stale;  // an operation was undone: what follows from it in memory is read anew
    // Owned by the writer thread:
    struct flood_group *groups;  // the first one is everybody
    size_t group_count;
    bool vault_fails;  // its last commit
    char sweep_after[SIGN_PSEUDONYM_CHARS + 1];
    instant awake_since;                              // of the first sweep; 0: none yet
    char deleted_day[16];                             // for which what is past its time was deleted
    bool is_deleting;                                 // in this round of the sweep
    int64_t deleted, deleted_cases, deleted_orphans;  // in this round
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
    instant well_at;  // a person found that all is well: from then the clock of a watch counts; TIME_NONE
    bool is_paused, is_made_up, is_withdrawn;
};

struct event {
    instant at;
    char by[NAME_MAX_TEXT], what[24], outcome[24];
};

struct case_doc {
    char id[CARE_ID_MAX + 1], pseudonym[SIGN_PSEUDONYM_CHARS + 1], group[GROUP_MAX + 1];
    char cause[16];       // "quiet", "cap", "supply", "meter", "outage"
    bool is_of_silences;  // an outage: of silences and not of meters
    char reason_nl[512], reason_en[512];
    char closed_reason[16], asked_by[NAME_MAX_TEXT], asked_why[CARE_TEXT_MAX + 1], opened_by[NAME_MAX_TEXT];
    instant opened, step_since, due, closed, asked_at, opened_until;
    ladder_step step;
    int64_t quiet_h, late_count;
    bool is_made_up;
    struct event events[EVENTS_MAX];
    size_t event_count;
};

// A case's place among the open or the closed ones follows from its `closed`.
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
NODISCARD bool case_groups_load(struct care *c, struct snapshot *at, err *e);
// Somebody takes part (1) or leaves (-1): how many there are decides what is a flood.
void case_group_count(struct care *c, const char *group, int change);
// Numbers of all cases of a home, oldest first.
NODISCARD bool case_ids_of(struct snapshot *at, str pseudonym, arena *a, const str **ids, size_t *count,
                           err *e);

// participant.c: what leaving deletes of the store. The vault's part is the caller's.
NODISCARD bool participant_remove(struct care *c, struct store_tx *tx, const struct participant *p,
                                  int64_t *removed, err *e);

// restored.c: what opening does about withdrawals that the store does not know of.
NODISCARD bool care_settle_restored(struct care *c, const unsigned char vault_key[static VAULT_KEY_BYTES],
                                    err *e);
NODISCARD bool care_note_day(struct store_tx *tx, const char *day, err *e);

// intake.c: the state follows from the home, the case from the state.
NODISCARD bool care_judge(struct care *c, struct store_tx *tx, struct participant *p,
                          const struct participant *before, struct care_home *home,
                          const struct care_home *stored, instant now, err *e);
NODISCARD bool care_settle(struct care *c, struct store_tx *tx, struct participant *p,
                           const struct participant *before, const struct sign_home *home, instant now,
                           err *e);
void participant_set_state(struct participant *p, const char *state, instant now);
struct store_before care_vault_first(struct care *c);  // what such an operation's commit waits for
// An operation of the store and the vault, all or nothing; when it is undone, what it changed in memory is made anew by the next one.
NODISCARD bool care_run(struct care *c, bool (*run)(struct store_tx *tx, void *context, err *e),
                        void *context, err *e);

#endif
