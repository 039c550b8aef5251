// SPDX-License-Identifier: EUPL-1.2
// admin_client.h: asks the peil that is running on a data directory, by its admin listener.
// Errors   ERR_ABSENT: nobody is running there; an answer that is an error comes back with its sentence
#ifndef PEIL_APP_COMMAND_ADMIN_CLIENT_H
#define PEIL_APP_COMMAND_ADMIN_CLIENT_H

#include "app/setting/setting.h"
#include "base/json.h"

struct admin_client;

// Keeps its connection from one question to the next. `path` with query; `body` empty: none. *answer lies in the arena.
NODISCARD struct admin_client *admin_client_new(const struct settings *s, err *e);
void admin_client_free(struct admin_client *c);  // NULL is fine
NODISCARD bool admin_client_ask(struct admin_client *c, const char *method, const char *path, str body,
                                arena *a, json **answer, err *e);
// One question alone.
NODISCARD bool admin_ask(const struct settings *s, const char *method, const char *path, str body, arena *a,
                         json **answer, err *e);

#endif
