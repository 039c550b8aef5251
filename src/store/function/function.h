// SPDX-License-Identifier: EUPL-1.2
// function.h: the SQL functions that compiled queries call, registered on every connection. Private to the store.
//
// A value whose type is known only when the row is read travels through SQL as
//   null     NULL            number   INTEGER or REAL (always finite)      text   TEXT
//   boolean  BLOB of one byte, 0 or 1                 object, array   BLOB holding its JSON text
// which SQLite itself orders as null < number < text < boolean < object or array. A type error gives NULL, never an SQL error.
#ifndef PEIL_STORE_FUNCTION_FUNCTION_H
#define PEIL_STORE_FUNCTION_FUNCTION_H

#include "base/arena.h"
#include "base/err.h"
#include <geos_c.h>
#include <sqlite3.h>

struct sql_function {
    const char *name;
    int arg_count;  // -1: any number
    void (*run)(sqlite3_context *c, int argc, sqlite3_value **args);
    void (*finish)(sqlite3_context *c);  // an aggregate's; then `run` is its step
    int data;                            // what tells functions with the same `run` apart
};

// Ends with a row without a name.
extern const struct sql_function json_functions[];
extern const struct sql_function text_functions[];
extern const struct sql_function number_functions[];
extern const struct sql_function time_functions[];
extern const struct sql_function geometry_functions[];

// Of the connection; freed with it.
struct sql_shared {
    arena *scratch;  // reset by whoever begins to use it
    GEOSContextHandle_t geos;
    GEOSGeoJSONReader *geojson_reader;
    GEOSGeoJSONWriter *geojson_writer;
    GEOSWKTReader *wkt_reader;
};
struct sql_shared *function_shared(sqlite3_context *c);
int function_data(sqlite3_context *c);

bool function_text(sqlite3_value *v, str *out);             // false unless it is TEXT
void function_result_text(sqlite3_context *c, str s);       // copies
void function_result_double(sqlite3_context *c, double v);  // NULL when not finite

// Dynamic values.
bool dynamic_bool(sqlite3_value *v, bool *out);  // false unless it is a boolean
bool dynamic_json(sqlite3_value *v, str *out);   // false unless it is an object or array

// Whether the text is a geometry in WKT (with or without "SRID=...;"): literals are checked before a query runs.
NODISCARD bool geometry_check(str wkt, err *e);
bool geometry_pattern_check(str pattern);  // DE-9IM: nine of T F * 0 1 2

#endif
