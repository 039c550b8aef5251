// SPDX-License-Identifier: EUPL-1.2
#include "ingest/onboard.h"

#include "base/json.h"

#include <math.h>

#define MEASUREMENT STR("http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement")
#define GEOJSON STR("application/geo+json")

// ---- finding what is there already ----

// The first entity of `set` whose text property is `text`; 0 when there is none.
static bool find_by_text(struct store_tx *tx, entity_set set, int property, str text, entity_id *id, err *e)
{
    struct expr path = {.kind = EXPR_PATH, .type = TYPE_TEXT, .path = {.set = set, .property = property}};
    struct expr literal = {.kind = EXPR_VALUE, .type = TYPE_TEXT, .literal = value_text(text)};
    struct expr *args[] = {&path, &literal};
    struct expr same = {
        .kind = EXPR_CALL, .type = TYPE_BOOL, .function = OP_EQ, .args = args, .arg_count = 2};
    const struct query q = {.set = set, .filter = &same, .top = 1};
    struct cursor *c;
    struct record row;
    bool got;
    if (!store_query(store_tx_snapshot(tx), &q, &c, e)) return false;
    const bool ok = cursor_next(c, &row, &got, e);
    cursor_close(c);
    if (ok) *id = got ? row.id : 0;
    return ok;
}

// ---- places ----

static bool point_json(const struct device_document *d, arena *a, str *out)
{
    return arena_print(a, out, "{\"type\":\"Point\",\"coordinates\":[%.6f,%.6f]}", d->longitude, d->latitude);
}

bool onboard_place(struct store_tx *tx, struct device_document *d, instant now, arena *a, err *e)
{
    str point;
    entity_id location, history;
    if (!point_json(d, a, &point)) return err_no_memory(e);
    const struct record place = {
        .set = SET_LOCATION,
        .properties = {[LOCATION_NAME] = value_text(d->device),
                       [LOCATION_DESCRIPTION] = value_text(STR("as the device says")),
                       [LOCATION_ENCODING_TYPE] = value_text(GEOJSON),
                       [LOCATION_LOCATION] = value_json(point)}};
    const struct record moved = {.set = SET_HISTORICAL_LOCATION,
                                 .properties = {[HISTORICAL_LOCATION_TIME] = value_instant(now)},
                                 .links = {[HISTORICAL_LOCATION_THING] = d->thing}};
    return store_insert(tx, &place, &location, e) &&
           store_unlink_all(tx, SET_THING, d->thing, THING_LOCATIONS, e) &&
           store_link(tx, SET_THING, d->thing, THING_LOCATIONS, location, e) &&
           store_insert(tx, &moved, &history, e) &&
           store_link(tx, SET_HISTORICAL_LOCATION, history, HISTORICAL_LOCATION_LOCATIONS, location, e);
}

// GeoJSON has a word for it: a Feature without geometry (RFC 7946 section 3.2).
bool onboard_nowhere(struct store_tx *tx, struct device_document *d, err *e)
{
    const struct record r = {
        .set = SET_FEATURE_OF_INTEREST,
        .properties = {
            [FEATURE_NAME] = value_text(d->device),
            [FEATURE_DESCRIPTION] = value_text(STR("around this device, whose place is not known")),
            [FEATURE_ENCODING_TYPE] = value_text(GEOJSON),
            [FEATURE_FEATURE] = value_json(
                STR("{\"type\":\"Feature\",\"geometry\":null,\"properties\":{}}"))}};
    return store_insert(tx, &r, &d->feature, e);
}

// ---- the Thing ----

static bool properties_json(const struct device_adapter *adapter, const struct device_document *d, arena *a,
                            str *out)
{
    buf b = {.max = 4096};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_name(&w, STR("device"));
    json_put_text(&w, d->device);
    json_name(&w, STR("adapter"));
    json_put_text(&w, adapter->name);
    json_close(&w, '}');
    const bool ok = !b.failed && arena_copy(a, buf_str(&b), out);
    buf_free(&b);
    return ok;
}

bool onboard_thing(struct store_tx *tx, const struct device_adapter *adapter, struct device_document *d,
                   instant now, arena *a, err *e)
{
    str properties;
    if (d->thing && store_exists(store_tx_snapshot(tx), SET_THING, d->thing, NULL)) return true;
    if (!properties_json(adapter, d, a, &properties)) return err_no_memory(e);
    const struct record r = {.set = SET_THING,
                             .properties = {[THING_NAME] = value_text(d->device),
                                            [THING_DESCRIPTION] = value_text(adapter->title),
                                            [THING_PROPERTIES] = value_json(properties)}};
    if (!store_insert(tx, &r, &d->thing, e)) return false;
    return isnan(d->latitude) || onboard_place(tx, d, now, a, e);
}

