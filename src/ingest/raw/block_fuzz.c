// SPDX-License-Identifier: EUPL-1.2
// A block as it may stand on a damaged disk. The first byte says whether the rest is packed. What is read of it is written anew and
// read again, to the same.
#include "base/fuzz.h"
#include "ingest/raw/block.h"

#define MEMORY ((size_t)32 << 20)

struct taking {
    str all;  // where bodies must lie; empty: in what was unpacked
    buf again;
    size_t messages;
};

static bool take(const struct device_adapter *d, const struct device_message *m, void *context, err *e)
{
    struct taking *t = context;
    (void)e;
    FUZZ_REQUIRE(d && m->is_replayed && m->body.n < RAW_BLOCK_MAX);
    if (t->all.n && m->body.n)
        FUZZ_REQUIRE(m->body.p >= t->all.p && m->body.p + m->body.n < t->all.p + t->all.n);
    t->messages++;
    raw_block_add(&t->again, d, m);
    return !t->again.failed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) return 0;
    const str rest = {(const char *)data + 1, size - 1};
    struct taking first = {.again = {.max = 2 * RAW_BLOCK_MAX}},
                  second = {.again = {.max = 2 * RAW_BLOCK_MAX}};
    arena *a = arena_new(MEMORY), *b = arena_new(MEMORY);
    str packed;
    err e = {0};
    if (a && b) {
        if (data[0] & 1) {
            (void)!raw_block_read(rest, a, take, &first, &e);
        } else {
            first.all = rest;
            (void)!raw_block_each(rest, take, &first, &e);
        }
        const str text = buf_str(&first.again);
        if (!first.again.failed && text.n > 0 && text.n <= RAW_BLOCK_MAX) {
            FUZZ_REQUIRE(raw_block_pack(text, b, &packed, &e));
            FUZZ_REQUIRE(raw_block_read(packed, b, take, &second, &e));
            FUZZ_REQUIRE(second.messages == first.messages && str_eq(buf_str(&second.again), text));
        }
    }
    buf_free(&first.again);
    buf_free(&second.again);
    arena_free(a);
    arena_free(b);
    return 0;
}
