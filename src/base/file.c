// SPDX-License-Identifier: EUPL-1.2
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PIECE ((size_t)16 * 1024)

static bool read_all(int fd, const char *path, buf *out, err *e)
{
    char piece[PIECE];
    for (;;) {
        const ssize_t n = read(fd, piece, sizeof piece);
        if (n == 0) return true;
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return err_set(e, ERR_IO, ERR_NOWHERE, "cannot read %s: %s", path, strerror(errno));
        buf_add(out, (str){piece, (size_t)n});
        if (out->failed)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE, "%s is longer than %zu bytes", path, out->max);
    }
}

bool file_read(const char *path, buf *out, err *e)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        const err_code code = errno == ENOENT || errno == ENOTDIR ? ERR_ABSENT : ERR_IO;
        return err_set(e, code, ERR_NOWHERE, "cannot open %s: %s", path, strerror(errno));
    }
    const bool ok = read_all(fd, path, out, e);
    close(fd);
    return ok;
}
