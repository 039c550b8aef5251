// SPDX-License-Identifier: EUPL-1.2
#include "kpi/set/formula.h"

#include "base/test.h"

#include <stdlib.h>
#include <string.h>

// A town of eight inputs; the units are what the tests are about.
static const char *const ids[] = {"people", "homes", "money", "km_a", "m_b", "water", "plan", "bulbs"};
static const char *const unit_texts[] = {"person", "home",    "EUR/year", "km",
                                         "m",      "m3/year", "yes/no",   "bulb"};
static const double values[] = {25000, 12000, 5e8, 3, 500, 1460000, 1, 30};
static struct kpi_nouns nouns = {{{"person", 6}, {"home", 4}, {"bulb", 4}}, 3};
static struct kpi_unit units[8];
static arena *a;

static int find(const void *context, str name)
{
    (void)context;
    for (int i = 0; i < 8; i++)
        if (str_eq(str_of(ids[i]), name)) return i;
    return -1;
}

static const struct kpi_unit *unit_of(const void *context, int input)
{
    (void)context;
    return &units[input];
}

static struct kpi_known value(const void *context, int input)
{
    return (struct kpi_known){!context || *(const int *)context != input, values[input]};
}

static struct kpi_known sum(const void *context, int input)
{
    (void)context;
    return (struct kpi_known){true, 10 * values[input]};
}

static const struct kpi_names names = {.find = find, .unit_of = unit_of, .nouns = &nouns, .population = 0};

static int before(void **state)
{
    (void)state;
    err e;
    a = arena_new(1 << 22);
    for (int i = 0; i < 8; i++)
        if (!kpi_unit_parse(str_of(unit_texts[i]), &nouns, &units[i], &e)) return 1;
    return 0;
}

