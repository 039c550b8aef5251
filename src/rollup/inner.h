// SPDX-License-Identifier: EUPL-1.2
// inner.h: the service of roll-ups as its parts see it. Private.
#ifndef PEIL_ROLLUP_INNER_H
#define PEIL_ROLLUP_INNER_H

#include "rollup/work.h"

#include <stdatomic.h>

struct rollups {
    rollup_config config;
    struct marks *marks;
    struct lock *lock;
    struct book_list *book;  // lock: the newest
    atomic_bool is_busy;     // somebody works
    // of whoever works
    struct work work;
    bool has_work;
    struct book_list *work_book;
    uint64_t atlas_version;  // that the areas' sums were made with; 0: not known
    atomic_bool is_idle;
};

#endif
