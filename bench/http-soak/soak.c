// SPDX-License-Identifier: EUPL-1.2
// soak: does a server answer every request, and each within a second? Counts, on keep-alive connections.
//
//   soak [--seconds N] [--connections 64,256,1000,10000] [--idle N] SERVER [ARGUMENT...]
//
// Starts SERVER (which prints its port, and ends when its standard input does), opens the connections, and on
// each posts a numbered body, waits for the same body back, and posts the next. Every answer is compared with its
// question. Prints one line per number of connections; exit status 1 when an answer is missing, wrong, or came
// after more than a second.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    ANSWER_MAX = 1024,
    BODY_BYTES = 64,
    LATE_US = 1000000,
    EVENTS = 256,
    HISTOGRAM_STEP_US = 20,
    HISTOGRAM = 100000
};

struct client {
    int fd;
    uint64_t number;
    int64_t asked_at;  // 0: nothing asked
    size_t got;
    char answer[ANSWER_MAX];
};

struct tally {
    uint64_t asked, answered, wrong, closed, late;
    int64_t longest_us;
    uint32_t histogram[HISTOGRAM];
};

struct server {
    pid_t pid;
    int input;
    uint16_t port;
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static struct server server_start(char **argv)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) die("pipe");
    fflush(stdout);
    struct server s = {.pid = fork(), .input = in[1]};
    if (s.pid < 0) die("fork");
    if (!s.pid) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        execv(argv[0], argv);
        perror(argv[0]);
        _exit(2);
    }
    close(in[0]);
    close(out[1]);
    FILE *f = fdopen(out[0], "r");
    char line[32] = "";
    if (!f || !fgets(line, sizeof line, f)) die("the server printed no port");
    s.port = (uint16_t)strtoul(line, NULL, 10);
    fclose(f);
    return s;
}

static bool server_stop(struct server s)
{
    int status = 0;
    close(s.input);
    if (waitpid(s.pid, &status, 0) != s.pid) return false;
    if (!status) return true;
    fprintf(stderr, "the server ended with status %#x\n", (unsigned)status);
    return false;
}

static long server_resident_kib(struct server s)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%ld/status", (long)s.pid);
    FILE *f = fopen(path, "r");
    long kib = -1;
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "VmRSS:", 6)) kib = strtol(line + 6, NULL, 10);
    if (f) fclose(f);
    return kib;
}

static int client_connect(uint16_t port)
{
    // One loopback address offers about 28,000 ports; spread over several, so that runs in a row do not meet
    // TIME_WAIT.
    static uint32_t turn;
    const struct sockaddr_in from = {.sin_family = AF_INET,
                                     .sin_addr.s_addr = htonl(0x7f000002u + turn++ % 8)};
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    const int on = 1;
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)&from, sizeof from)) die("bind");
    if (connect(fd, (const struct sockaddr *)&to, sizeof to)) die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void client_ask(struct client *c, struct tally *t, int64_t now)
{
    char text[512];
    const int n = snprintf(
        text, sizeof text,
        "POST /v1.1/Observations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        "Content-Length: %d\r\n\r\n%0*llu",
        BODY_BYTES, BODY_BYTES, (unsigned long long)++c->number);
    c->asked_at = now;
    c->got = 0;
    t->asked++;
    if (send(c->fd, text, (size_t)n, MSG_NOSIGNAL) != n) t->closed++;
}

// The body in the answer so far, or NULL while it is incomplete.
static const char *client_body(struct client *c)
{
    c->answer[c->got] = '\0';
    const char *end = strstr(c->answer, "\r\n\r\n");
    if (!end || c->got < (size_t)(end + 4 - c->answer) + BODY_BYTES) return NULL;
    return end + 4;
}

static void count_answer(struct client *c, struct tally *t, const char *body, int64_t now)
{
    const int64_t waited = now - c->asked_at;
    t->answered++;
    if (strncmp(c->answer, "HTTP/1.1 200 ", 13) || strtoull(body, NULL, 10) != c->number) t->wrong++;
    if (waited > t->longest_us) t->longest_us = waited;
    if (waited > LATE_US) t->late++;
    const int64_t slot = waited / HISTOGRAM_STEP_US;
    t->histogram[slot < HISTOGRAM ? slot : HISTOGRAM - 1]++;
    c->asked_at = 0;
}

static void client_read(struct client *c, struct tally *t, bool ask_again)
{
    const ssize_t n = recv(c->fd, c->answer + c->got, sizeof c->answer - 1 - c->got, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
        t->closed++;
        close(c->fd);
        c->fd = -1;
        c->asked_at = 0;
        return;
    }
    c->got += (size_t)n;
    const char *body = client_body(c);
    if (!body || !c->asked_at) return;
    const int64_t now = now_us();
    count_answer(c, t, body, now);
    if (ask_again) client_ask(c, t, now);
}

