// SPDX-License-Identifier: EUPL-1.2
// Sensor.Community's interface: the readings of the last five minutes, so everyMinutes 5 misses none.
//   {"kind":"sensor_community_api","url":"https://data.sensor.community/airrohr/v1","area":"52.04,4.33,5","everyMinutes":5}
// "area" is latitude, longitude and a radius in kilometres; "sensors":["5637","5638"] asks for each by its number instead. A device is
// called as in the archive, "dht22_sensor_5637". Times are UTC without a zone; places are rounded to three decimals by the source.
// Source   github.com/opendata-stuttgart/meta/wiki/EN-APIs
#include "feed/kind.h"
#include "ingest/decode/airrohr.h"
#include "ingest/decode/gather.h"
#include "ingest/decode/loose.h"

#define SENSORS_MAX 200
#define READINGS_MAX 100000
#define NAME_MAX_BYTES 64

// ---- asking ------------------------------------------------------------------------------------------------------

// Which of the sensors comes next; 0 with an area.
static size_t next_of(const struct feed_turn *t)
{
    double next;
    return t->position && json_number(t->position, STR("next"), &next) && next >= 0 && next < SENSORS_MAX
               ? (size_t)next
               : 0;
}

static size_t sensor_count(const struct feed_turn *t)
{
    const json *const sensors = json_get(t->options, STR("sensors"));
    return sensors ? sensors->count : 0;
}

static bool ask_area(const struct feed_turn *t, str area, str *url, err *e)
{
    static const double most[] = {90, 180, 500};
    double numbers[3];
    str part;
    size_t n = 0;
    while (n < 3 && str_cut(&area, ',', &part)) {
        const bool ok = num_parse_double(str_trim(part), &numbers[n], NULL) && numbers[n] <= most[n] &&
                        numbers[n] >= (n == 2 ? 0 : -most[n]);
        if (!ok) break;
        n++;
    }
    if (n != 3 || area.n)
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "area: expected \"latitude,longitude,kilometres\", at most 500 kilometres");
    return feed_url(t, url, e, "/filter/area=%g,%g,%g", numbers[0], numbers[1], numbers[2]);
}

static bool ask(const struct feed_turn *t, str *url, err *e)
{
    const str area = json_text(t->options, STR("area"));
    const json *const sensors = json_get(t->options, STR("sensors"));
    int64_t number;
    if ((area.n > 0) == (sensors != NULL))
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "name an area or sensors, one of the two");
    if (!sensors) return ask_area(t, area, url, e);
    const json *j = sensors->first;
    for (size_t i = next_of(t); j && i > 0; i--) j = j->next;
    if (!j) j = sensors->first;  // fewer are named than before
    if (!j || sensors->count > SENSORS_MAX || j->type != JSON_TEXT ||
        !num_parse_int(j->text, &number, NULL) || number < 1)
        return err_set(e, ERR_TYPE, ERR_NOWHERE, "sensors: up to %d numbers as texts, like [\"5637\"]",
                       SENSORS_MAX);
    return feed_url(t, url, e, "/sensor/%lld/", (long long)number);
}

// ---- the answer --------------------------------------------------------------------------------------------------

// What stands behind the closing bracket is none of it; it has been seen to be there.
static bool parse(str body, arena *a, json **out, err *e)
{
    str whole;
    json_reader r = json_reader_of(body, e);
    return json_skip(&r, &whole) && json_parse(whole, a, out, e);
}

// "dht22_sensor_5637"
static bool name_device(struct gather *g, const json *sensor, str type, err *e)
{
    str name;
    const json *const id = json_get(sensor, STR("id"));
    if (!id || (id->type != JSON_NUMBER && id->type != JSON_TEXT) || type.n == 0)
        return err_set(e, ERR_MISSING, sensor->at, "a row does not say which sensor it is of");
    char *const lower = arena_alloc(g->a, type.n);
    if (!lower) return err_no_memory(e);
    for (size_t i = 0; i < type.n; i++)
        lower[i] = type.p[i] >= 'A' && type.p[i] <= 'Z' ? (char)(type.p[i] - 'A' + 'a') : type.p[i];
    if (!arena_print(g->a, &name, "%.*s_sensor_%.*s", STR_ARG(((str){lower, type.n})), STR_ARG(id->text)))
        return err_no_memory(e);
    return gather_device(g, name, e);
}

