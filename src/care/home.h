// SPDX-License-Identifier: EUPL-1.2
// home.h: inside care: what was learnt of a home whose readings come here, in the vault.
// Errors   ERR_ABSENT: nothing came yet. What is damaged or of another version is learnt anew from the readings (raw.h).
#ifndef PEIL_CARE_HOME_H
#define PEIL_CARE_HOME_H

#include "care/care.h"
#include "sign/explain.h"

struct care_home {
    struct sign_home home;
    struct sign_meter meter;
};

NODISCARD bool care_home_get(struct care *c, str pseudonym, struct care_home *out, err *e);
NODISCARD bool care_home_put(struct care *c, str pseudonym, const struct care_home *home, err *e);

#endif
