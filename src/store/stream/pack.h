// SPDX-License-Identifier: EUPL-1.2
// pack.h: when nothing else is to be done, all that waits in tails goes into chunks and the files give back what they do not
// need: the store is then as small as it gets. A piece with every commit, so that nobody waits for it.
// Threads  the writer
#ifndef PEIL_STORE_STREAM_PACK_H
#define PEIL_STORE_STREAM_PACK_H

#include "store/engine.h"

bool pack_is_worth(const struct store *s);  // it would give back a sixteenth of the file, and a megabyte
void pack_start(struct store_tx *tx);
void pack_go_on(struct store_tx *tx);  // before a commit; nothing when none was started
void pack_failed(struct store *s);     // the commit failed: it is given up

#endif