static double percentile_ms(const struct tally *t, double p)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < HISTOGRAM; i++)
        if ((double)(seen += t->histogram[i]) >= p * (double)t->answered)
            return (double)((i + 1) * HISTOGRAM_STEP_US) / 1000;
    return 0;
}

static uint64_t count_waiting(const struct client *clients, size_t count)
{
    uint64_t waiting = 0;
    for (size_t i = 0; i < count; i++) waiting += clients[i].asked_at != 0;
    return waiting;
}

static bool soak(struct server s, size_t count, int seconds, size_t idle)
{
    struct client *clients = calloc(count, sizeof *clients);
    int *silent = calloc(idle + 1, sizeof *silent);
    struct tally *t = calloc(1, sizeof *t);
    const int poll = epoll_create1(EPOLL_CLOEXEC);
    if (!clients || !silent || !t || poll < 0) die("soak");
    const long before = server_resident_kib(s);
    for (size_t i = 0; i < idle; i++) silent[i] = client_connect(s.port);
    for (size_t i = 0; i < count; i++) {
        clients[i].fd = client_connect(s.port);
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = &clients[i]};
        epoll_ctl(poll, EPOLL_CTL_ADD, clients[i].fd, &e);
    }
    const int64_t start = now_us(), end = start + (int64_t)seconds * 1000000;
    for (size_t i = 0; i < count; i++) client_ask(&clients[i], t, now_us());
    int64_t now = start;
    uint64_t in_time = 0;
    for (; now < end + 5000000; now = now_us()) {
        struct epoll_event events[EVENTS];
        if (now >= end && !count_waiting(clients, count)) break;
        const int n = epoll_wait(poll, events, EVENTS, 100);
        for (int i = 0; i < n; i++) client_read(events[i].data.ptr, t, now < end);
        if (now < end) in_time = t->answered;
    }
    const uint64_t missing = t->asked - t->answered;
    if (missing) t->longest_us = now - start;
    printf("%6zu %9llu %9llu %8llu %6llu %6llu %7llu %9.0f %7.2f %7.2f %9.1f %8ld %8ld\n", count,
           (unsigned long long)t->asked, (unsigned long long)t->answered, (unsigned long long)missing,
           (unsigned long long)t->wrong, (unsigned long long)t->closed, (unsigned long long)t->late,
           (double)in_time / seconds, percentile_ms(t, 0.5), percentile_ms(t, 0.99),
           (double)t->longest_us / 1000, before, server_resident_kib(s));
    fflush(stdout);
    const bool is_clean = !missing && !t->wrong && !t->closed && !t->late;
    for (size_t i = 0; i < count; i++)
        if (clients[i].fd >= 0) close(clients[i].fd);
    for (size_t i = 0; i < idle; i++) close(silent[i]);
    close(poll);
    free(clients);
    free(silent);
    free(t);
    return is_clean;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"seconds", required_argument, NULL, 's'},
                                            {"connections", required_argument, NULL, 'c'},
                                            {"idle", required_argument, NULL, 'i'},
                                            {0}};
    int seconds = 10;
    size_t idle = 0;
    const char *connections = "64,256,1000,10000";
    for (int o; (o = getopt_long(argc, argv, "+", options, NULL)) != -1;) switch (o) {
        case 's': seconds = (int)strtol(optarg, NULL, 10); break;
        case 'c': connections = optarg; break;
        case 'i': idle = strtoul(optarg, NULL, 10); break;
        default: return 64;
        }
    if (optind == argc || seconds < 1) {
        fprintf(stderr, "usage: soak [--seconds N] [--connections N,N] [--idle N] SERVER [ARGUMENT...]\n");
        return 64;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
    printf("%6s %9s %9s %8s %6s %6s %7s %9s %7s %7s %9s %8s %8s\n", "conns", "asked", "answered", "missing",
           "wrong", "closed", "over 1s", "per s", "p50 ms", "p99 ms", "max ms", "KiB idle", "KiB load");
    bool is_clean = true;
    for (const char *p = connections; *p;) {
        char *next;
        const size_t count = strtoul(p, &next, 10);
        if (next == p || !count) return 64;
        const struct server s = server_start(argv + optind);
        is_clean &= soak(s, count, seconds, idle);
        is_clean &= server_stop(s);
        p = *next == ',' ? next + 1 : next;
    }
    return is_clean ? 0 : 1;
}
