// SPDX-License-Identifier: EUPL-1.2
#include "http/server.h"

#include "base/utf8.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str in = {(const char *)data, size};
    arena *a = arena_new(1 << 20);
    str out;
    err e;
    if (!a) return 0;
    if (http_percent_decode(in, size & 1, a, &out, &e)) assert(out.n <= in.n && utf8_is_valid(out, NULL));
    if (http_query_get(in, STR("$filter"), a, &out)) assert(out.n <= in.n && utf8_is_valid(out, NULL));
    (void)http_accepts(in, STR("gzip"));
    arena_free(a);
    return 0;
}
