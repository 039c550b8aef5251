// SPDX-License-Identifier: EUPL-1.2
#include "store/entity/entity.h"
#include "store/observations.h"

#include <stdio.h>

#define SENTENCE_MAX 256

bool entity_counts(struct snapshot *at, int64_t counts[ENTITY_SET_COUNT], err *e)
{
    struct connection *c = snapshot_connection(at);
    for (int set = 0; set < ENTITY_SET_COUNT; set++) {
        if (set == SET_OBSERVATION) continue;
        sqlite3_stmt *st;
        bool got;
        if (!entity_take(c, &st, e, "SELECT count(*) FROM %.*s", STR_ARG(table_name((entity_set)set))))
            return false;
        const bool ok = sql_step(c, st, &got, e);
        if (ok) counts[set] = sqlite3_column_int64(st, 0);
        sql_give(c, st);
        if (!ok) return false;
    }
    return true;
}

struct check {
    struct connection *c;
    void (*found)(const char *sentence, void *context);
    void *context;
    int64_t *findings;
};

static void report(struct check *k, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void report(struct check *k, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    k->found(sentence, k->context);
    ++*k->findings;
}

// Gives the count and the first id of the rows that `st` selects (count(*), min(id)), and the statement back.
static bool count_faults(struct check *k, sqlite3_stmt *st, int64_t *count, entity_id *first, err *e)
{
    bool got;
    const bool ok = sql_step(k->c, st, &got, e);
    if (ok) *count = sqlite3_column_int64(st, 0);
    if (ok) *first = sqlite3_column_int64(st, 1);
    sql_give(k->c, st);
    return ok;
}

// Rows of `table` whose `column` names no entity of `target`.
static bool check_link(struct check *k, str table, str id_column, str column, entity_set target, err *e)
{
    sqlite3_stmt *st;
    int64_t count;
    entity_id first;
    if (!entity_take(k->c, &st, e,
                     "SELECT count(*), min(h.%.*s) FROM %.*s AS h WHERE h.%.*s IS NOT NULL AND NOT EXISTS "
                     "(SELECT 1 FROM %.*s AS o WHERE o.id = h.%.*s)",
                     STR_ARG(id_column), STR_ARG(table), STR_ARG(column), STR_ARG(table_name(target)),
                     STR_ARG(column)) ||
        !count_faults(k, st, &count, &first, e))
        return false;
    if (count > 0)
        report(k, "%lld rows of %.*s name a %.*s that does not exist; the first belongs to id %lld.",
               (long long)count, STR_ARG(table), STR_ARG(table_name(target)), (long long)first);
    return true;
}

static bool check_links(struct check *k, entity_set set, err *e)
{
    const struct entity_schema *s = entity_schema_of(set);
    for (int i = 0; i < s->relation_count; i++) {
        const struct link l = link_of(set, i);
        const entity_set target = s->relations[i].target;
        bool ok = true;
        if (l.kind == LINK_HERE) ok = check_link(k, table_name(set), STR("id"), l.here, target, e);
        if (l.kind == LINK_PAIRS) ok = check_link(k, l.table, l.here, l.there, target, e);
        if (!ok) return false;
    }
    return true;
}

static bool check_json(struct check *k, entity_set set, err *e)
{
    const struct entity_schema *s = entity_schema_of(set);
    for (int i = 0; i < s->property_count; i++) {
        const struct property *p = &s->properties[i];
        if (!column_of(set, i)->is_stored || (p->type != PROPERTY_JSON && p->type != PROPERTY_GEOMETRY))
            continue;
        sqlite3_stmt *st;
        int64_t count;
        entity_id first;
        if (!entity_take(k->c, &st, e,
                         "SELECT count(*), min(id) FROM %.*s WHERE json_valid(%.*s) = 0 AND %.*s IS NOT NULL",
                         STR_ARG(table_name(set)), STR_ARG(p->name), STR_ARG(p->name)) ||
            !count_faults(k, st, &count, &first, e))
            return false;
        if (count > 0)
            report(k, "%lld %.*s have %.*s that is not JSON; the first is id %lld.", (long long)count,
                   STR_ARG(s->set_name), STR_ARG(p->name), (long long)first);
    }
    return true;
}

// An id beyond its sequence would be given a second time.
static bool check_sequence(struct check *k, entity_set set, err *e)
{
    const str name = entity_sequence_name(set);
    sqlite3_stmt *st;
    int64_t count;
    entity_id first;
    if (!entity_take(k->c, &st, e,
                     "SELECT count(*), min(id) FROM %.*s WHERE id >= "
                     "coalesce((SELECT next FROM sequence WHERE name = '%.*s'), 1)",
                     STR_ARG(table_name(set)), STR_ARG(name)) ||
        !count_faults(k, st, &count, &first, e))
        return false;
    if (count > 0)
        report(k, "%lld %.*s have ids beyond the counter of ids; the first is id %lld.", (long long)count,
               STR_ARG(entity_schema_of(set)->set_name), (long long)first);
    return true;
}

bool entity_check(struct snapshot *at, void (*found)(const char *sentence, void *context), void *context,
                  int64_t *findings, err *e)
{
    struct check k = {snapshot_connection(at), found, context, findings};
    for (int set = 0; set < ENTITY_SET_COUNT; set++) {
        if (set == SET_OBSERVATION) continue;
        if (!check_links(&k, (entity_set)set, e) || !check_json(&k, (entity_set)set, e) ||
            !check_sequence(&k, (entity_set)set, e))
            return false;
    }
    return true;
}
