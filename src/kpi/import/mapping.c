// SPDX-License-Identifier: EUPL-1.2
#include "kpi/import/mapping.h"

#include <math.h>
#include <string.h>

#define FORMAT_VERSION 1

// ---- Reading a mapping -------------------------------------------------------------------------------------------

static bool areas_read(const json *root, struct kpi_mapping *m, err *e)
{
    const json *j = json_get(root, STR("area"));
    if (j && j->type == JSON_TEXT) m->areas[m->area_count++] = j->text;
    for (const json *c = j && j->type == JSON_ARRAY ? j->first : NULL; c && m->area_count < 8; c = c->next)
        if (c->type == JSON_TEXT) m->areas[m->area_count++] = c->text;
    return m->area_count ||
           err_set(e, ERR_MISSING, root->at, "\"area\" names the column with the code of the area");
}

static bool inputs_read(const json *root, const struct kpi_set *s, arena *a, struct kpi_mapping *m, err *e)
{
    const json *list, *units = json_get(root, STR("units"));
    if (!json_need(root, STR("inputs"), JSON_OBJECT, &list, e) ||
        (units && !json_need(root, STR("units"), JSON_OBJECT, &units, e)))
        return false;
    m->inputs = ARENA_ARRAY(a, list->count + 1, struct kpi_mapped);
    if (!m->inputs) return err_no_memory(e);
    for (const json *j = list->first; j; j = j->next) {
        const int input = kpi_input_find(s, j->key);
        if (input < 0) return err_set(e, ERR_UNKNOWN, j->at, "the set has no input '%.*s'", STR_ARG(j->key));
        if (j->type != JSON_TEXT)
            return err_set(e, ERR_TYPE, j->at, "'%.*s' takes a formula over columns", STR_ARG(j->key));
        m->inputs[m->input_count++] = (struct kpi_mapped){input, j->text, json_text(units, j->key), j->at};
    }
    return true;
}

bool kpi_mapping_read(str source, const struct kpi_set *s, arena *a, struct kpi_mapping *out, err *e)
{
    json *root;
    double version = 0;
    struct kpi_mapping m = {.method = KPI_BY_UNKNOWN};
    if (!json_parse(source, a, &root, e)) return false;
    if (!json_number(root, STR("peil_kpi_mapping"), &version) || version != FORMAT_VERSION)
        return err_set(e, ERR_UNSUPPORTED, root->at, "expected \"peil_kpi_mapping\": %d", FORMAT_VERSION);
    m.source = json_text(root, STR("source"));
    m.period = json_text(root, STR("period"));
    m.aliases = json_get(root, STR("columns"));
    const json *is_long = json_get(root, STR("long"));
    m.long_name = json_text(is_long, STR("indicator"));
    m.long_value = json_text(is_long, STR("value"));
    const str mark = json_text(root, STR("decimal")), method = json_text(root, STR("method"));
    m.mark = str_eq(mark, STR(","))   ? KPI_MARK_COMMA
             : str_eq(mark, STR(".")) ? KPI_MARK_POINT
                                      : KPI_MARK_UNKNOWN;
    if (!m.source.n)
        return err_set(e, ERR_MISSING, root->at, "\"source\" is missing: where the figures come from");
    if (method.n && !kpi_method_by_name(method, &m.method))
        return err_set(e, ERR_UNKNOWN, root->at, "there is no method '%.*s'", STR_ARG(method));
    if (!areas_read(root, &m, e) || !inputs_read(root, s, a, &m, e)) return false;
    *out = m;
    return true;
}

// ---- Figures of one area and year, by name -----------------------------------------------------------------------

// What formulas of a mapping name: columns of a wide table, or indicators of a long one.
struct figures {
    const struct kpi_mapping *mapping;
    const struct kpi_table *table;
    str names[KPI_TABLE_COLUMNS_MAX];
    size_t name_count;
    // of the row at hand
    double value[KPI_TABLE_COLUMNS_MAX];
    bool is_known[KPI_TABLE_COLUMNS_MAX];
    err fault[KPI_TABLE_COLUMNS_MAX];  // why a cell is no figure; code 0: it is one, or missing
};

static str alias_of(const struct kpi_mapping *m, str name)
{
    const str other = json_text(m->aliases, name);
    return other.n ? other : name;
}

static int figure_find(const void *context, str name)
{
    const struct figures *f = context;
    name = alias_of(f->mapping, name);
    if (!f->mapping->long_name.n) return kpi_table_column(f->table, name);
    for (size_t i = 0; i < f->name_count; i++)
        if (str_eq_nocase(f->names[i], name)) return (int)i;
    return -1;
}

static const struct kpi_unit *plain_unit(const void *context, int input)
{
    static const struct kpi_unit plain = {.factor = 1};
    (void)context;
    (void)input;
    return &plain;
}

static struct kpi_known figure_value(const void *context, int input)
{
    const struct figures *f = context;
    return (struct kpi_known){f->is_known[input], f->value[input]};
}

static struct kpi_known no_sum(const void *context, int input)
{
    (void)context;
    (void)input;
    return (struct kpi_known){0};
}

