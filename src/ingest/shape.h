// SPDX-License-Identifier: EUPL-1.2
// shape.h: which kind of device a message is from, by what it looks like: for people who test one. Messages that arrive are
// told by their address or topic, never by this.
// Source   ingest rules, section 13.2
#ifndef PEIL_INGEST_SHAPE_H
#define PEIL_INGEST_SHAPE_H

#include "ingest/device.h"

const struct device_adapter *device_by_shape(str body);  // NULL: it looks like nothing that peil reads

#endif
