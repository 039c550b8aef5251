// SPDX-License-Identifier: EUPL-1.2
// node.h: the tree of a formula; inside src/kpi/set only.
#ifndef PEIL_KPI_SET_NODE_H
#define PEIL_KPI_SET_NODE_H

#include "kpi/set/formula.h"

typedef enum {
    NODE_NUMBER,
    NODE_INPUT,
    NODE_SUM,  // of an input over the areas below
    NODE_NEGATE,
    NODE_ADD,
    NODE_SUBTRACT,
    NODE_MULTIPLY,
    NODE_DIVIDE,
    NODE_LESS,
    NODE_AT_MOST,
    NODE_MORE,
    NODE_AT_LEAST,
    NODE_EQUAL,
    NODE_UNEQUAL,
    NODE_CALL,
} node_kind;

typedef enum {
    CALL_IF,
    CALL_AND,
    CALL_OR,
    CALL_NOT,
    CALL_MIN,
    CALL_MAX,
    CALL_MEAN,
    CALL_ABS,
    CALL_FACTOR,
    CALL_COUNT
} call_kind;

#define NODE_ARGS_MAX 8

struct kpi_node {
    node_kind kind;
    call_kind call;
    size_t at;      // in the formula
    double number;  // NODE_NUMBER
    int input;      // NODE_INPUT, NODE_SUM
    struct kpi_node *args[NODE_ARGS_MAX];
    size_t arg_count;
    struct kpi_unit unit;
    bool is_constant;  // made of constants alone: has no unit of its own
};

// Precedence as it is read and printed; 0: binds strongest (leaves, calls).
int node_precedence(const struct kpi_node *n);
const char *node_sign(const struct kpi_node *n);  // of an operator: "+"

NODISCARD bool node_check(struct kpi_node *n, const struct kpi_names *names,
                          err *e);  // units, from the leaves up

#endif
