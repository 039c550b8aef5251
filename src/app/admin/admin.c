// SPDX-License-Identifier: EUPL-1.2
// The admin listener: a socket in the data directory that only its owner can open. Whoever can reach it may administer.
#include "app/admin/admin.h"

#include "base/json.h"
#include "base/log.h"
#include "identity/audit.h"
#include "ingest/csv.h"

#include <stdio.h>

#define METRICS_BYTES_MAX ((size_t)4 << 20)
#define IMPORT_BODY_MAX ((size_t)16 << 20)

bool admin_address(const struct settings *s, arena *a, str *out, err *e)
{
    if (s->admin.listen.n) {
        *out = s->admin.listen;
        return true;
    }
    return arena_print(a, out, "unix:%.*s/admin.sock", STR_ARG(s->store.directory)) || err_no_memory(e);
}

void admin_reply_json(struct http_request *r, int status, str body)
{
    http_reply_data reply = {.status = status, .content_type = STR("application/json"), .body = body};
    http_reply_add_header(&reply, STR("Cache-Control"), STR("no-store"));
    http_reply(r, &reply);
}

void admin_reply_error(struct http_request *r, const err *e)
{
    buf b = {.max = 4096};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_name(&w, STR("code"));
    json_put_text(&w, err_code_name(e->code));
    json_name(&w, STR("message"));
    json_put_text(&w, str_of(e->text));
    json_close(&w, '}');
    admin_reply_json(r, err_http_status(e->code), buf_str(&b));
    buf_free(&b);
}

static void metrics_get(struct http_request *r, void *context)
{
    const struct peil *p = context;
    buf b = {.max = METRICS_BYTES_MAX};
    metrics_write(p->metrics, &b);
    http_reply_data reply = {.status = b.failed ? 500 : 200,
                             .content_type = STR("text/plain; version=0.0.4; charset=utf-8"),
                             .body = b.failed ? (str){0} : buf_str(&b)};
    http_reply(r, &reply);
    buf_free(&b);
}

// ---- Tokens: GET lists, POST {"name","role"} makes, DELETE ?name= withdraws -----------------------------------------

static bool token_write(const char *name, role r, instant created, void *context)
{
    json_writer *w = context;
    json_open(w, '{');
    json_name(w, STR("name"));
    json_put_text(w, str_of(name));
    json_name(w, STR("role"));
    json_put_text(w, role_name(r));
    char text[TIME_TEXT_MAX];
    json_name(w, STR("created"));
    json_put_text(w, (str){text, time_write(text, created)});
    json_close(w, '}');
    return true;
}

static void tokens_list(struct http_request *r, struct peil *p)
{
    buf b = {.max = METRICS_BYTES_MAX};
    json_writer w = json_writer_on(&b);
    json_open(&w, '[');
    token_each(p->identity, token_write, &w);
    json_close(&w, ']');
    admin_reply_json(r, 200, buf_str(&b));
    buf_free(&b);
}

static bool token_make(struct http_request *r, struct peil *p, char text[static TOKEN_TEXT_MAX], err *e)
{
    json *body;
    const json *name, *role_text;
    role wanted;
    if (!json_parse(http_request_body(r), http_request_arena(r), &body, e)) return false;
    if (!json_need(body, STR("name"), JSON_TEXT, &name, e)) return false;
    if (!json_need(body, STR("role"), JSON_TEXT, &role_text, e)) return false;
    if (!role_by_name(role_text->text, &wanted))
        return err_set(e, ERR_RANGE, role_text->at, "there is no role '%.*s'", STR_ARG(role_text->text));
    entity_id bound[TOKEN_THINGS_MAX];
    size_t count = 0;
    const json *things = json_get(body, STR("things"));
    for (const json *t = things ? things->first : NULL; t; t = t->next)
        if (count == TOKEN_THINGS_MAX || !num_parse_int(t->text, &bound[count++], e))
            return err_set(e, ERR_RANGE, t->at, "'things' lists at most %d ids of Things", TOKEN_THINGS_MAX);
    const str certificate = json_text(body, STR("certificate"));
    unsigned char fingerprint[CERTIFICATE_BYTES];
    text[0] = 0;
    if (certificate.n)
        return certificate_hex(certificate, fingerprint, e) &&
               token_create_certificate(p->identity, &principal_local, name->text, wanted, bound, count,
                                        fingerprint, time_now(), e);
    return token_create_for(p->identity, &principal_local, name->text, wanted, bound, count, time_now(), text,
                            e);
}

