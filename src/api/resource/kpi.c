// SPDX-License-Identifier: EUPL-1.2
// The assessment for everyone: indicators with their results, groups with their scores, years, and exports.
#include "api/resource/kpi_parts.h"
#include "kpi/result/others.h"
#include "kpi/result/trend.h"

#include <math.h>

static str direction_name(kpi_direction d)
{
    static const str names[] = {{"up", 2}, {"down", 4}, {"none", 4}};
    return names[d];
}

// ---- One data point ----------------------------------------------------------------------------------------------

static void put_filled(json_writer *w, const struct kpi_picture *p, const struct kpi_point *point)
{
    json_name(w, STR("filled"));
    json_open(w, '{');
    for (language l = 0; l < LANGUAGE_COUNT; l++) {
        const struct kpi_filling f = {&p->reading, l};
        buf b = {.max = 8192};
        kpi_formula_fill(point, &f, &b);
        json_name(w, language_code(l));
        json_put_text(w, buf_str(&b));
        buf_free(&b);
    }
    json_close(w, '}');
}

static void put_target(json_writer *w, const char *name, const struct kpi_target *t)
{
    if (!t->is_given) return;
    json_name(w, str_of(name));
    json_open(w, '{');
    kpi_put_number(w, "target", true, t->scale.target);
    kpi_put_number(w, "worst", true, t->scale.worst);
    if (t->year) kpi_put_int(w, "year", t->year);
    kpi_put_text(w, "source", t->source);
    kpi_put_text(w, "date", t->date);
    json_close(w, '}');
}

static void put_result(json_writer *w, const struct kpi_set *s, const struct kpi_result *r)
{
    kpi_put_text(w, "state", kpi_state_name(r->state));
    kpi_put_number(w, "value", r->has_value, r->value);
    kpi_put_number(w, "computed", r->has_computed && r->has_value, r->computed);
    kpi_put_flag(w, "override", r->is_override);
    json_name(w, STR("missing"));
    json_open(w, '[');
    for (size_t i = 0; i < r->missing_count; i++) json_put_text(w, s->inputs[r->missing[i]].id);
    json_close(w, ']');
    kpi_put_number(w, "share", r->is_scored, r->share);
    kpi_put_number(w, "points", r->is_scored, r->points);
    kpi_put_text(w, "method", r->has_value ? kpi_method_name(r->method) : (str){0});
    kpi_put_flag(w, "measured", r->is_measured);
    kpi_put_flag(w, "demo", r->is_demo);
}

static void put_point(json_writer *w, const struct kpi_picture *p, const struct kpi_point *point)
{
    json_open(w, '{');
    kpi_put_text(w, "id", point->id);
    if (point->name.in[0].n) kpi_put_texts(w, "name", &point->name);
    kpi_put_text(w, "unit", point->unit_text);
    kpi_put_texts(w, "unitLabel", &point->unit_label);
    kpi_put_text(w, "formula", point->formula.text);
    put_filled(w, p, point);
    kpi_put_text(w, "direction", direction_name(point->direction));
    put_result(w, p->reading.set, &p->results.points[point->index]);
    put_target(w, "benchmark", &p->targets.benchmark[point->index]);
    put_target(w, "policy", &p->targets.policy[point->index]);
    json_close(w, '}');
}

static void put_indicator(json_writer *w, const struct kpi_picture *p, const struct kpi_indicator *k)
{
    const struct kpi_set *s = p->reading.set;
    kpi_put_text(w, "id", k->id);
    kpi_put_text(w, "shownId", k->shown_id);
    kpi_put_texts(w, "name", &k->name);
    kpi_put_texts(w, "definition", &k->definition);
    kpi_put_text(w, "group", s->groups[k->group].id);
    kpi_put_text(w, "kind", k->kind);
    kpi_put_text(w, "type", k->type);
    json_name(w, STR("sdg"));
    json_open(w, '[');
    for (size_t i = 0; i < k->sdg_count; i++) json_put_text(w, k->sdg[i]);
    json_close(w, ']');
    kpi_put_flag(w, "confirmed", k->is_confirmed);
    if (k->note.n) kpi_put_text(w, "note", k->note);
    json_name(w, STR("points"));
    json_open(w, '[');
    for (size_t i = 0; i < k->point_count; i++) put_point(w, p, &k->points[i]);
    json_close(w, ']');
}

