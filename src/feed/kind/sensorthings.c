// SPDX-License-Identifier: EUPL-1.2
// Another SensorThings server, mirrored: Things with their Locations and Datastreams, and all Observations since a date.
//   {"kind":"sensorthings","url":"https://api-samenmeten.rivm.nl/v1.0","filter":"properties/codegemeente eq '603'",
//    "since":"2024-01-01","quotedTimes":true}
// First the Things, page by page; then one Datastream after the other, its Observations oldest first, along the links to the next page. A
// later turn asks each for the last day again, for readings come late. "quotedTimes": the server wants times in quotes.
// What is made here names where it comes from in properties.source; what changes there later is not followed.
// Source   OGC 18-088; the servers of RIVM (Samen Meten) and FROST
#include "feed/kind.h"

#include <math.h>

#define STREAM \
    STR("feed_stream")  // documents; keys "FEED/stream/ID", "FEED/thing/ID", "FEED/sensor/ID", "FEED/property/ID"
#define OVERLAP TIME_DAY
#define PAGE 1000
#define THINGS_PAGE 50

// ---- position: {"next":"URL","stream":"ID"}; without a stream it is among the Things ---------------------------

struct position {
    bool has_things;  // all of them are known: the streams' turn
    str stream;       // the one under way; empty: the first comes next
    str next;         // link of the page to come
};

static struct position read_position(const struct feed_turn *t)
{
    if (!t->position) return (struct position){0};
    return (struct position){.has_things = json_get(t->position, STR("things")) != NULL,
                             .stream = json_text(t->position, STR("stream")),
                             .next = json_text(t->position, STR("next"))};
}

static bool write_position(const struct feed_turn *t, struct position p, struct feed_answer *out, err *e)
{
    buf b = {.max = 16384};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    if (p.has_things) {
        json_name(&w, STR("things"));
        json_put_bool(&w, true);
    }
    json_member_given(&w, STR("stream"), p.stream);
    json_member_given(&w, STR("next"), p.next);
    json_close(&w, '}');
    const bool ok = feed_position(t, &b, out, e);
    buf_free(&b);
    return ok;
}

// A link to the next page is followed on the same server only.
static bool read_next(const struct feed_turn *t, const json *body, str *next, err *e)
{
    const str base = json_text(t->options, STR("url"));
    *next = json_text(body, STR("@iot.nextLink"));
    return next->n == 0 || str_starts(*next, base) ||
           err_set(e, ERR_DENIED, ERR_NOWHERE, "the next page lies on another server: %.*s",
                   STR_ARG(str_slice(*next, 0, next->n < 200 ? next->n : 200)));
}

// An id as it stands in an address: 12, or 'a b'.
static bool read_id(const struct feed_turn *t, const json *entity, str *out, err *e)
{
    const json *const id = json_get(entity, STR("@iot.id"));
    if (id && id->type == JSON_NUMBER) {
        *out = id->text;
        return true;
    }
    if (!id || id->type != JSON_TEXT || id->text.n > 200)
        return err_set(e, ERR_MISSING, entity->at, "an entity without @iot.id");
    return arena_print(t->a, out, "'%.*s'", STR_ARG(id->text)) || err_no_memory(e);
}

// ---- asking ------------------------------------------------------------------------------------------------------

struct stream_state {
    str id;
    entity_id local;
    instant since;
};

struct finding {
    const struct feed_turn *turn;
    str prefix;
    struct stream_state found;
};

static bool note_stream(str key, str text, void *context, err *e)
{
    struct finding *f = context;
    json *j;
    double local;
    if (!arena_copy(f->turn->a, text, &text) ||
        !arena_copy(f->turn->a, str_slice(key, f->prefix.n, key.n), &f->found.id))
        return err_no_memory(e);
    if (!json_parse(text, f->turn->a, &j, e) || !json_number(j, STR("local"), &local)) return false;
    f->found.local = (entity_id)local;
    f->found.since = feed_time(j, STR("since"), TIME_NONE);
    return false;  // the first is enough
}

// The stream behind `behind`; found->id empty: that was the last. '!' and '0' are the bytes after an id's end and after '/'.
static bool find_stream(const struct feed_turn *t, str behind, struct stream_state *found, err *e)
{
    struct finding f = {.turn = t};
    str from, to;
    err why = {0};
    if (!arena_print(t->a, &f.prefix, "%.*s/stream/", STR_ARG(t->name)) ||
        !arena_print(t->a, &from, "%.*s%.*s%s", STR_ARG(f.prefix), STR_ARG(behind), behind.n ? "!" : "") ||
        !arena_print(t->a, &to, "%.*s/stream0", STR_ARG(t->name)))
        return err_no_memory(e);
    if (!store_document_range(t->at, STREAM, from, to, note_stream, &f, &why) && why.code != ERR_NONE) {
        *e = why;
        return false;
    }
    *found = f.found;
    return true;
}

