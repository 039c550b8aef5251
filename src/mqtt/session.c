// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/session.h"

#include "base/arena.h"
#include "base/log.h"
#include "mqtt/packet.h"
#include "mqtt/topic.h"
#include <stdlib.h>

#define CONNACK_TIMEOUT (10 * TIME_SECOND)
#define SUBSCRIBE_ID 1
#define SUBSCRIBE_QOS 1
#define ADDED_ID 2  // one is on its way at a time
#define ADDED_BATCH 50
#define ADDED_MEMORY (MQTT_ADDED_TOPICS_MAX * (sizeof(str) + MQTT_ADDED_TOPIC_BYTES + 32))
#define UNSENT_HIGH ((size_t)64 * 1024)  // beyond this the broker sends without reading what we answer

typedef enum { AWAITS_CONNACK, AWAITS_SUBACK, IS_UP } progress;

// Why nothing more is taken.
typedef enum { NOT_HELD, HELD_BY_RECEIVER, HELD_BY_BROKER } hold;

typedef enum { TAKEN, WAITS, BROKEN } verdict;

struct session {
    const mqtt_config *c;
    struct flight *flight;
    struct mqtt_subscriber *owner;
    progress progress;
    hold hold;
    size_t to_skip;  // bytes still to come of a PUBLISH that is not given out
    bool acknowledge_skipped;
    uint16_t skipped_id;
    uint8_t skipped_qos;
    buf out;
    size_t sent;  // of out, from its front
    instant began, last_sent, last_heard, pinged;
    bool is_ping_out;
    arena *memory;  // of the filters beyond the configured; NULL: there are none
    str *added;
    size_t added_count;
    size_t asked;     // of them, in this connection
    size_t answered;  // of them; what lies between waits for its SUBACK
};

static metric messages = {
    .name = "peil_mqtt_messages_total", .help = "Messages given to the intake", .type = METRIC_COUNTER};
static metric acknowledged = {.name = "peil_mqtt_acknowledged_total",
                              .help = "Messages acknowledged to the broker",
                              .type = METRIC_COUNTER};
static metric refusals = {.name = "peil_mqtt_refusals_total",
                          .help = "Times the intake was full and a message waited",
                          .type = METRIC_COUNTER};
static metric oversize = {.name = "peil_mqtt_oversize_total",
                          .help = "Messages skipped because of their size",
                          .type = METRIC_COUNTER};
static metric in_flight = {.name = "peil_mqtt_in_flight",
                           .help = "Messages given out and not yet acknowledged",
                           .type = METRIC_GAUGE};

void session_add_metrics(struct metrics *m)
{
    metric *const all[] = {&messages, &acknowledged, &refusals, &oversize, &in_flight};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) metrics_add(m, all[i]);
}

struct session *session_new(const mqtt_config *c, struct flight *f, struct mqtt_subscriber *owner)
{
    struct session *s = calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->c = c;
    s->flight = f;
    s->owner = owner;
    // CONNECT holds at most three long texts, SUBSCRIBE the filters; the rest is small and stays near
    // UNSENT_HIGH.
    s->out.max = UNSENT_HIGH + (4 + c->topic_count) * (MQTT_TEXT_MAX + 3) + c->in_flight_max * MQTT_ACK_SIZE +
                 ADDED_BATCH * (MQTT_ADDED_TOPIC_BYTES + 3);
    return s;
}

void session_free(struct session *s)
{
    if (s == NULL) return;
    arena_free(s->memory);
    buf_free(&s->out);
    free(s);
}

void session_begin(struct session *s, instant now)
{
    flight_begin(s->flight);
    metric_set(&in_flight, 0);
    s->progress = AWAITS_CONNACK;
    s->hold = NOT_HELD;
    s->to_skip = 0;
    s->is_ping_out = false;
    s->began = s->last_sent = s->last_heard = now;
    buf_clear(&s->out);
    s->sent = 0;
    s->asked = s->answered = 0;
    mqtt_write_connect(&s->out, &(mqtt_connect){.client_id = s->c->client_id,
                                                .username = s->c->username,
                                                .password = s->c->password,
                                                .keep_alive_s = (uint16_t)s->c->keep_alive_s});
}

