// SPDX-License-Identifier: EUPL-1.2
// reader.h: reads the smart meters that are named in the settings, each on a thread of its own, and comes back with growing
// pauses when a line breaks. A telegram with a wrong checksum is counted and skipped, the next one is read.
//
// A meter of today speaks each second, and seconds tell what people do at home: so of each meter one telegram per `every_s` is
// stored, the others are passed over. The default is a quarter of an hour; less needs the consent of who lives there.
// Threads  start and stop from the main thread
// Errors   ERR_CONFIG
#ifndef PEIL_INGEST_P1_READER_H
#define PEIL_INGEST_P1_READER_H

#include "ingest/ingest.h"

struct p1_readers;

typedef struct {
    struct ingest *ingest;
    str sources;       // as p1_sources_parse takes them; empty: none
    int64_t every_s;   // 0: each telegram
    int pause_max_ms;  // longest pause between attempts; 0: 30000
    struct metrics *metrics;
} p1_readers_config;

NODISCARD struct p1_readers *p1_readers_start(const p1_readers_config *c, err *e);
void p1_readers_stop(struct p1_readers *all);  // before the store is closed. NULL is fine
void p1_readers_free(struct p1_readers *all);  // after it. NULL is fine

#endif
