// SPDX-License-Identifier: EUPL-1.2
#include "demo/demo.h"

#include "base/json.h"
#include "demo/signal.h"
#include "demo/town.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES ((size_t)4 << 20)
#define MEASUREMENT STR("http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement")

// ---- Entities ----------------------------------------------------------------------------------------------------

struct town_made {
    arena *arena;
    struct ingest *ingest;
    entity_id sensors[DEMO_KIND_COUNT];
    entity_id *properties;                   // ObservedProperty by index in quantity_all
    entity_id (*streams)[DEMO_STREAMS_MAX];  // by device
    instant now;
};

static bool insert(struct store_tx *tx, struct record r, entity_id *id, err *e)
{
    return store_insert(tx, &r, id, e);
}

static bool sensors_make(struct store_tx *tx, struct town_made *t, err *e)
{
    for (int k = 0; k < DEMO_KIND_COUNT; k++) {
        const struct demo_kind_info *info = demo_kind_of((demo_kind)k);
        const struct record r = {.set = SET_SENSOR,
                                 .properties = {[SENSOR_NAME] = value_text(info->sensor),
                                                [SENSOR_DESCRIPTION] = value_text(info->sensor_description),
                                                [SENSOR_ENCODING_TYPE] = value_text(STR("text/html")),
                                                [SENSOR_METADATA] = value_text(info->sensor)}};
        if (!insert(tx, r, &t->sensors[k], e)) return false;
    }
    return true;
}

// The ObservedProperty of a quantity, made when first needed.
static bool property_for(struct store_tx *tx, struct town_made *t, const struct quantity *q, entity_id *out,
                         err *e)
{
    size_t count;
    const size_t index = (size_t)(q - quantity_all(&count));
    if (!t->properties[index]) {
        const struct record r = {.set = SET_OBSERVED_PROPERTY,
                                 .properties = {[OBSERVED_PROPERTY_NAME] = value_text(q->key),
                                                [OBSERVED_PROPERTY_DEFINITION] = value_text(q->definition),
                                                [OBSERVED_PROPERTY_DESCRIPTION] = value_text(q->name_nl)}};
        if (!insert(tx, r, &t->properties[index], e)) return false;
    }
    *out = t->properties[index];
    return true;
}

static bool unit_json(arena *a, const struct quantity *q, str *out)
{
    buf b = {.max = 1024};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_name(&w, STR("name"));
    json_put_text(&w, q->unit_name);
    json_name(&w, STR("symbol"));
    json_put_text(&w, q->symbol);
    json_name(&w, STR("definition"));
    json_put_text(&w, q->ucum);
    json_close(&w, '}');
    const bool ok = !b.failed && arena_copy(a, buf_str(&b), out);
    buf_free(&b);
    return ok;
}

static bool stream_make(struct store_tx *tx, struct town_made *t, const struct demo_device *d,
                        entity_id thing, size_t k, entity_id *out, err *e)
{
    const struct demo_kind_info *kind = demo_kind_of(d->kind);
    const char *key = kind->quantities[k];
    const struct quantity *q = quantity_by_key(str_of(key));
    if (!q) return err_set(e, ERR_INTERNAL, ERR_NOWHERE, "the demo measures '%s', which is no quantity", key);
    entity_id property;
    str unit, name;
    if (!property_for(tx, t, q, &property, e)) return false;
    if (!unit_json(t->arena, q, &unit) ||
        !arena_print(t->arena, &name, "%s: %.*s", d->name, STR_ARG(q->name_nl)))
        return err_no_memory(e);
    struct record r = {.set = SET_DATASTREAM,
                       .properties = {[DATASTREAM_NAME] = value_text(name),
                                      [DATASTREAM_DESCRIPTION] = value_text(q->name_nl),
                                      [DATASTREAM_OBSERVATION_TYPE] = value_text(MEASUREMENT),
                                      [DATASTREAM_UNIT_OF_MEASUREMENT] = value_json(unit)},
                       .links = {[DATASTREAM_THING] = thing,
                                 [DATASTREAM_SENSOR] = t->sensors[d->kind],
                                 [DATASTREAM_OBSERVED_PROPERTY] = property}};
    str mark;
    if (kind->marks[k]) {
        if (!arena_print(t->arena, &mark, "{\"kpi\":\"%s\",\"kpi_area\":\"%s\"}", kind->marks[k],
                         kind->marked_area))
            return err_no_memory(e);
        r.properties[DATASTREAM_PROPERTIES] = value_json(mark);
    }
    return insert(tx, r, out, e);
}

static bool place_make(struct store_tx *tx, struct town_made *t, const struct demo_device *d, entity_id thing,
                       err *e)
{
    str point;
    entity_id location, history;
    if (!arena_print(t->arena, &point, "{\"type\":\"Point\",\"coordinates\":[%.5f,%.5f]}", d->longitude,
                     d->latitude))
        return err_no_memory(e);
    const struct record place = {
        .set = SET_LOCATION,
        .properties = {[LOCATION_NAME] = value_text(d->where->name),
                       [LOCATION_DESCRIPTION] = value_text(STR("Plaats van de meter")),
                       [LOCATION_ENCODING_TYPE] = value_text(STR("application/geo+json")),
                       [LOCATION_LOCATION] = value_json(point)}};
    const struct record moved = {
        .set = SET_HISTORICAL_LOCATION,
        .properties = {[HISTORICAL_LOCATION_TIME] = value_instant(t->now - DEMO_DAYS * TIME_DAY)},
        .links = {[HISTORICAL_LOCATION_THING] = thing}};
    return insert(tx, place, &location, e) &&
           store_link(tx, SET_THING, thing, THING_LOCATIONS, location, e) && insert(tx, moved, &history, e) &&
           store_link(tx, SET_HISTORICAL_LOCATION, history, HISTORICAL_LOCATION_LOCATIONS, location, e);
}