static void read_place(struct gather *g, const json *location)
{
    struct device_state *const s = gather_state(g);
    double latitude, longitude;
    if (!location || !num_parse_double(json_text(location, STR("latitude")), &latitude, NULL) ||
        !num_parse_double(json_text(location, STR("longitude")), &longitude, NULL))
        return;
    s->latitude = latitude;
    s->longitude = longitude;
}

static bool read_value(struct gather *g, const json *row, bool counts, err *e)
{
    const str name = json_text(row, STR("value_type"));
    const json *const j = json_get(row, STR("value"));
    err why;
    if (name.n == 0 || name.n > NAME_MAX_BYTES || !j) {
        (void)err_set(&why, ERR_MISSING, row->at, "expected a value_type and a value");
        return gather_reject(g, STR("value"), &why, e);
    }
    const struct airrohr_word *const w = counts ? NULL : airrohr_word(name);
    return w ? gather_json(g, name, quantity_by_key(w->quantity), j, w->unit, e)
             : gather_unknown(g, name, loose_value(j), j->at, e);
}

static bool read_row(struct gather *g, const json *row, err *e)
{
    const json *values, *sensor, *type;
    err why;
    if (!json_need(row, STR("sensor"), JSON_OBJECT, &sensor, &why) ||
        !json_need(sensor, STR("sensor_type"), JSON_OBJECT, &type, &why) ||
        !json_need(row, STR("sensordatavalues"), JSON_ARRAY, &values, &why) ||
        !name_device(g, sensor, json_text(type, STR("name")), &why))
        return gather_reject(g, STR("row"), &why, e);
    gather_group(g);
    read_place(g, json_get(row, STR("location")));
    g->sensor = json_text(type, STR("name"));
    if (!gather_time_text(g, STR("timestamp"), json_get(row, STR("timestamp")), e)) return false;
    for (const json *v = values->first; v; v = v->next)
        if (!read_value(g, v, str_eq(g->sensor, AIRROHR_PULSE_COUNTER), e)) return false;
    return true;
}

static bool read_answer(const struct feed_turn *t, str body, struct feed_answer *out, err *e)
{
    json *tree;
    struct gather *g = ARENA_NEW(t->a, struct gather);
    struct device_message *m = ARENA_NEW(t->a, struct device_message);
    if (!g || !m) return err_no_memory(e);
    *m = (struct device_message){.body = body, .received = t->now, .site = t->site};
    gather_start(g, m, READINGS_MAX, t->a);
    if (!parse(body, t->a, &tree, e)) return false;
    if (tree->type != JSON_ARRAY)
        return err_set(e, ERR_TYPE, 0, "expected an array of rows, not %.*s",
                       STR_ARG(json_type_name(tree->type)));
    for (const json *row = tree->first; row; row = row->next)
        if (!read_row(g, row, e)) return false;
    gather_end(g, &out->readings);
    const size_t next = next_of(t) + 1;
    out->is_last = next >= sensor_count(t);
    return arena_print(t->a, &out->position, "{\"next\":%zu}", out->is_last ? 0 : next) || err_no_memory(e);
}

static const struct feed_option options[] = {
    {STR("area"), JSON_TEXT, false}, {STR("sensors"), JSON_ARRAY, false}, {{0}, JSON_NULL, false}};

const struct feed_kind feed_sensor_community_api = {
    .adapter = {.name = STR("sensor_community_api"), .title = STR("Sensor.Community")},
    .options = options,
    .ask = ask,
    .read = read_answer,
};
