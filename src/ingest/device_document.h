// SPDX-License-Identifier: EUPL-1.2
// device_document.h: what peil knows of one device, kept as a document of the store: which Thing and
// Datastreams are its own, when it was heard, how its battery is. Private to ingest.
//
// A document without a Thing is a device that the operator has let in before it was heard: "{}" is enough.
// Owns     texts lie in the arena it was read or changed with
// Errors   ERR_ABSENT (never heard of it), ERR_STORE (its document is broken)
#ifndef PEIL_INGEST_DEVICE_DOCUMENT_H
#define PEIL_INGEST_DEVICE_DOCUMENT_H

#include "store/store.h"

#define DEVICES STR("device")         // kind of the documents; key: "ADAPTER/DEVICE"
#define QUARANTINE STR("quarantine")  // of devices that nobody let in; key likewise
#define DEVICE_NAME_MAX 200
#define DEVICE_STREAMS_MAX 1024
#define DEVICE_UNMAPPED_MAX 64
#define DEVICE_SEQUENCES_MAX 16

struct device_stream {
    str sensor;    // "SDS011"; empty: the device itself
    str quantity;  // key of model/quantity.h
    entity_id stream;
};

struct device_document {
    str key;
    str adapter, device;
    entity_id thing;
    entity_id feature;  // FeatureOfInterest as long as nobody knows where the device is; 0: none
    instant first_seen, last_seen;
    int64_t messages;
    double latitude, longitude, battery_percent, rssi_dbm;  // NAN: not known
    struct device_stream streams[DEVICE_STREAMS_MAX];
    size_t stream_count;
    str unmapped[DEVICE_UNMAPPED_MAX];  // names that the device sends and that peil does not know
    size_t unmapped_count;
    str sequences[DEVICE_SEQUENCES_MAX];  // the last ones, oldest first: what was heard already
    size_t sequence_count;
    str clock;        // what is wrong with its clock, as of its last message; empty: nothing
    bool is_blocked;  // its messages are refused
};

// `text`: of the document. Views of it lie in `out`.
NODISCARD bool device_document_parse(str key, str text, arena *a, struct device_document *out, err *e);
NODISCARD bool device_document_read(struct snapshot *at, str key, arena *a, struct device_document *out,
                                    err *e);
NODISCARD bool device_document_write(struct store_tx *tx, const struct device_document *d, err *e);

void device_document_note_unmapped(struct device_document *d, str name);
// False: this sequence was heard before.
bool device_document_note_sequence(struct device_document *d, str sequence);

#endif
