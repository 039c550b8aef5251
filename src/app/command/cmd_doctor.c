// SPDX-License-Identifier: EUPL-1.2
#include "app/command/command.h"
#include "app/command/open_store.h"
#include "care/care.h"

#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define ROOM_LEAST ((uint64_t)64 << 20)

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
    int64_t findings = file_is_readable(s->mqtt.password_file, "mqtt.password_file");
    findings += file_is_readable(s->mqtt.ca_file, "mqtt.ca_file");
    findings += file_is_readable(s->mqtt.cert_file, "mqtt.cert_file");
    findings += file_is_readable(s->mqtt.key_file, "mqtt.key_file");
    findings += file_is_readable(s->portal.areas_file, "portal.areas_file");
    findings += file_is_readable(s->portal.postcodes_file, "portal.postcodes_file");
    findings += file_is_readable(s->portal.theme_file, "portal.theme_file");
    return findings;
}

// What peil would run into when it writes here.
static int64_t disk_check(const char *directory)
{
    struct statvfs disk;
    if (statvfs(directory, &disk) != 0) return 0;  // the store is not there either, which is told next
    if (disk.f_flag & ST_RDONLY) {
        printf("- The disk of %s is read-only: nothing can be stored.\n", directory);
        return 1;
    }
    const uint64_t room = (uint64_t)disk.f_bavail * disk.f_frsize;
    if (room >= ROOM_LEAST) return 0;
    printf("- The disk of %s has only %llu MB left.\n", directory, (unsigned long long)(room >> 20));
    return 1;
}

static bool store_examine(struct invocation *in, int64_t *findings, err *e)
{
    struct store *s;
    str withdrawn;
    if (!settings_withdrawn_file(&in->settings, in->arena, &withdrawn, e) ||
        !command_open_store(in, STORE_TO_READ, &s, e))
        return false;
    const bool ok = store_check(s, finding, NULL, findings, e) &&
                    care_examine(s, withdrawn.p, finding, NULL, findings, e);
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
    findings += disk_check(directory.p);
    if (!store_examine(in, &in_store, e)) {
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
        "entities, SQLite's own check, the disk's room, and the settings. Exit status 0: nothing found, 1: "
        "something was.",
    .examples = "  peil doctor --data /var/lib/peil\n",
    .run = run,
};
