// SPDX-License-Identifier: EUPL-1.2
#include "portal/view/chart.h"

#include "index/limit.h"

#include <math.h>

#define CHART_BYTES_MAX ((size_t)1 << 20)
#define ROWS_MAX 200
#define VALUE_STEPS 5
#define LINES_MAX 2

static const struct {
    str name, caption;
} periods[PAST_COUNT] = {
    [PAST_DAY] = {STR("period.day"), STR("chart.caption.day")},
    [PAST_WEEK] = {STR("period.week"), STR("chart.caption.week")},
    [PAST_MONTH] = {STR("period.month"), STR("chart.caption.month")},
    [PAST_YEAR] = {STR("period.year"), STR("chart.caption.year")},
};

str chart_period_name(struct page *p, past_period k)
{
    return page_text(p, periods[k].name);
}

str chart_caption(struct page *p, past_period k)
{
    return page_text(p, periods[k].caption);
}

// Every 4 hours of a day, every day of a week, every 5 days of a month, every month of a year.
static size_t time_ticks(struct page *p, const struct past *past,
                         struct chart_tick out[static CHART_TICKS_MAX])
{
    const struct tz *zone = p->portal->zone;
    const instant day = tz_day_start(zone, past->when.start);
    size_t n = 0;
    for (int i = 0; n < CHART_TICKS_MAX; i++) {
        instant at;
        str text = {0};
        if (past->period == PAST_DAY) {
            at = day + i * 4 * TIME_HOUR;
            text = words_clock(p->words, p->a, zone, at);
            text = str_slice(text, 0, 5);
        } else if (past->period == PAST_YEAR) {
            at = tz_month_start(zone, day + (i + 1) * 30 * TIME_DAY + 12 * TIME_HOUR);
            if (!arena_print(p->a, &text, "1-%d", tz_civil(zone, at).month)) p->maker.failed = true;
        } else {
            at = tz_day_start(zone, day + i * TIME_DAY + 12 * TIME_HOUR);
            const civil c = tz_civil(zone, at);
            if (past->period == PAST_WEEK)
                text = words_weekday_short(p->words, zone, at + TIME_HOUR);
            else if (i % 5 == 0 && !arena_print(p->a, &text, "%d-%d", c.day, c.month))
                p->maker.failed = true;
        }
        if (at >= past->when.end) break;
        if (at >= past->when.start) out[n++] = (struct chart_tick){.at = at, .text = text};
    }
    return n;
}

static size_t value_ticks(struct page *p, const struct series *s, const struct past *past,
                          struct chart_tick out[static CHART_TICKS_MAX])
{
    const size_t n = chart_axis(past->low, past->high, s->scale->from_zero, VALUE_STEPS, out);
    const double step = n > 1 ? out[1].value - out[0].value : 1;
    const int decimals = step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
    for (size_t i = 0; i < n; i++) out[i].text = words_number(p->words, p->a, out[i].value, decimals);
    return n;
}

static str chart_title(struct page *p, const struct series *s, const struct past *past, size_t gaps)
{
    str count = {0}, out = {0};
    const struct fill fills[] = {
        {STR("quantity"), page_quantity_name(p, s)},
        {STR("period"), page_text(p, periods[past->period].name)},
        {STR("low"), page_reading(p, s, past->low)},
        {STR("high"), page_reading(p, s, past->high)},
    };
    const size_t fill_count = sizeof fills / sizeof fills[0];
    if (past->count == 0) return words_fill(p->words, p->a, STR("chart.title.empty"), fills, fill_count);
    const str title = words_fill(
        p->words, p->a, past->is_of_many ? STR("chart.title.many") : STR("chart.title"), fills, fill_count);
    const str id = gaps == 0   ? STR("chart.title.whole")
                   : gaps == 1 ? STR("chart.title.gap")
                               : STR("chart.title.gaps");
    if (!arena_print(p->a, &count, "%zu", gaps)) p->maker.failed = true;
    const str about_gaps = words_fill(p->words, p->a, id, FILLS({STR("count"), count}));
    if (!arena_print(p->a, &out, "%.*s %.*s", STR_ARG(title), STR_ARG(about_gaps))) p->maker.failed = true;
    return out;
}

static size_t classes_of(struct page *p, const struct scale *s,
                         struct chart_class out[static SHOWN_CLASSES_MAX])
{
    for (int i = 0; i < s->class_count; i++)
        out[i] = (struct chart_class){.least = i ? s->classes[i - 1].below : (double)-INFINITY,
                                      .most = s->classes[i].below,
                                      .class = s->classes[i].name,
                                      .word = page_class_word(p, &s->classes[i])};
    return (size_t)s->class_count;
}

// A guideline for days may only stand on means of days: WHO's, of the substances that have one.
static size_t guideline(struct page *p, const struct series *s, const struct past *past,
                        struct chart_line out[static LINES_MAX])
{
    size_t count, n = 0;
    substance which;
    if (past->period != PAST_MONTH && past->period != PAST_YEAR) return 0;
    if (!s->quantity || !s->is_canonical || !substance_by_key(s->quantity->key, &which)) return 0;
    const struct limit *all = limits_all(&count);
    for (size_t i = 0; i < count && n < LINES_MAX; i++)
        if (all[i].set == LIMITS_WHO_2021 && all[i].over == OVER_DAY && all[i].substance == which)
            out[n++] = (struct chart_line){all[i].value, page_text(p, STR("chart.line.who"))};
    return n;
}

