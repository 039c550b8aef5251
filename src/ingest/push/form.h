// SPDX-License-Identifier: EUPL-1.2
// form.h: how a push is answered: each protocol has words of its own for success and refusal. Private to push.
#ifndef PEIL_INGEST_PUSH_FORM_H
#define PEIL_INGEST_PUSH_FORM_H

#include "http/server.h"
#include "ingest/ingest.h"

// Each answers the request.
struct push_form {
    void (*failed)(struct http_request *r, const err *e);
    void (*stored)(struct http_request *r, const struct device_adapter *adapter,
                   const struct ingest_outcome *o);
};

// peil's own: what became of the values; refusals as {"code", "type", "message", "at"}.
extern const struct push_form push_form_of_peil;
// InfluxDB's, versions 1 and 2 in one: 204 without a body; {"code", "message", "error"}, partial writes as 400.
// Source   InfluxDB OSS v2 API, /api/v2/write; v1, /write
extern const struct push_form push_form_of_influx;
// openSenseMap's: 201 with a sentence; {"code", "message"}, and 422 for values that cannot be read.
// Source   sensebox/openSenseMap-API, measurements controller
extern const struct push_form push_form_of_opensensemap;

#endif
