// SPDX-License-Identifier: EUPL-1.2
#include "store/entity/entity.h"

#include "base/json.h"
#include "store/observations.h"
#include "store/sight.h"

#include <stdio.h>

#define STATEMENT_MAX 1024
#define JSON_MAX ((size_t)256 * 1024 * 1024)  // the limit of a body stands far below; this one is a backstop
#define BIT(mask, i) (((mask) >> (i)) & 1u)

bool entity_take(struct connection *c, sqlite3_stmt **st, err *e, const char *format, ...)
{
    char text[STATEMENT_MAX];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text)
        return err_set(e, ERR_INTERNAL, ERR_NOWHERE, "a statement is too long");
    return sql_take(c, (str){text, (size_t)n}, st, e);
}

// ---- Is it there
// -------------------------------------------------------------------------------------------------

bool entity_is_there(struct connection *c, entity_set set, entity_id id, bool *out, err *e)
{
    sqlite3_stmt *st;
    if (!entity_take(c, &st, e, "SELECT 1 FROM %.*s WHERE id = ?1", STR_ARG(table_name(set)))) return false;
    sqlite3_bind_int64(st, 1, id);
    const bool ok = sql_step(c, st, out, e);
    sql_give(c, st);
    return ok;
}

bool entity_absent(entity_set set, entity_id id, err *e)
{
    return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no %.*s with id %lld",
                   STR_ARG(entity_schema_of(set)->entity_name), (long long)id);
}

bool store_exists(struct snapshot *at, entity_set set, entity_id id, err *e)
{
    bool found;
    if (!entity_is_there(snapshot_connection(at), set, id, &found, e)) return false;
    if (found && !sight_shows(at, set, id, &found, e)) return false;
    return found || entity_absent(set, id, e);
}

bool entity_need_target(struct connection *c, const struct relation *r, entity_id id, err *e)
{
    bool found;
    if (!entity_is_there(c, r->target, id, &found, e)) return false;
    if (found && c->at && !sight_shows(c->at, r->target, id, &found, e)) return false;
    return found || err_set(e, ERR_LINK, ERR_NOWHERE, "%.*s: there is no %.*s with id %lld", STR_ARG(r->name),
                            STR_ARG(entity_schema_of(r->target)->entity_name), (long long)id);
}

// ---- Ids
// ---------------------------------------------------------------------------------------------------------

str entity_sequence_name(entity_set set)
{
    return entity_schema_of(entity_is_stream(set) ? SET_DATASTREAM : set)->set_name;
}

// The id after the greatest ever given, or `wanted`; either way no later entity gets it again.
static bool next_id(struct connection *c, entity_set set, entity_id wanted, entity_id *out, err *e)
{
    const entity_id max = entity_is_stream(set) ? STREAM_ID_MAX : ENTITY_ID_MAX;
    if (wanted < 0 || wanted > max)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "an id of %.*s lies between 1 and %lld",
                       STR_ARG(entity_schema_of(set)->set_name), (long long)max);
    sqlite3_stmt *st;
    if (!sql_take(
            c,
            STR("INSERT INTO sequence(name, next) VALUES(?1, coalesce(?2, 1) + 1) ON CONFLICT DO UPDATE SET "
                "next = CASE WHEN ?2 IS NULL THEN next + 1 ELSE max(next, ?2 + 1) END RETURNING next - 1"),
            &st, e))
        return false;
    sql_bind_str(st, 1, entity_sequence_name(set));
    if (wanted > 0) sqlite3_bind_int64(st, 2, wanted);
    bool got;
    const bool ok = sql_step(c, st, &got, e);
    const entity_id given = ok && wanted == 0 ? sqlite3_column_int64(st, 0) : wanted;
    sql_give(c, st);
    if (!ok) return false;
    if (given > max)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "all %lld ids of %.*s are used up", (long long)max,
                       STR_ARG(entity_sequence_name(set)));
    *out = given;
    return true;
}

static bool id_is_free(struct connection *c, entity_set set, entity_id id, err *e)
{
    const entity_set sets[] = {set, set == SET_DATASTREAM ? SET_MULTI_DATASTREAM : SET_DATASTREAM};
    for (int i = 0; i < (entity_is_stream(set) ? 2 : 1); i++) {
        bool found;
        if (!entity_is_there(c, sets[i], id, &found, e)) return false;
        if (found)
            return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "there is already a %.*s with id %lld",
                           STR_ARG(entity_schema_of(sets[i])->entity_name), (long long)id);
    }
    return true;
}

// ---- Values
// ------------------------------------------------------------------------------------------------------

