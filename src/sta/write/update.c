// SPDX-License-Identifier: EUPL-1.2
// PATCH, PUT and JSON Patch of one entity.
#include "sta/write/reach.h"
#include "sta/write/write.h"

#include "sta/write/json_patch.h"
#include "sta/write/observation_body.h"

#include <stdio.h>

static uint32_t properties_of_put(entity_set set)
{
    const struct entity_schema *s = entity_schema_of(set);
    uint32_t bits = 0;
    for (int i = 0; i < s->property_count; i++)
        if (!(s->properties[i].flags & PROPERTY_SERVER_KEPT)) bits |= 1u << i;
    return bits;
}

// ---- applying a draft ----

// What belongs together may come in two updates: what counts is what stands there now.
static bool check_whole(struct creation *c, const struct record *r, err *e)
{
    entity_id *observed;
    size_t count;
    if (!draft_check_geometry(r, c->a, e)) return false;
    if (r->set != SET_MULTI_DATASTREAM) return true;
    return store_related(store_tx_snapshot(c->tx), r->set, r->id, MULTI_DATASTREAM_OBSERVED_PROPERTIES, c->a,
                         &observed, &count, e) &&
           draft_check_multi_datastream(r, count, c->a, e);
}

static int access_property(entity_set set)
{
    return set == SET_THING              ? THING_PROPERTIES
           : set == SET_DATASTREAM       ? DATASTREAM_PROPERTIES
           : set == SET_MULTI_DATASTREAM ? MULTI_DATASTREAM_PROPERTIES
                                         : -1;
}

// Its "access", as far as it is a text; "-" when it says nothing.
static str access_word(const struct creation *c, const struct record *r)
{
    static const str access = STR("access");
    value word;
    const value *properties = &r->properties[access_property(r->set)];
    return properties->type == VALUE_JSON && sta_json_at(properties, &access, 1, c->a, &word) &&
                   word.type == VALUE_TEXT
               ? str_slice(word.text, 0, 40)
               : STR("-");
}

// Who may see it is decided by somebody, and that is written down.
static bool tell_access(struct creation *c, const struct record *before, const struct record *after, err *e)
{
    char detail[128];
    if (access_property(after->set) < 0) return true;
    const str was = access_word(c, before), is = access_word(c, after);
    if (str_eq(was, is)) return true;
    const int n = snprintf(detail, sizeof detail, "access=%.*s was=%.*s", STR_ARG(is), STR_ARG(was));
    return reach_tell(c->tx, c->who, STR("entity.access"), after->set, after->id, (str){detail, (size_t)n},
                      c->now, e);
}

// Who is shown a place on a grid and sends back just that has not moved anything: the stored one stays.
static bool spare_place(struct write *w, struct store_tx *tx, const struct draft *d, uint32_t *properties,
                        err *e)
{
    struct record shown;
    const int place = reach_place_property(d->set);
    const bool sees_all = w->request->who && policy_sees(w->request->who) == ACCESS_PRIVATE;
    if (place < 0 || sees_all || !(*properties >> place & 1u)) return true;
    if (!write_get(w, tx, d->set, d->id, &shown, e)) return false;
    if (reach_same_place(&shown.properties[place], &d->record->properties[place], w->request->arena))
        *properties &= ~(1u << place);
    return true;
}

static bool apply_entity(struct write *w, struct creation *c, struct draft *d, draft_mode mode, err *e)
{
    uint32_t links;
    struct record before, after;
    d->record->id = d->id;
    uint32_t properties = mode == DRAFT_PUT ? properties_of_put(d->set) : d->properties;
    if (!store_get(store_tx_snapshot(c->tx), d->set, d->id, c->a, &before, e) ||
        !spare_place(w, c->tx, d, &properties, e))
        return false;
    if (!draft_update_links(c, d, &links, e) || !store_update(c->tx, d->record, properties, links, e))
        return false;
    return store_get(store_tx_snapshot(c->tx), d->set, d->id, c->a, &after, e) && check_whole(c, &after, e) &&
           tell_access(c, &before, &after, e) && write_reply_entity(w, c->tx, 200, d->set, d->id, e);
}

static void take_properties(struct observation *to, const struct observation *from, uint32_t properties)
{
    // An Observation always has a phenomenonTime: a PUT without one keeps it.
    if ((properties & 1u << OBSERVATION_PHENOMENON_TIME) && !interval_is_none(from->phenomenon_time))
        to->phenomenon_time = from->phenomenon_time;
    if (properties & 1u << OBSERVATION_RESULT_TIME) to->result_time = from->result_time;
    if (properties & 1u << OBSERVATION_RESULT) to->result = from->result;
    if (properties & 1u << OBSERVATION_RESULT_QUALITY) to->quality = from->quality;
    if (properties & 1u << OBSERVATION_VALID_TIME) to->valid_time = from->valid_time;
    if (properties & 1u << OBSERVATION_PARAMETERS) to->parameters = from->parameters;
}

// An id holds its stream: an Observation that moves to another one is made anew there, and the reply says
// where it is.
static bool move_observation(struct write *w, struct creation *c, entity_id old, struct observation *o,
                             err *e)
{
    o->number = 0;
    return store_delete(c->tx, SET_OBSERVATION, old, e) &&
           ingest_append(c->sta->ingest, c->tx, o, c->now, e) &&
           write_reply_entity(w, c->tx, 200, SET_OBSERVATION, OBSERVATION_ID(o->stream, o->number), e);
}

