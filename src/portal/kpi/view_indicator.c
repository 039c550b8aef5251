// SPDX-License-Identifier: EUPL-1.2
// One indicator: what it means, its formula filled in, where each number comes from, years, areas, other towns.
#include "kpi/result/others.h"
#include "portal/kpi/parts.h"

#include "portal/ground.h"
#include "render/svg_map.h"

#include <math.h>

#define AREAS_SHOWN_MAX 400

static str words_by(struct kpi_page *k, const char *prefix, str name)
{
    str id = {0};
    if (!arena_print(k->page->a, &id, "%s%.*s", prefix, STR_ARG(name))) k->page->maker.failed = true;
    return page_text(k->page, id);
}

// ---- Head and data points ----------------------------------------------------------------------------------------

static void put_head(struct kpi_page *k, const struct kpi_indicator *x)
{
    struct view_maker *m = &k->page->maker;
    struct view *root = k->page->root;
    const struct kpi_set *s = k->office->set;
    view_text(m, root, STR("name"), kpi_say(k, &x->name));
    view_text(m, root, STR("code"), x->shown_id);
    view_text(m, root, STR("definition"), kpi_say(k, &x->definition));
    view_text(m, root, STR("group"), kpi_say(k, &s->groups[x->group].name));
    view_text(m, root, STR("kind"), words_by(k, "kpi.kind.", x->kind));
    view_text(m, root, STR("type"), words_by(k, "kpi.type.", x->type));
    view_text(m, root, STR("note"), x->note);
    view_flag(m, root, STR("unconfirmed"), !x->is_confirmed);
    view_int(m, root, STR("year"), k->year);
    view_text(m, root, STR("area_name"), k->area_name);
    view_text(m, root, STR("back_href"), page_href(k->page, "kpi?jaar=%d", k->year));
    struct view *list = view_list(m, root, STR("sdg"));
    for (size_t i = 0; i < x->sdg_count; i++)
        view_text(m, view_object(m, list, (str){0}), STR("target"), x->sdg[i]);
}

static void put_formula(struct kpi_page *k, struct view *v, const struct kpi_point *point)
{
    const struct kpi_filling f = {&k->picture->reading, k->language};
    buf names = {.max = 8192}, filled = {.max = 8192};
    kpi_formula_names(k->office->set, point, k->language, &names);
    kpi_formula_fill(point, &f, &filled);
    view_text(&k->page->maker, v, STR("formula"), page_buf(k->page, &names));
    view_text(&k->page->maker, v, STR("filled"), page_buf(k->page, &filled));
}

static void put_benchmark(struct kpi_page *k, struct view *v, const struct kpi_point *point)
{
    struct view_maker *m = &k->page->maker;
    const struct kpi_target *t = &k->picture->targets.benchmark[point->index],
                            *policy = &k->picture->targets.policy[point->index];
    const struct kpi_result *r = &k->picture->results.points[point->index];
    if (r->is_scored) view_text(m, v, STR("share"), kpi_percent(k, r->share));
    if (t->is_given) {
        view_text(m, v, STR("benchmark"), kpi_value_text(k, point, t->scale.target));
        view_text(m, v, STR("worst"), kpi_value_text(k, point, t->scale.worst));
        view_text(m, v, STR("benchmark_source"), t->source);
        view_text(m, v, STR("benchmark_date"), t->date);
    }
    if (!policy->is_given) return;
    view_text(m, v, STR("policy"), kpi_value_text(k, point, policy->scale.target));
    view_int(m, v, STR("policy_year"), policy->year);
    view_text(m, v, STR("policy_source"), policy->source);
    if (r->has_value && point->direction != KPI_NO_DIRECTION)
        view_text(m, v, STR("policy_word"),
                  page_text(k->page, (point->direction == KPI_UP) == (r->value >= policy->scale.target) ||
                                             r->value == policy->scale.target
                                         ? STR("kpi.policy.reached")
                                         : STR("kpi.policy.open")));
}

