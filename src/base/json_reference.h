// SPDX-License-Identifier: EUPL-1.2
// json_reference.h: jansson's opinion, for tests and measurements. Apart, because its names and ours are the same.
#ifndef PEIL_BASE_JSON_REFERENCE_H
#define PEIL_BASE_JSON_REFERENCE_H

#include "base/str.h"

bool reference_accepts(str source);

// REFERENCE_SILENT: it stops at something that JSON allows (a number that no double holds, a NUL in a key),
// or takes a NUL byte for the end of the text.
typedef enum { REFERENCE_ACCEPTS, REFERENCE_REFUSES, REFERENCE_SILENT } reference_verdict;

// When accepted, *text is the document as jansson writes it, to be freed.
reference_verdict reference_read(str source, char **text);

#endif
