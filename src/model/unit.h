// SPDX-License-Identifier: EUPL-1.2
// unit.h: the units that devices use, as UCUM codes, and what a value is in its quantity's own unit.
// Source   UCUM 2.1. Parts per billion of a gas to mass at 20 degrees Celsius and 1013 hPa, as Directive 2008/50/EC counts
#ifndef PEIL_MODEL_UNIT_H
#define PEIL_MODEL_UNIT_H

#include "base/arena.h"
#include "base/err.h"
#include "model/quantity.h"
#include "model/value.h"

// The UCUM code of a unit as people and devices write it: "µg/m³", "kWh", "°F", or the code itself. Empty: not known.
str unit_code(str text);

// Brings a number from `unit` (as unit_code takes it) to the unit of `q`. *converted: the number was changed. Exact where
// the factor is a decimal and the digits fit, else the nearest double.
// Errors   ERR_TYPE ("is in lx, not in Pa"), ERR_LIMIT (no memory)
NODISCARD bool unit_to_quantity(value *v, str unit, const struct quantity *q, arena *a, bool *converted,
                                err *e);

// A straight line from numbers in `unit` (a symbol or code) to the unit of `q`: value = number * factor + offset. False: none.
bool unit_line(str unit, const struct quantity *q, arena *scratch, double *factor, double *offset);

// v * factor, likewise. False: no memory.
NODISCARD bool unit_scale(value *v, decimal factor, arena *a);

#endif
