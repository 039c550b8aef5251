// SPDX-License-Identifier: EUPL-1.2
// check.h: what holds for every adapter and every message; for the fuzz targets beside it.
#ifndef PEIL_INGEST_DEVICE_CHECK_H
#define PEIL_INGEST_DEVICE_CHECK_H

#include "ingest/device.h"

// Decodes `body` in a small arena and aborts when the result breaks device.h. `header` names the device.
void device_check(const struct device_adapter *adapter, str body, str topic);

#endif
