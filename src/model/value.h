// SPDX-License-Identifier: EUPL-1.2
// value.h: one value of a property, a literal, a sort key or a result.
// Owns     texts are views; who made the value says what they point into
#ifndef PEIL_MODEL_VALUE_H
#define PEIL_MODEL_VALUE_H

#include "base/num.h"
#include "base/time.h"
#include "model/entity.h"

typedef enum {
    VALUE_NULL,  // JSON null, or absent
    VALUE_BOOL,
    VALUE_DECIMAL,  // a number with the sender's own digits, up to 18 of them
    VALUE_NUMBER,   // any other number: `text` holds the sender's digits, `real` the nearest double
    VALUE_TEXT,
    VALUE_JSON,      // `text` holds a JSON object or array, compact
    VALUE_TIME,      // an instant (time.end == TIME_NONE) or an interval
    VALUE_DURATION,  // months and microseconds
    VALUE_GEOMETRY   // `text` holds WKT, as in a query literal
} value_type;

typedef struct {
    value_type type;
    bool truth;
    decimal number;
    double real;
    str text;
    interval time;
    int64_t months, microseconds;
} value;

// One entity: what is written to and read from the store.
struct record {
    entity_set set;
    entity_id id;                             // 0: the store gives one
    value properties[ENTITY_PROPERTIES_MAX];  // by property index; JSON-typed properties may be any JSON type
    entity_id links[ENTITY_RELATIONS_MAX];    // to-one relations; 0: none
};

static inline value value_null(void)
{
    return (value){.type = VALUE_NULL};
}
static inline value value_bool(bool b)
{
    return (value){.type = VALUE_BOOL, .truth = b};
}
static inline value value_text(str s)
{
    return (value){.type = VALUE_TEXT, .text = s};
}
static inline value value_json(str s)
{
    return (value){.type = VALUE_JSON, .text = s};
}
static inline value value_decimal(decimal d)
{
    return (value){.type = VALUE_DECIMAL, .number = d};
}
static inline value value_int(int64_t v)
{
    return (value){.type = VALUE_DECIMAL, .number = {v, 0}};
}
static inline value value_time(interval t)
{
    return (value){.type = VALUE_TIME, .time = t};
}
static inline value value_instant(instant t)
{
    return t == TIME_NONE ? value_null() : (value){.type = VALUE_TIME, .time = {t, TIME_NONE}};
}

value value_of_number(
    str digits);  // JSON number text: VALUE_DECIMAL where it fits, else VALUE_NUMBER viewing `digits`
static inline bool value_is_number(const value *v)
{
    return v->type == VALUE_DECIMAL || v->type == VALUE_NUMBER;
}
double value_to_double(const value *v);  // of a number
void value_write_json(buf *b,
                      const value *v);  // as it stands in an answer: times as text, geometry not allowed
void value_write_number(buf *b, const value *v);  // of VALUE_NUMBER: the sender's digits; not finite: null
void value_write_duration(buf *b, int64_t months,
                          int64_t microseconds);  // ISO 8601, as duration_parse reads it: P1Y2M3DT4H5M6.5S

#endif
