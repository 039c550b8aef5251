// SPDX-License-Identifier: EUPL-1.2
// A table as large as CBS's of one year: 346 municipalities with their districts and neighbourhoods, 18,000 rows of 120 columns with StatLine's suffixes,
// padded codes, '.' and null for what is missing, percentages with a comma and thousands of euros. From it one municipality is taken, as a preview
// that says every conflict and for real. What is expected is worked out from the generator's own numbers.
#include "kpi/import/import.h"

#include "base/file.h"
#include "base/test.h"
#include "base/time.h"
#include "kpi/testing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUNICIPALITIES 346
#define REGIONS 52  // of each: itself, 5 districts, 46 neighbourhoods
#define COLUMNS 120
#define WANTED 100  // GM1100
#define MEMORY ((size_t)1536 << 20)

static struct testing t;
static struct principal anna;
static buf mapping;

static int before(void **state)
{
    (void)state;
    err e = {0};
    testing_start(&t);
    anna = testing_person("anna", ROLE_EDITOR);
    mapping.max = 1 << 20;
    if (!file_read(SHARE "/mapping/cbs-kwb.json", &mapping, &e)) fail_msg("%s", e.text);
    return 0;
}

static int after(void **state)
{
    (void)state;
    buf_free(&mapping);
    testing_end(&t);
    return 0;
}

// ---- The generator -----------------------------------------------------------------------------------------------

static const char *const named[] = {"WijkenEnBuurten",
                                    "Gemeentenaam_1",
                                    "SoortRegio_2",
                                    "Codering_3",
                                    "AantalInwoners_5",
                                    "k_0Tot15Jaar_8",
                                    "HuishoudensTotaal_29",
                                    "Woningvoorraad_35",
                                    "GemiddeldeElektriciteitslevering_53",
                                    "PersonenInArmoede_81",
                                    "GemGestandaardiseerdInkomen_83",
                                    "BedrijfsvestigingenTotaal_95",
                                    "PersonenautoSTotaal_104",
                                    "OppervlakteTotaal_115"};
#define NAMED (sizeof named / sizeof named[0])

static void column_name(size_t c, char out[64])
{
    if (c < NAMED)
        snprintf(out, 64, "%s", named[c]);
    else
        snprintf(out, 64, "AndereKolomVanDeTabel%c%c_%zu", (char)('A' + c % 26), (char)('A' + c / 26),
                 c + 100);
}

static void code_of(size_t m, size_t r, char out[16])
{
    const unsigned gm = 1000 + (unsigned)m;
    if (r == 0)
        snprintf(out, 16, "GM%04u", gm);
    else if (r <= 5)
        snprintf(out, 16, "WK%04u%02u", gm, (unsigned)r);
    else
        snprintf(out, 16, "BU%04u%02u%02u", gm, (unsigned)(r % 5), (unsigned)r);
}

// A whole number of a cell; -1: missing. Small neighbourhoods lack what would name people.
static long cell(size_t m, size_t r, size_t c)
{
    const long people = r == 0 ? 60000 + (long)m * 10 : r <= 5 ? 12000 : 900 + (long)r * 5;
    switch (c) {
    case 4: return people;
    case 5: return people / 6;
    case 6: return people * 2 / 5;
    case 7: return people * 3 / 8;
    case 8: return r % 7 == 6 ? -1 : 2310;
    case 9: return r % 7 == 6 ? -1 : 41;    // tenths of a percent
    case 10: return r % 7 == 6 ? -1 : 362;  // tenths of a thousand euros
    case 11: return people / 11;
    case 12: return people / 3;
    case 13: return 100 + (long)r;  // hectares
    default: return (long)((m * 31 + r * 7 + c) % 1000);
    }
}

static bool is_tenths(size_t c)
{
    return c == 9 || c == 10 || c % 10 == 9;
}

