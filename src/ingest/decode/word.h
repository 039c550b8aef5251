// SPDX-License-Identifier: EUPL-1.2
// word.h: names that decoders, gadgets and people give to quantities: "PM2.5", "pm2_5", "tempC", "relativeHumidity".
#ifndef PEIL_INGEST_DECODE_WORD_H
#define PEIL_INGEST_DECODE_WORD_H

#include "model/quantity.h"

typedef enum {
    WORD_QUANTITY,
    WORD_LATITUDE,  // of the device, degrees
    WORD_LONGITUDE,
    WORD_SIGNAL  // dBm
} word_role;

struct word {
    word_role role;
    const struct quantity *quantity;  // NULL unless WORD_QUANTITY
    str unit;                         // that the name implies, as unit_code takes it; empty: none
};

// By letters and digits alone, without case; a point or underscore between two digits counts as a point. Keys of
// model/quantity.h are known too. False: unknown, or different things to different senders: gas, water, tvoc, distance.
bool word_find(str name, struct word *out);

#endif
