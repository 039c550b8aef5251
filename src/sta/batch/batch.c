// SPDX-License-Identifier: EUPL-1.2
#include "sta/batch/batch.h"

#include "http/multipart.h"
#include "sta/write/write.h"

#define PART_ARENA_MAX ((size_t)64 << 20)
#define PART_BYTES_MAX ((size_t)32 << 20)
#define REPLY_BYTES_MAX ((size_t)128 << 20)

struct run {
    const struct sta *sta;
    const struct sta_request *request;
    const struct batch_form *form;
    struct batch_list list;
    struct batch_writer writer;
    arena *a;                          // of one request or change set at a time
    const struct batch_request *part;  // being answered
    buf body;                          // of its answer
};

struct batch_request *batch_list_add(struct batch_list *l, arena *a, err *e)
{
    if (l->count == l->most) {
        err_set(e, ERR_LIMIT, ERR_NOWHERE, "at most %zu requests in one batch", l->most);
        return NULL;
    }
    if (!l->items) l->items = ARENA_ARRAY(a, l->most, struct batch_request);
    if (l->items) return &l->items[l->count++];
    err_no_memory(e);
    return NULL;
}

// ---- one request ----

static bool method_of(str name, http_method *out)
{
    static const struct {
        str name;
        http_method method;
    } methods[] = {{STR("GET"), HTTP_GET}, {STR("POST"), HTTP_POST},     {STR("PATCH"), HTTP_PATCH},
                   {STR("PUT"), HTTP_PUT}, {STR("DELETE"), HTTP_DELETE}, {STR("HEAD"), HTTP_HEAD}};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (!str_eq_nocase(methods[i].name, name)) continue;
        *out = methods[i].method;
        return true;
    }
    return false;
}

static bool is_batch(str path)
{
    return str_eq(path, STR("/$batch")) || str_eq(path, STR("/%24batch"));
}

// The request of a part as one of its own. Its answer is short unless it asks otherwise, as FROST-Server does
// it.
static bool request_of(struct run *r, const struct batch_request *part, struct sta_request *out, err *e)
{
    str path;
    *out = *r->request;
    out->arena = r->a;
    out->content_type = part->content_type;
    out->accept = part->accept;
    out->prefer = part->prefer.n ? part->prefer : STR("return=minimal");
    out->if_match = part->if_match;
    out->if_none_match = part->if_none_match;
    out->body = part->body;
    if (!method_of(part->method, &out->method)) {
        return err_set(e, ERR_METHOD, ERR_NOWHERE, "'%.*s' is no method of this service",
                       STR_ARG(str_slice(part->method, 0, 20)));
    }
    sta_url_split(r->sta, part->url, &out->version, &path, &out->query);
    const bool has_slash = str_starts(path, STR("/"));
    if (!arena_print(r->a, &out->path, "%s%.*s", has_slash ? "" : "/", STR_ARG(path)))
        return err_no_memory(e);
    return !is_batch(out->path) || err_set(e, ERR_METHOD, ERR_NOWHERE, "a batch cannot stand in a batch");
}

static void answer(const struct sta_reply *reply, void *context)
{
    struct run *r = context;
    err e;
    buf_clear(&r->body);
    if (sta_reply_collect(reply, &r->body, &e)) {
        r->form->answer(&r->writer, r->part, reply, buf_str(&r->body));
        return;
    }
    const struct sta_reply failed = {.status = err_http_status(e.code), .content_type = STR("text/plain")};
    r->form->answer(&r->writer, r->part, &failed, str_of(e.text));
}

static bool run_operation(struct store_tx *tx, void *context, err *e)
{
    return write_run(context, tx, e);
}

static void run_write(struct run *r, const struct sta_request *request)
{
    err e;
    struct write *w = ARENA_NEW(r->a, struct write);
    if (!w) {
        err_no_memory(&e);
        sta_reply_error(request, &e, answer, r);
        return;
    }
    w->sta = r->sta;
    w->request = request;
    if (write_prepare(w, &e) && store_run(r->sta->store, run_operation, w, &e))
        answer(&w->reply, r);
    else
        sta_reply_error(request, &e, answer, r);
    write_free(w);
}

static void run_alone(struct run *r, const struct batch_request *part)
{
    struct sta_request request;
    err e;
    r->part = part;
    if (!request_of(r, part, &request, &e))
        sta_reply_error(&request, &e, answer, r);
    else if (request.method == HTTP_GET || request.method == HTTP_HEAD)
        sta_read(r->sta, &request, answer, r);
    else if (str_eq(request.path, STR("/CreateObservations")))
        create_observations(r->sta, &request, answer, r);
    else
        run_write(r, &request);
}

// ---- a change set ----

struct set {
    struct run *run;
    const struct batch_request *parts;
    size_t count;
    struct sta_request *requests;
    struct write *writes;
    struct draft_references made;  // what earlier parts make, by their names
    struct draft_reference **reference_of;
    size_t failed;  // the part that did
};

