// SPDX-License-Identifier: EUPL-1.2
// A filter as conditions joined with AND. Paths over to-many relations mean "there is such a related entity"; conditions that
// share such a path speak of the same one, so they go into one EXISTS together. Conditions on an Observation's Datastream or
// FeatureOfInterest choose streams first, for nobody should read all Observations to find those of a few streams.
#include "store/query/cluster.h"

#include "store/entity/table.h"
#include "store/query/tree.h"

// ---- One EXISTS per cluster --------------------------------------------------------------------------------------------

// How a joined row is found: `tie` says which rows of `tables` belong to the row it comes from.
struct joined {
    str tables, tie, rest;
};

static struct joined joined_by(struct compiler *c, const struct join *j, const char *kind)
{
    const struct link l = link_of(j->from.set, j->relation);
    const str table = table_name(j->to.set);
    const int from = j->from.alias, to = j->to.alias;
    struct joined out = {.tables = sql_print(c, "%.*s AS t%d", STR_ARG(table), to)};
    str shown;  // a pair that is hidden must be no row at all, not one without its other half
    switch (l.kind) {
    case LINK_HERE: out.tie = sql_print(c, "t%d.id = t%d.%.*s", to, from, STR_ARG(l.here)); break;
    case LINK_THERE:
        shown = sql_shown(c, j->to.set, sql_print(c, "t%d.id", to));
        out.tie = sql_print(c, "t%d.%.*s = t%d.id%.*s", to, STR_ARG(l.there), from, STR_ARG(shown));
        break;
    case LINK_PAIRS:
        shown = sql_shown(c, j->to.set, sql_print(c, "p%d.%.*s", to, STR_ARG(l.there)));
        out.rest = sql_print(c, " %s %.*s ON t%d.id = p%d.%.*s", kind, STR_ARG(out.tables), to, to,
                             STR_ARG(l.there));
        out.tables = sql_print(c, "%.*s AS p%d", STR_ARG(l.table), to);
        out.tie = sql_print(c, "p%d.%.*s = t%d.id%.*s", to, STR_ARG(l.here), from, STR_ARG(shown));
        break;
    }
    return out;
}

static str joins_from(struct compiler *c, const struct join *first)
{
    buf list = sql_list();
    for (const struct join *j = first; j; j = j->next) {
        const char *kind = j->to.may_be_absent ? "LEFT JOIN" : "JOIN";
        const struct joined by = joined_by(c, j, kind);
        sql_list_add(&list, "",
                     sql_print(c, " %s %.*s ON %.*s%.*s", kind, STR_ARG(by.tables), STR_ARG(by.tie),
                               STR_ARG(by.rest)));
    }
    return sql_list_end(c, &list);
}

static str joins_of_group(struct compiler *c, const struct group *g)
{
    return joins_from(c, g->joins);
}

// The first table is not joined to anything, so that SQLite may walk it in the order that is asked for.
str group_rows(struct compiler *c, const struct group *g)
{
    const struct joined by = joined_by(c, g->joins, "JOIN");
    const str others = joins_from(c, g->joins->next);
    return sql_print(c, " FROM %.*s%.*s%.*s WHERE %.*s", STR_ARG(by.tables), STR_ARG(by.rest),
                     STR_ARG(others), STR_ARG(by.tie));
}

// A condition with what it says about phen_start.
static bool add_condition(struct compiler *c, const struct expr *x, buf *list)
{
    str sql, bounds;
    if (!compile_condition(c, x, &sql) || !compile_bounds(c, x, &bounds)) return false;
    sql_list_add(list, " AND ", sql);
    buf_add(list, bounds);
    return true;
}

// Rows that are absent take part, so that `Datastreams/id eq null` finds Things without any; but where a condition cannot hold
// without the row, it is joined for good, and SQLite may seek with what the conditions say.
static void settle_joins(const struct group *g, int variable, const struct cluster *k)
{
    for (struct join *j = g->joins; j; j = j->next) {
        const struct way w = {variable, j->hops, j->hop_count};
        for (size_t i = 0; j->to.may_be_absent && i < k->count; i++)
            j->to.may_be_absent = !tree_fails_without(k->conditions[i], &w, true);
    }
}

