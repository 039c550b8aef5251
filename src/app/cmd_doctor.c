// SPDX-License-Identifier: EUPL-1.2
#include "app/command.h"
#include "base/tz.h"
#include "store/store.h"

#include <stdio.h>
#include <unistd.h>

static void finding(const char *sentence, void *context)
{
    (void)context;
    printf("- %s\n", sentence);
}

static int64_t file_is_readable(str path, const char *setting)
{
    char name[4096];
    if (path.n == 0) return 0;
    snprintf(name, sizeof name, "%.*s", STR_ARG(path));
    if (access(name, R_OK) == 0) return 0;
    printf("- %s: the file %s cannot be read.\n", setting, name);
    return 1;
}

// What can be wrong with settings beyond their form.
static int64_t settings_check(const struct settings *s)
{
    int64_t findings = 0;
    char zone[256];
    err e;
    snprintf(zone, sizeof zone, "%.*s", STR_ARG(s->portal.zone));
    struct tz *tz = tz_load(zone, &e);
    if (!tz) {
        printf("- portal.zone: %s.\n", e.text);
        findings++;
    }
    tz_free(tz);
    findings += file_is_readable(s->mqtt.password_file, "mqtt.password_file");
    findings += file_is_readable(s->mqtt.ca_file, "mqtt.ca_file");
    findings += file_is_readable(s->mqtt.cert_file, "mqtt.cert_file");
    findings += file_is_readable(s->mqtt.key_file, "mqtt.key_file");
    findings += file_is_readable(s->portal.areas_file, "portal.areas_file");
    if (s->http.root_url.n && !str_starts(s->http.root_url, STR("https://")) &&
        !str_starts(s->http.root_url, STR("http://"))) {
        printf("- http.root_url starts with https:// (or http://), so that links work.\n");
        findings++;
    }
    return findings;
}

static bool store_examine(const char *directory, int64_t *findings, err *e)
{
    const store_config c = {.directory = directory, .read_only = true};
    struct store *s;
    if (!store_open(&c, &s, e)) return false;
    const bool ok = store_check(s, finding, NULL, findings, e);
    store_close(s);
    return ok;
}

static int run(struct invocation *in, err *e)
{
    str directory;
    if (!arena_copy(in->arena, in->settings.store.directory, &directory)) {
        err_no_memory(e);
        return -1;
    }
    printf("Settings: %s\n", in->config_file ? in->config_file : "defaults and environment, no file");
    int64_t findings = settings_check(&in->settings), in_store = 0;
    printf("Store: %s\n", directory.p);
    if (!store_examine(directory.p, &in_store, e)) {
        printf("- The store cannot be examined: %s.\n", e->text);
        in_store = 1;
    }
    findings += in_store;
    if (findings == 0)
        printf("Nothing is wrong.\n");
    else
        printf("%lld finding%s.\n", (long long)findings, findings == 1 ? "" : "s");
    return findings ? 1 : 0;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "say in plain words what is wrong with a store or its settings",
    .words = "",
    .about =
        "Reads everything and changes nothing: checksums of all readings, summaries against readings, links "
        "between\n"
        "entities, SQLite's own check, and the settings. Exit status 0: nothing found, 1: something was.",
    .examples = "  peil doctor --data /var/lib/peil\n",
    .run = run,
};
