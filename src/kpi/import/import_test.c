// SPDX-License-Identifier: EUPL-1.2
// Rows of the figures are those of Aa en Hunze, 2024 (CBS 85984NED), as spec kpi.md section 7 quotes them, and made-up ones.
#include "kpi/import/import.h"

#include "base/test.h"
#include "kpi/testing.h"

static struct testing t;
static struct principal anna;

static int before(void **state)
{
    (void)state;
    testing_start(&t);
    anna = testing_person("anna", ROLE_EDITOR);
    return 0;
}

static int after(void **state)
{
    (void)state;
    testing_end(&t);
    return 0;
}

static const char mapping[] = "{\"peil_kpi_mapping\":1,\"source\":\"CBS "
                              "KWB\",\"method\":\"higher-level\",\"area\":[\"WijkenEnBuurten\",\"Codering\"],"
                              "\"inputs\":{\"inhabitants\":\"AantalInwoners\",\"households\":"
                              "\"HuishoudensTotaal\",\"city_area\":\"OppervlakteTotaal / 100\","
                              "\"inhabitants_poverty\":\"PersonenInArmoede * AantalInwoners / 100\"}}";

static struct kpi_import run(const char *map, const char *table, int year, bool preview)
{
    const struct kpi_acting by = testing_acting(&t, &anna);
    const struct kpi_import_wish wish = {.mapping = str_of(map),
                                         .table = str_of(table),
                                         .year = year,
                                         .preview = preview,
                                         .status = KPI_SUBMITTED};
    struct kpi_import out;
    err e = {0};
    if (!kpi_import_run(t.store, &by, &wish, &out, &e)) fail_msg("%s", e.text);
    return out;
}

static err refused(const char *map, const char *table, int year)
{
    const struct kpi_acting by = testing_acting(&t, &anna);
    const struct kpi_import_wish wish = {
        .mapping = str_of(map), .table = str_of(table), .year = year, .preview = true};
    struct kpi_import out;
    err e = {0};
    assert_false(kpi_import_run(t.store, &by, &wish, &out, &e));
    return e;
}

static const struct kpi_import_row *row(const struct kpi_import *x, const char *area, const char *input)
{
    for (size_t i = 0; i < x->count; i++)
        if (str_eq(x->rows[i].area, str_of(area)) && str_eq(x->rows[i].input, str_of(input)))
            return &x->rows[i];
    static const struct kpi_import_row none;
    fail_msg("no %s in %s", input, area);
    return &none;
}

TEST(statline_v3_binds_by_stem_and_trims_codes)
{
    const struct kpi_import x = run(
        mapping,
        "{\"odata.metadata\":\"x\",\"value\":[{\"ID\":0,\"WijkenEnBuurten\":\"GM1680    "
        "\",\"AantalInwoners_5\":25615,"
        "\"HuishoudensTotaal_29\":11500,\"OppervlakteTotaal_115\":27888,\"PersonenInArmoede_81\":null},"
        "{\"ID\":1,\"WijkenEnBuurten\":\"BU16800000\",\"AantalInwoners_5\":3455,\"HuishoudensTotaal_29\":"
        "1525,"
        "\"OppervlakteTotaal_115\":1000,\"PersonenInArmoede_81\":2.1}]}",
        2024, true);
    assert_int_equal(x.missing, 1);
    assert_int_equal(x.of_kind[KPI_ROW_NEW], 7);
    assert_float_equal(row(&x, "GM1680", "city_area")->value, 278.88, 1e-9);
    assert_float_equal(row(&x, "BU16800000", "inhabitants_poverty")->value, 73, 0);  // 72.555 people
}

TEST(statline_v4_has_a_figure_per_row)
{
    const struct kpi_import x = run(
        "{\"peil_kpi_mapping\":1,\"source\":\"CBS\",\"area\":\"WijkenEnBuurten\",\"long\":{\"indicator\":"
        "\"Measure\","
        "\"value\":\"Value\"},\"columns\":{\"people\":\"M000352\",\"homes\":\"1050010_2\"},"
        "\"inputs\":{\"inhabitants\":\"people\",\"households\":\"homes\"}}",
        "{\"@odata.context\":\"x\",\"value\":[{\"Id\":0,\"Measure\":\"M000352\",\"ValueAttribute\":\"None\","
        "\"Value\":2.5615e4,"
        "\"WijkenEnBuurten\":\"GM1680\"},{\"Id\":1,\"Measure\":\"1050010_2\",\"ValueAttribute\":"
        "\"Impossible\",\"Value\":null,"
        "\"WijkenEnBuurten\":\"GM1680\"}]}",
        2024, true);
    assert_int_equal(x.count, 1);
    assert_int_equal(x.missing, 1);
    assert_float_equal(x.rows[0].value, 25615, 0);
}

