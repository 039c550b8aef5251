// SPDX-License-Identifier: EUPL-1.2
#include "ingest/table/map.h"

#include "base/file.h"
#include "base/utf8.h"
#include "ingest/decode/csv_line.h"
#include "ingest/table/own.h"
#include "model/unit.h"

#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)1 << 20)
#define MEMORY_MAX ((size_t)8 << 20)
#define SCRATCH_MAX ((size_t)4 << 20)
#define WORDS_MAX 64
#define PERIOD_MAX_S (366 * 86400)

// ---- the map -----------------------------------------------------------------------------------------------------

static bool fault(err *e, const char *what, str text)
{
    return err_set(e, ERR_CONFIG, ERR_NOWHERE, "%s '%.*s'", what, STR_ARG(text));
}

// Words, or texts in double quotes; '#' begins a comment.
static bool words_of(str line, str words[static WORDS_MAX], size_t *count, err *e)
{
    for (*count = 0;;) {
        line = str_trim(line);
        if (line.n == 0 || line.p[0] == '#') return true;
        const bool is_quoted = line.p[0] == '"';
        size_t n = is_quoted;
        while (n < line.n && (is_quoted ? line.p[n] != '"' : line.p[n] != ' ' && line.p[n] != '\t')) n++;
        if (is_quoted && n == line.n) return fault(e, "the quote is never closed:", line);
        if (*count == WORDS_MAX) return fault(e, "too many words from", line);
        words[(*count)++] = str_slice(line, is_quoted, n);
        line = str_slice(line, n + is_quoted, line.n);
    }
}

static bool read_separator(struct csv_map *m, const str *w, size_t n, err *e)
{
    (void)n;
    m->separator = str_eq(w[0], STR("tab")) ? '\t' : w[0].p[0];
    return m->separator == '\t' || str_eq(w[0], STR(",")) || str_eq(w[0], STR(";")) ||
           fault(e, "the separator is , ; or tab, not", w[0]);
}

static bool read_decimal(struct csv_map *m, const str *w, size_t n, err *e)
{
    (void)n;
    m->has_comma = str_eq(w[0], STR(","));
    return m->has_comma || str_eq(w[0], STR(".")) || fault(e, "decimal is , or . and not", w[0]);
}

static bool read_dates(struct csv_map *m, const str *w, size_t n, err *e)
{
    static const str orders[] = {[YMD] = STR("ymd"), [DMY] = STR("dmy"), [MDY] = STR("mdy")};
    (void)n;
    for (size_t i = 0; i < 3; i++) {
        if (!str_eq(orders[i], w[0])) continue;
        m->dates = (unsigned)i;
        return true;
    }
    return fault(e, "dates are ymd, dmy or mdy, not", w[0]);
}

static bool read_zone(struct csv_map *m, const str *w, size_t n, err *e)
{
    str name;
    (void)n;
    if (!arena_copy(m->a, w[0], &name)) return err_no_memory(e);
    tz_free(m->zone);
    m->zone = tz_load(name.p, e);
    return m->zone != NULL;
}

static bool read_time(struct csv_map *m, const str *w, size_t n, err *e)
{
    if (n > 2) return fault(e, "time names one or two columns, not also", w[2]);
    for (m->time_count = 0; m->time_count < n; m->time_count++)
        m->times[m->time_count].name = w[m->time_count];
    return true;
}

static bool read_conversion(struct csv_map *m, struct mapped *v, const str *w, err *e)
{
    value one = value_int(1);
    bool converted;
    v->quantity = quantity_by_key(w[0]);
    v->unit = w[1];
    if (!v->quantity) return fault(e, "there is no quantity", w[0]);
    if (unit_code(w[1]).n == 0) return fault(e, "is no unit:", w[1]);
    return unit_to_quantity(&one, w[1], v->quantity, m->a, &converted, e);
}

static bool read_device(struct csv_map *m, const str *w, size_t n, err *e)
{
    if (n != 1) return fault(e, "device names one column, not also", w[1]);
    m->device.name = w[0];
    return true;
}

