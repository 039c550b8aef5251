// SPDX-License-Identifier: EUPL-1.2
// Sensor.Community's archive: one CSV file per sensor and day.
//   {"kind":"sensor_community_archive","url":"https://archive.sensor.community","sensors":["sds011_sensor_15092"],"since":"2018-07-07"}
// "path" says how the files are named where it is another than "{date}/{date}_{sensor}.csv" ("{year}/{date}/..." for older years).
// Day after day up to yesterday; a day without a file is passed over once it is two days old.
// Source   archive.sensor.community
#include "feed/kind.h"
#include "ingest/decode/airrohr.h"
#include "ingest/decode/csv_line.h"
#include "ingest/decode/gather.h"
#include "ingest/decode/loose.h"

#include <stdlib.h>

#define SENSORS_MAX 200
#define ROWS_MAX 50000
#define STANDARD_PATH STR("{date}/{date}_{sensor}.csv")

// Where it is: the day under way, and which sensor of it comes next.
struct position {
    instant day;
    size_t sensor;
};

static instant day_of(instant t)
{
    return t - t % TIME_DAY;
}

static struct position read_position(const struct feed_turn *t)
{
    double sensor = 0;
    const instant since = feed_time(t->options, STR("since"), t->now - TIME_DAY);
    if (!t->position) return (struct position){day_of(since), 0};
    (void)json_number(t->position, STR("sensor"), &sensor);
    return (struct position){day_of(feed_time(t->position, STR("day"), since)),
                             sensor >= 0 && sensor < SENSORS_MAX ? (size_t)sensor : 0};
}

static instant reached(const json *options, const json *position)
{
    (void)options;
    return feed_time(position, STR("day"), TIME_NONE);
}

static bool write_position(const struct feed_turn *t, struct position p, struct feed_answer *out, err *e)
{
    const json *const sensors = json_get(t->options, STR("sensors"));
    if (++p.sensor >= sensors->count) p = (struct position){p.day + TIME_DAY, 0};
    char text[TIME_TEXT_MAX];
    buf b = {.max = 256};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_name(&w, STR("day"));
    json_put_text(&w, (str){text, time_write(text, p.day)});
    json_name(&w, STR("sensor"));
    json_put_int(&w, (int64_t)p.sensor);
    json_close(&w, '}');
    const bool ok = feed_position(t, &b, out, e);
    buf_free(&b);
    return ok;
}

// "sds011_sensor_15092"
static bool sensor_at(const struct feed_turn *t, size_t index, str *out, err *e)
{
    const json *const sensors = json_get(t->options, STR("sensors"));
    const json *j = sensors ? sensors->first : NULL;
    for (size_t i = 0; j && i < index; i++) j = j->next;
    size_t at;
    if (!j || j->type != JSON_TEXT || j->text.n > GATHER_DEVICE_MAX ||
        !str_find(j->text, STR("_sensor_"), &at))
        return err_set(e, ERR_TYPE, ERR_NOWHERE,
                       "sensors: each is named as in the archive, like \"sds011_sensor_15092\"");
    *out = j->text;
    return true;
}

static void fill_path(buf *b, str path, str date, str sensor)
{
    const struct {
        str mark, text;
    } marks[] = {{STR("{date}"), date}, {STR("{year}"), str_slice(date, 0, 4)}, {STR("{sensor}"), sensor}};
    while (path.n > 0) {
        size_t taken = 0;
        for (size_t i = 0; i < 3 && !taken; i++) {
            if (!str_starts(path, marks[i].mark)) continue;
            buf_add(b, marks[i].text);
            taken = marks[i].mark.n;
        }
        if (!taken) buf_add(b, str_slice(path, 0, taken = 1));
        path = str_slice(path, taken, path.n);
    }
}

static bool ask(const struct feed_turn *t, str *url, err *e)
{
    const struct position p = read_position(t);
    str sensor;
    *url = (str){0};
    if (p.day + TIME_DAY > day_of(t->now)) return true;  // today's file is not there yet
    if (!sensor_at(t, p.sensor, &sensor, e)) return false;
    char text[TIME_TEXT_MAX];
    const str date = {text, time_write(text, p.day)}, path = json_text(t->options, STR("path"));
    buf b = {.max = 1024};
    fill_path(&b, path.n ? path : STANDARD_PATH, str_slice(date, 0, 10), feed_escape(t->a, sensor));
    const bool ok = !b.failed && feed_url(t, url, e, "/%.*s", STR_ARG(buf_str(&b)));
    buf_free(&b);
    return ok;
}

// ---- the file ----------------------------------------------------------------------------------------------------

struct table {
    struct gather g;
    int time, latitude, longitude, type;
    str names[CSV_COLUMNS_MAX];
    bool is_value[CSV_COLUMNS_MAX];
    size_t count;
};

