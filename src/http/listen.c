// SPDX-License-Identifier: EUPL-1.2
#include "http/core.h"
#include "http/meter.h"

#include "base/log.h"
#include "base/num.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096, ACCEPTS_PER_TURN = 128 };

// ---- opening ----

static bool fail(struct listener *n, str where, const char *what, err *e)
{
    const int saved = errno;
    if (n->fd >= 0) close(n->fd);
    n->fd = -1;
    return err_set(e, ERR_IO, ERR_NOWHERE, "cannot listen on %.*s: %s: %s", STR_ARG(where), what,
                   strerror(saved));
}

static bool is_in_use(const struct sockaddr_un *a)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool answers = fd >= 0 && connect(fd, (const struct sockaddr *)a, sizeof *a) == 0;
    if (fd >= 0) close(fd);
    return answers;
}

// Whoever can open the socket may use what is served there, so it is its owner's alone from the first moment.
static bool open_unix(struct listener *n, str path, err *e)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct stat s;
    if (!path.n || path.n >= sizeof a.sun_path)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "the path of a socket must have 1 to %zu bytes",
                       sizeof a.sun_path - 1);
    memcpy(a.sun_path, path.p, path.n);
    if (is_in_use(&a)) return err_set(e, ERR_IO, ERR_NOWHERE, "another process listens on %s", a.sun_path);
    n->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (n->fd < 0 || fchmod(n->fd, S_IRUSR | S_IWUSR)) return fail(n, path, "socket", e);
    // What an earlier run left; anything but a socket is not ours to remove.
    if (stat(a.sun_path, &s) == 0 && S_ISSOCK(s.st_mode)) unlink(a.sun_path);
    if (bind(n->fd, (const struct sockaddr *)&a, sizeof a)) return fail(n, path, "bind", e);
    if (listen(n->fd, BACKLOG)) return fail(n, path, "listen", e);
    memcpy(n->unix_path, a.sun_path, sizeof a.sun_path);
    return true;
}

// "127.0.0.1:80", "[::1]:80", "localhost:80"
static bool split_address(str where, char host[static 256], char port[static 8], err *e)
{
    size_t at = where.n;
    while (at > 0 && where.p[at - 1] != ':') at--;
    str h = str_slice(where, 0, at ? at - 1 : 0);
    const str p = str_slice(where, at, where.n);
    if (str_starts(h, STR("[")) && str_ends(h, STR("]"))) h = str_slice(h, 1, h.n - 1);
    err ignored;
    int64_t number;
    if (!h.n || h.n > 255 || !num_parse_int(p, &number, &ignored) || number < 0 || number > 65535)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE,
                       "'%.*s' is not an address such as 127.0.0.1:8080 or [::1]:8080", STR_ARG(where));
    snprintf(host, 256, "%.*s", STR_ARG(h));
    snprintf(port, 8, "%lld", (long long)number);
    return true;
}

bool http_address_check(str where, err *e)
{
    char host[256], port[8];
    return str_starts(where, STR("unix:")) || split_address(where, host, port, e);
}

static bool open_address(struct listener *n, str where, const struct addrinfo *a, err *e)
{
    const int on = 1, off = 0;
    n->fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (n->fd < 0) return fail(n, where, "socket", e);
    setsockopt(n->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (a->ai_family == AF_INET6)
        setsockopt(n->fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);  // [::] takes IPv4 too
    if (bind(n->fd, a->ai_addr, a->ai_addrlen)) return fail(n, where, "bind", e);
    if (listen(n->fd, BACKLOG)) return fail(n, where, "listen", e);
    return true;
}

static bool open_inet(struct listener *n, str where, err *e)
{
    char host[256], port[8];
    struct addrinfo *found;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    if (!split_address(where, host, port, e)) return false;
    const int fault = getaddrinfo(host, port, &hints, &found);
    if (fault)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "cannot listen on %.*s: %s", STR_ARG(where),
                       gai_strerror(fault));
    const bool is_open = open_address(n, where, found, e);
    freeaddrinfo(found);
    return is_open;
}

static int port_of(int fd)
{
    struct sockaddr_storage a = {0};
    socklen_t length = sizeof a;
    if (getsockname(fd, (struct sockaddr *)&a, &length)) return 0;
    if (a.ss_family == AF_INET) return ntohs(((const struct sockaddr_in *)(const void *)&a)->sin_port);
    if (a.ss_family == AF_INET6) return ntohs(((const struct sockaddr_in6 *)(const void *)&a)->sin6_port);
    return 0;
}

// ---- accepting ----

static struct loop *least_busy(const struct http_server *s)
{
    struct loop *least = &s->loops[0];
    for (size_t i = 1; i < s->loops_started; i++)
        if (atomic_load(&s->loops[i].conn_count) < atomic_load(&least->conn_count)) least = &s->loops[i];
    return least;
}

static void turn_away(int fd, refused_reason why)
{
    static const char text[] =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 5\r\n"
        "Content-Length: 60\r\nConnection: close\r\n\r\n"
        "{\"code\":503,\"type\":\"error\",\"message\":\"too many connections\"}";
    // Best effort: with its send buffer still empty it either fits or the client is gone.
    (void)!send(fd, text, sizeof text - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    meter_refused(why);
    close(fd);
}

static void admit(struct http_server *s, int fd, const struct sockaddr_storage *from)
{
    struct peer_key key;
    char peer[PEER_TEXT];
    peer_read(from, &key, peer);
    if (atomic_load(&s->conn_count) >= s->config.connections_max)
        turn_away(fd, REFUSED_CONNECTIONS);
    else if (s->peers && !peers_enter(s->peers, &key))
        turn_away(fd, REFUSED_ADDRESS);
    else
        conn_accept(s, least_busy(s), fd, &key, peer);
}

static bool watch(struct listener *n)
{
    return loop_watch(&n->server->loops[0], n->fd, EPOLLIN, &n->source);
}

// Out of descriptors: the waiting client would wake us without end, so look again at the next tick.
static void rest(struct listener *n)
{
    log_error("cannot accept connections", "reason=\"%s\"", strerror(errno));
    epoll_ctl(n->server->loops[0].epoll, EPOLL_CTL_DEL, n->fd, NULL);
    n->is_paused = true;
}

static void on_connect(struct source *source, uint32_t events)
{
    (void)events;
    struct listener *n = (struct listener *)((char *)source - offsetof(struct listener, source));
    for (int i = 0; i < ACCEPTS_PER_TURN && n->fd >= 0; i++) {
        struct sockaddr_storage from = {0};
        socklen_t length = sizeof from;
        const int fd = accept4(n->fd, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            admit(n->server, fd, &from);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) rest(n);
        if (errno != ECONNABORTED && errno != EINTR) return;
    }
}

bool listener_open(struct listener *n, struct http_server *s, err *e)
{
    const str where = s->config.listen;
    *n = (struct listener){.server = s, .source.ready = on_connect, .fd = -1};
    const bool is_unix = str_starts(where, STR("unix:"));
    if (is_unix ? !open_unix(n, str_slice(where, 5, where.n), e) : !open_inet(n, where, e)) return false;
    s->port = port_of(n->fd);
    return true;
}

bool listener_start(struct listener *n, err *e)
{
    return watch(n) || err_set(e, ERR_IO, ERR_NOWHERE, "cannot watch the listening socket");
}

void listener_tick(struct listener *n)
{
    if (n->is_paused && n->fd >= 0) n->is_paused = !watch(n);
}

void listener_close(struct listener *n)
{
    if (n->fd < 0) return;
    close(n->fd);
    n->fd = -1;
    if (n->unix_path[0]) unlink(n->unix_path);
}
