// SPDX-License-Identifier: EUPL-1.2
#include "identity/retention.h"

#include "base/json.h"
#include "identity/audit.h"
#include "identity/session.h"

#include <stdio.h>

#define REMOVED_MOST 500  // documents in one operation

static const struct retention_rule rules[] = {
    {STR("audit"), STR("to account for what was done"), STR("auditor"), 1095, {0}},
    {STR("quarantine"), STR("to let in a device that sends"), STR("operator"), 90, STR("last_seen")},
    {STR("kpi.task"), STR("to ask a colleague for figures of a year, and to remind"), STR("operator"), 730,
     STR("at")},
    {STR("user"), STR("to know who may do what, and who did it"), STR("administrator"),
     .until = STR("the account is removed")},
    {STR("session"), STR("to know who is logged in; in memory"), STR("administrator"),
     .until = STR("30 minutes without a request, 12 hours at most, a restart")},
    {STR("failed login"), STR("to see that somebody guesses: a line of the log, the address not in it"),
     STR("auditor"), .until = STR("as \"audit\"; counts per address are hashed, in memory")},
    {STR("token"), STR("to know which device or program writes"), STR("administrator"),
     .until = STR("it is withdrawn")},
    {STR("thing-token"), STR("to know which token speaks for a Thing"), STR("operator"),
     .until = STR("the Thing is given to another")},
    {STR("device"), STR("to find the Thing of a device, and to see that it is well"), STR("operator"),
     .until = STR("it is forgotten (/team/meters)")},
    {STR("device_outage"), STR("to show residents when a meter was silent"), STR("operator"),
     .until = STR("14 days")},
    {STR("raw"), STR("to read messages of devices again"), STR("operator"),
     .until = STR("ingest.raw_days; 0: not kept")},
    {STR("readings"), STR("what meters measured, also private ones"), STR("operator"),
     .until = STR("the Datastream is deleted, when its owner asks")},
    {STR("rule"), STR("whom an alert is told to"), STR("operator"), .until = STR("the rule is deleted")},
    {STR("rule_version"), STR("who changed a rule, without whom it tells"), STR("operator"),
     .until = STR("newer versions of the rule push it out")},
    {STR("outbox"), STR("messages that must arrive, with their address"), STR("operator"),
     .until = STR("arrived: its address at once; given up: outbox.keep_days")},
    {STR("outbox_target"), STR("how many messages wait for one address, as a hash"), STR("operator"),
     .until = STR("none waits")},
    {STR("kpi.value"), STR("who entered and judged figures of a year"), STR("operator"),
     .until = STR("never: the report must be shown to be right")},
    {STR("kpi.year"), STR("who froze and signed a year"), STR("operator"),
     .until = STR("never: the report must be shown to be right")},
    {STR("kpi.report"), STR("the report as it was signed"), STR("operator"),
     .until = STR("never: the report must be shown to be right")},
    {STR("kpi.target"), STR("who set a target"), STR("operator"), .until = STR("it is set anew")},
    {STR("withdrawn"), STR("who stopped stays away when a copy is put back: a keyed hash"), STR("care"),
     .until = STR("care.backup_days")},
    {STR("copies"), STR("to go on after a failure"), STR("operator"),
     .until = STR("care.backup_days; delete older ones")},
};

_Static_assert(SESSION_IDLE == 30 * TIME_MINUTE && SESSION_MOST == 12 * TIME_HOUR, "as the table says");

const struct retention_rule *retention_rules(size_t *count)
{
    *count = sizeof rules / sizeof rules[0];
    return rules;
}

int64_t retention_days(const struct retention_rule *rule, int64_t audit_days)
{
    return !rule->member.n && !rule->until.n && audit_days ? audit_days : rule->days;
}

struct removal {
    const struct retention_rule *rule;
    int64_t days;
    instant now;
    arena *a;
    str keys[REMOVED_MOST];
    size_t count;
    int64_t removed;
};

static bool note_old(str key, str text, void *context, err *e)
{
    struct removal *r = context;
    json *j;
    instant at;
    err ignored;
    if (!json_parse(text, r->a, &j, &ignored)) return true;  // for whoever wrote it to find
    if (!time_parse(json_text(j, r->rule->member), &at, &ignored) || at >= r->now - r->days * TIME_DAY)
        return true;
    if (!arena_copy(r->a, key, &r->keys[r->count])) return err_no_memory(e);
    return ++r->count < REMOVED_MOST;
}

static bool tell(struct store_tx *tx, const struct removal *r, err *e)
{
    char detail[160];
    const int n = snprintf(detail, sizeof detail, "count=%zu days=%lld kept %.*s", r->count,
                           (long long)r->days, STR_ARG(r->rule->purpose));
    const struct audit_event event = {
        .what = STR("retention.remove"), .which = r->rule->kind, .detail = {detail, (size_t)n}, .at = r->now};
    return audit_record(tx, &event, e);
}

static bool remove_documents(struct store_tx *tx, struct removal *r, err *e)
{
    err fault = {0};
    if (!store_document_each(store_tx_snapshot(tx), r->rule->kind, note_old, r, &fault) && fault.code) {
        *e = fault;
        return false;
    }
    for (size_t k = 0; k < r->count; k++)
        if (!store_document_delete(tx, r->rule->kind, r->keys[k], e)) return false;
    r->removed = (int64_t)r->count;
    return r->count == 0 || tell(tx, r, e);
}

static bool run(struct store_tx *tx, void *context, err *e)
{
    struct removal *r = context;
    if (r->rule->member.n) return remove_documents(tx, r, e);
    return audit_trim(tx, r->now - r->days * TIME_DAY, r->now, &r->removed, e);
}

bool retention_run(struct store *s, int64_t audit_days, instant now, bool *more, err *e)
{
    bool ok = true;
    *more = false;
    for (size_t k = 0; ok && k < sizeof rules / sizeof rules[0]; k++) {
        if (rules[k].until.n) continue;
        struct removal r = {.rule = &rules[k], .days = retention_days(&rules[k], audit_days), .now = now};
        if (!(r.a = arena_new((size_t)32 << 20))) return err_no_memory(e);
        ok = store_run(s, run, &r, e);
        arena_free(r.a);
        *more |= r.removed >= REMOVED_MOST;
    }
    return ok;
}
