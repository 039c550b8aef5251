// SPDX-License-Identifier: EUPL-1.2
// POST /areas on the admin listener: features of GeoJSON. ?year= of those that say none, ?crs= as enum area_crs, ?first= number of
// the first for the report, ?last=1: no more follow, now the areas are read anew.
#include "app/admin/admin.h"

#include "area/import.h"
#include "identity/audit.h"

#include <stdio.h>

#define REFUSALS_MAX 1000
#define ANSWER_BYTES_MAX ((size_t)4 << 20)

struct report {
    json_writer *w;
    int64_t written;
};

static void refusal_write(int64_t feature, const err *why, void *context)
{
    struct report *r = context;
    if (r->written++ >= REFUSALS_MAX) return;
    json_open(r->w, '{');
    json_name(r->w, STR("feature"));
    json_put_int(r->w, feature);
    json_name(r->w, STR("message"));
    json_put_text(r->w, str_of(why->text));
    json_close(r->w, '}');
}

bool area_import_tell(struct store *s, const struct area_import *i, err *e)
{
    char detail[64];
    const int n = snprintf(detail, sizeof detail, "stored=%lld refused=%lld", (long long)i->stored,
                           (long long)i->refused);
    const struct audit_event event = {.who = &principal_local,
                                      .what = STR("area.import"),
                                      .which = STR("areas"),
                                      .detail = {detail, (size_t)n},
                                      .at = time_now()};
    return audit_note(s, &event, e);
}

void admin_areas_post(struct http_request *r, void *context)
{
    struct peil *p = context;
    buf b = {.max = ANSWER_BYTES_MAX};
    json_writer w = json_writer_on(&b);
    struct report report = {.w = &w};
    struct area_import i = {.year = (int)admin_query_number(r, STR("year"), 0),
                            .crs = (area_crs)admin_query_number(r, STR("crs"), AREA_CRS_GUESS),
                            .first_feature = admin_query_number(r, STR("first"), 1),
                            .refuse = refusal_write,
                            .context = &report};
    err e;
    json_open(&w, '{');
    json_name(&w, STR("refusals"));
    json_open(&w, '[');
    bool ok = area_import(p->store, http_request_body(r), time_now(), &i, &e);
    json_close(&w, ']');
    json_member_int(&w, STR("stored"), i.stored);
    json_member_int(&w, STR("repaired"), i.repaired);
    json_member_int(&w, STR("refused"), i.refused);
    json_close(&w, '}');
    if (ok && i.stored) ok = area_import_tell(p->store, &i, &e);
    if (ok && admin_query_number(r, STR("last"), 0)) ok = areas_reload(p->areas, &e);
    if (ok)
        admin_reply_json(r, 200, buf_str(&b));
    else
        admin_reply_error(r, &e);
    buf_free(&b);
}