static bool refused_connection(const mqtt_packet *p, err *e)
{
    enum { BAD_PASSWORD = 4, NOT_AUTHORIZED = 5 };
    const err_code code = p->return_code == BAD_PASSWORD     ? ERR_AUTH
                          : p->return_code == NOT_AUTHORIZED ? ERR_DENIED
                                                             : ERR_IO;
    return err_set(e, code, ERR_NOWHERE, "%.*s", STR_ARG(mqtt_connect_refusal(p->return_code)));
}

static bool take_connack(struct session *s, const mqtt_packet *p, err *e)
{
    if (p->return_code != 0) return refused_connection(p, e);
    if (!p->session_present) flight_forget_session(s->flight);
    // Also into a session that is present: a broker that died may remember the session and not its
    // subscriptions.
    mqtt_write_subscribe(&s->out, SUBSCRIBE_ID, s->c->topics, s->c->topic_count, SUBSCRIBE_QOS);
    s->progress = AWAITS_SUBACK;
    return true;
}

static size_t count_granted(const mqtt_packet *p, const str *filters)
{
    size_t granted = 0;
    for (size_t i = 0; i < p->return_codes.n; i++) {
        char quoted[256];
        if ((uint8_t)p->return_codes.p[i] == MQTT_SUBSCRIPTION_REFUSED)
            log_error("the broker refuses a subscription", "topic=%s", log_quote(quoted, filters[i]));
        else
            granted++;
    }
    return granted;
}

// A batch at a time, so that what waits to be sent stays small.
static void ask_for_added(struct session *s)
{
    if (s->progress != IS_UP || s->asked > s->answered || s->asked == s->added_count) return;
    const size_t left = s->added_count - s->asked, n = left < ADDED_BATCH ? left : ADDED_BATCH;
    mqtt_write_subscribe(&s->out, ADDED_ID, s->added + s->asked, n, SUBSCRIBE_QOS);
    s->asked += n;
}

static bool take_suback_of_added(struct session *s, const mqtt_packet *p, err *e)
{
    if (p->id != ADDED_ID || p->return_codes.n != s->asked - s->answered)
        return err_set(e, ERR_SYNTAX, 0, "SUBACK does not answer our SUBSCRIBE");
    (void)count_granted(p, s->added + s->answered);
    s->answered = s->asked;
    ask_for_added(s);
    return true;
}

bool session_add_topic(struct session *s, str filter, err *e)
{
    for (size_t i = 0; i < s->added_count; i++)
        if (str_eq(s->added[i], filter)) return true;
    if (filter.n > MQTT_ADDED_TOPIC_BYTES || !mqtt_filter_is_valid(filter))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "is no topic to subscribe to");
    if (s->added_count == MQTT_ADDED_TOPICS_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d topics were added", MQTT_ADDED_TOPICS_MAX);
    if (!s->memory) s->memory = arena_new(ADDED_MEMORY);
    if (s->memory && !s->added) s->added = ARENA_ARRAY(s->memory, MQTT_ADDED_TOPICS_MAX, str);
    if (!s->added || !arena_copy(s->memory, filter, &s->added[s->added_count])) return err_no_memory(e);
    s->added_count++;
    ask_for_added(s);
    return true;
}

static bool take_suback(struct session *s, const mqtt_packet *p, err *e)
{
    if (s->progress == IS_UP && s->asked > s->answered) return take_suback_of_added(s, p, e);
    if (s->progress != AWAITS_SUBACK || p->id != SUBSCRIBE_ID || p->return_codes.n != s->c->topic_count)
        return err_set(e, ERR_SYNTAX, 0, "SUBACK does not answer our SUBSCRIBE");
    if (count_granted(p, s->c->topics) == 0)
        return err_set(e, ERR_DENIED, ERR_NOWHERE, "the broker refuses every subscription");
    s->progress = IS_UP;
    ask_for_added(s);
    return true;
}

