// SPDX-License-Identifier: EUPL-1.2
#include "ingest/csv.h"

#include "base/order.h"
#include "base/queue.h"
#include "identity/audit.h"
#include "ingest/csv_row.h"

#include <stdio.h>
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

// ---- Pieces ------------------------------------------------------------------------------------------------------

#define PIECES 3  // the writer stores one, the next one waits for it, the caller's thread reads the third
#define SHORTEST_ROW (sizeof "2026-01-31T09:00:00Z,1")
#define ROUND_BYTES ((size_t)0xffff)
#define LINE_NONE UINT32_MAX
#define REFUSALS_MAX ((size_t)64 << 20)  // bytes

// A line that says a number at an instant: nearly all. They are read before the writer's turn and stored by Datastream; the others,
// and those that cannot be stored so, go the long way one by one.
struct piece {
    struct store_op op;
    struct csv_import *import;
    size_t place;  // among all pieces of the import
    buf text;
    str lines;
    int64_t first_line, line_count;
    instant received;
    arena *a;
    size_t room;                 // for rows
    size_t count;                // of plain rows, in the order of the file:
    struct plain_reading *rows;  // what they say
    uint32_t *places;            // where in the lines they start; LINE_NONE: it goes the long way after all
    struct order_item *order;    // by Datastream: which row each is
    struct plain_reading *readings;  // in that order
    size_t others;                   // lines that are not among them
    int64_t stored, refused;
    buf refusals;  // told when the piece is on disk
    bool is_stored;
    err why_not;
};

struct csv_import {
    struct store *store;
    struct ingest *ingest;
    struct csv_layout layout;
    struct queue *answered;  // pieces that the writer is done with, in the order in which they were handed in
    struct piece pieces[PIECES];
    size_t handed_in, taken_back;
    // The writer's: what comes behind a piece that is not stored is not stored either.
    size_t ran;
    bool has_failed;
    err why;  // nothing more can be stored; code ERR_NONE: it can
};

static void piece_forget_rows(struct piece *p)
{
    free(p->rows);
    free(p->places);
    free(p->order);
    free(p->readings);
    p->room = 0;
}

static bool piece_has_room(struct piece *p, size_t bytes, err *e)
{
    const size_t rows = (bytes | ROUND_BYTES) / SHORTEST_ROW +
                        1;  // pieces of an import differ by a line's length
    if (!p->a && !(p->a = arena_new(ROW_ARENA_BYTES))) return err_no_memory(e);
    if (rows <= p->room) return true;
    piece_forget_rows(p);
    p->rows = malloc(rows * sizeof *p->rows);
    p->places = malloc(rows * sizeof *p->places);
    p->order = malloc(2 * rows * sizeof *p->order);
    p->readings = malloc(rows * sizeof *p->readings);
    if (!p->rows || !p->places || !p->order || !p->readings) return err_no_memory(e);
    p->room = rows;
    return true;
}

static void piece_free(struct piece *p)
{
    arena_free(p->a);
    buf_free(&p->text);
    buf_free(&p->refusals);
    piece_forget_rows(p);
}

// ---- Refusals ----------------------------------------------------------------------------------------------------

struct refusal {
    int64_t line;
    size_t length;  // of the sentence behind it
};

static void refusal_note(struct piece *p, int64_t line, const err *why)
{
    const struct refusal r = {line, strlen(why->text)};
    p->refused++;
    if (!buf_reserve(&p->refusals, sizeof r + r.length)) return;
    buf_add(&p->refusals, (str){(const char *)&r, sizeof r});
    buf_add(&p->refusals, (str){why->text, r.length});
}

static void refusals_tell(const struct piece *p, const struct csv_report *to)
{
    struct refusal r;
    if (!to->refuse || p->refusals.n == 0) return;
    for (const char *c = p->refusals.p, *const end = c + p->refusals.n; c < end; c += r.length) {
        memcpy(&r, c, sizeof r);
        c += sizeof r;
        to->refuse(r.line, (str){c, r.length}, to->context);
    }
}

// ---- Reading a piece ---------------------------------------------------------------------------------------------

static void keep_row(struct piece *p, const char *line, const struct csv_plain_row *row)
{
    p->rows[p->count] = row->reading;
    p->places[p->count] = (uint32_t)(line - p->lines.p);
    p->order[p->count] = (struct order_item){(uint32_t)row->stream, (uint32_t)p->count};
    p->count++;
}

// A line that is plain, but not written so that it is seen at once.
static bool read_slowly(struct piece *p, str line, struct csv_plain_row *out)
{
    struct observation o;
    err ignored;
    arena_reset(p->a);
    if (!csv_row_read(&p->import->layout, line, p->a, &o, &ignored) || !csv_row_is_plain(&o)) return false;
    *out = (struct csv_plain_row){o.stream, plain_of(&o)};
    return true;
}

