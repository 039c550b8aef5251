// SPDX-License-Identifier: EUPL-1.2
// quantity.h: what peil measures: key, names, canonical unit, plausible range. One table.
// Source   units: UCUM 2.1; definitions: QUDT and the Dutch Aquo list where one exists; ranges: ingest rules, plausibility
#ifndef PEIL_MODEL_QUANTITY_H
#define PEIL_MODEL_QUANTITY_H

#include "base/str.h"

struct quantity {
    str key;               // "pm25": in device readings, URLs and message files
    str name_nl, name_en;  // as the portal shows it: "Fijnstof PM2,5"
    str ucum;              // canonical unit: "ug/m3"
    str symbol;            // as shown: "µg/m³"
    str unit_name;         // "microgram per cubic metre"
    str definition;        // URI of the observed property
    double least, most;  // outside: kept, flagged, never shown as good; of an official station quantity_least
    int decimals;        // shown to residents
    bool is_level;       // a level in dB: averaged energetically
};

const struct quantity *quantity_by_key(str key);         // NULL when unknown
const struct quantity *quantity_by_definition(str uri);  // NULL when unknown
const struct quantity *quantity_all(size_t *count);
// The least that an official station truly measures: where there is none of a substance, its readings lie around zero.
double quantity_least(const struct quantity *q, bool is_reference);

#endif
