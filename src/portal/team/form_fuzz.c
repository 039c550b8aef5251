// SPDX-License-Identifier: EUPL-1.2
// A posted form: whatever the bytes, fields are text in UTF-8 without NUL, no longer than what was sent, and never too many.
#include "base/fuzz.h"
#include "base/utf8.h"
#include "portal/team/form.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str body = {(const char *)data, size};
    arena *a = arena_new((size_t)4 << 20);
    struct form f;
    int64_t n;
    err e;
    if (!a) return 0;
    if (form_read(STR("application/x-www-form-urlencoded; charset=utf-8"), body, a, &f, &e)) {
        FUZZ_REQUIRE(f.count <= FORM_FIELDS_MAX);
        for (size_t k = 0; k < f.count; k++) {
            const str value = f.fields[k].value;
            FUZZ_REQUIRE(value.n <= size && f.fields[k].name.n <= size);
            FUZZ_REQUIRE(utf8_is_valid(value, NULL) && utf8_is_valid(f.fields[k].name, NULL));
            FUZZ_REQUIRE(!value.n || !memchr(value.p, 0, value.n));
        }
        (void)form_text(&f, STR("naam"));
        (void)form_flag(&f, STR("naam"));
        (void)form_int(&f, STR("naam"), &n);
    }
    FUZZ_REQUIRE(!form_read(STR("multipart/form-data"), body, a, &f, &e));
    arena_free(a);
    return 0;
}
