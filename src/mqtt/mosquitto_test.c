// SPDX-License-Identifier: EUPL-1.2
// The subscriber at a real Mosquitto: what is acknowledged, and what survives whose death.
#include "base/test_directory.h"
#include "mqtt/subscriber.h"

#include "base/queue.h"
#include "base/time.h"
#include "mqtt/broker.h"
#include "mqtt/publisher.h"
#include "mqtt/testing.h"
#include <fcntl.h>
#include <mosquitto.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

extern char **environ;

// A broker in a directory of its own.
struct place {
    char directory[TEST_DIRECTORY_MAX];
    struct mqtt_broker *broker;
};

static struct mqtt_broker *broker_in(const char *directory, const char *password_file, const char *settings)
{
    err e;
    struct mqtt_broker *b = mqtt_broker_start(&(mqtt_broker_config){.directory = str_of(directory),
                                                                    .password_file = str_of(password_file),
                                                                    .settings = str_of(settings)},
                                              &e);
    if (b == NULL) fail_msg("%s", e.text);
    return b;
}

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    if (p == NULL) return -1;
    test_directory_make(p->directory);
    p->broker = broker_in(p->directory, NULL, NULL);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    mqtt_broker_stop(p->broker);
    test_directory_remove(p->directory);
    free(p);
    return 0;
}

static struct mqtt_subscriber *subscribe(const mqtt_config *c)
{
    err e;
    struct mqtt_subscriber *s = mqtt_subscribe(c, &e);
    if (s == NULL) fail_msg("%s", e.text);
    return s;
}

static bool is_running(void *broker)
{
    return mqtt_broker_pid(broker) > 0;
}

static void end_broker(const struct place *p, int signal_number)
{
    assert_true(comes_true(is_running, p->broker));
    kill(mqtt_broker_pid(p->broker), signal_number);
}

static bool is_connected(void *context)
{
    return mqtt_is_connected(context);
}

// Publishes the numbers [from, to) with QoS `qos` and counts what the broker acknowledges; libmosquitto sends
// again what was not, also after a reconnect.
struct sender {
    struct mosquitto *client;
    _Atomic bool is_connected;
    _Atomic int acknowledged;
    int sent;
};

static void on_connected(struct mosquitto *client, void *context, int code)
{
    (void)client;
    if (code == 0) atomic_store(&((struct sender *)context)->is_connected, true);
}

static void on_acknowledged(struct mosquitto *client, void *context, int id)
{
    (void)client, (void)id;
    atomic_fetch_add(&((struct sender *)context)->acknowledged, 1);
}

static bool sender_is_connected(void *context)
{
    return atomic_load(&((struct sender *)context)->is_connected);
}

// Waits for the broker's answer: what libmosquitto sends before it, it sends again after it.
static void sender_connect(struct sender *s, int port)
{
    s->client = mosquitto_new("sender", false, s);
    assert_non_null(s->client);
    mosquitto_connect_callback_set(s->client, on_connected);
    mosquitto_publish_callback_set(s->client, on_acknowledged);
    mosquitto_reconnect_delay_set(s->client, 1, 1, false);
    assert_int_equal(mosquitto_connect(s->client, "127.0.0.1", port, 30), MOSQ_ERR_SUCCESS);
    assert_int_equal(mosquitto_loop_start(s->client), MOSQ_ERR_SUCCESS);
    assert_true(comes_true(sender_is_connected, s));
}

static void send_numbers(struct sender *s, int from, int to, int qos)
{
    for (int i = from; i < to; i++) {
        char text[16];
        const int n = snprintf(text, sizeof text, "%d", i);
        const int code = mosquitto_publish(s->client, NULL, "test/number", n, text, qos, false);
        assert_true(code == MOSQ_ERR_SUCCESS ||
                    code == MOSQ_ERR_NO_CONN);  // both: it is kept and will be sent
        s->sent++;
    }
}

static bool all_acknowledged(void *context)
{
    struct sender *s = context;
    return atomic_load(&s->acknowledged) >= s->sent;
}

static void sender_close(struct sender *s)
{
    mosquitto_disconnect(s->client);
    mosquitto_loop_stop(s->client, false);
    mosquitto_destroy(s->client);
}

static void publish_numbers(int port, int count, int qos)
{
    struct sender s = {0};
    sender_connect(&s, port);
    send_numbers(&s, 0, count, qos);
    assert_true(comes_true(all_acknowledged, &s));
    sender_close(&s);
}

