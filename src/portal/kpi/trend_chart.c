// SPDX-License-Identifier: EUPL-1.2
// A data point over the years as a picture, with its benchmark and promise as lines; the table beside it has the same numbers.
#include "portal/kpi/parts.h"

#include "render/svg_chart.h"

#include <math.h>

#define CHART_BYTES_MAX ((size_t)128 << 10)
#define LINES_MAX 2

static instant middle_of(int year)
{
    instant t = 0;
    (void)time_from_civil((civil){.year = year, .month = 7, .day = 1}, &t);
    return t;
}

static size_t points_take(const struct kpi_page *k, const struct kpi_point *point, struct chart_point *out)
{
    size_t n = 0;
    for (size_t y = 0; y < k->trend.count; y++) {
        const struct kpi_results *all = &k->trend.pictures[y]->results;
        const struct kpi_result *r = &all->points[point->index];
        if (r->has_value) out[n++] = (struct chart_point){middle_of(all->year), r->value, r->value, r->value};
    }
    return n;
}

static str with_number(struct kpi_page *k, str words, const struct kpi_point *point, double v)
{
    str out = words;
    const str number = kpi_value_text(k, point, v);
    if (!arena_print(k->page->a, &out, "%.*s: %.*s", STR_ARG(words), STR_ARG(number)))
        k->page->maker.failed = true;
    return out;
}

static size_t lines_take(struct kpi_page *k, const struct kpi_point *point, struct chart_line *out)
{
    size_t n = 0;
    const struct kpi_target *benchmark = &k->picture->targets.benchmark[point->index],
                            *policy = &k->picture->targets.policy[point->index];
    if (benchmark->is_given)
        out[n++] = (struct chart_line){
            benchmark->scale.target,
            with_number(k, page_text(k->page, STR("kpi.benchmark")), point, benchmark->scale.target)};
    if (policy->is_given && !(benchmark->is_given && policy->scale.target == benchmark->scale.target))
        out[n++] = (struct chart_line){
            policy->scale.target,
            with_number(k, page_text(k->page, STR("kpi.policy")), point, policy->scale.target)};
    return n;
}

// The axis holds the values, and the lines where they do not flatten all else.
static void span_of(const struct chart *c, double *low, double *high)
{
    *low = *high = c->points[0].mean;
    for (size_t i = 0; i < c->point_count; i++) {
        *low = fmin(*low, c->points[i].mean);
        *high = fmax(*high, c->points[i].mean);
    }
    const double room = 5 * fmax(*high - *low, fmax(fabs(*high), fabs(*low)) / 10);
    for (size_t i = 0; i < c->line_count; i++) {
        if (c->lines[i].value < *low - room || c->lines[i].value > *high + room) continue;
        *low = fmin(*low, c->lines[i].value);
        *high = fmax(*high, c->lines[i].value);
    }
    if (*high == *low) *high += fabs(*high) / 10 + 1;
}

static void ticks_name(struct kpi_page *k, const struct kpi_point *point, struct chart *c,
                       struct chart_tick *values, struct chart_tick *years)
{
    for (size_t i = 0; i < c->value_tick_count; i++) {
        const double step = c->value_tick_count > 1 ? values[1].value - values[0].value : 1;
        values[i].text = kpi_shown(k, values[i].value,
                                   step >= 1             ? 0
                                   : point->decimals > 1 ? point->decimals
                                                         : 1);
    }
    for (size_t i = 0; i < c->point_count; i++) {
        years[i] = (struct chart_tick){.at = c->points[i].at};
        if (!arena_print(k->page->a, &years[i].text, "%d", time_to_civil(c->points[i].at).year))
            k->page->maker.failed = true;
    }
}

static str title_of(struct kpi_page *k, const struct kpi_point *point, const struct chart *c)
{
    buf b = {.max = 2048};
    buf_add(&b, kpi_say(k, &k->office->set->indicators[point->indicator].name));
    for (size_t i = 0; i < c->point_count; i++) {
        const str number = kpi_value_text(k, point, c->points[i].mean);
        buf_print(&b, "%s %d: %.*s", i ? ";" : ".", time_to_civil(c->points[i].at).year, STR_ARG(number));
    }
    return page_buf(k->page, &b);
}

void kpi_put_trend_chart(struct kpi_page *k, struct view *v, const struct kpi_point *point)
{
    struct chart_point points[KPI_TREND_YEARS_MAX];
    struct chart_line lines[LINES_MAX];
    struct chart_tick values[CHART_TICKS_MAX], years[CHART_TICKS_MAX];
    struct chart c = {.points = points,
                      .point_count = points_take(k, point, points),
                      .lines = lines,
                      .step = 367 * TIME_DAY,
                      .gap_least = 400 * TIME_DAY,
                      .value_ticks = values,
                      .time_ticks = years,
                      .gap_text = page_text(k->page, STR("chart.gap"))};
    double low, high;
    if (c.point_count < 2 || point->unit.is_claim) return;  // two claims, or one number, are no line
    c.line_count = lines_take(k, point, lines);
    span_of(&c, &low, &high);
    c.value_tick_count = chart_axis(low, high, low >= 0 && low <= high / 2, 4, values);
    c.low = values[0].value;
    c.high = values[c.value_tick_count - 1].value;
    c.when = (interval){points[0].at - 183 * TIME_DAY, points[c.point_count - 1].at + 183 * TIME_DAY};
    c.time_tick_count = c.point_count;
    ticks_name(k, point, &c, values, years);
    c.title = title_of(k, point, &c);
    buf svg = {.max = CHART_BYTES_MAX};
    svg_chart(&svg, &c);
    view_text(&k->page->maker, v, STR("chart"), page_buf(k->page, &svg));
}
