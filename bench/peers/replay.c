// SPDX-License-Identifier: EUPL-1.2
// replay: sends ready HTTP requests (write_requests.c) over keep-alive connections, each after the answer to the one before.
// Usage: replay HOST PORT CONNECTIONS FILE [ANSWERS]   ANSWERS: where the bodies go, one after another, each with its length
// Prints one line of JSON: requests, refused (status 300 and above), seconds, p50_ms, p99_ms, max_ms.
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct request {
    const char *p;
    uint32_t n;
};

struct replay {
    struct sockaddr_in to;
    struct request *requests;
    size_t count;
    _Atomic size_t next, refused;
    double *took_ms;  // of each request
    FILE *answers;    // one connection only
};

struct answer {
    char *p;
    size_t n, room;
};

static void fail(const char *what)
{
    fprintf(stderr, "replay: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int connect_to(const struct sockaddr_in *to)
{
    const int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (s < 0 || connect(s, (const struct sockaddr *)to, sizeof *to) != 0) fail("connect");
    return s;
}

static void send_all(int s, const char *p, size_t n)
{
    while (n > 0) {
        const ssize_t done = send(s, p, n, MSG_NOSIGNAL);
        if (done <= 0) fail("send");
        p += done;
        n -= (size_t)done;
    }
}

// More of the answer; 0 at its end when the server closes.
static size_t receive(int s, struct answer *a)
{
    if (a->room - a->n < 65536) {
        a->room = 2 * a->room + 262144;
        a->p = realloc(a->p, a->room);
        if (!a->p) fail("memory");
    }
    const ssize_t n = recv(s, a->p + a->n, a->room - a->n - 1, 0);
    if (n < 0) fail("receive");
    a->n += (size_t)n;
    a->p[a->n] = 0;
    return (size_t)n;
}

static size_t head_length(int s, struct answer *a)
{
    for (;;) {
        const char *end = a->n ? strstr(a->p, "\r\n\r\n") : NULL;
        if (end) return (size_t)(end - a->p) + 4;
        if (receive(s, a) == 0) fail("the server closed before the answer");
    }
}

// The body of a chunked answer, moved together at `start`; returns its length.
static size_t join_chunks(int s, struct answer *a, size_t start)
{
    size_t from = start, to = start;
    for (;;) {
        char *line;
        while (!(line = memmem(a->p + from, a->n - from, "\r\n", 2)))
            if (receive(s, a) == 0) fail("the server closed in an answer");
        const size_t size = strtoul(a->p + from, NULL, 16), data = (size_t)(line - a->p) + 2;
        while (a->n < data + size + 2)
            if (receive(s, a) == 0) fail("the server closed in an answer");
        memmove(a->p + to, a->p + data, size);
        to += size;
        from = data + size + 2;
        if (size == 0) return to - start;
    }
}

// Reads one whole answer; true when its status is below 300. The body is at *body.
static bool read_answer(int s, struct answer *a, const char **body, size_t *length)
{
    a->n = 0;
    const size_t head = head_length(s, a);
    const int status = atoi(a->p + 9);
    a->p[head - 2] = 0;
    const char *size = strcasestr(a->p, "\r\ncontent-length:");
    const bool is_chunked = strcasestr(a->p, "\r\ntransfer-encoding:") != NULL;
    if (is_chunked) {
        *length = join_chunks(s, a, head);
    } else {
        *length = size && status != 204 ? strtoul(size + 17, NULL, 10) : 0;
        while (a->n < head + *length)
            if (receive(s, a) == 0) fail("the server closed in an answer");
    }
    *body = a->p + head;
    if (status >= 300)
        fprintf(stderr, "replay: %.*s\n%.*s\n", 40, a->p, (int)(*length < 300 ? *length : 300), *body);
    return status < 300;
}

static void *work(void *context)
{
    struct replay *r = context;
    const int s = connect_to(&r->to);
    struct answer a = {0};
    for (size_t i; (i = atomic_fetch_add(&r->next, 1)) < r->count;) {
        const double start = now_ms();
        const char *body;
        size_t length;
        send_all(s, r->requests[i].p, r->requests[i].n);
        if (!read_answer(s, &a, &body, &length)) atomic_fetch_add(&r->refused, 1);
        r->took_ms[i] = now_ms() - start;
        if (!r->answers) continue;
        const uint32_t n = (uint32_t)length;
        fwrite(&n, sizeof n, 1, r->answers);
        fwrite(body, length, 1, r->answers);
    }
    free(a.p);
    close(s);
    return NULL;
}

static void find_requests(struct replay *r, const char *file)
{
    const int f = open(file, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (f < 0 || fstat(f, &about) != 0) fail(file);
    const size_t size = (size_t)about.st_size;
    const char *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, f, 0);
    if (p == MAP_FAILED) fail("mmap");
    for (size_t at = 0; at < size;) {
        uint32_t n;
        memcpy(&n, p + at, sizeof n);
        r->requests = realloc(r->requests, (r->count + 1) * sizeof *r->requests);
        r->requests[r->count++] = (struct request){p + at + sizeof n, n};
        at += sizeof n + n;
    }
    close(f);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc < 5) return fprintf(stderr, "usage: replay HOST PORT CONNECTIONS FILE [ANSWERS]\n"), 2;
    struct replay r = {.to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))}};
    if (inet_pton(AF_INET, argv[1], &r.to.sin_addr) != 1) fail("HOST must be an IPv4 address");
    size_t connections = strtoul(argv[3], NULL, 10);
    find_requests(&r, argv[4]);
    if (argc > 5) {
        connections = 1;  // answers stay in the order of the requests
        if (!(r.answers = fopen(argv[5], "wb"))) fail(argv[5]);
    }
    r.took_ms = calloc(r.count + 1, sizeof *r.took_ms);
    pthread_t *threads = calloc(connections, sizeof *threads);
    if (!r.took_ms || !threads) fail("memory");
    const double start = now_ms();
    for (size_t i = 0; i < connections; i++)
        if (pthread_create(&threads[i], NULL, work, &r) != 0) fail("thread");
    for (size_t i = 0; i < connections; i++) pthread_join(threads[i], NULL);
    const double seconds = (now_ms() - start) / 1e3;
    if (r.answers && fclose(r.answers) != 0) fail("answers");
    qsort(r.took_ms, r.count, sizeof *r.took_ms, compare);
    printf("{\"requests\":%zu,\"refused\":%zu,\"seconds\":%.6f,\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"max_ms\":%."
           "4f}\n",
           r.count, (size_t)r.refused, seconds, r.took_ms[r.count / 2], r.took_ms[r.count * 99 / 100],
           r.took_ms[r.count - 1]);
    return r.refused ? 1 : 0;
}
