// SPDX-License-Identifier: EUPL-1.2
// Stored sums: what is read can be written, read again, and added to itself; nothing else comes in.
#include "base/fuzz.h"

#include "rollup/tally.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tally t, again, sum = {.count = 0};
    err e;
    if (!tally_read((str){(const char *)data, size}, &t, &e)) return 0;
    buf b = {.max = 1 << 22}, c = {.max = 1 << 22};
    tally_write(&b, &t);
    FUZZ_REQUIRE(!b.failed && tally_read(buf_str(&b), &again, &e) && tally_equal(&t, &again));
    tally_write(&c, &again);
    FUZZ_REQUIRE(str_eq(buf_str(&b), buf_str(&c)));
    if (tally_merge(&sum, &t, &e) && tally_merge(&sum, &again, &e)) FUZZ_REQUIRE(sum.count == 2 * t.count);
    tally_free(&sum);
    tally_free(&again);
    tally_free(&t);
    buf_free(&b);
    buf_free(&c);
    return 0;
}