static bool read_missing(struct csv_map *m, const str *w, size_t n, err *e)
{
    if (n != 1) return fault(e, "missing is one word, not also", w[1]);
    m->missing = w[0];
    return true;
}

static bool read_period(struct csv_map *m, const str *w, size_t n, err *e)
{
    (void)n;
    return (num_parse_int(w[0], &m->period_s, NULL) && m->period_s > 0 && m->period_s <= PERIOD_MAX_S) ||
           fault(e, "period is a number of seconds up to a year, not", w[0]);
}

static bool read_place(struct csv_map *m, const str *w, size_t n, err *e)
{
    m->is_rd = n == 3 && str_eq(w[2], STR("rd"));
    if (n != 2 && !m->is_rd)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "expected place LATITUDE LONGITUDE, or place X Y rd");
    m->place[0].name = w[0];
    m->place[1].name = w[1];
    return true;
}

// As a header would say it.
static bool read_columns(struct csv_map *m, const str *w, size_t n, err *e)
{
    m->has_columns = true;
    for (size_t i = 0; i < n; i++)
        if (!arena_print(m->a, &m->header, "%.*s%s%.*s", STR_ARG(m->header), i ? "\t" : "", STR_ARG(w[i])))
            return err_no_memory(e);
    return true;
}

static bool read_ragged(struct csv_map *m, const str *w, size_t n, err *e)
{
    (void)n;
    m->is_ragged = str_eq(w[0], STR("yes"));
    return m->is_ragged || str_eq(w[0], STR("no")) || fault(e, "ragged is yes or no, not", w[0]);
}

static struct word word_of(str text)
{
    const str mark = STR("column:");
    if (!str_starts(text, mark)) return (struct word){.text = text};
    return (struct word){.column.name = str_slice(text, mark.n, text.n)};
}

// "50000..110000"
static bool read_bounds(struct mapped *v, str text)
{
    size_t at;
    if (!str_find(text, STR(".."), &at)) return false;
    v->has_bounds = num_parse_double(str_slice(text, 0, at), &v->least, NULL) &&
                    num_parse_double(str_slice(text, at + 2, text.n), &v->most, NULL) && v->least < v->most;
    return v->has_bounds;
}

// COLUMN QUANTITY UNIT [SENSOR] [LEAST..MOST]
static bool read_of_device(struct csv_map *m, struct mapped *v, const str *w, size_t n, err *e)
{
    (void)m;
    if (n > 3 && read_bounds(v, w[n - 1])) n--;
    if (n < 3 || n > 4)
        return err_set(
            e, ERR_CONFIG, ERR_NOWHERE,
            "expected value COLUMN DATASTREAM [QUANTITY UNIT], or of a device value COLUMN QUANTITY "
            "UNIT [SENSOR] [LEAST..MOST]");
    v->quantity_name = word_of(w[1]);
    v->code = word_of(w[2]);
    if (n == 4) v->sensor = word_of(w[3]);
    return v->code.text.n == 0 || unit_code(v->code.text).n || fault(e, "is no unit:", v->code.text);
}

static bool read_of_stream(struct csv_map *m, struct mapped *v, const str *w, size_t n, err *e)
{
    if (v->stream < 1) return fault(e, "is no id of a Datastream:", w[1]);
    if (n != 2 && n != 4)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "expected value COLUMN DATASTREAM, or with QUANTITY UNIT");
    return n == 2 || read_conversion(m, v, w + 2, e);
}

static bool read_value(struct csv_map *m, const str *w, size_t n, err *e)
{
    if (m->value_count == CSV_MAP_VALUES_MAX)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "more than %d values", CSV_MAP_VALUES_MAX);
    struct mapped *v = &m->values[m->value_count++];
    v->column.name = w[0];
    const bool is_stream = n > 1 && num_parse_int(w[1], &v->stream, NULL);
    return is_stream ? read_of_stream(m, v, w, n, e) : read_of_device(m, v, w, n, e);
}

