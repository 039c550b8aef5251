// SPDX-License-Identifier: EUPL-1.2
#include "identity/retention.h"

#include "base/json.h"
#include "identity/audit.h"
#include "identity/session.h"

#include <stdio.h>

#define REMOVED_MOST 500  // documents in one operation

// clang-format off
static const struct retention_rule rules[] = {
    {STR("audit"), STR("auditor"), {STR("Logboek"), STR("Audit log")}, {STR("om te verantwoorden wat er is gedaan"),
     STR("to account for what was done")}, 1095},
    {STR("quarantine"), STR("operator"), {STR("Onbekende meters"), STR("Unknown devices")}, {STR("om een meter die iets stuurt toe te laten"),
     STR("to let in a device that sends")}, 90, STR("last_seen")},
    {STR("kpi.task"), STR("operator"), {STR("Taken voor cijfers"), STR("Tasks for figures")}, {STR("om een collega om cijfers van een jaar te vragen, en daaraan te herinneren"),
     STR("to ask a colleague for figures of a year, and to remind")}, 730, STR("at")},
    {STR("user"), STR("administrator"), {STR("Accounts"), STR("Accounts")}, {STR("om te weten wie wat mag, en wie het deed"),
     STR("to know who may do what, and who did it")},
     .until = {STR("tot het account wordt verwijderd"), STR("until the account is removed")}},
    {STR("session"), STR("administrator"), {STR("Wie is ingelogd"), STR("Who is logged in")}, {STR("om te weten wie is ingelogd; staat alleen in het geheugen"),
     STR("to know who is logged in; in memory")},
     .until = {STR("tot 30 minuten zonder gebruik, hoogstens 12 uur, of een herstart"), STR("until 30 minutes without a request, 12 hours at most, or a restart")}},
    {STR("failed login"), STR("auditor"), {STR("Mislukte pogingen om in te loggen"), STR("Failed logins")}, {STR("om te zien dat iemand raadt: een regel van het logboek, zonder het adres"),
     STR("to see that somebody guesses: a line of the log, the address not in it")},
     .until = {STR("zolang als het logboek; tellingen per adres staan versleuteld in het geheugen"), STR("as the audit log; counts per address are hashed, in memory")}},
    {STR("token"), STR("administrator"), {STR("Sleutels"), STR("Tokens")}, {STR("om te weten welke meter of welk programma schrijft"),
     STR("to know which device or program writes")},
     .until = {STR("tot de sleutel wordt ingetrokken"), STR("until it is withdrawn")}},
    {STR("thing-token"), STR("operator"), {STR("Sleutel van een meter"), STR("Token of a meter")}, {STR("om te weten welke sleutel namens een meter spreekt"),
     STR("to know which token speaks for a meter")},
     .until = {STR("tot de meter een andere sleutel krijgt"), STR("until the meter is given another")}},
    {STR("device"), STR("operator"), {STR("Meters"), STR("Devices")}, {STR("om de gegevens van een meter te vinden, en te zien of hij het doet"),
     STR("to find the data of a device, and to see that it is well")},
     .until = {STR("tot de meter wordt vergeten (/team/meters)"), STR("until it is forgotten (/team/meters)")}},
    {STR("device_outage"), STR("operator"), {STR("Onderbrekingen van meters"), STR("Interruptions of meters")}, {STR("om te tonen wanneer een meter stil was"),
     STR("to show residents when a meter was silent")},
     .until = {STR("14 dagen"), STR("14 days")}},
    {STR("raw"), STR("operator"), {STR("Berichten van meters, zoals ze kwamen"), STR("Messages of devices, as they came")}, {STR("om berichten nog eens te kunnen lezen"),
     STR("to read messages of devices again")},
     .until = {STR("zo lang als ingest.raw_days zegt; 0: niet bewaard"), STR("as long as ingest.raw_days says; 0: not kept")}},
    {STR("readings"), STR("operator"), {STR("Metingen"), STR("Readings")}, {STR("wat meters maten, ook die niet openbaar zijn"),
     STR("what meters measured, also private ones")},
     .until = {STR("tot de meetreeks wordt verwijderd, als de eigenaar dat vraagt"), STR("until the series is deleted, when its owner asks")}},
    {STR("rule"), STR("operator"), {STR("Regels voor meldingen"), STR("Rules")}, {STR("wie een melding krijgt"),
     STR("whom an alert is told to")},
     .until = {STR("tot de regel wordt verwijderd"), STR("until the rule is deleted")}},
    {STR("rule_version"), STR("operator"), {STR("Eerdere versies van regels"), STR("Earlier versions of rules")}, {STR("wie een regel veranderde, zonder wie een melding krijgt"),
     STR("who changed a rule, without whom it tells")},
     .until = {STR("tot nieuwere versies de plaats innemen"), STR("until newer versions push it out")}},
    {STR("outbox"), STR("operator"), {STR("Berichten die onderweg zijn"), STR("Messages on their way")}, {STR("berichten die aan moeten komen, met hun adres"),
     STR("messages that must arrive, with their address")},
     .until = {STR("aangekomen: het adres meteen; opgegeven: zo lang als outbox.keep_days zegt"), STR("arrived: its address at once; given up: as long as outbox.keep_days says")}},
    {STR("outbox_target"), STR("operator"), {STR("Wachtende berichten per adres"), STR("Waiting messages per address")}, {STR("hoeveel berichten voor een adres wachten, zonder dat adres leesbaar te bewaren"),
     STR("how many messages wait for one address, as a hash")},
     .until = {STR("tot er geen meer wacht"), STR("until none waits")}},
    {STR("kpi.value"), STR("operator"), {STR("Cijfers van een jaar"), STR("Figures of a year")}, {STR("wie cijfers van een jaar invulde en controleerde"),
     STR("who entered and judged figures of a year")},
     .until = {STR("voor altijd: aan het rapport moet te zien zijn dat het klopt"), STR("for ever: the report must be shown to be right")}},
    {STR("kpi.year"), STR("operator"), {STR("Afgesloten jaren"), STR("Closed years")}, {STR("wie een jaar afsloot en ondertekende"),
     STR("who froze and signed a year")},
     .until = {STR("voor altijd: aan het rapport moet te zien zijn dat het klopt"), STR("for ever: the report must be shown to be right")}},
    {STR("kpi.report"), STR("operator"), {STR("Rapporten"), STR("Reports")}, {STR("het rapport zoals het is ondertekend"),
     STR("the report as it was signed")},
     .until = {STR("voor altijd: aan het rapport moet te zien zijn dat het klopt"), STR("for ever: the report must be shown to be right")}},
    {STR("kpi.target"), STR("operator"), {STR("Doelen"), STR("Targets")}, {STR("wie een doel vastlegde"),
     STR("who set a target")},
     .until = {STR("tot het doel opnieuw wordt vastgelegd"), STR("until it is set anew")}},
    {STR("withdrawn"), STR("care"), {STR("Wie stopte met teken van leven"), STR("Who stopped with sign of life")}, {STR("wie stopte blijft weg als een kopie wordt teruggezet; zonder naam, alleen een code"),
     STR("who stopped stays away when a copy is put back; no name, a keyed hash")},
     .until = {STR("zo lang als care.backup_days zegt"), STR("as long as care.backup_days says")}},
    {STR("copies"), STR("operator"), {STR("Kopieën"), STR("Copies")}, {STR("om verder te kunnen na een storing"),
     STR("to go on after a failure")},
     .until = {STR("zo lang als care.backup_days zegt; verwijder oudere zelf"), STR("as long as care.backup_days says; delete older ones yourself")}},
};
// clang-format on

_Static_assert(SESSION_IDLE == 30 * TIME_MINUTE && SESSION_MOST == 12 * TIME_HOUR, "as the table says");

const struct retention_rule *retention_rules(size_t *count)
{
    *count = sizeof rules / sizeof rules[0];
    return rules;
}

int64_t retention_days(const struct retention_rule *rule, int64_t audit_days)
{
    return !rule->member.n && !rule->until.en.n && audit_days ? audit_days : rule->days;
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
                           (long long)r->days, STR_ARG(r->rule->purpose.en));
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
        if (rules[k].until.en.n) continue;
        struct removal r = {.rule = &rules[k], .days = retention_days(&rules[k], audit_days), .now = now};
        if (!(r.a = arena_new((size_t)32 << 20))) return err_no_memory(e);
        ok = store_run(s, run, &r, e);
        arena_free(r.a);
        *more |= r.removed >= REMOVED_MOST;
    }
    return ok;
}
