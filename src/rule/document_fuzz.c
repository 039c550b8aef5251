// SPDX-License-Identifier: EUPL-1.2
// Any bytes as a rule; one that is taken is written as JSON that reads.
#include "rule/rule.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena *a = arena_new((size_t)1 << 20);
    struct rule r;
    err e;
    if (a && rule_parse(STR("fuzz"), (str){(const char *)data, size}, NULL, a, &r, &e)) {
        buf b = {.max = (size_t)1 << 20};
        json *j;
        json_writer w = json_writer_on(&b);
        rule_write(&w, &r, true);
        assert(!b.failed && json_parse(buf_str(&b), a, &j, &e));
        buf_free(&b);
    }
    arena_free(a);
    return 0;
}
