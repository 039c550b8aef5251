// SPDX-License-Identifier: EUPL-1.2
// series.h: which Datastream the values of known lines go to. A line of InfluxDB's protocol says in its first bytes, the
// measurement and tags, where it is from, and repeats them to the byte each time. So what was worked out for one line (device,
// Sensor, quantity, Datastream) is kept for all that start the same: the bytes before the space and a field's key are looked up
// in one table, and no device, no document and no SQL is touched.
//
// What is kept holds only for values that need no thought (plain.h): all else goes the long way, each time.
// Threads  line_series_find from any, without a lock; the others on the store's writer thread. An entry lives as long as the table
// Errors   a full table, or no memory: not kept, which costs time alone
#ifndef PEIL_INGEST_LINES_SERIES_H
#define PEIL_INGEST_LINES_SERIES_H

#include "model/entity.h"
#include "model/quantity.h"

#include "base/time.h"

#include <stdatomic.h>
#include <stdint.h>

#define SERIES_MAX ((size_t)1 << 20)

// A device as the table knows it: what changes with each message is noted here and written down now and then.
struct pulse {
    const char *key;              // of its document
    _Atomic(const char *) owner;  // token of a device that has been found to own it; NULL: none has
    instant last_seen;
    int64_t messages;  // not yet written down
    struct pulse *next, *dirty;
    bool is_dirty;
};

struct line_series {
    uint64_t hash;
    entity_id stream, feature;  // feature: where nobody knows the place; 0: the Thing has one
    double least, most;         // within, a value needs no thought
    struct pulse *device;
    // The writer's: between these two times, both excluded, the stream has nothing, as long as nobody else has appended to it.
    instant gap_from, gap_to;
    uint32_t next_number;   // of the stream, when the gap was looked at last
    _Atomic bool is_stale;  // the device or Datastream may be another now
    bool is_compared;       // with others of its line: fine dust
    uint16_t head_bytes, field_bytes;
    char key[];  // head, then field
};

struct line_series_table;

NODISCARD struct line_series_table *line_series_table_new(void);
void line_series_table_free(struct line_series_table *t);  // NULL is fine

uint64_t line_series_hash_head(const struct line_series_table *t, str head,
                               bool *has_escape);  // has_escape: a backslash is in it
uint64_t line_series_hash(uint64_t head, str field);
// NULL: not known.
struct line_series *line_series_find(const struct line_series_table *t, uint64_t hash, str head, str field);

struct line_series_new {
    str head, field;  // copied
    str owner;        // of the device; empty: none
    str device_key;   // "influx/station-9"
    entity_id stream, feature;
    const struct quantity *quantity;  // NULL: not known to peil, taken as it is
    struct line_series_new *next;
};
void line_series_learn(struct line_series_table *t, const struct line_series_new *n);
// Nothing of this device is known any more; all of them with an empty key.
void line_series_forget(struct line_series_table *t, str device_key);

// Its device was heard. All of it that came with one request, received then, is one message, as where it is decoded.
void line_series_note(struct line_series_table *t, struct line_series *s, instant received);
bool line_series_has_dirty(const struct line_series_table *t);  // any thread
// A device whose state is to be written down; NULL: none is left. It counts as written.
struct pulse *line_series_next_dirty(struct line_series_table *t);

#endif
