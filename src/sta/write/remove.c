// SPDX-License-Identifier: EUPL-1.2
// DELETE of one entity, and of all that a $filter finds.
#include "sta/write/write.h"

#include "sta/option.h"
#include "sta/write/reach.h"

#include <stdio.h>
#include <stdlib.h>

#define FILTERED_DELETE_MAX 100000  // entities of one request: the writer belongs to everybody

static bool delete_run(struct write *w, struct store_tx *tx, err *e)
{
    w->reply.status = 200;
    return store_delete(tx, w->target.set, w->target.id, e) &&
           reach_tell(tx, w->request->who, STR("entity.delete"), w->target.set, w->target.id, (str){0},
                      w->request->received, e);
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

// By what the writer does not see nothing can be found.
static bool collect_seen(struct write *w, struct store_tx *tx, const struct query *q, entity_id *ids,
                         size_t *count, err *e)
{
    struct snapshot *at = store_tx_snapshot(tx);
    return snapshot_show(at, policy_sees(w->request->who), e) && collect(tx, q, ids, count, e) &&
           snapshot_show(at, ACCESS_PRIVATE, e);
}

static bool tell_all(struct write *w, struct store_tx *tx, size_t count, err *e)
{
    char detail[48];
    const int n = snprintf(detail, sizeof detail, "by filter, count=%zu", count);
    return count == 0 || reach_tell(tx, w->request->who, STR("entity.delete"), w->target.set, 0,
                                    (str){detail, (size_t)n}, w->request->received, e);
}

// A Datastream at a time: their ids stand together.
static bool delete_observations(struct store_tx *tx, arena *a, entity_id *ids, size_t count, err *e)
{
    uint32_t *numbers = ARENA_ARRAY(a, count + 1, uint32_t);
    if (!numbers) return err_no_memory(e);
    qsort(ids, count, sizeof *ids, entity_id_order);
    for (size_t i = 0, n; i < count; i += n) {
        const entity_id stream = OBSERVATION_STREAM(ids[i]);
        for (n = 0; i + n < count && OBSERVATION_STREAM(ids[i + n]) == stream; n++)
            numbers[n] = OBSERVATION_NUMBER(ids[i + n]);
        if (!store_delete_observations(tx, stream, numbers, n, e)) return false;
    }
    return true;
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
    if (!collect_seen(w, tx, q, ids, &count, e)) return false;
    if (count > FILTERED_DELETE_MAX) {
        return err_set(e, ERR_LIMIT, ERR_NOWHERE,
                       "the filter finds more than %d entities; delete them in smaller parts",
                       FILTERED_DELETE_MAX);
    }
    w->reply.status = 200;
    const bool ok = w->target.set == SET_OBSERVATION ? delete_observations(tx, a, ids, count, e)
                                                     : delete_all(tx, w->target.set, ids, count, e);
    return ok && tell_all(w, tx, count, e);
}

bool delete_filtered_prepare(struct write *w, err *e)
{
    (void)e;
    w->run = filtered_run;
    return true;
}