static bool bind_json(sqlite3_stmt *st, int at, const value *v, err *e)
{
    buf b = {.max = JSON_MAX};
    value_write_json(&b, v);
    const bool ok = !b.failed;
    if (ok) sqlite3_bind_text64(st, at, b.p, b.n, SQLITE_TRANSIENT, SQLITE_UTF8);
    buf_free(&b);
    return ok || err_no_memory(e);
}

static bool bind_property(sqlite3_stmt *st, int at, entity_set set, const struct property *p, const value *v,
                          err *e)
{
    const str entity = entity_schema_of(set)->entity_name;
    if (v->type == VALUE_NULL) {
        if (p->flags & PROPERTY_MANDATORY)
            return err_set(e, ERR_MISSING, ERR_NOWHERE, "a %.*s needs %.*s", STR_ARG(entity),
                           STR_ARG(p->name));
        sqlite3_bind_null(st, at);
        return true;
    }
    if (p->type == PROPERTY_JSON || p->type == PROPERTY_GEOMETRY) {
        if (v->type != VALUE_JSON) return bind_json(st, at, v, e);
        sql_bind_str(st, at, v->text);
        return true;
    }
    if (p->type == PROPERTY_TEXT && v->type == VALUE_TEXT) {
        sql_bind_str(st, at, v->text.p ? v->text : STR(""));
        return true;
    }
    if (p->type == PROPERTY_INSTANT && v->type == VALUE_TIME) {
        sql_bind_instant(st, at, v->time.start);
        return true;
    }
    return err_set(e, ERR_TYPE, ERR_NOWHERE, "%.*s of a %.*s must be %s", STR_ARG(p->name), STR_ARG(entity),
                   p->type == PROPERTY_TEXT ? "a text" : "an instant");
}

// Parameters from 2 on, in the order in which columns_changed names them.
static bool bind_columns(struct connection *c, sqlite3_stmt *st, const struct record *r, uint32_t properties,
                         uint32_t links, err *e)
{
    const struct entity_schema *s = entity_schema_of(r->set);
    int at = 2;
    for (int i = 0; i < s->property_count; i++)
        if (BIT(properties, i) && column_of(r->set, i)->is_stored &&
            !bind_property(st, at++, r->set, &s->properties[i], &r->properties[i], e))
            return false;
    for (int i = 0; i < s->relation_count; i++) {
        const struct relation *to = &s->relations[i];
        if (!BIT(links, i) || to->is_many) continue;
        if (r->links[i] == 0 && to->is_mandatory)
            return err_set(e, ERR_MISSING, ERR_NOWHERE, "a %.*s needs a %.*s", STR_ARG(s->entity_name),
                           STR_ARG(to->name));
        if (r->links[i] != 0 && !entity_need_target(c, to, r->links[i], e)) return false;
        if (r->links[i] != 0) sqlite3_bind_int64(st, at, r->links[i]);
        at++;
    }
    return true;
}

// The names of the columns, each followed by `after`; the first parameter is ?2.
static void add_columns(buf *b, entity_set set, uint32_t properties, uint32_t links, bool with_value)
{
    const struct entity_schema *s = entity_schema_of(set);
    int at = 2;
    for (int i = 0; i < s->property_count + s->relation_count; i++) {
        const bool is_property = i < s->property_count;
        const int k = is_property ? i : i - s->property_count;
        if (is_property ? !BIT(properties, k) || !column_of(set, k)->is_stored
                        : !BIT(links, k) || s->relations[k].is_many)
            continue;
        const str name = is_property ? s->properties[k].name : s->relations[k].name;
        buf_print(b, "%s%.*s", at > 2 ? ", " : "", STR_ARG(name));
        if (with_value) buf_print(b, " = ?%d", at);
        at++;
    }
}

// ---- What the observation side must know
// ---------------------------------------------------------------------------

static bool count_items(str array, uint32_t *out, err *e)
{
    json_reader r = json_reader_of(array, e);
    str raw;
    bool more;
    *out = 0;
    if (!json_enter(&r, '[')) return false;
    while (json_more(&r, '[', &more) && more) {
        if (!json_skip(&r, &raw)) return false;
        ++*out;
    }
    return !r.failed;
}

static bool read_stream(struct connection *c, entity_set set, entity_id id, entity_id *thing,
                        uint32_t *field_count, err *e)
{
    sqlite3_stmt *st;
    if (!entity_take(c, &st, e, "SELECT Thing, %s FROM %.*s WHERE id = ?1",
                     set == SET_MULTI_DATASTREAM ? "multiObservationDataTypes" : "'[]'",
                     STR_ARG(table_name(set))))
        return false;
    sqlite3_bind_int64(st, 1, id);
    bool got;
    const bool ok = sql_step(c, st, &got, e) && (got || entity_absent(set, id, e)) &&
                    count_items(sql_column_str(st, 1), field_count, e);
    if (ok) *thing = sqlite3_column_int64(st, 0);
    sql_give(c, st);
    return ok;
}

