// SPDX-License-Identifier: EUPL-1.2
// reads.h: who read what is private: readings of private Datastreams in any form, signs of life, the audit log itself. A line of the audit log per
// reader and thing, and no second one within READS_QUIET: a page that is open all day says no more when it is told of a thousand times.
//
// Lines: "data.read Datastreams(12) csv", "data.read Things(3) json", "data.read Observations api", "care.read /team/zorg", "audit.read /team/logboek". They are written beside the answer, not before it: a full
// disk keeps nobody from looking, and is said in the service's own log.
// Owns     texts are copied
// Threads  any
#ifndef PEIL_IDENTITY_READS_H
#define PEIL_IDENTITY_READS_H

#include "identity/identity.h"

#define READS_QUIET TIME_HOUR

struct reads;

// s NULL: for a command that reads a store it cannot write to; the first thing noted is kept for reads_kept. NULL: no memory.
NODISCARD struct reads *reads_new(struct store *s);
bool reads_kept(const struct reads *r, str *which, str *detail);  // views that end with r
void reads_free(struct reads *r);                                 // when the store is closed. NULL is fine
struct reads *identity_reads(struct identity *i);

void reads_note(struct reads *r, const struct principal *who, str what, str which, str detail, instant now);
// What a read of readings of no Datastream in particular is of: one line an hour and form, however many addresses were asked.
#define READS_ALL STR("Observations")
// Of a stream's readings; 0: of any. Nothing is noted unless `who` sees what is private and the stream is: `at` shows him what he sees.
void reads_note_stream(struct reads *r, struct snapshot *at, const struct principal *who, entity_id stream,
                       str which, str detail, instant now);
// Of a page or resource that needs this right: noted where that is the care for persons or the audit log.
void reads_note_right(struct reads *r, const struct principal *who, action needs, str path, instant now);

#endif
