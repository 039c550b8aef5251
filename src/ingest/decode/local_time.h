// SPDX-License-Identifier: EUPL-1.2
// local_time.h: instants from the local times that meters and plugs send.
#ifndef PEIL_INGEST_DECODE_LOCAL_TIME_H
#define PEIL_INGEST_DECODE_LOCAL_TIME_H

#include "base/tz.h"

// `season`: 'S' summer time, 'W' winter time, as the sender says it; 0: not told, then of an hour that occurs twice the
// last one that had begun at `received`. Zone NULL: UTC. TIME_NONE: no such date or time. *is_skipped: the clocks
// jumped over this time; the instant is that of the jump.
instant local_time(const struct tz *zone, civil local, char season, instant received, bool *is_skipped);

#endif
