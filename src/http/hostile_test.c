// SPDX-License-Identifier: EUPL-1.2 Clients that mean harm or know no better, against a server in a process of
// its own, so that its memory and descriptors can be watched from outside: afterwards it serves as before, and
// has grown by nothing that matters.
#include "http/server.h"

#include "http/test_client.h"

#include "base/test.h"
#include "base/time.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { IDLE_MAX = 10000, REQUEST_TIMEOUT_S = 30 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_IS_OURS false  // a sanitizer's own memory would be measured
#else
#define MEMORY_IS_OURS true
#endif

// ---- the server ----

static pid_t server;
static int server_input;
static int port;
static int own_descriptors;  // of the server without a connection

static void echo(struct http_request *r, void *context)
{
    (void)context;
    const http_reply_data d = {
        .status = 200, .content_type = STR("text/plain"), .body = http_request_body(r)};
    http_reply(r, &d);
}

static int serve(int input, int output)
{
    static const http_route routes[] = {
        {.methods = HTTP_GET | HTTP_POST, .path = STR("/"), .flags = HTTP_ON_LOOP, .handle = echo},
        {.methods = HTTP_GET | HTTP_POST, .path = STR("/work"), .handle = echo},
    };
    const http_config config = {.listen = STR("127.0.0.1:0"),
                                .loops = 2,
                                .routes = routes,
                                .route_count = 2,
                                .request_timeout_s = REQUEST_TIMEOUT_S};
    err e;
    char end;
    struct http_server *s = http_start(&config, &e);
    const int my_port = s ? http_port(s) : 0;
    if (write(output, &my_port, sizeof my_port) != sizeof my_port) return 1;
    while (read(input, &end, 1) > 0) {}
    http_stop(s, 1);
    return 0;
}

static int open_descriptors(void)
{
    char path[64];
    int n = 0;
    snprintf(path, sizeof path, "/proc/%ld/fd", (long)server);
    DIR *d = opendir(path);
    assert_non_null(d);
    while (readdir(d)) n++;
    closedir(d);
    return n;
}

static int start_server(void **state)
{
    (void)state;
    int in[2], out[2];
    struct rlimit files;
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    if (pipe(in) || pipe(out) || (server = fork()) < 0) return -1;
    if (!server) {
        close(in[1]);
        exit(serve(in[0], out[1]));
    }
    close(in[0]);
    close(out[1]);
    server_input = in[1];
    const bool has_port = read(out[0], &port, sizeof port) == sizeof port && port;
    close(out[0]);
    own_descriptors = open_descriptors();
    return has_port ? 0 : -1;
}

static int stop_server(void **state)
{
    (void)state;
    int status = -1;
    close(server_input);
    return waitpid(server, &status, 0) == server && status == 0 ? 0 : -1;  // a crash or a leak shows here
}

