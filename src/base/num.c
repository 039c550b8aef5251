// SPDX-License-Identifier: EUPL-1.2
#include "base/num.h"

#include <assert.h>
#include <endian.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_POWER 22                     // 10^22 is the last power of ten that a double holds exactly
#define EXACT_INTEGER ((uint64_t)1 << 53)  // and all integers up to here

static const double power_of_ten[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

const int64_t decimal_power[DECIMAL_SCALE_MAX + 1] = {1,
                                                      10,
                                                      100,
                                                      1000,
                                                      10000,
                                                      100000,
                                                      1000000,
                                                      10000000,
                                                      100000000,
                                                      1000000000,
                                                      10000000000,
                                                      100000000000,
                                                      1000000000000,
                                                      10000000000000,
                                                      100000000000000,
                                                      1000000000000000,
                                                      10000000000000000,
                                                      100000000000000000,
                                                      1000000000000000000};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool decimal_parse(str text, decimal *out)
{
    if (text.n == 0) return false;
    const char *p = text.p;
    const char *const end = p + text.n;
    const bool negative = *p == '-';
    p += negative;
    if (end - p > DECIMAL_SCALE_MAX + 1) return false;  // 18 digits and a point
    if (p == end || !is_digit(*p)) return false;
    if (*p == '0' && end - p > 1 && p[1] != '.') return false;
    const char *point = NULL;
    int64_t units = 0;
    int digits = 0;
    for (; p < end; p++) {
        if (is_digit(*p)) {
            if (++digits > DECIMAL_SCALE_MAX) return false;
            units = units * 10 + (*p - '0');
        } else if (*p == '.' && !point && p + 1 < end) {
            point = p;
        } else {
            return false;
        }
    }
    if (negative && units == 0) return false;
    *out = (decimal){negative ? -units : units, (int8_t)(point ? end - point - 1 : 0)};
    return true;
}

double decimal_to_double(decimal d)
{
    const uint64_t size = d.units < 0 ? -(uint64_t)d.units : (uint64_t)d.units;
    if (size <= EXACT_INTEGER) return (double)d.units / power_of_ten[d.scale];  // both exact: rounded once
    char text[NUM_TEXT_MAX];
    double v = 0;
    return num_parse_double((str){text, num_write_decimal(text, d)}, &v, NULL) ? v : 0;
}

int decimal_cmp(decimal a, decimal b)
{
    // at most 2^63 * 10^18 < 2^127
    const __int128 x = (__int128)a.units * (a.scale < b.scale ? decimal_power[b.scale - a.scale] : 1);
    const __int128 y = (__int128)b.units * (b.scale < a.scale ? decimal_power[a.scale - b.scale] : 1);
    return (x > y) - (x < y);
}

static bool decimal_of(__int128 units, int scale, decimal *out)
{
    const __int128 end = decimal_power[DECIMAL_SCALE_MAX];
    if (scale > DECIMAL_SCALE_MAX || units >= end || units <= -end) return false;
    *out = (decimal){(int64_t)units, (int8_t)scale};
    return true;
}

bool decimal_add(decimal a, decimal b, decimal *out)
{
    const int8_t scale = a.scale > b.scale ? a.scale : b.scale;
    const __int128 x = (__int128)a.units * decimal_power[scale - a.scale];
    const __int128 y = (__int128)b.units * decimal_power[scale - b.scale];
    return decimal_of(x + y, scale, out);
}

bool decimal_multiply(decimal a, decimal b, decimal *out)
{
    return decimal_of((__int128)a.units * b.units, a.scale + b.scale, out);
}

// ---- digits ----

static const char digit_pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

// How many digits v has; at least one.
static size_t digit_count(uint64_t v)
{
    const unsigned bits = 64U - (unsigned)__builtin_clzll(v | 1);
    const unsigned least = bits * 1233 >> 12;  // 1233 / 4096 is the logarithm of 2
    if (least > DECIMAL_SCALE_MAX) return v < 10 * (uint64_t)decimal_power[DECIMAL_SCALE_MAX] ? 19 : 20;
    return least + (v >= (uint64_t)decimal_power[least]) + (v == 0);
}

// The eight digits of v < 10^8, the first one in the lowest byte, each as its value: halves, quarters and eighths of the number
// in lanes of one word, so that no digit waits for another.
static uint64_t eight_digits(uint32_t v)
{
    const uint64_t fours = v / 10000 | (uint64_t)(v % 10000) << 32;
    const uint64_t hundreds = fours * 10486 >> 20 & 0x0000007F0000007F;
    const uint64_t twos = hundreds | (fours - hundreds * 100) << 16;
    const uint64_t tens = twos * 103 >> 10 & 0x000F000F000F000F;
    return tens | (twos - tens * 10) << 8;
}

static void store_digits(char *out, uint64_t eight)
{
    eight = htole64(eight | 0x3030303030303030);
    memcpy(out, &eight, sizeof eight);
}

// The last n digits of v.
static void put_digits(char *out, uint64_t v, size_t n)
{
    for (; n >= 8; n -= 8, v /= 100000000) store_digits(out + n - 8, eight_digits((uint32_t)(v % 100000000)));
    for (; n >= 2; n -= 2, v /= 100) memcpy(out + n - 2, digit_pairs + 2 * (v % 100), 2);
    if (n > 0) *out = (char)('0' + v % 10);
}

// Moves the first n of the bytes behind *p one forward; at least eight are there, and *p itself says nothing.
static void move_forward(char *p, size_t n)
{
    uint64_t bytes;
    if (n >= sizeof bytes) {
        memmove(p, p + 1, n);
        return;
    }
    memcpy(&bytes, p + 1, sizeof bytes);
    const uint64_t moved = ((uint64_t)1 << 8 * n) - 1, is = le64toh(bytes);
    bytes = htole64((is & moved) | (is << 8 & ~moved));
    memcpy(p, &bytes, sizeof bytes);
}

size_t num_write_decimal(char out[static NUM_TEXT_MAX], decimal d)
{
    assert(d.scale >= 0 && d.scale <= DECIMAL_SCALE_MAX);
    const uint64_t size = d.units < 0 ? -(uint64_t)d.units : (uint64_t)d.units;
    const size_t scale = (size_t)d.scale, count = digit_count(size), n = count > scale ? count : scale + 1;
    char *p = out;
    if (d.units < 0) *p++ = '-';
    if (scale == 0) {
        put_digits(p, size, n);
        return (size_t)(p - out) + n;
    }
    put_digits(p + 1, size, n);  // one too far: those before the point move back
    move_forward(p, n - scale);
    p[n - scale] = '.';
    return (size_t)(p - out) + n + 1;
}

size_t num_write_int(char out[static NUM_TEXT_MAX], int64_t v)
{
    return num_write_decimal(out, (decimal){v, 0});
}

// A positive number as 0.DIGITS times ten to the power `point`.
struct digits {
    char p[DBL_DECIMAL_DIG + 1];
    int n;
    int point;
};

static double digits_value(const struct digits *d)
{
    char text[NUM_TEXT_MAX + 16];
    const int n = snprintf(text, sizeof text, "%.*se%d", d->n, d->p, d->point - d->n);
    double v = 0;
    return num_parse_double((str){text, (size_t)n}, &v, NULL) ? v : HUGE_VAL;
}

// v > 0 correctly rounded to `count` digits. Whatever the locale puts between the first two is left out.
static void digits_round(struct digits *d, double v, int count)
{
    char text[64];
    snprintf(text, sizeof text, "%.*e", count - 1, v);
    const char *p = text;
    for (d->n = 0; *p != 'e'; p++) {
        if (is_digit(*p)) d->p[d->n++] = *p;
    }
    d->point = (int)strtol(p + 1, NULL, 10) + 1;
}

static void digits_next(struct digits *d)
{
    int i = d->n - 1;
    while (i >= 0 && d->p[i] == '9') d->p[i--] = '0';
    if (i >= 0) {
        d->p[i]++;
    } else {
        d->p[0] = '1';
        d->point++;
    }
}

#define MANTISSA_BITS (DBL_MANT_DIG - 1)  // that are stored; the first one is not
#define EXPONENT_BIAS (DBL_MAX_EXP - 1)

static __uint128_t int_power(int n)
{
    return n <= DECIMAL_SCALE_MAX ? (__uint128_t)decimal_power[n]
                                  : (__uint128_t)decimal_power[DECIMAL_SCALE_MAX] *
                                        (uint64_t)decimal_power[n - DECIMAL_SCALE_MAX];
}

// A number of ordinary size, v = m * 2^-shift: all that decides about its digits are integers below 2^128, here four times
// v * 10^scale and how far half way to the neighbours is, in units of 2^-shift.
struct ordinary {
    uint64_t m;
    int shift;
    int scale;  // v * 10^scale has 16 or 17 digits before the point
    __uint128_t four, half;
};

static bool take_apart(double v, struct ordinary *o)
{
    if (v < 1e-5 || v >= (double)EXACT_INTEGER) return false;
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    const int exponent = (int)(bits >> MANTISSA_BITS) - EXPONENT_BIAS;  // of the first digit in base two
    o->m = (bits & (EXACT_INTEGER / 2 - 1)) | EXACT_INTEGER / 2;
    if (o->m == EXACT_INTEGER / 2) return false;  // a power of two: see digits_shortest
    o->shift = MANTISSA_BITS - exponent;
    o->scale = (o->shift * 1233 + 4095) >> 12;  // 1233 / 4096 is the logarithm of two
    const __uint128_t power = int_power(o->scale);
    o->four = 4 * o->m * power;
    o->half = 2 * power;
    return true;
}

// x * 2^-shift, cut off; odd where something was: so that comparisons with even numbers come out as those of the whole.
static uint64_t cut_to_odd(__uint128_t x, int shift)
{
    const __uint128_t kept = x >> shift;
    return (uint64_t)kept | (kept << shift != x);
}

// The shortest, as units to o->scale, with zeros at its end where it is shorter than those. Of the multiples of ten at most one reads
// back as v, for doubles lie less far apart; else there are one or two beside v that may do, or v's nearest.
// Source   Raffaele Giulietti, The Schubfach way to render doubles, 2020
static uint64_t shortest_units(const struct ordinary *o)
{
    const uint64_t odd = o->m % 2, v = cut_to_odd(o->four, o->shift),
                   low = cut_to_odd(o->four - o->half, o->shift) + odd,
                   high = cut_to_odd(o->four + o->half, o->shift) - odd, below = v / 4,
                   tens = below / 10 * 10;
    const bool tens_do = low <= 4 * tens, next_tens_do = 4 * tens + 40 <= high;
    if (tens_do != next_tens_do) return tens + 10 * next_tens_do;
    const bool below_does = low <= 4 * below, above_does = 4 * below + 4 <= high;
    if (below_does != above_does) return below + above_does;
    return below + (v > 4 * below + 2 || (v == 4 * below + 2 && below % 2 == 1));
}

// The fewest digits that read back as v. Just above a power of two the numbers lie half as far apart below as
// above, so that the nearest text of some length can fail where the next one up holds.
static void digits_shortest(struct digits *d, double v)
{
    const int least = v < DBL_MIN ? 1 : DBL_DIG;  // subnormal numbers lie further apart
    for (int count = least; count < DBL_DECIMAL_DIG; count++) {
        digits_round(d, v, count);
        if (digits_value(d) == v) return;
        digits_next(d);
        if (digits_value(d) == v) return;
    }
    digits_round(d, v, DBL_DECIMAL_DIG);
}

static size_t put(char *out, size_t n, const char *p, int count)
{
    memcpy(out + n, p, (size_t)count);
    return n + (size_t)count;
}

static size_t put_zeros(char *out, size_t n, int count)
{
    memset(out + n, '0', (size_t)count);
    return n + (size_t)count;
}

// As ECMAScript does: plain between 10^-7 and 10^21, with an exponent outside.
static size_t digits_write(char *out, size_t n, const struct digits *d)
{
    if (d->point > 21 || d->point < -5) {
        n = put(out, n, d->p, 1);
        if (d->n > 1) out[n++] = '.';
        n = put(out, n, d->p + 1, d->n - 1);
        out[n++] = 'e';
        return n + num_write_int(out + n, d->point - 1);
    }
    if (d->point <= 0) {
        n = put(out, n, "0.", 2);
        n = put_zeros(out, n, -d->point);
        return put(out, n, d->p, d->n);
    }
    if (d->n <= d->point) {
        n = put(out, n, d->p, d->n);
        return put_zeros(out, n, d->point - d->n);
    }
    n = put(out, n, d->p, d->point);
    out[n++] = '.';
    return put(out, n, d->p + d->point, d->n - d->point);
}

static size_t without_zeros(const char *text, size_t n)
{
    while (text[n - 1] == '0') n--;
    return text[n - 1] == '.' ? n - 1 : n;
}

static size_t write_small(char *out, size_t n, uint64_t units, int scale)
{
    struct digits d;
    const size_t count = digit_count(units);
    put_digits(d.p, units, count);
    d.point = (int)count - scale;
    d.n = (int)without_zeros(d.p, count);
    return digits_write(out, n, &d);
}

// Most numbers that are no decimals. False: digits_shortest has to find the digits.
static bool write_ordinary(char out[static NUM_TEXT_MAX], double v, size_t *n)
{
    struct ordinary o;
    if (!take_apart(fabs(v), &o)) return false;
    const uint64_t units = shortest_units(&o);
    if (o.scale >= 1 && o.scale <= DECIMAL_SCALE_MAX) {
        const int64_t is = v < 0 ? -(int64_t)units : (int64_t)units;
        *n = without_zeros(out, num_write_decimal(out, (decimal){is, (int8_t)o.scale}));
        return true;
    }
    if (v < 0) *out = '-';
    *n = write_small(out, v < 0, units, o.scale);
    return true;
}

#define FEW_DECIMALS 6
#define USUAL_DECIMALS 2

// Of what is below 2^51; anything else becomes something at or above 10^15, or is not equal to itself. A call of rint costs as much as the
// rest of is_exactly.
static double nearest_integer(double v)
{
    const double magic = 0x1.8p52;
    return v + magic - magic;
}

static bool is_exactly(double v, int8_t scale, decimal *out)
{
    const double k = nearest_integer(v * power_of_ten[scale]);
    if (!(fabs(k) < 1e15) || k / power_of_ten[scale] != v) return false;
    *out = (decimal){(int64_t)k, scale};
    return true;
}

// Most readings have few decimals: v = k / 10^scale with k below 10^15, where no two such texts read as one
// double. Two and six of them are tried at once, fewer are then found by their zeros; a number too large for six has fewer.
static bool few_decimals(double v, decimal *out)
{
    int8_t scale = FEW_DECIMALS;
    while (scale > USUAL_DECIMALS && !(fabs(v * power_of_ten[scale]) < 1e15)) scale--;
    if (is_exactly(v, 0, out)) return true;
    if (!is_exactly(v, USUAL_DECIMALS, out) && !is_exactly(v, scale, out)) return false;
    for (; out->scale > 0 && out->units % 10 == 0; out->scale--) out->units /= 10;
    return true;
}

size_t num_write_double(char out[static NUM_TEXT_MAX], double v)
{
    decimal short_form;
    if (!isfinite(v)) return put(out, 0, "null", 4);
    if (few_decimals(v, &short_form) && !(v == 0 && signbit(v))) return num_write_decimal(out, short_form);
    size_t n = 0;
    if (write_ordinary(out, v, &n)) return n;
    if (signbit(v)) out[n++] = '-';
    if (v == 0) return put(out, n, "0", 1);
    struct digits d;
    digits_shortest(&d, fabs(v));
    while (d.n > 1 && d.p[d.n - 1] == '0') d.n--;
    return digits_write(out, n, &d);
}

// The parts of a JSON number, as views; checked against the grammar.
struct parts {
    bool negative;
    str whole;
    str fraction;
    int64_t exponent;  // saturates far outside what a double can hold
};

static str take_digits(str text, size_t *at)
{
    const size_t start = *at;
    while (*at < text.n && is_digit(text.p[*at])) (*at)++;
    return str_slice(text, start, *at);
}

static bool split_exponent(str text, size_t *at, struct parts *out, err *e)
{
    bool negative = false;
    (*at)++;
    if (*at < text.n && (text.p[*at] == '+' || text.p[*at] == '-')) negative = text.p[(*at)++] == '-';
    const str digits = take_digits(text, at);
    if (digits.n == 0) return err_set(e, ERR_SYNTAX, *at, "expected digits in the exponent of a number");
    for (size_t i = 0; i < digits.n && out->exponent < 1000000000; i++) {
        out->exponent = out->exponent * 10 + (digits.p[i] - '0');
    }
    if (negative) out->exponent = -out->exponent;
    return true;
}

static bool split(str text, struct parts *out, err *e)
{
    size_t at = 0;
    *out = (struct parts){0};
    if (text.n > 0 && text.p[0] == '-') {
        out->negative = true;
        at++;
    }
    out->whole = take_digits(text, &at);
    if (out->whole.n == 0) return err_set(e, ERR_SYNTAX, at, "expected a number");
    if (out->whole.n > 1 && out->whole.p[0] == '0') {
        return err_set(e, ERR_SYNTAX, at - out->whole.n, "a number must not start with a needless 0");
    }
    if (at < text.n && text.p[at] == '.') {
        at++;
        out->fraction = take_digits(text, &at);
        if (out->fraction.n == 0)
            return err_set(e, ERR_SYNTAX, at, "expected digits after the point of a number");
    }
    if (at < text.n && (text.p[at] == 'e' || text.p[at] == 'E') && !split_exponent(text, &at, out, e))
        return false;
    if (at < text.n) return err_set(e, ERR_SYNTAX, at, "expected the end of the number");
    return true;
}

// Up to 19 digits as an integer; false when there are more.
static bool small_mantissa(const struct parts *p, uint64_t *out)
{
    if (p->whole.n + p->fraction.n > 19) return false;
    uint64_t m = 0;
    for (size_t i = 0; i < p->whole.n; i++) m = m * 10 + (uint64_t)(p->whole.p[i] - '0');
    for (size_t i = 0; i < p->fraction.n; i++) m = m * 10 + (uint64_t)(p->fraction.p[i] - '0');
    *out = m;
    return true;
}

// W. D. Clinger, "How to read floating point numbers accurately" (1990): with mantissa and power of ten both
// exact, one multiplication or division rounds correctly.
static bool exact_value(const struct parts *p, double *out)
{
    uint64_t m;
    if (!small_mantissa(p, &m) || m > EXACT_INTEGER) return false;
    const int64_t power = p->exponent - (int64_t)p->fraction.n;
    if (power < -EXACT_POWER || power > EXACT_POWER) return false;
    *out = power < 0 ? (double)m / power_of_ten[-power] : (double)m * power_of_ten[power];
    return true;
}

// A double lies half way between two others only with up to 767 digits; of those beyond it counts only
// whether one is not 0. So a text of any length fits.
#define DIGITS_THAT_COUNT 770

struct mantissa {
    char text[DIGITS_THAT_COUNT + 32];
    size_t n;
    int64_t dropped;  // digits left out, each a power of ten
    bool rest;        // one of these was not 0
};

static void mantissa_add(struct mantissa *m, str digits)
{
    for (size_t i = 0; i < digits.n; i++) {
        if (m->n == 0 && digits.p[i] == '0') continue;
        if (m->n < DIGITS_THAT_COUNT) {
            m->text[m->n++] = digits.p[i];
        } else {
            m->dropped++;
            m->rest |= digits.p[i] != '0';
        }
    }
}

static double slow_value(const struct parts *p)
{
    struct mantissa m = {0};
    mantissa_add(&m, p->whole);
    mantissa_add(&m, p->fraction);
    if (m.n == 0) return 0;
    int64_t power = p->exponent - (int64_t)p->fraction.n + m.dropped;
    if (m.rest) {
        m.text[m.n++] = '1';
        power--;
    }
    snprintf(m.text + m.n, sizeof m.text - m.n, "e%lld", (long long)power);
    // the "C" locale is a constant of glibc: nothing is allocated, nothing to free
    return strtod_l(m.text, NULL, newlocale(LC_ALL_MASK, "C", NULL));
}

bool num_parse_double(str text, double *out, err *e)
{
    struct parts parts;
    if (!split(text, &parts, e)) return false;
    double v;
    if (!exact_value(&parts, &v)) v = slow_value(&parts);
    if (isinf(v)) return err_set(e, ERR_RANGE, 0, "the number is too large: at most 1.7976931348623157e308");
    *out = parts.negative ? -v : v;
    return true;
}

static char digit_at(const struct parts *p, size_t i)
{
    return i < p->whole.n ? p->whole.p[i] : p->fraction.p[i - p->whole.n];
}

// The digits that are left without zeros at both ends: [from, to). None for zero.
static void significant(const struct parts *p, size_t *from, size_t *to)
{
    *from = 0;
    *to = p->whole.n + p->fraction.n;
    while (*from < *to && digit_at(p, *from) == '0') (*from)++;
    while (*from < *to && digit_at(p, *to - 1) == '0') (*to)--;
}

bool num_equal(str a, str b)
{
    struct parts x, y;
    if (!split(a, &x, NULL) || !split(b, &y, NULL)) return false;
    size_t x_from, x_to, y_from, y_to;
    significant(&x, &x_from, &x_to);
    significant(&y, &y_from, &y_to);
    if (x_from == x_to || y_from == y_to) return x_from == x_to && y_from == y_to;
    const int64_t x_point = (int64_t)(x.whole.n - x_from) + x.exponent;
    const int64_t y_point = (int64_t)(y.whole.n - y_from) + y.exponent;
    if (x.negative != y.negative || x_point != y_point || x_to - x_from != y_to - y_from) return false;
    for (size_t i = 0; x_from + i < x_to; i++) {
        if (digit_at(&x, x_from + i) != digit_at(&y, y_from + i)) return false;
    }
    return true;
}

bool num_parse_int(str text, int64_t *out, err *e)
{
    size_t at = text.n > 0 && text.p[0] == '-';
    const bool negative = at;
    const str digits = take_digits(text, &at);
    if (digits.n == 0) return err_set(e, ERR_SYNTAX, at, "expected a whole number");
    if (at < text.n) return err_set(e, ERR_SYNTAX, at, "expected a whole number, digits only");
    if (digits.n > 1 && digits.p[0] == '0') {
        return err_set(e, ERR_SYNTAX, at - digits.n, "a number must not start with a needless 0");
    }
    int64_t v = 0;
    for (size_t i = 0; i < digits.n; i++) {
        const int digit = digits.p[i] - '0';
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, digit, &v)) {
            return err_set(e, ERR_RANGE, 0, "the number does not fit in 64 bits");
        }
    }
    if (!negative && v == INT64_MIN) return err_set(e, ERR_RANGE, 0, "the number does not fit in 64 bits");
    *out = negative ? v : -v;
    return true;
}

void buf_add_double(buf *b, double v)
{
    if (!b->failed && b->capacity - b->n >= NUM_TEXT_MAX) {
        b->n += num_write_double(b->p + b->n, v);
        return;
    }
    char text[NUM_TEXT_MAX];
    buf_add(b, (str){text, num_write_double(text, v)});
}

void buf_add_decimal(buf *b, decimal d)
{
    char text[NUM_TEXT_MAX];
    buf_add(b, (str){text, num_write_decimal(text, d)});
}
