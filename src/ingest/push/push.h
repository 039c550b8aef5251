// SPDX-License-Identifier: EUPL-1.2
// push.h: devices and network servers that push over HTTP: POST /push/NAME, one per adapter that has a path, and the addresses
// that senders expect elsewhere: /write and /api/v2/write (InfluxDB), /boxes/BOX/... (openSenseMap), /v1/push-sensor-data
// (Sensor.Community).
//
// A device proves itself by a token: "Authorization: Bearer TOKEN", "Token TOKEN" (InfluxDB), the bare TOKEN (openSenseMap),
// HTTP Basic with the token as the password (airRohr's "custom API"), ?u=NAME&p=TOKEN (InfluxDB 1), or /push/NAME/TOKEN for those
// that can send no header at all; or, over TLS of our own, by its certificate. Bodies may be packed (gzip, deflate).
// Answers after the commit, with the status and body that the sender expects.
#ifndef PEIL_INGEST_PUSH_PUSH_H
#define PEIL_INGEST_PUSH_PUSH_H

#include "http/server.h"
#include "identity/identity.h"
#include "ingest/ingest.h"

#define PUSH_ROUTES 7

struct push;

NODISCARD struct push *push_new(struct ingest *in, struct identity *identity, err *e);
void push_free(struct push *p);
// Whether a request to one of these addresses, its body not yet read, comes from a device that is known; false for other addresses.
bool push_knows(const struct push *p, struct http_request *r);
void push_routes(struct push *p, http_route out[static PUSH_ROUTES]);

#endif