static struct mqtt_subscriber *subscribe_receiver(struct receiver *r, int port)
{
    const mqtt_config c = receiver_config(r, port);
    struct mqtt_subscriber *s = subscribe(&c);
    if (!comes_true(is_connected, s)) fail_msg("not connected: %s", r->why);
    return s;
}

// Makes the session at the broker, so that it queues from now on.
static void make_session(int port)
{
    struct receiver *r = receiver_new();
    mqtt_subscriber_free(subscribe_receiver(r, port));
    receiver_free(r);
}

static void what_is_not_done_comes_again_and_what_is_done_does_not(void **state)
{
    const struct place *p = *state;
    const int port = mqtt_broker_port(p->broker);
    make_session(port);
    publish_numbers(port, 50, 1);

    struct receiver *holding = receiver_new();
    holding->holds = true;
    receiver_expect(holding, 50);
    struct mqtt_subscriber *s = subscribe_receiver(holding, port);
    assert_true(comes_true(receiver_has_all, holding));
    mqtt_subscriber_free(s);
    receiver_free(holding);

    struct receiver *r = receiver_new();
    receiver_expect(r, 50);
    s = subscribe_receiver(r, port);
    assert_true(comes_true(receiver_has_all, r));
    mqtt_subscriber_free(s);
    receiver_free(r);

    r = receiver_new();
    s = subscribe_receiver(r, port);
    poll(NULL, 0, 200);
    assert_int_equal(receiver_count(r), 0);
    mqtt_subscriber_free(s);
    receiver_free(r);
}

// Mosquitto saves its queue when it is told to end; that it loses the last seconds when it is killed is its
// own limit.
static void nothing_acknowledged_is_lost_when_the_broker_ends_in_mid_stream(void **state)
{
    const struct place *p = *state;
    const int port = mqtt_broker_port(p->broker);
    struct receiver *r = receiver_new();
    struct mqtt_subscriber *s = subscribe_receiver(r, port);
    struct sender sender = {0};
    sender_connect(&sender, port);
    enum { ROUNDS = 3, EACH = 3000 };
    for (int round = 0; round < ROUNDS; round++) {
        send_numbers(&sender, round * EACH, (round + 1) * EACH, 1);
        poll(NULL, 0, 30);
        end_broker(p, SIGTERM);
    }
    receiver_expect(r, ROUNDS * EACH);
    assert_true(comes_true(all_acknowledged, &sender));
    if (!comes_true(receiver_has_all, r)) fail_msg("%d of %d arrived", r->distinct, ROUNDS * EACH);
    sender_close(&sender);
    mqtt_subscriber_free(s);
    receiver_free(r);
}

static void a_killed_broker_is_found_again(void **state)
{
    const struct place *p = *state;
    const int port = mqtt_broker_port(p->broker);
    struct receiver *r = receiver_new();
    struct mqtt_subscriber *s = subscribe_receiver(r, port);
    struct sender sender = {0};
    sender_connect(&sender, port);
    send_numbers(&sender, 0, 100, 1);
    assert_true(comes_true(all_acknowledged, &sender));
    end_broker(p, SIGKILL);
    send_numbers(&sender, 100, 200, 1);
    receiver_expect(r, 200);
    if (!comes_true(receiver_has_all, r)) fail_msg("%d of 200 arrived", r->distinct);
    sender_close(&sender);
    mqtt_subscriber_free(s);
    receiver_free(r);
}

// This program as a subscriber that holds what it gets; a byte on standard output for each message.
static bool hold_and_tell(const mqtt_message *m, void *context)
{
    (void)m, (void)context;
    return write(STDOUT_FILENO, ".", 1) == 1;
}

static int run_holder(const char *port)
{
    err e;
    mqtt_config c = receiver_config(NULL, (int)strtol(port, NULL, 10));
    c.message = hold_and_tell;
    c.state = NULL;
    struct mqtt_subscriber *s = mqtt_subscribe(&c, &e);
    if (s == NULL) return 1;
    pause();
    return 0;
}

