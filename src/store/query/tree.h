// SPDX-License-Identifier: EUPL-1.2
// tree.h: what can be said of a condition without looking at a row. Private to src/store/query/.
#ifndef PEIL_STORE_QUERY_TREE_H
#define PEIL_STORE_QUERY_TREE_H

#include "model/query.h"

// Calls visit for each path in x and each any(), those inside of any() too; stops when it returns false.
typedef bool (*tree_visit)(const struct expr *x, void *context);
bool tree_each_path(const struct expr *x, tree_visit visit, void *context);

// The paths of a variable that begin with these hops; without hops: all of them, any() included.
struct way {
    int variable;
    const int *hops;
    size_t count;
};

// Whether x is null (with or_false: null or false) wherever all paths that take the way are null.
bool tree_fails_without(const struct expr *x, const struct way *w, bool or_false);

#endif
