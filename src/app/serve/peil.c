// SPDX-License-Identifier: EUPL-1.2
#include "app/serve/inside.h"

#include "api/kept.h"
#include "app/admin/admin.h"
#include "app/serve/rate.h"
#include "app/serve/settings_tell.h"
#include "app/serve/town_broker.h"
#include "app/serve/watch.h"
#include "base/log.h"
#include "ingest/p1/reader.h"
#include "care/care.h"
#include "identity/reads.h"
#include "identity/retention.h"
#include "ingest/push/push.h"
#include "oidc/provider.h"
#include "portal/portal.h"
#include "rule/rule.h"

#include <stdlib.h>
#include <unistd.h>

#define PEIL_ARENA_BYTES ((size_t)4 << 20)
#define STOP_GRACE_S 10
#define HEARD_EVERY (10 * TIME_SECOND)

// ---- Parts, from the lowest to the highest ------------------------------------------------------------------------

static bool start_store(struct peil *p, err *e)
{
    str directory;
    if (!arena_copy(p->arena, p->settings.store.directory, &directory)) return err_no_memory(e);
    store_config c = {.directory = directory.p,
                      .create = true,
                      .metrics = p->metrics,
                      .hours_bytes = (size_t)p->settings.store.summary_mb << 20};
    (void)access_by_name(p->settings.access.standard, &c.standard_access);  // checked with the settings
    return store_open(&c, &p->store, e);
}

password_config peil_password_config(const struct settings *s)
{
    return (password_config){.memory_bytes = (size_t)s->staff.password_memory_kb << 10,
                             .passes = (size_t)s->staff.password_passes};
}

static job_result retain(void *context, instant now, err *e)
{
    const struct peil *p = context;
    bool more;
    if (!retention_run(p->store, p->settings.staff.audit_days, now, &more, e)) return JOB_FAILED;
    return more ? JOB_MORE : JOB_DONE;
}

static bool start_identity(struct peil *p, err *e)
{
    const password_config c = peil_password_config(&p->settings);
    p->identity = identity_new(p->store, e);
    const struct job job = {.name = "retention", .every_us = TIME_HOUR, .run = retain, .context = p};
    return p->identity && ((p->passwords = passwords_new(&c)) || err_no_memory(e)) &&
           schedule_add(p->schedule, &job, e);
}

static bool tell_settings(struct peil *p, err *e)
{
    return settings_tell(p->store, &p->settings, time_now(), e);
}

static bool start_login(struct peil *p, err *e)
{
    const struct settings *s = &p->settings;
    oidc_config c = {.issuer = s->oidc.issuer,
                     .client_id = s->oidc.client_id,
                     .scopes = s->oidc.scopes,
                     .acr = s->oidc.acr,
                     .amr = s->oidc.amr,
                     .ca_file = s->oidc.ca_file.p};
    if (!c.issuer.n) return true;
    if (!c.client_id.n)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "oidc.client_id is needed beside oidc.issuer");
    return password_read(s->oidc.client_secret_file, "oidc.client_secret_file", p->arena, &c.client_secret,
                         e) &&
           (p->oidc = oidc_new(&c, e));
}

// The operator's own descriptions of payloads go before those that peil comes with.
bool peil_open_site(const struct settings *s, struct store *store, arena *a, struct site **out, err *e)
{
    str zone, own, mapping;
    if (!arena_copy(a, s->portal.zone, &zone) || !arena_copy(a, s->ingest.payloads_directory, &own) ||
        !arena_copy(a, s->ingest.mapping_file, &mapping))
        return err_no_memory(e);
    const site_config c = {.zone = zone.p,
                           .payload_directories = {PEIL_SHARE "/devices", own.n ? own.p : NULL},
                           .mapping_file = mapping.n ? mapping.p : NULL,
                           .store = store};
    return site_open(&c, out, e);
}

static job_result heard_run(void *context, instant now, err *e)
{
    const struct peil *p = context;
    bool more;
    (void)now;
    if (!ingest_write_heard(p->ingest, &more, e)) return JOB_FAILED;
    return more ? JOB_MORE : JOB_DONE;
}

static job_result raw_run(void *context, instant now, err *e)
{
    const struct peil *p = context;
    (void)now;
    return ingest_write_raw(p->ingest, e) ? JOB_DONE : JOB_FAILED;
}

