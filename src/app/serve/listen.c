// SPDX-License-Identifier: EUPL-1.2
#include "app/serve/inside.h"

#include "app/admin/admin.h"
#include "app/serve/rate.h"
#include "base/log.h"
#include "identity/who.h"
#include "ingest/push/push.h"
#include "portal/portal.h"
#include "rule/rule.h"

static bool admit(const struct http_request *r, int64_t *wait_s, void *context)
{
    const struct peil *p = context;
    return rate_admit(p->rate, r, wait_s);
}

static bool may_send(struct http_request *r, void *context)
{
    const struct peil *p = context;
    return push_knows(p->push, r) || identity_knows(p->identity, r, time_now());
}

static void not_found(struct http_request *r, void *context)
{
    const struct peil *p = context;
    portal_not_found(r, p->portal);
}

// Plain http on the same name, where there is TLS: it only leads there.
static bool start_redirect(struct peil *p, err *e)
{
    const str listen = p->settings.http.redirect_listen;
    if (!listen.n) return true;
    const http_config c = {
        .listen = listen, .loops = 1, .workers = 1, .connections_max = 1024, .not_found = redirect_to_https};
    p->redirect = http_start(&c, e);
    return p->redirect || err_within(e, "http.redirect_listen");
}

static http_config http_settings(struct peil *p)
{
    return (http_config){
        .listen = p->settings.http.listen,
        .loops = (size_t)p->settings.http.loops,
        .workers = (size_t)p->settings.http.workers,
        .connections_max = (size_t)p->settings.http.connections,
        .connections_per_address_max = (size_t)p->settings.http.connections_per_address,
        .trusted_proxies = p->settings.http.trusted_proxies,
        .tls_cert_file = p->settings.http.tls_cert_file,
        .tls_key_file = p->settings.http.tls_key_file,
        .tls_asks_certificate = p->settings.http.tls_client_certificates,
        .admit = admit,
        .may_send = may_send,
        .body_bytes_max = (size_t)p->settings.http.body_bytes,
        .idle_timeout_s = (int)p->settings.http.idle_s,
        .request_timeout_s = (int)p->settings.http.request_s,
        .write_timeout_s = (int)p->settings.http.write_s,
        .routes = p->routes,
        .route_count = p->route_count,
        .not_found = p->portal ? not_found : NULL,
        .finish = headers_finish,
        .context = p,
        .metrics = p->metrics,
    };
}

bool listen_start_http(struct peil *p, err *e)
{
    health_routes(p, p->routes);
    p->route_count = HEALTH_ROUTES;
    push_routes(p->push, p->routes + p->route_count);
    p->route_count += PUSH_ROUTES;
    sta_routes(&p->sta_http, p->routes + p->route_count);
    p->route_count += STA_ROUTES;
    p->routes[p->route_count++] = api_route(&p->api);
    rules_routes(p->api.rules, p->routes + p->route_count);
    p->route_count += RULE_ROUTES;
    p->routes[p->route_count++] = security_route(p);
    if (p->portal) p->route_count += portal_routes(p->portal, p->routes + p->route_count);
    if (!(p->rate = rate_new(&p->settings))) return err_no_memory(e);
    const http_config c = http_settings(p);
    p->http = http_start(&c, e);
    if (!p->http) return err_within(e, "http.listen");
    // Nobody has been told the address yet: no link was made before this.
    if (p->sta.root_url.n == 0 &&
        !arena_print(p->arena, &p->sta.root_url, "%s://localhost:%d",
                     p->settings.http.tls_cert_file.n ? "https" : "http", http_port(p->http)))
        return err_no_memory(e);
    return start_redirect(p, e);
}

bool listen_start_admin(struct peil *p, err *e)
{
    str address;
    if (!(p->imports = imports_new())) return err_no_memory(e);
    admin_routes(p, p->admin_routes);
    health_routes(p, p->admin_routes + ADMIN_ROUTES);
    p->admin_route_count = ADMIN_ROUTES + HEALTH_ROUTES;
    if (!admin_address(&p->settings, p->arena, &address, e)) return false;
    const http_config c = {.listen = address,
                           .loops = 1,
                           .workers = 1,
                           .connections_max = 64,
                           .routes = p->admin_routes,
                           .route_count = p->admin_route_count};
    p->admin = http_start(&c, e);
    if (p->admin) return true;
    err why;
    if (store_is_writable(p->store, &why)) return err_within(e, "admin.listen");
    char text[256];  // a read-only disk has no place for the socket; what can be read is shown all the same
    log_warning("nothing listens for the administrator", "why=%s", log_quote(text, str_of(e->text)));
    return true;
}
