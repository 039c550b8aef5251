// SPDX-License-Identifier: EUPL-1.2
// device.h: what a device adapter is: one file that turns a message into readings. Pure: no store, no
// network, no clock. A new device is one new file ingest/device/NAME.c that exports `const struct
// device_adapter device_NAME`, its name in the `devices` list of ingest/meson.build (meson writes the table),
// and NAME_test.c on a real message.
// Owns     texts of readings are views into the message or lie in the arena
#ifndef PEIL_INGEST_DEVICE_H
#define PEIL_INGEST_DEVICE_H

#include "base/arena.h"
#include "base/err.h"
#include "model/quantity.h"
#include "model/entity.h"
#include "model/value.h"

#include <math.h>

struct payload_book;
struct topic_rules;
struct tz;

// What adapters need and no message tells; the same for all messages.
struct device_site {
    const struct tz *zone;                // of devices that send local times; NULL: they are taken as UTC
    const struct payload_book *payloads;  // how to read LoRaWAN payloads; NULL: none is described
    const struct topic_rules *mapping;    // the operator's, of MQTT topics; NULL: there are none
    const struct topic_rules
        *discovered;  // that devices announced on MQTT; for the subscriber's thread alone
    str pepper;       // secret of this installation, for pseudonyms of meters; empty: none
};

struct principal;

struct device_message {
    str topic;  // MQTT topic; empty over HTTP
    str path;   // HTTP path; empty over MQTT
    str query;  // HTTP query, raw
    str content_type;
    str body;
    instant received;
    const struct principal *who;  // whose token it came with; NULL: nobody's, as from the town's broker
    bool retained;                // MQTT retained: an old reading, not a fresh one
    bool is_vouched;              // the operator hands it in: its devices need not be let in
    bool is_replayed;             // it was heard before: its counter is no sign of a duplicate
    // Value of an HTTP header, no case; empty when absent.
    str (*header)(const char *name, const void *context);
    const void *context;
    const struct device_site *site;  // NULL: what the ingest was told
};

typedef enum {
    READING_NO_DEVICE_TIME = 1,  // time is the receipt
    READING_CONVERTED = 2,       // unit guessed or converted by rule (hPa sent as Pa)
    READING_IMPLAUSIBLE =
        4,                  // physically impossible or outside the sensor's range: kept, never shown as good
    READING_CLOCK = 8,      // the device's clock is wrong
    READING_SATURATED = 16  // sensor at its stop (DHT22 99.9 %)
} reading_flags;

// What a message tells of a device besides readings; NAN: not given.
struct device_state {
    double latitude, longitude, battery_percent, rssi_dbm;
};
#define DEVICE_STATE_NONE  \
    (struct device_state)  \
    {                      \
        NAN, NAN, NAN, NAN \
    }

struct reading {
    str device;  // identity as the device gives it: "esp8266-1234567"
    str sensor;  // part of the device: "SDS011"; empty: the device itself
    const struct quantity
        *quantity;  // NULL: unknown to peil: numbers are kept under `name`, which is listed for the manager
    str name;       // as sent: "SDS_P1"
    value result;   // in the quantity's canonical unit; the sender's digits where no conversion was needed
    instant time;   // phenomenonTime; TIME_NONE: none given
    int64_t period_us;  // > 0: of the period of this length that ends at `time`, as a mean over an hour is
    unsigned flags;     // reading_flags
    str why;            // reason of flags, a sentence; may be empty
    size_t at;          // byte offset of the value in the body
    str head,
        field;  // of a line: all that start with this head have this field go the same way; head empty: not so
    entity_id stream;                  // the Datastream that the operator named for it; 0: the device's own
    const struct device_state *state;  // of its device, where a message is of many; NULL: nothing is told
};

struct device_reject {  // one value that could not be read; its neighbours stay
    str name;
    err why;
};

struct device_result {
    struct reading *readings;
    size_t reading_count;
    struct device_reject *rejects;
    size_t reject_count;
    str device;                 // the first, or who sent it when there is no reading; may be empty
    bool is_replayed;           // as of the message
    bool is_vouched;            // the operator's own settings name this device: it need not be let in
    str note;                   // why a message has no reading, a sentence; may be empty
    str sequence;               // frame counter or deduplication id, for replay detection; empty: none
    struct device_state state;  // of `device`
};

struct line_precision {  // microseconds = time * times / by
    int64_t times, by;
};

struct device_adapter {
    str name;                   // "sensor_community"
    str title;                  // "Sensor.Community (airRohr firmware)"
    const char *const *topics;  // MQTT filters it reads, NULL-terminated; NULL: none
    const char *path;           // HTTP path below /push/: "sensor_community"; NULL: none
    str reply;  // body of the success answer that its firmware expects; empty: {"status":"ok"} form of peil
    int reply_status;    // 201, 200...
    int partial_status;  // when some values could not be read; 0: reply_status
    bool
        keeps_no_raw;  // personal data, a secret, or a file that its sender has: its messages are not kept as they came
    // Not NULL: its messages are lines of InfluxDB's protocol, which need no decoding once they are known. False: not this
    // message.
    bool (*lines)(const struct device_message *m, arena *a, struct line_precision *out);
    bool (*decode)(const struct device_message *m, arena *a, struct device_result *out, err *e);
};

const struct device_adapter *const *device_all(size_t *count);
const struct device_adapter *device_by_name(str name);

#endif