static bool add_exists(struct compiler *c, struct scope *s, int variable, const struct cluster *k, buf *list)
{
    struct group g = {0};
    g.last_join = &g.joins;
    s->group = &g;
    buf conditions = sql_list();
    bool ok = true;
    for (size_t i = 0; ok && i < k->count; i++) ok = add_condition(c, k->conditions[i], &conditions);
    s->group = NULL;
    settle_joins(&g, variable, k);
    const str where = sql_list_end(c, &conditions), joins = joins_of_group(c, &g);
    sql_list_add(
        list, " AND ",
        sql_print(c, "EXISTS(SELECT 1 FROM (SELECT 1)%.*s WHERE %.*s)", STR_ARG(joins), STR_ARG(where)));
    return ok;
}

static bool add_cluster(struct compiler *c, int variable, const struct cluster *k, buf *list)
{
    if (k->is_to_many) return add_exists(c, c->scopes[variable], variable, k, list);
    return add_condition(c, k->conditions[0], list);
}

// ---- Conditions on the stream or the FeatureOfInterest of Observations -------------------------------------------------------

struct first_hop {
    int variable;
    int relation;  // -1: none seen yet
};

static bool goes_same_way(const struct expr *x, void *context)
{
    struct first_hop *first = context;
    const struct query_path *p = &x->path;
    if (p->variable > first->variable) return true;  // of an any() inside
    if (p->variable < first->variable || p->hop_count == 0) return false;
    if (first->relation >= 0 && first->relation != p->hops[0]) return false;
    first->relation = p->hops[0];
    return true;
}

// The relation of Observations that alone decides over the condition; -1: none.
static int decides_condition(const struct expr *x, int variable)
{
    struct first_hop first = {.variable = variable, .relation = -1};
    if (!tree_each_path(x, goes_same_way, &first) || first.relation < 0) return -1;
    const struct way all_paths = {.variable = variable};
    return tree_fails_without(x, &all_paths, true) ? first.relation : -1;
}

// All of a cluster or none of it: its conditions must not be torn apart.
static int decides_cluster(const struct cluster *k, int variable)
{
    const int relation = decides_condition(k->conditions[0], variable);
    for (size_t i = 1; i < k->count; i++)
        if (decides_condition(k->conditions[i], variable) != relation) return -1;
    return relation;
}

struct clusters {
    const struct cluster *items;
    const int *decided_by;  // a relation of Observations, or -1
    size_t count;
};

// The ids of the related entities that satisfy what the relation decides: a SELECT that stands alone. *found: there is such.
static bool select_related(struct compiler *c, int variable, int relation, const struct clusters *all,
                           bool *found, str *out)
{
    struct scope *outer = c->scopes[variable];
    struct scope s = {.base = source_new(c, entity_schema_of(SET_OBSERVATION)->relations[relation].target),
                      .walked = 1};
    s.last_join = &s.joins;
    c->scopes[variable] = &s;
    buf list = sql_list();
    bool ok = true;
    for (size_t i = 0; ok && i < all->count; i++)
        if (all->decided_by[i] == relation) ok = add_cluster(c, variable, &all->items[i], &list);
    c->scopes[variable] = outer;
    *found = list.n > 0;
    const str where = sql_list_end(c, &list), joins = scope_joins(c, &s);
    *out = sql_print(c, "SELECT t%d.id FROM %.*s AS t%d%.*s WHERE %.*s", s.base.alias,
                     STR_ARG(table_name(s.base.set)), s.base.alias, STR_ARG(joins), STR_ARG(where));
    return ok;
}

