// SPDX-License-Identifier: EUPL-1.2
// POST to a set: a plain Observation on its short way, everything else as a draft.
#include "sta/write/write.h"

#include "ingest/seen.h"
#include "sta/write/reach.h"
#include "sta/write/observation_body.h"

// The relation of the last hop's set that leads back to the entity the path comes from; -1: there is none.
static int parent_relation(const struct sta_path *p)
{
    if (p->hop_count < 2) return -1;
    const struct sta_hop *last = sta_path_last(p), *before = last - 1;
    return entity_schema_of(before->set)->relations[last->relation].inverse;
}

// ---- a plain Observation: no tree, no SQL ----

static bool check_body(const struct observation_body *b, err *e)
{
    const uint32_t streams = 1u << OBSERVATION_DATASTREAM | 1u << OBSERVATION_MULTI_DATASTREAM;
    if (!(b->properties & 1u << OBSERVATION_RESULT))
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "result: is missing");
    if ((b->relations & streams) == streams) {
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "MultiDatastream: an Observation has a Datastream or a MultiDatastream, not both");
    }
    return b->o.stream || err_set(e, ERR_MISSING, ERR_NOWHERE, "Datastream: is missing");
}

// "Datastreams(1)/Observations" gives what the body need not say, and must not contradict.
static bool take_parent(struct observation_body *b, const struct sta_hop *parent, err *e)
{
    const bool is_feature = parent->set == SET_FEATURE_OF_INTEREST;
    entity_id *named = is_feature ? &b->o.feature : &b->o.stream;
    const bool contradicts = *named &&
                             (*named != parent->key || (!is_feature && b->stream_kind != parent->set));
    if (contradicts) {
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "%.*s: the body contradicts the path",
                       STR_ARG(entity_schema_of(parent->set)->entity_name));
    }
    *named = parent->key;
    if (!is_feature) b->stream_kind = parent->set;
    return true;
}

static bool no_stream(const struct write *w, const struct observation_body *b, err *e)
{
    const bool in_path = w->path.hop_count == 2 && w->path.hops[0].set == b->stream_kind;
    const str entity = entity_schema_of(b->stream_kind)->entity_name;
    return err_set(e, in_path ? ERR_ABSENT : ERR_LINK, ERR_NOWHERE,
                   "%s%.*s: there is no %.*s with the id %lld", in_path ? "path, " : "", STR_ARG(entity),
                   STR_ARG(entity), (long long)b->o.stream);
}

// Whether this request was carried out before: without a time of its own a reading cannot be told from
// others.
static bool carried_out(struct write *w, struct store_tx *tx, const struct observation *o, bool *out, err *e)
{
    seen before = SEEN_NEVER;
    if (!interval_is_none(o->phenomenon_time) && !seen_before(tx, o, &before, e)) return false;
    *out = before == SEEN_SAME;
    if (*out) w->reply.status = 200;
    return true;
}

static bool observation_run(struct write *w, struct store_tx *tx, err *e)
{
    struct observation_body *b = w->detail;
    const struct stream_info *info;
    bool is_there = false;
    if (w->target.has_parent && w->target.parent_set == SET_FEATURE_OF_INTEREST)
        b->o.feature = w->target.parent_id;
    if (!store_stream_info(tx, b->o.stream, &info, e))
        return e->code == ERR_LINK ? no_stream(w, b, e) : false;
    bool is_reached;
    if (!reach_stream(tx, w->request->who, b->o.stream, info, &is_reached, e)) return false;
    if (info->kind != b->stream_kind || !is_reached) return no_stream(w, b, e);
    if (w->is_repeated && !carried_out(w, tx, &b->o, &is_there, e)) return false;
    if (is_there) return true;
    if (!ingest_append(w->sta->ingest, tx, &b->o, w->request->received, e)) return false;
    const struct record r = observation_record(&b->o, b->stream_kind);
    w->made = r.id;
    return write_reply_record(w, 201, &r, e);
}

// *is_plain false: the body, or the path, asks for more than the short way can do.
static bool observation_prepare(struct write *w, bool *is_plain, err *e)
{
    const struct sta_path *p = &w->path;
    const struct sta_hop *parent = p->hop_count == 2 ? &p->hops[0] : NULL;
    struct observation_body *b = ARENA_NEW(w->request->arena, struct observation_body);
    if (!b) return err_no_memory(e);
    *is_plain = p->hop_count == 1 || (parent && parent->has_key && !w->first_key);
    if (!*is_plain) return true;
    if (!observation_body_read(w->request->body, w->request->arena, b, e)) return at_byte(e);
    if (b->is_deep) {
        *is_plain = false;
        return true;
    }
    w->needs_target = parent && parent->set == SET_FEATURE_OF_INTEREST;  // nobody looks it up otherwise
    w->right = ACTION_WRITE_READING;
    w->detail = b;
    w->run = observation_run;
    return (!parent || take_parent(b, parent, e)) && check_body(b, e);
}

// ---- everything else ----

static bool draft_run(struct write *w, struct store_tx *tx, err *e)
{
    struct draft *d = w->detail;
    struct creation c = write_creation(w, tx);
    return draft_create(&c, d, e) && write_reply_created(w, tx, d->set, d->id, e);
}

bool post_prepare(struct write *w, err *e)
{
    const entity_set set = sta_path_last(&w->path)->set;
    bool is_plain = false;
    w->made_set = set;  // known before it is made, for references to it
    if (set == SET_OBSERVATION && !observation_prepare(w, &is_plain, e)) return false;
    if (is_plain) return true;
    const struct draft_request r = {.body = w->request->body,
                                    .set = set,
                                    .mode = DRAFT_CREATE,
                                    .parent_relation = parent_relation(&w->path),
                                    .parent = &w->target.parent_id,
                                    .references = w->references};
    struct draft *d;
    if (!draft_read(&r, w->request->arena, &d, e)) return at_byte(e);
    w->detail = d;
    w->run = draft_run;
    return true;
}
