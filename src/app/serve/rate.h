// SPDX-License-Identifier: EUPL-1.2
// rate.h: how much one address or token may ask, for http_config.admit. A token counts for itself, wherever it comes from; who has none
// counts by address (IPv6 by its /64). This machine itself is never refused.
// Threads  any
#ifndef PEIL_APP_SERVE_RATE_H
#define PEIL_APP_SERVE_RATE_H

#include "app/setting/setting.h"
#include "http/server.h"

struct rate;

NODISCARD struct rate *rate_new(const struct settings *s);  // NULL: no memory
void rate_free(struct rate *r);
bool rate_admit(struct rate *limits, const struct http_request *r, int64_t *wait_s);

#endif
