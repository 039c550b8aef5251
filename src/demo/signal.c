// SPDX-License-Identifier: EUPL-1.2
#include "demo/signal.h"

#include <math.h>
#include <string.h>

#define TOWN 0xd8f0u  // seeds what all devices share: the weather

// splitmix64 finaliser over two words.
uint64_t demo_hash(uint64_t a, uint64_t b)
{
    uint64_t x = a * 0x9E3779B97F4A7C15u + b + 0x632BE59BD9B4E019u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

double demo_unit(uint64_t seed, uint64_t n)
{
    return (double)(demo_hash(seed, n) >> 11) * 0x1p-53;
}

// Smooth noise between -1 and 1: random heights every `period`, joined by a smoothstep.
static double drift(uint64_t seed, instant t, instant period)
{
    const int64_t step = t / period;
    const double x = (double)(t % period) / (double)period;
    const double from = demo_unit(seed, (uint64_t)step), to = demo_unit(seed, (uint64_t)step + 1);
    return 2 * (from + (to - from) * x * x * (3 - 2 * x)) - 1;
}

// Fresh noise for every reading, roughly normal, standard deviation 1.
static double jitter(uint64_t seed, instant t)
{
    double sum = 0;
    for (uint64_t k = 0; k < 4; k++) sum += demo_unit(seed + k, (uint64_t)t);
    return (sum - 2) * 1.732;
}

// ---- What the town shares ----------------------------------------------------------------------------------------

static double hour_of_day(instant t)  // Dutch winter time is near enough for a rhythm
{
    return (double)((t + TIME_HOUR) % TIME_DAY) / (double)TIME_HOUR;
}

static double bump(double hour, double at, double width)
{
    double away = fabs(hour - at);
    if (away > 12) away = 24 - away;
    return exp(-away * away / (2 * width * width));
}

static double rain_mm_per_hour(instant t)
{
    const double wet = drift(TOWN + 1, t, 9 * TIME_HOUR) + 0.6 * drift(TOWN + 2, t, 2 * TIME_HOUR);
    return wet > 0.75 ? 6 * (wet - 0.75) : 0;
}

static double wind_m_per_s(instant t)
{
    return fmax(0.2, 4.5 + 3 * drift(TOWN + 3, t, 19 * TIME_HOUR) + 1.2 * drift(TOWN + 4, t, 3 * TIME_HOUR));
}

static double year_warmth(instant t)  // -1 in mid-January to 1 in mid-July
{
    return -cos(2 * M_PI *
                ((double)(t % (365 * TIME_DAY + TIME_DAY / 4)) / (365.25 * (double)TIME_DAY) - 0.04));
}

static double temperature_c(instant t)
{
    const double day = -cos(2 * M_PI * (hour_of_day(t) - 3) / 24);
    return 10.5 + 7 * year_warmth(t) + (2.2 + 1.6 * year_warmth(t)) * day +
           3.5 * drift(TOWN + 5, t, 40 * TIME_HOUR) - 0.8 * fmin(rain_mm_per_hour(t), 2);
}

static double humidity_percent(instant t)
{
    const double day = -cos(2 * M_PI * (hour_of_day(t) - 3) / 24);
    return fmin(99.5,
                80 - 9 * day + 10 * drift(TOWN + 6, t, 14 * TIME_HOUR) + 6 * fmin(rain_mm_per_hour(t), 2));
}

static double traffic_share(instant t)
{
    const bool weekend = time_weekday(t) >= 5;
    const double h = hour_of_day(t);
    const double rush = weekend ? 0.6 * bump(h, 14, 3.5) : bump(h, 8.2, 1.1) + 0.9 * bump(h, 17.4, 1.5);
    return 0.06 + 0.5 * bump(h, 13.5, 4.5) + 0.55 * rush;
}

// Background fine dust: calm air keeps it, rain washes it out, wood stoves add to it on cold evenings.
static double fine_dust(instant t, double traffic)
{
    const double calm = 6 / (2 + wind_m_per_s(t));
    const double washed = 1 / (1 + 0.5 * rain_mm_per_hour(t));
    const double stoves = bump(hour_of_day(t), 20.5, 2.2) * fmax(0, 12 - temperature_c(t)) * 0.35;
    const double far = 7 + 5 * drift(TOWN + 7, t, 30 * TIME_HOUR);
    return washed * calm * (far + stoves + 5 * traffic * traffic_share(t));
}

// ---- What a device measures --------------------------------------------------------------------------------------

struct moment {
    const struct demo_device *device;
    instant t;
    uint64_t seed;   // of device and quantity
    double traffic;  // of the neighbourhood
};

static double pm25(const struct moment *m)
{
    const double own = 1 + 0.18 * (demo_unit(m->seed, 7) - 0.5);
    // An optical meter reads high in damp air.
    const double damp = m->device->kind == DEMO_AIR ? 1 + fmax(0, humidity_percent(m->t) - 80) * 0.015 : 1;
    return own * damp * fine_dust(m->t, m->traffic) + 0.5 * jitter(m->seed, m->t);
}

static double pm10(const struct moment *m)
{
    const double coarse = 4 + 6 * m->traffic * traffic_share(m->t) +
                          2 * drift(TOWN + 8, m->t, 11 * TIME_HOUR);
    return 1.25 * fine_dust(m->t, m->traffic) + coarse / (1 + rain_mm_per_hour(m->t)) +
           0.8 * jitter(m->seed, m->t);
}

static double no2(const struct moment *m)
{
    const double calm = 7 / (2.5 + wind_m_per_s(m->t));
    return calm * (8 + 34 * m->traffic * traffic_share(m->t)) + 1.2 * jitter(m->seed, m->t);
}

static double o3(const struct moment *m)
{
    const double sun = fmax(0, -cos(2 * M_PI * (hour_of_day(m->t) - 2) / 24));
    return 34 + 28 * sun * (0.6 + 0.4 * year_warmth(m->t)) - 0.5 * no2(m) + 1.5 * jitter(m->seed, m->t);
}

static double laeq(const struct moment *m)
{
    const double road = 44 + 22 * m->traffic + 10 * log10(traffic_share(m->t));
    const double rain = 36 + 9 * fmin(rain_mm_per_hour(m->t), 2);
    const double quiet = 34;
    return 10 * log10(pow(10, road / 10) + pow(10, rain / 10) + pow(10, quiet / 10)) +
           1.6 * jitter(m->seed, m->t);
}

static double la_max(const struct moment *m)
{
    const bool scooter = demo_unit(m->seed, (uint64_t)m->t) < 0.04 * traffic_share(m->t) * 5;
    return laeq(m) + 6 + fabs(2.5 * jitter(m->seed + 9, m->t)) + (scooter ? 14 : 0);
}

static double temperature(const struct moment *m)
{
    // Meters hang in the sun or against a wall.
    const double wall = (demo_unit(m->seed, 5) - 0.3) * 2;
    return temperature_c(m->t) + wall + 0.12 * jitter(m->seed, m->t);
}

static double humidity(const struct moment *m)
{
    return fmin(99.9,
                humidity_percent(m->t) + (demo_unit(m->seed, 5) - 0.5) * 5 + 0.5 * jitter(m->seed, m->t));
}

static double pressure(const struct moment *m)
{
    return 101400 + 1300 * drift(TOWN + 9, m->t, 60 * TIME_HOUR) + (demo_unit(m->seed, 5) - 0.5) * 120 +
           8 * jitter(m->seed, m->t);
}

static double wind_speed(const struct moment *m)
{
    return fmax(0, wind_m_per_s(m->t) * (0.8 + 0.4 * demo_unit(m->seed, 5)) + 0.7 * jitter(m->seed, m->t));
}

static double wind_direction(const struct moment *m)
{
    const double d = 225 + 100 * drift(TOWN + 10, m->t, 26 * TIME_HOUR) + 12 * jitter(m->seed, m->t);
    return fmod(d + 720, 360);
}

static double rain(const struct moment *m)
{
    return rain_mm_per_hour(m->t);
}

// A sign stands straight until somebody drives into it.
static double tilt(const struct moment *m)
{
    const double hit = demo_unit(m->seed, 11) < 0.12 ? 14 * demo_unit(m->seed, 12) : 0;
    const instant when = (instant)(1.7e15 + demo_unit(m->seed, 13) * 1e14);
    return 0.4 + 0.6 * demo_unit(m->seed, 14) + (m->t > when ? hit : 0) +
           0.05 * fabs(jitter(m->seed, m->t)) * wind_m_per_s(m->t);
}

static double knock(const struct moment *m)
{
    return demo_unit(m->seed, (uint64_t)m->t) < 0.01 * (0.3 + m->traffic) ? 1 : 0;
}

static double battery(const struct moment *m)
{
    const double days = (double)(m->t % (400 * TIME_DAY)) / (double)TIME_DAY;
    return fmax(3, 100 - 0.2 * days - 8 * demo_unit(m->seed, 5) + 0.2 * jitter(m->seed, m->t));
}

// Registers only rise: so much a year, more in winter where it heats, and more by day.
static double counted(const struct moment *m, double grid, double building, double winter)
{
    const double year = 365.25 * (double)TIME_DAY, a_year = m->device->kind == DEMO_GRID ? grid : building;
    const double since = (double)(m->t - 50 * 365 * TIME_DAY) / year;  // about 2020
    const double x = 2 * M_PI * (since + 0.17), day = 2 * M_PI * hour_of_day(m->t) / 24;
    return a_year * (since + winter * sin(x) / (2 * M_PI) - 0.3 * sin(day + 1.3) / (2 * M_PI * 365.25) + 1);
}

static double energy(const struct moment *m)
{
    return counted(m, 49e6, 5.9e6, 0.1);
}

static double gas(const struct moment *m)
{
    return counted(m, 20.2e6, 0.25e6, 0.6);
}

static double water(const struct moment *m)
{
    return counted(m, 3.06e6, 0, -0.05);
}

// clang-format off
static const struct {
    const char *quantity;
    int decimals;
    double least, most;  // what the sensor can say
    double (*value)(const struct moment *);
} signals[] = {
    {"pm25", 1, 0, 999.9, pm25},               {"pm10", 1, 0, 1999.9, pm10},
    {"no2", 1, 0, 500, no2},                   {"o3", 1, 0, 500, o3},
    {"noise_laeq", 1, 30, 120, laeq},          {"noise_la_max", 1, 30, 130, la_max},
    {"temperature", 1, -40, 60, temperature},  {"humidity", 1, 0, 100, humidity},
    {"pressure", 0, 90000, 110000, pressure},  {"wind_speed", 1, 0, 60, wind_speed},
    {"wind_direction", 0, 0, 359, wind_direction}, {"rain", 1, 0, 100, rain},
    {"tilt", 1, 0, 90, tilt},                  {"knock", 0, 0, 100, knock},
    {"battery", 0, 0, 100, battery},           {"energy", 1, 0, 1e9, energy},
    {"gas", 1, 0, 1e9, gas},                   {"water", 1, 0, 1e9, water},
};
// clang-format on

// ---- Failures ----------------------------------------------------------------------------------------------------

static bool is_silent(const struct demo_device *d, instant t, instant age)
{
    const uint64_t seed = demo_hash((uint64_t)d->number, 0x6661696c);
    // One device in fifteen lost its battery some days ago, and has not been visited yet.
    if (demo_unit(seed, 1) < 1.0 / 15 && age < (instant)((1 + 5 * demo_unit(seed, 2)) * (double)TIME_DAY))
        return true;
    // Now and then a device is away for up to six hours ...
    const int64_t day = t / TIME_DAY;
    const double from = demo_unit(seed + 3, (uint64_t)day) * 24,
                 hours = 6 * demo_unit(seed + 4, (uint64_t)day);
    const double hour = (double)(t % TIME_DAY) / (double)TIME_HOUR;
    if (demo_unit(seed + 5, (uint64_t)day) < 0.06 && hour >= from && hour < from + hours) return true;
    // ... and a message gets lost.
    return demo_unit(seed + 6, (uint64_t)t) < 0.004;
}

bool demo_reading(const struct demo_device *d, const char *quantity, instant t, instant age, decimal *out)
{
    if (is_silent(d, t, age)) return false;
    for (size_t k = 0; k < sizeof signals / sizeof signals[0]; k++) {
        if (strcmp(signals[k].quantity, quantity) != 0) continue;
        const struct moment m = {d, t, demo_hash((uint64_t)d->number, k), d->where->traffic};
        const double v = fmin(signals[k].most, fmax(signals[k].least, signals[k].value(&m)));
        *out = (decimal){llround(signals[k].decimals ? 10 * v : v), (int8_t)signals[k].decimals};
        return true;
    }
    return false;
}
