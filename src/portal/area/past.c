// SPDX-License-Identifier: EUPL-1.2
// How an area went: its figures over a day, week, month or year as a chart and a table.
#include "portal/area/area_page.h"
#include "portal/view/chart.h"
#include "portal/view/layer.h"
#include "rollup/rollup.h"

#include <math.h>

#define POINTS_MAX 400
#define HOURS_METERS_MOST 40  // more meters: a week is shown by days, hours cost too much

static const struct {
    period of, of_many;
    int days;
    instant step;
} spans[PAST_COUNT] = {
    [PAST_DAY] = {PERIOD_HOUR, PERIOD_HOUR, 1, TIME_HOUR},
    [PAST_WEEK] = {PERIOD_HOUR, PERIOD_DAY, 7, TIME_HOUR},
    [PAST_MONTH] = {PERIOD_DAY, PERIOD_DAY, 30, TIME_DAY},
    [PAST_YEAR] = {PERIOD_DAY, PERIOD_DAY, 365, TIME_DAY},
};

interval area_days(const struct page *p, int days)
{
    const struct tz *zone = p->portal->zone;
    const instant today = tz_day_start(zone, p->now);
    return (interval){tz_day_start(zone, today - (days - 1) * TIME_DAY + 12 * TIME_HOUR),
                      tz_day_start(zone, today + 30 * TIME_HOUR)};
}

static interval past_hours(const struct page *p, int hours)
{
    const instant end = (p->now / TIME_HOUR + 1) * TIME_HOUR;
    return (interval){end - hours * TIME_HOUR, end};
}

static void add_point(struct past *past, const struct area_view *v, const struct rollup_row *row)
{
    const struct quantity *q = v->series.quantity;
    const double f = v->series.factor;
    const struct tally *t = &row->tally;
    struct chart_point *at = &past->points[past->count++];
    *at = (struct chart_point){.at = row->when.start + (row->when.end - row->when.start) / 2,
                               .mean = tally_mean(t, q) * f,
                               .low = tally_quantile(t, 0.1) * f,
                               .high = tally_quantile(t, 0.9) * f};
    at->low = fmin(at->low, at->mean);
    at->high = fmax(at->high, at->mean);
    past->low = past->count == 1 ? at->low : fmin(past->low, at->low);
    past->high = past->count == 1 ? at->high : fmax(past->high, at->high);
    past->mean += (at->mean - past->mean) / (double)past->count;
}

static bool read_past(struct area_view *v, struct past *out, err *e)
{
    struct page *p = v->page;
    const past_period k = v->period;
    const period of = v->spots.count > HOURS_METERS_MOST ? spans[k].of_many : spans[k].of;
    struct past past = {.is_of_many = true,
                        .period = of == PERIOD_DAY && k == PAST_WEEK ? PAST_MONTH : k,
                        .when = of == PERIOD_DAY ? area_days(p, spans[k].days)
                                                 : past_hours(p, spans[k].days * 24),
                        .step = of == PERIOD_DAY ? TIME_DAY : TIME_HOUR,
                        .gap_least = of == PERIOD_DAY ? 30 * TIME_HOUR : TIME_HOUR,
                        .points = ARENA_ARRAY(p->a, POINTS_MAX, struct chart_point)};
    struct rollup_rows rows = {0};
    if (!past.points) return err_no_memory(e);
    if (!rollup_of_area(p->portal->config.rollups, p->at, v->area->code, v->series.quantity, of, past.when,
                        &rows, e))
        return false;
    for (size_t i = 0; i < rows.count && past.count < POINTS_MAX; i++)
        if (rows.all[i].tally.count > 0) add_point(&past, v, &rows.all[i]);
    rollup_rows_free(&rows);
    *out = past;
    return true;
}

static void put_periods(struct area_view *v)
{
    struct page *p = v->page;
    struct view *list = view_list(&p->maker, p->root, STR("periods"));
    for (past_period k = 0; k < PAST_COUNT; k++) {
        const str key = past_period_key(k);
        struct view *item = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, item, STR("name"), chart_period_name(p, k));
        view_text(&p->maker, item, STR("href"),
                  page_href(p, "gebied/%.*s?stof=%.*s&periode=%.*s#verloop", STR_ARG(v->area->code),
                            STR_ARG(v->spots.layer), STR_ARG(key)));
        view_flag(&p->maker, item, STR("current"), k == v->period);
    }
}

bool area_put_past(struct area_view *v, err *e)
{
    struct page *p = v->page;
    struct past past;
    const bool has = p->portal->config.rollups && v->series.quantity && tally_has(v->series.quantity);
    view_flag(&p->maker, p->root, STR("has_chart"), has);
    if (!has) return true;
    if (!read_past(v, &past, e)) return false;
    view_flag(&p->maker, p->root, STR("has_points"), past.count > 0);
    view_text(&p->maker, p->root, STR("chart_name"), layer_name(p, v->spots.layer));
    view_text(&p->maker, p->root, STR("chart_unit"), v->series.unit);
    view_text(&p->maker, p->root, STR("chart_caption"),
              page_text(p, past.step == TIME_DAY ? STR("area.caption.days") : STR("area.caption.hours")));
    put_periods(v);
    chart_put(p, &v->series, &past);
    return true;
}
