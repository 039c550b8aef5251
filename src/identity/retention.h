// SPDX-License-Identifier: EUPL-1.2
// retention.h: what is kept for a purpose, how long, and who owns it; a job removes what is past that and says so in the audit log.
//
// The table in retention.c is the list of everything personal, or about persons' things, that the store keeps outside the
// entities. What other parts remove by themselves (messages: outbox.keep_days) is not in it.
// Threads  retention_run on any thread that may wait
// Source   AVG article 5.1e (storage limitation); signals.md section 6
#ifndef PEIL_IDENTITY_RETENTION_H
#define PEIL_IDENTITY_RETENTION_H

#include "store/store.h"

struct retention_rule {
    str kind;     // of documents, or "audit"
    str purpose;  // why it is kept
    str owner;    // the role that answers for it
    int64_t days;
    str member;  // the time in the document that counts; empty: lines of the audit log
};

const struct retention_rule *retention_rules(size_t *count);
int64_t retention_days(const struct retention_rule *rule, int64_t audit_days);  // as the settings have it
// Removes a part, for each rule in an operation of its own. *more: there is more that is too old. `audit_days` 0: the table's.
NODISCARD bool retention_run(struct store *s, int64_t audit_days, instant now, bool *more, err *e);

#endif
