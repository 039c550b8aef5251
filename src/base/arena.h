// SPDX-License-Identifier: EUPL-1.2
// arena.h: memory that is freed all at once. One per request, per batch, per configuration.
// Owns     everything allocated lives until arena_reset or arena_free; nothing inside is freed singly
// Threads  one at a time
// Errors   NULL when the hard maximum would be passed or the system has no memory: report ERR_LIMIT
#ifndef PEIL_BASE_ARENA_H
#define PEIL_BASE_ARENA_H

#include "base/str.h"
#include <stdarg.h>
#include <stdint.h>

typedef struct arena arena;

NODISCARD arena *arena_new(size_t max_bytes);
void arena_free(arena *a);   // NULL is fine
void arena_reset(arena *a);  // keeps the first block for reuse
size_t arena_used(const arena *a);

NODISCARD void *arena_alloc(arena *a, size_t bytes);                     // zeroed, aligned to 16
NODISCARD void *arena_array(arena *a, size_t count, size_t item_bytes);  // zeroed; checks the product
NODISCARD bool arena_copy(arena *a, str s, str *out);  // a NUL follows the copy, for C interfaces
NODISCARD bool arena_print(arena *a, str *out, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, count, type) ((type *)arena_array((a), (count), sizeof(type)))

#endif
