// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/publisher.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/queue.h"
#include "base/time.h"
#include "mqtt/runner.h"
#include "mqtt/topic.h"
#include <mosquitto.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define WAITING_MAX 10000
#define WAITING_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define PAYLOAD_MAX ((size_t)1024 * 1024)
#define UNACKNOWLEDGED_MAX 100  // libmosquitto's own queue has no limit, so little is put into it
#define KEEP_ALIVE_S 30
#define TICK_MS 500
#define PAUSE_MAX_MS 30000
#define STABLE_AFTER (10 * TIME_SECOND)  // a connection that lived this long starts the backoff anew
#define STOP_TIMEOUT (2 * TIME_SECOND)

typedef struct {
    int qos;
    bool retain;
    size_t payload_size;
    size_t bytes;   // of the whole allocation
    char *payload;  // behind the topic
    char topic[];   // with a NUL
} outgoing;

struct mqtt_publisher {
    arena *memory;  // of the texts below
    const char *host;
    int port;
    struct queue *waiting;
    _Atomic size_t waiting_bytes;
    runner runner;
    struct mosquitto *client;     // what follows belongs to the thread
    bool is_ready;                // the broker has accepted the connection
    const char *fault;            // why there is no connection
    int unacknowledged;           // how many of `awaits` are true
    bool awaits[UINT16_MAX + 1];  // by packet identifier, QoS 1 and 2
};

static metric published = {
    .name = "peil_mqtt_published_total", .help = "Messages handed to the broker", .type = METRIC_COUNTER};
static metric dropped = {.name = "peil_mqtt_publish_dropped_total",
                         .help = "Messages dropped because too many waited for the broker",
                         .type = METRIC_COUNTER};
static metric connected = {
    .name = "peil_mqtt_publisher_connected", .help = "1 while connected to publish", .type = METRIC_GAUGE};

// The queue.

static void forget(struct mqtt_publisher *p, outgoing *o)
{
    atomic_fetch_sub(&p->waiting_bytes, o->bytes);
    free(o);
}

static bool drop_oldest(struct mqtt_publisher *p)
{
    void *oldest = NULL;
    if (queue_take(p->waiting, &oldest, 1, 0) == 0) return false;
    forget(p, oldest);
    metric_count(&dropped, 1);
    return true;
}

static outgoing *outgoing_new(str topic, str payload, int qos, bool retain)
{
    const size_t bytes = sizeof(outgoing) + topic.n + 1 + payload.n;
    outgoing *o = calloc(1, bytes);
    if (o == NULL) return NULL;
    *o = (outgoing){.qos = qos, .retain = retain, .payload_size = payload.n, .bytes = bytes};
    memcpy(o->topic, topic.p, topic.n);
    o->payload = o->topic + topic.n + 1;
    if (payload.n > 0) memcpy(o->payload, payload.p, payload.n);
    return o;
}

bool mqtt_publish(struct mqtt_publisher *p, str topic, str payload, int qos, bool retain)
{
    const bool is_valid = mqtt_topic_is_valid(topic) && payload.n <= PAYLOAD_MAX && qos >= 0 && qos <= 2;
    outgoing *o = is_valid ? outgoing_new(topic, payload, qos, retain) : NULL;
    if (o == NULL) {
        metric_count(&dropped, 1);
        return false;
    }
    atomic_fetch_add(&p->waiting_bytes, o->bytes);
    while (atomic_load(&p->waiting_bytes) > WAITING_BYTES_MAX && drop_oldest(p)) {}
    while (!queue_push(p->waiting, o)) (void)drop_oldest(p);
    runner_wake(&p->runner);
    return true;
}

// One connection.

static void on_connect(struct mosquitto *client, void *context, int code)
{
    struct mqtt_publisher *p = context;
    (void)client;
    p->is_ready = code == 0;
    if (!p->is_ready) p->fault = mosquitto_connack_string(code);
    metric_set(&connected, p->is_ready);
    if (p->is_ready) log_notice("publishing at the MQTT broker", "broker=%s:%d", p->host, p->port);
}

