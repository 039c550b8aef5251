// SPDX-License-Identifier: EUPL-1.2
// A filter as conditions joined with AND. Paths over to-many relations mean "there is such a related entity"; conditions that
// share such a path speak of the same one, so they go into one EXISTS together. Conditions on an Observation's Datastream or
// FeatureOfInterest choose streams first, for nobody should read all Observations to find those of a few streams.
#include "store/query/compile.h"

#include "store/entity/table.h"
#include "store/query/tree.h"

struct conjuncts {
    const struct expr **items;
    size_t count;
};

// ---- Splitting -------------------------------------------------------------------------------------------------------

static bool is_and(const struct expr *x)
{
    return x->kind == EXPR_CALL && x->function == OP_AND;
}

static size_t count_conjuncts(const struct expr *x)
{
    return is_and(x) ? count_conjuncts(x->args[0]) + count_conjuncts(x->args[1]) : 1;
}

static void gather(const struct expr *x, struct conjuncts *into)
{
    if (is_and(x)) {
        gather(x->args[0], into);
        gather(x->args[1], into);
    } else {
        into->items[into->count++] = x;
    }
}

static bool conjuncts_new(struct compiler *c, size_t room, struct conjuncts *out)
{
    *out = (struct conjuncts){.items = ARENA_ARRAY(c->a, room, const struct expr *)};
    return out->items || err_no_memory(c->e);
}

// ---- Looking at paths --------------------------------------------------------------------------------------------------

// The hops of a path up to its first to-many relation.
struct prefix {
    const int *hops;
    size_t count;
    struct prefix *next;
};

struct prefix_search {
    struct compiler *c;
    int variable;
    const struct scope *scope;
    struct prefix *found;
};

static bool add_prefix(const struct expr *x, void *context)
{
    struct prefix_search *search = context;
    const struct query_path *p = &x->path;
    if (x->kind == EXPR_ANY || p->variable != search->variable) return true;
    entity_set set = search->scope->base.set;
    for (size_t i = search->scope->walked; i < p->hop_count; i++) {
        const struct relation *r = &entity_schema_of(set)->relations[p->hops[i]];
        set = r->target;
        if (!r->is_many) continue;
        struct prefix *found = ARENA_NEW(search->c->a, struct prefix);
        if (!found) {
            search->c->no_memory = true;
            return false;
        }
        *found = (struct prefix){p->hops, i + 1, search->found};
        search->found = found;
        return true;
    }
    return true;
}

static bool same_prefix(const struct prefix *a, const struct prefix *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->hops[i] != b->hops[i]) return false;
    return true;
}

static bool share_prefix(const struct prefix *a, const struct prefix *b)
{
    for (; a; a = a->next)
        for (const struct prefix *p = b; p; p = p->next)
            if (same_prefix(a, p)) return true;
    return false;
}

// ---- One EXISTS per group ----------------------------------------------------------------------------------------------

static str join_of_group(struct compiler *c, const struct join *j)
{
    const struct link l = link_of(j->from.set, j->relation);
    const str table = table_name(j->to.set);
    const int from = j->from.alias, to = j->to.alias;
    const char *kind = j->to.may_be_absent ? "LEFT JOIN" : "JOIN";
    switch (l.kind) {
    case LINK_HERE:
        return sql_print(c, " %s %.*s AS t%d ON t%d.id = t%d.%.*s", kind, STR_ARG(table), to, to, from,
                         STR_ARG(l.here));
    case LINK_THERE:
        return sql_print(c, " %s %.*s AS t%d ON t%d.%.*s = t%d.id", kind, STR_ARG(table), to, to,
                         STR_ARG(l.there), from);
    case LINK_PAIRS: break;
    }
    return sql_print(c, " %s %.*s AS p%d ON p%d.%.*s = t%d.id %s %.*s AS t%d ON t%d.id = p%d.%.*s", kind,
                     STR_ARG(l.table), to, to, STR_ARG(l.here), from, kind, STR_ARG(table), to, to, to,
                     STR_ARG(l.there));
}

