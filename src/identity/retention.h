// SPDX-License-Identifier: EUPL-1.2
// retention.h: what is kept for a purpose, how long, and who owns it; a job removes what is past that and says so in the audit log.
//
// The table in retention.c is the list of everything personal, or about persons' things, that peil keeps: what the job removes, and what ends in
// another way, with how. test/api/audit.test.mjs holds every kind of document against it. Signs of life have a register of their own (care/processing.h).
// Threads  retention_run on any thread that may wait
// Source   AVG article 5.1e (storage limitation); signals.md section 6
#ifndef PEIL_IDENTITY_RETENTION_H
#define PEIL_IDENTITY_RETENTION_H

#include "store/store.h"

struct retention_text {
    str nl, en;
};

struct retention_rule {
    str kind;                             // of documents, or "audit", or what it is where it is no document
    str owner;                            // the role that answers for it
    struct retention_text name, purpose;  // what it is, and why it is kept
    int64_t days;
    str member;                   // the time in the document that counts; empty: lines of the audit log
    struct retention_text until;  // what ends it, where the job does not; `days` is then 0
};

const struct retention_rule *retention_rules(size_t *count);
int64_t retention_days(const struct retention_rule *rule, int64_t audit_days);  // as the settings have it
// Removes a part, for each rule in an operation of its own. *more: there is more that is too old. `audit_days` 0: the table's.
NODISCARD bool retention_run(struct store *s, int64_t audit_days, instant now, bool *more, err *e);

#endif
