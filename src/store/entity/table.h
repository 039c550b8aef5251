// SPDX-License-Identifier: EUPL-1.2
// table.h: the entity sets as SQL: tables, columns and relations, all derived from model/entity.h. Private to the store.
//
// A table per set, named as the entity (Datastream), with the primary key `id`, a column per property (name) and a column
// per to-one relation (Thing). JSON stands as compact JSON text, an instant as INTEGER microseconds. A relation that is
// to-many on both sides has a table of pairs (Thing_Locations). Observations have the virtual table `observation`; what
// follows from them (phenomenonTime, resultTime and observedArea of a Datastream) has no column but is looked up.
#ifndef PEIL_STORE_ENTITY_TABLE_H
#define PEIL_STORE_ENTITY_TABLE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/value.h"
#include <sqlite3.h>

str table_name(entity_set set);

// ---- Properties --------------------------------------------------------------------------------------------------

enum { RESULT_PART_KIND, RESULT_PART_REAL, RESULT_PART_UNITS, RESULT_PART_SCALE, RESULT_PART_TEXT };
#define COLUMN_PARTS_MAX 5

// What a property is in SQL: one expression or several.
//   PROPERTY_INTERVAL, PROPERTY_TIME   start, end
//   PROPERTY_RESULT                    RESULT_PART_KIND, ... (store/observations.h says what they hold)
//   others                             the value itself
struct column {
    property_type type;
    bool is_stored;  // a column of the set's own table
    int part_count;
    // '@' stands for the alias of the row; NULL: the property's name is the column.
    const char *parts[COLUMN_PARTS_MAX];
    const char *extent[2];  // the same as columns of stream_extent, for who joins that as x7 to t7; else NULL
};
const struct column *column_of(entity_set set, int property);
struct sight;
// t7.name; a place as `sight` shows it.
void column_add_sql(buf *b, const struct sight *sight, entity_set set, int property, int part, int alias);
void column_add_extent_sql(buf *b, const struct column *c, int part, int alias);  // x7.phen_min

// Reads the part_count columns from `at` on. Texts are views into the statement's row, unescaped JSON texts lie in the arena.
NODISCARD bool column_read(sqlite3_stmt *st, int at, const struct column *c, arena *a, value *out, err *e);
// A JSON text as a value; objects and arrays stay VALUE_JSON.
NODISCARD bool json_to_value(str text, arena *a, value *out, err *e);

// ---- Relations ---------------------------------------------------------------------------------------------------

typedef enum {
    LINK_HERE,   // the column `here` of this set's table holds the other's id
    LINK_THERE,  // the column `there` of the other's table holds this one's id
    LINK_PAIRS   // `table` has the columns `here` with this one's id and `there` with the other's
} link_kind;

struct link {
    link_kind kind;
    str table;
    str here, there;
    bool is_ordered;  // the pairs have a column `position`: their order as seen from the owner
    bool is_owner;
};
struct link link_of(entity_set set, int relation);
// The id that a to-one relation leads to, NULL when to none: t7.Thing
void link_add_sql(buf *b, entity_set set, int relation, int alias);

#endif