static void tokens_post(struct http_request *r, struct peil *p)
{
    char text[TOKEN_TEXT_MAX];
    err e;
    if (!token_make(r, p, text, &e)) {
        admin_reply_error(r, &e);
        return;
    }
    buf b = {.max = 256};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_name(&w, STR("token"));
    json_put_text(&w, str_of(text));
    json_close(&w, '}');
    admin_reply_json(r, 201, buf_str(&b));
    buf_free(&b);
}

static void tokens_delete(struct http_request *r, struct peil *p)
{
    err e = {0};
    str name;
    const bool named = http_query_get(http_request_query(r), STR("name"), http_request_arena(r), &name) ||
                       err_set(&e, ERR_MISSING, ERR_NOWHERE, "expected ?name=");
    if (named && token_withdraw(p->identity, &principal_local, name, time_now(), &e))
        admin_reply_json(r, 200, STR("{}"));
    else
        admin_reply_error(r, &e);
}

static void tokens_handle(struct http_request *r, void *context)
{
    switch ((unsigned)http_request_method(r)) {
    case HTTP_POST: tokens_post(r, context); break;
    case HTTP_DELETE: tokens_delete(r, context); break;
    default: tokens_list(r, context); break;
    }
}

// ---- What the owner of the directory did, told when it is done ------------------------------------------------------

void admin_tell(struct peil *p, str what, str which, str detail)
{
    const struct audit_event event = {
        .who = &principal_local, .what = what, .which = which, .detail = detail, .at = time_now()};
    err e;
    if (!audit_note(p->store, &event, &e))
        log_error("what a command did could not be logged", "error=%s", err_code_name(e.code).p);
}

int64_t admin_query_number(struct http_request *r, str key, int64_t fallback)
{
    str text;
    int64_t v;
    err ignored;
    const bool there = http_query_get(http_request_query(r), key, http_request_arena(r), &text);
    return there && num_parse_int(text, &v, &ignored) ? v : fallback;
}

// ---- Messages as they came: POST reads them again; ?since= and ?until= microseconds, ?format= --------------------------

static void replay_post(struct http_request *r, void *context)
{
    struct peil *p = context;
    struct ingest_replay done;
    str format = {0};
    err e;
    (void)http_query_get(http_request_query(r), STR("format"), http_request_arena(r), &format);
    const interval when = {admin_query_number(r, STR("since"), 0),
                           admin_query_number(r, STR("until"), TIME_MAX)};
    if (!ingest_replay(p->ingest, when, format, &done, &e)) {
        admin_reply_error(r, &e);
        return;
    }
    char detail[64];
    const int n = snprintf(detail, sizeof detail, "messages=%lld stored=%lld", (long long)done.messages,
                           (long long)done.stored);
    admin_tell(p, STR("raw.replay"), STR("raw"), (str){detail, (size_t)n});
    buf b = {.max = 1024};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_member_int(&w, STR("messages"), done.messages);
    json_member_int(&w, STR("stored"), done.stored);
    json_member_int(&w, STR("known"), done.duplicates);
    json_member_int(&w, STR("refused"), done.refused);
    json_close(&w, '}');
    admin_reply_json(r, 200, buf_str(&b));
    buf_free(&b);
}

void admin_routes(struct peil *p, http_route out[static ADMIN_ROUTES])
{
    out[0] = (http_route){.methods = HTTP_GET, .path = STR("/metrics"), .handle = metrics_get, .context = p};
    out[1] = (http_route){.methods = HTTP_GET | HTTP_POST | HTTP_DELETE,
                          .path = STR("/tokens"),
                          .handle = tokens_handle,
                          .context = p};
    out[2] = (http_route){.methods = HTTP_POST,
                          .path = STR("/import"),
                          .body_max = IMPORT_BODY_MAX,
                          .handle = admin_import_post,
                          .context = p};
    out[3] = (http_route){.methods = HTTP_POST,
                          .path = STR("/areas"),
                          .body_max = 2 * IMPORT_BODY_MAX,
                          .handle = admin_areas_post,
                          .context = p};
    out[4] = (http_route){.methods = HTTP_POST,
                          .path = STR("/kpi/import"),
                          .body_max = 2 * IMPORT_BODY_MAX,
                          .handle = admin_kpi_import_post,
                          .context = p};
    out[5] = admin_user_route(p);
    out[6] = admin_device_route(p);
    out[7] = (http_route){.methods = HTTP_POST, .path = STR("/replay"), .handle = replay_post, .context = p};
    out[8] = (http_route){
        .methods = HTTP_POST, .path = STR("/pack"), .handle = admin_pack_post, .context = p};
    out[9] = (http_route){
        .methods = HTTP_POST, .path = STR("/reads"), .handle = admin_reads_post, .context = p};
}
