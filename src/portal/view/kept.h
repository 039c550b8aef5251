// SPDX-License-Identifier: EUPL-1.2
// kept.h: the table of what is kept, why and how long (identity/retention.h), in the page's language.
#ifndef PEIL_PORTAL_VIEW_KEPT_H
#define PEIL_PORTAL_VIEW_KEPT_H

#include "portal/page.h"

// A list of rows with kind, name, purpose, owner and how_long.
void kept_put(struct page *p, str list);

#endif