static bool start_ingest(struct peil *p, err *e)
{
    if (!peil_open_site(&p->settings, p->store, p->arena, &p->site, e)) return false;
    const ingest_config c = {.site = site_of_devices(p->site),
                             .accept_new_devices = p->settings.ingest.accept_new_devices,
                             .raw_days = p->settings.ingest.raw_days,
                             .raw_bytes_max = p->settings.ingest.raw_megabytes << 20,
                             .metrics = p->metrics};
    p->ingest = ingest_new(p->store, &c, e);
    const struct job heard = {
        .name = "devices-heard", .every_us = HEARD_EVERY, .run = heard_run, .context = p};
    const struct job raw = {.name = "raw-messages", .every_us = HEARD_EVERY, .run = raw_run, .context = p};
    return p->ingest && (p->push = push_new(p->ingest, p->identity, e)) &&
           schedule_add(p->schedule, &heard, e) && schedule_add(p->schedule, &raw, e);
}

static bool start_sta(struct peil *p, err *e)
{
    (void)e;
    p->sta = (struct sta){
        .store = p->store,
        .ingest = p->ingest,
        .reads = identity_reads(p->identity),
        .root_url = p->settings.http.root_url,
        .limits = {.query_bytes = (size_t)p->settings.sta.query_bytes,
                   .filter_nodes = (size_t)p->settings.sta.filter_nodes,
                   .expand_depth = (int)p->settings.sta.expand_depth,
                   .entities_max = p->settings.sta.entities_max,
                   .large_bytes = (size_t)p->settings.sta.large_bytes,
                   .top_max = p->settings.sta.top_max,
                   .top_default = p->settings.sta.page_size},
    };
    p->sta_http = (struct sta_http){&p->sta, p->identity};
    return true;
}

// Parts that have no resources of their own in the API yet are left NULL.
static bool start_api(struct peil *p, err *e)
{
    str zone;
    if (!arena_copy(p->arena, p->settings.portal.zone, &zone)) return err_no_memory(e);
    if (!(p->zone = tz_load(zone.p, e))) return err_within(e, "portal.zone");
    p->api = (struct api_parts){.ingest = p->ingest,
                                .store = p->store,
                                .identity = p->identity,
                                .zone = p->zone,
                                .root_url = &p->sta.root_url,
                                .town = p->settings.portal.town,
                                .contact_mail = p->settings.portal.contact_mail,
                                .kept = api_kept_new()};
    return p->api.kept || err_no_memory(e);
}

static bool start_areas(struct peil *p, err *e)
{
    if (!areas_open(p->store, p->zone, &p->areas, e)) return err_within(e, "areas");
    const rollup_config c = {
        .store = p->store, .areas = p->areas, .zone = p->zone, .interval_s = p->settings.rollup.interval_s};
    if (!rollups_open(&c, &p->rollups, e) || !rollups_schedule(p->rollups, p->schedule, e))
        return err_within(e, "roll-ups");
    p->api.areas = p->areas;
    p->api.rollups = p->rollups;
    return true;
}

bool kpi_directory(const struct settings *s, arena *a, str *out)
{
    return arena_copy(a, s->kpi.directory.n ? s->kpi.directory : STR(PEIL_SHARE "/kpi"), out);
}

static bool start_kpi(struct peil *p, err *e)
{
    str directory, page = {0};
    const str root = p->settings.http.root_url;
    if (!kpi_directory(&p->settings, p->arena, &directory) ||
        (root.n && !arena_print(p->arena, &page, "%.*s/team/kpi", STR_ARG(root))))
        return err_no_memory(e);
    const kpi_office_config c = {.store = p->store,
                                 .zone = p->zone,
                                 .areas = p->areas,
                                 .outbox = p->api.outbox,
                                 .directory = directory.p,
                                 .set = p->settings.kpi.set,
                                 .area = p->settings.kpi.area,
                                 .is_demo = p->settings.portal.demo,
                                 .page = page};
    if (!kpi_office_open(&c, &p->kpi, e)) {
        if (e->code != ERR_ABSENT || p->settings.kpi.directory.n) return err_within(e, "kpi");
        log_warning("no assessment: its set of indicators is not there", "directory=%s", directory.p);
        return true;
    }
    p->api.kpi = p->kpi;
    p->kpi_work = (struct kpi_work){.office = p->kpi, .from = {p->rollups, p->api.indices}};
    return kpi_work_schedule(&p->kpi_work, p->schedule, e);
}

