// SPDX-License-Identifier: EUPL-1.2
// The virtual table `observation`: what SQL sees of the observations (columns in observations.h).
#include "store/scan/merge_scan.h"
#include "store/scan/virtual_table.h"

#include <stdlib.h>
#include <string.h>

enum {
    COLUMN_ID,
    COLUMN_STREAM,
    COLUMN_NUMBER,
    COLUMN_PHEN_START,
    COLUMN_PHEN_END,
    COLUMN_RESULT_TIME,
    COLUMN_VALID_START,
    COLUMN_VALID_END,
    COLUMN_RESULT_KIND,
    COLUMN_RESULT_REAL,
    COLUMN_RESULT_UNITS,
    COLUMN_RESULT_SCALE,
    COLUMN_RESULT_TEXT,
    COLUMN_QUALITY,
    COLUMN_PARAMETERS,
    COLUMN_FEATURE,
    COLUMN_AFTER_START,
    COLUMN_AFTER_ID,
    COLUMN_BEFORE_START,
    COLUMN_BEFORE_ID
};
static const char declaration[] =
    "CREATE TABLE observation(id INTEGER, stream INTEGER, number INTEGER, phen_start INTEGER,"
    " phen_end INTEGER, result_time INTEGER, valid_start INTEGER, valid_end INTEGER, result_kind INTEGER,"
    " result_real REAL, result_units INTEGER, result_scale INTEGER, result_text TEXT, quality TEXT,"
    " parameters TEXT, feature INTEGER, after_start INTEGER HIDDEN, after_id INTEGER HIDDEN,"
    " before_start INTEGER HIDDEN, before_id INTEGER HIDDEN)";

// ---- the plan ----

// Constraints that are used, in the order of their arguments: a letter each in idxStr.
static const struct usable {
    char letter;
    int column;
    unsigned char op;
    bool is_exact;  // SQLite need not look again
} usables[] = {
    {'i', COLUMN_ID, SQLITE_INDEX_CONSTRAINT_EQ, false},
    {'g', COLUMN_ID, SQLITE_INDEX_CONSTRAINT_GT, false},
    {'G', COLUMN_ID, SQLITE_INDEX_CONSTRAINT_GE, false},
    {'l', COLUMN_ID, SQLITE_INDEX_CONSTRAINT_LT, false},
    {'L', COLUMN_ID, SQLITE_INDEX_CONSTRAINT_LE, false},
    {'s', COLUMN_STREAM, SQLITE_INDEX_CONSTRAINT_EQ, false},
    {'=', COLUMN_PHEN_START, SQLITE_INDEX_CONSTRAINT_EQ, false},
    {'a', COLUMN_PHEN_START, SQLITE_INDEX_CONSTRAINT_GT, false},
    {'A', COLUMN_PHEN_START, SQLITE_INDEX_CONSTRAINT_GE, false},
    {'b', COLUMN_PHEN_START, SQLITE_INDEX_CONSTRAINT_LT, false},
    {'B', COLUMN_PHEN_START, SQLITE_INDEX_CONSTRAINT_LE, false},
    {'f', COLUMN_FEATURE, SQLITE_INDEX_CONSTRAINT_EQ, false},
    {'p', COLUMN_AFTER_START, SQLITE_INDEX_CONSTRAINT_EQ, true},
    {'P', COLUMN_AFTER_ID, SQLITE_INDEX_CONSTRAINT_EQ, true},
    {'q', COLUMN_BEFORE_START, SQLITE_INDEX_CONSTRAINT_EQ, true},
    {'Q', COLUMN_BEFORE_ID, SQLITE_INDEX_CONSTRAINT_EQ, true},
};
#define LETTERS_MAX 32
#define LETTER_STREAM_LIST 'S'

enum { PLAN_BY_TIME = 1, PLAN_BY_ID = 2, PLAN_DESCENDING = 4 };

static const struct usable *usable_of(const struct sqlite3_index_constraint *c)
{
    for (size_t i = 0; i < sizeof usables / sizeof usables[0]; i++)
        if (usables[i].column == c->iColumn && usables[i].op == c->op) return &usables[i];
    return NULL;
}