static pid_t start_holder(int port, int *output)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    char text[16];
    snprintf(text, sizeof text, "%d", port);
    char program[] = "/proc/self/exe";
    char word[] = "hold";
    char *const arguments[] = {program, word, text, NULL};
    pid_t pid = 0;
    assert_int_equal(posix_spawn(&pid, program, &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    *output = ends[0];
    return pid;
}

static void a_subscriber_killed_with_unacknowledged_messages_gets_them_again(void **state)
{
    const struct place *p = *state;
    const int port = mqtt_broker_port(p->broker);
    make_session(port);
    publish_numbers(port, 50, 1);
    int output = -1;
    const pid_t holder = start_holder(port, &output);
    char dots[50];
    for (size_t n = 0; n < sizeof dots;) {
        const ssize_t got = read(output, dots, sizeof dots - n);
        assert_true(got > 0);
        n += (size_t)got;
    }
    close(output);
    kill(holder, SIGKILL);
    waitpid(holder, NULL, 0);

    struct receiver *r = receiver_new();
    receiver_expect(r, 50);
    struct mqtt_subscriber *s = subscribe_receiver(r, port);
    assert_true(comes_true(receiver_has_all, r));
    mqtt_subscriber_free(s);
    receiver_free(r);
}

static void a_receiver_that_refuses_gets_everything_in_order(void **state)
{
    const struct place *p = *state;
    const int port = mqtt_broker_port(p->broker);
    struct receiver *r = receiver_new();
    r->refuse_most = 2;
    receiver_expect(r, 300);
    struct mqtt_subscriber *s = subscribe_receiver(r, port);
    publish_numbers(port, 300, 1);
    assert_true(comes_true(receiver_has_all, r));
    assert_int_equal(r->received, 300);
    assert_int_equal(r->out_of_order, 0);
    mqtt_subscriber_free(s);
    receiver_free(r);
}

static void a_wrong_password_is_told_and_tried_again(void **state)
{
    struct place *p = *state;
    char file[100];
    char command[300];
    snprintf(file, sizeof file, "%s/passwords", p->directory);
    snprintf(command, sizeof command, "mosquitto_passwd -c -b %s town secret 2>/dev/null", file);
    assert_int_equal(system(command), 0);
    mqtt_broker_stop(p->broker);
    p->broker = broker_in(p->directory, file, NULL);

    struct receiver *r = receiver_new();
    mqtt_config c = receiver_config(r, mqtt_broker_port(p->broker));
    c.username = STR("town");
    c.password = STR("guess");
    struct mqtt_subscriber *s = subscribe(&c);
    assert_true(comes_true(receiver_knows_why, r));
    assert_false(mqtt_is_connected(s));
    // Mosquitto answers "not authorized" where the standard has a code for a wrong password.
    assert_string_equal(r->why, "not connected: the broker does not allow this client");
    mqtt_subscriber_free(s);

    c.password = STR("secret");
    s = subscribe(&c);
    assert_true(comes_true(is_connected, s));
    mqtt_subscriber_free(s);
    receiver_free(r);
}

// TLS: a CA, the broker's certificate for "localhost" only, a client's, and another CA that signed nothing.
static const char make_certificates[] =
    "cd %s && exec 2>/dev/null && "
    "ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -out $1.pem "
    "-subj /CN=$1 -days 2; } && "
    "leaf() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -out $1.csr "
    "-subj /CN=$1 && "
    "printf 'subjectAltName=DNS:%%s\\n' $2 >$1.ext && "
    "openssl x509 -req -in $1.csr -CA town.pem -CAkey town.key -CAcreateserial -days 2 -extfile $1.ext -out "
    "$1.pem; } && "
    "ca town && ca stranger && leaf broker localhost && leaf client peil";

struct tls_place {
    char ca[100], stranger[100], cert[100], key[100];
};

static void start_tls_broker(struct place *p, struct tls_place *t)
{
    char text[1500];
    snprintf(text, sizeof text, make_certificates, p->directory);
    assert_int_equal(system(text), 0);
    snprintf(t->ca, sizeof t->ca, "%s/town.pem", p->directory);
    snprintf(t->stranger, sizeof t->stranger, "%s/stranger.pem", p->directory);
    snprintf(t->cert, sizeof t->cert, "%s/client.pem", p->directory);
    snprintf(t->key, sizeof t->key, "%s/client.key", p->directory);
    snprintf(text, sizeof text,
             "cafile %s/town.pem\ncertfile %s/broker.pem\nkeyfile %s/broker.key\nrequire_certificate true\n",
             p->directory, p->directory, p->directory);
    mqtt_broker_stop(p->broker);
    p->broker = broker_in(p->directory, NULL, text);
}

static void assert_refused(const mqtt_config *c, const char *why)
{
    struct receiver *r = c->context;
    r->states = 0;
    struct mqtt_subscriber *s = subscribe(c);
    assert_true(comes_true(receiver_knows_why, r));
    mqtt_subscriber_free(s);
    if (strstr(r->why, why) == NULL) fail_msg("%s\nwithout: %s", r->why, why);
}

static void tls_checks_the_broker_and_shows_the_client(void **state)
{
    struct place *p = *state;
    struct tls_place t = {0};
    start_tls_broker(p, &t);
    struct receiver *r = receiver_new();
    mqtt_config c = receiver_config(r, mqtt_broker_port(p->broker));
    c.host = STR("localhost");
    c.ca_file = str_of(t.ca);
    c.cert_file = str_of(t.cert);
    c.key_file = str_of(t.key);
    struct mqtt_subscriber *s = subscribe(&c);
    assert_true(comes_true(is_connected, s));
    mqtt_subscriber_free(s);

    mqtt_config bad = c;
    bad.host = STR("127.0.0.1");  // the certificate is for another name
    assert_refused(&bad, "does not match");
    bad = c;
    bad.ca_file = str_of(t.stranger);
    assert_refused(&bad, "issuer");
    bad = c;
    bad.cert_file = bad.key_file = STR("");
    assert_refused(&bad, "not connected");  // the alert that says why may be lost with the connection
    bad = c;
    bad.ca_file = bad.cert_file = bad.key_file = STR("");  // no TLS at all
    assert_refused(&bad, "not connected");
    receiver_free(r);
}

static void messages_come_over_tls(void **state)
{
    struct place *p = *state;
    struct tls_place t = {0};
    start_tls_broker(p, &t);
    struct receiver *r = receiver_new();
    mqtt_config c = receiver_config(r, mqtt_broker_port(p->broker));
    c.host = STR("localhost");
    c.ca_file = str_of(t.ca);
    c.cert_file = str_of(t.cert);
    c.key_file = str_of(t.key);
    receiver_expect(r, 5000);
    struct mqtt_subscriber *s = subscribe(&c);
    assert_true(comes_true(is_connected, s));

    const mqtt_publisher_config out = {.host = c.host,
                                       .port = c.port,
                                       .client_id = STR("sender"),
                                       .ca_file = c.ca_file,
                                       .cert_file = c.cert_file,
                                       .key_file = c.key_file};
    err e;
    struct mqtt_publisher *publisher = mqtt_publisher_start(&out, &e);
    assert_non_null(publisher);
    for (int i = 0; i < 5000; i++) {
        char text[16];
        const int n = snprintf(text, sizeof text, "%d", i);
        assert_true(mqtt_publish(publisher, STR("test/number"), (str){text, (size_t)n}, 1, false));
    }
    assert_true(comes_true(receiver_has_all, r));
    assert_int_equal(r->received, 5000);
    mqtt_publisher_stop(publisher);
    mqtt_subscriber_free(s);
    receiver_free(r);
}

static void large_payloads_arrive_whole_and_larger_ones_are_passed_over(void **state)
{
    const struct place *p = *state;
    const int port = mqtt_broker_port(p->broker);
    struct receiver *r = receiver_new();
    mqtt_config c = receiver_config(r, port);
    c.payload_max = 300000;
    struct mqtt_subscriber *s = subscribe(&c);
    assert_true(comes_true(is_connected, s));
    struct sender sender = {0};
    sender_connect(&sender, port);
    char *large = calloc(1, 3000000);
    assert_non_null(large);
    memset(large, 'x', 3000000);
    for (int i = 0; i < 5; i++)
        mosquitto_publish(sender.client, NULL, "test/large", 3000000, large, 1, false);
    mosquitto_publish(sender.client, NULL, "test/large", 300000, large, 1, false);
    send_numbers(&sender, 1, 2, 1);
    sender.sent += 6;
    assert_true(comes_true(all_acknowledged, &sender));
    receiver_expect(r, 1);  // the large one is no number
    assert_true(comes_true(receiver_has_all, r));
    poll(NULL, 0, 100);
    assert_int_equal(receiver_count(r), 2);
    free(large);
    sender_close(&sender);
    mqtt_subscriber_free(s);
    receiver_free(r);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "hold") == 0) return run_holder(argv[2]);
    mosquitto_lib_init();
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_is_not_done_comes_again_and_what_is_done_does_not),
        TEST(nothing_acknowledged_is_lost_when_the_broker_ends_in_mid_stream),
        TEST(a_killed_broker_is_found_again),
        TEST(a_subscriber_killed_with_unacknowledged_messages_gets_them_again),
        TEST(a_receiver_that_refuses_gets_everything_in_order),
        TEST(a_wrong_password_is_told_and_tried_again),
        TEST(tls_checks_the_broker_and_shows_the_client),
        TEST(messages_come_over_tls),
        TEST(large_payloads_arrive_whole_and_larger_ones_are_passed_over),
    };
    const int failed = cmocka_run_group_tests_name("mqtt/mosquitto", tests, NULL, NULL);
    mosquitto_lib_cleanup();
    return failed;
}
