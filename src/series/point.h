// SPDX-License-Identifier: EUPL-1.2
// point.h: an observation without its stream, in the plain form that the tail, the chunks and their readers exchange.
// Owns     `extra` is a view; who made the point says into what
#ifndef PEIL_SERIES_POINT_H
#define PEIL_SERIES_POINT_H

#include "series/extra.h"

#define POINT_NO_DECIMAL 255

struct point {
    instant time;         // phenomenonTime, start
    int64_t units;        // of a decimal result
    instant result_time;  // TIME_NONE: none
    entity_id feature;
    str extra;  // bytes of extra.h; n == 0: none
    uint32_t number;
    uint8_t scale;  // of a decimal result; POINT_NO_DECIMAL: the result stands in extra
};

// Points of a stream are ordered by time, then by number. Below zero, zero, above zero.
static inline int point_cmp(instant time, uint32_t number, instant other_time, uint32_t other_number)
{
    if (time != other_time) return time < other_time ? -1 : 1;
    return (number > other_number) - (number < other_number);
}

// Writes the extra bytes, when there are any, to the end of `bytes`; out->extra views them (valid until bytes grows).
void point_of(const struct observation *o, buf *bytes, struct point *out);
// False when the extra bytes are damaged.
NODISCARD bool point_read(const struct point *p, entity_id stream, struct observation *out);

// All of a point but time, number and feature, as bytes; `extra` of what is read is a view into them.
void point_write_rest(buf *b, const struct point *p);
NODISCARD bool point_read_rest(str bytes, struct point *p);

// The result as a number; false for anything else, and beyond a double's range.
bool point_number(const struct point *p, double *out);

#endif
