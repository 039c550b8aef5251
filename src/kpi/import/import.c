// SPDX-License-Identifier: EUPL-1.2
#include "kpi/import/import.h"

#include "base/file.h"
#include "identity/audit.h"
#include "kpi/import/mapping.h"
#include "kpi/value/year.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const str kind_names[KPI_ROW_KIND_COUNT] = {[KPI_ROW_NEW] = {"new", 3},
                                                   [KPI_ROW_SAME] = {"same", 4},
                                                   [KPI_ROW_CONFLICT] = {"conflict", 8},
                                                   [KPI_ROW_DOUBT] = {"doubt", 5},
                                                   [KPI_ROW_FAULT] = {"fault", 5}};

str kpi_row_kind_name(kpi_row_kind k)
{
    return kind_names[k];
}

struct importing {
    const struct kpi_acting *by;
    const struct kpi_import_wish *wish;
    const struct kpi_mapping *mapping;
    struct snapshot *at;
    struct kpi_import *out;
};

// The codes that are confirmed for this figure.
static size_t confirmed_of(const struct importing *i, const struct kpi_import_row *r, str *codes)
{
    size_t n = 0;
    for (size_t k = 0; k < i->wish->confirmed_count; k++) {
        str code = i->wish->confirmed[k], place = {0}, rest = code;
        const bool is_placed = str_find(code, STR(":"), &(size_t){0}) && str_cut(&rest, ':', &place);
        if (is_placed) {
            str input = place, area = {0};
            str_cut(&input, '/', &area);
            if (!str_eq(area, r->area) || !str_eq(input, r->input)) continue;
            code = rest;
        }
        codes[n++] = code;
    }
    return n;
}

static struct kpi_entry entry_of(const struct importing *i, const struct kpi_import_row *r)
{
    return (struct kpi_entry){.year = r->year,
                              .area = r->area,
                              .input = r->input,
                              .status = i->wish->status,
                              .has_number = true,
                              .number = r->value,
                              .unit = r->unit,
                              .source = i->mapping->source,
                              .reason = i->wish->reason,
                              .method = i->mapping->method,
                              .origin = KPI_BY_IMPORT,
                              .is_demo = i->wish->is_demo,
                              .capture = (double)NAN};
}

// ---- Looking at each figure --------------------------------------------------------------------------------------

static bool says_why(const struct importing *i, struct kpi_import_row *r, const err *why, err *e)
{
    r->kind = KPI_ROW_FAULT;
    return arena_copy(i->by->arena, str_of(why->text), &r->why) || err_no_memory(e);
}

// `now` is what is there, `after` what will be: figures of one file often support each other, as parts and their whole.
struct around {
    struct kpi_book now, after, last;
    bool is_open;
    err why;  // it is not
};

static bool compare(const struct importing *i, struct kpi_import_row *r, const struct around *a, err *e)
{
    struct kpi_value v;
    err why = {0};
    if (r->kind == KPI_ROW_FAULT) return true;
    if (!a->is_open) return says_why(i, r, &a->why, e);
    const struct kpi_entry entry = entry_of(i, r);
    if (!kpi_entry_build(i->by, &entry, &v, &why)) return says_why(i, r, &why, e);
    const struct kpi_doubting d = {i->by->set, &a->after, &a->last, i->by->this_year};
    if (!(r->doubts = ARENA_NEW(i->by->arena, struct kpi_doubts))) return err_no_memory(e);
    if (!kpi_doubts_find(&d, &v, i->by->arena, r->doubts, e)) return false;
    r->there = kpi_book_find(&a->now, r->area, r->input);
    const bool is_same = r->there && r->there->has_number && r->there->number == v.number;
    if (!is_same && !kpi_override_check(r->there, &entry, &why)) return says_why(i, r, &why, e);
    r->kind = is_same            ? KPI_ROW_SAME
              : r->doubts->count ? KPI_ROW_DOUBT
              : r->there         ? KPI_ROW_CONFLICT
                                 : KPI_ROW_NEW;
    return true;
}

static struct kpi_value value_after(const struct kpi_import_row *r)
{
    return (struct kpi_value){.year = r->year,
                              .area = r->area,
                              .input = r->input,
                              .status = KPI_DRAFT,
                              .has_number = r->kind != KPI_ROW_FAULT,
                              .number = r->shown,
                              .at = TIME_NONE};
}

// Both are in order of input.
static bool book_merge(const struct kpi_book *now, const struct kpi_import_row *rows, size_t count, arena *a,
                       struct kpi_book *out, err *e)
{
    struct kpi_book b = {.year = now->year,
                         .values = ARENA_ARRAY(a, now->count + count + 1, struct kpi_value)};
    if (!b.values) return err_no_memory(e);
    size_t k = 0;
    for (size_t n = 0; n < count; n++) {
        while (k < now->count && str_cmp(now->values[k].input, rows[n].input) < 0)
            b.values[b.count++] = now->values[k++];
        if (k < now->count && str_eq(now->values[k].input, rows[n].input)) k++;
        b.values[b.count++] = value_after(&rows[n]);
    }
    while (k < now->count) b.values[b.count++] = now->values[k++];
    *out = b;
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct kpi_import_row *x = a, *y = b;
    if (x->year != y->year) return x->year < y->year ? -1 : 1;
    const int o = str_cmp(x->area, y->area);
    return o ? o : str_cmp(x->input, y->input);
}

