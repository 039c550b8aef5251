// SPDX-License-Identifier: EUPL-1.2
#include "app/command/command.h"
#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool file_write(const char *path, str text, err *e)
{
    FILE *f = fopen(path, "wxe");  // never over a file that is there
    if (!f && errno == EEXIST)
        return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "%s is there already and stays as it is", path);
    if (!f) return err_set(e, ERR_IO, ERR_NOWHERE, "cannot make %s: %s", path, strerror(errno));
    const bool written = fwrite(text.p, 1, text.n, f) == text.n;
    if (fclose(f) != 0 || !written) return err_set(e, ERR_IO, ERR_NOWHERE, "cannot write %s", path);
    return true;
}

static bool settings_put_down(const char *path, err *e)
{
    buf b = {.max = (size_t)1 << 16};
    settings_write_file(&b);
    const bool ok = !b.failed && file_write(path, buf_str(&b), e);
    buf_free(&b);
    return ok;
}

static int run(struct invocation *in, err *e)
{
    str directory, path;
    if (!arena_copy(in->arena, in->settings.store.directory, &directory) ||
        !arena_print(in->arena, &path, "%s/" SETTINGS_FILE, directory.p)) {
        err_no_memory(e);
        return -1;
    }
    const store_config c = {.directory = directory.p, .create = true};
    struct store *s;
    if (!store_open(&c, &s, e)) return -1;
    store_close(s);
    if (!settings_put_down(path.p, e)) return -1;
    printf("A new store is in %s, its settings in %s.\nNext: peil token create --data %s --role "
           "administrator NAME\n",
           directory.p, path.p, directory.p);
    return 0;
}

const struct command command_init = {
    .name = "init",
    .summary = "make an empty store and a commented settings file",
    .words = "",
    .about = "Makes the data directory when it is not there, an empty store in it, and peil.conf with every "
             "setting explained.\n"
             "What is there already is left alone.",
    .examples = "  peil init --data /var/lib/peil\n",
    .run = run,
};
