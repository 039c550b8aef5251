// SPDX-License-Identifier: EUPL-1.2
// testing.h: the shipped set and a store of its own, for the unit tests of src/kpi. SHARE is share/ of the checkout.
#ifndef PEIL_KPI_TESTING_H
#define PEIL_KPI_TESTING_H

#include "base/test_directory.h"
#include "kpi/value/act.h"

struct testing {
    char directory[TEST_DIRECTORY_MAX];
    struct store *store;
    arena *a;
    struct kpi_set *set;
};

void testing_start(struct testing *t);
void testing_end(struct testing *t);

struct principal testing_person(const char *name, role r);
struct kpi_acting testing_acting(struct testing *t, const struct principal *who);

// Enters a number in the input's own unit as a submitted value of 2025 in GM0603; false with e as kpi_enter says.
bool testing_enter(struct testing *t, const struct principal *who, const char *input, double v,
                   const char *confirm, struct kpi_doubts *doubts, err *e);
bool testing_move(struct testing *t, const struct principal *who, const char *input, kpi_status to,
                  const char *reason, err *e);

#endif
