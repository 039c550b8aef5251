// SPDX-License-Identifier: EUPL-1.2
// Any lines read the short way and the long way: what the short one takes the long one reads the same.
#include "base/fuzz.h"
#include "ingest/csv_row.h"

#include <string.h>

static const str headers[] = {
    STR("datastream,time,value"),
    STR("Datastream/id;phenomenonTime;note;result"),
    STR("note\tvalue\ttime\tdatastream\tmore"),
    STR("time,result"),
};

static void check_line(const struct csv_layout *l, str line, const struct csv_plain_row *row, arena *a)
{
    struct observation o;
    err e;
    arena_reset(a);
    FUZZ_REQUIRE(csv_row_read(l, line, a, &o, &e));
    FUZZ_REQUIRE(csv_row_is_plain(&o));
    const struct plain_reading slow = plain_of(&o), fast = row->reading;
    FUZZ_REQUIRE(o.stream == row->stream && slow.time == fast.time);
    FUZZ_REQUIRE(slow.value.units == fast.value.units && slow.value.scale == fast.value.scale);
}

static void check(const struct csv_layout *l, str text, arena *a)
{
    const char *const end = text.p + text.n;
    str rest = text, line;
    while (str_cut(&rest, '\n', &line)) {
        const char *at = line.p;
        struct csv_plain_row row;
        if (!csv_row_read_plain(l, &at, end, &row)) {
            FUZZ_REQUIRE(at == line.p);
            continue;
        }
        FUZZ_REQUIRE(at == line.p + line.n);
        check_line(l, line, &row, a);
    }
}

// The first byte says which header.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv_layout l;
    err e;
    if (size < 2) return 0;
    const size_t which = data[0] % (sizeof headers / sizeof headers[0]);
    arena *a = arena_new((size_t)1 << 20);
    char *copy = malloc(size - 1);  // so that reading behind the end is seen
    memcpy(copy, data + 1, size - 1);
    FUZZ_REQUIRE(a && csv_layout_read(headers[which], which == 3 ? 7 : 0, &l, &e));
    check(&l, (str){copy, size - 1}, a);
    arena_free(a);
    free(copy);
    return 0;
}