static void csv_make(buf *b)
{
    char name[64], code[16];
    BUF_LIT(b, "\xef\xbb\xbf");
    for (size_t c = 0; c < COLUMNS; c++) {
        column_name(c, name);
        buf_print(b, "\"%s\"%s", name, c + 1 < COLUMNS ? ";" : "\r\n");
    }
    for (size_t m = 0; m < MUNICIPALITIES; m++)
        for (size_t r = 0; r < REGIONS; r++) {
            code_of(m, r, code);
            buf_print(b, "\"%-10s\";\"Gemeente %zu   \";\"%s\";\"%-10s\"", code, m, r ? "Buurt" : "Gemeente",
                      code);
            for (size_t c = 4; c < COLUMNS; c++) {
                const long v = cell(m, r, c);
                if (v < 0)
                    BUF_LIT(b, ";       .");
                else if (is_tenths(c))
                    buf_print(b, ";%ld,%ld", v / 10, v % 10);
                else
                    buf_print(b, ";%ld", v);
            }
            BUF_LIT(b, "\r\n");
        }
}

static void json_make(buf *b)
{
    char name[COLUMNS][64], code[16];
    for (size_t c = 0; c < COLUMNS; c++) column_name(c, name[c]);
    BUF_LIT(b, "{\"odata.metadata\":\"https://opendata.cbs.nl/ODataApi/OData/85984NED/"
               "$metadata#Cbs.OData.WebAPI.TypedDataSet\",\"value\":[");
    for (size_t m = 0; m < MUNICIPALITIES; m++)
        for (size_t r = 0; r < REGIONS; r++) {
            code_of(m, r, code);
            buf_print(b,
                      "%s{\"ID\":%zu,\"%s\":\"%-10s\",\"%s\":\"Gemeente %zu\",\"%s\":\"%s\",\"%s\":\"%-10s\"",
                      m + r ? "," : "", m * REGIONS + r, name[0], code, name[1], m, name[2],
                      r ? "Buurt" : "Gemeente", name[3], code);
            for (size_t c = 4; c < COLUMNS; c++) {
                const long v = cell(m, r, c);
                if (v < 0)
                    buf_print(b, ",\"%s\":null", name[c]);
                else if (is_tenths(c))
                    buf_print(b, ",\"%s\":%ld.%ld", name[c], v / 10, v % 10);
                else
                    buf_print(b, ",\"%s\":%ld", name[c], v);
            }
            BUF_LIT(b, "}");
        }
    BUF_LIT(b, "]}");
}

// v4 gives a row per figure; of all it would be two million, so it is asked of one municipality.
static void observations_make(buf *b)
{
    char name[64], code[16];
    size_t id = 0;
    BUF_LIT(b, "{\"@odata.context\":\"https://datasets.cbs.nl/odata/v1/CBS/85984NED/"
               "$metadata#Observations\",\"value\":[");
    for (size_t r = 0; r < REGIONS; r++)
        for (size_t c = 4; c < COLUMNS; c++) {
            const long v = cell(WANTED, r, c);
            code_of(WANTED, r, code);
            column_name(c, name);
            *strrchr(name, '_') = 0;
            buf_print(b,
                      "%s{\"Id\":%zu,\"Measure\":\"%s\",\"ValueAttribute\":\"%s\",\"Value\":", id ? "," : "",
                      id, name, v < 0 ? "Confidential" : "None");
            if (v < 0)
                BUF_LIT(b, "null");
            else if (is_tenths(c))
                buf_print(b, "%ld.%ld", v / 10, v % 10);
            else
                buf_print(b, "%ld.0", v);
            buf_print(b, ",\"WijkenEnBuurten\":\"%-10s\"}", code);
            id++;
        }
    BUF_LIT(b, "]}");
}

// ---- What comes of it --------------------------------------------------------------------------------------------

static struct kpi_import run(str map, str table, bool preview, bool take, arena *a)
{
    struct kpi_acting by = testing_acting(&t, &anna);
    by.arena = a;
    const struct kpi_import_wish wish = {.mapping = map,
                                         .table = table,
                                         .year = 2025,
                                         .area = STR("GM1100"),
                                         .preview = preview,
                                         .take_conflicts = take,
                                         .status = KPI_SUBMITTED};
    struct kpi_import out;
    err e = {0};
    const int64_t from = time_monotonic_us();
    if (!kpi_import_run(t.store, &by, &wish, &out, &e)) fail_msg("%s", e.text);
    print_message("%.1f MB %s in %.2f s\n", (double)table.n / 1e6, preview ? "previewed" : "taken in",
                  (double)(time_monotonic_us() - from) / 1e6);
    return out;
}