static void put_points(struct kpi_page *k, const struct kpi_indicator *x)
{
    struct view_maker *m = &k->page->maker;
    struct view *list = view_list(m, k->page->root, STR("points"));
    for (size_t i = 0; i < x->point_count; i++) {
        const struct kpi_point *point = &x->points[i];
        const struct kpi_result *r = &k->picture->results.points[point->index];
        struct view *v = view_object(m, list, (str){0});
        kpi_put_result(k, v, point);
        put_formula(k, v, point);
        put_benchmark(k, v, point);
        kpi_put_trend_chart(k, v, point);
        view_flag(m, v, STR("override"), r->is_override);
        if (r->has_value)
            view_text(m, v, STR("method"), words_by(k, "kpi.method.", kpi_method_name(r->method)));
        struct view *missing = view_list(m, v, STR("missing"));
        for (size_t n = 0; n < r->missing_count; n++)
            view_text(m, view_object(m, missing, (str){0}), STR("name"),
                      kpi_say(k, &k->office->set->inputs[r->missing[n]].name));
        view_flag(m, v, STR("has_missing"), r->missing_count > 0);
    }
}

// ---- Inputs ------------------------------------------------------------------------------------------------------

// The Datastreams behind what meters gave, so that anybody can follow it back; its note is peil's own.
static void put_readings(struct kpi_page *k, struct view *row, const struct kpi_value *v)
{
    struct view_maker *m = &k->page->maker;
    struct view *list = view_list(m, row, STR("readings"));
    for (size_t i = 0; i < v->reading_count; i++)
        view_int(m, view_object(m, list, (str){0}), STR("stream"), v->readings[i]);
    view_flag(m, row, STR("has_readings"), v->reading_count > 0);
    if (!v->reading_count) return;
    str nl = v->note, en = v->note;
    size_t at;
    if (str_find(v->note, STR(" / "), &at)) {
        nl = str_slice(v->note, 0, at);
        en = str_slice(v->note, at + 3, v->note.n);
    }
    view_text(m, row, STR("note"), k->language == LANGUAGE_NL ? nl : en);
}

static void put_input(struct kpi_page *k, struct view *list, const struct kpi_input *input)
{
    struct view_maker *m = &k->page->maker;
    const struct kpi_value *stored = kpi_book_find(&k->picture->book, k->area, input->id);
    const struct kpi_value *v = stored && stored->status != KPI_DRAFT ? stored : NULL;
    struct view *row = view_object(m, list, (str){0});
    view_text(m, row, STR("name"), kpi_say(k, &input->name));
    view_text(m, row, STR("definition"), kpi_say(k, &input->definition));
    view_text(m, row, STR("unit"), kpi_say(k, &input->unit_label));
    view_text(m, row, STR("status"),
              words_by(k, "kpi.status.", v ? kpi_status_name(v->status) : STR("none")));
    if (!v) {
        view_text(m, row, STR("usual"), input->source);
        return;
    }
    const bool is_shown = v->has_number && v->status != KPI_REJECTED;
    if (is_shown && input->unit.is_claim)
        view_text(m, row, STR("value"), page_text(k->page, v->number != 0 ? STR("kpi.yes") : STR("kpi.no")));
    else if (is_shown) {
        buf b = {.max = 512};
        kpi_number_write(&b, k->language, v->number, 4, true);
        view_text(m, row, STR("value"), page_buf(k->page, &b));
    }
    view_text(m, row, STR("source"), v->source);
    view_text(m, row, STR("method"), words_by(k, "kpi.method.", kpi_method_name(v->method)));
    view_text(m, row, STR("origin"), words_by(k, "kpi.origin.", kpi_origin_name(v->origin)));
    view_flag(m, row, STR("is_demo"), v->is_demo);
    if (!isnan(v->capture)) view_text(m, row, STR("capture"), kpi_percent(k, 100 * v->capture));
    if (v->evidence_count) view_int(m, row, STR("evidence"), (int64_t)v->evidence_count);
    put_readings(k, row, v);
    if (v->reference_year != k->year) view_int(m, row, STR("reference_year"), v->reference_year);
}