// ---- Resources ---------------------------------------------------------------------------------------------------

static bool picture_take(struct api_call *c, struct kpi_question *q, struct kpi_picture **out, err *e)
{
    return kpi_question_read(c, q, e) &&
           kpi_picture_take(q->office, q->at, q->year, q->area, q->with_drafts, c->a, out, e);
}

static void put_place(json_writer *w, const struct kpi_question *q)
{
    kpi_put_text(w, "set", q->office->set->id);
    kpi_put_int(w, "year", q->year);
    kpi_put_text(w, "area", q->area);
}

static bool list_indicators(struct api_call *c, err *e)
{
    struct kpi_question q;
    struct kpi_picture *p;
    if (!c->parts->kpi) {  // nothing installed: nothing to list
        json_put_raw(&c->w, STR("{\"set\":\"\",\"year\":0,\"area\":\"\",\"indicators\":[]}"));
        return true;
    }
    if (!picture_take(c, &q, &p, e)) return false;
    if (c->format == API_CSV) {
        kpi_csv_rows(&c->out, p);
        return true;
    }
    json_open(&c->w, '{');
    put_place(&c->w, &q);
    json_name(&c->w, STR("indicators"));
    json_open(&c->w, '[');
    for (size_t i = 0; i < q.office->set->indicator_count; i++) {
        json_open(&c->w, '{');
        put_indicator(&c->w, p, &q.office->set->indicators[i]);
        json_close(&c->w, '}');
    }
    json_close(&c->w, ']');
    json_close(&c->w, '}');
    return true;
}

static void put_trend(json_writer *w, const struct kpi_trend *t, const struct kpi_indicator *k)
{
    json_name(w, STR("trend"));
    json_open(w, '[');
    for (size_t y = 0; y < t->count; y++)
        for (size_t i = 0; i < k->point_count; i++) {
            const struct kpi_result *r = &t->pictures[y]->results.points[k->points[i].index];
            json_open(w, '{');
            kpi_put_int(w, "year", t->pictures[y]->results.year);
            kpi_put_text(w, "point", k->points[i].id);
            kpi_put_text(w, "state", kpi_state_name(r->state));
            kpi_put_number(w, "value", r->has_value, r->value);
            json_close(w, '}');
        }
    json_close(w, ']');
}

static void put_others(json_writer *w, const struct kpi_office *o, const struct kpi_published_list *others,
                       const struct kpi_indicator *k)
{
    json_name(w, STR("others"));
    json_open(w, '[');
    for (size_t i = 0; i < others->count; i++) {
        const struct kpi_published *x = &others->all[i];
        double v;
        const struct kpi_point *point = kpi_published_point(o->set, x);
        if (!point || &o->set->indicators[point->indicator] != k) continue;
        json_open(w, '{');
        kpi_put_text(w, "town", x->city);
        kpi_put_text(w, "country", x->country);
        kpi_put_text(w, "published", x->published);
        kpi_put_text(w, "point", point->id);
        kpi_put_text(w, "status", x->status);
        const bool is_known = kpi_published_number(x, &v);
        kpi_put_number(w, "value", is_known, is_known ? v : 0);
        kpi_put_text(w, "source", x->source);
        json_close(w, '}');
    }
    json_close(w, ']');
}

const struct kpi_indicator *kpi_asked_indicator(const struct api_call *c, const struct kpi_question *q,
                                                err *e)
{
    const str id = api_text(c, "id");
    const struct kpi_indicator *const k = kpi_indicator_find(q->office->set, id);
    if (!k) err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no indicator '%.*s'", STR_ARG(id));
    return k;
}

static bool get_indicator(struct api_call *c, err *e)
{
    struct kpi_question q;
    struct kpi_trend t;
    struct kpi_published_list others;
    if (!kpi_question_read(c, &q, e)) return false;
    const struct kpi_indicator *const k = kpi_asked_indicator(c, &q, e);
    if (!k) return false;
    if (!kpi_trend_take(q.office, q.at, q.year, q.area, q.with_drafts, c->a, &t, e) ||
        !kpi_others_read(q.office, q.at, c->a, &others, e))
        return false;
    json_open(&c->w, '{');
    put_place(&c->w, &q);
    put_indicator(&c->w, t.pictures[t.count - 1], k);
    put_trend(&c->w, &t, k);
    put_others(&c->w, q.office, &others, k);
    json_close(&c->w, '}');
    return true;
}

