// SPDX-License-Identifier: EUPL-1.2
// The subscriber at a broker played by the test, which does what no real broker should.
#include "base/test_directory.h"
#include "mqtt/subscriber.h"

#include "base/queue.h"
#include "base/time.h"
#include "mqtt/testing.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define CONNACK STR("\x20\x02\x00\x00")
#define SUBACK STR("\x90\x03\x00\x01\x01")
#define SUBSCRIBE STR("\x82\x0B\x00\x01\x00\x06test/#\x01")
#define MESSAGE                     \
    STR("\x32\x08\x00\x01t\x00\x07" \
        "123")
#define MESSAGE_ACK STR("\x40\x02\x00\x07")
#define PATIENCE_MS 10000

struct fake {
    int listener;
    int port;
    int fd;  // the connection
};

// Keeps every delivery; does not acknowledge.
#define KEPT_MAX 5000

struct keeper {
    struct lock *lock;
    bool refuses;
    size_t n, wanted;
    mqtt_delivery kept[KEPT_MAX];
};

struct scene {
    struct fake broker;
    struct keeper keeper;
    mqtt_config c;
    struct mqtt_subscriber *s;
};

static bool keep(const mqtt_message *m, void *context)
{
    struct keeper *k = context;
    lock_take(k->lock);
    const bool takes = !k->refuses && k->n < KEPT_MAX;
    if (takes) k->kept[k->n++] = m->delivery;
    lock_drop(k->lock);
    return takes;
}

static bool has_kept_enough(void *context)
{
    struct keeper *k = context;
    lock_take(k->lock);
    const bool enough = k->n >= k->wanted;
    lock_drop(k->lock);
    return enough;
}

static void assert_kept(struct scene *x, size_t n)
{
    x->keeper.wanted = n;
    if (!comes_true(has_kept_enough, &x->keeper)) fail_msg("%zu of %zu messages came", x->keeper.n, n);
}

static void fake_listen(struct fake *f)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    f->fd = -1;
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(f->listener, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(f->listener, 8), 0);
    assert_int_equal(getsockname(f->listener, (struct sockaddr *)&a, &n), 0);
    f->port = ntohs(a.sin_port);
}

static void fake_close(struct fake *f)
{
    if (f->fd >= 0) close(f->fd);
    f->fd = -1;
}

