// SPDX-License-Identifier: EUPL-1.2
// cluster.h: the conditions that `and` joins in a filter, clustered by what they speak of. Private to src/store/query/.
#ifndef PEIL_STORE_QUERY_CLUSTER_H
#define PEIL_STORE_QUERY_CLUSTER_H

#include "store/query/compile.h"

// Conditions that share a path over a to-many relation, directly or through others: they speak of the same related entity.
// A condition without such a path stands alone.
struct cluster {
    const struct expr **conditions;
    size_t count;
    bool is_to_many;
};

// All conditions of x, a filter on the variable, in order; each in one cluster. In the arena.
NODISCARD bool clusters_of(const struct expr *x, const struct scope *s, int variable, arena *a,
                           struct cluster **out, size_t *count, err *e);

#endif