static bool take_pubrel(struct session *s, const mqtt_packet *p, err *e)
{
    const flight_stage stage = flight_stage_of(s->flight, p->id);
    if (stage == FLIGHT_GIVEN_OUT || stage == FLIGHT_DONE)
        return err_set(e, ERR_SYNTAX, 0, "PUBREL for a message that was not acknowledged");
    flight_release(s->flight, p->id);
    mqtt_write_ack(&s->out, MQTT_PUBCOMP, p->id);
    return true;
}

static bool take_pingresp(struct session *s, const mqtt_packet *p, err *e)
{
    (void)p, (void)e;
    s->is_ping_out = false;
    return true;
}

// What becomes of a PUBLISH.
typedef enum { GIVE_OUT, SKIP, SKIP_AND_ACKNOWLEDGE, REFUSE } fate;

static fate publish_fate(const struct session *s, const mqtt_packet *p)
{
    const flight_stage stage = p->qos > 0 ? flight_stage_of(s->flight, p->id) : FLIGHT_UNKNOWN;
    // Some brokers send again within a connection when the acknowledgement takes long.
    if (stage == FLIGHT_GIVEN_OUT || stage == FLIGHT_DONE) return p->duplicate ? SKIP : REFUSE;
    // Without the duplicate flag it is another message, of a broker that lost its memory: better twice than
    // never.
    if (stage == FLIGHT_RECEIVED && p->qos == 2 && p->duplicate) return SKIP_AND_ACKNOWLEDGE;
    return p->payload_size <= s->c->payload_max ? GIVE_OUT : SKIP_AND_ACKNOWLEDGE;
}

static verdict hold_back(struct session *s, hold why)
{
    s->hold = why;
    return WAITS;
}

static verdict give_out(struct session *s, const mqtt_packet *p)
{
    mqtt_message m = {.topic = p->topic,
                      .payload = p->payload,
                      .retained = p->retained,
                      .duplicate = p->duplicate,
                      .subscriber = s->owner};
    // First: mqtt_done may be called before `message` returns.
    if (p->qos > 0) m.delivery = flight_add(s->flight, p->id, p->qos);
    if (s->c->message(&m, s->c->context)) {
        metric_count(&messages, 1);
        return TAKEN;
    }
    if (p->qos > 0) flight_take_back(s->flight);
    metric_count(&refusals, 1);
    return hold_back(s, HELD_BY_RECEIVER);
}

static void begin_skip(struct session *s, const mqtt_packet *p, bool acknowledge)
{
    s->to_skip = p->size;
    s->acknowledge_skipped = acknowledge && p->qos > 0;
    s->skipped_id = p->id;
    s->skipped_qos = p->qos;
    if (p->payload_size > s->c->payload_max) metric_count(&oversize, 1);
}

static void skip(struct session *s, str bytes, size_t *taken)
{
    const size_t here = bytes.n - *taken;
    const size_t n = here < s->to_skip ? here : s->to_skip;
    *taken += n;
    s->to_skip -= n;
    if (s->to_skip == 0 && s->acknowledge_skipped) flight_add_done(s->flight, s->skipped_id, s->skipped_qos);
}

static verdict take_publish(struct session *s, const mqtt_packet *p, bool is_whole, err *e)
{
    const fate f = publish_fate(s, p);
    if (f == REFUSE) {
        (void)err_set(e, ERR_SYNTAX, 0, "packet identifier %u is used again before its acknowledgement",
                      p->id);
        return BROKEN;
    }
    if (f == GIVE_OUT && !is_whole) return WAITS;
    if (f != SKIP && p->qos > 0 && flight_is_full(s->flight)) return hold_back(s, HELD_BY_RECEIVER);
    if (f == GIVE_OUT) return give_out(s, p);
    begin_skip(s, p, f == SKIP_AND_ACKNOWLEDGE);
    return TAKEN;
}

