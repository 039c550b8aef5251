// SPDX-License-Identifier: EUPL-1.2
// Any bytes as a table: refused with a sentence, or cells that can be asked as numbers.
#include "kpi/import/table.h"

#include "base/fuzz.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena *a = arena_new((size_t)64 << 20);
    struct kpi_table t;
    err e = {0};
    FUZZ_REQUIRE(a);
    if (kpi_table_read((str){(const char *)data, size}, a, &t, &e)) {
        FUZZ_REQUIRE(t.column_count <= KPI_TABLE_COLUMNS_MAX);
        for (size_t i = 0; i < t.row_count * t.column_count; i++) {
            double v;
            if (kpi_cell_number(t.cells[i], t.mark, &v, &e)) FUZZ_REQUIRE(isfinite(v));
        }
        for (size_t i = 0; i < t.column_count; i++) FUZZ_REQUIRE(kpi_table_column(&t, t.columns[i]) >= 0);
    } else {
        FUZZ_REQUIRE(e.text[0]);
    }
    arena_free(a);
    return 0;
}