static bool has(const char *letters, char letter)
{
    return strchr(letters, letter) != NULL;
}

// What the answer can be sorted by: (time, id), or id, that is (stream, number).
static const struct order {
    int columns[2];
    int count;
    bool needs_one_stream;
    int plan;
} orders[] = {
    {{COLUMN_PHEN_START}, 1, false, PLAN_BY_TIME},
    {{COLUMN_PHEN_START, COLUMN_ID}, 2, false, PLAN_BY_TIME},
    {{COLUMN_PHEN_START, COLUMN_NUMBER}, 2, true, PLAN_BY_TIME},
    {{COLUMN_ID}, 1, false, PLAN_BY_ID},
    {{COLUMN_NUMBER}, 1, true, PLAN_BY_ID},
    {{COLUMN_STREAM}, 1, false, PLAN_BY_ID},
    {{COLUMN_STREAM, COLUMN_NUMBER}, 2, false, PLAN_BY_ID},
};

static bool is_order(const struct order *o, const sqlite3_index_info *info)
{
    if (o->count != info->nOrderBy) return false;
    for (int i = 0; i < o->count; i++)
        if (info->aOrderBy[i].iColumn != o->columns[i] || info->aOrderBy[i].desc != info->aOrderBy[0].desc)
            return false;
    return true;
}

static bool order_of(const sqlite3_index_info *info, bool is_one_stream, int *plan)
{
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        if (!is_order(&orders[i], info) || (orders[i].needs_one_stream && !is_one_stream)) continue;
        *plan = orders[i].plan | (info->aOrderBy[0].desc ? PLAN_DESCENDING : 0);
        return true;
    }
    return false;
}

// Rough, but in the right order: SQLite needs to know which table of a join is better asked first.
static void set_cost(sqlite3_index_info *info, const char *letters)
{
    double rows = 1e8;
    if (has(letters, 's')) rows = 1e5;
    if (has(letters, LETTER_STREAM_LIST)) rows = 1e6;
    if (has(letters, 'f')) rows /= 100;
    const bool from = has(letters, 'a') || has(letters, 'A') || has(letters, 'p') || has(letters, 'g') ||
                      has(letters, 'G');
    const bool to = has(letters, 'b') || has(letters, 'B') || has(letters, 'q') || has(letters, 'l') ||
                    has(letters, 'L');
    if (from) rows /= 4;
    if (to) rows /= 4;
    if (has(letters, '=')) rows /= 1000;
    if (has(letters, 'i')) {
        rows = 1;
        info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
    }
    info->estimatedRows = (sqlite3_int64)rows;
    info->estimatedCost = 20 + rows * 2;
}

static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    char letters[LETTERS_MAX + 1] = "";
    int n = 0, plan = 0;
    for (int i = 0; i < info->nConstraint && n < LETTERS_MAX; i++) {
        const struct sqlite3_index_constraint *c = &info->aConstraint[i];
        const struct usable *u = usable_of(c);
        if (!u) continue;
        if (!c->usable) {
            if (u->is_exact) return SQLITE_CONSTRAINT;  // a hidden column has no values to compare afterwards
            continue;
        }
        if (has(letters, u->letter)) continue;  // a second one of a kind is left to SQLite
        char letter = u->letter;
        // All of `stream IN (...)` at once where an order is asked for; else SQLite asks for one after another.
        if (letter == 's' && info->nOrderBy > 0 && sqlite3_vtab_in(info, i, 1)) letter = LETTER_STREAM_LIST;
        letters[n++] = letter;
        info->aConstraintUsage[i].argvIndex = n;
        info->aConstraintUsage[i].omit = u->is_exact;
    }
    info->orderByConsumed = order_of(info, has(letters, 's') || has(letters, 'i'), &plan);
    info->idxNum = plan;
    set_cost(info, letters);
    info->idxStr = sqlite3_mprintf("%s", letters);
    info->needToFreeIdxStr = 1;
    return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

// ---- the cursor ----

