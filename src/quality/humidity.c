// SPDX-License-Identifier: EUPL-1.2
#include "quality/humidity.h"

#include <math.h>

double humidity_dry(double wet, double rh_percent)
{
    if (isnan(wet) || isnan(rh_percent)) return (double)NAN;
    const double rh = fmin(fmax(rh_percent, 0), HUMIDITY_RH_MOST);
    if (rh <= 0) return wet;
    return wet / (1 + HUMIDITY_KAPPA / 1.65 / (100 / rh - 1));
}
