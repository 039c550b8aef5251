// SPDX-License-Identifier: EUPL-1.2
// A command that read what is private says so to the service that has the store.
#include "app/admin/admin.h"
#include "identity/reads.h"

void admin_reads_post(struct http_request *r, void *context)
{
    const struct peil *p = context;
    const str query = http_request_query(r);
    arena *const a = http_request_arena(r);
    str what = {0}, which = {0}, detail = {0};
    err e;
    (void)http_query_get(query, STR("which"), a, &which);
    (void)http_query_get(query, STR("detail"), a, &detail);
    const bool is_known = http_query_get(query, STR("what"), a, &what) &&
                          (str_eq(what, STR("data.read")) || str_eq(what, STR("audit.read")));
    if (!is_known) {
        (void)err_set(&e, ERR_RANGE, ERR_NOWHERE, "what: expected data.read or audit.read");
        admin_reply_error(r, &e);
        return;
    }
    reads_note(identity_reads(p->identity), &principal_local, what, which, detail, time_now());
    admin_reply_json(r, 200, STR("{}"));
}
