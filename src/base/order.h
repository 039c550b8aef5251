// SPDX-License-Identifier: EUPL-1.2
// order.h: items in order of a whole number, those with the same one in the order in which they came. By counting: a few passes over
// the items, whatever order they had.
#ifndef PEIL_BASE_ORDER_H
#define PEIL_BASE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct order_item {
    uint32_t key, at;  // at: whatever the caller finds the item by
};

// `spare` has room for as many; what it holds afterwards means nothing.
void order_by_key(struct order_item *items, struct order_item *spare, size_t count);

#endif
