// SPDX-License-Identifier: EUPL-1.2
// An area, from a street to the world: how it is there now, how that went, and how it compares.
#include "index/limit.h"
#include "portal/view/chart.h"
#include "portal/view/index.h"
#include "portal/view/layer.h"
#include "rollup/rollup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MAP_BYTES_MAX ((size_t)2 << 20)
#define METERS_SHOWN_MOST 100
#define MARKERS_MOST 10  // on the small map
#define NOISE_METERS_MOST 5
#define METERS_LEAST 3  // fewer fresh ones say nothing of an area, unless one is a reference station
#define TREND_DAYS 30
#define TREND_LEAST 0.1     // of the mean: less is "about the same"
#define TREND_LEAST_DB 1.0  // of levels
#define POINTS_MAX 400
#define HOURS_METERS_MOST 40  // more meters: a week is shown by days, hours cost too much

struct area_view {
    struct page *page;
    const struct area *area;
    struct spots spots;
    struct series series;  // of the layer as figures of areas have it: canonical unit and its scale
    past_period period;
};

// ---- Which area --------------------------------------------------------------------------------------------------

static bool lies_in(const struct meter *m, const void *context)
{
    const struct area_view *v = context;
    const struct area_spot *s = &m->spot;
    const struct meter_list *l = v->page->meters;
    if (!s->leaf) return false;
    return s->street == v->area || s->town == v->area || s->region == v->area ||
           atlas_is_within(l->atlas, s->leaf, v->area, l->year);
}

static bool measures(const struct meter *m, str key)
{
    for (size_t i = 0; i < m->series_count; i++)
        if (m->series[i].quantity && str_eq(m->series[i].quantity->key, key)) return true;
    return false;
}

static str level_text(struct page *p, const struct area *a)
{
    str id = {0};
    if (!arena_print(p->a, &id, "area.level.%.*s", STR_ARG(area_level_name(a->level))))
        p->maker.failed = true;
    return page_text(p, id);
}

// Districts often come without a name of their own.
static bool has_name(const struct area *a)
{
    return !str_eq(a->name, a->code);
}

static str area_title(struct page *p, const struct area *a)
{
    if (has_name(a)) return a->name;
    return words_fill(p->words, p->a, STR("area.unnamed"),
                      FILLS({STR("level"), level_text(p, a)}, {STR("code"), a->code}));
}

static str area_href(struct page *p, const struct area *a, str layer)
{
    return page_href(p, "gebied/%.*s%s%.*s", STR_ARG(a->code), layer.n ? "?stof=" : "", STR_ARG(layer));
}

static bool find_area(struct area_view *v, err *e)
{
    struct page *p = v->page;
    const struct meter_list *l = p->meters;
    v->area = l->atlas ? atlas_find(l->atlas, p->rest, l->year) : NULL;
    return v->area || err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no such area");
}

static void put_parents(struct area_view *v)
{
    struct page *p = v->page;
    const struct meter_list *l = p->meters;
    const struct area *up[AREA_LEVEL_COUNT];
    size_t n = 0;
    for (const struct area *a = atlas_parent(l->atlas, v->area, l->year); a && n < AREA_LEVEL_COUNT;
         a = atlas_parent(l->atlas, a, l->year))
        if (has_name(a)) up[n++] = a;
    struct view *list = view_list(&p->maker, p->root, STR("parents"));
    while (n-- > 0) {
        struct view *item = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, item, STR("name"), up[n]->name);
        view_text(&p->maker, item, STR("href"), area_href(p, up[n], v->spots.layer));
    }
}

// ---- Now ---------------------------------------------------------------------------------------------------------

static const struct spot *reference_among(const struct spots *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->all[i].meter->kind == METER_REFERENCE && s->all[i].reading.state == READING_FRESH)
            return &s->all[i];
    return NULL;
}

static bool says_something(const struct spots *s)
{
    return s->fresh_count >= METERS_LEAST || reference_among(s);
}

// portal.md section 5: the same three words everywhere.
static str certainty(struct page *p, const struct spots *s)
{
    if (reference_among(s)) return page_text(p, STR("sure.yes"));
    return page_text(p, s->fresh_count >= METERS_LEAST ? STR("sure.fairly") : STR("sure.no"));
}

static instant newest_of(const struct spots *s)
{
    instant newest = TIME_NONE;
    for (size_t i = 0; i < s->count; i++)
        if (s->all[i].reading.state == READING_FRESH &&
            (newest == TIME_NONE || s->all[i].reading.at > newest))
            newest = s->all[i].reading.at;
    return newest;
}

