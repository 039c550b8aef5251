// SPDX-License-Identifier: EUPL-1.2
#include "sta/mqtt/mqtt.h"

#include "base/queue.h"
#include "mqtt/pending.h"
#include "sta/mqtt/announce.h"
#include "sta/write/write.h"

#include <stdlib.h>

#define ARRIVAL_ARENA_MAX ((size_t)8 << 20)
#define SPARE_ARRIVALS 1024
#define SUBSCRIPTIONS STR("$SYS/broker/log/M/subscribe")

static metric created = {.name = "peil_mqtt_sensorthings_total",
                         .help = "SensorThings messages over MQTT, by what became of them",
                         .labels = "outcome=\"created\"",
                         .type = METRIC_COUNTER};
static metric refused = {
    .name = "peil_mqtt_sensorthings_total", .labels = "outcome=\"refused\"", .type = METRIC_COUNTER};
static metric given_up = {
    .name = "peil_mqtt_sensorthings_total", .labels = "outcome=\"given_up\"", .type = METRIC_COUNTER};
static metric echoed = {
    .name = "peil_mqtt_sensorthings_total", .labels = "outcome=\"own_announcement\"", .type = METRIC_COUNTER};

// One message on its way through the store. Used again and again, with its arena.
struct arrival {
    struct mqtt_pending pending;  // the first
    struct store_op op;
    struct write write;
    struct sta_request request;
    struct sta_mqtt *mqtt;
    bool is_repeated;  // the broker sent it before: peil may have stored it and ended before it said so
    arena *a;
};

struct sta_mqtt {
    const struct sta *sta;
    str client_id;
    struct announcer *announcer;
    struct queue *spare;
    struct mqtt_pendings *pending;
};

// Who may publish is what the broker's access list says; what arrives may create everything, as the standard
// has it.
static const struct principal broker = {.role = ROLE_EDITOR, .name = "mqtt"};

const str *sta_mqtt_filters(size_t *count)
{
    static const str filters[] = {STR("v1.1/Observations"), STR("v1.1/+/Observations"),
                                  STR("v1.0/Observations"), STR("v1.0/+/Observations"), SUBSCRIPTIONS};
    *count = sizeof filters / sizeof filters[0];
    return filters;
}

bool sta_mqtt_is_ours(str topic)
{
    size_t count;
    const str *filters = sta_mqtt_filters(&count);
    for (size_t i = 0; i < count; i++)
        if (mqtt_topic_matches(filters[i], topic)) return true;
    return false;
}

// ---- arrivals ----

static void arrival_free(struct arrival *x)
{
    if (!x) return;
    arena_free(x->a);
    free(x);
}

static struct arrival *arrival_take(struct sta_mqtt *m)
{
    void *item;
    if (queue_take(m->spare, &item, 1, 0)) return item;
    struct arrival *x = calloc(1, sizeof *x);
    if (x) x->a = arena_new(ARRIVAL_ARENA_MAX);
    if (x && x->a) return x;
    free(x);
    return NULL;
}

static void arrival_give(struct sta_mqtt *m, struct arrival *x)
{
    write_free(&x->write);
    arena_reset(x->a);
    if (!queue_push(m->spare, x)) arrival_free(x);
}

static void finish(struct arrival *x)
{
    mqtt_pending_end(x->mqtt->pending, &x->pending);
    arrival_give(x->mqtt, x);
}

static void failed(struct arrival *x, const err *e)
{
    if (mqtt_pending_failed(x->mqtt->pending, &x->pending, x->request.path, e)) finish(x);
}

static bool run(struct store_tx *tx, void *context, err *e)
{
    struct arrival *x = context;
    return write_run(&x->write, tx, e);
}

static void done(void *context, const err *e)
{
    struct arrival *x = context;
    if (e) {
        failed(x, e);
        return;
    }
    metric_count(&created, 1);
    finish(x);
}

// Reads the message anew for each try: an operation that failed may have left its traces in what was read.
static bool prepare(struct arrival *x, err *e)
{
    write_free(&x->write);
    x->write = (struct write){.sta = x->mqtt->sta, .request = &x->request, .is_repeated = x->is_repeated};
    x->op = (struct store_op){.run = run, .done = done, .context = x};
    return write_prepare(&x->write, e);
}

// ---- messages ----

// What we announced ourselves has an address already; whoever creates something does not know it yet.
static bool is_own(str payload)
{
    size_t at;
    return str_find(str_slice(payload, 0, 128), STR("\"@iot.selfLink\""), &at);
}

