// SPDX-License-Identifier: EUPL-1.2
// telegram.h: what a smart meter says on its P1 port, from DSMR 2.2 to 5.0 and the Belgian and Luxembourgish kin.
// Units    numbers are whole thousandths of the unit: kWh, kW (so Wh and W), V, A, m3, GJ; times as the meter shows them
// Owns     texts are views of the telegram
// Errors   ERR_SYNTAX: no telegram, or its checksum is wrong; then nothing of it is to be believed. A line that cannot be
//          read is counted and passed over
// Source   DSMR 5.0.2 P1 companion standard; DSMR 2.2+, 3.0, 4.2.2; e-MUCS-P1 1.7 (Fluvius)
#ifndef PEIL_INGEST_P1_TELEGRAM_H
#define PEIL_INGEST_P1_TELEGRAM_H

#include "base/err.h"
#include "base/time.h"

#include <stdint.h>

#define P1_NONE INT64_MIN  // not in the telegram
#define P1_CHANNELS_MAX 8
#define P1_LOG_MAX 16
#define P1_UNKNOWN_MAX 32

typedef enum {
    P1_ENERGY_IN,     // delivered to the client
    P1_ENERGY_IN_T1,  // Netherlands: 1 is low, 2 normal; Belgium: 1 is day, 2 night
    P1_ENERGY_IN_T2,
    P1_ENERGY_OUT,
    P1_ENERGY_OUT_T1,
    P1_ENERGY_OUT_T2,
    P1_POWER_IN,
    P1_POWER_OUT,
    P1_POWER_IN_L1,
    P1_POWER_IN_L2,
    P1_POWER_IN_L3,
    P1_POWER_OUT_L1,
    P1_POWER_OUT_L2,
    P1_POWER_OUT_L3,
    P1_VOLTAGE_L1,
    P1_VOLTAGE_L2,
    P1_VOLTAGE_L3,
    P1_CURRENT_L1,
    P1_CURRENT_L2,
    P1_CURRENT_L3,
    P1_DEMAND,  // average of this quarter of an hour
    P1_PEAK,    // of the month
    P1_REGISTER_COUNT
} p1_register;

typedef struct {
    bool is_given;  // and a date that can be
    civil local;
    char season;  // 'S', 'W'; 0: not told
} p1_time;

struct p1_channel {  // of the M-Bus: 1 to 4 in the order in which somebody installed them
    int number;
    int type;  // 3 gas, 4 heat, 6 warm water, 7 water, 10 to 12 heat and cold; 0: not told
    str id;    // of the meter, as in the telegram; may be empty
    p1_time time;
    int64_t milli;  // P1_NONE: none
    str unit;       // "m3", "GJ", "kWh"; may be empty
    size_t at;      // of the value in the telegram
};

struct p1_failure {  // of the mains
    p1_time end;
    int64_t seconds;
    bool is_artefact;  // left by the factory: no failure
};

struct p1_telegram {
    str maker;    // the line behind the '/'
    str version;  // "42", "50217"; empty before DSMR 4
    p1_time time;
    str id;  // of the meter, as in the telegram: personal data; may be empty
    int64_t registers[P1_REGISTER_COUNT];
    p1_time peak_time;
    struct p1_channel channels[P1_CHANNELS_MAX];
    size_t channel_count;
    struct p1_failure failures[P1_LOG_MAX];
    size_t failure_count;
    size_t peak_history_count;    // months that the meter remembers the peak of
    str unknown[P1_UNKNOWN_MAX];  // codes that peil has no use for and does not know
    size_t unknown_count;
    size_t bad_lines;
    err first_bad;  // why the first of them could not be read
};

// From '/' to the checksum; white space around it is fine.
NODISCARD bool p1_telegram_read(str text, struct p1_telegram *out, err *e);

uint16_t p1_checksum(str s);  // over '/' to '!', both included

#endif
