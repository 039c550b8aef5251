// SPDX-License-Identifier: EUPL-1.2
// live.h: GET /live: new readings as server-sent events, as they are committed: of public Datastreams, and for who is shown more of those too.
// There is a `live` for each sight. A stream of more than the public's ends within LIVE_LOOK_US of the session or token that it was opened with,
// and takes nothing from its idle time.
//
//   event: observation
//   data: {"stream":12,"thing":3,"time":"2026-11-26T13:05:00Z","result":20.5,"class":"air-2","quantity":"pm25"}
//
// "rejected" with the reason stands in place of "class" when the reading failed a check; "factor" when residents see another
// unit than the result's.
// ?things=1,2 gives those Things only. An id (the commit) follows each burst; Last-Event-ID or ?after=ID goes on behind it, from
// memory or else with the latest reading of each stream. Within a tick only the newest reading of a stream is sent: LIVE_TICK_US, and with
// very many clients LIVE_CLIENT_US for each of them, LIVE_TICK_MOST_US at most: what a tick costs is for the clients, not the readings. A client
// that missed some gets "event: behind" and should read anew.
// Results that are numbers or booleans; others are left to the API. A burst is encoded once for all clients; clients are served by one thread, the writer never waits for them.
// Threads  live_hear on the store's writer thread; live_handle from any
#ifndef PEIL_PORTAL_LIVE_H
#define PEIL_PORTAL_LIVE_H

#include "base/metrics.h"
#include "http/server.h"
#include "identity/identity.h"
#include "portal/meter.h"

#define LIVE_TICK_US 150000
#define LIVE_TICK_MOST_US 500000
#define LIVE_CLIENT_US 250
#define LIVE_LOOK_US 5000000  // clients that left, or may stay no longer, are let go at least this often

struct live;

// b: of the same sight.
NODISCARD struct live *live_start(struct store *s, struct meter_book *b, struct identity *i,
                                  access_level sees, err *e);
void live_metrics(struct metrics *m);  // of all of them
void live_stop(struct live *l);  // ends all streams; while the server runs. live_hear may still be called
void live_free(struct live *l);

void live_hear(struct live *l, uint64_t commit, const struct change *changes, size_t count);
// `who` is shown what this `live` is for.
void live_handle(struct http_request *r, const struct principal *who, struct live *l);

#endif
