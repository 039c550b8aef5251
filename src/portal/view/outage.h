// SPDX-License-Identifier: EUPL-1.2
// outage.h: interruptions as /status and the page of a meter tell them: of the service, of meters, of the sources it fetches from.
// Newest first.
#ifndef PEIL_PORTAL_VIEW_OUTAGE_H
#define PEIL_PORTAL_VIEW_OUTAGE_H

#include "portal/page.h"

// Lists "service_outages", "meter_outages" (with "meter_outage_count" of all) and "feed_outages".
NODISCARD bool outage_put(struct page *p, err *e);
// List "outages" of one meter: when it was silent, and when peil took nothing in.
NODISCARD bool outage_put_meter(struct page *p, const struct meter *m, err *e);

#endif
