// SPDX-License-Identifier: EUPL-1.2
// Messages a second of peil's subscriber beside mosquitto_sub: same broker, same publisher, turn by turn.
// live     the publisher runs while the subscriber reads: broker, publisher and subscriber share the machine
// backlog  all messages wait at the broker when the subscriber connects: the subscriber's own speed weighs most
// Usage: mqtt-subscribe [messages, 100000] [rounds, 3]   or: mqtt-subscribe publish PORT MESSAGES [TOPIC], the publisher alone
#include "base/time.h"
#include "mqtt/broker.h"
#include "mqtt/subscriber.h"

#include <fcntl.h>
#include <mosquitto.h>
#include <poll.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS_MAX 21

extern char **environ;

// An observation as devices send it, one a second.
#define PAYLOAD_MAX 128
static int write_payload(char out[static PAYLOAD_MAX], int n)
{
    return snprintf(out, PAYLOAD_MAX,
                    "{\"phenomenonTime\":\"2026-01-%02dT%02d:%02d:%02dZ\",\"result\":20.%d}",
                    1 + n / 86400 % 28, n / 3600 % 24, n / 60 % 60, n % 60, n % 10);
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "mqtt-subscribe: %s\n", what);
    exit(1);
}

// The publisher: this program as a process of its own.

struct publisher {
    int wanted, sent, acknowledged;
};

static void on_acknowledged(struct mosquitto *client, void *context, int id)
{
    struct publisher *p = context;
    (void)id;
    if (++p->acknowledged == p->wanted) mosquitto_disconnect(client);
}

// libmosquitto keeps what it may not send yet, so it is given no more than it may.
static int publish(int port, int count, const char *topic)
{
    enum { IN_FLIGHT = 500 };
    struct publisher p = {.wanted = count};
    mosquitto_lib_init();
    struct mosquitto *client = mosquitto_new(NULL, true, &p);
    mosquitto_publish_callback_set(client, on_acknowledged);
    mosquitto_max_inflight_messages_set(client, IN_FLIGHT);
    if (mosquitto_connect(client, "127.0.0.1", port, 60) != MOSQ_ERR_SUCCESS)
        fail("the publisher cannot connect");
    while (p.acknowledged < p.wanted) {
        for (; p.sent < p.wanted && p.sent - p.acknowledged < IN_FLIGHT; p.sent++) {
            char payload[PAYLOAD_MAX];
            mosquitto_publish(client, NULL, topic, write_payload(payload, p.sent), payload, 1, false);
        }
        if (mosquitto_loop(client, 100, 1) != MOSQ_ERR_SUCCESS && p.acknowledged < p.wanted)
            fail("the publisher broke");
    }
    mosquitto_destroy(client);
    return 0;
}

static pid_t spawn(char *const arguments[])
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t pid = 0;
    if (posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environ) != 0)
        fail("cannot start a process");
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static double cpu_us(const struct rusage *u)
{
    return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1e6 +
           (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec);
}

