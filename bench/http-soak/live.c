// SPDX-License-Identifier: EUPL-1.2 http-live [CLIENTS [EVENTS]]: how long one event takes to reach all of 2,000
// live clients, server and clients in this process.
#include "http/server.h"

#include "base/time.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MAX = 8000, EVENTS_PER_WAIT = 512 };

static const char event[] =
    "event: observation\ndata: {\"stream\":12,\"thing\":3,\"time\":\"2026-11-26T13:05:00Z\",\"result\":20.5,"
    "\"class\":\"air-2\"}\nid: 123456\n\n";

static struct http_live *live[CLIENTS_MAX];
static atomic_size_t live_count;

static void closed(void *context)
{
    (void)context;
}

static void subscribe(struct http_request *r, void *context)
{
    (void)context;
    const http_reply_data d = {.status = 200, .content_type = STR("text/event-stream")};
    live[atomic_load(&live_count)] = http_reply_live(r, &d, closed, NULL);  // one loop: nobody else is here
    atomic_fetch_add(&live_count, 1);
}

static void dial(int poll, int port)
{
    static const char request[] = "GET /live HTTP/1.1\r\nHost: a\r\n\r\n";
    const struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
    if (fd < 0 || connect(fd, (const struct sockaddr *)&a, sizeof a) ||
        write(fd, request, sizeof request - 1) < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e)) {
        perror("connect");
        exit(1);
    }
}

static void receive(int poll, size_t bytes)
{
    static char text[65536];
    while (bytes) {
        struct epoll_event events[EVENTS_PER_WAIT];
        const int n = epoll_wait(poll, events, EVENTS_PER_WAIT, 5000);
        if (n <= 0) {
            fprintf(stderr, "%zu bytes did not arrive\n", bytes);
            exit(1);
        }
        for (int i = 0; i < n; i++) {
            const ssize_t got = read(events[i].data.fd, text, sizeof text);
            if (got <= 0) exit(1);
            bytes -= (size_t)got;
        }
    }
}

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    const size_t clients = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000,
                 rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 200;
    const http_route routes[] = {
        {.methods = HTTP_GET, .path = STR("/live"), .flags = HTTP_ON_LOOP, .handle = subscribe}};
    const http_config config = {.listen = STR("127.0.0.1:0"), .loops = 1, .routes = routes, .route_count = 1};
    err e;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    struct http_server *s = http_start(&config, &e);
    int64_t *sending = calloc(rounds, sizeof *sending), *arriving = calloc(rounds, sizeof *arriving);
    const int poll = epoll_create1(0);
    if (!s || !sending || !arriving || clients > CLIENTS_MAX || !rounds) return 1;
    for (size_t i = 0; i < clients; i++) dial(poll, http_port(s));
    while (atomic_load(&live_count) < clients) usleep(1000);
    usleep(200000);
    for (size_t i = 0; i < clients; i++) {
        char head[1024];
        struct epoll_event one;
        if (epoll_wait(poll, &one, 1, 1000) == 1) (void)!read(one.data.fd, head, sizeof head);
    }
    for (size_t i = 0; i < rounds; i++) {
        http_piece *p = http_piece_new((str){event, sizeof event - 1});
        const int64_t start = time_monotonic_us();
        for (size_t k = 0; k < clients; k++)
            if (!http_live_send_piece(live[k], p)) return 1;
        sending[i] = time_monotonic_us() - start;
        http_piece_release(p);
        receive(poll, clients * (sizeof event - 1));
        arriving[i] = time_monotonic_us() - start;
    }
    qsort(sending, rounds, sizeof *sending, by_size);
    qsort(arriving, rounds, sizeof *arriving, by_size);
    printf("%zu clients, %zu events of %zu bytes: handed over in %.2f ms (median), at the last client after "
           "%.1f ms (median), %.1f ms (p99)\n",
           clients, rounds, sizeof event - 1, (double)sending[rounds / 2] / 1000,
           (double)arriving[rounds / 2] / 1000, (double)arriving[rounds * 99 / 100] / 1000);
    for (size_t k = 0; k < clients; k++) http_live_close(live[k]);
    http_stop(s, 1);
    return 0;
}
