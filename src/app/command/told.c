// SPDX-License-Identifier: EUPL-1.2
#include "app/command/told.h"

#include "app/command/admin_client.h"
#include "app/command/open_store.h"
#include "identity/audit.h"

#include <stdio.h>

struct read_line {
    str what, which, detail;
};

static bool tell_service(struct invocation *in, const struct read_line *l, err *e)
{
    buf path = {.max = 4096};
    json *answer;
    BUF_LIT(&path, "/reads?what=");
    buf_add_percent(&path, l->what);
    BUF_LIT(&path, "&which=");
    buf_add_percent(&path, l->which);
    BUF_LIT(&path, "&detail=");
    buf_add_percent(&path, l->detail);
    buf_add_char(&path, 0);
    const bool ok = path.failed ? err_set(e, ERR_LIMIT, ERR_NOWHERE, "too long for a line")
                                : admin_ask(&in->settings, "POST", path.p, (str){0}, in->arena, &answer, e);
    buf_free(&path);
    return ok;
}

static bool tell_store(struct invocation *in, const struct read_line *l, err *e)
{
    struct store *s;
    if (!command_open_store(in, STORE_TO_WRITE, &s, e)) return false;
    const struct audit_event event = {
        .who = &principal_local, .what = l->what, .which = l->which, .detail = l->detail, .at = time_now()};
    const bool ok = audit_note(s, &event, e);
    store_close(s);
    return ok;
}

void command_tell_read(struct invocation *in, str what, str which, str detail)
{
    const struct read_line l = {what, str_slice(which, 0, 200), detail};
    err e;
    if (tell_service(in, &l, &e) || (e.code == ERR_ABSENT && tell_store(in, &l, &e))) return;
    fprintf(stderr, "peil: this was not written to the audit log: %s\n", e.text);
}
