// SPDX-License-Identifier: EUPL-1.2
// uplink.h: what the network servers' messages have in common: values that the server decoded, or a payload for peil to read.
#ifndef PEIL_INGEST_LORAWAN_UPLINK_H
#define PEIL_INGEST_LORAWAN_UPLINK_H

#include "ingest/decode/gather.h"

struct uplink {
    const json *decoded;  // an object of values; NULL: the server has no decoder
    const json *payload;  // base64; NULL: the message has none
    int64_t f_port;       // 0: the radio talks to itself
    str decoder;  // name of a description that the operator gave to the device; empty: go by the model
    str model;    // of the device, as the network server names it
};

NODISCARD bool uplink_read(const struct uplink *u, struct gather *g, err *e);

// The strongest "rssi" of those that heard it, an array of objects; NULL is fine.
void uplink_read_signal(const json *receptions, struct gather *g);
// "latitude" and "longitude" of an object, where both are there; NULL is fine.
bool uplink_read_place(const json *place, struct gather *g);

// The decoder named in the address of the webhook, for all its devices: "?decoder=milesight-ws302". Empty: none.
str uplink_decoder_of_query(const struct device_message *m, arena *a);

#endif
