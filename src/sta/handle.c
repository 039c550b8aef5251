// SPDX-License-Identifier: EUPL-1.2
#include "sta/request.h"

void sta_handle(const struct sta *sta, const struct sta_request *r, sta_done done, void *context)
{
    const bool reads = r->method == HTTP_GET || r->method == HTTP_HEAD;
    (reads ? sta_read : sta_write)(sta, r, done, context);
}
