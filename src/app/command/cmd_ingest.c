// SPDX-License-Identifier: EUPL-1.2
#include "app/command/admin_client.h"
#include "app/command/command.h"
#include "app/command/ingest_show.h"
#include "app/serve/peil.h"
#include "base/file.h"
#include "ingest/shape.h"
#include "ingest/site.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX ((size_t)64 << 20)
#define DECODE_MEMORY ((size_t)256 << 20)

static const struct flag flags[] = {
    {"format", "NAME", "the kind of device; else told by the look of the message", NULL, NULL},
    {"topic", "TOPIC", "the MQTT topic that it came on", NULL, NULL},
    {"query", "QUERY", "what stands behind '?' in the address: decoder=milesight-ws302", NULL, NULL},
    {"device", "NAME", "test: the device, for formats that do not name it; show: only its messages", NULL,
     NULL},
    {"since", "TIME", "replay, show: only what was received from then on (UTC)", NULL, NULL},
    {"until", "TIME", "replay, show: only what was received before then (UTC)", NULL, NULL},
    {"whole", NULL, "show: messages whole, not their first 1,000 bytes", NULL, NULL},
    {0},
};

// ---- the message -------------------------------------------------------------------------------------------------

static str flag_text(const struct invocation *in, const char *name)
{
    return str_of(flag_value(in, name));
}

static bool names_of_formats(arena *a, str *out)
{
    size_t count;
    const struct device_adapter *const *all = device_all(&count);
    *out = (str){0};
    for (size_t i = 0; i < count; i++)
        if (!arena_print(a, out, "%.*s%s%.*s", STR_ARG(*out), i ? ", " : "", STR_ARG(all[i]->name)))
            return false;
    return true;
}

static bool choose_format(const struct invocation *in, str body, const struct device_adapter **out, err *e)
{
    const str named = flag_text(in, "format");
    str names;
    *out = named.n ? device_by_name(named) : device_by_shape(body);
    if (*out) return true;
    if (!names_of_formats(in->arena, &names)) return err_no_memory(e);
    return err_set(e, named.n ? ERR_USAGE : ERR_SYNTAX, ERR_NOWHERE, "%s%.*s; --format is one of: %.*s",
                   named.n ? "there is no format " : "the message looks like nothing that peil reads",
                   STR_ARG(named), STR_ARG(names));
}

static str device_header(const char *name, const void *context)
{
    return strcmp(name, "X-Sensor") == 0 ? flag_text(context, "device") : (str){0};
}

// As it would come: the device in the header, the address and the query, wherever its format looks.
static bool message_of(const struct invocation *in, str body, const struct device_site *site,
                       struct device_message *out, err *e)
{
    const str device = flag_text(in, "device"), query = flag_text(in, "query");
    *out = (struct device_message){.topic = flag_text(in, "topic"),
                                   .query = query,
                                   .body = body,
                                   .received = time_now(),
                                   .header = device_header,
                                   .context = in,
                                   .site = site};
    if (device.n == 0) return true;
    return (arena_print(in->arena, &out->path, "/boxes/%.*s/data", STR_ARG(device)) &&
            arena_print(in->arena, &out->query, "%.*s%sdevice=%.*s", STR_ARG(query), query.n ? "&" : "",
                        STR_ARG(device))) ||
           err_no_memory(e);
}

// ---- what peil makes of it ---------------------------------------------------------------------------------------

static const struct {
    unsigned flag;
    const char *word;
} flag_words[] = {
    {READING_CONVERTED, "converted"},
    {READING_IMPLAUSIBLE, "implausible"},
    {READING_CLOCK, "clock"},
    {READING_SATURATED, "saturated"},
};

static void print_value(const struct reading *r)
{
    buf b = {.max = 4096};
    value_write_json(&b, &r->result);
    printf("  %.*s", STR_ARG(buf_str(&b)));
    if (r->quantity && r->quantity->symbol.n) printf(" %.*s", STR_ARG(r->quantity->symbol));
    buf_free(&b);
}

