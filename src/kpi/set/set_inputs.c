// SPDX-License-Identifier: EUPL-1.2
// Nouns and inputs of a set's file.
#include "kpi/set/reader.h"
#include "model/quantity.h"

#include <math.h>
#include <stdlib.h>

// ---- Nouns, inputs -----------------------------------------------------------------------------------------------

bool nouns_read(struct reading *r, const json *root)
{
    const json *list;
    size_t count;
    if (!list_read(r, root, "nouns", true, KPI_NOUNS_MAX, &list, &count)) return false;
    for (const json *n = list->first; n; n = n->next) {
        if (n->type != JSON_TEXT || !is_id(n->text, ""))
            return err_set(r->e, ERR_TYPE, n->at, "a noun is a text of letters, such as \"household\"");
        r->set->nouns.names[r->set->nouns.count++] = n->text;
    }
    return true;
}

static bool conversions_read(struct reading *r, const json *j, struct kpi_input *i)
{
    const json *list = json_get(j, STR("conversions"));
    if (!list) return true;
    if (!json_need(j, STR("conversions"), JSON_OBJECT, &list, r->e)) return false;
    i->conversions = ROOM(r, list->count, struct kpi_conversion);
    if (!i->conversions) return false;
    for (const json *c = list->first; c; c = c->next) {
        double factor = 0;
        if (c->type != JSON_NUMBER || !num_parse_double(c->text, &factor, NULL) || factor == 0)
            return err_set(r->e, ERR_TYPE, c->at, "a conversion is a number other than zero");
        i->conversions[i->conversion_count++] = (struct kpi_conversion){c->key, factor};
    }
    return true;
}

static const str measure_names[KPI_MEASURE_COUNT] = {
    [KPI_MEASURE_MEAN] = {"mean", 4},        [KPI_MEASURE_SUM] = {"sum", 3},
    [KPI_MEASURE_DAYS] = {"days-above", 10}, [KPI_MEASURE_STOCK] = {"stock", 5},
    [KPI_MEASURE_USE] = {"use", 3},          [KPI_MEASURE_EXPOSED] = {"exposed", 7}};

static bool how_read(struct reading *r, const json *m, kpi_measure *out)
{
    const json *how;
    if (!json_need(m, STR("statistic"), JSON_TEXT, &how, r->e)) return false;
    for (*out = 0; *out < KPI_MEASURE_COUNT; ++*out)
        if (str_eq(measure_names[*out], how->text)) return true;
    return err_set(r->e, ERR_UNKNOWN, how->at,
                   "\"statistic\" is \"mean\", \"sum\", \"days-above\", \"stock\", \"use\" or \"exposed\"");
}

static bool sensing_read(struct reading *r, const json *m, const struct kpi_input *i, struct kpi_sensing *out)
{
    double converted;
    const json *unit = json_get(m, STR("unit"));
    if (m->type != JSON_OBJECT) return err_set(r->e, ERR_TYPE, m->at, "\"measured\" holds objects");
    if (!need_id(r, m, "quantity", "", &out->quantity) || !how_read(r, m, &out->how) ||
        !number_read(r, m, "above", 0, &out->above) || !number_read(r, m, "lden", INFINITY, &out->lden) ||
        !number_read(r, m, "lnight", INFINITY, &out->lnight))
        return false;
    if (!quantity_by_key(out->quantity))
        return err_set(r->e, ERR_UNKNOWN, json_get(m, STR("quantity"))->at, "peil measures no '%.*s'",
                       STR_ARG(out->quantity));
    if (out->how == KPI_MEASURE_DAYS && !json_get(m, STR("above")))
        return err_set(r->e, ERR_MISSING, m->at, "\"days-above\" needs \"above\"");
    if (out->how == KPI_MEASURE_EXPOSED && !json_get(m, STR("lden")) && !json_get(m, STR("lnight")))
        return err_set(r->e, ERR_MISSING, m->at, "\"exposed\" needs \"lden\" or \"lnight\"");
    if (!unit) return true;
    if (!json_need(m, STR("unit"), JSON_TEXT, &unit, r->e)) return false;
    out->unit = unit->text;
    return kpi_input_convert(r->set, i, 1, unit->text, &converted, r->e) || inside(r, unit, "\"unit\"");
}

static bool sensings_read(struct reading *r, const json *j, struct kpi_input *i)
{
    const json *m = json_get(j, STR("measured"));
    if (!m) return true;
    const bool is_list = m->type == JSON_ARRAY;
    const size_t count = is_list ? m->count : 1;
    if (count == 0 || count > KPI_SENSINGS_MAX)
        return err_set(r->e, ERR_LIMIT, m->at, "\"measured\" has 1 to %d ways", KPI_SENSINGS_MAX);
    if (!(i->sensings = ROOM(r, count, struct kpi_sensing))) return false;
    for (const json *one = is_list ? m->first : m; one; one = is_list ? one->next : NULL)
        if (!sensing_read(r, one, i, &i->sensings[i->sensing_count++])) return false;
    return i->can_be_measured = true;
}

