// SPDX-License-Identifier: EUPL-1.2
#include "app/command/command.h"
#include "app/serve/peil.h"
#include "app/command/progress.h"
#include "demo/demo.h"
#include "mqtt/broker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct flag flags[] = {
    {"port", "N", "listen on this port of loopback (http.listen)", "http.listen", "127.0.0.1:%s"},
    {"listen", "ADDRESS", "listen there (http.listen)", "http.listen", NULL},
    {"web", "DIR", "built pages of the portal (portal.web_directory)", "portal.web_directory", NULL},
    {"fill-only", NULL, "fill the store with the town and its readings, and end", NULL, NULL},
    {0},
};

struct demo {
    struct invocation *in;
    struct settings settings;
    struct mqtt_broker *broker;
    struct peil *peil;
    struct demo_feed *feed;
    char token[TOKEN_TEXT_MAX];
    char resident[DEMO_LINK_MAX];  // page of a made-up resident, on the first start
};

static bool directory_make(const char *path, err *e)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST) return true;
    return err_set(e, ERR_IO, ERR_NOWHERE, "cannot make %s: %s", path, strerror(errno));
}

static bool start_broker(struct demo *d, err *e)
{
    str data, queue;
    if (!arena_copy(d->in->arena, d->settings.store.directory, &data) ||
        !arena_print(d->in->arena, &queue, "%s/mosquitto", data.p))
        return err_no_memory(e);
    if (!directory_make(data.p, e) || !directory_make(queue.p, e)) return false;
    const mqtt_broker_config c = {.directory = queue};
    d->broker = mqtt_broker_start(&c, e);
    if (!d->broker) return false;
    d->settings.mqtt.host = STR("127.0.0.1");
    d->settings.mqtt.port = mqtt_broker_port(d->broker);
    d->settings.mqtt.publish_unasked = false;  // our own broker says who asks
    return true;
}

static void show(int64_t done, int64_t all, void *context)
{
    progress_show(context, done, all);
}

static bool fill_kpi(struct demo *d, err *e)
{
    const struct kpi_office *o = d->peil->kpi;
    const instant now = time_now();
    size_t measured;
    if (!o) return true;
    return demo_kpi_fill(o, now, e) && rollups_catch_up(d->peil->rollups, e) &&
           kpi_measure_year(o, &d->peil->kpi_work.from, kpi_office_year(o, now), now, &measured, e);
}

// On the first start only.
static bool fill(struct demo *d, err *e)
{
    struct snapshot *at;
    const struct query things = {.set = SET_THING, .top = -1};
    int64_t there;
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): peil runs by now
    if (!snapshot_open(d->peil->store, &at, e)) return false;
    const bool counted = snapshot_show(at, ACCESS_PRIVATE, e) && store_count(at, &things, &there, e);
    snapshot_close(at);
    if (!counted || there > 0) return counted;
    struct progress p = progress_start("making the demo town");
    const bool ok = demo_fill(d->peil->store, d->peil->ingest, time_now() / TIME_MINUTE * TIME_MINUTE, show,
                              &p, e);
    progress_end(&p);
    return ok && fill_kpi(d, e) &&
           (!d->peil->care || demo_homes_fill(d->peil->care, d->peil->zone, time_now(), d->resident, e));
}

// The key of the vault beside the data directory, never in it.
static bool care_on(struct demo *d, err *e)
{
    struct settings *s = &d->settings;
    str data = s->store.directory;
    while (data.n > 1 && data.p[data.n - 1] == '/') data.n--;
    s->care.enabled = true;
    return s->care.key_file.n > 0 ||
           arena_print(d->in->arena, &s->care.key_file, "%.*s.vault-key", STR_ARG(data)) || err_no_memory(e);
}

// A token that this run may show; the one of the last run is withdrawn.
static bool token_renew(struct identity *i, str name, role r, char text[static TOKEN_TEXT_MAX], err *e)
{
    err absent;
    (void)!token_withdraw(i, &principal_local, name, time_now(), &absent);
    return token_create(i, &principal_local, name, r, time_now(), text, e);
}

static bool start_feed(struct demo *d, err *e)
{
    char url[64], token[TOKEN_TEXT_MAX];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", peil_port(d->peil));
    if (!token_renew(d->peil->identity, STR("demo-feed"), ROLE_EDITOR, token, e)) return false;
    const demo_feed_config c = {.store = d->peil->store,
                                .root_url = url,
                                .token = token,
                                .mqtt_host = d->settings.mqtt.host,
                                .mqtt_port = (int)d->settings.mqtt.port};
    d->feed = demo_feed_start(&c, e);
    return d->feed != NULL;
}

static void greet(const struct demo *d)
{
    printf("\npeil runs at  %.*s  (demo data). Stop it with Ctrl-C.\n"
           "A reading of your own, over HTTP and over MQTT:\n"
           "  curl -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' \\\n"
           "    -d '{\"result\": 21.5}' '%.*s/v1.1/Datastreams(1)/Observations'\n"
           "  mosquitto_pub -p %lld -q 1 -t 'v1.1/Datastreams(1)/Observations' -m '{\"result\": 21.5}'\n"
           "Staff log in at %.*s/team, each with an account:\n"
           "  %s user create --data %.*s --role administrator NAME\n",
           STR_ARG(d->peil->sta.root_url), d->token, STR_ARG(d->peil->sta.root_url),
           (long long)d->settings.mqtt.port, STR_ARG(d->peil->sta.root_url), program_invocation_name,
           STR_ARG(d->settings.store.directory));
    if (d->resident[0])
        printf("Sign of life, as a made-up resident sees it:  %.*s/%s\n"
               "The care desk is at /team/zorg, for accounts with --role care.\n",
               STR_ARG(d->peil->sta.root_url), d->resident);
    fflush(stdout);
}

static bool start(struct demo *d, err *e)
{
    return store_is_free(d->settings.store.directory, e) && start_broker(d, e) && care_on(d, e) &&
           peil_start(&d->settings, &d->peil, e) && fill(d, e) &&
           token_renew(d->peil->identity, STR("demo"), ROLE_EDITOR, d->token, e);
}

static void stop(struct demo *d)
{
    demo_feed_stop(d->feed);
    if (d->peil) peil_stop(d->peil);
    mqtt_broker_stop(d->broker);
}

static int run(struct invocation *in, err *e)
{
    struct demo d = {.in = in, .settings = in->settings};
    d.settings.ingest.accept_new_devices = true;
    d.settings.portal.demo = true;
    peil_block_signals();
    bool ok = start(&d, e);
    if (ok && !flag_given(in, "fill-only")) {
        ok = start_feed(&d, e);
        if (ok) {
            greet(&d);
            peil_wait(NULL, NULL);  // a terminal that is closed ends the demo
        }
    }
    stop(&d);
    return ok ? 0 : -1;
}

const struct command command_demo = {
    .name = "demo",
    .summary = "run peil with a made-up town: 60 devices, 30 days of readings, a live feed",
    .words = "",
    .flags = flags,
    .about = "On the first start it fills an empty store with a town modelled on Rijswijk; then it serves "
             "it, starts a private\n"
             "MQTT broker (Mosquitto), and keeps sending readings through the real HTTP and MQTT paths. "
             "Everything it makes is\n"
             "marked as demo.",
    .examples = "  peil demo\n"
                "  peil demo --data /tmp/town --port 8090\n",
    .run = run,
};
