// SPDX-License-Identifier: EUPL-1.2
#include "model/rd.h"

#include <stddef.h>

struct term {
    int x, y;  // powers
    double factor;
};

// clang-format off
static const struct term latitude_terms[] = {
    {0, 1, 3235.65389}, {2, 0, -32.58297}, {0, 2, -0.24750}, {2, 1, -0.84978}, {0, 3, -0.06550}, {2, 2, -0.01709},
    {1, 0, -0.00738},   {4, 0, 0.00530},   {2, 3, -0.00039}, {4, 1, 0.00033},  {1, 1, -0.00012},
};
static const struct term longitude_terms[] = {
    {1, 0, 5260.52916}, {1, 1, 105.94684}, {1, 2, 2.45656},  {3, 0, -0.81885}, {1, 3, 0.05594}, {3, 1, -0.05607},
    {0, 1, 0.01199},    {3, 2, -0.00256},  {1, 4, 0.00128},  {0, 2, 0.00022},  {2, 0, -0.00022}, {5, 0, 0.00026},
};
// clang-format on

static double sum(const struct term *terms, size_t count, double x, double y)
{
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        double term = terms[i].factor;
        for (int k = 0; k < terms[i].x; k++) term *= x;
        for (int k = 0; k < terms[i].y; k++) term *= y;
        total += term;
    }
    return total;
}

bool rd_to_wgs84(double x, double y, double *latitude, double *longitude)
{
    if (!(x >= 0 && x <= 300000 && y >= 300000 && y <= 625000)) return false;
    const double dx = (x - 155000) * 1e-5, dy = (y - 463000) * 1e-5;
    *latitude = 52.15517440 +
                sum(latitude_terms, sizeof latitude_terms / sizeof *latitude_terms, dx, dy) / 3600;
    *longitude = 5.38720621 +
                 sum(longitude_terms, sizeof longitude_terms / sizeof *longitude_terms, dx, dy) / 3600;
    return true;
}
