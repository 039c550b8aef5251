// SPDX-License-Identifier: EUPL-1.2
// openSenseMap: what senseBox and others upload, to the same paths below the adapter's own:
//   POST .../boxes/BOX/SENSOR      {"value": 1.5, "createdAt": "...", "location": [lng, lat, height]}
//   POST .../boxes/BOX/data        an object by sensor, an array of values, or CSV: id,value[,time[,lng,lat[,height]]]
//   application/sbx-bytes          12 bytes of id and a float, application/sbx-bytes-ts with 4 bytes of Unix time behind
// A sensor is called as peil calls a quantity ("pm25"), or by the id that openSenseMap gave it: then the operator binds the id
// to a Datastream.
// Source   sensebox/openSenseMap-API, its documentation and tests
#include "ingest/decode/gather.h"
#include "ingest/decode/loose.h"

#include <math.h>
#include <string.h>

#define VALUES_MAX 2500
#define ID_MAX_BYTES 64
#define ID_BYTES 12

extern const struct device_adapter device_sensor_community;

struct upload {
    struct gather g;
    str box;
    str sensor;  // empty: many
};

// ---- one value ---------------------------------------------------------------------------------------------------

static bool is_id(str id)
{
    for (size_t i = 0; i < id.n; i++)
        if (id.p[i] <= ' ' || id.p[i] > '~') return false;
    return id.n > 0 && id.n <= ID_MAX_BYTES;
}

static bool reject_id(struct gather *g, size_t at, err *e)
{
    err why;
    (void)err_set(&why, ERR_RANGE, at, "has 1 to %d plain characters", ID_MAX_BYTES);
    return gather_reject(g, STR("sensor"), &why, e);
}

// [lng, lat, height] or {"lat", "lng", "height"}
static void read_place(const json *j, struct gather *g)
{
    const json *lng = json_get(j, STR("lng")), *lat = json_get(j, STR("lat"));
    double longitude, latitude;
    if (j && j->type == JSON_ARRAY && j->count >= 2) {
        lng = j->first;
        lat = j->first->next;
    }
    if (!lng || !lat || !num_parse_double(lng->text, &longitude, NULL) ||
        !num_parse_double(lat->text, &latitude, NULL))
        return;
    g->out.state.longitude = longitude;
    g->out.state.latitude = latitude;
}

static bool read_value(struct gather *g, str id, const json *number, const json *time, const json *place,
                       err *e)
{
    if (!is_id(id)) return reject_id(g, number ? number->at : ERR_NOWHERE, e);
    if (!gather_time_text(g, STR("createdAt"), time, e)) return false;
    read_place(place, g);
    value v;
    str unit;
    err why;
    if (!loose_number(number, &v, &unit, &why)) return gather_reject(g, id, &why, e);
    return gather_named(g, id, number, e);
}

// ---- JSON --------------------------------------------------------------------------------------------------------

static bool read_single(struct upload *u, const json *body, err *e)
{
    return read_value(&u->g, u->sensor, json_get(body, STR("value")), json_get(body, STR("createdAt")),
                      json_get(body, STR("location")), e);
}

// {"id": value}, {"id": [value]}, {"id": [value, time]}, {"id": [value, time, place]}
static bool read_object(struct upload *u, const json *body, err *e)
{
    for (const json *j = body->first; j; j = j->next) {
        const bool is_list = j->type == JSON_ARRAY;
        const json *number = is_list ? j->first : j;
        const json *time = is_list && number ? number->next : NULL;
        if (!read_value(&u->g, j->key, number, time, time ? time->next : NULL, e)) return false;
    }
    return true;
}

static bool read_array(struct upload *u, const json *body, err *e)
{
    for (const json *j = body->first; j; j = j->next) {
        const str id = json_text(j, STR("sensor"));
        if (!read_value(&u->g, id.n ? id : json_text(j, STR("sensor_id")), json_get(j, STR("value")),
                        json_get(j, STR("createdAt")), json_get(j, STR("location")), e))
            return false;
    }
    return true;
}

static bool read_json(struct upload *u, err *e)
{
    json *body;
    if (!loose_json(u->g.m->body, u->g.a, &body, e)) return false;
    if (body->type == JSON_ARRAY && !u->sensor.n) return read_array(u, body, e);
    if (body->type != JSON_OBJECT)
        return err_set(e, ERR_TYPE, body->at, "expected an object or an array of values");
    return u->sensor.n ? read_single(u, body, e) : read_object(u, body, e);
}

// ---- CSV ---------------------------------------------------------------------------------------------------------

static json text_at(str s, const char *start)
{
    return (json){.type = JSON_TEXT, .text = str_trim(s), .at = s.p ? (size_t)(s.p - start) : 0};
}

// id,value[,time[,lng,lat[,height]]]
static bool read_csv_line(struct upload *u, str line, err *e)
{
    const char *start = u->g.m->body.p;
    str rest = line, fields[6] = {{0}};
    size_t n = 0;
    while (n < 6 && str_cut(&rest, ',', &fields[n])) n++;
    const json number = text_at(fields[1], start), time = text_at(fields[2], start);
    json lat = text_at(fields[4], start), lng = text_at(fields[3], start);
    lng.next = &lat;
    const json place = {.type = JSON_ARRAY, .count = 2, .first = &lng};
    return read_value(&u->g, str_trim(fields[0]), n > 1 ? &number : NULL, time.text.n ? &time : NULL,
                      n > 4 ? &place : NULL, e);
}

