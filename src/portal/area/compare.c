// SPDX-License-Identifier: EUPL-1.2
// An area beside its own past, beside what it is part of, and beside guidelines.
#include "index/limit.h"
#include "portal/area/area_page.h"
#include "rollup/rollup.h"

#include <math.h>

#define TREND_DAYS 30
#define TREND_LEAST 0.1     // of the mean: less is "about the same"
#define TREND_LEAST_DB 1.0  // of levels

// The mean of the days in `when`; NAN: not one.
static bool mean_of(const struct area_view *v, str code, period of, interval when, double *out, err *e)
{
    const struct page *p = v->page;
    struct rollup_rows rows = {0};
    struct tally all = {0};
    if (!rollup_of_area(p->portal->config.rollups, p->at, code, v->series.quantity, of, when, &rows, e))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < rows.count; i++) ok = tally_merge(&all, &rows.all[i].tally, e);
    *out = ok && all.count ? tally_mean(&all, v->series.quantity) * v->series.factor : (double)NAN;
    tally_free(&all);
    rollup_rows_free(&rows);
    return ok;
}

static str trend_id(const struct area_view *v, double now, double before)
{
    const bool is_level = v->series.quantity->is_level;
    const double change = is_level ? now - before : (now - before) / fmax(fabs(before), 1e-9);
    const double least = is_level ? TREND_LEAST_DB : TREND_LEAST;
    return change > least    ? STR("area.trend.higher")
           : change < -least ? STR("area.trend.lower")
                             : STR("area.trend.same");
}

bool area_put_trend(struct area_view *v, err *e)
{
    struct page *p = v->page;
    double now, before;
    const interval days = area_days(p, TREND_DAYS),
                   earlier = {days.start - TREND_DAYS * TIME_DAY, days.start};
    if (!mean_of(v, v->area->code, PERIOD_DAY, days, &now, e) ||
        !mean_of(v, v->area->code, PERIOD_DAY, earlier, &before, e))
        return false;
    if (isnan(now) || isnan(before)) return true;
    view_text(&p->maker, p->root, STR("trend"),
              words_fill(p->words, p->a, trend_id(v, now, before),
                         FILLS({STR("now"), page_reading(p, &v->series, now)},
                               {STR("before"), page_reading(p, &v->series, before)})));
    return true;
}

static void put_compared(struct area_view *v, struct view *list, const struct area *a, double mean,
                         double most)
{
    struct page *p = v->page;
    struct view *row = view_object(&p->maker, list, (str){0});
    const struct scale_class *class = scale_class_at(v->series.scale, mean);
    str share = {0};
    if (!arena_print(p->a, &share, "%.0f", most > 0 ? fmin(100, fmax(0, mean / most * 100)) : 0))
        p->maker.failed = true;
    view_text(&p->maker, row, STR("name"), area_title(p, a));
    view_text(&p->maker, row, STR("href"), a == v->area ? (str){0} : area_href(p, a, v->spots.layer));
    view_text(&p->maker, row, STR("value"), page_number(p, &v->series, mean));
    view_text(&p->maker, row, STR("share"), share);
    view_text(&p->maker, row, STR("class"), class ? class->name : STR("plain"));
    view_text(&p->maker, row, STR("word"), page_class_word(p, class));
}

// The last 30 days here, and in all that it is part of.
bool area_put_comparison(struct area_view *v, err *e)
{
    struct page *p = v->page;
    const struct meter_list *l = p->meters;
    const struct area *areas[AREA_LEVEL_COUNT + 1];
    double means[AREA_LEVEL_COUNT + 1], most = 0;
    size_t n = 0;
    for (const struct area *a = v->area; a && n <= AREA_LEVEL_COUNT; a = atlas_parent(l->atlas, a, l->year)) {
        double mean;
        if (a != v->area && !area_has_name(a)) continue;
        if (!mean_of(v, a->code, PERIOD_DAY, area_days(p, TREND_DAYS), &mean, e)) return false;
        if (isnan(mean) || (n > 0 && mean == means[n - 1]))
            continue;  // all its meters are those of the part below
        areas[n] = a;
        means[n++] = mean;
        most = fmax(most, mean);
    }
    struct view *list = view_list(&p->maker, p->root, STR("compared"));
    for (size_t i = 0; i < n; i++) put_compared(v, list, areas[i], means[i], most);
    view_flag(&p->maker, p->root, STR("has_compared"), n > 1);
    return true;
}

static void put_guideline(struct area_view *v, struct view *list, const struct limit *limit, double mean)
{
    struct page *p = v->page;
    struct view *row = view_object(&p->maker, list, (str){0});
    str name = {0};
    const str set = limit_set_key(limit->set);
    if (!arena_print(p->a, &name, "area.guideline.%.*s", STR_ARG(set))) p->maker.failed = true;
    view_text(&p->maker, row, STR("name"), page_text(p, name));
    view_text(&p->maker, row, STR("limit"), words_number(p->words, p->a, limit->value, 0));
    view_text(&p->maker, row, STR("value"), page_number(p, &v->series, mean));
    view_text(&p->maker, row, STR("outcome"),
              page_text(p, mean > limit->value ? STR("area.guideline.above") : STR("area.guideline.below")));
    view_flag(&p->maker, row, STR("is_above"), mean > limit->value);
}

// The mean of this year so far beside guidelines for a year: an indication, for the year is not over and meters are cheap.
bool area_put_guidelines(struct area_view *v, err *e)
{
    struct page *p = v->page;
    substance which;
    size_t count, shown = 0;
    double mean;
    if (!substance_by_key(v->spots.layer, &which)) return true;
    const interval year = {tz_year_start(p->portal->zone, p->now), p->now};
    if (!mean_of(v, v->area->code, PERIOD_MONTH, year, &mean, e)) return false;
    if (isnan(mean)) return true;
    struct view *list = view_list(&p->maker, p->root, STR("guidelines"));
    const struct limit *all = limits_all(&count);
    for (size_t i = 0; i < count; i++) {
        if (all[i].substance != which || all[i].over != OVER_YEAR) continue;
        put_guideline(v, list, &all[i], mean);
        shown++;
    }
    view_flag(&p->maker, p->root, STR("has_guidelines"), shown > 0);
    return true;
}
