// SPDX-License-Identifier: EUPL-1.2
// A description up to the first byte 0, and any bytes as its payload.
#include "ingest/lorawan/payload.h"

#include "base/fuzz.h"

#include <math.h>
#include <string.h>

#define MEMORY ((size_t)8 << 20)

static void check(const struct device_result *out)
{
    for (size_t i = 0; i < out->reading_count; i++) {
        const struct reading *r = &out->readings[i];
        FUZZ_REQUIRE(r->name.n > 0);
        if (r->quantity) FUZZ_REQUIRE(isfinite(value_to_double(&r->result)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const void *zero = size ? memchr(data, 0, size) : NULL;
    const size_t n = zero ? (size_t)((const uint8_t *)zero - data) : size;
    const str text = {(const char *)data, n};
    const str payload = str_slice((str){(const char *)data, size}, zero ? n + 1 : n, size);
    const struct device_message m = {.received = (instant)1767225600 * TIME_SECOND};
    arena *a = arena_new(MEMORY);
    struct description *d;
    struct gather g;
    struct device_result out;
    err e;
    if (description_read(STR("d"), text, a, &d, &e)) {
        gather_start(&g, &m, 20000, a);
        FUZZ_REQUIRE(gather_device(&g, STR("device"), &e));
        if (payload_read(d, payload, 0, &g, &e)) {
            gather_end(&g, &out);
            check(&out);
        } else {
            FUZZ_REQUIRE(e.code == ERR_LIMIT);
        }
    } else {
        FUZZ_REQUIRE(e.text[0] != '\0' && (e.at <= n || e.at == ERR_NOWHERE));
    }
    arena_free(a);
    return 0;
}
