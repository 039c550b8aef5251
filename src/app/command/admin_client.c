// SPDX-License-Identifier: EUPL-1.2
#include "app/command/admin_client.h"

#include "app/admin/admin.h"
#include "fetch/fetch.h"

#include <stdlib.h>
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

struct admin_client {
    const struct settings *settings;
    struct fetcher *fetcher;
};

struct admin_client *admin_client_new(const struct settings *s, err *e)
{
    struct fetcher *f = fetcher_new(e);
    struct admin_client *c = f ? calloc(1, sizeof *c) : NULL;
    if (c) {
        *c = (struct admin_client){s, f};
        return c;
    }
    if (f) err_no_memory(e);
    fetcher_free(f);
    return NULL;
}

void admin_client_free(struct admin_client *c)
{
    if (c) fetcher_free(c->fetcher);
    free(c);
}

// *socket NULL: it is a network address.
static bool address_of(const struct settings *s, const char *path, arena *a, str *url, const char **socket,
                       err *e)
{
    str address, copied;
    const str unix_prefix = STR("unix:");
    if (!admin_address(s, a, &address, e)) return false;
    const bool is_unix = str_starts(address, unix_prefix);
    *socket = NULL;
    if (is_unix) {
        if (!arena_copy(a, str_slice(address, unix_prefix.n, address.n), &copied)) return err_no_memory(e);
        *socket = copied.p;
        if (access(*socket, F_OK) != 0)
            return err_set(e, ERR_ABSENT, ERR_NOWHERE, "no peil is running on %.*s",
                           STR_ARG(s->store.directory));
    }
    return arena_print(a, url, "http://%.*s%s", is_unix ? 9 : (int)address.n,
                       is_unix ? "localhost" : address.p, path) ||
           err_no_memory(e);
}

bool admin_client_ask(struct admin_client *c, const char *method, const char *path, str body, arena *a,
                      json **answer, err *e)
{
    str url;
    const char *socket;
    if (!address_of(c->settings, path, a, &url, &socket, e)) return false;
    const char *const headers[] = {"Content-Type: application/json", "Expect:", NULL};
    const fetch_request q = {.method = method,
                             .url = url.p,
                             .unix_socket = socket,
                             .headers = headers,
                             .body = body,
                             .timeout_s = ANSWER_S};
    fetch_answer got;
    if (fetch_run(c->fetcher, &q, &got, e)) return answer_read(got, a, answer, e);
    if (socket) e->code = ERR_ABSENT;  // a socket that a killed peil left behind
    return false;
}

bool admin_ask(const struct settings *s, const char *method, const char *path, str body, arena *a,
               json **answer, err *e)
{
    struct admin_client *c = admin_client_new(s, e);
    const bool ok = c && admin_client_ask(c, method, path, body, a, answer, e);
    admin_client_free(c);
    return ok;
}
