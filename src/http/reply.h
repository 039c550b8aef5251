// SPDX-License-Identifier: EUPL-1.2
// reply.h: the head of an answer as bytes, and what may be compressed. Pure.
// Source   RFC 9110 sections 6.6.1, 8.6 and 15, RFC 9112 sections 4 and 6
#ifndef PEIL_HTTP_REPLY_H
#define PEIL_HTTP_REPLY_H

#include "base/time.h"
#include "http/server.h"

enum { REPLY_DATE_TEXT = 29, REPLY_COMPRESS_MIN = 1024 };

typedef enum { REPLY_LENGTH, REPLY_CHUNKED, REPLY_UNTIL_CLOSE } reply_framing;

struct reply_head {
    const http_reply_data *data;
    reply_framing framing;
    size_t length;
    bool closes;
    bool is_http10;
    bool is_compressed;  // adds Content-Encoding: gzip
    bool varies;         // adds Vary: Accept-Encoding
    instant now;
};

// Status line to empty line. Headers whose name or value could break out of their line are left out.
void reply_write_head(buf *out, const struct reply_head *h);
bool reply_has_body(int status);                                     // 1xx, 204 and 304 have none
bool reply_is_compressible(const http_reply_data *d);                // a text type, not encoded yet
void reply_write_date(char out[static REPLY_DATE_TEXT], instant t);  // Sun, 06 Nov 1994 08:49:37 GMT

#endif
