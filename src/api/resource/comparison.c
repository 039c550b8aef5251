// SPDX-License-Identifier: EUPL-1.2
// Figures of many areas beside each other, for maps and tables.
#include "api/csv.h"
#include "api/resource/figures.h"
#include "api/stream_features.h"

#include <stdlib.h>

#define COMPARED_MAX 20000

struct comparison {
    const struct quantity *q;
    const struct area **areas;
    size_t count;
    interval when;
    struct tally *tallies;
};

static bool named_areas(struct api_call *c, const struct atlas *t, int year, struct comparison *k, err *e)
{
    str codes = api_text(c, "areas");
    k->areas = (const struct area **)arena_array(c->a, codes.n / 2 + 2, sizeof *k->areas);
    if (!k->areas) return err_no_memory(e);
    for (str code; codes.n && str_cut(&codes, ',', &code);) {
        const struct area *a = atlas_find(t, str_trim(code), year);
        if (!a)
            return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no area '%.*s' in %d", STR_ARG(code), year);
        k->areas[k->count++] = a;
    }
    return true;
}

static bool areas_of_level(struct api_call *c, const struct atlas *t, int year, struct comparison *k, err *e)
{
    area_level level = AREA_NEIGHBOURHOOD;
    const struct area *outer = NULL;
    size_t kept = 0;
    (void)area_level_by_name(api_text(c, "level"), &level);
    if (api_given(c, "within") && !(outer = atlas_find(t, api_text(c, "within"), year)))
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no area '%.*s' in %d",
                       STR_ARG(api_text(c, "within")), year);
    if (!atlas_level(t, level, year, c->a, &k->areas, &k->count, e)) return false;
    for (size_t i = 0; outer && i < k->count; i++)
        if (atlas_is_within(t, k->areas[i], outer, year)) k->areas[kept++] = k->areas[i];
    if (outer) k->count = kept;
    return true;
}

static bool compare(struct api_call *c, const struct atlas *t, struct comparison *k, err *e)
{
    struct snapshot *at;
    const instant inside = api_time(c, "time", c->now);
    const int year = areas_year_of(c->parts->areas, inside);
    if (!figures_quantity(c, &k->q, e)) return false;
    if (api_given(c, "areas") ? !named_areas(c, t, year, k, e) : !areas_of_level(c, t, year, k, e))
        return false;
    if (k->count > COMPARED_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d areas at once", COMPARED_MAX);
    k->tallies = calloc(k->count + 1, sizeof *k->tallies);
    if (!k->tallies) return err_no_memory(e);
    return api_snapshot(c, &at, e) && rollup_of_areas(c->parts->rollups, at, k->areas, k->count, k->q,
                                                      figures_period(c), inside, &k->when, k->tallies, e);
}

static void put_compared(json_writer *w, const struct area *a, size_t i, void *context)
{
    const struct comparison *k = context;
    (void)a;
    figures_put_tally(w, k->q, &k->tallies[i]);
}

static void write_comparison(struct api_call *c, const struct comparison *k)
{
    json_writer *w = &c->w;
    json_open(w, '{');
    figures_put_quantity(w, k->q);
    json_member_text(w, STR("period"), figures_period_name(figures_period(c)));
    figures_put_when(w, k->when);
    figures_put_state(c);
    json_name(w, STR("figures"));
    json_open(w, '[');
    for (size_t i = 0; i < k->count; i++) {
        json_open(w, '{');
        json_member_text(w, STR("code"), k->areas[i]->code);
        json_member_text(w, STR("name"), k->areas[i]->name);
        figures_put_tally(w, k->q, &k->tallies[i]);
        json_close(w, '}');
    }
    json_close(w, ']');
    api_put_links(c, (str){0});
    json_close(w, '}');
}

static void write_comparison_csv(struct api_call *c, const struct comparison *k)
{
    BUF_LIT(&c->out, "area,name,quantity,unit,start,end," FIGURES_CSV);
    for (size_t i = 0; i < k->count; i++) {
        csv_text(&c->out, k->areas[i]->code, CSV_NEXT);
        csv_text(&c->out, k->areas[i]->name, CSV_NEXT);
        csv_text(&c->out, k->q->key, CSV_NEXT);
        csv_text(&c->out, k->q->ucum, CSV_NEXT);
        csv_time(&c->out, k->when.start, CSV_NEXT);
        csv_time(&c->out, k->when.end, CSV_NEXT);
        figures_csv_tally(&c->out, k->q, &k->tallies[i]);
    }
}

static void comparison_free(void *context)
{
    struct comparison *k = context;
    for (size_t i = 0; k->tallies && i < k->count; i++) tally_free(&k->tallies[i]);
    free(k->tallies);
    k->tallies = NULL;
}

static bool comparison_write(struct api_call *c, const struct atlas *t, err *e)
{
    struct comparison *k = ARENA_NEW(c->a, struct comparison);
    if (!k) return err_no_memory(e);
    if (!compare(c, t, k, e)) {
        free(k->tallies);
        return false;
    }
    if (c->format == API_GEOJSON)
        return api_stream_features(c, t, k->areas, k->count, put_compared, k, comparison_free, e);
    if (c->format == API_CSV)
        write_comparison_csv(c, k);
    else
        write_comparison(c, k);
    comparison_free(k);
    return true;
}

static bool comparison_get(struct api_call *c, err *e)
{
    return figures_with_atlas(c, comparison_write, e);
}

// ---- tables ---------------------------------------------------------------------------------------------------------

static const struct api_field comparison_parameters[] = {
    FIGURES_QUANTITY_PARAMETER,
    {"period", API_WORD, "day month year", "Length of the period", .standard = "day"},
    {"time", API_TIME, .about = "The period that this lies in; now when not given"},
    {"level", API_WORD, AREAS_LEVELS, "All areas of this level", .standard = "neighbourhood"},
    {"within", API_TEXT, .about = "Of these only those in the area with this code"},
    {"areas", API_TEXT, .about = "Instead of a level: codes, separated by commas"},
    {0}};
static const struct api_field compared_fields[] = {{"code", API_TEXT, .flags = API_NEEDED},
                                                   {"name", API_TEXT, .flags = API_NEEDED},
                                                   FIGURES_TALLY_MEMBERS,
                                                   {0}};
static const struct api_field comparison_fields[] = {
    FIGURES_QUANTITY_MEMBERS,
    {"period", API_WORD, FIGURES_PERIODS},
    FIGURES_WHEN_MEMBERS,
    FIGURES_STATE_MEMBERS,
    {"figures", API_LIST, "ComparedFigure", NULL, API_NEEDED},
    {"_links", API_OBJECT},
    {0}};

const struct api_set api_comparison = {
    .tag = "comparison",
    .about = "Areas beside each other.",
    .resources = (const struct api_resource[]){{HTTP_GET, "/figures", "getFigures",
                                                "Figures of many areas beside each other", ACTION_READ_PUBLIC,
                                                comparison_parameters, .answer = "FigureComparison",
                                                .formats = API_JSON | API_GEOJSON | API_CSV,
                                                .run = comparison_get},
                                               {0}},
    .schemas = (const struct api_schema[]){{"ComparedFigure", "An area among others.", compared_fields},
                                           {"FigureComparison", "Areas beside each other.",
                                            comparison_fields},
                                           {0}},
};
