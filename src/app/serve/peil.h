// SPDX-License-Identifier: EUPL-1.2
// peil.h: the running service: its parts, started from the lowest to the highest and stopped the other way.
// Threads  start, reload and stop from the main thread
// Errors   peil_start fails whole: what was started is stopped again
#ifndef PEIL_APP_SERVE_PEIL_H
#define PEIL_APP_SERVE_PEIL_H

#include "api/api.h"
#include "app/setting/setting.h"
#include "area/area.h"
#include "base/metrics.h"
#include "base/schedule.h"
#include "feed/feed.h"
#include "http/server.h"
#include "identity/identity.h"
#include "identity/user/password.h"
#include "ingest/ingest.h"
#include "ingest/site.h"
#include "rollup/rollup.h"
#include "kpi/work.h"
#include "sta/request.h"
#include "store/store.h"

#define PEIL_ROUTES_MAX 256

struct peil {
    struct settings settings;  // as at the start; texts in `arena`
    arena *arena;
    struct metrics *metrics;
    struct schedule *schedule;  // all periodic work; parts add their jobs while they start
    struct store *store;
    bool is_alive;  // it has said so (alive.c)
    struct identity *identity;
    struct passwords *passwords;
    struct oidc *oidc;  // NULL: no identity provider is named
    struct site *site;
    struct ingest *ingest;
    struct push *push;
    struct imports *imports;  // under way at the administrator's listener
    struct feeds *feeds;
    struct sta sta;
    struct sta_http sta_http;
    struct tz *zone;
    struct api_parts api;
    struct areas *areas;
    struct rollups *rollups;
    struct kpi_office *kpi;  // NULL: no set of indicators is installed
    struct kpi_work kpi_work;
    struct p1_readers *meters;
    struct town_broker *broker;  // NULL: no broker is named
    str mqtt_endpoint;
    struct watch *watch;
    struct care *care;      // NULL: not enabled
    struct portal *portal;  // NULL: no pages are installed
    http_route routes[PEIL_ROUTES_MAX];
    size_t route_count;
    http_route admin_routes[PEIL_ROUTES_MAX];
    size_t admin_route_count;
    struct rate *rate;
    struct http_server *http, *admin;
    struct http_server *redirect;  // NULL: nobody is led to https
};

// What adapters are told, from the settings; store NULL: without the secret of pseudonyms.
NODISCARD bool peil_open_site(const struct settings *s, struct store *store, arena *a, struct site **out,
                              err *e);

// Where sets of indicators are: the setting, or where peil was installed. False: no memory.
NODISCARD bool kpi_directory(const struct settings *s, arena *a, str *out);
password_config peil_password_config(const struct settings *s);

NODISCARD bool peil_start(const struct settings *s, struct peil **out, err *e);
int peil_port(const struct peil *p);
void peil_reload(struct peil *p, const struct settings *s);  // log level, acceptance of devices
void peil_stop(struct peil *p);                              // finishes what was acknowledged

// Blocks the signals that peil_wait handles; call before any thread starts.
void peil_block_signals(void);
// Until SIGTERM or SIGINT; SIGHUP calls `reload`, or ends it too when that is NULL.
void peil_wait(void (*reload)(void *context), void *context);

#endif