static bool note_reference(struct set *s, size_t i, err *e)
{
    const str name = s->parts[i].id;
    if (s->requests[i].method != HTTP_POST || s->writes[i].path.kind != PATH_SET || !name.n) return true;
    for (size_t k = 0; k < s->made.count; k++) {
        if (!str_eq(s->made.items[k].name, name)) continue;
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "two requests of this change set are named '%.*s'",
                       STR_ARG(str_slice(name, 0, 60)));
    }
    s->reference_of[i] = &s->made.items[s->made.count++];
    *s->reference_of[i] = (struct draft_reference){name, s->writes[i].made_set, 0};
    return true;
}

static bool prepare_part(struct set *s, size_t i, err *e)
{
    struct sta_request *request = &s->requests[i];
    if (!request_of(s->run, &s->parts[i], request, e)) return false;
    if (request->method == HTTP_GET || request->method == HTTP_HEAD) {
        return err_set(e, ERR_METHOD, ERR_NOWHERE, "a change set has no GET");
    }
    s->writes[i].sta = s->run->sta;
    s->writes[i].request = request;
    s->writes[i].references = &s->made;
    return write_prepare(&s->writes[i], e) && note_reference(s, i, e);
}

static bool set_prepare(struct set *s, err *e)
{
    arena *a = s->run->a;
    s->requests = ARENA_ARRAY(a, s->count, struct sta_request);
    s->writes = ARENA_ARRAY(a, s->count, struct write);
    s->made.items = ARENA_ARRAY(a, s->count, struct draft_reference);
    s->reference_of = ARENA_ARRAY(a, s->count, struct draft_reference *);
    if (!s->requests || !s->writes || !s->made.items || !s->reference_of) {
        s->writes = NULL;
        return err_no_memory(e);
    }
    for (s->failed = 0; s->failed < s->count; s->failed++)
        if (!prepare_part(s, s->failed, e)) return false;
    return true;
}

static bool set_run(struct store_tx *tx, void *context, err *e)
{
    struct set *s = context;
    for (s->failed = 0; s->failed < s->count; s->failed++) {
        struct write *w = &s->writes[s->failed];
        if (!write_run(w, tx, e)) return false;
        if (s->reference_of[s->failed]) s->reference_of[s->failed]->id = w->made;
    }
    s->failed = 0;
    return true;
}

static void answer_set(struct set *s)
{
    struct run *r = s->run;
    r->form->begin_set(&r->writer);
    for (size_t i = 0; i < s->count; i++) {
        r->part = &s->parts[i];
        answer(&s->writes[i].reply, r);
    }
    r->form->end_set(&r->writer);
}

static void answer_failed(struct set *s, err *e)
{
    struct run *r = s->run;
    err undone;
    r->part = &s->parts[s->failed];
    const str name = r->part->id;
    err_set(&undone, ERR_CONFLICT, ERR_NOWHERE, "not done, because '%.*s' of the same change set failed",
            STR_ARG(str_slice(name, 0, 60)));
    for (size_t i = 0; i < s->count; i++) {
        const bool is_cause = i == s->failed;
        if (!is_cause && r->form->has_one_error_for_a_set) continue;
        r->part = &s->parts[i];
        sta_reply_error(r->request, is_cause ? e : &undone, answer, r);
    }
}

static void run_set(struct run *r, const struct batch_request *parts, size_t count)
{
    struct set s = {.run = r, .parts = parts, .count = count};
    err e;
    if (set_prepare(&s, &e) && store_run(r->sta->store, set_run, &s, &e))
        answer_set(&s);
    else
        answer_failed(&s, &e);
    for (size_t i = 0; s.writes && i < count; i++) write_free(&s.writes[i]);
}

// ---- the whole ----

static void run_all(struct run *r)
{
    const struct batch_list *l = &r->list;
    for (size_t i = 0, end; i < l->count; i = end) {
        for (end = i + 1; l->items[i].set && end < l->count && l->items[end].set == l->items[i].set;) end++;
        arena_reset(r->a);
        if (l->items[i].set)
            run_set(r, &l->items[i], end - i);
        else
            run_alone(r, &l->items[i]);
    }
}

static bool run_batch(struct run *r, struct sta_reply *reply, err *e)
{
    if (!r->a) return err_no_memory(e);
    if (!r->form->read(r->request, &r->list, e)) return at_byte(e);
    if (!r->form->begin(&r->writer)) return err_no_memory(e);
    run_all(r);
    r->form->end(&r->writer, reply);
    if (r->writer.out.failed)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the answers of this batch are too large together");
    reply->status = 200;
    reply->body = buf_str(&r->writer.out);
    return true;
}

void batch(const struct sta *sta, const struct sta_request *request, sta_done done, void *context)
{
    const struct sta_limits limits = sta_limits_or_default(&sta->limits);
    struct run r = {.sta = sta,
                    .request = request,
                    .form = multipart_is_media(request->content_type, STR("multipart/mixed"))
                                ? &batch_multipart
                                : &batch_json,
                    .list = {.most = limits.batch_parts},
                    .writer = {.out = {.max = REPLY_BYTES_MAX}, .arena = request->arena},
                    .a = arena_new(PART_ARENA_MAX),
                    .body = {.max = PART_BYTES_MAX}};
    struct sta_reply reply = {0};
    err e;
    if (run_batch(&r, &reply, &e))
        done(&reply, context);
    else
        sta_reply_error(request, &e, done, context);
    arena_free(r.a);
    buf_free(&r.body);
    buf_free(&r.writer.out);
}