static bool read_csv(struct upload *u, err *e)
{
    str rest = u->g.m->body, line;
    while (str_cut(&rest, '\n', &line))
        if (str_trim(line).n && !read_csv_line(u, line, e)) return false;
    return true;
}

// ---- bytes -------------------------------------------------------------------------------------------------------

static uint32_t little_endian(const char *p)
{
    uint32_t v = 0;
    for (int i = 3; i >= 0; i--) v = v << 8 | (unsigned char)p[i];
    return v;
}

static bool hex_id(const char *p, arena *a, str *out)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * ID_BYTES];
    for (size_t i = 0; i < ID_BYTES; i++) {
        text[2 * i] = digits[(unsigned char)p[i] >> 4];
        text[2 * i + 1] = digits[(unsigned char)p[i] & 15];
    }
    return arena_copy(a, (str){text, sizeof text}, out);
}

// Their interface rounds to one decimal; a float has no more than seven digits.
static bool read_record(struct upload *u, const char *p, bool has_time, err *e)
{
    const uint32_t bits = little_endian(p + ID_BYTES);
    float f;
    char digits[32];
    str id, copy;
    memcpy(&f, &bits, sizeof f);
    const json none = {.type = JSON_NULL};
    const size_t n = isfinite(f) ? num_write_double(digits, round((double)f * 10) / 10) : 0;
    if (!hex_id(p, u->g.a, &id) || !arena_copy(u->g.a, (str){digits, n}, &copy)) return err_no_memory(e);
    const json number = {.type = JSON_NUMBER, .text = copy, .at = (size_t)(p - u->g.m->body.p)};
    if (!read_value(&u->g, id, n ? &number : &none, NULL, NULL, e)) return false;
    if (has_time && u->g.out.reading_count) {
        gather_time(&u->g, (instant)little_endian(p + ID_BYTES + 4) * TIME_SECOND);
        struct reading *r = &u->g.out.readings[u->g.out.reading_count - 1];
        r->time = u->g.time;
        r->flags = u->g.time_flags;
        r->why = u->g.time_why;
    }
    return true;
}

static bool read_records(struct upload *u, bool has_time, err *e)
{
    const str body = u->g.m->body;
    const size_t size = ID_BYTES + (has_time ? 8 : 4);
    if (body.n % size)
        return err_set(e, ERR_SYNTAX, body.n - body.n % size, "the last record is cut: one has %zu bytes",
                       size);
    for (size_t at = 0; at < body.n; at += size)
        if (!read_record(u, body.p + at, has_time, e)) return false;
    return true;
}

static bool read_bytes(struct upload *u, err *e)
{
    return read_records(u, false, e);
}

static bool read_bytes_with_time(struct upload *u, err *e)
{
    return read_records(u, true, e);
}

// ---- the message -------------------------------------------------------------------------------------------------

static const struct {
    str content_type;
    bool (*read)(struct upload *u, err *e);
} forms[] = {{STR("application/sbx-bytes-ts"), read_bytes_with_time},
             {STR("application/sbx-bytes"), read_bytes},
             {STR("text/csv"), read_csv},
             {STR("application/json"), read_json}};

// Without a type of its own: JSON starts with a bracket.
static bool read_form(struct upload *u, err *e)
{
    const str start = str_trim(str_slice(u->g.m->body, 0, 100));
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (str_starts(u->g.m->content_type, forms[i].content_type)) return forms[i].read(u, e);
    return str_starts(start, STR("{")) || str_starts(start, STR("[")) ? read_json(u, e) : read_csv(u, e);
}

// .../boxes/BOX/data, .../boxes/BOX/SENSOR
static bool read_path(struct upload *u, err *e)
{
    size_t at;
    str rest, box = {0}, last = {0};
    if (!str_find(u->g.m->path, STR("/boxes/"), &at))
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "the path names the box: .../boxes/BOX/data");
    rest = str_slice(u->g.m->path, at + sizeof "/boxes/" - 1, u->g.m->path.n);
    str_cut(&rest, '/', &box);
    str_cut(&rest, '/', &last);
    u->sensor = str_eq(last, STR("data")) ? (str){0} : last;
    u->box = box;
    return gather_device(&u->g, box, e);
}

static str box_as_header(const char *name, const void *context)
{
    return strcmp(name, "X-Sensor") == 0 ? ((const struct upload *)context)->box : (str){0};
}

// "?luftdaten=1": airRohr's own form, from a box.
static bool read_airrohr(const struct upload *u, arena *a, struct device_result *out, err *e)
{
    struct device_message m = *u->g.m;
    m.header = box_as_header;
    m.context = u;
    return device_sensor_community.decode(&m, a, out, e);
}

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    struct upload u = {0};
    size_t at;
    gather_start(&u.g, m, VALUES_MAX, a);
    if (!read_path(&u, e)) return false;
    if (str_find(m->query, STR("luftdaten="), &at)) return read_airrohr(&u, a, out, e);
    if (!read_form(&u, e)) return false;
    gather_end(&u.g, out);
    return true;
}

const struct device_adapter device_opensensemap = {
    .name = STR("opensensemap"),
    .title = STR("openSenseMap, senseBox"),
    .path = "opensensemap",
    .reply_status = 201,
    .decode = decode,
};
