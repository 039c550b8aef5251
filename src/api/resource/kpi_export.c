// SPDX-License-Identifier: EUPL-1.2
// Results as tables of others: CSV, SDMX-CSV, and the data files of open-sdg.
#include "api/csv.h"
#include "api/resource/kpi_parts.h"
#include "kpi/result/trend.h"

#include <math.h>

static void number_or_nothing(buf *b, bool is_known, double v, char after)
{
    csv_number(b, is_known ? v : (double)NAN, after);
}

static void flag(buf *b, bool is_so, char after)
{
    csv_text(b, is_so ? STR("true") : STR("false"), after);
}

void kpi_csv_rows(buf *b, const struct kpi_picture *p)
{
    const struct kpi_set *s = p->reading.set;
    BUF_LIT(b, "indicator,point,name_nl,name_en,year,area,state,value,unit,share,points,measured,demo\r\n");
    for (size_t i = 0; i < s->point_count; i++) {
        const struct kpi_point *point = s->points[i];
        const struct kpi_indicator *k = &s->indicators[point->indicator];
        const struct kpi_result *r = &p->results.points[i];
        csv_text(b, k->id, CSV_NEXT);
        csv_text(b, point->id, CSV_NEXT);
        csv_text(b, k->name.in[LANGUAGE_NL], CSV_NEXT);
        csv_text(b, k->name.in[LANGUAGE_EN], CSV_NEXT);
        csv_int(b, p->results.year, CSV_NEXT);
        csv_text(b, p->results.area, CSV_NEXT);
        csv_text(b, kpi_state_name(r->state), CSV_NEXT);
        number_or_nothing(b, r->has_value, r->value, CSV_NEXT);
        csv_text(b, point->unit_text, CSV_NEXT);
        number_or_nothing(b, r->is_scored, r->share, CSV_NEXT);
        number_or_nothing(b, r->is_scored, r->points, CSV_NEXT);
        flag(b, r->is_measured, CSV_NEXT);
        flag(b, r->is_demo, CSV_END);
    }
}

// One row per observation in the columns of SDMX-CSV 2.0; codes of this town's own dataflow.
static void sdmx_rows(buf *b, const struct kpi_picture *p)
{
    static const str status[KPI_STATE_COUNT] = {
        [KPI_STATE_MISSING] = {"M", 1},        [KPI_STATE_UNDEFINED] = {"M", 1},
        [KPI_STATE_NOT_APPLICABLE] = {"O", 1}, [KPI_STATE_NOT_VERIFIED] = {"Q", 1},
        [KPI_STATE_REPORTED] = {"P", 1},       [KPI_STATE_VERIFIED] = {"A", 1}};
    const struct kpi_set *s = p->reading.set;
    for (size_t i = 0; i < s->point_count; i++) {
        char id[KPI_POINT_ID_MAX];
        const struct kpi_result *r = &p->results.points[i];
        buf_print(b, "dataflow,PEIL:KPI_%.*s(1.0),I,", STR_ARG(s->id));
        csv_text(b, p->results.area, CSV_NEXT);
        csv_text(b, kpi_point_id(s, s->points[i], id), CSV_NEXT);
        csv_int(b, p->results.year, CSV_NEXT);
        number_or_nothing(b, r->has_value, r->value, CSV_NEXT);
        csv_text(b, s->points[i]->unit_text, CSV_NEXT);
        csv_text(b, status[r->state], CSV_END);
    }
}

// open-sdg reads one file per indicator: Year, then columns that break it down, Value last.
static void open_sdg_rows(buf *b, const struct kpi_trend *t, const struct kpi_indicator *k)
{
    BUF_LIT(b, "Year,Series,Units,Value\r\n");
    for (size_t y = 0; y < t->count; y++)
        for (size_t i = 0; i < k->point_count; i++) {
            const struct kpi_point *point = &k->points[i];
            const struct kpi_result *r = &t->pictures[y]->results.points[point->index];
            const str part = point->name.in[LANGUAGE_EN];
            if (!r->has_value) continue;
            csv_int(b, t->pictures[y]->results.year, CSV_NEXT);
            csv_text(b, part.n ? part : k->name.in[LANGUAGE_EN], CSV_NEXT);
            csv_text(b, point->unit_label.in[LANGUAGE_EN], CSV_NEXT);
            csv_number(b, r->value, CSV_END);
        }
}

bool kpi_export_sdmx(struct api_call *c, err *e)
{
    struct kpi_question q;
    struct kpi_trend t;
    if (!kpi_question_read(c, &q, e) || !kpi_trend_take(q.office, q.at, q.year, q.area, false, c->a, &t, e))
        return false;
    BUF_LIT(
        &c->out,
        "STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE,UNIT_MEASURE,OBS_STATUS\r\n");
    for (size_t y = 0; y < t.count; y++) sdmx_rows(&c->out, t.pictures[y]);
    return true;
}

bool kpi_export_open_sdg(struct api_call *c, err *e)
{
    struct kpi_question q;
    struct kpi_trend t;
    if (!kpi_question_read(c, &q, e)) return false;
    const struct kpi_indicator *const k = kpi_asked_indicator(c, &q, e);
    if (!k || !kpi_trend_take(q.office, q.at, q.year, q.area, false, c->a, &t, e)) return false;
    open_sdg_rows(&c->out, &t, k);
    return true;
}
