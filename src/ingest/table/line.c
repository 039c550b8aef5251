// SPDX-License-Identifier: EUPL-1.2
// A map's columns found in a header, and lines as the map says.
#include "ingest/decode/csv_line.h"
#include "ingest/table/own.h"
#include "model/rd.h"
#include "model/unit.h"

// ---- the header --------------------------------------------------------------------------------------------------

static bool find(struct column *c, const str *fields, size_t count, err *e)
{
    if (c->name.n == 0) return true;
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(fields[i], c->name)) continue;
        c->at = (int)i;
        return true;
    }
    return err_set(e, ERR_MISSING, 0, "the header has no column '%.*s'", STR_ARG(c->name));
}

static bool find_value(struct mapped *v, const str *fields, size_t count, err *e)
{
    return find(&v->column, fields, count, e) && find(&v->quantity_name.column, fields, count, e) &&
           find(&v->code.column, fields, count, e) && find(&v->sensor.column, fields, count, e);
}

bool csv_map_header(struct csv_map *m, str header, err *e)
{
    const str byte_order_mark = STR("\xEF\xBB\xBF");
    str fields[CSV_COLUMNS_MAX];
    if (m->has_columns) header = m->header;
    if (str_starts(header, byte_order_mark)) header = str_slice(header, byte_order_mark.n, header.n);
    if (!m->separator) m->separator = m->has_columns ? ',' : csv_separator(header);
    arena_reset(m->scratch);
    if (!csv_split(str_trim(header), m->has_columns ? '\t' : m->separator, m->scratch, fields, &m->columns,
                   e))
        return false;
    struct column *const all[] = {&m->times[0], &m->times[1], &m->device, &m->place[0], &m->place[1]};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!find(all[i], fields, m->columns, e)) return false;
    for (size_t i = 0; i < m->value_count; i++)
        if (!find_value(&m->values[i], fields, m->columns, e)) return false;
    return true;
}

str csv_map_header_out(const struct csv_map *m)
{
    return csv_map_is_of_devices(m) ? STR("time,device,sensor,quantity,value,unit,period,latitude,longitude")
                                    : STR("Datastream/id,phenomenonTime,result");
}

// ---- a line ------------------------------------------------------------------------------------------------------

static size_t digits_at(str s, size_t from)
{
    size_t n = 0;
    while (from + n < s.n && s.p[from + n] >= '0' && s.p[from + n] <= '9') n++;
    return n;
}

// "2026/02/01 ..." as "2026-02-01 ...".
static bool iso_marks(const struct csv_map *m, str text, str *out, err *e)
{
    const bool is_marked = text.n >= 10 && (text.p[4] == '/' || text.p[4] == '.') && text.p[7] == text.p[4];
    *out = text;
    return !is_marked ||
           arena_print(m->scratch, out, "%.*s-%.*s-%.*s", STR_ARG(str_slice(text, 0, 4)),
                       STR_ARG(str_slice(text, 5, 7)), STR_ARG(str_slice(text, 8, text.n))) ||
           err_no_memory(e);
}

// "1-2-2026 ..." or "01/02/2026 ..." as "2026-02-01 ...".
static bool iso_date(const struct csv_map *m, str text, str *out, err *e)
{
    const size_t first = digits_at(text, 0), second = digits_at(text, first + 1),
                 third = digits_at(text, first + second + 2);
    const char mark = first < text.n ? text.p[first] : 0;
    const bool is_date = first && first <= 2 && second && second <= 2 && third == 4 &&
                         (mark == '-' || mark == '/' || mark == '.') && text.p[first + 1 + second] == mark;
    if (m->dates == YMD) return iso_marks(m, text, out, e);
    if (!is_date)
        return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "'%.*s' is no date of that order", STR_ARG(text));
    const str a = str_slice(text, 0, first), b = str_slice(text, first + 1, first + 1 + second),
              year = str_slice(text, first + second + 2, first + second + 6),
              rest = str_slice(text, first + second + 6, text.n), month = m->dates == DMY ? b : a,
              day = m->dates == DMY ? a : b;
    return arena_print(m->scratch, out, "%.*s-%s%.*s-%s%.*s%.*s", STR_ARG(year), month.n == 1 ? "0" : "",
                       STR_ARG(month), day.n == 1 ? "0" : "", STR_ARG(day), STR_ARG(rest)) ||
           err_no_memory(e);
}

static bool time_of(struct csv_map *m, const str *fields, instant *out, err *e)
{
    str text = fields[m->times[0].at];
    bool is_skipped = false;
    if (!iso_date(m, text, &text, e)) return false;
    if (m->time_count == 2) {
        const str clock = fields[m->times[1].at];
        if (!arena_print(m->scratch, &text, "%.*s %.*s", STR_ARG(text), STR_ARG(clock)))
            return err_no_memory(e);
    }
    if (time_parse(text, out, e)) return true;
    if (!m->zone) return false;
    if (!time_parse_utc(text, out, e)) return false;
    const str device = m->device.name.n ? fields[m->device.at] : (str){0};
    *out = local_time_in_file(m->zone, time_to_civil(*out), &m->repeated, device, m->a, &is_skipped);
    if (*out == TIME_NONE || is_skipped)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "the clocks jumped over '%.*s'", STR_ARG(text));
    return true;
}

