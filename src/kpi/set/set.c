// SPDX-License-Identifier: EUPL-1.2
#include "kpi/set/set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int kpi_input_find(const struct kpi_set *s, str id)
{
    size_t low = 0, high = s->input_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = str_cmp(s->inputs[s->by_id[middle]].id, id);
        if (order == 0) return s->by_id[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

// The same but for blanks: sources write "ED:1C" and "ED: 1C".
static bool same_id(str a, str b)
{
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.n && a.p[i] == ' ') i++;
        while (k < b.n && b.p[k] == ' ') k++;
        if (i == a.n || k == b.n) return i == a.n && k == b.n;
        if (a.p[i++] != b.p[k++]) return false;
    }
}

const struct kpi_indicator *kpi_indicator_find(const struct kpi_set *s, str id)
{
    for (size_t i = 0; i < s->indicator_count; i++) {
        const struct kpi_indicator *k = &s->indicators[i];
        if (same_id(k->id, id)) return k;
        for (size_t n = 0; n < k->alias_count; n++)
            if (same_id(k->aliases[n], id)) return k;
    }
    return NULL;
}

const struct kpi_point *kpi_point_find(const struct kpi_set *s, str id)
{
    str rest = id, indicator = {0};
    str_cut(&rest, '/', &indicator);
    const struct kpi_indicator *k = kpi_indicator_find(s, indicator);
    if (!k) return NULL;
    if (!rest.n) return k->point_count == 1 ? &k->points[0] : NULL;
    for (size_t i = 0; i < k->point_count; i++)
        if (str_eq(k->points[i].id, rest)) return &k->points[i];
    return NULL;
}

str kpi_point_id(const struct kpi_set *s, const struct kpi_point *p, char out[static KPI_POINT_ID_MAX])
{
    const struct kpi_indicator *k = &s->indicators[p->indicator];
    const bool is_only = k->point_count == 1;
    const int n = snprintf(out, KPI_POINT_ID_MAX, "%.*s%s%.*s", STR_ARG(k->id), is_only ? "" : "/",
                           is_only ? 0 : STR_ARG(p->id));
    return (str){out, n < KPI_POINT_ID_MAX ? (size_t)n : KPI_POINT_ID_MAX - 1};
}

static int find_name(const void *context, str name)
{
    return kpi_input_find(context, name);
}

static const struct kpi_unit *unit_of(const void *context, int input)
{
    const struct kpi_set *s = context;
    return &s->inputs[input].unit;
}

struct kpi_names kpi_set_names(const struct kpi_set *s)
{
    return (struct kpi_names){
        .context = s, .find = find_name, .unit_of = unit_of, .nouns = &s->nouns, .population = s->population};
}

bool kpi_input_convert(const struct kpi_set *s, const struct kpi_input *i, double v, str unit, double *out,
                       err *e)
{
    struct kpi_unit given;
    if (!unit.n || str_eq(unit, i->unit_text)) {
        *out = v;
        return true;
    }
    for (size_t k = 0; k < i->conversion_count; k++) {
        if (!str_eq(i->conversions[k].unit, unit)) continue;
        *out = v * i->conversions[k].factor;
        return true;
    }
    if (!kpi_unit_parse(unit, &s->nouns, &given, e)) return err_within(e, "unit");
    if (!kpi_unit_same_kind(&given, &i->unit))
        return err_set(e, ERR_TYPE, ERR_NOWHERE, "'%.*s' is asked in %.*s; %.*s cannot become that",
                       STR_ARG(i->id), STR_ARG(i->unit_text), STR_ARG(unit));
    *out = v * (given.factor / i->unit.factor);
    return true;
}
