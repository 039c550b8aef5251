// SPDX-License-Identifier: EUPL-1.2
#include "app/admin/admin.h"
#include "app/command/admin_client.h"
#include "app/command/command.h"
#include "app/command/open_store.h"
#include "ingest/registry.h"

#include <stdio.h>
#include <string.h>

#define LIST_BYTES_MAX ((size_t)64 << 20)

static const struct flag flags[] = {
    {"state", "STATE", "list only those that are known, waiting or blocked", NULL, NULL},
    {0},
};

static void print_number(const json *d, str name, const char *unit)
{
    double v;
    char text[32] = "-";
    if (json_number(d, name, &v)) snprintf(text, sizeof text, "%.0f%s", v, unit);
    printf(" %9s", text);
}

static void print_devices(const struct invocation *in, const json *list)
{
    const str wanted = str_of(flag_value(in, "state"));
    if (list->first)
        printf("%-8s %-21s %9s %9s %9s  %s\n", "STATE", "LAST HEARD", "MESSAGES", "BATTERY", "SIGNAL",
               "DEVICE");
    for (const json *d = list->first; d; d = d->next) {
        const str state = json_text(d, STR("state")), last = json_text(d, STR("lastSeen")),
                  clock = json_text(d, STR("clock")), owner = json_text(d, STR("owner"));
        if (wanted.n && !str_eq(wanted, state)) continue;
        printf("%-8.*s %-21.*s", STR_ARG(state), STR_ARG(last.n ? str_slice(last, 0, 19) : STR("never")));
        print_number(d, STR("messages"), "");
        print_number(d, STR("battery"), " %");
        print_number(d, STR("signal"), " dBm");
        printf("  %.*s/%.*s", STR_ARG(json_text(d, STR("kind"))), STR_ARG(json_text(d, STR("name"))));
        if (owner.n) printf("  (of %.*s)", STR_ARG(owner));
        if (clock.n) printf("  (%.*s)", STR_ARG(clock));
        printf("\n");
    }
}

// ---- On a store that nobody has open -----------------------------------------------------------------------------

static bool list_store(struct invocation *in, struct store *s, err *e)
{
    buf b = {.max = LIST_BYTES_MAX};
    json *list;
    const bool ok = device_list(s, &b, e) && json_parse(buf_str(&b), in->arena, &list, e);
    if (ok) print_devices(in, list);
    buf_free(&b);
    return ok;
}

static bool run_on_store(struct invocation *in, str verb, str key, str owner, err *e)
{
    const ingest_config ic = {0};
    struct store *s;
    if (!command_open_store(in, STORE_TO_WRITE, &s, e)) return false;
    struct ingest *ingest = ingest_new(s, &ic, e);
    const bool ok = ingest && (str_eq(verb, STR("list")) ? list_store(in, s, e)
                                                         : device_act(ingest, NULL, verb, key, owner, e));
    store_close(s);
    ingest_free(ingest);
    return ok;
}

// ---- On one that is being served ---------------------------------------------------------------------------------

static bool run_on_service(struct invocation *in, str verb, str key, str owner, err *e)
{
    json *answer;
    if (str_eq(verb, STR("list"))) {
        if (!admin_ask(&in->settings, "GET", "/devices", (str){0}, in->arena, &answer, e)) return false;
        print_devices(in, answer);
        return true;
    }
    buf b = {.max = 1 << 16};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_name(&w, STR("verb"));
    json_put_text(&w, verb);
    json_name(&w, STR("key"));
    json_put_text(&w, key);
    json_name(&w, STR("owner"));
    json_put_text(&w, owner);
    json_close(&w, '}');
    const bool ok = admin_ask(&in->settings, "POST", "/devices", buf_str(&b), in->arena, &answer, e);
    buf_free(&b);
    return ok;
}

static int run(struct invocation *in, err *e)
{
    const str verb = str_of(in->words[0]), key = str_of(in->word_count > 1 ? in->words[1] : ""),
              owner = str_of(in->word_count > 2 ? in->words[2] : "");
    device_action ignored;
    if (!str_eq(verb, STR("list")) && !device_action_by_name(verb, &ignored)) {
        err_set(e, ERR_USAGE, ERR_NOWHERE, "expected list, approve, block, assign or forget, not '%s'",
                in->words[0]);
        return -1;
    }
    if (!str_eq(verb, STR("list")) && key.n == 0) {
        err_set(e, ERR_USAGE, ERR_NOWHERE, "expected the device, as `peil device list` shows it: KIND/NAME");
        return -1;
    }
    if (run_on_service(in, verb, key, owner, e)) return 0;
    if (e->code != ERR_ABSENT) return -1;
    return run_on_store(in, verb, key, owner, e) ? 0 : -1;
}

const struct command command_device = {
    .name = "device",
    .summary = "list devices, let them in and shut them out",
    .words = "list | approve DEVICE | block DEVICE | assign DEVICE [TOKEN] | forget DEVICE",
    .words_min = 1,
    .words_max = 3,
    .flags = flags,
    .about = "A device is named KIND/NAME. approve lets in one that waits, was blocked, or was never heard; "
             "block refuses "
             "its\n"
             "messages; assign lets only the named token write for it, or any token when none is named; "
             "forget makes it a "
             "stranger\n"
             "again, its readings stay. Works on a running peil and on a stopped one. Every change is a line "
             "of the audit "
             "log.",
    .examples = "  peil device list --data data --state waiting\n"
                "  peil device approve --data data sensor_community/esp8266-1234567\n"
                "  peil device assign --data data tts_v3/70B3D57ED0000001 ttn-webhook\n",
    .run = run,
};
