// SPDX-License-Identifier: EUPL-1.2
// The document, a line end, the patch. What comes out must be JSON again.
#include "base/fuzz.h"
#include "sta/write/json_patch.h"

#include <string.h>

static void check(const json *document, arena *a)
{
    buf b = {.max = (size_t)8 << 20};
    json *again;
    err e = {0};
    json_write(&b, document);
    FUZZ_REQUIRE(b.failed || json_parse(buf_str(&b), a, &again, &e) || e.code == ERR_LIMIT);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    if (!end) return 0;
    arena *a = arena_new((size_t)4 << 20);
    const size_t n = (size_t)(end - data);
    json *document, *patch;
    err e = {0};
    if (a && json_parse((str){(const char *)data, n}, a, &document, &e) &&
        json_parse((str){(const char *)end + 1, size - n - 1}, a, &patch, &e)) {
        if (json_patch_apply(document, patch, a, &e))
            check(document, a);
        else
            FUZZ_REQUIRE(e.text[0] != '\0');
    }
    arena_free(a);
    return 0;
}
