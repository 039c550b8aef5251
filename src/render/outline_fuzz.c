// SPDX-License-Identifier: EUPL-1.2
#include "render/outline.h"
#include "render/svg_map.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Whatever file is accepted can also be drawn.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena *a = arena_new(1 << 20);
    struct outlines *o;
    err e;
    buf out = {.max = 1 << 16};
    if (outlines_load((str){(const char *)data, size}, a, &o, &e)) svg_map(&out, o, NULL, 0, STR("map"));
    buf_free(&out);
    arena_free(a);
    return 0;
}