static void on_disconnect(struct mosquitto *client, void *context, int code)
{
    struct mqtt_publisher *p = context;
    (void)client, (void)code;
    p->is_ready = false;
    metric_set(&connected, 0);
}

// Called for QoS 0 as well, when it is written; those are not in `awaits`.
static void on_publish(struct mosquitto *client, void *context, int id)
{
    struct mqtt_publisher *p = context;
    (void)client;
    if (id < 0 || id > UINT16_MAX || !p->awaits[id]) return;
    p->awaits[id] = false;
    p->unacknowledged--;
}

static void send(struct mqtt_publisher *p, const outgoing *o)
{
    int id = 0;
    const int code = mosquitto_publish(p->client, &id, o->topic, (int)o->payload_size, o->payload, o->qos,
                                       o->retain);
    metric_count(code == MOSQ_ERR_SUCCESS ? &published : &dropped, 1);
    if (code != MOSQ_ERR_SUCCESS || o->qos == 0 || id < 0 || id > UINT16_MAX) return;
    p->awaits[id] = true;
    p->unacknowledged++;
}

static void send_waiting(struct mqtt_publisher *p)
{
    void *next = NULL;
    while (p->is_ready && p->unacknowledged < UNACKNOWLEDGED_MAX && !mosquitto_want_write(p->client) &&
           queue_take(p->waiting, &next, 1, 0) > 0) {
        send(p, next);
        forget(p, next);
    }
}

static bool is_drained(struct mqtt_publisher *p)
{
    return queue_length(p->waiting) == 0 && p->unacknowledged == 0 && !mosquitto_want_write(p->client);
}

// What the library has to do by now. False: the connection is over.
static bool step(struct mqtt_publisher *p, short events)
{
    int code = MOSQ_ERR_SUCCESS;
    if (events & (POLLIN | POLLHUP | POLLERR)) code = mosquitto_loop_read(p->client, 1);
    if (code == MOSQ_ERR_SUCCESS && mosquitto_want_write(p->client))
        code = mosquitto_loop_write(p->client, 1);
    if (code == MOSQ_ERR_SUCCESS) code = mosquitto_loop_misc(p->client);
    if (code == MOSQ_ERR_SUCCESS && p->fault == NULL) return true;
    if (p->fault == NULL) p->fault = mosquitto_strerror(code);
    return false;
}

// Runs until the connection fails, or all is sent after runner_stop.
static void serve(struct mqtt_publisher *p)
{
    instant deadline = INT64_MAX;
    while (true) {
        send_waiting(p);
        const bool is_stopping = deadline != INT64_MAX;
        if (is_stopping && (!p->is_ready || is_drained(p) || time_monotonic_us() > deadline)) break;
        const short wanted = (short)(POLLIN | (mosquitto_want_write(p->client) ? POLLOUT : 0));
        struct pollfd fds[] = {{mosquitto_socket(p->client), wanted, 0},
                               {p->runner.wake_fd, POLLIN, 0},
                               {is_stopping ? -1 : p->runner.stop_fd, POLLIN, 0}};
        (void)poll(fds, 3, TICK_MS);
        if (fds[1].revents) runner_awake(&p->runner);
        if (fds[2].revents) deadline = time_monotonic_us() + STOP_TIMEOUT;
        if (!step(p, fds[0].revents)) return;
    }
    (void)mosquitto_disconnect(p->client);
}

// The thread.