static void figure_take(struct figures *f, size_t i, str cell)
{
    const kpi_decimal_mark mark = f->mapping->mark != KPI_MARK_UNKNOWN ? f->mapping->mark : f->table->mark;
    f->fault[i] = (err){0};
    f->is_known[i] = !kpi_cell_is_missing(cell) && kpi_cell_number(cell, mark, &f->value[i], &f->fault[i]);
}

struct applying {
    const struct kpi_mapping *m;
    const struct kpi_set *set;
    const struct kpi_table *table;
    const struct kpi_import_wish *wish;
    arena *arena;
    struct kpi_import *out;
    struct figures figures;
    struct kpi_formula *formulas;  // by the mapping's inputs
    int area, period;              // columns
    size_t capacity;
};

static bool row_add(struct applying *p, const struct kpi_import_row *r, err *e)
{
    struct kpi_import *x = p->out;
    if (x->count == KPI_IMPORT_VALUES_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d figures: name one municipality (\"area\")",
                       KPI_IMPORT_VALUES_MAX);
    if (x->count == p->capacity) {
        const size_t capacity = p->capacity ? 2 * p->capacity : 512;
        struct kpi_import_row *grown = ARENA_ARRAY(p->arena, capacity, struct kpi_import_row);
        if (!grown) return err_no_memory(e);
        if (x->count) memcpy(grown, x->rows, x->count * sizeof *grown);
        x->rows = grown;
        p->capacity = capacity;
    }
    x->rows[x->count++] = *r;
    return true;
}

static bool figure_add(struct applying *p, size_t k, int year, str area, err *e)
{
    err why = {0};
    const struct kpi_formula *f = &p->formulas[k];
    const struct kpi_source from = {&p->figures, figure_value, no_sum};
    struct kpi_import_row r = {.year = year, .area = area, .input = p->set->inputs[p->m->inputs[k].input].id};
    for (size_t i = 0; i < f->input_count; i++) {
        const err *fault = &p->figures.fault[f->inputs[i]];
        if (fault->code == ERR_NONE) continue;
        r.kind = KPI_ROW_FAULT;
        return (arena_copy(p->arena, str_of(fault->text), &r.why) || err_no_memory(e)) && row_add(p, &r, e);
    }
    switch (kpi_formula_compute(f, &from, &r.value)) {
    case KPI_MISSING: p->out->missing++; return true;
    case KPI_UNDEFINED:
        r.kind = KPI_ROW_FAULT;
        r.why = STR("the formula divides by zero here");
        return row_add(p, &r, e);
    case KPI_COMPUTED: break;
    }
    // A count worked out from a rounded percentage is no more exact than that: whole numbers, as it is counted.
    const struct kpi_input *input = &p->set->inputs[p->m->inputs[k].input];
    if (input->is_whole && f->input_count > 1) r.value = round(r.value);
    r.unit = p->m->inputs[k].unit;
    if (!kpi_input_convert(p->set, input, r.value, r.unit, &r.shown, &why)) {
        r.kind = KPI_ROW_FAULT;
        if (!arena_copy(p->arena, str_of(why.text), &r.why)) return err_no_memory(e);
    }
    return row_add(p, &r, e);
}

// ---- Which rows --------------------------------------------------------------------------------------------------

// "GM0603" with its "WK0603.." and "BU0603....".
static bool area_is_wanted(str area, str wanted)
{
    if (!wanted.n || str_eq(area, wanted)) return true;
    const str number = str_slice(wanted, 2, wanted.n);
    return str_starts(wanted, STR("GM")) && (str_starts(area, STR("WK")) || str_starts(area, STR("BU"))) &&
           str_starts(str_slice(area, 2, area.n), number);
}

static bool year_of(const struct applying *p, size_t row, int *out, err *e)
{
    int64_t year;
    *out = p->wish->year;
    if (p->period < 0) return true;
    const str cell = str_trim(kpi_table_cell(p->table, row, (size_t)p->period));
    if (!num_parse_int(str_slice(cell, 0, 4), &year, NULL) || (cell.n > 4 && !str_ends(cell, STR("JJ00"))))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "row %zu: '%.*s' is no year", row + 2, STR_ARG(cell));
    *out = (int)year;
    return true;
}

static bool columns_find(struct applying *p, err *e)
{
    p->area = p->period = -1;
    for (size_t i = 0; i < p->m->area_count && p->area < 0; i++)
        p->area = kpi_table_column(p->table, alias_of(p->m, p->m->areas[i]));
    if (p->area < 0)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "there is no column '%.*s' with the area",
                       STR_ARG(p->m->areas[0]));
    if (p->m->period.n) p->period = kpi_table_column(p->table, alias_of(p->m, p->m->period));
    if (p->period < 0 && !p->wish->year)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "the table does not say its year: give it");
    return true;
}

