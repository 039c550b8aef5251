// SPDX-License-Identifier: EUPL-1.2
// onboard.h: makes the Thing, Location, Sensor, ObservedProperty and Datastream of a device. Private to
// ingest.
// Threads  the writer thread, inside an operation
#ifndef PEIL_INGEST_ONBOARD_H
#define PEIL_INGEST_ONBOARD_H

#include "ingest/device.h"
#include "ingest/device_document.h"

// The device's Thing, unless it is there; with a Location when the document has a place.
NODISCARD bool onboard_thing(struct store_tx *tx, const struct device_adapter *adapter,
                             struct device_document *d, instant now, arena *a, err *e);
// The device is somewhere else now (or for the first time known to be somewhere): a new Location and its
// history.
NODISCARD bool onboard_place(struct store_tx *tx, struct device_document *d, instant now, arena *a, err *e);
// A FeatureOfInterest that says that nobody knows where the device is.
NODISCARD bool onboard_nowhere(struct store_tx *tx, struct device_document *d, err *e);
// `q` NULL: of what peil does not know, under the name that the device gives it.
NODISCARD bool onboard_stream(struct store_tx *tx, const struct device_adapter *adapter,
                              const struct device_document *d, str sensor, const struct quantity *q, str name,
                              arena *a, entity_id *stream, err *e);

#endif
