// SPDX-License-Identifier: EUPL-1.2
#include "ingest/csv.h"

#include "base/order.h"
#include "base/queue.h"
#include "ingest/csv_row.h"

#include <stdlib.h>
#include <string.h>

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

// ---- Batches -----------------------------------------------------------------------------------------------------

// While the writer thread stores one batch the caller's reads the next.
#define BATCHES 2
#define SHORTEST_ROW (sizeof "2026-01-31T09:00:00Z,1")
#define LINE_NONE UINT32_MAX

// A line that says a number at an instant: nearly all. They are read before the writer's turn and stored by Datastream; the others,
// and those that cannot be stored so, go the long way one by one.
struct batch {
    struct store_op op;
    struct import *import;
    str lines;
    int64_t first_line, line_count;
    arena *a;
    size_t count;                // of plain rows, in the order of the file:
    struct plain_reading *rows;  // what they say
    uint32_t *places;            // where in the lines they start; LINE_NONE: it goes the long way after all
    struct order_item *order;    // by Datastream: which row each is
    struct plain_reading *readings;  // in that order
    size_t others;                   // lines that are not among them
    struct csv_report report;
    bool is_stored;
    err why_not;
};

struct import {
    struct ingest *ingest;
    const struct csv_layout *layout;
    instant received;
    struct csv_report *report;
    struct queue *answered;  // batches that the writer is done with
    bool has_failed;  // the writer's: what comes behind a batch that is not stored is not stored either
};

static bool batch_new(struct import *i, size_t bytes, struct batch *out, err *e)
{
    const size_t most = bytes / SHORTEST_ROW + 1, rows = most < CSV_BATCH_LINES ? most : CSV_BATCH_LINES;
    *out = (struct batch){.import = i,
                          .a = arena_new(ROW_ARENA_BYTES),
                          .rows = malloc(rows * sizeof *out->rows),
                          .places = malloc(rows * sizeof *out->places),
                          .order = malloc(2 * rows * sizeof *out->order),
                          .readings = malloc(rows * sizeof *out->readings)};
    return (out->a && out->rows && out->places && out->order && out->readings) || err_no_memory(e);
}

static void batch_free(struct batch *b)
{
    arena_free(b->a);
    free(b->rows);
    free(b->places);
    free(b->order);
    free(b->readings);
}

// ---- Reading a batch ---------------------------------------------------------------------------------------------

static void keep_row(struct batch *b, const char *line, const struct csv_plain_row *row)
{
    b->rows[b->count] = row->reading;
    b->places[b->count] = (uint32_t)(line - b->lines.p);
    b->order[b->count] = (struct order_item){(uint32_t)row->stream, (uint32_t)b->count};
    b->count++;
}

// A line that is plain, but not written so that it is seen at once.
static bool read_slowly(struct batch *b, str line, struct csv_plain_row *out)
{
    struct observation o;
    err ignored;
    arena_reset(b->a);
    if (!csv_row_read(b->import->layout, line, b->a, &o, &ignored) || !csv_row_is_plain(&o)) return false;
    *out = (struct csv_plain_row){o.stream, plain_of(&o)};
    return true;
}

static void read_line(struct batch *b, const char **at, const char *end)
{
    const char *const from = *at;
    struct csv_plain_row row;
    if (csv_row_read_plain(b->import->layout, at, end, &row)) {
        keep_row(b, from, &row);
        return;
    }
    const char *const feed = memchr(from, '\n', (size_t)(end - from));
    *at = feed ? feed : end;
    const str line = {from, (size_t)(*at - from)};
    if (str_trim(line).n == 0) return;
    if (read_slowly(b, line, &row))
        keep_row(b, from, &row);
    else
        b->others++;
}

// Takes lines from *rest.
static void batch_read(struct batch *b, str *rest, int64_t first_line)
{
    const char *c = rest->p, *const end = rest->p + rest->n;
    b->lines = *rest;
    b->first_line = first_line;
    b->count = b->others = 0;
    b->line_count = 0;
    for (; c < end && b->line_count < CSV_BATCH_LINES; c++, b->line_count++) read_line(b, &c, end);
    if (c > end) c = end;  // the last line had no line feed
    b->lines.n = (size_t)(c - rest->p);
    *rest = (str){c, (size_t)(end - c)};
}

static void batch_order(struct batch *b)
{
    if (b->count == 0) return;
    order_by_key(b->order, b->order + b->count, b->count);
    for (size_t k = 0; k < b->count; k++) b->readings[k] = b->rows[b->order[k].at];
}

// ---- Storing a batch: the writer thread --------------------------------------------------------------------------

// As many rows as the next run has, about: what it touches is fetched meanwhile.
static void expect_runs(const struct store_tx *tx, const struct batch *b, size_t from, size_t count)
{
    for (unsigned ahead = 1; ahead <= STORE_AHEAD && from + ahead * count < b->count; ahead++)
        store_expect_run(tx, b->order[from + ahead * count].key, ahead);
}