static bool get_stream(const struct feed_turn *t, str id, struct stream_state *out, err *e)
{
    str key, text;
    json *j;
    double local;
    if (!arena_print(t->a, &key, "%.*s/stream/%.*s", STR_ARG(t->name), STR_ARG(id))) return err_no_memory(e);
    if (!store_document_get(t->at, STREAM, key, t->a, &text, e) || !json_parse(text, t->a, &j, e))
        return false;
    if (!json_number(j, STR("local"), &local))
        return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "document %.*s has no 'local'", STR_ARG(key));
    *out = (struct stream_state){id, (entity_id)local, feed_time(j, STR("since"), TIME_NONE)};
    return true;
}

static bool ask_things(const struct feed_turn *t, str *url, err *e)
{
    const str filter = json_text(t->options, STR("filter"));
    const str text = feed_escape(t->a, filter);
    if (filter.n && text.n == 0) return err_no_memory(e);
    return feed_url(t, url, e,
                    "/Things?$expand=Locations,Datastreams($expand=Sensor,ObservedProperty)&$top=%d%s%.*s",
                    THINGS_PAGE, filter.n ? "&$filter=" : "", STR_ARG(text));
}

static bool ask_observations(const struct feed_turn *t, const struct stream_state *s, str *url, err *e)
{
    const instant since = s->since == TIME_NONE ? feed_time(t->options, STR("since"), t->now - 7 * TIME_DAY)
                                                : s->since - OVERLAP;
    const json *const is_quoted = json_get(t->options, STR("quotedTimes"));
    const char *const quote = is_quoted && is_quoted->type == JSON_TRUE ? "%27" : "";
    char time[TIME_TEXT_MAX];
    const size_t n = time_write(time, since);
    return feed_url(t, url, e,
                    "/Datastreams(%.*s)/"
                    "Observations?$orderby=phenomenonTime&$top=%d&$filter=phenomenonTime%%20ge%%20%s%.*s%s",
                    STR_ARG(feed_escape(t->a, s->id)), PAGE, quote, (int)n, time, quote);
}

// Where the turn stands, and the stream that is asked for next or just was. A server without Datastreams is asked for its
// Things again.
static bool stand(const struct feed_turn *t, struct position *p, struct stream_state *s, err *e)
{
    *p = read_position(t);
    *s = (struct stream_state){0};
    if (!p->has_things) return true;
    if (p->next.n) return get_stream(t, p->stream, s, e);
    if (!find_stream(t, p->stream, s, e)) return false;
    if (s->id.n == 0) *p = (struct position){0};
    return true;
}

static bool ask(const struct feed_turn *t, str *url, err *e)
{
    struct position p;
    struct stream_state s;
    if (!stand(t, &p, &s, e)) return false;
    *url = p.next;
    if (p.next.n) return true;
    return p.has_things ? ask_observations(t, &s, url, e) : ask_things(t, url, e);
}

// ---- Things ------------------------------------------------------------------------------------------------------

static value text_of(const json *entity, str member, str otherwise)
{
    const json *const j = json_get(entity, member);
    if (!j || j->type == JSON_NULL) return value_text(otherwise);
    return j->type == JSON_TEXT ? value_text(j->text) : value_json(j->raw);
}

static value json_of(const json *entity, str member)
{
    const json *const j = json_get(entity, member);
    return j && j->type == JSON_OBJECT ? value_json(j->raw) : value_null();
}

static str name_of(const json *entity)
{
    const str name = json_text(entity, STR("name"));
    return name.n ? name : STR("unnamed");
}

// What it was: members of its own properties, and "source".
static bool properties_of(const struct feed_turn *t, const json *entity, value *out, err *e)
{
    const json *const own = json_get(entity, STR("properties"));
    buf b = {.max = 65536};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    for (const json *j = own && own->type == JSON_OBJECT ? own->first : NULL; j; j = j->next) {
        if (str_eq(j->key, STR("source"))) continue;
        json_name(&w, j->key);
        json_put_raw(&w, j->raw);
    }
    json_member_given(&w, STR("source"), json_text(entity, STR("@iot.selfLink")));
    json_close(&w, '}');
    str text;
    const bool ok = !b.failed && arena_copy(t->a, buf_str(&b), &text);
    buf_free(&b);
    if (ok) *out = value_json(text);
    return ok || err_no_memory(e);
}

