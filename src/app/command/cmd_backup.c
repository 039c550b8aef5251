// SPDX-License-Identifier: EUPL-1.2
#include "app/command/command.h"
#include "app/command/progress.h"
#include "care/vault.h"
#include "store/store.h"

#include <stdio.h>

static void show(int64_t done, int64_t all, void *context)
{
    progress_show(context, done, all);
}

// After the store, so that whoever left meanwhile is not in the copy; who is in the store alone is deleted by the restored peil.
static bool copy_vault(struct invocation *in, str directory, bool *any, err *e)
{
    str from, to;
    if (!arena_print(in->arena, &from, "%.*s/" VAULT_FILE, STR_ARG(directory)) ||
        !arena_print(in->arena, &to, "%s/" VAULT_FILE, in->words[0]))
        return err_no_memory(e);
    *any = vault_copy(from.p, to.p, e);
    return *any || e->code == ERR_ABSENT;
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
    bool has_vault;
    if (!ok || !copy_vault(in, directory, &has_vault, e)) return -1;
    printf("A consistent copy is in %s.%s\n", in->words[0],
           has_vault ? " Its vault.db needs the key, which is not in it: keep a copy of that elsewhere."
                     : "");
    return 0;
}

const struct command command_backup = {
    .name = "backup",
    .summary = "copy a store, running or not, into a new directory",
    .words = "DIRECTORY",
    .words_min = 1,
    .words_max = 1,
    .about =
        "The copy is consistent: it holds everything that was acknowledged when the copy began. A "
        "running peil goes on\n"
        "writing meanwhile. The directory must not exist yet. Restoring is starting peil on the "
        "copy.\nvault.db, "
        "with the names of who takes part in signs of life, is in it as it is: sealed. Its key is not; keep "
        "that elsewhere.",
    .examples = "  peil backup --data /var/lib/peil /backup/peil-2026-11-26\n",
    .run = run,
};
