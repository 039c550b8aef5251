// SPDX-License-Identifier: EUPL-1.2
#include "portal/kpi/parts.h"

#include "render/svg_wheel.h"

#include <math.h>
#include <stdio.h>

// ---- Which year and area -----------------------------------------------------------------------------------------

static bool year_asked(struct page *p, int *year, err *e)
{
    int64_t n;
    const str text = page_query(p, STR("jaar"));
    if (*year || !text.n) return true;
    if (!num_parse_int(text, &n, NULL) || n < KPI_YEAR_LEAST || n > KPI_YEAR_MOST)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "no such year");
    *year = (int)n;
    return true;
}

bool kpi_page_begin(struct page *p, int year, struct kpi_page *out, err *e)
{
    const struct kpi_office *o = p->portal->config.kpi;
    struct kpi_page k = {.page = p, .office = o, .language = words_language(p->words), .year = year};
    if (!o) return err_set(e, ERR_ABSENT, ERR_NOWHERE, "no set of indicators is installed");
    if (!year_asked(p, &k.year, e) || !kpi_years_read(p->at, p->a, &k.years, &k.year_count, e)) return false;
    if (!k.year) k.year = kpi_year_choose(k.years, k.year_count, kpi_office_year(o, p->now));
    if (!k.year) k.year = kpi_office_year(o, p->now) - 1;
    const str area = page_query(p, STR("gebied"));
    k.area = area.n && area.n <= KPI_AREA_MAX ? area : o->config.area;
    k.area_name = p->portal->config.town;
    if (area.n && !str_eq(area, o->config.area) && !kpi_area_name(o, k.area, k.year, p->a, &k.area_name, e))
        return false;
    if (!kpi_trend_take(o, p->at, k.year, k.area, false, p->a, &k.trend, e)) return false;
    k.picture = k.trend.pictures[k.trend.count - 1];
    *out = k;
    return true;
}

// ---- Words and numbers -------------------------------------------------------------------------------------------

str kpi_say(const struct kpi_page *k, const struct kpi_text *t)
{
    return t->in[k->language];
}

str kpi_shown(struct kpi_page *k, double v, int decimals)
{
    buf b = {.max = 512};
    kpi_number_write(&b, k->language, v, decimals, false);
    return page_buf(k->page, &b);
}

str kpi_value_text(struct kpi_page *k, const struct kpi_point *point, double v)
{
    if (point->unit.is_claim) return page_text(k->page, v != 0 ? STR("kpi.yes") : STR("kpi.no"));
    return kpi_shown(k, v, point->decimals);
}

str kpi_percent(struct kpi_page *k, double v)
{
    str out = {0};
    if (isnan(v)) return out;
    const str number = kpi_shown(k, v, 0);
    if (!arena_print(k->page->a, &out, "%.*s %%", STR_ARG(number))) k->page->maker.failed = true;
    return out;
}

static str text_of(struct kpi_page *k, const char *prefix, str name)
{
    str id;
    if (!name.n) return name;
    if (!arena_print(k->page->a, &id, "%s%.*s", prefix, STR_ARG(name))) {
        k->page->maker.failed = true;
        return name;
    }
    return page_text(k->page, id);
}

static struct kpi_look look_of_points(struct kpi_page *k, int points)
{
    static const str classes[] = {{"kpi-1", 5}, {"kpi-2", 5}, {"kpi-3", 5}, {"kpi-4", 5}};
    static const str marks[] = {{"1", 1}, {"2", 1}, {"3", 1}, {"4", 1}};
    return (struct kpi_look){classes[points - 1], marks[points - 1],
                             text_of(k, "kpi.class.", marks[points - 1])};
}

struct kpi_look kpi_look_of(struct kpi_page *k, const struct kpi_result *r)
{
    if (r->is_scored) return look_of_points(k, r->points);
    const bool is_there = r->has_value || r->state == KPI_STATE_NOT_VERIFIED;
    return is_there
               ? (struct kpi_look){STR("kpi-plain"), STR("•"), page_text(k->page, STR("kpi.class.plain"))}
               : (struct kpi_look){STR("kpi-none"), STR("–"), page_text(k->page, STR("kpi.class.none"))};
}

