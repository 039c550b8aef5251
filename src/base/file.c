// SPDX-License-Identifier: EUPL-1.2
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)16 * 1024)

static bool fault(err *e, const char *what, const char *path)
{
    const err_code code = errno == ENOENT || errno == ENOTDIR  ? ERR_ABSENT
                          : errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL
                                                               : ERR_IO;
    return err_set(e, code, ERR_NOWHERE, "cannot %s %s: %s", what, path, strerror(errno));
}

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
    if (fd < 0) return fault(e, "open", path);
    const bool ok = read_all(fd, path, out, e);
    close(fd);
    return ok;
}

static bool write_all(int fd, str bytes)
{
    while (bytes.n > 0) {
        const ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes = str_slice(bytes, (size_t)n, bytes.n);
    }
    return true;
}

// A name is on disk when its directory is.
static bool sync_directory_of(const char *path, err *e)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    if (!directory) return err_no_memory(e);
    const int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok) fault(e, "sync", directory);
    if (fd >= 0) close(fd);
    free(directory);
    return ok;
}

static bool write_beside(const char *beside, str bytes, err *e)
{
    const int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write_all(fd, bytes) && fsync(fd) == 0;
    if (!ok) fault(e, "write", beside);
    if (fd >= 0 && close(fd) != 0 && ok) ok = fault(e, "write", beside);
    if (!ok) unlink(beside);
    return ok;
}

bool file_replace(const char *path, str bytes, err *e)
{
    char *beside = NULL;
    if (asprintf(&beside, "%s.new", path) < 0) return err_no_memory(e);
    bool ok = write_beside(beside, bytes, e);
    if (ok && rename(beside, path) != 0) ok = fault(e, "write", path);
    free(beside);
    return ok && sync_directory_of(path, e);
}

bool file_append(const char *path, str bytes, err *e)
{
    struct stat s;
    const int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0) return fault(e, "open", path);
    bool ok = fstat(fd, &s) == 0 && write_all(fd, bytes) && fdatasync(fd) == 0;
    if (!ok) {
        fault(e, "write", path);
        (void)!ftruncate(fd, s.st_size);  // what is left of a half line is for the reader to tell
    }
    close(fd);
    return ok;
}
