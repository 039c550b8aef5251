// SPDX-License-Identifier: EUPL-1.2
#include "kpi/set/node.h"

#include <math.h>

static kpi_outcome compute(const struct kpi_node *n, const struct kpi_source *from, double *out);

static kpi_outcome known(struct kpi_known k, double *out)
{
    if (!k.is_known) return KPI_MISSING;
    *out = k.value;
    return KPI_COMPUTED;
}

static double apply(node_kind kind, double a, double b)
{
    switch (kind) {
    case NODE_ADD: return a + b;
    case NODE_SUBTRACT: return a - b;
    case NODE_MULTIPLY: return a * b;
    case NODE_DIVIDE: return a / b;
    case NODE_LESS: return a < b;
    case NODE_AT_MOST: return a <= b;
    case NODE_MORE: return a > b;
    case NODE_AT_LEAST: return a >= b;
    case NODE_EQUAL: return a == b;
    case NODE_UNEQUAL: return a != b;
    case NODE_NUMBER:
    case NODE_INPUT:
    case NODE_SUM:
    case NODE_NEGATE:
    case NODE_CALL: break;
    }
    return NAN;
}

static kpi_outcome compute_if(const struct kpi_node *n, const struct kpi_source *from, double *out)
{
    double claim;
    const kpi_outcome got = compute(n->args[0], from, &claim);
    return got == KPI_COMPUTED ? compute(n->args[claim != 0 ? 1 : 2], from, out) : got;
}

static double fold(call_kind call, double all, double v)
{
    switch (call) {
    case CALL_AND: return all != 0 && v != 0;
    case CALL_OR: return all != 0 || v != 0;
    case CALL_MIN: return fmin(all, v);
    case CALL_MAX: return fmax(all, v);
    case CALL_MEAN: return all + v;
    case CALL_IF:
    case CALL_NOT:
    case CALL_ABS:
    case CALL_FACTOR:
    case CALL_COUNT: break;
    }
    return v;
}

static kpi_outcome compute_call(const struct kpi_node *n, const struct kpi_source *from, double *out)
{
    if (n->call == CALL_IF) return compute_if(n, from, out);
    double all = 0, v = 0;
    for (size_t i = 0; i < n->arg_count; i++) {
        const kpi_outcome got = compute(n->args[i], from, &v);
        if (got != KPI_COMPUTED) return got;
        all = i == 0 ? v : fold(n->call, all, v);
    }
    if (n->call == CALL_MEAN) all /= (double)n->arg_count;
    if (n->call == CALL_NOT) all = all == 0;
    if (n->call == CALL_ABS) all = fabs(all);
    *out = all;
    return KPI_COMPUTED;
}

static kpi_outcome compute(const struct kpi_node *n, const struct kpi_source *from, double *out)
{
    double a = 0, b = 0;
    kpi_outcome got;
    switch (n->kind) {
    case NODE_NUMBER: *out = n->number; return KPI_COMPUTED;
    case NODE_INPUT: return known(from->value(from->context, n->input), out);
    case NODE_SUM: return known(from->sum(from->context, n->input), out);
    case NODE_CALL: return compute_call(n, from, out);
    case NODE_NEGATE:
        got = compute(n->args[0], from, &a);
        *out = -a;
        return got;
    case NODE_ADD:
    case NODE_SUBTRACT:
    case NODE_MULTIPLY:
    case NODE_DIVIDE:
    case NODE_LESS:
    case NODE_AT_MOST:
    case NODE_MORE:
    case NODE_AT_LEAST:
    case NODE_EQUAL:
    case NODE_UNEQUAL: break;
    }
    if ((got = compute(n->args[0], from, &a)) != KPI_COMPUTED) return got;
    if ((got = compute(n->args[1], from, &b)) != KPI_COMPUTED) return got;
    if (n->kind == NODE_DIVIDE && b == 0) return KPI_UNDEFINED;
    *out = apply(n->kind, a, b);
    return isfinite(*out) ? KPI_COMPUTED : KPI_UNDEFINED;
}

kpi_outcome kpi_formula_compute(const struct kpi_formula *f, const struct kpi_source *from, double *out)
{
    return compute(f->root, from, out);
}

// ---- Showing -----------------------------------------------------------------------------------------------------

static void print(const struct kpi_node *n, buf *out, const struct kpi_print *how);

static void print_bracketed(const struct kpi_node *n, bool has_brackets, buf *out,
                            const struct kpi_print *how)
{
    if (has_brackets) buf_add_char(out, '(');
    print(n, out, how);
    if (has_brackets) buf_add_char(out, ')');
}

static void print_call(const struct kpi_node *n, buf *out, const struct kpi_print *how)
{
    static const char *const names[] = {
        [CALL_IF] = "if",   [CALL_AND] = "and",   [CALL_OR] = "or",   [CALL_NOT] = "not", [CALL_MIN] = "min",
        [CALL_MAX] = "max", [CALL_MEAN] = "mean", [CALL_ABS] = "abs", [CALL_FACTOR] = "", [CALL_COUNT] = ""};
    buf_print(out, "%s(", names[n->call]);
    for (size_t i = 0; i < n->arg_count; i++) {
        if (i) BUF_LIT(out, "; ");  // a comma would be read as a decimal mark
        print(n->args[i], out, how);
    }
    buf_add_char(out, ')');
}

static void print(const struct kpi_node *n, buf *out, const struct kpi_print *how)
{
    switch (n->kind) {
    case NODE_NUMBER: how->number(out, n->number, how->context); return;
    case NODE_INPUT: how->leaf(out, n->input, false, how->context); return;
    case NODE_SUM: how->leaf(out, n->input, true, how->context); return;
    case NODE_CALL: print_call(n, out, how); return;
    case NODE_NEGATE:
        BUF_LIT(out, "−");
        print_bracketed(n->args[0], node_precedence(n->args[0]) > 0, out, how);
        return;
    case NODE_ADD:
    case NODE_SUBTRACT:
    case NODE_MULTIPLY:
    case NODE_DIVIDE:
    case NODE_LESS:
    case NODE_AT_MOST:
    case NODE_MORE:
    case NODE_AT_LEAST:
    case NODE_EQUAL:
    case NODE_UNEQUAL: break;
    }
    const int own = node_precedence(n);
    const bool is_strict = n->kind == NODE_SUBTRACT || n->kind == NODE_DIVIDE;
    const int right = node_precedence(n->args[1]);
    print_bracketed(n->args[0], node_precedence(n->args[0]) > own, out, how);
    buf_print(out, " %s ", n->kind == NODE_MULTIPLY ? "×" : n->kind == NODE_SUBTRACT ? "−" : node_sign(n));
    print_bracketed(n->args[1], right > own || (is_strict && right == own), out, how);
}

void kpi_formula_print(const struct kpi_formula *f, buf *out, const struct kpi_print *how)
{
    print(f->root, out, how);
}
