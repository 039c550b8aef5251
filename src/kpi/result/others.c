// SPDX-License-Identifier: EUPL-1.2
#include "kpi/result/others.h"

#include "identity/audit.h"

#include <stdio.h>
#include <string.h>

#define KIND STR("kpi.other")
#define TEXT_MAX 200

// ---- What is stored: a document per revision, with the key TOWN|POINT|MONTH|REVISION ----------------------------------

struct loading {
    arena *arena;
    struct kpi_published_list *out;
    size_t capacity;
};

static bool is_same_figure(const struct kpi_published *a, const struct kpi_published *b)
{
    return str_eq_nocase(a->city, b->city) && str_eq(a->published, b->published) &&
           str_eq(a->indicator, b->indicator) && str_eq(a->point, b->point);
}

static struct kpi_published *place_of(const struct kpi_published_list *l, const struct kpi_published *x)
{
    for (size_t i = 0; i < l->count; i++)
        if (is_same_figure(&l->all[i], x)) return &l->all[i];
    return NULL;
}

static bool list_grow(struct loading *l, err *e)
{
    const size_t capacity = 2 * l->capacity + 64;
    struct kpi_published *all = capacity < 4 * KPI_OTHERS_ROWS_MAX
                                    ? ARENA_ARRAY(l->arena, capacity, struct kpi_published)
                                    : NULL;
    if (!all) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "too many figures of other towns");
    if (l->out->count) memcpy(all, l->out->all, l->out->count * sizeof *all);
    l->out->all = all;
    l->capacity = capacity;
    return true;
}

static bool load_one(str key, str text, void *context, err *e)
{
    struct loading *l = context;
    json *j;
    str kept;
    if (!arena_copy(l->arena, text, &kept)) return err_no_memory(e);
    if (!json_parse(kept, l->arena, &j, e)) return err_within(e, "figure '%.*s'", STR_ARG(key));
    const struct kpi_published x = {.kind = STR("kpi"),
                                    .city = json_text(j, STR("city")),
                                    .country = json_text(j, STR("country")),
                                    .published = json_text(j, STR("published")),
                                    .indicator = json_text(j, STR("indicator")),
                                    .point = json_text(j, STR("point")),
                                    .value = json_text(j, STR("value")),
                                    .status = json_text(j, STR("status")),
                                    .source = json_text(j, STR("source"))};
    struct kpi_published *place = place_of(l->out, &x);
    if (!place && l->out->count == l->capacity && !list_grow(l, e)) return false;
    if (!place) place = &l->out->all[l->out->count++];
    *place = x;
    return true;
}

static bool list_read(struct snapshot *at, const struct kpi_published_list *shipped, arena *a,
                      struct kpi_published_list *out, err *e)
{
    struct kpi_published_list l = *shipped;  // copied when the first is added, or changed
    struct loading loading = {.arena = a, .out = &l, .capacity = shipped->count};
    if (!list_grow(&loading, e)) return false;
    if (!store_document_range(at, KIND, (str){0}, (str){0}, load_one, &loading, e)) return false;
    *out = l;
    return true;
}

bool kpi_others_read(const struct kpi_office *o, struct snapshot *at, arena *a,
                     struct kpi_published_list *out, err *e)
{
    return list_read(at, &o->published, a, out, e);
}

// ---- The table ---------------------------------------------------------------------------------------------------

enum { CITY, COUNTRY, PUBLISHED, INDICATOR, POINT, VALUE, STATUS, SOURCE, COLUMN_COUNT };
static const struct {
    str name;
    bool is_needed;
} columns[COLUMN_COUNT] = {[CITY] = {STR("city"), true},           [COUNTRY] = {STR("country"), false},
                           [PUBLISHED] = {STR("published"), true}, [INDICATOR] = {STR("kpi_id"), true},
                           [POINT] = {STR("data_point"), false},   [VALUE] = {STR("value"), true},
                           [STATUS] = {STR("status"), false},      [SOURCE] = {STR("source_title"), false}};

struct importing {
    const struct kpi_acting *by;
    const struct kpi_published_list *shipped;
    const struct kpi_others_wish *wish;
    const struct kpi_table *table;
    int column[COLUMN_COUNT];
    struct kpi_others *out;
};

