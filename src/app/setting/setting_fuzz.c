// SPDX-License-Identifier: EUPL-1.2
#include "app/setting/setting.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena *a = arena_new((size_t)1 << 20);
    struct settings s;
    err e;
    if (a) (void)!settings_parse((str){(const char *)data, size}, "peil.conf", a, &s, &e);
    arena_free(a);
    return 0;
}