static bool formulas_parse(struct applying *p, err *e)
{
    const struct kpi_nouns none = {.count = 0};
    const struct kpi_names names = {&p->figures, figure_find, plain_unit, &none, -1};
    p->formulas = ARENA_ARRAY(p->arena, p->m->input_count + 1, struct kpi_formula);
    if (!p->formulas) return err_no_memory(e);
    for (size_t k = 0; k < p->m->input_count; k++) {
        const struct kpi_mapped *x = &p->m->inputs[k];
        if (kpi_formula_parse(x->formula, &names, p->arena, &p->formulas[k], e)) continue;
        const bool is_name = e->code == ERR_UNKNOWN;
        return err_within(e, "input '%.*s'%s", STR_ARG(p->set->inputs[x->input].id),
                          is_name ? " (no column of that name, or two with that stem)" : "");
    }
    return true;
}

static bool wide_apply(struct applying *p, err *e)
{
    for (size_t row = 0; row < p->table->row_count; row++) {
        const str area = str_trim(kpi_table_cell(p->table, row, (size_t)p->area));
        int year;
        if (!area.n || !area_is_wanted(area, p->wish->area)) continue;
        if (!year_of(p, row, &year, e)) return false;
        for (size_t c = 0; c < p->table->column_count; c++)
            figure_take(&p->figures, c, kpi_table_cell(p->table, row, c));
        for (size_t k = 0; k < p->m->input_count; k++)
            if (!figure_add(p, k, year, area, e)) return false;
    }
    return true;
}

// ---- Long tables: rows of one area and year are gathered before formulas are computed -------------------------------

static bool long_names(struct applying *p, int name_column, err *e)
{
    struct figures *f = &p->figures;
    for (size_t row = 0; row < p->table->row_count; row++) {
        const str name = str_trim(kpi_table_cell(p->table, row, (size_t)name_column));
        size_t i = 0;
        while (i < f->name_count && !str_eq_nocase(f->names[i], name)) i++;
        if (i < f->name_count) continue;
        if (i == KPI_TABLE_COLUMNS_MAX)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d indicators in the table",
                           KPI_TABLE_COLUMNS_MAX);
        f->names[f->name_count++] = name;
    }
    return true;
}

static bool is_same_place(const struct applying *p, size_t a, size_t b, int year_a, err *e, bool *out)
{
    int year_b;
    if (!year_of(p, b, &year_b, e)) return false;
    *out = year_a == year_b && str_eq(str_trim(kpi_table_cell(p->table, a, (size_t)p->area)),
                                      str_trim(kpi_table_cell(p->table, b, (size_t)p->area)));
    return true;
}

static bool long_gather(struct applying *p, size_t first, int year, bool *is_done, int names, int values,
                        err *e)
{
    struct figures *f = &p->figures;
    memset(f->is_known, 0, sizeof f->is_known);
    for (size_t i = 0; i < f->name_count; i++) f->fault[i] = (err){0};
    for (size_t row = first; row < p->table->row_count; row++) {
        bool is_same;
        if (!is_same_place(p, first, row, year, e, &is_same)) return false;
        if (!is_same) continue;
        is_done[row] = true;
        for (size_t i = 0; i < f->name_count; i++)
            if (str_eq_nocase(f->names[i], str_trim(kpi_table_cell(p->table, row, (size_t)names))))
                figure_take(f, i, kpi_table_cell(p->table, row, (size_t)values));
    }
    return true;
}

#define LONG_ROWS_MAX 20000

static bool long_apply(struct applying *p, int names, int values, err *e)
{
    bool *is_done = ARENA_ARRAY(p->arena, p->table->row_count + 1, bool);
    if (!is_done) return err_no_memory(e);
    for (size_t row = 0; row < p->table->row_count; row++) {
        const str area = str_trim(kpi_table_cell(p->table, row, (size_t)p->area));
        int year;
        if (is_done[row] || !area.n || !area_is_wanted(area, p->wish->area)) continue;
        if (!year_of(p, row, &year, e) || !long_gather(p, row, year, is_done, names, values, e)) return false;
        for (size_t k = 0; k < p->m->input_count; k++)
            if (!figure_add(p, k, year, area, e)) return false;
    }
    return true;
}

bool kpi_mapping_apply(const struct kpi_mapping *m, const struct kpi_set *s, const struct kpi_table *t,
                       const struct kpi_import_wish *wish, arena *a, struct kpi_import *out, err *e)
{
    struct applying *p = ARENA_NEW(a, struct applying);
    if (!p) return err_no_memory(e);
    *p = (struct applying){.m = m,
                           .set = s,
                           .table = t,
                           .wish = wish,
                           .arena = a,
                           .out = out,
                           .figures = {.mapping = m, .table = t}};
    if (!columns_find(p, e)) return false;
    if (!m->long_name.n) return formulas_parse(p, e) && wide_apply(p, e);
    const int names = kpi_table_column(t, m->long_name), values = kpi_table_column(t, m->long_value);
    if (names < 0 || values < 0)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "there is no column '%.*s' or '%.*s'",
                       STR_ARG(m->long_name), STR_ARG(m->long_value));
    if (t->row_count > LONG_ROWS_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a long table has at most %d rows", LONG_ROWS_MAX);
    return long_names(p, names, e) && formulas_parse(p, e) && long_apply(p, names, values, e);
}