static bool columns_find(struct importing *i, err *e)
{
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        i->column[c] = kpi_table_column(i->table, columns[c].name);
        if (i->column[c] < 0 && columns[c].is_needed)
            return err_set(e, ERR_MISSING, ERR_NOWHERE, "there is no column '%.*s'",
                           STR_ARG(columns[c].name));
    }
    return true;
}

static str cell_of(const struct importing *i, size_t row, size_t c)
{
    return i->column[c] < 0 ? (str){0} : str_trim(kpi_table_cell(i->table, row, (size_t)i->column[c]));
}

static bool is_month(str s)
{
    int64_t year, month;
    return s.n == 7 && s.p[4] == '-' && num_parse_int(str_slice(s, 0, 4), &year, NULL) &&
           year >= KPI_YEAR_LEAST && year <= KPI_YEAR_MOST &&
           num_parse_int(str_slice(s, s.p[5] == '0' ? 6 : 5, 7), &month, NULL) && month >= 1 && month <= 12;
}

// Numbers are written with a comma or a point; claims in either language. As the shipped list prints them.
static bool value_plain(const struct importing *i, str given, str *out)
{
    static const struct {
        str given, plain;
    } claims[] = {
        {STR("yes"), STR("Yes")}, {STR("ja"), STR("Yes")}, {STR("no"), STR("No")}, {STR("nee"), STR("No")}};
    double v;
    char text[NUM_TEXT_MAX];
    *out = given;
    for (size_t k = 0; k < sizeof claims / sizeof claims[0]; k++)
        if (str_eq_nocase(claims[k].given, given)) *out = claims[k].plain;
    if (out->p != given.p || !given.n || !kpi_cell_number(given, i->table->mark, &v, NULL)) return true;
    return arena_copy(i->by->arena, (str){text, num_write_double(text, v)}, out);
}

static void judge(const struct importing *i, const struct kpi_published_list *there, struct kpi_other_row *r)
{
    const struct kpi_point *point = kpi_published_point(i->by->set, &r->figure);
    double v = 0;
    const bool has_value = kpi_published_number(&r->figure, &v);
    r->kind = KPI_ROW_FAULT;
    if (!r->figure.city.n || r->figure.city.n > TEXT_MAX || r->figure.source.n > TEXT_MAX)
        r->why = STR("the town has no name, or a name or source is too long");
    else if (!is_month(r->figure.published))
        r->why = STR("'published' is no month such as 2024-09");
    else if (!point)
        r->why = STR("the set has no such indicator or data point");
    else if (!has_value)
        r->why = STR("the value is neither a number nor yes or no");
    if (r->why.n) return;
    const struct kpi_published *other = place_of(there, &r->figure);
    double known;
    if (other) r->there = other->value;
    r->kind = other && kpi_published_number(other, &known) && known == v ? KPI_ROW_SAME
              : v > point->most || (v < 0 && point->most < 1e300)        ? KPI_ROW_DOUBT
              : other                                                    ? KPI_ROW_CONFLICT
                                                                         : KPI_ROW_NEW;
    if (r->kind == KPI_ROW_DOUBT)
        r->why = STR("more or less than this data point can be: confirm it, or correct it");
}