struct row_cursor {
    sqlite3_vtab_cursor base;
    struct connection *connection;
    struct merge_scan scan;
    bool is_open, is_end;
    entity_id *streams;  // of a list of streams
    size_t stream_count, stream_capacity;
    entity_id feature;  // 0: any
    entity_id stream;   // of the row
    struct point point;
    struct extra extra;  // of the point, once read
    bool has_read_extra;
};

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    struct row_cursor *c = calloc(1, sizeof *c);
    if (!c) return SQLITE_NOMEM;
    c->connection = virtual_table_connection(table);
    *out = &c->base;
    return SQLITE_OK;
}

static struct row_cursor *cursor_of(sqlite3_vtab_cursor *base)
{
    return (struct row_cursor *)base;  // its first member
}

static void end_scan(struct row_cursor *c)
{
    if (c->is_open) merge_scan_close(&c->scan);
    c->is_open = false;
    c->stream_count = 0;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    struct row_cursor *c = cursor_of(base);
    end_scan(c);
    free(c->streams);
    free(c);
    return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *base)
{
    struct row_cursor *c = cursor_of(base);
    err e;
    bool got = true;
    do {
        if (!merge_scan_next(&c->scan, &c->stream, &c->point, &got, &e))
            return sql_set_cause(c->connection, &e);
    } while (got && c->feature != 0 && c->point.feature != c->feature);
    c->is_end = !got;
    c->has_read_extra = false;
    return SQLITE_OK;
}

// ---- arguments ----

