// SPDX-License-Identifier: EUPL-1.2
// payload.h: a payload read by its description.
#ifndef PEIL_INGEST_LORAWAN_PAYLOAD_H
#define PEIL_INGEST_LORAWAN_PAYLOAD_H

#include "ingest/decode/gather.h"
#include "ingest/lorawan/description.h"

// What cannot be read becomes a reject; what was read before it stays. `at`: where the payload stands in the message.
NODISCARD bool payload_read(const struct description *d, str payload, size_t at, struct gather *g, err *e);

#endif
