// SPDX-License-Identifier: EUPL-1.2
#include "portal/digest.h"

#include <string.h>

// FNV-1a over words of eight bytes.
uint64_t digest_of(str s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < s.n; i += sizeof h) {
        uint64_t word = 0;
        memcpy(&word, s.p + i, s.n - i < sizeof word ? s.n - i : sizeof word);
        h = (h ^ word) * 1099511628211u;
        h ^= h >> 32;
    }
    return h;
}

bool digest_path(arena *a, str bytes, const char *folder, const char *extension, str *out)
{
    return arena_print(a, out, "/%s/%016llx.%s", folder, (unsigned long long)digest_of(bytes), extension);
}