static bool start_watch(struct peil *p, err *e)
{
    const watch_config c = {.settings = &p->settings,
                            .store = p->store,
                            .areas = p->areas,
                            .rollups = p->rollups,
                            .zone = p->zone,
                            .root_url = &p->sta.root_url,
                            .schedule = p->schedule,
                            .metrics = p->metrics};
    if (!watch_open(&c, p->arena, &p->watch, e)) return false;
    p->api.outbox = watch_outbox(p->watch);
    p->api.indices = watch_indices(p->watch);
    p->api.rules = watch_rules(p->watch);
    return true;
}

static job_result retry_run(void *context, instant now, err *e)
{
    const struct peil *p = context;
    (void)now, (void)e;
    town_broker_retry(p->broker);
    return JOB_DONE;
}

static bool start_feeds(struct peil *p, err *e)
{
    const feeds_config c = {.store = p->store,
                            .ingest = p->ingest,
                            .site = site_of_devices(p->site),
                            .schedule = p->schedule,
                            .metrics = p->metrics};
    if (!feeds_open(&c, &p->feeds, e)) return false;
    p->api.feeds = p->feeds;
    return true;
}

static bool start_broker(struct peil *p, err *e)
{
    const struct settings *s = &p->settings;
    if (s->mqtt.host.n == 0) return true;
    const struct town_broker_config c = {.settings = s,
                                         .sta = &p->sta,
                                         .ingest = p->ingest,
                                         .site = site_of_devices(p->site),
                                         .metrics = p->metrics};
    const struct job retry = {.name = "mqtt-retry", .every_us = TIME_SECOND, .run = retry_run, .context = p};
    if (!town_broker_open(&c, p->arena, &p->broker, e)) return err_within(e, "mqtt");
    watch_publish_at(p->watch, p->broker);
    if (!schedule_add(p->schedule, &retry, e)) return false;
    str *endpoint = &p->mqtt_endpoint;
    *endpoint = s->mqtt.endpoint;
    if (endpoint->n == 0 &&
        !arena_print(p->arena, endpoint, "mqtt%s://%.*s:%lld", s->mqtt.ca_file.n ? "s" : "",
                     STR_ARG(s->mqtt.host), (long long)s->mqtt.port))
        return err_no_memory(e);
    p->sta.mqtt_endpoints = endpoint;
    p->sta.mqtt_endpoint_count = 1;
    return true;
}

// The pages, where they are built. Without them peil serves its interfaces alone.
static bool start_portal(struct peil *p, err *e)
{
    const struct settings *s = &p->settings;
    str web, zone, theme;
    const bool is_default = s->portal.web_directory.n == 0;
    if (!arena_copy(p->arena, is_default ? STR(PEIL_SHARE "/web") : s->portal.web_directory, &web) ||
        !arena_copy(p->arena, s->portal.zone, &zone) || !arena_copy(p->arena, s->portal.theme_file, &theme))
        return err_no_memory(e);
    if (is_default && access(web.p, F_OK) != 0) {
        log_warning("no portal: its built pages are not there", "directory=%s", web.p);
        return true;
    }
    const portal_config c = {.store = p->store,
                             .web_directory = web.p,
                             .areas = p->areas,
                             .rollups = p->rollups,
                             .indices = p->api.indices,
                             .town = s->portal.town,
                             .theme_file = theme.p,
                             .zone = zone.p,
                             .root_url = s->http.root_url,
                             .is_demo = s->portal.demo,
                             .is_maintained = s->portal.maintenance,
                             .kpi = p->kpi,
                             .metrics = p->metrics,
                             .identity = p->identity,
                             .passwords = p->passwords,
                             .audit_days = s->staff.audit_days,
                             .login = {.oidc = p->oidc,
                                       .name_claim = s->oidc.name_claim,
                                       .role_claim = s->oidc.role_claim,
                                       .role_map = s->oidc.role_map,
                                       .has_local = s->staff.local_accounts},
                             .schedule = p->schedule,
                             .care = p->care,
                             .rules = p->api.rules,
                             .ingest = p->ingest,
                             .feeds = p->feeds};
    return portal_open(&c, &p->portal, e);
}

