// SPDX-License-Identifier: EUPL-1.2
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)  // gcc's word, and clang's
#include <sanitizer/asan_interface.h>
#define HIDE(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define SHOW(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define HIDE(p, n) ((void)(p), (void)(n))
#define SHOW(p, n) ((void)(p), (void)(n))
#endif

#define ALIGN 16
#define FIRST_BLOCK ((size_t)8 * 1024)
#define LARGEST_STEP ((size_t)1024 * 1024)

struct block {
    struct block *next;  // the one before it in time
    size_t size;
    size_t used;
    _Alignas(ALIGN) char bytes[];
};

struct arena {
    struct block *top;
    size_t max;       // of the sizes of all blocks together
    size_t reserved;  // their sum now
    size_t used;      // handed out
};

static size_t round_up(size_t n)
{
    return (n + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);
}

arena *arena_new(size_t max_bytes)
{
    arena *a = calloc(1, sizeof *a);
    if (a) a->max = max_bytes > SIZE_MAX / 2 ? SIZE_MAX / 2 : round_up(max_bytes);
    return a;
}

static void block_free(struct block *b)
{
    SHOW(b->bytes, b->size);
    free(b);
}

void arena_free(arena *a)
{
    if (!a) return;
    for (struct block *b = a->top, *next; b; b = next) {
        next = b->next;
        block_free(b);
    }
    free(a);
}

void arena_reset(arena *a)
{
    while (a->top && a->top->next) {
        struct block *b = a->top;
        a->top = b->next;
        a->reserved -= b->size;
        block_free(b);
    }
    if (a->top) {
        a->top->used = 0;
        HIDE(a->top->bytes, a->top->size);
    }
    a->used = 0;
}

size_t arena_used(const arena *a)
{
    return a->used;
}

// A new top block with room for `bytes`, twice the size of the last within the steps above, never past the
// maximum.
static bool grow(arena *a, size_t bytes)
{
    const size_t left = a->max - a->reserved;
    if (bytes > left) return false;
    size_t size = a->top ? a->top->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_STEP) size = LARGEST_STEP;
    if (size < bytes) size = bytes;
    if (size > left) size = left;
    struct block *b = malloc(sizeof *b + size);
    if (!b) return false;
    *b = (struct block){.next = a->top, .size = size};
    HIDE(b->bytes, b->size);
    a->top = b;
    a->reserved += size;
    return true;
}

void *arena_alloc(arena *a, size_t bytes)
{
    if (bytes > a->max) return NULL;
    const size_t rounded = round_up(bytes ? bytes : 1);
    if (!a->top || a->top->size - a->top->used < rounded) {
        if (!grow(a, rounded)) return NULL;
    }
    char *p = a->top->bytes + a->top->used;
    a->top->used += rounded;
    a->used += rounded;
    SHOW(p, bytes);
    memset(p, 0, bytes);
    return p;
}

void *arena_array(arena *a, size_t count, size_t item_bytes)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, item_bytes, &bytes)) return NULL;
    return arena_alloc(a, bytes);
}

bool arena_copy(arena *a, str s, str *out)
{
    if (s.n == SIZE_MAX) return false;
    char *p = arena_alloc(a, s.n + 1);
    if (!p) return false;
    if (s.n) memcpy(p, s.p, s.n);
    *out = (str){p, s.n};
    return true;
}

bool arena_print(arena *a, str *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) return false;
    const size_t size = (size_t)length + 1;
    char *p = arena_alloc(a, size);
    if (!p) return false;
    va_start(args, format);
    vsnprintf(p, size, format, args);
    va_end(args);
    *out = (str){p, size - 1};
    return true;
}
