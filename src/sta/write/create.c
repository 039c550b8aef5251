// SPDX-License-Identifier: EUPL-1.2
#include "sta/write/create.h"

#include "sta/write/reach.h"

static const struct relation *relation_of(entity_set set, int relation)
{
    return &entity_schema_of(set)->relations[relation];
}

static bool no_such(entity_set target, entity_id id, str where, err *e)
{
    return err_set(e, ERR_LINK, ERR_NOWHERE, "%.*s: there is no %s with the id %lld", STR_ARG(where),
                   entity_schema_of(target)->entity_name.p, (long long)id);
}

static bool check_exists(struct creation *c, entity_set target, entity_id id, str where, err *e)
{
    if (reach_entity(c->tx, c->who, target, id, e)) return true;
    if (e->code != ERR_ABSENT && e->code != ERR_GONE) return false;
    return no_such(target, id, where, e);
}

static bool where_is(struct creation *c, const struct draft *d, int relation, str *out, err *e)
{
    return draft_where(d, relation_of(d->set, relation)->name, c->a, out) || err_no_memory(e);
}

// ---- where a Thing is ----

static bool link_locations(struct creation *c, entity_id thing, const entity_id *locations, size_t count,
                           err *e)
{
    if (!store_unlink_all(c->tx, SET_THING, thing, THING_LOCATIONS, e)) return false;
    for (size_t i = 0; i < count; i++)
        if (!store_link(c->tx, SET_THING, thing, THING_LOCATIONS, locations[i], e)) return false;
    return true;
}

// Writes into the history where the Thing is now: a HistoricalLocation has at least one Location.
static bool note_move(struct creation *c, entity_id thing, err *e)
{
    entity_id history, *locations;
    size_t count;
    struct record r = {.set = SET_HISTORICAL_LOCATION};
    if (!store_related(store_tx_snapshot(c->tx), SET_THING, thing, THING_LOCATIONS, c->a, &locations, &count,
                       e))
        return false;
    if (count == 0) return true;
    r.properties[HISTORICAL_LOCATION_TIME] = value_instant(c->now);
    r.links[HISTORICAL_LOCATION_THING] = thing;
    if (!store_insert(c->tx, &r, &history, e)) return false;
    for (size_t i = 0; i < count; i++)
        if (!store_link(c->tx, SET_HISTORICAL_LOCATION, history, HISTORICAL_LOCATION_LOCATIONS, locations[i],
                        e))
            return false;
    return true;
}

// The Thing is now at these Locations and no others.
static bool move_thing(struct creation *c, entity_id thing, const entity_id *locations, size_t count, err *e)
{
    return link_locations(c, thing, locations, count, e) && note_move(c, thing, e);
}

// Whether the Thing has no other HistoricalLocation at or after `time`.
static bool is_newest(struct creation *c, entity_id thing, entity_id history, instant time, bool *out, err *e)
{
    struct expr key = {.kind = EXPR_PATH,
                       .type = TYPE_TIME,
                       .path = {.set = SET_HISTORICAL_LOCATION, .property = HISTORICAL_LOCATION_TIME}};
    struct query_order newest_first = {.key = &key, .is_descending = true};
    const struct query q = {.set = SET_HISTORICAL_LOCATION,
                            .has_parent = true,
                            .parent_set = SET_THING,
                            .parent_id = thing,
                            .relation = THING_HISTORICAL_LOCATIONS,
                            .orders = &newest_first,
                            .order_count = 1,
                            .top = 2,
                            .properties = 1u << HISTORICAL_LOCATION_TIME};
    struct cursor *cursor;
    struct record row;
    bool got, ok;
    *out = true;
    if (!store_query(store_tx_snapshot(c->tx), &q, &cursor, e)) return false;
    while ((ok = cursor_next(cursor, &row, &got, e)) && got) {
        if (row.id != history && row.properties[HISTORICAL_LOCATION_TIME].time.start >= time) *out = false;
    }
    cursor_close(cursor);
    return ok;
}

// A HistoricalLocation made by hand that is newer than all others says where the Thing is now.
static bool follow_history(struct creation *c, const struct draft *d, err *e)
{
    entity_id *locations;
    size_t count;
    bool newest;
    const entity_id thing = d->record->links[HISTORICAL_LOCATION_THING];
    const instant time = d->record->properties[HISTORICAL_LOCATION_TIME].time.start;
    if (!is_newest(c, thing, d->id, time, &newest, e)) return false;
    if (!newest) return true;
    return store_related(store_tx_snapshot(c->tx), SET_HISTORICAL_LOCATION, d->id,
                         HISTORICAL_LOCATION_LOCATIONS, c->a, &locations, &count, e) &&
           link_locations(c, thing, locations, count, e);
}

// ---- links between entities that are there ----

