// SPDX-License-Identifier: EUPL-1.2
// The shipped set against what cities published, and scores against the reports' worked examples. SHARE is share/kpi of the checkout.
#include "kpi/result/result.h"

#include "base/file.h"
#include "base/test.h"
#include "kpi/result/published.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static arena *a;
static struct kpi_set *set;
static struct kpi_published_list published;

static bool file_take(const char *path, str *out, err *e)
{
    buf b = {.max = 8 << 20};
    const bool ok = file_read(path, &b, e) && arena_copy(a, buf_str(&b), out);
    buf_free(&b);
    return ok;
}

static int before(void **state)
{
    (void)state;
    err e = {0};
    str text, rows;
    a = arena_new((size_t)256 << 20);
    if (file_take(SHARE "/u4ssc.json", &text, &e) && file_take(SHARE "/published.tsv", &rows, &e) &&
        kpi_set_read(text, a, &set, &e) && kpi_published_read(rows, a, &published, &e))
        return 0;
    print_error("%s (at %zu)\n", e.text, e.at);
    return 1;
}

static int after(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

// ---- A book in memory --------------------------------------------------------------------------------------------

struct made {
    struct kpi_value values[400];
    struct kpi_book book;
    struct kpi_targets targets;
};

static void made_start(struct made *m)
{
    *m = (struct made){.book = {.year = 2020}};
    m->book.values = m->values;
    m->targets = (struct kpi_targets){ARENA_ARRAY(a, set->point_count + 1, struct kpi_target),
                                      ARENA_ARRAY(a, set->point_count + 1, struct kpi_target)};
}

static int by_place(const void *x, const void *y)
{
    const struct kpi_value *v = x, *w = y;
    const int o = str_cmp(v->area, w->area);
    return o ? o : str_cmp(v->input, w->input);
}

static void put(struct made *m, const char *area, str input, double v, kpi_status status)
{
    m->values[m->book.count++] = (struct kpi_value){.year = 2020,
                                                    .area = str_of(area),
                                                    .input = input,
                                                    .status = status,
                                                    .has_number = status != KPI_NOT_APPLICABLE,
                                                    .number = v,
                                                    .capture = NAN};
    qsort(m->values, m->book.count, sizeof m->values[0], by_place);
}

static struct kpi_results results_of(struct made *m)
{
    struct kpi_results r;
    err e;
    const struct kpi_reading reading = {
        .set = set, .book = &m->book, .targets = &m->targets, .area = STR("GM1")};
    assert_true(kpi_results_compute(&reading, a, &r, &e));
    return r;
}

static const struct kpi_result *result_of(const struct kpi_results *r, const char *point)
{
    const struct kpi_point *p = kpi_point_find(set, str_of(point));
    assert_non_null(p);
    return &r->points[p->index];
}

// ---- Published values --------------------------------------------------------------------------------------------

// The value of `p` when the input `solved` is `v` and all others of its formula are chosen freely.
static bool value_with(const struct kpi_point *p, size_t solved, double v, double *out)
{
    struct made m;
    made_start(&m);
    for (size_t i = 0; i < p->formula.input_count; i++)
        put(&m, "GM1", set->inputs[p->formula.inputs[i]].id, i == solved ? v : 94340 + 7 * (double)i,
            KPI_SUBMITTED);
    const struct kpi_results r = results_of(&m);
    *out = r.points[p->index].value;
    return r.points[p->index].has_value;
}

// Inputs that a city with this value could have had: solved for one input in which the formula is linear.
static void inputs_for(struct made *m, const struct kpi_point *p, double wanted)
{
    const struct kpi_formula *f = &p->formula;
    double at[3];
    size_t solved = 0;
    for (; solved < f->input_count; solved++) {
        bool has_all = true;
        for (int k = 0; k < 3; k++) has_all = has_all && value_with(p, solved, k, &at[k]);
        if (has_all && at[1] != at[0] && fabs(at[2] - 2 * at[1] + at[0]) < 1e-9 * fabs(at[1] - at[0])) break;
    }
    assert_true(solved < f->input_count || f->input_count == 0);
    for (size_t i = 0; i < f->input_count; i++)
        put(m, "GM1", set->inputs[f->inputs[i]].id,
            i == solved ? (wanted - at[0]) / (at[1] - at[0]) : 94340 + 7 * (double)i, KPI_SUBMITTED);
}

static int decimals_of(str printed)
{
    size_t at;
    return str_find(printed, STR("."), &at) ? (int)(printed.n - at - 1) : 0;
}

static void check_reported(const struct kpi_published *v, const struct kpi_point *p)
{
    struct made m;
    double wanted;
    assert_true(kpi_published_number(v, &wanted));
    made_start(&m);
    inputs_for(&m, p, wanted);
    const struct kpi_results r = results_of(&m);
    assert_int_equal(r.points[p->index].state, KPI_STATE_REPORTED);
    buf b = {.max = 100};
    if (p->unit.is_claim)
        buf_add(&b, r.points[p->index].value != 0 ? STR("Yes") : STR("No"));
    else
        buf_print(&b, "%.*f", decimals_of(v->value), r.points[p->index].value);
    if (!str_eq(buf_str(&b), v->value))
        fail_msg("%.*s %.*s: %.*s is not %.*s", STR_ARG(v->city), STR_ARG(v->indicator), STR_ARG(buf_str(&b)),
                 STR_ARG(v->value));
    assert_true(decimals_of(v->value) <= p->decimals);  // no published digit is lost in print
    buf_free(&b);
}

static void check_not_verified(const struct kpi_point *p)
{
    struct made m;
    made_start(&m);
    for (size_t i = 0; i < p->formula.input_count; i++)
        put(&m, "GM1", set->inputs[p->formula.inputs[i]].id, 1, KPI_REJECTED);
    const struct kpi_results r = results_of(&m);
    assert_int_equal(r.points[p->index].state, KPI_STATE_NOT_VERIFIED);
    assert_false(r.points[p->index].has_value);
    assert_int_equal(r.data_points.reported, 1);
    assert_int_equal(r.data_points.verified, 0);
}

// With the other points of its indicator given, the indicator is partial, or not there when it has no other.
static void check_not_reported(const struct kpi_point *p)
{
    struct made m;
    made_start(&m);
    const struct kpi_indicator *k = &set->indicators[p->indicator];
    for (size_t i = 0; i < k->point_count; i++)
        for (size_t n = 0; n < k->points[i].formula.input_count; n++) {
            const str id = set->inputs[k->points[i].formula.inputs[n]].id;
            const bool is_own = &k->points[i] == p && n == 0;
            if (!is_own && !kpi_book_find(&m.book, STR("GM1"), id)) put(&m, "GM1", id, 10, KPI_SUBMITTED);
        }
    const struct kpi_results r = results_of(&m);
    assert_int_equal(r.points[p->index].state, KPI_STATE_MISSING);
    assert_int_equal(kpi_indicator_extent(&r, k, KPI_STATE_REPORTED),
                     k->point_count > 1 ? KPI_PARTIAL : KPI_NONE);
}

static void check_conversion(const struct kpi_published *v)
{
    str rest = v->point, gas, one, unit;
    double wanted, got;
    char id[16];
    err e;
    str_cut(&rest, ' ', &gas);
    str_cut(&rest, ' ', &one);
    str_cut(&rest, ' ', &unit);
    snprintf(id, sizeof id, "aq_%.*s", STR_ARG(gas));
    assert_true(kpi_published_number(v, &wanted));
    assert_true(kpi_input_convert(set, &set->inputs[kpi_input_find(set, str_of(id))], 1, unit, &got, &e));
    assert_float_equal(got, wanted, 1e-9);
}

static void check_scoring(const struct kpi_published *v)
{
    struct kpi_score s = {0};
    double wanted;
    assert_true(str_starts(v->point, STR("points ")));
    str rest = str_slice(v->point, 7, v->point.n), one;
    while (str_cut(&rest, ',', &one)) {
        double points;
        if (!num_parse_double(one, &points, NULL)) continue;  // "not reported" is left out of both sums
        s.points += (int)points;
        s.count++;
    }
    assert_true(kpi_published_number(v, &wanted));
    assert_float_equal(kpi_score_percent(s), wanted, 1e-9);
}

TEST(every_published_value_comes_out_as_printed)
{
    size_t held = 0;
    for (size_t i = 0; i < published.count; i++) {
        const struct kpi_published *v = &published.all[i];
        const bool is_kpi = str_eq(v->kind, STR("kpi"));
        const struct kpi_point *p = is_kpi ? kpi_published_point(set, v) : NULL;
        if (is_kpi && !p) fail_msg("no data point %.*s %.*s", STR_ARG(v->indicator), STR_ARG(v->point));
        if (is_kpi && str_eq(v->status, STR("reported")))
            check_reported(v, p);
        else if (is_kpi && str_eq(v->status, STR("not verified")))
            check_not_verified(p);
        else if (is_kpi)
            check_not_reported(p);
        else if (str_eq(v->kind, STR("conversion")))
            check_conversion(v);
        else
            check_scoring(v);
        held++;
    }
    assert_int_equal(held, 87);
}

// ---- The set -----------------------------------------------------------------------------------------------------

TEST(the_set_is_whole)
{
    size_t core = 0;
    for (size_t i = 0; i < set->indicator_count; i++) core += str_eq(set->indicators[i].kind, STR("core"));
    assert_int_equal(set->indicator_count, 91);
    assert_int_equal(set->point_count, 112);
    assert_int_equal(set->input_count, 148);
    assert_int_equal(core, 55);  // counted from the codes: spec kpi.md section 1
    for (size_t i = 0; i < set->input_count; i++)
        for (language l = 0; l < LANGUAGE_COUNT; l++) assert_true(set->inputs[i].definition.in[l].n > 10);
}

TEST(an_id_is_found_with_and_without_blanks_and_by_its_alias)
{
    assert_ptr_equal(kpi_indicator_find(set, STR("SC:EH:ED:1C")),
                     kpi_indicator_find(set, STR("SC: EH: ED: 1C")));
    assert_ptr_equal(kpi_indicator_find(set, STR("SC: EH: H: 6A")),
                     kpi_indicator_find(set, STR("SC: EH: ED: 5A")));
    assert_non_null(kpi_indicator_find(set, STR("SC: EH: H: 6A")));
    assert_null(kpi_point_find(set, STR("EN:EN:AQ:1C")));  // has five
}

// ---- Scores ------------------------------------------------------------------------------------------------------

TEST(the_lower_edge_belongs_to_the_class)
{
    assert_int_equal(kpi_points(-20), 1);
    assert_int_equal(kpi_points(32.999999), 1);
    assert_int_equal(kpi_points(33), 2);
    assert_int_equal(kpi_points(65.999), 2);
    assert_int_equal(kpi_points(66), 3);
    assert_int_equal(kpi_points(94.999), 3);
    assert_int_equal(kpi_points(95), 4);
    assert_true(isnan(kpi_score_percent((struct kpi_score){0, 0})));
}

TEST(a_falling_point_is_scored_from_its_worst_value)
{
    const struct kpi_benchmark unemployment = {.worst = 20, .target = 0};
    err e;
    assert_float_equal(kpi_share(5, unemployment), 75, 1e-9);
    assert_float_equal(kpi_share(25, unemployment), -25, 1e-9);
    assert_false(kpi_benchmark_check((struct kpi_benchmark){3, 3}, &e));
}

TEST(points_are_added_upward_and_averages_never_averaged)
{
    struct made m;
    made_start(&m);
    put(&m, "GM1", STR("households"), 100, KPI_VERIFIED);
    put(&m, "GM1", STR("households_with_internet"), 90, KPI_VERIFIED);  // 90 % of the target: 3 points
    put(&m, "GM1", STR("water_meters"), 100, KPI_SUBMITTED);
    put(&m, "GM1", STR("smart_water_meters"), 10, KPI_SUBMITTED);  // 1 point
    put(&m, "GM1", STR("plan_compact"), 1, KPI_SUBMITTED);         // 4 points, no benchmark needed
    put(&m, "GM1", STR("unemployed"), 1, KPI_REJECTED);            // not scored
    put(&m, "GM1", STR("labour_force"), 100, KPI_VERIFIED);
    const char *const scored[] = {"EC:ICT:ICT:1C", "EC:ICT:WS:1C", "EC:P:EM:1C"};
    for (int i = 0; i < 3; i++)
        m.targets.benchmark[kpi_point_find(set, str_of(scored[i]))->index] = (struct kpi_target){
            .is_given = true, .scale = {0, 100}};
    const struct kpi_results r = results_of(&m);
    assert_int_equal(r.score.points, 8);
    assert_int_equal(r.score.count, 3);
    for (size_t g = 0; g < set->group_count; g++) {
        if (str_eq(set->groups[g].id, STR("EC/ICT")))
            assert_float_equal(kpi_score_percent(r.groups[g]), 50, 1e-9);
        if (str_eq(set->groups[g].id, STR("EC/P"))) assert_int_equal(r.groups[g].count, 0);
        if (str_eq(set->groups[g].id, STR("EC")))
            assert_float_equal(kpi_score_percent(r.groups[g]), 100.0 * 8 / 12, 1e-9);
    }
    assert_int_equal(result_of(&r, "EC:ICT:ICT:1C")->state, KPI_STATE_VERIFIED);
    assert_int_equal(r.indicators.reported, 3);  // the rejected one counts, the five plans are partial
    assert_int_equal(r.indicators.partial, 1);
}

TEST(a_formula_is_shown_filled_in_and_missing_inputs_are_named)
{
    struct made m;
    made_start(&m);
    put(&m, "GM1", STR("households"), 24310, KPI_SUBMITTED);
    const struct kpi_reading reading = {
        .set = set, .book = &m.book, .targets = &m.targets, .area = STR("GM1")};
    const struct kpi_filling filling = {&reading, LANGUAGE_NL};
    const struct kpi_point *p = kpi_point_find(set, STR("EC:ICT:ICT:1C"));
    buf b = {.max = 1000};
    kpi_formula_fill(p, &filling, &b);
    assert_str(buf_str(&b), "100 × ? / 24.310");
    buf_free(&b);
    const struct kpi_results r = results_of(&m);
    assert_int_equal(r.points[p->index].missing_count, 1);
    assert_str(set->inputs[r.points[p->index].missing[0]].id, "households_with_internet");
}

TEST(a_result_of_the_town_itself_stands_before_the_computed_one)
{
    struct made m;
    made_start(&m);
    put(&m, "GM1", STR("=EC:P:EM:1C"), 3.4, KPI_SUBMITTED);
    put(&m, "GM1", STR("unemployed"), 5, KPI_SUBMITTED);
    put(&m, "GM1", STR("labour_force"), 100, KPI_SUBMITTED);
    const struct kpi_results r = results_of(&m);
    const struct kpi_result *x = result_of(&r, "EC:P:EM:1C");
    assert_true(x->is_override);
    assert_float_equal(x->value, 3.4, 1e-9);
    assert_float_equal(x->computed, 5, 1e-9);
}

RUN_WITH(before, after, CASE(every_published_value_comes_out_as_printed), CASE(the_set_is_whole),
         CASE(an_id_is_found_with_and_without_blanks_and_by_its_alias),
         CASE(the_lower_edge_belongs_to_the_class), CASE(a_falling_point_is_scored_from_its_worst_value),
         CASE(points_are_added_upward_and_averages_never_averaged),
         CASE(a_formula_is_shown_filled_in_and_missing_inputs_are_named),
         CASE(a_result_of_the_town_itself_stands_before_the_computed_one))
