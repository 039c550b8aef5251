// SPDX-License-Identifier: EUPL-1.2
// The Things Network v2, shut down at the end of 2021: uplinks as its archives hold them, one a line, the topic before it
// or not.
// Source   The Things Network v2, HTTP integration and MQTT API
#include "ingest/lorawan/uplink.h"

#define READINGS_MAX 20000
#define LINES_MAX 2000

static const char *const topics[] = {"+/devices/+/up", NULL};

static bool read_message(const json *message, struct gather *g, err *e)
{
    const json *metadata = json_get(message, STR("metadata")),
               *decoded = json_get(message, STR("payload_fields"));
    const json *port = json_get(message, STR("port"));
    const str eui = json_text(message, STR("hardware_serial"));
    struct uplink u = {.decoded = decoded && decoded->type == JSON_OBJECT ? decoded : NULL,
                       .payload = json_get(message, STR("payload_raw")),
                       .decoder = uplink_decoder_of_query(g->m, g->a)};
    if (port && !num_parse_int(port->text, &u.f_port, NULL)) u.f_port = 0;
    if (!json_get(message, STR("app_id")))
        return err_set(e, ERR_MISSING, message->at,
                       "'app_id' is missing: not an uplink of The Things Network v2");
    if (!gather_device(g, eui.n ? eui : json_text(message, STR("dev_id")), e)) return false;
    uplink_read_signal(json_get(metadata, STR("gateways")), g);
    (void)uplink_read_place(metadata, g);
    return gather_time_text(g, STR("metadata.time"), json_get(metadata, STR("time")), e) &&
           uplink_read(&u, g, e);
}

static bool read_line(str line, struct gather *g, err *e)
{
    json *message;
    size_t at;
    if (!str_find(line, STR("{"), &at)) return err_set(e, ERR_SYNTAX, 0, "no JSON here");
    if (!json_parse(str_slice(line, at, line.n), g->a, &message, e) || !read_message(message, g, e))
        return false;
    gather_group(g);
    return true;
}

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    struct gather g;
    str rest = m->body, line;
    gather_start(&g, m, READINGS_MAX, a);
    if (str_trim(rest).n == 0) return err_set(e, ERR_SYNTAX, 0, "the message is empty");
    for (size_t number = 1; str_cut(&rest, '\n', &line); number++) {
        line = str_trim(line);
        if (line.n == 0) continue;
        if (number > LINES_MAX) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d lines", LINES_MAX);
        if (!read_line(line, &g, e)) return err_within(e, "line %zu", number);
    }
    gather_end(&g, out);
    return true;
}

const struct device_adapter device_ttn_v2 = {
    .name = STR("ttn_v2"),
    .title = STR("The Things Network v2"),
    .topics = topics,
    .path = "ttn_v2",
    .reply_status = 200,
    .decode = decode,
};
