// SPDX-License-Identifier: EUPL-1.2
// json_inner.h: what the parts of the JSON reader share (json_reader.c, json_text.c, json_skip.c, json_place.c).
// Not for others.
#ifndef PEIL_BASE_JSON_INNER_H
#define PEIL_BASE_JSON_INNER_H

#include "base/json.h"

static inline bool json_at_char(const json_reader *r, char c)
{
    return r->at < r->source.n && r->source.p[r->at] == c;
}

static inline void json_skip_space(json_reader *r)
{
    while (r->at < r->source.n) {
        const char c = r->source.p[r->at];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
        r->at++;
    }
}

// Errors in the user's words, at r->at; always false.
// "expected `what` for 'result'`instead`", or "after the value of 'result'" when that has been read.
bool json_fail_place(json_reader *r, err_code code, const char *what, bool after, const char *instead);
bool json_unexpected(json_reader *r, const char *what, bool after);  // says what is there instead
bool json_wrong_type(json_reader *r, json_type wanted, json_type found);

struct json_text {
    str raw;  // between the quotes
    bool has_escape;
};

bool json_scan_text(json_reader *r, struct json_text *out);  // at a quote; escapes are not looked into
// Into `out`, which has room for s.n bytes, or nowhere when it is NULL: then the escapes are only checked.
bool json_unescape(json_reader *r, str s, char *out, size_t *length);
bool json_scan_key(json_reader *r, struct json_text *out, size_t *at);  // and its colon; escapes are checked

#endif