struct kpi_look kpi_look_of_score(struct kpi_page *k, struct kpi_score s)
{
    if (s.count) return look_of_points(k, kpi_points(kpi_score_percent(s)));
    return (struct kpi_look){STR("kpi-none"), STR("–"), page_text(k->page, STR("kpi.class.unscored"))};
}

void kpi_put_look(struct kpi_page *k, struct view *v, struct kpi_look look)
{
    view_text(&k->page->maker, v, STR("class"), look.class);
    view_text(&k->page->maker, v, STR("mark"), look.mark);
    view_text(&k->page->maker, v, STR("word"), look.word);
}

str kpi_indicator_href(struct kpi_page *k, const struct kpi_indicator *x)
{
    const bool is_town = str_eq(k->area, k->office->config.area);
    const str path = page_href(k->page, "kpi/%.*s?jaar=%d%s%.*s", STR_ARG(x->id), k->year,
                               is_town ? "" : "&gebied=", is_town ? 0 : STR_ARG(k->area));
    str out = path;
    if (k->origin.n && !arena_print(k->page->a, &out, "%.*s%.*s", STR_ARG(k->origin), STR_ARG(path)))
        k->page->maker.failed = true;
    return out;
}

// ---- Rows --------------------------------------------------------------------------------------------------------

static void put_target(struct kpi_page *k, struct view *v, const struct kpi_point *point)
{
    const struct kpi_target *t = &k->picture->targets.policy[point->index];
    if (!t->is_given) return;
    str year = {0};
    if (!arena_print(k->page->a, &year, "%d", t->year)) k->page->maker.failed = true;
    const str aim = kpi_value_text(k, point, t->scale.target);
    view_text(&k->page->maker, v, STR("target"),
              words_fill(k->page->words, k->page->a, STR("kpi.target.in"),
                         FILLS({STR("value"), aim}, {STR("year"), year})));
}

void kpi_put_result(struct kpi_page *k, struct view *v, const struct kpi_point *point)
{
    struct view_maker *m = &k->page->maker;
    const struct kpi_set *s = k->office->set;
    const struct kpi_indicator *x = &s->indicators[point->indicator];
    const struct kpi_result *r = &k->picture->results.points[point->index];
    view_text(m, v, STR("name"), kpi_say(k, &x->name));
    view_text(m, v, STR("part"), kpi_say(k, &point->name));
    view_text(m, v, STR("href"), kpi_indicator_href(k, x));
    view_text(m, v, STR("code"), x->shown_id);
    view_text(m, v, STR("value"), r->has_value ? kpi_value_text(k, point, r->value) : (str){0});
    view_text(m, v, STR("unit"),
              r->has_value && !point->unit.is_claim ? kpi_say(k, &point->unit_label) : (str){0});
    kpi_put_look(k, v, kpi_look_of(k, r));
    view_text(m, v, STR("state"), text_of(k, "kpi.state.", kpi_state_name(r->state)));
    view_text(m, v, STR("change"),
              text_of(k, "kpi.change.", kpi_change_name(kpi_trend_change(&k->trend, point))));
    view_flag(m, v, STR("measured"), r->is_measured && r->has_value);
    view_flag(m, v, STR("is_demo"), r->is_demo);
    view_flag(m, v, STR("unconfirmed"), !x->is_confirmed);
    put_target(k, v, point);
}

static struct view *put_group(struct kpi_page *k, struct view *list, size_t group)
{
    struct view_maker *m = &k->page->maker;
    const struct kpi_group *g = &k->office->set->groups[group];
    const struct kpi_score score = k->picture->results.groups[group];
    struct view *v = view_object(m, list, (str){0});
    view_text(m, v, STR("name"), kpi_say(k, &g->name));
    view_int(m, v, STR("number"), (int64_t)group);
    view_text(m, v, STR("score"), kpi_percent(k, kpi_score_percent(score)));
    kpi_put_look(k, v, kpi_look_of_score(k, score));
    return v;
}

