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

// A decimal and nothing extra: what differs from one such point to the next is few bytes of an observation.
static inline bool point_is_plain(const struct point *p)
{
    return p->extra.n == 0 && p->scale != POINT_NO_DECIMAL;
}
static inline void point_read_next(const struct point *p, struct observation *last)  // both plain
{
    last->number = p->number;
    last->phenomenon_time.start = p->time;
    last->result_time = p->result_time;
    last->result.number = (decimal){p->units, (int8_t)p->scale};
    last->feature = p->feature;
}

// All of a point but time, number and feature, as bytes; `extra` of what is read is a view into them.
void point_write_rest(buf *b, const struct point *p);
NODISCARD bool point_read_rest(str bytes, struct point *p);

// The result as a number; false for anything else, and beyond a double's range.
bool point_number(const struct point *p, double *out);

#endif