static void read_line(struct piece *p, const char **at, const char *end)
{
    const char *const from = *at;
    struct csv_plain_row row;
    if (csv_row_read_plain(&p->import->layout, at, end, &row)) {
        keep_row(p, from, &row);
        return;
    }
    const char *const feed = memchr(from, '\n', (size_t)(end - from));
    *at = feed ? feed : end;
    const str line = {from, (size_t)(*at - from)};
    if (str_trim(line).n == 0) return;
    if (read_slowly(p, line, &row))
        keep_row(p, from, &row);
    else
        p->others++;
}

// The lines that were copied, or as many as there is room for.
static void piece_read(struct piece *p)
{
    const char *c = p->text.p, *const end = c + p->text.n;
    p->lines = buf_str(&p->text);
    p->count = p->others = 0;
    p->line_count = 0;
    for (; c < end && p->count < p->room; c++, p->line_count++) read_line(p, &c, end);
    if (c > end) c = end;  // the last line had no line feed
    p->lines.n = (size_t)(c - p->text.p);
}

static void piece_order(struct piece *p)
{
    if (p->count == 0) return;
    order_by_key(p->order, p->order + p->count, p->count);
    for (size_t k = 0; k < p->count; k++) p->readings[k] = p->rows[p->order[k].at];
}

// ---- Storing a piece: the writer thread --------------------------------------------------------------------------

// As many rows as the next run has, about: what it touches is fetched meanwhile.
static void expect_runs(const struct store_tx *tx, const struct piece *p, size_t from, size_t count)
{
    const size_t stride = STORE_STRIDE * count;
    for (unsigned ahead = 1; ahead <= STORE_AHEAD && from + ahead * stride < p->count; ahead++)
        store_expect_run(tx, p->order[from + ahead * stride].key, ahead);
}

static void run_import(struct store_tx *tx, struct piece *p, size_t from, size_t count)
{
    const struct reading_run run = {p->order[from].key, 0, &p->readings[from], count};
    uint32_t first;
    err why;  // is found again the long way, for each line
    if (ingest_append_run(p->import->ingest, tx, &run, p->received, &first, &why)) {
        p->stored += (int64_t)count;
        return;
    }
    for (size_t k = from; k < from + count; k++) p->places[p->order[k].at] = LINE_NONE;
    p->others += count;
}

static void runs_import(struct store_tx *tx, struct piece *p)
{
    for (size_t from = 0, k = 1; k <= p->count; k++) {
        if (k < p->count && p->order[k].key == p->order[from].key) continue;
        expect_runs(tx, p, from, k - from);
        run_import(tx, p, from, k - from);
        from = k;
    }
    ingest_count_appended(p->stored);
}

// A Datastream of measurements has numbers (OGC 18-088 table 12); in a file a text is mostly a number that was written wrongly.
static bool check_type(struct store_tx *tx, const struct observation *o, arena *a, err *e)
{
    struct record r;
    err why;
    if (value_is_number(&o->result)) return true;
    if (!store_get(store_tx_snapshot(tx), SET_DATASTREAM, o->stream, a, &r, &why))
        return true;  // ingest_append says it
    return !str_ends(r.properties[DATASTREAM_OBSERVATION_TYPE].text, STR("/OM_Measurement")) ||
           err_set(e, ERR_TYPE, ERR_NOWHERE, "the result is no number, and Datastream %lld has measurements",
                   (long long)o->stream);
}

static bool row_import(struct store_tx *tx, const struct piece *p, str line, err *e)
{
    struct observation o;
    arena_reset(p->a);
    return csv_row_read(&p->import->layout, line, p->a, &o, e) && check_type(tx, &o, p->a, e) &&
           ingest_append(p->import->ingest, tx, &o, p->received, e);
}

// Is this line stored already? `at` is the next plain row.
static bool is_stored(const struct piece *p, size_t *at, str line)
{
    while (*at < p->count && p->places[*at] == LINE_NONE) ++*at;
    if (*at == p->count || p->lines.p + p->places[*at] != line.p) return false;
    ++*at;
    return true;
}

static void others_import(struct store_tx *tx, struct piece *p)
{
    str rest = p->lines, line;
    size_t at = 0;
    for (int64_t number = p->first_line; str_cut(&rest, '\n', &line); number++) {
        err why;
        if (is_stored(p, &at, line) || str_trim(line).n == 0) continue;
        if (row_import(tx, p, line, &why))
            p->stored++;
        else
            refusal_note(p, number, &why);
    }
}

static bool piece_run(struct store_tx *tx, void *context, err *e)
{
    struct piece *p = context;
    if (p->import->has_failed || p->import->ran != p->place)
        return err_set(e, ERR_STORE, ERR_NOWHERE, "the lines before were not stored");
    p->import->ran++;
    p->stored = p->refused = 0;
    buf_clear(&p->refusals);
    runs_import(tx, p);
    if (p->others > 0) others_import(tx, p);
    return true;
}

static void piece_done(void *context, const err *e)
{
    struct piece *p = context;
    p->is_stored = e == NULL;
    if (e) {
        p->why_not = *e;
        p->import->has_failed = true;
    }
    (void)queue_push(p->import->answered, p);  // has room for all
}

