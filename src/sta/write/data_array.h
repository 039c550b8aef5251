// SPDX-License-Identifier: EUPL-1.2
// data_array.h: the body of CreateObservations. The first reading says whether all of it is well formed, so that a malformed body
// stores nothing, and keeps of each row what it says where that is a time and a number in their plain form (base/plain.h); the
// other rows are read a second time, one by one, where a wrong row leaves its neighbours.
// Owns     groups lie in the arena, the rows are freed with data_array_free; texts of single rows are views of the body or lie in
//          the arena of the second reading
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
    bool has_components, has_rows;  // the body named them
    size_t row_count;
    struct data_group *next;
};

struct data_array {
    str body;
    struct data_group *groups;   // NULL: none
    struct plain_reading *rows;  // of all groups, one behind the other
    size_t row_count, capacity;
};

// `out` is to be freed, also after a failure.
NODISCARD bool data_array_read(str body, arena *a, struct data_array *out, err *e);
void data_array_free(struct data_array *d);

// A row whose time is TIME_NONE is to be read once more: here is where it begins in the body.
static inline bool data_row_is_read(const struct plain_reading *row)
{
    return row->time != TIME_NONE;
}
static inline size_t data_row_place(const struct plain_reading *row)
{
    return (size_t)row->value.units;
}

struct data_row {
    struct observation o;
    entity_set kind;
    str why;  // it is wrong; empty: it is not
};

// The row of the group that begins at this byte of the body.
void data_row_read(str body, size_t place, const struct data_group *g, arena *a, struct data_row *out);
str data_row_reason(arena *a, const err *e);  // why a row is wrong, kept in the arena

#endif
