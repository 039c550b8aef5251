// SPDX-License-Identifier: EUPL-1.2
// mail.h: one mail to one address over SMTP, on libcurl.
// Threads  any
// Errors   mail_run: ERR_IO with the server's answer or what failed; *status then is SMTP's reply code, 0 when there was none
// Source   RFC 5321, RFC 5322, RFC 2047 (words in a header), RFC 8058 (one-click stop)
#ifndef PEIL_FETCH_MAIL_H
#define PEIL_FETCH_MAIL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/time.h"

#define MAIL_ADDRESS_MAX 254

typedef struct {
    const char *url;              // smtp://mail.example.nl:587 (STARTTLS when offered), smtps://...
    const char *user, *password;  // NULL: none
    const char *ca_file;          // NULL: the system's
    bool needs_tls;               // smtp:// without STARTTLS is refused
    const char *from;             // address of the sender
    int timeout_s;                // 0: 30
} mail_server;

struct mail {
    str from_name;    // empty: none
    str to;           // one address, checked by mail_address_check
    str subject;      // any bytes: what is not plain is encoded
    str text;         // plain, UTF-8
    str id;           // of Message-ID, before the @
    str unsubscribe;  // https address for one-click stop; empty: none
    instant date;
};

NODISCARD bool mail_address_check(str address, err *e);     // one plain address, safe in a header; ERR_SYNTAX
void mail_write(buf *out, const struct mail *m, str from);  // the whole message, CRLF lines
NODISCARD bool mail_run(const mail_server *s, const struct mail *m, int *status, err *e);

#endif
