// SPDX-License-Identifier: EUPL-1.2
// Plain CSV with a header, as loggers and spreadsheets write it. Two forms:
//   time;device;temperature [°C];PM2.5        a column for each quantity, the unit in brackets if there is one
//   time,device,quantity,value,unit           a line for each value; also sensor, period (in seconds, up to the time)
// latitude and longitude say where the device is.
// Separator ',' ';' or tab; a decimal comma where the separator is another. A time without a zone is on the clock of the town,
// or UTC with ?zone=UTC. The device is a column, or ?device=NAME.
// Source   RFC 4180
#include "http/server.h"
#include "ingest/decode/csv_line.h"
#include "ingest/decode/gather.h"
#include "ingest/decode/loose.h"

#include <string.h>

#define READINGS_MAX 100000
#define NAME_MAX_BYTES 100
#define PERIOD_MAX_S (366.0 * 86400)

typedef enum {
    TIME,
    DEVICE,
    SENSOR,
    QUANTITY,
    VALUE,
    UNIT,
    PERIOD,
    LATITUDE,
    LONGITUDE,
    COLUMN_ROLES
} column_role;

static const struct {
    str name;
    column_role role;
} role_names[] = {
    {STR("time"), TIME},         {STR("timestamp"), TIME},      {STR("datetime"), TIME},
    {STR("date"), TIME},         {STR("phenomenonTime"), TIME}, {STR("created_at"), TIME},
    {STR("tijd"), TIME},         {STR("datum"), TIME},          {STR("device"), DEVICE},
    {STR("device_id"), DEVICE},  {STR("station"), DEVICE},      {STR("sensor"), SENSOR},
    {STR("quantity"), QUANTITY}, {STR("parameter"), QUANTITY},  {STR("grootheid"), QUANTITY},
    {STR("value"), VALUE},       {STR("result"), VALUE},        {STR("waarde"), VALUE},
    {STR("unit"), UNIT},         {STR("eenheid"), UNIT},        {STR("period"), PERIOD},
    {STR("latitude"), LATITUDE}, {STR("lat"), LATITUDE},        {STR("longitude"), LONGITUDE},
    {STR("lon"), LONGITUDE},     {STR("lng"), LONGITUDE},
};

struct column {
    str name, unit;
};

struct table {
    struct gather g;
    char separator;
    size_t count;
    int roles[COLUMN_ROLES];  // index of the column; -1: none
    bool is_role[CSV_COLUMNS_MAX];
    struct column columns[CSV_COLUMNS_MAX];
    str device;  // of all lines; empty: a column says
    bool is_utc;
    size_t line;
};

// ---- the header --------------------------------------------------------------------------------------------------

// "temperature [°C]", "PM2.5 (µg/m³)"
static struct column column_of(str text)
{
    static const struct {
        char open, close;
    } brackets[] = {{'[', ']'}, {'(', ')'}};
    for (size_t i = 0; i < 2; i++) {
        const char *open = text.n && text.p[text.n - 1] == brackets[i].close
                               ? memchr(text.p, brackets[i].open, text.n)
                               : NULL;
        if (!open) continue;
        const size_t at = (size_t)(open - text.p);
        return (struct column){str_trim(str_slice(text, 0, at)),
                               str_trim(str_slice(text, at + 1, text.n - 1))};
    }
    return (struct column){text, {0}};
}

static void note_role(struct table *t, size_t i)
{
    for (size_t k = 0; k < sizeof role_names / sizeof role_names[0]; k++) {
        int *role = &t->roles[role_names[k].role];
        if (*role >= 0 || !str_eq_nocase(role_names[k].name, t->columns[i].name)) continue;
        *role = (int)i;
        t->is_role[i] = true;
        return;
    }
}

static bool read_header(struct table *t, str header, err *e)
{
    const str mark = STR("\xEF\xBB\xBF");
    str *names = ARENA_ARRAY(t->g.a, CSV_COLUMNS_MAX, str);
    if (!names) return err_no_memory(e);
    if (str_starts(header, mark)) header = str_slice(header, mark.n, header.n);
    t->separator = csv_separator(header);
    if (!csv_split(header, t->separator, t->g.a, names, &t->count, e)) return err_within(e, "header");
    for (size_t i = 0; i < COLUMN_ROLES; i++) t->roles[i] = -1;
    for (size_t i = 0; i < t->count; i++) {
        t->columns[i] = column_of(names[i]);
        note_role(t, i);
    }
    if (t->device.n == 0 && t->roles[DEVICE] < 0)
        return err_set(e, ERR_MISSING, 0, "the header names no column 'device': name it with ?device=NAME");
    return true;
}

// ---- a line ------------------------------------------------------------------------------------------------------

static str field(const struct table *t, const str *fields, column_role role)
{
    return t->roles[role] >= 0 ? fields[t->roles[role]] : (str){0};
}

static bool reject(struct table *t, str name, size_t at, const err *why, err *e)
{
    err within = *why;
    within.at = at;
    (void)err_within(&within, "line %zu", t->line);
    return gather_reject(&t->g, name, &within, e);
}

// As a node that loose_number takes; a decimal comma becomes a point.
static bool number_at(struct table *t, str text, size_t at, json *out, err *e)
{
    *out = (json){.type = JSON_TEXT, .text = text, .at = at};
    const char *comma = t->separator != ',' && text.n ? memchr(text.p, ',', text.n) : NULL;
    if (!comma) return true;
    char *copy = arena_alloc(t->g.a, text.n);
    if (!copy) return err_no_memory(e);
    memcpy(copy, text.p, text.n);
    copy[comma - text.p] = '.';
    out->text = (str){copy, text.n};
    return true;
}