static bool number_of(const struct csv_map *m, const struct mapped *v, str text, value *out, err *e)
{
    size_t comma;
    double real;
    if (m->has_comma && str_find(text, STR(","), &comma)) {
        const str whole = str_slice(text, 0, comma), rest = str_slice(text, comma + 1, text.n);
        if (!arena_print(m->scratch, &text, "%.*s.%.*s", STR_ARG(whole), STR_ARG(rest)))
            return err_no_memory(e);
    }
    if (!num_parse_double(text, &real, e)) return err_within(e, "%.*s", STR_ARG(v->column.name));
    if (v->has_bounds && (real < v->least || real > v->most))
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "%.*s: %.*s lies outside %g to %g: this column holds something else",
                       STR_ARG(v->column.name), STR_ARG(text), v->least, v->most);
    *out = value_of_number(text);
    bool converted;
    return !v->quantity || unit_to_quantity(out, v->unit, v->quantity, m->scratch, &converted, e);
}

static bool is_missing(const struct csv_map *m, str text)
{
    return text.n == 0 || (m->missing.n && str_eq(text, m->missing));
}

// RFC 4180: in quotes where it must be.
static void add_field(buf *out, str text)
{
    static const str marks[] = {STR(","), STR("\""), STR("\n"), STR(";"), STR("\t")};
    bool must = false;
    size_t at;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) must = must || str_find(text, marks[i], &at);
    if (!must) {
        buf_add(out, text);
        return;
    }
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"') buf_add_char(out, '"');
        buf_add_char(out, text.p[i]);
    }
    buf_add_char(out, '"');
}

static str says(const struct word *w, const str *fields)
{
    return w->column.name.n ? str_trim(fields[w->column.at]) : w->text;
}

static void add_place(const struct csv_map *m, const str *fields, buf *out)
{
    double x, y, latitude, longitude;
    buf_add_char(out, ',');
    if (m->place[0].name.n && num_parse_double(str_trim(fields[m->place[0].at]), &x, NULL) &&
        num_parse_double(str_trim(fields[m->place[1].at]), &y, NULL)) {
        latitude = x;
        longitude = y;
        if (!m->is_rd || rd_to_wgs84(x, y, &latitude, &longitude)) {
            buf_print(out, "%.7f,%.7f\n", latitude, longitude);
            return;
        }
    }
    buf_add(out, STR(",\n"));
}

static void add_of_stream(const struct mapped *v, str time, const value *number, buf *out)
{
    buf_add_int(out, v->stream);
    buf_add_char(out, ',');
    buf_add(out, time);
    buf_add_char(out, ',');
    value_write_json(out, number);
    buf_add_char(out, '\n');
}

static void add_of_device(const struct csv_map *m, const struct mapped *v, const str *fields, str time,
                          const value *number, buf *out)
{
    const str texts[] = {m->device.name.n ? str_trim(fields[m->device.at]) : m->device_name,
                         says(&v->sensor, fields), says(&v->quantity_name, fields)};
    buf_add(out, time);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        buf_add_char(out, ',');
        add_field(out, texts[i]);
    }
    buf_add_char(out, ',');
    value_write_json(out, number);
    buf_add_char(out, ',');
    add_field(out, says(&v->code, fields));
    buf_add_char(out, ',');
    if (m->period_s) buf_add_int(out, m->period_s);
    add_place(m, fields, out);
}

bool csv_map_line(struct csv_map *m, str line, buf *out, size_t *count, csv_map_refuse refuse, void *context,
                  err *e)
{
    str fields[CSV_COLUMNS_MAX];
    size_t n;
    instant t;
    char text[TIME_TEXT_MAX];
    const size_t before = out->n;
    *count = 0;
    arena_reset(m->scratch);
    if (!csv_split(line, m->separator, m->scratch, fields, &n, e)) return false;
    if (n != m->columns && !(m->is_ragged && n > m->columns))
        return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "%zu columns, the header has %zu", n, m->columns);
    if (!time_of(m, fields, &t, e)) return false;
    const str time = {text, time_write(text, t)};
    for (size_t i = 0; i < m->value_count; i++) {
        const struct mapped *v = &m->values[i];
        const str field = str_trim(fields[v->column.at]);
        value number;
        err why;
        if (is_missing(m, field)) continue;
        if (!number_of(m, v, field, &number, &why)) {
            refuse(&why, context);
            continue;
        }
        if (v->stream)
            add_of_stream(v, time, &number, out);
        else
            add_of_device(m, v, fields, time, &number, out);
        ++*count;
    }
    if (!out->failed) return true;
    out->n = before;
    out->failed = false;
    *count = 0;
    return err_no_memory(e);
}
