// SPDX-License-Identifier: EUPL-1.2
// ChirpStack v4: events by its HTTP or MQTT integration, as JSON.
// Source   ChirpStack documentation, event types; protobuf's JSON: a number that is left out is 0
#include "http/server.h"
#include "ingest/lorawan/uplink.h"

#define READINGS_MAX 500

static const char *const topics[] = {"application/+/device/+/event/+", NULL};

static bool is_true(const json *object, str key)
{
    const json *j = json_get(object, key);
    return j && j->type == JSON_TRUE;
}

// ---- events ------------------------------------------------------------------------------------------------------

static bool read_up(const json *event, struct gather *g, err *e)
{
    const json *device = json_get(event, STR("deviceInfo"));
    const json *decoded = json_get(event, STR("object"));
    const str named = json_text(json_get(device, STR("tags")), STR("decoder"));
    double f_port = 0;
    (void)json_number(event, STR("fPort"), &f_port);
    const struct uplink u = {
        .decoded = decoded && decoded->type == JSON_OBJECT ? decoded : NULL,
        .payload = json_get(event, STR("data")),
        .f_port = f_port >= 0 && f_port <= 255 ? (int64_t)f_port : 0,
        .decoder = named.n ? named : uplink_decoder_of_query(g->m, g->a),
        .model = json_text(device, STR("deviceProfileName")),
    };
    uplink_read_signal(json_get(event, STR("rxInfo")), g);
    return gather_time_text(g, STR("time"), json_get(event, STR("time")), e) && uplink_read(&u, g, e);
}

// 0 % with a power cable, or when the device does not know, is no empty battery.
static bool read_status(const json *event, struct gather *g, err *e)
{
    double level;
    (void)e;
    g->out.note = STR("the state of the device; no readings");
    if (is_true(event, STR("externalPowerSource")) || is_true(event, STR("batteryLevelUnavailable")))
        return true;
    if (json_number(event, STR("batteryLevel"), &level)) g->out.state.battery_percent = level;
    return true;
}

static bool read_location(const json *event, struct gather *g, err *e)
{
    (void)e;
    g->out.note = STR("a place that the network worked out; no readings");
    (void)uplink_read_place(json_get(event, STR("location")), g);
    return true;
}

static bool read_nothing(const json *event, struct gather *g, err *e)
{
    (void)event, (void)e;
    g->out.note = STR("an event of the network; no readings");
    return true;
}

// The network server refuses a frame that was sent before or whose signature is wrong, and says so here.
static bool read_log(const json *event, struct gather *g, err *e)
{
    const str code = json_text(event, STR("code"));
    if (code.n == 0) return read_nothing(event, g, e);
    return arena_print(g->a, &g->out.note, "the network server says %.*s; no readings", STR_ARG(code)) ||
           err_no_memory(e);
}

// An event is named by the address or the topic; without either, by what it alone has.
static const struct event {
    str name, member;
    bool (*read)(const json *event, struct gather *g, err *e);
} events[] = {
    {STR("up"), STR("fPort"), read_up},
    {STR("up"), STR("data"), read_up},
    {STR("up"), STR("rxInfo"), read_up},
    {STR("status"), STR("batteryLevel"), read_status},
    {STR("status"), STR("batteryLevelUnavailable"), read_status},
    {STR("status"), STR("externalPowerSource"), read_status},
    {STR("location"), STR("location"), read_location},
    {STR("log"), STR("level"), read_log},
    {STR("join"), STR("devAddr"), read_nothing},
    {STR("ack"), STR("acknowledged"), read_nothing},
    {STR("txack"), STR("downlinkId"), read_nothing},
    {STR("integration"), STR("integrationName"), read_nothing},
};

static str name_of_event(struct gather *g)
{
    str name, rest = g->m->topic, part = {0};
    if (http_query_get(g->m->query, STR("event"), g->a, &name)) return name;
    while (str_cut(&rest, '/', &part)) continue;
    return part;
}

static const struct event *event_of(const json *message, struct gather *g)
{
    const str name = name_of_event(g);
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        if (name.n ? str_eq(events[i].name, name) : json_get(message, events[i].member) != NULL)
            return &events[i];
    return NULL;
}

static bool read_message(const json *message, struct gather *g, err *e)
{
    const json *device;
    if (!json_need(message, STR("deviceInfo"), JSON_OBJECT, &device, e)) return false;
    const struct event *event = event_of(message, g);
    if (!event) return err_set(e, ERR_UNKNOWN, message->at, "not an event of ChirpStack v4 that peil knows");
    g->out.sequence = json_text(message, STR("deduplicationId"));
    return gather_device(g, json_text(device, STR("devEui")), e) && event->read(message, g, e);
}

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    struct gather g;
    json *message;
    gather_start(&g, m, READINGS_MAX, a);
    if (str_starts(m->content_type, STR("application/octet-stream")))
        return err_set(e, ERR_MEDIA, ERR_NOWHERE,
                       "this is protobuf: choose JSON in the integration of ChirpStack");
    if (!json_parse(m->body, a, &message, e) || !read_message(message, &g, e)) return false;
    gather_end(&g, out);
    return true;
}

const struct device_adapter device_chirpstack_v4 = {
    .name = STR("chirpstack_v4"),
    .title = STR("ChirpStack v4"),
    .topics = topics,
    .path = "chirpstack_v4",
    .reply_status = 200,
    .decode = decode,
};
