// SPDX-License-Identifier: EUPL-1.2
#include "ingest/push/push.h"

#include "http/inflate.h"
#include "ingest/push/form.h"

#include <stdlib.h>

#define PUSH_BODY_MAX ((size_t)16 << 20)  // packed or not
#define ON_LOOP_MAX ((size_t)64 << 10)    // a larger body is read on a worker

// One address and what it takes.
struct way {
    struct push *push;
    const char *adapter;  // NULL: the path names it
    const struct push_form *form;
};

static const struct {
    str path;
    unsigned methods, flags;
    const char *adapter;
    const struct push_form *form;
} ways[] = {
    {STR("/push"), HTTP_POST, HTTP_PREFIX, NULL, &push_form_of_peil},
    {STR("/v1/push-sensor-data"), HTTP_POST, HTTP_PREFIX, "sensor_community", &push_form_of_peil},
    {STR("/boxes"), HTTP_POST, HTTP_PREFIX, "opensensemap", &push_form_of_opensensemap},
    {STR("/write"), HTTP_POST, 0, "influx", &push_form_of_influx},
    {STR("/api/v2/write"), HTTP_POST, 0, "influx", &push_form_of_influx},
};
#define WAYS (sizeof ways / sizeof ways[0])

struct push {
    struct ingest *ingest;
    struct identity *identity;
    struct way ways[WAYS];
};

// A message on its way: what waits for the commit.
struct pending {
    struct http_request *request;
    const struct push_form *form;
    const struct device_adapter *adapter;
    buf unpacked;
};

static void pending_free(struct pending *p)
{
    buf_free(&p->unpacked);
    free(p);
}

// On the writer thread, after the commit.
static void answered(void *context, const struct ingest_outcome *outcome, const err *e)
{
    struct pending *p = context;
    if (e)
        p->form->failed(p->request, e);
    else
        p->form->stored(p->request, p->adapter, outcome);
    pending_free(p);
}

// ---- who sends ---------------------------------------------------------------------------------------------------

static bool bearer(struct http_request *r, str token, str *out, err *e)
{
    return arena_print(http_request_arena(r), out, "Bearer %.*s", STR_ARG(token)) || err_no_memory(e);
}

// The forms of push.h, as identity takes them.
static bool authorization_of(struct http_request *r, str path_token, str *out, err *e)
{
    const str scheme = STR("Token ");
    const str header = str_trim(http_request_header(r, "Authorization"));
    size_t ignored;
    str token;
    *out = header;
    if (str_eq_nocase(str_slice(header, 0, scheme.n), scheme))
        return bearer(r, str_trim(str_slice(header, scheme.n, header.n)), out, e);
    if (header.n) return str_find(header, STR(" "), &ignored) || bearer(r, header, out, e);
    if (path_token.n) return bearer(r, path_token, out, e);
    if (http_query_get(http_request_query(r), STR("p"), http_request_arena(r), &token) && token.n)
        return bearer(r, token, out, e);
    return true;
}

static bool may_push(const struct push *p, struct http_request *r, str path_token, struct principal *who,
                     err *e)
{
    str authorization;
    const unsigned char *const certificate = http_request_certificate(r);
    if (!authorization_of(r, path_token, &authorization, e)) return false;
    return (authorization.n == 0 && certificate
                ? identity_certificate(p->identity, certificate, who, e)
                : identity_authenticate(p->identity, authorization, who, e)) &&
           policy_allows(who, ACTION_WRITE_READING, e);
}

// ---- what for ----------------------------------------------------------------------------------------------------

static const struct device_adapter *adapter_by_path(str path)
{
    size_t count;
    const struct device_adapter *const *all = device_all(&count);
    for (size_t k = 0; k < count; k++)
        if (all[k]->path && str_eq(str_of(all[k]->path), path)) return all[k];
    return NULL;
}

// "/push/sensor_community/TOKEN" in its parts; the adapter's own addresses may end in a slash.
static bool path_read(const struct way *w, struct http_request *r, const struct device_adapter **adapter,
                      str *token, err *e)
{
    *token = (str){0};
    if (w->adapter) {
        *adapter = device_by_name(str_of(w->adapter));
        return true;
    }
    str rest = str_slice(http_request_path(r), sizeof "/push/" - 1, (size_t)-1), name = {0};
    str_cut(&rest, '/', &name);
    *adapter = adapter_by_path(name);
    if (!*adapter)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no device kind '%.*s' to push as",
                       STR_ARG(name));
    str_cut(&rest, '/', token);
    return true;
}

static str request_header(const char *name, const void *context)
{
    return http_request_header(context, name);
}

static bool unpack(struct http_request *r, struct pending *p, str *body, err *e)
{
    const str coding = str_trim(http_request_header(r, "Content-Encoding"));
    *body = http_request_body(r);
    if (http_is_plain(coding)) return true;
    p->unpacked.max = PUSH_BODY_MAX + 1;
    if (!http_inflate(*body, coding, PUSH_BODY_MAX, &p->unpacked, e)) return false;
    *body = buf_str(&p->unpacked);
    return true;
}

