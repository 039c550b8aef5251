// SPDX-License-Identifier: EUPL-1.2
#include "ingest/csv.h"

#include "base/json.h"
#include "base/order.h"

#include <stdlib.h>

#define ROW_ARENA_BYTES ((size_t)1 << 20)

// ---- The header --------------------------------------------------------------------------------------------------

static const char *const time_names[] = {"phenomenonTime", "time", "timestamp", NULL};
static const char *const result_names[] = {"result", "value", NULL};
static const char *const stream_names[] = {"Datastream/id", "Datastream@iot.id", "Datastream/@iot.id",
                                           "datastream", NULL};

static int column_find(const str *fields, size_t count, const char *const *names)
{
    for (; *names; names++)
        for (size_t k = 0; k < count; k++)
            if (str_eq_nocase(fields[k], str_of(*names))) return (int)k;
    return -1;
}

static bool columns_find(str header, entity_id stream, arena *a, struct csv_layout *out, err *e)
{
    str fields[CSV_COLUMNS_MAX];
    struct csv_layout l = {.separator = csv_separator(header), .fixed_stream = stream, .stream = -1};
    if (!csv_split(header, l.separator, a, fields, &l.columns, e)) return false;
    l.time = column_find(fields, l.columns, time_names);
    l.result = column_find(fields, l.columns, result_names);
    if (!stream) l.stream = column_find(fields, l.columns, stream_names);
    if (l.time < 0)
        return err_set(e, ERR_MISSING, 0, "the header names no column phenomenonTime (or time, timestamp)");
    if (l.result < 0) return err_set(e, ERR_MISSING, 0, "the header names no column result (or value)");
    if (!stream && l.stream < 0)
        return err_set(
            e, ERR_MISSING, 0,
            "the header names no column Datastream/id (or datastream), and no Datastream was given");
    *out = l;
    return true;
}

bool csv_layout_read(str header, entity_id stream, struct csv_layout *out, err *e)
{
    const str byte_order_mark = STR("\xEF\xBB\xBF");
    if (str_starts(header, byte_order_mark)) header = str_slice(header, byte_order_mark.n, header.n);
    arena *a = arena_new(ROW_ARENA_BYTES);
    if (!a) return err_no_memory(e);
    const bool ok = columns_find(str_trim(header), stream, a, out, e);
    arena_free(a);
    return ok;
}

// ---- Rows --------------------------------------------------------------------------------------------------------

// What JSON would take as it stands; ".5" and "+5" are texts, so that nothing is changed on the way.
static bool is_json_number(str text)
{
    err ignored;
    str digits;
    json_reader r = json_reader_of(text, &ignored);
    return json_read_number(&r, &digits) && json_end(&r);
}

static value result_of(str text)
{
    if (str_eq(text, STR("true"))) return value_bool(true);
    if (str_eq(text, STR("false"))) return value_bool(false);
    return is_json_number(text) ? value_of_number(text) : value_text(text);
}

static bool row_read(const struct csv_layout *l, str line, arena *a, struct observation *out, err *e)
{
    str fields[CSV_COLUMNS_MAX];
    size_t count;
    if (!csv_split(line, l->separator, a, fields, &count, e)) return false;
    if (count != l->columns)
        return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "%zu columns, the header has %zu", count, l->columns);
    int64_t stream = l->fixed_stream;
    if (l->stream >= 0 && !num_parse_int(fields[l->stream], &stream, e))
        return err_within(e, "the Datastream's id");
    const str result = fields[l->result];
    if (result.n == 0) return err_set(e, ERR_MISSING, ERR_NOWHERE, "the result is empty");
    *out = (struct observation){.stream = stream,
                                .result_time = TIME_NONE,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .result = result_of(result)};
    return time_object_parse(fields[l->time], &out->phenomenon_time, e) || err_within(e, "phenomenonTime");
}

// ---- Plain rows --------------------------------------------------------------------------------------------------

// A line that says a number at an instant: nearly all. They are read before the writer's turn and stored by Datastream; the others,
// and those that cannot be stored so, go the long way one by one.
struct plain_row {
    const char *line;  // where it starts; NULL: it goes the long way after all
    entity_id stream;
    struct plain_reading reading;
};

struct import {
    struct ingest *ingest;
    const struct csv_layout *layout;
    str lines;
    int64_t first_line;
    instant received;
    struct csv_report *report;
    struct plain_row *rows;  // in the order of the file
    size_t count, capacity;
    size_t others;                   // lines that are not among them
    struct plain_reading *readings;  // of the rows, by Datastream
    struct order_item *order;        // which row each is
};

static bool is_plain_row(const struct observation *o)
{
    return observation_is_plain(o) && o->stream >= 1 && o->stream <= STREAM_ID_MAX;
}

static bool keep_row(struct import *i, const char *line, const struct observation *o)
{
    if (i->count == i->capacity) {
        const size_t capacity = i->capacity ? 2 * i->capacity : 1024;
        struct plain_row *rows = realloc(i->rows, capacity * sizeof *rows);
        if (!rows) return false;
        i->rows = rows;
        i->capacity = capacity;
    }
    i->rows[i->count++] = (struct plain_row){line, o->stream, plain_of(o)};
    return true;
}

