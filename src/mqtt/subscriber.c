// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/subscriber.h"

#include "base/log.h"
#include "base/time.h"
#include "mqtt/config.h"
#include "mqtt/flight.h"
#include "mqtt/link.h"
#include "mqtt/packet.h"
#include "mqtt/runner.h"
#include "mqtt/session.h"
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define READ_SIZE ((size_t)256 * 1024)
#define TICK_MS 500
#define OFFER_AGAIN_MS 4
#define STABLE_AFTER (10 * TIME_SECOND)  // a connection that lived this long starts the backoff anew
#define GOODBYE_TIMEOUT TIME_SECOND

struct mqtt_subscriber {
    mqtt_config c;
    arena *memory;  // what c points to
    link_config link;
    struct flight *flight;
    struct session *session;
    runner runner;  // woken when an acknowledgement is due
    _Atomic bool is_connected;
    char *in;  // what follows belongs to the thread: bytes [in_at, in_end) are not yet taken
    size_t in_at, in_end;
    err last_fault;
    unsigned failures;  // since the last stable connection
};

static metric connected = {
    .name = "peil_mqtt_connected", .help = "1 while subscribed at the broker", .type = METRIC_GAUGE};
static metric connections = {
    .name = "peil_mqtt_connections_total", .help = "Connections made to the broker", .type = METRIC_COUNTER};
static metric violations = {.name = "peil_mqtt_violations_total",
                            .help = "Connections closed because the broker broke the protocol",
                            .type = METRIC_COUNTER};

// One connection.

static bool flush(struct mqtt_subscriber *s, struct link *l, err *e)
{
    const str bytes = session_to_send(s->session);
    size_t n = 0;
    if (bytes.n == 0) return true;
    if (!link_write(l, bytes, &n, e)) return false;
    session_sent(s->session, n, time_monotonic_us());
    return true;
}

static bool take(struct mqtt_subscriber *s, err *e)
{
    size_t taken = 0;
    const str bytes = {s->in + s->in_at, s->in_end - s->in_at};
    const bool ok = session_take(s->session, bytes, time_monotonic_us(), &taken, e);
    s->in_at += taken;
    return ok;
}

// What is left of the last read is less than one packet, so READ_SIZE more always fits.
static bool read_and_take(struct mqtt_subscriber *s, struct link *l, err *e)
{
    s->in_end -= s->in_at;
    if (s->in_at > 0) memmove(s->in, s->in + s->in_at, s->in_end);
    s->in_at = 0;
    size_t n = 0;
    if (!link_read(l, s->in + s->in_end, READ_SIZE, &n, e)) return false;
    s->in_end += n;
    return n == 0 || take(s, e);
}

static void tell(struct mqtt_subscriber *s, bool is_up, const char *why)
{
    atomic_store(&s->is_connected, is_up);
    metric_set(&connected, is_up);
    if (s->c.state) s->c.state(is_up, why, s->c.context);
}

static void tell_when_up(struct mqtt_subscriber *s)
{
    if (atomic_load(&s->is_connected) || !session_is_up(s->session)) return;
    metric_count(&connections, 1);
    s->last_fault = (err){0};
    log_notice("subscribed at the MQTT broker", "broker=%s:%d", s->link.host, s->link.port);
    tell(s, true, "subscribed");
}

typedef struct {
    bool readable, broken, stop;
} event;

static bool wait_event(struct mqtt_subscriber *s, struct link *l, event *out, err *e)
{
    const bool is_held = session_is_held(s->session);
    const bool has_more = !is_held && link_has_more(l);
    const short wanted = (short)((is_held ? 0 : POLLIN) | (session_to_send(s->session).n > 0 ? POLLOUT : 0));
    struct pollfd fds[] = {
        {link_fd(l), wanted, 0}, {s->runner.wake_fd, POLLIN, 0}, {s->runner.stop_fd, POLLIN, 0}};
    const int timeout_ms = has_more ? 0 : is_held ? OFFER_AGAIN_MS : TICK_MS;
    if (poll(fds, 3, timeout_ms) < 0 && errno != EINTR)
        return err_set(e, ERR_IO, ERR_NOWHERE, "poll failed (%d)", errno);
    flight_awake(s->flight);
    if (fds[1].revents) runner_awake(&s->runner);
    *out = (event){.readable = has_more || (fds[0].revents & (POLLIN | POLLHUP | POLLERR)),
                   .broken = (fds[0].revents & (POLLHUP | POLLERR)) != 0,
                   .stop = fds[2].revents != 0};
    return true;
}

// Runs until the connection fails (false) or the subscriber is stopped (true).
static bool serve(struct mqtt_subscriber *s, struct link *l, err *e)
{
    session_begin(s->session, time_monotonic_us());
    s->in_at = s->in_end = 0;
    while (true) {
        session_acknowledge(s->session);
        if (!flush(s, l, e)) return false;
        tell_when_up(s);
        event ev = {0};
        if (!wait_event(s, l, &ev, e)) return false;
        if (ev.stop) return true;
        if (!session_tick(s->session, time_monotonic_us(), e)) return false;
        if (!session_is_held(s->session)) {
            if (ev.readable && !read_and_take(s, l, e)) return false;
        } else if (ev.broken) {
            return err_set(e, ERR_IO, ERR_NOWHERE, "the connection broke while the intake was full");
        } else if (!take(s, e)) {
            return false;
        }
    }
}

