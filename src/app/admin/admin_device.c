// SPDX-License-Identifier: EUPL-1.2
// Devices by the admin listener, for `peil device`.
#include "app/admin/admin.h"

#include "base/json.h"
#include "ingest/registry.h"

#define LIST_BYTES_MAX ((size_t)64 << 20)

static bool put_device(const struct device_entry *d, void *context, err *e)
{
    (void)e;
    registry_write(context, d);
    return true;
}

bool device_list(struct store *s, buf *out, err *e)
{
    struct snapshot *at;
    if (!snapshot_open(s, &at, e)) return false;
    json_writer w = json_writer_on(out);
    json_open(&w, '[');
    const bool ok = registry_each(at, (str){0}, put_device, &w, e);
    json_close(&w, ']');
    snapshot_close(at);
    return ok && (!out->failed || err_no_memory(e));
}

bool device_act(struct ingest *in, struct identity *identity, str verb, str key, str owner, err *e)
{
    struct device_change c = {
        .key = key, .owner = owner, .by = &principal_local, .now = time_now(), .identity = identity};
    if (!device_action_by_name(verb, &c.action))
        return err_set(e, ERR_USAGE, ERR_NOWHERE,
                       "expected list, approve, block, assign or forget, not '%.*s'", STR_ARG(verb));
    return registry_change(in, &c, e);
}

// ---- Over the socket ---------------------------------------------------------------------------------------------

static void devices_get(struct http_request *r, struct peil *p)
{
    buf b = {.max = LIST_BYTES_MAX};
    err e;
    if (device_list(p->store, &b, &e))
        admin_reply_json(r, 200, buf_str(&b));
    else
        admin_reply_error(r, &e);
    buf_free(&b);
}

static void devices_post(struct http_request *r, struct peil *p)
{
    json *body;
    err e;
    const bool ok = json_parse(http_request_body(r), http_request_arena(r), &body, &e) &&
                    device_act(p->ingest, p->identity, json_text(body, STR("verb")),
                               json_text(body, STR("key")), json_text(body, STR("owner")), &e);
    if (ok)
        admin_reply_json(r, 200, STR("{}"));
    else
        admin_reply_error(r, &e);
}

static void devices_handle(struct http_request *r, void *context)
{
    if (http_request_method(r) == HTTP_POST)
        devices_post(r, context);
    else
        devices_get(r, context);
}

http_route admin_device_route(struct peil *p)
{
    return (http_route){
        .methods = HTTP_GET | HTTP_POST, .path = STR("/devices"), .handle = devices_handle, .context = p};
}