static void fake_accept_any(struct fake *f)
{
    fake_close(f);
    struct pollfd p = {f->listener, POLLIN, 0};
    assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
    f->fd = accept4(f->listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(f->fd >= 0);
}

static void fake_expect(struct fake *f, str wanted)
{
    char got[16384];
    size_t n = 0;
    assert_true(wanted.n <= sizeof got);
    while (n < wanted.n) {
        struct pollfd p = {f->fd, POLLIN, 0};
        if (poll(&p, 1, PATIENCE_MS) != 1) fail_msg("only %zu of %zu bytes came", n, wanted.n);
        const ssize_t r = recv(f->fd, got + n, wanted.n - n, 0);
        if (r <= 0) fail_msg("closed after %zu of %zu bytes", n, wanted.n);
        n += (size_t)r;
    }
    assert_memory_equal(got, wanted.p, wanted.n);
}

static void fake_expect_nothing(struct fake *f)
{
    struct pollfd p = {f->fd, POLLIN, 0};
    assert_int_equal(poll(&p, 1, 150), 0);
}

static void fake_expect_close(struct fake *f)
{
    char byte;
    struct pollfd p = {f->fd, POLLIN, 0};
    assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
    assert_true(recv(f->fd, &byte, 1, 0) <= 0);
}

static bool fake_send(struct fake *f, str bytes)
{
    for (size_t n = 0; n < bytes.n;) {
        const ssize_t r = send(f->fd, bytes.p + n, bytes.n - n, MSG_NOSIGNAL);
        if (r <= 0) return false;
        n += (size_t)r;
    }
    return true;
}

static void fake_accept(struct fake *f)
{
    fake_accept_any(f);
    fake_expect(f, STR("\x10\x14\x00\x04MQTT\x04\x00\x00\x1E\x00\x08receiver"));
}

static void fake_up(struct fake *f)
{
    fake_accept(f);
    assert_true(fake_send(f, CONNACK));
    fake_expect(f, SUBSCRIBE);
    assert_true(fake_send(f, SUBACK));
}

static int set_up(void **state)
{
    struct scene *x = calloc(1, sizeof *x);
    if (x == NULL) return -1;
    fake_listen(&x->broker);
    x->keeper.lock = lock_new();
    x->c = receiver_config(NULL, x->broker.port);
    x->c.message = keep;
    x->c.state = NULL;
    x->c.context = &x->keeper;
    x->c.pause_max_ms = 1;
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *x = *state;
    mqtt_subscriber_free(x->s);
    fake_close(&x->broker);
    close(x->broker.listener);
    lock_free(x->keeper.lock);
    free(x);
    return 0;
}

static void start(struct scene *x)
{
    err e;
    x->s = mqtt_subscribe(&x->c, &e);
    if (x->s == NULL) fail_msg("%s", e.text);
}

// After whatever happened: it connects again, gives out a message, and acknowledges it.
static void assert_works(struct scene *x)
{
    fake_up(&x->broker);
    lock_take(x->keeper.lock);
    x->keeper.n = 0;  // nothing of the connections before can come any more
    lock_drop(x->keeper.lock);
    assert_true(fake_send(&x->broker, MESSAGE));
    assert_kept(x, 1);
    mqtt_done(x->s, x->keeper.kept[0]);
    fake_expect(&x->broker, MESSAGE_ACK);
}

// A generator of our own, so that a failure can be repeated.
static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void garbage_makes_it_connect_again(void **state)
{
    struct scene *x = *state;
    uint64_t seed = 1;
    start(x);
    for (int round = 0; round < 300; round++) {
        fake_accept(&x->broker);
        if (round % 2 == 0) (void)fake_send(&x->broker, CONNACK);
        char bytes[1500];
        const size_t n = next_random(&seed) % sizeof bytes;
        for (size_t i = 0; i < n; i++) bytes[i] = (char)(unsigned char)next_random(&seed);
        (void)fake_send(&x->broker, (str){bytes, n});
    }
    assert_works(x);
}

static void a_stream_cut_at_any_byte_makes_it_connect_again(void **state)
{
    struct scene *x = *state;
    const str whole = STR("\x20\x02\x00\x00\x90\x03\x00\x01\x01\x32\x08\x00\x01t\x00\x07"
                          "123\x62\x02\x00\x09\xD0\x00");
    start(x);
    for (size_t n = 0; n <= whole.n; n++) {
        fake_accept(&x->broker);
        assert_true(fake_send(&x->broker, str_slice(whole, 0, n)));
    }
    assert_works(x);
}

static void a_stream_that_drips_byte_by_byte_is_understood(void **state)
{
    struct scene *x = *state;
    start(x);
    fake_accept(&x->broker);
    const str whole = STR("\x20\x02\x00\x00\x90\x03\x00\x01\x01\x32\x08\x00\x01t\x00\x07"
                          "123\x32\x08\x00\x01t\x00\x08"
                          "456");
    for (size_t i = 0; i < whole.n; i++) {
        assert_true(fake_send(&x->broker, str_slice(whole, i, i + 1)));
        poll(NULL, 0, 1);
    }
    assert_kept(x, 2);
}

static void lengths_beyond_reason_are_refused_or_skipped_in_flat_memory(void **state)
{
    struct scene *x = *state;
    start(x);
    fake_accept(&x->broker);
    assert_true(fake_send(&x->broker, STR("\x20\xFF\xFF\xFF\x7F")));
    fake_expect_close(&x->broker);
    fake_up(&x->broker);
    assert_true(fake_send(&x->broker, STR("\x30\xFF\xFF\xFF\xFF\x7F")));
    fake_expect_close(&x->broker);

    fake_up(&x->broker);
    static const char zeros[1 << 20];
    const int64_t before = resident_bytes();
    assert_true(fake_send(&x->broker, STR("\x32\xFF\xFF\xFF\x7F\x00\x01t\x00\x07")));
    for (size_t rest = 268435455 - 5; rest > 0;) {
        const size_t n = rest < sizeof zeros ? rest : sizeof zeros;
        assert_true(fake_send(&x->broker, (str){zeros, n}));
        rest -= n;
    }
    fake_expect(&x->broker, MESSAGE_ACK);
    assert_true(resident_bytes() - before < 4 * 1024 * 1024);
    assert_int_equal(x->keeper.n, 0);
    assert_true(fake_send(&x->broker, MESSAGE));
    assert_kept(x, 1);
}

static void a_late_acknowledgement_of_an_older_connection_is_dropped(void **state)
{
    struct scene *x = *state;
    start(x);
    fake_up(&x->broker);
    assert_true(fake_send(&x->broker, MESSAGE));
    assert_kept(x, 1);
    fake_up(&x->broker);
    assert_true(fake_send(&x->broker, STR("\x3A\x08\x00\x01t\x00\x07"
                                          "123")));
    assert_kept(x, 2);
    mqtt_done(x->s, x->keeper.kept[0]);
    fake_expect_nothing(&x->broker);
    mqtt_done(x->s, x->keeper.kept[1]);
    fake_expect(&x->broker, MESSAGE_ACK);
}

// Writes `count` messages of QoS 1 with the identifiers 1, 2, ... and the acknowledgements that they should
// get.
static void number_messages(char *messages, char *acknowledgements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char high = (char)((i + 1) >> 8 & 0x7f);
        const char low = (char)(unsigned char)((i + 1) & 0xff);
        memcpy(messages + 7 * i, (const char[]){0x32, 5, 0, 1, 't', high, low}, 7);
        memcpy(acknowledgements + 4 * i, (const char[]){0x40, 2, high, low}, 4);
    }
}

