// SPDX-License-Identifier: EUPL-1.2
// json_value.h: a JSON value as the value of a property, kept as sent.
// Owns     texts are views of the source, or lie in the arena when they had to be changed
#ifndef PEIL_STA_WRITE_JSON_VALUE_H
#define PEIL_STA_WRITE_JSON_VALUE_H

#include "base/json.h"
#include "model/value.h"

// Any JSON value at the reader: null, boolean, number with its digits, text, or a compact object or array.
bool value_read_json(json_reader *r, arena *a, value *out);
// Valid JSON without the white space between its parts.
bool json_compact(str raw, arena *a, str *out);

#endif