static bool add_decided(struct compiler *c, int variable, int relation, const struct clusters *all, buf *list,
                        bool *needs_rows)
{
    const int alias = c->scopes[variable]->base.alias;
    str related = {0};
    bool found = false;
    if (!select_related(c, variable, relation, all, &found, &related)) return false;
    if (!found) return true;
    if (relation != OBSERVATION_FEATURE_OF_INTEREST) {
        sql_list_add(list, " AND ", sql_print(c, "t%d.stream IN (%.*s)", alias, STR_ARG(related)));
        return true;
    }
    *needs_rows = true;
    sql_list_add(list, " AND ",
                 sql_print(c,
                           "t%d.stream IN (SELECT stream FROM stream_feature WHERE feature IN (%.*s)) AND "
                           "+t%d.feature IN (%.*s)",
                           alias, STR_ARG(related), alias, STR_ARG(related)));
    return true;
}

// ---- All -------------------------------------------------------------------------------------------------------------

static bool add_clusters(struct compiler *c, int variable, const struct clusters *all, buf *list,
                         bool *needs_rows)
{
    static const int deciding[] = {OBSERVATION_DATASTREAM, OBSERVATION_MULTI_DATASTREAM,
                                   OBSERVATION_FEATURE_OF_INTEREST};
    for (size_t r = 0; r < sizeof deciding / sizeof deciding[0]; r++)
        if (c->scopes[variable]->base.set == SET_OBSERVATION &&
            !add_decided(c, variable, deciding[r], all, list, needs_rows))
            return false;
    for (size_t i = 0; i < all->count; i++) {
        if (all->decided_by[i] >= 0) continue;
        *needs_rows = true;
        if (!add_cluster(c, variable, &all->items[i], list)) return false;
    }
    return true;
}

bool compile_filter(struct compiler *c, const struct expr *x, struct filter *out)
{
    const int variable = c->scope_count - 1;
    const struct scope *s = c->scopes[variable];
    struct cluster *items;
    size_t count;
    *out = (struct filter){0};
    if (!clusters_of(x, s, variable, c->a, &items, &count, c->e)) return false;
    int *decided_by = ARENA_ARRAY(c->a, count, int);
    if (!decided_by) return err_no_memory(c->e);
    for (size_t i = 0; i < count; i++)
        decided_by[i] = s->base.set == SET_OBSERVATION ? decides_cluster(&items[i], variable) : -1;
    const struct clusters all = {items, decided_by, count};
    buf list = sql_list();
    const bool ok = add_clusters(c, variable, &all, &list, &out->needs_rows);
    out->sql = sql_list_end(c, &list);
    return ok;
}

// The way to the variable's entity; all of it lies inside the EXISTS, whatever relations it takes.
static bool walk_to_variable(struct compiler *c, const struct expr *x, struct group *way, struct source *at)
{
    const struct query_path *p = &x->path;
    const struct scope *s = c->scopes[p->variable];
    *at = s->base;
    for (size_t i = s->walked; i < p->hop_count; i++) {
        struct join *j = ARENA_NEW(c->a, struct join);
        if (!j) return err_no_memory(c->e);
        *j = (struct join){.from = *at, .relation = p->hops[i]};
        j->to = source_new(c, entity_schema_of(at->set)->relations[p->hops[i]].target);
        *way->last_join = j;
        way->last_join = &j->next;
        *at = j->to;
    }
    return true;
}

bool compile_any(struct compiler *c, const struct expr *x, struct term *out)
{
    struct group way = {0};
    way.last_join = &way.joins;
    struct source at;
    *out = (struct term){.type = TYPE_BOOL};
    if (c->scope_count == SCOPES_MAX)
        return compile_fail(c, x, ERR_RANGE, "too many any() inside each other");
    if (!walk_to_variable(c, x, &way, &at)) return false;

    struct scope s;
    struct filter filter = {.sql = STR("1")};
    scope_open(c, &s, at, 0);
    const bool ok = x->arg_count == 0 || compile_filter(c, x->args[0], &filter);
    scope_close(c);
    const str chain = joins_of_group(c, &way), joins = scope_joins(c, &s);
    out->sql = sql_print(c, "EXISTS(SELECT 1 FROM (SELECT 1)%.*s%.*s WHERE %.*s)", STR_ARG(chain),
                         STR_ARG(joins), STR_ARG(filter.sql));
    return ok;
}