static void print_reading(const struct reading *r)
{
    char text[TIME_TEXT_MAX];
    const str time = {text, r->time == TIME_NONE ? 0 : time_write(text, r->time)};
    const char *separator = "  [";
    printf("%-27.*s  %.*s%s%.*s  %.*s", STR_ARG(time.n ? time : STR("(time of receipt)")), STR_ARG(r->device),
           r->sensor.n ? ", " : "", STR_ARG(r->sensor), STR_ARG(r->quantity ? r->quantity->key : r->name));
    if (!r->quantity) printf(" (not known to peil)");
    print_value(r);
    for (size_t i = 0; i < sizeof flag_words / sizeof flag_words[0]; i++) {
        if (!(r->flags & flag_words[i].flag)) continue;
        printf("%s%s", separator, flag_words[i].word);
        separator = ", ";
    }
    if (*separator == ',') printf("%s%.*s]", r->why.n ? ": " : "", STR_ARG(r->why));
    printf("\n");
}

static void print_state(const struct device_result *r)
{
    const struct device_state *s = &r->state;
    if (r->sequence.n) printf("sequence: %.*s\n", STR_ARG(r->sequence));
    if (!isnan(s->latitude) && !isnan(s->longitude)) printf("place: %.6f, %.6f\n", s->latitude, s->longitude);
    if (!isnan(s->battery_percent)) printf("battery: %g %%\n", s->battery_percent);
    if (!isnan(s->rssi_dbm)) printf("signal: %g dBm\n", s->rssi_dbm);
    if (r->note.n) printf("note: %.*s\n", STR_ARG(r->note));
}

static void print_result(const struct device_adapter *d, const struct device_result *r)
{
    printf("format: %.*s (%.*s)\n", STR_ARG(d->name), STR_ARG(d->title));
    if (r->device.n) printf("device: %.*s\n", STR_ARG(r->device));
    print_state(r);
    for (size_t i = 0; i < r->reading_count; i++) print_reading(&r->readings[i]);
    for (size_t i = 0; i < r->reject_count; i++) {
        printf("refused: %s", r->rejects[i].why.text);
        if (r->rejects[i].why.at != ERR_NOWHERE) printf(" (byte %zu)", r->rejects[i].why.at);
        printf("\n");
    }
    printf("%zu readings, %zu values refused; nothing was stored\n", r->reading_count, r->reject_count);
}

static bool test(struct invocation *in, const struct device_site *site, str body, arena *a, err *e)
{
    const struct device_adapter *adapter;
    struct device_message m;
    struct device_result r = {.state = DEVICE_STATE_NONE};
    if (!choose_format(in, body, &adapter, e) || !message_of(in, body, site, &m, e)) return false;
    if (!adapter->decode(&m, a, &r, e)) {
        if (e->at != ERR_NOWHERE) (void)err_within(e, "byte %zu", e->at);
        return err_within(e, "as %.*s", STR_ARG(adapter->name));
    }
    print_result(adapter, &r);
    return true;
}

static bool read_message(const char *name, buf *b, err *e)
{
    char piece[65536];
    if (strcmp(name, "-") != 0) return file_read(name, b, e);
    for (size_t n; (n = fread(piece, 1, sizeof piece, stdin)) > 0;) buf_add(b, (str){piece, n});
    if (ferror(stdin)) return err_set(e, ERR_IO, ERR_NOWHERE, "cannot read the standard input");
    return !b->failed || err_set(e, ERR_LIMIT, ERR_NOWHERE, "a message has at most %zu bytes", MESSAGE_MAX);
}

// ---- messages as they came, read again ----------------------------------------------------------------------------

static bool read_wish(const struct invocation *in, struct ingest_wish *out, err *e)
{
    const str since = flag_text(in, "since"), until = flag_text(in, "until");
    *out = (struct ingest_wish){.when = {0, TIME_MAX},
                                .format = flag_text(in, "format"),
                                .device = flag_text(in, "device"),
                                .is_whole = flag_given(in, "whole")};
    if (since.n && !time_parse_utc(since, &out->when.start, e)) return err_within(e, "--since");
    if (until.n && !time_parse_utc(until, &out->when.end, e)) return err_within(e, "--until");
    return out->format.n == 0 || device_by_name(out->format) ||
           err_set(e, ERR_USAGE, ERR_NOWHERE, "there is no format '%.*s'", STR_ARG(out->format));
}