static void note_column(struct table *t, size_t i)
{
    static const str roles[] = {STR("timestamp"), STR("lat"), STR("lon"), STR("sensor_type")},
                     others[] = {STR("sensor_id"), STR("location"), STR("altitude"), STR("")};
    int *const to[] = {&t->time, &t->latitude, &t->longitude, &t->type};
    t->is_value[i] = true;
    for (size_t k = 0; k < 4; k++) {
        if (str_eq(t->names[i], roles[k])) *to[k] = (int)i;
        if (str_eq(t->names[i], roles[k]) || str_eq(t->names[i], others[k])) t->is_value[i] = false;
    }
}

static bool read_header(struct table *t, str line, err *e)
{
    t->time = t->latitude = t->longitude = t->type = -1;
    if (!csv_split(line, ';', t->g.a, t->names, &t->count, e)) return err_within(e, "header");
    for (size_t i = 0; i < t->count; i++) note_column(t, i);
    return t->time >= 0 ||
           err_set(e, ERR_SYNTAX, 0,
                   "this is no file of the archive: its first line names no column 'timestamp'");
}

static bool read_field(struct table *t, const str *fields, size_t i, err *e)
{
    const json j = {.type = JSON_TEXT, .text = fields[i], .at = (size_t)(fields[i].p - t->g.m->body.p)};
    const bool counts = t->type >= 0 && str_eq(fields[t->type], AIRROHR_PULSE_COUNTER);
    const struct airrohr_word *const w = counts ? NULL : airrohr_word(t->names[i]);
    return w ? gather_json(&t->g, t->names[i], quantity_by_key(w->quantity), &j, w->unit, e)
             : gather_unknown(&t->g, t->names[i], loose_value(&j), j.at, e);
}

// Where it stood then; a file may leave it out.
static void read_place(struct table *t, const str *fields)
{
    double latitude, longitude;
    if (t->latitude < 0 || t->longitude < 0 || !num_parse_double(fields[t->latitude], &latitude, NULL) ||
        !num_parse_double(fields[t->longitude], &longitude, NULL))
        return;
    t->g.out.state.latitude = latitude;
    t->g.out.state.longitude = longitude;
}

static bool read_line(struct table *t, str line, err *e)
{
    str fields[CSV_COLUMNS_MAX];
    size_t count;
    instant time;
    err why;
    bool ok = csv_split(line, ';', t->g.a, fields, &count, &why);
    if (ok && count != t->count)
        ok = err_set(&why, ERR_SYNTAX, ERR_NOWHERE, "%zu columns, the header has %zu", count, t->count);
    if (!ok || !time_parse_utc(fields[t->time], &time, &why))
        return gather_reject(&t->g, STR("line"), &why, e);
    gather_group(&t->g);
    gather_time(&t->g, time);
    t->g.sensor = t->type >= 0 ? fields[t->type] : (str){0};
    read_place(t, fields);
    for (size_t i = 0; i < count; i++) {
        if (t->is_value[i] && fields[i].n && !read_field(t, fields, i, e)) return false;
    }
    return true;
}

static bool read_file(const struct feed_turn *t, str body, struct feed_answer *out, err *e)
{
    const struct position p = read_position(t);
    struct table *const table = ARENA_NEW(t->a, struct table);
    struct device_message *m = ARENA_NEW(t->a, struct device_message);
    str sensor, line;
    if (!table || !m) return err_no_memory(e);
    *m = (struct device_message){.body = body, .received = t->now, .site = t->site};
    gather_start(&table->g, m, ROWS_MAX, t->a);
    if (!sensor_at(t, p.sensor, &sensor, e) || !gather_device(&table->g, sensor, e)) return false;
    if (!str_cut(&body, '\n', &line)) return err_set(e, ERR_SYNTAX, 0, "the file is empty");
    if (!read_header(table, str_trim(line), e)) return false;
    while (str_cut(&body, '\n', &line))
        if (str_trim(line).n && !read_line(table, str_trim(line), e)) return false;
    gather_end(&table->g, &out->readings);
    return write_position(t, p, out, e);
}

static bool absent(const struct feed_turn *t, struct feed_answer *out, err *e)
{
    const struct position p = read_position(t);
    if (p.day + 2 * TIME_DAY > day_of(t->now)) {
        out->is_last = true;  // it may still come
        return true;
    }
    return write_position(t, p, out, e);
}

static const struct feed_option options[] = {{STR("sensors"), JSON_ARRAY, true},
                                             {STR("since"), JSON_TEXT, false},
                                             {STR("path"), JSON_TEXT, false},
                                             {{0}, JSON_NULL, false}};

const struct feed_kind feed_sensor_community_archive = {
    .adapter = {.name = STR("sensor_community_archive"), .title = STR("Sensor.Community (archive)")},
    .options = options,
    .ask = ask,
    .read = read_file,
    .absent = absent,
    .reached = reached,
};