static str joins_of_group(struct compiler *c, const struct group *g)
{
    buf list = sql_list();
    for (const struct join *j = g->joins; j; j = j->next) sql_list_add(&list, "", join_of_group(c, j));
    return sql_list_end(c, &list);
}

// A conjunct with what it says about phen_start.
static bool add_conjunct(struct compiler *c, const struct expr *x, buf *list)
{
    str sql, bounds;
    if (!compile_condition(c, x, &sql) || !compile_bounds(c, x, &bounds)) return false;
    sql_list_add(list, " AND ", sql);
    buf_add(list, bounds);
    return true;
}

// Rows that are absent take part, so that `Datastreams/id eq null` finds Things without any; but where a condition cannot hold
// without the row, it is joined for good, and SQLite may seek with what the conditions say.
static void settle_joins(const struct group *g, int variable, const struct conjuncts *members)
{
    for (struct join *j = g->joins; j; j = j->next) {
        const struct way w = {variable, j->hops, j->hop_count};
        for (size_t i = 0; j->to.may_be_absent && i < members->count; i++)
            j->to.may_be_absent = !tree_fails_without(members->items[i], &w, true);
    }
}

static bool add_group(struct compiler *c, struct scope *s, int variable, const struct conjuncts *members,
                      buf *list)
{
    struct group g = {0};
    g.last_join = &g.joins;
    s->group = &g;
    buf conditions = sql_list();
    bool ok = true;
    for (size_t i = 0; ok && i < members->count; i++) ok = add_conjunct(c, members->items[i], &conditions);
    s->group = NULL;
    settle_joins(&g, variable, members);
    const str where = sql_list_end(c, &conditions);
    const str joins = joins_of_group(c, &g);
    sql_list_add(
        list, " AND ",
        sql_print(c, "EXISTS(SELECT 1 FROM (SELECT 1)%.*s WHERE %.*s)", STR_ARG(joins), STR_ARG(where)));
    return ok;
}

// Takes the first conjunct left and all that share a to-many path with it, directly or through others.
static bool take_group(struct compiler *c, struct prefix **prefixes, const struct expr **items, size_t count,
                       struct conjuncts *out)
{
    if (!conjuncts_new(c, count, out)) return false;
    struct prefix *shared = NULL;
    bool grew = true;
    while (grew) {
        grew = false;
        for (size_t i = 0; i < count; i++) {
            if (!items[i] || !prefixes[i] || (shared && !share_prefix(shared, prefixes[i]))) continue;
            out->items[out->count++] = items[i];
            items[i] = NULL;
            struct prefix *last = prefixes[i];
            while (last->next) last = last->next;
            last->next = shared;
            shared = prefixes[i];
            grew = true;
        }
    }
    return true;
}

