// SPDX-License-Identifier: EUPL-1.2
#include "portal/postcode.h"

#include "base/json.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIND STR("postcode")
#define CELLS_MAX 32
#define ARENA_BYTES ((size_t)256 << 20)
#define CODE_MAX 30

bool postcode_plain(str text, char out[static 7], size_t *n)
{
    *n = 0;
    for (size_t k = 0; k < text.n; k++) {
        const unsigned char c = (unsigned char)text.p[k];
        if (c == ' ') continue;
        if (*n == 6 || !(*n < 4 ? isdigit(c) : isalpha(c))) return false;
        out[(*n)++] = (char)toupper(c);
    }
    out[*n] = 0;
    return *n >= 4;
}

// ---- The table ---------------------------------------------------------------------------------------------------

struct table {
    char separator;
    size_t postcode, area;  // columns
    arena *a;
    struct postcode_row *all;
    size_t count, room;
    int64_t refused;
};

static size_t cells_of(str line, char separator, str out[static CELLS_MAX])
{
    size_t n = 0;
    str cell;
    if (str_ends(line, STR("\r"))) line.n--;
    while (n < CELLS_MAX && str_cut(&line, separator, &cell)) {
        cell = str_trim(cell);
        if (cell.n >= 2 && cell.p[0] == '"' && cell.p[cell.n - 1] == '"')
            cell = str_slice(cell, 1, cell.n - 1);
        out[n++] = cell;
    }
    return n;
}

static bool begins(str s, str start)
{
    return s.n >= start.n && str_eq_nocase(str_slice(s, 0, start.n), start);
}

static bool is_postcode_name(str s)
{
    return str_eq_nocase(s, STR("postcode")) || begins(s, STR("pc6")) || begins(s, STR("pc4"));
}

static bool is_area_name(str s)
{
    static const str names[] = {STR("area"), STR("code"), STR("gebied")};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (str_eq_nocase(s, names[k])) return true;
    return begins(s, STR("buurt")) || begins(s, STR("bu_"));
}

static bool read_head(str line, struct table *t, err *e)
{
    str cells[CELLS_MAX];
    size_t at;
    t->separator = str_find(line, STR(";"), &at) ? ';' : ',';
    const size_t n = cells_of(line, t->separator, cells);
    t->postcode = t->area = CELLS_MAX;
    for (size_t k = n; k-- > 0;) {
        if (is_postcode_name(cells[k])) t->postcode = k;
        if (is_area_name(cells[k])) t->area = k;
    }
    return (t->postcode < n && t->area < n) ||
           err_set(e, ERR_MISSING, 0,
                   "the first line names the columns: postcode and area, or PC6 and Buurt2024");
}

// "6030111" is BU06030111.
static bool area_code(struct table *t, str cell, str *out, err *e)
{
    bool is_number = cell.n > 0 && cell.n <= 8;
    for (size_t k = 0; k < cell.n; k++) is_number = is_number && isdigit((unsigned char)cell.p[k]);
    *out = cell;
    return !is_number || arena_print(t->a, out, "BU%.*s%.*s", (int)(8 - cell.n), "00000000", STR_ARG(cell)) ||
           err_no_memory(e);
}

static bool read_line(str line, struct table *t, err *e)
{
    str cells[CELLS_MAX];
    struct postcode_row row = {0};
    size_t length;
    const size_t n = cells_of(line, t->separator, cells);
    if (t->postcode >= n || t->area >= n || cells[t->area].n == 0 || cells[t->area].n > CODE_MAX ||
        !postcode_plain(cells[t->postcode], row.postcode, &length)) {
        t->refused++;
        return true;
    }
    if (!area_code(t, cells[t->area], &row.area, e)) return false;
    t->all[t->count++] = row;
    return true;
}

static int cmp_row(const void *a, const void *b)
{
    const struct postcode_row *x = a, *y = b;
    const int by_postcode = strcmp(x->postcode, y->postcode);
    return by_postcode ? by_postcode : str_cmp(x->area, y->area);
}

// One row a postcode: the area that most of its lines name, of equals the first.
static void keep_most(struct table *t)
{
    size_t kept = 0, best = 0;
    for (size_t k = 0; k < t->count;) {
        size_t end = k + 1;
        while (end < t->count && cmp_row(&t->all[k], &t->all[end]) == 0) end++;
        const bool is_same = kept > 0 && strcmp(t->all[kept - 1].postcode, t->all[k].postcode) == 0;
        if (!is_same || end - k > best) {
            const struct postcode_row row = t->all[k];
            best = end - k;
            t->all[is_same ? kept - 1 : kept] = row;
            kept += !is_same;
        }
        k = end;
    }
    t->count = kept;
}

static size_t lines_in(str s)
{
    size_t n = 1;
    for (size_t k = 0; k < s.n; k++) n += s.p[k] == '\n';
    return n;
}

bool postcode_table_read(str csv, arena *a, struct postcode_row **out, size_t *count, int64_t *refused,
                         err *e)
{
    struct table t = {.a = a, .room = lines_in(csv)};
    str line;
    bool has_head = false;
    if (str_starts(csv, STR("\xEF\xBB\xBF"))) csv = str_slice(csv, 3, csv.n);
    if (t.room > POSTCODE_LINES_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a table of postcodes has at most %d lines",
                       POSTCODE_LINES_MAX);
    t.all = ARENA_ARRAY(a, t.room, struct postcode_row);
    if (!t.all) return err_no_memory(e);
    while (str_cut(&csv, '\n', &line)) {
        if (!str_trim(line).n || line.p[0] == '#') continue;
        if (!(has_head ? read_line(line, &t, e) : read_head(line, &t, e))) return false;
        has_head = true;
    }
    if (!has_head) return err_set(e, ERR_MISSING, 0, "the table is empty");
    qsort(t.all, t.count, sizeof *t.all, cmp_row);
    keep_most(&t);
    *out = t.all;
    *count = t.count;
    *refused = t.refused;
    return true;
}

