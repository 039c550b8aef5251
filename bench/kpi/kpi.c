// SPDX-License-Identifier: EUPL-1.2
// How long an input's change takes until its indicators are new, at the size of a real municipality: 100 neighbourhoods and the town, every
// input of the shipped set, five years. Results are never stored, so "recalculated" is the time of computing them from what is stored.
//     kpi-bench DIRECTORY (empty; the store is made there)
#include "base/time.h"
#include "base/tz.h"
#include "kpi/office.h"
#include "kpi/result/trend.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define AREAS 100
#define YEARS 5
#define FIRST_YEAR 2021
#define ROUNDS 50

static struct kpi_office *office;
static struct store *store;
static struct principal anna = {.role = ROLE_EDITOR, .kind = PRINCIPAL_USER, .name = "anna"};

static void must(bool ok, const err *e)
{
    if (ok) return;
    fprintf(stderr, "kpi-bench: %s\n", e->text);
    exit(1);
}

static void code_of(int area, char out[16])
{
    snprintf(out, 16, area == AREAS ? "GM0603" : "BU0603%04d", area);
}

struct filling {
    int year, area;
};

static struct kpi_value value_of(int year, const char *area, const struct kpi_input *x, double number)
{
    return (struct kpi_value){.year = year,
                              .area = str_of(area),
                              .input = x->id,
                              .status = KPI_VERIFIED,
                              .has_number = true,
                              .number = number,
                              .source = STR("bench"),
                              .reference_year = year,
                              .method = KPI_BY_MEASUREMENT,
                              .capture = (double)NAN,
                              .by = STR("anna"),
                              .submitted_by = STR("bert"),
                              .at = time_now()};
}

static bool fill(struct store_tx *tx, void *context, err *e)
{
    const struct filling *f = context;
    char area[16];
    arena *a = arena_new((size_t)64 << 20);
    code_of(f->area, area);
    bool ok = a != NULL;
    for (size_t i = 0; ok && i < office->set->input_count; i++) {
        const struct kpi_input *x = &office->set->inputs[i];
        struct kpi_value v = value_of(
            f->year, area, x, x->unit.is_claim ? 1 : 100 + (double)((i * 37 + (size_t)f->area) % 900));
        ok = kpi_value_add(tx, &v, a, e);
        arena_reset(a);
    }
    arena_free(a);
    return ok;
}

struct entering {
    struct kpi_acting by;
    double number;
};

static bool change(struct store_tx *tx, void *context, err *e)
{
    struct entering *c = context;
    struct kpi_value v;
    struct kpi_doubts doubts;
    const struct kpi_entry x = {.year = FIRST_YEAR + YEARS - 1,
                                .area = STR("GM0603"),
                                .input = STR("households"),
                                .status = KPI_SUBMITTED,
                                .has_number = true,
                                .number = c->number,
                                .source = STR("bench"),
                                .capture = (double)NAN,
                                .confirmed = (const str[]){STR("part-over-whole"), STR("over-100"),
                                                           STR("rule-1"), STR("fraction"), STR("jump"),
                                                           STR("rule-9")},
                                .confirmed_count = 6};
    return kpi_enter(tx, &c->by, &x, &v, &doubts, e);
}

static int cmp(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *what, double *ms)
{
    qsort(ms, ROUNDS, sizeof *ms, cmp);
    printf("%-62s median %7.2f ms   p95 %7.2f ms\n", what, ms[ROUNDS / 2], ms[ROUNDS * 95 / 100]);
}

static double since(int64_t from)
{
    return (double)(time_monotonic_us() - from) / 1000;
}

static void measure(const char *what, int areas, int years)
{
    double ms[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        arena *a = arena_new((size_t)256 << 20);
        struct snapshot *at;
        err e;
        const int64_t from = time_monotonic_us();
        must(snapshot_open(store, &at, &e), &e);
        for (int area = AREAS; area > AREAS - areas; area--)
            for (int year = FIRST_YEAR + YEARS - years; year < FIRST_YEAR + YEARS; year++) {
                struct kpi_picture *p;
                char code[16];
                code_of(area, code);
                must(kpi_picture_take(office, at, year, str_of(code), false, a, &p, &e), &e);
                if (!p->results.data_points.reported) abort();
            }
        snapshot_close(at);
        ms[round] = since(from);
        arena_free(a);
    }
    report(what, ms);
}

static void measure_change(void)
{
    double enter[ROUNDS], all[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        arena *a = arena_new((size_t)64 << 20);
        struct entering c = {kpi_office_acting(office, &anna, time_now(), a), 20000 + round};
        struct snapshot *at;
        struct kpi_picture *p;
        err e;
        const int64_t from = time_monotonic_us();
        must(store_run(store, change, &c, &e), &e);
        enter[round] = since(from);
        must(snapshot_open(store, &at, &e), &e);
        must(kpi_picture_take(office, at, FIRST_YEAR + YEARS - 1, STR("GM0603"), false, a, &p, &e), &e);
        all[round] = since(from);
        const struct kpi_value *v = kpi_book_find(&p->book, STR("GM0603"), STR("households"));
        if (!v || v->number != c.number) abort();  // it is the new one that was counted with
        snapshot_close(at);
        arena_free(a);
    }
    report("a value entered: checked, stored, synced", enter);
    report("the same until all 112 data points are new", all);
}

int main(int argc, char **argv)
{
    err e = {0};
    if (argc != 2) return fprintf(stderr, "usage: kpi-bench DIRECTORY\n"), 2;
    const store_config s = {.directory = argv[1], .create = true};
    must(store_open(&s, &store, &e), &e);
    struct tz *zone = tz_load("Europe/Amsterdam", &e);
    must(zone != NULL, &e);
    const kpi_office_config c = {
        .store = store, .zone = zone, .directory = SHARE, .set = STR("u4ssc"), .area = STR("GM0603")};
    must(kpi_office_open(&c, &office, &e), &e);
    for (int year = FIRST_YEAR; year < FIRST_YEAR + YEARS; year++)
        for (int area = 0; area <= AREAS; area++) {
            struct filling f = {year, area};
            must(store_run(store, fill, &f, &e), &e);
        }
    printf("%zu values: %d areas, %zu inputs, %d years; %zu data points\n",
           office->set->input_count * (AREAS + 1) * YEARS, AREAS + 1, office->set->input_count, YEARS,
           office->set->point_count);
    measure_change();
    measure("one area and year, all data points", 1, 1);
    measure("one area, five years (an indicator's page)", 1, YEARS);
    measure("101 areas, one year (a map)", AREAS + 1, 1);
    kpi_office_close(office);
    store_close(store);
    tz_free(zone);
    return 0;
}
