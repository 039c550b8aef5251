// SPDX-License-Identifier: EUPL-1.2
// local_time.h: instants from the local times that meters and plugs send.
#ifndef PEIL_INGEST_DECODE_LOCAL_TIME_H
#define PEIL_INGEST_DECODE_LOCAL_TIME_H

#include "base/arena.h"
#include "base/tz.h"

// `season`: 'S' summer time, 'W' winter time, as the sender says it; 0: not told, then of an hour that occurs twice the
// last one that had begun at `received`. Zone NULL: UTC. TIME_NONE: no such date or time. *is_skipped: the clocks
// jumped over this time; the instant is that of the jump.
instant local_time(const struct tz *zone, civil local, char season, instant received, bool *is_skipped);

// What the lines of a file have shown of the hour that occurs twice. All zeros at first.
struct repeated_hour {
    instant day;  // which autumn's
    struct repeated_device *devices;
};

// As local_time without a season, of lines in order of time that were written long ago: a device's times of that hour are of its first pass
// until one is no later than the one before. `device` is copied into the arena, which lasts as long as *seen.
instant local_time_in_file(const struct tz *zone, civil local, struct repeated_hour *seen, str device,
                           arena *a, bool *is_skipped);

#endif
