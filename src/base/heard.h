// SPDX-License-Identifier: EUPL-1.2
// heard.h: for each number, the oldest time that something was heard of it since it was last looked at: what periodic work has to look
// at again, late data too. Room for all numbers is reserved; a page costs memory once one of its numbers was heard.
// Threads  heard_note and heard_take from any, without a lock
#ifndef PEIL_BASE_HEARD_H
#define PEIL_BASE_HEARD_H

#include "base/time.h"

struct heard;

NODISCARD struct heard *heard_new(int64_t greatest);          // of the numbers; NULL: no memory
void heard_free(struct heard *m);                             // NULL is fine
void heard_note(struct heard *m, int64_t number, instant t);  // numbers out of range are passed over
instant heard_take(struct heard *m, int64_t number);          // TIME_NONE: nothing was heard; forgets it

#endif
