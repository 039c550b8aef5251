// SPDX-License-Identifier: EUPL-1.2
// flood.h: many homes that fall silent at once are one failure of a feed, not many people in need. Pure.
//
// Every onset (meter silent, supply off, or an improbable silence) is counted for its group: a street, a concentrator, a
// supplier of data; group 0 is everybody. More than `most` in an hour make an outage: one alarm for a technician. What was held
// back by it is raised again when the outage ends and the home is still what it was: nothing is lost.
// Threads  one at a time
#ifndef PEIL_SIGN_FLOOD_H
#define PEIL_SIGN_FLOOD_H

#include "base/time.h"

#include <stdint.h>

#define SIGN_FLOOD_METERS 3     // more meters of one group within the hour
#define SIGN_FLOOD_SILENCES 10  // more improbable silences of one group within the hour
#define SIGN_FLOOD_SHARE 0.02   // and more than this share of the group's homes

struct sign_flood {  // of one group; zero is the start
    instant window_start;
    uint32_t meters, silences, homes;
    instant outage_since;  // 0: none
};

// An onset in this group; true: the group has an outage now, so nobody is asked about this home.
bool sign_flood_meter(struct sign_flood *f, instant now);
bool sign_flood_silence(struct sign_flood *f, instant now);
// Readings are back for at least half of the homes that had gone: the outage is over.
void sign_flood_end(struct sign_flood *f);

#endif
