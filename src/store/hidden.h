// SPDX-License-Identifier: EUPL-1.2
// hidden.h: what a reader of one sight is not shown, asked by somebody who is shown more: for who tells of what was read.
// Threads  that of the snapshot
#ifndef PEIL_STORE_HIDDEN_H
#define PEIL_STORE_HIDDEN_H

#include "store/store.h"

// Whether readers of the sight `from` are not shown this stream; stream 0: any stream. What the snapshot shows stays as it is.
NODISCARD bool snapshot_hides(struct snapshot *at, access_level from, entity_id stream, bool *out, err *e);

#endif
