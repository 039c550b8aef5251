// SPDX-License-Identifier: EUPL-1.2
#include "kpi/import/table.h"

#include "ingest/decode/csv_line.h"

#include <string.h>

// ---- Cells -------------------------------------------------------------------------------------------------------

bool kpi_cell_is_missing(str cell)
{
    static const str words[] = {{".", 1}, {"x", 1}, {"-", 1}, {"niet beschikbaar", 16}, {"null", 4}};
    cell = str_trim(cell);
    if (!cell.n) return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq_nocase(cell, words[i])) return true;
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// What a number alone tells: "1.234,5" has a decimal comma, "12.5" a point, "1.234" and "1,234" could be either.
static kpi_decimal_mark mark_of(str cell)
{
    size_t points = 0, commas = 0, last = 0;
    for (size_t i = 0; i < cell.n; i++) {
        if (cell.p[i] == '.') points++;
        if (cell.p[i] == ',') commas++;
        if (cell.p[i] == '.' || cell.p[i] == ',') last = i;
    }
    if (!points && !commas) return KPI_MARK_UNKNOWN;
    const bool last_is_comma = cell.p[last] == ',';
    if (points && commas) return last_is_comma ? KPI_MARK_COMMA : KPI_MARK_POINT;
    size_t digits = 0;
    while (last + 1 + digits < cell.n && is_digit(cell.p[last + 1 + digits])) digits++;
    if (points + commas > 1)
        return last_is_comma ? KPI_MARK_POINT : KPI_MARK_COMMA;  // repeated: it marks thousands
    if (digits == 3 && last > 0 && !(last == 1 && cell.p[0] == '0')) return KPI_MARK_UNKNOWN;
    return last_is_comma ? KPI_MARK_COMMA : KPI_MARK_POINT;
}

bool kpi_cell_number(str cell, kpi_decimal_mark mark, double *out, err *e)
{
    char plain[64];
    size_t n = 0;
    cell = str_trim(cell);
    if (cell.n && cell.p[cell.n - 1] == '%') cell = str_trim(str_slice(cell, 0, cell.n - 1));
    const kpi_decimal_mark own = mark_of(cell);
    if (own != KPI_MARK_UNKNOWN && mark == KPI_MARK_UNKNOWN) mark = own;
    const bool has_mark = memchr(cell.p ? cell.p : "", '.', cell.n) ||
                          memchr(cell.p ? cell.p : "", ',', cell.n);
    if (has_mark && mark == KPI_MARK_UNKNOWN)
        return err_set(e, ERR_CONFLICT, ERR_NOWHERE,
                       "'%.*s' could be thousands or a fraction; the mapping must say \"decimal\"",
                       STR_ARG(cell));
    const char point = mark == KPI_MARK_COMMA ? ',' : '.', thousands = mark == KPI_MARK_COMMA ? '.' : ',';
    for (size_t i = 0; i < cell.n; i++) {
        // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a text with bytes has them
        const char c = cell.p[i];
        if (c == thousands || c == ' ' || c == '\'') continue;
        if (n == sizeof plain || (!is_digit(c) && c != point && c != '-'))
            return err_set(e, ERR_TYPE, ERR_NOWHERE, "'%.*s' is no number", STR_ARG(str_slice(cell, 0, 60)));
        plain[n++] = c == point ? '.' : c;
    }
    const bool ok = num_parse_double((str){plain, n}, out, NULL);
    return ok || err_set(e, ERR_TYPE, ERR_NOWHERE, "'%.*s' is no number", STR_ARG(str_slice(cell, 0, 60)));
}

// One file is written one way; cells that show it decide for those that do not.
static bool mark_find(struct kpi_table *t, err *e)
{
    for (size_t i = 0; i < t->row_count * t->column_count; i++) {
        double ignored;
        const kpi_decimal_mark m = mark_of(str_trim(t->cells[i]));
        if (m == KPI_MARK_UNKNOWN || !kpi_cell_number(t->cells[i], m, &ignored, NULL)) continue;
        if (t->mark != KPI_MARK_UNKNOWN && t->mark != m)
            return err_set(e, ERR_CONFLICT, ERR_NOWHERE,
                           "line %zu: '%.*s' is written otherwise than the numbers before it",
                           i / t->column_count + 2, STR_ARG(t->cells[i]));
        t->mark = m;
    }
    return true;
}

// ---- Columns -----------------------------------------------------------------------------------------------------

static str stem_of(str column)
{
    size_t n = column.n;
    while (n > 0 && is_digit(column.p[n - 1])) n--;
    return n > 1 && n < column.n && column.p[n - 1] == '_' ? str_slice(column, 0, n - 1) : column;
}

int kpi_table_column(const struct kpi_table *t, str name)
{
    int found = -1;
    for (size_t i = 0; i < t->column_count; i++)
        if (str_eq_nocase(t->columns[i], name)) return (int)i;
    for (size_t i = 0; i < t->column_count; i++) {
        if (!str_eq_nocase(stem_of(t->columns[i]), name)) continue;
        if (found >= 0) return -2;
        found = (int)i;
    }
    return found;
}

// ---- CSV ---------------------------------------------------------------------------------------------------------

