// SPDX-License-Identifier: EUPL-1.2
#include "store/test/fault_vfs.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A write that is not synced yet: what stood there before.
struct unsynced {
    struct unsynced *before;
    int64_t offset;
    int64_t size_before;  // of the file
    int length;           // of `bytes`; less than the write when the file ended there
    char bytes[];
};

struct fault_file {
    sqlite3_file base;
    struct unsynced *newest;
    struct fault_file *next;
    sqlite3_file real[];  // of the file system's own size
};

static sqlite3_vfs *real_vfs;
static struct fault_file *open_files;
static _Atomic int64_t calls, first_fault, last_fault;
static _Atomic bool happened;
static fault_kind kind;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct fault_file *)file)->real;
}

// ---- the plan ----

void fault_plan(fault_kind k, int64_t after, int64_t count)
{
    kind = k;
    atomic_store(&calls, 0);
    atomic_store(&first_fault, count > 0 ? after : INT64_MAX);
    atomic_store(&last_fault, after + count - 1);
    atomic_store(&happened, false);
}

int64_t fault_calls(void)
{
    return atomic_load(&calls);
}

bool fault_happened(void)
{
    return atomic_load(&happened);
}

// ---- power cut ----

static void forget_unsynced(struct fault_file *f)
{
    for (struct unsynced *u = f->newest, *before; u; u = before) {
        before = u->before;
        free(u);
    }
    f->newest = NULL;
}

// SQLite's own files lose what is beyond 128 KiB of one call.
#define CALL_MOST (64 << 10)

static void put_back(sqlite3_file *real, const struct unsynced *u)
{
    for (int at = 0; at < u->length; at += CALL_MOST) {
        const int n = u->length - at < CALL_MOST ? u->length - at : CALL_MOST;
        real->pMethods->xWrite(real, u->bytes + at, n, u->offset + at);
    }
    real->pMethods->xTruncate(real, u->size_before);
}

static void undo_unsynced(struct fault_file *f)
{
    for (const struct unsynced *u = f->newest; u; u = u->before) put_back(f->real, u);
}

static void cut_power(void)
{
    for (struct fault_file *f = open_files; f; f = f->next) undo_unsynced(f);
    _exit(POWER_CUT_STATUS);
}

static void remember(struct fault_file *f, int64_t offset, int length)
{
    sqlite3_file *real = f->real;
    sqlite3_int64 size = 0;
    real->pMethods->xFileSize(real, &size);
    const int64_t left = size > offset ? size - offset : 0;
    if (length > left) length = (int)left;
    struct unsynced *u = malloc(sizeof *u + (size_t)length);
    if (!u) abort();
    *u = (struct unsynced){.before = f->newest, .offset = offset, .size_before = size, .length = length};
    if (length > 0) real->pMethods->xRead(real, u->bytes, length, offset);
    f->newest = u;
}

static bool fails(void)
{
    const int64_t n = atomic_fetch_add(&calls, 1);
    if (n < atomic_load(&first_fault) || n > atomic_load(&last_fault)) return false;
    atomic_store(&happened, true);
    if (kind == FAULT_POWER_CUT) cut_power();
    return true;
}

// ---- calls that change a file ----

static int fault_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset)
{
    if (fails()) return kind == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    if (kind == FAULT_POWER_CUT) remember((struct fault_file *)file, offset, length);
    return real_of(file)->pMethods->xWrite(real_of(file), bytes, length, offset);
}

static int fault_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    sqlite3_int64 now = 0;
    if (fails()) return kind == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_TRUNCATE;
    real_of(file)->pMethods->xFileSize(real_of(file), &now);
    if (kind == FAULT_POWER_CUT && now > size) remember((struct fault_file *)file, size, (int)(now - size));
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int fault_sync(sqlite3_file *file, int flags)
{
    if (fails() && kind == FAULT_BROKEN) return SQLITE_IOERR_FSYNC;
    const int rc = real_of(file)->pMethods->xSync(real_of(file), flags);
    if (rc == SQLITE_OK) forget_unsynced((struct fault_file *)file);
    return rc;
}

// ---- all others go through ----

static int fault_close(sqlite3_file *file)
{
    struct fault_file *f = (struct fault_file *)file;
    for (struct fault_file **link = &open_files; *link; link = &(*link)->next) {
        if (*link != f) continue;
        *link = f->next;
        break;
    }
    forget_unsynced(f);
    return f->real->pMethods->xClose(f->real);
}

static int fault_read(sqlite3_file *f, void *to, int length, sqlite3_int64 offset)
{
    return real_of(f)->pMethods->xRead(real_of(f), to, length, offset);
}

static int fault_file_size(sqlite3_file *f, sqlite3_int64 *out)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), out);
}

static int fault_lock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int fault_unlock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int fault_check_reserved(sqlite3_file *f, int *out)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int fault_control(sqlite3_file *f, int op, void *arg)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int fault_sector_size(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int fault_characteristics(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int fault_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}

static int fault_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void fault_shm_barrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int fault_shm_unmap(sqlite3_file *f, int delete)
{
    return real_of(f)->pMethods->xShmUnmap(real_of(f), delete);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = fault_close,
    .xRead = fault_read,
    .xWrite = fault_write,
    .xTruncate = fault_truncate,
    .xSync = fault_sync,
    .xFileSize = fault_file_size,
    .xLock = fault_lock,
    .xUnlock = fault_unlock,
    .xCheckReservedLock = fault_check_reserved,
    .xFileControl = fault_control,
    .xSectorSize = fault_sector_size,
    .xDeviceCharacteristics = fault_characteristics,
    .xShmMap = fault_shm_map,
    .xShmLock = fault_shm_lock,
    .xShmBarrier = fault_shm_barrier,
    .xShmUnmap = fault_shm_unmap,
};

static int fault_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *flags_out)
{
    (void)vfs;
    struct fault_file *f = (struct fault_file *)file;
    const int rc = real_vfs->xOpen(real_vfs, name, f->real, flags, flags_out);
    f->base.pMethods = f->real->pMethods ? &methods : NULL;
    f->newest = NULL;
    if (rc != SQLITE_OK) return rc;
    f->next = open_files;
    open_files = f;
    return rc;
}

void fault_install(void)
{
    static sqlite3_vfs vfs;
    real_vfs = sqlite3_vfs_find(NULL);
    vfs = *real_vfs;
    vfs.zName = "fault";
    vfs.xOpen = fault_open;
    vfs.szOsFile = (int)sizeof(struct fault_file) + real_vfs->szOsFile;
    fault_plan(FAULT_FULL, 0, 0);
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) abort();
}
