// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/link.h"

#include "base/time.h"
#include <errno.h>
#include <gnutls/gnutls.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_TIMEOUT (10 * TIME_SECOND)  // for each address of the host
#define HANDSHAKE_TIMEOUT (10 * TIME_SECOND)

struct link {
    int fd;
    gnutls_certificate_credentials_t credentials;  // NULL: no TLS, as is `tls`
    gnutls_session_t tls;
    size_t unsent;  // bytes of the last link_write that TLS holds encrypted but could not send
};

static const char *system_error(int number, char *out, size_t n)
{
    return strerror_r(number, out, n);  // GNU's, safe in threads
}

static bool io_error(err *e, const char *what, int number)
{
    char text[128];
    return err_set(e, ERR_IO, ERR_NOWHERE, "%s: %s", what, system_error(number, text, sizeof text));
}

static bool tls_error(const struct link *l, const char *what, int code, err *e)
{
    const bool is_alert = code == GNUTLS_E_FATAL_ALERT_RECEIVED;
    const char *why = is_alert ? gnutls_alert_get_name(gnutls_alert_get(l->tls)) : gnutls_strerror(code);
    return err_set(e, ERR_IO, ERR_NOWHERE, "%s: %s%s", what, is_alert ? "the broker says: " : "",
                   why ? why : "?");
}

static bool load_credentials(const link_config *c, gnutls_certificate_credentials_t to, err *e)
{
    const int authorities = gnutls_certificate_set_x509_trust_file(to, c->ca_file, GNUTLS_X509_FMT_PEM);
    if (authorities < 0)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "CA file %s: %s", c->ca_file,
                       gnutls_strerror(authorities));
    if (authorities == 0)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "CA file %s holds no certificate", c->ca_file);
    if (c->cert_file == NULL) return true;
    const int code = gnutls_certificate_set_x509_key_file(to, c->cert_file, c->key_file, GNUTLS_X509_FMT_PEM);
    return code >= 0 || err_set(e, ERR_CONFIG, ERR_NOWHERE, "client certificate %s with key %s: %s",
                                c->cert_file, c->key_file, gnutls_strerror(code));
}

bool link_check(const link_config *c, err *e)
{
    if (c->ca_file == NULL) return true;
    gnutls_certificate_credentials_t probe = NULL;
    if (gnutls_certificate_allocate_credentials(&probe) < 0) return err_no_memory(e);
    const bool ok = load_credentials(c, probe, e);
    gnutls_certificate_free_credentials(probe);
    return ok;
}

// Waits until `fd` is ready for `events`. False: too late, or stopping.
static bool wait_ready(int fd, short events, int stop_fd, instant deadline, err *e)
{
    while (true) {
        const int64_t rest_us = deadline - time_monotonic_us();
        if (rest_us <= 0) return err_set(e, ERR_IO, ERR_NOWHERE, "no answer in time");
        struct pollfd fds[] = {{fd, events, 0}, {stop_fd, POLLIN, 0}};
        const int ready = poll(fds, 2, (int)(rest_us / 1000) + 1);
        if (ready < 0 && errno != EINTR) return io_error(e, "poll", errno);
        if (ready > 0 && fds[1].revents) return err_set(e, ERR_IO, ERR_NOWHERE, "stopping");
        if (ready > 0 && fds[0].revents) return true;
    }
}

static bool finish_connect(int fd, const struct addrinfo *address, int stop_fd, err *e)
{
    if (connect(fd, address->ai_addr, address->ai_addrlen) == 0) return true;
    if (errno != EINPROGRESS) return io_error(e, "connect", errno);
    if (!wait_ready(fd, POLLOUT, stop_fd, time_monotonic_us() + CONNECT_TIMEOUT, e)) return false;
    int fault = 0;
    socklen_t n = sizeof fault;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &n) != 0) fault = errno;
    return fault == 0 || io_error(e, "connect", fault);
}

static int connect_address(const struct addrinfo *address, int stop_fd, err *e)
{
    const int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        (void)io_error(e, "socket", errno);
        return -1;
    }
    // Acknowledgements are small and must not wait for each other.
    const int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (finish_connect(fd, address, stop_fd, e)) return fd;
    close(fd);
    return -1;
}

static int connect_host(const link_config *c, int stop_fd, err *e)
{
    char port[12];
    snprintf(port, sizeof port, "%d", c->port);
    const struct addrinfo wanted = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *found = NULL;
    const int code = getaddrinfo(c->host, port, &wanted, &found);
    if (code != 0) {
        (void)err_set(e, ERR_IO, ERR_NOWHERE, "look up %s: %s", c->host, gai_strerror(code));
        return -1;
    }
    int fd = -1;
    for (const struct addrinfo *a = found; a != NULL && fd < 0; a = a->ai_next)
        fd = connect_address(a, stop_fd, e);
    freeaddrinfo(found);
    return fd;
}

static bool is_ip_address(const char *host)
{
    const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, NULL, &numeric, &found) != 0) return false;
    freeaddrinfo(found);
    return true;
}

