// SPDX-License-Identifier: EUPL-1.2
#include "app/command.h"
#include "app/progress.h"
#include "store/store.h"

#include <stdio.h>

static void show(int64_t done, int64_t all, void *context)
{
    progress_show(context, done, all);
}

static int run(struct invocation *in, err *e)
{
    str directory;
    if (!arena_copy(in->arena, in->settings.store.directory, &directory)) {
        err_no_memory(e);
        return -1;
    }
    const store_config c = {.directory = directory.p, .read_only = true};
    struct store *s;
    if (!store_open(&c, &s, e)) return -1;
    struct progress p = progress_start("copying");
    const bool ok = store_backup(s, in->words[0], show, &p, e);
    progress_end(&p);
    store_close(s);
    if (!ok) return -1;
    printf("A consistent copy is in %s.\n", in->words[0]);
    return 0;
}

const struct command command_backup = {
    .name = "backup",
    .summary = "copy a store, running or not, into a new directory",
    .words = "DIRECTORY",
    .words_min = 1,
    .words_max = 1,
    .about = "The copy is consistent: it holds everything that was acknowledged when the copy began. A "
             "running peil goes on\n"
             "writing meanwhile. The directory must not exist yet. Restoring is starting peil on the copy.",
    .examples = "  peil backup --data /var/lib/peil /backup/peil-2026-11-26\n",
    .run = run,
};