static bool read_topic(const mqtt_message *message, struct arrival *x)
{
    str topic;
    if (!arena_copy(x->a, message->topic, &topic) || !arena_copy(x->a, message->payload, &x->request.body))
        return false;
    x->request.version = str_starts(topic, STR("v1.0/")) ? STA_V1_0 : STA_V1_1;
    x->request.path = str_slice(topic, sizeof "v1.1" - 1, topic.n);
    return true;
}

static bool create(struct sta_mqtt *m, const mqtt_message *message)
{
    struct arrival *x = arrival_take(m);
    err e;
    if (!x) return false;
    if (!mqtt_pending_begin(m->pending, &x->pending, message)) {
        arrival_give(m, x);
        return false;
    }
    x->mqtt = m;
    x->is_repeated = message->duplicate;
    x->request = (struct sta_request){.method = HTTP_POST,
                                      .prefer = STR("return=minimal"),
                                      .who = &broker,
                                      .received = time_now(),
                                      .arena = x->a};
    if (!read_topic(message, x)) {
        err_no_memory(&e);
        failed(x, &e);
    } else if (!prepare(x, &e)) {
        failed(x, &e);
    } else if (!store_submit(m->sta->store, &x->op, &e)) {
        if (e.code != ERR_BUSY) {
            failed(x, &e);
            return true;
        }
        mqtt_pending_undo(m->pending);
        arrival_give(m, x);
        return false;  // the broker keeps it; it is offered again
    }
    return true;
}

bool sta_mqtt_message(struct sta_mqtt *m, const mqtt_message *message)
{
    str topic;
    if (mqtt_pendings_is_draining(m->pending)) return false;
    if (str_eq(message->topic, SUBSCRIPTIONS)) {
        if (m->announcer && watch_topic_of_log(message->payload, m->client_id, &topic))
            announcer_note(m->announcer, topic);
        mqtt_done(message->subscriber, message->delivery);
        return true;
    }
    if (!is_own(message->payload)) return create(m, message);
    metric_count(&echoed, 1);
    mqtt_done(message->subscriber, message->delivery);
    return true;
}

// ---- once a second ----

static void retry_all(void *context)
{
    struct sta_mqtt *m = context;
    for (struct mqtt_pending *next, *p = mqtt_pendings_take_again(m->pending); p; p = next) {
        struct arrival *x = (struct arrival *)p;
        err e;
        next = p->next;
        if (!prepare(x, &e) || !store_submit(m->sta->store, &x->op, &e)) failed(x, &e);
    }
}

// ---- life ----

struct sta_mqtt *sta_mqtt_new(const sta_mqtt_config *c, err *e)
{
    struct sta_mqtt *m = calloc(1, sizeof *m);
    if (!m) {
        err_no_memory(e);
        return NULL;
    }
    m->sta = c->sta;
    m->client_id = c->client_id;
    const mqtt_pendings_config pc = {"SensorThings", &refused, &given_up};
    if (!(m->spare = queue_new(SPARE_ARRIVALS))) {
        err_no_memory(e);
    } else if ((m->pending = mqtt_pendings_new(&pc, e))) {
        const announcer_config ac = {c->sta, c->publisher, c->only_asked, c->metrics, retry_all, m};
        m->announcer = announcer_new(&ac, e);
    }
    if (!m->announcer) {
        sta_mqtt_free(m);
        return NULL;
    }
    metric *const all[] = {&created, &refused, &given_up, &echoed};
    for (size_t i = 0; c->metrics && i < sizeof all / sizeof all[0]; i++) metrics_add(c->metrics, all[i]);
    return m;
}

void sta_mqtt_drain(struct sta_mqtt *m, int seconds)
{
    mqtt_pendings_drain(m->pending, seconds);
}

void sta_mqtt_stop(struct sta_mqtt *m)
{
    announcer_stop(m->announcer);
}

void sta_mqtt_free(struct sta_mqtt *m)
{
    void *item;
    if (!m) return;
    announcer_free(m->announcer);
    while (m->spare && queue_take(m->spare, &item, 1, 0)) arrival_free(item);
    struct mqtt_pending *p = m->pending ? mqtt_pendings_take_again(m->pending) : NULL;
    for (struct mqtt_pending *next; p; p = next) {
        struct arrival *x = (struct arrival *)p;
        next = p->next;
        write_free(&x->write);
        arrival_free(x);
    }
    if (m->spare) queue_free(m->spare);
    mqtt_pendings_free(m->pending);
    free(m);
}
