// SPDX-License-Identifier: EUPL-1.2
// extra.h: what few observations have, as bytes: the same bytes in memory, in the durable tail and in a chunk.
// A plain observation is a time, a number within its stream and a decimal; the rest is extra and costs only who uses it.
//
// Form     varint: the fields present; then each in the order of their bits. Times are differences to phenomenonTime.
// Owns     what extra_read gives are views into the bytes
// Errors   extra_read: false when the bytes are damaged
#ifndef PEIL_SERIES_EXTRA_H
#define PEIL_SERIES_EXTRA_H

#include "model/observation.h"
#include "series/varint.h"

enum {
    EXTRA_RESULT = 1,  // a result that is no decimal, or a decimal that the column of results cannot say
    EXTRA_END = 2,     // phenomenonTime is an interval
    EXTRA_VALID = 4,
    EXTRA_QUALITY = 8,
    EXTRA_PARAMETERS = 16,
    EXTRA_FIELDS = 32  // end of the bits in use
};

struct extra {
    unsigned fields;
    value result;
    instant end;
    interval valid;
    value quality;
    str parameters;
};

void extra_write(buf *b, instant phen_start, const struct extra *x);
NODISCARD bool extra_read(str bytes, instant phen_start, struct extra *out);

bool extra_has_result(str bytes);  // without reading the rest

// What of the observation is extra, and back.
unsigned extra_fields_of(const struct observation *o);  // 0 for nearly all
struct extra extra_of(const struct observation *o);
void extra_apply(const struct extra *x, struct observation *o);

#endif