static void run_import(struct store_tx *tx, struct batch *b, size_t from, size_t count)
{
    const struct reading_run run = {b->order[from].key, 0, &b->readings[from], count};
    uint32_t first;
    err why;  // is found again the long way, for each line
    if (ingest_append_run(b->import->ingest, tx, &run, b->import->received, &first, &why)) {
        b->report.stored += (int64_t)count;
        return;
    }
    for (size_t k = from; k < from + count; k++) b->places[b->order[k].at] = LINE_NONE;
    b->others += count;
}

static void runs_import(struct store_tx *tx, struct batch *b)
{
    for (size_t from = 0, k = 1; k <= b->count; k++) {
        if (k < b->count && b->order[k].key == b->order[from].key) continue;
        expect_runs(tx, b, from, k - from);
        run_import(tx, b, from, k - from);
        from = k;
    }
    ingest_count_appended(b->report.stored);
}

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

static bool row_import(struct store_tx *tx, const struct batch *b, str line, err *e)
{
    struct observation o;
    arena_reset(b->a);
    return csv_row_read(b->import->layout, line, b->a, &o, e) && check_type(tx, &o, b->a, e) &&
           ingest_append(b->import->ingest, tx, &o, b->import->received, e);
}

// Is this line stored already? `at` is the next plain row.
static bool is_stored(const struct batch *b, size_t *at, str line)
{
    while (*at < b->count && b->places[*at] == LINE_NONE) ++*at;
    if (*at == b->count || b->lines.p + b->places[*at] != line.p) return false;
    ++*at;
    return true;
}

static void others_import(struct store_tx *tx, struct batch *b)
{
    const struct csv_report *to = b->import->report;
    str rest = b->lines, line;
    size_t at = 0;
    for (int64_t number = b->first_line; str_cut(&rest, '\n', &line); number++) {
        err why;
        if (is_stored(b, &at, line) || str_trim(line).n == 0) continue;
        if (row_import(tx, b, line, &why)) {
            b->report.stored++;
            continue;
        }
        b->report.refused++;
        if (to->refuse) to->refuse(number, &why, to->context);
    }
}

static bool batch_run(struct store_tx *tx, void *context, err *e)
{
    struct batch *b = context;
    if (b->import->has_failed) return err_set(e, ERR_STORE, ERR_NOWHERE, "the lines before were not stored");
    b->report = (struct csv_report){0};
    runs_import(tx, b);
    if (b->others > 0) others_import(tx, b);
    return true;
}

static void batch_done(void *context, const err *e)
{
    struct batch *b = context;
    b->is_stored = e == NULL;
    if (e) {
        b->why_not = *e;
        b->import->has_failed = true;
    }
    (void)queue_push(b->import->answered, b);  // has room for all
}

// ---- All lines ---------------------------------------------------------------------------------------------------

// The oldest batch that the writer has; they are answered in the order in which they were handed in. False: not stored; e has why.
static bool batch_await(struct import *i, err *e)
{
    void *item;
    if (queue_take(i->answered, &item, 1, -1) == 0) return false;
    const struct batch *b = item;
    if (!b->is_stored) {
        if (e) *e = b->why_not;
        return false;
    }
    i->report->stored += b->report.stored;
    i->report->refused += b->report.refused;
    i->report->lines += b->line_count;
    return true;
}

static bool batches_import(struct import *i, struct store *s, struct batch *batches, str lines,
                           int64_t first_line, err *e)
{
    size_t handed_in = 0, answered = 0;
    bool ok = true;
    while (ok && lines.n > 0) {
        struct batch *b = &batches[handed_in % BATCHES];
        if (handed_in - answered == BATCHES) {
            ok = batch_await(i, e);
            answered++;
            if (!ok) break;
        }
        batch_read(b, &lines, first_line);
        batch_order(b);
        first_line += b->line_count;
        b->op = (struct store_op){.run = batch_run, .done = batch_done, .context = b};
        ok = store_submit(s, &b->op, e);
        handed_in += ok;
    }
    for (; answered < handed_in; answered++) ok = batch_await(i, ok ? e : NULL) && ok;
    return ok;
}

bool csv_import(struct store *s, struct ingest *in, const struct csv_layout *layout, str lines,
                int64_t first_line, instant received, struct csv_report *report, err *e)
{
    struct import i = {.ingest = in,
                       .layout = layout,
                       .received = received,
                       .report = report,
                       .answered = queue_new(BATCHES)};
    struct batch batches[BATCHES] = {{.count = 0}};
    bool ok = i.answered || err_no_memory(e);
    for (size_t k = 0; ok && k < BATCHES; k++) ok = batch_new(&i, lines.n, &batches[k], e);
    ok = ok && batches_import(&i, s, batches, lines, first_line, e);
    for (size_t k = 0; k < BATCHES; k++) batch_free(&batches[k]);
    queue_free(i.answered);
    return ok || report->lines > 0;
}
