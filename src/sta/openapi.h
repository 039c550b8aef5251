// SPDX-License-Identifier: EUPL-1.2
// openapi.h: the SensorThings service as an OpenAPI document, made from the tables that the service itself runs by.
// Source   OpenAPI Specification 3.0.3
#ifndef PEIL_STA_OPENAPI_H
#define PEIL_STA_OPENAPI_H

#include "sta/request.h"

void openapi_write(buf *b, const struct sta *sta);

#endif
