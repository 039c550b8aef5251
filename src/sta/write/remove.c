// SPDX-License-Identifier: EUPL-1.2
// DELETE of one entity, and of all that a $filter finds.
#include "sta/write/write.h"

#include "sta/option.h"

#define FILTERED_DELETE_MAX 100000  // entities of one request: the writer belongs to everybody

static bool delete_run(struct write *w, struct store_tx *tx, err *e)
{
    w->reply.status = 200;
    return store_delete(tx, w->target.set, w->target.id, e);
}

bool delete_prepare(struct write *w, err *e)
{
    (void)e;
    w->run = delete_run;
    return true;
}

// ---- DELETE /Observations?$filter=... (FROST-Server's FilteredDelete) ----

static bool collect(struct store_tx *tx, const struct query *q, entity_id *ids, size_t *count, err *e)
{
    struct cursor *c;
    struct record row;
    bool got, ok;
    *count = 0;
    if (!store_query(store_tx_snapshot(tx), q, &c, e)) return false;
    while ((ok = cursor_next(c, &row, &got, e)) && got && *count <= FILTERED_DELETE_MAX)
        ids[(*count)++] = row.id;
    cursor_close(c);
    return ok;
}

// An entity may be gone already: deleted with another one of the same answer.
static bool delete_all(struct store_tx *tx, entity_set set, const entity_id *ids, size_t count, err *e)
{
    for (size_t i = 0; i < count; i++) {
        if (store_delete(tx, set, ids[i], e)) continue;
        if (e->code != ERR_ABSENT && e->code != ERR_GONE) return false;
    }
    return true;
}

static bool filtered_run(struct write *w, struct store_tx *tx, err *e)
{
    struct query *q;
    size_t count;
    arena *a = w->request->arena;
    entity_id *ids = ARENA_ARRAY(a, FILTERED_DELETE_MAX + 1, entity_id);
    if (!ids) return err_no_memory(e);
    if (!sta_options_parse(w->request->query, &w->target, &w->sta->limits, a, &q, e)) return false;
    if (!q->filter)
        return err_set(e, ERR_METHOD, ERR_NOWHERE, "a set is deleted by $filter only; this request has none");
    q->top = -1;
    if (!collect(tx, q, ids, &count, e)) return false;
    if (count > FILTERED_DELETE_MAX) {
        return err_set(e, ERR_LIMIT, ERR_NOWHERE,
                       "the filter finds more than %d entities; delete them in smaller parts",
                       FILTERED_DELETE_MAX);
    }
    w->reply.status = 200;
    return delete_all(tx, w->target.set, ids, count, e);
}

bool delete_filtered_prepare(struct write *w, err *e)
{
    (void)e;
    w->run = filtered_run;
    return true;
}
