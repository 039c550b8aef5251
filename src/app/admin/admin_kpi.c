// SPDX-License-Identifier: EUPL-1.2
// POST /kpi/import on the admin listener: figures for the assessment; the body as kpi_import_answer takes it.
#include "app/admin/admin.h"

#include "kpi/import/import.h"
#include "kpi/office.h"

#define ANSWER_BYTES_MAX ((size_t)64 << 20)
#define WORK_BYTES_MAX ((size_t)512 << 20)

static bool answer(const struct peil *p, str body, arena *a, json_writer *w, err *e)
{
    json *request;
    if (!p->kpi)
        return err_set(e, ERR_UNSUPPORTED, ERR_NOWHERE,
                       "no set of indicators is installed (setting kpi.directory)");
    const struct kpi_acting by = kpi_office_acting(p->kpi, &principal_local, time_now(), a);
    return json_parse(body, a, &request, e) &&
           kpi_import_answer(p->store, &by, request, p->kpi->config.directory, w, e);
}

void admin_kpi_import_post(struct http_request *r, void *context)
{
    buf b = {.max = ANSWER_BYTES_MAX};
    json_writer w = json_writer_on(&b);
    arena *a = arena_new(WORK_BYTES_MAX);
    err e = {0};
    const bool ok = (a || err_no_memory(&e)) && answer(context, http_request_body(r), a, &w, &e);
    if (ok && !b.failed)
        admin_reply_json(r, 200, buf_str(&b));
    else
        admin_reply_error(r, &e);
    buf_free(&b);
    arena_free(a);
}
