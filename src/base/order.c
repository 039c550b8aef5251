// SPDX-License-Identifier: EUPL-1.2
#include "base/order.h"

#include <string.h>

#define DIGIT_BITS 11
#define DIGITS ((size_t)1 << DIGIT_BITS)
#define KEY_BITS 32

static size_t digit_of(uint32_t key, unsigned shift)
{
    return key >> shift & (DIGITS - 1);
}

// In order of one digit of the keys. False: all have the same, nothing was moved.
static bool pass(const struct order_item *from, struct order_item *to, size_t count, unsigned shift)
{
    size_t places[DIGITS] = {0};
    for (size_t i = 0; i < count; i++) places[digit_of(from[i].key, shift)]++;
    if (places[digit_of(from[0].key, shift)] == count) return false;
    for (size_t d = 0, before = 0; d < DIGITS; d++) {
        const size_t here = places[d];
        places[d] = before;
        before += here;
    }
    for (size_t i = 0; i < count; i++) to[places[digit_of(from[i].key, shift)]++] = from[i];
    return true;
}

void order_by_key(struct order_item *items, struct order_item *spare, size_t count)
{
    struct order_item *from = items, *to = spare;
    for (unsigned shift = 0; shift < KEY_BITS && count > 1; shift += DIGIT_BITS) {
        if (!pass(from, to, count, shift)) continue;
        struct order_item *const ordered = to;
        to = from;
        from = ordered;
    }
    if (from != items) memcpy(items, from, count * sizeof *items);
}
