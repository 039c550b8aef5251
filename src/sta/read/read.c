// SPDX-License-Identifier: EUPL-1.2
// GET and HEAD: what the path names is read from one snapshot. Small answers leave whole, others as a stream that reads on as
// the client takes it.
// Source   OGC 18-088 section 9; RFC 9110 section 13 (conditional requests)
#include "base/json.h"
#include "identity/reads.h"
#include "sta/read/answer.h"
#include "sta/read/root.h"

#include <inttypes.h>
#include <stdio.h>

#define ROOT_BYTES_MAX ((size_t)64 << 10)
#define ENTITY_BYTES_MAX ((size_t)64 << 20)
#define SCRATCH_MAX ((size_t)16 << 20)

// One request while it is being read.
struct reader {
    const struct sta *sta;
    const struct sta_request *r;
    sta_done done;
    void *context;
    struct sta_path path;
    struct sta_target target;
    struct snapshot *at;
    struct sta_reply reply;
};

static access_level sees(const struct reader *d)
{
    return d->r->who ? policy_sees(d->r->who) : ACCESS_PUBLIC;
}

// ---- entity tags ----

static bool uses_now(const struct expr *x)
{
    if (!x) return false;
    if (x->kind == EXPR_CALL && x->function == FN_NOW) return true;
    for (size_t i = 0; i < x->arg_count; i++)
        if (uses_now(x->args[i])) return true;
    return false;
}

static bool depends_on_time(const struct query *q)
{
    if (uses_now(q->filter)) return true;
    for (size_t i = 0; i < q->order_count; i++)
        if (uses_now(q->orders[i].key)) return true;
    for (size_t i = 0; i < q->expand_count; i++)
        if (depends_on_time(q->expands[i].query)) return true;
    return false;
}

static bool add_etag(struct reader *d, str etag)
{
    str kept;
    if (!arena_copy(d->r->arena, etag, &kept)) return false;
    sta_reply_add_header(&d->reply, STR("ETag"), kept);
    return d->r->if_none_match.n > 0 && sta_etag_matches(d->r->if_none_match, kept);
}

// Nothing was committed since: whatever the question, the answer is the same. True: the client has it already.
static bool is_unchanged(struct reader *d)
{
    // What one is shown is another answer than what another is, also at the same commit.
    static const char *const sight[] = {
        [ACCESS_PUBLIC] = "", [ACCESS_INTERNAL] = "-internal", [ACCESS_PRIVATE] = "-private"};
    char etag[40];
    const int n = snprintf(etag, sizeof etag, "W/\"c%" PRIx64 "%s\"", snapshot_commit(d->at), sight[sees(d)]);
    return add_etag(d, (str){etag, (size_t)n});
}

static bool is_same_entity(struct reader *d, const struct record *record)
{
    char etag[STA_ETAG_MAX];
    return add_etag(d, sta_etag_of(record, etag));
}

// ---- replies ----

static bool reply_empty(struct reader *d, int status)
{
    d->reply.status = status;
    d->reply.content_type = (str){0};
    d->done(&d->reply, d->context);
    return true;
}

static bool reply_body(struct reader *d, int status, buf *body, str content_type, err *e)
{
    const bool whole = !body->failed;
    if (whole) {
        d->reply.status = status;
        d->reply.content_type = content_type;
        d->reply.body = buf_str(body);
        d->done(&d->reply, d->context);
    }
    buf_free(body);
    return whole || err_set(e, ERR_LIMIT, ERR_NOWHERE, "the answer is too large");
}

// ---- streams ----

static bool next_piece(void *context, buf *out, bool *more, err *e)
{
    struct answer *x = context;
    if (x->ready.n == 0) return answer_piece(x, out, more, e);
    buf_add(out, buf_str(&x->ready));
    buf_free(&x->ready);
    *more = true;
    return !out->failed || err_set(e, ERR_LIMIT, ERR_NOWHERE, "one entity of this answer is too large");
}

static void rest_stream(void *context)
{
    answer_rest(context);
}

static void end_stream(void *context)
{
    answer_free(context);
}

static bool asks_for_readings(const struct query *q)
{
    if (q->set == SET_OBSERVATION) return true;
    for (size_t i = 0; i < q->expand_count; i++)
        if (asks_for_readings(q->expands[i].query)) return true;
    return false;
}

static bool is_stream_set(entity_set set)
{
    return set == SET_DATASTREAM || set == SET_MULTI_DATASTREAM;
}