static bool rows_room(struct kpi_table *t, size_t rows, arena *a, err *e)
{
    if (rows > KPI_TABLE_ROWS_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d rows", KPI_TABLE_ROWS_MAX);
    t->cells = ARENA_ARRAY(a, rows * t->column_count + 1, str);
    return t->cells || err_no_memory(e);
}

static size_t lines_in(str s)
{
    size_t n = 1;
    for (size_t i = 0; i < s.n; i++) n += s.p[i] == '\n';
    return n;
}

static bool csv_head(str *rest, char *separator, arena *a, struct kpi_table *t, err *e)
{
    str head;
    if (!str_cut(rest, '\n', &head)) return err_set(e, ERR_SYNTAX, 0, "the file is empty");
    str named = {0};
    if (str_starts(head, STR("sep="))) {  // a spreadsheet's own hint
        named = str_trim(str_slice(head, 4, head.n));
        if (!str_cut(rest, '\n', &head)) return err_set(e, ERR_SYNTAX, 0, "the file has no header line");
    }
    *separator = named.n == 1 ? named.p[0] : csv_separator(head);
    return csv_split(head, *separator, a, t->columns, &t->column_count, e) || err_within(e, "line 1");
}

static bool csv_read(str source, arena *a, struct kpi_table *t, err *e)
{
    str rest = source, line;
    char separator;
    if (!csv_head(&rest, &separator, a, t, e) || !rows_room(t, lines_in(rest), a, e)) return false;
    for (size_t number = 2; str_cut(&rest, '\n', &line); number++) {
        str fields[CSV_COLUMNS_MAX] = {{0}};
        size_t count;
        if (!str_trim(line).n) continue;
        if (!csv_split(line, separator, a, fields, &count, e)) return err_within(e, "line %zu", number);
        if (count > t->column_count)
            return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "line %zu has %zu columns, the header %zu", number,
                           count, t->column_count);
        for (size_t c = 0; c < count; c++) t->cells[t->row_count * t->column_count + c] = fields[c];
        t->row_count++;
    }
    return mark_find(t, e);
}

// ---- JSON --------------------------------------------------------------------------------------------------------

static int column_take(struct kpi_table *t, str key)
{
    for (size_t i = 0; i < t->column_count; i++)
        if (str_eq(t->columns[i], key)) return (int)i;
    if (t->column_count == KPI_TABLE_COLUMNS_MAX) return -1;
    t->columns[t->column_count] = key;
    return (int)t->column_count++;
}

static bool json_columns(const json *rows, struct kpi_table *t, err *e)
{
    for (const json *r = rows->first; r; r = r->next) {
        if (r->type != JSON_OBJECT) return err_set(e, ERR_TYPE, r->at, "expected an object for each row");
        for (const json *c = r->first; c; c = c->next)
            if (column_take(t, c->key) < 0)
                return err_set(e, ERR_LIMIT, c->at, "more than %d columns", KPI_TABLE_COLUMNS_MAX);
    }
    return true;
}

// An exponent is plain JSON, and nothing that a cell of a file has.
static bool cell_of(const json *j, arena *a, str *out)
{
    double v;
    *out = j->type == JSON_NULL                             ? (str){0}
           : j->type == JSON_TEXT || j->type == JSON_NUMBER ? j->text
                                                            : j->raw;
    const bool has_exponent = j->type == JSON_NUMBER &&
                              (memchr(out->p, 'e', out->n) || memchr(out->p, 'E', out->n));
    if (!has_exponent || !num_parse_double(j->text, &v, NULL)) return true;
    return arena_print(a, out, "%.15f", v);
}

static bool json_rows(const json *rows, arena *a, struct kpi_table *t, err *e)
{
    t->mark = KPI_MARK_POINT;
    if (!json_columns(rows, t, e) || !rows_room(t, rows->count, a, e)) return false;
    for (const json *r = rows->first; r; r = r->next, t->row_count++)
        for (const json *c = r->first; c; c = c->next)
            if (!cell_of(c, a, &t->cells[t->row_count * t->column_count + (size_t)column_take(t, c->key)]))
                return err_no_memory(e);
    return true;
}

static bool table_of_json(str source, arena *a, struct kpi_table *t, err *e)
{
    json *root;
    if (!json_parse(source, a, &root, e)) return false;
    const json *rows = root->type == JSON_ARRAY ? root : json_get(root, STR("value"));
    if (!rows || rows->type != JSON_ARRAY)
        return err_set(e, ERR_TYPE, 0, "expected an array of rows, or an object with them under \"value\"");
    return json_rows(rows, a, t, e);
}

bool kpi_table_read(str source, arena *a, struct kpi_table *out, err *e)
{
    struct kpi_table t = {0};
    if (source.n > KPI_TABLE_BYTES_MAX) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the file is too large");
    if (str_starts(source, STR("\xef\xbb\xbf"))) source = str_slice(source, 3, source.n);
    const str start = str_trim(source);
    const bool is_json = start.n && (start.p[0] == '{' || start.p[0] == '[');
    if (!(is_json ? table_of_json(source, a, &t, e) : csv_read(source, a, &t, e))) return false;
    *out = t;
    return true;
}
