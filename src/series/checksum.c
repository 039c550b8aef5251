// SPDX-License-Identifier: EUPL-1.2
#include "series/checksum.h"

#include <zlib.h>

uint32_t checksum_of(str bytes)
{
    return (uint32_t)crc32_z(0, (const unsigned char *)bytes.p, bytes.n);
}

void checksum_write(uint8_t out[static CHECKSUM_BYTES], str bytes)
{
    const uint32_t sum = checksum_of(bytes);
    for (int i = 0; i < CHECKSUM_BYTES; i++) out[i] = (uint8_t)(sum >> (8 * i));
}

bool checksum_matches(const uint8_t stored[static CHECKSUM_BYTES], str bytes)
{
    uint32_t sum = 0;
    for (int i = 0; i < CHECKSUM_BYTES; i++) sum |= (uint32_t)stored[i] << (8 * i);
    return sum == checksum_of(bytes);
}
