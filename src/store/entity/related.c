// SPDX-License-Identifier: EUPL-1.2
#include "store/entity/entity.h"
#include "store/observations.h"
#include "store/sight.h"

// ---- Related entities
// ----------------------------------------------------------------------------------------------

static bool take_related(struct connection *c, entity_set set, int relation, sqlite3_stmt **st, err *e)
{
    const struct link l = link_of(set, relation);
    const str other = table_name(entity_schema_of(set)->relations[relation].target);
    switch (l.kind) {
    case LINK_HERE:  // joined, since the stream of an Observation is a Datastream or a MultiDatastream
        return entity_take(c, st, e,
                           "SELECT o.id FROM %.*s AS h JOIN %.*s AS o ON o.id = h.%.*s WHERE h.id = ?1",
                           STR_ARG(table_name(set)), STR_ARG(other), STR_ARG(l.here));
    case LINK_THERE:
        return entity_take(c, st, e, "SELECT id FROM %.*s WHERE %.*s = ?1 ORDER BY id", STR_ARG(other),
                           STR_ARG(l.there));
    case LINK_PAIRS: break;
    }
    return entity_take(c, st, e, "SELECT %.*s FROM %.*s WHERE %.*s = ?1 ORDER BY %.*s", STR_ARG(l.there),
                       STR_ARG(l.table), STR_ARG(l.here),
                       STR_ARG(l.is_ordered && l.is_owner ? STR("position") : l.there));
}

// All ids of the statement's first column; the array doubles in the arena.
static bool read_ids(struct connection *c, sqlite3_stmt *st, arena *a, entity_id **ids, size_t *count, err *e)
{
    size_t room = 8, n = 0;
    entity_id *list = ARENA_ARRAY(a, room, entity_id);
    bool got = true;
    while (list && sql_step(c, st, &got, e)) {
        if (!got) {
            *ids = list;
            *count = n;
            return true;
        }
        if (n == room) {
            entity_id *larger = ARENA_ARRAY(a, room * 2, entity_id);
            for (size_t i = 0; larger && i < n; i++) larger[i] = list[i];
            list = larger;
            room *= 2;
        }
        if (list) list[n++] = sqlite3_column_int64(st, 0);
    }
    return list ? false : err_no_memory(e);
}

static bool keep_shown(struct snapshot *at, entity_set set, entity_id *ids, size_t *count, err *e)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        bool is_shown;
        if (!sight_shows(at, set, ids[i], &is_shown, e)) return false;
        if (is_shown) ids[kept++] = ids[i];
    }
    *count = kept;
    return true;
}

bool store_related(struct snapshot *at, entity_set set, entity_id id, int relation, arena *a, entity_id **ids,
                   size_t *count, err *e)
{
    struct connection *c = snapshot_connection(at);
    sqlite3_stmt *st;
    if (!take_related(c, set, relation, &st, e)) return false;
    sqlite3_bind_int64(st, 1, id);
    const bool ok = read_ids(c, st, a, ids, count, e);
    sql_give(c, st);
    return ok && keep_shown(at, entity_schema_of(set)->relations[relation].target, *ids, count, e);
}

// ---- Delete
// ------------------------------------------------------------------------------------------------------

// What goes with an entity (OGC 18-088, section 10.4), besides Observations.
static const struct {
    entity_set set;
    int relation;
} cascades[] = {
    {SET_THING, THING_DATASTREAMS},
    {SET_THING, THING_MULTI_DATASTREAMS},
    {SET_THING, THING_HISTORICAL_LOCATIONS},
    {SET_LOCATION, LOCATION_HISTORICAL_LOCATIONS},
    {SET_SENSOR, SENSOR_DATASTREAMS},
    {SET_SENSOR, SENSOR_MULTI_DATASTREAMS},
    {SET_OBSERVED_PROPERTY, OBSERVED_PROPERTY_DATASTREAMS},
    {SET_OBSERVED_PROPERTY, OBSERVED_PROPERTY_MULTI_DATASTREAMS},
};

static bool delete_row(struct store_tx *tx, entity_set set, entity_id id, err *e);

static bool delete_related(struct store_tx *tx, entity_set set, entity_id id, int relation, err *e)
{
    entity_id *ids;
    size_t count;
    if (!store_related(store_tx_snapshot(tx), set, id, relation, tx_arena(tx), &ids, &count, e)) return false;
    const entity_set target = entity_schema_of(set)->relations[relation].target;
    for (size_t i = 0; i < count; i++)
        if (!delete_row(tx, target, ids[i], e)) return false;
    return true;
}

static bool delete_pairs(struct connection *c, entity_set set, entity_id id, int relation, err *e)
{
    const struct link l = link_of(set, relation);
    if (l.kind != LINK_PAIRS) return true;
    sqlite3_stmt *st;
    if (!entity_take(c, &st, e, "DELETE FROM %.*s WHERE %.*s = ?1", STR_ARG(l.table), STR_ARG(l.here)))
        return false;
    sqlite3_bind_int64(st, 1, id);
    return sql_finish(c, st, e);
}