static double value_at(const struct kpi_import *x, const char *area, const char *input)
{
    for (size_t i = 0; i < x->count; i++)
        if (str_eq(x->rows[i].area, str_of(area)) && str_eq(x->rows[i].input, str_of(input)))
            return x->rows[i].value;
    return (double)NAN;
}

// Nine inputs of 52 regions; each seventh region lacks three columns, so three inputs (electricity, poverty, income).
#define LACKING (REGIONS / 7)
#define FIGURES (9 * REGIONS - 3 * LACKING)

static void expect_figures(const struct kpi_import *x)
{
    assert_int_equal(x->count, FIGURES);
    assert_int_equal(x->missing, 3 * LACKING);
    assert_int_equal(x->of_kind[KPI_ROW_FAULT], 0);
    const long people = cell(WANTED, 0, 4);
    assert_true(value_at(x, "GM1100", "inhabitants") == (double)people);
    assert_true(value_at(x, "GM1100", "adults") == (double)(people - people / 6));
    assert_true(value_at(x, "GM1100", "inhabitants_poverty") == round((double)people * 0.041));
    assert_true(fabs(value_at(x, "GM1100", "household_income") - 36200) < 1e-6);
    assert_true(fabs(value_at(x, "GM1100", "city_area") - 1) < 1e-9);
    assert_true(value_at(x, "GM1100", "electricity_consumption") == (double)(people * 3 / 8) * 2310);
    assert_true(isnan(value_at(x, "BU11000106", "inhabitants_poverty")));
    assert_true(isnan(value_at(x, "GM1101", "inhabitants")));
}

TEST(one_municipality_is_taken_from_the_whole_table_as_csv)
{
    buf b = {.max = 64 << 20};
    arena *a = arena_new(MEMORY);
    csv_make(&b);
    assert_false(b.failed);
    struct kpi_import x = run(buf_str(&mapping), buf_str(&b), true, false, a);
    expect_figures(&x);
    assert_int_equal(x.of_kind[KPI_ROW_NEW], FIGURES);
    assert_int_equal(x.stored, 0);
    x = run(buf_str(&mapping), buf_str(&b), false, false, a);
    assert_int_equal(x.stored, FIGURES);
    arena_free(a);
    buf_free(&b);
}

TEST(the_same_table_as_json_shows_that_all_is_there)
{
    buf b = {.max = 128 << 20};
    arena *a = arena_new(MEMORY);
    json_make(&b);
    assert_false(b.failed);
    struct kpi_import x = run(buf_str(&mapping), buf_str(&b), true, false, a);
    expect_figures(&x);
    assert_int_equal(x.of_kind[KPI_ROW_SAME], FIGURES);
    arena_free(a);
    buf_free(&b);
}

TEST(every_conflict_is_shown_with_what_is_there)
{
    buf b = {.max = 16 << 20};
    str map;
    arena *a = arena_new(MEMORY);
    assert_true(arena_print(
        a, &map,
        "{\"peil_kpi_mapping\":1,\"source\":\"CBS "
        "v4\",\"area\":\"WijkenEnBuurten\",\"long\":{\"indicator\":\"Measure\",\"value\":\"Value\"},"
        "\"inputs\":{\"inhabitants\":\"AantalInwoners\",\"households\":\"HuishoudensTotaal + 1\"}}"));
    observations_make(&b);
    struct kpi_import x = run(map, buf_str(&b), true, true, a);
    assert_int_equal(x.of_kind[KPI_ROW_SAME], REGIONS);
    assert_int_equal(x.of_kind[KPI_ROW_CONFLICT], REGIONS);
    for (size_t i = 0; i < x.count; i++)
        if (x.rows[i].kind == KPI_ROW_CONFLICT) assert_true(x.rows[i].there->number + 1 == x.rows[i].value);
    x = run(map, buf_str(&b), false, false, a);
    assert_int_equal(x.stored, 0);  // not without asking
    x = run(map, buf_str(&b), false, true, a);
    assert_int_equal(x.stored, REGIONS);
    arena_free(a);
    buf_free(&b);
}

RUN_WITH(before, after, CASE(one_municipality_is_taken_from_the_whole_table_as_csv),
         CASE(the_same_table_as_json_shows_that_all_is_there),
         CASE(every_conflict_is_shown_with_what_is_there))