// The id of such an entity where the path names one: itself, or what is asked for belongs to it. 0: it does not.
static entity_id named_in(const struct sta_target *t, bool (*is_wanted)(entity_set))
{
    if (is_wanted(t->set) && t->id) return t->id;
    return t->has_parent && is_wanted(t->parent_set) ? t->parent_id : 0;
}

static bool is_thing_set(entity_set set)
{
    return set == SET_THING;
}

// Of one stream or Thing where the path says which, else of the whole set, in whatever way it was asked for.
static void note_reading(struct reader *d, str form)
{
    const struct sta_target *t = &d->target;
    const entity_id stream = t->set == SET_OBSERVATION && t->id ? OBSERVATION_STREAM(t->id)
                                                                : named_in(t, is_stream_set),
                    thing = named_in(t, is_thing_set);
    str which = READS_ALL;
    const bool is_named = stream  ? arena_print(d->r->arena, &which, "Datastreams(%lld)", (long long)stream)
                          : thing ? arena_print(d->r->arena, &which, "Things(%lld)", (long long)thing)
                                  : false;
    if (!is_named) which = READS_ALL;
    if (d->r->who && d->sta->reads)
        reads_note_stream(d->sta->reads, d->at, d->r->who, stream, which, form, d->r->received);
}

// The first piece is made before the reply: so a fault of the store is still an error, and most answers are whole.
static bool reply_answer(struct reader *d, const struct query *q, err *e)
{
    static const str forms[] = {[FORMAT_JSON] = STR("json"),
                                [FORMAT_DATA_ARRAY] = STR("dataArray"),
                                [FORMAT_CSV] = STR("csv"),
                                [FORMAT_GEOJSON] = STR("geojson")};
    struct answer *x;
    bool more;
    if (asks_for_readings(q)) note_reading(d, forms[q->format]);
    if (!answer_make(d->sta, d->r->version, d->at, q, d->path.kind == PATH_REF, d->r->arena, &x, e))
        return false;
    d->at = NULL;  // the answer's now
    x->most = sees(d);
    if (!answer_piece(x, &x->ready, &more, e)) {
        answer_free(x);
        return false;
    }
    d->reply.content_type = x->format->content_type;
    if (more) {
        d->reply.status = 200;
        d->reply.is_stream = true;
        d->reply.stream = (http_stream){
            .context = x, .next = next_piece, .done = end_stream, .rest = rest_stream};
        d->done(&d->reply, d->context);
        return true;
    }
    buf body = x->ready;
    x->ready = (buf){0};
    answer_free(x);  // lies in the request's arena, which `done` may free
    return reply_body(d, 200, &body, d->reply.content_type, e);
}

// ---- what a path can name ----

static bool read_root(struct reader *d, err *e)
{
    buf b = {.max = ROOT_BYTES_MAX};
    root_write(&b, d->sta, d->r->version);
    return reply_body(d, 200, &b, STR("application/json"), e);
}

static bool parse_options(struct reader *d, struct query **q, err *e)
{
    return sta_options_parse(d->r->query, &d->target, &d->sta->limits, d->r->arena, q, e);
}

static bool read_set(struct reader *d, err *e)
{
    struct query *q;
    if (!parse_options(d, &q, e)) return false;
    if (!depends_on_time(q) && is_unchanged(d)) return reply_empty(d, 304);
    return reply_answer(d, q, e);
}

// A plain entity has a tag of its own content, which a change can be made to depend on.
static bool read_plain_entity(struct reader *d, const struct query *q, err *e)
{
    struct record record;
    struct sta_form form;
    if (!store_get(d->at, d->target.set, d->target.id, d->r->arena, &record, e)) return false;
    if (is_same_entity(d, &record)) return reply_empty(d, 304);
    arena *scratch = arena_new(SCRATCH_MAX);
    if (!scratch) return err_no_memory(e);
    buf b = {.max = ENTITY_BYTES_MAX};
    const bool made = sta_form_make(d->sta, d->r->version, d->r->arena, scratch, &form, e);
    if (made) sta_form_entity(&b, &form, &record, q);
    arena_free(scratch);
    return made && reply_body(d, 200, &b, STR("application/json"), e);
}

static bool read_entity(struct reader *d, err *e)
{
    struct query *q;
    if (!parse_options(d, &q, e)) return false;
    if (d->path.kind == PATH_ENTITY && q->format == FORMAT_JSON && q->expand_count == 0)
        return read_plain_entity(d, q, e);
    if (!depends_on_time(q) && is_unchanged(d)) return reply_empty(d, 304);
    return reply_answer(d, q, e);
}

static bool read_ref(struct reader *d, err *e)
{
    return sta_path_is_set(&d->path) ? read_set(d, e) : read_entity(d, e);
}