static const struct {
    str word;
    bool (*read)(struct csv_map *m, const str *words, size_t count, err *e);
} rows[] = {
    {STR("separator"), read_separator}, {STR("decimal"), read_decimal}, {STR("dates"), read_dates},
    {STR("zone"), read_zone},           {STR("time"), read_time},       {STR("value"), read_value},
    {STR("columns"), read_columns},     {STR("device"), read_device},   {STR("missing"), read_missing},
    {STR("period"), read_period},       {STR("place"), read_place},     {STR("ragged"), read_ragged},
};

static bool read_row(struct csv_map *m, str line, err *e)
{
    str words[WORDS_MAX];
    size_t count;
    if (!words_of(line, words, &count, e)) return false;
    if (count == 0) return true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!str_eq(rows[i].word, words[0])) continue;
        return count > 1 ? rows[i].read(m, words + 1, count - 1, e)
                         : fault(e, "expected more after", words[0]);
    }
    return fault(e,
                 "expected separator, columns, decimal, missing, dates, zone, time, device, period, place, "
                 "ragged or value, not",
                 words[0]);
}

// Datastreams or devices, not both: a line becomes lines of one form.
static bool check_whole(const struct csv_map *m, const char *name, err *e)
{
    const bool is_of_devices = csv_map_is_of_devices(m);
    for (size_t i = 0; i < m->value_count; i++)
        if ((m->values[i].stream == 0) != is_of_devices)
            return err_set(e, ERR_CONFIG, ERR_NOWHERE,
                           "%s: values are of Datastreams or of devices, not of both", name);
    const bool says_device = m->device.name.n || m->place[0].name.n || m->period_s;
    return is_of_devices || !says_device ||
           err_set(e, ERR_CONFIG, ERR_NOWHERE,
                   "%s: device, period and place are for values of devices: 'value COLUMN QUANTITY UNIT'",
                   name);
}

static bool read_rows(struct csv_map *m, str text, const char *name, err *e)
{
    str rest, line;
    if (!utf8_is_valid(text, NULL))
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "%s: not a text file in UTF-8", name);
    if (!arena_copy(m->a, text, &rest)) return err_no_memory(e);
    for (int number = 1; str_cut(&rest, '\n', &line); number++) {
        if (read_row(m, line, e)) continue;
        e->code = ERR_CONFIG;
        return err_within(e, "%s:%d", name, number);
    }
    if (!m->time_count || !m->value_count)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE,
                       "%s: expected a line 'time COLUMN' and a line 'value COLUMN DATASTREAM'", name);
    return check_whole(m, name, e);
}

bool csv_map_parse(str text, const char *name, struct csv_map **out, err *e)
{
    struct csv_map *m = calloc(1, sizeof *m);
    if (!m || !(m->a = arena_new(MEMORY_MAX)) || !(m->scratch = arena_new(SCRATCH_MAX))) {
        csv_map_free(m);
        return err_no_memory(e);
    }
    if (!read_rows(m, text, name, e)) {
        csv_map_free(m);
        return false;
    }
    *out = m;
    return true;
}

bool csv_map_load(const char *path, struct csv_map **out, err *e)
{
    buf b = {.max = FILE_BYTES_MAX};
    const bool ok = file_read(path, &b, e) && csv_map_parse(buf_str(&b), path, out, e);
    buf_free(&b);
    return ok;
}

void csv_map_free(struct csv_map *m)
{
    if (!m) return;
    tz_free(m->zone);
    arena_free(m->a);
    arena_free(m->scratch);
    free(m);
}

bool csv_map_is_of_devices(const struct csv_map *m)
{
    return m->value_count > 0 && m->values[0].stream == 0;
}

bool csv_map_has_columns(const struct csv_map *m)
{
    return m->has_columns;
}

bool csv_map_name_device(struct csv_map *m, str device, err *e)
{
    const bool is_needed = csv_map_is_of_devices(m) && m->device.name.n == 0;
    if (is_needed != (device.n > 0))
        return err_set(e, is_needed ? ERR_MISSING : ERR_CONFLICT, ERR_NOWHERE,
                       is_needed ? "the mapping names no column with the device: name it"
                                 : "the mapping says where values go: no device besides");
    return arena_copy(m->a, device, &m->device_name) || err_no_memory(e);
}
