// SPDX-License-Identifier: EUPL-1.2
// Stored days as bytes: what is read is written again as the same bytes; of each day, a tally that can be read is written, read again and
// is equal.
#include "base/fuzz.h"

#include "rollup/stretch.h"
#include "rollup/tally.h"
#include "series/checksum.h"

static void look_at_day(str bytes)
{
    struct tally t, again;
    err e;
    if (!tally_get(bytes, &t, &e)) return;
    buf b = {.max = 1 << 22}, c = {.max = 1 << 22};
    tally_put(&b, &t);
    FUZZ_REQUIRE(!b.failed && tally_get(buf_str(&b), &again, &e) && tally_equal(&t, &again));
    tally_put(&c, &again);
    FUZZ_REQUIRE(str_eq(buf_str(&b), buf_str(&c)));
    tally_free(&again);
    tally_free(&t);
    buf_free(&b);
    buf_free(&c);
}

static void look_at_stretch(str bytes)
{
    struct stretch s;
    err e;
    if (!stretch_read(bytes, &s, &e)) return;
    buf b = {.max = 1 << 22};
    stretch_write(&b, &s);
    FUZZ_REQUIRE(!b.failed);
    struct stretch again;
    FUZZ_REQUIRE(stretch_read(buf_str(&b), &again, &e));
    for (int i = 0; i < STRETCH_DAYS; i++) {
        FUZZ_REQUIRE(str_eq(s.day[i], again.day[i]));
        if (s.day[i].n > 0) look_at_day(s.day[i]);
    }
    buf_free(&b);
}

// Once as it is, once with the checksum that it should have: else nothing behind it would ever be seen.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str bytes = {(const char *)data, size};
    look_at_stretch(bytes);
    look_at_day(bytes);
    buf b = {.max = size + 1};
    buf_add(&b, bytes);
    if (!b.failed && b.n > 1 + CHECKSUM_BYTES) {
        checksum_write((uint8_t *)b.p + 1, str_slice(buf_str(&b), 1 + CHECKSUM_BYTES, b.n));
        look_at_stretch(buf_str(&b));
    }
    buf_free(&b);
    return 0;
}