struct mirror {
    const struct feed_turn *turn;
    struct store_tx *tx;
    err *e;
};

// The local twin of a remote entity. *local 0: it has none yet, or it was deleted here.
static bool known(const struct mirror *m, entity_set set, str what, str id, str *key, entity_id *local)
{
    str text;
    json *j;
    double number;
    err why;
    *local = 0;
    if (!arena_print(m->turn->a, key, "%.*s/%.*s/%.*s", STR_ARG(m->turn->name), STR_ARG(what), STR_ARG(id)))
        return err_no_memory(m->e);
    if (!store_document_get(store_tx_snapshot(m->tx), STREAM, *key, m->turn->a, &text, &why)) {
        if (why.code != ERR_ABSENT) *m->e = why;
        return why.code == ERR_ABSENT;
    }
    if (!json_parse(text, m->turn->a, &j, m->e)) return false;
    if (json_number(j, STR("local"), &number) &&
        store_exists(store_tx_snapshot(m->tx), set, (entity_id)number, NULL))
        *local = (entity_id)number;
    return true;
}

static bool note(const struct mirror *m, str key, entity_id local, instant since)
{
    char time[TIME_TEXT_MAX];
    str text;
    const size_t n = since == TIME_NONE ? 0 : time_write(time, since);
    const bool ok = n ? arena_print(m->turn->a, &text, "{\"local\":%lld,\"since\":\"%.*s\"}",
                                    (long long)local, (int)n, time)
                      : arena_print(m->turn->a, &text, "{\"local\":%lld}", (long long)local);
    return ok ? store_document_put(m->tx, STREAM, key, text, m->e) : err_no_memory(m->e);
}

static bool make(const struct mirror *m, const struct record *r, str key, entity_id *local)
{
    return store_insert(m->tx, r, local, m->e) && note(m, key, *local, TIME_NONE);
}

static bool mirror_sensor(const struct mirror *m, const json *sensor, entity_id *local)
{
    str id, key;
    if (!sensor)
        return err_set(m->e, ERR_MISSING, ERR_NOWHERE,
                       "a Datastream without its Sensor: the server does not expand it");
    if (!read_id(m->turn, sensor, &id, m->e) || !known(m, SET_SENSOR, STR("sensor"), id, &key, local))
        return false;
    const struct record r = {
        .set = SET_SENSOR,
        .properties = {[SENSOR_NAME] = value_text(name_of(sensor)),
                       [SENSOR_DESCRIPTION] = text_of(sensor, STR("description"), STR("")),
                       [SENSOR_ENCODING_TYPE] = text_of(sensor, STR("encodingType"), STR("text/plain")),
                       [SENSOR_METADATA] = text_of(sensor, STR("metadata"), STR(""))}};
    return *local || make(m, &r, key, local);
}

static bool mirror_property(const struct mirror *m, const json *property, entity_id *local)
{
    str id, key;
    if (!property)
        return err_set(m->e, ERR_MISSING, ERR_NOWHERE,
                       "a Datastream without its ObservedProperty: the server does not expand it");
    if (!read_id(m->turn, property, &id, m->e) ||
        !known(m, SET_OBSERVED_PROPERTY, STR("property"), id, &key, local))
        return false;
    const struct record r = {
        .set = SET_OBSERVED_PROPERTY,
        .properties = {[OBSERVED_PROPERTY_NAME] = value_text(name_of(property)),
                       [OBSERVED_PROPERTY_DEFINITION] = text_of(property, STR("definition"), STR("")),
                       [OBSERVED_PROPERTY_DESCRIPTION] = text_of(property, STR("description"), STR(""))}};
    return *local || make(m, &r, key, local);
}

// RIVM's units have no name: the symbol stands in for it.
static bool unit_of(const struct mirror *m, const json *stream, value *out)
{
    const json *const unit = json_get(stream, STR("unitOfMeasurement"));
    const str symbol = json_text(unit, STR("symbol")), name = json_text(unit, STR("name"));
    buf b = {.max = 4096};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_name(&w, STR("name"));
    json_put_text(&w, name.n ? name : symbol);
    json_name(&w, STR("symbol"));
    json_put_text(&w, symbol);
    json_name(&w, STR("definition"));
    json_put_text(&w, json_text(unit, STR("definition")));
    json_close(&w, '}');
    str text;
    const bool ok = !b.failed && arena_copy(m->turn->a, buf_str(&b), &text);
    buf_free(&b);
    if (ok) *out = value_json(text);
    return ok || err_no_memory(m->e);
}

