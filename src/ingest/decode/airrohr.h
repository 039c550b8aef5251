// SPDX-License-Identifier: EUPL-1.2
// airrohr.h: what the names of Sensor.Community's values mean, without the sensor before them; for its pushes, its interface and
// its archive.
// Source   firmware airRohr (opendata-stuttgart/sensors-software)
#ifndef PEIL_INGEST_DECODE_AIRROHR_H
#define PEIL_INGEST_DECODE_AIRROHR_H

#include "base/str.h"

struct airrohr_word {
    str name, quantity, unit;  // unit empty: the quantity's own
};

// NULL: not a quantity that peil knows.
const struct airrohr_word *airrohr_word(str name);

// A pulse counter's own numbers, durP1 and ratioP1. Beside them P1 and P2 are counts and no mass.
bool airrohr_is_pulse(str name);
#define AIRROHR_PULSE_COUNTER STR("PPD42NS")

#endif
