// SPDX-License-Identifier: EUPL-1.2
// period.h: hours, days, months and years as intervals. Private to the store.
#ifndef PEIL_STORE_ANSWER_PERIOD_H
#define PEIL_STORE_ANSWER_PERIOD_H

#include "base/tz.h"
#include "store/store.h"

// Months and years need a zone (ERR_INTERNAL); days without one are those of UTC.
NODISCARD bool period_check(period p, const struct tz *zone, err *e);
interval period_around(period p, const struct tz *zone, instant t);

#endif
