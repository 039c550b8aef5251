// SPDX-License-Identifier: EUPL-1.2
// Numbers: what is read is what strtod reads; what is written is read back.
#include "base/plain.h"

#include "base/fuzz.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void check_double(str text, const char *c_string)
{
    double v, again;
    char shortest[NUM_TEXT_MAX];
    err e = {0};
    if (!num_parse_double(text, &v, &e)) {
        FUZZ_REQUIRE(e.at <= text.n && (e.code == ERR_SYNTAX || isinf(strtod(c_string, NULL))));
        return;
    }
    FUZZ_REQUIRE(v == strtod(c_string, NULL));
    FUZZ_REQUIRE(num_equal(text, text));
    const str written = {shortest, num_write_double(shortest, v)};
    FUZZ_REQUIRE(num_parse_double(written, &again, &e) && again == v && signbit(again) == signbit(v));
}

static void check_decimal(str text, const char *c_string)
{
    decimal d;
    char again[NUM_TEXT_MAX];
    if (!decimal_parse(text, &d)) return;
    FUZZ_REQUIRE(str_eq((str){again, num_write_decimal(again, d)}, text));
    FUZZ_REQUIRE(decimal_to_double(d) == strtod(c_string, NULL));
}

static void check_plain(str text)
{
    decimal d, plain;
    const char *end = text.p;
    if (plain_decimal(&end, text.p + text.n, &plain)) {
        FUZZ_REQUIRE(end > text.p && end <= text.p + text.n);
        FUZZ_REQUIRE(decimal_parse((str){text.p, (size_t)(end - text.p)}, &d) && d.units == plain.units &&
                     d.scale == plain.scale);
    }
    end = text.p;
    if (decimal_parse(text, &d))
        FUZZ_REQUIRE(plain_decimal(&end, text.p + text.n, &plain) && end == text.p + text.n);
}

static void check_int(str text, const char *c_string)
{
    int64_t v;
    if (num_parse_int(text, &v, NULL)) FUZZ_REQUIRE(v == strtoimax(c_string, NULL, 10));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *c_string = malloc(size + 1);
    if (!c_string) return 0;
    memcpy(c_string, data, size);
    c_string[size] = '\0';
    const str text = {(const char *)data, size};
    check_double(text, c_string);
    check_decimal(text, c_string);
    check_plain(text);
    check_int(text, c_string);
    free(c_string);
    return 0;
}
