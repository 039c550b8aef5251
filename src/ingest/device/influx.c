// SPDX-License-Identifier: EUPL-1.2
// InfluxDB's line protocol, as Telegraf and many gadgets write it: .../write?precision=s (version 1),
// .../api/v2/write?precision=ms (version 2).
// The device is a tag, the first that is there of `device_tags` or the one named by ?device_tag=NAME; without any, the
// measurement. A tag `sensor`, or else the measurement, says which part of the device it is, with all other tags behind. A
// field's key says what it is; of a field `value` the measurement does. A number that peil has no quantity for is stored under
// its own name.
// Source   see ingest/decode/line_protocol.h; InfluxDB v1 and v2 write API
#include "http/server.h"
#include "ingest/decode/gather.h"
#include "ingest/decode/line_protocol.h"
#include "ingest/decode/loose.h"
#include "model/unit.h"

#include <stdlib.h>

#define READINGS_MAX 100000
#define NAME_MAX_BYTES 200
#define SENSOR_BYTES_MAX 1000
#define WORDS 32

static const char *const topics[] = {"influx/#", "telegraf/#", NULL};

static const str device_tags[] = {STR("device"),  STR("device_id"), STR("deviceid"), STR("node"),
                                  STR("station"), STR("entity_id"), STR("id"),       STR("host")};

static const struct {
    str name;
    struct line_precision is;
} precisions[] = {
    {STR("ns"), {1, 1000}},       {STR("n"), {1, 1000}},      {STR("us"), {1, 1}},
    {STR("u"), {1, 1}},           {STR("ms"), {1000, 1}},     {STR("s"), {TIME_SECOND, 1}},
    {STR("m"), {TIME_MINUTE, 1}}, {STR("h"), {TIME_HOUR, 1}},
};

// Ten thousand lines have the same few field keys: what they mean is looked up once.
struct known_word {
    str name;
    bool is_known;
    struct word word;
};

struct writing {
    struct gather g;
    struct line_point point;
    str device_tag;
    size_t precision;
    struct known_word words[WORDS];
    bool has_many_devices;
};

// ---- who and when ------------------------------------------------------------------------------------------------

static str tag(const struct line_point *p, str key)
{
    for (size_t i = 0; i < p->tag_count; i++)
        if (str_eq(p->tags[i].key, key)) return p->tags[i].value;
    return (str){0};
}

// The key of the tag that names the device; empty: none does.
static str device_tag_of(const struct writing *w)
{
    if (w->device_tag.n && tag(&w->point, w->device_tag).n) return w->device_tag;
    for (size_t i = 0; i < sizeof device_tags / sizeof device_tags[0]; i++)
        if (tag(&w->point, device_tags[i]).n) return device_tags[i];
    return (str){0};
}

// Tags that say something else than which of several alike it is.
static bool is_told_elsewhere(str key)
{
    static const str keys[] = {STR("sensor"),       STR("unit"), STR("lat"),       STR("latitude"),
                               STR("location_lat"), STR("lon"),  STR("longitude"), STR("location_lon")};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (str_eq(keys[i], key)) return true;
    return false;
}

// Lines that differ in any tag are different series: "cpu, cpu=cpu0", "SDS011, room=attic".
static bool set_sensor(struct writing *w, str device_key, err *e)
{
    const str sensor = tag(&w->point, STR("sensor"));
    buf b = {.max = SENSOR_BYTES_MAX};
    if (sensor.n || device_key.n) buf_add(&b, sensor.n ? sensor : w->point.measurement);
    for (size_t i = 0; i < w->point.tag_count; i++) {
        const struct line_tag *t = &w->point.tags[i];
        if (str_eq(t->key, device_key) || is_told_elsewhere(t->key)) continue;
        buf_print(&b, "%s%.*s=%.*s", b.n ? ", " : "", STR_ARG(t->key), STR_ARG(t->value));
    }
    const bool ok = !b.failed && arena_copy(w->g.a, buf_str(&b), &w->g.sensor);
    buf_free(&b);
    return ok || err_set(e, ERR_LIMIT, ERR_NOWHERE, "the tags have more than %d bytes", SENSOR_BYTES_MAX);
}

static bool set_device(struct writing *w, err *e)
{
    const str key = device_tag_of(w), device = key.n ? tag(&w->point, key) : w->point.measurement;
    if (!set_sensor(w, key, e)) return false;
    if (str_eq(device, w->g.device)) return true;
    w->has_many_devices = w->g.device.n > 0;
    return gather_device(&w->g, device, e);
}

static bool set_time(struct writing *w, err *e)
{
    int64_t t = w->point.time;
    if (t == INT64_MIN) {
        gather_time(&w->g, TIME_NONE);
        return true;
    }
    if (__builtin_mul_overflow(t, precisions[w->precision].is.times, &t))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "the time is beyond what can be told");
    t /= precisions[w->precision].is.by;
    if (t < TIME_MIN || t > TIME_MAX)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "the time is beyond what can be told");
    gather_time(&w->g, t);
    return true;
}

static void set_place(struct writing *w)
{
    static const str names[2][3] = {{STR("lat"), STR("latitude"), STR("location_lat")},
                                    {STR("lon"), STR("longitude"), STR("location_lon")}};
    double *const out[] = {&gather_state(&w->g)->latitude, &gather_state(&w->g)->longitude};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 3; k++) {
            const str text = tag(&w->point, names[i][k]);
            double v;
            if (text.n && num_parse_double(text, &v, NULL)) *out[i] = v;
        }
}

