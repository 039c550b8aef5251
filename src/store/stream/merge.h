// SPDX-License-Identifier: EUPL-1.2
// merge.h: a stream's last chunks, small for they were made while readings came in, become few large ones. Each chunk has a head and a
// model of its own, and their rows do not fill pages: with ten days of readings a minute, merged ones take a tenth less.
// Threads  the writer
#ifndef PEIL_STORE_STREAM_MERGE_H
#define PEIL_STORE_STREAM_MERGE_H

#include "store/engine.h"

// Merges the chunks of some streams behind at->stream, which is the last of them then; as one operation. False: there are no more, or
// nothing can be written. A stream that is damaged is logged and left as it is.
bool merge_some(struct store_tx *tx, struct merge_place *at);

#endif
