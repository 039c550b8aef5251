// SPDX-License-Identifier: EUPL-1.2
// model.h: how often each token of a column occurs, as the coder needs it: shares of 2,048 that add up to that. They are
// stored roughly, five bits each, for that a share is a seventh off costs less than saying it exactly.
// Form     varint: how many tokens (the last one occurs); then bits, low ones first: five a token, 0 for one that does not occur, and
//          behind each 0 five more: how many further ones do not
// Errors   model_read: false when the bytes are damaged
#ifndef PEIL_SERIES_MODEL_H
#define PEIL_SERIES_MODEL_H

#include "series/varint.h"

#define TOKENS 256
#define SHARE_BITS 11
#define SHARES (1U << SHARE_BITS)

struct model {
    unsigned used;           // tokens from this one on do not occur
    uint16_t share[TOKENS];  // 0: does not occur
};

// Appends the model of these counts, and gives what model_read will make of it. count of all > 0.
void model_write(buf *b, const uint32_t counts[static TOKENS], struct model *out);
NODISCARD bool model_read(reader *in, struct model *out);

#endif
