// SPDX-License-Identifier: EUPL-1.2
// progress.h: a bar on stderr for long work; silent unless stderr is a terminal.
#ifndef PEIL_APP_COMMAND_PROGRESS_H
#define PEIL_APP_COMMAND_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what;  // "copying"
    int64_t started_us, drawn_us;
    bool is_on;
};

struct progress progress_start(const char *what);
void progress_show(struct progress *p, int64_t done, int64_t all);  // all <= 0: only counts
void progress_end(struct progress *p);

#endif