static void say_goodbye(struct mqtt_subscriber *s, struct link *l)
{
    err ignored;
    const instant deadline = time_monotonic_us() + GOODBYE_TIMEOUT;
    session_acknowledge(s->session);
    session_end(s->session);
    while (flush(s, l, &ignored) && session_to_send(s->session).n > 0 && time_monotonic_us() < deadline) {
        struct pollfd fd = {link_fd(l), POLLOUT, 0};
        (void)poll(&fd, 1, 10);
    }
}

// The thread: connection after connection.

static void report_fault(struct mqtt_subscriber *s, const err *fault, int pause_ms)
{
    char why[256];
    const bool is_news = strcmp(s->last_fault.text, fault->text) != 0;
    s->last_fault = *fault;
    if (fault->code == ERR_SYNTAX) metric_count(&violations, 1);
    log_line(is_news ? LOG_WARNING : LOG_DEBUG, "no connection to the MQTT broker",
             "broker=%s:%d why=%s retry_ms=%d", s->link.host, s->link.port,
             log_quote(why, str_of(fault->text)), pause_ms);
    if (is_news || atomic_load(&s->is_connected)) tell(s, false, fault->text);
}

// False: stopped.
static bool connect_once(struct mqtt_subscriber *s, err *fault)
{
    const instant began = time_monotonic_us();
    struct link *l = link_open(&s->link, s->runner.stop_fd, fault);
    if (l == NULL) return !runner_stops_within(&s->runner, 0);
    const bool is_stopped = serve(s, l, fault);
    if (is_stopped) say_goodbye(s, l);
    link_close(l);
    if (time_monotonic_us() - began > STABLE_AFTER) s->failures = 0;
    return !is_stopped;
}

static void *run(void *argument)
{
    struct mqtt_subscriber *s = argument;
    err fault = {0};
    while (connect_once(s, &fault)) {
        const int pause_ms = backoff_ms(++s->failures, s->c.pause_max_ms);
        report_fault(s, &fault, pause_ms);
        if (runner_stops_within(&s->runner, pause_ms)) break;
    }
    if (atomic_load(&s->is_connected)) tell(s, false, "stopped");
    return NULL;
}

static const char *c_string_or_null(str s)
{
    return s.n > 0 ? s.p : NULL;
}

static bool start(struct mqtt_subscriber *s, const mqtt_config *c, err *e)
{
    s->memory = mqtt_config_copy(c, &s->c, e);
    if (s->memory == NULL) return false;
    s->link = (link_config){.host = s->c.host.p,
                            .port = s->c.port,
                            .ca_file = c_string_or_null(s->c.ca_file),
                            .cert_file = c_string_or_null(s->c.cert_file),
                            .key_file = c_string_or_null(s->c.key_file)};
    if (!link_check(&s->link, e)) return false;
    s->flight = flight_new(s->c.in_flight_max);
    if (s->flight) s->session = session_new(&s->c, s->flight, s);
    s->in = malloc(MQTT_HEAD_MAX + s->c.payload_max + READ_SIZE);
    if (s->session == NULL || s->in == NULL) return err_no_memory(e);
    return runner_start(&s->runner, "mqtt-in", run, s, e);
}

static void add_metrics(struct metrics *m)
{
    metric *const all[] = {&connected, &connections, &violations};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) metrics_add(m, all[i]);
    session_add_metrics(m);
}

struct mqtt_subscriber *mqtt_subscribe(const mqtt_config *c, err *e)
{
    struct mqtt_subscriber *s = calloc(1, sizeof *s);
    if (s == NULL) {
        (void)err_no_memory(e);
        return NULL;
    }
    s->runner = RUNNER_NONE;
    if (c->metrics) add_metrics(c->metrics);
    if (start(s, c, e)) return s;
    mqtt_subscriber_free(s);
    return NULL;
}

void mqtt_done(struct mqtt_subscriber *s, mqtt_delivery d)
{
    if (flight_done(s->flight, d)) runner_wake(&s->runner);
}

bool mqtt_subscriber_add(struct mqtt_subscriber *s, str filter, err *e)
{
    return session_add_topic(s->session, filter, e);
}

bool mqtt_is_connected(const struct mqtt_subscriber *s)
{
    return atomic_load(&s->is_connected);
}

void mqtt_subscriber_stop(struct mqtt_subscriber *s)
{
    if (s) runner_stop(&s->runner);
}

void mqtt_subscriber_free(struct mqtt_subscriber *s)
{
    if (s == NULL) return;
    runner_close(&s->runner);
    session_free(s->session);
    flight_free(s->flight);
    free(s->in);
    arena_free(s->memory);
    free(s);
}
