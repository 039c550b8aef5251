// SPDX-License-Identifier: EUPL-1.2
#include "kpi/value/act.h"

#include "base/test.h"
#include "kpi/testing.h"
#include "kpi/value/year.h"

#include <string.h>

static struct testing t;
static struct principal anna, bert, chief;

static int before(void **state)
{
    (void)state;
    testing_start(&t);
    anna = testing_person("anna", ROLE_EDITOR);
    bert = testing_person("bert", ROLE_EDITOR);
    chief = testing_person("chief", ROLE_ADMINISTRATOR);
    return 0;
}

static int after(void **state)
{
    (void)state;
    testing_end(&t);
    return 0;
}

static void must(bool ok, const err *e)
{
    if (!ok) fail_msg("%s", e->text);
}

static bool says(const struct kpi_doubts *d, const char *code)
{
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->all[i].code, code) == 0)
            return d->all[i].text.in[LANGUAGE_NL].n && d->all[i].text.in[LANGUAGE_EN].n;
    return false;
}

static struct kpi_book history(const char *input)
{
    struct snapshot *at;
    struct kpi_book b;
    err e;
    must(snapshot_open(t.store, &at, &e), &e);
    must(kpi_history_read(at, 2025, STR("GM0603"), str_of(input), t.a, &b, &e), &e);
    snapshot_close(at);
    return b;
}

TEST(who_submitted_cannot_verify_and_nothing_is_overwritten)
{
    err e;
    must(testing_enter(&t, &anna, "physicians", 60, NULL, NULL, &e), &e);
    assert_false(testing_move(&t, &anna, "physicians", KPI_VERIFIED, "", &e));
    assert_int_equal(e.code, ERR_DENIED);
    must(testing_move(&t, &bert, "physicians", KPI_VERIFIED, "", &e), &e);
    must(testing_enter(&t, &bert, "physicians", 61, NULL, NULL, &e), &e);
    assert_false(testing_move(&t, &anna, "physicians", KPI_REJECTED, "", &e));  // without a reason
    must(testing_move(&t, &anna, "physicians", KPI_REJECTED, "which year is this?", &e), &e);
    const struct kpi_book b = history("physicians");
    assert_int_equal(b.count, 4);
    assert_float_equal(b.values[0].number, 60, 0);
    assert_str(b.values[1].submitted_by, "anna");
    assert_str(b.values[1].by, "bert");
    assert_int_equal(b.values[1].status, KPI_VERIFIED);
    assert_int_equal(b.values[3].status, KPI_REJECTED);
    assert_str(b.values[3].reason, "which year is this?");
}

