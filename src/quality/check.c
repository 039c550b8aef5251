// SPDX-License-Identifier: EUPL-1.2
#include "quality/check.h"

#include "quality/robust.h"

#include <math.h>

// clang-format off
static const struct check_habits habits[] = {
    // quantity, spike, moves, bias, least share
    {{"pm1", 3},          15,    3,    3, 0.4},
    {{"pm25", 4},         15,    3,    4, 0.4},
    {{"pm10", 4},         30,    5,    8, 0.4},
    {{"no2", 3},          40,   10,   10, 0.4},
    {{"o3", 2},           40,   15,   15, 0.3},
    {{"temperature", 11},  3,    3,  1.5, 0},
    {{"humidity", 8},     15,   10,    8, 0},
    {{"pressure", 8},    300,  300,  200, 0},
    {{"co2", 3},         400,   60,    0, 0},
    {{"noise_laeq", 10},   0,    6,    0, 0},  // a lorry is a spike, and a quiet garden is no fault
    {{"noise_laf", 9},     0,    6,    0, 0},
};
// clang-format on
static const struct check_habits nothing = {.quantity = {"", 0}};

const struct check_habits *check_habits_of(const struct quantity *q)
{
    for (size_t k = 0; q && k < sizeof habits / sizeof habits[0]; k++)
        if (str_eq(habits[k].quantity, q->key)) return &habits[k];
    return &nothing;
}

bool check_range(const struct quantity *q, bool is_reference, double v)
{
    return !q || (v >= quantity_least(q, is_reference) && v <= q->most);
}

bool check_clock(instant phenomenon, instant received)
{
    return received == TIME_NONE || phenomenon <= received + CLOCK_AHEAD_MOST;
}

// The middle of some values is no further from one of them than the furthest of them.
static bool is_near_all(const double *window, size_t n, double x, double most)
{
    bool is_near = true;
    for (size_t i = 0; i < n; i++) is_near &= fabs(x - window[i]) <= most;
    return is_near;
}

bool check_is_spike(const double *values, size_t count, size_t k, const struct check_habits *h,
                    double *middle)
{
    double window[2 * SPIKE_SIDE + 1], scratch[2 * SPIKE_SIDE + 1];
    size_t n = 0;
    if (h->spike <= 0 || isnan(values[k])) return false;
    const size_t from = k < SPIKE_SIDE ? 0 : k - SPIKE_SIDE;
    for (size_t i = from; i < count && i <= k + SPIKE_SIDE; i++)
        if (!isnan(values[i])) window[n++] = values[i];
    if (n < 4 || is_near_all(window, n, values[k], h->spike)) return false;
    const double median = robust_median(window, n, scratch);
    const double scale = robust_mad(window, n, median, scratch);
    *middle = median;
    const double away = fabs(values[k] - median);
    return away > h->spike && away > 3 * scale;
}

size_t check_runs(const instant *times, const double *values, size_t count, struct check_run *out,
                  size_t most)
{
    size_t runs = 0;
    for (size_t first = 0, next; first < count && runs < most; first = next) {
        for (next = first + 1; next < count && values[next] == values[first];) next++;
        if (next - first >= STUCK_READINGS_LEAST && times[next - 1] - times[first] >= STUCK_LEAST)
            out[runs++] = (struct check_run){first, next - 1};
    }
    return runs;
}

bool check_is_gap(instant before, instant after, int64_t step)
{
    return step > 0 && after - before > TIME_HOUR && after - before > 3 * step;
}
