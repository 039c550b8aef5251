// SPDX-License-Identifier: EUPL-1.2
#include "base/test_directory.h"
#include "store/test/graph.h"

#include "store/entity/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct store *the_store;
arena *the_arena;
static char directory[TEST_DIRECTORY_MAX];

static err fault;
#define OK(call)                                            \
    do {                                                    \
        if (!(call)) fail_msg("%s: %s", #call, fault.text); \
    } while (0)

int graph_open(void **state)
{
    (void)state;
    test_directory_make_quick(directory);
    the_arena = arena_new((size_t)1 << 30);
    const store_config c = {.directory = directory, .create = true};
    OK(store_open(&c, &the_store, &fault));
    return 0;
}

int graph_close(void **state)
{
    (void)state;
    store_close(the_store);
    arena_free(the_arena);
    test_directory_remove(directory);
    return 0;
}

// ---- Writing ---------------------------------------------------------------------------------------------------------

void write_ok(tx_step step, void *context)
{
    OK(store_run(the_store, step, context, &fault));
}

void write_fails(tx_step step, void *context, err_code code, const char *part_of_text)
{
    err e;
    assert_false(store_run(the_store, step, context, &e));
    if (e.code != code || !strstr(e.text, part_of_text))
        fail_msg("unexpected error %d: %s", (int)e.code, e.text);
}

value of_json(const char *json)
{
    value v;
    OK(json_to_value(str_of(json), the_arena, &v, &fault));
    return v;
}

value of_text(const char *s)
{
    return value_text(str_of(s));
}

value of_time(const char *iso)
{
    interval i = {TIME_NONE, TIME_NONE};
    OK(time_object_parse(str_of(iso), &i, &fault));
    return value_time(i);
}

struct insertion {
    const struct record *record;
    entity_id id;
};

static bool insert_step(struct store_tx *tx, void *context, err *e)
{
    struct insertion *i = context;
    return store_insert(tx, i->record, &i->id, e);
}

entity_id make(const struct record *r)
{
    struct insertion i = {r, 0};
    write_ok(insert_step, &i);
    return i.id;
}

entity_id make_thing(const char *name, const char *properties_json)
{
    struct record r = {.set = SET_THING};
    r.properties[THING_NAME] = of_text(name);
    r.properties[THING_DESCRIPTION] = of_text("a Thing");
    if (properties_json) r.properties[THING_PROPERTIES] = of_json(properties_json);
    return make(&r);
}

entity_id make_location(const char *name, const char *geojson)
{
    struct record r = {.set = SET_LOCATION};
    r.properties[LOCATION_NAME] = of_text(name);
    r.properties[LOCATION_DESCRIPTION] = of_text("a Location");
    r.properties[LOCATION_ENCODING_TYPE] = of_text("application/geo+json");
    r.properties[LOCATION_LOCATION] = of_json(geojson);
    return make(&r);
}

entity_id make_sensor(const char *name)
{
    struct record r = {.set = SET_SENSOR};
    r.properties[SENSOR_NAME] = of_text(name);
    r.properties[SENSOR_DESCRIPTION] = of_text("a Sensor");
    r.properties[SENSOR_ENCODING_TYPE] = of_text("text/plain");
    r.properties[SENSOR_METADATA] = of_json("\"none\"");
    return make(&r);
}

entity_id make_observed_property(const char *name)
{
    struct record r = {.set = SET_OBSERVED_PROPERTY};
    r.properties[OBSERVED_PROPERTY_NAME] = of_text(name);
    r.properties[OBSERVED_PROPERTY_DEFINITION] = of_text("https://example.org/property");
    r.properties[OBSERVED_PROPERTY_DESCRIPTION] = of_text("an ObservedProperty");
    return make(&r);
}

entity_id make_feature(const char *name, const char *geojson)
{
    struct record r = {.set = SET_FEATURE_OF_INTEREST};
    r.properties[FEATURE_NAME] = of_text(name);
    r.properties[FEATURE_DESCRIPTION] = of_text("a FeatureOfInterest");
    r.properties[FEATURE_ENCODING_TYPE] = of_text("application/geo+json");
    r.properties[FEATURE_FEATURE] = of_json(geojson);
    return make(&r);
}

entity_id make_datastream(const char *name, entity_id thing, entity_id sensor, entity_id observed_property)
{
    struct record r = {.set = SET_DATASTREAM};
    r.properties[DATASTREAM_NAME] = of_text(name);
    r.properties[DATASTREAM_DESCRIPTION] = of_text("a Datastream");
    r.properties[DATASTREAM_OBSERVATION_TYPE] = of_text("someType");
    r.properties[DATASTREAM_UNIT_OF_MEASUREMENT] = of_json(
        "{\"name\":\"degree\",\"symbol\":\"C\",\"definition\":null}");
    r.links[DATASTREAM_THING] = thing;
    r.links[DATASTREAM_SENSOR] = sensor;
    r.links[DATASTREAM_OBSERVED_PROPERTY] = observed_property;
    return make(&r);
}

entity_id make_multi_datastream(const char *name, entity_id thing, entity_id sensor, int fields)
{
    struct record r = {.set = SET_MULTI_DATASTREAM};
    static const char types[] = "[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]";
    str listed;
    if (!arena_print(the_arena, &listed, "%.*s]", 4 * fields, types)) fail();
    r.properties[MULTI_DATASTREAM_NAME] = of_text(name);
    r.properties[MULTI_DATASTREAM_DESCRIPTION] = of_text("a MultiDatastream");
    r.properties[MULTI_DATASTREAM_MULTI_OBSERVATION_DATA_TYPES] = value_json(listed);
    r.properties[MULTI_DATASTREAM_UNIT_OF_MEASUREMENTS] = of_json("[]");
    r.links[MULTI_DATASTREAM_THING] = thing;
    r.links[MULTI_DATASTREAM_SENSOR] = sensor;
    return make(&r);
}

entity_id make_historical_location(const char *time, entity_id thing, entity_id location)
{
    struct record r = {.set = SET_HISTORICAL_LOCATION};
    r.properties[HISTORICAL_LOCATION_TIME] = of_time(time);
    r.links[HISTORICAL_LOCATION_THING] = thing;
    const entity_id id = make(&r);
    if (location != 0) link_to(SET_HISTORICAL_LOCATION, id, HISTORICAL_LOCATION_LOCATIONS, location);
    return id;
}

struct change_of {
    entity_set set;
    entity_id id;
    int relation;
    entity_id target;
    const struct record *record;
    uint32_t properties, links;
    struct observation *observation;
};

static bool link_step(struct store_tx *tx, void *context, err *e)
{
    const struct change_of *k = context;
    return store_link(tx, k->set, k->id, k->relation, k->target, e);
}

void link_to(entity_set set, entity_id id, int relation, entity_id target)
{
    struct change_of k = {.set = set, .id = id, .relation = relation, .target = target};
    write_ok(link_step, &k);
}

static bool delete_step(struct store_tx *tx, void *context, err *e)
{
    const struct change_of *k = context;
    return store_delete(tx, k->set, k->id, e);
}

void delete_entity(entity_set set, entity_id id)
{
    struct change_of k = {.set = set, .id = id};
    write_ok(delete_step, &k);
}

static bool update_step(struct store_tx *tx, void *context, err *e)
{
    const struct change_of *k = context;
    return store_update(tx, k->record, k->properties, k->links, e);
}

void update(const struct record *r, uint32_t properties, uint32_t links)
{
    struct change_of k = {.record = r, .properties = properties, .links = links};
    write_ok(update_step, &k);
}

static bool append_step(struct store_tx *tx, void *context, err *e)
{
    const struct change_of *k = context;
    return store_append(tx, k->observation, e);
}

entity_id append(struct observation *o)
{
    struct change_of k = {.observation = o};
    write_ok(append_step, &k);
    return OBSERVATION_ID(o->stream, o->number);
}

entity_id observe(entity_id stream, const char *time, const char *result_json)
{
    struct observation o = {.stream = stream,
                            .phenomenon_time = of_time(time).time,
                            .result_time = TIME_NONE,
                            .valid_time = {TIME_NONE, TIME_NONE},
                            .result = of_json(result_json)};
    return append(&o);
}

// ---- Trees -----------------------------------------------------------------------------------------------------------

static struct expr *literal(value v, expr_type type)
{
    struct expr *x = ARENA_NEW(the_arena, struct expr);
    *x = (struct expr){.kind = EXPR_VALUE, .type = type, .literal = v};
    return x;
}

struct expr *number(const char *digits)
{
    return literal(value_of_number(str_of(digits)), TYPE_NUMBER);
}

struct expr *text(const char *s)
{
    return literal(of_text(s), TYPE_TEXT);
}

struct expr *truth(bool b)
{
    return literal(value_bool(b), TYPE_BOOL);
}

struct expr *null(void)
{
    return literal(value_null(), TYPE_ANY);
}

struct expr *at_time(const char *iso)
{
    return literal(of_time(iso), TYPE_TIME);
}

struct expr *date(const char *iso)
{
    instant t = 0;
    OK(time_parse_utc(str_of(iso), &t, &fault));
    return literal(value_instant(t), TYPE_DATE);
}

struct expr *lasting(const char *iso)
{
    value v = {.type = VALUE_DURATION};
    OK(duration_parse(str_of(iso), &v.months, &v.microseconds, &fault));
    return literal(v, TYPE_DURATION);
}

struct expr *shape(const char *wkt)
{
    return literal((value){.type = VALUE_GEOMETRY, .text = str_of(wkt)}, TYPE_GEOMETRY);
}

#define STEPS_MAX 16

static struct query_path walk_steps(int variable, entity_set set, const char *steps)
{
    struct query_path p = {.set = set, .variable = variable, .property = PROPERTY_IS_ID};
    p.hops = ARENA_ARRAY(the_arena, STEPS_MAX, int);
    p.keys = ARENA_ARRAY(the_arena, STEPS_MAX, str);
    str rest = str_of(steps), step;
    bool in_property = false;
    while (str_cut(&rest, '/', &step)) {
        const int relation = entity_relation_find(p.set, step), property = entity_property_find(p.set, step);
        if (in_property) {
            p.keys[p.key_count++] = step;
        } else if (relation >= 0) {
            p.hops[p.hop_count++] = relation;
            p.set = entity_schema_of(p.set)->relations[relation].target;
        } else if (property >= 0) {
            p.property = property;
            in_property = true;
        } else if (!str_eq(step, STR("id"))) {
            fail_msg("no step %.*s in %s", STR_ARG(step), steps);
        }
    }
    return p;
}

struct expr *path_of(int variable, entity_set set, const char *steps)
{
    struct expr *x = ARENA_NEW(the_arena, struct expr);
    *x = (struct expr){.kind = EXPR_PATH, .path = walk_steps(variable, set, steps)};
    return x;
}

struct expr *path(entity_set set, const char *steps)
{
    return path_of(0, set, steps);
}

struct expr *any_of(int variable, entity_set set, const char *steps, struct expr *predicate)
{
    struct expr *x = ARENA_NEW(the_arena, struct expr);
    *x = (struct expr){.kind = EXPR_ANY, .type = TYPE_BOOL, .path = walk_steps(variable, set, steps)};
    x->args = ARENA_ARRAY(the_arena, 1, struct expr *);
    x->args[0] = predicate;
    x->arg_count = predicate ? 1 : 0;
    return x;
}

struct expr *any(entity_set set, const char *steps, struct expr *predicate)
{
    return any_of(0, set, steps, predicate);
}

static void add_args(struct expr *x, struct expr *first, va_list more)
{
    x->args = ARENA_ARRAY(the_arena, STEPS_MAX, struct expr *);
    for (struct expr *arg = first; arg; arg = va_arg(more, struct expr *)) x->args[x->arg_count++] = arg;
}

struct expr *list_of(struct expr *first, ...)
{
    struct expr *x = ARENA_NEW(the_arena, struct expr);
    *x = (struct expr){.kind = EXPR_LIST};
    va_list more;
    va_start(more, first);
    add_args(x, first, more);
    va_end(more);
    return x;
}

struct expr *call_of(function_id f, ...)
{
    struct expr *x = ARENA_NEW(the_arena, struct expr);
    *x = (struct expr){.kind = EXPR_CALL, .type = function_of(f)->result, .function = f};
    va_list args;
    va_start(args, f);
    add_args(x, va_arg(args, struct expr *), args);
    va_end(args);
    return x;
}

// ---- Asking ----------------------------------------------------------------------------------------------------------

struct query query_on(entity_set set)
{
    return (struct query){.set = set, .top = -1};
}

struct query query_where(entity_set set, struct expr *filter)
{
    struct query q = query_on(set);
    q.filter = filter;
    return q;
}

struct query query_under(entity_set parent, entity_id id, int relation)
{
    struct query q = query_on(entity_schema_of(parent)->relations[relation].target);
    q.has_parent = true;
    q.parent_set = parent;
    q.parent_id = id;
    q.relation = relation;
    return q;
}

struct query_order *order_by(struct expr *key, bool is_descending)
{
    struct query_order *o = ARENA_NEW(the_arena, struct query_order);
    *o = (struct query_order){key, is_descending};
    return o;
}

const char *ids_of(const struct query *q)
{
    struct snapshot *at;
    struct cursor *c;
    struct record r;
    bool got = false;
    buf b = {.max = 1 << 20};
    str kept = {0};
    OK(snapshot_open(the_store, &at, &fault));
    OK(store_query(at, q, &c, &fault));
    for (;;) {
        OK(cursor_next(c, &r, &got, &fault));
        if (!got) break;
        if (b.n > 0) buf_add_char(&b, ' ');
        buf_add_int(&b, q->set == SET_OBSERVATION ? (int64_t)OBSERVATION_NUMBER(r.id) : r.id);
    }
    cursor_close(c);
    snapshot_close(at);
    assert_true(arena_copy(the_arena, buf_str(&b), &kept));
    buf_free(&b);
    return kept.p;
}

const char *ids_where(entity_set set, struct expr *filter)
{
    const struct query q = query_where(set, filter);
    return ids_of(&q);
}

int64_t count_of(const struct query *q)
{
    struct snapshot *at;
    int64_t n = -1;
    OK(snapshot_open(the_store, &at, &fault));
    OK(store_count(at, q, &n, &fault));
    snapshot_close(at);
    return n;
}

answer answer_of(entity_set set, entity_id id, struct expr *condition)
{
    struct query q = query_where(set, condition);
    q.id = id;
    if (ids_of(&q)[0]) return YES;
    q.filter = CALL(OP_NOT, condition);
    return ids_of(&q)[0] ? NO : NULLED;
}

void query_fails(const struct query *q, err_code code, const char *part_of_text)
{
    struct snapshot *at;
    struct cursor *c;
    err e;
    OK(snapshot_open(the_store, &at, &fault));
    assert_false(store_query(at, q, &c, &e));
    if (e.code != code || !strstr(e.text, part_of_text))
        fail_msg("unexpected error %d: %s", (int)e.code, e.text);
    snapshot_close(at);
}

struct record get(entity_set set, entity_id id)
{
    struct snapshot *at;
    struct record r = {0};
    OK(snapshot_open(the_store, &at, &fault));
    OK(store_get(at, set, id, the_arena, &r, &fault));
    snapshot_close(at);
    return r;
}
