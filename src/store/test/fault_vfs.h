// SPDX-License-Identifier: EUPL-1.2
// fault_vfs.h: for tests: a disk that fails when it is told to. It stands between SQLite and the file system of this
// process, becomes SQLite's default, and counts every call that changes a file.
#ifndef PEIL_STORE_TEST_FAULT_VFS_H
#define PEIL_STORE_TEST_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    FAULT_FULL,      // writes and truncations say that there is no room
    FAULT_BROKEN,    // writes, truncations and syncs say input/output error
    FAULT_POWER_CUT  // what was not synced is gone, and the process ends at once with POWER_CUT_STATUS
} fault_kind;
#define POWER_CUT_STATUS 77

void fault_install(void);  // once
// From now on: `after` calls go well, then `count` calls fail. count 0: none do.
void fault_plan(fault_kind kind, int64_t after, int64_t count);
int64_t fault_calls(void);  // that change a file, since fault_plan
bool fault_happened(void);  // since fault_plan

#endif
