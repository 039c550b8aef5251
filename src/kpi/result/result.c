// SPDX-License-Identifier: EUPL-1.2
#include "kpi/result/result.h"

#include <math.h>
#include <stdio.h>

static const str state_names[KPI_STATE_COUNT] = {[KPI_STATE_MISSING] = {"missing", 7},
                                                 [KPI_STATE_UNDEFINED] = {"undefined", 9},
                                                 [KPI_STATE_NOT_APPLICABLE] = {"not-applicable", 14},
                                                 [KPI_STATE_NOT_VERIFIED] = {"not-verified", 12},
                                                 [KPI_STATE_REPORTED] = {"reported", 8},
                                                 [KPI_STATE_VERIFIED] = {"verified", 8}};

str kpi_state_name(kpi_state s)
{
    return state_names[s];
}

// ---- One data point ----------------------------------------------------------------------------------------------

static const struct kpi_value *value_of(const struct kpi_reading *r, str area, str input)
{
    const struct kpi_value *v = kpi_book_find(r->book, area, input);
    return v && (v->status != KPI_DRAFT || r->with_drafts) ? v : NULL;
}

static struct kpi_known known(const struct kpi_value *v)
{
    return (struct kpi_known){v && v->has_number, v ? v->number : 0};
}

static struct kpi_known input_value(const void *context, int input)
{
    const struct kpi_reading *r = context;
    return known(value_of(r, r->area, r->set->inputs[input].id));
}

// The areas below, all of them: a sum with a hole in it would pass for the whole.
static struct kpi_known input_sum(const void *context, int input)
{
    const struct kpi_reading *r = context;
    struct kpi_known sum = {.is_known = r->below_count > 0};
    for (size_t i = 0; i < r->below_count && sum.is_known; i++) {
        const struct kpi_known k = known(value_of(r, r->below[i], r->set->inputs[input].id));
        sum.is_known = k.is_known;
        sum.value += k.value;
    }
    return sum;
}

static kpi_state state_of_value(const struct kpi_value *v)
{
    switch (v->status) {
    case KPI_VERIFIED: return KPI_STATE_VERIFIED;
    case KPI_REJECTED: return KPI_STATE_NOT_VERIFIED;
    case KPI_NOT_APPLICABLE: return KPI_STATE_NOT_APPLICABLE;
    case KPI_DRAFT:
    case KPI_SUBMITTED:
    case KPI_STATUS_COUNT: break;
    }
    return KPI_STATE_REPORTED;
}

// The weakest of the inputs says how far the result can be trusted.
static void weaken(struct kpi_result *x, const struct kpi_value *v)
{
    const kpi_state s = state_of_value(v);
    if (s < x->state) x->state = s;
    if (v->method > x->method) x->method = v->method;
    x->is_measured = x->is_measured || v->origin == KPI_BY_SENSORS;
    x->is_demo = x->is_demo || v->is_demo;
}

static void inputs_look(const struct kpi_reading *r, struct kpi_result *x)
{
    const struct kpi_formula *f = &x->point->formula;
    x->state = KPI_STATE_VERIFIED;
    for (size_t i = 0; i < f->input_count; i++) {
        const struct kpi_value *v = value_of(r, r->area, r->set->inputs[f->inputs[i]].id);
        if (v)
            weaken(x, v);
        else
            x->missing[x->missing_count++] = f->inputs[i];
    }
}

static void take_override(const struct kpi_reading *r, struct kpi_result *x)
{
    char id[KPI_POINT_ID_MAX], name[KPI_POINT_ID_MAX + 1];
    const str point = kpi_point_id(r->set, x->point, id);
    const int n = snprintf(name, sizeof name, "=%.*s", STR_ARG(point));
    const struct kpi_value *v = value_of(r, r->area, (str){name, (size_t)n});
    if (!v) return;
    x->state = KPI_STATE_VERIFIED;
    x->method = KPI_BY_MEASUREMENT;
    weaken(x, v);
    x->is_override = true;
    x->has_value = v->has_number;
    x->value = v->number;
}

