// SPDX-License-Identifier: EUPL-1.2
// data_array.h: the body of CreateObservations, read twice. First whether all of it is well formed, so that a
// malformed body stores nothing; then row by row, where a wrong row leaves its neighbours.
// Owns     groups lie in the arena; texts of rows are views of the body or lie in the arena of the second
//          reading
// Errors   ERR_SYNTAX, ERR_TYPE, ERR_MISSING, ERR_UNKNOWN, ERR_RANGE, ERR_LIMIT, with the byte offset
// Source   OGC 18-088 section 12 (data array extension)
#ifndef PEIL_STA_WRITE_DATA_ARRAY_H
#define PEIL_STA_WRITE_DATA_ARRAY_H

#include "sta/write/observation_body.h"

#define DATA_ARRAY_COMPONENTS_MAX 16
#define DATA_ARRAY_ROWS_MAX ((size_t)2000000)

struct data_group {
    entity_id stream;
    entity_set kind;  // SET_DATASTREAM or SET_MULTI_DATASTREAM
    int components[DATA_ARRAY_COMPONENTS_MAX];
    size_t component_count;
    size_t rows_at;  // of its dataArray in the body
    size_t row_count;
    struct data_group *next;
};

// NULL in *out: no groups.
NODISCARD bool data_array_read(str body, arena *a, struct data_group **out, err *e);

struct data_row {
    struct observation o;
    entity_set kind;
    str why;  // it is wrong; empty: it is not
};

// Where the second reading is. Must not be moved: the reader points into it.
struct data_place {
    str body;
    const struct data_group *group;  // NULL: at the end
    json_reader reader;
    err why;
};

void data_array_begin(struct data_place *p, str body, const struct data_group *first);
// False: there are no more rows.
bool data_array_next(struct data_place *p, arena *a, struct data_row *out);

str data_row_reason(arena *a, const err *e);  // why a row is wrong, kept in the arena

#endif