// Observations of one Datastream go to another, or get another FeatureOfInterest. Their ids hold their
// stream: one that changes it gets a new id.
static bool relink_observation(struct creation *c, entity_id id, int relation, entity_id target, err *e)
{
    struct observation o;
    if (!store_get_observation(store_tx_snapshot(c->tx), id, c->a, &o, e)) return false;
    if (relation == OBSERVATION_FEATURE_OF_INTEREST) {
        o.feature = target;
        return store_replace_observation(c->tx, &o, e);
    }
    if (o.stream == target) return true;
    o.stream = target;
    o.number = 0;
    return store_delete(c->tx, SET_OBSERVATION, id, e) && ingest_append(c->sta->ingest, c->tx, &o, c->now, e);
}

static bool relink(struct creation *c, entity_set set, entity_id id, int relation, entity_id target, err *e)
{
    struct record r = {.set = set, .id = id};
    if (set == SET_OBSERVATION) return relink_observation(c, id, relation, target, e);
    r.links[relation] = target;
    return store_update(c->tx, &r, 0, 1u << relation, e);
}

bool link_add(struct creation *c, entity_set set, entity_id id, int relation, entity_id target, err *e)
{
    const struct relation *rel = relation_of(set, relation);
    const struct relation *back = relation_of(rel->target, rel->inverse);
    if (!check_exists(c, rel->target, target, rel->name, e)) return false;
    if (!rel->is_many) return relink(c, set, id, relation, target, e);
    if (!back->is_many) return relink(c, rel->target, target, rel->inverse, id, e);
    if (!relation_owns_links(set, relation)) return link_add(c, rel->target, target, rel->inverse, id, e);
    if (set == SET_THING) return move_thing(c, id, &target, 1, e);
    if (set == SET_MULTI_DATASTREAM) {
        return err_set(
            e, ERR_RANGE, ERR_NOWHERE,
            "ObservedProperties: a MultiDatastream keeps as many as it has units; replace them all by PATCH");
    }
    return store_link(c->tx, set, id, relation, target, e);
}

bool link_remove(struct creation *c, entity_set set, entity_id id, int relation, entity_id target, err *e)
{
    const struct relation *rel = relation_of(set, relation);
    if (!rel->is_many || !relation_of(rel->target, rel->inverse)->is_many || set == SET_MULTI_DATASTREAM ||
        rel->target == SET_MULTI_DATASTREAM) {
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "%.*s: this link is mandatory; it can be changed, not removed", STR_ARG(rel->name));
    }
    if (!relation_owns_links(set, relation)) return link_remove(c, rel->target, target, rel->inverse, id, e);
    if (!store_unlink(c->tx, set, id, relation, target, e)) return false;
    return set != SET_THING || note_move(c, id, e);
}

// ---- making ----

// What a link leads to, made first when it is a draft.
static bool link_target(struct creation *c, struct draft *d, int relation, struct draft_link *link,
                        entity_id *out, err *e)
{
    str where;
    if (link->draft) {
        if (!draft_create(c, link->draft, e)) return false;
        *out = link->draft->id;
        return true;
    }
    *out = *link->id;
    if (!where_is(c, d, relation, &where, e)) return false;
    return check_exists(c, relation_of(d->set, relation)->target, *out, where, e);
}

// The path (or the entity around) and the body may both name it: then they must agree.
static bool link_agrees(struct creation *c, const struct draft *d, int relation, err *e)
{
    str where;
    const struct draft_link *first = d->links[relation], *second = first->next;
    if (!second || (!second->draft && *second->id == *first->id)) return true;
    if (!where_is(c, d, relation, &where, e)) return false;
    return err_set(e, ERR_RANGE, second->at, "%.*s: the body contradicts the entity that this one belongs to",
                   STR_ARG(where));
}

// Mask of the to-one relations that the draft names, their targets in `links`.
static bool make_to_one(struct creation *c, struct draft *d, entity_id links[ENTITY_RELATIONS_MAX],
                        uint32_t *named, err *e)
{
    const struct entity_schema *s = entity_schema_of(d->set);
    *named = 0;
    for (int i = 0; i < s->relation_count; i++) {
        if (s->relations[i].is_many || !d->links[i]) continue;
        if (!link_agrees(c, d, i, e) || !link_target(c, d, i, d->links[i], &links[i], e)) return false;
        *named |= 1u << i;
    }
    return true;
}

static size_t count_links(const struct draft_link *l)
{
    size_t n = 0;
    for (; l; l = l->next) n++;
    return n;
}

static bool make_locations(struct creation *c, struct draft *d, err *e)
{
    const size_t count = count_links(d->links[THING_LOCATIONS]);
    entity_id *ids = ARENA_ARRAY(c->a, count + 1, entity_id);
    size_t n = 0;
    if (!ids) return err_no_memory(e);
    for (struct draft_link *l = d->links[THING_LOCATIONS]; l; l = l->next)
        if (!link_target(c, d, THING_LOCATIONS, l, &ids[n++], e)) return false;
    return move_thing(c, d->id, ids, n, e);
}

