// SPDX-License-Identifier: EUPL-1.2
// A table of postcodes: rows come sorted, each postcode once, four digits first.
#include "base/fuzz.h"
#include "portal/postcode.h"

#include <ctype.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct postcode_row *all;
    size_t count;
    int64_t refused;
    err e = {0};
    arena *a = arena_new((size_t)64 << 20);
    if (a && postcode_table_read((str){(const char *)data, size}, a, &all, &count, &refused, &e))
        for (size_t k = 0; k < count; k++) {
            FUZZ_REQUIRE(isdigit((unsigned char)all[k].postcode[3]) && all[k].area.n > 0);
            FUZZ_REQUIRE(k == 0 || strcmp(all[k - 1].postcode, all[k].postcode) < 0);
        }
    arena_free(a);
    return 0;
}
