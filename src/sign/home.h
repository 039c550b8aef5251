// SPDX-License-Identifier: EUPL-1.2
// home.h: what is known of one home, in a fixed number of bytes, and how readings change it. Pure: no clock, no disk, no
// identity. The home is a number to its owner; here it has no name.
//
// The idea. A half hour in which the use rises well above the standby load is an event. For each hour of working days and of
// weekends the home's own share of half hours with an event is learnt (p), and the share that its machines alone make in its
// calm nights (e). Each half hour then adds the logarithm of how much better "empty" explains it than "lived in": without an
// event log((1-e)/(1-p)), with one log(e/p), which is negative. The sum never falls below zero (Page's test, 1954). It grows
// fast in hours when this home is usually busy and not at all when it usually sleeps; one defrost or pump takes a little off
// but does not start it anew. A silence is improbable when the sum passes `factor` times the largest sum that this home
// recovered from in the last weeks.
//
// Beside it runs the plain clock: for how long nothing at all was switched on. For each hour of each weekday the home's own
// silences of seven weeks say how long is usual then; `margin_h` longer is improbable. The clock needs no evidence, so it does
// not wait in a home where little happens; the sum bears machines that start by themselves. Either one tells.
//
// Units    energy Wh, gas and water litres; times UTC, days and half hours local to the home
// Owns     nothing: a struct sign_home is plain memory, zero is a home that nothing is known of
// Threads  one at a time for one home
// Source   E. S. Page, Continuous inspection schemes, Biometrika 41 (1954); what an event is: signals.md 1.3, steps 3 and 4
#ifndef PEIL_SIGN_HOME_H
#define PEIL_SIGN_HOME_H

#include "base/tz.h"
#include "sign/parameter.h"

#define SIGN_DAYS 49  // of events are remembered: seven weeks
#define SIGN_SLOTS 48
#define SIGN_SLOT_TIME (30 * TIME_MINUTE)
#define SIGN_STANDBY_DAYS 28
#define SIGN_HOME_BYTES_MAX 2048
#define SIGN_UNSEEN UINT16_MAX

typedef int32_t sign_slot;  // half hours of the local clock since 1970-01-01 00:00; day = slot / 48
#define SIGN_NEVER INT32_MIN

typedef enum { SIGN_ELECTRICITY, SIGN_GAS, SIGN_WATER, SIGN_CHANNEL_COUNT } sign_channel;

typedef enum {
    SIGN_LEARNING,      // first weeks: the hard limit alone
    SIGN_ACTIVE,        // nothing stands out
    SIGN_QUIET,         // the silence is improbable for this home: the resident is asked
    SIGN_CAP,           // the hard limit has passed: a person looks
    SIGN_METER_SILENT,  // no readings: says nothing of the resident
    SIGN_SUPPLY_OFF,    // no electricity, or a meter that stands still
    SIGN_AWAY,          // the resident said so
    SIGN_PAUSED,        // consent paused
    SIGN_UNSUITABLE,  // this meter tells too little of whether somebody lives here: another signal is wanted
    SIGN_STATE_COUNT
} sign_state;

struct sign_bits {
    uint8_t events[SIGN_DAYS][SIGN_SLOTS / 8];
    uint8_t seen[SIGN_DAYS][3];  // per hour: readings came
};

struct sign_pending {  // the half hour that is being filled
    int32_t start;     // half hours UTC since 1970
    uint16_t units;
    uint16_t covered_s;
};

struct sign_before {  // the two half hours before
    sign_slot slot;
    uint16_t one, two;
};

