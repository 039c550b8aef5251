// SPDX-License-Identifier: EUPL-1.2
// stretch.h: days of one Datastream that stand together as one run of bytes: STRETCH_DAYS that follow each other, with the tallies
// of those that have readings. Private; stretch_read, stretch_write and the numbers are pure.
//
// Form     version, CRC-32 of the rest; then for each day that is there: its place in the stretch (byte), length (varint), its
//          bytes (tally_put)
// Units    a day: as in calendar.h; a stretch: days / STRETCH_DAYS, rounded down
// Owns     days that were read view the bytes they were read from
// Errors   ERR_CORRUPT: damaged, nothing of it is trusted; of the store
#ifndef PEIL_ROLLUP_STRETCH_H
#define PEIL_ROLLUP_STRETCH_H

#include "base/buf.h"
#include "store/store.h"

#define STRETCH_DAYS 16

struct stretch {
    str day[STRETCH_DAYS];  // empty: no readings
};

NODISCARD bool stretch_read(str bytes, struct stretch *out, err *e);  // no bytes: an empty one
void stretch_write(buf *b, const struct stretch *s);                  // appends; nothing for an empty one

int32_t stretch_of(int32_t day);
int32_t stretch_first(int32_t stretch);  // its first day

// What it is kept under in the store, in order of stretch and then stream: what comes new stands together, at the end.
int64_t stretch_number(int32_t stretch, entity_id stream);
int32_t stretch_of_number(int64_t number);
entity_id stretch_stream_of_number(int64_t number);

// Those of a stream that lie in [first, last], in order of time; stops when `each` returns false.
NODISCARD bool stretch_each(struct snapshot *at, entity_id stream, int32_t first, int32_t last,
                            bool (*each)(int32_t stretch, str bytes, void *context, err *e), void *context,
                            err *e);
#define STRETCH_LEAST (-(1 << 18))  // all that days can be in
#define STRETCH_MOST ((1 << 18) - 1)

#endif
