// SPDX-License-Identifier: EUPL-1.2
// codec.h: a home as bytes, for the disk. Numbers little-endian; a channel that never gave readings takes no room.
// What the version before wrote is read too.
// Errors   ERR_CORRUPT: not what sign_home_write made, or a value that no home can have
#ifndef PEIL_SIGN_CODEC_H
#define PEIL_SIGN_CODEC_H

#include "base/buf.h"
#include "sign/home.h"

#define SIGN_CODED_MAX 2048
#define SIGN_CODED_VERSION 2  // the first byte

void sign_home_write(const struct sign_home *h, buf *out);
NODISCARD bool sign_home_read(str bytes, struct sign_home *out, err *e);

#endif