static bool hand_in(const struct push *p, struct http_request *r, struct pending *pending,
                    const struct principal *who, err *e)
{
    str body;
    if (!unpack(r, pending, &body, e)) return false;
    const struct device_message message = {
        .path = http_request_path(r),
        .query = http_request_query(r),
        .content_type = http_request_header(r, "Content-Type"),
        .body = body,
        .received = time_now(),
        .who = who,
        .header = request_header,
        .context = r,
    };
    return ingest_device(p->ingest, pending->adapter, &message, answered, pending, e);
}

static bool take(const struct way *w, struct http_request *r, err *e)
{
    const struct device_adapter *adapter;
    struct principal who;
    str token;
    if (!path_read(w, r, &adapter, &token, e) || !may_push(w->push, r, token, &who, e)) return false;
    struct pending *pending = malloc(sizeof *pending);
    if (!pending) return err_no_memory(e);
    *pending = (struct pending){.request = r, .form = w->form, .adapter = adapter};
    if (hand_in(w->push, r, pending, &who, e)) return true;
    pending_free(pending);
    return false;
}

static void work(struct http_request *r, void *context)
{
    const struct way *w = context;
    err e;
    if (!take(w, r, &e)) w->form->failed(r, &e);
}

static void handle(struct http_request *r, void *context)
{
    const struct way *w = context;
    const bool is_long = http_request_body(r).n > ON_LOOP_MAX ||
                         http_request_has_header(r, "Content-Encoding");
    err e;
    if (!is_long) {
        work(r, context);
    } else if (!http_hand_over(r, work, context)) {
        (void)err_set(&e, ERR_BUSY, ERR_NOWHERE, "too many requests wait; try again shortly");
        w->form->failed(r, &e);
    }
}

bool push_knows(const struct push *p, struct http_request *r)
{
    const http_route *const route = http_request_route(r);
    const struct device_adapter *adapter;
    struct principal who;
    str token;
    err unknown;
    return route->handle == handle && path_read(route->context, r, &adapter, &token, &unknown) &&
           may_push(p, r, token, &who, &unknown);
}

// ---- what InfluxDB's clients ask before they write ---------------------------------------------------------------

static void ping(struct http_request *r, void *context)
{
    (void)context;
    http_reply_data reply = {.status = 204};
    http_reply_add_header(&reply, STR("X-Influxdb-Version"), STR("1.8-peil"));
    http_reply(r, &reply);
}

// Telegraf makes its database first. There are none here, so that it is there.
static void influx_query(struct http_request *r, void *context)
{
    const struct way *w = context;
    str q = {0};
    err e;
    (void)(http_query_get(http_request_query(r), STR("q"), http_request_arena(r), &q) ||
           http_query_get(http_request_body(r), STR("q"), http_request_arena(r), &q));
    q = str_trim(q);
    if (str_eq_nocase(str_slice(q, 0, 6), STR("CREATE")) ||
        str_eq_nocase(str_slice(q, 0, 14), STR("SHOW DATABASES"))) {
        http_reply(r, &(http_reply_data){.status = 200,
                                         .content_type = STR("application/json"),
                                         .body = STR("{\"results\":[{\"statement_id\":0}]}")});
        return;
    }
    (void)err_set(&e, ERR_UNSUPPORTED, ERR_NOWHERE,
                  "peil takes lines in; read them by SensorThings, at /v1.1");
    w->form->failed(r, &e);
}

// ---- life --------------------------------------------------------------------------------------------------------

struct push *push_new(struct ingest *in, struct identity *identity, err *e)
{
    struct push *p = malloc(sizeof *p);
    if (!p) {
        err_no_memory(e);
        return NULL;
    }
    *p = (struct push){.ingest = in, .identity = identity};
    for (size_t i = 0; i < WAYS; i++) p->ways[i] = (struct way){p, ways[i].adapter, ways[i].form};
    return p;
}

void push_free(struct push *p)
{
    free(p);
}

void push_routes(struct push *p, http_route out[static PUSH_ROUTES])
{
    _Static_assert(PUSH_ROUTES == WAYS + 2, "a route for each way, and two that only Influx's clients use");
    for (size_t i = 0; i < WAYS; i++)
        out[i] = (http_route){.methods = ways[i].methods,
                              .path = ways[i].path,
                              .flags = ways[i].flags | HTTP_ON_LOOP,
                              .body_max = PUSH_BODY_MAX,
                              .handle = handle,
                              .context = &p->ways[i]};
    out[WAYS] = (http_route){
        .methods = HTTP_GET, .path = STR("/ping"), .flags = HTTP_ON_LOOP, .handle = ping};
    out[WAYS + 1] = (http_route){.methods = HTTP_GET | HTTP_POST,
                                 .path = STR("/query"),
                                 .flags = HTTP_ON_LOOP,
                                 .handle = influx_query,
                                 .context = &p->ways[WAYS - 1]};
}