static str property_name(const struct reader *d)
{
    if (d->path.property == PROPERTY_IS_ID) return STR("@iot.id");
    return entity_schema_of(d->target.set)->properties[d->path.property].name;
}

// The path's property, or the member of its JSON.
static bool find_value(struct reader *d, value *out, err *e)
{
    struct record record;
    if (!store_get(d->at, d->target.set, d->target.id, d->r->arena, &record, e)) return false;
    if (d->path.property == PROPERTY_IS_ID) {
        *out = value_int(record.id);
        return true;
    }
    const value *v = &record.properties[d->path.property];
    if (v->type == VALUE_NULL || sta_json_at(v, d->path.keys, d->path.key_count, d->r->arena, out)) {
        if (v->type == VALUE_NULL) *out = *v;
        return true;
    }
    return err_set(e, ERR_ABSENT, ERR_NOWHERE, "'%.*s' has no such member", STR_ARG(property_name(d)));
}

static bool make_form(struct reader *d, struct sta_form *out, err *e)
{
    return sta_form_make(d->sta, d->r->version, d->r->arena, NULL, out, e);
}

// {"name": ...}: named by the last step of the path.
static bool read_property(struct reader *d, err *e)
{
    value v;
    struct sta_form form;
    if (!find_value(d, &v, e)) return false;
    if (sta_form_is_null(&v)) return reply_empty(d, 204);
    if (!make_form(d, &form, e)) return false;
    buf b = {.max = ENTITY_BYTES_MAX};
    buf_add_char(&b, '{');
    json_write_text(&b, d->path.key_count > 0 ? d->path.keys[d->path.key_count - 1] : property_name(d));
    buf_add_char(&b, ':');
    sta_form_property(&b, &form, d->target.set, d->path.property, &v);
    buf_add_char(&b, '}');
    return reply_body(d, 200, &b, STR("application/json"), e);
}

static bool read_raw_value(struct reader *d, err *e)
{
    value v;
    struct sta_form form;
    if (!find_value(d, &v, e)) return false;
    if (sta_form_is_null(&v)) return reply_empty(d, 204);
    if (!make_form(d, &form, e)) return false;
    buf b = {.max = ENTITY_BYTES_MAX};
    sta_form_text(&b, &form, d->target.set, d->path.property, &v);
    return reply_body(d, 200, &b, STR("text/plain; charset=utf-8"), e);
}

static bool refuse(struct reader *d, err *e)
{
    err_set(e, ERR_METHOD, ERR_NOWHERE, "only POST is possible here");
    sta_reply_add_header(&d->reply, STR("Allow"), STR("POST, OPTIONS"));
    buf b = {.max = ROOT_BYTES_MAX};
    sta_error_write(&b, e);
    return reply_body(d, 405, &b, STR("application/json"), e);
}

static const struct {
    bool (*read)(struct reader *d, err *e);
    bool needs_store;
} kinds[] = {
    [PATH_ROOT] = {read_root, false},      [PATH_SET] = {read_set, true},
    [PATH_ENTITY] = {read_entity, true},   [PATH_PROPERTY] = {read_property, true},
    [PATH_VALUE] = {read_raw_value, true}, [PATH_REF] = {read_ref, true},
    [PATH_BATCH] = {refuse, false},        [PATH_CREATE_OBSERVATIONS] = {refuse, false},
};

static bool answer(struct reader *d, err *e)
{
    if (!sta_path_parse(d->r->path, d->r->arena, &d->path, e)) return false;
    // Keep it, but ask before using it; what not everybody may see nobody keeps.
    sta_reply_add_header(&d->reply, STR("Cache-Control"),
                         sees(d) == ACCESS_PUBLIC ? STR("no-cache") : STR("private, no-store"));
    if (kinds[d->path.kind].needs_store) {
        if (!snapshot_open(d->sta->store, &d->at, e) || !snapshot_show(d->at, sees(d), e)) return false;
        if (!sta_path_resolve(&d->path, d->at, d->r->arena, &d->target, e)) return false;
    }
    const bool is_one = d->target.set == SET_OBSERVATION && d->target.id;
    if (kinds[d->path.kind].needs_store && is_one) note_reading(d, STR("one"));
    return kinds[d->path.kind].read(d, e);
}

void sta_read(const struct sta *sta, const struct sta_request *r, sta_done done, void *context)
{
    struct reader d = {.sta = sta, .r = r, .done = done, .context = context};
    err e = {0};
    const bool answered = answer(&d, &e);
    if (d.at) snapshot_close(d.at);
    if (!answered) sta_reply_error(r, &e, done, context);
}
