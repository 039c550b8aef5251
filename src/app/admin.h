// SPDX-License-Identifier: EUPL-1.2
// admin.h: what the routes of the admin listener share.
#ifndef PEIL_APP_ADMIN_H
#define PEIL_APP_ADMIN_H

#include "app/peil.h"
#include "identity/user.h"

// GET lists the accounts, POST {"verb","name","role"} does what `peil user` is asked to.
http_route admin_user_route(struct peil *p);

// What the subcommand `user` can do, on a store that is served or not. `password` receives one to give out, or stays empty.
// ERR_USAGE: no such verb.
NODISCARD bool user_act(struct users *u, const password_config *c, str verb, str name, role r,
                        char password[static PASSWORD_INVENTED_MAX], err *e);

// GET lists the devices, POST {"verb","key","owner"} does what `peil device` is asked to.
http_route admin_device_route(struct peil *p);

// What the subcommand `device` can do, on a store that is served or not. ERR_USAGE: no such verb.
NODISCARD bool device_list(struct store *s, buf *out, err *e);  // a JSON array
NODISCARD bool device_act(struct ingest *in, str verb, str key, str owner, err *e);

#endif