static bool replay(struct invocation *in, err *e)
{
    struct ingest_wish wish;
    str path;
    json *answer;
    if (!read_wish(in, &wish, e)) return false;
    if (!arena_print(in->arena, &path, "/replay?since=%lld&until=%lld&format=%.*s",
                     (long long)wish.when.start, (long long)wish.when.end, STR_ARG(wish.format)))
        return err_no_memory(e);
    if (!admin_ask(&in->settings, "POST", path.p, (str){0}, in->arena, &answer, e)) return false;
    static const char *const members[] = {"messages", "stored", "known", "refused"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const json *n = json_get(answer, str_of(members[i]));
        printf("%s%.*s %s", i ? ", " : "", STR_ARG(n ? n->text : STR("?")), members[i]);
    }
    printf("\n");
    return true;
}

static bool show(struct invocation *in, err *e)
{
    struct ingest_wish wish;
    struct site *site = NULL;
    const bool ok = read_wish(in, &wish, e) && peil_open_site(&in->settings, NULL, in->arena, &site, e) &&
                    ingest_show(in, &wish, site_of_devices(site), e);
    site_close(site);
    return ok;
}

static bool test_file(struct invocation *in, err *e)
{
    struct site *site = NULL;
    buf b = {.max = MESSAGE_MAX};
    arena *a = arena_new(DECODE_MEMORY);
    bool ok = a || err_no_memory(e);
    ok = ok && read_message(in->words[1], &b, e) &&
         peil_open_site(&in->settings, NULL, in->arena, &site, e) &&
         test(in, site_of_devices(site), buf_str(&b), a, e);
    site_close(site);
    arena_free(a);
    buf_free(&b);
    return ok;
}

static int run(struct invocation *in, err *e)
{
    static const struct {
        const char *name;
        int words;
        bool (*run)(struct invocation *in, err *e);
    } verbs[] = {{"test", 2, test_file}, {"show", 1, show}, {"replay", 1, replay}};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].name, in->words[0]) == 0 && verbs[i].words == in->word_count)
            return verbs[i].run(in, e) ? 0 : -1;
    err_set(e, ERR_USAGE, ERR_NOWHERE, "expected test FILE, show or replay, not '%s'", in->words[0]);
    return -1;
}

const struct command command_ingest = {
    .name = "ingest",
    .summary = "show what peil makes of a device's message, and the messages that it kept",
    .words = "test FILE | show | replay",
    .words_min = 1,
    .words_max = 2,
    .flags = flags,
    .about =
        "test stores nothing. It prints each reading: its time, device and sensor, quantity, value in peil's "
        "unit, and what was "
        "converted "
        "or doubted;\n"
        "then what could not be read, with the place in the message. FILE - is the standard input. The "
        "operator's payload\n"
        "descriptions and mapping file are used, as the settings name them.\n"
        "show prints the messages that peil kept as they came (ingest.raw_days), up to the last ten seconds, "
        "oldest first, of a\n"
        "running peil or a stopped one. What is no plain text is written as \\n, \\u{1b} or \\xff, a "
        "backslash twice. A device is told\n"
        "by its adapter; of a message that cannot be read, by its name standing in it.\n"
        "replay reads the messages that peil kept as they came (ingest.raw_days) once more, on a "
        "running peil: after "
        "a better\n"
        "description or decoder. What is stored already is not stored twice.",
    .examples = "  peil ingest test message.json\n"
                "  peil ingest show --data data --device esp8266-1234567 --since 2026-11-26\n"
                "  peil ingest test uplink.json --format tts_v3 --query decoder=milesight-ws302\n"
                "  mosquitto_sub -C 1 -t tele/plug/SENSOR | peil ingest test - --topic tele/plug/SENSOR "
                "--format tasmota\n",
    .run = run,
};