static void put_chart(struct page *p, const struct series *s, const struct past *past,
                      const struct chart_line *lines, size_t line_count, const struct past *real)
{
    struct chart_tick values[CHART_TICKS_MAX], times[CHART_TICKS_MAX];
    struct chart_class classes[SHOWN_CLASSES_MAX];
    struct chart c = {.when = past->when,
                      .step = past->step,
                      .gap_least = past->gap_least,
                      .points = past->points,
                      .point_count = past->count,
                      .value_ticks = values,
                      .time_ticks = times,
                      .classes = classes,
                      .lines = lines,
                      .line_count = line_count,
                      .gap_text = page_text(p, STR("chart.gap")),
                      .empty_text = page_text(p, STR("chart.empty"))};
    c.value_tick_count = value_ticks(p, s, past, values);
    c.time_tick_count = time_ticks(p, past, times);
    c.class_count = classes_of(p, s->scale, classes);
    c.low = values[0].value;
    c.high = values[c.value_tick_count - 1].value;
    c.title = chart_title(p, s, real, chart_gaps(&c, NULL, 0));
    buf svg = {.max = CHART_BYTES_MAX};
    svg_chart(&svg, &c);
    view_text(&p->maker, p->root, STR("chart"), page_buf(p, &svg));
}

static void put_figure(struct page *p, struct view *list, const struct series *s, str name, double v)
{
    struct view *f = view_object(&p->maker, list, (str){0});
    view_text(&p->maker, f, STR("name"), page_text(p, name));
    view_text(&p->maker, f, STR("value"), page_number(p, s, v));
}

// `low` and `high` are heads of columns too.
static void put_figures(struct page *p, const struct series *s, const struct past *past)
{
    const str low = past->is_of_many ? STR("figure.low.many") : STR("figure.low"),
              high = past->is_of_many ? STR("figure.high.many") : STR("figure.high");
    struct view *list = view_list(&p->maker, p->root, STR("figures"));
    view_text(&p->maker, p->root, STR("low_name"), page_text(p, low));
    view_text(&p->maker, p->root, STR("high_name"), page_text(p, high));
    if (past->count == 0) return;
    put_figure(p, list, s, STR("figure.mean"), past->mean);
    put_figure(p, list, s, low, past->low);
    put_figure(p, list, s, high, past->high);
}

static str row_when(struct page *p, const struct past *past, const struct chart_point *at)
{
    const instant start = at->at - past->step / 2;
    switch (past->period) {
    case PAST_DAY: return page_when(p, start);
    case PAST_WEEK: return words_hour(p->words, p->a, p->portal->zone, start);
    case PAST_MONTH:
    case PAST_YEAR:
    case PAST_COUNT: break;
    }
    return words_day(p->words, p->a, p->portal->zone, at->at);
}

static str permille(struct page *p, double share)
{
    str out = {0};
    if (!arena_print(p->a, &out, "%.1f", fmin(fmax(share, 0), 1) * 1000)) p->maker.failed = true;
    return out;
}

// Newest first, as somebody looking for "just now" wants it. x and y are where the point stands in the chart.
static void put_rows(struct page *p, const struct series *s, const struct past *past)
{
    struct chart_tick axis[CHART_TICKS_MAX];
    const size_t n = chart_axis(past->low, past->high, s->scale->from_zero, VALUE_STEPS, axis);
    const double low = axis[0].value, span = axis[n - 1].value - low;
    struct view *list = view_list(&p->maker, p->root, STR("rows"));
    const size_t first = past->count > ROWS_MAX ? past->count - ROWS_MAX : 0;
    for (size_t i = past->count; i-- > first;) {
        const struct chart_point *at = &past->points[i];
        struct view *row = view_object(&p->maker, list, (str){0});
        const double share = (double)(at->at - past->when.start) /
                             (double)(past->when.end - past->when.start);
        view_text(&p->maker, row, STR("when"), row_when(p, past, at));
        view_text(&p->maker, row, STR("mean"), words_number(p->words, p->a, at->mean, s->decimals));
        view_text(&p->maker, row, STR("low"), words_number(p->words, p->a, at->low, s->decimals));
        view_text(&p->maker, row, STR("high"), words_number(p->words, p->a, at->high, s->decimals));
        view_text(&p->maker, row, STR("x"), permille(p, share));
        view_text(&p->maker, row, STR("y"), permille(p, (at->mean - low) / span));
    }
}

// The axis reaches up to the guidelines, so that one sees how far away they are.
void chart_put(struct page *p, const struct series *s, const struct past *past)
{
    struct chart_line lines[LINES_MAX];
    const size_t count = guideline(p, s, past, lines);
    struct past drawn = *past;
    for (size_t i = 0; i < count; i++) drawn.high = fmax(drawn.high, lines[i].value);
    put_chart(p, s, &drawn, lines, count, past);
    put_figures(p, s, past);
    put_rows(p, s, &drawn);
}