// All conjuncts of one scope: the plain ones, then one EXISTS per group.
static bool add_conjuncts(struct compiler *c, struct scope *s, int variable, struct conjuncts all, buf *list)
{
    struct prefix **prefixes = ARENA_ARRAY(c->a, all.count + 1, struct prefix *);
    if (!prefixes) return err_no_memory(c->e);
    for (size_t i = 0; i < all.count; i++) {
        struct prefix_search search = {.c = c, .variable = variable, .scope = s};
        if (!tree_each_path(all.items[i], add_prefix, &search)) return err_no_memory(c->e);
        prefixes[i] = search.found;
        if (!prefixes[i] && !add_conjunct(c, all.items[i], list)) return false;
    }
    for (;;) {
        struct conjuncts members;
        if (!take_group(c, prefixes, all.items, all.count, &members)) return false;
        if (members.count == 0) return true;
        if (!add_group(c, s, variable, &members, list)) return false;
    }
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

// The relation of Observations that alone decides over the conjunct; -1: none.
static int deciding_relation(const struct expr *x, int variable)
{
    struct first_hop first = {.variable = variable, .relation = -1};
    if (!tree_each_path(x, goes_same_way, &first) || first.relation < 0) return -1;
    const struct way all_paths = {.variable = variable};
    return tree_fails_without(x, &all_paths, true) ? first.relation : -1;
}

// The ids of the related entities that satisfy the conjuncts: a SELECT that stands alone.
static bool select_related(struct compiler *c, int variable, int relation, struct conjuncts members, str *out)
{
    struct scope *outer = c->scopes[variable];
    struct scope s = {.base = source_new(c, entity_schema_of(SET_OBSERVATION)->relations[relation].target),
                      .walked = 1};
    s.last_join = &s.joins;
    c->scopes[variable] = &s;
    buf list = sql_list();
    const bool ok = add_conjuncts(c, &s, variable, members, &list);
    c->scopes[variable] = outer;
    const str where = sql_list_end(c, &list), joins = scope_joins(c, &s);
    *out = sql_print(c, "SELECT t%d.id FROM %.*s AS t%d%.*s WHERE %.*s", s.base.alias,
                     STR_ARG(table_name(s.base.set)), s.base.alias, STR_ARG(joins), STR_ARG(where));
    return ok;
}

static bool add_deciding(struct compiler *c, int variable, int relation, struct conjuncts members, buf *list)
{
    if (members.count == 0) return true;
    const int alias = c->scopes[variable]->base.alias;
    str related;
    if (!select_related(c, variable, relation, members, &related)) return false;
    if (relation == OBSERVATION_FEATURE_OF_INTEREST) {
        sql_list_add(
            list, " AND ",
            sql_print(c,
                      "t%d.stream IN (SELECT stream FROM stream_feature WHERE feature IN (%.*s)) AND "
                      "+t%d.feature IN (%.*s)",
                      alias, STR_ARG(related), alias, STR_ARG(related)));
    } else {
        sql_list_add(list, " AND ", sql_print(c, "t%d.stream IN (%.*s)", alias, STR_ARG(related)));
    }
    return true;
}

// Moves what the relation decides out of `all`.
static bool take_deciding(struct compiler *c, int variable, int relation, struct conjuncts *all,
                          struct conjuncts *out)
{
    if (!conjuncts_new(c, all->count + 1, out)) return false;
    size_t left = 0;
    for (size_t i = 0; i < all->count; i++) {
        const struct expr *x = all->items[i];
        if (deciding_relation(x, variable) == relation) {
            out->items[out->count++] = x;
        } else {
            all->items[left++] = x;
        }
    }
    all->count = left;
    return true;
}

static bool filter_observations(struct compiler *c, int variable, struct conjuncts all, buf *list,
                                bool *needs_rows)
{
    static const int deciding[] = {OBSERVATION_DATASTREAM, OBSERVATION_MULTI_DATASTREAM,
                                   OBSERVATION_FEATURE_OF_INTEREST};
    for (size_t r = 0; r < sizeof deciding / sizeof deciding[0]; r++) {
        struct conjuncts members;
        if (!take_deciding(c, variable, deciding[r], &all, &members)) return false;
        if (!add_deciding(c, variable, deciding[r], members, list)) return false;
        *needs_rows |= members.count > 0 && deciding[r] == OBSERVATION_FEATURE_OF_INTEREST;
    }
    *needs_rows |= all.count > 0;
    return add_conjuncts(c, c->scopes[variable], variable, all, list);
}

// ---- All -------------------------------------------------------------------------------------------------------------

bool compile_filter(struct compiler *c, const struct expr *x, struct filter *out)
{
    const int variable = c->scope_count - 1;
    struct scope *s = c->scopes[variable];
    struct conjuncts all;
    *out = (struct filter){0};
    if (!conjuncts_new(c, count_conjuncts(x), &all)) return false;
    gather(x, &all);
    buf list = sql_list();
    const bool ok = s->base.set == SET_OBSERVATION
                        ? filter_observations(c, variable, all, &list, &out->needs_rows)
                        : add_conjuncts(c, s, variable, all, &list);
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
