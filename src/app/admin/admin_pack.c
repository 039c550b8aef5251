// SPDX-License-Identifier: EUPL-1.2
#include "app/admin/admin.h"

#include "rollup/rollup.h"

static bool measure(struct store *s, int64_t *bytes, err *e)
{
    struct store_figures f;
    struct snapshot *at;
    if (!snapshot_open(s, &at, e)) return false;
    const bool ok = store_figures(at, &f, e);
    snapshot_close(at);
    if (ok) *bytes = f.bytes_on_disk;
    return ok;
}

bool pack_act(struct store *s, struct packed *out, err *e)
{
    return measure(s, &out->before, e) && store_pack(s, e) && measure(s, &out->after, e);
}

void admin_pack_post(struct http_request *r, void *context)
{
    const struct peil *p = context;
    struct packed packed;
    err e;
    // Sums that are behind would be written into what was packed a moment ago.
    if (!rollups_work_off(p->rollups, &e) || !pack_act(p->store, &packed, &e)) {
        admin_reply_error(r, &e);
        return;
    }
    buf b = {.max = 256};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_member_int(&w, STR("before"), packed.before);
    json_member_int(&w, STR("after"), packed.after);
    json_close(&w, '}');
    admin_reply_json(r, 200, buf_str(&b));
    buf_free(&b);
}