static void put_rows(struct kpi_page *k, struct view *list, int group)
{
    const struct kpi_set *s = k->office->set;
    for (size_t i = 0; i < s->point_count; i++)
        if (s->indicators[s->points[i]->indicator].group == group)
            kpi_put_result(k, view_object(&k->page->maker, list, (str){0}), s->points[i]);
}

// Groups may nest to any depth; a page shows three: what lies deeper counts with its third.
void kpi_put_tables(struct kpi_page *k, struct view *parent)
{
    struct view_maker *m = &k->page->maker;
    const struct kpi_set *s = k->office->set;
    struct view *lists[3] = {view_list(m, parent, STR("dimensions"))};
    static const str below[] = {{"groups", 6}, {"categories", 10}};
    for (size_t g = 0; g < s->group_count; g++) {
        const int depth = s->groups[g].depth;
        if (depth > 2 || !lists[depth]) continue;
        struct view *v = put_group(k, lists[depth], g);
        if (depth < 2)
            lists[depth + 1] = view_list(m, v, below[depth]);
        else
            put_rows(k, view_list(m, v, STR("rows")), (int)g);
    }
}

// ---- The wheel ---------------------------------------------------------------------------------------------------

static str label_of(struct kpi_page *k, str name, str what)
{
    str out = {0};
    if (!arena_print(k->page->a, &out, "%.*s: %.*s", STR_ARG(name), STR_ARG(what)))
        k->page->maker.failed = true;
    return out;
}

// Points that lie in the group or below it, in order: a group's part of the circle is that of its points.
static bool is_below(const struct kpi_set *s, int group, int wanted)
{
    while (group >= 0 && group != wanted) group = s->groups[group].parent;
    return group == wanted;
}

static void group_segment(struct kpi_page *k, size_t group, const size_t *places, struct wheel_segment *out)
{
    const struct kpi_set *s = k->office->set;
    size_t least = s->point_count, most = 0;
    for (size_t i = 0; i < s->point_count; i++) {
        if (!is_below(s, s->indicators[s->points[i]->indicator].group, (int)group)) continue;
        if (places[i] < least) least = places[i];
        if (places[i] + 1 > most) most = places[i] + 1;
    }
    const struct kpi_score score = k->picture->results.groups[group];
    const struct kpi_look look = kpi_look_of_score(k, score);
    const str percent = kpi_percent(k, kpi_score_percent(score));
    *out = (struct wheel_segment){
        s->groups[group].depth,
        (double)least / (double)s->point_count,
        (double)most / (double)s->point_count,
        look.class,
        look.mark,
        label_of(k, kpi_say(k, &s->groups[group].name), percent.n ? percent : look.word)};
}

static void point_segment(struct kpi_page *k, const struct kpi_point *point, size_t place,
                          struct wheel_segment *out)
{
    const struct kpi_set *s = k->office->set;
    const struct kpi_look look = kpi_look_of(k, &k->picture->results.points[point->index]);
    *out = (struct wheel_segment){3,
                                  (double)place / (double)s->point_count,
                                  (double)(place + 1) / (double)s->point_count,
                                  look.class,
                                  (str){0},
                                  label_of(k, kpi_say(k, &s->indicators[point->indicator].name), look.word)};
}

// Where each point stands in the circle: in the order of its groups, so that a group is one piece.
static size_t *places_of(struct kpi_page *k)
{
    const struct kpi_set *s = k->office->set;
    size_t *places = ARENA_ARRAY(k->page->a, s->point_count + 1, size_t), n = 0;
    for (size_t g = 0; places && g < s->group_count; g++)
        for (size_t i = 0; i < s->point_count; i++)
            if (s->indicators[s->points[i]->indicator].group == (int)g) places[i] = n++;
    return places;
}

