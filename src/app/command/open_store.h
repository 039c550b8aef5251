// SPDX-License-Identifier: EUPL-1.2
// open_store.h: the store that the settings name, for a command that works on it itself.
#ifndef PEIL_APP_COMMAND_OPEN_STORE_H
#define PEIL_APP_COMMAND_OPEN_STORE_H

#include "app/command/command.h"
#include "store/store.h"

typedef enum { STORE_TO_READ, STORE_TO_WRITE } store_use;  // writing: refused while peil runs on it

NODISCARD bool command_open_store(const struct invocation *in, store_use use, struct store **out, err *e);

#endif
