// SPDX-License-Identifier: EUPL-1.2
#include "ingest/table/import.h"

#define MEMORY_MAX ((size_t)128 << 20)

static int64_t lines_before(str body, size_t at)
{
    int64_t n = 0;
    for (size_t i = 0; i < at && i < body.n; i++) n += body.p[i] == '\n';
    return n;
}

static void tell(const struct ingest_outcome *o, str body, int64_t first_line, struct csv_report *report)
{
    for (size_t i = 0; report->refuse && i < o->reject_count; i++) {
        const struct device_reject *r = &o->rejects[i];
        const size_t at = r->why.at == ERR_NOWHERE ? 0 : r->why.at;
        report->refuse(first_line + lines_before(body, at) - 1, str_of(r->why.text), report->context);
    }
}

bool table_import(struct ingest *in, str body, int64_t first_line, instant received,
                  struct csv_report *report, err *e)
{
    const struct device_message m = {.body = body, .received = received, .is_vouched = true};
    struct ingest_outcome o;
    arena *a = arena_new(MEMORY_MAX);
    if (!a) return err_no_memory(e);
    const bool ok = ingest_device_now(in, device_by_name(STR("csv")), &m, a, &o, e);
    if (ok) {
        report->stored += o.stored;
        report->refused += o.refused;
        report->known += o.duplicates;
        tell(&o, body, first_line, report);
    }
    arena_free(a);
    return ok;
}
