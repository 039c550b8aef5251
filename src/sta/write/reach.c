// SPDX-License-Identifier: EUPL-1.2
#include "sta/write/reach.h"

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