static long resident_kib(void)
{
    char path[64];
    long pages = 0;
    snprintf(path, sizeof path, "/proc/%ld/statm", (long)server);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%*d %ld", &pages), 1);
    fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void assert_serves(void)
{
    const int64_t start = time_monotonic_us();
    struct client c = client_open(port);
    CLIENT_SEND(&c, "POST /work HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok");
    assert_str(client_read(&c).body, "ok");
    client_close(&c);
    assert_true(time_monotonic_us() - start < TIME_SECOND);
}

// ---- what they send ----

#define HOST "Host: a\r\n"

static const struct {
    str sent;
    int status;
} refusals[] = {
    {STR("\r\n\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n"), 200},
    {STR("GET / HTTP/1.1\r\n\r\n"), 400},
    {STR("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400},
    {STR("GET /\r\n"), 0},  // incomplete: nothing to say yet
    {STR("GET / HTTP/1.1\n"), 400},
    {STR("GET / HTTP/1.1\r\n" HOST "X: \0\r\n\r\n"), 400},
    {STR("\0\0\0\0"), 400},
    {STR("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), 400},  // TLS
    {STR("\x10\x1d\x00\x04MQTT\x04\x02\x00\x3c\x00\x11"), 400},  // MQTT
    {STR("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 501},              // HTTP/2
    {STR("SSH-2.0-OpenSSH_9.2\r\n\r\n"), 400},
    {STR("GET http://a/ HTTP/1.1\r\n" HOST "\r\n"), 200},
    {STR("GET /../../etc/passwd HTTP/1.1\r\n" HOST "\r\n"), 404},
    {STR("GET /%2e%2e/%00 HTTP/1.1\r\n" HOST "\r\n"), 404},
    {STR("CONNECT a:443 HTTP/1.1\r\n" HOST "\r\n"), 501},
    {STR("TRACE / HTTP/1.1\r\n" HOST "\r\n"), 501},
    {STR("DELETE / HTTP/1.1\r\n" HOST "\r\n"), 405},
    {STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999\r\n\r\n"), 413},
    {STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551616\r\n\r\n"), 400},
    {STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400},
    {STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 30\r\n\r\nabc"), 400},
    {STR("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: \x0b"
         "chunked\r\n\r\n0\r\n\r\n"),
     400},
    {STR("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n"), 501},
    {STR("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"), 400},
    {STR("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nfffffff\r\nx"), 413},
    {STR("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), 400},
    {STR("POST / HTTP/1.1\r\n" HOST "Expect: nothing\r\n\r\n"), 417},
    {STR("POST / HTTP/1.0\r\n\r\n"), 411},
    {STR("GET / HTTP/3.0\r\n" HOST "\r\n"), 505},
    {STR("GET / HTTP/1.1\r\n" HOST " folded: x\r\n\r\n"), 400},
};

TEST(each_wrong_request_is_answered_and_none_disturbs)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct client c = client_open(port);
        client_send(&c, refusals[i].sent);
        if (refusals[i].status) {
            const struct client_reply r = client_read(&c);
            if (r.status != refusals[i].status)
                fail_msg("%d instead of %d: %.*s", r.status, refusals[i].status, STR_ARG(refusals[i].sent));
            if (r.status >= 400) assert_true(str_starts(r.body, STR("{\"code\":")));
        }
        client_close(&c);
    }
    assert_serves();
}

static uint32_t chance;

static uint32_t below(uint32_t n)
{
    chance = chance * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)chance * n) >> 32);
}

// Sends, ends its side, and waits for the server to end the other one.
static void send_and_wait(const char *bytes, size_t n)
{
    struct client c = client_open(port);
    client_send(&c, (str){bytes, n});
    shutdown(c.fd, SHUT_WR);
    client_is_closed(&c);
    client_close(&c);
}

TEST(binary_rubbish_is_survived)
{
    char bytes[4096];
    chance = 1;
    for (int i = 0; i < 500; i++) {
        const size_t n = 1 + below(sizeof bytes);
        for (size_t k = 0; k < n; k++) bytes[k] = (char)below(256);
        send_and_wait(bytes, n);
    }
    assert_serves();
}

TEST(damaged_requests_are_survived)
{
    static const str whole = STR(
        "POST /work HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n0\r\n\r\nPOST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
    char bytes[512];
    chance = 2;
    for (int i = 0; i < 3000; i++) {
        memcpy(bytes, whole.p, whole.n);
        for (uint32_t damage = below(4); damage > 0; damage--)
            bytes[below((uint32_t)whole.n)] = (char)below(256);
        send_and_wait(bytes, i % 2 ? whole.n : below((uint32_t)whole.n));
    }
    assert_serves();
}

static size_t affordable(size_t wanted)
{
    struct rlimit files = {0};
    getrlimit(RLIMIT_NOFILE, &files);
    return files.rlim_cur > wanted + 100 ? wanted : files.rlim_cur / 2;
}

// The growth of the server in KiB while `count` connections that have sent `bytes` stay open, and a client is
// served beside them.
static long growth_with(size_t count, str bytes)
{
    const long before = resident_kib();
    struct client *c = calloc(count, sizeof *c);
    assert_non_null(c);
    for (size_t i = 0; i < count; i++) {
        c[i] = client_open(port);
        client_send(&c[i], bytes);
    }
    assert_serves();
    const long growth = resident_kib() - before;
    for (size_t i = 0; i < count; i++) client_close(&c[i]);
    free(c);
    return growth;
}

static void assert_all_closed(void)
{
    for (int i = 0; i < 500 && open_descriptors() > own_descriptors; i++) usleep(10000);
    assert_int_equal(open_descriptors(), own_descriptors);
}

TEST(ten_thousand_idle_connections_cost_little)
{
    const size_t count = affordable(IDLE_MAX);
    const long growth = growth_with(count, (str){0});
    print_message("%zu idle connections: %ld KiB\n", count, growth);
    if (MEMORY_IS_OURS) assert_true(growth < 8 << 10);
    assert_all_closed();
}

TEST(ten_thousand_half_requests_cost_what_they_sent)
{
    const size_t count = affordable(IDLE_MAX);
    const long growth = growth_with(
        count, STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 1000000\r\n\r\nhalf a bo"));
    print_message("%zu half requests: %ld KiB\n", count, growth);
    // A request, its first buffer, its arena: not the megabyte that was announced.
    if (MEMORY_IS_OURS) assert_true(growth < 64 << 10);
    assert_all_closed();
}

TEST(clients_that_come_and_go_leave_nothing)
{
    const struct linger reset = {.l_onoff = 1};
    for (int round = 0; round < 2; round++) {
        const long before = resident_kib();
        for (int i = 0; i < 4000; i++) {
            struct client c = client_open(port);
            if (i % 4) CLIENT_SEND(&c, "POST /work HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nab");
            if (i % 4 == 2) CLIENT_SEND(&c, "cd");
            if (i % 2) setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
            client_close(&c);
        }
        assert_serves();
        if (MEMORY_IS_OURS && round) assert_true(resident_kib() - before < 1 << 10);
    }
    assert_all_closed();
}

RUN_WITH(start_server, stop_server, CASE(each_wrong_request_is_answered_and_none_disturbs),
         CASE(binary_rubbish_is_survived), CASE(damaged_requests_are_survived),
         CASE(ten_thousand_idle_connections_cost_little),
         CASE(ten_thousand_half_requests_cost_what_they_sent), CASE(clients_that_come_and_go_leave_nothing))