// The live feed sends these as sensor.community's firmware does; they must land in the Datastreams made here.
static bool airrohr_bind(struct store_tx *tx, const struct demo_device *d, entity_id thing,
                         const entity_id *streams, err *e)
{
    const char *const *quantities = demo_kind_of(d->kind)->quantities;
    struct device_binding_stream bound[DEMO_STREAMS_MAX];
    size_t n = 0;
    for (; quantities[n]; n++) {
        const bool is_dust = str_starts(str_of(quantities[n]), STR("pm"));
        bound[n] = (struct device_binding_stream){is_dust ? STR("SDS011") : STR("BME280"),
                                                  str_of(quantities[n]), streams[n]};
    }
    const struct device_binding b = {STR("sensor_community"), str_of(d->key), thing, bound, n};
    return ingest_bind_device(tx, &b, e);
}

static bool device_make(struct store_tx *tx, struct town_made *t, size_t index, err *e)
{
    const struct demo_device d = demo_device_at(index);
    const struct demo_kind_info *kind = demo_kind_of(d.kind);
    str properties;
    if (!arena_print(t->arena, &properties,
                     "{\"demo\":true,\"access\":\"public\",\"device\":\"%s\",\"kind\":\"%.*s\","
                     "\"neighbourhood\":\"%.*s\","
                     "\"origin\":\"%.*s\",\"owner\":\"%.*s\"}",
                     d.key, STR_ARG(kind->title), STR_ARG(d.where->name), STR_ARG(kind->origin),
                     STR_ARG(kind->owner)))
        return err_no_memory(e);
    const struct record r = {.set = SET_THING,
                             .properties = {[THING_NAME] = value_text(str_of(d.name)),
                                            [THING_DESCRIPTION] = value_text(kind->description),
                                            [THING_PROPERTIES] = value_json(properties)}};
    entity_id thing;
    if (!insert(tx, r, &thing, e) || !place_make(tx, t, &d, thing, e)) return false;
    for (size_t k = 0; kind->quantities[k]; k++)
        if (!stream_make(tx, t, &d, thing, k, &t->streams[index][k], e)) return false;
    return d.kind != DEMO_AIR || airrohr_bind(tx, &d, thing, t->streams[index], e);
}

static bool town_make(struct store_tx *tx, void *context, err *e)
{
    struct town_made *t = context;
    const struct query things = {.set = SET_THING, .top = -1};
    int64_t there;
    if (!store_count(store_tx_snapshot(tx), &things, &there, e)) return false;
    if (there > 0)
        return err_set(e, ERR_CONFLICT, ERR_NOWHERE,
                       "the store holds %lld Things already; the demo wants an empty one", (long long)there);
    if (!sensors_make(tx, t, e)) return false;
    for (size_t k = 0; k < demo_device_count(); k++)
        if (!device_make(tx, t, k, e)) return false;
    return true;
}

// ---- Readings ----------------------------------------------------------------------------------------------------

struct piece {
    struct town_made *town;
    instant from, to;  // [from, to)
};

// First moment at or after `from` at which the device measures.
static instant first_due(const struct demo_device *d, instant cycle, instant from)
{
    const instant since = (from - d->offset) % cycle;
    return since == 0 ? from : from + cycle - since;
}

static bool device_readings(struct store_tx *tx, const struct piece *p, size_t index, err *e)
{
    const struct town_made *t = p->town;
    const struct demo_device d = demo_device_at(index);
    const struct demo_kind_info *kind = demo_kind_of(d.kind);
    for (size_t k = 0; kind->quantities[k]; k++) {
        for (instant at = first_due(&d, kind->period, p->from); at < p->to; at += kind->period) {
            decimal v;
            if (!demo_reading(&d, kind->quantities[k], at, t->now - at, &v)) continue;
            struct observation o = {.stream = t->streams[index][k],
                                    .phenomenon_time = {at, TIME_NONE},
                                    .result_time = TIME_NONE,
                                    .valid_time = {TIME_NONE, TIME_NONE},
                                    .result = value_decimal(v)};
            if (!ingest_append(t->ingest, tx, &o, at, e)) return false;
        }
    }
    return true;
}

static bool piece_run(struct store_tx *tx, void *context, err *e)
{
    for (size_t k = 0; k < demo_device_count(); k++)
        if (!device_readings(tx, context, k, e)) return false;
    return true;
}

static bool readings_make(struct store *s, struct town_made *t, void (*progress)(int64_t, int64_t, void *),
                          void *context, err *e)
{
    const instant start = t->now - DEMO_DAYS * TIME_DAY, step = 2 * TIME_HOUR;
    for (instant from = start; from < t->now; from += step) {
        struct piece p = {t, from, from + step < t->now ? from + step : t->now};
        if (!store_run(s, piece_run, &p, e)) return false;
        if (progress) progress(p.to - start, t->now - start, context);
    }
    return true;
}

bool demo_fill(struct store *s, struct ingest *in, instant now, void (*progress)(int64_t, int64_t, void *),
               void *context, err *e)
{
    size_t quantities;
    quantity_all(&quantities);
    struct town_made t = {.arena = arena_new(ARENA_BYTES),
                          .ingest = in,
                          .properties = calloc(quantities, sizeof *t.properties),
                          .streams = calloc(demo_device_count(), sizeof *t.streams),
                          .now = now};
    bool ok = t.arena && t.properties && t.streams;
    if (!ok) err_no_memory(e);
    ok = ok && store_run(s, town_make, &t, e) && readings_make(s, &t, progress, context, e);
    free(t.streams);
    free(t.properties);
    arena_free(t.arena);
    return ok;
}