static bool apply_observation(struct write *w, struct creation *c, struct draft *d, draft_mode mode, err *e)
{
    struct observation o;
    uint32_t links;
    d->observation->stream = OBSERVATION_STREAM(d->id);
    if (!draft_update_links(c, d, &links, e) ||
        !store_get_observation(store_tx_snapshot(c->tx), d->id, c->a, &o, e))
        return false;
    take_properties(&o, d->observation,
                    mode == DRAFT_PUT ? properties_of_put(SET_OBSERVATION) : d->properties);
    if (d->observation->feature) o.feature = d->observation->feature;
    if (d->observation->stream != o.stream) {
        o.stream = d->observation->stream;
        return move_observation(w, c, d->id, &o, e);
    }
    return ingest_check(c->tx, &o, c->now, e) && store_replace_observation(c->tx, &o, e) &&
           write_reply_entity(w, c->tx, 200, SET_OBSERVATION, d->id, e);
}

// The names of the members, for the log; never what they say.
static str changed_members(const struct draft *d, draft_mode mode, char *out, size_t room)
{
    const struct entity_schema *s = entity_schema_of(d->set);
    const uint32_t properties = mode == DRAFT_PUT ? properties_of_put(d->set) : d->properties;
    size_t n = 0;
    out[0] = 0;
    for (int i = 0; i < s->property_count; i++) {
        if (!(properties >> i & 1u) || n + s->properties[i].name.n + 2 > room) continue;
        n += (size_t)snprintf(out + n, room - n, "%s%.*s", n ? " " : "", STR_ARG(s->properties[i].name));
    }
    return (str){out, n};
}

static bool apply(struct write *w, struct store_tx *tx, struct draft *d, draft_mode mode, err *e)
{
    struct creation c = write_creation(w, tx);
    char members[256];
    d->id = w->target.id;
    return (d->observation ? apply_observation(w, &c, d, mode, e) : apply_entity(w, &c, d, mode, e)) &&
           reach_tell(tx, c.who, STR("entity.update"), d->set, w->target.id,
                      changed_members(d, mode, members, sizeof members), c.now, e);
}

static bool read_draft(struct write *w, str body, draft_mode mode, struct draft **out, err *e)
{
    const struct draft_request r = {.body = body,
                                    .set = sta_path_last(&w->path)->set,
                                    .mode = mode,
                                    .parent_relation = -1,
                                    .references = w->references};
    return draft_read(&r, w->request->arena, out, e);
}

static bool draft_run(struct write *w, struct store_tx *tx, err *e)
{
    return apply(w, tx, w->detail, w->request->method == HTTP_PUT ? DRAFT_PUT : DRAFT_PATCH, e);
}

// ---- JSON Patch: the stored entity as JSON, changed, and put back ----

static void write_properties(buf *b, const struct record *r)
{
    const struct entity_schema *s = entity_schema_of(r->set);
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    for (int i = 0; i < s->property_count; i++) {
        if (r->properties[i].type == VALUE_NULL && !(s->properties[i].flags & PROPERTY_SHOW_NULL)) continue;
        json_name(&w, s->properties[i].name);
        json_put_raw(&w, STR(""));  // the comma and the colon; the value follows
        value_write_json(b, &r->properties[i]);
    }
    json_close(&w, '}');
}

static bool patched(struct write *w, const struct record *r, str *out, err *e)
{
    arena *a = w->request->arena;
    buf b = {.max = WRITE_REPLY_MAX};
    str text;
    json *document;
    write_properties(&b, r);
    bool ok = !b.failed && arena_copy(a, buf_str(&b), &text) ? json_parse(text, a, &document, e)
                                                             : err_no_memory(e);
    if (ok && !json_patch_apply(document, w->detail, a, e)) ok = at_byte(e);
    if (ok) {
        buf_clear(&b);
        json_write(&b, document);
        ok = (!b.failed && arena_copy(a, buf_str(&b), out)) || err_no_memory(e);
    }
    buf_free(&b);
    return ok;
}

static bool patch_run(struct write *w, struct store_tx *tx, err *e)
{
    struct record r;
    struct draft *d;
    str text;
    if (!write_get(w, tx, w->target.set, w->target.id, &r, e) || !patched(w, &r, &text, e)) return false;
    if (!read_draft(w, text, DRAFT_PUT, &d, e)) {
        e->at = ERR_NOWHERE;  // a place in a text that the client never saw
        return err_within(e, "after this patch");
    }
    return apply(w, tx, d, DRAFT_PUT, e);
}

static bool is_json_patch(const struct sta_request *r)
{
    size_t at;
    return r->method == HTTP_PATCH && str_find(r->content_type, STR("json-patch+json"), &at);
}

bool update_prepare(struct write *w, err *e)
{
    json *patch;
    struct draft *d;
    if (is_json_patch(w->request)) {
        if (!json_parse(w->request->body, w->request->arena, &patch, e)) return at_byte(e);
        w->detail = patch;
        w->run = patch_run;
        return true;
    }
    if (!read_draft(w, w->request->body, w->request->method == HTTP_PUT ? DRAFT_PUT : DRAFT_PATCH, &d, e))
        return at_byte(e);
    w->detail = d;
    w->run = draft_run;
    return true;
}
