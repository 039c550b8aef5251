// SPDX-License-Identifier: EUPL-1.2
// told.h: a command that read what is private writes a line of the audit log: through the service that runs on the store, or by itself.
#ifndef PEIL_APP_COMMAND_TOLD_H
#define PEIL_APP_COMMAND_TOLD_H

#include "app/command/command.h"

// The store must not be open here. What cannot be written is said on stderr: whoever owns the directory could read it anyway.
void command_tell_read(struct invocation *in, str what, str which, str detail);

#endif
