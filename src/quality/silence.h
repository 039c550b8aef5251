// SPDX-License-Identifier: EUPL-1.2
// silence.h: when a device that reports regularly gave nothing for longer than it is used to. Private to quality/.
//
// A device is silent while none of its Datastreams has a reading; how often it reports is the middle step of its quickest regular
// one. What was silent because peil was down is not the device's. Told are silences that ended in the hours looked at; looked at again,
// what is kept is what the readings now say, so that late readings take back what was none.
#ifndef PEIL_QUALITY_SILENCE_H
#define PEIL_QUALITY_SILENCE_H

#include "quality/rows.h"

struct silence_span {
    entity_id thing, stream;
    interval when;  // start TIME_NONE: nothing came before; end TIME_MAX: nothing came since
    int64_t step;   // of the stream; 0: it does not report regularly
};
struct silence_changes;
// Zero is a valid start.
struct silences {
    struct silence_span *all;
    size_t count, capacity;
    struct silence_changes *changes;  // NULL: not compared yet
};

// The readings of a Datastream in the hours looked at, and the time of the one before them (TIME_NONE: there is none).
NODISCARD bool silences_add(struct silences *s, const struct rollup_stream *of, const struct rows *r,
                            instant before, arena *a, err *e);
// Finds what is to change in what is kept (outage/outage.h) for the devices that were added.
NODISCARD bool silences_compare(struct silences *s, struct snapshot *at, interval hours, err *e);
// Writes that. Once no snapshot is open, for the log can grow no shorter under one; not on the writer thread.
NODISCARD bool silences_write(const struct silences *s, struct store *store, err *e);
void silences_free(struct silences *s);

#endif
