// SPDX-License-Identifier: EUPL-1.2
// loose.h: what devices send where JSON and numbers should be; for the adapters.
#ifndef PEIL_INGEST_DECODE_LOOSE_H
#define PEIL_INGEST_DECODE_LOOSE_H

#include "base/json.h"
#include "model/value.h"

// As json_parse, but bare nan, inf and infinity (any case, with or without a sign) count as empty texts. Positions are
// those of the body.
NODISCARD bool loose_json(str body, arena *a, json **out, err *e);

// The body as UTF-8: what is none is taken as ISO 8859-1, as old loggers write it. False: no memory.
NODISCARD bool loose_text(str body, arena *a, str *out);

// A JSON number, or a text that holds a number, or a number, a space and a unit ("-59 dBm"). `unit` is empty when none is
// given. The digits are kept as sent.
// Errors   ERR_MISSING (absent, null, empty, nan, inf), ERR_TYPE; `at` is where the value stands in the body
NODISCARD bool loose_number(const json *j, value *number, str *unit, err *e);

// Whatever it is: a number where loose_number finds one, else a truth, a text, or null. `j` may be NULL.
value loose_value(const json *j);

#endif
