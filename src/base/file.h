// SPDX-License-Identifier: EUPL-1.2
// file.h: whole small files: configuration, tables, time zones, what is learnt and kept beside a store.
// Errors   ERR_ABSENT (no such file), ERR_LIMIT (longer than out->max), ERR_DISK_FULL, ERR_IO; each names the path
#ifndef PEIL_BASE_FILE_H
#define PEIL_BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"

NODISCARD bool file_read(const char *path, buf *out, err *e);  // adds to `out`, at most to its max

// Puts a file of these bytes in the place of `path`, readable by its owner alone: on disk when it returns, whole or not at all.
NODISCARD bool file_replace(const char *path, str bytes, err *e);
// Adds bytes at the end of a file that is there: on disk when it returns. A fault leaves the file as it was, a loss of power may
// leave a part of them.
NODISCARD bool file_append(const char *path, str bytes, err *e);

#endif
