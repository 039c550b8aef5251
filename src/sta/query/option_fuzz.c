// SPDX-License-Identifier: EUPL-1.2
// The first byte chooses what is asked for. What is accepted must survive being printed and read again.
#include "base/fuzz.h"
#include "sta/option.h"

static void read_and_print(str query, const struct sta_target *t, arena *a, buf *out)
{
    struct query *q;
    err e = {0};
    if (!sta_options_parse(query, t, NULL, a, &q, &e)) {
        FUZZ_REQUIRE(e.text[0] != '\0');
        return;
    }
    sta_options_print(out, q, q->after, q->after_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    const struct sta_target t = {.set = data[0] % ENTITY_SET_COUNT, .id = data[0] & 0x80};
    arena *a = arena_new((size_t)16 << 20);
    buf once = {.max = 12 << 10}, twice = {.max = 12 << 10};
    if (a) {
        read_and_print((str){(const char *)data + 1, size - 1}, &t, a, &once);
        // what is printed may be longer than a query may be
        if (!once.failed && once.n > 0) {
            read_and_print(buf_str(&once), &t, a, &twice);
            if (!twice.failed && !str_eq(buf_str(&once), buf_str(&twice))) {
                fprintf(stderr, "%.*s\n%.*s\n", STR_ARG(buf_str(&once)), STR_ARG(buf_str(&twice)));
                abort();
            }
        }
    }
    buf_free(&once);
    buf_free(&twice);
    arena_free(a);
    return 0;
}
