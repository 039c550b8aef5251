// SPDX-License-Identifier: EUPL-1.2
#include "store/query/cluster.h"

#include "store/query/tree.h"

// The hops of a path up to its first to-many relation.
struct prefix {
    const int *hops;
    size_t count;
    struct prefix *next;
};

struct condition {
    const struct expr *x;
    struct prefix *prefixes;
    size_t cluster;  // index of its first condition
};

// ---- Conditions ------------------------------------------------------------------------------------------------------

static bool is_and(const struct expr *x)
{
    return x->kind == EXPR_CALL && x->function == OP_AND;
}

static size_t count_conditions(const struct expr *x)
{
    return is_and(x) ? count_conditions(x->args[0]) + count_conditions(x->args[1]) : 1;
}

static struct condition *gather(const struct expr *x, struct condition *next)
{
    if (is_and(x)) return gather(x->args[1], gather(x->args[0], next));
    next->x = x;
    return next + 1;
}

// ---- Their to-many paths -----------------------------------------------------------------------------------------------

struct search {
    const struct scope *scope;
    int variable;
    arena *a;
    struct prefix *found;
};

// A path of any() does not count: it goes its own way.
static bool add_prefix(const struct expr *x, void *context)
{
    struct search *search = context;
    const struct query_path *p = &x->path;
    if (x->kind == EXPR_ANY || p->variable != search->variable) return true;
    entity_set set = search->scope->base.set;
    for (size_t i = search->scope->walked; i < p->hop_count; i++) {
        const struct relation *r = &entity_schema_of(set)->relations[p->hops[i]];
        set = r->target;
        if (!r->is_many) continue;
        struct prefix *found = ARENA_NEW(search->a, struct prefix);
        if (!found) return false;
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

// ---- Clusters --------------------------------------------------------------------------------------------------------

// The cluster of the later condition becomes that of the earlier one.
static void unite(struct condition *all, size_t count, size_t earlier, size_t later)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].cluster == later) all[i].cluster = earlier;
}

static void find_clusters(struct condition *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        all[i].cluster = i;
        for (size_t k = 0; k < i; k++) {
            const size_t one = all[k].cluster, other = all[i].cluster;
            if (one == other || !share_prefix(all[k].prefixes, all[i].prefixes)) continue;
            unite(all, i + 1, one < other ? one : other, one < other ? other : one);
        }
    }
}

static bool make_cluster(const struct condition *all, size_t count, size_t first, arena *a,
                         struct cluster *out)
{
    *out = (struct cluster){.conditions = ARENA_ARRAY(a, count - first, const struct expr *),
                            .is_to_many = all[first].prefixes != NULL};
    for (size_t i = first; out->conditions && i < count; i++)
        if (all[i].cluster == first) out->conditions[out->count++] = all[i].x;
    return out->conditions != NULL;
}

bool clusters_of(const struct expr *x, const struct scope *s, int variable, arena *a, struct cluster **out,
                 size_t *count, err *e)
{
    const size_t n = count_conditions(x);
    struct condition *all = ARENA_ARRAY(a, n, struct condition);
    struct cluster *clusters = ARENA_ARRAY(a, n, struct cluster);
    if (!all || !clusters) return err_no_memory(e);
    gather(x, all);
    for (size_t i = 0; i < n; i++) {
        struct search search = {.scope = s, .variable = variable, .a = a};
        if (!tree_each_path(all[i].x, add_prefix, &search)) return err_no_memory(e);
        all[i].prefixes = search.found;
    }
    find_clusters(all, n);
    *count = 0;
    for (size_t i = 0; i < n; i++)
        if (all[i].cluster == i && !make_cluster(all, n, i, a, &clusters[(*count)++]))
            return err_no_memory(e);
    *out = clusters;
    return true;
}
