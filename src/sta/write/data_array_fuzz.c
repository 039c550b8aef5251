// SPDX-License-Identifier: EUPL-1.2
#include "base/fuzz.h"
#include "sta/write/data_array.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena *a = arena_new((size_t)4 << 20);
    if (!a) return 0;
    const str body = {(const char *)data, size};
    struct data_group *groups;
    err e = {0};
    if (data_array_read(body, a, &groups, &e)) {
        size_t expected = 0, rows = 0;
        struct data_place place;
        struct data_row row;
        for (const struct data_group *g = groups; g; g = g->next) expected += g->row_count;
        data_array_begin(&place, body, groups);
        while (data_array_next(&place, a, &row)) {
            FUZZ_REQUIRE(row.o.stream > 0);
            rows++;
        }
        FUZZ_REQUIRE(rows == expected);
    } else {
        FUZZ_REQUIRE(e.text[0] != '\0' && (e.at == ERR_NOWHERE || e.at <= size));
    }
    arena_free(a);
    return 0;
}
