// SPDX-License-Identifier: EUPL-1.2
// field.h: pieces of header values: tokens and comma-separated lists.
// Source   RFC 9110 sections 5.6.1 and 5.6.2
#ifndef PEIL_HTTP_FIELD_H
#define PEIL_HTTP_FIELD_H

#include "base/str.h"

bool field_is_token(str s);                 // at least one character, all of them allowed in a token
bool field_has_token(str list, str token);  // "close" in "keep-alive, Close"; case ignored
bool field_is_safe(str s);                  // without control characters: may be sent as a header's value
int field_hex_digit(char c);                // -1 when it is none

#endif
