// SPDX-License-Identifier: EUPL-1.2
#include "kpi/value/act.h"

#include "identity/audit.h"
#include "kpi/value/year.h"

#include <math.h>
#include <string.h>

static bool area_is_valid(str area)
{
    for (size_t i = 0; i < area.n; i++)
        if (!memchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", area.p[i], 65))
            return false;
    return area.n > 0 && area.n <= KPI_AREA_MAX;
}

// The input's place in the set, or -1 for an override "=POINT" of a point that the set has.
static bool subject_check(const struct kpi_set *s, str input, const struct kpi_input **out, err *e)
{
    const int i = kpi_input_find(s, input);
    *out = i >= 0 ? &s->inputs[i] : NULL;
    if (*out) return true;
    if (str_starts(input, STR("=")) && kpi_point_find(s, str_slice(input, 1, input.n))) return true;
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the set '%.*s' has no input or data point '%.*s'",
                   STR_ARG(s->id), STR_ARG(str_slice(input, 0, 80)));
}

static bool texts_check(const struct kpi_entry *x, bool is_override, err *e)
{
    if (x->note.n > KPI_NOTE_MAX || x->reason.n > KPI_NOTE_MAX || x->source.n > KPI_NOTE_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "source, note and reason have at most %d bytes each",
                       KPI_NOTE_MAX);
    if (x->status == KPI_NOT_APPLICABLE && !x->reason.n)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "\"not-applicable\" needs a reason");
    if (is_override && !x->reason.n)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "a result without its inputs needs a reason");
    if (x->status == KPI_SUBMITTED && !x->source.n)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "a value that is submitted needs its source");
    if (x->evidence_count > KPI_EVIDENCE_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "at most %d files of evidence per value", KPI_EVIDENCE_MAX);
    return true;
}

static bool number_check(const struct kpi_set *s, const struct kpi_input *i, const struct kpi_entry *x,
                         arena *a, struct kpi_value *v, err *e)
{
    if (x->status == KPI_NOT_APPLICABLE) return true;
    if (!x->has_number || !isfinite(x->number))
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "a value is needed, or the status \"not-applicable\"");
    v->has_number = true;
    v->number = x->number;
    const bool is_claim = i && i->unit.is_claim;
    if (is_claim && x->number != 0 && x->number != 1)
        return err_set(e, ERR_TYPE, ERR_NOWHERE, "'%.*s' is answered by yes (1) or no (0)", STR_ARG(i->id));
    if (!i || !x->unit.n || str_eq(x->unit, i->unit_text)) return true;
    if (!kpi_input_convert(s, i, x->number, x->unit, &v->number, e)) return false;
    char text[NUM_TEXT_MAX];
    const size_t n = num_write_double(text, x->number);
    return arena_print(a, &v->given, "%.*s %.*s", (int)n, text, STR_ARG(x->unit)) || err_no_memory(e);
}

static bool years_check(const struct kpi_entry *x, err *e)
{
    const int reference = x->reference_year ? x->reference_year : x->year;
    if (x->year >= KPI_YEAR_LEAST && x->year <= KPI_YEAR_MOST && reference >= KPI_YEAR_LEAST &&
        reference <= KPI_YEAR_MOST)
        return true;
    return err_set(e, ERR_RANGE, ERR_NOWHERE, "a year lies between %d and %d", KPI_YEAR_LEAST, KPI_YEAR_MOST);
}

bool kpi_override_check(const struct kpi_value *there, const struct kpi_entry *x, err *e)
{
    if (!there || there->origin != KPI_BY_SENSORS || x->origin == KPI_BY_SENSORS || x->reason.n) return true;
    if (there->status != KPI_SUBMITTED && there->status != KPI_VERIFIED) return true;
    return err_set(e, ERR_MISSING, ERR_NOWHERE,
                   "sensors measured this value (%.6g); another one in its place needs a reason",
                   there->number);
}

