// SPDX-License-Identifier: EUPL-1.2
#include "portal/testing.h"

#include "base/test.h"
#include "model/quantity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A fault ends the test with its sentence.
static void must(bool ok, const err *e)
{
    if (ok) return;
    print_error("%s\n", e->text);
    fail();
}

void testing_start(struct testing *t)
{
    err e;
    *t = (struct testing){.a = arena_new(1 << 24)};
    test_directory_make(t->directory);
    const store_config c = {.directory = t->directory, .create = true};
    must(store_open(&c, &t->store, &e), &e);
}

void testing_end(struct testing *t)
{
    store_close(t->store);
    arena_free(t->a);
    test_directory_remove(t->directory);
}

struct making {
    arena *a;
    struct testing_meter m;
    entity_id thing, stream;
};

static bool make(struct store_tx *tx, void *context, err *e)
{
    struct making *k = context;
    const struct quantity *q = quantity_by_key(str_of(k->m.quantity));
    entity_id sensor, property, place;
    str point = {0}, unit = {0};
    assert_true(arena_print(k->a, &point, "{\"type\":\"Point\",\"coordinates\":[%f,%f]}", k->m.longitude,
                            k->m.latitude));
    assert_true(
        arena_print(k->a, &unit, "{\"name\":\"u\",\"symbol\":\"%s\",\"definition\":\"u\"}", k->m.symbol));
    const struct record thing = {.set = SET_THING,
                                 .properties = {[THING_NAME] = value_text(str_of(k->m.name)),
                                                [THING_DESCRIPTION] = value_text(STR("d")),
                                                [THING_PROPERTIES] = value_json(str_of(k->m.properties))}};
    const struct record location = {
        .set = SET_LOCATION,
        .properties = {[LOCATION_NAME] = value_text(STR("p")),
                       [LOCATION_DESCRIPTION] = value_text(STR("d")),
                       [LOCATION_ENCODING_TYPE] = value_text(STR("application/geo+json")),
                       [LOCATION_LOCATION] = value_json(point)}};
    const struct record made_of = {.set = SET_SENSOR,
                                   .properties = {[SENSOR_NAME] = value_text(STR("SDS011")),
                                                  [SENSOR_DESCRIPTION] = value_text(STR("d")),
                                                  [SENSOR_ENCODING_TYPE] = value_text(STR("text/html")),
                                                  [SENSOR_METADATA] = value_text(STR("m"))}};
    const struct record observed = {.set = SET_OBSERVED_PROPERTY,
                                    .properties = {[OBSERVED_PROPERTY_NAME] = value_text(q->key),
                                                   [OBSERVED_PROPERTY_DEFINITION] = value_text(q->definition),
                                                   [OBSERVED_PROPERTY_DESCRIPTION] = value_text(STR("d"))}};
    if (!store_insert(tx, &thing, &k->thing, e) || !store_insert(tx, &location, &place, e) ||
        !store_link(tx, SET_THING, k->thing, THING_LOCATIONS, place, e) ||
        !store_insert(tx, &made_of, &sensor, e) || !store_insert(tx, &observed, &property, e))
        return false;
    const struct record stream = {.set = SET_DATASTREAM,
                                  .properties = {[DATASTREAM_NAME] = value_text(STR("s")),
                                                 [DATASTREAM_DESCRIPTION] = value_text(STR("d")),
                                                 [DATASTREAM_OBSERVATION_TYPE] = value_text(STR("t")),
                                                 [DATASTREAM_UNIT_OF_MEASUREMENT] = value_json(unit)},
                                  .links = {[DATASTREAM_THING] = k->thing,
                                            [DATASTREAM_SENSOR] = sensor,
                                            [DATASTREAM_OBSERVED_PROPERTY] = property}};
    return store_insert(tx, &stream, &k->stream, e);
}

entity_id testing_meter(struct testing *t, struct testing_meter m, entity_id *stream)
{
    struct making k = {.a = t->a, .m = m};
    err e;
    must(store_run(t->store, make, &k, &e), &e);
    *stream = k.stream;
    return k.thing;
}

static bool append(struct store_tx *tx, void *context, err *e)
{
    return store_append(tx, context, e);
}

void testing_reading(struct testing *t, entity_id stream, instant at, const char *number, const char *quality)
{
    struct observation o = {.stream = stream,
                            .phenomenon_time = {at, TIME_NONE},
                            .result_time = TIME_NONE,
                            .valid_time = {TIME_NONE, TIME_NONE},
                            .result = number ? value_of_number(str_of(number))
                                             : value_text(STR("out of order")),
                            .quality = quality ? value_json(str_of(quality)) : value_null()};
    err e;
    must(store_run(t->store, append, &o, &e), &e);
}

instant testing_time(const char *text)
{
    instant t;
    err e;
    must(time_parse(str_of(text), &t, &e), &e);
    return t;
}