static bool input_read(struct reading *r, const json *j, struct kpi_input *i)
{
    i->part_of = -1;
    if (j->type != JSON_OBJECT) return err_set(r->e, ERR_TYPE, j->at, "an input is an object");
    i->source = json_text(j, STR("source"));
    i->department = json_text(j, STR("department"));
    i->is_whole = flag_read(j, "whole", false);
    i->can_be_measured = flag_read(j, "sensor", false);
    return need_id(r, j, "id", "", &i->id) && text_read(r, j, "name", true, &i->name) &&
           text_read(r, j, "definition", true, &i->definition) &&
           unit_read(r, j, &i->unit_text, &i->unit, &i->unit_label) &&
           number_read(r, j, "least", 0, &i->least) && number_read(r, j, "most", INFINITY, &i->most) &&
           conversions_read(r, j, i) && sensings_read(r, j, i);
}

static int by_input_id(const void *a, const void *b, void *context)
{
    const struct kpi_set *s = context;
    return str_cmp(s->inputs[*(const int *)a].id, s->inputs[*(const int *)b].id);
}

static bool inputs_sort(struct reading *r, const json *list)
{
    struct kpi_set *s = r->set;
    if (!(s->by_id = ROOM(r, s->input_count, int))) return false;
    for (size_t i = 0; i < s->input_count; i++) s->by_id[i] = (int)i;
    qsort_r(s->by_id, s->input_count, sizeof *s->by_id, by_input_id, s);
    for (size_t i = 1; i < s->input_count; i++)
        if (str_eq(s->inputs[s->by_id[i - 1]].id, s->inputs[s->by_id[i]].id))
            return err_set(r->e, ERR_CONFLICT, list->at, "two inputs have the id '%.*s'",
                           STR_ARG(s->inputs[s->by_id[i]].id));
    return true;
}

static bool parts_read(struct reading *r, const json *list)
{
    struct kpi_input *i = r->set->inputs;
    for (const json *j = list->first; j; j = j->next, i++) {
        const json *whole = json_get(j, STR("part_of"));
        if (!whole) continue;
        if (!json_need(j, STR("part_of"), JSON_TEXT, &whole, r->e)) return false;
        i->part_of = kpi_input_find(r->set, whole->text);
        if (i->part_of < 0)
            return err_set(r->e, ERR_UNKNOWN, whole->at, "'%.*s' is part of '%.*s', which is no input",
                           STR_ARG(i->id), STR_ARG(whole->text));
        const struct kpi_input *w = &r->set->inputs[i->part_of];
        if (!kpi_unit_same_kind(&i->unit, &w->unit) || !kpi_unit_same_scale(&i->unit, &w->unit))
            return err_set(r->e, ERR_TYPE, whole->at,
                           "'%.*s' (%.*s) cannot be part of '%.*s' (%.*s): other units", STR_ARG(i->id),
                           STR_ARG(i->unit_text), STR_ARG(w->id), STR_ARG(w->unit_text));
    }
    return true;
}

bool inputs_read(struct reading *r, const json *root)
{
    const json *list;
    struct kpi_set *s = r->set;
    size_t count;
    if (!list_read(r, root, "inputs", true, KPI_INPUTS_MAX, &list, &count)) return false;
    if (!(s->inputs = ROOM(r, count, struct kpi_input))) return false;
    for (const json *j = list->first; j; j = j->next)
        if (!input_read(r, j, &s->inputs[s->input_count++]))
            return err_within(r->e, "input %zu", s->input_count);
    if (!inputs_sort(r, list) || !parts_read(r, list)) return false;
    const json *population = json_get(root, STR("population"));
    s->population = population ? kpi_input_find(s, population->text) : -1;
    if (population && s->population < 0)
        return err_set(r->e, ERR_UNKNOWN, population->at, "\"population\" names no input");
    for (size_t i = 0; i < s->input_count && s->population < 0; i++)
        for (size_t k = 0; k < s->inputs[i].sensing_count; k++)
            if (s->inputs[i].sensings[k].how == KPI_MEASURE_EXPOSED)
                return err_set(r->e, ERR_MISSING, root->at,
                               "'%.*s' counts people by \"exposed\": the set needs \"population\"",
                               STR_ARG(s->inputs[i].id));
    return true;
}
