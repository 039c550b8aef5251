// SPDX-License-Identifier: EUPL-1.2
// Dimensional analysis of a formula: from the units of its inputs to the unit of its value.
#include "kpi/set/node.h"

#include <math.h>

static bool units_differ(const struct kpi_node *at, const struct kpi_node *a, const struct kpi_node *b,
                         const char *what, const struct kpi_names *names, err *e)
{
    buf left = {.max = 400}, right = {.max = 400};
    kpi_unit_print(&left, &a->unit, names->nouns);
    kpi_unit_print(&right, &b->unit, names->nouns);
    err_set(e, ERR_TYPE, at->at, "cannot %s %.*s and %.*s", what, STR_ARG(buf_str(&left)),
            STR_ARG(buf_str(&right)));
    buf_free(&left);
    buf_free(&right);
    return false;
}

static bool same_unit(const struct kpi_node *a, const struct kpi_node *b)
{
    return kpi_unit_same_kind(&a->unit, &b->unit) && kpi_unit_same_scale(&a->unit, &b->unit);
}

static bool check_claim(const struct kpi_node *n, err *e)
{
    return n->unit.is_claim ||
           err_set(e, ERR_TYPE, n->at, "expected a claim here: a comparison, or an input of yes or no");
}

static bool check_quantity(const struct kpi_node *n, err *e)
{
    return !n->unit.is_claim || err_set(e, ERR_TYPE, n->at, "yes or no is no number to calculate with");
}

static bool check_quantities(const struct kpi_node *n, err *e)
{
    for (size_t i = 0; i < n->arg_count; i++)
        if (!check_quantity(n->args[i], e)) return false;
    return true;
}

// Of what is added, compared or chosen between. A constant takes the unit of its neighbours where `constants_adapt`.
static bool check_alike(struct kpi_node *n, size_t first, bool constants_adapt, const char *what,
                        const struct kpi_names *names, err *e)
{
    const struct kpi_node *lead = n->args[first];
    for (size_t i = n->arg_count; i-- > first;)
        if (!n->args[i]->is_constant) lead = n->args[i];
    for (size_t i = first; i < n->arg_count; i++) {
        const struct kpi_node *a = n->args[i];
        if ((a->is_constant && constants_adapt && !lead->unit.is_claim) || same_unit(a, lead)) continue;
        return units_differ(n, lead, a, what, names, e);
    }
    n->unit = lead->unit;
    n->is_constant = lead->is_constant;
    return true;
}

static double constant_value(const struct kpi_node *n)
{
    static const struct kpi_source nothing;
    const struct kpi_formula f = {.root = (struct kpi_node *)(uintptr_t)n};
    double v;
    return kpi_formula_compute(&f, &nothing, &v) == KPI_COMPUTED ? v : 0;
}

// A constant c in a product makes the unit c times smaller: 100 * (a ratio) is in hundredths.
static bool check_product(struct kpi_node *n, err *e)
{
    const struct kpi_node *a = n->args[0], *b = n->args[1];
    const int sign = n->kind == NODE_MULTIPLY ? 1 : -1;
    if (!check_quantities(n, e)) return false;
    n->is_constant = a->is_constant && b->is_constant;
    n->unit = (struct kpi_unit){.factor = 1};
    if (n->is_constant) return true;
    struct kpi_unit of_constant = {.factor = 1};
    if (a->is_constant || b->is_constant) {
        const double c = fabs(constant_value(a->is_constant ? a : b));
        if (c == 0 || !isfinite(c)) return err_set(e, ERR_RANGE, n->at, "a product with zero says nothing");
        of_constant.factor = 1 / c;
    }
    const bool ok = kpi_unit_multiply(&n->unit, a->is_constant ? &of_constant : &a->unit, 1, e) &&
                    kpi_unit_multiply(&n->unit, b->is_constant ? &of_constant : &b->unit, sign, e);
    if (!ok) e->at = n->at;
    return ok;
}

static bool check_comparison(struct kpi_node *n, const struct kpi_names *names, err *e)
{
    const struct kpi_node *a = n->args[0], *b = n->args[1];
    if ((a->unit.is_claim || b->unit.is_claim) && n->kind != NODE_EQUAL && n->kind != NODE_UNEQUAL)
        return err_set(e, ERR_TYPE, n->at, "yes and no are not more or less than one another");
    if (!check_alike(n, 0, true, "compare", names, e)) return false;
    n->is_constant = false;
    n->unit = (struct kpi_unit){.factor = 1, .is_claim = true};
    return true;
}

