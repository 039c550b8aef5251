// SPDX-License-Identifier: EUPL-1.2
#include "store/entity/record.h"

#include "store/sight.h"

#include "store/entity/entity.h"

#define STATEMENT_MAX 4096
#define ALL UINT32_MAX

static bool has(uint32_t mask, int i)
{
    return (mask >> i) & 1u;
}

void record_add_join(buf *b, entity_set set, uint32_t properties, int alias)
{
    for (int i = 0; i < entity_schema_of(set)->property_count; i++) {
        if (!has(properties, i) || !column_of(set, i)->extent[0]) continue;
        buf_print(b, " LEFT JOIN stream_extent AS x%d ON x%d.stream = t%d.id", alias, alias, alias);
        return;
    }
}

static void add_property_sql(buf *b, const struct sight *sight, entity_set set, int property, int alias)
{
    const struct column *c = column_of(set, property);
    for (int part = 0; part < c->part_count; part++) {
        BUF_LIT(b, ", ");
        if (c->extent[0]) {
            column_add_extent_sql(b, c, part, alias);
        } else {
            column_add_sql(b, sight, set, property, part, alias);
        }
    }
}

int record_add_sql(buf *b, const struct sight *sight, entity_set set, uint32_t properties, uint32_t links,
                   int alias)
{
    const struct entity_schema *s = entity_schema_of(set);
    int count = 1;
    buf_print(b, ", t%d.id", alias);
    for (int i = 0; i < s->property_count; i++) {
        if (!has(properties, i)) continue;
        add_property_sql(b, sight, set, i, alias);
        count += column_of(set, i)->part_count;
    }
    for (int i = 0; i < s->relation_count; i++) {
        if (!has(links, i) || s->relations[i].is_many) continue;
        BUF_LIT(b, ", ");
        link_add_sql(b, set, i, alias);
        count++;
    }
    return count;
}

bool record_read(sqlite3_stmt *st, int at, entity_set set, uint32_t properties, uint32_t links, arena *a,
                 struct record *out, err *e)
{
    const struct entity_schema *s = entity_schema_of(set);
    *out = (struct record){.set = set, .id = sqlite3_column_int64(st, at++)};
    for (int i = 0; i < s->property_count; i++) {
        if (!has(properties, i)) continue;
        const struct column *c = column_of(set, i);
        if (!column_read(st, at, c, a, &out->properties[i], e)) return false;
        at += c->part_count;
    }
    for (int i = 0; i < s->relation_count; i++)
        if (has(links, i) && !s->relations[i].is_many) out->links[i] = sqlite3_column_int64(st, at++);
    return true;
}

static bool keep_texts(struct record *r, arena *a, err *e)
{
    for (int i = 0; i < entity_schema_of(r->set)->property_count; i++) {
        str *text = &r->properties[i].text;
        if (text->p && !arena_copy(a, *text, text)) return err_no_memory(e);
    }
    return true;
}

bool store_get(struct snapshot *at, entity_set set, entity_id id, arena *a, struct record *out, err *e)
{
    bool is_shown;
    if (!sight_shows(at, set, id, &is_shown, e)) return false;
    if (!is_shown) return entity_absent(set, id, e);
    buf b = {.max = STATEMENT_MAX};
    BUF_LIT(&b, "SELECT 1");
    record_add_sql(&b, at->sight, set, ALL, ALL, 0);
    buf_print(&b, " FROM %.*s AS t0", STR_ARG(table_name(set)));
    record_add_join(&b, set, ALL, 0);
    BUF_LIT(&b, " WHERE t0.id = ?1");

    struct connection *c = snapshot_connection(at);
    sqlite3_stmt *st = NULL;
    bool ok = b.failed ? err_no_memory(e) : sql_take(c, buf_str(&b), &st, e);
    buf_free(&b);
    if (!ok) return false;
    sqlite3_bind_int64(st, 1, id);
    bool got;
    struct record r;
    ok = sql_step(c, st, &got, e) && (got || entity_absent(set, id, e)) &&
         record_read(st, 1, set, ALL, ALL, a, &r, e) && keep_texts(&r, a, e);
    sql_give(c, st);
    if (ok) *out = r;
    return ok;
}
