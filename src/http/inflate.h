// SPDX-License-Identifier: EUPL-1.2
// inflate.h: the body of a request as it was before its Content-Encoding.
// Errors   ERR_MEDIA (a coding that is not known), ERR_SYNTAX (broken), ERR_LIMIT (more than `max` bytes come out: it stops
//          there, whatever the rest would have become)
// Source   RFC 9110 section 8.4.1; RFC 1950, 1951, 1952
#ifndef PEIL_HTTP_INFLATE_H
#define PEIL_HTTP_INFLATE_H

#include "base/buf.h"
#include "base/err.h"

bool http_is_plain(str coding);  // "" or "identity": nothing to do

// Adds to `out`. Codings: gzip (members one after the other), deflate (with or without its zlib head), identity.
NODISCARD bool http_inflate(str body, str coding, size_t max, buf *out, err *e);

#endif