// Returns the processor time that it took, microseconds.
static double wait_for(pid_t pid)
{
    int status = 0;
    struct rusage used;
    if (wait4(pid, &status, 0, &used) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail("a process failed");
    return cpu_us(&used);
}

static pid_t start_publisher(int port, int count)
{
    char program[] = "/proc/self/exe", word[] = "publish", port_text[16], count_text[16];
    snprintf(port_text, sizeof port_text, "%d", port);
    snprintf(count_text, sizeof count_text, "%d", count);
    return spawn((char *const[]){program, word, port_text, count_text, NULL});
}

// The two subscribers. Each has its session at the broker from the start; `wait` returns when all messages are there.

static pid_t start_mosquitto_sub(int port, int count)
{
    char program[] = "mosquitto_sub", port_text[16], count_text[16];
    snprintf(port_text, sizeof port_text, "%d", port);
    snprintf(count_text, sizeof count_text, "%d", count);
    return spawn((char *const[]){program, (char[]){"-p"}, port_text, (char[]){"-C"}, count_text,
                                 (char[]){"-q"}, (char[]){"1"}, (char[]){"-c"}, (char[]){"-i"},
                                 (char[]){"bench"}, (char[]){"-t"}, (char[]){"bench/#"}, NULL});
}

struct counter {
    _Atomic int left;
};

static bool count_down(const mqtt_message *m, void *context)
{
    atomic_fetch_sub(&((struct counter *)context)->left, 1);
    mqtt_done(m->subscriber, m->delivery);
    return true;
}

static struct mqtt_subscriber *start_ours(int port, struct counter *c)
{
    static const str topics[] = {STR("bench/#")};
    err e;
    struct mqtt_subscriber *s = mqtt_subscribe(&(mqtt_config){.host = STR("127.0.0.1"),
                                                              .port = port,
                                                              .client_id = STR("bench"),
                                                              .topics = topics,
                                                              .topic_count = 1,
                                                              .message = count_down,
                                                              .context = c},
                                               &e);
    if (s == NULL) fail(e.text);
    return s;
}

static void make_session(int port)
{
    struct counter none = {0};
    struct mqtt_subscriber *s = start_ours(port, &none);
    while (!mqtt_is_connected(s)) poll(NULL, 0, 1);
    mqtt_subscriber_free(s);
}

struct result {
    double per_second;
    double cpu_us;  // processor time of the subscriber, a message
};

static double run_ours(int port, int count)
{
    struct counter c = {count};
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    struct mqtt_subscriber *s = start_ours(port, &c);
    while (atomic_load(&c.left) > 0) poll(NULL, 0, 1);
    getrusage(RUSAGE_SELF, &after);
    mqtt_subscriber_free(s);
    return cpu_us(&after) - cpu_us(&before);
}

static struct result read_all(int port, int count, bool is_ours)
{
    const int64_t began = time_monotonic_us();
    const double used = is_ours ? run_ours(port, count) : wait_for(start_mosquitto_sub(port, count));
    return (struct result){.per_second = count / ((double)(time_monotonic_us() - began) / 1e6),
                           .cpu_us = used / count};
}

// Each with a broker of its own: mosquitto_sub leaves its last messages unacknowledged, and the next would get them.
static struct result run(int count, bool is_ours, bool is_live)
{
    char directory[] = "/tmp/peil-bench.XXXXXX";
    if (mkdtemp(directory) == NULL) fail("no directory in /tmp");
    err e;
    struct mqtt_broker *broker = mqtt_broker_start(&(mqtt_broker_config){.directory = str_of(directory)}, &e);
    if (broker == NULL) fail(e.text);
    const int port = mqtt_broker_port(broker);
    make_session(port);
    const pid_t publisher = start_publisher(port, count);
    if (!is_live) wait_for(publisher);
    const struct result result = read_all(port, count, is_ours);
    if (is_live) wait_for(publisher);
    mqtt_broker_stop(broker);
    wait_for(spawn((char *const[]){(char[]){"rm"}, (char[]){"-r"}, directory, NULL}));
    return result;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare);
    return values[n / 2];
}

// The ratio is the median of the rounds' own ratios: the two of one round meet the same load from elsewhere.
static void measure(int count, size_t rounds, bool is_live)
{
    double ours[ROUNDS_MAX] = {0}, theirs[ROUNDS_MAX] = {0}, our_cpu[ROUNDS_MAX] = {0},
           their_cpu[ROUNDS_MAX] = {0};
    double ratio[ROUNDS_MAX] = {0};
    for (size_t i = 0; i < rounds; i++) {
        const bool we_first = i % 2 == 0;
        const struct result first = run(count, we_first, is_live);
        const struct result second = run(count, !we_first, is_live);
        const struct result a = we_first ? first : second;
        const struct result b = we_first ? second : first;
        ours[i] = a.per_second;
        theirs[i] = b.per_second;
        our_cpu[i] = a.cpu_us;
        their_cpu[i] = b.cpu_us;
        ratio[i] = a.per_second / b.per_second;
    }
    printf("%-8s peil %7.0f/s %5.2f us cpu   mosquitto_sub %7.0f/s %5.2f us cpu   ratio %.2f\n",
           is_live ? "live" : "backlog", median(ours, rounds), median(our_cpu, rounds),
           median(theirs, rounds), median(their_cpu, rounds), median(ratio, rounds));
}

int main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[1], "publish") == 0)
        return publish((int)strtol(argv[2], NULL, 10), (int)strtol(argv[3], NULL, 10),
                       argc > 4 ? argv[4] : "bench/Datastreams(1)/Observations");
    const int count = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 100000;
    const long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 3;
    if (count < 1 || rounds < 1 || rounds > ROUNDS_MAX)
        fail("usage: mqtt-subscribe [messages] [rounds, 1 to 21]");

    printf("%d messages of QoS 1, median of %ld rounds\n", count, rounds);
    measure(count, (size_t)rounds, true);
    measure(count, (size_t)rounds, false);
    return 0;
}
