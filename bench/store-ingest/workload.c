// SPDX-License-Identifier: EUPL-1.2
#include "workload.h"

#include <math.h>

static uint64_t mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    return x ^ x >> 31;
}

int64_t workload_time(const struct workload *w, uint64_t s, uint64_t i)
{
    const uint64_t jitter = w->is_jittered ? mix(777 + 16384 * s + i) % 1000 : 0;
    return (int64_t)(1704067200000 + 60000 * i + 60 * s + jitter) * 1000;
}

int64_t workload_tenths(const struct workload *w, uint64_t s, uint64_t i)
{
    static const double base[] = {12, 65, 1013, 8, 20, 35, 420, 55, 3, 12.5};
    static const double swing[] = {5, 15, 4, 4, 8, 12, 60, 8, 2, 0.3};
    static const double noise[] = {0.2, 0.5, 0.1, 0.6, 1.0, 1.5, 4.0, 2.0, 0.8, 0.05};
    const uint64_t h = mix(w->hash_stride * s + i), q = s % 10;
    const uint64_t fields = (h & 0xffff) + (h >> 16 & 0xffff) + (h >> 32 & 0xffff) + (h >> 48);
    const double u = (double)fields / 65536 - 2;
    double x = base[q] + swing[q] * sin(2 * M_PI * ((double)i / 1440 + (double)(s % 97) / 97)) +
               0.5 * swing[q] * sin(2 * M_PI * ((double)i / 7632 + (double)(s % 89) / 89)) + noise[q] * u;
    if (x < 0 && q != 0) x = 0;
    return (int64_t)floor(10 * x + 0.5);
}
