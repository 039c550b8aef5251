// SPDX-License-Identifier: EUPL-1.2
// watch.h: a home's own watch beside its P1 meter: bytes of telegrams in, now and then a message for the town out. It decides
// here; nothing else leaves. No clock, network or disk of its own.
//
// A heartbeat goes once a day at a fixed minute of the day, the same length whatever the state. An improbable silence first asks
// in the home itself (`asks`: blink, beep) for an hour, in which the resident can say "I am well"; then "look" is sent.
// Threads  one
// Errors   ERR_CORRUPT (the saved state)
#ifndef PEIL_SIGN_WATCH_H
#define PEIL_SIGN_WATCH_H

#include "base/buf.h"
#include "ingest/p1/framer.h"
#include "sign/message.h"
#include "sign/meter.h"

#define SIGN_ASK_TIME TIME_HOUR
#define SIGN_WATCH_STATE_MAX 4096

struct sign_watch {
    struct sign_parameters parameters;
    const struct tz *zone;
    struct p1_framer framer;
    struct sign_home home;
    struct sign_meter meter;
    int64_t telegrams, refused;  // of this run
    int32_t number;              // of the newest message
    int32_t sent_day;            // local day of the newest heartbeat
    sign_word told;              // what the town knows
    instant asked_at;            // in the home; 0: not
    int minute;                  // of the day, at which the heartbeat goes
    bool is_replay;              // a recording is read: the meter's clock is the only one
    instant newest;              // of the telegrams of this run
};

// `minute` is drawn once by the caller, so that boxes do not all send at once; a saved state keeps its own.
void sign_watch_begin(struct sign_watch *w, const struct sign_parameters *p, const struct tz *zone,
                      int minute);

// Takes bytes of the meter from the front of *rest until a telegram was read: true, and of a recording the home is to be
// looked at (sign_watch_tick) before the next, for what is decided must not hang on how many come at once. False: all
// bytes are taken. `now` is for meters without a clock.
bool sign_watch_take(struct sign_watch *w, str *rest, instant now);
// The resident is well: a button.
void sign_watch_well(struct sign_watch *w, instant now);
// The town knows since `at` that all is well; told again it changes nothing.
void sign_watch_well_since(struct sign_watch *w, instant at);

typedef enum { SIGN_DO_NOTHING, SIGN_DO_ASK, SIGN_DO_SEND } sign_do;
// What is to be done at `now`; call about once a minute. SEND: *out is the message (without the pseudonym). Until
// sign_watch_sent it is asked for again, so that an alarm survives a broken line.
sign_do sign_watch_tick(struct sign_watch *w, instant now, struct sign_message *out);
void sign_watch_sent(struct sign_watch *w, const struct sign_message *m);

// What must survive a restart.
void sign_watch_save(const struct sign_watch *w, buf *out);
NODISCARD bool sign_watch_load(struct sign_watch *w, str bytes, err *e);

#endif