static void put_score(json_writer *w, struct kpi_score s)
{
    const double percent = kpi_score_percent(s);
    kpi_put_number(w, "score", s.count > 0, percent);
    kpi_put_number(w, "class", s.count > 0, s.count ? kpi_points(percent) : 0);
    kpi_put_int(w, "points", s.points);
    kpi_put_int(w, "scored", s.count);
}

static void put_tally(json_writer *w, const char *name, const struct kpi_tally *t)
{
    json_name(w, str_of(name));
    json_open(w, '{');
    kpi_put_int(w, "all", (int64_t)t->all);
    kpi_put_int(w, "reported", (int64_t)t->reported);
    kpi_put_int(w, "partial", (int64_t)t->partial);
    kpi_put_int(w, "verified", (int64_t)t->verified);
    json_close(w, '}');
}

static bool get_scores(struct api_call *c, err *e)
{
    struct kpi_question q;
    struct kpi_picture *p;
    if (!picture_take(c, &q, &p, e)) return false;
    json_open(&c->w, '{');
    put_place(&c->w, &q);
    put_score(&c->w, p->results.score);
    put_tally(&c->w, "indicators", &p->results.indicators);
    put_tally(&c->w, "dataPoints", &p->results.data_points);
    json_name(&c->w, STR("groups"));
    json_open(&c->w, '[');
    for (size_t i = 0; i < q.office->set->group_count; i++) {
        json_open(&c->w, '{');
        kpi_put_text(&c->w, "id", q.office->set->groups[i].id);
        kpi_put_texts(&c->w, "name", &q.office->set->groups[i].name);
        put_score(&c->w, p->results.groups[i]);
        json_close(&c->w, '}');
    }
    json_close(&c->w, ']');
    json_close(&c->w, '}');
    return true;
}

static bool list_inputs(struct api_call *c, err *e)
{
    (void)e;
    const struct kpi_office *o = c->parts->kpi;
    json_open(&c->w, '{');
    json_name(&c->w, STR("inputs"));
    json_open(&c->w, '[');
    for (size_t i = 0; o && i < o->set->input_count; i++) {
        const struct kpi_input *x = &o->set->inputs[i];
        json_open(&c->w, '{');
        kpi_put_text(&c->w, "id", x->id);
        kpi_put_texts(&c->w, "name", &x->name);
        kpi_put_texts(&c->w, "definition", &x->definition);
        kpi_put_text(&c->w, "unit", x->unit_text);
        kpi_put_texts(&c->w, "unitLabel", &x->unit_label);
        kpi_put_text(&c->w, "source", x->source);
        kpi_put_text(&c->w, "department", x->department);
        kpi_put_flag(&c->w, "measurable", x->can_be_measured);
        json_close(&c->w, '}');
    }
    json_close(&c->w, ']');
    json_close(&c->w, '}');
    return true;
}

// ---- Tables ------------------------------------------------------------------------------------------------------

static const struct api_field place_parameters[] = {KPI_PLACE, {0}};
static const struct api_field indicator_parameters[] = {
    {"id", API_TEXT, .about = "Id, with or without blanks"}, KPI_PLACE, {0}};

static const struct api_field point_fields[] = {
    {"id", API_TEXT, .about = "main, or the part: no2", .flags = API_NEEDED},
    {"name", API_OBJECT, .about = "nl and en, when there are several"},
    {"unit", API_TEXT, .about = "As docs/kpi-format.md writes units", .flags = API_NEEDED},
    {"unitLabel", API_OBJECT, .about = "nl and en", .flags = API_NEEDED},
    {"formula", API_TEXT, .about = "Over inputs", .flags = API_NEEDED},
    {"filled", API_OBJECT, .about = "nl and en: with numbers, ? where one is missing", .flags = API_NEEDED},
    {"direction", API_WORD, "up down none", "Which way is better", .flags = API_NEEDED},
    {"state", API_WORD, "missing undefined not-applicable not-verified reported verified", "How far it is",
     .flags = API_NEEDED},
    {"value", API_NUMBER, .about = "As reported", .flags = API_NEEDED | API_NULLABLE},
    {"computed", API_NUMBER, .about = "From the inputs; differs from value when that is an override",
     .flags = API_NULLABLE},
    {"override", API_BOOLEAN, .about = "The town gave the result itself"},
    {"missing", API_LIST, "string", "Inputs that are not there"},
    {"share", API_NUMBER, .about = "Percent of the way to the benchmark", .flags = API_NULLABLE},
    {"points", API_NUMBER, .about = "1 to 4", .flags = API_NULLABLE},
    {"method", API_TEXT, .about = "The weakest of its inputs' methods"},
    {"measured", API_BOOLEAN, .about = "An input comes from sensors"},
    {"demo", API_BOOLEAN, .about = "An input is demonstration"},
    {"benchmark", API_OBJECT, .about = "What it is scored against"},
    {"policy", API_OBJECT, .about = "What policy promised"},
    {0}};
