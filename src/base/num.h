// SPDX-License-Identifier: EUPL-1.2
// num.h: numbers as text, independent of the C locale.
// Source   JSON numbers: RFC 8259 section 6
#ifndef PEIL_BASE_NUM_H
#define PEIL_BASE_NUM_H

#include "base/buf.h"
#include "base/err.h"

// A decimal as somebody wrote it: 20.0 is {200, 1}; value = units / 10^scale, scale 0..18.
typedef struct {
    int64_t units;
    int8_t scale;
} decimal;

#define DECIMAL_SCALE_MAX 18
extern const int64_t decimal_power[DECIMAL_SCALE_MAX + 1];  // of ten: decimal_power[3] is 1000

#define NUM_TEXT_MAX 32  // longest text of num_write_double, num_write_decimal

// Whole text is an optional minus and 1 to 18 digits, at most one point with digits on both sides, no leading
// zeros before a digit, no exponent, not "-0", "-0.0". False (no error) for anything else: then keep the
// text.
bool decimal_parse(str text, decimal *out);
double decimal_to_double(decimal d);                                 // nearest double
bool decimal_add(decimal a, decimal b, decimal *out);                // exactly; false: more than 18 digits
bool decimal_multiply(decimal a, decimal b, decimal *out);           // likewise
int decimal_cmp(decimal a, decimal b);                               // by value: 20.0 equals 20
size_t num_write_decimal(char out[static NUM_TEXT_MAX], decimal d);  // exactly as written
size_t num_write_double(char out[static NUM_TEXT_MAX], double v);    // shortest that reads back; or null
size_t num_write_int(char out[static NUM_TEXT_MAX], int64_t v);

// Whole text must be a JSON number; nearest double; what would be infinite is ERR_RANGE.
NODISCARD bool num_parse_double(str text, double *out, err *e);
NODISCARD bool num_parse_int(str text, int64_t *out, err *e);
bool num_equal(str a, str b);  // two JSON numbers by exact value: 1.0 equals 10e-1, -0 equals 0

void buf_add_double(buf *b, double v);
void buf_add_decimal(buf *b, decimal d);

#endif
