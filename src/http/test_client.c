// SPDX-License-Identifier: EUPL-1.2
#include "http/test_client.h"

#include "base/num.h"
#include "base/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { WAIT_MS = 5000, IN_MAX = 64 << 20 };

static socklen_t address_of(struct sockaddr_storage *a, const char *address, int port)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    if (inet_pton(AF_INET, address, &four.sin_addr) == 1) return memcpy(a, &four, sizeof four), sizeof four;
    if (inet_pton(AF_INET6, address, &six.sin6_addr) == 1) return memcpy(a, &six, sizeof six), sizeof six;
    memcpy(path.sun_path, address, strnlen(address, sizeof path.sun_path - 1));
    return memcpy(a, &path, sizeof path), sizeof path;
}

struct client client_open_at(const char *address, int port)
{
    struct sockaddr_storage a = {0};
    const socklen_t n = address_of(&a, address, port);
    struct client c = {.fd = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), .in.max = IN_MAX};
    assert_true(c.fd >= 0);
    assert_int_equal(connect(c.fd, (const struct sockaddr *)&a, n), 0);
    return c;
}

struct client client_open(int port)
{
    return client_open_at("127.0.0.1", port);
}

void client_close(struct client *c)
{
    close(c->fd);
    c->fd = -1;
    buf_free(&c->in);
}

void client_send(struct client *c, str bytes)
{
    while (bytes.n) {
        const ssize_t n = send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n < 0) return;  // the server may have answered and closed already; the test looks at what it said
        bytes = str_slice(bytes, (size_t)n, bytes.n);
    }
}

// False: the connection has ended.
static bool receive(struct client *c)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    assert_int_equal(poll(&p, 1, WAIT_MS), 1);
    assert_true(buf_reserve(&c->in, 65536));
    const ssize_t n = recv(c->fd, c->in.p + c->in.n, 65536, 0);
    if (n > 0) c->in.n += (size_t)n;
    return n > 0;
}

// What was handed out is taken away when more is asked for, so that its views live until then.
static void begin(struct client *c)
{
    if (!c->handed_out) return;
    c->in.n -= c->handed_out;
    memmove(c->in.p, c->in.p + c->handed_out, c->in.n);
    c->handed_out = 0;
}

static size_t find(struct client *c, size_t from, const char *text)
{
    size_t at;
    while (!str_find(str_slice(buf_str(&c->in), from, c->in.n), str_of(text), &at))
        if (!receive(c)) fail_msg("the connection ended before '%s': '%.*s'", text, STR_ARG(buf_str(&c->in)));
    return from + at + strlen(text);
}

static void need(struct client *c, size_t n)
{
    while (c->in.n < n) assert_true(receive(c));
}

// Takes the coding off in place; gives the end of the coded body.
static size_t read_chunks(struct client *c, size_t from, size_t *body_n)
{
    *body_n = 0;
    for (size_t at = from;;) {
        const size_t line_end = find(c, at, "\r\n");
        const size_t size = strtoull(c->in.p + at, NULL, 16);
        need(c, line_end + size + 2);
        assert_memory_equal(c->in.p + line_end + size, "\r\n", 2);
        memmove(c->in.p + from + *body_n, c->in.p + line_end, size);
        *body_n += size;
        at = line_end + size + 2;
        if (!size) return at;
    }
}

str client_header(const struct client_reply *r, const char *name)
{
    str rest = r->head, line, key;
    while (str_cut(&rest, '\n', &line))
        if (str_cut(&line, ':', &key) && str_eq_nocase(key, str_of(name))) return str_trim(line);
    return (str){0};
}

static struct client_reply read_head(struct client *c)
{
    const size_t n = find(c, 0, "\r\n\r\n");
    struct client_reply r = {.head = {c->in.p, n}};
    assert_true(str_starts(r.head, STR("HTTP/1.1 ")));
    r.status = (int)strtol(c->in.p + 9, NULL, 10);
    return r;
}

struct client_reply client_read_head(struct client *c)
{
    begin(c);
    const struct client_reply r = read_head(c);
    c->handed_out = r.head.n;
    return r;
}

struct client_reply client_read(struct client *c)
{
    begin(c);
    struct client_reply r = read_head(c);
    const size_t head_n = r.head.n;
    const str length = client_header(&r, "Content-Length");
    size_t body_n = 0, end = head_n;
    err e;
    int64_t n = 0;
    if (length.n) {
        assert_true(num_parse_int(length, &n, &e));
        body_n = (size_t)n;
        need(c, end = head_n + body_n);
    } else if (client_header(&r, "Transfer-Encoding").n) {
        end = read_chunks(c, head_n, &body_n);
    } else if (r.status >= 200 && r.status != 204 && r.status != 304) {
        while (receive(c)) {}
        body_n = c->in.n - head_n;
        end = c->in.n;
    }
    c->handed_out = end;
    r.head.p = c->in.p;
    r.body = (str){c->in.p + head_n, body_n};
    return r;
}

str client_read_until(struct client *c, const char *text)
{
    begin(c);
    c->handed_out = find(c, 0, text);
    return (str){c->in.p, c->handed_out};
}

bool client_is_closed(struct client *c)
{
    begin(c);
    while (receive(c)) {}
    return !c->in.n;
}
