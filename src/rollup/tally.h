// SPDX-License-Identifier: EUPL-1.2
// tally.h: what is known about any number of values of one quantity, exactly and mergeably: tallies of parts, added up in any
// order and grouping, give the tally of the whole, bit for bit. Pure.
//
// Values are whole steps of the quantity: 10^-tally_scale(q) of its canonical unit, two or more digits finer than it is shown.
// Sums are 128-bit integers of these. Quantiles come from a sketch of counts with a relative error of at most 1 % (SKETCH_ERROR).
// A level in dB is also added up as energy, in TALLY_ENERGY_STEP-ths of that of 0 dB, and its mean is the energetic one.
//
// Owns     a tally holds memory: tally_free
// Threads  one at a time
// Errors   ERR_LIMIT: no memory, or a sum beyond 128 bits (some 10^8 readings of the largest values there are)
// Source   signals.md section 5: var = (n q - s^2) / (n (n - 1)); Masson, Rim, Lee: DDSketch, VLDB 2019
#ifndef PEIL_ROLLUP_TALLY_H
#define PEIL_ROLLUP_TALLY_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/quantity.h"
#include "series/sketch.h"

#define TALLY_LIMITS_MAX 4
#define TALLY_ENERGY_STEP 1000
// No bucket of a sketch that is read lies outside: 1e-18 and 1e300 are the buckets -2073 and 34537.
#define TALLY_BUCKET_LEAST (-5000)
#define TALLY_BUCKET_MOST 40000

typedef __int128 wide;

struct tally {
    int64_t count;                    // readings that count
    wide sum, squares;                // of steps, of their squares
    int64_t least, most;              // steps; with count
    wide energy;                      // of levels
    int64_t above[TALLY_LIMITS_MAX];  // readings above each of tally_limits
    struct sketch sketch;             // of values in the canonical unit
};

int tally_scale(const struct quantity *q);
bool tally_has(
    const struct quantity
        *q);  // false for directions, whose mean means nothing, and for meter readings that only rise
// Values whose exceedances are counted, in the canonical unit, rising; fixed with the version of the program.
size_t tally_limits(const struct quantity *q, double out[static TALLY_LIMITS_MAX]);

// A value in the canonical unit; outside the quantity's plausible range it is left out.
NODISCARD bool tally_add(struct tally *t, const struct quantity *q, double value, err *e);
NODISCARD bool tally_merge(struct tally *into, const struct tally *from, err *e);
bool tally_equal(const struct tally *a, const struct tally *b);
void tally_free(struct tally *t);  // back to zero

// Of a tally with count > 0, in the canonical unit.
double tally_mean(const struct tally *t, const struct quantity *q);
double tally_variance(const struct tally *t, const struct quantity *q);  // of the sample; 0 for one value
double tally_least(const struct tally *t, const struct quantity *q);
double tally_most(const struct tally *t, const struct quantity *q);
double tally_quantile(const struct tally *t, double quantile);

// As few bytes (tally_bytes.c), equal tallies as equal bytes: what each Datastream keeps of each day.
void tally_put(buf *b, const struct tally *t);                   // count > 0
NODISCARD bool tally_get(str bytes, struct tally *out, err *e);  // all of the bytes; ERR_CORRUPT

// As compact JSON, equal tallies as equal bytes: {"n","s","q","l","m","e","a","z","p","g"}.
void tally_write(buf *b, const struct tally *t);
NODISCARD bool tally_read(str text, struct tally *out, err *e);  // ERR_CORRUPT

#endif
