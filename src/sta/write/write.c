// SPDX-License-Identifier: EUPL-1.2
#include "sta/write/write.h"

#include "sta/write/observation_body.h"
#include "sta/write/reach.h"

#include <stdio.h>
#include <string.h>

bool at_byte(err *e)
{
    if (e->at == ERR_NOWHERE) return false;
    const size_t used = strlen(e->text);
    snprintf(e->text + used, sizeof e->text - used, " (byte %zu)", e->at);
    e->at = ERR_NOWHERE;
    return false;
}

// ---- preparing ----

static const struct {
    unsigned methods;
    sta_path_kind kind;
    bool (*prepare)(struct write *w, err *e);
} writes[] = {
    {HTTP_POST, PATH_SET, post_prepare},
    {HTTP_PATCH | HTTP_PUT, PATH_ENTITY, update_prepare},
    {HTTP_DELETE, PATH_ENTITY, delete_prepare},
    {HTTP_DELETE, PATH_SET, delete_filtered_prepare},
    {HTTP_POST | HTTP_PUT | HTTP_DELETE, PATH_REF, link_prepare},
};

static bool media_is(str content_type, str wanted)
{
    str rest = content_type, media = {0};
    str_cut(&rest, ';', &media);
    return str_eq_nocase(str_trim(media), wanted);
}

// JSON, or what clients say that do not think of it: curl -d, simple firmware.
static bool check_media(const struct sta_request *r, err *e)
{
    static const str accepted[] = {STR(""),
                                   STR("application/json"),
                                   STR("text/plain"),
                                   STR("text/json"),
                                   STR("application/x-www-form-urlencoded"),
                                   STR("application/octet-stream")};
    if (r->method == HTTP_DELETE) return true;
    if (r->method == HTTP_PATCH && media_is(r->content_type, STR("application/json-patch+json"))) return true;
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++)
        if (media_is(r->content_type, accepted[i])) return true;
    return err_set(e, ERR_MEDIA, ERR_NOWHERE, "send application/json here, not '%.*s'",
                   STR_ARG(str_slice(r->content_type, 0, 80)));
}

// "/$sensor1/Datastreams" with the reference replaced by a key of its set, which write_run sets right.
static bool dereference(struct write *w, str *path, err *e)
{
    str rest = str_slice(w->request->path, 1, w->request->path.n), name = {0};
    str_cut(&rest, '/', &name);  // "$sensor1"
    const struct draft_reference *found = draft_reference_find(w->references, name);
    if (!found) {
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "no earlier request of this change set is named '%.*s'",
                       STR_ARG(str_slice(name, 0, 60)));
    }
    w->first_key = &found->id;
    const str set = entity_schema_of(found->set)->set_name;
    return arena_print(w->request->arena, path, "/%.*s(1)%s%.*s", STR_ARG(set), rest.n ? "/" : "",
                       STR_ARG(rest)) ||
           err_no_memory(e);
}

static bool parse_path(struct write *w, err *e)
{
    str path = w->request->path;
    if (w->references && str_starts(path, STR("/$")) && !dereference(w, &path, e)) return false;
    return sta_path_parse(path, w->request->arena, &w->path, e);
}

static bool may(const struct sta_request *r, action right, err *e)
{
    static const struct principal public = {.role = ROLE_PUBLIC};
    return policy_allows(r->who ? r->who : &public, right, e);
}

bool write_prepare(struct write *w, err *e)
{
    w->right = ACTION_WRITE_ENTITY;
    w->needs_target = true;
    w->body.max = WRITE_REPLY_MAX;
    // Whoever may write nothing at all is told so before anything of the body is read.
    if (!may(w->request, ACTION_WRITE_READING, e) || !check_media(w->request, e) || !parse_path(w, e))
        return false;
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        if (writes[i].kind != w->path.kind || !(writes[i].methods & w->request->method)) continue;
        return writes[i].prepare(w, e) && may(w->request, w->right, e);
    }
    return err_set(e, ERR_METHOD, ERR_NOWHERE, "this method does nothing at this address");
}

// ---- running ----

struct creation write_creation(const struct write *w, struct store_tx *tx)
{
    return (struct creation){w->sta, tx, w->request->who, w->request->arena, w->request->received};
}

bool write_get(const struct write *w, struct store_tx *tx, entity_set set, entity_id id, struct record *out,
               err *e)
{
    struct observation o;
    const struct stream_info *info;
    struct snapshot *at = store_tx_snapshot(tx);
    if (set != SET_OBSERVATION) return reach_get(tx, w->request->who, set, id, w->request->arena, out, e);
    if (!store_get_observation(at, id, w->request->arena, &o, e) ||
        !store_stream_info(tx, o.stream, &info, e))
        return false;
    *out = observation_record(&o, info->kind);
    return true;
}

static bool check_tag(struct write *w, struct store_tx *tx, err *e)
{
    struct record r;
    char tag[STA_ETAG_MAX];
    if (!w->request->if_match.n || !w->target.id) return true;
    if (!write_get(w, tx, w->target.set, w->target.id, &r, e)) return false;
    return sta_etag_matches(w->request->if_match, sta_etag_of(&r, tag)) ||
           err_set(e, ERR_PRECONDITION, ERR_NOWHERE,
                   "the entity has changed since it was read; its tag is now %s", tag);
}