static str sentence(struct area_view *v)
{
    struct page *p = v->page;
    const struct spots *s = &v->spots;
    const struct fill fills[] = {
        {STR("layer"), layer_name(p, s->layer)},
        {STR("count"), layer_count(p, s->fresh_count)},
        {STR("middle"), s->series ? page_reading(p, s->series, s->middle) : (str){0}},
        {STR("word"),
         s->fresh_count ? page_class_word(p, scale_class_at(spots_scale(s), s->middle)) : (str){0}},
    };
    const str id = s->count == 0          ? STR("area.sentence.nothing")
                   : s->fresh_count == 0  ? STR("summary.none")
                   : !says_something(s)   ? STR("area.sentence.few")
                   : fills[3].text.n == 0 ? STR("area.sentence.plain")
                                          : STR("area.sentence");
    return words_fill(p->words, p->a, id, fills, sizeof fills / sizeof fills[0]);
}

static void put_now(struct area_view *v)
{
    struct page *p = v->page;
    struct view_maker *m = &p->maker;
    const struct spots *s = &v->spots;
    const bool counts = says_something(s) && s->fresh_count > 0;
    const struct scale_class *class = counts ? scale_class_at(spots_scale(s), s->middle) : NULL;
    const str said = sentence(v);
    view_text(m, p->root, STR("sentence"), said);
    view_text(m, p->root, STR("share_text"), said);
    view_text(m, p->root, STR("headline_word"), page_class_word(p, class));
    view_text(m, p->root, STR("headline_class"), class ? class->name : STR("plain"));
    view_text(m, p->root, STR("layer"), s->layer);
    view_text(m, p->root, STR("layer_name"), layer_name(p, s->layer));
    view_text(m, p->root, STR("layer_unit"), s->series ? s->series->unit : (str){0});
    if (!s->fresh_count) return;
    view_text(
        m, p->root, STR("measured"),
        words_fill(p->words, p->a, s->fresh_count == 1 ? STR("area.measured.one") : STR("area.measured"),
                   FILLS({STR("when"), page_when(p, newest_of(s))},
                         {STR("count"), layer_count(p, s->fresh_count)}, {STR("sure"), certainty(p, s)})));
}

static double distance(struct place a, struct place b)
{
    const double x = (a.longitude - b.longitude) * cos(a.latitude * M_PI / 180);
    return hypot(x, a.latitude - b.latitude);
}

// With too few meters of its own, the nearest official station says more.
static bool put_nearest(struct area_view *v, err *e)
{
    struct page *p = v->page;
    const struct place middle = {v->area->middle.longitude, v->area->middle.latitude};
    struct spots all;
    if (says_something(&v->spots)) return true;
    if (!spots_read(p, v->spots.layer, (struct spot_choice){.has = NULL}, &all, e)) return false;
    const struct spot *best = NULL;
    for (size_t i = 0; i < all.count; i++) {
        const struct spot *s = &all.all[i];
        if (s->meter->kind != METER_REFERENCE || !s->meter->has_place || s->reading.state != READING_FRESH)
            continue;
        if (!best || distance(s->meter->place, middle) < distance(best->meter->place, middle)) best = s;
    }
    if (!best) return true;
    struct view *near = view_object(&p->maker, p->root, STR("nearest"));
    view_text(&p->maker, near, STR("name"), best->meter->name);
    view_text(&p->maker, near, STR("href"),
              page_href(p, "meter/%lld?stof=%.*s", (long long)best->meter->id, STR_ARG(all.layer)));
    view_text(&p->maker, near, STR("value"), page_reading(p, best->series, best->reading.value));
    return true;
}

static const struct index_now *index_of(const struct page *p, str code)
{
    const struct index_area_now *found = p->index ? index_area_find(p->index, code) : NULL;
    return found ? &found->now : NULL;
}

static void put_map(struct area_view *v)
{
    struct page *p = v->page;
    const struct ground *g = &p->meters->ground;
    if (!g->outlines) return;
    struct map_area *areas = ARENA_ARRAY(p->a, g->outlines->count + 1, struct map_area);
    struct map_marker *markers = ARENA_ARRAY(p->a, MARKERS_MOST + 1, struct map_marker);
    if (!areas || !markers) {
        p->maker.failed = true;
        return;
    }
    for (size_t i = 0; i < g->outlines->count; i++)
        areas[i] = (struct map_area){
            .class = index_class(p, index_of(p, g->areas[i]->code)),
            .is_here = atlas_is_within(p->meters->atlas, g->areas[i], v->area, p->meters->year),
            .href = area_href(p, g->areas[i], v->spots.layer),
            .label = g->areas[i]->name};
    size_t n = 0;
    for (size_t i = 0; i < v->spots.count && v->spots.count <= MARKERS_MOST; i++)
        if (v->spots.all[i].meter->has_place)
            markers[n++] = layer_marker(p, &v->spots.all[i], v->spots.layer);
    buf svg = {.max = MAP_BYTES_MAX};
    svg_map(&svg, g->outlines, areas, markers, n,
            words_fill(p->words, p->a, STR("area.map"), FILLS({STR("name"), v->area->name})));
    view_text(&p->maker, p->root, STR("map"), page_buf(p, &svg));
}

