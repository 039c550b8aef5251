// SPDX-License-Identifier: EUPL-1.2
// town.h: the demo town: Rijswijk's neighbourhoods (names are facts) and devices that do not exist.
#ifndef PEIL_DEMO_TOWN_H
#define PEIL_DEMO_TOWN_H

#include "model/quantity.h"
#include "base/time.h"

typedef enum {
    DEMO_AIR,
    DEMO_REFERENCE,
    DEMO_NOISE,
    DEMO_WEATHER,
    DEMO_SIGN,
    DEMO_GRID,
    DEMO_BUILDING,
    DEMO_KIND_COUNT
} demo_kind;

#define DEMO_STREAMS_MAX 6

struct demo_kind_info {
    str title, description;  // Dutch, for the Thing
    str origin, owner;       // as the portal reads them: "reference", "municipal", "citizen"
    str sensor, sensor_description;
    const char *quantities[DEMO_STREAMS_MAX + 1];  // keys of model/quantity.h, NULL-terminated
    instant period;
    const char *marks[DEMO_STREAMS_MAX];  // input of the assessment that each quantity gives; NULL: none
    const char *marked_area;              // that it is about; NULL: where it stands
};

struct demo_neighbourhood {
    str name;
    double longitude, latitude;  // a point near its middle, WGS84 degrees
    double traffic;              // 0 quiet to 1 beside a main road
};

struct demo_device {
    int number;  // from 0; seeds everything about it
    demo_kind kind;
    const struct demo_neighbourhood *where;
    double longitude, latitude;
    instant offset;  // within its period: when it measures
    char key[24];    // identity as a device would give it: "esp8266-1000007"
    char name[64];   // of its Thing
};

size_t demo_device_count(void);
struct demo_device demo_device_at(size_t index);
const struct demo_kind_info *demo_kind_of(demo_kind k);

#endif
