// SPDX-License-Identifier: EUPL-1.2
// ingest.h: the only door for readings, whatever way they come: SensorThings POST, MQTT, push, import, demo.
//
// Inside an operation of the store, ingest_append checks time and result, finds or makes the
// FeatureOfInterest, and appends. Device messages are decoded by their adapter, their Things and Datastreams
// found (or made, where the operator allows), and appended.
// Threads  ingest_append and ingest_readings on the store's writer thread (inside store_op.run);
//          ingest_device from any
// Errors   ERR_RANGE (time beyond what can be true), ERR_LINK, ERR_TYPE (MultiDatastream result), ERR_DENIED
//          (device unknown and not allowed)
// Source   OGC 18-088 section 10.2 (automatic FeatureOfInterest)
#ifndef PEIL_INGEST_INGEST_H
#define PEIL_INGEST_INGEST_H

#include "ingest/device.h"
#include "store/store.h"

struct ingest;

typedef struct {
    const struct device_site *site;  // what adapters are told; lives as long as the ingest; NULL: nothing
    // A device seen for the first time gets a Thing, Sensor and Datastreams; else it waits in quarantine.
    bool accept_new_devices;
    int64_t raw_days,
        raw_bytes_max;  // how long and how much of messages as they came is kept; 0 days: nothing (raw/raw.h)
    struct metrics *metrics;
} ingest_config;

NODISCARD struct ingest *ingest_new(struct store *s, const ingest_config *c, err *e);
void ingest_free(struct ingest *in);
void ingest_configure(struct ingest *in, const ingest_config *c);  // on reload

// phenomenon_time absent (start TIME_NONE): `received` is taken. feature 0: the one generated from the
// Thing's Location, made when needed. o->number is given. An automatic FeatureOfInterest that was made is
// among the operation's changes.
NODISCARD bool ingest_append(struct ingest *in, struct store_tx *tx, struct observation *o, instant received,
                             err *e);

// A run of plain readings of a Datastream likewise, but not counted; *first as in store_append_run. All of it or nothing.
NODISCARD bool ingest_append_run(struct ingest *in, struct store_tx *tx, const struct reading_run *run,
                                 instant received, uint32_t *first, err *e);
void ingest_count_appended(int64_t n);

// The same checks of time and result alone, for an Observation that replaces what is stored.
NODISCARD bool ingest_check(struct store_tx *tx, const struct observation *o, instant received, err *e);

// ---- Devices -----------------------------------------------------------------------------------------------------
//
// A device is known by a document of kind "device", key "ADAPTER/DEVICE": its Thing, its Datastreams, when it
// was heard, battery, signal, names that it sends and peil does not know. One that is not known and not let
// in waits as a document of kind "quarantine" with the same key; putting the document "{}" of kind "device"
// lets it in, whatever the setting. A reading that casts doubt on itself gets a resultQuality
// {"status":"implausible","reason":"..."}; a reading that the Datastream has already (same time, same result)
// is not stored again. A retained MQTT message gives only readings with a time of their own: the others may be
// of any age.

// A device whose Thing and Datastreams exist already: its messages go there. Replaces what was known of it.
struct device_binding_stream {
    str sensor;    // as its adapter names it: "SDS011"
    str quantity;  // key of model/quantity.h, or the name as sent of what peil does not know
    entity_id stream;
};
struct device_binding {
    str adapter, device;  // "sensor_community", "esp8266-1234567"
    entity_id thing;
    const struct device_binding_stream *streams;
    size_t stream_count;
};
NODISCARD bool ingest_bind_device(struct store_tx *tx, const struct device_binding *b, err *e);

// What became of a device message.
struct ingest_outcome {
    int64_t stored, duplicates, flagged, refused, unknown;
    bool quarantined;
    entity_id thing;
    str note;                             // why there was no reading; may be empty
    const struct device_reject *rejects;  // values that could not be read, part of `refused`
    size_t reject_count;
};
// `outcome` and what it points to are there during the call.
typedef void (*ingest_done)(void *context, const struct ingest_outcome *outcome, const err *e);

// Devices whose lines are known (lines/series.h) are not written down with each message: this writes when they were last heard.
// *more: some are left. Waits for the commit; a job each few seconds, and before the store is closed.
NODISCARD bool ingest_write_heard(struct ingest *in, bool *more, err *e);

// Messages as they came that gathered since; a job each few seconds, and before the store is closed.
NODISCARD bool ingest_write_raw(struct ingest *in, err *e);

// What was kept of [from, to) is decoded anew; what is stored already is not stored twice. adapter empty: of all. Waits.
struct ingest_replay {
    int64_t messages, stored, duplicates, refused;
};
NODISCARD bool ingest_replay(struct ingest *in, interval when, str adapter, struct ingest_replay *out,
                             err *e);

// Decodes now (errors of the message are returned here), stores in the background; `done` runs on the writer
// thread after the commit. The message may be freed when this returns. False: nothing will be called.
NODISCARD bool ingest_device(struct ingest *in, const struct device_adapter *d,
                             const struct device_message *m, ingest_done done, void *context, err *e);

// As ingest_device, and waits for the commit. What *out points to lies in the arena.
NODISCARD bool ingest_device_now(struct ingest *in, const struct device_adapter *d,
                                 const struct device_message *m, arena *a, struct ingest_outcome *out,
                                 err *e);

// Readings that are decoded already, inside an operation: of feeds, whose answers and position are stored together.
NODISCARD bool ingest_readings(struct ingest *in, struct store_tx *tx, const struct device_adapter *adapter,
                               const struct device_result *result, instant received, arena *a,
                               struct ingest_outcome *out, err *e);

#endif
