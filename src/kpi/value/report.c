// SPDX-License-Identifier: EUPL-1.2
#include "kpi/value/report.h"

#include "base/num.h"
#include "identity/audit.h"

#include <stdio.h>

#define KIND STR("kpi.report")
#define REPORTS_MAX 2000
#define WORK_BYTES_MAX ((size_t)256 << 20)

// ---- Keeping: a document per year, act and language -----------------------------------------------------------------

static bool document_store(struct store_tx *tx, int year, int number, language l, const char *hash,
                           size_t bytes, err *e)
{
    char key[32], text[160];
    const int k = snprintf(key, sizeof key, "%04d/%06d/%.*s", year, number, STR_ARG(language_code(l))),
              n = snprintf(text, sizeof text, "{\"hash\":\"%s\",\"bytes\":%zu}", hash, bytes);
    return store_document_put(tx, KIND, (str){key, (size_t)k}, (str){text, (size_t)n}, e);
}

static bool keep_one(struct store_tx *tx, const struct kpi_acting *by, int year, int number, language l,
                     arena *a, err *e)
{
    str report, which, detail;
    char hash[STORE_BLOB_HASH + 1];
    if (!by->reports->make(by->reports->context, store_tx_snapshot(tx), year, by->now, l, a, &report, e) ||
        !store_blob_put(tx, report, hash, e) || !document_store(tx, year, number, l, hash, report.n, e))
        return false;
    if (!arena_print(a, &which, "%d/%d/%.*s", year, number, STR_ARG(language_code(l))) ||
        !arena_copy(a, str_of(hash), &detail))
        return err_no_memory(e);
    const struct audit_event event = {by->who, STR("kpi-report.keep"), which, detail, by->now};
    return audit_record(tx, &event, e);
}

bool kpi_report_keep(struct store_tx *tx, const struct kpi_acting *by, int year, int number, err *e)
{
    if (!by->reports || !by->reports->make) return true;  // without a portal there is no report
    arena *a = arena_new(WORK_BYTES_MAX);
    bool ok = a || err_no_memory(e);
    for (language l = 0; ok && l < LANGUAGE_COUNT; l++) {
        ok = keep_one(tx, by, year, number, l, a, e);
        arena_reset(a);
    }
    arena_free(a);
    return ok || err_within(e, "the report of %d", year);
}

// ---- Reading -----------------------------------------------------------------------------------------------------

struct loading {
    arena *arena;
    struct kpi_reports *out;
};

static bool load_one(str key, str text, void *context, err *e)
{
    struct loading *l = context;
    struct kpi_reports *r = l->out;
    int64_t number;
    double bytes = 0;
    json *j;
    str kept;
    if (r->count == REPORTS_MAX) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "too many reports of one year");
    if (!arena_copy(l->arena, text, &kept)) return err_no_memory(e);
    str digits = str_slice(key, 5, 11);
    while (digits.n > 1 && digits.p[0] == '0') digits = str_slice(digits, 1, digits.n);
    if (!json_parse(kept, l->arena, &j, e) || !num_parse_int(digits, &number, e))
        return err_within(e, "report %.*s", STR_ARG(key));
    (void)json_number(j, STR("bytes"), &bytes);
    struct kpi_report *x = &r->all[r->count++];
    *x = (struct kpi_report){
        .number = (int)number, .hash = json_text(j, STR("hash")), .bytes = (int64_t)bytes};
    while (x->language + 1 < LANGUAGE_COUNT && !str_eq(language_code(x->language), str_slice(key, 12, key.n)))
        x->language++;
    return true;
}

bool kpi_reports_read(struct snapshot *at, int year, arena *a, struct kpi_reports *out, err *e)
{
    char from[16], to[16];
    const int n = snprintf(from, sizeof from, "%04d/", year), m = snprintf(to, sizeof to, "%04d0", year);
    struct kpi_reports r = {.all = ARENA_ARRAY(a, REPORTS_MAX, struct kpi_report)};
    struct loading l = {a, &r};
    if (!r.all) return err_no_memory(e);
    if (!store_document_range(at, KIND, (str){from, (size_t)n}, (str){to, (size_t)m}, load_one, &l, e))
        return false;
    *out = r;
    return true;
}

bool kpi_report_get(struct snapshot *at, int year, int number, language l, arena *a, str *out, err *e)
{
    struct kpi_reports r;
    if (!kpi_reports_read(at, year, a, &r, e)) return false;
    for (size_t i = r.count; i-- > 0;)
        if (r.all[i].language == l && (!number || r.all[i].number == number))
            return store_blob_get(at, r.all[i].hash, a, out, e);
    return err_set(e, ERR_ABSENT, ERR_NOWHERE, "no such report is kept");
}