// Rows of one year and area.
static bool compare_some(const struct importing *i, struct kpi_import_row *rows, size_t count, err *e)
{
    struct around a = {0};
    arena *memory = i->by->arena;
    if (!kpi_book_read(i->at, rows->year, rows->area, memory, &a.now, e) ||
        !kpi_book_read(i->at, rows->year - 1, rows->area, memory, &a.last, e) ||
        !book_merge(&a.now, rows, count, memory, &a.after, e))
        return false;
    a.is_open = kpi_year_is_open(i->at, rows->year, memory, &a.why);
    for (size_t k = 0; k < count; k++) {
        if (k > 0 && by_place(&rows[k - 1], &rows[k]) == 0) {
            const err twice = {ERR_CONFLICT, ERR_NOWHERE, "the file has this figure twice"};
            if (!says_why(i, &rows[k], &twice, e)) return false;
        }
        if (!compare(i, &rows[k], &a, e)) return false;
    }
    return true;
}

static bool compare_all(const struct importing *i, err *e)
{
    struct kpi_import *x = i->out;
    if (x->count) qsort(x->rows, x->count, sizeof *x->rows, by_place);
    for (size_t from = 0, to; from < x->count; from = to) {
        const struct kpi_import_row *first = &x->rows[from];
        for (to = from;
             to < x->count && x->rows[to].year == first->year && str_eq(x->rows[to].area, first->area);)
            to++;
        if (!compare_some(i, &x->rows[from], to - from, e)) return false;
    }
    for (size_t k = 0; k < x->count; k++) x->of_kind[x->rows[k].kind]++;
    return true;
}

// ---- Storing -----------------------------------------------------------------------------------------------------

static bool is_wanted(const struct importing *i, const struct kpi_import_row *r)
{
    if (r->kind == KPI_ROW_NEW) return true;
    const bool is_confirmed = r->kind != KPI_ROW_DOUBT || i->wish->confirmed_count;
    const bool is_other = r->there != NULL;
    return (r->kind == KPI_ROW_DOUBT || r->kind == KPI_ROW_CONFLICT) && is_confirmed &&
           (!is_other || i->wish->take_conflicts);
}

static bool store_one(struct store_tx *tx, const struct importing *i, struct kpi_import_row *r, err *e)
{
    struct kpi_value v;
    struct kpi_entry entry = entry_of(i, r);
    str *codes = ARENA_ARRAY(i->by->arena, i->wish->confirmed_count + 1, str);
    if (!is_wanted(i, r)) return true;
    if (!codes) return err_no_memory(e);
    entry.confirmed = codes;
    entry.confirmed_count = confirmed_of(i, r, codes);
    if (!kpi_entry_build(i->by, &entry, &v, e)) return false;
    if (!kpi_entry_store(tx, i->by, &entry, r->doubts, &v, e)) {
        if (e->code != ERR_CONFLICT) return false;
        return arena_copy(i->by->arena, str_of(e->text), &r->why) ||
               err_no_memory(e);  // a doubt that is not confirmed
    }
    r->is_stored = true;
    i->out->stored++;
    return true;
}

static bool log_it(struct store_tx *tx, const struct importing *i, err *e)
{
    str detail, which;
    if (!arena_print(i->by->arena, &detail, "stored=%zu of %zu", i->out->stored, i->out->count) ||
        !arena_print(i->by->arena, &which, "%.*s", STR_ARG(str_slice(i->mapping->source, 0, 200))))
        return err_no_memory(e);
    const struct audit_event event = {i->by->who, STR("kpi.import"), which, detail, i->by->now};
    return audit_record(tx, &event, e);
}

static bool import_in(struct store_tx *tx, void *context, err *e)
{
    struct importing *i = context;
    i->at = store_tx_snapshot(tx);
    if (!compare_all(i, e)) return false;
    for (size_t k = 0; k < i->out->count; k++)
        if (!store_one(tx, i, &i->out->rows[k], e)) return false;
    return i->out->stored == 0 || log_it(tx, i, e);
}

static bool preview(struct store *s, struct importing *i, err *e)
{
    if (!snapshot_open(s, &i->at, e)) return false;
    const bool ok = compare_all(i, e);
    snapshot_close(i->at);
    return ok;
}

