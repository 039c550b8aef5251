// SPDX-License-Identifier: EUPL-1.2
// $batch as JSON:
// {"requests":[{"id":"1","method":"post","url":"Things","atomicityGroup":"g1","headers":{},"body":{}}]}
// Source   OData JSON Format 4.01 section 19, as far as FROST-Server offers it
#include "base/json.h"
#include "sta/batch/batch.h"

// ---- reading ----

static bool is_id(str id)
{
    for (size_t i = 0; i < id.n; i++) {
        const char c = id.p[i];
        const bool is_fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             c == '_' || c == '.' || c == ':' || c == ',' || c == ';' || c == '-';
        if (!is_fine) return false;
    }
    return id.n > 0;
}

static str header_of(const json *headers, str name)
{
    for (const json *h = headers ? headers->first : NULL; h; h = h->next)
        if (h->type == JSON_TEXT && str_eq_nocase(h->key, name)) return h->text;
    return (str){0};
}

static bool read_request(const json *j, arena *a, struct batch_list *out, err *e)
{
    const json *id, *method, *url, *headers = json_get(j, STR("headers")), *body = json_get(j, STR("body"));
    if (j->type != JSON_OBJECT)
        return err_set(e, ERR_TYPE, j->at, "expected an object, found %s", json_type_name(j->type).p);
    if (!json_need(j, STR("id"), JSON_TEXT, &id, e) || !json_need(j, STR("method"), JSON_TEXT, &method, e) ||
        !json_need(j, STR("url"), JSON_TEXT, &url, e))
        return false;
    if (!is_id(id->text))
        return err_set(e, ERR_SYNTAX, id->at, "an id is made of letters, digits and _.:,;-");
    struct batch_request *r = batch_list_add(out, a, e);
    if (!r) return false;
    *r = (struct batch_request){.id = id->text,
                                .method = method->text,
                                .url = url->text,
                                .content_type = header_of(headers, STR("Content-Type")),
                                .accept = header_of(headers, STR("Accept")),
                                .prefer = header_of(headers, STR("Prefer")),
                                .if_match = header_of(headers, STR("If-Match")),
                                .if_none_match = header_of(headers, STR("If-None-Match")),
                                .body = body ? body->raw : (str){0}};
    return true;
}

// Requests one after another with the same atomicityGroup are a change set.
static void note_set(struct batch_list *l, str group, str *last, size_t *sets)
{
    if (group.n && !(str_eq(group, *last) && l->count > 1 && l->items[l->count - 2].set)) ++*sets;
    l->items[l->count - 1].set = group.n ? *sets : 0;
    *last = group;
}

static bool read_all(const struct sta_request *r, struct batch_list *out, err *e)
{
    json *j;
    const json *requests;
    str last = {0};
    size_t sets = 0;
    if (!json_parse(r->body, r->arena, &j, e) || !json_need(j, STR("requests"), JSON_ARRAY, &requests, e))
        return false;
    for (const json *c = requests->first; c; c = c->next) {
        if (!read_request(c, r->arena, out, e)) return err_within(e, "requests[%zu]", out->count);
        const json *group = json_get(c, STR("atomicityGroup"));
        note_set(out, group && group->type == JSON_TEXT ? group->text : (str){0}, &last, &sets);
    }
    return true;
}

// ---- writing ----

static bool begin(struct batch_writer *w)
{
    BUF_LIT(&w->out, "{\"responses\":[");
    return true;
}

static void no_bracket(struct batch_writer *w)
{
    (void)w;
}

static bool is_json(str content_type)
{
    return str_starts(content_type, STR("application/json"));
}

static void answer(struct batch_writer *w, const struct batch_request *r, const struct sta_reply *reply,
                   str body)
{
    if (w->written++) buf_add_char(&w->out, ',');
    json_writer j = json_writer_on(&w->out);
    json_open(&j, '{');
    json_name(&j, STR("id"));
    json_put_text(&j, r->id);
    json_name(&j, STR("status"));
    json_put_int(&j, reply->status);
    for (size_t i = 0; i < reply->header_count; i++) {
        if (!str_eq_nocase(reply->headers[i].name, STR("Location"))) continue;
        json_name(&j, STR("location"));
        json_put_text(&j, reply->headers[i].value);
    }
    if (body.n) {
        json_name(&j, STR("body"));
        if (is_json(reply->content_type))
            json_put_raw(&j, body);
        else
            json_put_text(&j, body);
    }
    json_close(&j, '}');
}

static void end(struct batch_writer *w, struct sta_reply *reply)
{
    BUF_LIT(&w->out, "]}");
    reply->content_type = STR("application/json");
}

const struct batch_form batch_json = {read_all, begin, no_bracket, answer, no_bracket, end, false};
