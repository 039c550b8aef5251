// SPDX-License-Identifier: EUPL-1.2
// $ref: links made, changed and taken away without touching the entities (FROST-Server's EntityLinking).
//   POST   /Things(1)/Locations/$ref       {"@iot.id": 5}
//   PUT    /Datastreams(1)/Sensor/$ref     {"@iot.id": 7}
//   DELETE /Things(1)/Locations(5)/$ref
#include "sta/write/write.h"

#include "sta/write/observation_body.h"
#include "sta/write/reach.h"

#include <stdio.h>

static bool tell(struct write *w, const struct creation *c, str what, entity_id id, err *e)
{
    const struct relation *r = &entity_schema_of(w->target.parent_set)->relations[w->target.relation];
    char detail[64];
    const int n = snprintf(detail, sizeof detail, "%.*s=%lld", STR_ARG(r->name), (long long)id);
    return reach_tell(c->tx, c->who, what, w->target.parent_set, w->target.parent_id,
                      (str){detail, (size_t)n}, c->now, e);
}

static bool add_run(struct write *w, struct store_tx *tx, err *e)
{
    struct creation c = write_creation(w, tx);
    const entity_id *id = w->detail;
    w->reply.status = 200;
    return link_add(&c, w->target.parent_set, w->target.parent_id, w->target.relation, *id, e) &&
           tell(w, &c, STR("entity.link"), *id, e);
}

static bool remove_run(struct write *w, struct store_tx *tx, err *e)
{
    struct creation c = write_creation(w, tx);
    w->reply.status = 200;
    return link_remove(&c, w->target.parent_set, w->target.parent_id, w->target.relation, w->target.id, e) &&
           tell(w, &c, STR("entity.unlink"), w->target.id, e);
}

static bool read_link(struct write *w, entity_id *id, err *e)
{
    bool is_deep;
    json_reader r = json_reader_of(w->request->body, e);
    if (!entity_link_read(&r, w->request->arena, id, &is_deep) || !json_end(&r)) return at_byte(e);
    return !is_deep || err_set(e, ERR_TYPE, ERR_NOWHERE, "expected only {\"@iot.id\": ...}");
}

bool link_prepare(struct write *w, err *e)
{
    const bool is_set = sta_path_is_set(&w->path);
    const http_method m = w->request->method;
    const bool fits = w->path.hop_count > 1 && (m == HTTP_POST  ? is_set
                                                : m == HTTP_PUT ? !sta_path_last(&w->path)->is_many
                                                                : !is_set);
    if (!fits)
        return err_set(e, ERR_METHOD, ERR_NOWHERE,
                       "POST to Set/$ref, PUT to Entity/$ref, or DELETE Set(id)/$ref changes links");
    w->run = m == HTTP_DELETE ? remove_run : add_run;
    if (m == HTTP_DELETE) return true;
    entity_id *id = ARENA_NEW(w->request->arena, entity_id);
    w->detail = id;
    return id ? read_link(w, id, e) : err_no_memory(e);
}
