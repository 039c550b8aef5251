// SPDX-License-Identifier: EUPL-1.2
#include "app/command/admin_client.h"

#include "app/admin/admin.h"
#include "fetch/fetch.h"

#include <unistd.h>

#define ANSWER_S 600  // of packing and areas, of which a large store has much; all else is quick

static bool answer_read(fetch_answer answer, arena *a, json **out, err *e)
{
    str text;
    if (!arena_copy(a, answer.body, &text)) return err_no_memory(e);
    if (!json_parse(text, a, out, e)) return err_within(e, "answer of the running peil");
    if (answer.status < 400) return true;
    const json *message = json_get(*out, STR("message"));
    return err_set(e, answer.status == 409 ? ERR_CONFLICT : ERR_RANGE, ERR_NOWHERE, "%.*s",
                   STR_ARG(message ? message->text : answer.body));
}

bool admin_ask(const struct settings *s, const char *method, const char *path, str body, arena *a,
               json **answer, err *e)
{
    str address, url;
    if (!admin_address(s, a, &address, e)) return false;
    const str unix_prefix = STR("unix:");
    const bool is_unix = str_starts(address, unix_prefix);
    const char *socket = NULL;
    if (is_unix) {
        str copied;
        if (!arena_copy(a, str_slice(address, unix_prefix.n, address.n), &copied)) return err_no_memory(e);
        socket = copied.p;
        if (access(socket, F_OK) != 0)
            return err_set(e, ERR_ABSENT, ERR_NOWHERE, "no peil is running on %.*s",
                           STR_ARG(s->store.directory));
    }
    if (!arena_print(a, &url, "http://%.*s%s", is_unix ? 9 : (int)address.n,
                     is_unix ? "localhost" : address.p, path))
        return err_no_memory(e);

    struct fetcher *f = fetcher_new(e);
    if (!f) return false;
    const char *const headers[] = {"Content-Type: application/json", NULL};
    const fetch_request q = {.method = method,
                             .url = url.p,
                             .unix_socket = socket,
                             .headers = headers,
                             .body = body,
                             .timeout_s = ANSWER_S};
    fetch_answer got;
    bool ok = fetch_run(f, &q, &got, e);
    if (!ok && is_unix) e->code = ERR_ABSENT;  // a socket that a killed peil left behind
    ok = ok && answer_read(got, a, answer, e);
    fetcher_free(f);
    return ok;
}
