// SPDX-License-Identifier: EUPL-1.2
// inside.h: what peil.c and the files of its parts share. Each `_start` fails whole: peil_stop then undoes what was begun.
#ifndef PEIL_APP_SERVE_INSIDE_H
#define PEIL_APP_SERVE_INSIDE_H

#include "app/serve/peil.h"

// On the first start the neighbourhoods of a file become areas; later ones come by `peil import areas`. After whoever listens to areas.
NODISCARD bool first_areas_start(struct peil *p, err *e);

// listen.c: the open listener (and the one that leads from http to https), and the administrator's.
NODISCARD bool listen_start_http(struct peil *p, err *e);
NODISCARD bool listen_start_admin(struct peil *p, err *e);

// Signs of life (town_care.c): the key of the vault, the part itself, and its job. NULL in p->care when it is not enabled.
// ERR_CONFIG: no key, a key that others can read, or one that lies in the data directory.
NODISCARD bool town_care_start(struct peil *p, err *e);

// memory.c: freed memory is kept for what comes next, and once a minute what nobody uses goes back to the system.
NODISCARD bool memory_start(struct peil *p, err *e);

// alive.c: when peil was last at work stands in the store, and what lies between is an interruption of it.
NODISCARD bool alive_start(struct peil *p, err *e);
void alive_stop(
    struct peil *p);  // after the schedule has stopped, before the store is closed: it was told to

// /healthz and /readyz, for everyone (health.c).
#define HEALTH_ROUTES 2
void health_routes(struct peil *p, http_route out[static HEALTH_ROUTES]);

// /.well-known/security.txt, and what plain http answers when there is TLS (secure.c).
http_route security_route(struct peil *p);
void redirect_to_https(struct http_request *r, void *context);

// Security and CORS headers of every answer (headers.c); an http_config.finish.
void headers_finish(const struct http_request *r, http_reply_data *reply, void *context);

#endif
