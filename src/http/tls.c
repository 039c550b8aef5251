// SPDX-License-Identifier: EUPL-1.2
#include "http/tls.h"

#include "http/core.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define PRIORITIES                                                                                        \
    "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-AES-128-CBC:-AES-256-CBC:-AES-128-CCM:" \
    "-AES-256-CCM:-SHA1:%SERVER_PRECEDENCE"

struct tls {
    atomic_size_t holders;
    gnutls_certificate_credentials_t certificate;
    gnutls_priority_t priorities;
};

struct tls_bay {
    struct lock *lock;
    struct tls *newest;
    char *cert_file, *key_file;
    bool asks;  // for the certificate of who comes
};

// ---- The certificate ---------------------------------------------------------------------------------------------

static void tls_release(struct tls *t)
{
    if (!t || atomic_fetch_sub(&t->holders, 1) != 1) return;
    if (t->certificate) gnutls_certificate_free_credentials(t->certificate);
    if (t->priorities) gnutls_priority_deinit(t->priorities);
    free(t);
}

static bool check_key_file(const char *path, err *e)
{
    struct stat s;
    if (stat(path, &s) != 0)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "cannot read %s: %s", path, strerror(errno));
    return !(s.st_mode & S_IRWXO) ||
           err_set(e, ERR_CONFIG, ERR_NOWHERE, "everybody can read the key %s: chmod 600", path);
}

static struct tls *tls_load(const char *cert_file, const char *key_file, err *e)
{
    const char *wrong = NULL;
    if (!check_key_file(key_file, e)) return NULL;
    struct tls *t = calloc(1, sizeof *t);
    if (!t || gnutls_certificate_allocate_credentials(&t->certificate) < 0) {
        free(t);
        err_no_memory(e);
        return NULL;
    }
    atomic_init(&t->holders, 1);
    int code = gnutls_certificate_set_x509_key_file(t->certificate, cert_file, key_file, GNUTLS_X509_FMT_PEM);
    if (code >= 0) code = gnutls_priority_init(&t->priorities, PRIORITIES, &wrong);
    if (code >= 0) return t;
    (void)err_set(e, ERR_CONFIG, ERR_NOWHERE, "certificate %s with key %s: %s", cert_file, key_file,
                  gnutls_strerror(code));
    tls_release(t);
    return NULL;
}

static char *text_of(str s)
{
    return strndup(s.p ? s.p : "", s.n);
}

void tls_bay_free(struct tls_bay *b)
{
    if (!b) return;
    tls_release(b->newest);
    lock_free(b->lock);
    free(b->cert_file);
    free(b->key_file);
    free(b);
}

struct tls_bay *tls_bay_new(str cert_file, str key_file, bool asks, err *e)
{
    struct tls_bay *b = calloc(1, sizeof *b);
    if (b) b->asks = asks;
    bool ok = b && (b->lock = lock_new()) && (b->cert_file = text_of(cert_file)) &&
              (b->key_file = text_of(key_file));
    if (!ok) err_no_memory(e);
    ok = ok && (b->newest = tls_load(b->cert_file, b->key_file, e));
    if (ok) return b;
    tls_bay_free(b);
    return NULL;
}

bool tls_bay_reload(struct tls_bay *b, err *e)
{
    struct tls *fresh = tls_load(b->cert_file, b->key_file, e);
    if (!fresh) return false;
    lock_take(b->lock);
    struct tls *old = b->newest;
    b->newest = fresh;
    lock_drop(b->lock);
    tls_release(old);
    return true;
}

bool tls_check(str cert_file, str key_file, err *e)
{
    struct tls_bay *b = tls_bay_new(cert_file, key_file, false, e);
    tls_bay_free(b);
    return b != NULL;
}

// ---- A connection ------------------------------------------------------------------------------------------------

bool tls_attach(struct tls_bay *b, struct conn *c)
{
    unsigned char name[] = {'h', 't', 't', 'p', '/', '1', '.', '1'};
    const gnutls_datum_t http = {name, sizeof name};
    lock_take(b->lock);
    struct tls *t = b->newest;
    atomic_fetch_add(&t->holders, 1);
    lock_drop(b->lock);
    gnutls_session_t s = NULL;
    const bool ok = gnutls_init(&s, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) >= 0 &&
                    gnutls_priority_set(s, t->priorities) >= 0 &&
                    gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, t->certificate) >= 0 &&
                    gnutls_alpn_set_protocols(s, &http, 1, 0) >= 0;
    if (!ok) {
        if (s) gnutls_deinit(s);
        tls_release(t);
        return false;
    }
    // Whose certificate it is shows the fingerprint alone: whoever signed it does not count, so it is asked for without names.
    if (b->asks) gnutls_certificate_server_set_request(s, GNUTLS_CERT_REQUEST);
    gnutls_transport_set_int(s, c->fd);
    c->tls = s;
    c->certificate = t;
    return true;
}

// The handshake has proved that the peer holds its key.
static void note_peer(struct conn *c)
{
    unsigned count = 0;
    size_t n = sizeof c->peer_certificate;
    const gnutls_datum_t *peers = gnutls_certificate_get_peers(c->tls, &count);
    c->has_certificate = count > 0 &&
                         gnutls_fingerprint(GNUTLS_DIG_SHA256, &peers[0], c->peer_certificate, &n) == 0;
}

tls_result tls_handshake(struct conn *c)
{
    const int code = gnutls_handshake(c->tls);
    if (code == 0) {
        note_peer(c);
        return TLS_DONE;
    }
    return gnutls_error_is_fatal(code) ? TLS_FAILED : TLS_WAIT;
}

void tls_detach(struct conn *c)
{
    if (!c->tls) return;
    gnutls_deinit(c->tls);
    tls_release(c->certificate);
    c->tls = NULL;
    c->certificate = NULL;
}

void tls_say_goodbye(struct conn *c)
{
    if (c->tls) (void)gnutls_bye(c->tls, GNUTLS_SHUT_WR);
}

// ---- Bytes -------------------------------------------------------------------------------------------------------

static ssize_t result_of(ssize_t n)
{
    if (n >= 0) return n;
    errno = n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED ? EAGAIN : EPROTO;
    return -1;
}

ssize_t conn_receive(struct conn *c, void *to, size_t most)
{
    return c->tls ? result_of(gnutls_record_recv(c->tls, to, most)) : recv(c->fd, to, most, 0);
}

ssize_t conn_send(struct conn *c, struct iovec *parts, size_t count)
{
    if (c->tls) return result_of(gnutls_record_send(c->tls, parts[0].iov_base, parts[0].iov_len));
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    return sendmsg(c->fd, &message, MSG_NOSIGNAL);
}
