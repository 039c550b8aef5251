// SPDX-License-Identifier: EUPL-1.2
// query.h: a question as a typed tree. `sta` parses into it, authorisation adds predicates to it, `store` answers it.
// Owns     everything lies in the arena of whoever built it
#ifndef PEIL_MODEL_QUERY_H
#define PEIL_MODEL_QUERY_H

#include "model/value.h"

typedef enum {
    EXPR_VALUE,  // a literal
    EXPR_PATH,   // a property, reached over relations, possibly into its JSON
    EXPR_CALL,   // an operator or function
    EXPR_ANY,    // relation/any(v: predicate): some related entity satisfies it
    EXPR_LIST    // right side of `in`
} expr_kind;

typedef enum {
    TYPE_ANY,  // known only when the row is read: JSON paths, result, null
    TYPE_BOOL,
    TYPE_NUMBER,
    TYPE_TEXT,
    TYPE_TIME,   // an instant or an interval
    TYPE_DATE,   // of date(): its midnight in UTC, as VALUE_TIME; a literal of this type too
    TYPE_CLOCK,  // of time(): time of day in UTC, as VALUE_DURATION; a literal of this type too
    TYPE_DURATION,
    TYPE_GEOMETRY
} expr_type;

// Operators and functions are one list; model/function.c has the table of names, argument types and result types.
typedef enum {
    OP_OR,
    OP_AND,
    OP_NOT,
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_IN,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_MOD,
    OP_NEGATE,
    FN_SUBSTRINGOF,
    FN_CONTAINS,
    FN_STARTSWITH,
    FN_ENDSWITH,
    FN_LENGTH,
    FN_INDEXOF,
    FN_SUBSTRING,
    FN_TOLOWER,
    FN_TOUPPER,
    FN_TRIM,
    FN_CONCAT,
    FN_YEAR,
    FN_MONTH,
    FN_DAY,
    FN_HOUR,
    FN_MINUTE,
    FN_SECOND,
    FN_FRACTIONALSECONDS,
    FN_DATE,
    FN_TIME,
    FN_TOTALOFFSETMINUTES,
    FN_NOW,
    FN_MINDATETIME,
    FN_MAXDATETIME,
    FN_ROUND,
    FN_FLOOR,
    FN_CEILING,
    FN_GEO_DISTANCE,
    FN_GEO_LENGTH,
    FN_GEO_INTERSECTS,
    FN_ST_EQUALS,
    FN_ST_DISJOINT,
    FN_ST_TOUCHES,
    FN_ST_WITHIN,
    FN_ST_OVERLAPS,
    FN_ST_CROSSES,
    FN_ST_INTERSECTS,
    FN_ST_CONTAINS,
    FN_ST_RELATE,
    FN_BEFORE,
    FN_AFTER,
    FN_MEETS,
    FN_DURING,
    FN_OVERLAPS,
    FN_STARTS,
    FN_FINISHES,
    FUNCTION_COUNT
} function_id;

#define QUERY_ARGS_MAX 3

struct function {
    str name;  // as written in a query; operators too: "eq", "add"
    expr_type result;
    int args_min, args_max;
    expr_type args[QUERY_ARGS_MAX];
};
const struct function *function_of(function_id f);
bool function_by_name(str name, function_id *out);  // functions only, not operators

#define PROPERTY_IS_ID (-1)

// Datastreams/Thing/properties/owner/name: set = where it starts, hops = relation indexes, property, then JSON keys.
struct query_path {
    entity_set set;  // of the property, at the end of the hops
    int *hops;
    size_t hop_count;
    int property;  // index in `set`, or PROPERTY_IS_ID
    str *keys;     // into the JSON; "[2]" for an array element
    size_t key_count;
    int variable;  // 0: from the row itself; n: from the variable of the n-th enclosing any(), counted from outside
};

struct expr {
    expr_kind kind;
    expr_type type;
    size_t at;               // byte offset in the option's text, for messages
    value literal;           // EXPR_VALUE
    struct query_path path;  // EXPR_PATH; EXPR_ANY: hops only, ending at the to-many relation
    function_id function;    // EXPR_CALL
    struct expr **args;      // EXPR_CALL, EXPR_LIST; EXPR_ANY: args[0] is the predicate
    size_t arg_count;
};

struct query_order {
    struct expr *key;
    bool is_descending;
};

struct query_select {  // one entry of $select that goes into JSON: properties/owner
    int property;
    str *keys;
    size_t key_count;
};

typedef enum { FORMAT_JSON, FORMAT_DATA_ARRAY, FORMAT_CSV, FORMAT_GEOJSON } result_format;

struct query_expand {
    int relation;  // in the parent query's set
    struct query *query;
};

// Entities of `set`; with parent_id, only those reached from that one entity over `relation` of parent_set.
struct query {
    entity_set set;
    bool has_parent;
    entity_set parent_set;
    entity_id parent_id;
    int relation;
    entity_id id;  // 0: the set; else this one entity (and related to the parent, when given)

    struct expr *filter;  // NULL: all
    struct query_order *orders;
    size_t order_count;  // the id is always appended as the last key by the store
    int64_t skip;
    int64_t top;       // rows wanted; -1: no limit
    bool is_distinct;  // $select=distinct:...

    // Keyset paging: only rows after this one. Values of the order keys, then the id. NULL: from the start.
    const value *after;
    size_t after_count;

    uint32_t properties;  // bit per property index: what the answer needs
    uint32_t links;       // bit per relation: to-one ids that the answer needs

    // For the answer's form; the store does not look at these.
    bool wants_count;
    bool has_select;
    bool select_id;
    uint32_t select_links;  // relations named in $select
    struct query_select *selects;
    size_t select_count;
    struct query_expand *expands;
    size_t expand_count;
    result_format format;
};

#endif