// ---- All lines ---------------------------------------------------------------------------------------------------

struct csv_import *csv_import_new(struct store *s, struct ingest *in, const struct csv_layout *l, err *e)
{
    struct csv_import *i = calloc(1, sizeof *i);
    struct queue *answered = queue_new(PIECES);
    if (!i || !answered) {
        free(i);
        queue_free(answered);
        err_no_memory(e);
        return NULL;
    }
    *i = (struct csv_import){.store = s, .ingest = in, .layout = *l, .answered = answered};
    for (size_t k = 0; k < PIECES; k++) {
        i->pieces[k].import = i;
        i->pieces[k].refusals.max = REFUSALS_MAX;
    }
    return i;
}

static bool has_under_way(const struct csv_import *i)
{
    return i->taken_back < i->handed_in;
}

// Takes back the oldest piece that the writer has; false: it is not done with it, or has none.
static bool take_back(struct csv_import *i, int64_t wait_us, struct csv_report *report)
{
    void *item;
    if (!has_under_way(i) || queue_take(i->answered, &item, 1, wait_us) == 0) return false;
    const struct piece *p = item;
    i->taken_back++;
    if (i->why.code == ERR_NONE && !p->is_stored) i->why = p->why_not;
    if (!p->is_stored) return true;
    report->stored += p->stored;
    report->refused += p->refused;
    report->lines += p->line_count;
    refusals_tell(p, report);
    return true;
}

// Lines that are stored together: one at least.
static str piece_of(str lines)
{
    if (lines.n <= CSV_PIECE_BYTES) return lines;
    const char *last = memrchr(lines.p, '\n', CSV_PIECE_BYTES);
    if (!last) last = memchr(lines.p, '\n', lines.n);
    return last ? str_slice(lines, 0, (size_t)(last - lines.p) + 1) : lines;
}

static bool hand_in(struct csv_import *i, struct piece *p, str lines, err *e)
{
    p->text.max = lines.n > CSV_PIECE_BYTES ? lines.n : CSV_PIECE_BYTES;
    buf_clear(&p->text);
    buf_add(&p->text, lines);
    if (p->text.failed) return err_no_memory(e);
    if (!piece_has_room(p, lines.n, e)) return false;
    piece_read(p);
    piece_order(p);
    p->place = i->handed_in;
    p->op = (struct store_op){.run = piece_run, .done = piece_done, .context = p};
    if (!store_submit(i->store, &p->op, e)) return false;
    i->handed_in++;
    return true;
}

static bool outcome(struct csv_import *i, struct csv_report *report, err *e)
{
    if (i->why.code == ERR_NONE) return true;
    while (take_back(i, -1, report)) continue;
    *e = i->why;
    return false;
}

bool csv_import_add(struct csv_import *i, str lines, int64_t first_line, instant received,
                    struct csv_report *report, err *e)
{
    while (lines.n > 0 && i->why.code == ERR_NONE) {
        struct piece *p = &i->pieces[i->handed_in % PIECES];
        if (i->handed_in - i->taken_back == PIECES) (void)take_back(i, -1, report);
        p->first_line = first_line;
        p->received = received;
        if (i->why.code != ERR_NONE || !hand_in(i, p, piece_of(lines), &i->why)) break;
        lines = str_slice(lines, p->lines.n, lines.n);
        first_line += p->line_count;
    }
    while (take_back(i, 0, report)) continue;
    return outcome(i, report, e);
}

bool csv_import_finish(struct csv_import *i, struct csv_report *report, err *e)
{
    while (take_back(i, -1, report)) continue;
    return outcome(i, report, e);
}

void csv_import_free(struct csv_import *i)
{
    struct csv_report nobody = {.stored = 0};
    if (!i) return;
    while (take_back(i, -1, &nobody)) continue;
    for (size_t k = 0; k < PIECES; k++) piece_free(&i->pieces[k]);
    queue_free(i->answered);
    free(i);
}

bool csv_import_lines(struct store *s, struct ingest *in, const struct csv_layout *l, str lines,
                      int64_t first_line, instant received, struct csv_report *report, err *e)
{
    struct csv_import *i = csv_import_new(s, in, l, e);
    if (!i) return false;
    const bool ok = csv_import_add(i, lines, first_line, received, report, e) &&
                    csv_import_finish(i, report, e);
    csv_import_free(i);
    return ok;
}

// ---- What is told of it ------------------------------------------------------------------------------------------

bool csv_import_note(struct store *s, entity_id stream, instant now, err *e)
{
    char which[40];
    const int n = stream ? snprintf(which, sizeof which, "Datastreams(%lld)", (long long)stream)
                         : snprintf(which, sizeof which, "Datastreams");
    const struct audit_event event = {.who = &principal_local,
                                      .what = STR("readings.import"),
                                      .which = {which, (size_t)n},
                                      .detail = STR("csv"),
                                      .at = now};
    return audit_note(s, &event, e);
}