static void acknowledgements_keep_the_order_of_arrival(void **state)
{
    struct scene *x = *state;
    enum { COUNT = 900 };
    static char messages[7 * COUNT], acknowledgements[4 * COUNT];
    number_messages(messages, acknowledgements, COUNT);
    start(x);
    fake_up(&x->broker);
    assert_true(fake_send(&x->broker, (str){messages, sizeof messages}));
    assert_kept(x, COUNT);
    for (size_t i = COUNT - 1; i > 0; i--) mqtt_done(x->s, x->keeper.kept[i]);
    fake_expect_nothing(&x->broker);
    mqtt_done(x->s, x->keeper.kept[0]);
    fake_expect(&x->broker, (str){acknowledgements, sizeof acknowledgements});
}

struct share {
    struct scene *x;
    size_t from, to;
};

static void *finish_share(void *context)
{
    const struct share *part = context;
    for (size_t i = part->from; i < part->to; i++) mqtt_done(part->x->s, part->x->keeper.kept[i]);
    return NULL;
}

static void any_thread_may_say_done(void **state)
{
    struct scene *x = *state;
    enum { COUNT = 900, THREADS = 3 };
    static char messages[7 * COUNT], acknowledgements[4 * COUNT];
    number_messages(messages, acknowledgements, COUNT);
    start(x);
    fake_up(&x->broker);
    assert_true(fake_send(&x->broker, (str){messages, sizeof messages}));
    assert_kept(x, COUNT);
    pthread_t threads[THREADS];
    struct share parts[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        parts[i] = (struct share){x, i * COUNT / THREADS, (i + 1) * COUNT / THREADS};
        assert_int_equal(pthread_create(&threads[i], NULL, finish_share, &parts[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    fake_expect(&x->broker, (str){acknowledgements, sizeof acknowledgements});
}

static size_t push_until_nobody_reads(struct fake *f, str unit)
{
    size_t pushed = 0;
    struct pollfd p = {f->fd, POLLOUT, 0};
    while (poll(&p, 1, 300) == 1) {
        for (size_t n = 0; n < unit.n;) {  // whole units only
            const ssize_t r = send(f->fd, unit.p + n, unit.n - n, MSG_NOSIGNAL | (n == 0 ? MSG_DONTWAIT : 0));
            if (r < 0 && errno == EAGAIN) break;
            if (r <= 0) return pushed;
            n += (size_t)r;
            pushed += (size_t)r;
        }
    }
    return pushed;
}

static void a_full_receiver_leaves_the_socket_unread(void **state)
{
    struct scene *x = *state;
    x->keeper.refuses = true;
    x->c.keep_alive_s = 60;
    start(x);
    fake_accept_any(&x->broker);
    assert_true(fake_send(&x->broker, CONNACK));
    assert_true(fake_send(&x->broker, SUBACK));
    static char unit[10000] = "\x30\x8D\x4E\x00\x01t";  // 1 + 2 + 9997 bytes, QoS 0
    const int64_t before = resident_bytes();
    const size_t pushed = push_until_nobody_reads(&x->broker, (str){unit, sizeof unit});
    assert_true(pushed < 64 * 1024 * 1024);  // the kernel's buffers
    assert_true(resident_bytes() - before < 4 * 1024 * 1024);

    lock_take(x->keeper.lock);
    x->keeper.refuses = false;
    lock_drop(x->keeper.lock);
    x->keeper.wanted = pushed / sizeof unit;
    assert_true(x->keeper.wanted < KEPT_MAX);
    assert_kept(x, x->keeper.wanted);
}

static void no_more_than_the_limit_is_in_flight(void **state)
{
    struct scene *x = *state;
    enum { COUNT = 100, MOST = 10 };
    static char messages[7 * COUNT], acknowledgements[4 * COUNT];
    number_messages(messages, acknowledgements, COUNT);
    x->c.in_flight_max = MOST;
    start(x);
    fake_up(&x->broker);
    assert_true(fake_send(&x->broker, (str){messages, sizeof messages}));
    for (size_t i = 0; i < COUNT; i++) {
        assert_kept(x, i + MOST < COUNT ? i + MOST : COUNT);
        if (i == 20) {
            poll(NULL, 0, 50);
            assert_int_equal(x->keeper.n, 20 + MOST);
        }
        mqtt_done(x->s, x->keeper.kept[i]);
    }
    fake_expect(&x->broker, (str){acknowledgements, sizeof acknowledgements});
}

static void a_broker_that_falls_silent_is_left(void **state)
{
    struct scene *x = *state;
    x->c.keep_alive_s = 1;
    start(x);
    fake_accept_any(&x->broker);
    fake_expect(&x->broker, STR("\x10\x14\x00\x04MQTT\x04\x00\x00\x01\x00\x08receiver"));
    assert_true(fake_send(&x->broker, CONNACK));
    fake_expect(&x->broker, SUBSCRIBE);
    assert_true(fake_send(&x->broker, SUBACK));
    fake_expect(&x->broker, STR("\xC0\x00"));
    assert_true(fake_send(&x->broker, STR("\xD0\x00")));
    fake_expect(&x->broker, STR("\xC0\x00"));
    fake_accept_any(&x->broker);  // no answer: it tries anew
}

static void stopping_acknowledges_what_is_done_and_says_goodbye(void **state)
{
    struct scene *x = *state;
    start(x);
    fake_up(&x->broker);
    assert_true(fake_send(&x->broker, MESSAGE));
    assert_true(fake_send(&x->broker, STR("\x32\x08\x00\x01t\x00\x08"
                                          "456")));
    assert_kept(x, 2);
    mqtt_done(x->s, x->keeper.kept[0]);
    mqtt_subscriber_stop(x->s);
    mqtt_done(x->s, x->keeper.kept[1]);  // too late, and without effect
    fake_expect(&x->broker, STR("\x40\x02\x00\x07\xE0\x00"));
    fake_expect_close(&x->broker);
}

static void stopping_does_not_wait_for_a_broker_that_says_nothing(void **state)
{
    struct scene *x = *state;
    start(x);
    fake_accept(&x->broker);
    const int64_t before = time_monotonic_us();
    mqtt_subscriber_free(x->s);
    x->s = NULL;
    assert_true(time_monotonic_us() - before < TIME_SECOND);
}

static void a_broker_that_speaks_no_tls_is_tried_again(void **state)
{
    struct scene *x = *state;
    char directory[TEST_DIRECTORY_MAX];
    char command[400];
    char ca[100];
    uint64_t seed = 2;
    test_directory_make(directory);
    snprintf(ca, sizeof ca, "%s/ca.pem", directory);
    snprintf(command, sizeof command,
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout %s/ca.key -out %s "
             "-subj /CN=x "
             "2>/dev/null",
             directory, ca);
    assert_int_equal(system(command), 0);
    x->c.ca_file = str_of(ca);
    start(x);
    for (int round = 0; round < 50; round++) {
        fake_accept_any(&x->broker);
        char bytes[600];
        for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(unsigned char)next_random(&seed);
        if (round % 2)
            memcpy(bytes, "\x16\x03\x03\x02\x00\x02\x00\x01\xFC\x03\x03",
                   11);  // a ServerHello, as far as that
        (void)fake_send(&x->broker, (str){bytes, sizeof bytes});
    }
    fake_accept_any(&x->broker);  // says nothing: stopping must not wait for the handshake
    const int64_t before = time_monotonic_us();
    mqtt_subscriber_free(x->s);
    x->s = NULL;
    assert_true(time_monotonic_us() - before < TIME_SECOND);
    test_directory_remove(directory);
}

static void a_configuration_that_cannot_work_is_refused(void **state)
{
    struct scene *x = *state;
    const mqtt_config good = x->c;
    static const str bad_topic[] = {STR("a/#/b")};
    mqtt_config bad[11];
    for (size_t i = 0; i < 11; i++) bad[i] = good;
    bad[0].host = STR("");
    bad[1].port = 0;
    bad[2].port = 65536;
    bad[3].client_id = STR("");
    bad[4].client_id = STR("\xFF");
    bad[5].password = STR("without a user");
    bad[6].topics = bad_topic;
    bad[7].topic_count = 0;
    bad[8].cert_file = STR("/etc/hostname");
    bad[9].ca_file = STR("/nonexistent");
    bad[10].ca_file = STR("/dev/null");
    for (size_t i = 0; i < 11; i++) {
        err e = {0};
        if (mqtt_subscribe(&bad[i], &e) != NULL) fail_msg("row %zu", i);
        assert_int_equal(e.code, ERR_CONFIG);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(garbage_makes_it_connect_again),
        TEST(a_stream_cut_at_any_byte_makes_it_connect_again),
        TEST(a_stream_that_drips_byte_by_byte_is_understood),
        TEST(lengths_beyond_reason_are_refused_or_skipped_in_flat_memory),
        TEST(a_late_acknowledgement_of_an_older_connection_is_dropped),
        TEST(acknowledgements_keep_the_order_of_arrival),
        TEST(any_thread_may_say_done),
        TEST(a_full_receiver_leaves_the_socket_unread),
        TEST(no_more_than_the_limit_is_in_flight),
        TEST(a_broker_that_falls_silent_is_left),
        TEST(stopping_acknowledges_what_is_done_and_says_goodbye),
        TEST(stopping_does_not_wait_for_a_broker_that_says_nothing),
        TEST(a_broker_that_speaks_no_tls_is_tried_again),
        TEST(a_configuration_that_cannot_work_is_refused),
    };
    return cmocka_run_group_tests_name("mqtt/subscriber", tests, NULL, NULL);
}
