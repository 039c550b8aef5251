// SPDX-License-Identifier: EUPL-1.2
// push.h: devices and network servers that push over HTTP: POST /push/NAME, one per adapter that has a path.
//
// A device proves itself by a token: "Authorization: Bearer TOKEN", HTTP Basic with the token as the password (what airRohr's
// "custom API" offers), or /push/NAME/TOKEN for those that can send no header at all.
// Answers after the commit, with the status and body that the device's firmware expects.
#ifndef PEIL_INGEST_PUSH_H
#define PEIL_INGEST_PUSH_H

#include "http/server.h"
#include "identity/identity.h"
#include "ingest/ingest.h"

struct push;

NODISCARD struct push *push_new(struct ingest *in, struct identity *identity, err *e);
void push_free(struct push *p);
http_route push_route(struct push *p);  // everything below /push

#endif
