// SPDX-License-Identifier: EUPL-1.2
// import_areas.h: `peil import areas FILE...`: areas from GeoJSON, by the running peil or into a stopped one's store.
#ifndef PEIL_APP_COMMAND_IMPORT_AREAS_H
#define PEIL_APP_COMMAND_IMPORT_AREAS_H

#include "app/command/command.h"

// The words after "areas". The exit status; -1: failed with `e`.
int import_areas(struct invocation *in, char **files, int count, err *e);

#endif
