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

bool sketch_add(struct sketch *k, double value)
{
    const double magnitude = fabs(value);
    if (magnitude < LEAST) {
        k->zeros++;
    } else if (!add_to(value > 0 ? &k->positive : &k->negative, bucket_of(magnitude), 1)) {
        return false;
    }
    k->count++;
    return true;
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

// The rank, from 0, of the value that a quantile asks for.
static uint64_t rank_of(uint64_t count, double quantile)
{
    const double rank = ceil(quantile * (double)count);
    if (!(rank >= 1)) return 0;
    return rank >= (double)count ? count - 1 : (uint64_t)rank - 1;
}

double sketch_quantile(const struct sketch *k, double quantile)
{
    uint64_t left = rank_of(k->count, quantile);
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

// Hoare's selection: in the end the value of this rank stands at its place.
double exact_quantile(double *values, size_t count, double quantile)
{
    const size_t rank = rank_of(count, quantile);
    for (size_t low = 0, high = count - 1; low < high;) {
        const double pivot = values[low + (high - low) / 2];
        size_t i = low - 1, j = high + 1;
        for (;;) {
            do i++;
            while (values[i] < pivot);
            do j--;
            while (values[j] > pivot);
            if (i >= j) break;
            const double moved = values[i];
            values[i] = values[j];
            values[j] = moved;
        }
        if (rank <= j) {
            high = j;
        } else {
            low = j + 1;
        }
    }
    return values[rank];
}
