// SPDX-License-Identifier: EUPL-1.2
// postcode.h: which neighbourhood a postcode lies in, from a table that the town imports. Residents find their neighbourhood by it;
// what they type stays in their browser, which gets the whole table.
//
// A table is CSV with , or ; and a line of names: a column of postcodes (postcode, pc6, pc4) and one of areas (area, code, gebied, or a
// name that begins with buurt or bu_). Codes of CBS may lack BU and zeros. A postcode that stands there more than once (CBS has a line per
// house number) lies where most of its lines are. Lines that begin with # are remarks.
//
// Personal data   none: a postcode of four digits and two letters names a street's side, not a person
// Owns     documents of kind "postcode": key area, value a list of postcodes ["2281AB", ...]
// Threads  any; an import waits for its commit
// Errors   ERR_SYNTAX, ERR_LIMIT, ERR_MISSING with the line; what the store says
// Source   CBS "Buurt, wijk en gemeente voor postcode huisnummer" (columns PC6, Huisnummer, Buurt..., Wijk..., Gemeente...)
#ifndef PEIL_PORTAL_POSTCODE_H
#define PEIL_PORTAL_POSTCODE_H

#include "area/area.h"

#define POSTCODE_LINES_MAX 500000

struct postcode_import {
    int64_t stored;   // postcodes
    int64_t refused;  // lines without a postcode, or of an area that is not known this year
};
// Takes the place of the table that was there.
NODISCARD bool postcodes_import(struct store *s, struct areas *areas, str csv, instant now,
                                struct postcode_import *out, err *e);
NODISCARD bool postcodes_exist(struct snapshot *at, bool *out, err *e);

// "2281 ab" is "2281AB"; four digits with no, one or two letters. False: it is none.
bool postcode_plain(str text, char out[static 7], size_t *n);

// Areas with a postcode that begins so, by code; at most `most`. Codes lie in the arena.
struct postcode_hit {
    str area, postcode;
};
NODISCARD bool postcodes_find(struct snapshot *at, str start, size_t most, arena *a, struct postcode_hit *out,
                              size_t *count, err *e);
// {"BU06030111":["2281AB", ...], ...}
NODISCARD bool postcodes_write(struct snapshot *at, buf *out, err *e);

// ---- For tests and the fuzzer ----
struct postcode_row {
    char postcode[7];
    str area;
};
NODISCARD bool postcode_table_read(str csv, arena *a, struct postcode_row **out, size_t *count,
                                   int64_t *refused, err *e);

#endif