static void put_inputs(struct kpi_page *k, const struct kpi_indicator *x)
{
    struct view *list = view_list(&k->page->maker, k->page->root, STR("inputs"));
    bool seen[KPI_INPUTS_MAX] = {false};
    for (size_t i = 0; i < x->point_count; i++)
        for (size_t n = 0; n < x->points[i].formula.input_count; n++) {
            const int input = x->points[i].formula.inputs[n];
            if (!seen[input]) put_input(k, list, &k->office->set->inputs[input]);
            seen[input] = true;
        }
}

// ---- Years and other towns ---------------------------------------------------------------------------------------

static void put_trend(struct kpi_page *k, const struct kpi_indicator *x)
{
    struct view_maker *m = &k->page->maker;
    struct view *list = view_list(m, k->page->root, STR("trend"));
    size_t shown = 0;
    for (size_t y = 0; y < k->trend.count; y++)
        for (size_t i = 0; i < x->point_count; i++) {
            const struct kpi_result *r = &k->trend.pictures[y]->results.points[x->points[i].index];
            if (!r->has_value) continue;
            struct view *v = view_object(m, list, (str){0});
            view_int(m, v, STR("year"), k->trend.pictures[y]->results.year);
            view_text(m, v, STR("part"), kpi_say(k, &x->points[i].name));
            view_text(m, v, STR("value"), kpi_value_text(k, &x->points[i], r->value));
            view_text(m, v, STR("unit"), kpi_say(k, &x->points[i].unit_label));
            view_text(m, v, STR("state"), words_by(k, "kpi.state.", kpi_state_name(r->state)));
            kpi_put_look(k, v, kpi_look_of(k, r));
            shown++;
        }
    view_flag(m, k->page->root, STR("has_trend"), shown > 0);
}

static bool put_others(struct kpi_page *k, const struct kpi_indicator *x, err *e)
{
    struct kpi_published_list others;
    if (!kpi_others_read(k->office, k->page->at, k->page->a, &others, e)) return false;
    struct view_maker *m = &k->page->maker;
    struct view *list = view_list(m, k->page->root, STR("others"));
    size_t shown = 0;
    for (size_t i = 0; i < others.count; i++) {
        const struct kpi_published *o = &others.all[i];
        const struct kpi_point *point = kpi_published_point(k->office->set, o);
        double v;
        if (!point || &k->office->set->indicators[point->indicator] != x || !kpi_published_number(o, &v))
            continue;
        struct view *row = view_object(m, list, (str){0});
        view_text(m, row, STR("town"), o->city);
        view_text(m, row, STR("country"), o->country);
        view_text(m, row, STR("published"), o->published);
        view_text(m, row, STR("part"), kpi_say(k, &point->name));
        view_text(m, row, STR("value"), kpi_value_text(k, point, v));
        view_text(m, row, STR("unit"), kpi_say(k, &point->unit_label));
        view_text(m, row, STR("source"), o->source);
        shown++;
    }
    view_flag(m, k->page->root, STR("has_others"), shown > 0);
    return true;
}

// ---- Neighbourhoods ----------------------------------------------------------------------------------------------

struct local {
    str code, name;
    const struct kpi_result *result;
};

static const struct area **local_areas(struct kpi_page *k, const struct atlas *t, const struct local *all,
                                       size_t count)
{
    const struct area **areas = ARENA_ARRAY(k->page->a, count + 1, const struct area *);
    for (size_t i = 0; areas && i < count; i++) areas[i] = atlas_find(t, all[i].code, k->year);
    if (!areas) k->page->maker.failed = true;
    return areas;
}

static struct map_marker marker_of(struct kpi_page *k, const struct kpi_point *point, const struct local *l,
                                   const struct area *at)
{
    const double v = l->result->value;
    const str text = kpi_shown(k, v, fabs(v) >= 10 ? 0 : point->decimals > 1 ? 1 : point->decimals);
    str label = l->name;
    if (!arena_print(k->page->a, &label, "%.*s: %.*s", STR_ARG(l->name), STR_ARG(text)))
        k->page->maker.failed = true;
    return (struct map_marker){
        .place = {at->middle.longitude, at->middle.latitude},
        .shape = MARK_SQUARE,
        .class = kpi_look_of(k, l->result).class,
        .state = STR("fresh"),
        .text = text,
        .label = label,
        .href = page_href(k->page, "kpi?jaar=%d&gebied=%.*s", k->year, STR_ARG(l->code))};
}

