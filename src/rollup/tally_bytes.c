// SPDX-License-Identifier: EUPL-1.2
// A tally as few bytes and back. What is zero or empty takes a bit at most, so that equal tallies are equal bytes.
//
// Values come in tenths or whole units, steps are finer: the power of ten that all steps have in common is taken out. Sums are those
// of what the values exceed the least one by. Both leave small numbers, and nothing is lost: 128-bit integers wrap around and back.
#include "rollup/tally.h"

#include "base/num.h"
#include "series/varint.h"

#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 natural;

enum {
    HAS_ENERGY = 16,
    HAS_ABOVE = 32,
    HAS_NEGATIVE = 64,  // values below zero
    HAS_ZEROS = 128,
    POWER = 15  // the low bits: of ten, of all steps
};

// ---- numbers of 128 bits -------------------------------------------------------------------------------------------

static void put_wide(buf *b, natural v)
{
    for (; v >= 0x80; v >>= 7) put_byte(b, (uint8_t)(v | 0x80));
    put_byte(b, (uint8_t)v);
}

static natural get_wide(reader *r)
{
    natural v = 0;
    for (unsigned shift = 0; shift < 128 && !r->failed; shift += 7) {
        const uint8_t byte = get_byte(r);
        v |= (natural)(byte & 0x7f) << shift;
        if (byte < 0x80) return v;
    }
    r->failed = true;
    return 0;
}

static natural wide_zigzag(wide v)
{
    return ((natural)v << 1) ^ (natural)(v >> 127);
}

static wide wide_unzigzag(natural v)
{
    return (wide)((v >> 1) ^ (0 - (v & 1)));
}

// ---- sums ----------------------------------------------------------------------------------------------------------

static bool is_multiple(const struct tally *t, int64_t ten)
{
    return t->sum % ten == 0 && t->least % ten == 0 && t->most % ten == 0 &&
           t->squares % ((wide)ten * ten) == 0;
}

static unsigned common_power(const struct tally *t)
{
    unsigned power = 0;
    while (power < POWER && is_multiple(t, decimal_power[power + 1])) power++;
    return power;
}

// With x = least + y: the sum of y is s - n x, that of their squares q - 2 x s + n x x.
static void put_sums(buf *b, const struct tally *t, unsigned power)
{
    const int64_t ten = decimal_power[power];
    const natural n = (natural)t->count, x = (natural)(t->least / ten), s = (natural)(t->sum / ten);
    const natural q = (natural)(t->squares / ((wide)ten * ten));
    put_zigzag(b, t->least / ten);
    put_zigzag(b, int_minus(t->most / ten, t->least / ten));
    put_wide(b, wide_zigzag((wide)(s - n * x)));
    put_wide(b, wide_zigzag((wide)(q - 2 * x * s + n * x * x)));
}

static bool get_sums(reader *r, unsigned power, struct tally *t)
{
    const int64_t ten = decimal_power[power], least = get_zigzag(r), most = int_plus(least, get_zigzag(r));
    const natural n = (natural)t->count, x = (natural)least;
    const natural s = (natural)wide_unzigzag(get_wide(r)) + n * x;
    const natural q = (natural)wide_unzigzag(get_wide(r)) + 2 * x * s - n * x * x;
    return !r->failed && !__builtin_mul_overflow(least, ten, &t->least) &&
           !__builtin_mul_overflow(most, ten, &t->most) &&
           !__builtin_mul_overflow((wide)s, (wide)ten, &t->sum) &&
           !__builtin_mul_overflow((wide)q, (wide)ten * ten, &t->squares);
}

// ---- what is above limits ------------------------------------------------------------------------------------------

static size_t limits_used(const struct tally *t)
{
    size_t n = TALLY_LIMITS_MAX;
    while (n > 0 && t->above[n - 1] == 0) n--;
    return n;
}

static void put_above(buf *b, const struct tally *t)
{
    const size_t n = limits_used(t);
    if (n == 0) return;
    put_byte(b, (uint8_t)n);
    for (size_t i = 0; i < n; i++) put_varint(b, (uint64_t)t->above[i]);
}

static bool get_above(reader *r, struct tally *t)
{
    const size_t n = get_byte(r);
    if (n == 0 || n > TALLY_LIMITS_MAX) return false;
    for (size_t i = 0; i < n; i++) {
        t->above[i] = (int64_t)get_varint(r);
        if (t->above[i] < 0) return false;
    }
    return !r->failed && t->above[n - 1] > 0;
}

// ---- a side of the sketch ------------------------------------------------------------------------------------------

// Neighbouring counts are alike: their differences are what is stored, as Rice codes. The quotient stands as so many ones and a zero; a
// difference that would take too many has ones alone, and then all its bits.
#define ONES_MOST 24
#define RICE_BITS_MOST 31

struct bit_writer {
    buf *b;
    uint8_t byte;
    unsigned filled;
};

static void put_bits(struct bit_writer *w, uint64_t v, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        w->byte |= (uint8_t)((v >> i & 1) << w->filled);
        if (++w->filled < 8) continue;
        put_byte(w->b, w->byte);
        w->byte = 0;
        w->filled = 0;
    }
}

static void put_rice(struct bit_writer *w, uint64_t v, unsigned rice)
{
    const uint64_t ones = v >> rice;
    if (ones >= ONES_MOST) {
        put_bits(w, UINT64_MAX, ONES_MOST);
        put_bits(w, v, 64);
        return;
    }
    put_bits(w, (UINT64_C(1) << ones) - 1, (unsigned)ones + 1);
    put_bits(w, v, rice);
}