static bool doubts_of(const struct kpi_acting *by, struct snapshot *at, const struct kpi_entry *x,
                      const struct kpi_value *v, struct kpi_doubts *out, err *e)
{
    struct kpi_book now, previous;
    if (!kpi_book_read(at, v->year, v->area, by->arena, &now, e) ||
        !kpi_override_check(kpi_book_find(&now, v->area, v->input), x, e) ||
        !kpi_book_read(at, v->year - 1, v->area, by->arena, &previous, e))
        return false;
    const struct kpi_doubting d = {by->set, &now, &previous, by->this_year};
    return kpi_doubts_find(&d, v, by->arena, out, e);
}

bool kpi_entry_build(const struct kpi_acting *by, const struct kpi_entry *x, struct kpi_value *out, err *e)
{
    const struct kpi_input *input;
    struct kpi_value v = {.year = x->year,
                          .area = x->area,
                          .input = x->input,
                          .status = x->status,
                          .source = x->source,
                          .note = x->note,
                          .reason = x->reason,
                          .reference_year = x->reference_year ? x->reference_year : x->year,
                          .method = x->method,
                          .origin = x->origin,
                          .is_demo = x->is_demo,
                          .capture = x->capture,
                          .by = str_of(by->who->name),
                          .at = by->now,
                          .evidence_count = x->evidence_count};
    v.evidence = ARENA_ARRAY(by->arena, x->evidence_count + 1, struct kpi_evidence);
    if (!v.evidence) return err_no_memory(e);
    for (size_t i = 0; i < x->evidence_count; i++) v.evidence[i] = x->evidence[i];
    v.reading_count = x->reading_count < KPI_READINGS_MAX ? x->reading_count : KPI_READINGS_MAX;
    v.readings = ARENA_ARRAY(by->arena, v.reading_count + 1, int64_t);
    if (!v.readings) return err_no_memory(e);
    for (size_t i = 0; i < v.reading_count; i++) v.readings[i] = x->readings[i];
    if (x->status == KPI_SUBMITTED) v.submitted_by = v.by;
    if (!area_is_valid(x->area))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "an area has a code of 1 to %d letters and digits",
                       KPI_AREA_MAX);
    if (!years_check(x, e) || !subject_check(by->set, x->input, &input, e) || !texts_check(x, !input, e) ||
        !number_check(by->set, input, x, by->arena, &v, e))
        return false;
    *out = v;
    return true;
}

bool kpi_entry_check(const struct kpi_acting *by, struct snapshot *at, const struct kpi_entry *x,
                     struct kpi_value *out, struct kpi_doubts *doubts, err *e)
{
    return kpi_entry_build(by, x, out, e) && doubts_of(by, at, x, out, doubts, e);
}

// ---- Confirmations -----------------------------------------------------------------------------------------------

static bool is_confirmed(const struct kpi_entry *x, const char *code)
{
    for (size_t i = 0; i < x->confirmed_count; i++)
        if (str_eq(x->confirmed[i], str_of(code))) return true;
    return false;
}

static bool confirmations_keep(const struct kpi_acting *by, const struct kpi_entry *x,
                               const struct kpi_doubts *doubts, struct kpi_value *v, err *e)
{
    v->confirmed = ARENA_ARRAY(by->arena, doubts->count + 1, struct kpi_confirmation);
    if (!v->confirmed) return err_no_memory(e);
    for (size_t i = 0; i < doubts->count; i++) {
        const struct kpi_doubt *d = &doubts->all[i];
        if (!is_confirmed(x, d->code))
            return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "%.*s Correct it, or confirm '%s'.",
                           STR_ARG(d->text.in[LANGUAGE_EN]), d->code);
        v->confirmed[v->confirmed_count++] = (struct kpi_confirmation){str_of(d->code),
                                                                       d->text.in[LANGUAGE_NL]};
    }
    return true;
}

