// SPDX-License-Identifier: EUPL-1.2
#include "ingest/csv.h"

#include "base/json.h"

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

struct import {
    struct ingest *ingest;
    const struct csv_layout *layout;
    str lines;
    int64_t first_line;
    instant received;
    struct csv_report *report;
};

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

static bool import_run(struct store_tx *tx, void *context, err *e)
{
    const struct import *i = context;
    arena *a = arena_new(ROW_ARENA_BYTES);
    if (!a) return err_no_memory(e);
    struct csv_report *report = i->report;
    str rest = i->lines, line;
    for (int64_t number = i->first_line; str_cut(&rest, '\n', &line); number++) {
        err why;
        if (str_trim(line).n == 0) continue;
        arena_reset(a);
        if (row_import(tx, i, line, a, &why)) {
            report->stored++;
            continue;
        }
        report->refused++;
        if (report->refuse) report->refuse(number, &why, report->context);
    }
    arena_free(a);
    return true;
}

bool csv_import(struct store *s, struct ingest *in, const struct csv_layout *layout, str lines,
                int64_t first_line, instant received, struct csv_report *report, err *e)
{
    struct import i = {in, layout, lines, first_line, received, report};
    return store_run(s, import_run, &i, e);
}
