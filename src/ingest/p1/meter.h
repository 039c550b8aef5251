// SPDX-License-Identifier: EUPL-1.2
// meter.h: a telegram's numbers as readings. Numbers of meters are personal data: a device or sensor is called by a pseudonym
// that only this installation can make. Messages to the resident are left out.
#ifndef PEIL_INGEST_P1_METER_H
#define PEIL_INGEST_P1_METER_H

#include "ingest/decode/gather.h"
#include "ingest/p1/telegram.h"

// `device`: what the operator calls it; empty: the pseudonym of the meter. `at`: where the telegram stands in the message.
NODISCARD bool p1_meter_read(const struct p1_telegram *t, str device, size_t at, struct gather *g, err *e);

#endif