static bool put_map(struct kpi_page *k, const struct atlas *t, const struct kpi_point *point,
                    const struct local *all, size_t count, err *e)
{
    struct page *p = k->page;
    struct ground ground;
    struct map_marker *markers = ARENA_ARRAY(p->a, count + 1, struct map_marker);
    const struct area **areas = local_areas(k, t, all, count),
                      **known = ARENA_ARRAY(p->a, count + 1, const struct area *);
    size_t n = 0;
    if (!markers || !areas || !known) return err_no_memory(e);
    for (size_t i = 0; i < count; i++) {
        if (!areas[i] || !areas[i]->ring_count) continue;
        known[n] = areas[i];
        markers[n++] = marker_of(k, point, &all[i], areas[i]);
    }
    if (n < 2) return true;
    if (!ground_make(t, k->year, known, n, p->a, &ground, e)) return false;
    buf b = {.max = 512 << 10};
    svg_map(&b, ground.outlines, NULL, markers, n, page_text(p, STR("kpi.map.label")));
    view_text(&p->maker, p->root, STR("map"), page_buf(p, &b));
    return true;
}

static bool locals_take(struct kpi_page *k, const struct kpi_point *point, struct local *out, size_t room,
                        size_t *count, err *e)
{
    struct page *p = k->page;
    str *codes;
    size_t all;
    *count = 0;
    if (!kpi_areas_read(p->at, k->year, p->a, &codes, &all, e)) return false;
    for (size_t i = 0; i < all && *count < room; i++) {
        struct kpi_picture *picture;
        if (str_eq(codes[i], k->office->config.area)) continue;
        if (!kpi_picture_take(k->office, p->at, k->year, codes[i], false, p->a, &picture, e)) return false;
        const struct kpi_result *r = &picture->results.points[point->index];
        if (!r->has_value) continue;
        struct local *l = &out[(*count)++];
        *l = (struct local){.code = codes[i], .result = r};
        if (!kpi_area_name(k->office, codes[i], k->year, p->a, &l->name, e)) return false;
    }
    return true;
}

static bool put_locals(struct kpi_page *k, const struct kpi_indicator *x, err *e)
{
    struct page *p = k->page;
    struct local *all = ARENA_ARRAY(p->a, AREAS_SHOWN_MAX, struct local);
    size_t count;
    if (!all) return err_no_memory(e);
    const struct kpi_point *point = &x->points[0];
    if (!locals_take(k, point, all, AREAS_SHOWN_MAX, &count, e)) return false;
    struct view *list = view_list(&p->maker, p->root, STR("locals"));
    for (size_t i = 0; i < count; i++) {
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("name"), all[i].name);
        view_text(&p->maker, v, STR("href"),
                  page_href(p, "kpi?jaar=%d&gebied=%.*s", k->year, STR_ARG(all[i].code)));
        view_text(&p->maker, v, STR("value"), kpi_value_text(k, point, all[i].result->value));
        view_text(&p->maker, v, STR("unit"), kpi_say(k, &point->unit_label));
        kpi_put_look(k, v, kpi_look_of(k, all[i].result));
    }
    view_flag(&p->maker, p->root, STR("has_locals"), count > 0);
    struct areas *tree = k->office->config.areas;
    if (count < 2 || point->unit.is_claim || !tree) return true;
    const struct atlas *t = areas_take(tree);
    const bool ok = put_map(k, t, point, all, count, e);
    areas_give(tree, t);
    return ok;
}

bool view_kpi_indicator(struct page *p, err *e)
{
    struct kpi_page k;
    str id;
    if (!kpi_page_begin(p, 0, &k, e)) return false;
    if (!http_percent_decode(p->rest, false, p->a, &id, e))
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "no such indicator");
    const struct kpi_indicator *x = kpi_indicator_find(k.office->set, id);
    if (!x) return err_set(e, ERR_ABSENT, ERR_NOWHERE, "no such indicator");
    put_head(&k, x);
    put_points(&k, x);
    put_inputs(&k, x);
    put_trend(&k, x);
    return put_others(&k, x, e) && put_locals(&k, x, e);
}
