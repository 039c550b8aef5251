// SPDX-License-Identifier: EUPL-1.2
// town_care.h: signs of life in the running service: the key of the vault, the part itself, and its job.
// Errors   ERR_CONFIG: no key, a key that others can read, or one that lies in the data directory
#ifndef PEIL_APP_TOWN_CARE_H
#define PEIL_APP_TOWN_CARE_H

#include "app/peil.h"

// NULL in p->care when it is not enabled.
NODISCARD bool town_care_start(struct peil *p, err *e);

#endif
