// SPDX-License-Identifier: EUPL-1.2
// throttle.h: how often something may happen per key in a time: tries to log in per account and address, requests per
// address and token. A bucket per key fills up evenly and holds `most`.
//
// Keys are hashed with a secret that dies with the process: no address is kept. The table has a fixed size; when it is full the
// bucket that has been left alone longest makes room.
// Units    times: microseconds of the monotonic clock
// Threads  any
#ifndef PEIL_IDENTITY_THROTTLE_H
#define PEIL_IDENTITY_THROTTLE_H

#include "base/time.h"

struct throttle;

// `most` at once, then one each per_us. `keys`: buckets in all.
NODISCARD struct throttle *throttle_new(size_t keys, double most, int64_t per_us);
void throttle_free(struct throttle *t);
// Takes one. False: none is left, and *wait_us is how long until there is.
bool throttle_take(struct throttle *t, str key, int64_t now_us, int64_t *wait_us);
bool throttle_has(struct throttle *t, str key, int64_t now_us, int64_t *wait_us);  // the same without taking
void throttle_forgive(struct throttle *t, str key);                                // full again

#endif