static void score(const struct kpi_reading *r, struct kpi_result *x)
{
    const struct kpi_target *t = &r->targets->benchmark[x->point->index];
    const bool is_claim = x->point->unit.is_claim;
    if (!x->has_value || !x->point->is_scored || (!t->is_given && !is_claim)) return;
    if (x->state != KPI_STATE_REPORTED && x->state != KPI_STATE_VERIFIED) return;
    x->share = is_claim ? 100 * x->value : kpi_share(x->value, t->scale);
    x->points = kpi_points(x->share);
    x->is_scored = true;
}

static void point_compute(const struct kpi_reading *r, struct kpi_result *x)
{
    const struct kpi_source from = {r, input_value, input_sum};
    inputs_look(r, x);
    const kpi_outcome got = kpi_formula_compute(&x->point->formula, &from, &x->computed);
    x->has_computed = got == KPI_COMPUTED;
    if (got == KPI_COMPUTED) {
        x->missing_count = 0;  // a branch that was not taken needs nothing
        x->has_value = true;
        x->value = x->computed;
    } else if (got == KPI_UNDEFINED) {
        x->state = KPI_STATE_UNDEFINED;
    } else if (x->missing_count || x->state == KPI_STATE_VERIFIED || x->state == KPI_STATE_REPORTED) {
        x->state = KPI_STATE_MISSING;
    }
    take_override(r, x);
    if (x->state == KPI_STATE_NOT_VERIFIED && !r->with_drafts) x->has_value = false;
    score(r, x);
}

// ---- All of them -------------------------------------------------------------------------------------------------

static void group_add(struct kpi_results *out, const struct kpi_set *s, const struct kpi_result *x)
{
    if (!x->is_scored) return;
    for (int g = s->indicators[x->point->indicator].group; g >= 0; g = s->groups[g].parent) {
        out->groups[g].points += x->points;
        out->groups[g].count++;
    }
    out->score.points += x->points;
    out->score.count++;
}

static bool is_reported(kpi_state s)
{
    return s == KPI_STATE_REPORTED || s == KPI_STATE_VERIFIED || s == KPI_STATE_NOT_VERIFIED;
}

kpi_extent kpi_indicator_extent(const struct kpi_results *r, const struct kpi_indicator *k,
                                kpi_state at_least)
{
    size_t there = 0;
    for (size_t i = 0; i < k->point_count; i++) {
        const kpi_state s = r->points[k->points[i].index].state;
        there += at_least == KPI_STATE_VERIFIED ? s == KPI_STATE_VERIFIED : is_reported(s);
    }
    return there == 0 ? KPI_NONE : there < k->point_count ? KPI_PARTIAL : KPI_WHOLE;
}

static void tally(struct kpi_results *out, const struct kpi_set *s)
{
    for (size_t i = 0; i < s->point_count; i++) {
        out->data_points.reported += is_reported(out->points[i].state);
        out->data_points.verified += out->points[i].state == KPI_STATE_VERIFIED;
    }
    out->data_points.all = s->point_count;
    for (size_t i = 0; i < s->indicator_count; i++) {
        const kpi_extent reported = kpi_indicator_extent(out, &s->indicators[i], KPI_STATE_REPORTED);
        out->indicators.reported += reported == KPI_WHOLE;
        out->indicators.partial += reported == KPI_PARTIAL;
        out->indicators.verified += kpi_indicator_extent(out, &s->indicators[i], KPI_STATE_VERIFIED) ==
                                    KPI_WHOLE;
    }
    out->indicators.all = s->indicator_count;
}

