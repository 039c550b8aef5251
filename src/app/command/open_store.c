// SPDX-License-Identifier: EUPL-1.2
#include "app/command/open_store.h"

bool command_open_store(const struct invocation *in, store_use use, struct store **out, err *e)
{
    str path;
    if (!arena_copy(in->arena, in->settings.store.directory, &path)) return err_no_memory(e);
    const store_config c = {.directory = path.p, .read_only = use == STORE_TO_READ};
    return store_open(&c, out, e);
}
