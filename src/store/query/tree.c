// SPDX-License-Identifier: EUPL-1.2
#include "store/query/tree.h"

bool tree_each_path(const struct expr *x, tree_visit visit, void *context)
{
    if ((x->kind == EXPR_PATH || x->kind == EXPR_ANY) && !visit(x, context)) return false;
    for (size_t i = 0; i < x->arg_count; i++)
        if (!tree_each_path(x->args[i], visit, context)) return false;
    return true;
}

static bool takes(const struct query_path *p, const struct way *w)
{
    if (p->variable != w->variable || p->hop_count < w->count) return false;
    for (size_t i = 0; i < w->count; i++)
        if (p->hops[i] != w->hops[i]) return false;
    return true;
}

static bool is_null(const struct expr *x)
{
    return x->kind == EXPR_VALUE && x->literal.type == VALUE_NULL;
}

static size_t count_failing(const struct expr *x, const struct way *w, bool or_false)
{
    size_t count = 0;
    for (size_t i = 0; i < x->arg_count; i++) count += tree_fails_without(x->args[i], w, or_false);
    return count;
}

static bool list_has_null(const struct expr *list)
{
    for (size_t i = 0; i < list->arg_count; i++)
        if (is_null(list->args[i])) return true;
    return false;
}

static bool call_fails_without(const struct expr *x, const struct way *w, bool or_false)
{
    switch ((int)x->function) {
    case OP_OR: return count_failing(x, w, or_false) == x->arg_count;
    case OP_AND: return count_failing(x, w, or_false) >= (or_false ? 1 : x->arg_count);
    case OP_EQ:
    case OP_NE:  // a test for null is never null itself
        if (!is_null(x->args[0]) && !is_null(x->args[1])) break;
        return or_false && x->function == OP_NE && count_failing(x, w, false) == x->arg_count;
    case OP_IN: return !list_has_null(x->args[1]) && tree_fails_without(x->args[0], w, false);
    default: break;
    }
    return count_failing(x, w, false) > 0;
}

bool tree_fails_without(const struct expr *x, const struct way *w, bool or_false)
{
    switch (x->kind) {
    case EXPR_VALUE: return is_null(x);
    case EXPR_PATH: return takes(&x->path, w);
    case EXPR_ANY: return or_false && w->count == 0 && x->path.variable == w->variable;
    case EXPR_CALL: return call_fails_without(x, w, or_false);
    case EXPR_LIST: break;
    }
    return false;
}