// A draft in a to-many relation links back by itself, unless this side owns the links (see draft.c).
static bool make_one_of_many(struct creation *c, struct draft *d, int relation, struct draft_link *l, err *e)
{
    entity_id target;
    if (!link_target(c, d, relation, l, &target, e)) return false;
    if (relation_owns_links(d->set, relation)) return store_link(c->tx, d->set, d->id, relation, target, e);
    return l->draft || link_add(c, d->set, d->id, relation, target, e);
}

static bool make_to_many(struct creation *c, struct draft *d, err *e)
{
    const struct entity_schema *s = entity_schema_of(d->set);
    for (int i = 0; i < s->relation_count; i++) {
        if (!s->relations[i].is_many || !d->links[i]) continue;
        if (d->set == SET_THING && i == THING_LOCATIONS) {
            if (!make_locations(c, d, e)) return false;
            continue;
        }
        for (struct draft_link *l = d->links[i]; l; l = l->next)
            if (!make_one_of_many(c, d, i, l, e)) return false;
    }
    return true;
}

// ---- Observations ----

static bool check_kind(struct creation *c, entity_id stream, entity_set kind, err *e)
{
    const struct stream_info *info;
    bool is_reached;
    if (!store_stream_info(c->tx, stream, &info, e) ||
        !reach_stream(c->tx, c->who, stream, info, &is_reached, e))
        return false;
    return (info->kind == kind && is_reached) ||
           no_such(kind, stream, entity_schema_of(kind)->entity_name, e);
}

static bool set_links(struct creation *c, struct observation *o, const entity_id links[ENTITY_RELATIONS_MAX],
                      uint32_t named, err *e)
{
    if (named & 1u << OBSERVATION_FEATURE_OF_INTEREST) o->feature = links[OBSERVATION_FEATURE_OF_INTEREST];
    for (int i = OBSERVATION_DATASTREAM; i <= OBSERVATION_MULTI_DATASTREAM; i++) {
        if (!(named & 1u << i)) continue;
        o->stream = links[i];
        if (!check_kind(c, o->stream, relation_of(SET_OBSERVATION, i)->target, e)) return false;
    }
    return true;
}

static bool create_observation(struct creation *c, struct draft *d,
                               const entity_id links[ENTITY_RELATIONS_MAX], uint32_t named, err *e)
{
    struct observation *o = d->observation;
    if (!set_links(c, o, links, named, e)) return false;
    if (!ingest_append(c->sta->ingest, c->tx, o, c->now, e)) {
        return d->where.n ? err_within(e, "%.*s", STR_ARG(d->where)) : false;
    }
    d->id = OBSERVATION_ID(o->stream, o->number);
    return true;
}

bool draft_create(struct creation *c, struct draft *d, err *e)
{
    entity_id links[ENTITY_RELATIONS_MAX] = {0};
    uint32_t named;
    if (!make_to_one(c, d, links, &named, e)) return false;
    if (d->observation) return create_observation(c, d, links, named, e);
    for (int i = 0; i < ENTITY_RELATIONS_MAX; i++) d->record->links[i] = links[i];
    if (!store_insert(c->tx, d->record, &d->id, e) ||
        !reach_tell(c->tx, c->who, STR("entity.create"), d->set, d->id, (str){0}, c->now, e) ||
        !make_to_many(c, d, e))
        return false;
    return d->set != SET_HISTORICAL_LOCATION || follow_history(c, d, e);
}

// ---- updating ----

// The ObservedProperties of a MultiDatastream are replaced whole, in order, and only as long as it is empty.
static bool take_observed_properties(struct creation *c, struct draft *d, err *e)
{
    struct observation newest;
    err none;
    if (store_latest(store_tx_snapshot(c->tx), d->id, c->a, &newest, &none)) {
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "ObservedProperties: this MultiDatastream has Observations already");
    }
    return store_unlink_all(c->tx, d->set, d->id, MULTI_DATASTREAM_OBSERVED_PROPERTIES, e);
}

bool draft_update_links(struct creation *c, struct draft *d, uint32_t *to_one, err *e)
{
    entity_id links[ENTITY_RELATIONS_MAX] = {0};
    if (!make_to_one(c, d, links, to_one, e)) return false;
    if (d->observation) return set_links(c, d->observation, links, *to_one, e);
    for (int i = 0; i < ENTITY_RELATIONS_MAX; i++) d->record->links[i] = links[i];
    if (d->set == SET_MULTI_DATASTREAM && d->links[MULTI_DATASTREAM_OBSERVED_PROPERTIES] &&
        !take_observed_properties(c, d, e))
        return false;
    return make_to_many(c, d, e);
}
