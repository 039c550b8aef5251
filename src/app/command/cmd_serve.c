// SPDX-License-Identifier: EUPL-1.2
#include "app/command/command.h"
#include "app/serve/notify.h"
#include "app/serve/peil.h"
#include "base/log.h"

#include <stdio.h>

static const struct flag flags[] = {
    {"port", "N", "listen on this port of loopback (http.listen)", "http.listen", "127.0.0.1:%s"},
    {"listen", "ADDRESS", "listen there: 0.0.0.0:8080, [::1]:8080 (http.listen)", "http.listen", NULL},
    {"web", "DIR", "built pages of the portal (portal.web_directory)", "portal.web_directory", NULL},
    {0},
};

struct serving {
    struct invocation *in;
    struct peil *peil;
};

// SIGHUP: read the settings again. Wrong ones are reported and the old ones stay.
static void reload(void *context)
{
    struct serving *s = context;
    arena *a = arena_new((size_t)4 << 20);
    struct settings fresh;
    char text[256];
    err e;
    notify_systemd("RELOADING=1");
    if (!a) return;
    if (settings_load(s->in->config_file, s->in->overrides, s->in->override_count, a, &fresh, &e)) {
        peil_reload(s->peil, &fresh);
        log_notice("settings read again", "file=%s",
                   log_quote(text, str_of(s->in->config_file ? s->in->config_file : "none")));
    } else {
        log_error("settings not taken over", "why=%s", log_quote(text, str_of(e.text)));
    }
    arena_free(a);
    notify_systemd("READY=1");
}

static int run(struct invocation *in, err *e)
{
    log_level level;
    if (log_level_parse(in->settings.log.level, &level)) log_set_level(level);
    peil_block_signals();
    struct serving s = {.in = in};
    if (!peil_start(&in->settings, &s.peil, e)) return -1;
    log_notice("ready", "address=%.*s version=%s", STR_ARG(s.peil->sta.root_url), PEIL_VERSION);
    printf("%.*s\n", STR_ARG(s.peil->sta.root_url));
    fflush(stdout);
    notify_systemd("READY=1");
    peil_wait(reload, &s);
    notify_systemd("STOPPING=1");
    log_notice("stopping: finishing what was taken in");
    peil_stop(s.peil);
    log_notice("stopped");
    return 0;
}

const struct command command_serve = {
    .name = "serve",
    .summary = "take in readings, keep them, show them: the service itself",
    .words = "",
    .flags = flags,
    .about = "Runs until SIGTERM or SIGINT, then finishes what was acknowledged and ends with status 0. "
             "SIGHUP reads the\n"
             "settings again. Prints its address on stdout when it is ready; logs go to stderr.",
    .examples = "  peil serve --data /var/lib/peil\n"
                "  peil serve --data data --port 8081 --set ingest.accept_new_devices=yes\n"
                "  PEIL_LOG_LEVEL=debug peil serve --config /etc/peil/peil.conf\n",
    .run = run,
};
