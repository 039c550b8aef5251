// SPDX-License-Identifier: EUPL-1.2
// graph.h: for the store's tests: a store in a directory of its own, entities in one line each, query trees by hand.
// All fails the test on any error. Trees lie in one arena that lives as long as the store.
#ifndef PEIL_STORE_TEST_GRAPH_H
#define PEIL_STORE_TEST_GRAPH_H

#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

extern struct store *the_store;
extern arena *the_arena;

int graph_open(void **state);  // set up and tear down of a cmocka group or test
int graph_close(void **state);

// ---- Writing ---------------------------------------------------------------------------------------------------------

typedef bool (*tx_step)(struct store_tx *tx, void *context, err *e);
void write_ok(tx_step step, void *context);
void write_fails(tx_step step, void *context, err_code code, const char *part_of_text);

value of_json(const char *json);  // any JSON value as a property
value of_text(const char *s);
value of_time(const char *iso);  // instant or interval
entity_id make(const struct record *r);
entity_id make_thing(const char *name, const char *properties_json);  // NULL: none
entity_id make_location(const char *name, const char *geojson);
entity_id make_sensor(const char *name);
entity_id make_observed_property(const char *name);
entity_id make_feature(const char *name, const char *geojson);
entity_id make_datastream(const char *name, entity_id thing, entity_id sensor, entity_id observed_property);
entity_id make_multi_datastream(const char *name, entity_id thing, entity_id sensor, int fields);
entity_id make_historical_location(const char *time, entity_id thing, entity_id location);
void link_to(entity_set set, entity_id id, int relation, entity_id target);
void delete_entity(entity_set set, entity_id id);
void update(const struct record *r, uint32_t properties, uint32_t links);
entity_id observe(entity_id stream, const char *time, const char *result_json);
entity_id append(struct observation *o);

// ---- Trees -----------------------------------------------------------------------------------------------------------

struct expr *number(const char *digits);
struct expr *text(const char *s);
struct expr *truth(bool b);
struct expr *null(void);
struct expr *at_time(const char *iso);  // an instant or interval
struct expr *date(const char *iso);     // of TYPE_DATE
struct expr *lasting(const char *iso);  // a duration
struct expr *shape(const char *wkt);
struct expr *path(entity_set set, const char *steps);  // "Thing/properties/owner", "id"
struct expr *path_of(int variable, entity_set set, const char *steps);
struct expr *any(entity_set set, const char *steps, struct expr *predicate);  // from the row itself
struct expr *any_of(int variable, entity_set set, const char *steps, struct expr *predicate);
struct expr *list_of(struct expr *first, ...);  // ends with NULL
struct expr *call_of(function_id f, ...);       // ends with NULL
#define CALL(f, ...) call_of((f), __VA_ARGS__, (struct expr *)NULL)

// ---- Asking ----------------------------------------------------------------------------------------------------------

struct query query_on(entity_set set);  // all rows, only ids
struct query query_where(entity_set set, struct expr *filter);
struct query query_under(entity_set parent, entity_id id, int relation);
struct query_order *order_by(struct expr *key, bool is_descending);  // one key
const char *
ids_of(const struct query *q);  // "1 2 7" in the order of the answer; of Observations the number alone
const char *ids_where(entity_set set, struct expr *filter);
int64_t count_of(const struct query *q);
typedef enum { NO, YES, NULLED } answer;
answer answer_of(entity_set set, entity_id id,
                 struct expr *condition);  // of one entity: true, false, or neither
void query_fails(const struct query *q, err_code code, const char *part_of_text);
struct record get(entity_set set, entity_id id);

#endif
