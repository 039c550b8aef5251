// SPDX-License-Identifier: EUPL-1.2
// The Things Stack v3 (The Things Network): uplinks by webhook or MQTT, and lines of its storage API.
// Source   The Things Stack, data formats and MQTT; protobuf's JSON: a number that is left out is 0
#include "ingest/lorawan/uplink.h"

#define READINGS_MAX 2000
#define LINES_MAX 1000

static const char *const topics[] = {"v3/+/devices/+/up", "v3/+/devices/+/join", NULL};

// Other messages say what they are by the name of one member.
static const struct {
    str key, note;
} silent[] = {
    {STR("join_accept"), STR("the device joined the network; no readings")},
    {STR("location_solved"), STR("a place that the network worked out; no readings")},
    {STR("service_data"), STR("data of another service; no readings")},
    {STR("downlink_ack"), STR("about a message to the device; no readings")},
    {STR("downlink_nack"), STR("about a message to the device; no readings")},
    {STR("downlink_sent"), STR("about a message to the device; no readings")},
    {STR("downlink_failed"), STR("about a message to the device; no readings")},
    {STR("downlink_queued"), STR("about a message to the device; no readings")},
    {STR("downlink_queue_invalidated"), STR("about a message to the device; no readings")},
};

static int64_t number_or_zero(const json *object, str key)
{
    const json *j = json_get(object, key);
    int64_t v;
    return j && j->type == JSON_NUMBER && num_parse_int(j->text, &v, NULL) ? v : 0;
}

static bool read_device(const json *message, struct gather *g, err *e)
{
    const json *ids;
    if (!json_need(message, STR("end_device_ids"), JSON_OBJECT, &ids, e)) return false;
    const str eui = json_text(ids, STR("dev_eui"));
    return gather_device(g, eui.n ? eui : json_text(ids, STR("device_id")), e);
}

// A frame's counter starts again with each session. Without either there is nothing to know a frame by.
static bool read_sequence(const json *uplink, struct gather *g, err *e)
{
    const str session = json_text(uplink, STR("session_key_id"));
    if (session.n == 0) return true;
    return arena_print(g->a, &g->out.sequence, "%.*s/%lld", STR_ARG(session),
                       (long long)number_or_zero(uplink, STR("f_cnt"))) ||
           err_no_memory(e);
}

// "frm-payload": where it says it is; "user": where the operator put it.
static void read_place(const json *locations, struct gather *g)
{
    if (!uplink_read_place(json_get(locations, STR("frm-payload")), g))
        (void)uplink_read_place(json_get(locations, STR("user")), g);
}

static str decoder_of(const json *uplink, struct gather *g)
{
    const str named = json_text(json_get(uplink, STR("attributes")), STR("decoder"));
    return named.n ? named : uplink_decoder_of_query(g->m, g->a);
}

static bool read_uplink(const json *message, const json *uplink, struct gather *g, err *e)
{
    const json *at = json_get(uplink, STR("received_at"));
    const json *decoded = json_get(uplink, STR("decoded_payload"));
    const struct uplink u = {
        .decoded = decoded && decoded->type == JSON_OBJECT ? decoded : NULL,
        .payload = json_get(uplink, STR("frm_payload")),
        .f_port = number_or_zero(uplink, STR("f_port")),
        .decoder = decoder_of(uplink, g),
        .model = json_text(json_get(uplink, STR("version_ids")), STR("model_id")),
    };
    const json *simulated = json_get(message, STR("simulated"));
    if (simulated && simulated->type == JSON_TRUE) {
        g->out.note = STR("a simulated uplink measured nothing");
        return true;
    }
    uplink_read_signal(json_get(uplink, STR("rx_metadata")), g);
    read_place(json_get(uplink, STR("locations")), g);
    return read_sequence(uplink, g, e) &&
           gather_time_text(g, STR("received_at"), at ? at : json_get(message, STR("received_at")), e) &&
           uplink_read(&u, g, e);
}

static bool read_message(const json *message, struct gather *g, err *e)
{
    if (!read_device(message, g, e)) return false;
    const json *uplink = json_get(message, STR("uplink_message"));
    if (uplink) return read_uplink(message, uplink, g, e);
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        if (!json_get(message, silent[i].key)) continue;
        g->out.note = silent[i].note;
        return true;
    }
    return err_set(e, ERR_MISSING, message->at,
                   "neither an uplink_message nor another message of The Things Stack");
}

// Each line of the storage API is an uplink of some device; what they have in common they do not have as one message.
static bool read_lines(struct gather *g, err *e)
{
    str rest = g->m->body, line;
    for (size_t number = 1; str_cut(&rest, '\n', &line); number++) {
        json *j;
        const json *result;
        line = str_trim(line);
        if (line.n == 0) continue;
        if (number > LINES_MAX) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d lines", LINES_MAX);
        if (!json_parse(line, g->a, &j, e) || !json_need(j, STR("result"), JSON_OBJECT, &result, e) ||
            !read_message(result, g, e))
            return err_within(e, "line %zu", number);
        gather_group(g);
        g->out.sequence = (str){0};
    }
    return true;
}

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    struct gather g;
    json *message;
    gather_start(&g, m, READINGS_MAX, a);
    if (str_starts(str_trim(m->body), STR("{\"result\""))) {
        if (!read_lines(&g, e)) return false;
    } else if (!json_parse(m->body, a, &message, e) || !read_message(message, &g, e)) {
        return false;
    }
    gather_end(&g, out);
    return true;
}

const struct device_adapter device_tts_v3 = {
    .name = STR("tts_v3"),
    .title = STR("The Things Stack"),
    .topics = topics,
    .path = "tts_v3",
    .reply_status = 200,
    .decode = decode,
};
