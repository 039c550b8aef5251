// SPDX-License-Identifier: EUPL-1.2
// portal.h: the pages for residents, their assets, and /live.
//
// A page is a template that web/build.mjs made, filled here. What a page needs to know of a Thing beyond the standard stands in
// its properties: "demo": true marks demo data; "origin" is "reference", "municipal" (when absent) or
// "citizen", whose place is shown on a grid (model/place.h); "owner" and "purpose" are text; "access": "internal" or "private" keeps a Thing or Datastream off every page and out of /live.
// Threads  portal_open and portal_close from the main thread; handlers from any
// Errors   ERR_CONFIG names the file of the web directory or theme that is missing or wrong
#ifndef PEIL_PORTAL_PORTAL_H
#define PEIL_PORTAL_PORTAL_H

#include "base/schedule.h"
#include "area/area.h"
#include "http/server.h"
#include "identity/user/password.h"
#include "store/store.h"

struct portal;
struct identity;
struct oidc;
struct kpi_office;
struct care;
struct rules;
struct ingest;
struct feeds;

// How staff log in.
struct portal_login {
    struct oidc *oidc;                     // oidc/provider.h; NULL: with a password only
    str name_claim, role_claim, role_map;  // oidc/claim.h
    bool has_local;                        // accounts with a password may log in
};

typedef struct {
    struct store *store;
    const char *web_directory;  // holds manifest.json
    struct areas *areas;        // NULL: maps without boundaries, no pages of areas
    struct rollups *rollups;    // with areas
    struct indices *indices;    // with areas; may be NULL
    str town;                   // "Rijswijk"; the theme may name it too
    const char *theme_file;     // name, logo, colours, contact (theme.h); NULL or "": none
    const char *zone;           // "Europe/Amsterdam"
    str root_url;        // as residents reach it: "https://peil.rijswijk.nl"; empty: from the Host header
    bool is_demo;        // every page says so
    bool is_maintained;  // every page is 503 with the time to come back; the interfaces go on
    struct metrics *metrics;      // may be NULL
    struct identity *identity;    // NULL: without the pages of staff (portal/team/)
    struct passwords *passwords;  // with identity
    struct portal_login login;    // with identity
    int64_t audit_days;           // how long lines of the audit log are kept
    struct kpi_office *kpi;       // NULL: without the pages of the assessment
    struct schedule *schedule;    // what the staff see of the jobs; may be NULL
    struct care *care;            // NULL: no signs of life
    struct rules *rules;          // NULL: without the page of rules
    struct ingest *ingest;        // NULL: without the pages of devices
    struct feeds *feeds;          // NULL: without the page of feeds
} portal_config;

// Listens on the store, so before its first write. Texts of the config must outlive the portal.
NODISCARD bool portal_open(const portal_config *c, struct portal **out, err *e);
void portal_stop(struct portal *p);   // ends the live streams; before http_stop. NULL is fine
void portal_close(struct portal *p);  // after http_stop and store_close, for both call into it. NULL is fine

#define PORTAL_ROUTES_MAX 128
// Pages, /assets, /theme, /live, the manifest and service worker, the catalogue, and /api/v1/areas.geojson.
size_t portal_routes(struct portal *p, http_route out[static PORTAL_ROUTES_MAX]);
// A friendly 404 for browsers (Accept: text/html), problem+json for programs. For http_config.not_found.
void portal_not_found(struct http_request *r, void *portal);

#endif
