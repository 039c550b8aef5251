// SPDX-License-Identifier: EUPL-1.2
// gather.h: how adapters collect what they read, with the rules that hold for every device in one place: clocks, units,
// what can be true, a bad value leaves its neighbours.
//     gather_start(&g, m, 500, a);
//     gather_time(&g, sent_at);
//     if (!gather_device(&g, id, e) || !gather_tree(&g, values, e)) return false;
//     gather_end(&g, out);
// Owns     texts must live as long as the message or the arena
// Errors   of one value: a reject; returned are those of the whole: ERR_LIMIT (too many values, no memory), ERR_RANGE (device)
#ifndef PEIL_INGEST_DECODE_GATHER_H
#define PEIL_INGEST_DECODE_GATHER_H

#include "base/json.h"
#include "ingest/decode/local_time.h"
#include "ingest/decode/word.h"
#include "ingest/device.h"

#define GATHER_ASSUMED_MAX 4

struct gather {
    const struct device_message *m;
    arena *a;
    struct device_result out;
    size_t most, reading_capacity, reject_capacity;
    size_t group;                // index of the first reading of this device and moment
    str device;                  // of the readings that follow, as the rest
    struct device_state *state;  // of that device; NULL: of the first, in `out`
    str sensor;                  // "SDS011"; empty: the device itself
    str head, field;             // of a line whose readings are always alike (struct reading)
    entity_id stream;            // that the readings which follow go to; 0: the device's own
    int64_t period_us;           // > 0: they are of the period of this length that ends at their time
    instant time;                // TIME_NONE: none given, the receipt counts
    unsigned time_flags;
    str time_why;
    struct repeated_hour repeated;
    struct {
        str ucum, unit;
    } assumed[GATHER_ASSUMED_MAX];
    size_t assumed_count;
};

void gather_start(struct gather *g, const struct device_message *m, size_t most, arena *a);
void gather_end(struct gather *g, struct device_result *out);

// A name of 1 to GATHER_DEVICE_MAX bytes that can be printed.
#define GATHER_DEVICE_MAX 100
NODISCARD bool gather_device(struct gather *g, str device, err *e);
// Place, battery and signal of the device that was named last.
struct device_state *gather_state(struct gather *g);

// The time of the readings that follow. One that cannot be true is doubted, or replaced by the receipt.
void gather_time(struct gather *g, instant t);
// gather_time would take it without a doubt.
bool gather_clock_is_good(instant t, instant received);
// The text as time_parse_utc takes it; one that is no time becomes a reject of `name`.
NODISCARD bool gather_time_text(struct gather *g, str name, const json *j, err *e);

// A time on the clock of the town; `season`: see local_time.h.
void gather_local_time(struct gather *g, civil local, char season);
// As gather_time_text, but without a zone it is on the clock of the town.
NODISCARD bool gather_local_time_text(struct gather *g, str name, const json *j, err *e);

// Numbers that are named without a unit, of quantities in `ucum`, come in `unit`: what a device says once for all of its
// values. More than GATHER_ASSUMED_MAX are passed over.
void gather_assume(struct gather *g, str ucum, str unit);

// Readings from here on are of another device or moment: the ones so far are compared with each other.
void gather_group(struct gather *g);

NODISCARD bool gather_reject(struct gather *g, str name, const err *why, err *e);

// A number in `unit`, as unit_code takes it; empty: the quantity's own. `at`: where it stands in the body.
NODISCARD bool gather_number(struct gather *g, str name, const struct quantity *q, value v, str unit,
                             size_t at, err *e);
// What loose_number reads; a unit sent along goes before `unit`. `j` NULL: not there, a reject.
NODISCARD bool gather_json(struct gather *g, str name, const struct quantity *q, const json *j, str unit,
                           err *e);
// A value under a name of the sender's own: as word_find knows it, or listed for the manager.
NODISCARD bool gather_named(struct gather *g, str name, const json *j, err *e);
// Of what peil does not know; the value, for a Datastream that the operator bound to the name.
NODISCARD bool gather_unknown(struct gather *g, str name, value v, size_t at, err *e);
// Every value in an object of names, objects and arrays; a name's last part says what it is, the parts before it which sensor:
// {"DHT11": {"Temperature": 23.0}}, {"temperature_1": 20.5}, {"temperatureSensor": {"1": 20.5}}.
NODISCARD bool gather_tree(struct gather *g, const json *object, err *e);

#endif
