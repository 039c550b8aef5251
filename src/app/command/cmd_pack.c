// SPDX-License-Identifier: EUPL-1.2
#include "app/admin/admin.h"
#include "app/command/admin_client.h"
#include "app/command/command.h"
#include "app/command/open_store.h"
#include "app/command/open_store.h"

#include <stdio.h>

static bool pack_by_service(struct invocation *in, struct packed *out, err *e)
{
    json *answer;
    if (!admin_ask(&in->settings, "POST", "/pack", (str){0}, in->arena, &answer, e)) return false;
    const json *before = json_get(answer, STR("before")), *after = json_get(answer, STR("after"));
    return before && after && num_parse_int(before->text, &out->before, e) &&
           num_parse_int(after->text, &out->after, e);
}

static bool pack_stopped(struct invocation *in, struct packed *out, err *e)
{
    struct store *s;
    if (!command_open_store(in, STORE_TO_WRITE, &s, e)) return false;
    const bool ok = pack_act(s, out, e);
    store_close(s);
    return ok;
}

static int run(struct invocation *in, err *e)
{
    struct packed done;
    if (!pack_by_service(in, &done, e) && (e->code != ERR_ABSENT || !pack_stopped(in, &done, e))) return -1;
    printf("%.1f MB, was %.1f MB\n", (double)done.after / 1e6, (double)done.before / 1e6);
    return 0;
}

const struct command command_pack = {
    .name = "pack",
    .summary = "make a store, running or not, as small as it gets",
    .words = "",
    .about = "Fresh readings lie as they came in and are packed when there are enough of them, or when peil "
             "has had "
             "nothing\nto do for some seconds. This does it now: before a copy is taken, or when the disk is "
             "nearly full. "
             "A running peil\ngoes on reading and writing meanwhile.",
    .examples = "  peil pack --data /var/lib/peil\n",
    .run = run,
};
