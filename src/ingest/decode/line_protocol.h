// SPDX-License-Identifier: EUPL-1.2
// line_protocol.h: lines of InfluxDB's line protocol, one after the other:
//     measurement,tag=value,tag=value field=1.5,field=2i,field="text",field=true 1556813561098000000
// Owns     texts are views of the line, or lie in the arena where they had escapes
// Errors   ERR_SYNTAX with the byte offset in the whole text; the next call goes on with the next line
// Source   InfluxDB OSS v2, line protocol reference
#ifndef PEIL_INGEST_DECODE_LINE_PROTOCOL_H
#define PEIL_INGEST_DECODE_LINE_PROTOCOL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/time.h"
#include "model/value.h"

#define LINE_TAGS_MAX 32
#define LINE_FIELDS_MAX 256

struct line_tag {
    str key, value;
};

struct line_field {
    str key;
    value value;  // a number with the sender's digits, a truth, or a text
    size_t at;    // of the value, in the whole text
};

struct line_point {
    str measurement;
    struct line_tag tags[LINE_TAGS_MAX];
    size_t tag_count;
    struct line_field fields[LINE_FIELDS_MAX];
    size_t field_count;
    str head;      // measurement and tags, as they stand in the text
    int64_t time;  // in the sender's precision; INT64_MIN: none
};

struct line_reader {
    str text;
    size_t at;  // of the next line
};

// Where the line that starts at `p` ends: its line feed, or `end`.
const char *line_end(const char *p, const char *end);

// The next point: false at the end (*done) or when the line cannot be read. Comments and empty lines are passed over.
NODISCARD bool line_next(struct line_reader *r, arena *a, struct line_point *out, bool *done, err *e);

#endif
