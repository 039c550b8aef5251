// SPDX-License-Identifier: EUPL-1.2
#include "ingest/push.h"

#include "base/json.h"

#include <stdlib.h>

#define PUSH_BODY_MAX ((size_t)4 << 20)
#define REJECTS_SHOWN 100
#define ANSWER_MAX ((size_t)128 << 10)

struct push {
    struct ingest *ingest;
    struct identity *identity;
};

// What waits for the commit.
struct pending {
    struct http_request *request;
    const struct device_adapter *adapter;
};

static void reply_error(struct http_request *r, const err *e)
{
    buf b = {.max = 4096};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_name(&w, STR("code"));
    json_put_int(&w, err_http_status(e->code));
    json_name(&w, STR("type"));
    json_put_text(&w, STR("error"));
    json_name(&w, STR("message"));
    json_put_text(&w, str_of(e->text));
    if (e->at != ERR_NOWHERE) {
        json_name(&w, STR("at"));
        json_put_int(&w, (int64_t)e->at);
    }
    json_close(&w, '}');
    http_reply_data reply = {
        .status = err_http_status(e->code), .content_type = STR("application/json"), .body = buf_str(&b)};
    if (e->code == ERR_AUTH)
        http_reply_add_header(&reply, STR("WWW-Authenticate"), STR("Bearer realm=\"peil\""));
    if (e->code == ERR_BUSY) http_reply_add_header(&reply, STR("Retry-After"), STR("1"));
    http_reply(r, &reply);
    buf_free(&b);
}

// What became of each value that could not be read, so that its sender can tell which.
static void rejects_write(json_writer *w, const struct ingest_outcome *o)
{
    json_name(w, STR("rejects"));
    json_open(w, '[');
    for (size_t k = 0; k < o->reject_count && k < REJECTS_SHOWN; k++) {
        const struct device_reject *r = &o->rejects[k];
        json_open(w, '{');
        json_name(w, STR("name"));
        json_put_text(w, r->name);
        json_name(w, STR("message"));
        json_put_text(w, str_of(r->why.text));
        if (r->why.at != ERR_NOWHERE) {
            json_name(w, STR("at"));
            json_put_int(w, (int64_t)r->why.at);
        }
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void outcome_write(buf *b, const struct ingest_outcome *o)
{
    const struct {
        str name;
        int64_t count;
    } counts[] = {{STR("stored"), o->stored},
                  {STR("duplicates"), o->duplicates},
                  {STR("flagged"), o->flagged},
                  {STR("refused"), o->refused},
                  {STR("unknown"), o->unknown}};
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        json_name(&w, counts[k].name);
        json_put_int(&w, counts[k].count);
    }
    json_name(&w, STR("quarantined"));
    json_put_bool(&w, o->quarantined);
    if (o->note.n) {
        json_name(&w, STR("note"));
        json_put_text(&w, o->note);
    }
    if (o->reject_count) rejects_write(&w, o);
    json_close(&w, '}');
}

static int status_of(const struct device_adapter *adapter, const struct ingest_outcome *o)
{
    if (o->reject_count && adapter->partial_status) return adapter->partial_status;
    return adapter->reply_status ? adapter->reply_status : 200;
}

// On the writer thread, after the commit.
static void answered(void *context, const struct ingest_outcome *outcome, const err *e)
{
    struct pending *p = context;
    if (e) {
        reply_error(p->request, e);
    } else {
        buf b = {.max = ANSWER_MAX};
        const int status = status_of(p->adapter, outcome);
        if (status != 204) outcome_write(&b, outcome);
        http_reply_data reply = {.status = status,
                                 .content_type = STR("application/json"),
                                 .body = p->adapter->reply.n ? p->adapter->reply : buf_str(&b)};
        http_reply(p->request, &reply);
        buf_free(&b);
    }
    free(p);
}

static str request_header(const char *name, const void *context)
{
    return http_request_header(context, name);
}

static const struct device_adapter *adapter_by_path(str path)
{
    size_t count;
    const struct device_adapter *const *all = device_all(&count);
    for (size_t k = 0; k < count; k++)
        if (all[k]->path && str_eq(str_of(all[k]->path), path)) return all[k];
    return NULL;
}

// "/push/sensor_community/TOKEN" in its parts; the adapter's own URLs may end in a slash.
static bool path_read(struct http_request *r, const struct device_adapter **adapter, str *token, err *e)
{
    str rest = str_slice(http_request_path(r), sizeof "/push/" - 1, (size_t)-1), name = {0};
    str_cut(&rest, '/', &name);
    *adapter = adapter_by_path(name);
    if (!*adapter)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no device kind '%.*s' to push as",
                       STR_ARG(name));
    *token = (str){0};
    str_cut(&rest, '/', token);
    return true;
}

static bool may_push(const struct push *p, struct http_request *r, str path_token, err *e)
{
    str authorization = http_request_header(r, "Authorization");
    if (authorization.n == 0 && path_token.n &&
        !arena_print(http_request_arena(r), &authorization, "Bearer %.*s", STR_ARG(path_token)))
        return err_no_memory(e);
    struct principal who;
    return identity_authenticate(p->identity, authorization, &who, e) &&
           policy_allows(&who, ACTION_WRITE_READING, e);
}

static bool push_take(const struct push *p, struct http_request *r, err *e)
{
    const struct device_adapter *adapter;
    str token;
    if (!path_read(r, &adapter, &token, e) || !may_push(p, r, token, e)) return false;
    struct pending *pending = malloc(sizeof *pending);
    if (!pending) return err_no_memory(e);
    *pending = (struct pending){r, adapter};
    const struct device_message message = {
        .path = http_request_path(r),
        .query = http_request_query(r),
        .content_type = http_request_header(r, "Content-Type"),
        .body = http_request_body(r),
        .received = time_now(),
        .header = request_header,
        .context = r,
    };
    if (ingest_device(p->ingest, adapter, &message, answered, pending, e)) return true;
    free(pending);
    return false;
}

static void push_handle(struct http_request *r, void *context)
{
    err e;
    if (!push_take(context, r, &e)) reply_error(r, &e);
}

struct push *push_new(struct ingest *in, struct identity *identity, err *e)
{
    struct push *p = malloc(sizeof *p);
    if (!p) {
        err_no_memory(e);
        return NULL;
    }
    *p = (struct push){in, identity};
    return p;
}

void push_free(struct push *p)
{
    free(p);
}

http_route push_route(struct push *p)
{
    return (http_route){.methods = HTTP_POST,
                        .path = STR("/push"),
                        .flags = HTTP_PREFIX | HTTP_ON_LOOP,
                        .body_max = PUSH_BODY_MAX,
                        .handle = push_handle,
                        .context = p};
}