static bool mirror_stream(const struct mirror *m, const json *stream, entity_id thing)
{
    str id, key;
    entity_id local, sensor, property;
    value unit, properties;
    if (!read_id(m->turn, stream, &id, m->e) || !known(m, SET_DATASTREAM, STR("stream"), id, &key, &local))
        return false;
    if (local) return true;
    if (!mirror_sensor(m, json_get(stream, STR("Sensor")), &sensor) ||
        !mirror_property(m, json_get(stream, STR("ObservedProperty")), &property) ||
        !unit_of(m, stream, &unit) || !properties_of(m->turn, stream, &properties, m->e))
        return false;
    const struct record r = {
        .set = SET_DATASTREAM,
        .properties = {[DATASTREAM_NAME] = value_text(name_of(stream)),
                       [DATASTREAM_DESCRIPTION] = text_of(stream, STR("description"), STR("")),
                       [DATASTREAM_OBSERVATION_TYPE] = text_of(stream, STR("observationType"), STR("")),
                       [DATASTREAM_UNIT_OF_MEASUREMENT] = unit,
                       [DATASTREAM_PROPERTIES] = properties},
        .links = {[DATASTREAM_THING] = thing,
                  [DATASTREAM_SENSOR] = sensor,
                  [DATASTREAM_OBSERVED_PROPERTY] = property}};
    return make(m, &r, key, &local);
}

static bool mirror_location(const struct mirror *m, const json *location, entity_id thing)
{
    entity_id local;
    const value place = json_of(location, STR("location"));
    if (place.type == VALUE_NULL) return true;  // no place is no place, not 0, 0
    const struct record r = {
        .set = SET_LOCATION,
        .properties = {[LOCATION_NAME] = value_text(name_of(location)),
                       [LOCATION_DESCRIPTION] = text_of(location, STR("description"), STR("")),
                       [LOCATION_ENCODING_TYPE] = value_text(STR("application/geo+json")),
                       [LOCATION_LOCATION] = place}};
    return store_insert(m->tx, &r, &local, m->e) &&
           store_link(m->tx, SET_THING, thing, THING_LOCATIONS, local, m->e);
}

static bool mirror_thing(const struct mirror *m, const json *thing)
{
    str id, key;
    entity_id local;
    value properties;
    if (!read_id(m->turn, thing, &id, m->e) || !known(m, SET_THING, STR("thing"), id, &key, &local))
        return false;
    if (!local) {
        if (!properties_of(m->turn, thing, &properties, m->e)) return false;
        const struct record r = {
            .set = SET_THING,
            .properties = {[THING_NAME] = value_text(name_of(thing)),
                           [THING_DESCRIPTION] = text_of(thing, STR("description"), STR("")),
                           [THING_PROPERTIES] = properties}};
        if (!make(m, &r, key, &local)) return false;
        const json *const places = json_get(thing, STR("Locations"));
        for (const json *j = places ? places->first : NULL; j; j = j->next)
            if (!mirror_location(m, j, local)) return false;
    }
    const json *const streams = json_get(thing, STR("Datastreams"));
    if (json_get(thing, STR("Datastreams@iot.nextLink")))
        return err_set(m->e, ERR_LIMIT, thing->at,
                       "Thing %.*s has more Datastreams than the server expands at once", STR_ARG(id));
    for (const json *j = streams ? streams->first : NULL; j; j = j->next)
        if (!mirror_stream(m, j, local)) return false;
    return true;
}

// ---- Observations ------------------------------------------------------------------------------------------------

struct own {
    const json *things;          // of a page of Things
    struct stream_state stream;  // of a page of Observations, with its newest time
};

static value result_of(const json *j)
{
    if (!j) return value_null();
    switch (j->type) {
    case JSON_NUMBER: return value_of_number(j->text);
    case JSON_TEXT: return value_text(j->text);
    case JSON_TRUE: return value_bool(true);
    case JSON_FALSE: return value_bool(false);
    case JSON_ARRAY:
    case JSON_OBJECT: return value_json(j->raw);
    case JSON_NULL: break;
    }
    return value_null();
}

