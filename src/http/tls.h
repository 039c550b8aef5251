// SPDX-License-Identifier: EUPL-1.2
// tls.h: a connection's bytes, in the clear or over TLS; and the server's certificate, which can be replaced while it serves.
//
// TLS 1.2 and 1.3, ciphers with forward secrecy and authentication alone, as NCSC-NL's guidelines call "good"; HTTP/1.1 by ALPN.
// Owns     a certificate is counted: each connection keeps the one that it began with
// Threads  tls_load, tls_replace from any; a connection from its loop's thread
// Errors   ERR_CONFIG names the file and what is wrong with it
// Source   RFC 8446, RFC 5246; NCSC-NL IT-beveiligingsrichtlijnen voor TLS, 2.1; GnuTLS 3.7
#ifndef PEIL_HTTP_TLS_H
#define PEIL_HTTP_TLS_H

#include "base/err.h"

#include <sys/uio.h>
#include <unistd.h>

struct conn;
struct tls;      // a certificate with its key
struct tls_bay;  // where the server keeps the newest

NODISCARD bool tls_check(str cert_file, str key_file, err *e);
// asks: for the certificate of who comes, which he need not have.
NODISCARD struct tls_bay *tls_bay_new(str cert_file, str key_file, bool asks, err *e);
NODISCARD bool tls_bay_reload(struct tls_bay *b, err *e);  // on failure the old one stays
void tls_bay_free(struct tls_bay *b);

typedef enum { TLS_DONE, TLS_WAIT, TLS_FAILED } tls_result;
NODISCARD bool tls_attach(struct tls_bay *b, struct conn *c);  // a new connection; false: no memory
tls_result tls_handshake(struct conn *c);
void tls_detach(struct conn *c);
void tls_say_goodbye(struct conn *c);  // close_notify, as far as it can be sent at once

// As recv and sendmsg: -1 with errno, EAGAIN when it would wait. A send must go on with the same bytes after that.
ssize_t conn_receive(struct conn *c, void *to, size_t most);
ssize_t conn_send(struct conn *c, struct iovec *parts, size_t count);

#endif
