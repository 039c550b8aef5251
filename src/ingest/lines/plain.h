// SPDX-License-Identifier: EUPL-1.2
// plain.h: values that need no thought: gather_number (decode/gather.h) would neither convert nor doubt them.
#ifndef PEIL_INGEST_LINES_PLAIN_H
#define PEIL_INGEST_LINES_PLAIN_H

#include "model/quantity.h"

// The bounds of such values of `q`, sent without a unit; NULL: of what peil does not know, where all are. False: none is.
bool plain_bounds(const struct quantity *q, double *least, double *most);
bool plain_is_compared(const struct quantity *q);  // with others of the same message

#endif