TEST(csv_of_a_spreadsheet_has_a_mark_semicolons_and_decimal_commas)
{
    const struct kpi_import x = run(
        mapping,
        "\xef\xbb\xbf"
        "Codering_3;AantalInwoners_5;HuishoudensTotaal_29;OppervlakteTotaal_115;PersonenInArmoede_81\r\n"
        "\"GM1680    \";25.615;\"11.500\";27.888;2,1 %\r\n"
        "BU16800000;3.455;       .;1.000,5;.\r\n",
        2023, true);
    assert_float_equal(row(&x, "GM1680", "inhabitants")->value, 25615,
                       0);  // the comma elsewhere says what the point is
    assert_float_equal(row(&x, "GM1680", "inhabitants_poverty")->value, 538, 0);
    assert_float_equal(row(&x, "BU16800000", "city_area")->value, 10.005, 1e-9);
    assert_int_equal(x.missing, 2);
}

TEST(what_could_be_thousands_or_a_fraction_is_not_guessed)
{
    const struct kpi_import x = run(
        mapping,
        "Codering;AantalInwoners;HuishoudensTotaal;OppervlakteTotaal;PersonenInArmoede\n"
        "GM1680;25.615;11;27;2\n",
        2023, true);
    assert_int_equal(row(&x, "GM1680", "inhabitants")->kind, KPI_ROW_FAULT);
    assert_int_equal(row(&x, "GM1680", "households")->kind, KPI_ROW_NEW);
    const err e = refused(
        mapping,
        "Codering;AantalInwoners;HuishoudensTotaal;OppervlakteTotaal;PersonenInArmoede\nGM1;1,5;2.5;3;4\n",
        2023);
    assert_int_equal(e.code, ERR_CONFLICT);
}

TEST(a_preview_shows_every_conflict_and_an_import_takes_only_what_it_may)
{
    static const char table[] =
        "Codering;AantalInwoners;HuishoudensTotaal;OppervlakteTotaal;PersonenInArmoede\n"
        "GM0603;57000;28000;1449;.\n";
    static const char other[] =
        "Codering;AantalInwoners;HuishoudensTotaal;OppervlakteTotaal;PersonenInArmoede\n"
        "GM0603;57000;28500;144900;5\n";
    struct kpi_import x = run(mapping, table, 2025, true);
    assert_int_equal(x.stored, 0);
    x = run(mapping, table, 2025, false);
    assert_int_equal(x.stored, 3);
    x = run(mapping, other, 2025, false);
    assert_int_equal(row(&x, "GM0603", "inhabitants")->kind, KPI_ROW_SAME);
    assert_int_equal(row(&x, "GM0603", "households")->kind, KPI_ROW_CONFLICT);
    assert_float_equal(row(&x, "GM0603", "households")->there->number, 28000, 0);
    assert_false(row(&x, "GM0603", "households")->is_stored);
    assert_true(row(&x, "GM0603", "inhabitants_poverty")->is_stored);
    const struct kpi_import next = run(mapping, other, 2026, true);  // against 2025
    assert_int_equal(row(&next, "GM0603", "city_area")->kind, KPI_ROW_DOUBT);
    assert_string_equal(row(&next, "GM0603", "city_area")->doubts->all[0].code, "jump");
}

TEST(a_mapping_that_does_not_fit_says_what_is_missing)
{
    err e = refused(mapping, "Codering;Inwoners\nGM1;5\n", 2024);
    assert_int_equal(e.code, ERR_UNKNOWN);
    e = refused(mapping, "Gemeente;AantalInwoners\nGM1;5\n", 2024);
    assert_int_equal(e.code, ERR_MISSING);
    e = refused(
        mapping,
        "Codering;AantalInwoners_5;AantalInwoners_6;HuishoudensTotaal;OppervlakteTotaal;PersonenInArmoede\n",
        2024);
    assert_int_equal(e.code, ERR_UNKNOWN);  // two columns with that stem
    e = refused(
        mapping,
        "Codering;AantalInwoners;HuishoudensTotaal;OppervlakteTotaal;PersonenInArmoede\nGM1;5;1;1;1\n", 0);
    assert_int_equal(e.code, ERR_MISSING);  // no year
}

RUN_WITH(before, after, CASE(statline_v3_binds_by_stem_and_trims_codes),
         CASE(statline_v4_has_a_figure_per_row),
         CASE(csv_of_a_spreadsheet_has_a_mark_semicolons_and_decimal_commas),
         CASE(what_could_be_thousands_or_a_fraction_is_not_guessed),
         CASE(a_preview_shows_every_conflict_and_an_import_takes_only_what_it_may),
         CASE(a_mapping_that_does_not_fit_says_what_is_missing))