static bool check_logic(struct kpi_node *n, err *e)
{
    for (size_t i = 0; i < n->arg_count; i++)
        if (!check_claim(n->args[i], e)) return false;
    n->unit = (struct kpi_unit){.factor = 1, .is_claim = true};
    return true;
}

static bool check_count(struct kpi_node *n, err *e)
{
    const struct kpi_unit *u = &n->args[0]->unit;
    bool is_count = !u->is_claim && u->factor == 1;
    for (int i = 0; i < KPI_BASES; i++) is_count = is_count && u->power[i] == 0;
    n->unit = (struct kpi_unit){.factor = 1};
    return is_count || err_set(e, ERR_TYPE, n->at, "count() takes what is counted, nothing that is measured");
}

static bool check_call(struct kpi_node *n, const struct kpi_names *names, err *e)
{
    switch (n->call) {
    case CALL_IF: return check_claim(n->args[0], e) && check_alike(n, 1, true, "choose between", names, e);
    case CALL_AND:
    case CALL_OR:
    case CALL_NOT: return check_logic(n, e);
    case CALL_MIN:
    case CALL_MAX:
    case CALL_MEAN:
    case CALL_ABS: return check_quantities(n, e) && check_alike(n, 0, true, "put together", names, e);
    case CALL_FACTOR:
        n->unit = (struct kpi_unit){.factor = 1};
        return n->args[0]->is_constant || err_set(e, ERR_TYPE, n->at, "factor() takes a constant");
    case CALL_COUNT: return check_count(n, e);
    }
    return err_set(e, ERR_INTERNAL, n->at, "call");
}

static bool check_one(struct kpi_node *n, const struct kpi_names *names, err *e)
{
    switch (n->kind) {
    case NODE_NUMBER:
        n->unit = (struct kpi_unit){.factor = 1};
        n->is_constant = true;
        return true;
    case NODE_INPUT: n->unit = *names->unit_of(names->context, n->input); return true;
    case NODE_SUM: n->unit = *names->unit_of(names->context, n->input); return check_quantity(n, e);
    case NODE_NEGATE:
        n->unit = n->args[0]->unit;
        n->is_constant = n->args[0]->is_constant;
        return check_quantities(n, e);
    case NODE_ADD: return check_quantities(n, e) && check_alike(n, 0, false, "add", names, e);
    case NODE_SUBTRACT: return check_quantities(n, e) && check_alike(n, 0, false, "subtract", names, e);
    case NODE_MULTIPLY:
    case NODE_DIVIDE: return check_product(n, e);
    case NODE_LESS:
    case NODE_AT_MOST:
    case NODE_MORE:
    case NODE_AT_LEAST:
    case NODE_EQUAL:
    case NODE_UNEQUAL: return check_comparison(n, names, e);
    case NODE_CALL: return check_call(n, names, e);
    }
    return err_set(e, ERR_INTERNAL, n->at, "node");
}

bool node_check(struct kpi_node *n, const struct kpi_names *names, err *e)
{
    for (size_t i = 0; i < n->arg_count; i++)
        if (!node_check(n->args[i], names, e)) return false;
    return check_one(n, names, e);
}

bool kpi_formula_check(const struct kpi_formula *f, const struct kpi_unit *wanted,
                       const struct kpi_names *names, err *e)
{
    const bool is_kind = kpi_unit_same_kind(&f->unit, wanted) || f->root->is_constant;
    if (is_kind && (kpi_unit_same_scale(&f->unit, wanted) || f->root->is_constant)) return true;
    buf got = {.max = 400}, want = {.max = 400};
    kpi_unit_print(&got, &f->unit, names->nouns);
    kpi_unit_print(&want, wanted, names->nouns);
    if (!is_kind)
        err_set(e, ERR_TYPE, 0, "the formula gives %.*s, but its unit is %.*s", STR_ARG(buf_str(&got)),
                STR_ARG(buf_str(&want)));
    else
        err_set(e, ERR_TYPE, 0, "the formula gives %.*s, but its unit is %.*s: multiply by %.9g",
                STR_ARG(buf_str(&got)), STR_ARG(buf_str(&want)), f->unit.factor / wanted->factor);
    buf_free(&got);
    buf_free(&want);
    return false;
}