// ---- values ------------------------------------------------------------------------------------------------------

static const struct known_word *word_of(struct writing *w, str name)
{
    struct known_word *k = &w->words[(name.n * 7 + (unsigned char)name.p[0]) % WORDS];
    if (!str_eq(k->name, name)) {
        k->name = name;
        k->is_known = word_find(name, &k->word);
    }
    return k;
}

static void set_state(struct writing *w, word_role role, double v)
{
    if (role == WORD_LATITUDE) gather_state(&w->g)->latitude = v;
    if (role == WORD_LONGITUDE) gather_state(&w->g)->longitude = v;
    if (role == WORD_SIGNAL) gather_state(&w->g)->rssi_dbm = v;
}

// Nothing but the value decides what becomes of it: no unit is converted, and who sends was not asked for in the address.
static bool is_always_alike(const struct writing *w, const struct known_word *k)
{
    if (w->device_tag.n || (k->is_known && k->word.role != WORD_QUANTITY)) return false;
    const str named = tag(&w->point, STR("unit")), unit = named.n || !k->is_known ? named : k->word.unit;
    return !k->is_known || unit.n == 0 || str_eq(unit_code(unit), k->word.quantity->ucum);
}

static bool read_field(struct writing *w, const struct line_field *f, err *e)
{
    const str name = str_eq(f->key, STR("value")) ? w->point.measurement : f->key;
    const struct known_word *k = word_of(w, name);
    const bool is_number = value_is_number(&f->value);
    err why;
    if (name.n > NAME_MAX_BYTES) {
        (void)err_set(&why, ERR_RANGE, f->at, "a name has at most %d bytes", NAME_MAX_BYTES);
        return gather_reject(&w->g, STR("field"), &why, e);
    }
    w->g.head = is_always_alike(w, k) ? w->point.head : (str){0};
    w->g.field = f->key;
    if (!k->is_known) return gather_unknown(&w->g, name, f->value, f->at, e);
    if (!is_number) {
        (void)err_set(&why, ERR_TYPE, f->at, "is not a number");
        return gather_reject(&w->g, name, &why, e);
    }
    if (k->word.role == WORD_QUANTITY) {
        const str unit = tag(&w->point, STR("unit"));
        return gather_number(&w->g, name, k->word.quantity, f->value, unit.n ? unit : k->word.unit, f->at, e);
    }
    set_state(w, k->word.role, value_to_double(&f->value));
    return true;
}

static bool read_point(struct writing *w, err *e)
{
    err why;
    if (!set_device(w, &why) || !set_time(w, &why)) {
        why.at = w->point.fields[0].at;
        return gather_reject(&w->g, STR("line"), &why, e);
    }
    set_place(w);
    for (size_t i = 0; i < w->point.field_count; i++)
        if (!read_field(w, &w->point.fields[i], e)) return false;
    gather_group(&w->g);
    return true;
}

// ---- the message -------------------------------------------------------------------------------------------------

static bool read_lines(struct writing *w, err *e)
{
    struct line_reader r = {0};
    if (!loose_text(w->g.m->body, w->g.a, &r.text)) return err_no_memory(e);
    for (;;) {
        bool done;
        err why;
        if (line_next(&r, w->g.a, &w->point, &done, &why)) {
            if (!read_point(w, e)) return false;
        } else if (done) {
            return true;
        } else if (!gather_reject(&w->g, STR("line"), &why, e)) {
            return false;
        }
    }
}

static bool read_query(struct writing *w, err *e)
{
    const struct device_message *m = w->g.m;
    str precision;
    if (!http_query_get(m->query, STR("device_tag"), w->g.a, &w->device_tag)) w->device_tag = (str){0};
    if (!http_query_get(m->query, STR("precision"), w->g.a, &precision)) return true;
    for (size_t i = 0; i < sizeof precisions / sizeof precisions[0]; i++) {
        if (!str_eq(precisions[i].name, precision)) continue;
        w->precision = i;
        return true;
    }
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "precision is ns, us, ms, s, m or h");
}

static bool lines(const struct device_message *m, arena *a, struct line_precision *out)
{
    struct writing *w = ARENA_NEW(a, struct writing);
    err ignored;
    if (!w || str_ends(m->path, STR("/query"))) return false;
    w->g.m = m;
    w->g.a = a;
    if (!read_query(w, &ignored) || w->device_tag.n) return false;
    *out = precisions[w->precision].is;
    return true;
}

static int by_device(const void *a, const void *b)
{
    const struct reading *x = a, *y = b;
    const int order = str_cmp(x->device, y->device);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    struct writing *w = ARENA_NEW(a, struct writing);
    if (!w) return err_no_memory(e);
    gather_start(&w->g, m, READINGS_MAX, a);
    if (str_ends(m->path, STR("/query"))) {  // Telegraf asks for its database before it writes
        w->g.out.note = STR("there are no databases to make here");
    } else if (!read_query(w, e) || !read_lines(w, e)) {
        return false;
    }
    gather_end(&w->g, out);
    // Readings of one device are stored together.
    if (w->has_many_devices) qsort(out->readings, out->reading_count, sizeof *out->readings, by_device);
    return true;
}

const struct device_adapter device_influx = {
    .name = STR("influx"),
    .title = STR("InfluxDB line protocol (Telegraf)"),
    .topics = topics,
    .path = "influx",
    .reply_status = 204,
    .partial_status = 400,
    .lines = lines,
    .decode = decode,
};