void kpi_put_wheel(struct kpi_page *k, struct view *parent)
{
    const struct kpi_set *s = k->office->set;
    size_t *places = places_of(k), n = 0;
    struct wheel_segment *all = ARENA_ARRAY(k->page->a, s->group_count + s->point_count + 1,
                                            struct wheel_segment);
    if (!places || !all) {
        k->page->maker.failed = true;
        return;
    }
    for (size_t g = 0; g < s->group_count; g++)
        if (s->groups[g].depth < 3) group_segment(k, g, places, &all[n++]);
    for (size_t i = 0; i < s->point_count; i++) point_segment(k, s->points[i], places[i], &all[n++]);
    const str score = kpi_percent(k, kpi_score_percent(k->picture->results.score));
    const struct wheel w = {
        all, n, 4, score.n ? score : STR("–"), k->area_name, page_text(k->page, STR("kpi.wheel.label"))};
    buf b = {.max = 256 << 10};
    svg_wheel(&b, &w);
    view_text(&k->page->maker, parent, STR("wheel"), page_buf(k->page, &b));
}

// ---- The head ----------------------------------------------------------------------------------------------------

static void put_years(struct kpi_page *k, struct view *parent)
{
    struct view *list = view_list(&k->page->maker, parent, STR("years"));
    for (size_t i = 0; i < k->year_count; i++) {
        struct view *v = view_object(&k->page->maker, list, (str){0});
        view_int(&k->page->maker, v, STR("name"), k->years[i]);
        view_text(&k->page->maker, v, STR("href"), page_href(k->page, "kpi?jaar=%d", k->years[i]));
        view_flag(&k->page->maker, v, STR("current"), k->years[i] == k->year);
    }
}

static void put_counts(struct kpi_page *k, struct view *parent)
{
    struct view_maker *m = &k->page->maker;
    const struct kpi_results *r = &k->picture->results;
    const struct {
        str key;
        size_t n;
    } counts[] = {{STR("indicators_all"), r->indicators.all},
                  {STR("indicators_reported"), r->indicators.reported},
                  {STR("indicators_partial"), r->indicators.partial},
                  {STR("indicators_verified"), r->indicators.verified},
                  {STR("points_all"), r->data_points.all},
                  {STR("points_reported"), r->data_points.reported},
                  {STR("points_verified"), r->data_points.verified},
                  {STR("points_scored"), (size_t)r->score.count}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        view_int(m, parent, counts[i].key, (int64_t)counts[i].n);
}

static void put_legend(struct kpi_page *k, struct view *parent)
{
    struct view *list = view_list(&k->page->maker, parent, STR("legend"));
    for (size_t i = 0; i < 4; i++)
        kpi_put_look(k, view_object(&k->page->maker, list, (str){0}), look_of_points(k, 4 - (int)i));
    kpi_put_look(k, view_object(&k->page->maker, list, (str){0}),
                 (struct kpi_look){STR("kpi-plain"), STR("•"), page_text(k->page, STR("kpi.class.plain"))});
    kpi_put_look(k, view_object(&k->page->maker, list, (str){0}),
                 (struct kpi_look){STR("kpi-none"), STR("–"), page_text(k->page, STR("kpi.class.none"))});
}

void kpi_put_head(struct kpi_page *k, struct view *parent)
{
    struct view_maker *m = &k->page->maker;
    const double percent = kpi_score_percent(k->picture->results.score);
    view_text(m, parent, STR("set_name"), kpi_say(k, &k->office->set->name));
    view_int(m, parent, STR("year"), k->year);
    view_text(m, parent, STR("area_name"), k->area_name);
    view_text(m, parent, STR("score"), kpi_percent(k, percent));
    view_text(m, parent, STR("report_href"), page_href(k->page, "kpi/rapport/%d", k->year));
    view_text(m, parent, STR("file_href"), page_href(k->page, "kpi/rapport-bestand/%d", k->year));
    put_years(k, parent);
    put_counts(k, parent);
    put_legend(k, parent);
    size_t measured = 0, demo = 0;
    for (size_t i = 0; i < k->office->set->point_count; i++) {
        measured += k->picture->results.points[i].is_measured && k->picture->results.points[i].has_value;
        demo += k->picture->results.points[i].is_demo;
    }
    view_int(m, parent, STR("measured_count"), (int64_t)measured);
    view_flag(m, parent, STR("has_demo"), demo > 0);
}