// With the eyes of who asks; what is done there then is done with all that belongs to it. A device is shown nothing but what is
// public, and where it may write is looked at when it writes (reach_stream).
static bool resolve(struct write *w, struct store_tx *tx, err *e)
{
    struct snapshot *at = store_tx_snapshot(tx);
    err why;
    const struct principal *who = w->request->who;
    if (!snapshot_show(at, who ? policy_sees(who) : ACCESS_PUBLIC, e)) return false;
    const bool found = sta_path_resolve(&w->path, at, w->request->arena, &w->target, e);
    if (snapshot_show(at, ACCESS_PRIVATE, &why)) return found;
    *e = why;
    return false;
}

bool write_run(struct write *w, struct store_tx *tx, err *e)
{
    if (w->first_key) w->path.hops[0].key = *w->first_key;
    if (w->needs_target && !resolve(w, tx, e)) return false;
    return check_tag(w, tx, e) && w->run(w, tx, e);
}

void write_free(struct write *w)
{
    buf_free(&w->body);
}

// ---- replies ----

#define REPLY_USUAL 1024  // bytes: an Observation fits

static bool is_minimal(const struct sta_request *r)
{
    size_t at;
    return str_find(r->prefer, STR("return=minimal"), &at);
}

// The entity's own address, in the arena.
static bool self_link(struct write *w, const struct sta_form *f, entity_set set, entity_id id, str *out)
{
    sta_form_url(&w->body, f, set, id);
    const bool ok = !w->body.failed && arena_copy(w->request->arena, buf_str(&w->body), out);
    buf_clear(&w->body);
    return ok;
}

// An Observation that was just made has no tag in its reply: nobody edits readings, and making tags takes
// time.
static bool add_tag(struct write *w, const struct record *r)
{
    char *tag = arena_alloc(w->request->arena, STA_ETAG_MAX);
    if (tag) sta_reply_add_header(&w->reply, STR("ETag"), sta_etag_of(r, tag));
    return tag;
}

bool write_reply_record(struct write *w, int status, const struct record *r, err *e)
{
    arena *a = w->request->arena;
    const bool is_made = status == 201;
    struct sta_form f;
    str link;
    if (!sta_form_make(w->sta, w->request->version, a, a, &f, e)) return false;
    if (!buf_reserve(&w->body, REPLY_USUAL)) return err_no_memory(e);
    w->reply.status = status;
    if (is_made && !self_link(w, &f, r->set, r->id, &link)) return err_no_memory(e);
    if (is_made) sta_reply_add_header(&w->reply, STR("Location"), link);
    if (!(is_made && r->set == SET_OBSERVATION) && !add_tag(w, r)) return err_no_memory(e);
    if (is_minimal(w->request)) {
        sta_reply_add_header(&w->reply, STR("Preference-Applied"), STR("return=minimal"));
        return true;
    }
    sta_form_entity(&w->body, &f, r, NULL);
    w->reply.content_type = STR("application/json");
    w->reply.body = buf_str(&w->body);
    return !w->body.failed || err_no_memory(e);
}

bool write_reply_entity(struct write *w, struct store_tx *tx, int status, entity_set set, entity_id id,
                        err *e)
{
    struct record r;
    return write_get(w, tx, set, id, &r, e) && write_reply_record(w, status, &r, e);
}

bool write_reply_created(struct write *w, struct store_tx *tx, entity_set set, entity_id id, err *e)
{
    w->made = id;
    return write_reply_entity(w, tx, 201, set, id, e);
}

// ---- a write of its own ----

struct single {
    struct store_op op;
    struct write write;
    sta_done done;
    void *context;
};

static bool single_run(struct store_tx *tx, void *context, err *e)
{
    struct single *s = context;
    return write_run(&s->write, tx, e);
}

static void single_done(void *context, const err *e)
{
    struct single *s = context;
    buf body = s->write.body;  // the request, and *s with it, is gone when it is answered
    if (e)
        sta_reply_error(s->write.request, e, s->done, s->context);
    else
        s->done(&s->write.reply, s->context);
    buf_free(&body);
}

static bool single_start(const struct sta *sta, const struct sta_request *r, sta_done done, void *context,
                         err *e)
{
    struct single *s = ARENA_NEW(r->arena, struct single);
    if (!s) return err_no_memory(e);
    s->op = (struct store_op){.run = single_run, .done = single_done, .context = s};
    s->write.sta = sta;
    s->write.request = r;
    s->done = done;
    s->context = context;
    return write_prepare(&s->write, e) && store_submit(sta->store, &s->op, e);
}

static bool leads_to(const struct sta_request *r, str resource)
{
    return str_eq(r->path, resource) ||
           (str_starts(r->path, STR("/%24")) &&
            str_eq(str_slice(r->path, 4, r->path.n), str_slice(resource, 2, resource.n)));
}

#define BATCH STR("/$batch")
#define CREATE_OBSERVATIONS STR("/CreateObservations")

bool sta_write_is_quick(const struct sta_request *r)
{
    return r->body.n <= STA_QUICK_BODY && !leads_to(r, BATCH) && !leads_to(r, CREATE_OBSERVATIONS);
}

void sta_write(const struct sta *sta, const struct sta_request *r, sta_done done, void *context)
{
    err e;
    if (r->method == HTTP_POST && leads_to(r, BATCH))
        batch(sta, r, done, context);
    else if (r->method == HTTP_POST && leads_to(r, CREATE_OBSERVATIONS))
        create_observations(sta, r, done, context);
    else if (!single_start(sta, r, done, context, &e))
        sta_reply_error(r, &e, done, context);
}