static uint64_t rice_cost(uint64_t v, unsigned rice)
{
    const uint64_t ones = v >> rice;
    return ones >= ONES_MOST ? ONES_MOST + 64 : ones + 1 + rice;
}

static uint64_t difference(const struct sketch_side *s, int i)
{
    return zigzag(int_minus((int64_t)s->counts[i], i > 0 ? (int64_t)s->counts[i - 1] : 0));
}

// All are tried: a difference that has ones alone costs the same until it fits, so the cost may rise before it falls.
static unsigned best_rice(const struct sketch_side *s)
{
    unsigned best = 0;
    uint64_t least = UINT64_MAX;
    for (unsigned rice = 0; rice <= RICE_BITS_MOST; rice++) {
        uint64_t bits = 0;
        for (int i = 0; i < s->count; i++) bits += rice_cost(difference(s, i), rice);
        if (bits >= least) continue;
        least = bits;
        best = rice;
    }
    return best;
}

static void put_side(buf *b, const struct sketch_side *s)
{
    struct bit_writer w = {.b = b};
    const unsigned rice = best_rice(s);
    put_varint(b, (uint64_t)s->count);
    if (s->count == 0) return;
    put_zigzag(b, s->first);
    put_byte(b, (uint8_t)rice);
    for (int i = 0; i < s->count; i++) put_rice(&w, difference(s, i), rice);
    if (w.filled > 0) put_byte(b, w.byte);
}

struct bit_reader {
    reader *in;
    unsigned byte, left;
};

static uint64_t get_bits(struct bit_reader *r, unsigned n)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < n; i++) {
        if (r->left == 0) {
            r->byte = get_byte(r->in);
            r->left = 8;
        }
        v |= (uint64_t)(r->byte & 1) << i;
        r->byte >>= 1;
        r->left--;
    }
    return v;
}

static uint64_t get_rice(struct bit_reader *r, unsigned rice)
{
    uint64_t ones = 0;
    while (ones < ONES_MOST && get_bits(r, 1)) ones++;
    return ones == ONES_MOST ? get_bits(r, 64) : ones << rice | get_bits(r, rice);
}

static bool get_counts(reader *in, unsigned rice, struct sketch_side *s, uint64_t *total)
{
    struct bit_reader r = {.in = in};
    int64_t before = 0;
    for (int i = 0; i < s->count; i++) {
        before = int_plus(before, unzigzag(get_rice(&r, rice)));
        if (in->failed || before < 0 || *total + (uint64_t)before < *total) return false;
        s->counts[i] = (uint64_t)before;
        *total += s->counts[i];
    }
    return s->counts[0] > 0 && s->counts[s->count - 1] > 0;
}

static bool get_side(reader *in, struct sketch_side *s, uint64_t *total)
{
    const uint64_t count = get_varint(in);
    if (count == 0) return !in->failed;
    const int64_t first = get_zigzag(in);
    const unsigned rice = get_byte(in);
    // Each count takes a bit at least: what is claimed beyond that needs no memory.
    if (in->failed || rice > RICE_BITS_MOST || count / 8 > reader_left(in) || first < TALLY_BUCKET_LEAST ||
        first > TALLY_BUCKET_MOST || count > (uint64_t)(TALLY_BUCKET_MOST - first) + 1)
        return false;
    s->counts = calloc((size_t)count, sizeof *s->counts);
    if (!s->counts) return false;
    s->first = (int)first;
    s->count = s->capacity = (int)count;
    return get_counts(in, rice, s, total);
}

// ---- the whole -----------------------------------------------------------------------------------------------------

void tally_put(buf *b, const struct tally *t)
{
    const unsigned power = common_power(t);
    put_byte(b, (uint8_t)(power | (t->energy != 0 ? HAS_ENERGY : 0) | (limits_used(t) > 0 ? HAS_ABOVE : 0) |
                          (t->sketch.negative.count > 0 ? HAS_NEGATIVE : 0) |
                          (t->sketch.zeros > 0 ? HAS_ZEROS : 0)));
    put_varint(b, (uint64_t)t->count);
    put_sums(b, t, power);
    if (t->energy != 0) put_wide(b, wide_zigzag(t->energy));
    put_above(b, t);
    if (t->sketch.zeros > 0) put_varint(b, t->sketch.zeros);
    if (t->sketch.negative.count > 0) put_side(b, &t->sketch.negative);
    put_side(b, &t->sketch.positive);
}

static bool get_all(reader *r, struct tally *t)
{
    const unsigned flags = get_byte(r);
    uint64_t total = 0;
    t->count = (int64_t)get_varint(r);
    if (t->count <= 0 || !get_sums(r, flags & POWER, t)) return false;
    if (flags & HAS_ENERGY) t->energy = wide_unzigzag(get_wide(r));
    if ((flags & HAS_ABOVE) && !get_above(r, t)) return false;
    if (flags & HAS_ZEROS) total = t->sketch.zeros = get_varint(r);
    if ((flags & HAS_NEGATIVE) && !get_side(r, &t->sketch.negative, &total)) return false;
    if (!get_side(r, &t->sketch.positive, &total) || r->failed || reader_left(r) > 0) return false;
    t->sketch.count = total;
    return total == (uint64_t)t->count;
}

bool tally_get(str bytes, struct tally *out, err *e)
{
    struct tally t = {.count = 0};
    reader r = reader_of(bytes);
    if (get_all(&r, &t)) {
        *out = t;
        return true;
    }
    tally_free(&t);
    return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "a stored sum cannot be read");
}
