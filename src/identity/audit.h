// SPDX-License-Identifier: EUPL-1.2
// audit.h: who did what when to which: a log that is only ever added to, each line chained to the one before by a hash.
//
// A line is written inside the store operation that does what it tells of, so that both are kept or neither is. A line holds
// the hash of the line before (BLAKE2b-256 of its bytes); the newest number and hash stand apart as the head. Whoever changes,
// removes or swaps a line breaks a link, and audit_verify names the line. Only one who rewrites everything from a line to the end,
// head too, stays unseen: against that, keep the head elsewhere now and then (`peil audit head`) and verify against it.
//
// What is told: every create, change and delete of an entity by a person or token (sta/write/reach.h, which names the one exemption: new
// Observations), accounts, tokens, logins and logouts, changed settings, who read what is private (identity/reads.h), rules, areas, feeds, devices, indicators, cases of care, and what retention removed.
//
// Personal data: the names of staff accounts. Purpose: to account for what was done (BIO2, AVG article 5.2). Retention and
// owner: the row "audit" of identity/retention.h. Never a resident's name, an address, a secret, or what a person measured.
// Owns     texts are copied; lines read lie in the arena or are valid during the call
// Threads  audit_record on the writer thread, inside an operation; the others any
// Errors   ERR_LIMIT (a text too long), ERR_CORRUPT (the head is damaged), what the store says
// Source   RFC 7693 (BLAKE2b)
#ifndef PEIL_IDENTITY_AUDIT_H
#define PEIL_IDENTITY_AUDIT_H

#include "identity/identity.h"

#define AUDIT_DETAIL_MAX 1024
#define AUDIT_HASH_BYTES 32

struct audit_event {
    const struct principal *who;  // NULL: peil itself
    str what;                     // noun and verb: "token.create", "datastream.delete", "login.fail"
    str which;                    // "token/meter-12", "Things(4)", "user/anna"
    str detail;                   // what a reader needs besides: "role=device"; may be empty
    instant at;
};

NODISCARD bool audit_record(struct store_tx *tx, const struct audit_event *event, err *e);

// The same as an operation of its own, for what is told when it is done. Waits for the commit.
NODISCARD bool audit_note(struct store *s, const struct audit_event *event, err *e);

struct audit_line {
    int64_t number;  // from 1
    instant at;
    str who;  // "user:anna", "token:meter-12", "public", "peil"
    str what, which, detail;
};
// Lines whose numbers lie in [from, to), oldest first; stops when `each` returns false.
NODISCARD bool audit_each(struct snapshot *at, int64_t from, int64_t to,
                          bool (*each)(const struct audit_line *line, void *context), void *context, err *e);

struct audit_head {
    int64_t first;   // the oldest line that is kept; number + 1 when none is
    int64_t number;  // of the newest line; 0: none yet
    unsigned char hash[AUDIT_HASH_BYTES];
};
NODISCARD bool audit_head_read(struct snapshot *at, struct audit_head *out, err *e);

struct audit_finding {
    int64_t number;  // the line that is not what it was
    char text[160];  // "line 7: its bytes are not those that were written"
};
// Reads every line. *findings: how many were told to `found`. `known`: a head noted earlier that must still stand in the
// chain, or NULL.
NODISCARD bool audit_verify(struct snapshot *at, const struct audit_head *known,
                            void (*found)(const struct audit_finding *finding, void *context), void *context,
                            int64_t *findings, err *e);

// Removes lines older than `before`, always the oldest ones, and says in a new line how many and up to which hash.
// *removed = 0: nothing was that old, nothing is said.
NODISCARD bool audit_trim(struct store_tx *tx, instant before, instant now, int64_t *removed, err *e);

#endif