bool kpi_results_compute(const struct kpi_reading *r, arena *a, struct kpi_results *out, err *e)
{
    const struct kpi_set *s = r->set;
    struct kpi_results all = {.year = r->book->year,
                              .area = r->area,
                              .points = ARENA_ARRAY(a, s->point_count + 1, struct kpi_result),
                              .groups = ARENA_ARRAY(a, s->group_count + 1, struct kpi_score)};
    if (!all.points || !all.groups) return err_no_memory(e);
    for (size_t i = 0; i < s->point_count; i++) {
        all.points[i].point = s->points[i];
        point_compute(r, &all.points[i]);
        group_add(&all, s, &all.points[i]);
    }
    tally(&all, s);
    *out = all;
    return true;
}

// ---- Formulas filled in ------------------------------------------------------------------------------------------

void kpi_number_write(buf *out, language l, double v, int decimals, bool is_exact)
{
    char plain[400];
    int n = snprintf(plain, sizeof plain, "%.*f", decimals, fabs(v));
    int whole = 0;
    while (whole < n && plain[whole] != '.') whole++;
    while (is_exact && n > whole && (plain[n - 1] == '0' || plain[n - 1] == '.')) n--;
    bool is_zero = true;
    for (int i = 0; i < n; i++) is_zero = is_zero && (plain[i] == '0' || plain[i] == '.');
    if (v < 0 && !is_zero) BUF_LIT(out, "−");
    for (int i = 0; i < whole; i++) {
        buf_add_char(out, plain[i]);
        if (whole - 1 - i > 0 && (whole - 1 - i) % 3 == 0) buf_add_char(out, l == LANGUAGE_NL ? '.' : ',');
    }
    if (n <= whole) return;
    buf_add_char(out, l == LANGUAGE_NL ? ',' : '.');
    buf_add(out, (str){plain + whole + 1, (size_t)(n - whole - 1)});
}

// What was not accepted is not shown by the back door of the formula either.
static bool is_withheld(const struct kpi_reading *r, int input)
{
    const struct kpi_value *v = value_of(r, r->area, r->set->inputs[input].id);
    return v && v->status == KPI_REJECTED;
}

static void fill_leaf(buf *out, int input, bool is_sum, void *context)
{
    const struct kpi_filling *f = context;
    struct kpi_known k = is_sum ? input_sum(f->reading, input) : input_value(f->reading, input);
    if (!f->reading->with_drafts && is_withheld(f->reading, input)) k.is_known = false;
    if (k.is_known && f->reading->set->inputs[input].unit.is_claim)
        buf_add(out, f->language == LANGUAGE_NL ? (k.value != 0 ? STR("ja") : STR("nee"))
                                                : (k.value != 0 ? STR("yes") : STR("no")));
    else if (k.is_known)
        kpi_number_write(out, f->language, k.value, 4, true);
    else
        buf_add_char(out, '?');
}

static void fill_number(buf *out, double v, void *context)
{
    const struct kpi_filling *f = context;
    kpi_number_write(out, f->language, v, 6, true);
}

void kpi_formula_fill(const struct kpi_point *p, const struct kpi_filling *f, buf *out)
{
    struct kpi_filling copy = *f;
    const struct kpi_print how = {fill_leaf, fill_number, &copy};
    kpi_formula_print(&p->formula, out, &how);
}

struct naming {
    const struct kpi_set *set;
    language language;
};

static void name_leaf(buf *out, int input, bool is_sum, void *context)
{
    const struct naming *n = context;
    if (is_sum) BUF_LIT(out, "Σ ");
    buf_add(out, n->set->inputs[input].name.in[n->language]);
}

static void name_number(buf *out, double v, void *context)
{
    const struct naming *n = context;
    kpi_number_write(out, n->language, v, 6, true);
}

void kpi_formula_names(const struct kpi_set *s, const struct kpi_point *p, language l, buf *out)
{
    struct naming n = {s, l};
    const struct kpi_print how = {name_leaf, name_number, &n};
    kpi_formula_print(&p->formula, out, &how);
}
