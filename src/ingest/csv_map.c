// SPDX-License-Identifier: EUPL-1.2
#include "ingest/csv_map.h"

#include "base/file.h"
#include "base/tz.h"
#include "base/utf8.h"
#include "ingest/decode/csv_line.h"
#include "model/entity.h"
#include "model/quantity.h"
#include "model/unit.h"

#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)1 << 20)
#define MEMORY_MAX ((size_t)8 << 20)
#define SCRATCH_MAX ((size_t)4 << 20)
#define WORDS_MAX 8

struct column {
    str name;
    int at;  // in the header
};

struct csv_map {
    arena *a;        // of the map
    arena *scratch;  // of one line
    char separator;  // 0: as the header looks
    bool has_comma;  // for decimals
    enum { YMD, DMY, MDY } dates;
    struct tz *zone;
    struct column times[2];
    size_t time_count, columns;
    struct mapped {
        struct column column;
        entity_id stream;
        const struct quantity *quantity;
        str unit;
    } values[CSV_MAP_VALUES_MAX];
    size_t value_count;
};

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

static bool read_value(struct csv_map *m, const str *w, size_t n, err *e)
{
    if (m->value_count == CSV_MAP_VALUES_MAX)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "more than %d values", CSV_MAP_VALUES_MAX);
    struct mapped *v = &m->values[m->value_count++];
    if (n != 2 && n != 4)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "expected value COLUMN DATASTREAM, or with QUANTITY UNIT");
    v->column.name = w[0];
    if (!num_parse_int(w[1], &v->stream, NULL) || v->stream < 1)
        return fault(e, "is no id of a Datastream:", w[1]);
    return n == 2 || read_conversion(m, v, w + 2, e);
}

static const struct {
    str word;
    bool (*read)(struct csv_map *m, const str *words, size_t count, err *e);
} rows[] = {
    {STR("separator"), read_separator}, {STR("decimal"), read_decimal}, {STR("dates"), read_dates},
    {STR("zone"), read_zone},           {STR("time"), read_time},       {STR("value"), read_value},
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
    return fault(e, "expected separator, decimal, dates, zone, time or value, not", words[0]);
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
    if (m->time_count && m->value_count) return true;
    return err_set(e, ERR_CONFIG, ERR_NOWHERE,
                   "%s: expected a line 'time COLUMN' and a line 'value COLUMN DATASTREAM'", name);
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

// ---- the header --------------------------------------------------------------------------------------------------

static bool find(struct column *c, const str *fields, size_t count, err *e)
{
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(fields[i], c->name)) continue;
        c->at = (int)i;
        return true;
    }
    return err_set(e, ERR_MISSING, 0, "the header has no column '%.*s'", STR_ARG(c->name));
}

bool csv_map_header(struct csv_map *m, str header, err *e)
{
    const str byte_order_mark = STR("\xEF\xBB\xBF");
    str fields[CSV_COLUMNS_MAX];
    if (str_starts(header, byte_order_mark)) header = str_slice(header, byte_order_mark.n, header.n);
    if (!m->separator) m->separator = csv_separator(header);
    arena_reset(m->scratch);
    if (!csv_split(str_trim(header), m->separator, m->scratch, fields, &m->columns, e)) return false;
    for (size_t i = 0; i < m->time_count; i++)
        if (!find(&m->times[i], fields, m->columns, e)) return false;
    for (size_t i = 0; i < m->value_count; i++)
        if (!find(&m->values[i].column, fields, m->columns, e)) return false;
    return true;
}

// ---- a line ------------------------------------------------------------------------------------------------------

static size_t digits_at(str s, size_t from)
{
    size_t n = 0;
    while (from + n < s.n && s.p[from + n] >= '0' && s.p[from + n] <= '9') n++;
    return n;
}

// "1-2-2026 ..." or "01/02/2026 ..." as "2026-02-01 ...".
static bool iso_date(const struct csv_map *m, str text, str *out, err *e)
{
    const size_t first = digits_at(text, 0), second = digits_at(text, first + 1),
                 third = digits_at(text, first + second + 2);
    const char mark = first < text.n ? text.p[first] : 0;
    const bool is_date = first && first <= 2 && second && second <= 2 && third == 4 &&
                         (mark == '-' || mark == '/' || mark == '.') && text.p[first + 1 + second] == mark;
    if (m->dates == YMD) {
        *out = text;
        return true;
    }
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

static bool time_of(const struct csv_map *m, const str *fields, instant *out, err *e)
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
    if (!tz_instant(m->zone, time_to_civil(*out), TZ_EARLIER, out, &is_skipped) || is_skipped)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "the clocks jumped over '%.*s'", STR_ARG(text));
    return true;
}

static bool number_of(const struct csv_map *m, const struct mapped *v, str text, value *out, err *e)
{
    size_t comma;
    double ignored;
    if (m->has_comma && str_find(text, STR(","), &comma)) {
        const str whole = str_slice(text, 0, comma), rest = str_slice(text, comma + 1, text.n);
        if (!arena_print(m->scratch, &text, "%.*s.%.*s", STR_ARG(whole), STR_ARG(rest)))
            return err_no_memory(e);
    }
    if (!num_parse_double(text, &ignored, e)) return err_within(e, "%.*s", STR_ARG(v->column.name));
    *out = value_of_number(text);
    bool converted;
    return !v->quantity || unit_to_quantity(out, v->unit, v->quantity, m->scratch, &converted, e);
}

static bool write_values(struct csv_map *m, const str *fields, str time, buf *out, size_t *count, err *e)
{
    for (size_t i = 0; i < m->value_count; i++) {
        const struct mapped *v = &m->values[i];
        const str text = str_trim(fields[v->column.at]);
        value number;
        if (text.n == 0) continue;
        if (!number_of(m, v, text, &number, e)) return false;
        buf_add_int(out, v->stream);
        buf_add_char(out, ',');
        buf_add(out, time);
        buf_add_char(out, ',');
        value_write_json(out, &number);
        buf_add_char(out, '\n');
        ++*count;
    }
    return !out->failed || err_no_memory(e);
}

bool csv_map_line(struct csv_map *m, str line, buf *out, size_t *count, err *e)
{
    str fields[CSV_COLUMNS_MAX];
    size_t n;
    instant t;
    char text[TIME_TEXT_MAX];
    const size_t before = out->n;
    *count = 0;
    arena_reset(m->scratch);
    if (!csv_split(line, m->separator, m->scratch, fields, &n, e)) return false;
    if (n != m->columns)
        return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "%zu columns, the header has %zu", n, m->columns);
    if (!time_of(m, fields, &t, e)) return false;
    if (write_values(m, fields, (str){text, time_write(text, t)}, out, count, e)) return true;
    out->n = before;  // a line is taken whole or not at all
    out->failed = false;
    *count = 0;
    return false;
}