TEST(a_doubtful_value_needs_a_confirmation_that_stays)
{
    err e;
    struct kpi_doubts d;
    must(testing_enter(&t, &anna, "students", 5000, NULL, NULL, &e), &e);
    assert_false(testing_enter(&t, &anna, "students_ict_access", 6000, NULL, &d, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_true(says(&d, "part-over-whole") && says(&d, "over-100"));
    assert_int_equal(history("students_ict_access").count, 0);
    assert_false(
        testing_enter(&t, &anna, "students_ict_access", 6000, "over-100", &d, &e));  // only one of the two
    assert_false(testing_enter(&t, &anna, "hospital_beds", 2.5, NULL, &d, &e));
    assert_true(says(&d, "fraction"));
    must(testing_enter(&t, &anna, "hospital_beds", 2.5, "fraction", &d, &e), &e);
    const struct kpi_book b = history("hospital_beds");
    assert_int_equal(b.values[0].confirmed_count, 1);
    assert_str(b.values[0].confirmed[0].code, "fraction");
    assert_str(b.values[0].confirmed[0].text, "Dit is een aantal, maar 2,50 is geen geheel getal.");
}

TEST(rules_of_the_manual_are_caught)
{
    err e;
    struct kpi_doubts d;
    must(testing_enter(&t, &anna, "inhabitants", 25000, NULL, NULL, &e), &e);
    assert_false(
        testing_enter(&t, &anna, "households", 25000, NULL, &d, &e));  // people in place of households
    assert_true(says(&d, "rule-1"));
    must(testing_enter(&t, &anna, "households", 12000, NULL, NULL, &e), &e);
    must(testing_enter(&t, &anna, "households_with_internet", 11000, NULL, NULL, &e), &e);
    assert_false(testing_enter(&t, &anna, "fixed_broadband_subscriptions", 11500, NULL, &d, &e));
    assert_true(says(&d, "rule-2"));
    assert_false(testing_enter(&t, &anna, "gini", 27, NULL, &d, &e));  // a percentage for a number up to 1
    assert_true(says(&d, "too-large"));
    assert_false(testing_enter(&t, &anna, "resilience_plan", 3, NULL, &d, &e));
    assert_int_equal(e.code, ERR_TYPE);
}

struct doing {
    struct kpi_acting by;
    struct kpi_entry entry;
    struct kpi_doubts doubts;
    struct kpi_value out;
    kpi_year_act act;
    str reason;
};

static bool enter(struct store_tx *tx, void *context, err *e)
{
    struct doing *d = context;
    return kpi_enter(tx, &d->by, &d->entry, &d->out, &d->doubts, e);
}

TEST(units_are_converted_or_refused_and_years_are_looked_at)
{
    err e;
    static const str codes[] = {{"unit-converted", 14}, {"jump", 4}};
    struct doing d = {.by = testing_acting(&t, &anna)};
    d.entry = (struct kpi_entry){.year = 2025,
                                 .area = STR("GM0603"),
                                 .input = STR("city_area"),
                                 .has_number = true,
                                 .number = 1449,
                                 .unit = STR("ha"),
                                 .confirmed = codes,
                                 .confirmed_count = 2};
    must(store_run(t.store, enter, &d, &e), &e);
    assert_float_equal(d.out.number, 14.49, 1e-9);
    assert_str(d.out.given, "1449 ha");
    d.entry.unit = STR("person");
    assert_false(store_run(t.store, enter, &d, &e));
    assert_int_equal(e.code, ERR_TYPE);
    d.entry.unit = (str){0};
    d.entry.year = 2027;
    d.entry.number = 14.49;
    assert_false(store_run(t.store, enter, &d, &e));
    assert_true(says(&d.doubts, "future-year"));
    d.entry.year = 2026;
    d.entry.number = 144.9;
    d.entry.confirmed_count = 0;
    assert_false(store_run(t.store, enter, &d, &e));
    assert_true(says(&d.doubts, "jump"));  // ten times 2025
    d.entry.year = 12;
    assert_false(store_run(t.store, enter, &d, &e));
    assert_int_equal(e.code, ERR_RANGE);
}

static bool year_act(struct store_tx *tx, void *context, err *e)
{
    struct doing *d = context;
    return kpi_year_do(tx, &d->by, 2025, d->act, d->reason, e);
}

static bool do_year(const struct principal *who, kpi_year_act act, const char *reason, err *e)
{
    struct doing d = {.by = testing_acting(&t, who), .act = act, .reason = str_of(reason)};
    return store_run(t.store, year_act, &d, e);
}

TEST(a_frozen_year_takes_nothing_and_its_signature_names_what_was_signed)
{
    err e;
    struct snapshot *at;
    struct kpi_year y;
    char hash[KPI_HASH_TEXT];
    must(testing_enter(&t, &anna, "traffic_deaths", 1, NULL, NULL, &e), &e);
    assert_false(do_year(&chief, KPI_YEAR_SIGN, "seen", &e));  // still open
    must(do_year(&chief, KPI_YEAR_FREEZE, "", &e), &e);
    assert_false(testing_enter(&t, &anna, "traffic_deaths", 2, NULL, NULL, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_false(testing_move(&t, &bert, "traffic_deaths", KPI_VERIFIED, "", &e));
    must(do_year(&chief, KPI_YEAR_SIGN, "plausible and documented", &e), &e);
    must(snapshot_open(t.store, &at, &e), &e);
    must(kpi_year_read(at, 2025, t.a, &y, &e), &e);
    must(kpi_year_hash(at, 2025, t.a, hash, &e), &e);
    snapshot_close(at);
    assert_true(y.is_frozen);
    assert_int_equal(y.count, 2);
    assert_str(y.lines[1].hash, hash);
    assert_false(do_year(&chief, KPI_YEAR_OPEN, "", &e));  // without a reason
    must(do_year(&chief, KPI_YEAR_OPEN, "a typing error", &e), &e);
    must(testing_enter(&t, &anna, "traffic_deaths", 2, NULL, NULL, &e), &e);
    must(snapshot_open(t.store, &at, &e), &e);
    char other[KPI_HASH_TEXT];
    must(kpi_year_hash(at, 2025, t.a, other, &e), &e);
    snapshot_close(at);
    assert_string_not_equal(hash, other);
}

RUN_WITH(before, after, CASE(who_submitted_cannot_verify_and_nothing_is_overwritten),
         CASE(a_doubtful_value_needs_a_confirmation_that_stays), CASE(rules_of_the_manual_are_caught),
         CASE(units_are_converted_or_refused_and_years_are_looked_at),
         CASE(a_frozen_year_takes_nothing_and_its_signature_names_what_was_signed))
