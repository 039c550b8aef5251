// SPDX-License-Identifier: EUPL-1.2
#include "app/command/command.h"
#include "app/command/open_store.h"
#include "app/command/progress.h"
#include "base/file.h"
#include "care/vault.h"
#include "care/withdrawn.h"

#include <stdio.h>
#include <string.h>

#define SETTINGS_BYTES_MAX ((size_t)1 << 20)

static void show(int64_t done, int64_t all, void *context)
{
    progress_show(context, done, all);
}

// After the store, so that whoever left meanwhile is not in the copy; who is in the store alone is deleted by the restored peil, and
// so is whoever left between the vault's copy and that of the withdrawals.
static bool copy_vault(struct invocation *in, bool *any, err *e)
{
    str from, to, withdrawn, withdrawn_to;
    if (!arena_print(in->arena, &from, "%.*s/" VAULT_FILE, STR_ARG(in->settings.store.directory)) ||
        !arena_print(in->arena, &to, "%s/" VAULT_FILE, in->words[0]) ||
        !arena_print(in->arena, &withdrawn_to, "%s/" WITHDRAWN_FILE, in->words[0]))
        return err_no_memory(e);
    *any = vault_copy(from.p, to.p, e);
    if (!*any) return e->code == ERR_ABSENT;
    return settings_withdrawn_file(&in->settings, in->arena, &withdrawn, e) &&
           withdrawn_copy(withdrawn.p, withdrawn_to.p, time_now(), e);
}

// Settings that stand beside the store go with it. Those of /etc are kept by whoever keeps /etc.
static bool copy_settings(struct invocation *in, err *e)
{
    str from, to;
    if (!arena_print(in->arena, &from, "%.*s/" SETTINGS_FILE, STR_ARG(in->settings.store.directory)) ||
        !arena_print(in->arena, &to, "%s/" SETTINGS_FILE, in->words[0]))
        return err_no_memory(e);
    if (!in->config_file || strcmp(in->config_file, from.p) != 0) return true;
    buf b = {.max = SETTINGS_BYTES_MAX};
    const bool ok = file_read(from.p, &b, e) && file_replace(to.p, buf_str(&b), e);
    buf_free(&b);
    return ok;
}

static int run(struct invocation *in, err *e)
{
    struct store *s;
    if (!command_open_store(in, STORE_TO_READ, &s, e)) return -1;
    struct progress p = progress_start("copying");
    const bool ok = store_backup(s, in->words[0], show, &p, e);
    progress_end(&p);
    store_close(s);
    bool has_vault;
    if (!ok || !copy_settings(in, e) || !copy_vault(in, &has_vault, e)) return -1;
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
        "copy.\npeil.conf goes with it when it stands beside the store; files that it names elsewhere, and "
        "/etc, do not.\nvault.db, "
        "with the names of who takes part in signs of life, is in it as it is: sealed. Its key is not; keep "
        "that elsewhere. Before peil starts on\n"
        "a copy, put the file withdrawn of the store that it replaces in the place of the copy's own: "
        "whoever stopped "
        "since is then\n"
        "deleted at once.",
    .examples = "  peil backup --data /var/lib/peil /backup/peil-2026-11-26\n",
    .run = run,
};