static bool start_listening(struct peil *p, err *e)
{
    const p1_readers_config meters = {.ingest = p->ingest,
                                      .sources = p->settings.ingest.p1_sources,
                                      .every_s = p->settings.ingest.p1_every_s,
                                      .metrics = p->metrics};
    p->meters = p1_readers_start(&meters, e);
    if (!p->meters) return err_within(e, "ingest.p1_sources");
    return !p->broker || town_broker_listen(p->broker, e);
}

static bool start_schedule(struct peil *p, err *e)
{
    return schedule_start(p->schedule, e);
}

// ---- The whole ---------------------------------------------------------------------------------------------------

// clang-format off
static bool (*const starters[])(struct peil *, err *) = {  // one a line
    memory_start,
    start_store,
    alive_start,
    start_identity,
    tell_settings,
    start_login,
    start_ingest,
    start_sta,
    start_api,
    start_areas,
    start_watch,
    start_kpi,
    start_feeds,
    town_care_start,
    start_broker,
    start_portal,
    first_areas_start,
    listen_start_http,
    listen_start_admin,
    start_listening,
    start_schedule,
};
// clang-format on

bool peil_start(const struct settings *s, struct peil **out, err *e)
{
    struct peil *p = calloc(1, sizeof *p);
    if (!p) return err_no_memory(e);
    p->settings = *s;
    p->arena = arena_new(PEIL_ARENA_BYTES);
    p->metrics = metrics_new();
    p->schedule = schedule_new();
    bool ok = (p->arena && p->metrics && p->schedule) || err_no_memory(e);
    for (size_t k = 0; ok && k < sizeof starters / sizeof starters[0]; k++) ok = starters[k](p, e);
    if (!ok) {
        peil_stop(p);
        return false;
    }
    *out = p;
    return true;
}

int peil_port(const struct peil *p)
{
    return http_port(p->http);
}

void peil_reload(struct peil *p, const struct settings *s)
{
    log_level level;
    if (log_level_parse(s->log.level, &level)) log_set_level(level);
    err untold;
    if (!settings_tell(p->store, s, time_now(), &untold))
        log_error("changed settings could not be logged", "error=%s", err_code_name(untold.code).p);
    const ingest_config c = {.accept_new_devices = s->ingest.accept_new_devices, .metrics = p->metrics};
    ingest_configure(p->ingest, &c);
    err e;
    char text[512];
    if (!http_reload_certificate(p->http, &e))
        log_error("the certificate stays the old one", "why=%s", log_quote(text, str_of(e.text)));
}

// From the highest to the lowest: first nothing new comes in, then what came in is finished.
void peil_stop(struct peil *p)
{
    if (p->admin) http_stop(p->admin, 0);
    imports_free(p->imports);
    schedule_stop(p->schedule);
    feeds_stop(p->feeds);
    portal_stop(p->portal);
    rules_stop(p->api.rules);
    if (p->redirect) http_stop(p->redirect, 0);
    if (p->http) http_stop(p->http, STOP_GRACE_S);
    rate_free(p->rate);
    passwords_free(p->passwords);
    oidc_free(p->oidc);
    town_broker_stop(p->broker);
    p1_readers_stop(p->meters);
    push_free(p->push);
    watch_stop(p->watch);
    err ignored;
    if (p->ingest) (void)!ingest_write_raw(p->ingest, &ignored);
    for (bool more = p->ingest != NULL; more && ingest_write_heard(p->ingest, &more, &ignored);) continue;
    alive_stop(p);
    rollups_stop(
        p->rollups);  // the last to write: a commit after its note and all sums are looked over at the next start
    if (p->store) store_close(p->store);
    watch_close(p->watch);
    rollups_close(p->rollups);
    portal_close(p->portal);
    care_close(p->care);
    town_broker_close(p->broker);
    feeds_close(p->feeds);
    p1_readers_free(p->meters);
    ingest_free(p->ingest);
    site_close(p->site);
    identity_free(p->identity);
    kpi_office_close(p->kpi);
    api_kept_free(p->api.kept);
    areas_close(p->areas);
    schedule_free(p->schedule);
    tz_free(p->zone);
    metrics_free(p->metrics);
    arena_free(p->arena);
    free(p);
}
