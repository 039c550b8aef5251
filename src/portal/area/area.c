// SPDX-License-Identifier: EUPL-1.2
// The page of an area, from a street to the world, and its card: which area, and what stands on the page.
#include "portal/area/area_page.h"

#include "portal/view/index.h"
#include "portal/view/layer.h"

bool area_lies_in(const struct meter *m, const void *context)
{
    const struct area_view *v = context;
    const struct area_spot *s = &m->spot;
    const struct meter_list *l = v->page->meters;
    if (!s->leaf) return false;
    return s->street == v->area || s->town == v->area || s->region == v->area ||
           atlas_is_within(l->atlas, s->leaf, v->area, l->year);
}

static str level_text(struct page *p, const struct area *a)
{
    str id = {0};
    if (!arena_print(p->a, &id, "area.level.%.*s", STR_ARG(area_level_name(a->level))))
        p->maker.failed = true;
    return page_text(p, id);
}

// Districts often come without a name of their own.
bool area_has_name(const struct area *a)
{
    return !str_eq(a->name, a->code);
}

// Names are those that the boundaries came with, in Dutch; of these few there is another one in English.
static str own_name(struct page *p, const struct area *a)
{
    if (words_language(p->words) == LANGUAGE_NL) return a->name;
    if (a->level == AREA_WORLD) return page_text(p, STR("area.name.world"));
    if (a->level == AREA_EUROPE) return page_text(p, STR("area.name.europe"));
    const bool is_ours = a->level == AREA_COUNTRY && str_eq(a->name, STR("Nederland"));
    return is_ours ? page_text(p, STR("area.name.netherlands")) : a->name;
}

str area_title(struct page *p, const struct area *a)
{
    if (area_has_name(a)) return own_name(p, a);
    return words_fill(p->words, p->a, STR("area.unnamed"),
                      FILLS({STR("level"), level_text(p, a)}, {STR("code"), a->code}));
}

str area_href(struct page *p, const struct area *a, str layer)
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
        if (area_has_name(a)) up[n++] = a;
    struct view *list = view_list(&p->maker, p->root, STR("parents"));
    while (n-- > 0) {
        struct view *item = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, item, STR("name"), own_name(p, up[n]));
        view_text(&p->maker, item, STR("href"), area_href(p, up[n], v->spots.layer));
    }
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
    view_text(m, p->root, STR("embed_chart_href"),
              page_href(p, "embed/grafiek/gebied/%.*s?stof=%.*s", STR_ARG(code), STR_ARG(v->spots.layer)));
    view_text(m, p->root, STR("share_image"), page_href(p, "beeld/gebied/%.*s", STR_ARG(code)));
    if (!m->failed) layer_put_tabs(p, tabs.p, (struct spot_choice){area_lies_in, v}, v->spots.layer);
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
    const struct spot_choice here = {area_lies_in, v};
    if (!spots_read(p, spot_layer_choose(p->meters, page_query(p, STR("stof")), here), here, &v->spots, e))
        return false;
    if (!past_period_by_key(page_query(p, STR("periode")), &v->period)) v->period = PAST_DAY;
    v->series = series_of_layer(v->spots.layer);
    view_text(&p->maker, p->root, STR("name"), area_title(p, v->area));
    view_text(&p->maker, p->root, STR("level"), level_text(p, v->area));
    area_put_now(v);
    put_links(v);
    return true;
}

// The embedded frame and the picture of a shared link.
bool view_area_card(struct page *p, err *e)
{
    struct area_view v;
    if (!begin(p, &v, e)) return false;
    if (v.spots.fresh_count && area_says_something(&v.spots))
        view_text(&p->maker, p->root, STR("value"), page_number(p, v.spots.series, v.spots.middle));
    return true;
}

bool view_area(struct page *p, err *e)
{
    struct area_view v;
    if (!begin(p, &v, e)) return false;
    put_parents(&v);
    area_put_map(&v);
    area_put_meters(&v);
    if (p->index) index_put(p, p->index, area_index(p, v.area->code));
    if (!area_put_noise(&v, e) || !area_put_nearest(&v, e) || !area_put_past(&v, e) || !area_put_parts(&v, e))
        return false;
    const bool has_figures = p->portal->config.rollups && v.series.quantity && tally_has(v.series.quantity);
    return !has_figures ||
           (area_put_trend(&v, e) && area_put_comparison(&v, e) && area_put_guidelines(&v, e));
}