static const struct api_field indicator_fields[] = {
    {"set", API_TEXT, .about = "Id of the set"},
    {"year", API_INTEGER, .about = "Reporting year"},
    {"area", API_TEXT, .about = "Code of the area"},
    {"id", API_TEXT, .about = "Without blanks", .flags = API_NEEDED},
    {"shownId", API_TEXT, .about = "As the set prints it", .flags = API_NEEDED},
    {"name", API_OBJECT, .about = "nl and en", .flags = API_NEEDED},
    {"definition", API_OBJECT, .about = "nl and en", .flags = API_NEEDED},
    {"group", API_TEXT, .about = "Id of its group", .flags = API_NEEDED},
    {"kind", API_TEXT, .about = "core, advanced"},
    {"type", API_TEXT, .about = "smart, structural, sustainable"},
    {"sdg", API_LIST, "string", "Targets of the Sustainable Development Goals"},
    {"confirmed", API_BOOLEAN, .about = "Its formula stands in a source that was read"},
    {"note", API_TEXT, .about = "What the set says besides"},
    {"points", API_LIST, "KpiPoint", "Its data points", .flags = API_NEEDED},
    {"trend", API_LIST, "KpiTrendPoint", "By year"},
    {"others", API_LIST, "KpiOther", "What other towns published"},
    {0}};
static const struct api_field trend_fields[] = {
    {"year", API_INTEGER, .about = "Year", .flags = API_NEEDED},
    {"point", API_TEXT, .about = "Data point", .flags = API_NEEDED},
    {"state", API_TEXT, .about = "How far it is", .flags = API_NEEDED},
    {"value", API_NUMBER, .about = "Value", .flags = API_NEEDED | API_NULLABLE},
    {0}};
static const struct api_field other_fields[] = {
    {"town", API_TEXT, .about = "Name", .flags = API_NEEDED},
    {"country", API_TEXT, .about = "ISO 3166 code", .flags = API_NEEDED},
    {"published", API_TEXT, .about = "Year and month", .flags = API_NEEDED},
    {"point", API_TEXT, .about = "Data point", .flags = API_NEEDED},
    {"status", API_TEXT, .about = "As published", .flags = API_NEEDED},
    {"value", API_NUMBER, .about = "As printed", .flags = API_NEEDED | API_NULLABLE},
    {"source", API_TEXT, .about = "Report", .flags = API_NEEDED},
    {0}};
static const struct api_field list_fields[] = {
    {"set", API_TEXT, .about = "Id of the set; empty: none is installed", .flags = API_NEEDED},
    {"year", API_INTEGER, .about = "Reporting year", .flags = API_NEEDED},
    {"area", API_TEXT, .about = "Code of the area", .flags = API_NEEDED},
    {"indicators", API_LIST, "KpiIndicator", "All of the set", .flags = API_NEEDED},
    {0}};
static const struct api_field tally_fields[] = {
    {"all", API_INTEGER, .about = "In the set", .flags = API_NEEDED},
    {"reported", API_INTEGER, .about = "With a value, withheld ones too", .flags = API_NEEDED},
    {"partial", API_INTEGER, .about = "With some of their data points", .flags = API_NEEDED},
    {"verified", API_INTEGER, .about = "Accepted by a second person", .flags = API_NEEDED},
    {0}};
#define SCORE                                                                        \
    {"score", API_NUMBER, .about = "Percent of the points; null: nothing is scored", \
     .flags = API_NEEDED | API_NULLABLE},                                            \
        {"class", API_NUMBER, .about = "1 to 4: below 33, 66, 95 percent, or more",  \
         .flags = API_NEEDED | API_NULLABLE},                                        \
        {"points", API_INTEGER, .about = "Sum", .flags = API_NEEDED},                \
    {                                                                                \
        "scored", API_INTEGER, .about = "Scored data points", .flags = API_NEEDED    \
    }
