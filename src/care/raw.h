// SPDX-License-Identifier: EUPL-1.2
// raw.h: inside care: meter readings as they came, in the vault, a record per home and local day.
//
// Why they are kept at all: the rhythm of a home is made anew from them when what was learnt is damaged or was written by another
// version of the method. Nothing else reads them, and they go after care_config.raw_days.
// Form     a reading is a byte (channel; 4: with what panels delivered), then the seconds, the register and that register as
//          differences to the reading before on its channel (zigzag varints): five bytes or so
// Errors   ERR_CORRUPT (not this form), ERR_STORE
#ifndef PEIL_CARE_RAW_H
#define PEIL_CARE_RAW_H

#include "care/home.h"

// Readings of one home, oldest first. A day that is full (VAULT_RECORD_MAX) keeps what it has.
NODISCARD bool raw_add(struct care *c, str pseudonym, const struct sign_reading *readings, size_t count,
                       err *e);
// What the readings that are kept teach. ERR_ABSENT: none are.
NODISCARD bool raw_learn(struct care *c, str pseudonym, struct care_home *out, err *e);
// The day before which readings go, as in the keys: "2026-11-26".
#define RAW_DAY_MAX 16
void raw_day(const struct tz *zone, instant t, char out[static RAW_DAY_MAX]);

#endif