// ---- Into the store ----------------------------------------------------------------------------------------------

struct importing {
    const struct postcode_row *all;
    size_t count;
    arena *a;
    str old[4096];
    size_t old_count;
};

static int by_area(const void *a, const void *b)
{
    const struct postcode_row *x = a, *y = b;
    const int area = str_cmp(x->area, y->area);
    return area ? area : strcmp(x->postcode, y->postcode);
}

static bool note_old(str key, str text, void *context, err *e)
{
    struct importing *i = context;
    (void)text;
    return i->old_count < sizeof i->old / sizeof i->old[0] &&
           (arena_copy(i->a, key, &i->old[i->old_count++]) || err_no_memory(e));
}

static bool put_area(struct store_tx *tx, const struct postcode_row *rows, size_t count, err *e)
{
    buf b = {.max = (size_t)8 << 20};
    json_writer w = json_writer_on(&b);
    json_open(&w, '[');
    for (size_t k = 0; k < count; k++) json_put_text(&w, str_of(rows[k].postcode));
    json_close(&w, ']');
    const bool ok = (!b.failed || err_no_memory(e)) &&
                    store_document_put(tx, KIND, rows[0].area, buf_str(&b), e);
    buf_free(&b);
    return ok;
}

static bool run(struct store_tx *tx, void *context, err *e)
{
    struct importing *i = context;
    i->old_count = 0;
    if (!store_document_each(store_tx_snapshot(tx), KIND, note_old, i, e)) return false;
    for (size_t k = 0; k < i->old_count; k++)
        if (!store_document_delete(tx, KIND, i->old[k], e)) return false;
    for (size_t k = 0, end; k < i->count; k = end) {
        for (end = k + 1; end < i->count && str_eq(i->all[end].area, i->all[k].area);) end++;
        if (!put_area(tx, i->all + k, end - k, e)) return false;
    }
    return true;
}

static size_t keep_known(struct areas *areas, struct postcode_row *all, size_t count, instant now)
{
    const struct atlas *t = areas_take(areas);
    const int year = areas_year_of(areas, now);
    size_t kept = 0;
    for (size_t k = 0; k < count; k++)
        if (atlas_find(t, all[k].area, year)) all[kept++] = all[k];
    areas_give(areas, t);
    return kept;
}

bool postcodes_import(struct store *s, struct areas *areas, str csv, instant now, struct postcode_import *out,
                      err *e)
{
    struct postcode_row *all;
    size_t count;
    arena *a = arena_new(ARENA_BYTES);
    struct importing *i = a ? ARENA_NEW(a, struct importing) : NULL;
    bool ok = (i || err_no_memory(e)) && postcode_table_read(csv, a, &all, &count, &out->refused, e);
    if (ok) {
        const size_t known = keep_known(areas, all, count, now);
        qsort(all, known, sizeof *all, by_area);
        out->refused += (int64_t)(count - known);
        out->stored = (int64_t)known;
        *i = (struct importing){.all = all, .count = known, .a = a};
        ok = known > 0 ||
             err_set(e, ERR_MISSING, ERR_NOWHERE, "no line has a postcode and an area that is known here");
        ok = ok && store_run(s, run, i, e);
    }
    arena_free(a);
    return ok;
}

// ---- Out of it ---------------------------------------------------------------------------------------------------

static bool see_one(str key, str text, void *context, err *e)
{
    (void)key;
    (void)text;
    (void)e;
    *(bool *)context = true;
    return false;
}

bool postcodes_exist(struct snapshot *at, bool *out, err *e)
{
    err fault = {.code = ERR_NONE};
    *out = false;
    const bool ok = store_document_each(at, KIND, see_one, out, &fault);
    if (ok || *out || fault.code == ERR_NONE) return true;
    *e = fault;
    return false;
}

struct finding {
    str start;
    size_t most, count;
    arena *a;
    struct postcode_hit *out;
};

static bool look(str key, str text, void *context, err *e)
{
    struct finding *f = context;
    json *list;
    str kept;
    if (!arena_copy(f->a, text, &kept)) return err_no_memory(e);
    if (!json_parse(kept, f->a, &list, e)) return false;
    for (const json *j = list->first; j && f->count < f->most; j = j->next) {
        if (!str_starts(j->text, f->start)) continue;
        f->out[f->count].postcode = j->text;
        if (!arena_copy(f->a, key, &f->out[f->count++].area)) return err_no_memory(e);
        break;
    }
    return true;
}

bool postcodes_find(struct snapshot *at, str start, size_t most, arena *a, struct postcode_hit *out,
                    size_t *count, err *e)
{
    struct finding f = {start, most, 0, a, out};
    const bool ok = store_document_each(at, KIND, look, &f, e);
    *count = f.count;
    return ok;
}

struct writing {
    buf *out;
    bool has_one;
};

static bool write_one(str key, str text, void *context, err *e)
{
    struct writing *w = context;
    (void)e;
    buf_print(w->out, "%s\"%.*s\":%.*s", w->has_one ? "," : "", STR_ARG(key), STR_ARG(text));
    w->has_one = true;
    return !w->out->failed;
}

bool postcodes_write(struct snapshot *at, buf *out, err *e)
{
    struct writing w = {out, false};
    err fault = {.code = ERR_NONE};
    BUF_LIT(out, "{");
    const bool ok = store_document_each(at, KIND, write_one, &w, &fault);
    BUF_LIT(out, "}");
    if (ok || fault.code == ERR_NONE) return true;
    *e = fault;
    return false;
}
