// SPDX-License-Identifier: EUPL-1.2
// testing.h: what the tests of this folder share: a directory that goes away, patience, and a receiver of
// messages.
#ifndef PEIL_MQTT_TESTING_H
#define PEIL_MQTT_TESTING_H

#include "mqtt/subscriber.h"

// Waits until holds(context), at most 20 s. False: it never held.
bool comes_true(bool (*holds)(void *context), void *context);

int64_t resident_bytes(void);  // 0 under a sanitizer, which keeps freed memory

// Notes the numbers that messages carry as their payload's text (0 <= n < NUMBERS_MAX).
#define NUMBERS_MAX 100000

struct receiver {
    struct lock *lock;  // guards what follows
    int received;       // messages taken, with repetitions
    int distinct;       // different numbers among them
    int wanted;         // for receiver_has_all
    unsigned char times[NUMBERS_MAX];
    bool holds;       // takes messages and does not say that they are done
    int refuse_most;  // of every this many + 1 offers it refuses all but the last; 0: never
    int offers;
    int out_of_order;  // numbers that came after a larger one
    int last;
    char why[512];  // the last state's
    int states;
};

struct receiver *receiver_new(void);
void receiver_free(struct receiver *r);
bool receiver_message(const mqtt_message *m, void *context);
void receiver_state(bool connected, const char *why, void *context);
void receiver_expect(struct receiver *r, int count);
bool receiver_has_all(void *context);    // `count` distinct numbers are there
bool receiver_knows_why(void *context);  // a state was told
int receiver_count(struct receiver *r);

// A subscriber to "test/#" on 127.0.0.1 with short pauses.
mqtt_config receiver_config(struct receiver *r, int port);

#endif