static bool prepare_tls(struct link *l, const link_config *c, err *e)
{
    int code = gnutls_certificate_allocate_credentials(&l->credentials);
    if (code < 0) return tls_error(l, "TLS", code, e);
    if (!load_credentials(c, l->credentials, e)) return false;
    code = gnutls_init(&l->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    if (code >= 0)
        code = gnutls_set_default_priority_append(l->tls, "-VERS-TLS1.0:-VERS-TLS1.1:-VERS-DTLS-ALL", NULL,
                                                  0);
    if (code >= 0) code = gnutls_credentials_set(l->tls, GNUTLS_CRD_CERTIFICATE, l->credentials);
    // RFC 6066: an address is no server name.
    if (code >= 0 && !is_ip_address(c->host))
        code = gnutls_server_name_set(l->tls, GNUTLS_NAME_DNS, c->host, strlen(c->host));
    if (code < 0) return tls_error(l, "TLS", code, e);
    gnutls_session_set_verify_cert(l->tls, c->host, 0);
    gnutls_transport_set_int(l->tls, l->fd);
    return true;
}

static bool handshake_error(struct link *l, int code, err *e)
{
    gnutls_datum_t why = {NULL, 0};
    if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR &&
        gnutls_certificate_verification_status_print(gnutls_session_get_verify_cert_status(l->tls),
                                                     GNUTLS_CRT_X509, &why, 0) == 0) {
        const str text = str_trim((str){(const char *)why.data, why.size});
        (void)err_set(e, ERR_IO, ERR_NOWHERE, "the broker's certificate: %.*s", STR_ARG(text));
        gnutls_free(why.data);
        return false;
    }
    return tls_error(l, "TLS handshake", code, e);
}

static bool shake_hands(struct link *l, int stop_fd, err *e)
{
    const instant deadline = time_monotonic_us() + HANDSHAKE_TIMEOUT;
    while (true) {
        const int code = gnutls_handshake(l->tls);
        if (code == GNUTLS_E_SUCCESS) return true;
        if (gnutls_error_is_fatal(code)) return handshake_error(l, code, e);
        if (code != GNUTLS_E_AGAIN) continue;
        const short events = gnutls_record_get_direction(l->tls) ? POLLOUT : POLLIN;
        if (!wait_ready(l->fd, events, stop_fd, deadline, e)) return err_within(e, "TLS handshake");
    }
}

struct link *link_open(const link_config *c, int stop_fd, err *e)
{
    struct link *l = calloc(1, sizeof *l);
    if (l == NULL) {
        (void)err_no_memory(e);
        return NULL;
    }
    l->fd = connect_host(c, stop_fd, e);
    if (l->fd >= 0 && (c->ca_file == NULL || (prepare_tls(l, c, e) && shake_hands(l, stop_fd, e)))) return l;
    link_close(l);
    return NULL;
}

void link_close(struct link *l)
{
    if (l == NULL) return;
    if (l->tls) {
        (void)gnutls_bye(l->tls, GNUTLS_SHUT_WR);
        gnutls_deinit(l->tls);
    }
    if (l->credentials) gnutls_certificate_free_credentials(l->credentials);
    if (l->fd >= 0) close(l->fd);
    free(l);
}

int link_fd(const struct link *l)
{
    return l->fd;
}

bool link_has_more(const struct link *l)
{
    return l->tls && gnutls_record_check_pending(l->tls) > 0;
}

static bool closed_by_broker(err *e)
{
    return err_set(e, ERR_IO, ERR_NOWHERE, "the other side closed the connection");
}

static bool read_tls(struct link *l, char *to, size_t most, size_t *n, err *e)
{
    size_t got = 0;
    while (got < most) {
        const ssize_t r = gnutls_record_recv(l->tls, to + got, most - got);
        if (r > 0) {
            got += (size_t)r;
        } else if (r == GNUTLS_E_AGAIN || (got > 0 && r != GNUTLS_E_INTERRUPTED)) {
            break;  // a fault behind good bytes is met again by the next call
        } else if (r == 0 || r == GNUTLS_E_PREMATURE_TERMINATION) {
            return closed_by_broker(e);
        } else if (gnutls_error_is_fatal((int)r)) {
            return tls_error(l, "TLS", (int)r, e);
        }
    }
    *n = got;
    return true;
}

bool link_read(struct link *l, char *to, size_t most, size_t *n, err *e)
{
    if (l->tls) return read_tls(l, to, most, n, e);
    const ssize_t r = recv(l->fd, to, most, 0);
    if (r == 0) return closed_by_broker(e);
    if (r < 0 && errno != EAGAIN && errno != EINTR) return io_error(e, "read", errno);
    *n = r > 0 ? (size_t)r : 0;
    return true;
}

// GnuTLS wants to see the same bytes again after it could not send them.
static bool write_tls(struct link *l, str bytes, size_t *n, err *e)
{
    const size_t count = l->unsent > 0 ? l->unsent : bytes.n;
    const ssize_t r = gnutls_record_send(l->tls, bytes.p, count);
    if (r < 0 && gnutls_error_is_fatal((int)r)) return tls_error(l, "TLS", (int)r, e);
    l->unsent = r > 0 ? 0 : count;
    *n = r > 0 ? (size_t)r : 0;
    return true;
}

bool link_write(struct link *l, str bytes, size_t *n, err *e)
{
    if (l->tls) return write_tls(l, bytes, n, e);
    const ssize_t r = send(l->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
    if (r < 0 && errno != EAGAIN && errno != EINTR) return io_error(e, "write", errno);
    *n = r > 0 ? (size_t)r : 0;
    return true;
}
