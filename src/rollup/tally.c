// SPDX-License-Identifier: EUPL-1.2
#include "rollup/tally.h"

#include "base/num.h"

#include <math.h>

#define EXTRA_DIGITS 3  // finer than a quantity is shown

// ---- what a quantity needs -----------------------------------------------------------------------------------------

// Guidelines and limits that readings are held against: WHO 2021, Directives 2008/50/EC and (EU) 2024/2881, WHO 2018 on noise;
// degrees of a summer, a tropical and a frost day. How long a value must last for a norm is not looked at here.
// clang-format off
static const struct { str quantity; double limits[TALLY_LIMITS_MAX]; size_t count; } limits[] = {
    {STR("pm25"),        {5, 10, 15, 25}, 4},
    {STR("pm10"),        {15, 20, 45, 50}, 4},
    {STR("no2"),         {10, 25, 40, 200}, 4},
    {STR("o3"),          {60, 100, 120, 180}, 4},
    {STR("so2"),         {40, 125, 350}, 3},
    {STR("co"),          {4000, 10000}, 2},
    {STR("noise_laeq"),  {45, 53, 55, 65}, 4},
    {STR("temperature"), {0, 25, 30, 35}, 4},
};

static const str left_out[] = {
    STR("wind_direction"),  // 359 and 1 degree have no mean of 180
    STR("energy"), STR("energy_t1"), STR("energy_t2"), STR("energy_returned"), STR("energy_returned_t1"),
    STR("energy_returned_t2"), STR("gas"), STR("water"), STR("heat"), STR("counter"),  // registers: only their rise says something
};
// clang-format on

int tally_scale(const struct quantity *q)
{
    return q->decimals + EXTRA_DIGITS;
}

bool tally_has(const struct quantity *q)
{
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
        if (str_eq(left_out[i], q->key)) return false;
    return true;
}

static const double *limits_of(const struct quantity *q, size_t *count)
{
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (!str_eq(limits[i].quantity, q->key)) continue;
        *count = limits[i].count;
        return limits[i].limits;
    }
    *count = 0;
    return NULL;
}

size_t tally_limits(const struct quantity *q, double out[static TALLY_LIMITS_MAX])
{
    size_t count;
    const double *from = limits_of(q, &count);
    for (size_t i = 0; i < count; i++) out[i] = from[i];
    return count;
}

static double step_of(const struct quantity *q)
{
    return (double)decimal_power[tally_scale(q)];
}

// ---- adding --------------------------------------------------------------------------------------------------------

static bool too_large(err *e)
{
    return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a sum of readings is beyond 128 bits");
}

static bool wide_add(wide *into, wide more)
{
    return !__builtin_add_overflow(*into, more, into);
}

bool tally_add(struct tally *t, const struct quantity *q, double value, err *e)
{
    if (!(value >= q->least && value <= q->most)) return true;
    const int64_t steps = llround(value * step_of(q));
    const double rounded = (double)steps / step_of(q);
    const wide energy = q->is_level ? (wide)llround(pow(10, rounded / 10) * TALLY_ENERGY_STEP) : 0;
    size_t limit_count;
    const double *limit = limits_of(q, &limit_count);
    if (!wide_add(&t->sum, steps) || !wide_add(&t->squares, (wide)steps * steps) ||
        !wide_add(&t->energy, energy))
        return too_large(e);
    if (!sketch_add(&t->sketch, rounded)) return err_no_memory(e);
    if (t->count == 0 || steps < t->least) t->least = steps;
    if (t->count == 0 || steps > t->most) t->most = steps;
    for (size_t i = 0; i < limit_count; i++) t->above[i] += rounded > limit[i];
    t->count++;
    return true;
}

bool tally_merge(struct tally *into, const struct tally *from, err *e)
{
    if (from->count == 0) return true;
    if (!wide_add(&into->sum, from->sum) || !wide_add(&into->squares, from->squares) ||
        !wide_add(&into->energy, from->energy))
        return too_large(e);
    if (!sketch_merge(&into->sketch, &from->sketch)) return err_no_memory(e);
    if (into->count == 0 || from->least < into->least) into->least = from->least;
    if (into->count == 0 || from->most > into->most) into->most = from->most;
    for (size_t i = 0; i < TALLY_LIMITS_MAX; i++) into->above[i] += from->above[i];
    into->count += from->count;
    return true;
}

void tally_free(struct tally *t)
{
    sketch_free(&t->sketch);
    *t = (struct tally){.count = 0};
}

static bool sides_equal(const struct sketch_side *a, const struct sketch_side *b)
{
    if (a->count != b->count || (a->count > 0 && a->first != b->first)) return false;
    for (int i = 0; i < a->count; i++)
        if (a->counts[i] != b->counts[i]) return false;
    return true;
}

bool tally_equal(const struct tally *a, const struct tally *b)
{
    for (size_t i = 0; i < TALLY_LIMITS_MAX; i++)
        if (a->above[i] != b->above[i]) return false;
    return a->count == b->count && a->sum == b->sum && a->squares == b->squares && a->energy == b->energy &&
           a->least == b->least && a->most == b->most && a->sketch.zeros == b->sketch.zeros &&
           sides_equal(&a->sketch.positive, &b->sketch.positive) &&
           sides_equal(&a->sketch.negative, &b->sketch.negative);
}

// ---- figures -------------------------------------------------------------------------------------------------------

double tally_mean(const struct tally *t, const struct quantity *q)
{
    if (q->is_level) return 10 * log10((double)t->energy / ((double)t->count * TALLY_ENERGY_STEP));
    const wide whole = t->sum / t->count, rest = t->sum % t->count;
    return ((double)whole + (double)rest / (double)t->count) / step_of(q);
}

// With s = a n + b the product s^2 / n is a^2 n + 2 a b + b^2 / n: only the last, small part leaves the integers.
double tally_variance(const struct tally *t, const struct quantity *q)
{
    if (t->count < 2) return 0;
    const wide n = t->count, a = t->sum / n, b = t->sum % n;
    const wide left = t->squares - a * a * n - 2 * a * b;
    const double spread = (double)left - (double)b * (double)b / (double)n;
    return (spread > 0 ? spread : 0) / (double)(n - 1) / step_of(q) / step_of(q);
}

double tally_least(const struct tally *t, const struct quantity *q)
{
    return (double)t->least / step_of(q);
}

double tally_most(const struct tally *t, const struct quantity *q)
{
    return (double)t->most / step_of(q);
}

double tally_quantile(const struct tally *t, double quantile)
{
    return sketch_quantile(&t->sketch, quantile);
}
