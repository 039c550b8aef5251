// SPDX-License-Identifier: EUPL-1.2
// qr.h: a QR code of a text, for an address on a page or on the plate of a meter.
// Versions 1 to 10 in byte mode with error correction M (15 % of the code may be unreadable): 213 bytes at most.
// Errors   ERR_LIMIT: the text is longer
// Source   ISO/IEC 18004:2015
#ifndef PEIL_RENDER_QR_H
#define PEIL_RENDER_QR_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define QR_SIDE_MAX 57
#define QR_BYTES_MAX 213

struct qr {
    int side;                             // modules; without the white border of 4
    bool dark[QR_SIDE_MAX][QR_SIDE_MAX];  // by row, then by column
};

NODISCARD bool qr_make(str text, struct qr *out, err *e);
// As SVG with its white border; `title` says what it leads to.
void qr_svg(buf *out, const struct qr *q, str title);

#endif