static bool rows_read(struct importing *i, struct snapshot *at, err *e)
{
    struct kpi_published_list there;
    struct kpi_others *x = i->out;
    arena *a = i->by->arena;
    *x = (struct kpi_others){.rows = ARENA_ARRAY(a, i->table->row_count + 1, struct kpi_other_row)};
    if (!x->rows) return err_no_memory(e);
    if (i->table->row_count > KPI_OTHERS_ROWS_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d lines", KPI_OTHERS_ROWS_MAX);
    if (!list_read(at, i->shipped, a, &there, e)) return false;
    for (size_t row = 0; row < i->table->row_count; row++) {
        struct kpi_other_row *r = &x->rows[x->count++];
        const str point = cell_of(i, row, POINT);
        *r = (struct kpi_other_row){.line = row + 2,
                                    .figure = {.kind = STR("kpi"),
                                               .city = cell_of(i, row, CITY),
                                               .country = cell_of(i, row, COUNTRY),
                                               .published = cell_of(i, row, PUBLISHED),
                                               .indicator = cell_of(i, row, INDICATOR),
                                               .point = point.n ? point : STR("main"),
                                               .value = cell_of(i, row, VALUE),
                                               .status = cell_of(i, row, STATUS),
                                               .source = cell_of(i, row, SOURCE)}};
        const struct kpi_point *of = kpi_published_point(i->by->set, &r->figure);
        if (of) r->figure.indicator = i->by->set->indicators[of->indicator].shown_id;
        if (!value_plain(i, r->figure.value, &r->figure.value)) return err_no_memory(e);
        judge(i, &there, r);
        x->of_kind[r->kind]++;
    }
    return true;
}

// ---- Storing -----------------------------------------------------------------------------------------------------

static bool is_wanted(const struct kpi_others_wish *w, const struct kpi_other_row *r)
{
    if (r->kind == KPI_ROW_FAULT || r->kind == KPI_ROW_SAME) return false;
    return (r->kind != KPI_ROW_DOUBT || w->confirms_large) && (!r->there.n || w->take_conflicts);
}

static bool row_store(struct store_tx *tx, const struct importing *i, struct kpi_other_row *r, err *e)
{
    const struct kpi_published *f = &r->figure;
    char time[TIME_TEXT_MAX];
    const struct {
        str name, text;
    } members[] = {{STR("city"), f->city},
                   {STR("country"), f->country},
                   {STR("published"), f->published},
                   {STR("indicator"), f->indicator},
                   {STR("point"), f->point},
                   {STR("value"), f->value},
                   {STR("status"), f->status},
                   {STR("source"), f->source},
                   {STR("by"), str_of(i->by->who->name)},
                   {STR("at"), {time, time_write(time, i->by->now)}}};
    str key;
    buf b = {.max = 8192};
    json_writer w = json_writer_on(&b);
    // The time orders revisions of one figure.
    if (!arena_print(i->by->arena, &key, "%.*s|%.*s|%.*s|%.*s|%020lld", STR_ARG(f->city),
                     STR_ARG(f->indicator), STR_ARG(f->point), STR_ARG(f->published), (long long)i->by->now))
        return err_no_memory(e);
    json_open(&w, '{');
    for (size_t k = 0; k < sizeof members / sizeof members[0]; k++) {
        json_name(&w, members[k].name);
        json_put_text(&w, members[k].text);
    }
    json_close(&w, '}');
    const bool ok = b.failed ? err_no_memory(e) : store_document_put(tx, KIND, key, buf_str(&b), e);
    buf_free(&b);
    r->is_stored = ok;
    i->out->stored += ok;
    return ok;
}

static bool import_in(struct store_tx *tx, void *context, err *e)
{
    struct importing *i = context;
    str detail;
    if (!rows_read(i, store_tx_snapshot(tx), e)) return false;
    for (size_t k = 0; k < i->out->count; k++)
        if (is_wanted(i->wish, &i->out->rows[k]) && !row_store(tx, i, &i->out->rows[k], e)) return false;
    if (!i->out->stored) return true;
    if (!arena_print(i->by->arena, &detail, "stored=%zu of %zu", i->out->stored, i->out->count))
        return err_no_memory(e);
    const struct audit_event event = {i->by->who, STR("kpi-others.import"), STR("other towns"), detail,
                                      i->by->now};
    return audit_record(tx, &event, e);
}

bool kpi_others_import(struct store *s, const struct kpi_acting *by, const struct kpi_published_list *shipped,
                       const struct kpi_others_wish *wish, struct kpi_others *out, err *e)
{
    struct kpi_table table;
    struct snapshot *at;
    *out = (struct kpi_others){0};
    if (!kpi_table_read(wish->table, by->arena, &table, e)) return err_within(e, "table");
    struct importing i = {.by = by, .shipped = shipped, .wish = wish, .table = &table, .out = out};
    if (!columns_find(&i, e)) return err_within(e, "table");
    if (!wish->preview) return store_run(s, import_in, &i, e);
    if (!snapshot_open(s, &at, e)) return false;
    const bool ok = rows_read(&i, at, e);
    snapshot_close(at);
    return ok;
}
