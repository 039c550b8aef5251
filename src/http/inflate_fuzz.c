// SPDX-License-Identifier: EUPL-1.2
// The first byte chooses the coding, the rest is the body.
#include "http/inflate.h"

#include "base/fuzz.h"

#define MAX ((size_t)1 << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    buf out = {.max = 2 * MAX};
    err e = {0};
    const bool ok = http_inflate((str){(const char *)data + 1, size - 1},
                                 data[0] % 2 ? STR("gzip") : STR("deflate"), MAX, &out, &e);
    FUZZ_REQUIRE(ok ? out.n <= MAX : e.code != ERR_NONE);
    buf_free(&out);
    return 0;
}
