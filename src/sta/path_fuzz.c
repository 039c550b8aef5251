// SPDX-License-Identifier: EUPL-1.2
#include "base/fuzz.h"
#include "sta/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena *a = arena_new((size_t)1 << 20);
    struct sta_path p;
    err e = {0};
    if (!a) return 0;
    if (sta_path_parse((str){(const char *)data, size}, a, &p, &e)) {
        FUZZ_REQUIRE(p.hop_count <= STA_HOPS_MAX && p.key_count <= STA_KEYS_MAX);
        FUZZ_REQUIRE(p.kind != PATH_SET || sta_path_is_set(&p));
        FUZZ_REQUIRE(p.kind != PATH_ENTITY || !sta_path_is_set(&p));
    } else {
        FUZZ_REQUIRE(e.text[0] != '\0');
    }
    arena_free(a);
    return 0;
}
