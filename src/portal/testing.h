// SPDX-License-Identifier: EUPL-1.2
// testing.h: a store of its own in a temporary directory for the portal's unit tests, with words to fill it.
#ifndef PEIL_PORTAL_TESTING_H
#define PEIL_PORTAL_TESTING_H

#include "base/test_directory.h"
#include "store/store.h"

struct testing {
    char directory[TEST_DIRECTORY_MAX];
    struct store *store;
    arena *a;
};

void testing_start(struct testing *t);
void testing_end(struct testing *t);

// A Thing with one place, `properties` JSON, and a Datastream of the quantity in the unit with that symbol.
struct testing_meter {
    const char *name, *properties, *quantity, *symbol;
    double longitude, latitude;
};
entity_id testing_meter(struct testing *t, struct testing_meter m, entity_id *stream);
// `number` NULL: a text.
void testing_reading(struct testing *t, entity_id stream, instant at, const char *number,
                     const char *quality);
instant testing_time(const char *text);

#endif