static bool read_value(struct table *t, str name, str unit, str text, size_t at, err *e)
{
    struct word w;
    json j;
    if (!number_at(t, text, at, &j, e)) return false;
    if (name.n == 0 || name.n > NAME_MAX_BYTES) {
        err why;
        (void)err_set(&why, ERR_RANGE, at, "a name has 1 to %d bytes", NAME_MAX_BYTES);
        return reject(t, STR("value"), at, &why, e);
    }
    const struct quantity *own = quantity_by_key(name);
    if (own) return gather_json(&t->g, name, own, &j, unit, e);
    if (unit.n && word_find(name, &w) && w.role == WORD_QUANTITY)
        return gather_json(&t->g, name, w.quantity, &j, unit, e);
    return gather_named(&t->g, name, &j, e);
}

static bool read_wide(struct table *t, const str *fields, size_t at, err *e)
{
    for (size_t i = 0; i < t->count; i++) {
        if (t->is_role[i] || fields[i].n == 0) continue;
        if (!read_value(t, t->columns[i].name, t->columns[i].unit, fields[i], at, e)) return false;
    }
    return true;
}

// A time that cannot be read refuses its line: with the receipt's, an old reading would pass for the newest. *is_read: it can.
static bool read_time(struct table *t, str text, size_t at, bool *is_read, err *e)
{
    const json j = {.type = JSON_TEXT, .text = text, .at = at};
    const size_t rejects = t->g.out.reject_count;
    *is_read = true;
    if (text.n == 0) {
        gather_time(&t->g, TIME_NONE);
        return true;
    }
    if (!(t->is_utc ? gather_time_text(&t->g, STR("time"), &j, e)
                    : gather_local_time_text(&t->g, STR("time"), &j, e)))
        return false;
    *is_read = t->g.out.reject_count == rejects;
    return true;
}

// A number of the column, where there is one and it says something.
static bool read_real(struct table *t, const str *fields, column_role role, size_t at, double *out, err *e)
{
    const str text = field(t, fields, role);
    json j;
    value v;
    str unit;
    err why;
    if (text.n == 0) return true;
    if (!number_at(t, text, at, &j, e)) return false;
    if (!loose_number(&j, &v, &unit, &why)) return reject(t, t->columns[t->roles[role]].name, at, &why, e);
    *out = value_to_double(&v);
    return true;
}

static bool read_state(struct table *t, const str *fields, size_t at, err *e)
{
    struct device_state *s = gather_state(&t->g);
    double period_s = 0;
    if (!read_real(t, fields, LATITUDE, at, &s->latitude, e) ||
        !read_real(t, fields, LONGITUDE, at, &s->longitude, e) ||
        !read_real(t, fields, PERIOD, at, &period_s, e))
        return false;
    t->g.period_us = period_s > 0 && period_s <= PERIOD_MAX_S ? (int64_t)(period_s * TIME_SECOND) : 0;
    return true;
}

static bool read_fields(struct table *t, const str *fields, size_t at, err *e)
{
    const bool is_long = t->roles[VALUE] >= 0;
    const str column = t->roles[VALUE] >= 0 ? t->columns[t->roles[VALUE]].name : (str){0};
    bool has_time;
    err why;
    if (!gather_device(&t->g, t->device.n ? t->device : field(t, fields, DEVICE), &why))
        return reject(t, STR("device"), at, &why, e);
    if (!read_time(t, field(t, fields, TIME), at, &has_time, e)) return false;
    if (!has_time) return true;
    if (!read_state(t, fields, at, e)) return false;
    t->g.sensor = field(t, fields, SENSOR);
    const str quantity = field(t, fields, QUANTITY);
    const bool ok = is_long ? read_value(t, quantity.n ? quantity : column, field(t, fields, UNIT),
                                         field(t, fields, VALUE), at, e)
                            : read_wide(t, fields, at, e);
    gather_group(&t->g);
    return ok;
}

static bool read_line(struct table *t, str line, str *fields, size_t at, err *e)
{
    size_t count;
    err why;
    if (!csv_split(line, t->separator, t->g.a, fields, &count, &why))
        return reject(t, STR("line"), at, &why, e);
    if (count == t->count) return read_fields(t, fields, at, e);
    (void)err_set(&why, ERR_SYNTAX, at, "%zu columns, the header has %zu", count, t->count);
    return reject(t, STR("line"), at, &why, e);
}

static bool read_table(struct table *t, err *e)
{
    str body, rest, line = {0};
    str *fields = ARENA_ARRAY(t->g.a, CSV_COLUMNS_MAX, str);
    if (!fields || !loose_text(t->g.m->body, t->g.a, &body)) return err_no_memory(e);
    rest = body;
    str_cut(&rest, '\n', &line);
    if (!read_header(t, line, e)) return false;
    for (t->line = 2; str_cut(&rest, '\n', &line); t->line++) {
        if (str_trim(line).n && !read_line(t, line, fields, (size_t)(line.p - body.p), e)) return false;
    }
    return true;
}

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    struct table *t = ARENA_NEW(a, struct table);
    str zone;
    if (!t) return err_no_memory(e);
    gather_start(&t->g, m, READINGS_MAX, a);
    if (!http_query_get(m->query, STR("device"), a, &t->device)) t->device = (str){0};
    t->is_utc = http_query_get(m->query, STR("zone"), a, &zone) && str_eq_nocase(zone, STR("UTC"));
    if (!read_table(t, e)) return false;
    gather_end(&t->g, out);
    return true;
}

const struct device_adapter device_csv = {
    .name = STR("csv"),
    .title = STR("CSV"),
    .path = "csv",
    .reply_status = 200,
    .keeps_no_raw = true,
    .decode = decode,
};
