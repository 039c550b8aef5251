// SPDX-License-Identifier: EUPL-1.2
// meter.h: what the server counts, for /metrics.
// Threads  any
#ifndef PEIL_HTTP_METER_H
#define PEIL_HTTP_METER_H

#include "base/metrics.h"

typedef enum {
    REFUSED_CONNECTIONS,  // connections_max
    REFUSED_ADDRESS,      // connections_per_address_max
    REFUSED_BUSY,         // the workers' queue is full
    REFUSED_MALFORMED,
    REFUSED_TOO_LARGE,
    REFUSED_TIMEOUT,
    REFUSED_SLOW_READER,
    REFUSED_UNSUPPORTED,
    REFUSED_COUNT
} refused_reason;

void meter_register(struct metrics *m);
void meter_request(int status, int64_t microseconds);  // < 0: no handler was asked, no time is counted
void meter_refused(refused_reason why);
void meter_refused_status(int status);  // the reason that belongs to a status of the server's own
void meter_connections(int change);
void meter_live(int change);

#endif