static bool read_observation(const struct json *row, struct stream_state *s, struct reading *out, err *e)
{
    const json *const result = json_get(row, STR("result"));
    interval when;
    if (!time_object_parse(json_text(row, STR("phenomenonTime")), &when, e))
        return err_within(e, "phenomenonTime");
    const bool lasts = !interval_is_instant(when);
    *out = (struct reading){.name = STR("result"),
                            .result = result_of(result),
                            .time = lasts ? when.end : when.start,
                            .period_us = lasts ? when.end - when.start : 0,
                            .at = row->at,
                            .stream = s->local};
    if (s->since == TIME_NONE || when.start > s->since) s->since = when.start;
    return true;
}

static bool read_observations(const struct feed_turn *t, const json *rows, struct own *own,
                              struct feed_answer *out, err *e)
{
    struct device_result *const r = &out->readings;
    *r = (struct device_result){.is_vouched = true, .state = DEVICE_STATE_NONE};
    r->readings = ARENA_ARRAY(t->a, rows->count + 1, struct reading);
    if (!r->readings) return err_no_memory(e);
    for (const json *row = rows->first; row; row = row->next) {
        struct reading *const reading = &r->readings[r->reading_count];
        if (!read_observation(row, &own->stream, reading, e))
            return err_within(e, "observation %zu", r->reading_count);
        reading->device = t->name;
        if (reading->result.type != VALUE_NULL) r->reading_count++;
    }
    return true;
}

// The position behind the stream `s`; behind the last the turn ends, and the next one begins with the Things.
static bool move_on(const struct feed_turn *t, str id, struct feed_answer *out, err *e)
{
    struct stream_state following;
    if (!find_stream(t, id, &following, e)) return false;
    out->is_last = following.id.n == 0;
    return write_position(
        t, out->is_last ? (struct position){0} : (struct position){.has_things = true, .stream = id}, out, e);
}

static bool read_page(const struct feed_turn *t, str body, struct feed_answer *out, err *e)
{
    struct position p;
    struct own *const own = ARENA_NEW(t->a, struct own);
    json *tree;
    const json *rows;
    str next;
    if (!own) return err_no_memory(e);
    if (!json_parse(body, t->a, &tree, e) || !json_need(tree, STR("value"), JSON_ARRAY, &rows, e) ||
        !read_next(t, tree, &next, e))
        return false;
    if (str_eq(next, t->url))
        return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "the link to the next page leads to the page itself");
    if (!stand(t, &p, &own->stream, e)) return false;
    out->own = own;
    if (!p.has_things) {
        own->things = rows;
        return write_position(t, (struct position){.has_things = next.n == 0, .next = next}, out, e);
    }
    if (!read_observations(t, rows, own, out, e)) return false;
    if (next.n == 0) return move_on(t, own->stream.id, out, e);
    return write_position(t, (struct position){true, own->stream.id, next}, out, e);
}

static bool keep(const struct feed_turn *t, struct store_tx *tx, struct feed_answer *answer, err *e)
{
    const struct own *const own = answer->own;
    const struct mirror m = {t, tx, e};
    str key;
    if (!own) return true;
    for (const json *j = own->things ? own->things->first : NULL; j; j = j->next)
        if (!mirror_thing(&m, j)) return false;
    if (own->things) return true;
    if (!arena_print(t->a, &key, "%.*s/stream/%.*s", STR_ARG(t->name), STR_ARG(own->stream.id)))
        return err_no_memory(e);
    return note(&m, key, own->stream.local, own->stream.since);
}

// A page that is gone, its link too old: the same place is asked for anew. A Datastream that is gone is passed over.
static bool absent(const struct feed_turn *t, struct feed_answer *out, err *e)
{
    struct position p;
    struct stream_state s;
    if (!stand(t, &p, &s, e)) return false;
    if (!p.has_things)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there are no Things at %.*s", STR_ARG(t->url));
    return move_on(t, s.id, out, e);
}

static const struct feed_option options[] = {{STR("filter"), JSON_TEXT, false},
                                             {STR("since"), JSON_TEXT, false},
                                             {STR("quotedTimes"), JSON_TRUE, false},
                                             {{0}, JSON_NULL, false}};

const struct feed_kind feed_sensorthings = {
    .adapter = {.name = STR("sensorthings"), .title = STR("SensorThings")},
    .options = options,
    .ask = ask,
    .read = read_page,
    .keep = keep,
    .absent = absent,
};
