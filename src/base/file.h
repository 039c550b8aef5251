// SPDX-License-Identifier: EUPL-1.2
// file.h: whole small files: configuration, tables, time zones.
// Errors   ERR_ABSENT (no such file), ERR_LIMIT (longer than out->max), ERR_IO; each names the path
#ifndef PEIL_BASE_FILE_H
#define PEIL_BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"

NODISCARD bool file_read(const char *path, buf *out, err *e);  // adds to `out`, at most to its max

#endif
