// SPDX-License-Identifier: EUPL-1.2
#include "series/sketch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST 1e-18
#define MOST 1e300

// Bucket i holds the magnitudes in (GAMMA^(i-1), GAMMA^i]; its middle is within SKETCH_ERROR of all of them.
#define GAMMA ((1 + SKETCH_ERROR) / (1 - SKETCH_ERROR))

static int bucket_of(double magnitude)
{
    return (int)ceil(log(magnitude > MOST ? MOST : magnitude) / log(GAMMA));
}

static double value_of(int bucket)
{
    return 2 * pow(GAMMA, bucket) / (GAMMA + 1);
}

// Makes room for the buckets from first up to and with last.
static bool cover(struct sketch_side *s, int first, int last)
{
    if (s->count > 0 && s->first < first) first = s->first;
    if (s->count > 0 && s->first + s->count - 1 > last) last = s->first + s->count - 1;
    const int count = last - first + 1;
    if (count > s->capacity) {
        const int capacity = count + count / 2 + 32;
        uint64_t *counts = realloc(s->counts, (size_t)capacity * sizeof *counts);
        if (!counts) return false;
        s->counts = counts;
        s->capacity = capacity;
    }
    const int shift = s->count > 0 ? s->first - first : 0;
    memmove(s->counts + shift, s->counts, (size_t)s->count * sizeof *s->counts);
    memset(s->counts, 0, (size_t)shift * sizeof *s->counts);
    memset(s->counts + shift + s->count, 0, (size_t)(count - shift - s->count) * sizeof *s->counts);
    s->first = first;
    s->count = count;
    return true;
}

static bool add_to(struct sketch_side *s, int bucket, uint64_t times)
{
    if ((bucket < s->first || bucket >= s->first + s->count) && !cover(s, bucket, bucket)) return false;
    s->counts[bucket - s->first] += times;
    return true;
}

bool sketch_add_times(struct sketch *k, double value, uint64_t times)
{
    const double magnitude = fabs(value);
    if (magnitude < LEAST) {
        k->zeros += times;
    } else if (!add_to(value > 0 ? &k->positive : &k->negative, bucket_of(magnitude), times)) {
        return false;
    }
    k->count += times;
    return true;
}

bool sketch_add(struct sketch *k, double value)
{
    return sketch_add_times(k, value, 1);
}

static bool merge_side(struct sketch_side *into, const struct sketch_side *from)
{
    if (from->count == 0) return true;
    if (!cover(into, from->first, from->first + from->count - 1)) return false;
    for (int i = 0; i < from->count; i++) into->counts[from->first - into->first + i] += from->counts[i];
    return true;
}

bool sketch_merge(struct sketch *into, const struct sketch *from)
{
    if (!merge_side(&into->positive, &from->positive) || !merge_side(&into->negative, &from->negative))
        return false;
    into->zeros += from->zeros;
    into->count += from->count;
    return true;
}

uint64_t quantile_rank(uint64_t count, double quantile)
{
    const double rank = ceil(quantile * (double)count);
    if (!(rank >= 1)) return 0;
    return rank >= (double)count ? count - 1 : (uint64_t)rank - 1;
}

double sketch_quantile(const struct sketch *k, double quantile)
{
    uint64_t left = quantile_rank(k->count, quantile);
    for (int i = k->negative.count; i-- > 0; left -= k->negative.counts[i])
        if (left < k->negative.counts[i]) return -value_of(k->negative.first + i);
    if (left < k->zeros) return 0;
    left -= k->zeros;
    for (int i = 0; i < k->positive.count; left -= k->positive.counts[i++])
        if (left < k->positive.counts[i]) return value_of(k->positive.first + i);
    return 0;  // an empty sketch
}

void sketch_free(struct sketch *k)
{
    free(k->positive.counts);
    free(k->negative.counts);
    *k = (struct sketch){.count = 0};
}

// ---- exactly ----

static void swap(double *a, double *b)
{
    const double moved = *a;
    *a = *b;
    *b = moved;
}

// Hoare's selection: in the end the value of this rank stands at its place.
static double select_rank(double *values, size_t count, size_t rank)
{
    for (size_t low = 0, high = count - 1; low < high;) {
        const double pivot = values[low + (high - low) / 2];
        size_t i = low - 1, j = high + 1;
        for (;;) {
            do i++;
            while (values[i] < pivot);
            do j--;
            while (values[j] > pivot);
            if (i >= j) break;
            swap(&values[i], &values[j]);
        }
        if (rank <= j) {
            high = j;
        } else {
            low = j + 1;
        }
    }
    return values[rank];
}

// Many values are first counted in buckets of equal width, which costs no branch that can be guessed wrong; only those of the
// bucket that has the rank are looked at more closely.
#define BUCKETS 512
#define WORTH_BUCKETS 256

struct buckets {
    double least, per_width;
};

static inline size_t bucket_at(const struct buckets *b, double value)
{
    return (size_t)((value - b->least) * b->per_width);
}

// False: values all the same, or so far apart that their distance is no number.
static bool buckets_of(const double *values, size_t count, struct buckets *out)
{
    double least = values[0], most = values[0];
    for (size_t i = 1; i < count; i++) {
        least = values[i] < least ? values[i] : least;
        most = values[i] > most ? values[i] : most;
    }
    *out = (struct buckets){least, (BUCKETS - 1) / (most - least)};
    return isfinite(most - least) && isfinite(out->per_width);
}

static size_t move_bucket_to_front(const struct buckets *b, size_t bucket, double *values, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (bucket_at(b, values[i]) == bucket) swap(&values[i], &values[n++]);
    return n;
}

static double select_by_buckets(const struct buckets *b, double *values, size_t count, size_t rank)
{
    uint32_t counts[BUCKETS + 1] = {0};  // the greatest may be rounded up out of the last one
    for (size_t i = 0; i < count; i++) counts[bucket_at(b, values[i])]++;
    size_t bucket = 0;
    for (; rank >= counts[bucket]; bucket++) rank -= counts[bucket];
    return select_rank(values, move_bucket_to_front(b, bucket, values, count), rank);
}

double exact_quantile(double *values, size_t count, double quantile)
{
    const size_t rank = quantile_rank(count, quantile);
    struct buckets b;
    return count >= WORTH_BUCKETS && buckets_of(values, count, &b)
               ? select_by_buckets(&b, values, count, rank)
               : select_rank(values, count, rank);
}
