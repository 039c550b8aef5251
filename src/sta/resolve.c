// SPDX-License-Identifier: EUPL-1.2
#include "sta/path.h"

static bool absent(entity_set set, entity_id id, err *e)
{
    if (id == 0)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no such %.*s",
                       STR_ARG(entity_schema_of(set)->entity_name));
    return err_set(e, ERR_ABSENT, ERR_NOWHERE, "%.*s(%lld) does not exist",
                   STR_ARG(entity_schema_of(set)->set_name), (long long)id);
}

// The store's own ERR_ABSENT and ERR_GONE are good enough; every other fault is passed on too.
static bool need_entity(struct snapshot *at, entity_set set, entity_id id, err *e)
{
    return id == 0 ? absent(set, id, e) : store_exists(at, set, id, e);
}

static bool unrelated(const struct sta_target *t, err *e)
{
    const struct entity_schema *s = entity_schema_of(t->parent_set);
    return err_set(e, ERR_ABSENT, ERR_NOWHERE, "%.*s(%lld) has no %.*s(%lld)", STR_ARG(s->set_name),
                   (long long)t->parent_id, STR_ARG(s->relations[t->relation].name), (long long)t->id);
}

// Over a relation that is to-one on the way back, the entity itself knows.
static bool is_parent_in_record(const struct sta_target *t, int inverse, struct snapshot *at, arena *a,
                                bool *out, err *e)
{
    struct record r;
    if (!store_get(at, t->set, t->id, a, &r, e)) return false;
    *out = r.links[inverse] == t->parent_id;
    return true;
}

static bool is_among_related(const struct sta_target *t, struct snapshot *at, bool *out, err *e)
{
    const struct query q = {.set = t->set,
                            .has_parent = true,
                            .parent_set = t->parent_set,
                            .parent_id = t->parent_id,
                            .relation = t->relation,
                            .id = t->id,
                            .top = 1};
    struct cursor *c;
    if (!store_query(at, &q, &c, e)) return false;
    struct record row;
    const bool read = cursor_next(c, &row, out, e);
    cursor_close(c);
    return read;
}

static bool need_related(const struct sta_target *t, struct snapshot *at, arena *a, err *e)
{
    if (!need_entity(at, t->set, t->id, e)) return false;
    const int inverse = entity_schema_of(t->parent_set)->relations[t->relation].inverse;
    const bool way_back_is_one = !entity_schema_of(t->set)->relations[inverse].is_many;
    bool is_related;
    const bool asked = way_back_is_one ? is_parent_in_record(t, inverse, at, a, &is_related, e)
                                       : is_among_related(t, at, &is_related, e);
    return asked && (is_related || unrelated(t, e));
}

static bool follow_one(struct sta_target *t, struct snapshot *at, arena *a, err *e)
{
    struct record parent;
    if (!store_get(at, t->parent_set, t->parent_id, a, &parent, e)) return false;
    t->id = parent.links[t->relation];
    return t->id != 0 || absent(t->set, 0, e);
}

static bool follow(const struct sta_hop *hop, struct sta_target *t, struct snapshot *at, arena *a, err *e)
{
    *t = (struct sta_target){.set = hop->set,
                             .has_parent = true,
                             .parent_set = t->set,
                             .parent_id = t->id,
                             .relation = hop->relation,
                             .id = hop->key};
    if (!hop->is_many) return follow_one(t, at, a, e);
    return !hop->has_key || need_related(t, at, a, e);
}

bool sta_path_resolve(const struct sta_path *p, struct snapshot *at, arena *a, struct sta_target *out, err *e)
{
    struct sta_target t = {.set = p->hops[0].set, .id = p->hops[0].key};
    if (p->hops[0].has_key && !need_entity(at, t.set, t.id, e)) return false;
    for (size_t i = 1; i < p->hop_count; i++)
        if (!follow(&p->hops[i], &t, at, a, e)) return false;
    *out = t;
    return true;
}
