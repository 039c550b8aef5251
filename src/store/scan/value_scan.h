// SPDX-License-Identifier: EUPL-1.2
// value_scan.h: times and numeric results of a stream, in order of time, many at a time: what sums and charts are made of.
// Results that are no number (or beyond a double) are left out, and those that do not count (model/quality.h).
// Threads  that of the snapshot
// Errors   those of the stream scan, and of `each`
#ifndef PEIL_STORE_SCAN_VALUE_SCAN_H
#define PEIL_STORE_SCAN_VALUE_SCAN_H

#include "store/scan/stream_scan.h"

struct value_run {
    const instant *times;
    const double *values;  // NULL in value_scan_units where units say them
    const int64_t *units;  // the same values as decimals to `scale`; NULL: some are none
    uint8_t scale;
    size_t count;
};
typedef bool (*values_each)(const struct value_run *run, void *context, err *e);

// Those with phenomenonTime (start) in [when.start, when.end); TIME_NONE on either side: open. An absent stream has none.
NODISCARD bool value_scan(struct snapshot *at, entity_id stream, interval when, values_each each,
                          void *context, err *e);
// The same for who needs decimals alone: units, and only where there are none values.
NODISCARD bool value_scan_units(struct snapshot *at, entity_id stream, interval when, values_each each,
                                void *context, err *e);
// The same of what stands in chunks alone, units as above where they suffice, and of what does not yet.
NODISCARD bool value_scan_chunks(struct snapshot *at, const struct stream *s, interval when,
                                 bool units_suffice, values_each each, void *context, err *e);
NODISCARD bool value_scan_tail(struct snapshot *at, const struct stream *s, interval when, values_each each,
                               void *context, err *e);

#endif