static bool (*const handlers[16])(struct session *, const mqtt_packet *, err *) = {
    [MQTT_CONNACK] = take_connack,
    [MQTT_PUBREL] = take_pubrel,
    [MQTT_SUBACK] = take_suback,
    [MQTT_PINGRESP] = take_pingresp,
};

// The packet at the front of bytes[*taken..].
static verdict take_packet(struct session *s, str bytes, size_t *taken, err *e)
{
    mqtt_packet p;
    const mqtt_read read = mqtt_packet_read(str_slice(bytes, *taken, bytes.n), &p, e);
    if (read == MQTT_READ_BAD) return BROKEN;
    if (read == MQTT_READ_MORE) return WAITS;
    if ((p.type == MQTT_CONNACK) != (s->progress == AWAITS_CONNACK)) {
        (void)err_set(e, ERR_SYNTAX, 0, "CONNACK must be the broker's first packet and come once");
        return BROKEN;
    }
    const bool is_publish = p.type == MQTT_PUBLISH;
    const verdict v = is_publish                   ? take_publish(s, &p, read == MQTT_READ_WHOLE, e)
                      : handlers[p.type](s, &p, e) ? TAKEN
                                                   : BROKEN;
    if (v == TAKEN && s->to_skip == 0) *taken += p.size;
    return v;
}

bool session_take(struct session *s, str bytes, instant now, size_t *taken, err *e)
{
    verdict v = TAKEN;
    *taken = 0;
    if (s->hold != HELD_BY_BROKER) s->last_heard = now;  // else the same bytes may be offered again
    s->hold = NOT_HELD;
    while (v == TAKEN) {
        if (s->to_skip > 0) skip(s, bytes, taken);
        if (s->to_skip > 0) break;
        v = s->out.n - s->sent > UNSENT_HIGH ? hold_back(s, HELD_BY_BROKER) : take_packet(s, bytes, taken, e);
    }
    metric_set(&in_flight, (int64_t)flight_count(s->flight));
    return v != BROKEN;
}

bool session_is_held(const struct session *s)
{
    return s->hold != NOT_HELD;
}

bool session_is_up(const struct session *s)
{
    return s->progress == IS_UP;
}

void session_acknowledge(struct session *s)
{
    const size_t n = flight_acknowledge(s->flight, &s->out);
    if (n == 0) return;
    metric_count(&acknowledged, (int64_t)n);
    metric_set(&in_flight, (int64_t)flight_count(s->flight));
}

bool session_tick(struct session *s, instant now, err *e)
{
    if (s->progress == AWAITS_CONNACK)
        return now - s->began < CONNACK_TIMEOUT ||
               err_set(e, ERR_TIMEOUT, ERR_NOWHERE, "the broker does not answer CONNECT");

    const instant keep_alive = s->c->keep_alive_s * TIME_SECOND;
    if (s->hold == HELD_BY_RECEIVER) s->last_heard = now;  // we do not listen, so silence says nothing
    const bool is_silent = now - s->last_heard >= keep_alive;
    if (is_silent && s->is_ping_out && now - s->pinged >= keep_alive)
        return err_set(e, ERR_TIMEOUT, ERR_NOWHERE, "the broker has been silent for %d seconds",
                       (int)((now - s->last_heard) / TIME_SECOND));

    const bool must_speak = s->out.n == 0 && now - s->last_sent >= keep_alive;
    if (!must_speak && !(is_silent && !s->is_ping_out)) return true;
    mqtt_write_ping(&s->out);
    if (!s->is_ping_out) s->pinged = now;
    s->is_ping_out = true;
    return true;
}

str session_to_send(const struct session *s)
{
    return str_slice(buf_str(&s->out), s->sent, s->out.n);
}

void session_sent(struct session *s, size_t n, instant now)
{
    if (n == 0) return;
    s->last_sent = now;
    s->sent += n;
    if (s->sent < s->out.n) return;
    buf_clear(&s->out);
    s->sent = 0;
}

void session_end(struct session *s)
{
    mqtt_write_disconnect(&s->out);
}