static bool add_stream(struct store_tx *tx, entity_set set, entity_id id, err *e)
{
    entity_id thing;
    uint32_t field_count;
    return read_stream(tx_connection(tx), set, id, &thing, &field_count, e) &&
           observations_add_stream(tx, id, set, thing, field_count, e);
}

static bool set_stream(struct store_tx *tx, entity_set set, entity_id id, err *e)
{
    entity_id thing;
    uint32_t field_count;
    return read_stream(tx_connection(tx), set, id, &thing, &field_count, e) &&
           observations_set_stream(tx, id, thing, field_count, e);
}

// ---- Insert, update
// ------------------------------------------------------------------------------------------------

static bool no_observations(entity_set set, err *e)
{
    return set != SET_OBSERVATION ||
           err_set(e, ERR_INTERNAL, ERR_NOWHERE,
                   "Observations are written by store_append and store_replace_observation");
}

static bool insert_row(struct connection *c, const struct record *r, entity_id id, err *e)
{
    buf b = {.max = STATEMENT_MAX};
    buf_print(&b, "INSERT INTO %.*s(", STR_ARG(table_name(r->set)));
    add_columns(&b, r->set, UINT32_MAX, UINT32_MAX, false);
    BUF_LIT(&b, ", id) VALUES(");
    const struct entity_schema *s = entity_schema_of(r->set);
    int at = 2;
    for (int i = 0; i < s->property_count; i++)
        if (column_of(r->set, i)->is_stored) buf_print(&b, "?%d, ", at++);
    for (int i = 0; i < s->relation_count; i++)
        if (!s->relations[i].is_many) buf_print(&b, "?%d, ", at++);
    BUF_LIT(&b, "?1)");
    sqlite3_stmt *st = NULL;
    bool ok = b.failed ? err_no_memory(e) : sql_take(c, buf_str(&b), &st, e);
    buf_free(&b);
    if (!ok) return false;
    sqlite3_bind_int64(st, 1, id);
    if (bind_columns(c, st, r, UINT32_MAX, UINT32_MAX, e)) return sql_finish(c, st, e);
    sql_give(c, st);
    return false;
}

bool store_insert(struct store_tx *tx, const struct record *r, entity_id *id, err *e)
{
    struct connection *c = tx_connection(tx);
    entity_id given = 0;
    if (!no_observations(r->set, e) || !tx_begin_sql(tx, e)) return false;
    if (r->id != 0 && !id_is_free(c, r->set, r->id, e)) return false;
    if (!next_id(c, r->set, r->id, &given, e) || !insert_row(c, r, given, e)) return false;
    if (entity_is_stream(r->set) && !add_stream(tx, r->set, given, e)) return false;
    *id = given;
    return tx_changed(tx, CHANGE_CREATED, r->set, given, NULL, e);
}

// False when nothing that has a column is named.
static bool names_columns(entity_set set, uint32_t properties, uint32_t links)
{
    const struct entity_schema *s = entity_schema_of(set);
    for (int i = 0; i < s->property_count; i++)
        if (BIT(properties, i) && column_of(set, i)->is_stored) return true;
    for (int i = 0; i < s->relation_count; i++)
        if (BIT(links, i) && !s->relations[i].is_many) return true;
    return false;
}

static bool update_row(struct connection *c, const struct record *r, uint32_t properties, uint32_t links,
                       err *e)
{
    buf b = {.max = STATEMENT_MAX};
    buf_print(&b, "UPDATE %.*s SET ", STR_ARG(table_name(r->set)));
    add_columns(&b, r->set, properties, links, true);
    BUF_LIT(&b, " WHERE id = ?1");
    sqlite3_stmt *st = NULL;
    const bool ok = b.failed ? err_no_memory(e) : sql_take(c, buf_str(&b), &st, e);
    buf_free(&b);
    if (!ok) return false;
    sqlite3_bind_int64(st, 1, r->id);
    if (bind_columns(c, st, r, properties, links, e)) return sql_finish(c, st, e);
    sql_give(c, st);
    return false;
}

bool store_update(struct store_tx *tx, const struct record *r, uint32_t properties, uint32_t links, err *e)
{
    struct connection *c = tx_connection(tx);
    bool found;
    if (!no_observations(r->set, e) || !entity_is_there(c, r->set, r->id, &found, e)) return false;
    if (!found) return entity_absent(r->set, r->id, e);
    if (!names_columns(r->set, properties, links)) return true;
    if (!tx_begin_sql(tx, e) || !update_row(c, r, properties, links, e)) return false;
    if (entity_is_stream(r->set) && !set_stream(tx, r->set, r->id, e)) return false;
    return tx_changed(tx, CHANGE_UPDATED, r->set, r->id, NULL, e);
}