// ---- the Datastream ----

// A Sensor is a kind of instrument, shared by all devices that have one.
static bool sensor_of(struct store_tx *tx, const struct device_adapter *adapter, str sensor, entity_id *id,
                      err *e)
{
    const str name = sensor.n ? sensor : adapter->title;
    const struct record r = {.set = SET_SENSOR,
                             .properties = {[SENSOR_NAME] = value_text(name),
                                            [SENSOR_DESCRIPTION] = value_text(adapter->title),
                                            [SENSOR_ENCODING_TYPE] = value_text(STR("text/plain")),
                                            [SENSOR_METADATA] = value_text(name)}};
    return find_by_text(tx, SET_SENSOR, SENSOR_NAME, name, id, e) && (*id || store_insert(tx, &r, id, e));
}

// What the sender calls it, as an address of its own: letters and digits as they are, all else as %XX.
static bool own_definition(str name, arena *a, str *out)
{
    buf b = {.max = 4096};
    BUF_LIT(&b, "urn:peil:name:");
    for (size_t i = 0; i < name.n; i++) {
        const unsigned char c = (unsigned char)name.p[i];
        const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              c == '_' || c == '-' || c == '.';
        if (is_plain)
            buf_add_char(&b, (char)c);
        else
            buf_print(&b, "%%%02X", c);
    }
    const bool ok = !b.failed && arena_copy(a, buf_str(&b), out);
    buf_free(&b);
    return ok;
}

static bool property_of(struct store_tx *tx, const struct quantity *q, entity_id *id, err *e)
{
    const struct record r = {.set = SET_OBSERVED_PROPERTY,
                             .properties = {[OBSERVED_PROPERTY_NAME] = value_text(q->key),
                                            [OBSERVED_PROPERTY_DEFINITION] = value_text(q->definition),
                                            [OBSERVED_PROPERTY_DESCRIPTION] = value_text(q->name_nl)}};
    return find_by_text(tx, SET_OBSERVED_PROPERTY, OBSERVED_PROPERTY_DEFINITION, q->definition, id, e) &&
           (*id || store_insert(tx, &r, id, e));
}

// No unit is told: OGC 18-088 section 8.2.4 has null for that.
static bool unit_json(const struct quantity *q, arena *a, str *out)
{
    if (!q) {
        *out = STR("{\"name\":null,\"symbol\":null,\"definition\":null}");
        return true;
    }
    const struct {
        str name, value;
    } members[] = {{STR("name"), q->unit_name}, {STR("symbol"), q->symbol}, {STR("definition"), q->ucum}};
    buf b = {.max = 1024};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_name(&w, members[i].name);
        json_put_text(&w, members[i].value);
    }
    json_close(&w, '}');
    const bool ok = !b.failed && arena_copy(a, buf_str(&b), out);
    buf_free(&b);
    return ok;
}

bool onboard_stream(struct store_tx *tx, const struct device_adapter *adapter,
                    const struct device_document *d, str sensor, const struct quantity *known, str own_name,
                    arena *a, entity_id *stream, err *e)
{
    str unit, name;
    entity_id sensor_id, property_id;
    struct quantity own = {.key = own_name, .name_nl = own_name};
    if (!known && !own_definition(own_name, a, &own.definition)) return err_no_memory(e);
    const struct quantity *q = known ? known : &own;
    if (!unit_json(known, a, &unit) ||
        !arena_print(a, &name, "%.*s: %.*s%s%.*s", STR_ARG(d->device), STR_ARG(q->name_nl),
                     sensor.n ? ", " : "", STR_ARG(sensor)))
        return err_no_memory(e);
    if (!sensor_of(tx, adapter, sensor, &sensor_id, e) || !property_of(tx, q, &property_id, e)) return false;
    const struct record r = {.set = SET_DATASTREAM,
                             .properties = {[DATASTREAM_NAME] = value_text(name),
                                            [DATASTREAM_DESCRIPTION] = value_text(q->name_nl),
                                            [DATASTREAM_OBSERVATION_TYPE] = value_text(MEASUREMENT),
                                            [DATASTREAM_UNIT_OF_MEASUREMENT] = value_json(unit)},
                             .links = {[DATASTREAM_THING] = d->thing,
                                       [DATASTREAM_SENSOR] = sensor_id,
                                       [DATASTREAM_OBSERVED_PROPERTY] = property_id}};
    return store_insert(tx, &r, stream, e);
}