static void *run(void *context)
{
    struct mqtt_publisher *p = context;
    const char *told = NULL;
    for (unsigned failures = 1;; failures++) {
        p->fault = NULL;
        p->is_ready = false;
        const int code = mosquitto_connect_async(p->client, p->host, p->port, KEEP_ALIVE_S);
        const instant began = time_monotonic_us();
        if (code == MOSQ_ERR_SUCCESS) serve(p);
        if (runner_stops_within(&p->runner, 0)) return NULL;
        const char *fault = p->fault ? p->fault : mosquitto_strerror(code);
        if (time_monotonic_us() - began > STABLE_AFTER) failures = 1;
        const int pause_ms = backoff_ms(failures, PAUSE_MAX_MS);
        log_line(told == fault ? LOG_DEBUG : LOG_WARNING, "cannot publish at the MQTT broker",
                 "broker=%s:%d why=\"%s\" retry_ms=%d", p->host, p->port, fault, pause_ms);
        told = fault;
        if (runner_stops_within(&p->runner, pause_ms)) return NULL;
    }
}

static const char *c_string(arena *to, str s, bool *ok)
{
    str copy = {NULL, 0};
    if (s.n == 0) return NULL;
    if (!arena_copy(to, s, &copy)) *ok = false;
    return copy.p;
}

static bool set_up_client(struct mqtt_publisher *p, const mqtt_publisher_config *c, err *e)
{
    bool ok = true;
    const char *id = c_string(p->memory, c->client_id, &ok);
    const char *username = c_string(p->memory, c->username, &ok);
    const char *password = c_string(p->memory, c->password, &ok);
    const char *ca = c_string(p->memory, c->ca_file, &ok);
    const char *cert = c_string(p->memory, c->cert_file, &ok);
    const char *key = c_string(p->memory, c->key_file, &ok);
    p->host = c_string(p->memory, c->host, &ok);
    if (!ok) return err_no_memory(e);
    p->client = mosquitto_new(id, true, p);
    if (p->client == NULL) return err_no_memory(e);
    int code = username ? mosquitto_username_pw_set(p->client, username, password) : MOSQ_ERR_SUCCESS;
    if (code == MOSQ_ERR_SUCCESS && ca) code = mosquitto_tls_set(p->client, ca, NULL, cert, key, NULL);
    if (code != MOSQ_ERR_SUCCESS)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "MQTT publisher: %s", mosquitto_strerror(code));
    mosquitto_connect_callback_set(p->client, on_connect);
    mosquitto_disconnect_callback_set(p->client, on_disconnect);
    mosquitto_publish_callback_set(p->client, on_publish);
    return true;
}

static bool start(struct mqtt_publisher *p, const mqtt_publisher_config *c, err *e)
{
    if (c->host.n == 0 || c->port < 1 || c->port > 65535)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "MQTT publisher: the broker's host or port is missing");
    p->port = c->port;
    p->memory = arena_new(64 * 1024);
    p->waiting = queue_new(WAITING_MAX);
    if (p->memory == NULL || p->waiting == NULL) return err_no_memory(e);
    return set_up_client(p, c, e) && runner_start(&p->runner, "mqtt-out", run, p, e);
}

struct mqtt_publisher *mqtt_publisher_start(const mqtt_publisher_config *c, err *e)
{
    struct mqtt_publisher *p = calloc(1, sizeof *p);
    if (p == NULL) {
        (void)err_no_memory(e);
        return NULL;
    }
    (void)mosquitto_lib_init();
    p->runner = RUNNER_NONE;
    if (c->metrics) {
        metrics_add(c->metrics, &published);
        metrics_add(c->metrics, &dropped);
        metrics_add(c->metrics, &connected);
    }
    if (start(p, c, e)) return p;
    mqtt_publisher_stop(p);
    return NULL;
}

void mqtt_publisher_stop(struct mqtt_publisher *p)
{
    if (p == NULL) return;
    runner_close(&p->runner);
    if (p->waiting) {
        while (drop_oldest(p)) {}
        queue_free(p->waiting);
    }
    if (p->client) mosquitto_destroy(p->client);
    arena_free(p->memory);
    free(p);
    (void)mosquitto_lib_cleanup();
}
