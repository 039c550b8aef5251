// SPDX-License-Identifier: EUPL-1.2
// checksum.h: CRC-32 (ISO-HDLC, as in zlib and gzip) beside stored bytes, low byte first.
#ifndef PEIL_SERIES_CHECKSUM_H
#define PEIL_SERIES_CHECKSUM_H

#include "base/str.h"

#include <stdint.h>

#define CHECKSUM_BYTES 4

uint32_t checksum_of(str bytes);
void checksum_write(uint8_t out[static CHECKSUM_BYTES], str bytes);
bool checksum_matches(const uint8_t stored[static CHECKSUM_BYTES], str bytes);

#endif
