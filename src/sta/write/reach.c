// SPDX-License-Identifier: EUPL-1.2
#include "sta/write/reach.h"

#include "base/json.h"
#include "identity/audit.h"

#include <stdio.h>

static access_level sees(const struct principal *who)
{
    return who ? policy_sees(who) : ACCESS_PUBLIC;
}

bool reach_entity(struct store_tx *tx, const struct principal *who, entity_set set, entity_id id, err *e)
{
    struct snapshot *at = store_tx_snapshot(tx);
    if (sees(who) == ACCESS_PRIVATE) return store_exists(at, set, id, e);
    if (!snapshot_show(at, sees(who), e)) return false;
    const bool found = store_exists(at, set, id, e);
    err why;
    if (snapshot_show(at, ACCESS_PRIVATE, &why)) return found;
    *e = why;
    return false;
}

bool reach_stream(struct store_tx *tx, const struct principal *who, entity_id stream,
                  const struct stream_info *info, bool *out, err *e)
{
    *out = true;
    if (who && who->role == ROLE_DEVICE) return token_owns(tx, who, info->thing, out, e);
    if (sees(who) == ACCESS_PRIVATE) return true;
    *out = reach_entity(tx, who, info->kind, stream, e);
    return *out || e->code == ERR_ABSENT;
}

int reach_place_property(entity_set set)
{
    return set == SET_LOCATION              ? LOCATION_LOCATION
           : set == SET_FEATURE_OF_INTEREST ? FEATURE_FEATURE
           : set == SET_DATASTREAM          ? DATASTREAM_OBSERVED_AREA
           : set == SET_MULTI_DATASTREAM    ? MULTI_DATASTREAM_OBSERVED_AREA
                                            : -1;
}

bool reach_get(struct store_tx *tx, const struct principal *who, entity_set set, entity_id id, arena *a,
               struct record *out, err *e)
{
    struct snapshot *at = store_tx_snapshot(tx);
    const int place = reach_place_property(set);
    if (place < 0 || sees(who) == ACCESS_PRIVATE) return store_get(at, set, id, a, out, e);
    err why, unseen;
    if (!snapshot_show(at, sees(who), e)) return false;
    const bool found = store_get(at, set, id, a, out, &unseen);
    if (!snapshot_show(at, ACCESS_PRIVATE, &why)) {
        *e = why;
        return false;
    }
    if (found) return true;
    if (unseen.code != ERR_ABSENT) {
        *e = unseen;
        return false;
    }
    if (!store_get(at, set, id, a, out, e)) return false;
    out->properties[place] = (value){.type = VALUE_NULL};
    return true;
}

static json *tree_of(const value *v, arena *a)
{
    buf b = {.max = (size_t)64 << 20};
    json *out = NULL;
    err ignored;
    str text;
    value_write_json(&b, v);
    if (!b.failed && arena_copy(a, buf_str(&b), &text) && !json_parse(text, a, &out, &ignored)) out = NULL;
    buf_free(&b);
    return out;
}

bool reach_same_place(const value *one, const value *other, arena *a)
{
    const json *const x = tree_of(one, a), *const y = tree_of(other, a);
    return x && y && json_equal(x, y);
}

bool reach_tell(struct store_tx *tx, const struct principal *who, str what, entity_set set, entity_id id,
                str detail, instant now, err *e)
{
    static const struct principal nobody = {0};
    char which[64];
    const int n = snprintf(which, sizeof which, "%.*s(%lld)", STR_ARG(entity_schema_of(set)->set_name),
                           (long long)id);
    const struct audit_event event = {
        .who = who ? who : &nobody, .what = what, .which = {which, (size_t)n}, .detail = detail, .at = now};
    return audit_record(tx, &event, e);
}
