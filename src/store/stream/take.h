// SPDX-License-Identifier: EUPL-1.2
// take.h: observations out of the chunks of a stream: some, all of a feature, all of a time. The row is left alone.
// Threads  the writer
#ifndef PEIL_STORE_STREAM_TAKE_H
#define PEIL_STORE_STREAM_TAKE_H

#include "store/stream/seal.h"

struct take_filter {
    const uint32_t *numbers;  // these, in order, or
    size_t number_count;
    entity_id feature;  // all of this feature, or, when neither is given,
    interval when;      // all that start in it
    size_t taken;
    struct point last;  // taken out
};

// f->taken is 0 when there is none. *number lives as long as f.
NODISCARD bool take_number(struct sealing *k, const uint32_t *number, struct take_filter *f, err *e);
// All that the filter takes, from the chunk with this key on.
NODISCARD bool take_from(struct sealing *k, struct point_key from, struct take_filter *f, err *e);

#endif