// ---- The past ----------------------------------------------------------------------------------------------------

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

static interval past_days(const struct page *p, int days)
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
    struct past past = {.period = of == PERIOD_DAY && k == PAST_WEEK ? PAST_MONTH : k,
                        .when = of == PERIOD_DAY ? past_days(p, spans[k].days)
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

static bool put_past(struct area_view *v, err *e)
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

// ---- Trend and comparison ----------------------------------------------------------------------------------------

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

static bool put_trend(struct area_view *v, err *e)
{
    struct page *p = v->page;
    double now, before;
    const interval days = past_days(p, TREND_DAYS),
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
static bool put_comparison(struct area_view *v, err *e)
{
    struct page *p = v->page;
    const struct meter_list *l = p->meters;
    const struct area *areas[AREA_LEVEL_COUNT + 1];
    double means[AREA_LEVEL_COUNT + 1], most = 0;
    size_t n = 0;
    for (const struct area *a = v->area; a && n <= AREA_LEVEL_COUNT; a = atlas_parent(l->atlas, a, l->year)) {
        double mean;
        if (a != v->area && !has_name(a)) continue;
        if (!mean_of(v, a->code, PERIOD_DAY, past_days(p, TREND_DAYS), &mean, e)) return false;
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
static bool put_guidelines(struct area_view *v, err *e)
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

// ---- Parts and meters --------------------------------------------------------------------------------------------

struct part {
    const struct area *area;
    double values[METERS_SHOWN_MOST];
    size_t count, fresh;
};

static struct part *part_of(struct part *parts, size_t count, const struct area *a)
{
    for (size_t i = 0; i < count; i++)
        if (parts[i].area == a) return &parts[i];
    return NULL;
}

// The part that a meter lies in; NULL: in none.
static struct part *part_with(const struct area_view *v, struct part *parts, size_t count,
                              const struct meter *m)
{
    const struct meter_list *l = v->page->meters;
    struct part *found = NULL;
    for (const struct area *a = m->spot.leaf; a && !found; a = atlas_parent(l->atlas, a, l->year))
        found = part_of(parts, count, a);
    return found;
}

// Its children; in place of one without a name of its own, that one's children.
static bool list_parts(struct area_view *v, struct part **out, size_t *count, err *e)
{
    struct page *p = v->page;
    const struct meter_list *l = p->meters;
    const struct area **children, **below;
    size_t n, n_below;
    if (!atlas_children(l->atlas, v->area, l->year, p->a, &children, &n, e)) return false;
    *out = ARENA_ARRAY(p->a, GROUND_AREAS_MOST, struct part);
    *count = 0;
    if (!*out) return err_no_memory(e);
    for (size_t i = 0; i < n; i++) {
        below = &children[i];
        n_below = 1;
        if (!has_name(children[i]) &&
            !atlas_children(l->atlas, children[i], l->year, p->a, &below, &n_below, e))
            return false;
        for (size_t k = 0; k < n_below && *count < GROUND_AREAS_MOST; k++) (*out)[(*count)++].area = below[k];
    }
    return true;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void put_part(struct area_view *v, struct view *list, struct part *part)
{
    struct page *p = v->page;
    struct view_maker *m = &p->maker;
    struct view *row = view_object(m, list, (str){0});
    const bool counts = part->fresh > 0;
    qsort(part->values, part->fresh, sizeof part->values[0], by_value);
    const double middle = counts ? part->values[part->fresh / 2] : 0;
    const struct scale_class *class = counts ? scale_class_at(spots_scale(&v->spots), middle) : NULL;
    view_text(m, row, STR("name"), area_title(p, part->area));
    view_text(m, row, STR("href"), area_href(p, part->area, v->spots.layer));
    view_text(m, row, STR("count"), layer_count(p, part->count));
    view_text(m, row, STR("state"), counts ? STR("fresh") : STR("silent"));
    view_text(m, row, STR("value"), counts ? page_number(p, v->spots.series, middle) : STR("–"));
    view_text(m, row, STR("word"), page_class_word(p, class));
    view_text(m, row, STR("class"), class ? class->name : STR("plain"));
}

static bool put_parts(struct area_view *v, err *e)
{
    struct page *p = v->page;
    struct part *parts;
    size_t count, shown = 0;
    if (!list_parts(v, &parts, &count, e)) return false;
    for (size_t i = 0; i < v->spots.count; i++) {
        struct part *part = part_with(v, parts, count, v->spots.all[i].meter);
        if (!part) continue;
        part->count++;
        const struct reading *r = &v->spots.all[i].reading;
        if (r->state == READING_FRESH && part->fresh < METERS_SHOWN_MOST)
            part->values[part->fresh++] = r->value;
    }
    struct view *list = view_list(&p->maker, p->root, STR("areas"));
    for (size_t i = 0; i < count; i++) {
        if (parts[i].count == 0) continue;
        put_part(v, list, &parts[i]);
        shown++;
    }
    view_flag(&p->maker, p->root, STR("has_areas"), shown > 0);
    return true;
}

// Of the first few meters that measure noise here.
static bool put_noise(struct area_view *v, err *e)
{
    struct page *p = v->page;
    struct view *list = view_list(&p->maker, p->root, STR("noise"));
    size_t looked = 0;
    for (size_t i = 0; i < p->meters->count && looked < NOISE_METERS_MOST; i++) {
        const struct meter *m = &p->meters->all[i];
        if (!lies_in(m, v) || !measures(m, STR("noise_laeq"))) continue;
        looked++;
        if (!noise_put(p, list, m, e)) return false;
    }
    view_flag(&p->maker, p->root, STR("has_noise"), list && list->first);
    return true;
}

static void put_meters(struct area_view *v)
{
    const size_t count = v->spots.count;
    layer_put_meters(v->page, v->spots.all, count < METERS_SHOWN_MOST ? count : METERS_SHOWN_MOST,
                     v->spots.layer);
}

static void put_links(struct area_view *v)
{
    struct page *p = v->page;
    struct view_maker *m = &p->maker;
    const str code = v->area->code;
    str csv = {0}, api = {0}, tabs = {0};
    if (!arena_print(p->a, &csv, "/api/v1/areas/%.*s/figures?quantity=%.*s&period=day&format=csv",
                     STR_ARG(code), STR_ARG(v->spots.layer)) ||
        !arena_print(p->a, &api, "/api/v1/areas/%.*s", STR_ARG(code)) ||
        !arena_print(p->a, &tabs, "gebied/%.*s?stof=", STR_ARG(code)))
        m->failed = true;
    view_text(m, p->root, STR("feed_href"), page_href(p, "feeds/gebied/%.*s.atom", STR_ARG(code)));
    view_text(m, p->root, STR("csv_href"), csv);
    view_text(m, p->root, STR("api_href"), api);
    view_text(m, p->root, STR("area_href"), area_href(p, v->area, (str){0}));
    view_text(m, p->root, STR("embed_href"), page_href(p, "embed/gebied/%.*s", STR_ARG(code)));
    view_text(m, p->root, STR("share_image"), page_href(p, "beeld/gebied/%.*s", STR_ARG(code)));
    if (!m->failed) layer_put_tabs(p, tabs.p, (struct spot_choice){lies_in, v}, v->spots.layer);
}

// As figures of areas are: in the canonical unit.
static struct series series_of_layer(str layer)
{
    const struct quantity *q = quantity_by_key(layer);
    const struct scale *scale = scale_of(q);
    return (struct series){.quantity = q,
                           .scale = scale,
                           .unit = scale->symbol.n ? scale->symbol
                                   : q             ? q->symbol
                                                   : (str){0},
                           .is_canonical = true,
                           .factor = scale->factor,
                           .decimals = q ? q->decimals : 1};
}

static bool begin(struct page *p, struct area_view *v, err *e)
{
    *v = (struct area_view){.page = p};
    if (!find_area(v, e)) return false;
    const struct spot_choice here = {lies_in, v};
    if (!spots_read(p, spot_layer_choose(p->meters, page_query(p, STR("stof")), here), here, &v->spots, e))
        return false;
    if (!past_period_by_key(page_query(p, STR("periode")), &v->period)) v->period = PAST_DAY;
    v->series = series_of_layer(v->spots.layer);
    view_text(&p->maker, p->root, STR("name"), area_title(p, v->area));
    view_text(&p->maker, p->root, STR("level"), level_text(p, v->area));
    put_now(v);
    put_links(v);
    return true;
}

// The embedded frame and the picture of a shared link.
bool view_area_card(struct page *p, err *e)
{
    struct area_view v;
    if (!begin(p, &v, e)) return false;
    if (v.spots.fresh_count && says_something(&v.spots))
        view_text(&p->maker, p->root, STR("value"), page_number(p, v.spots.series, v.spots.middle));
    return true;
}

bool view_area(struct page *p, err *e)
{
    struct area_view v;
    if (!begin(p, &v, e)) return false;
    put_parents(&v);
    put_map(&v);
    put_meters(&v);
    if (p->index) index_put(p, p->index, index_of(p, v.area->code));
    if (!put_noise(&v, e) || !put_nearest(&v, e) || !put_past(&v, e) || !put_parts(&v, e)) return false;
    const bool has_figures = p->portal->config.rollups && v.series.quantity && tally_has(v.series.quantity);
    return !has_figures || (put_trend(&v, e) && put_comparison(&v, e) && put_guidelines(&v, e));
}