static const struct api_field group_fields[] = {
    {"id", API_TEXT, .about = "Path", .flags = API_NEEDED},
    {"name", API_OBJECT, .about = "nl and en", .flags = API_NEEDED},
    SCORE,
    {0}};
static const struct api_field scores_fields[] = {
    {"set", API_TEXT, .about = "Id of the set", .flags = API_NEEDED},
    {"year", API_INTEGER, .about = "Reporting year", .flags = API_NEEDED},
    {"area", API_TEXT, .about = "Code of the area", .flags = API_NEEDED},
    SCORE,
    {"indicators", API_OBJECT, "KpiTally", "Of indicators", .flags = API_NEEDED},
    {"dataPoints", API_OBJECT, "KpiTally", "Of data points", .flags = API_NEEDED},
    {"groups", API_LIST, "KpiGroup", "In the set's order", .flags = API_NEEDED},
    {0}};
static const struct api_field input_fields[] = {
    {"id", API_TEXT, .about = "Id", .flags = API_NEEDED},
    {"name", API_OBJECT, .about = "nl and en", .flags = API_NEEDED},
    {"definition", API_OBJECT, .about = "nl and en", .flags = API_NEEDED},
    {"unit", API_TEXT, .about = "Unit", .flags = API_NEEDED},
    {"unitLabel", API_OBJECT, .about = "nl and en", .flags = API_NEEDED},
    {"source", API_TEXT, .about = "Who usually has it"},
    {"department", API_TEXT, .about = "Who delivers it"},
    {"measurable", API_BOOLEAN, .about = "Sensors can give or sharpen it"},
    {0}};
static const struct api_field inputs_fields[] = {
    {"inputs", API_LIST, "KpiInput", "All of the set", .flags = API_NEEDED}, {0}};

const struct api_set api_kpi = {
    .tag = "kpi",
    .about = "The town's indicators (U4SSC): results, scores, years, exports.",
    .resources =
        (const struct api_resource[]){
            {HTTP_GET, "/kpi/indicators", "getKpiIndicators", "All indicators with their results",
             ACTION_READ_PUBLIC, place_parameters, .answer = "KpiIndicators", .formats = API_JSON | API_CSV,
             .run = list_indicators},
            {HTTP_GET, "/kpi/indicators/{id}", "getKpiIndicator", "One indicator, its past, and other towns",
             ACTION_READ_PUBLIC, indicator_parameters, .answer = "KpiIndicator", .run = get_indicator},
            {HTTP_GET, "/kpi/indicators/{id}/open-sdg", "getKpiOpenSdg",
             "One indicator as a data file of open-sdg", ACTION_READ_PUBLIC, indicator_parameters,
             .formats = API_CSV, .status = 200, .run = kpi_export_open_sdg},
            {HTTP_GET, "/kpi/scores/{year}", "getKpiScores", "Scores of the groups, and how much is reported",
             ACTION_READ_PUBLIC, place_parameters, .answer = "KpiScores", .run = get_scores},
            {HTTP_GET, "/kpi/sdmx/{year}", "getKpiSdmx", "All results up to a year as SDMX-CSV 2.0",
             ACTION_READ_PUBLIC, place_parameters, .formats = API_CSV, .status = 200, .run = kpi_export_sdmx},
            {HTTP_GET, "/kpi/inputs", "getKpiInputs", "What the indicators are made from", ACTION_READ_PUBLIC,
             NULL, .answer = "KpiInputs", .run = list_inputs},
            {0}},
    .schemas =
        (const struct api_schema[]){{"KpiIndicators", "Indicators of a year and area.", list_fields},
                                    {"KpiIndicator", "An indicator with its result.", indicator_fields},
                                    {"KpiPoint", "A data point of an indicator.", point_fields},
                                    {"KpiTrendPoint", "A data point in one year.", trend_fields},
                                    {"KpiOther", "What another town published.", other_fields},
                                    {"KpiScores", "Scores of a year and area.", scores_fields},
                                    {"KpiGroup", "A group of indicators with its score.", group_fields},
                                    {"KpiTally", "How many there are, reported and verified.", tally_fields},
                                    {"KpiInput", "An input.", input_fields},
                                    {"KpiInputs", "The inputs of the set.", inputs_fields},
                                    {0}},
};
