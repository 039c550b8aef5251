// SPDX-License-Identifier: EUPL-1.2
// plain.h: times and numbers in the form that programs write nearly all of theirs in, read in one pass over their bytes. What has
// another form is left to time_parse and decimal_parse; what is read here, these read the same.
// Errors   false: not of this form (or wrong); nothing was read
#ifndef PEIL_BASE_PLAIN_H
#define PEIL_BASE_PLAIN_H

#include "base/num.h"
#include "base/time.h"

// "12", "-1.50": *p moves behind the number. What follows it is the caller's to look at: "12e3" gives 12.
static inline bool plain_decimal(const char **p, const char *end, decimal *out)
{
    const char *c = *p;
    const bool is_negative = c < end && *c == '-';
    c += is_negative;
    const char *const first = c, *const most = end - c > DECIMAL_SCALE_MAX + 1 ? c + DECIMAL_SCALE_MAX + 1
                                                                               : end;
    uint64_t units = 0;  // 19 digits fit
    while (c < most && (unsigned)(*c - '0') < 10) units = units * 10 + (uint64_t)(*c++ - '0');
    size_t digits = (size_t)(c - first);
    int8_t scale = 0;
    if (digits == 0 || digits > DECIMAL_SCALE_MAX || (digits > 1 && *first == '0')) return false;
    if (c < end && *c == '.') {
        const char *const fraction = ++c;
        if ((size_t)(end - c) > DECIMAL_SCALE_MAX + 1 - digits) end = c + (DECIMAL_SCALE_MAX + 1 - digits);
        while (c < end && (unsigned)(*c - '0') < 10) units = units * 10 + (uint64_t)(*c++ - '0');
        scale = (int8_t)(c - fraction);
        digits += (size_t)scale;
        if (scale == 0 || digits > DECIMAL_SCALE_MAX) return false;
    }
    if (is_negative && units == 0) return false;
    *out = (decimal){is_negative ? -(int64_t)units : (int64_t)units, scale};
    *p = c;
    return true;
}

// "2026-01-01T09:00:00Z", with any number of fraction digits: *p moves behind the Z.
bool plain_time(const char **p, const char *end, instant *out);

#endif