static bool is_number(sqlite3_value *v)
{
    const int type = sqlite3_value_type(v);
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

static int64_t before(int64_t v)
{
    return v == INT64_MIN ? v : v - 1;
}

static int64_t behind(int64_t v)
{
    return v == INT64_MAX ? v : v + 1;
}

static void raise_to(int64_t *bound, int64_t v)
{
    if (v > *bound) *bound = v;
}

static void lower_to(int64_t *bound, int64_t v)
{
    if (v < *bound) *bound = v;
}

static int compare_ids(const void *a, const void *b)
{
    const entity_id x = *(const entity_id *)a, y = *(const entity_id *)b;
    return (x > y) - (x < y);
}

static bool add_stream(struct row_cursor *c, entity_id id)
{
    if (c->stream_count == c->stream_capacity) {
        const size_t capacity = c->stream_capacity > 0 ? c->stream_capacity * 2 : 16;
        entity_id *streams = realloc(c->streams, capacity * sizeof *streams);
        if (!streams) return false;
        c->streams = streams;
        c->stream_capacity = capacity;
    }
    c->streams[c->stream_count++] = id;
    return true;
}

static void sort_streams(struct row_cursor *c)
{
    if (c->stream_count > 0) qsort(c->streams, c->stream_count, sizeof *c->streams, compare_ids);
    size_t n = 0;
    for (size_t i = 0; i < c->stream_count; i++)
        if (n == 0 || c->streams[n - 1] != c->streams[i]) c->streams[n++] = c->streams[i];
    c->stream_count = n;
}

static int add_stream_list(struct row_cursor *c, sqlite3_value *list)
{
    sqlite3_value *v;
    int rc = sqlite3_vtab_in_first(list, &v);
    for (; rc == SQLITE_OK; rc = sqlite3_vtab_in_next(list, &v))
        if (is_number(v) && !add_stream(c, sqlite3_value_int64(v))) return SQLITE_NOMEM;
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

// Streams that have the feature; a stream constraint given as well is kept as that.
static int add_streams_of_feature(struct row_cursor *c)
{
    sqlite3_stmt *st;
    err e;
    bool got = false, ok;
    if (!sql_take(c->connection, STR("SELECT stream FROM stream_feature WHERE feature = ?1 ORDER BY stream"),
                  &st, &e))
        return sql_set_cause(c->connection, &e);
    sqlite3_bind_int64(st, 1, c->feature);
    bool has_memory = true;
    while ((ok = sql_step(c->connection, st, &got, &e)) && got && has_memory)
        has_memory = add_stream(c, sqlite3_column_int64(st, 0));
    sql_give(c->connection, st);
    if (!ok) return sql_set_cause(c->connection, &e);
    return has_memory ? SQLITE_OK : SQLITE_NOMEM;
}

struct arguments {
    struct merge_options options;
    bool has_streams;  // the cursor's list counts
    bool is_empty;     // nothing can match: a comparison with NULL
};

static int take_argument(struct row_cursor *c, char letter, sqlite3_value *v, struct arguments *a)
{
    struct merge_options *o = &a->options;
    if (letter == LETTER_STREAM_LIST) {
        a->has_streams = true;
        return add_stream_list(c, v);
    }
    if (!is_number(v)) {
        a->is_empty = a->is_empty || sqlite3_value_type(v) == SQLITE_NULL;
        return SQLITE_OK;  // SQLite itself compares with texts
    }
    // A fraction is cut off here; bounds are taken one wider and SQLite looks at each row again.
    const int64_t n = sqlite3_value_int64(v);
    switch (letter) {
    case 'i':
        raise_to(&o->id_from, n);
        lower_to(&o->id_to, n);
        break;
    case 'g':
    case 'G': raise_to(&o->id_from, n); break;
    case 'l':
    case 'L': lower_to(&o->id_to, n); break;
    case 's': a->has_streams = true; return add_stream(c, n) ? SQLITE_OK : SQLITE_NOMEM;
    case '=':
        raise_to(&o->time_from, before(n));
        lower_to(&o->time_to, behind(n));
        break;
    case 'a':
    case 'A': raise_to(&o->time_from, before(n)); break;
    case 'b':
    case 'B': lower_to(&o->time_to, behind(n)); break;
    case 'f': c->feature = n; break;
    case 'p': o->from.time = n; break;
    case 'P': o->from.id = behind(n); break;
    case 'q': o->to.time = n; break;
    case 'Q': o->to.id = before(n); break;
    default: break;
    }
    return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int plan, const char *letters, int count, sqlite3_value **values)
{
    struct row_cursor *c = cursor_of(base);
    end_scan(c);
    c->feature = 0;
    c->is_end = true;
    struct arguments a = {.options = MERGE_ALL};
    for (int i = 0; i < count; i++) {
        const int rc = take_argument(c, letters[i], values[i], &a);
        if (rc != SQLITE_OK) return rc;
    }
    if (a.is_empty) return SQLITE_OK;
    if (c->feature != 0 && !a.has_streams) {
        a.has_streams = true;
        const int rc = add_streams_of_feature(c);
        if (rc != SQLITE_OK) return rc;
    }
    if (a.has_streams) {
        sort_streams(c);
        if (c->stream_count == 0) return SQLITE_OK;
        a.options.streams = c->streams;
        a.options.stream_count = c->stream_count;
    }
    a.options.order = plan & PLAN_BY_TIME ? MERGE_BY_TIME : plan & PLAN_BY_ID ? MERGE_BY_ID : MERGE_BY_STREAM;
    a.options.is_descending = plan & PLAN_DESCENDING;
    err e;
    if (!merge_scan_open(&c->scan, c->connection->at, &a.options, &e))
        return sql_set_cause(c->connection, &e);
    c->is_open = true;
    return next_row(base);
}

// ---- columns ----

static void give_instant(sqlite3_context *out, instant t)
{
    if (t != TIME_NONE) sqlite3_result_int64(out, t);
}

static void give_text(sqlite3_context *out, str s)
{
    sqlite3_result_text64(out, s.n > 0 ? s.p : "", s.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static const struct extra *extra_of_row(struct row_cursor *c)
{
    static const struct extra none = {.end = TIME_NONE, .valid = {TIME_NONE, TIME_NONE}};
    if (c->point.extra.n == 0) return &none;
    if (!c->has_read_extra && !extra_read(c->point.extra, c->point.time, &c->extra)) c->extra = none;
    c->has_read_extra = true;
    return &c->extra;
}

static const value *result_of_row(struct row_cursor *c, value *decimal_value)
{
    if (c->point.scale == POINT_NO_DECIMAL) return &extra_of_row(c)->result;
    *decimal_value = value_decimal((decimal){c->point.units, (int8_t)c->point.scale});
    return decimal_value;
}

static enum result_kind kind_of(const value *v)
{
    switch (v->type) {
    case VALUE_BOOL: return RESULT_BOOL;
    case VALUE_DECIMAL: return RESULT_DECIMAL;
    case VALUE_NUMBER: return RESULT_NUMBER;
    case VALUE_TEXT: return RESULT_TEXT;
    case VALUE_JSON: return RESULT_JSON;
    case VALUE_NULL:
    case VALUE_TIME:
    case VALUE_DURATION:
    case VALUE_GEOMETRY: return RESULT_NULL;
    }
    return RESULT_NULL;
}

static void give_result(sqlite3_context *out, const value *v, int column)
{
    const enum result_kind kind = kind_of(v);
    if (column == COLUMN_RESULT_KIND) sqlite3_result_int(out, (int)kind);
    if (column == COLUMN_RESULT_REAL && kind == RESULT_BOOL) sqlite3_result_double(out, v->truth ? 1 : 0);
    if (column == COLUMN_RESULT_REAL && (kind == RESULT_DECIMAL || kind == RESULT_NUMBER))
        sqlite3_result_double(out, value_to_double(v));
    if (column == COLUMN_RESULT_UNITS && kind == RESULT_DECIMAL) sqlite3_result_int64(out, v->number.units);
    if (column == COLUMN_RESULT_SCALE && kind == RESULT_DECIMAL) sqlite3_result_int(out, v->number.scale);
    if (column == COLUMN_RESULT_TEXT && kind >= RESULT_NUMBER) give_text(out, v->text);
}

static void give_quality(sqlite3_context *out, const value *v)
{
    if (v->type == VALUE_NULL) return;
    buf json = {.max = (size_t)64 << 20};
    value_write_json(&json, v);
    give_text(out, buf_str(&json));
    buf_free(&json);
}

static int give_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int column)
{
    struct row_cursor *c = cursor_of(base);
    value decimal_value;
    switch (column) {
    case COLUMN_ID: sqlite3_result_int64(out, OBSERVATION_ID(c->stream, c->point.number)); break;
    case COLUMN_STREAM: sqlite3_result_int64(out, c->stream); break;
    case COLUMN_NUMBER: sqlite3_result_int64(out, c->point.number); break;
    case COLUMN_PHEN_START: sqlite3_result_int64(out, c->point.time); break;
    case COLUMN_PHEN_END: give_instant(out, extra_of_row(c)->end); break;
    case COLUMN_RESULT_TIME: give_instant(out, c->point.result_time); break;
    case COLUMN_VALID_START: give_instant(out, extra_of_row(c)->valid.start); break;
    case COLUMN_VALID_END: give_instant(out, extra_of_row(c)->valid.end); break;
    case COLUMN_QUALITY: give_quality(out, &extra_of_row(c)->quality); break;
    case COLUMN_PARAMETERS:
        if (extra_of_row(c)->parameters.n > 0) give_text(out, extra_of_row(c)->parameters);
        break;
    case COLUMN_FEATURE:
        if (c->point.feature != 0) sqlite3_result_int64(out, c->point.feature);
        break;
    case COLUMN_AFTER_START:
    case COLUMN_AFTER_ID:
    case COLUMN_BEFORE_START:
    case COLUMN_BEFORE_ID: break;
    default: give_result(out, result_of_row(c, &decimal_value), column); break;
    }
    return SQLITE_OK;
}

static int is_at_end(sqlite3_vtab_cursor *base)
{
    return cursor_of(base)->is_end;
}

// The same row has the same one in every scan: SQLite unites the scans of an OR by it.
static int give_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    const struct row_cursor *c = cursor_of(base);
    *out = OBSERVATION_ID(c->stream, c->point.number);
    return SQLITE_OK;
}

static int connect(sqlite3 *db, void *connection, int count, const char *const *texts, sqlite3_vtab **out,
                   char **message)
{
    (void)count;
    (void)texts;
    (void)message;
    return virtual_table_connect(db, connection, declaration, out);
}

// xCreate is NULL: the table is there on every connection without being made, and cannot be made again.
const sqlite3_module observation_table = {
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = virtual_table_disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next_row,
    .xEof = is_at_end,
    .xColumn = give_column,
    .xRowid = give_rowid,
};
