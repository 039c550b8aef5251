// SPDX-License-Identifier: EUPL-1.2
// send.h: one attempt to deliver one message. Private to outbox/.
// Threads  any; it waits for the other side, at most SEND_TIMEOUT_S
#ifndef PEIL_OUTBOX_SEND_H
#define PEIL_OUTBOX_SEND_H

#include "outbox/message.h"
#include "outbox/sign.h"

#define SEND_TIMEOUT_S 10

typedef enum { SEND_ARRIVED, SEND_AGAIN, SEND_NEVER } send_result;

struct send_answer {
    send_result result;
    int64_t wait_us;   // SEND_AGAIN: what the other side asked for; 0: nothing
    char reason[256];  // empty when it arrived
};

void send_message(const outbox_config *c, const struct sign_key *key, const struct message *m, instant now,
                  struct send_answer *out);

#endif