bool kpi_import_run(struct store *s, const struct kpi_acting *by, const struct kpi_import_wish *wish,
                    struct kpi_import *out, err *e)
{
    struct kpi_mapping mapping;
    struct kpi_table table;
    *out = (struct kpi_import){0};
    if (!kpi_mapping_read(wish->mapping, by->set, by->arena, &mapping, e)) return err_within(e, "mapping");
    if (!kpi_table_read(wish->table, by->arena, &table, e) ||
        !kpi_mapping_apply(&mapping, by->set, &table, wish, by->arena, out, e))
        return err_within(e, "table");
    struct importing i = {.by = by, .wish = wish, .mapping = &mapping, .out = out};
    return wish->preview ? preview(s, &i, e) : store_run(s, import_in, &i, e);
}

// ---- As JSON -----------------------------------------------------------------------------------------------------

static void row_write(json_writer *w, const struct kpi_import_row *r)
{
    json_open(w, '{');
    json_member_text(w, STR("kind"), kind_names[r->kind]);
    json_member_int(w, STR("year"), r->year);
    json_member_text(w, STR("area"), r->area);
    json_member_text(w, STR("input"), r->input);
    json_name(w, STR("value"));
    json_put_double(w, r->kind == KPI_ROW_FAULT ? (double)NAN : r->shown);
    if (r->there) {
        json_name(w, STR("there"));
        kpi_value_write(w, r->there);
    }
    json_name(w, STR("doubts"));
    kpi_doubts_write(w, r->doubts);
    if (r->why.n) json_member_text(w, STR("why"), r->why);
    json_name(w, STR("stored"));
    json_put_bool(w, r->is_stored);
    json_close(w, '}');
}

void kpi_import_write(json_writer *w, const struct kpi_import *i)
{
    json_open(w, '{');
    for (int k = 0; k < KPI_ROW_KIND_COUNT; k++) json_member_int(w, kind_names[k], (int64_t)i->of_kind[k]);
    json_member_int(w, STR("missing"), (int64_t)i->missing);
    json_member_int(w, STR("stored"), (int64_t)i->stored);
    json_name(w, STR("rows"));
    json_open(w, '[');
    for (size_t k = 0; k < i->count; k++) row_write(w, &i->rows[k]);
    json_close(w, ']');
    json_close(w, '}');
}

// ---- From JSON ---------------------------------------------------------------------------------------------------

static bool shipped_mapping(const char *directory, str name, arena *a, str *out, err *e)
{
    str path;
    buf b = {.max = 1 << 20};
    for (size_t k = 0; k < name.n; k++)
        if (!memchr("abcdefghijklmnopqrstuvwxyz0123456789-", name.p[k], 37) || name.n > 40)
            return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "there is no mapping of that name");
    if (!arena_print(a, &path, "%s/mapping/%.*s.json", directory, STR_ARG(name))) return err_no_memory(e);
    bool ok = file_read(path.p, &b, e);
    if (!ok) err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "there is no mapping '%.*s'", STR_ARG(name));
    ok = ok && (arena_copy(a, buf_str(&b), out) || err_no_memory(e));
    buf_free(&b);
    return ok;
}

static bool flag_of(const json *request, str name)
{
    const json *j = json_get(request, name);
    return j && j->type == JSON_TRUE;
}

static bool confirmed_read(const json *request, arena *a, struct kpi_import_wish *wish, err *e)
{
    const json *list = json_get(request, STR("confirm"));
    str *codes = ARENA_ARRAY(a, (list ? list->count : 0) + 1, str);
    if (!codes) return err_no_memory(e);
    for (const json *j = list ? list->first : NULL; j; j = j->next)
        if (j->type == JSON_TEXT) codes[wish->confirmed_count++] = j->text;
    wish->confirmed = codes;
    return true;
}

bool kpi_import_answer(struct store *s, const struct kpi_acting *by, const json *request,
                       const char *directory, json_writer *w, err *e)
{
    const json *mapping = json_get(request, STR("mapping"));
    double year = 0;
    struct kpi_import made;
    (void)json_number(request, STR("year"), &year);
    struct kpi_import_wish wish = {.table = json_text(request, STR("table")),
                                   .year = year >= 0 && year < 10000 ? (int)year : 0,
                                   .area = json_text(request, STR("area")),
                                   .reason = json_text(request, STR("reason")),
                                   .preview = flag_of(request, STR("preview")),
                                   .take_conflicts = flag_of(request, STR("takeConflicts")),
                                   .is_demo = flag_of(request, STR("demo")),
                                   .status = KPI_SUBMITTED};
    if (!mapping)
        return err_set(e, ERR_MISSING, ERR_NOWHERE,
                       "\"mapping\" is missing: an object, or the name of a shipped one");
    if (mapping->type == JSON_TEXT && !shipped_mapping(directory, mapping->text, by->arena, &wish.mapping, e))
        return false;
    if (mapping->type != JSON_TEXT) wish.mapping = mapping->raw;
    if (str_eq(json_text(request, STR("status")), STR("draft"))) wish.status = KPI_DRAFT;
    if (!confirmed_read(request, by->arena, &wish, e) || !kpi_import_run(s, by, &wish, &made, e))
        return false;
    kpi_import_write(w, &made);
    return true;
}