static int after(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static double computed(const char *text, const char *unit)
{
    struct kpi_formula f;
    struct kpi_unit wanted;
    err e = {0};
    double v = -1;
    const struct kpi_source from = {NULL, value, sum};
    const bool ok = kpi_formula_parse(str_of(text), &names, a, &f, &e) &&
                    kpi_unit_parse(str_of(unit), &nouns, &wanted, &e) &&
                    kpi_formula_check(&f, &wanted, &names, &e);
    if (!ok) fail_msg("%s: %s", text, e.text);
    assert_int_equal(kpi_formula_compute(&f, &from, &v), KPI_COMPUTED);
    return v;
}

// The sentence that refuses it, and where.
static const char *refused(const char *text, const char *unit, size_t *at)
{
    static err e;
    struct kpi_formula f;
    struct kpi_unit wanted;
    e = (err){0};
    const bool ok = kpi_formula_parse(str_of(text), &names, a, &f, &e) &&
                    kpi_unit_parse(str_of(unit), &nouns, &wanted, &e) &&
                    kpi_formula_check(&f, &wanted, &names, &e);
    if (ok) fail_msg("%s was taken", text);
    if (at) *at = e.at;
    return e.text;
}

static void assert_says(const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("'%s' does not say '%s'", text, part);
}

TEST(formulas_compute_by_the_rules_of_arithmetic)
{
    assert_float_equal(computed("100 * (people - factor(2) * people / factor(4)) / people", "%"), 50, 1e-9);
    assert_float_equal(computed("1000 * water / 365 / people", "L/day/person"), 160,
                       1e-9);  // 1.46 million m3
    assert_float_equal(computed("100000 * bulbs / people", "bulb/100000 person"), 120, 1e-9);
    assert_float_equal(computed("per_100000(bulbs)", "bulb/100000 person"), 120, 1e-9);
    assert_float_equal(computed("per_capita(money)", "EUR/year/person"), 20000, 1e-9);
    assert_float_equal(computed("sum(bulbs)", "bulb"), 300, 1e-9);
    assert_float_equal(computed("-(bulbs - factor(2) * factor(0.5) * bulbs * factor(3) / factor(6))", "bulb"),
                       -15, 1e-9);
}

TEST(conditions_choose_and_need_only_what_they_take)
{
    const int without_money = 2;
    const struct kpi_source from = {&without_money, value, sum};
    struct kpi_formula f;
    err e;
    double v;
    assert_true(kpi_formula_parse(STR("if(people > 0, bulbs / people, money / people * bulbs / money)"),
                                  &names, a, &f, &e));
    assert_int_equal(kpi_formula_compute(&f, &from, &v), KPI_COMPUTED);
    assert_float_equal(v, 30.0 / 25000, 1e-12);
    assert_true(kpi_formula_parse(STR("if(people < 0, bulbs, money * bulbs / money)"), &names, a, &f, &e));
    assert_int_equal(kpi_formula_compute(&f, &from, &v), KPI_MISSING);
    assert_true(kpi_formula_parse(STR("bulbs / (people - people)"), &names, a, &f, &e));
    assert_int_equal(kpi_formula_compute(&f, &from, &v), KPI_UNDEFINED);
    assert_float_equal(computed("if(and(plan, not(people <= 10)), 100 * bulbs / bulbs, 0)", "%"), 100, 1e-9);
}

TEST(what_has_another_unit_is_never_added)
{
    size_t at;
    assert_says(refused("people + money", "person", &at), "cannot add person and 3.17098e-08 EUR/s");
    assert_int_equal(at, 7);
    assert_says(refused("km_a + m_b", "m", NULL), "cannot add 1000 m and m");
    assert_says(refused("people + 1", "person", NULL), "cannot add person and a plain number");
    assert_says(refused("people < homes", "yes/no", NULL), "cannot compare person and home");
    assert_says(refused("plan + 1", "1", NULL), "yes or no");
    assert_says(refused("if(people, 1, 2)", "1", NULL), "expected a claim");
    assert_float_equal(computed("1000 * km_a + m_b", "m"), 3500, 1e-9);  // 1000 * km are metres
}

TEST(a_forgotten_factor_is_named)
{
    assert_says(refused("bulbs / bulbs", "%", NULL), "multiply by 100");
    assert_says(refused("1000 * bulbs / people", "bulb/100000 person", NULL), "multiply by 100");
    assert_says(refused("100 * people / homes", "%", NULL), "the formula gives");
    assert_says(refused("1000000 * m_b", "km", NULL), "multiply by 1e-09");
}

TEST(errors_stand_where_they_are)
{
    size_t at;
    assert_says(refused("100 * peopel / homes", "%", &at), "no input 'peopel'");
    assert_int_equal(at, 6);
    assert_says(refused("(people", "person", &at), "expected ')'");
    assert_int_equal(at, 7);
    assert_says(refused("people people", "person", &at), "expected an operator");
    assert_int_equal(at, 7);
    assert_says(refused("median(people, homes)", "person", NULL), "no function 'median'");
    assert_says(refused("", "1", NULL), "expected a number");
    assert_says(refused("1 < 2 < 3", "yes/no", NULL), "expected an operator");
    assert_says(refused("sum(people + homes)", "person", NULL), "expected ')'");
}

TEST(depth_and_length_have_an_end)
{
    char deep[KPI_FORMULA_BYTES_MAX + 2];
    memset(deep, '(', 200);
    deep[200] = 0;
    assert_says(refused(deep, "1", NULL), "deeper");
    memset(deep, '1', sizeof deep - 1);
    deep[sizeof deep - 1] = 0;
    assert_says(refused(deep, "1", NULL), "at most");
}

static void leaf(buf *out, int input, bool is_sum, void *context)
{
    (void)context;
    buf_print(out, "%s%s", is_sum ? "Σ" : "", ids[input]);
}

static void number(buf *out, double v, void *context)
{
    (void)context;
    buf_print(out, "%g", v);
}

TEST(a_formula_is_shown_with_the_brackets_it_needs)
{
    struct kpi_formula f;
    err e;
    const struct kpi_print how = {leaf, number, NULL};
    buf b = {.max = 1000};
    assert_true(
        kpi_formula_parse(STR("100*(people-(bulbs-bulbs)/bulbs*people)/(people*(2+1))"), &names, a, &f, &e));
    kpi_formula_print(&f, &b, &how);
    assert_str(buf_str(&b), "100 × (people − (bulbs − bulbs) / bulbs × people) / (people × (2 + 1))");
    buf_free(&b);
}

RUN_WITH(before, after, CASE(formulas_compute_by_the_rules_of_arithmetic),
         CASE(conditions_choose_and_need_only_what_they_take), CASE(what_has_another_unit_is_never_added),
         CASE(a_forgotten_factor_is_named), CASE(errors_stand_where_they_are),
         CASE(depth_and_length_have_an_end), CASE(a_formula_is_shown_with_the_brackets_it_needs))
