// SPDX-License-Identifier: EUPL-1.2
// ingest_show.h: `peil ingest show`: messages of devices as they came, from the store of a running or a stopped peil.
#ifndef PEIL_APP_COMMAND_INGEST_SHOW_H
#define PEIL_APP_COMMAND_INGEST_SHOW_H

#include "app/command/command.h"
#include "base/time.h"

struct device_site;

struct ingest_wish {
    interval when;       // of receipt
    str format, device;  // empty: all
    bool is_whole;       // bodies uncut
};

// Prints what fits the wish, oldest first; nothing of a message can act on the terminal.
NODISCARD bool ingest_show(const struct invocation *in, const struct ingest_wish *wish,
                           const struct device_site *site, err *e);

#endif