static bool delete_observations(struct store_tx *tx, entity_set set, entity_id id, err *e)
{
    if (entity_is_stream(set)) return observations_delete_stream(tx, id, e);
    return set != SET_FEATURE_OF_INTEREST || observations_delete_feature(tx, id, e);
}

static bool delete_row(struct store_tx *tx, entity_set set, entity_id id, err *e)
{
    struct connection *c = tx_connection(tx);
    for (size_t i = 0; i < sizeof cascades / sizeof cascades[0]; i++)
        if (cascades[i].set == set && !delete_related(tx, set, id, cascades[i].relation, e)) return false;
    if (!delete_observations(tx, set, id, e)) return false;
    for (int i = 0; i < entity_schema_of(set)->relation_count; i++)
        if (!delete_pairs(c, set, id, i, e)) return false;
    sqlite3_stmt *st;
    if (!entity_take(c, &st, e, "DELETE FROM %.*s WHERE id = ?1", STR_ARG(table_name(set)))) return false;
    sqlite3_bind_int64(st, 1, id);
    return sql_finish(c, st, e) && tx_changed(tx, CHANGE_DELETED, set, id, NULL, e);
}

bool store_delete(struct store_tx *tx, entity_set set, entity_id id, err *e)
{
    if (set == SET_OBSERVATION) return observations_delete(tx, id, e);
    bool found;
    if (!entity_is_there(tx_connection(tx), set, id, &found, e)) return false;
    if (!found) return entity_absent(set, id, e);
    return tx_begin_sql(tx, e) && delete_row(tx, set, id, e);
}

// ---- Links kept as pairs
// ---------------------------------------------------------------------------------------------

static bool begin_pairs(struct store_tx *tx, entity_set set, entity_id id, int relation, struct link *l,
                        err *e)
{
    bool found;
    *l = link_of(set, relation);
    if (l->kind != LINK_PAIRS)
        return err_set(e, ERR_INTERNAL, ERR_NOWHERE, "%.*s is not a relation that is kept as links",
                       STR_ARG(entity_schema_of(set)->relations[relation].name));
    if (!entity_is_there(tx_connection(tx), set, id, &found, e)) return false;
    if (!found) return entity_absent(set, id, e);
    return tx_begin_sql(tx, e);
}

static bool finish_pairs(struct store_tx *tx, sqlite3_stmt *st, entity_id id, entity_id target, err *e)
{
    sqlite3_bind_int64(st, 1, id);
    if (target != 0) sqlite3_bind_int64(st, 2, target);
    if (!sql_finish(tx_connection(tx), st, e)) return false;
    tx_entities_changed(tx);
    return true;
}

bool store_link(struct store_tx *tx, entity_set set, entity_id id, int relation, entity_id target, err *e)
{
    struct connection *c = tx_connection(tx);
    struct link l;
    sqlite3_stmt *st;
    if (!begin_pairs(tx, set, id, relation, &l, e)) return false;
    if (!entity_need_target(c, &entity_schema_of(set)->relations[relation], target, e)) return false;
    // An ordered relation may hold the same target twice: two fields of a MultiDatastream can observe one
    // property.
    const bool ok = l.is_ordered
                        ? entity_take(c, &st, e,
                                      "INSERT INTO %.*s(%.*s, %.*s, position) SELECT ?1, ?2, "
                                      "coalesce(max(position) + 1, 0) FROM %.*s WHERE %.*s = ?%d",
                                      STR_ARG(l.table), STR_ARG(l.here), STR_ARG(l.there), STR_ARG(l.table),
                                      STR_ARG(l.is_owner ? l.here : l.there), l.is_owner ? 1 : 2)
                        : entity_take(c, &st, e,
                                      "INSERT INTO %.*s(%.*s, %.*s) VALUES(?1, ?2) ON CONFLICT DO NOTHING",
                                      STR_ARG(l.table), STR_ARG(l.here), STR_ARG(l.there));
    return ok && finish_pairs(tx, st, id, target, e);
}

bool store_unlink(struct store_tx *tx, entity_set set, entity_id id, int relation, entity_id target, err *e)
{
    struct link l;
    sqlite3_stmt *st;
    return begin_pairs(tx, set, id, relation, &l, e) &&
           entity_take(tx_connection(tx), &st, e, "DELETE FROM %.*s WHERE %.*s = ?1 AND %.*s = ?2",
                       STR_ARG(l.table), STR_ARG(l.here), STR_ARG(l.there)) &&
           finish_pairs(tx, st, id, target, e);
}

bool store_unlink_all(struct store_tx *tx, entity_set set, entity_id id, int relation, err *e)
{
    struct link l;
    sqlite3_stmt *st;
    return begin_pairs(tx, set, id, relation, &l, e) &&
           entity_take(tx_connection(tx), &st, e, "DELETE FROM %.*s WHERE %.*s = ?1", STR_ARG(l.table),
                       STR_ARG(l.here)) &&
           finish_pairs(tx, st, id, 0, e);
}