static bool act_record(struct store_tx *tx, const struct kpi_acting *by, str what, const struct kpi_value *v,
                       err *e)
{
    str which, detail;
    if (!arena_print(by->arena, &which, "%d/%.*s/%.*s", v->year, STR_ARG(v->area), STR_ARG(v->input)) ||
        !arena_print(by->arena, &detail, "revision=%d status=%.*s", v->revision,
                     STR_ARG(kpi_status_name(v->status))))
        return err_no_memory(e);
    const struct audit_event event = {by->who, what, which, detail, by->now};
    return audit_record(tx, &event, e);
}

bool kpi_entry_store(struct store_tx *tx, const struct kpi_acting *by, const struct kpi_entry *entry,
                     const struct kpi_doubts *doubts, struct kpi_value *v, err *e)
{
    return confirmations_keep(by, entry, doubts, v, e) && kpi_value_add(tx, v, by->arena, e);
}

bool kpi_enter(struct store_tx *tx, const struct kpi_acting *by, const struct kpi_entry *entry,
               struct kpi_value *out, struct kpi_doubts *doubts, err *e)
{
    struct kpi_value v;
    if (!kpi_entry_check(by, store_tx_snapshot(tx), entry, &v, doubts, e) ||
        !kpi_year_is_open(store_tx_snapshot(tx), entry->year, by->arena, e) ||
        !kpi_entry_store(tx, by, entry, doubts, &v, e) || !act_record(tx, by, STR("kpi.enter"), &v, e))
        return false;
    *out = v;
    return true;
}

// ---- Moving on ---------------------------------------------------------------------------------------------------

static bool move_check(const struct kpi_acting *by, const struct kpi_value *v, kpi_status to, str reason,
                       err *e)
{
    if (to == KPI_SUBMITTED)
        return (v->status == KPI_DRAFT &&
                (v->source.n || err_set(e, ERR_MISSING, ERR_NOWHERE, "it needs its source"))) ||
               (v->status != KPI_DRAFT &&
                err_set(e, ERR_CONFLICT, ERR_NOWHERE, "only a draft can be submitted"));
    if (to != KPI_VERIFIED && to != KPI_REJECTED)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "a value can be submitted, verified or rejected");
    if (v->status != KPI_SUBMITTED && !(to == KPI_REJECTED && v->status == KPI_VERIFIED))
        return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "only what is submitted can be judged; this is '%.*s'",
                       STR_ARG(kpi_status_name(v->status)));
    if (to == KPI_REJECTED && !reason.n)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "a rejection needs a reason");
    if (to == KPI_VERIFIED && str_eq(v->submitted_by, str_of(by->who->name)))
        return err_set(e, ERR_DENIED, ERR_NOWHERE, "who submitted a value cannot verify it: four eyes");
    return true;
}

bool kpi_move(struct store_tx *tx, const struct kpi_acting *by, int year, str area, str input, kpi_status to,
              str reason, struct kpi_value *out, err *e)
{
    struct kpi_book history;
    if (reason.n > KPI_NOTE_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a reason has at most %d bytes", KPI_NOTE_MAX);
    if (!kpi_history_read(store_tx_snapshot(tx), year, area, input, by->arena, &history, e)) return false;
    if (!history.count)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no value of '%.*s' for %d in %.*s",
                       STR_ARG(input), year, STR_ARG(area));
    struct kpi_value v = history.values[history.count - 1];
    if (!kpi_year_is_open(store_tx_snapshot(tx), year, by->arena, e) || !move_check(by, &v, to, reason, e))
        return false;
    v.status = to;
    v.reason = reason.n ? reason : v.reason;
    v.by = str_of(by->who->name);
    v.at = by->now;
    if (to == KPI_SUBMITTED) v.submitted_by = v.by;
    if (!kpi_value_add(tx, &v, by->arena, e) || !act_record(tx, by, STR("kpi.judge"), &v, e)) return false;
    *out = v;
    return true;
}