static bool rows_read(struct import *i, arena *a, err *e)
{
    struct observation o;
    str rest = i->lines, line;
    err ignored;
    while (str_cut(&rest, '\n', &line)) {
        if (str_trim(line).n == 0) continue;
        arena_reset(a);
        if (!row_read(i->layout, line, a, &o, &ignored) || !is_plain_row(&o))
            i->others++;
        else if (!keep_row(i, line.p, &o))
            return err_no_memory(e);
    }
    return true;
}

static bool rows_order(struct import *i, err *e)
{
    if (i->count == 0) return true;
    i->readings = malloc(i->count * sizeof *i->readings);
    i->order = malloc(2 * i->count * sizeof *i->order);
    if (!i->readings || !i->order || i->count > UINT32_MAX) return err_no_memory(e);
    for (size_t k = 0; k < i->count; k++)
        i->order[k] = (struct order_item){(uint32_t)i->rows[k].stream, (uint32_t)k};
    order_by_key(i->order, i->order + i->count, i->count);
    for (size_t k = 0; k < i->count; k++) i->readings[k] = i->rows[i->order[k].at].reading;
    return true;
}

static void run_import(struct store_tx *tx, struct import *i, size_t from, size_t count)
{
    const struct reading_run run = {i->order[from].key, 0, &i->readings[from], count};
    uint32_t first;
    err why;  // is found again the long way, for each line
    if (ingest_append_run(i->ingest, tx, &run, i->received, &first, &why)) {
        i->report->stored += (int64_t)count;
        return;
    }
    for (size_t k = from; k < from + count; k++) i->rows[i->order[k].at].line = NULL;
    i->others += count;
}

static void runs_import(struct store_tx *tx, struct import *i)
{
    for (size_t from = 0, k = 1; k <= i->count; k++) {
        if (k < i->count && i->order[k].key == i->order[from].key) continue;
        run_import(tx, i, from, k - from);
        from = k;
    }
    ingest_count_appended(i->report->stored);
}

// ---- Rows one by one ---------------------------------------------------------------------------------------------

// A Datastream of measurements has numbers (OGC 18-088 table 12); in a file a text is mostly a number that was written wrongly.
static bool check_type(struct store_tx *tx, const struct observation *o, arena *a, err *e)
{
    struct record r;
    err why;
    if (o->result.type == VALUE_DECIMAL || o->result.type == VALUE_NUMBER) return true;
    if (!store_get(store_tx_snapshot(tx), SET_DATASTREAM, o->stream, a, &r, &why))
        return true;  // ingest_append says it
    return !str_ends(r.properties[DATASTREAM_OBSERVATION_TYPE].text, STR("/OM_Measurement")) ||
           err_set(e, ERR_TYPE, ERR_NOWHERE, "the result is no number, and Datastream %lld has measurements",
                   (long long)o->stream);
}

static bool row_import(struct store_tx *tx, const struct import *i, str line, arena *a, err *e)
{
    struct observation o;
    return row_read(i->layout, line, a, &o, e) && check_type(tx, &o, a, e) &&
           ingest_append(i->ingest, tx, &o, i->received, e);
}

// Is this line stored already? `at` is the next plain row.
static bool is_stored(const struct import *i, size_t *at, str line)
{
    while (*at < i->count && !i->rows[*at].line) ++*at;
    if (*at == i->count || i->rows[*at].line != line.p) return false;
    ++*at;
    return true;
}

static void others_import(struct store_tx *tx, const struct import *i, arena *a)
{
    struct csv_report *report = i->report;
    str rest = i->lines, line;
    size_t at = 0;
    for (int64_t number = i->first_line; str_cut(&rest, '\n', &line); number++) {
        err why;
        if (is_stored(i, &at, line) || str_trim(line).n == 0) continue;
        arena_reset(a);
        if (row_import(tx, i, line, a, &why)) {
            report->stored++;
            continue;
        }
        report->refused++;
        if (report->refuse) report->refuse(number, &why, report->context);
    }
}

struct importing {
    struct import *import;
    arena *a;
};

static bool import_run(struct store_tx *tx, void *context, err *e)
{
    const struct importing *w = context;
    (void)e;
    runs_import(tx, w->import);
    if (w->import->others > 0) others_import(tx, w->import, w->a);
    return true;
}

bool csv_import(struct store *s, struct ingest *in, const struct csv_layout *layout, str lines,
                int64_t first_line, instant received, struct csv_report *report, err *e)
{
    struct import i = {in, layout, lines, first_line, received, report};
    struct importing w = {&i, arena_new(ROW_ARENA_BYTES)};
    const bool ok = (w.a || err_no_memory(e)) && rows_read(&i, w.a, e) && rows_order(&i, e) &&
                    store_run(s, import_run, &w, e);
    arena_free(w.a);
    free(i.rows);
    free(i.readings);
    free(i.order);
    return ok;
}
