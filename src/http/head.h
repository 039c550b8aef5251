// SPDX-License-Identifier: EUPL-1.2
// head.h: the head of a request: request line and fields, checked strictly. Pure: bytes in, spans out.
//
// Where two readers could disagree about where a message ends, it is refused: both lengths, differing lengths,
// folded lines, NUL, bare CR, bare LF, space before a colon, no or two Hosts. A proxy before us then cannot be
// talked into smuggling.
// Owns     nothing; spans count from the first byte of the head, so the bytes may move
// Errors   struct refusal: the status to answer with, and a sentence
// Source   RFC 9112 sections 2 to 7 and 11.2, RFC 9110 sections 5, 7.2 and 10.1.1
#ifndef PEIL_HTTP_HEAD_H
#define PEIL_HTTP_HEAD_H

#include "http/server.h"
#include <stdint.h>

enum {
    HEAD_TARGET_MAX = 16384,  // longer: 414
    HEAD_FIELDS_MAX = 64,     // more: 431
    HEAD_BYTES_LIMIT = 40960  // what header_bytes_max may be at most: spans have 16 bits
};

struct refusal {
    int status;
    const char *message;
};

typedef struct {
    uint16_t at;
    uint16_t n;
} span;

typedef struct {
    span name;
    span value;
} head_field;

struct head {
    http_method method;
    span path;
    span query;
    bool is_http10;
    bool keeps_alive;
    bool is_chunked;
    bool has_length;
    bool expects_continue;
    uint64_t length;
    size_t field_count;
    head_field fields[HEAD_FIELDS_MAX];
};

// How far the search for the end of a head has come; zero is the start.
struct head_scan {
    size_t at;
    size_t line_start;
    size_t first_line_end;
};

typedef enum { HEAD_INCOMPLETE, HEAD_COMPLETE, HEAD_REFUSED } head_state;

// Looks at bytes not seen before. COMPLETE: the head is in[0, scan->at), its empty line included.
head_state head_find_end(struct head_scan *scan, str in, size_t fields_max, struct refusal *why);

// `bytes` is a whole head as found above.
NODISCARD bool head_parse(str bytes, struct head *out, struct refusal *why);

str head_span(str bytes, span s);
// The first field of that name, case ignored; NULL when absent.
const head_field *head_find(const struct head *h, str bytes, str name);

#endif
