// SPDX-License-Identifier: EUPL-1.2
// admin.h: the routes of the admin listener, and what they share.
#ifndef PEIL_APP_ADMIN_ADMIN_H
#define PEIL_APP_ADMIN_ADMIN_H

#include "app/serve/peil.h"
#include "identity/user/user.h"

// Where the listener is: the setting, or unix:DIRECTORY/admin.sock.
NODISCARD bool admin_address(const struct settings *s, arena *a, str *out, err *e);

// /metrics, tokens, imports, accounts and devices: a file per thing.
#define ADMIN_ROUTES 10
void admin_routes(struct peil *p, http_route out[static ADMIN_ROUTES]);
void admin_areas_post(struct http_request *r, void *context);  // the struct peil
// A line of the audit log about areas that came in from a file.
struct area_import;
NODISCARD bool area_import_tell(struct store *s, const struct area_import *i, err *e);
void admin_kpi_import_post(struct http_request *r, void *context);  // the struct peil

// POST ?what=&which=&detail=: a command read what is private (identity/reads.h).
void admin_reads_post(struct http_request *r, void *context);  // the struct peil

// Imports of observations from CSV (admin_import.c). The imports under way are freed before the store is closed; NULL: no memory.
struct imports;
NODISCARD struct imports *imports_new(void);
void imports_free(struct imports *m);                           // NULL is fine
void admin_import_post(struct http_request *r, void *context);  // the struct peil

// What the owner of the directory did, into the audit log, when it is done.
void admin_tell(struct peil *p, str what, str which, str detail);

void admin_reply_json(struct http_request *r, int status, str body);
void admin_reply_error(struct http_request *r, const err *e);
int64_t admin_query_number(struct http_request *r, str key, int64_t fallback);

// What the subcommand `pack` does, on a store that is served or not: bytes on disk before and after.
struct packed {
    int64_t before, after;
};
NODISCARD bool pack_act(struct store *s, struct packed *out, err *e);
void admin_pack_post(struct http_request *r, void *context);  // the struct peil

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
// `identity` NULL: nobody has tokens in memory.
NODISCARD bool device_act(struct ingest *in, struct identity *identity, str verb, str key, str owner, err *e);

#endif