struct sign_home {
    struct sign_bits bits[SIGN_CHANNEL_COUNT];
    uint16_t today[SIGN_SLOTS];  // Wh per half hour of the newest day; SIGN_UNSEEN
    uint16_t standby[SIGN_STANDBY_DAYS], ripple[SIGN_STANDBY_DAYS];  // of the newest days with both, Wh
    uint8_t loud
        [SIGN_STANDBY_DAYS];  // a bit per half hour of those days, 2 to 5 h, with use as high as an event's
    uint32_t dark;  // a bit per one of those days in which use was near zero for hours, 7 to 21 h: panels
    uint8_t standby_count, standby_next;
    uint8_t usual[SIGN_CHANNEL_COUNT][2][24];  // p, in 1/250, of working days and of weekends
    uint8_t machine[SIGN_CHANNEL_COUNT];       // e, in 1/1000
    uint8_t timer[SIGN_CHANNEL_COUNT][SIGN_SLOTS / 8];
    uint8_t usual_still[24];  // hours: the silence that is usual at each hour of the newest day
    struct sign_pending pending[SIGN_CHANNEL_COUNT];
    struct sign_before before[SIGN_CHANNEL_COUNT];
    uint8_t before_count[SIGN_CHANNEL_COUNT];
    uint8_t blind;           // bit per channel: panels delivered in the half hour that is being filled
    uint8_t trial_wait;      // nights until the home tests itself again
    int32_t first_day, day;  // local days since 1970; day 0: nothing came yet
    sign_slot newest;        // half hour with readings
    sign_slot last_event;
    sign_slot quiet_from;  // where the sum last left zero; SIGN_NEVER
    sign_slot restart;     // the clock counts from here at the earliest
    instant newest_end;    // of the readings
    instant away_from, away_to;
    float evidence;          // the sum
    float limit;             // of the sum, for this home
    uint16_t quiet_slots;    // half hours with readings since quiet_from
    uint16_t still_slots;    // half hours with readings since the newest sign of life
    uint16_t longest_slots;  // of the silences that ended by themselves in the last weeks
    uint16_t standby_wh, ripple_wh;
    uint16_t dead_slots;  // half hours in a row with use near zero
    uint16_t gas_slots;   // of the newest day with gas used
    uint8_t channels;     // bit per channel that ever gave readings
    uint8_t state;        // sign_state
    bool is_paused, is_stale, told_quiet, told_cap;
    bool is_unfit, heated_yesterday;
};

// One interval's use on one channel. `is_blind`: panels delivered in it, so that little use says nothing. Intervals come in any
// order; one that was there already, or lies before the memory, changes nothing. Longer than two hours: sign_home_hole.
// `parameters` decide what an event is.
void sign_home_use(struct sign_home *h, const struct sign_parameters *p, const struct tz *zone,
                   sign_channel c, interval when, uint32_t units, bool is_blind);
// After a hole without readings the register had moved by `units`: more than the standby load starts the clock anew; as much as it
// shows that nobody lived; far less that the supply was off, which says nothing.
void sign_home_hole(struct sign_home *h, const struct sign_parameters *p, const struct tz *zone,
                    interval when, uint32_t units);

// Away from..to as the resident said; the clock restarts at the end. to == TIME_NONE: cancelled now (`from`).
void sign_home_away(struct sign_home *h, const struct tz *zone, instant from, instant to);
void sign_home_pause(struct sign_home *h, const struct tz *zone, bool is_paused, instant now);
// A person found that all is well: the clock restarts now.
void sign_home_reset(struct sign_home *h, const struct tz *zone, instant now);

// What is to be thought of the home at `now`: the new state. Call after readings and at least once an hour without them.
sign_state sign_home_judge(struct sign_home *h, const struct sign_parameters *p, const struct tz *zone,
                           instant now);

// The silence that goes on: where it began (SIGN_NEVER: there is none), and how many half hours with readings it has had.
sign_slot sign_quiet_from(const struct sign_home *h);
uint16_t sign_quiet_slots(const struct sign_home *h);

sign_slot sign_slot_of(const struct tz *zone, instant t);
instant sign_slot_start(const struct tz *zone, sign_slot s);  // the earlier of two
const char *sign_state_name(sign_state s);

#endif
