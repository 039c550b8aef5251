// SPDX-License-Identifier: EUPL-1.2
// Any bytes as lines: reading goes forward, and what is read has names.
#include "ingest/decode/line_protocol.h"

#include "base/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct line_point point;
    struct line_reader r = {.text = {(const char *)data, size}};
    arena *a = arena_new((size_t)8 << 20);
    for (bool done = false; !done;) {
        err e = {0};
        const size_t before = r.at;
        const bool ok = line_next(&r, a, &point, &done, &e);
        if (done) break;
        FUZZ_REQUIRE(r.at > before);
        if (!ok) {
            FUZZ_REQUIRE(e.text[0] != '\0' && (e.at <= size || e.at == ERR_NOWHERE));
            continue;
        }
        FUZZ_REQUIRE(point.measurement.n > 0 && point.field_count > 0);
        for (size_t i = 0; i < point.field_count; i++)
            FUZZ_REQUIRE(point.fields[i].key.n > 0 && point.fields[i].at <= size);
    }
    arena_free(a);
    return 0;
}
