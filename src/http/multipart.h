// SPDX-License-Identifier: EUPL-1.2
// multipart.h: a multipart body taken apart, and what stands in a part: an HTTP request, or a field of a form. Lines may end in LF
// alone.
// Owns     everything is a view of the body
// Errors   ERR_SYNTAX, ERR_MISSING
// Source   RFC 2046 section 5.1, RFC 9112; OData 4.0 part 1 section 11.7; RFC 7578
#ifndef PEIL_HTTP_MULTIPART_H
#define PEIL_HTTP_MULTIPART_H

#include "base/arena.h"
#include "base/err.h"

#define MULTIPART_BOUNDARY_MAX 200  // the standard allows 70; longer ones are seen

struct multipart {
    str body;
    str boundary;
    size_t at;  // where the next part begins
    bool has_begun;
};

struct multipart_part {
    str headers;
    str body;
    size_t at;  // of the part in the body, for messages
};

// The boundary parameter of a Content-Type: multipart/mixed; boundary="x".
NODISCARD bool multipart_open(str body, str content_type, struct multipart *out, err *e);
// *got false: the closing delimiter was reached. A body without it is malformed.
NODISCARD bool multipart_next(struct multipart *m, struct multipart_part *out, bool *got, err *e);

// The first header of that name, no case; empty when absent.
str multipart_header(str headers, str name);
bool multipart_is_media(str content_type, str media);  // "multipart/mixed", whatever its parameters

// POST Things HTTP/1.1, headers, an empty line, the body.
struct http_part {
    str method;
    str url;
    str headers;
    str body;
};
NODISCARD bool http_part_read(str text, struct http_part *out, err *e);

// Content-Disposition: form-data; name="x"; filename="y.pdf". Names as sent, with the %22 that browsers write for a quote.
struct form_part {
    str name, filename;  // filename.p NULL: no file
    str media_type;      // "application/pdf"; empty: not said
};
NODISCARD bool form_part_read(const struct multipart_part *part, struct form_part *out, err *e);

#endif
